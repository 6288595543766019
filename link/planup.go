package link

import "github.com/iplink-go/iplink/attr"

// Up and down. Some links do not go up and down alone: a VLAN's device goes with
// the link below, and a bond sets its ports up when they join and down when they
// leave, whatever somebody has set. So a link that shall be down is set down
// once more after what would raise it, and one that shall be up after what would
// lower it.

// carried reports whether the link goes up and down with the one below.
func (n *node) carried() bool {
	k := n.kindEnd()
	return k != nil && k.Info().UpWithLower
}

// joinsDown reports whether the master takes ports only while they are down.
// It sets them up then.
func (n *node) joinsDown() bool {
	k := n.kindEnd()
	return k != nil && k.Info().JoinsDown
}

// joined reports whether the link becomes a port of a master that sets it up.
func (n *node) joined() bool {
	m := n.newMaster
	return m != nil && m.joinsDown() && (n.isNew() || n.moves() || m != n.master || m.remake)
}

// released reports whether the link leaves a master that sets it down.
func (n *node) released() bool {
	m := n.master
	return m != nil && m.link.Kind != nil && m.link.Kind.Info().JoinsDown && (m.goes() || n.masterEnd() != m)
}

// upEnd reports whether the link is up in the end.
func (n *node) upEnd() bool {
	switch low := n.lowerEnd(); {
	case n.wanted() && n.want.Up.IsSet():
		return n.want.Up.Value()
	case n.joined():
		return true
	case n.isNew() || n.moves() || n.released():
		return false
	case low != nil && n.carried() && low.link != nil && low.upEnd() != low.link.IsUp():
		return low.upEnd()
	}
	return n.link.IsUp()
}

// rises returns the step that sets the link up, if need be by way of another.
func (n *node) rises() *planStep {
	if s := n.setting("up"); s != nil {
		return s
	}
	if s := n.does(OpCreate); s != nil && s.spec.Up == attr.On {
		return s
	}
	if s := n.setting("master"); s != nil && n.joined() {
		return s
	}
	if low := n.lowerEnd(); low != nil && n.carried() && !n.isNew() {
		return low.rises()
	}
	return nil
}

// stayDown makes the step that sets a link down again.
func (p *planner) stayDown(n *node) {
	low := n.lowerEnd()
	if !n.wanted() || n.want.Up != attr.Off || !n.joined() && (low == nil || !n.carried() || low.rises() == nil) {
		return
	}
	s := p.step(n, planStep{Step: Step{Op: OpChange}, phase: phaseUp, spec: &Spec{Up: attr.Off}, group: "down"})
	if low != nil {
		s.waits(low.rises())
	}
}

// stacked makes a link go up after the one below, and after a master is gone
// that would set it down and give it back its old MTU.
func (p *planner) stacked(n *node) {
	if n.released() {
		for _, group := range []string{"mtu", "address", "up"} {
			n.setting(group).waits(n.master.deletion())
		}
	}
	if n.joinsAfterPeer() {
		n.setting("master").waits(n.pair.rises())
	}
	up := n.rises()
	if up == nil || up.node != n {
		return
	}
	for _, other := range []*node{n.lowerEnd(), n.masterEnd()} {
		if other != nil {
			up.waits(other.rises())
		}
	}
}
