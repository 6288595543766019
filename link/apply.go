package link

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/rtnl"
	"github.com/iplink-go/iplink/kind"
)

// A Result is what applying a plan has done.
type Result struct {
	// Steps are the steps that were carried out. One of a plan whose fields
	// hold already by the time of its turn is not among them.
	Steps []Step
	// Messages is how many requests that change something were sent.
	Messages int
	// Links are the links that were to be made or changed, as they are now.
	Links []Placed
}

// A Placed is a link and where it is.
type Placed struct {
	// NetNS is the namespace, the client's own if it says nothing.
	NetNS kind.NetNS
	Link  *Link
}

// Confirm makes an application final only if f agrees: it is called when
// everything is done and verified, and an error from it undoes everything. It
// is the place to see whether a program can still reach what it must.
func Confirm(f func(context.Context) error) Option { return func(o *options) { o.confirm = f } }

// OnStep calls f after each step with its error, nil for success.
func OnStep(f func(Step, error)) Option { return func(o *options) { o.onStep = f } }

// Apply carries out a plan. Before the first message every link that it is
// about is read again, and compared with what the plan was made for: a
// difference in what would be overwritten is [ErrConflict]. Each step is
// preceded by one more reading of its link and verified afterwards.
//
// If anything fails, the end of the context and the refusal of [Confirm]
// included, what was done is undone in reverse, the step that failed too, and
// the error is a [*TxError] with what was measured to be left. Undoing does not
// end with the context.
//
// What this is not: others see the steps one by one, since the kernel knows no
// transactions of links (there is no isolation); and a program that is killed
// half-way leaves what it has done (no durability): planning for the same state
// again finishes it.
func (c *Client) Apply(ctx context.Context, plan *Plan, opts ...Option) (*Result, error) {
	if err := c.enter("apply"); err != nil {
		return nil, err
	}
	defer c.leave()
	return c.apply(ctx, plan, "apply", false, opts)
}

// apply carries out a plan. If it is fresh its links have just been read.
func (c *Client) apply(ctx context.Context, plan *Plan, op string, fresh bool, opts []Option) (*Result, error) {
	o := plan.opts
	for _, f := range opts {
		f(&o)
	}
	var sent atomic.Int64
	ctx = context.WithValue(ctx, tallyKey{}, &sent)
	a := &applier{
		c: c, plan: plan, op: op, opts: o, fresh: fresh, tx: &tx{op: op, planned: !plan.unread},
		subs: make(map[*node]*subject, len(plan.nodes)), out: new(Result), last: map[int]*node{},
	}
	defer a.tx.close()
	if err := a.prepare(ctx); err != nil {
		return nil, err
	}
	for _, s := range plan.steps {
		done, err := a.run(ctx, s)
		a.last[s.node.cluster] = s.node
		if o.onStep != nil {
			o.onStep(s.Step, err)
		}
		if err != nil {
			return nil, err
		}
		if done {
			a.out.Steps = append(a.out.Steps, s.Step)
		}
	}
	if err := a.finish(ctx); err != nil {
		return nil, a.tx.rollback(ctx, err)
	}
	if o.confirm != nil && !plan.Empty() {
		if err := o.confirm(ctx); err != nil {
			return nil, a.tx.rollback(ctx, err)
		}
	}
	a.out.Messages = int(sent.Load())
	return a.out, nil
}

// tallyKey is the key of the counter of requests that change something.
type tallyKey struct{}

// tally counts a request.
func tally(ctx context.Context, req []byte) {
	n, ok := ctx.Value(tallyKey{}).(*atomic.Int64)
	if !ok {
		return
	}
	for m := range rtnl.Messages(req) {
		if m.Type != rtnl.GetLink {
			n.Add(1)
		}
	}
}

// An applier carries out one plan.
type applier struct {
	c      *Client
	plan   *Plan
	op     string
	opts   options
	fresh  bool
	tx     *tx
	places []*place
	subs   map[*node]*subject
	out    *Result
	last   map[int]*node // of each cluster, the link that the last step was for
}

// prepare opens the namespaces and reads every link that there is a step for.
func (a *applier) prepare(ctx context.Context) error {
	used := map[int]bool{0: true}
	for _, s := range a.plan.steps {
		for _, n := range s.nodes() {
			used[n.from], used[n.to] = true, true
			if n.pair != nil {
				used[n.pair.to] = true
			}
		}
	}
	a.places = make([]*place, len(a.plan.places))
	for i, ns := range a.plan.places {
		if !used[i] {
			continue
		}
		p, err := a.c.home.at(ctx, ns)
		if err != nil {
			return failure(a.op, "", err)
		}
		a.places[i] = a.tx.keep(p, a.c.home)
	}
	for _, s := range a.plan.steps {
		for _, n := range s.nodes() {
			if a.subs[n] != nil {
				continue
			}
			if err := a.read(ctx, n); err != nil {
				return err
			}
			if sub := a.subs[n]; sub != nil {
				a.tx.subjects = append(a.tx.subjects, sub)
			}
		}
	}
	return nil
}

// read makes a subject of a link that is there, if it is still what the plan
// was made for.
func (a *applier) read(ctx context.Context, n *node) error {
	if n.link == nil || a.subs[n] != nil {
		return nil
	}
	sub := &subject{kind: n.link.KindName(), names: []string{n.link.Name}, op: a.op, at: a.places[n.from],
		index: n.link.Index, now: n.link, what: includeOf(n)}
	if err := a.reread(ctx, n, sub); err != nil {
		return err
	}
	sub.was, sub.wasAt = sub.now, sub.at
	a.subs[n] = sub
	return nil
}

// reread reads a link again for a plan that may be old.
func (a *applier) reread(ctx context.Context, n *node, sub *subject) error {
	if a.fresh {
		return nil
	}
	l, err := sub.read(ctx)
	if errors.Is(err, ErrNotExist) {
		return sub.fail(fmt.Errorf("it is gone: %w", ErrConflict))
	}
	if err != nil {
		return err
	}
	if n.diff != nil { // what the plan would overwrite
		if err := n.link.unchanged(l, n.diff); err != nil {
			return sub.fail(err)
		}
	}
	sub.now = l
	return nil
}

func includeOf(n *node) Include {
	if n.want == nil {
		return 0
	}
	return includeFor(n.want)
}

// run carries out a step, and reports whether there was anything to do.
func (a *applier) run(ctx context.Context, s *planStep) (done bool, err error) {
	if s.Op == OpCreate {
		return true, a.create(ctx, s)
	}
	sub := a.subs[s.node]
	switch s.Op {
	case OpMove:
		return true, a.tx.run(ctx, &moveStep{sub: sub, to: a.places[s.node.to], name: s.spec.Name, index: s.spec.Index})
	case OpDelete:
		return true, a.delete(ctx, s)
	case OpAltName:
		return true, a.tx.run(ctx, &altStep{sub: sub, alt: s.alt, add: s.add})
	}
	return a.set(ctx, s)
}

// set changes one group of fields.
func (a *applier) set(ctx context.Context, s *planStep) (done bool, err error) {
	sub := a.subs[s.node]
	spec, err := a.resolved(ctx, s.spec)
	if err != nil {
		return false, a.tx.rollback(ctx, err)
	}
	if err := a.refresh(ctx, s.node); err != nil {
		return false, a.tx.rollback(ctx, err)
	}
	if spec.XDP.IsSet() {
		return a.attach(ctx, sub, spec)
	}
	d, fields, err := sub.now.diff(spec)
	if err != nil {
		return false, a.tx.rollback(ctx, sub.fail(err))
	}
	if len(fields) == 0 && len(d.VFs) == 0 {
		return false, nil
	}
	if err := sub.now.possible(spec, d, fields); err != nil {
		return false, a.tx.rollback(ctx, sub.fail(err))
	}
	if d.Kind != nil && d.Kind.Info().Update == kind.Replace {
		d.Kind = whole(sub.now.Kind, spec.Kind)
	}
	return true, a.tx.run(ctx, &setStep{sub: sub, part: part{group{name: s.group}, d}})
}

// attach attaches or detaches an XDP program.
func (a *applier) attach(ctx context.Context, sub *subject, spec *Spec) (done bool, err error) {
	d, err := sub.now.diffXDP(spec.XDP)
	if err != nil {
		return false, a.tx.rollback(ctx, sub.fail(err))
	}
	x, differs := d.Get()
	if !differs {
		return false, nil
	}
	return true, a.tx.run(ctx, &xdpStep{sub: sub, want: x})
}

// refresh reads a link again if a step for one around it has come since it was
// read: that can have changed it, as a bridge's MTU follows its ports, and is
// then no conflict.
func (a *applier) refresh(ctx context.Context, n *node) error {
	sub, last := a.subs[n], a.last[n.cluster]
	if last == nil || last == n {
		return nil
	}
	l, err := sub.read(ctx)
	if err != nil {
		return err
	}
	sub.now = l
	return nil
}

// delete removes links: several with one message, which the kernel carries out
// for all of them or none.
func (a *applier) delete(ctx context.Context, s *planStep) error {
	var subs []*subject
	for _, n := range s.nodes() {
		subs = append(subs, a.subs[n])
	}
	single := &deleteStep{sub: subs[0]}
	if len(a.plan.steps) > 1 || a.opts.confirm != nil {
		single.keep = a.tx
	}
	var step step = single
	if len(subs) > 1 {
		many := newBulkDelete(a.tx, a.places[s.at], subs)
		many.owner = a.plan.owner
		step = many
	}
	if err := a.tx.run(ctx, step); err != nil {
		return err
	}
	for _, n := range s.nodes() {
		delete(a.subs, n) // one that is made anew gets another
	}
	return nil
}

// finish reads all links once more and compares them with what was wanted:
// while one was changed somebody else may have changed another, or a step
// something besides.
func (a *applier) finish(ctx context.Context) error {
	for _, n := range a.plan.nodes {
		sub := a.subs[n]
		if sub == nil || sub.gone || !n.wanted() {
			continue
		}
		want, err := a.resolved(ctx, n.want)
		if err != nil {
			return err
		}
		want.Lower, want.LowerNetNSID, want.Name = Ref{}, attr.Opt[int32]{}, n.name
		if len(a.plan.steps) > 1 && len(a.tx.subjects) > 1 { // else it has just been read
			l, err := sub.read(ctx)
			if err != nil {
				return err
			}
			sub.now = l
		}
		if err := sub.finished(want); err != nil {
			return err
		}
		var ns kind.NetNS
		if n.to != 0 {
			ns = a.plan.places[n.to]
		}
		a.out.Links = append(a.out.Links, Placed{NetNS: ns, Link: sub.at.handOut(sub.now)})
	}
	return nil
}
