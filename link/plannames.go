package link

import (
	"fmt"
	"slices"
)

// Names. A step that gives a link a name waits for the step that takes it from
// the link that has it. Links that wait for each other, as two that swap their
// names, are told apart by a name in between for one of them.

// names orders the steps by the names that they give and take.
func (p *planner) names() {
	for p.breakCycle() {
	}
	for _, s := range p.steps {
		for _, name := range s.takes() {
			p.waitsForName(s, target{s.at, name})
		}
		if other := s.node.pair; s.Op == OpCreate && other != nil && other.born == s.node {
			p.waitsForName(s, target{other.to, other.name})
		}
	}
}

// waitsForName makes a step wait for the one that frees a name.
func (p *planner) waitsForName(s *planStep, t target) {
	if freed := p.frees(t); freed != nil && freed != s {
		s.after[freed] = true
	}
}

// takes are the names that a step gives to a link.
func (s *planStep) takes() []string {
	switch s.Op {
	case OpCreate:
		return []string{s.node.name}
	case OpRename:
		return []string{s.spec.Name}
	case OpMove:
		return append([]string{s.node.name}, s.node.altNames()...)
	case OpAltName:
		if s.add {
			return []string{s.alt}
		}
	}
	return nil
}

// frees returns the step that takes a name from the link that has it, nil if
// none has it or nothing takes it.
func (p *planner) frees(t target) *planStep {
	holder := p.byName[t.at][t.name]
	if holder == nil {
		return nil
	}
	if d := holder.deletion(); d != nil {
		return d
	}
	var last *planStep
	for _, s := range holder.steps {
		own := holder.link.Name == t.name
		switch {
		case s.Op == OpAltName && s.alt == t.name && !s.add && !own:
			return s
		case s.Op == OpRename && own && s.turn < 0: // the name in between
			return s
		case s.Op == OpRename && own, s.Op == OpMove:
			last = s
		}
	}
	return last
}

// deletion returns the step with which the link that is there goes, nil if it
// stays.
func (n *node) deletion() *planStep {
	for m := n; m != nil && m.goes(); m = m.with {
		if s := m.does(OpDelete); s != nil {
			return s
		}
		if m.peer != nil && m.peer.goes() { // it has the step for both
			if s := m.peer.does(OpDelete); s != nil {
				return s
			}
		}
	}
	return nil
}

// breakCycle finds steps that wait for each other's names, and gives the link
// of the first of them a name in between. It reports whether there was a cycle.
func (p *planner) breakCycle() bool {
	done := map[*planStep]bool{}
	for _, start := range p.steps {
		var path []*planStep
		for s := start; s != nil && !done[s]; s = p.waitsFor(s) {
			if i := slices.Index(path, s); i >= 0 {
				p.between(path[i:])
				return true
			}
			path = append(path, s)
		}
		for _, s := range path {
			done[s] = true
		}
	}
	return false
}

// waitsFor returns the renaming or move that must come before s for its name.
func (p *planner) waitsFor(s *planStep) *planStep {
	if s.Op != OpRename && s.Op != OpMove {
		return nil
	}
	other := p.frees(target{s.at, s.takes()[0]})
	if other == nil || other.node == s.node || other.Op != OpRename && other.Op != OpMove {
		return nil
	}
	return other
}

// between adds a step that renames one of the links to a name that no link has.
func (p *planner) between(cycle []*planStep) {
	first := slices.MinFunc(cycle, func(a, b *planStep) int { return a.node.id - b.node.id })
	n := first.node
	name := ""
	for i := 0; ; i++ {
		name = fmt.Sprintf("iplink-tmp%d", i)
		if p.byName[n.from][name] == nil && p.finals[n.from][name] == nil {
			break
		}
	}
	p.finals[n.from][name] = n
	s := p.step(n, planStep{Step: Step{Op: OpRename}, phase: phaseRename, turn: -1, spec: &Spec{Name: name}, group: "name"})
	s.at = n.from
	n.steps = slices.Insert(n.steps[:len(n.steps)-1], 0, s) // before the one that gives it its name
}
