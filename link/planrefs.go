package link

import (
	"cmp"
	"fmt"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
)

// References. What is wanted refers to links as they are called in the end.
// Every reference becomes the handle of a node, which stays true whatever the
// steps do to names and indexes.

// resolve makes the references of all that is wanted handles.
func (p *planner) resolve() {
	for _, n := range p.nodes {
		if n.wanted() {
			p.resolveNode(n)
		}
	}
	p.loops()
}

// resolveNode looks up Lower and the references in kind data in the client's
// namespace, Master and those in port data in the link's own.
func (p *planner) resolveNode(n *node) {
	w := n.want
	if w.LowerNetNSID.IsSet() {
		if w.Lower.Name() != "" {
			p.wrong(n.name, refused("link", "%q is in another namespace; say it by index", w.Lower.Name()))
		}
	} else {
		n.newLower = p.refer(n, "link", 0, &w.Lower)
	}
	n.newMaster = p.refer(n, "master", n.to, &w.Master)
	if w.Kind != nil {
		on := p.referAll(n, 0, w.Kind)
		if w.Kind.Info().GoesWithLink {
			n.newOn = on
		}
	}
	if w.Port != nil {
		p.referAll(n, n.to, w.Port)
	}
	if n.newLower == n && n.newLower != nil || n.newMaster == n && n.newMaster != nil {
		p.wrong(n.name, refused("master", "a link cannot be its own"))
	}
}

// referAll makes the references in s handles and returns the node of the first.
func (p *planner) referAll(n *node, at int, s attr.Struct) (first *node) {
	for f, r := range attr.Refs(s) {
		if to := p.refer(n, f.Name, at, r); first == nil {
			first = to
		}
	}
	return first
}

// refer makes r a handle and returns its node, nil if r says nothing or "no
// link".
func (p *planner) refer(n *node, field string, at int, r *Ref) *node {
	i, isIndex := r.Index()
	if !r.IsSet() || isIndex && i == 0 {
		return nil
	}
	to := p.finals[at][r.Name()]
	if isIndex {
		to = p.byIndex[at][i]
	}
	why := ""
	switch {
	case to == nil && p.refused[r.Name()]:
		return nil // which is said already
	case to == nil:
		why = "is not there and is not made"
	case to.absent:
		why = "is to be absent"
	case to.to != at:
		why = "goes to another namespace"
	default:
		*r = to.handle()
		n.refs = append(n.refs, to)
		return to
	}
	p.wrong(n.name, &attr.Error{Path: field, Offset: -1, Err: fmt.Errorf("link %s %s: %w", r, why, ErrNotExist)})
	return nil
}

// lowerEnd and masterEnd are the links around in the end.
func (n *node) lowerEnd() *node {
	if n.newLower != nil || n.isNew() {
		return n.newLower
	}
	return n.lower
}

func (n *node) masterEnd() *node {
	if n.wanted() && n.want.Master.IsSet() || n.isNew() {
		return n.newMaster
	}
	if n.moves() {
		return nil
	}
	return n.master
}

// belowEnd is the link that carries the packets of this one in the end: the one
// below, or the one in the data.
func (n *node) belowEnd() *node {
	if low := n.lowerEnd(); low != nil || n.newOn != nil {
		return cmp.Or(low, n.newOn)
	}
	if n.isNew() || n.goes() {
		return nil
	}
	return n.on
}

// loops finds links that would be above themselves.
func (p *planner) loops() {
	const unseen, open, done = 0, 1, 2
	state := make([]uint8, len(p.nodes)+1)
	var walk func(n *node) bool
	walk = func(n *node) bool {
		if state[n.id] != unseen {
			return state[n.id] == open
		}
		state[n.id] = open
		for _, next := range []*node{n.lowerEnd(), n.masterEnd()} {
			if next == nil || !walk(next) {
				continue
			}
			p.wrong(n.name, fmt.Errorf("it would be above itself, by way of %s: %w", next.name, attr.ErrValue))
			break
		}
		state[n.id] = done
		return false
	}
	for _, n := range p.nodes {
		walk(n)
	}
}

// clusters numbers the sets of links that are connected, as they are or as they
// shall be: a change of one can change another of its set.
func (p *planner) clusters() {
	var walk func(n *node, c int)
	near := make(map[*node][]*node, len(p.nodes))
	for _, n := range p.nodes {
		for _, m := range append([]*node{n.lower, n.master, n.peer, n.pair, n.born, n.newLower, n.newMaster}, n.refs...) {
			if m != nil {
				near[n], near[m] = append(near[n], m), append(near[m], n)
			}
		}
	}
	walk = func(n *node, c int) {
		n.cluster = c
		for _, m := range near[n] {
			if m.cluster == 0 {
				walk(m, c)
			}
		}
	}
	for _, n := range p.nodes {
		if n.cluster == 0 {
			walk(n, n.id)
		}
	}
}

// indexed returns a copy of s with handles of links that are there, and stay
// in their namespace, as their indexes, for comparing with what is reported.
// Others cannot be equal to anything.
func (p *planner) indexed(s *Spec) *Spec {
	c := s.Clone()
	for r := range c.references() {
		if n := p.handled(*r); n != nil && n.link != nil && !n.remake && !n.moves() {
			*r = attr.RefIndex(n.link.Index)
		}
	}
	return c
}

// handled returns the node that r is the handle of, nil if it is none.
func (p *planner) handled(r Ref) *node { return handled(p.nodes, r) }

func handled(nodes []*node, r Ref) *node {
	var id int
	if name := r.Name(); len(name) < 2 || name[0] != '%' {
		return nil
	} else if _, err := fmt.Sscanf(name[1:], "%d", &id); err != nil || id < 1 || id > len(nodes) {
		return nil
	}
	return nodes[id-1]
}

// references iterates over all that s says of other links; the peer's are not
// among them.
func (s *Spec) references() func(yield func(*Ref) bool) {
	return func(yield func(*Ref) bool) {
		for _, r := range []*Ref{&s.Lower, &s.Master} {
			if r.IsSet() && !yield(r) {
				return
			}
		}
		var parts []attr.Struct
		if s.Kind != nil {
			parts = append(parts, s.Kind)
		}
		if s.Port != nil {
			parts = append(parts, s.Port)
		}
		for _, part := range parts {
			for _, r := range attr.Refs(part) {
				if !yield(r) {
					return
				}
			}
		}
	}
}

// pairOf returns the pair that s is to make, nil if its kind is none.
func pairOf(s *Spec) kind.Pairer {
	pair, _ := s.Kind.(kind.Pairer)
	return pair
}
