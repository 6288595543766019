package link

import (
	"cmp"

	"github.com/iplink-go/iplink/attr"
)

// What people see of the steps.

// namesNow returns the names of the links as they are at the beginning.
func (p *planner) namesNow() map[*node]string {
	out := make(map[*node]string, len(p.nodes))
	for _, n := range p.nodes {
		out[n] = n.called()
	}
	return out
}

// describe fills in Link, NetNS and Fields. names are those at the time of the
// step, which it changes.
func (s *planStep) describe(p *planner, names map[*node]string) {
	s.NetNS = ""
	if s.at != 0 {
		s.NetNS = p.snap.Namespaces[s.at].Label
	}
	for _, n := range s.nodes() {
		s.Link = append(s.Link, names[n])
	}
	switch s.Op {
	case OpCreate:
		names[s.node] = cmp.Or(s.spec.Name, s.node.name)
		s.Link[0] = names[s.node]
		shown := *s.spec
		shown.Name = ""
		s.Fields = p.changes(s.node, &shown, nil)
	case OpChange:
		s.Fields = p.changes(s.node, s.spec, s.node.link)
	case OpRename:
		s.Fields = []FieldChange{{Name: "name", Was: names[s.node], Want: s.spec.Name}}
		names[s.node] = s.spec.Name
	case OpMove:
		from := p.snap.Namespaces[s.node.from].Label
		s.Fields = []FieldChange{{Name: "netns", Was: from, Want: s.NetNS}}
		if s.spec.Name != "" {
			s.Fields = append(s.Fields, FieldChange{Name: "name", Was: names[s.node], Want: s.spec.Name})
			names[s.node] = s.spec.Name
		}
	case OpAltName:
		f := FieldChange{Name: "altname", Want: s.alt}
		if !s.add {
			f = FieldChange{Name: "altname", Was: s.alt}
		}
		s.Fields = []FieldChange{f}
	}
}

// changes says what setting spec changes, compared with l, which is nil for a
// link that is made.
func (p *planner) changes(n *node, spec *Spec, l *Link) []FieldChange {
	shown, was := p.shown(spec, n.to), new(Spec)
	if l != nil && !n.remake {
		was = l.state()
		for r := range was.references() {
			p.showRef(n.from, r)
		}
		if n.master != nil && n.master.goes() { // it is without a master by then
			was.Master = Ref{}
		}
	}
	var out []FieldChange
	for f, v := range values(shown) {
		if f.Wire == attr.WireString && (f.Type == infoKind && f.Name == "kind" || f.Type == infoSlaveKind && f.Name == "port-kind") {
			continue // Step.Kind says it, or the fields do
		}
		c := FieldChange{Name: f.Name, Want: text(f, v)}
		if x := fieldValue(was, f); x != nil && text(f, x) != c.Want { // or a step before changes it
			c.Was = text(f, x)
		}
		out = append(out, c)
	}
	return out
}

// shown returns a copy of s, for a link in a namespace, with references by name.
func (p *planner) shown(s *Spec, at int) *Spec {
	c := s.Clone()
	p.showRef(at, &c.Master)
	if c.Port != nil {
		for _, r := range attr.Refs(c.Port) {
			p.showRef(at, r)
		}
	}
	for r := range c.references() { // the others are looked up in the client's
		p.showRef(0, r)
	}
	if pair := pairOf(c); pair != nil && pair.PeerSpec().IsSet() {
		peer := pair.PeerSpec().Value()
		p.showRef(0, &peer.Master)
		pair.PeerSpec().Set(peer)
	}
	return c
}

func (p *planner) showRef(at int, r *Ref) {
	n := p.handled(*r)
	if i, _ := r.Index(); i != 0 {
		n = p.byIndex[at][i]
	}
	if n != nil {
		*r = attr.RefName(n.called())
	}
}
