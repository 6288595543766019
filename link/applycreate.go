package link

import (
	"context"
	"fmt"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
)

// The step of a plan that makes a link. What it refers to has an index by now,
// and a namespace that is open.

// create makes a link, and the other end of a pair with it.
func (a *applier) create(ctx context.Context, s *planStep) error {
	n := s.node
	m, err := a.resolved(ctx, s.spec)
	if err != nil {
		return a.tx.rollback(ctx, err)
	}
	at := a.places[n.to]
	m.NetNS = kind.NetNS{}
	if at != a.c.home {
		m.NetNS = at.ref()
	}
	sub := &subject{kind: m.Kind.Kind(), op: a.op, at: at, now: &Link{Name: m.Name}, what: includeFor(n.want)}
	if m.Name != "" {
		sub.names = []string{m.Name}
	}
	step := &createStep{sub: sub, from: a.c.home, want: m, message: m}
	a.subs[n] = sub
	a.tx.subjects = append(a.tx.subjects, sub)
	if n.pair != nil && n.pair.born == n {
		a.peer(step, m, n.pair)
	}
	if step.peer != nil {
		a.tx.subjects = append(a.tx.subjects, step.peer)
	}
	if err := a.tx.run(ctx, step); err != nil {
		return err
	}
	if step.peer != nil {
		if err := a.catchUp(ctx, step.peer, step.peerWant); err != nil {
			return err
		}
	}
	if step.tempName == "" {
		return nil
	}
	return a.catchUp(ctx, sub, &Spec{Name: n.name, Up: s.spec.Up})
}

// catchUp sets what a creation should have set and did not: a kernel can want
// another name at first, and the flags of a peer are heeded by some kinds only.
func (a *applier) catchUp(ctx context.Context, sub *subject, want *Spec) error {
	d, _, err := sub.now.diff(want)
	if err != nil {
		return a.tx.rollback(ctx, sub.fail(err))
	}
	for _, part := range split(d) {
		if err := a.tx.run(ctx, &setStep{sub: sub, part: part}); err != nil {
			return err
		}
	}
	return nil
}

// peer prepares the other end of a pair that a step makes.
func (a *applier) peer(step *createStep, m *Spec, n *node) {
	pair := pairOf(m)
	said := pair.PeerSpec().Value()
	at := a.places[n.to]
	if at != a.c.home {
		said.NetNS = at.ref()
	}
	pair.PeerSpec().Set(said)
	step.expectPeer(said, at)
	a.subs[n] = step.peer
}

// resolved returns a copy of s with handles as indexes.
func (a *applier) resolved(ctx context.Context, s *Spec) (*Spec, error) {
	c := s.Clone()
	for r := range c.references() {
		n := handled(a.plan.nodes, *r)
		if n == nil {
			continue
		}
		if a.subs[n] == nil { // there, and only referred to
			if a.places[n.from] == nil {
				return nil, failure(a.op, n.name, fmt.Errorf("its namespace is not open: %w", attr.ErrUnresolved))
			}
			if err := a.read(ctx, n); err != nil {
				return nil, err
			}
		}
		*r = attr.RefIndex(a.subs[n].index)
	}
	return c, nil
}
