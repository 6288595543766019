package link

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
)

// Which link is meant. A wanted link is the one that a Move says, or else the
// one that has its name in its namespace, or else one to be made. The other end
// of a pair is wanted as well if something is said of it: it is the peer that
// the link has, whatever that is called.

// index makes a node of every link of the snapshot.
func (p *planner) index() {
	if len(p.snap.Namespaces) == 0 {
		p.snap = &Snapshot{Namespaces: make([]NamespaceLinks, 1)}
	}
	n := len(p.snap.Namespaces)
	order := make([]int, n)
	p.rank, p.spaces, p.refused = make([]int, n), map[kind.NetNS]int{}, map[string]bool{}
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order[1:], func(a, b int) int {
		return cmp.Compare(p.snap.Namespaces[a].Label, p.snap.Namespaces[b].Label)
	})
	p.byIndex, p.byName, p.finals = make([]map[uint32]*node, n), make([]map[string]*node, n), make([]map[string]*node, n)
	for place, i := range order {
		p.rank[i] = place
		p.indexNamespace(i)
	}
	p.spaces[kind.NetNS{}] = 0
	for _, n := range p.nodes {
		p.relate(n)
	}
}

func (p *planner) indexNamespace(i int) {
	ns := &p.snap.Namespaces[i]
	for _, name := range ns.NetNS {
		p.spaces[name] = i
	}
	p.byIndex[i], p.byName[i] = make(map[uint32]*node, len(ns.Links)), make(map[string]*node, len(ns.Links))
	p.finals[i] = make(map[string]*node, len(ns.Links))
	links := make([]*Link, len(ns.Links))
	for k := range ns.Links {
		links[k] = &ns.Links[k]
	}
	slices.SortFunc(links, func(a, b *Link) int { return cmp.Compare(a.Index, b.Index) })
	for _, l := range links {
		n := p.add(&node{link: l, from: i, to: i, name: l.Name})
		p.byIndex[i][l.Index] = n
		p.byName[i][l.Name] = n
		for _, alt := range l.AltNames {
			p.byName[i][alt] = n
		}
	}
}

func (p *planner) add(n *node) *node {
	n.id = len(p.nodes) + 1
	p.nodes = append(p.nodes, n)
	return n
}

// relate finds the links around one that is there.
func (p *planner) relate(n *node) {
	l := n.link
	if below := p.below(n); below != nil && l.Kind != nil && l.Kind.Info().Pair {
		n.peer = below
	} else if below != nil {
		n.lower = below
		below.above = append(below.above, n)
	}
	if i, _ := l.Master.Index(); i != 0 {
		if m := p.byIndex[n.from][i]; m != nil {
			n.master = m
			m.ports = append(m.ports, n)
		}
	}
	if n.lower != nil || l.Kind == nil || !l.Kind.Info().GoesWithLink {
		return
	}
	for _, r := range attr.Refs(l.Kind) {
		if i, _ := r.Index(); i != 0 && p.byIndex[n.from][i] != nil {
			n.on = p.byIndex[n.from][i]
			n.on.above = append(n.on.above, n)
		}
	}
}

// below returns the link that l.Lower points to, nil if it is not in the
// snapshot.
func (p *planner) below(n *node) *node {
	i, _ := n.link.Lower.Index()
	if i == 0 {
		return nil
	}
	at := n.from
	if id, elsewhere := n.link.LowerNetNSID.Get(); elsewhere {
		there, known := p.snap.Namespaces[n.from].IDs[id]
		if !known {
			return nil
		}
		at = there
	}
	return p.byIndex[at][i]
}

// match finds the node of each link that the state speaks of.
func (p *planner) match() {
	p.matchLinks(p.matchMoves())
	for _, n := range p.nodes[:len(p.nodes):len(p.nodes)] {
		if n.wanted() {
			p.matchPeer(n)
		}
	}
	p.matchAbsent()
	p.prune()
	p.nameAll()
}

// space returns the namespace that ns names, and whether it is in the snapshot.
func (p *planner) space(who string, ns kind.NetNS) (int, bool) {
	i, ok := p.spaces[ns]
	if !ok {
		p.wrong(who, fmt.Errorf("netns %s is not in the snapshot: %w", netNSText(ns), ErrNotExist))
	}
	return i, ok
}

// A target is a link by what it is called in the end.
type target struct {
	at   int
	name string
}

// find returns the link at a place, nil if there is none.
func (p *planner) find(place Place) (n *node, ok bool) {
	at, ok := p.space(place.Link.String(), place.NetNS)
	if !ok {
		return nil, false
	}
	if i, isIndex := place.Link.Index(); isIndex {
		return p.byIndex[at][i], true
	}
	return p.byName[at][place.Link.Name()], true
}

// matchMoves returns where the links that are to be moved or renamed are now.
func (p *planner) matchMoves() map[target]*node {
	out := map[target]*node{}
	var done []target
	for _, m := range p.state.Moves {
		if err := ValidName(m.Name); err != nil {
			p.wrong(m.Name, err)
			continue
		}
		at, ok := p.space(m.Name, m.NetNS)
		n, found := p.find(m.From)
		if !ok || !found {
			continue
		}
		to := target{at, m.Name}
		if n == nil {
			done = append(done, to)
			continue
		}
		if other := out[to]; other != nil && other != n {
			p.wrong(m.Name, fmt.Errorf("both %s and %s are to become it: %w", other.called(), n.called(), ErrExist))
			continue
		}
		if n.wanted() && (n.to != at || n.name != m.Name) {
			p.wrong(n.called(), fmt.Errorf("it is to become both %s and %s: %w", n.name, m.Name, attr.ErrValue))
			continue
		}
		out[to] = n
		n.want, n.name, n.to = new(Spec), m.Name, at
	}
	for _, to := range done { // it is spoken of, so that pruning spares it
		if n := p.named(to); n != nil && out[to] == nil {
			n.want, out[to] = new(Spec), n
		}
	}
	return out
}

// matchLinks makes every Spec the want of a node.
func (p *planner) matchLinks(moved map[target]*node) {
	specs := slices.Clone(p.state.Links)
	where := make(map[*Spec]int, len(specs))
	order := make([]*Spec, 0, len(specs))
	for i := range specs {
		s := &specs[i]
		at, ok := p.space(s.Name, s.NetNS)
		if err := s.checkWanted(); err != nil {
			p.wrong(s.Name, err)
			p.refused[s.Name] = true
		} else if ok {
			where[s], order = at, append(order, s)
		}
	}
	slices.SortStableFunc(order, func(a, b *Spec) int {
		return cmp.Or(cmp.Compare(p.rank[where[a]], p.rank[where[b]]), cmp.Compare(a.Name, b.Name))
	})
	seen := map[target]bool{}
	for _, s := range order {
		to := target{where[s], s.Name}
		if seen[to] {
			p.wrong(s.Name, fmt.Errorf("it is described twice: %w", attr.ErrValue))
			continue
		}
		seen[to] = true
		n := moved[to]
		if n == nil {
			n = p.named(to)
		}
		if n == nil {
			n = p.add(&node{from: to.at})
		}
		n.want, n.name, n.to = s.Clone(), s.Name, to.at
	}
}

// named returns the link that has the name itself, not as an alternative one,
// and is not to become another.
func (p *planner) named(to target) *node {
	n := p.byName[to.at][to.name]
	if n == nil || n.link.Name != to.name || n.wanted() {
		return nil
	}
	return n
}

// checkWanted returns an error for what no state can say of a link.
func (s *Spec) checkWanted() error {
	if s.Name == "" {
		return refused("name", "it is missing; a state knows links by name")
	}
	if err := s.checkNames(); err != nil {
		return err
	}
	for field, n := range map[string]attr.Named{kindPath: s.Kind, portDataPath: s.Port} {
		if n == nil {
			continue
		}
		if err := attr.Check(n); err != nil {
			return &attr.Error{Path: field, Offset: -1, Err: err}
		}
	}
	if s.XDP.IsSet() {
		return refused("xdp", "a program is no part of a state: a file descriptor cannot be compared with what is attached")
	}
	if s.Unknown != "" {
		return refused("unknown", "attributes without a field cannot be compared with what holds")
	}
	return nil
}

// matchAbsent notes the links that shall not be there.
func (p *planner) matchAbsent() {
	for _, place := range p.state.Absent {
		n, ok := p.find(place)
		if !ok || n == nil {
			continue
		}
		if n.wanted() {
			p.wrong(n.called(), fmt.Errorf("it is to be there as %s, and absent: %w", n.name, attr.ErrValue))
			continue
		}
		if n.link.Kind == nil {
			p.wrong(n.called(), fmt.Errorf("it is to be absent, and hardware and loopback links cannot be deleted: %w", ErrNotSupported))
			continue
		}
		n.absent = true
	}
}

// nameAll notes what every link is called in the end, and finds names that two
// links would have.
func (p *planner) nameAll() {
	for _, n := range p.nodes {
		if n.absent {
			continue
		}
		if n.name != "" {
			p.final(n, n.name)
		}
		for _, alt := range n.altNames() {
			p.final(n, alt)
		}
	}
}

// altNames are the alternative names that the link has in the end.
func (n *node) altNames() []string {
	if n.wanted() && n.want.AltNames != nil || n.link == nil {
		if n.want == nil {
			return nil
		}
		return n.want.AltNames
	}
	return slices.DeleteFunc(slices.Clone(n.link.AltNames), func(a string) bool { return a == n.name })
}

func (p *planner) final(n *node, name string) {
	other := p.finals[n.to][name]
	if other == nil || other == n {
		p.finals[n.to][name] = n
		return
	}
	who, has := n, other // the problem is of the one that is wanted
	if !n.wanted() {
		who, has = other, n
	}
	hint := ""
	if has.link != nil && has.link.Name != name && !has.wanted() {
		hint = ", whose alternative name it is; a Move renames that link"
	}
	p.wrong(cmp.Or(who.name, who.called()), fmt.Errorf("the name %s belongs to %s%s: %w", name, has.called(), hint, ErrExist))
}

// netNSText names a namespace for people.
func netNSText(n kind.NetNS) string {
	switch {
	case n.FD.IsSet():
		return fmt.Sprintf("fd %d", int32(n.FD.Value()))
	case n.PID.IsSet():
		return fmt.Sprintf("of process %d", int32(n.PID.Value()))
	case n.ID.IsSet():
		return fmt.Sprintf("id %d", n.ID.Value())
	}
	return "of the client"
}
