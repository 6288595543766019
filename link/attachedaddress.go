package link

import (
	"net/netip"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
)

// Addresses (linux/if_addr.h).
const (
	// In struct ifaddrmsg.
	ifaFlagsByte, ifaIndex = 2, 4

	ifaAddress attr.Type = 1
	ifaLocal   attr.Type = 2
	ifaFlags   attr.Type = 8
	ifaProto   attr.Type = 11

	// The flags of what the kernel makes of router advertisements: temporary
	// addresses, those that they are made for, and, absent, that an address
	// does not last.
	ifaTemporary, ifaPermanent, ifaManageTemp = 0x01, 0x80, 0x100
)

// An address is what of one tells whether the kernel has made it.
type address struct {
	addr  netip.Addr
	flags uint32
	proto uint8 // who made it, 0 for somebody, or not told; Linux 5.18
}

// countAddress counts an address that the kernel has not made.
func countAddress(n *inventory, family uint8, header, attrs []byte) {
	l := n.link(at32(header, ifaIndex))
	if l == nil || header[0] != family {
		return
	}
	a := address{flags: uint32(header[ifaFlagsByte])}
	for t, b := range attr.All(attrs) {
		a.take(t, b)
	}
	if !a.byKernel(l) {
		n.add(l.Index)
	}
}

func (a *address) take(t attr.Type, b []byte) {
	switch t {
	case ifaAddress: // the peer's, on links between two
		if !a.addr.IsValid() {
			a.addr, _ = netip.AddrFromSlice(b)
		}
	case ifaLocal:
		a.addr, _ = netip.AddrFromSlice(b)
	case ifaFlags:
		if f, ok := attr.ReadUint32(b); ok {
			a.flags = f
		}
	case ifaProto:
		if len(b) > 0 {
			a.proto = b[0]
		}
	}
}

// byKernel reports whether the kernel has made the address, and would make it
// again. Before Linux 5.18 it does not say so.
func (a *address) byKernel(l *Link) bool {
	switch {
	case a.proto != 0: // who sets addresses can say so, with numbers above the kernel's
		return a.proto <= ifaProtoKernel
	case l.Flags&FlagLoopback != 0:
		return a.addr == loopback4 || a.addr == netip.IPv6Loopback()
	case a.flags&ifaTemporary != 0 && a.addr.Is6(), a.flags&(ifaManageTemp|ifaPermanent) == ifaManageTemp:
		return true
	}
	return a.addr.Is6() && a.addr.IsLinkLocalUnicast() && isGenerated(a.addr, l)
}

// ifaProtoKernel is the last number of IFAPROT_KERNEL_*.
const ifaProtoKernel = 3

var loopback4 = netip.AddrFrom4([4]byte{127, 0, 0, 1})

// isGenerated reports whether the link has made the link-local address by
// itself, as far as can be told: one of EUI-64 (RFC 4291, appendix A) has ff:fe
// in the middle of a hardware address, which the link need not have any more; of
// others only the mode is known.
func isGenerated(a netip.Addr, l *Link) bool {
	switch ip := a.As16(); l.AddrGenMode.Value() {
	case kind.AddrGenNone:
		return false
	case kind.AddrGenEUI64:
		return len(l.Address.AsSlice()) != 6 || ip[11] == 0xff && ip[12] == 0xfe
	default:
		return true
	}
}
