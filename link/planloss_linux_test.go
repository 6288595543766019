package link_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/testns"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/link"
)

// Plans say what they lose, no more and no less: what is named is lost, and
// what is not named is still there.

// A losing is a state that loses something. Everything is done to a namespace
// as hung makes it, and what more stage makes.
type losing struct {
	name  string
	loses link.Loss
	stage func(b *box)
	want  func(b *box) link.State
	opts  []link.Option // that permit other things than losses
	// lost reports whether it is lost.
	lost func(b *box, was link.Attached) bool
}

func oneSpec(s link.Spec) func(*box) link.State {
	return func(*box) link.State { return link.State{Links: []link.Spec{s}} }
}

// bare makes a pair that is up, d0 and d1, with nothing on it.
func bare(b *box) {
	b.prepare(link.Spec{Name: "d0", Up: attr.On, Kind: veth(kind.Peer{Name: "d1", Up: attr.On})})
	b.operational("d0")
}

var losings = []losing{
	{name: "addresses", loses: link.LoseAddresses, stage: func(b *box) {
		bare(b)
		b.address("d0", "2001:db8:7::1/128")
	}, want: oneSpec(link.Spec{Name: "d0", Up: attr.Off}), lost: func(b *box, was link.Attached) bool {
		return was.IPv6.Addresses.Value() == 1 && b.attached("d0").IPv6.Addresses.Value() == 0
	}},
	{name: "routes", loses: link.LoseRoutes, stage: func(b *box) {
		bare(b)
		b.route("d0", "203.0.113.0/24")
	}, want: oneSpec(link.Spec{Name: "d0", Up: attr.Off}), lost: func(b *box, was link.Attached) bool {
		return was.IPv4.Routes.Value() == 1 && b.attached("d0").IPv4.Routes.Value() == 0
	}},
	{name: "neighbors", loses: link.LoseNeighbors, stage: func(b *box) {
		bare(b)
		b.neighbor(2, "d0", nudPermanent, 0, ndaDst("192.0.2.77"), ndaMAC(mac9))
	}, want: oneSpec(link.Spec{Name: "d0", ARP: attr.Off}), lost: func(b *box, was link.Attached) bool {
		return was.IPv4.Neighbors.Value() == 1 && b.attached("d0").IPv4.Neighbors.Value() == 0
	}},
	{name: "port-state", loses: link.LosePortState, stage: func(b *box) {
		b.neighbor(kind.AFBridge, "p0", nudPermanent, ntfMaster, ndaMAC(mac9))
	}, want: oneSpec(link.Spec{Name: "p0", Master: link.None}), lost: func(b *box, was link.Attached) bool {
		return was.Entries.Value() >= 1 && b.attached("p0").Entries.Value() == 0
	}},
	{name: "qdisc", loses: link.LoseQDisc, stage: func(b *box) {
		b.prepare(link.Spec{Name: "d0", Kind: &kind.IFB{}})
		b.discipline("d0", "pfifo", 0x10000, tcRoot)
	}, want: moveOf("d0"), lost: func(b *box, was link.Attached) bool { return was.QDiscs.Value() == 1 }},
	{name: "sysctls", loses: link.LoseSysctls, stage: func(b *box) {
		b.prepare(link.Spec{Name: "d0", Kind: &kind.IFB{}})
		b.sysctl("ipv4/conf/d0/rp_filter", "2")
	}, want: moveOf("d0"), lost: func(b *box, was link.Attached) bool { return was.IPv4.Sysctls.Value() == 1 }},
	{name: "auto-address", loses: link.LoseAutoAddress, want: oneSpec(link.Spec{Name: "br0", Address: mac1}), lost: func(b *box, was link.Attached) bool {
		return was.AutoAddress == attr.On && b.attached("br0").AutoAddress == attr.Off
	}},
	{name: "auto-mtu", loses: link.LoseAutoMTU, want: oneSpec(link.Spec{Name: "br0", MTU: attr.U32(1400)}), lost: func(b *box, _ link.Attached) bool {
		b.change("p0", link.Spec{MTU: attr.U32(1350)})
		return b.get("br0").MTU.Value() == 1400 // it would have followed
	}},
	{name: "upper-mtu", loses: link.LoseUpperMTU, stage: func(b *box) { b.macvlan() }, want: oneSpec(link.Spec{Name: "v0", MTU: attr.U32(1300)}), lost: func(b *box, _ link.Attached) bool {
		b.change("v0", link.Spec{MTU: attr.U32(1500)})
		return b.get("m0").MTU.Value() == 1300
	}},
	{name: "uppers", loses: link.LoseUppers, stage: func(b *box) { b.macvlan() }, want: absence("v0"), lost: func(b *box, _ link.Attached) bool {
		return !slices.Contains(b.names(), "m0")
	}},
	{name: "ports", loses: link.LosePorts, want: absence("br0"), lost: func(b *box, _ link.Attached) bool {
		return !b.get("p0").Master.IsSet()
	}},
}

// mentioned are the losses that deleting a link means: the plan says them, and
// naming the link allows them.
var mentioned = []losing{
	{name: "peer", loses: link.LosePeer, want: absence("v0"), lost: func(b *box, _ link.Attached) bool {
		return !slices.Contains(b.names(), "v1")
	}},
	{name: "attached", loses: link.LoseAttached, stage: func(b *box) {
		b.prepare(link.Spec{Name: "d0", Kind: &kind.IFB{}})
	}, want: absence("d0"), lost: func(b *box, _ link.Attached) bool { return !slices.Contains(b.names(), "d0") }},
}

func absence(name string) func(*box) link.State {
	return func(*box) link.State { return link.State{Absent: []link.Place{{Link: link.Name(name)}}} }
}

// moveOf wants a link in another namespace.
func moveOf(name string) func(*box) link.State {
	return func(b *box) link.State {
		b.t.Helper()
		there := testns.New(b.t).NetNS()
		return link.State{Moves: []link.Move{{From: link.Place{Link: link.Name(name)}, Name: name, NetNS: there}}}
	}
}

// of is the link that a state is about.
func of(s link.State) string {
	switch {
	case len(s.Links) > 0:
		return s.Links[0].Name
	case len(s.Moves) > 0:
		return s.Moves[0].Name
	}
	return s.Absent[0].Link.Name()
}

// TestPlannedLoss plans for each loss a state that brings it.
func TestPlannedLoss(t *testing.T) {
	var tested link.Loss
	for _, l := range losings {
		tested |= l.loses
		t.Run(l.name, func(t *testing.T) {
			b, want := l.enact(t)
			was := b.attached(of(want))
			before := b.snapshot()
			plan, err := b.c.Plan(b.ctx, want, l.opts...)
			if !errors.Is(err, link.ErrLossy) {
				t.Fatalf("%v\n%s", err, plan)
			}
			if got := unmeant(plan); got != l.loses {
				t.Errorf("it loses %v, want %v\n%s", got, l.loses, plan)
			}
			if _, err := b.c.Ensure(b.ctx, want, link.Allow(^l.loses)); !errors.Is(err, link.ErrLossy) { // others do not help
				t.Errorf("Ensure: %v", err)
			}
			b.wantSent(0)
			b.unchanged(before)
			if _, err := b.c.Ensure(b.ctx, want, link.Allow(l.loses)); err != nil {
				t.Fatal(err)
			}
			if !l.lost(b, was) {
				t.Errorf("it is not lost: %s", plan)
			}
		})
	}
	for _, l := range mentioned {
		tested |= l.loses
		t.Run(l.name, func(t *testing.T) {
			b, want := l.enact(t)
			plan, err := b.c.Plan(b.ctx, want)
			if err != nil || plan.Loses()&l.loses == 0 {
				t.Fatalf("%v\n%s", err, plan)
			}
			if _, err := b.c.Apply(b.ctx, plan); err != nil || !l.lost(b, link.Attached{}) {
				t.Errorf("it is not lost: %v", err)
			}
		})
	}
	if all := link.LoseAttached<<1 - 1; tested != all {
		t.Errorf("no test of %v", all&^tested)
	}
}

// unmeant are the losses of a plan but those that naming a link as absent
// allows.
func unmeant(p *link.Plan) link.Loss {
	var l link.Loss
	for _, s := range p.Steps() {
		if s.Op == link.OpDelete {
			s.Loses &= link.LoseUppers | link.LosePorts
		}
		l |= s.Loses
	}
	return l
}

func (l *losing) enact(t *testing.T) (*box, link.State) {
	t.Helper()
	b := hung(t)
	if l.stage != nil {
		l.stage(b)
	}
	b.operational("v0", "p0", "br0")
	want := l.want(b)
	b.tap.reset(nil)
	return b, want
}

// bystander makes links that no plan speaks of, with something on them.
func (b *box) bystander() {
	b.prepare(link.Spec{Name: "by0", Up: attr.On, Kind: veth(kind.Peer{Name: "by1", Up: attr.On})})
	b.prepare(link.Spec{Name: "bybr", Up: attr.On, Address: mac1, Kind: &kind.Bridge{}})
	b.prepare(link.Spec{Name: "byp0", Up: attr.On, Master: link.Name("bybr"), Kind: veth(kind.Peer{Name: "byp1", Up: attr.On})})
	b.operational("by0", "byp0")
	b.load("by0")
	b.neighbor(kind.AFBridge, "byp0", nudPermanent, ntfMaster, ndaMAC(mac9))
}

// load hangs something of every sort on a link. Each has addresses of its own.
func (b *box) load(name string) {
	i := b.get(name).Index
	b.address(name, fmt.Sprintf("10.%d.0.1/24", i))
	b.address(name, fmt.Sprintf("2001:db8:%x::1/64", i))
	b.neighbor(2, name, nudPermanent, 0, ndaDst(fmt.Sprintf("10.%d.0.9", i)), ndaMAC(mac9))
	b.neighbor(kind.AFInet6, name, nudPermanent, 0, ndaDst(fmt.Sprintf("2001:db8:%x::9", i)), ndaMAC(mac9))
	b.discipline(name, "pfifo", 0x10000, tcRoot)
	b.sysctl("ipv4/conf/"+name+"/rp_filter", "2")
	b.sysctl("ipv6/conf/"+name+"/accept_ra", "2")
	if b.get(name).IsUp() {
		b.route(name, fmt.Sprintf("172.16.%d.0/24", i))
		b.route(name, fmt.Sprintf("2001:db8:f%x::/48", i))
	}
}

// hanging is what hangs on each link of the namespace, by index.
func (b *box) hanging() map[uint32]link.Attached {
	b.t.Helper()
	s := must[*link.Snapshot](b.t)(b.plain.Snapshot(b.ctx, link.Scan{Attached: true}))
	return s.Namespaces[0].Attached
}

// TestNothingElseLost applies the scenarios with something of every sort on
// every link that was there. What hung on the links and does not any more is
// among the losses of the steps of each link; on those that the plan does not
// name, and by plans that lose nothing, nothing is different.
func TestNothingElseLost(t *testing.T) {
	links, kept := 0, 0
	for i, s := range plannedScenarios {
		if !share(i) {
			continue
		}
		t.Run(s.name, func(t *testing.T) {
			b, _, want := s.enact(t)
			for _, l := range b.list() {
				if !slices.Contains(b.first, l.Name) && l.Name != "lo" {
					b.load(l.Name)
				}
			}
			b.bystander()
			b.monitor().settled()
			before, was := b.list(), b.hanging()
			plan, err := b.c.Plan(b.ctx, want, append(slices.Clone(s.opts), link.Allow(^link.Loss(0)))...)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := b.c.Apply(b.ctx, plan); err != nil {
				t.Fatal(err)
			}
			is := b.hanging()
			for i := range before {
				l := &before[i]
				now, there := is[l.Index]
				declared := declaredFor(plan, l.Name)
				lost := differs(was[l.Index], now)
				if l.Kind == nil || !l.Kind.Info().FollowsPorts { // it stays what it is by itself, too
					lost &^= link.LoseAutoAddress
				}
				links++
				if there && lost == 0 {
					kept++
				}
				if !there && declared == 0 || there && lost&^declared != 0 {
					t.Errorf("%s: %v is different, %v declared\nwas %+v\nis  %+v\n%s", l.Name, lost, declared, was[l.Index], now, plan)
				}
			}
		})
	}
	t.Logf("%d links, %d of them as before", links, kept)
}

// declaredFor are the losses of the steps for a link, and the other links that
// those say they take with them.
func declaredFor(p *link.Plan, name string) link.Loss {
	var l link.Loss
	now := name
	for _, s := range p.Steps() {
		if slices.Contains(s.Link, now) {
			l |= s.Loses
		}
		if s.Op == link.OpRename && s.Link[0] == now {
			now = s.Fields[0].Want
		}
		if s.Loses&(link.LosePeer|link.LoseUppers) != 0 { // they name who goes, not what goes with it
			l |= s.Loses & (link.LosePeer | link.LoseUppers)
		}
	}
	return l
}

// differs says which sorts are fewer or more than they were.
func differs(was, is link.Attached) link.Loss {
	var l link.Loss
	note := func(same bool, loss link.Loss) {
		if !same {
			l |= loss
		}
	}
	for _, ip := range [][2]link.AttachedIP{{was.IPv4, is.IPv4}, {was.IPv6, is.IPv6}} {
		note(ip[0].Addresses == ip[1].Addresses, link.LoseAddresses)
		note(ip[0].Routes == ip[1].Routes, link.LoseRoutes)
		note(ip[0].Neighbors == ip[1].Neighbors, link.LoseNeighbors)
		note(ip[0].Sysctls == ip[1].Sysctls, link.LoseSysctls)
	}
	note(was.Entries == is.Entries, link.LosePortState)
	note(was.QDiscs == is.QDiscs, link.LoseQDisc)
	note(was.AutoAddress == is.AutoAddress, link.LoseAutoAddress)
	return l
}
