package link

import (
	"cmp"
	"container/heap"
	"fmt"
	"slices"
	"strings"

	"github.com/iplink-go/iplink/attr"
)

// The order. Every rule here says that one step comes before another; what no
// rule says is left to the phases. The rules:
//
//   - The steps of one link come by phase, deleting the old one first.
//   - A link is made, or moved here, before another refers to it.
//   - A name is free before it is given (plannames.go).
//   - A master is what it shall be before a port joins, since a bond with ports
//     cannot change its mode; and ports leave before it changes or goes.
//   - An MTU is raised from below and lowered from above.
//   - A link is up before those on it: a VLAN's device cannot be up otherwise.
//   - What is on a link goes before it.

// order sorts the steps and says what each does.
func (p *planner) order() {
	p.names()
	for _, n := range p.nodes {
		p.chain(n)
		p.stacked(n)
		p.mtus(n)
		p.left(n)
	}
	p.references()
	p.sort()
	p.joinDeletes()
	p.number()
}

// creation returns the step that makes the link, nil if it is there.
func (n *node) creation() *planStep {
	if n.born != nil {
		n = n.born
	}
	return n.does(OpCreate)
}

func (n *node) does(op Op) *planStep {
	for _, s := range n.steps {
		if s.Op == op {
			return s
		}
	}
	return nil
}

// sets returns the step that sets a group, nil if there is none.
func (n *node) setting(group string) *planStep {
	for _, s := range n.steps {
		if s.group == group {
			return s
		}
	}
	return nil
}

// arrival returns the step after which others can refer to the link, nil if
// they can from the start.
func (n *node) arrival() *planStep {
	if s := n.creation(); s != nil && n.isNew() {
		return s
	}
	return n.does(OpMove)
}

// waits makes s wait for before, if both are there.
func (s *planStep) waits(before *planStep) {
	if s != nil && before != nil && s != before {
		s.after[before] = true
	}
}

// chain orders the steps of one link. Those of the other end of a pair wait
// for the creation.
func (p *planner) chain(n *node) {
	steps := slices.Clone(n.steps)
	slices.SortStableFunc(steps, func(a, b *planStep) int { return cmp.Or(cmp.Compare(a.place(), b.place()), a.turn-b.turn) })
	for i, s := range steps {
		if i > 0 {
			s.waits(steps[i-1])
		}
		if n.born != nil && s.Op != OpDelete {
			s.waits(n.creation())
		}
	}
	if n.remake {
		n.creation().waits(n.deletion())
	}
}

// place is the phase of a step among those of its link: one that is deleted to
// be made anew is deleted first, and a name in between is given early.
func (s *planStep) place() int {
	if s.phase == phaseRemake {
		return -1
	}
	return int(s.phase)
}

// references makes every step wait for the links that it refers to.
func (p *planner) references() {
	for _, s := range p.steps {
		if s.spec == nil {
			continue
		}
		for r := range s.spec.references() {
			if n := p.handled(*r); n != nil {
				s.waits(n.arrival())
			}
		}
		if m := p.joins(s); m != nil {
			s.waits(m.setting("kind"))
		}
	}
}

// joins returns the master that the step makes a link a port of.
func (p *planner) joins(s *planStep) *node {
	if m := p.handled(s.spec.Master); m != nil {
		return m
	}
	if i, _ := s.spec.Master.Index(); i != 0 {
		return p.byIndex[s.at][i]
	}
	return nil
}

// mtus orders changes of the MTU of a link and of the one below.
func (p *planner) mtus(n *node) {
	low := n.belowEnd()
	if low == nil {
		return
	}
	below := low.setting("mtu")
	if below == nil {
		return
	}
	if low.link != nil && !low.remake && below.spec.MTU.Value() < low.link.MTU.Value() {
		below.waits(n.setting("mtu")) // or the kernel would lower it by itself
		if s := n.creation(); s != nil {
			s.waits(below)
		}
		return
	}
	n.setting("mtu").waits(below)
	if s := n.creation(); s != nil {
		s.waits(below)
	}
}

// left makes what happens to a link that others leave wait for that.
func (p *planner) left(n *node) {
	gone, change := n.deletion(), n.setting("kind")
	for _, port := range n.ports {
		leaves := cmp.Or(port.setting("nomaster"), port.setting("master"), port.does(OpMove), port.deletion())
		if leaves == nil || port.masterEnd() == n && !n.remake {
			continue
		}
		if port.masterEnd() == n { // it joins the new one
			continue
		}
		gone.waits(leaves)
		change.waits(leaves)
	}
	moves := n.does(OpMove)
	for _, up := range n.above {
		d := up.deletion()
		if d == nil || d == gone {
			continue
		}
		gone.waits(d)
		if up.lower != n { // it goes with the link in its data, also when that moves
			moves.waits(d)
		}
	}
}

// ready are the steps that wait for nothing any more, the first by key on top.
type ready struct {
	steps []*planStep
	keys  map[*planStep]string
}

func (r *ready) Len() int           { return len(r.steps) }
func (r *ready) Less(i, j int) bool { return r.keys[r.steps[i]] < r.keys[r.steps[j]] }
func (r *ready) Swap(i, j int)      { r.steps[i], r.steps[j] = r.steps[j], r.steps[i] }
func (r *ready) Push(x any)         { r.steps = append(r.steps, x.(*planStep)) }
func (r *ready) Pop() any {
	last := r.steps[len(r.steps)-1]
	r.steps = r.steps[:len(r.steps)-1]
	return last
}

// sort puts the steps in an order in which none comes before what it waits
// for.
func (p *planner) sort() {
	r := &ready{keys: make(map[*planStep]string, len(p.steps))}
	waiting := make(map[*planStep]int, len(p.steps))
	then := map[*planStep][]*planStep{}
	for _, s := range p.steps {
		r.keys[s] = s.key(p.rank)
		waiting[s] = len(s.after)
		for before := range s.after {
			then[before] = append(then[before], s)
		}
		if len(s.after) == 0 {
			r.steps = append(r.steps, s)
		}
	}
	heap.Init(r)
	sorted := make([]*planStep, 0, len(p.steps))
	for r.Len() > 0 {
		s := heap.Pop(r).(*planStep)
		sorted = append(sorted, s)
		for _, next := range then[s] {
			if waiting[next]--; waiting[next] == 0 {
				heap.Push(r, next)
			}
		}
	}
	if len(sorted) < len(p.steps) {
		p.unordered(waiting)
		return
	}
	p.steps = sorted
}

// unordered reports steps of which each waits for another.
func (p *planner) unordered(waiting map[*planStep]int) {
	var stuck []string
	for _, s := range p.steps {
		if waiting[s] > 0 {
			stuck = append(stuck, fmt.Sprintf("%s %s", s.Op, s.node.called()))
		}
	}
	p.wrong("", fmt.Errorf("these cannot be put in an order, each needing another first: %s: %w", strings.Join(stuck, ", "), attr.ErrValue))
}

// joinDeletes makes deletions in one namespace that follow each other one step,
// which the kernel does as a whole.
func (p *planner) joinDeletes() {
	var out []*planStep
	for _, s := range p.steps {
		if len(out) > 0 {
			last := out[len(out)-1]
			if s.Op == OpDelete && last.Op == OpDelete && s.at == last.at && s.phase == phaseDelete && last.phase == phaseDelete {
				last.more = append(last.more, s.node)
				continue
			}
		}
		out = append(out, s)
	}
	p.steps = out
}

// number fills in what people see of the steps.
func (p *planner) number() {
	id := map[*planStep]int{}
	names := p.namesNow()
	for i, s := range p.steps {
		s.ID = i + 1
		id[s] = s.ID
		for before := range s.after {
			if k := id[before]; k != 0 {
				s.After = append(s.After, k)
			}
		}
		slices.Sort(s.After)
		s.describe(p, names)
	}
}
