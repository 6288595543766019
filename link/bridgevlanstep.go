package link

import (
	"context"
	"fmt"

	"github.com/iplink-go/iplink/internal/rtnl"
)

// The steps that change VLANs, for the executor in tx.go.

// vlanSteps returns the steps that make the VLANs what want says.
func (s *subject) vlanSteps(want vlanTable) []step {
	var steps []step
	now := *s.vlans
	for _, change := range now.toward(want) {
		next := change.apply(now)
		steps = append(steps, &vlanStep{sub: s, change: change, before: now, after: next, master: s.now.Master})
		now = next
	}
	return steps
}

// vlanStep is one request about VLANs. The kernel carries such a request out
// VLAN by VLAN and stops at the first that it refuses.
type vlanStep struct {
	sub           *subject
	change        vlanChange
	before, after vlanTable
	master        Ref // of whom it is a port
	ok            bool
}

func (s *vlanStep) String() string {
	what := s.change.String()
	if len(what) > maxStepText {
		what = what[:maxStepText] + "..."
	}
	return s.sub.called() + ": " + what
}

// maxStepText is how much of a long list is for people.
const maxStepText = 100

// guard makes sure that the link is still what has these VLANs: who leaves a
// bridge loses them.
func (s *vlanStep) guard(ctx context.Context) error {
	if err := s.sub.confirm(ctx, new(Spec)); err != nil {
		return err
	}
	if now := s.sub.now.Master; now != s.master {
		return s.sub.fail(fmt.Errorf("its master was %s and is %s: %w", s.master, now, ErrConflict))
	}
	if err := s.is(ctx, s.before, ErrConflict); err != nil {
		return err
	}
	s.ok = true
	return nil
}

// is returns an error for the first VLAN of the change that is not as in want.
func (s *vlanStep) is(ctx context.Context, want vlanTable, otherwise error) error {
	now, err := s.sub.readVLANs(ctx)
	if err != nil {
		return err
	}
	for _, id := range s.before.differs(s.after) {
		if !now.same(want, id) {
			return s.sub.fail(fmt.Errorf("VLAN %d: want %s, is %s: %w", id, want.text(id), now.text(id), otherwise))
		}
	}
	return nil
}

func (s *vlanStep) send(ctx context.Context) error { return s.sub.sendVLANs(ctx, s.change) }

func (s *vlanStep) verify(ctx context.Context) error { return s.is(ctx, s.after, ErrVerify) }

// undo puts back the VLANs that the step is about, and leaves others to whom
// they belong.
func (s *vlanStep) undo(ctx context.Context) (did bool, err error) {
	if !s.ok {
		return false, nil
	}
	if _, err := s.sub.read(ctx); err != nil {
		return false, err
	}
	now, err := s.sub.readVLANs(ctx)
	if err != nil {
		return false, err
	}
	for _, change := range now.toward(now.undone(s.before, s.after)) {
		did = true
		if err := s.sub.sendVLANs(ctx, change); err != nil {
			return did, err
		}
	}
	return did, nil
}

// sendVLANs sends one request about VLANs.
func (s *subject) sendVLANs(ctx context.Context, change vlanChange) error {
	req, err := change.message(s.index, !s.now.isBridgePort())
	if err != nil {
		return s.fail(err)
	}
	if _, err = s.at.do(ctx, req, nil); err == nil {
		return nil
	}
	r := &refusal{ctx: ctx, said: new(Spec), kind: s.now.Kind, now: s.now, at: s.at, below: s.at}
	return r.explain(s.at.kernelError(s.op, s.called(), err, req[rtnl.HeaderLen:], new(BridgeRequest)))
}

// vlanResidue compares the VLANs with those before the transaction, if it was
// about them.
func (s *subject) vlanResidue(ctx context.Context) []Residue {
	if s.vlans == nil {
		return nil
	}
	now, err := s.at.readVLANs(ctx, s.index)
	if err != nil {
		return []Residue{{s.was.Name, "vlans", listText(s.vlans.vlans()), err.Error()}}
	}
	if len(now.differs(*s.vlans)) == 0 {
		return nil
	}
	was, is := BridgeVLANs{VLANs: s.vlans.vlans(), Tunnels: s.vlans.mappings()}, BridgeVLANs{VLANs: now.vlans(), Tunnels: now.mappings()}
	return []Residue{{s.was.Name, "vlans", was.text(), is.text()}}
}
