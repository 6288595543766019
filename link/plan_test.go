package link_test

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/link"
)

// world is a snapshot of one namespace: eth0 (2) and eth1 (3) are hardware, br0
// (4) is a bridge with the ports p0 (5) and its pair's other end p1 (6), v5 (7)
// a VLAN on eth0, and vx (8) a VXLAN.
func world() *link.Snapshot {
	base := func(i uint32, name string, k kind.Kind) link.Link {
		return link.Link{
			Index: i, Name: name, Kind: k, MTU: attr.U32(1500), MinMTU: attr.U32(68), MaxMTU: attr.U32(65535),
			Group: attr.U32(0), Flags: link.FlagUp | link.FlagBroadcast | link.FlagMulticast, Address: attr.MustParseHWAddr("02:00:00:00:00:01"),
		}
	}
	links := link.Links{
		base(1, "lo", nil), base(2, "eth0", nil), base(3, "eth1", nil),
		base(4, "br0", &kind.Bridge{Priority: attr.U16(32768)}),
		base(5, "p0", &kind.Veth{}), base(6, "p1", &kind.Veth{}),
		base(7, "v5", &kind.VLAN{ID: attr.U16(5), Protocol: attr.Some(kind.VLAN8021Q)}),
		base(8, "vx", &kind.VXLAN{ID: attr.U32(7), Port: attr.U16(4789), Ageing: attr.Some(300 * time.Second)}),
	}
	links[4].Lower, links[5].Lower, links[6].Lower = link.Index(6), link.Index(5), link.Index(2)
	links[4].Master, links[4].Port = link.Index(4), &kind.BridgePort{Cost: attr.U32(2), Learning: attr.On}
	links[2].AltNames = []string{"enp3s0"}
	attached := map[uint32]link.Attached{}
	for i := range links {
		attached[links[i].Index] = link.Attached{
			IPv4: noIP, IPv6: noIP, Entries: attr.Some(0), QDiscs: attr.Some(0), AutoAddress: attr.Off, Uppers: attr.Some(0),
		}
	}
	return &link.Snapshot{Namespaces: []link.NamespaceLinks{{Links: links, Attached: attached}}}
}

// noIP is known not to hang on a link.
var noIP = link.AttachedIP{Addresses: attr.Some(0), Routes: attr.Some(0), Neighbors: attr.Some(0), Sysctls: attr.Some(0)}

// TestDiff compares plans as text, in which a line is a step.
func TestDiff(t *testing.T) {
	for _, tt := range []struct {
		name  string
		state link.State
		opts  []link.Option
		want  string
	}{
		{"nothing wanted", link.State{}, nil, "nothing to do"},
		{"what holds", link.State{Links: []link.Spec{
			{Name: "br0", Kind: &kind.Bridge{Priority: attr.U16(32768)}, Up: attr.On, MTU: attr.U32(1500)},
			{Name: "p0", Master: link.Name("br0"), Port: &kind.BridgePort{Cost: attr.U32(2)}, Kind: &kind.Veth{Peer: attr.Some(kind.Peer{Name: "p1"})}},
			{Name: "v5", Kind: &kind.VLAN{ID: attr.U16(5)}, Lower: link.Name("eth0")},
		}}, nil, "nothing to do"},
		{"create in order", link.State{Links: []link.Spec{
			{Name: "up0", Kind: &kind.VLAN{ID: attr.U16(9)}, Lower: link.Name("zz0"), Master: link.Name("zbr"), Up: attr.On},
			{Name: "zbr", Kind: &kind.Bridge{}, Up: attr.On},
			{Name: "zz0", Kind: &kind.Dummy{}, Up: attr.On},
		}}, nil, `
+ create bridge zbr up on
+ create dummy zz0 up on
+ create vlan up0 master zbr, link zz0, id 9
~ change up0 up on`},
		{"born down and free", link.State{Links: []link.Spec{
			{Name: "n0", Kind: &kind.Veth{Peer: attr.Some(kind.Peer{Name: "n1", Up: attr.Off, Master: link.None})}, Up: attr.Off},
			{Name: "vx", Kind: &kind.VXLAN{ID: attr.U32(8)}, Up: attr.Off, Master: link.None},
		}}, []link.Option{link.Remake("vx")}, `
+ create veth n0 peer { name n1 }
- delete vx (loses attached)
+ create vxlan vx index 8, arp on, promisc off, allmulticast off, multicast on, address 02:00:00:00:00:01, mtu 1500, master none, group default, id 8, ageing 5m0s, dstport 4789`},
		{"other end there, of another pair", link.State{Links: []link.Spec{
			{Name: "n0", Kind: &kind.Veth{Peer: attr.Some(kind.Peer{Name: "p1"})}},
		}}, []link.Option{link.Remake("p1")}, `
- delete p1 (loses peer,attached)
+ create veth n0 peer { arp on promisc off allmulticast off multicast on address 02:00:00:00:00:01 name p1 mtu 1500 group default }
~ change p1 up on`},
		{"other end there, of another kind", link.State{Links: []link.Spec{
			{Name: "n0", Kind: &kind.Veth{Peer: attr.Some(kind.Peer{Name: "v5"})}},
		}}, []link.Option{link.Remake("v5")}, `
- delete v5 (loses attached)
+ create veth n0 peer { arp on promisc off allmulticast off multicast on name v5 group default }
~ change v5 up on`},
		{"other end's name given up", link.State{Links: []link.Spec{
			{Name: "a0", Kind: &kind.Veth{Peer: attr.Some(kind.Peer{Name: "eth1"})}},
		}, Moves: []link.Move{{From: at("eth1"), Name: "wan"}}}, nil, `
~ rename eth1 to wan
+ create veth a0 peer { name eth1 }`},
		{"swap", link.State{Moves: []link.Move{{From: at("eth0"), Name: "eth1"}, {From: at("eth1"), Name: "eth0"}}}, nil, `
~ rename eth0 to iplink-tmp0
~ rename eth1 to eth0
~ rename iplink-tmp0 to eth1`},
		{"to an alternative name of its own", link.State{Moves: []link.Move{{From: at("eth1"), Name: "enp3s0"}}}, nil, `
~ altname eth1 no altname enp3s0
~ rename eth1 to enp3s0`},
		{"a chain of names", link.State{
			Links: []link.Spec{{Name: "p0", Kind: &kind.Dummy{}}},
			Moves: []link.Move{{From: at("p0"), Name: "p9"}},
		}, nil, `
~ rename p0 to p9
+ create dummy p0`},
		{"raise below first", link.State{Links: []link.Spec{{Name: "v5", MTU: attr.U32(9000)}, {Name: "eth0", MTU: attr.U32(9000)}}}, nil, `
~ change eth0 mtu 1500 -> 9000
~ change v5 mtu 1500 -> 9000`},
		{"lower above first", link.State{Links: []link.Spec{{Name: "v5", MTU: attr.U32(1300)}, {Name: "eth0", MTU: attr.U32(1300)}}}, nil, `
~ change v5 mtu 1500 -> 1300
~ change eth0 mtu 1500 -> 1300`},
		{"a link below made anew takes those above with it", link.State{Links: []link.Spec{
			{Name: "vx", Kind: &kind.VXLAN{ID: attr.U32(8)}},
		}}, []link.Option{link.Remake("vx")}, `
- delete vx (loses attached)
+ create vxlan vx index 8, up on, arp on, promisc off, allmulticast off, multicast on, address 02:00:00:00:00:01, mtu 1500, group default, id 8, ageing 5m0s, dstport 4789`},
		{"a master made anew gets its ports back", link.State{Links: []link.Spec{{Name: "br0", Kind: &kind.Bond{Mode: attr.Some(kind.BondALB)}}}}, []link.Option{link.Remake("br0")}, `
~ change p0 up on -> off
- delete br0 (loses auto-mtu,attached)
+ create bond br0 index 4, up on, arp on, promisc off, allmulticast off, multicast on, group default, mode balance-alb
~ change p0 master br0
~ change p0 up on`},
		{"a pair made anew", link.State{Links: []link.Spec{{Name: "p0", Kind: &kind.Veth{}, Index: 77, Address: attr.MustParseHWAddr("02:00:00:00:00:02")}}}, []link.Option{link.Remake("p0")}, `
- delete p0 (loses attached)
+ create veth p0 index 77, arp on, promisc off, allmulticast off, multicast on, address 02:00:00:00:00:02, mtu 1500, master br0, group default, peer { index 6 arp on promisc off allmulticast off multicast on address 02:00:00:00:00:01 name p1 mtu 1500 group default }
~ change p0 cost 2, learning on
~ change p0 up on
~ change p1 up on`},
		{"a new link is born down", link.State{Links: []link.Spec{{Name: "n0", Kind: &kind.Dummy{}, Up: attr.Off}}}, nil, `
+ create dummy n0`},
		{"what has moved is not pruned", link.State{
			Moves: []link.Move{{From: link.Place{Link: link.Index(99)}, Name: "vx"}}, Owner: link.Owner{Group: 7, Prune: true},
		}, nil, "nothing to do"},
		{"deleting comes last, and at once", link.State{
			Links:  []link.Spec{{Name: "n0", Kind: &kind.Dummy{}}},
			Absent: []link.Place{at("vx"), at("v5")},
		}, nil, `
+ create dummy n0
- delete v5 vx (loses attached)`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, err := link.Diff(world(), tt.state, tt.opts...)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(strings.TrimSpace(tt.want), strings.TrimSpace(p.String())); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func at(name string) link.Place { return link.Place{Link: link.Name(name)} }

// TestDiffProblems wants what cannot be. All of it is reported at once.
func TestDiffProblems(t *testing.T) {
	state := link.State{
		Links: []link.Spec{
			{Name: "bad/name"},
			{Name: "ghost"},
			{Name: "v5", Kind: &kind.VLAN{ID: attr.U16(6)}},
			{Name: "vx", Kind: &kind.Bridge{}},
			{Name: "n0", Kind: &kind.Dummy{}, Master: link.Name("nobody")},
			{Name: "n1", Kind: &kind.VLAN{ID: attr.U16(4095)}, Lower: link.Name("eth0")},
			{Name: "n2", Kind: &kind.VLAN{ID: attr.U16(7)}, Lower: link.Name("eth0"), MTU: attr.U32(9000)},
			{Name: "eth0", MTU: attr.U32(70000)},
			{Name: "enp3s0", Kind: &kind.Dummy{}},
			{Name: "l1", Kind: &kind.Bridge{}, Master: link.Name("l2")},
			{Name: "l2", Kind: &kind.Bridge{}, Master: link.Name("l1")},
		},
		Absent: []link.Place{at("eth0")},
	}
	_, err := link.Diff(world(), state)
	var all *link.PlanError
	if !errors.As(err, &all) {
		t.Fatal(err)
	}
	t.Log(err)
	for _, want := range []string{"bad/name", "ghost", "nobody", "eth0: it is to be there", "enp3s0 belongs to eth1", "above itself"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("nothing is said of %q", want)
		}
	}
}

// TestDiffOrder gives the same state in every order.
func TestDiffOrder(t *testing.T) {
	state := link.State{
		Links: []link.Spec{
			{Name: "a", Kind: &kind.Dummy{}, Master: link.Name("c"), Up: attr.On}, {Name: "b", Kind: &kind.VLAN{ID: attr.U16(3)}, Lower: link.Name("a")},
			{Name: "c", Kind: &kind.Bridge{}}, {Name: "d", Kind: &kind.Veth{Peer: attr.Some(kind.Peer{Name: "e", Master: link.Name("c")})}},
			{Name: "eth0", MTU: attr.U32(1400)},
		},
		Moves:  []link.Move{{From: at("p0"), Name: "p1"}, {From: at("p1"), Name: "p0"}},
		Absent: []link.Place{at("vx"), at("v5")},
	}
	var first []byte
	for range 200 {
		rand.Shuffle(len(state.Links), func(i, k int) { state.Links[i], state.Links[k] = state.Links[k], state.Links[i] })
		slices.Reverse(state.Moves)
		slices.Reverse(state.Absent)
		snap := world()
		links := snap.Namespaces[0].Links
		rand.Shuffle(len(links), func(i, k int) { links[i], links[k] = links[k], links[i] })
		p, err := link.Diff(snap, state, link.Allow(link.LoseUpperMTU))
		if err != nil {
			t.Fatal(err)
		}
		b, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = b
			t.Log(p)
		}
		if string(first) != string(b) {
			t.Fatalf("another plan:\n%s\n%s", first, b)
		}
	}
}
