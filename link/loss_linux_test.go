package link_test

import (
	"testing"

	"golang.org/x/sys/unix"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/rtnl"
	"github.com/iplink-go/iplink/internal/testns"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/link"
)

// Each loss that package link warns of happens, and undoing the step does not
// bring back what is lost. These tests are about the kernel: they are what
// the list of losses is made of.

// hung is a namespace with a pair that is up, and on v0 one of everything that
// belongs to IP, and a queueing discipline.
func hung(t *testing.T) *box {
	b := laden(t)
	b.operational("v0")
	for _, ip := range []struct{ address, route, neighbor string }{
		{"192.0.2.1/24", "198.51.100.0/24", "192.0.2.9"}, {"2001:db8::1/64", "2001:db8:1::/48", "2001:db8::9"},
	} {
		b.address("v0", ip.address)
		b.route("v0", ip.route)
		b.neighbor(ipFamily(netipAddr(ip.neighbor)), "v0", nudPermanent, 0, ndaDst(ip.neighbor), ndaMAC(mac9))
	}
	b.discipline("v0", "pfifo", 0x10000, tcRoot)
	b.sysctl("ipv4/conf/v0/rp_filter", "2")
	b.sysctl("ipv6/conf/v0/accept_ra", "2")
	return b
}

// oneOfEach is what hangs on v0 then.
func oneOfEach() link.Attached {
	a := nothing()
	a.IPv4 = link.AttachedIP{Addresses: attr.Some(1), Routes: attr.Some(1), Neighbors: attr.Some(1), Sysctls: attr.Some(1)}
	a.IPv6 = a.IPv4
	a.QDiscs.Set(1)
	return a
}

func (b *box) wantAttached(name string, want link.Attached) {
	b.t.Helper()
	if got := b.attached(name); got != want {
		b.t.Errorf("on %s hangs\n%+v, want\n%+v", name, got, want)
	}
}

// TestLoss takes a step and undoes it.
func TestLoss(t *testing.T) {
	up := link.Spec{Up: attr.On}
	for _, test := range []struct {
		name string
		loss link.Loss
		f    func(b *box)
	}{
		{"down", link.LoseAddresses | link.LoseRoutes | link.LoseNeighbors, func(b *box) {
			b.change("v0", link.Spec{Up: attr.Off})
			b.change("v0", up)
			want := oneOfEach()
			want.IPv6.Addresses, want.IPv4.Routes, want.IPv6.Routes = attr.Some(0), attr.Some(0), attr.Some(0)
			want.IPv4.Neighbors, want.IPv6.Neighbors = attr.Some(0), attr.Some(0)
			b.wantAttached("v0", want)
		}},
		{"MTU too small for IPv6", link.LoseAddresses | link.LoseRoutes | link.LoseNeighbors | link.LoseSysctls, func(b *box) {
			b.change("v0", link.Spec{MTU: attr.U32(1200)})
			b.change("v0", link.Spec{MTU: attr.U32(1500)})
			want := oneOfEach()
			want.IPv6 = nothing().IPv6
			b.wantAttached("v0", want)
		}},
		{"MTU large enough for IPv6", 0, func(b *box) {
			b.change("v0", link.Spec{MTU: attr.U32(1280)})
			b.change("v0", link.Spec{MTU: attr.U32(1500)})
			b.wantAttached("v0", oneOfEach())
		}},
		{"move", link.LoseAddresses | link.LoseRoutes | link.LoseNeighbors | link.LoseQDisc | link.LoseSysctls, func(b *box) {
			b.thereAndBack("v0")
			b.change("v0", up)
			b.wantAttached("v0", nothing())
		}},
		{"move of a port", link.LosePortState | link.LosePorts, func(b *box) {
			b.thereAndBack("p0")
			if m := b.get("p0").Master; m.IsSet() {
				b.t.Errorf("master %v", m)
			}
		}},
		{"leave a bridge", link.LosePortState, func(b *box) {
			b.change("p0", link.Spec{Port: &kind.BridgePort{Cost: attr.U32(77), Isolated: attr.On}})
			b.neighbor(kind.AFBridge, "p0", nudPermanent, ntfMaster, ndaMAC(mac9))
			b.group("br0", "p0", "239.1.1.1")
			want := nothing()
			want.Entries.Set(2)
			if got := atLeast(b.attached("p0"), want); got != want {
				b.t.Errorf("on p0 hangs %+v", got)
			}
			b.change("p0", link.Spec{Master: link.None})
			b.change("p0", link.Spec{Master: link.Name("br0")})
			b.wantAttached("p0", nothing())
			if p := b.get("p0").Port.(*kind.BridgePort); p.Cost == attr.U32(77) || p.Isolated.Value() {
				b.t.Errorf("settings of the port are kept: %+v", p)
			}
		}},
		{"join another bridge in vain", link.LosePortState, func(b *box) {
			// The kernel releases the port before it finds that it cannot join.
			if err := b.send(rtnl.SetLink, 0, b.linkHead("p0"), attr.AppendUint32(nil, 10, b.get("v1").Index)); err == nil {
				b.t.Error("v1 has taken a port")
			}
			if m := b.get("p0").Master; m.IsSet() {
				b.t.Errorf("master %v", m)
			}
		}},
		{"VLANs of a port", link.LosePortState, func(b *box) {
			testns.Require(b.t, "vlan filtering")
			b.addVLANs("p0", link.PortVLAN{ID: 10})
			b.change("p0", link.Spec{Master: link.None})
			b.change("p0", link.Spec{Master: link.Name("br0")})
			b.wantAttached("p0", nothing())
		}},
		{"address", link.LoseAutoAddress | link.LoseNeighbors, func(b *box) {
			was := b.get("v0").Address
			b.change("v0", link.Spec{Address: mac1})
			b.change("v0", link.Spec{Address: was})
			want := oneOfEach()
			want.AutoAddress = attr.Off
			want.IPv4.Neighbors, want.IPv6.Neighbors = attr.Some(0), attr.Some(0)
			b.wantAttached("v0", want)
		}},
		{"ARP", link.LoseNeighbors, func(b *box) {
			b.change("v0", link.Spec{ARP: attr.Off})
			b.change("v0", link.Spec{ARP: attr.On})
			want := oneOfEach()
			want.IPv4.Neighbors, want.IPv6.Neighbors = attr.Some(0), attr.Some(0)
			b.wantAttached("v0", want)
		}},
		{"join and leave a bridge", 0, func(b *box) {
			b.change("v0", link.Spec{Master: link.Name("br0")})
			b.change("v0", link.Spec{Master: link.None})
			b.wantAttached("v0", oneOfEach())
		}},
		{"join and leave a VRF", link.LoseAddresses | link.LoseRoutes | link.LoseNeighbors, func(b *box) {
			testns.Require(b.t, "vrf")
			b.prepare(link.Spec{Name: "vrf0", Up: attr.On, Kind: &kind.VRF{Table: attr.U32(42)}})
			b.change("v0", link.Spec{Master: link.Name("vrf0")})
			b.change("v0", link.Spec{Master: link.None})
			want := oneOfEach()
			want.IPv6.Addresses, want.IPv4.Routes, want.IPv6.Routes = attr.Some(0), attr.Some(0), attr.Some(0)
			want.IPv4.Neighbors, want.IPv6.Neighbors = attr.Some(0), attr.Some(0)
			b.wantAttached("v0", want)
		}},
		{"bridge's address", link.LoseAutoAddress, func(b *box) {
			if b.get("br0").Address != b.get("p0").Address {
				b.t.Error("a bridge does not have the address of its port")
			}
			b.change("br0", link.Spec{Address: mac1})
			b.change("br0", link.Spec{Address: b.get("p0").Address})
			b.change("p0", link.Spec{Address: attr.MustParseHWAddr("02:00:00:00:00:02")})
			if b.get("br0").Address == b.get("p0").Address {
				b.t.Error("it follows the port after it was set")
			}
		}},
		{"bridge's MTU", link.LoseAutoMTU, func(b *box) {
			b.change("p0", link.Spec{MTU: attr.U32(1400)})
			if mtu := b.get("br0").MTU.Value(); mtu != 1400 {
				b.t.Errorf("a bridge has MTU %d, not that of its port", mtu)
			}
			b.change("br0", link.Spec{MTU: attr.U32(1300)})
			b.change("br0", link.Spec{MTU: attr.U32(1400)})
			b.change("p0", link.Spec{MTU: attr.U32(1350)})
			if mtu := b.get("br0").MTU.Value(); mtu != 1400 {
				b.t.Errorf("it has MTU %d, following the port after it was set", mtu)
			}
		}},
		{"lower MTU", link.LoseUpperMTU, func(b *box) {
			b.macvlan()
			b.change("v0", link.Spec{MTU: attr.U32(1300)})
			b.change("v0", link.Spec{MTU: attr.U32(1500)})
			if mtu := b.get("m0").MTU.Value(); mtu != 1300 {
				b.t.Errorf("the link above has MTU %d", mtu)
			}
		}},
		{"links above", link.LoseUppers, func(b *box) {
			b.macvlan()
			other := testns.New(b.t)
			b.change("m0", link.Spec{Name: "m1", NetNS: other.NetNS()})
			there := openWith(b.t, link.Config{NetNS: other}, nil)
			if _, err := there.Get(b.ctx, link.Name("m1")); err != nil {
				b.t.Fatal(err)
			}
			b.delete("v0")
			_, err := there.Get(b.ctx, link.Name("m1"))
			wantError(b.t, err, "", link.ErrNotExist)
		}},
		{"peer", link.LosePeer, func(b *box) {
			b.delete("v0")
			b.absent("v1")
		}},
		{"peer elsewhere", link.LosePeer, func(b *box) {
			other := testns.New(b.t)
			b.change("v1", link.Spec{NetNS: other.NetNS()})
			b.delete("v0")
			_, err := openWith(b.t, link.Config{NetNS: other}, nil).Get(b.ctx, link.Name("v1"))
			wantError(b.t, err, "", link.ErrNotExist)
		}},
		{"ports", link.LosePorts, func(b *box) {
			b.delete("br0")
			if m := b.get("p0").Master; m.IsSet() {
				b.t.Errorf("master %v", m)
			}
		}},
		{"delete", link.LoseAddresses | link.LoseRoutes | link.LoseNeighbors | link.LoseQDisc | link.LoseSysctls, func(b *box) {
			was := b.get("v0")
			b.delete("v0")
			b.prepare(link.Spec{Name: "v0", Index: was.Index, Address: was.Address, Kind: veth(kind.Peer{Name: "v1"})})
			want := nothing()
			want.AutoAddress = attr.Off
			b.wantAttached("v0", want)
		}},
		{"sockets", link.LoseAttached, func(b *box) {
			was := b.get("v0")
			s := b.packetSocket(was.Index)
			b.delete("v0")
			b.prepare(link.Spec{Name: "v0", Index: was.Index, Kind: veth(kind.Peer{Name: "v1"})})
			name, err := unix.Getsockname(s)
			if at, ok := name.(*unix.SockaddrLinklayer); err != nil || !ok || at.Ifindex == int(was.Index) {
				b.t.Errorf("the socket is bound to %+v, %v", name, err)
			}
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := hung(t)
			b.wantAttached("v0", oneOfEach())
			test.f(b)
		})
	}
}

// linkHead is the head of a message about a link.
func (b *box) linkHead(name string) []byte {
	return append(append(make([]byte, 4), ne32(b.get(name).Index)...), make([]byte, 8)...)
}

// macvlan makes a link m0 on v0.
func (b *box) macvlan() {
	b.t.Helper()
	testns.Require(b.t, "macvlan")
	b.prepare(link.Spec{Name: "m0", Lower: link.Name("v0"), Kind: &kind.Macvlan{}})
}

func (b *box) delete(name string) {
	b.t.Helper()
	if err := b.plain.Delete(b.ctx, link.Name(name)); err != nil {
		b.t.Fatal(err)
	}
}

// thereAndBack moves a link to another namespace and back.
func (b *box) thereAndBack(name string) {
	b.t.Helper()
	other := testns.New(b.t)
	index := b.get(name).Index
	b.change(name, link.Spec{NetNS: other.NetNS()})
	there := openWith(b.t, link.Config{NetNS: other}, nil)
	if _, err := there.Change(b.ctx, link.Name(name), link.Spec{NetNS: b.ns.NetNS()}); err != nil {
		b.t.Fatal(err)
	}
	if l := b.get(name); l.Index != index || l.IsUp() {
		b.t.Errorf("came back as\n%v", l)
	}
}

// packetSocket returns a socket that is bound to a link.
func (b *box) packetSocket(index uint32) (fd int) {
	b.t.Helper()
	var err error
	testns.In(b.t, b.ns, func() {
		fd, err = unix.Socket(unix.AF_PACKET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
		if err == nil {
			err = unix.Bind(fd, &unix.SockaddrLinklayer{Ifindex: int(index)})
		}
	})
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { unix.Close(fd) })
	return fd
}
