package link

import (
	"context"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
)

// Planning for what is there: reading what a State speaks of, and, where a plan
// could lose something, what there is to lose.

// Plan reads the links that state speaks of and those around them and plans how
// they become what it wants; see [Diff] for what it finds wrong. Nothing is
// changed: printing the plan is a dry run.
func (c *Client) Plan(ctx context.Context, state State, opts ...Option) (*Plan, error) {
	if err := c.enter("plan"); err != nil {
		return nil, err
	}
	defer c.leave()
	for i := range state.Links {
		if err := c.knows(&state.Links[i]); err != nil {
			return nil, failure("plan", state.Links[i].Name, err)
		}
	}
	snap, places, err := c.snapshot(ctx, Scan{NetNS: state.namespaces()})
	defer c.home.closeOthers(places)
	if err != nil {
		return nil, opError("plan", err)
	}
	plan, err := Diff(snap, state, opts...)
	if plan == nil || plan.Loses() == 0 {
		return plan, err
	}
	// It says what might be lost. What hangs on the links tells what is.
	if err := plan.survey(ctx, snap, places); err != nil {
		return nil, opError("plan", err)
	}
	return Diff(snap, state, opts...)
}

// survey reads what hangs on the links that could lose something.
func (p *Plan) survey(ctx context.Context, snap *Snapshot, places []*place) error {
	indexes, deletes := make([][]uint32, len(places)), make([]bool, len(places))
	for _, s := range p.steps {
		if s.Loses == 0 {
			continue
		}
		for _, n := range s.nodes() {
			indexes[n.from] = append(indexes[n.from], n.link.Index)
			deletes[n.from] = deletes[n.from] || s.Op == OpDelete
			for _, port := range n.ports {
				indexes[port.from] = append(indexes[port.from], port.link.Index)
			}
		}
	}
	for i, place := range places {
		if len(indexes[i]) == 0 {
			continue
		}
		var err error
		in := &snap.Namespaces[i]
		if in.Attached, err = place.attached(ctx, in.Links, indexes[i]); err != nil {
			return err
		}
		if !deletes[i] {
			continue
		}
		others, err := place.otherNamespaces(ctx)
		if err != nil {
			return err
		}
		in.above(others)
	}
	return nil
}

// above notes how many links of other namespaces are above those of this one;
// it is not known of any if it is not of one of them. The namespaces of the
// snapshot do not count: what they have is seen.
func (n *NamespaceLinks) above(others []otherNamespace) {
	count, known := map[uint32]int{}, true
	for _, o := range others {
		if _, seen := n.IDs[o.ID]; seen {
			continue
		}
		known = known && o.Known
		for i := range o.Above {
			below, _ := o.Above[i].Lower.Index()
			count[below]++
		}
	}
	if !known {
		return
	}
	for index, a := range n.Attached {
		a.Uppers = attr.Some(count[index])
		n.Attached[index] = a
	}
}

// namespaces are the namespaces that the state names.
func (s *State) namespaces() []kind.NetNS {
	var out []kind.NetNS
	add := func(n kind.NetNS) {
		if n.IsSet() {
			out = append(out, n)
		}
	}
	for i := range s.Links {
		add(s.Links[i].NetNS)
		if pair := pairOf(&s.Links[i]); pair != nil {
			add(pair.PeerSpec().Value().NetNS)
		}
	}
	for _, m := range s.Moves {
		add(m.NetNS)
		add(m.From.NetNS)
	}
	for _, a := range s.Absent {
		add(a.NetNS)
	}
	return out
}
