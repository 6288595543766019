package link_test

import (
	"context"
	"encoding/binary"
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/rtnl"
	"github.com/iplink-go/iplink/internal/rtnl/rtnltest"
	"github.com/iplink-go/iplink/internal/testns"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/link"
)

// nothing hangs on a new link.
func nothing() link.Attached {
	ip := link.AttachedIP{Addresses: attr.Some(0), Routes: attr.Some(0), Neighbors: attr.Some(0), Sysctls: attr.Some(0)}
	return link.Attached{IPv4: ip, IPv6: ip, Entries: attr.Some(0), QDiscs: attr.Some(0), AutoAddress: attr.On}
}

// laden is a namespace with a pair that is up, a bridge, which is up too and has
// a port, and a vxlan.
func laden(t *testing.T) *box {
	b := newBox(t)
	b.prepare(link.Spec{Name: "v0", Up: attr.On, Kind: veth(kind.Peer{Name: "v1"})})
	b.change("v1", link.Spec{Up: attr.On})
	b.prepare(link.Spec{Name: "br0", Up: attr.On, Kind: &kind.Bridge{MCastSnooping: attr.On}})
	b.prepare(link.Spec{Name: "p0", Up: attr.On, Master: link.Name("br0"), Kind: veth(kind.Peer{Name: "p1"})})
	b.change("p1", link.Spec{Up: attr.On})
	b.prepare(link.Spec{Name: "vx0", Kind: &kind.VXLAN{ID: attr.U32(42), Remote: netipAddr("192.0.2.1"), Port: attr.U16(4789)}})
	b.change("lo", link.Spec{Up: attr.On})
	return b
}

// hangers are things that hang on links, and what counts them.
var hangers = []struct {
	name, on string
	make     func(b *box)
	want     func(a *link.Attached)
	loss     link.Loss
}{
	{"address", "v0", func(b *box) { b.address("v0", "192.0.2.1/24") }, func(a *link.Attached) { a.IPv4.Addresses.Set(1) }, link.LoseAddresses},
	{"two addresses", "v0", func(b *box) {
		b.address("v0", "192.0.2.1/24")
		b.address("v0", "198.51.100.1/32")
	}, func(a *link.Attached) { a.IPv4.Addresses.Set(2) }, link.LoseAddresses},
	{"IPv6 address", "v0", func(b *box) { b.address("v0", "2001:db8::1/64") }, func(a *link.Attached) { a.IPv6.Addresses.Set(1) }, link.LoseAddresses},
	{"link-local address of somebody", "v0", func(b *box) { b.address("v0", "fe80::1/64") }, func(a *link.Attached) { a.IPv6.Addresses.Set(1) }, link.LoseAddresses},
	{"loopback's address", "lo", func(*box) {}, func(*link.Attached) {}, 0},
	{"another of loopback", "lo", func(b *box) { b.address("lo", "127.0.0.2/8") }, func(a *link.Attached) { a.IPv4.Addresses.Set(1) }, link.LoseAddresses},
	{"route", "v0", func(b *box) { b.route("v0", "198.51.100.0/24") }, func(a *link.Attached) { a.IPv4.Routes.Set(1) }, link.LoseRoutes},
	{"IPv6 route", "v0", func(b *box) { b.route("v0", "2001:db8:1::/48") }, func(a *link.Attached) { a.IPv6.Routes.Set(1) }, link.LoseRoutes},
	{"route with two hops", "v0", func(b *box) { b.hops("198.51.100.0/24", "192.0.2.9", "v0", "v1") }, func(a *link.Attached) { a.IPv4.Routes.Set(1) }, link.LoseRoutes},
	{"IPv6 route with two hops", "v1", func(b *box) { b.hops("2001:db8:1::/48", "fe80::9", "v0", "v1") }, func(a *link.Attached) { a.IPv6.Routes.Set(1) }, link.LoseRoutes},
	{"next hop", "v0", func(b *box) { b.nextHop(7, "v0") }, func(a *link.Attached) { a.IPv4.Routes.Set(1) }, link.LoseRoutes},
	{"neighbor", "v0", func(b *box) { b.neighbor(2, "v0", nudPermanent, 0, ndaDst("192.0.2.9"), ndaMAC(mac9)) }, func(a *link.Attached) { a.IPv4.Neighbors.Set(1) }, link.LoseNeighbors},
	{"IPv6 neighbor", "v0", func(b *box) { b.neighbor(kind.AFInet6, "v0", nudPermanent, 0, ndaDst("2001:db8::9"), ndaMAC(mac9)) }, func(a *link.Attached) { a.IPv6.Neighbors.Set(1) }, link.LoseNeighbors},
	{"neighbor without ARP", "v0", func(b *box) { b.neighbor(2, "v0", nudNoARP, 0, ndaDst("192.0.2.9"), ndaMAC(mac9)) }, func(*link.Attached) {}, 0},
	{"proxy", "v0", func(b *box) { b.neighbor(2, "v0", 0, ntfProxy, ndaDst("192.0.2.9")) }, func(a *link.Attached) { a.IPv4.Neighbors.Set(1) }, link.LoseNeighbors},
	{"IPv6 proxy", "v0", func(b *box) { b.neighbor(kind.AFInet6, "v0", 0, ntfProxy, ndaDst("2001:db8::9")) }, func(a *link.Attached) { a.IPv6.Neighbors.Set(1) }, link.LoseNeighbors},
	{"forwarding entry", "p0", func(b *box) { b.neighbor(kind.AFBridge, "p0", nudPermanent, ntfMaster, ndaMAC(mac9)) }, func(a *link.Attached) { a.Entries.Set(1) }, link.LosePortState},
	{"static forwarding entry", "p0", func(b *box) { b.neighbor(kind.AFBridge, "p0", nudNoARP, ntfMaster, ndaMAC(mac9)) }, func(a *link.Attached) { a.Entries.Set(1) }, link.LosePortState},
	{"forwarding entry of a bridge", "br0", func(b *box) { b.neighbor(kind.AFBridge, "br0", nudPermanent, ntfSelf, ndaMAC(mac9)) }, func(a *link.Attached) { a.Entries.Set(1) }, link.LosePortState},
	{"address let in", "v0", func(b *box) { b.neighbor(kind.AFBridge, "v0", nudPermanent, ntfSelf, ndaMAC(mac9)) }, func(*link.Attached) {}, 0},
	{"tunnel's own remote", "vx0", func(*box) {}, func(*link.Attached) {}, 0},
	{"another remote", "vx0", func(b *box) {
		if err := b.send(rtnl.NewNeigh, rtnl.FlagCreate|rtnl.FlagAppend, b.neighborHead(kind.AFBridge, "vx0", nudPermanent, ntfSelf), ndaDst("192.0.2.2"), ndaMAC("00:00:00:00:00:00")); err != nil {
			b.t.Fatal(err)
		}
	}, func(a *link.Attached) { a.Entries.Set(1) }, link.LosePortState},
	{"forwarding entry of a tunnel", "vx0", func(b *box) {
		b.neighbor(kind.AFBridge, "vx0", nudPermanent, ntfSelf, ndaDst("192.0.2.1"), ndaMAC(mac9))
	}, func(a *link.Attached) { a.Entries.Set(1) }, link.LosePortState},
	{"group", "p0", func(b *box) { b.group("br0", "p0", "239.1.1.1") }, func(a *link.Attached) { a.Entries.Set(1) }, link.LosePortState},
	{"VLANs", "p0", func(b *box) {
		testns.Require(b.t, "vlan filtering")
		b.addVLANs("p0", link.PortVLAN{ID: 10}, link.PortVLAN{ID: 20, End: 30})
	}, func(a *link.Attached) { a.Entries.Set(2) }, link.LosePortState},
	{"untagged VLAN", "p0", func(b *box) {
		testns.Require(b.t, "vlan filtering")
		b.addVLANs("p0", link.PortVLAN{ID: 10, Flags: link.VLANPVID | link.VLANUntagged})
	}, func(a *link.Attached) { a.Entries.Set(2) }, link.LosePortState}, // VLAN 1 is another than that of new ports now
	{"VLAN of new ports", "q0", func(b *box) {
		testns.Require(b.t, "vlan filtering")
		b.prepare(link.Spec{Name: "br1", Kind: &kind.Bridge{VLANDefaultPVID: attr.U16(7)}})
		b.prepare(link.Spec{Name: "q0", Master: link.Name("br1"), Kind: veth(kind.Peer{Name: "q1"})})
	}, func(*link.Attached) {}, 0},
	{"queueing discipline", "v0", func(b *box) { b.discipline("v0", "pfifo", 0x10000, tcRoot) }, func(a *link.Attached) { a.QDiscs.Set(1) }, link.LoseQDisc},
	{"clsact", "v0", func(b *box) {
		testns.Require(b.t, "clsact")
		b.discipline("v0", "clsact", 0xffff0000, tcClsact)
	}, func(a *link.Attached) { a.QDiscs.Set(1) }, link.LoseQDisc},
	{"setting", "v0", func(b *box) { b.sysctl("ipv4/conf/v0/rp_filter", "2") }, func(a *link.Attached) { a.IPv4.Sysctls.Set(1) }, link.LoseSysctls},
	{"IPv6 setting", "v0", func(b *box) { b.sysctl("ipv6/conf/v0/accept_ra", "2") }, func(a *link.Attached) { a.IPv6.Sysctls.Set(1) }, link.LoseSysctls},
	{"default of new links", "v0", func(b *box) { b.sysctl("ipv6/conf/default/hop_limit", "99") }, func(a *link.Attached) { a.IPv6.Sysctls.Set(1) }, link.LoseSysctls},
	{"way of making addresses", "g0", func(b *box) {
		b.prepare(link.Spec{Name: "g0", AddrGenMode: attr.Some(kind.AddrGenRandom), Kind: veth(kind.Peer{Name: "g1"})})
		b.change("g0", link.Spec{Up: attr.On})
		b.change("g1", link.Spec{Up: attr.On})
		b.operational("g0")
	}, func(a *link.Attached) { a.IPv6.Sysctls.Set(1) }, link.LoseSysctls},
	{"hardware address", "v0", func(b *box) { b.change("v0", link.Spec{Address: mac1}) }, func(a *link.Attached) { a.AutoAddress = attr.Off }, 0},
}

const mac9 = "02:00:00:00:00:09"

// TestAttached hangs one thing on a link after the other. It must be found by
// asking for one link, and the same by asking for all.
func TestAttached(t *testing.T) {
	for _, test := range hangers {
		t.Run(test.name, func(t *testing.T) {
			b := laden(t)
			test.make(b)
			want := nothing()
			test.want(&want)
			if diff := cmp.Diff(want, atLeast(b.attached(test.on), want), sameOpts); diff != "" {
				t.Errorf("-want +one link asked for\n%s", diff)
			}
			s := must[*link.Snapshot](t)(b.plain.Snapshot(b.ctx, link.Scan{Attached: true}))
			all := s.Namespaces[0]
			got := atLeast(all.Attached[b.get(test.on).Index], want)
			if diff := cmp.Diff(want, got, sameOpts); diff != "" {
				t.Errorf("-want +all asked for\n%s", diff)
			}
			if want.AutoAddress.Value() {
				test.loss |= link.LoseAutoAddress
			}
			if got.Losses() != test.loss {
				t.Errorf("can lose %v, want %v", got.Losses(), test.loss)
			}
			if len(all.Attached) != len(all.Links) {
				t.Errorf("%d of %d links", len(all.Attached), len(all.Links))
			}
		})
	}
}

// atLeast forgives more entries than one where it was one that was made: a
// bridge that knows VLANs adds an entry to each that the port is in.
func atLeast(a, want link.Attached) link.Attached {
	if want.Entries.Value() > 0 && a.Entries.Value() > want.Entries.Value() {
		a.Entries = want.Entries
	}
	return a
}

// TestAttachedKernel makes links of every sort that needs no other, and takes
// them up: nothing that the kernel does by itself counts.
func TestAttachedKernel(t *testing.T) {
	b := laden(t)
	b.prepare(link.Spec{Name: "i0", Up: attr.On, Kind: &kind.IFB{}})
	b.prepare(link.Spec{Name: "m0", Lower: link.Name("v0"), Up: attr.On, Kind: &kind.Macvlan{}})
	b.operational("v0", "p0")
	s := must[*link.Snapshot](t)(b.plain.Snapshot(b.ctx, link.Scan{Attached: true}))
	for i, a := range s.Namespaces[0].Attached {
		if diff := cmp.Diff(nothing(), a, sameOpts); diff != "" {
			t.Errorf("%s: -want +got\n%s", s.Namespaces[0].Links.ByIndex(i).Name, diff)
		}
	}
}

// TestAttachedFilter puts a filter at the root of a link.
func TestAttachedFilter(t *testing.T) {
	b := newBox(t)
	testns.Require(t, "u32 filter")
	b.pair()
	b.discipline("v0", "htb", htb, tcRoot, nest(2, attr.AppendBytes(nil, 2, slices.Concat(ne32(3), ne32(10), make([]byte, 12))))) // struct tc_htb_glob
	if n := b.attached("v0").QDiscs; n != attr.Some(1) {
		t.Errorf("%v with a discipline", n)
	}
	every := attr.AppendBytes(nil, 5, append([]byte{1}, make([]byte, 15)...))                                 // struct tc_u32_sel: the end, without keys
	head := trafficControl(b.get("v0").Index, 0, htb, 1<<16|uint32(binary.NativeEndian.Uint16([]byte{0, 3}))) // priority, ETH_P_ALL
	b.make(rtnl.NewTFilter, head, attr.AppendString(nil, 1, "u32"), nest(2, attr.AppendUint32(nil, 1, htb|1), every))
	if n := b.attached("v0").QDiscs.Value(); n < 2 {
		t.Errorf("%d with a filter as well", n)
	}
}

const htb = 0x10000 // a handle

// TestAttachedGone asks for a link that is not there any more.
func TestAttachedGone(t *testing.T) {
	b := newBox(t)
	b.pair()
	got, err := link.AttachedTo(b.ctx, b.plain, 4711)
	if err != nil || len(got) != 0 {
		t.Error(got, err)
	}
	if l := got[4711]; l.Losses()&link.LoseRoutes == 0 {
		t.Errorf("of what is not known %v can be lost", l.Losses())
	}
}

// TestAttachedEnds stops with its context, at every request.
func TestAttachedEnds(t *testing.T) {
	b := newBox(t)
	b.pair()
	for k := 0; ; k++ {
		ctx, cancel := context.WithCancel(b.ctx)
		b.tap.reset(func(n int, _ rtnl.Message) rtnltest.Fault {
			if n == k {
				cancel()
			}
			return rtnltest.None
		})
		_, err := b.c.Snapshot(ctx, link.Scan{Attached: true})
		cancel()
		if sent := len(b.tap.requests()); sent <= k { // not so many are needed
			if err != nil || k < 10 {
				t.Errorf("%d requests, %v", sent, err)
			}
			return
		}
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("at request %d: %v", k, err)
		}
	}
}

// TestAttachedRefused asks a kernel that does not tell of routes: they are not
// known, and everything else is.
func TestAttachedRefused(t *testing.T) {
	b := newBox(t)
	b.pair()
	c := openWith(t, link.Config{NetNS: b.ns}, func(t rtnl.Transport) rtnl.Transport { return &spoiled{t} })
	i := b.get("v0").Index
	got := must[map[uint32]link.Attached](t)(link.AttachedTo(b.ctx, c, i))[i]
	want := nothing()
	want.IPv4.Routes.Clear()
	want.IPv6.Routes.Clear()
	if got != want || got.Losses() != link.LoseRoutes|link.LoseAutoAddress {
		t.Errorf("%+v, can lose %v", got, got.Losses())
	}
}

// A spoiled socket asks for routes of a scope, which strict kernels refuse.
type spoiled struct{ rtnl.Transport }

func (s *spoiled) Send(ctx context.Context, b []byte) error {
	if m, ok := one(b); ok && m.Type == rtnl.GetRoute {
		b = slices.Clone(b)
		b[rtnl.HeaderLen+6] = 200 // rtm_scope
	}
	return s.Transport.Send(ctx, b)
}

// one returns the message in b.
func one(b []byte) (rtnl.Message, bool) {
	for m, err := range rtnl.Messages(b) {
		return m, err == nil
	}
	return rtnl.Message{}, false
}
