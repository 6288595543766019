package link

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/rtnl"
	"github.com/iplink-go/iplink/kind"
)

// The steps that change a link. create.go and delete.go have theirs.

// setStep sets the fields of one group.
type setStep struct {
	sub  *subject
	part part
	was  *Spec     // the same fields as the guard found them
	had  kind.Kind // the whole data, if the step changes some of it
}

func (s *setStep) String() string {
	var words []string
	for f, v := range values(s.part.spec) {
		if f.Header && f.Name == "index" {
			continue
		}
		words = append(words, f.Name+" "+text(f, v))
	}
	return fmt.Sprintf("set %s %s", s.sub.now.Name, strings.Join(words, " "))
}

func (s *setStep) guard(ctx context.Context) error {
	if err := s.sub.confirm(ctx, s.part.spec); err != nil {
		return err
	}
	s.was = s.sub.now.state().only(s.part.spec)
	if s.part.spec.Kind != nil {
		s.had = s.sub.now.Kind
	}
	if s.part.spec.Master.IsSet() && s.sub.now.Port != nil {
		s.was.Port = lasting(s.sub.now.Port) // leaving a master resets it
	}
	return nil
}

func (s *setStep) send(ctx context.Context) error { return s.sub.set(ctx, s.part.spec) }

func (s *setStep) verify(ctx context.Context) error { return s.sub.holds(ctx, s.part.spec) }

func (s *setStep) undo(ctx context.Context) error {
	if s.was == nil {
		return nil
	}
	s.sub.had = s.had
	defer func() { s.sub.had = nil }()
	if err := s.sub.restore(ctx, s.was); err != nil {
		return err
	}
	if r, ok := s.had.(kind.Reverter); ok {
		return s.sub.revert(ctx, r)
	}
	return nil
}

// maxReverts bounds the requests of one kind.Reverter.
const maxReverts = 5

// revert sends what r returns until there is nothing left. Not all of it need
// be reported, so that what is left over then must be said here: measuring the
// link could find nothing.
func (s *subject) revert(ctx context.Context, r kind.Reverter) error {
	for sent := 0; ; sent++ {
		l, err := s.read(ctx)
		if err != nil {
			return err
		}
		k := r.Revert(l.Kind)
		switch {
		case k == nil:
			return nil
		case sent == maxReverts:
			return s.fail(fmt.Errorf("%s: not as before after %d requests: %w", attr.Printer{}.Text(k), sent, ErrVerify))
		}
		if err := s.set(ctx, &Spec{Kind: k}); err != nil {
			return err
		}
	}
}

// set sends one change, and before it what the kernel wants done first.
func (s *subject) set(ctx context.Context, what *Spec) error {
	if p, ok := what.Kind.(kind.Preparer); ok {
		if first := p.Prepare(s.now.Kind); first != nil {
			if err := s.send(ctx, &Spec{Kind: first}); err != nil {
				return err
			}
		}
	}
	return s.send(ctx, what)
}

func (s *subject) send(ctx context.Context, what *Spec) error {
	req, m, err := s.message(what)
	if err != nil {
		return s.fail(err)
	}
	return s.request(ctx, req, m)
}

// message returns the request for one change, and what it says.
func (s *subject) message(what *Spec) ([]byte, *Spec, error) {
	m := *what
	m.Index = s.index
	s.renamed(m.Name)
	m.Kind = completed(s.accompanied(m.Kind))
	sc := s.at.scope()
	sc.Only = attr.Set
	req := rtnl.Begin(nil, rtnl.NewLink, rtnl.FlagAck)
	req, err := sc.Append(req, &m)
	if err != nil {
		return nil, nil, err
	}
	return rtnl.End(req, 0), &m, nil
}

// accompanied returns the data of a change with what must come with it of what
// the link has.
func (s *subject) accompanied(k kind.Kind) kind.Kind {
	a, ok := k.(kind.Accompanier)
	if !ok {
		return k
	}
	a = attr.Clone(a)
	if s.had != nil {
		a.Accompany(s.had)
	} else {
		a.Accompany(s.now.Kind)
	}
	return a
}

// request sends a message and names the link in its error.
func (s *subject) request(ctx context.Context, req []byte, m *Spec) error {
	_, err := s.at.do(ctx, req, nil)
	if err == nil {
		return nil
	}
	r := &refusal{ctx: ctx, said: m, kind: s.now.Kind, now: s.now, at: s.at, below: s.at}
	return r.explain(s.at.kernelError(s.op, s.now.Name, err, req[rtnl.HeaderLen:], m))
}

// restore sets back what of was does not hold any more. Port data comes after
// the master, since joining one resets it.
func (s *subject) restore(ctx context.Context, was *Spec) error {
	first := *was
	if was.Master.IsSet() {
		first.Port = nil
	}
	if err := s.putBack(ctx, &first); err != nil || first.Port != nil || was.Port == nil || was.Master == None {
		return err
	}
	return s.putBack(ctx, &Spec{Port: lasting(was.Port)})
}

func (s *subject) putBack(ctx context.Context, was *Spec) error {
	l, err := s.read(ctx)
	if err != nil {
		return err
	}
	s.now = l
	d, fields, err := l.diff(was)
	if err != nil {
		return s.fail(err)
	}
	if len(l.unmet(fields)) == 0 && len(d.VFs) == 0 {
		return nil
	}
	if d.Kind != nil && d.Kind.Info().Update == kind.Replace {
		d.Kind = whole(l.Kind, was.Kind)
	}
	for _, p := range split(d) {
		if err := s.set(ctx, p.spec); err != nil {
			return err
		}
	}
	return nil
}

// lasting returns what of s a request can bring back.
func lasting[S attr.Struct](s S) S {
	out := attr.Clone(s)
	attr.Reset(out)
	// One type: there is no error to have.
	_ = attr.Copy(out, s, func(f *attr.Field) bool {
		return f.Dir&attr.Set != 0 && !f.Volatile && f.Wire != attr.WireRest
	})
	return out
}

// only returns what s says of the fields that mask says something of.
func (s *Spec) only(mask *Spec) *Spec {
	out := new(Spec)
	keep := said(mask)
	// One type: there is no error to have.
	_ = attr.Copy(out, s, func(f *attr.Field) bool { return keep[f.Name] })
	out.Index, out.Kind, out.Port = 0, nil, nil
	flags := func(dst *attr.Opt[bool], src, mask attr.Opt[bool]) {
		*dst = attr.Opt[bool]{}
		if mask.IsSet() {
			*dst = src
		}
	}
	flags(&out.Up, s.Up, mask.Up)
	flags(&out.ARP, s.ARP, mask.ARP)
	flags(&out.Promisc, s.Promisc, mask.Promisc)
	flags(&out.AllMulti, s.AllMulti, mask.AllMulti)
	flags(&out.Multicast, s.Multicast, mask.Multicast)
	flags(&out.Trailers, s.Trailers, mask.Trailers)
	flags(&out.Dynamic, s.Dynamic, mask.Dynamic)
	if mask.Kind != nil && s.Kind != nil {
		out.Kind = onlyPart(s.Kind, mask.Kind)
	}
	if mask.Port != nil && s.Port != nil {
		out.Port = onlyPart(s.Port, mask.Port)
	}
	return out
}

// altStep adds or removes one alternative name: several in one message would
// stop half-way.
type altStep struct {
	sub *subject
	alt string
	add bool
	had bool
	ok  bool // the guard has passed
}

func (s *altStep) String() string {
	if s.add {
		return fmt.Sprintf("add altname %s to %s", s.alt, s.sub.now.Name)
	}
	return fmt.Sprintf("remove altname %s from %s", s.alt, s.sub.now.Name)
}

func (s *altStep) guard(ctx context.Context) error {
	if err := s.sub.confirm(ctx, new(Spec)); err != nil {
		return err
	}
	s.had, s.ok = slices.Contains(s.sub.now.AltNames, s.alt), true
	return nil
}

func (s *altStep) send(ctx context.Context) error { return s.sub.setAltName(ctx, s.alt, s.add) }

func (s *altStep) verify(ctx context.Context) error {
	l, err := s.sub.read(ctx)
	if err != nil {
		return err
	}
	s.sub.now = l
	if slices.Contains(l.AltNames, s.alt) != s.add {
		return s.sub.fail(fmt.Errorf("altname %s: %w", s.alt, ErrVerify))
	}
	return nil
}

func (s *altStep) undo(ctx context.Context) error {
	if !s.ok {
		return nil
	}
	l, err := s.sub.read(ctx)
	if err != nil {
		return err
	}
	if slices.Contains(l.AltNames, s.alt) == s.had {
		return nil
	}
	return s.sub.setAltName(ctx, s.alt, s.had)
}

func (s *subject) setAltName(ctx context.Context, alt string, add bool) error {
	typ, flags := uint16(rtnl.DelLinkProp), uint16(rtnl.FlagAck)
	if add {
		typ, flags = rtnl.NewLinkProp, rtnl.FlagAck|rtnl.FlagCreate|rtnl.FlagExcl|rtnl.FlagAppend
	}
	req := rtnl.Begin(nil, typ, flags)
	req, err := attr.Append(req, &Spec{Index: s.index})
	if err != nil {
		return s.fail(err)
	}
	nest := len(req)
	req = attr.AppendString(attr.BeginNest(req, iflaPropList), iflaAltIfname, alt)
	if req, err = attr.EndNest(req, nest); err != nil {
		return s.fail(err)
	}
	return s.request(ctx, rtnl.End(req, 0), &Spec{AltNames: []string{alt}})
}

// moveStep moves a link to another namespace, with a new name and index in
// the same message: the kernel checks the three together before it does any
// of it.
type moveStep struct {
	sub   *subject
	to    *place
	name  string // "" to keep it
	index uint32 // 0 to keep it if it is free
	from  *place
	was   *Link
	moved bool // it has been seen there
}

func (s *moveStep) String() string { return fmt.Sprintf("move %s to %s", s.sub.now.Name, s.to.ns) }

// wants is the name that the link is to have.
func (s *moveStep) wants() string {
	if s.name != "" {
		return s.name
	}
	return s.was.Name
}

// guard makes sure that the name is free there: the kernel looks at the new
// name only after it has moved the link, unless the old one is taken.
func (s *moveStep) guard(ctx context.Context) error {
	if err := s.sub.confirm(ctx, new(Spec)); err != nil {
		return err
	}
	s.from, s.was = s.sub.at, s.sub.now
	var l Link
	err := s.to.get(ctx, attr.RefName(s.wants()), &l, 0)
	switch {
	case err == nil:
		return &Error{Op: s.sub.op, Link: s.was.Name, Errno: eexist, Hint: "there " + takenBy(&l)}
	case errors.Is(err, ErrNotExist):
		return nil
	}
	return opError(s.sub.op, err)
}

func (s *moveStep) send(ctx context.Context) error {
	return s.sub.move(ctx, s.to, s.name, s.index)
}

// arrived finds the link in its new place, by name: the index can be another.
func (s *moveStep) arrived(ctx context.Context, name string) error {
	l := new(Link)
	if err := s.to.get(ctx, attr.RefName(name), l, s.sub.what); err != nil {
		return opError(s.sub.op, err)
	}
	if !s.sameAs(l) {
		return s.sub.fail(fmt.Errorf("%s in %s is another link: %w", name, s.to.ns, ErrConflict))
	}
	s.sub.at, s.sub.index, s.sub.now, s.moved = s.to, l.Index, l, true
	return nil
}

func (s *moveStep) verify(ctx context.Context) error {
	if err := s.arrived(ctx, s.wants()); err != nil {
		return err
	}
	if s.index != 0 && s.sub.index != s.index {
		return s.sub.fail(fmt.Errorf("index: want %d, is %d: %w", s.index, s.sub.index, ErrVerify))
	}
	return nil
}

// undo looks where the link is: the kernel can refuse the new name after it
// has moved the link.
func (s *moveStep) undo(ctx context.Context) error {
	if s.was == nil {
		return nil
	}
	var l Link
	err := s.from.get(ctx, attr.RefIndex(s.was.Index), &l, 0)
	switch here := err == nil && s.sub.is(&l) && s.sameAs(&l); {
	case here && !s.moved:
		return nil
	case here: // back already
	case err != nil && !errors.Is(err, ErrNotExist):
		return opError(s.sub.op, err)
	default:
		if found, err := s.follow(ctx); !found {
			return err // if nil it is gone altogether, which the residue will show
		}
		err := s.sub.move(ctx, s.from, s.was.Name, s.was.Index)
		if err != nil && !s.isHome(ctx) {
			return err
		}
		s.sub.at, s.sub.index = s.from, s.was.Index
		return errors.Join(err, s.sub.restore(ctx, s.was.state()))
	}
	s.sub.at, s.sub.index = s.from, s.was.Index
	return s.sub.restore(ctx, s.was.state())
}

// isHome reports whether the link is back where it was, if under another
// name: the kernel refuses a name after it has moved the link.
func (s *moveStep) isHome(ctx context.Context) bool {
	var l Link
	return s.from.get(ctx, attr.RefIndex(s.was.Index), &l, 0) == nil && s.sub.is(&l) && s.sameAs(&l)
}

// sameAs compares what a move leaves as it is.
func (s *moveStep) sameAs(l *Link) bool {
	return l.KindName() == s.was.KindName() && l.Address == s.was.Address && l.Type == s.was.Type
}

// follow finds the link in the other place under either name.
func (s *moveStep) follow(ctx context.Context) (found bool, err error) {
	for _, name := range []string{s.wants(), s.was.Name} {
		err := s.arrived(ctx, name)
		if !errors.Is(err, ErrNotExist) && !errors.Is(err, ErrConflict) {
			return err == nil, err
		}
	}
	return false, nil
}

// move sends the message that moves a link.
func (s *subject) move(ctx context.Context, to *place, name string, index uint32) error {
	s.renamed(name)
	m := &Spec{Index: s.index, Name: name, NetNS: to.ref()}
	req := rtnl.Begin(nil, rtnl.NewLink, rtnl.FlagAck)
	req, err := attr.Append(req, m)
	if err != nil {
		return s.fail(err)
	}
	if index != 0 {
		req = attr.AppendUint32(req, iflaNewIfindex, index)
	}
	return s.request(ctx, rtnl.End(req, 0), m)
}
