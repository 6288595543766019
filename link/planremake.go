package link

import (
	"fmt"
	"slices"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
)

// Links that are made anew: what the new one shall be, and what goes with the old
// one.

// compareRemade makes want all that the new link shall be: what is wanted,
// and for the rest what the old one was. Its ports join it again.
func (p *planner) compareRemade(n *node) {
	was, said := n.link.Spec(), n.want.MTU.IsSet()
	p.handles(n, was)
	if k := n.kindAnew(); k != nil && n.link.KindName() != k.Kind() {
		was.Kind = nil // and what only the old kind had
		was.Address, was.Broadcast, was.MTU = attr.HWAddr{}, attr.HWAddr{}, attr.Opt[uint32]{}
	}
	if n.moves() || n.from != n.to {
		was.Index, was.Master, was.Port = 0, Ref{}, nil
	}
	if n.born != nil && n.born.link == nil && n.born.want.Index == 0 {
		was.Index = 0 // which the kernel heeds only if the first end has one too
	}
	was.Name, was.XDP = "", attr.Opt[XDP]{}
	n.want = n.want.over(was)
	n.want.Name = n.name
	n.diff = nil
	if n.newLower == nil && n.want.Lower.IsSet() {
		n.newLower = p.handled(n.want.Lower)
	}
	if n.newMaster == nil && n.want.Master.IsSet() {
		n.newMaster = p.handled(n.want.Master)
	}
	if n.want.Kind != nil && n.want.Kind.Info().GoesWithLink {
		n.newOn = p.inData(n.want.Kind)
	}
	low := n.belowEnd()
	unknown := low != nil && low.remake && !low.want.MTU.IsSet()
	if !said && (unknown || p.mtuBelow(n) != nil) { // as the kernel would have lowered it
		n.want.MTU = attr.Opt[uint32]{}
	}
	for _, port := range n.ports {
		p.rejoin(port, n)
	}
}

// kindAnew is what is said of the kind of a link that is made anew: of one end of
// a pair the other says it.
func (n *node) kindAnew() kind.Kind {
	if n.want.Kind == nil && n.born != nil {
		return n.born.want.Kind
	}
	return n.want.Kind
}

// inData returns the link that kind data refer to.
func (p *planner) inData(k kind.Kind) *node {
	for _, r := range attr.Refs(k) {
		if n := p.handled(*r); n != nil {
			return n
		}
	}
	return nil
}

// handles makes the references of a report of n handles; those of links that
// go with it are dropped.
func (p *planner) handles(n *node, s *Spec) {
	for r := range s.references() {
		i, _ := r.Index()
		to := p.byIndex[n.from][i]
		switch {
		case i == 0:
		case to == nil || to.absent:
			*r = Ref{}
		default:
			*r = to.handle()
		}
	}
	if n.on != nil && (n.on.from != 0 || n.on.to != 0) && n.newOn == nil && s.Kind != nil {
		p.wrong(n.name, refused("link", "the link in its data is in another namespace, or goes to one: it cannot be made anew from here"))
	}
	if n.lower != nil && n.want.Lower == (Ref{}) && s.Lower.IsSet() {
		s.Lower, s.LowerNetNSID = n.lower.handle(), attr.Opt[int32]{}
		if n.lower.from != 0 || n.lower.to != 0 {
			p.wrong(n.name, refused("link", "the link below is in another namespace, or goes to one: it cannot be made anew from here"))
		}
	}
}

// over returns what s says, and what o says of the rest.
func (s *Spec) over(o *Spec) *Spec {
	out, mine := o.Clone(), said(s)
	copyFields(out, s, func(name string) bool { return mine[name] })
	for i, mine := range s.switches() {
		if mine.IsSet() {
			*out.switches()[i] = *mine
		}
	}
	if s.AltNames != nil {
		out.AltNames = slices.Clone(s.AltNames)
	}
	out.Kind, out.Port = s.Kind, s.Port
	if o.Kind != nil && (s.Kind == nil || s.Kind.Kind() == o.Kind.Kind()) {
		out.Kind = overlayed(o.Kind, s.Kind)
	}
	if o.Port != nil && (s.Port == nil || s.Port.Kind() == o.Port.Kind()) {
		out.Port = overlayed(o.Port, s.Port)
	}
	out.NetNS = s.NetNS
	return out
}

// overlayed returns what src says, and what dst says of the rest.
func overlayed[S attr.Named](dst, src S) S {
	dst = attr.Clone(dst)
	if any(src) == nil {
		return dst
	}
	return overlay(dst, src)
}

// rejoin makes a port that nobody says a master of want the one it has.
func (p *planner) rejoin(port, master *node) {
	if port.goes() || port.wanted() && (port.want.Master.IsSet() || port.moves()) {
		return
	}
	if port.want == nil {
		port.want = new(Spec)
	}
	if port.diff == nil {
		port.diff = new(Spec)
	}
	w := &Spec{Master: master.handle()}
	if port.link.Port != nil && master.want.Kind.Kind() == port.link.Port.Kind() {
		w.Port = lasting(port.link.Port)
		for _, r := range attr.Refs(w.Port) {
			*r = Ref{}
		}
	}
	port.want = port.want.over(w)
	port.newMaster = master
	port.diff.Master, port.diff.Port = port.want.Master, port.want.Port
}

// doom finds what goes with a link: its peer, and links that sit on it. Those
// that are wanted have to be made anew as well.
func (p *planner) doom(n *node) {
	if peer := n.peer; peer != nil && !peer.goes() {
		if n.remake && n.pair == nil {
			n.pair, peer.pair = peer, n // the new one gets the same peer
		}
		p.goesWith(peer, n)
		if peer.remake && n.remake {
			peer.born = n
		}
	}
	for _, up := range n.above {
		if !up.goes() && goesWithLower(up.link) {
			p.goesWith(up, n)
		}
	}
}

// leaveBehind finds what is deleted because a link moves to another namespace:
// the links in whose data it is. Those that sit on it stay.
func (p *planner) leaveBehind(n *node) {
	for _, up := range n.above {
		switch {
		case up.on != n || up.goes():
		case up.wanted():
			p.wrong(up.name, fmt.Errorf("it is deleted when %s goes to another namespace: %w", n.called(), attr.ErrValue))
		default:
			up.doomed = true
			up.with = n
			p.doom(up)
		}
	}
}

// goesWithLower reports whether a link is deleted with those below.
func goesWithLower(l *Link) bool {
	return l.Kind == nil || l.Kind.Info().NeedsLower || l.Kind.Info().GoesWithLink
}

func (p *planner) goesWith(n, with *node) {
	n.with = with
	switch {
	case n.wanted() && !with.remake && (n.peer == with || n.newLower == nil || n.newLower == with):
		p.wrong(n.name, fmt.Errorf("it goes with %s, which is not to be there: %w", with.link.Name, attr.ErrValue))
		n.doomed = true
	case n.wanted() || n.pair == with && with.remake:
		if !n.wanted() {
			n.want = &Spec{Name: n.name}
		}
		if !p.opts.remake[n.name] && n.pair != with {
			p.wrong(n.name, fmt.Errorf("it goes with %s, which is deleted: %w; the link must be made anew", with.link.Name, ErrFixed))
		}
		n.remake = true
		p.compareRemade(n)
	default:
		n.doomed = true
	}
	p.doom(n)
}
