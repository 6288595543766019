package link_test

import (
	"errors"
	"net/netip"
	"reflect"
	"testing"
	"time"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/testns"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/link"
)

const ms = time.Millisecond

func bondSpec(k kind.Bond) link.Spec { return link.Spec{Name: "bond0", Kind: &k} }

func asBond(l *link.Link) *kind.Bond { return l.Kind.(*kind.Bond) }

func targets(list ...string) attr.Opt[[]netip.Addr] {
	var out []netip.Addr
	for _, s := range list {
		out = append(out, netip.MustParseAddr(s))
	}
	return attr.Some(out)
}

// TestBondAgain makes a bond in every mode, and another one from what the
// first reports: the kernel takes none of what the mode has no use for.
func TestBondAgain(t *testing.T) {
	watches := map[string]kind.Bond{
		"nothing": {}, "mii": {MIIMon: attr.Some(100 * ms), UpDelay: attr.Some(200 * ms), DownDelay: attr.Some(300 * ms)},
		"arp": {ARPInterval: attr.Some(50 * ms), ARPTargets: targets("192.0.2.1", "192.0.2.2"), ARPValidate: attr.Some(kind.ARPValidateAll)},
	}
	for mode := kind.BondRoundRobin; mode <= kind.BondALB; mode++ {
		for how, k := range watches {
			if how == "arp" && mode >= kind.Bond8023AD {
				continue // refused
			}
			t.Run(mode.String()+" "+how, func(t *testing.T) {
				b := newBox(t)
				testns.Require(t, "bond")
				k.Mode = attr.Some(mode)
				first := b.create(bondSpec(k))
				if fields, err := attr.Diff(new(kind.Bond), &k, first.Kind); err != nil || len(fields) > 0 {
					t.Errorf("%v differ: %v\n%s", fields, err, first)
				}
				s := first.Spec()
				s.Name, s.Index = "bond1", 0
				second := b.create(*s)
				if !reflect.DeepEqual(first.Kind, second.Kind) {
					t.Errorf("made %+v\nagain %+v", first.Kind, second.Kind)
				}
			})
		}
	}
}

// TestBondOptions changes every option by itself, and back.
func TestBondOptions(t *testing.T) {
	lacp, backup, rr, tlb := kind.Bond8023AD, kind.BondActiveBackup, kind.BondRoundRobin, kind.BondTLB
	tests := []struct {
		name    string
		mode    kind.BondMode
		k       kind.Bond
		feature string // "" for what every kernel has

		unreported bool
	}{
		{"mode", rr, kind.Bond{Mode: attr.Some(kind.BondXOR)}, "", false},
		{"mode with lacp", rr, kind.Bond{Mode: attr.Some(lacp)}, "", false},
		{"miimon", rr, kind.Bond{MIIMon: attr.Some(50 * ms), UpDelay: attr.Some(100 * ms)}, "", false},
		{"arp", rr, kind.Bond{ARPInterval: attr.Some(100 * ms), ARPTargets: targets("192.0.2.1"), ARPValidate: attr.Some(kind.ARPFilter)}, "", false},
		{"arp_all_targets", rr, kind.Bond{ARPAllTargets: attr.Some(kind.ARPTargetsAll)}, "", false},
		{"primary_reselect", backup, kind.Bond{PrimaryReselect: attr.Some(kind.PrimaryFailure)}, "", false},
		{"fail_over_mac", backup, kind.Bond{FailOverMAC: attr.Some(kind.FailOverMACActive)}, "", false},
		{"xmit_hash_policy", rr, kind.Bond{XmitHashPolicy: attr.Some(kind.XmitHashLayer34)}, "", false},
		{"resend_igmp", rr, kind.Bond{ResendIGMP: attr.U32(7)}, "", false},
		{"num_grat_arp", rr, kind.Bond{NumPeerNotif: attr.U8(7)}, "", false},
		{"all_slaves_active", rr, kind.Bond{AllSlavesActive: attr.On}, "", false},
		{"min_links", rr, kind.Bond{MinLinks: attr.U32(2)}, "", false},
		{"lp_interval", tlb, kind.Bond{LPInterval: attr.Some(5 * time.Second)}, "", false},
		{"packets_per_slave", rr, kind.Bond{PacketsPerSlave: attr.U32(9)}, "", false},
		{"lacp_rate", lacp, kind.Bond{LACPRate: attr.Some(kind.LACPFast)}, "", false},
		{"ad_select", lacp, kind.Bond{ADSelect: attr.Some(kind.ADSelectCount)}, "", false},
		{"ad_actor_sys_prio", lacp, kind.Bond{ADActorSysPrio: attr.U16(100)}, "", true},
		{"ad_user_port_key", lacp, kind.Bond{ADUserPortKey: attr.U16(7)}, "", true},
		{"tlb_dynamic_lb", tlb, kind.Bond{TLBDynamicLB: attr.Off}, "", false},
		{"peer_notify_delay", lacp, kind.Bond{PeerNotifyDelay: attr.Some(300 * ms)}, "", false},
		{"lacp_active", lacp, kind.Bond{LACPActive: attr.Off}, "bond lacp_active", false},
		{"arp_missed_max", rr, kind.Bond{ARPMissedMax: attr.U8(7)}, "bond missed_max", false},
		{"coupled_control", lacp, kind.Bond{CoupledControl: attr.Off}, "bond coupled_control", false},
		{"broadcast_neighbor", lacp, kind.Bond{BroadcastNeighbor: attr.On}, "bond broadcast_neighbor", false},
		{"lacp_strict", lacp, kind.Bond{LACPStrict: attr.On}, "bond lacp_strict", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBox(t)
			testns.Require(t, "bond")
			if tt.feature != "" {
				testns.Require(t, tt.feature)
			}
			b.prepare(bondSpec(kind.Bond{Mode: attr.Some(tt.mode)}))
			if tt.unreported { // to those who are root in a namespace of their own only
				b.change("bond0", link.Spec{Kind: &tt.k})
				return
			}
			b.setAndBack("bond0", func() link.Spec { k := tt.k; return link.Spec{Kind: &k} }, false)
		})
	}
}

// TestBondUndone fails changes after the bond's data has been changed: what
// changed along with it must be as before too.
func TestBondUndone(t *testing.T) {
	arp := kind.Bond{ARPInterval: attr.Some(100 * ms), ARPTargets: targets("192.0.2.1"), ARPValidate: attr.Some(kind.ARPValidateAll)}
	mii := kind.Bond{MIIMon: attr.Some(100 * ms), UpDelay: attr.Some(200 * ms), DownDelay: attr.Some(300 * ms)}
	for name, tt := range map[string]struct{ had, change kind.Bond }{
		"arp to mii":     {arp, mii},
		"mii to arp":     {mii, arp},
		"interval":       {mii, kind.Bond{MIIMon: attr.Some(50 * ms)}},
		"no interval":    {mii, kind.Bond{MIIMon: attr.Some(0 * ms)}},
		"arp to lacp":    {arp, kind.Bond{Mode: attr.Some(kind.Bond8023AD)}},
		"mii to lacp":    {mii, kind.Bond{Mode: attr.Some(kind.Bond8023AD), LACPRate: attr.Some(kind.LACPFast), ADSelect: attr.Some(kind.ADSelectCount)}},
		"to lacp and up": {mii, kind.Bond{Mode: attr.Some(kind.Bond8023AD), MIIMon: attr.Some(50 * ms), LACPRate: attr.Some(kind.LACPFast)}},
		"no targets":     {arp, kind.Bond{ARPTargets: targets()}},
		"more targets":   {arp, kind.Bond{ARPTargets: targets("192.0.2.3", "192.0.2.1")}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBox(t)
			testns.Require(t, "bond")
			b.pair()
			b.prepare(bondSpec(tt.had))
			was := b.snapshot()
			_, err := b.c.Change(b.ctx, link.Name("bond0"), link.Spec{Name: "v1", Kind: &tt.change})
			wantError(t, err, "undone", link.ErrExist)
			b.unchanged(was)
		})
	}
}

// TestBondInterval keeps the delays, which the kernel counts in intervals.
func TestBondInterval(t *testing.T) {
	b := newBox(t)
	testns.Require(t, "bond")
	b.prepare(bondSpec(kind.Bond{MIIMon: attr.Some(100 * ms), UpDelay: attr.Some(200 * ms)}))
	l := b.change("bond0", link.Spec{Kind: &kind.Bond{MIIMon: attr.Some(50 * ms)}})
	if k := asBond(l); k.MIIMon.Value() != 50*ms || k.UpDelay.Value() != 200*ms {
		t.Errorf("interval %v, delay %v", k.MIIMon, k.UpDelay)
	}
	_, err := b.c.Change(b.ctx, l.Ref(), link.Spec{Kind: &kind.Bond{MIIMon: attr.Some(time.Microsecond)}})
	wantError(t, err, "miimon", attr.ErrValue)
}

// TestBondPorts joins links that are up, prefers one, and sets what ports have.
func TestBondPorts(t *testing.T) {
	b := newBox(t)
	testns.Require(t, "bond")
	b.pair()
	b.prepare(link.Spec{Name: "w0", Kind: veth(kind.Peer{Name: "w1"})})
	l := b.create(link.Spec{Name: "bond0", Up: attr.On, Kind: &kind.Bond{
		Mode: attr.Some(kind.BondActiveBackup), MIIMon: attr.Some(100 * ms), Primary: link.Name("v0"),
	}})
	if asBond(l).Primary.IsSet() {
		t.Error("the primary port is reported before it joins:", l)
	}
	b.change("v1", link.Spec{Up: attr.On})
	b.change("w1", link.Spec{Up: attr.On})
	p := b.change("v0", link.Spec{Master: link.Name("bond0"), Port: &kind.BondPort{QueueID: attr.U16(1)}})
	if p.Master != l.Ref() || p.Port.(*kind.BondPort).QueueID.Value() != 1 {
		t.Error(p)
	}
	made := b.create(link.Spec{Name: "x0", Master: link.Name("bond0"), Up: attr.On, Kind: veth(kind.Peer{Name: "x1", Up: attr.On}), Port: &kind.BondPort{QueueID: attr.U16(2)}})
	if made.Master != l.Ref() || !made.IsUp() || made.Port.(*kind.BondPort).QueueID.Value() != 2 {
		t.Error(made)
	}
	if l = b.get("bond0"); asBond(l).Primary != p.Ref() {
		t.Error("primary port:", l)
	}
	b.operational("v0", "x0")
	if l = b.change("bond0", link.Spec{Kind: &kind.Bond{ActiveSlave: link.Name("x0")}}); asBond(l).ActiveSlave != made.Ref() {
		t.Error("active port:", l)
	}
	_, err := b.c.Change(b.ctx, l.Ref(), link.Spec{Kind: &kind.Bond{Mode: attr.Some(kind.BondXOR)}})
	if err == nil {
		t.Error("the mode of a bond with ports changes")
	}
	if l = b.get("bond0"); asBond(l).Mode.Value() != kind.BondActiveBackup {
		t.Error(l)
	}
	if l = b.change("bond0", link.Spec{Kind: &kind.Bond{Primary: attr.NoRef}}); asBond(l).Primary.IsSet() {
		t.Error("primary port:", l)
	}
}

// TestBondLACP reads what 802.3ad has to say.
func TestBondLACP(t *testing.T) {
	b := newBox(t)
	testns.Require(t, "bond")
	b.pair()
	b.prepare(link.Spec{Name: "bond0", Up: attr.On, Kind: &kind.Bond{Mode: attr.Some(kind.Bond8023AD)}})
	b.change("v1", link.Spec{Up: attr.On})
	p := b.change("v0", link.Spec{Master: link.Name("bond0")}).Port.(*kind.BondPort)
	if !p.PermAddress.IsValid() {
		t.Errorf("port %+v", p)
	}
	if !b.eventually(func() bool {
		p := b.get("v0").Port.(*kind.BondPort)
		return p.ActorState.IsSet() && p.PartnerState.IsSet() && p.AggregatorID.IsSet()
	}) {
		t.Errorf("port %+v", b.get("v0").Port)
	}
	if !b.eventually(func() bool { return asBond(b.get("bond0")).ADInfo.Value().NumPorts.Value() == 1 }) {
		t.Errorf("%+v", asBond(b.get("bond0")).ADInfo)
	}
}

// TestBondNotPermitted asks for delays without miimon, which the kernel does not
// permit: that takes no capability, and no hint may say so.
func TestBondNotPermitted(t *testing.T) {
	b := newBox(t)
	testns.Require(t, "bond")
	b.prepare(link.Spec{Name: "b0", Kind: &kind.Bond{}})
	delay := &kind.Bond{UpDelay: attr.Some(time.Second)}
	_, err1 := b.c.Create(b.ctx, link.Spec{Name: "b1", Kind: delay})
	_, err2 := b.c.Change(b.ctx, link.Name("b0"), link.Spec{Kind: delay})
	for _, err := range []error{err1, err2} {
		if e, ok := errors.AsType[*link.Error](err); !ok || !errors.Is(err, link.ErrPermission) || e.Hint != "" {
			t.Errorf("%v: want ErrPermission without a hint", err)
		}
	}
}
