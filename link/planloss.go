package link

import (
	"fmt"

	"github.com/iplink-go/iplink/attr"
)

// Losses. Each rule says what a step loses that undoing it does not bring back;
// the losses themselves are in loss.go. What hangs on a link is
// looked up in the snapshot; what it does not know counts as there.

// lose says what the steps lose, and which of it is not allowed.
func (p *planner) lose() {
	for _, s := range p.steps {
		s.Loses = p.loses(s)
		if not := s.Loses &^ p.opts.allow &^ s.permitted(); not != 0 {
			p.wrong(s.node.called(), fmt.Errorf("%s: %w: %s; see Allow", s.Step.String(), ErrLossy, not))
		}
	}
}

// own are the losses that are meant by naming a link to be deleted.
const own = LoseAddresses | LoseRoutes | LoseNeighbors | LosePortState | LoseQDisc | LoseSysctls | LoseAutoAddress | LoseAutoMTU | LosePeer | LoseAttached

// permitted returns what the caller has allowed by what the state says.
func (s *planStep) permitted() Loss {
	if s.Op == OpDelete { // the link is named as absent, or in Remake
		return own
	}
	return 0
}

func (p *planner) loses(s *planStep) Loss {
	n := s.node
	switch {
	case s.Op == OpDelete:
		var l Loss
		for _, n := range s.nodes() {
			l |= p.losesDeleted(n)
		}
		return l
	case n.isNew():
		return 0
	case s.Op == OpMove:
		return p.attached(n, LoseAddresses|LoseRoutes|LoseNeighbors|LoseQDisc|LoseSysctls) | p.losesLeaving(n) | n.losesUppers()
	case s.group == "down":
		return p.losesDown(n)
	case s.group == "mtu":
		return p.losesMTU(n, s.spec.MTU.Value())
	case s.group == "address":
		l := p.attached(n, LoseNeighbors)
		if n.link.Kind != nil && n.link.Kind.Info().FollowsPorts {
			l |= p.attached(n, LoseAutoAddress)
		}
		return l
	case s.group == "flags" && s.spec.ARP.IsSet():
		return p.attached(n, LoseNeighbors)
	case s.group == "nomaster":
		return p.losesLeaving(n)
	case s.group == "master":
		return p.losesLeaving(n) | p.losesCycled(n, n.newMaster)
	}
	return 0
}

// hangs returns what is known to hang on the link.
func (p *planner) hangs(n *node) Attached { return p.snap.Namespaces[n.from].Attached[n.link.Index] }

// attached returns those of the losses for which there is something to lose.
func (p *planner) attached(n *node, l Loss) Loss {
	a := p.hangs(n)
	return l & a.losses()
}

// losesDown is what a link loses that is set down: everything of IP but the
// addresses of IPv4.
func (p *planner) losesDown(n *node) Loss {
	if !n.link.IsUp() {
		return 0
	}
	a := p.hangs(n)
	return (a.IPv4.losses()&^LoseAddresses | a.IPv6.losses()) &^ LoseSysctls
}

func (p *planner) losesMTU(n *node, mtu uint32) Loss {
	var l Loss
	if was := n.link.MTU.Value(); mtu < minIPv6MTU && was >= minIPv6MTU { // there is no IPv6 on it any more
		a := p.hangs(n)
		l |= a.IPv6.losses()
	}
	if n.link.Kind != nil && n.link.Kind.Info().FollowsPorts {
		l |= LoseAutoMTU
	}
	for _, up := range n.above {
		if up.goes() || up.setting("mtu") != nil || up.link.Kind == nil || !up.link.Kind.Info().BelowLimitsMTU {
			continue
		}
		if up.link.MTU.Value() > mtu {
			l |= LoseUpperMTU
		}
	}
	return l
}

// losesLeaving is what a port loses that leaves its master.
func (p *planner) losesLeaving(n *node) Loss {
	if n.master == nil || n.master.goes() {
		return 0
	}
	l := p.attached(n, LosePortState) | p.losesCycled(n, n.master)
	if n.link.Port != nil && !attr.IsZero(settable(n.link.Port)) {
		l |= LosePortState
	}
	return l
}

// losesCycled is what a port loses because its master sets it down and up
// again.
func (p *planner) losesCycled(n, master *node) Loss {
	if master == nil { // not read for an operation
		return 0
	}
	if k := master.kindEnd(); k == nil || !k.Info().CyclesPorts {
		return 0
	}
	return p.losesDown(n)
}

// losesDeleted is what goes with a link.
func (p *planner) losesDeleted(n *node) Loss {
	l := p.attached(n, LoseAddresses|LoseRoutes|LoseNeighbors|LosePortState|LoseQDisc|LoseSysctls) | some(p.hangs(n).Uppers, LoseUppers) | LoseAttached
	if n.link.Kind != nil && n.link.Kind.Info().FollowsPorts { // it is made again with those it had
		l |= p.attached(n, LoseAutoAddress) | LoseAutoMTU
	}
	if n.peer != nil && n.peer.doomed || n.peer == nil && n.link.Kind != nil && n.link.Kind.Info().Pair {
		l |= LosePeer
	}
	l |= n.losesUppers()
	for _, port := range n.ports {
		if port.goes() {
			continue
		}
		if m := port.masterEnd(); m == nil && !port.wanted() || m == n && !n.remake {
			l |= LosePorts
		}
		if n.remake && port.masterEnd() == n {
			l |= p.attached(port, LosePortState)
		}
	}
	return l
}

// losesUppers says whether a link above goes with this one.
func (n *node) losesUppers() Loss {
	for _, up := range n.above {
		if up.doomed && up.with == n {
			return LoseUppers
		}
	}
	return 0
}
