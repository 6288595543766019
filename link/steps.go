package link

import (
	"context"
	"fmt"
	"strings"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/rtnl"
	"github.com/iplink-go/iplink/kind"
)

// The step that sets fields of a link, and what undoes it. Creation, deletion,
// moves, alternative names and XDP programs have steps in files of their own.

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
	return fmt.Sprintf("set %s %s", s.sub.called(), strings.Join(words, " "))
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

func (s *setStep) undo(ctx context.Context) (did bool, err error) {
	if s.was == nil {
		return false, nil
	}
	s.sub.had = s.had
	defer func() { s.sub.had = nil }()
	did, err = s.sub.restore(ctx, s.was)
	if r, ok := s.had.(kind.Reverter); ok && err == nil {
		more, err := s.sub.revert(ctx, r)
		return did || more, err
	}
	return did, err
}

// maxReverts bounds the requests of one kind.Reverter.
const maxReverts = 5

// revert sends what r returns until there is nothing left, and reports whether
// there was anything. Not all of it need be reported, so that what is left over
// then must be said here: measuring the link could find nothing.
func (s *subject) revert(ctx context.Context, r kind.Reverter) (did bool, err error) {
	for sent := 0; ; sent++ {
		l, err := s.read(ctx)
		if err != nil {
			return did, err
		}
		s.now = l // what comes before the request depends on it
		k := r.Revert(l.Kind)
		switch {
		case k == nil:
			return did, nil
		case sent == maxReverts:
			return did, s.fail(fmt.Errorf("%s: not as before after %d requests: %w", attr.Printer{}.Text(k), sent, ErrVerify))
		}
		did = true
		if err := s.set(ctx, &Spec{Kind: k}); err != nil {
			return did, err
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
	return r.explain(s.at.kernelError(s.op, s.called(), err, req[rtnl.HeaderLen:], m))
}

// restore sets back what of was does not hold any more, and reports whether
// that is anything. Port data comes after the master, since joining one resets
// it.
func (s *subject) restore(ctx context.Context, was *Spec) (did bool, err error) {
	first := *was
	if was.Master.IsSet() {
		first.Port = nil
	}
	did, err = s.putBack(ctx, &first)
	if err != nil || first.Port != nil || was.Port == nil || was.Master == None {
		return did, err
	}
	more, err := s.putBack(ctx, &Spec{Port: lasting(was.Port)})
	return did || more, err
}

func (s *subject) putBack(ctx context.Context, was *Spec) (did bool, err error) {
	l, err := s.read(ctx)
	if err != nil {
		return false, err
	}
	s.now = l
	d, fields, err := l.diff(was)
	if err != nil {
		return false, s.fail(err)
	}
	if len(l.unmet(fields)) == 0 && len(d.VFs) == 0 {
		return false, nil
	}
	if d.Kind != nil && d.Kind.Info().Update == kind.Replace {
		d.Kind = whole(l.Kind, was.Kind)
	}
	for _, p := range split(d) {
		if err := s.set(ctx, p.spec); err != nil {
			return true, err
		}
	}
	return true, nil
}

// lasting returns what of s a request can bring back.
func lasting[S attr.Struct](s S) S {
	return picked(s, func(f *attr.Field) bool { return f.Dir&attr.Set != 0 && !f.Volatile && f.Wire != attr.WireRest })
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
