package link_test

import (
	"context"
	"encoding/binary"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/rtnl"
	"github.com/iplink-go/iplink/internal/testns"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/link"
)

// Bridges and their ports as the kernel makes and changes them.

// TestBridgeMaster makes a link a port and releases it.
func TestBridgeMaster(t *testing.T) {
	b := newBox(t)
	b.pair()
	br := b.create(link.Spec{Name: "br0", Kind: &kind.Bridge{}, Up: attr.On})
	other := b.create(link.Spec{Name: "br1", Kind: &kind.Bridge{}})
	l := b.change("v0", link.Spec{Master: link.Name("br0"), Port: &kind.BridgePort{Cost: attr.U32(77)}})
	if l.Master != br.Ref() || l.Port.(*kind.BridgePort).Cost.Value() != 77 {
		t.Error(l)
	}
	l = b.change("v0", link.Spec{Master: other.Ref()})
	if l.Master != other.Ref() || l.Port.(*kind.BridgePort).Cost.Value() == 77 {
		t.Errorf("after changing bridges:\n%s", l)
	}
	if l = b.change("v0", link.Spec{Master: link.None}); l.Master.IsSet() || l.Port != nil {
		t.Errorf("released:\n%s", l)
	}
	_, err := b.c.Change(b.ctx, link.Name("br0"), link.Spec{Master: link.Name("br1")})
	wantError(t, err, "master")
}

// bridgeOptions are all that can be set of a bridge, one by one.
func bridgeOptions() map[string]kind.Bridge {
	return map[string]kind.Bridge{
		"forward_delay": {ForwardDelay: attr.Some(4 * time.Second)}, "hello_time": {HelloTime: attr.Some(3 * time.Second)},
		"max_age": {MaxAge: attr.Some(12 * time.Second)}, "ageing_time": {Ageing: attr.Some(123450 * time.Millisecond)},
		"stp_state": {STPState: attr.Some(kind.STPKernel)}, "priority": {Priority: attr.U16(0x7000)},
		"group_fwd_mask": {GroupFwdMask: attr.Some(kind.FwdLLDP)}, "group_address": {GroupAddress: attr.MustParseHWAddr("01:80:c2:00:00:04")},
		"fdb_flush": {FDBFlush: attr.On}, "mcast_router": {MCastRouter: attr.Some(kind.MCastRouterPermanent)}, "mcast_snooping": {MCastSnooping: attr.Off},
		"mcast_query_use_ifaddr": {MCastQueryUseIfAddr: attr.On}, "mcast_querier": {MCastQuerier: attr.On}, "mcast_hash_elasticity": {MCastHashElasticity: attr.U32(8)},
		"mcast_hash_max": {MCastHashMax: attr.U32(1024)}, "mcast_last_member_count": {MCastLastMemberCount: attr.U32(5)},
		"mcast_startup_query_count": {MCastStartupQueryCount: attr.U32(4)}, "mcast_last_member_interval": {MCastLastMemberInterval: attr.Some(3 * time.Second)},
		"mcast_membership_interval": {MCastMembershipInterval: attr.Some(200 * time.Second)}, "mcast_querier_interval": {MCastQuerierInterval: attr.Some(100 * time.Second)},
		"mcast_query_interval": {MCastQueryInterval: attr.Some(77 * time.Second)}, "mcast_query_response_interval": {MCastQueryResponseInterval: attr.Some(7 * time.Second)},
		"mcast_startup_query_interval": {MCastStartupQueryInterval: attr.Some(9 * time.Second)},
		"mcast_stats_enabled":          {MCastStats: attr.On}, "mcast_igmp_version": {MCastIGMPVersion: attr.U8(3)}, "mcast_mld_version": {MCastMLDVersion: attr.U8(2)},
		"no_linklocal_learn": {NoLinkLocalLearn: attr.On},
	}
}

// bridgeOptional are those that not every kernel has, or was built with.
func bridgeOptional() map[string]kind.Bridge {
	return map[string]kind.Bridge{
		"vlan_filtering": {VLANFiltering: attr.On}, "vlan_protocol": {VLANProtocol: attr.Some(kind.VLAN8021AD)}, "vlan_default_pvid": {VLANDefaultPVID: attr.U16(9)},
		"vlan_stats_enabled": {VLANStats: attr.On}, "vlan_stats_per_port": {VLANStatsPerPort: attr.On}, "mst_enabled": {MST: attr.On},
		"nf_call_iptables": {NFCallIPTables: attr.On}, "nf_call_ip6tables": {NFCallIP6Tables: attr.On}, "nf_call_arptables": {NFCallARPTables: attr.On},
		"mcast_vlan_snooping": {VLANFiltering: attr.On, MCastVLANSnooping: attr.On}, "mdb_offload_fail_notification": {MDBOffloadFailNotification: attr.On},
		"fdb_local_vlan_0": {FDBLocalVLAN0: attr.On}, "fdb_max_learned": {FDBMaxLearned: attr.U32(100)}, "stp_mode": {STPMode: attr.Some(kind.STPModeKernel)},
	}
}

// TestBridgeOptions sets every option of a bridge by itself, at creation and in
// a change, and reads it back.
func TestBridgeOptions(t *testing.T) {
	set := 0
	for name, k := range bridgeOptions() {
		t.Run(name, func(t *testing.T) {
			b := newBox(t)
			b.create(link.Spec{Name: "br0", Kind: &kind.Bridge{}})
			b.setAndBack("br0", func() link.Spec { k := k; return link.Spec{Kind: &k} }, name == "fdb_flush")
			if name != "fdb_flush" { // a command, only in a change
				b.create(link.Spec{Name: "br1", Kind: &k})
			}
			set++
		})
	}
	for name, k := range bridgeOptional() {
		t.Run(name, func(t *testing.T) {
			b := newBox(t)
			l := b.create(link.Spec{Name: "br0", Kind: &kind.Bridge{}})
			if missing(&k, l.Kind) {
				_, err := b.c.Change(b.ctx, l.Ref(), link.Spec{Kind: &k})
				if err == nil {
					t.Errorf("a kernel that does not report %s took it", name)
				}
			}
			testns.Require(t, bridgeFeatures(name)...)
			b.setAndBack("br0", func() link.Spec { k := k; return link.Spec{Kind: &k} }, false)
			set++
		})
	}
	t.Logf("%d options set and read back", set)
}

// bridgeFeatures returns what the kernel needs for an optional option.
func bridgeFeatures(name string) []string {
	switch {
	case strings.HasPrefix(name, "vlan_"):
		return []string{"vlan filtering"}
	case strings.HasPrefix(name, "nf_call_"):
		return []string{"bridge netfilter"}
	case name == "mst_enabled", name == "mcast_vlan_snooping":
		return []string{"vlan filtering", "bridge " + name}
	}
	return []string{"bridge " + name}
}

// missing reports whether a report says nothing of a field that want says
// something of.
func missing(want, report attr.Struct) bool {
	said := map[string]bool{}
	for f := range attr.Values(report) {
		said[f.Name] = true
	}
	for f := range attr.Values(want) {
		if !said[f.Name] {
			return true
		}
	}
	return false
}

// setAndBack makes a change, again, and back to what the link was. command
// says that it is none that can be read back.
func (b *box) setAndBack(name string, spec func() link.Spec, command bool) {
	b.t.Helper()
	was, before := b.snapshot(), b.get(name)
	b.tap.reset(nil)
	if _, err := b.c.Change(b.ctx, link.Name(name), spec()); err != nil {
		b.t.Error(err)
		return
	}
	if command {
		return
	}
	b.tap.reset(nil)
	if _, err := b.c.Change(b.ctx, link.Name(name), spec()); err != nil {
		b.t.Error(err)
	}
	b.wantSent(0)
	s := link.StateOf(before) // Spec leaves out what a new link has anyway
	back := link.Spec{Kind: s.Kind, Port: s.Port}
	if p, ok := back.Port.(*kind.BridgePort); ok {
		p.State = before.Port.(*kind.BridgePort).State // which changes by itself, so that Spec leaves it out
		if !p.BackupPort.IsSet() {
			p.BackupPort = link.None // which a report leaves out
		}
	}
	if k, ok := back.Kind.(*kind.Bond); ok && !k.ARPTargets.IsSet() {
		k.ARPTargets = targets() // the same
	}
	if k, ok := back.Kind.(*kind.Geneve); ok {
		k.TTL = before.Kind.(*kind.Geneve).TTL // which a change can say with TTLInherit, and a creation cannot
	}
	if _, err := b.c.Change(b.ctx, link.Name(name), back); err != nil {
		b.t.Error("back:", err)
		return
	}
	b.unchanged(was)
}

// TestBridgePortOptions sets every option of a port by itself.
func TestBridgePortOptions(t *testing.T) {
	must := map[string]kind.BridgePort{
		"state": {State: attr.Some(kind.PortLearning)}, "priority": {Priority: attr.U16(7)}, "cost": {Cost: attr.U32(77)}, "hairpin": {Hairpin: attr.On},
		"guard": {Guard: attr.On}, "root_block": {RootBlock: attr.On}, "fastleave": {FastLeave: attr.On}, "learning": {Learning: attr.Off}, "flood": {Flood: attr.Off},
		"proxy_arp": {ProxyARP: attr.On}, "proxy_arp_wifi": {ProxyARPWiFi: attr.On}, "mcast_router": {MCastRouter: attr.Some(kind.MCastRouterPermanent)},
		"mcast_flood": {MCastFlood: attr.Off}, "mcast_to_unicast": {MCastToUnicast: attr.On}, "vlan_tunnel": {VLANTunnel: attr.On}, "bcast_flood": {BroadcastFlood: attr.Off},
		"group_fwd_mask": {GroupFwdMask: attr.Some(kind.FwdLLDP)}, "neigh_suppress": {NeighSuppress: attr.On}, "isolated": {Isolated: attr.On},
		"backup_port": {BackupPort: link.Name("w0")}, "fdb_flush": {FDBFlush: attr.On},
	}
	optional := map[string]kind.BridgePort{
		"locked": {Locked: attr.On}, "mab": {Learning: attr.On, Locked: attr.On, MAB: attr.On}, "mcast_eht_hosts_limit": {MCastEHTHostsLimit: attr.U32(100)},
		"mcast_max_groups": {MCastMaxGroups: attr.U32(10)}, "neigh_vlan_suppress": {NeighVLANSuppress: attr.On},
		"neigh_forward_grat": {NeighForwardGratuitous: attr.On},
	}
	set := 0
	run := func(name string, p kind.BridgePort, optional bool) {
		t.Run(name, func(t *testing.T) {
			b := newBox(t)
			b.prepare(link.Spec{Name: "br0", Kind: &kind.Bridge{}, Address: mac1, Up: attr.On})
			b.prepare(link.Spec{Name: "v0", Master: link.Name("br0"), Up: attr.On, Kind: veth(kind.Peer{Name: "v1", Up: attr.On})})
			b.prepare(link.Spec{Name: "w0", Master: link.Name("br0"), Kind: veth(kind.Peer{Name: "w1"})})
			b.operational("br0", "v0", "v1")
			if optional {
				testns.Require(t, "bridge_slave "+name)
			}
			b.setAndBack("v0", func() link.Spec { p := p; return link.Spec{Port: &p} }, name == "fdb_flush")
			set++
		})
	}
	for name, p := range must {
		run(name, p, false)
	}
	for name, p := range optional {
		run(name, p, true)
	}
	t.Logf("%d options set and read back", set)
}

// TestVLANFiltering needs a bridge that was built with it.
func TestVLANFiltering(t *testing.T) {
	b := newBox(t)
	testns.Require(t, "vlan filtering")
	l := b.create(link.Spec{Name: "br0", Kind: &kind.Bridge{VLANFiltering: attr.On, VLANDefaultPVID: attr.U16(7)}, Up: attr.On})
	if br := l.Kind.(*kind.Bridge); !br.VLANFiltering.Value() || br.VLANDefaultPVID.Value() != 7 {
		t.Error(l)
	}
}

// withoutFiltering makes a kernel one that was built without VLAN filtering:
// attribute 7 of a bridge is one that it does not know, in requests and reports.
type withoutFiltering struct{ rtnl.Transport }

func (k withoutFiltering) Send(ctx context.Context, b []byte) error {
	b = slices.Clone(b)
	hideFiltering(b)
	return k.Transport.Send(ctx, b)
}

func (k withoutFiltering) Receive(ctx context.Context, buf []byte) (int, uint32, error) {
	n, from, err := k.Transport.Receive(ctx, buf)
	if err == nil && n <= len(buf) {
		hideFiltering(buf[:n])
	}
	return n, from, err
}

// hideFiltering gives the attribute the number of none, in place.
func hideFiltering(b []byte) {
	for m, err := range rtnl.Messages(b) {
		if err != nil || m.Type != rtnl.NewLink {
			continue
		}
		for _, info := range attr.All(m.Payload[16:]) {
			for typ, data := range attr.All(info) {
				if typ == 2 { // of IFLA_LINKINFO: IFLA_INFO_DATA
					renumber(data, 7, 0x3000)
				}
			}
		}
	}
}

// renumber changes the number of an attribute.
func renumber(b []byte, from, to attr.Type) {
	for len(b) >= 4 {
		size := (int(binary.NativeEndian.Uint16(b)) + 3) &^ 3
		if attr.Type(binary.NativeEndian.Uint16(b[2:])) == from {
			binary.NativeEndian.PutUint16(b[2:], uint16(to))
		}
		b = b[min(max(size, 4), len(b)):]
	}
}

// TestVLANFilteringMissing is accepted and ignored by a kernel without it,
// which must not pass for success.
func TestVLANFilteringMissing(t *testing.T) {
	b := newBox(t)
	was := b.snapshot()
	c := openWith(t, link.Config{NetNS: b.ns}, func(t rtnl.Transport) rtnl.Transport { return withoutFiltering{t} })
	_, err := c.Create(b.ctx, link.Spec{Name: "br0", Kind: &kind.Bridge{VLANFiltering: attr.On}})
	wantError(t, err, "vlan_filtering", link.ErrVerify)
	t.Log(err)
	b.unchanged(was)
}
