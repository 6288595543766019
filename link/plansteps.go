package link

import (
	"fmt"
	"slices"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
)

// The steps. Each is one message. What creation heeds goes into the message that
// makes a link; the rest, and all that is to change of a link that is there,
// goes by the groups of groups.go.

// A phase is when a step comes if nothing demands otherwise: first what frees
// names and ports, then what makes links, what sets them, what stacks them,
// then setting up, and last what cannot be taken back.
type phase uint8

const (
	phaseAltDrop phase = iota
	phaseDown
	phaseRelease
	phaseRename
	phaseCreate
	phaseSet
	phaseMove
	phaseMaster
	phasePort
	phaseSizes
	phaseAltAdd
	phaseUp
	phaseXDP // the one change that cannot always be undone
	phaseRemake
	phaseDelete
)

// groupPhases are those of the groups that are not phaseSet.
var groupPhases = map[string]phase{
	"down": phaseDown, "nomaster": phaseRelease, "name": phaseRename, "master": phaseMaster, "port": phasePort,
	"gso_max_size": phaseSizes, "gso_max_segs": phaseSizes, "gro_max_size": phaseSizes,
	"gso_ipv4_max_size": phaseSizes, "gro_ipv4_max_size": phaseSizes, "up": phaseUp, "xdp": phaseXDP,
}

// A planStep is a step and what carrying it out takes.
type planStep struct {
	Step
	node  *node
	more  []*node // deleted with it
	phase phase
	turn  int   // within the phase
	at    int   // the namespace where the link is then, of a move where it goes
	spec  *Spec // what it makes or sets; references are handles
	group string
	alt   string // an alternative name, to be added or taken
	add   bool
	after map[*planStep]bool
}

// nodes are the links that the step is about.
func (s *planStep) nodes() []*node { return append([]*node{s.node}, s.more...) }

// key orders the steps of which nothing demands that one is before the other.
func (s *planStep) key(rank []int) string {
	return fmt.Sprintf("%02d %04d %s %02d %s", s.phase, rank[s.at], s.node.called(), s.turn, s.alt)
}

func (p *planner) step(n *node, s planStep) *planStep {
	s.node, s.after = n, map[*planStep]bool{}
	if n.link != nil && s.phase < phaseMove || s.phase >= phaseRemake {
		s.at = n.from
	} else {
		s.at = n.to
	}
	if n.moved || n.isNew() && s.phase < phaseRemake {
		s.at = n.to
	}
	n.steps = append(n.steps, &s)
	p.steps = append(p.steps, &s)
	return &s
}

// makeSteps makes the steps of all nodes.
func (p *planner) makeSteps() {
	for _, n := range p.nodes {
		p.deleteStep(n)
		switch {
		case n.isNew() && n.born == nil:
			p.createSteps(n)
		case n.wanted() && !n.isNew():
			p.changeSteps(n)
		}
	}
	for _, n := range p.nodes {
		p.stayDown(n)
	}
}

// deleteStep deletes a link that is named as absent or must be made anew. The
// second end of a pair goes with the first.
func (p *planner) deleteStep(n *node) {
	switch {
	case n.link == nil || !n.absent && !n.remake:
	case n.peer != nil && n.peer.id < n.id && (n.peer.absent || n.peer.remake):
	case n.remake:
		p.step(n, planStep{Step: Step{Op: OpDelete}, phase: phaseRemake})
	default:
		p.step(n, planStep{Step: Step{Op: OpDelete}, phase: phaseDelete})
	}
}

// createSteps makes a link, and the other end of a pair with it.
func (p *planner) createSteps(n *node) {
	make, rest := divide(n.want, false)
	var peerRest *Spec
	if pair := pairOf(make); pair != nil && n.pair != nil && n.pair.born == n {
		var peer *Spec
		peer, peerRest = divide(n.pair.want, true)
		pair.PeerSpec().Set(peer.peer())
	}
	if g := p.state.Owner.Group; g != 0 && !make.Group.IsSet() {
		make.Group = attr.U32(g)
	}
	s := p.step(n, planStep{Step: Step{Op: OpCreate, Kind: make.Kind.Kind()}, phase: phaseCreate, spec: make})
	if p.upAtOnce(n, rest) && (peerRest == nil || attr.IsZero(peerRest) && len(n.pair.want.AltNames) == 0) {
		s.spec.Up, rest.Up = rest.Up, attr.Opt[bool]{}
	}
	if n.joinsAfterPeer() {
		rest.Master, s.spec.Master = s.spec.Master, Ref{}
	}
	p.follow(n, rest)
	if peerRest != nil {
		p.follow(n.pair, peerRest)
	}
}

// joinsAfterPeer reports whether the link becomes a port of a master that sets it
// up, and the other end shall be up too: joining before that it would be without
// a carrier for as long as the master takes to look again.
func (n *node) joinsAfterPeer() bool {
	return n.joined() && n.pair != nil && n.pair.born == n && n.pair.want.Up == attr.On && !n.pair.joined()
}

// divide splits what a new link shall be into what creation heeds and the
// rest. Setting up is the last of the rest. Of the other end of a pair creation
// ignores the master.
func divide(w *Spec, peer bool) (make, rest *Spec) {
	atCreation := func(f *attr.Field) bool { return f.Dir&attr.Create != 0 }
	later := func(f *attr.Field) bool { return f.Dir&attr.Create == 0 && f.Dir&attr.Set != 0 && f.Dir != 0 }
	make, rest = w.Clone(), new(Spec)
	all := *w
	all.Kind, all.Port = nil, nil
	_ = attr.Copy(rest, &all, later) // one type: there is no error to have
	make.AltNames, make.Port = nil, nil
	clearFields(make, later)
	if w.Kind != nil {
		make.Kind = completed(w.Kind)
		rest.Kind = kept(w.Kind, later)
		if k := kept(make.Kind, atCreation); k != nil {
			make.Kind = k
		}
		if w.Kind.Info().FollowsPorts { // an MTU given at creation would not stay
			make.MTU, rest.MTU = attr.Opt[uint32]{}, w.MTU
		}
	}
	rest.Port = w.Port
	make.Up = attr.Opt[bool]{}
	if w.Up == attr.On { // it is born down
		rest.Up = w.Up
	}
	if peer {
		make.Master = Ref{}
		if w.Master != None { // and without a master
			rest.Master = w.Master
		}
	}
	return make, rest
}

// clearFields makes the fields that drop picks say nothing.
func clearFields(s *Spec, drop func(*attr.Field) bool) {
	none := Spec{Kind: s.Kind, Port: s.Port}
	_ = attr.Copy(s, &none, drop) // one type: there is no error to have
}

// upAtOnce reports whether a new link can be born up: nothing has to follow,
// and what is around it is up already.
func (p *planner) upAtOnce(n *node, rest *Spec) bool {
	r := *rest
	r.Up = attr.Opt[bool]{}
	if rest.Up != attr.On || !attr.IsZero(&r) || len(n.want.AltNames) > 0 {
		return false
	}
	low, master := n.lowerEnd(), n.masterEnd()
	if low != nil && (low.wanted() || low.link == nil || !low.link.IsUp()) {
		return false
	}
	return master == nil || master.link != nil && !master.wanted() && (master.link.Kind == nil || !master.link.Kind.Info().JoinsDown)
}

// follow makes the steps for what creation does not heed.
func (p *planner) follow(n *node, rest *Spec) {
	p.sets(n, rest)
	for _, alt := range n.want.AltNames {
		p.step(n, planStep{Step: Step{Op: OpAltName}, phase: phaseAltAdd, alt: alt, add: true})
	}
}

// sets makes one step for each group that says something.
func (p *planner) sets(n *node, d *Spec) {
	for i, part := range split(d) {
		ph, ok := groupPhases[part.name]
		if !ok {
			ph = phaseSet
		}
		if (part.name == "mtu" || part.name == "address") && (n.released() || n.joined()) {
			ph = phaseSizes // such masters set both, and give back what was before
		}
		op := OpChange
		if part.name == "name" {
			op = OpRename
			if p.imperative { // no other link waits for the old one
				ph = phaseSet
			}
		}
		p.step(n, planStep{Step: Step{Op: op}, phase: ph, turn: i, spec: part.spec, group: part.name})
	}
}

// changeSteps changes a link that is there.
func (p *planner) changeSteps(n *node) {
	d := *n.diff
	if n.moves() {
		if d.Master == None {
			d.Master = Ref{}
		}
		if d.Up == attr.Off {
			d.Up = attr.Opt[bool]{}
		}
		name := d.Name
		d.Name = ""
		p.step(n, planStep{Step: Step{Op: OpMove}, phase: phaseMove, spec: &Spec{Name: name, Index: n.want.Index}})
	} else if m := n.newMaster; m != nil && d.Master.IsSet() && m.joinsDown() && n.link.IsUp() && !p.imperative {
		if d.Up != attr.Off {
			p.sets(n, &Spec{Up: attr.Off})
			d.Up = attr.On
		}
	}
	if n.want.Up == attr.On && n.released() {
		d.Up = attr.On
	}
	p.sets(n, &d)
	p.altSteps(n, n.link.AltNames)
}

// kindEnd is the kind that the link has in the end.
func (n *node) kindEnd() kind.Kind {
	if n.wanted() && n.want.Kind != nil {
		return n.want.Kind
	}
	if n.link != nil {
		return n.link.Kind
	}
	return nil
}

// altSteps takes alternative names that the link shall not have, or that
// become its name, and gives it those it lacks.
func (p *planner) altSteps(n *node, have []string) {
	for _, alt := range have {
		if !slices.Contains(n.altNames(), alt) {
			p.step(n, planStep{Step: Step{Op: OpAltName}, phase: phaseAltDrop, alt: alt})
		}
	}
	for _, alt := range n.altNames() {
		if !slices.Contains(have, alt) {
			p.step(n, planStep{Step: Step{Op: OpAltName}, phase: phaseAltAdd, alt: alt, add: true})
		}
	}
}

// peer says of the other end of a pair what s says of a link.
func (s *Spec) peer() kind.Peer {
	return kind.Peer{
		Index: s.Index, Name: s.Name, Address: s.Address, Broadcast: s.Broadcast, MTU: s.MTU, Master: s.Master,
		Up: s.Up, ARP: s.ARP, Promisc: s.Promisc, AllMulti: s.AllMulti, Multicast: s.Multicast, Trailers: s.Trailers, Dynamic: s.Dynamic,
		TxQueueLen: s.TxQueueLen, OperState: s.OperState, LinkMode: s.LinkMode, Group: s.Group, Alias: s.Alias,
		NumTxQueues: s.NumTxQueues, NumRxQueues: s.NumRxQueues, Carrier: s.Carrier, ProtoDown: s.ProtoDown,
		ProtoDownReason: s.ProtoDownReason, GSOMaxSize: s.GSOMaxSize, GSOMaxSegs: s.GSOMaxSegs, GROMaxSize: s.GROMaxSize,
		GSOIPv4MaxSize: s.GSOIPv4MaxSize, GROIPv4MaxSize: s.GROIPv4MaxSize, NetNS: s.NetNS, Unknown: s.Unknown,
	}
}
