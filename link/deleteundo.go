package link

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/nsutil"
)

// A deletion is undone by making the link again, with the same index if nobody
// has taken it. That is not the same link: what it had besides its own
// settings (addresses, routes, learned neighbours, programs, keys, what sat on
// it) is not brought back. The residue shows what of its settings differs.

// An original is a link as it was before it was deleted, and what it takes to
// make one like it.
type original struct {
	tx  *tx
	sub *subject
	was *Link
	// other is the other end of a pair, nil if there is none, and end is it as
	// a subject. Its namespace is found when it is needed: finding it among
	// many for each of many pairs takes long.
	other *Link
	end   *subject
	err   error // why it cannot be made again, nil if it can
	made  bool  // it has been made again, or may have been
}

// original keeps what sub was read to be. other reads the other end of a pair.
func (t *tx) original(sub *subject, other func(*Link) (*Link, error)) *original {
	l := sub.now
	o := &original{tx: t, sub: sub, was: l}
	if l.Kind == nil {
		o.err = fmt.Errorf("hardware is not made by a message: %w", ErrNotSupported)
		return o
	}
	if o.err = l.Spec().checkCreate(); o.err != nil {
		return o
	}
	if i, _ := l.Lower.Index(); i == 0 || !l.Kind.Info().Pair {
		return o
	}
	if o.other, o.err = other(l); o.err != nil {
		return o
	}
	if back, _ := o.other.Lower.Index(); back != l.Index {
		o.err = fmt.Errorf("index %d is %s, which is not its peer: %w", o.other.Index, o.other.Name, ErrConflict)
	}
	return o
}

// remake makes links again that are gone. First all are made, since some refer
// to others, down and ports of nothing; then each becomes what it was. The order
// is that of their indexes but where they need each other: ports get numbers in
// the order in which they join.
func remake(ctx context.Context, links []*original) error {
	links = slices.SortedFunc(slices.Values(links), func(a, b *original) int { return cmp.Compare(a.was.Index, b.was.Index) })
	var errs []error
	each := func(order []*original, f func(*original, context.Context) error) {
		for _, o := range order {
			errs = append(errs, insist(ctx, undoTry, func(ctx context.Context) error { return f(o, ctx) }))
		}
	}
	each(inOrder(links, (*original).below), (*original).make)
	order := inOrder(links, (*original).around)
	each(order, (*original).finish)
	each(order, (*original).followPorts)
	return join(errs...)
}

// inOrder puts those that others need before them.
func inOrder(links []*original, needs func(*original) []Ref) []*original {
	byIndex, seen := map[uint32]*original{}, map[*original]bool{}
	for _, o := range links {
		byIndex[o.was.Index] = o
		if o.other != nil && !o.was.LowerNetNSID.IsSet() {
			byIndex[o.other.Index] = o
		}
	}
	var out []*original
	var visit func(*original)
	visit = func(o *original) {
		if o == nil || seen[o] { // a bond names a port that names the bond: then either order will do
			return
		}
		seen[o] = true
		for _, r := range needs(o) {
			i, _ := r.Index()
			visit(byIndex[i])
		}
		out = append(out, o)
	}
	for _, o := range links {
		visit(o)
	}
	return out
}

// below are the links that must be there for this one to be made.
func (o *original) below() []Ref {
	out := o.lower()
	if o.was.Kind != nil {
		for _, r := range attr.Refs(o.was.Kind) {
			out = append(out, *r)
		}
	}
	return out
}

// around are the links that must be what they were for this one to become what
// it was: one above can be set up only if the one below is, and joins only a
// master that takes it.
func (o *original) around() []Ref {
	out := append(o.lower(), o.was.Master)
	if o.other != nil && !o.was.LowerNetNSID.IsSet() {
		out = append(out, o.other.Master)
	}
	return out
}

func (o *original) lower() []Ref {
	if o.other != nil || o.was.LowerNetNSID.IsSet() {
		return nil
	}
	return []Ref{o.was.Lower}
}

// make makes the link, if it is gone, with the settings that are its own. It
// can be done again where an answer was lost.
func (o *original) make(ctx context.Context) error {
	_, err := o.sub.read(ctx)
	switch {
	case err == nil && !o.made:
		return nil // it has not been deleted
	case errors.Is(err, ErrNotExist), errors.Is(err, ErrConflict):
		err = o.create(ctx)
	}
	if err != nil {
		return err
	}
	err = o.sub.strive(ctx, o.was.own())
	if o.end == nil {
		return err
	}
	return join(err, o.end.strive(ctx, o.other.own()))
}

// create makes the link as [Client.Create] does. One that does not read back
// as it should is kept all the same.
func (o *original) create(ctx context.Context) error {
	err := o.err
	if err == nil {
		err = o.openEnd(ctx)
	}
	if err != nil {
		return failure(o.sub.op, o.was.Name, fmt.Errorf("cannot be made again: %w", err))
	}
	w := o.request(ctx)
	err = o.attempt(ctx, w)
	if w.LowerNetNSID.IsSet() && w.Index != 0 && (errors.Is(err, ErrBusy) || errors.Is(err, ErrExist)) {
		// Kernels up to 6.14 or so make it beside the lower link, where another
		// can have the index.
		w.Index = 0
		err = o.attempt(ctx, w)
	}
	if errors.Is(err, ErrVerify) {
		return nil // the residue will show it
	}
	return err
}

// attempt makes the link of w.
func (o *original) attempt(ctx context.Context, w *Spec) error {
	t := &tx{op: o.sub.op, link: w.Name}
	defer t.close()
	first, second := o.ends()
	s := &createStep{
		sub:  &subject{kind: o.sub.kind, names: []string{w.Name}, op: o.sub.op, at: first.at, now: &Link{Name: w.Name}},
		from: first.at, want: w,
	}
	if p := pairOf(w); p != nil && p.PeerSpec().IsSet() {
		s.expectPeer(p.PeerSpec().Value(), second.at)
	}
	s.message, _ = divide(w, false) // the rest follows by and by
	_, err := t.try(ctx, s)
	o.made = o.made || s.made
	first.isAgain(s.sub)
	second.isAgain(s.peer)
	return err
}

// isAgain takes over the index of the link that was made anew, if it is known.
func (s *subject) isAgain(made *subject) {
	if s != nil && made != nil && made.index != 0 {
		s.index, s.again = made.index, true
	}
}

// ends are the subjects of the link and of its peer, if it has one, in the order
// in which a creation describes them.
func (o *original) ends() (first, second *subject) {
	if k, ok := o.was.Kind.(kind.Unequal); ok && o.end != nil && k.IsPeer() {
		return o.end, o.sub
	}
	return o.sub, o.end
}

// openEnd finds the namespace that the other end is to be made in.
func (o *original) openEnd(ctx context.Context) error {
	if o.other == nil || o.end != nil {
		return nil
	}
	at, err := o.tx.peerPlace(ctx, o.sub.at, o.was)
	if err != nil {
		return fmt.Errorf("peer: %w", err)
	}
	o.end = o.tx.subject(o.sub.op, at, o.other)
	return nil
}

// request is what makes such a link. Indexes that somebody else has by now are
// left out; the kernel heeds that of a peer only together with the other.
func (o *original) request(ctx context.Context) *Spec {
	if o.other == nil {
		w := o.was.bare()
		w.LowerNetNSID = o.was.LowerNetNSID // where a tunnel's packets go, too
		if !isFree(ctx, o.sub, o.was) {
			w.Index = 0
		}
		return w
	}
	first, second := o.ends()
	l, peer := o.was, o.other
	if second == o.sub {
		l, peer = peer, l
	}
	w := l.bare()
	p := peer.peer()
	p.Up, p.Master, p.Address = attr.Opt[bool]{}, Ref{}, peer.bare().Address
	if !first.at.same(second.at) {
		p.NetNS = second.at.ref()
	}
	if !isFree(ctx, first, l) {
		w.Index, p.Index = 0, 0
	} else if !isFree(ctx, second, peer) {
		p.Index = 0
	}
	if pair, ok := w.Kind.(kind.Pairer); ok {
		pair.PeerSpec().Set(p)
	}
	return w
}

// isFree reports whether nobody has the index by now.
func isFree(ctx context.Context, s *subject, was *Link) bool {
	return errors.Is(s.at.get(ctx, was.Ref(), new(Link), 0), ErrNotExist)
}

// bare is the request for the link, down and a port of nothing.
func (l *Link) bare() *Spec {
	w := l.Spec()
	w.Up, w.Master, w.Port, w.AltNames = attr.Opt[bool]{}, Ref{}, nil, nil
	if k, ok := l.Port.(kind.AddressKeeper); ok && k.OwnAddress().IsValid() {
		w.Address = k.OwnAddress()
	}
	return w
}

// finish makes the link what it was in all that has to do with others, and
// then sets it up.
func (o *original) finish(ctx context.Context) error {
	if !o.made {
		return nil
	}
	err := o.sub.finish(ctx, o.was)
	if o.end == nil {
		return err
	}
	return join(err, o.end.finish(ctx, o.other))
}

func (s *subject) finish(ctx context.Context, was *Link) error {
	want := was.settings()
	port, up := &Spec{Port: want.Port}, &Spec{Up: want.Up}
	want.Port, want.Up = nil, attr.Opt[bool]{}
	errs := []error{s.strive(ctx, want)}
	if port.Port != nil {
		errs = append(errs, s.strive(ctx, port))
	}
	for _, n := range was.AltNames {
		errs = append(errs, s.giveAltName(ctx, n))
	}
	errs = append(errs, s.strive(ctx, up))
	if was.Kind.Info().Carrier && was.Carrier == attr.Off {
		errs = append(errs, s.strive(ctx, &Spec{Carrier: attr.Off}))
	}
	return join(errs...)
}

// followPorts is for what has followed the ports as they joined.
func (o *original) followPorts(ctx context.Context) error {
	if !o.made || !o.was.Kind.Info().FollowsPorts {
		return nil
	}
	return o.sub.strive(ctx, o.was.own())
}

// settings are what of the link's state changes can bring back.
func (l *Link) settings() *Spec {
	s := l.lasting()
	if s.Kind != nil {
		s.Kind = lasting(s.Kind)
	}
	if _, ok := l.Port.(kind.AddressKeeper); ok {
		s.Address = attr.HWAddr{} // comes with the master
	}
	return s
}

// own are the settings that have nothing to do with other links.
func (l *Link) own() *Spec {
	s := l.settings()
	s.Master, s.Port, s.Up = Ref{}, nil, attr.Opt[bool]{}
	return s
}

// strive sets back what of want does not hold, as much of it as can be: it goes
// on where the kernel refuses a part.
func (s *subject) strive(ctx context.Context, want *Spec) error {
	l, err := s.read(ctx)
	if err != nil {
		return err
	}
	s.now = l
	d, fields, err := l.diff(want)
	if err != nil {
		return s.fail(err)
	}
	if len(l.unmet(fields)) == 0 {
		return nil
	}
	if d.Kind != nil && d.Kind.Info().Update == kind.Replace {
		d.Kind = whole(l.Kind, want.Kind)
	}
	var errs []error
	for _, p := range split(d) {
		errs = append(errs, s.set(ctx, p.spec))
	}
	return join(errs...)
}

// giveAltName adds an alternative name unless the last read showed it.
func (s *subject) giveAltName(ctx context.Context, name string) error {
	if slices.Contains(s.now.AltNames, name) {
		return nil
	}
	return s.setAltName(ctx, name, true)
}

// subject returns the link l at p as one that the transaction has touched.
func (t *tx) subject(op string, p *place, l *Link) *subject {
	for _, s := range t.subjects {
		if s.index == l.Index && s.at.same(p) {
			return s
		}
	}
	s := &subject{kind: l.KindName(), names: []string{l.Name}, op: op, at: p, index: l.Index, now: l, was: l, wasAt: p}
	t.subjects = append(t.subjects, s)
	return s
}

// same reports whether both are places in one namespace.
func (p *place) same(q *place) bool {
	return p == q || p.ns != nil && q.ns != nil && p.ns.Equal(q.ns)
}

// peerPlace returns the place of the peer of l, which is at p: one that the
// transaction has open already, else a namespace that has a name.
func (t *tx) peerPlace(ctx context.Context, p *place, l *Link) (*place, error) {
	id, elsewhere := l.LowerNetNSID.Get()
	if !elsewhere {
		return p, nil
	}
	for _, q := range append([]*place{p.client.home}, t.places...) {
		if q.ns == nil || p.ns == nil {
			continue
		}
		if n, ok, err := nsutil.NSID(ctx, p.ns, q.ns); err == nil && ok && n == id {
			return q, nil
		}
	}
	at, err := p.at(ctx, kind.NetNSID(int(id)))
	if err != nil {
		return nil, err
	}
	return t.keep(at, p), nil
}
