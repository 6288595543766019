package link

import (
	"context"
	"errors"
)

// A Tx collects operations on links, to be done as one: all of them, in this
// order, or none. Nothing is sent before [Tx.Commit]. The zero Tx is not usable;
// see [Client.Begin].
//
// A Tx is for one goroutine. It can be committed once; one that is not needs no
// closing.
type Tx struct {
	c    *Client
	ops  []txOp
	done bool
}

type txOp struct {
	op   Op
	link Ref
	spec *Spec
	// alts, if not nil, makes the alternative names of those that the link has.
	alts func(have []string) []string
}

// Begin starts a transaction.
func (c *Client) Begin() *Tx { return &Tx{c: c} }

// Create adds the creation of a link, as by [Client.Create], and returns a
// reference to it, which can be used in what is added later: as the master or
// the link below of another, or to change or delete it.
func (t *Tx) Create(spec Spec) Ref {
	t.ops = append(t.ops, txOp{op: OpCreate, spec: spec.Clone()})
	return (&node{id: len(t.ops)}).handle()
}

// Change adds a change of a link, as by [Client.Change]. The link is looked up
// by the name that it has then: what was added before counts as done.
func (t *Tx) Change(r Ref, spec Spec) {
	t.ops = append(t.ops, txOp{op: OpChange, link: r, spec: spec.Clone()})
}

// Delete adds the deletion of a link, as by [Client.Delete]. Where several
// follow each other they are one step.
func (t *Tx) Delete(r Ref) { t.ops = append(t.ops, txOp{op: OpDelete, link: r}) }

// Plan returns the steps of the transaction so far. What the operations say is
// meant, so that no loss needs [Allow].
func (t *Tx) Plan(ctx context.Context) (*Plan, error) {
	if err := t.c.enter("plan"); err != nil {
		return nil, err
	}
	defer t.c.leave()
	return t.plan(ctx, "plan")
}

// ErrTxDone: a transaction was committed before.
var ErrTxDone = errors.New("transaction is committed already")

// Commit does what was collected; see [Client.Apply] for how and for the
// errors. References to links that are not there, and values that cannot be, are
// a [*PlanError] before anything is sent. The Tx cannot be used again, whatever
// the result.
func (t *Tx) Commit(ctx context.Context, opts ...Option) (*Result, error) {
	if err := t.c.enter("commit"); err != nil {
		return nil, err
	}
	defer t.c.leave()
	if t.done {
		return nil, &Error{Op: "commit", Err: ErrTxDone}
	}
	t.done = true
	plan, err := t.plan(ctx, "commit")
	if err != nil {
		return nil, err
	}
	return t.c.apply(ctx, plan, "commit", true, opts)
}

// one does a single operation, as a transaction of its own, and returns the link
// that it is about, nil if that is gone.
func (c *Client) one(ctx context.Context, op string, o txOp) (*Link, error) {
	if err := c.enter(op); err != nil {
		return nil, err
	}
	defer c.leave()
	t := &Tx{c: c, ops: []txOp{o}}
	plan, err := t.plan(ctx, op)
	if p, ok := err.(*PlanError); ok {
		return nil, p.Problems[0] // there is only the one operation to be wrong
	}
	if err != nil {
		return nil, err
	}
	res, err := c.apply(ctx, plan, op, true, nil)
	if err != nil {
		return nil, err
	}
	if len(res.Links) > 0 {
		return res.Links[0].Link, nil // a pair's other end comes after it
	}
	for _, n := range plan.nodes {
		if n.wanted() { // and holds already
			return n.link, nil
		}
	}
	return nil, nil
}
