package link_test

import (
	"encoding/binary"
	"errors"
	"net/netip"
	"os"
	"slices"

	"github.com/google/go-cmp/cmp"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/rtnl"
	"github.com/iplink-go/iplink/internal/testns"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/link"
)

// What hangs on links is made with messages put together by hand: the library
// has none for it, and not every machine has an ip command.

// Numbers of linux/if_addr.h, rtnetlink.h, neighbour.h, if_bridge.h, nexthop.h
// and pkt_sched.h.
const (
	nudNoARP     = 0x40
	nudPermanent = 0x80
	ntfSelf      = 0x02
	ntfMaster    = 0x04
	ntfProxy     = 0x08

	tcRoot   = 0xffffffff
	tcClsact = 0xfffffff1
)

// send sends a message and returns the kernel's answer.
func (b *box) send(typ, flags uint16, body ...[]byte) error {
	b.t.Helper()
	tr, err := rtnl.Dial(rtnl.Config{NetNS: b.ns.FD()})
	if err != nil {
		b.t.Fatal(err)
	}
	conn := rtnl.NewConn(tr, nil)
	defer conn.Close()
	req := append(rtnl.Begin(nil, typ, rtnl.FlagAck|flags), slices.Concat(body...)...)
	_, err = conn.Do(b.ctx, rtnl.End(req, 0), nil)
	return err
}

const makeNew = rtnl.FlagCreate | rtnl.FlagExcl

// make sends a message that makes something.
func (b *box) make(typ uint16, body ...[]byte) {
	b.t.Helper()
	if err := b.send(typ, makeNew, body...); err != nil {
		b.t.Fatalf("message of type %d: %v", typ, err)
	}
}

func ne32(v uint32) []byte { return binary.NativeEndian.AppendUint32(nil, v) }
func ne16(v uint16) []byte { return binary.NativeEndian.AppendUint16(nil, v) }

func ipFamily(a netip.Addr) byte {
	if a.Is4() {
		return 2
	}
	return kind.AFInet6
}

// address gives a link an address.
func (b *box) address(name, prefix string, more ...[]byte) {
	b.t.Helper()
	p := netip.MustParsePrefix(prefix)
	head := []byte{ipFamily(p.Addr()), byte(p.Bits()), 0x02, 0} // IFA_F_NODAD
	if p.Addr().IsLoopback() {
		head[3] = 254 // RT_SCOPE_HOST
	}
	ip := attr.AppendBytes(nil, 2, p.Addr().AsSlice())
	b.make(rtnl.NewAddr, append([][]byte{head, ne32(b.get(name).Index), ip, attr.AppendBytes(nil, 1, p.Addr().AsSlice())}, more...)...)
}

// routeHead is a static route to prefix, but for the link.
func routeHead(prefix string) []byte {
	p := netip.MustParsePrefix(prefix)
	head := []byte{ipFamily(p.Addr()), byte(p.Bits()), 0, 0, 254, 4, 253, 1, 0, 0, 0, 0} // main, static, link, unicast
	return attr.AppendBytes(head, 1, p.Addr().AsSlice())
}

// route makes a static route through a link.
func (b *box) route(name, prefix string) {
	b.t.Helper()
	b.make(rtnl.NewRoute, routeHead(prefix), attr.AppendUint32(nil, 4, b.get(name).Index))
}

// hops makes a static route by a gateway on each of the links.
func (b *box) hops(prefix, gateway string, names ...string) {
	b.t.Helper()
	var hops []byte
	for _, name := range names {
		by := attr.AppendBytes(nil, 5, netip.MustParseAddr(gateway).AsSlice())
		hops = slices.Concat(hops, ne16(uint16(8+len(by))), []byte{4, 0}, ne32(b.get(name).Index), by) // RTNH_F_ONLINK
	}
	head := routeHead(prefix)
	head[6] = 0 // through a gateway: of the scope of all
	b.make(rtnl.NewRoute, head, attr.AppendBytes(nil, 9, hops))
}

// nextHop makes an object for the next hop on a link.
func (b *box) nextHop(id uint32, name string) {
	b.t.Helper()
	b.make(rtnl.NewNextHop, []byte{2, 0, 4, 0, 0, 0, 0, 0}, attr.AppendUint32(nil, 1, id), attr.AppendUint32(nil, 5, b.get(name).Index))
}

// neighbor makes an entry for an address, or for a hardware address in a
// forwarding database.
func (b *box) neighbor(family byte, name string, state uint16, flags byte, attrs ...[]byte) {
	b.t.Helper()
	b.make(rtnl.NewNeigh, append([][]byte{b.neighborHead(family, name, state, flags)}, attrs...)...)
}

func (b *box) neighborHead(family byte, name string, state uint16, flags byte) []byte {
	return slices.Concat([]byte{family, 0, 0, 0}, ne32(b.get(name).Index), ne16(state), []byte{flags, 0})
}

func ndaDst(ip string) []byte {
	return attr.AppendBytes(nil, 1, netip.MustParseAddr(ip).AsSlice())
}

func ndaMAC(mac string) []byte {
	return attr.AppendBytes(nil, 2, attr.MustParseHWAddr(mac).AsSlice())
}

// group makes a permanent entry of a bridge's multicast database for a port.
func (b *box) group(bridge, port, ip string) {
	b.t.Helper()
	entry := slices.Concat(ne32(b.get(port).Index), []byte{1, 0}, ne16(0), netip.MustParseAddr(ip).AsSlice(), make([]byte, 12), []byte{8, 0, 0, 0})
	head := slices.Concat([]byte{kind.AFBridge, 0, 0, 0}, ne32(b.get(bridge).Index))
	b.make(rtnl.NewMDB, head, attr.AppendBytes(nil, 1, entry))
}

// discipline makes a queueing discipline.
func (b *box) discipline(name, discipline string, handle, parent uint32, options ...[]byte) {
	b.t.Helper()
	b.make(rtnl.NewQDisc, trafficControl(b.get(name).Index, handle, parent, 0), attr.AppendString(nil, 1, discipline), slices.Concat(options...))
}

func trafficControl(index, handle, parent, info uint32) []byte {
	return slices.Concat(make([]byte, 4), ne32(index), ne32(handle), ne32(parent), ne32(info))
}

// sysctl writes a file below /proc/sys/net, and returns what it held.
func (b *box) sysctl(name, value string) (was string) {
	b.t.Helper()
	testns.In(b.t, b.ns, func() {
		text, err := os.ReadFile("/proc/sys/net/" + name)
		was = string(text)
		if value != "" {
			err = errors.Join(err, os.WriteFile("/proc/sys/net/"+name, []byte(value), 0o600))
		}
		if err != nil {
			b.t.Fatal(err)
		}
	})
	return was
}

// attached is what hangs on a link.
func (b *box) attached(name string) link.Attached {
	b.t.Helper()
	i := b.get(name).Index
	return must[map[uint32]link.Attached](b.t)(link.AttachedTo(b.ctx, b.plain, i))[i]
}

// addVLANs adds VLANs to a port.
func (b *box) addVLANs(name string, vlans ...link.PortVLAN) {
	b.t.Helper()
	if err := b.plain.AddVLANs(b.ctx, link.Name(name), vlans...); err != nil {
		b.t.Fatal(err)
	}
}

func netipAddr(s string) netip.Addr { return netip.MustParseAddr(s) }

// sameOpts compares values that may be absent.
var sameOpts = cmp.Options{
	cmp.Comparer(func(x, y attr.Opt[int]) bool { return x == y }), cmp.Comparer(func(x, y attr.Opt[bool]) bool { return x == y }),
}
