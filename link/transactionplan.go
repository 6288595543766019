package link

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
)

// How a transaction is planned, be it one of a single call such as
// [Client.Change]: the operations are taken one after the other, each as if those
// before had been done. Links are read when they are first spoken of. Steps keep
// the order of the operations; nothing is sorted but the steps of one operation,
// by phase. What operations say is done as it is said, other than what a state
// wants: no link is made anew, and none is taken down to join a master.

// A txPlanner is a planner that reads links when it needs them.
type txPlanner struct {
	planner
	c      *Client
	places []*place
	byName []map[string]*node // as called after the operations so far
}

func (t *Tx) plan(ctx context.Context, op string) (*Plan, error) {
	p := &txPlanner{c: t.c, planner: planner{op: op, imperative: true, state: new(State), opts: optionsOf(nil), spaces: map[kind.NetNS]int{}, snap: new(Snapshot)}}
	p.opts.allow = ^Loss(0)
	p.enterNamespace(t.c.home, kind.NetNS{})
	defer p.close()
	for range t.ops {
		p.add(new(node)) // the links that are made have the numbers of their operations
	}
	for i, o := range t.ops {
		if err := p.operation(ctx, p.nodes[i], o); err != nil {
			p.wrong(cmp.Or(o.name(), o.link.String()), err)
		}
		if p.hopeless() || len(p.problem) > 0 { // what follows may build on it
			return nil, p.err()
		}
	}
	p.joinDeletes()
	p.number()
	p.lose()
	return p.planner.plan(), nil
}

func (o *txOp) name() string {
	if o.spec != nil {
		return o.spec.Name
	}
	return ""
}

func (p *txPlanner) close() {
	for _, place := range p.places {
		if place != p.c.home {
			place.close() // only read from
		}
	}
}

func (p *txPlanner) enterNamespace(at *place, ns kind.NetNS) int {
	i := len(p.places)
	p.places = append(p.places, at)
	p.spaces[ns] = i
	in := NamespaceLinks{IDs: map[int32]int{}}
	if i > 0 {
		in.NetNS, in.Label = []kind.NetNS{ns}, at.ns.String()
	}
	p.snap.Namespaces = append(p.snap.Namespaces, in)
	p.rank = append(p.rank, i)
	p.byIndex = append(p.byIndex, map[uint32]*node{})
	p.byName = append(p.byName, map[string]*node{})
	return i
}

// namespace returns the number of a namespace, which it opens if it is new.
func (p *txPlanner) namespace(ctx context.Context, ns kind.NetNS) (int, error) {
	if i, ok := p.spaces[ns]; ok {
		return i, nil
	}
	at, err := p.c.home.at(ctx, ns)
	if err != nil {
		return 0, err
	}
	for i, have := range p.places {
		if have == at || have.ns != nil && at.ns != nil && have.ns.Equal(at.ns) {
			if have != at {
				at.close() // only opened
			}
			p.spaces[ns] = i
			return i, nil
		}
	}
	return p.enterNamespace(at, ns), nil
}

// lookup returns the link that r points to after the operations so far.
func (p *txPlanner) lookup(ctx context.Context, at int, r Ref) (*node, error) {
	if n := p.handled(r); n != nil {
		if n.want == nil || n.absent {
			return nil, fmt.Errorf("%s is not a link that was made before: %w", r, ErrNotExist)
		}
		return n, nil
	}
	if n, ok := p.byName[at][r.Name()]; ok && r.Name() != "" {
		if n == nil {
			return nil, fmt.Errorf("%q was given up before: %w", r.Name(), ErrNotExist)
		}
		return n, nil
	}
	l := new(Link)
	if err := p.places[at].get(ctx, r, l, WithVFs); err != nil {
		return nil, opError(p.op, err)
	}
	if n := p.byIndex[at][l.Index]; n != nil {
		return n, nil
	}
	n := p.add(&node{link: l, from: at, to: at, name: l.Name})
	p.byIndex[at][l.Index] = n
	p.call(n, l.Name)
	for _, alt := range l.AltNames {
		p.byName[at][alt] = n
	}
	return n, nil
}

// call gives the node a name.
func (p *txPlanner) call(n *node, name string) {
	n.name = name
	if name != "" {
		p.byName[n.to][name] = n
	}
}

// operation makes the steps of one operation.
func (p *txPlanner) operation(ctx context.Context, n *node, o txOp) error {
	from := len(p.steps)
	err := p.known(o)
	if err != nil {
		return err
	}
	switch o.op {
	case OpCreate:
		err = p.create(ctx, n, o.spec)
	case OpChange:
		err = p.change(ctx, o)
	case OpDelete:
		err = p.delete(ctx, o.link)
	}
	steps := p.steps[from:]
	slices.SortStableFunc(steps, func(a, b *planStep) int {
		// The other end of a pair is done first, so that a master finds a link
		// with a carrier.
		return cmp.Or(first(b)-first(a), b.node.id-a.node.id, cmp.Compare(a.place(), b.place()), a.turn-b.turn)
	})
	return err
}

// first is 1 for the step of an operation that must come before all others.
func first(s *planStep) int {
	if s.Op == OpCreate {
		return 1
	}
	return 0
}

// resolve makes the references of w handles, but those by index: the kernel
// knows them as they are, and says more of one that is not there.
func (p *txPlanner) resolve(ctx context.Context, n *node, w *Spec) (err error) {
	if w.LowerNetNSID.IsSet() {
		if w.Lower.Name() != "" {
			return refused("link", "%q is in another namespace; say it by index", w.Lower.Name())
		}
	} else if n.newLower, err = p.refer(ctx, "link", 0, &w.Lower); err != nil {
		return err
	}
	if n.newMaster, err = p.referMaster(ctx, n, &w.Master); err != nil {
		return err
	}
	if w.Kind != nil {
		if err := p.referAll(ctx, 0, dataPath, w.Kind); err != nil {
			return err
		}
	}
	if w.Port != nil {
		return p.referAll(ctx, n.to, portDataPath, w.Port)
	}
	return nil
}

func (p *txPlanner) referAll(ctx context.Context, at int, path string, s attr.Struct) error {
	for f, r := range attr.Refs(s) {
		if _, err := p.refer(ctx, joinPath(path, f.Name), at, r); err != nil {
			return err
		}
	}
	return nil
}

// refer makes r a handle and returns its node, nil if it is by the index of a
// link that no operation has spoken of, or says "no link".
func (p *txPlanner) refer(ctx context.Context, field string, at int, r *Ref) (*node, error) {
	own, err := p.places[at].own(*r)
	if err != nil {
		return nil, &attr.Error{Path: field, Offset: -1, Err: err}
	}
	*r = own
	i, isIndex := r.Index()
	if !r.IsSet() || isIndex && p.byIndex[at][i] == nil {
		p.unread = p.unread || i != 0
		return nil, nil
	}
	to, err := p.lookup(ctx, at, *r)
	if errors.Is(err, ErrNotExist) && p.handled(*r) == nil {
		err = fmt.Errorf("%q: %w", r.Name(), ErrNotExist)
	}
	if err != nil {
		return nil, &attr.Error{Path: field, Offset: -1, Err: err}
	}
	*r = to.handle()
	return to, nil
}

// referMaster reads a master too that is known by index, since some take ports
// only while they are down.
func (p *txPlanner) referMaster(ctx context.Context, n *node, r *Ref) (*node, error) {
	i, isIndex := r.Index()
	if !isIndex || i == 0 || n.link != nil && n.link.Master == *r {
		return p.refer(ctx, "master", n.to, r)
	}
	if _, err := p.lookup(ctx, n.to, *r); err != nil && !errors.Is(err, ErrNotExist) {
		return nil, &attr.Error{Path: "master", Offset: -1, Err: err}
	}
	return p.refer(ctx, "master", n.to, r)
}

func (p *txPlanner) create(ctx context.Context, n *node, w *Spec) error {
	if err := w.checkCreate(); err != nil {
		return err
	}
	at, err := p.namespace(ctx, w.NetNS)
	if err != nil {
		return err
	}
	n.from, n.to, n.want = at, at, w
	if err := p.createPeer(ctx, n, w); err != nil {
		return err
	}
	if err := p.resolve(ctx, n, w); err != nil {
		return err
	}
	p.call(n, w.Name)
	if err := p.encodable(w); err != nil {
		return err
	}
	p.createSteps(n)
	return nil
}

// createPeer makes a node of what is said of the other end of a pair.
func (p *txPlanner) createPeer(ctx context.Context, n *node, w *Spec) error {
	pair := pairOf(w)
	if pair == nil || !pair.PeerSpec().IsSet() {
		return nil
	}
	said := pair.PeerSpec().Value()
	at, err := p.namespace(ctx, said.NetNS)
	if err != nil {
		return under(peerPath, err)
	}
	want := specOfPeer(&said)
	want.NetNS = kind.NetNS{}
	other := p.add(&node{from: at, to: at, want: want, born: n, pair: n})
	n.pair = other
	pair.PeerSpec().Clear()
	if err := p.resolve(ctx, other, want); err != nil {
		return under(peerPath, err)
	}
	p.call(other, want.Name)
	return p.encodable(want)
}

func (p *txPlanner) change(ctx context.Context, o txOp) error {
	n, err := p.lookup(ctx, 0, o.link)
	if err != nil {
		return err
	}
	w := o.spec
	if o.alts != nil {
		w.AltNames = o.alts(append([]string{}, n.altNames()...))
	}
	if err := w.checkNames(); err != nil {
		return err
	}
	to := n.to
	if w.NetNS.IsSet() {
		if to, err = p.namespace(ctx, w.NetNS); err != nil {
			return err
		}
	}
	if n.moved && to != n.to {
		return refused("netns", "one transaction cannot move a link twice")
	}
	was, name := *n, n.name
	n.to = to
	first := was.want == nil && n.link != nil
	if first {
		if err := p.comparePeer(ctx, n, w); err != nil {
			return err
		}
	}
	if err := p.resolve(ctx, n, w); err != nil {
		return err
	}
	if w.Name != "" && w.Name != name {
		p.byName[was.to][name] = nil
		p.call(n, w.Name)
	} else if to != was.to {
		p.byName[was.to][name] = nil
		p.call(n, name)
	}
	n.want = w
	if first {
		p.compareNode(n)
		if len(p.problem) > 0 {
			return nil
		}
		p.check(n)
		p.changeSteps(n)
	} else if err := p.changeAgain(n, &was); err != nil {
		return err
	}
	n.moved = n.moves()
	if was.want != nil {
		n.want = w.over(was.want)
	}
	return nil
}

// comparePeer takes what is said of the peer out of what is wanted, if the peer
// is so.
func (p *txPlanner) comparePeer(ctx context.Context, n *node, w *Spec) error {
	if pairOf(w) == nil {
		return nil
	}
	sub := &subject{kind: n.link.KindName(), op: p.op, at: p.places[n.from], index: n.link.Index, now: n.link}
	return sub.comparePeer(ctx, w)
}

// known returns an error for data of types that the client does not read.
func (p *txPlanner) known(o txOp) error {
	if o.spec == nil {
		return nil
	}
	return p.c.knows(o.spec)
}

// changeAgain makes the steps for a link that an earlier operation makes or
// changes. What of it will hold by then is seen when it is its turn.
func (p *txPlanner) changeAgain(n, was *node) error {
	d := *n.want.Clone()
	d.NetNS, d.Index, d.Lower = kind.NetNS{}, 0, Ref{}
	if d.Name == was.name {
		d.Name = ""
	}
	if err := p.encodable(&d); err != nil {
		return err
	}
	have := was.altNames()
	if n.moves() && !was.moved {
		p.step(n, planStep{Step: Step{Op: OpMove}, phase: phaseMove, spec: &Spec{Name: d.Name, Index: n.want.Index}})
		d.Name = ""
	}
	p.sets(n, &d)
	if n.want.AltNames == nil {
		n.want.AltNames = have
	}
	p.altSteps(n, have)
	return nil
}

func (p *txPlanner) delete(ctx context.Context, r Ref) error {
	n, err := p.lookup(ctx, 0, r)
	if err != nil {
		return err
	}
	n.absent = true
	p.step(n, planStep{Step: Step{Op: OpDelete}, phase: phaseDelete})
	for name, has := range p.byName[n.to] {
		if has == n {
			p.byName[n.to][name] = nil
		}
	}
	return nil
}
