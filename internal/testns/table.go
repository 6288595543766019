package testns

import (
	"encoding/binary"
	"slices"

	"github.com/iplink-go/iplink/attr"
)

// Features lists what [Require] knows: kinds of links, options that kinds got
// after 5.10, and the rest.
var Features = slices.Concat(kinds, options, others)

// kinds has every kind, with the least that the kernel wants to make one; what
// needs more than a row can say (a socket, two links below) has a probe of its
// own in probes.go. Those that need a device, or are not made by a message about
// links, are here for the reason alone.
var kinds = []Feature{
	nowhere(since("5.16", kind("amt", u32(1, 1), ipv4(5, 192, 0, 2, 1))), notBuilt), // mode relay, local
	nowhere(kind("bareudp", u16be(1, 6635), u16be(2, 0x8847)), notBuilt),            // port, ethertype
	kind("batadv"),
	kind("bond"),
	kind("bridge"),
	nowhere(kind("can"), "links of CAN belong to controllers"),
	nowhere(kind("dsa"), "its links belong to switches"),
	kind("dummy"),
	kind("erspan", erspan(ipv4(6, 192, 0, 2, 1), ipv4(7, 192, 0, 2, 2))...),
	kind("geneve", u32(1, 1), ipv4(2, 192, 0, 2, 1)), // id, remote
	kind("gre", ipv4(7, 192, 0, 2, 1)),               // remote
	kind("gretap", ipv4(7, 192, 0, 2, 1)),
	{Name: "gtp", Probe: probeGTP},
	except(Feature{Name: "hsr", Probe: probeHSR}, notBuilt, "5.10", "6.1"),
	kind("ifb"),
	kind("ip6erspan", erspan(ipv6(6), ipv6(7))...),
	kind("ip6gre", ipv6(7)), // remote
	kind("ip6gretap", ipv6(7)),
	kind("ip6tnl", ipv6(3)),             // remote
	kind("ipip", ipv4(3, 192, 0, 2, 1)), // remote
	nowhere(upper("ipoib"), "the link below must be of InfiniBand"),
	upper("ipvlan"),
	upper("ipvtap"),
	nowhere(upper("lowpan"), "the link below must be of IEEE 802.15.4"),
	upper("macsec"),
	upper("macvlan"),
	upper("macvtap"),
	nowhere(kind("netdevsim"), "its links are made by writing to sysfs, and "+notBuilt),
	since("6.7", kind("netkit")),
	kind("nlmon"),
	nowhere(kind("openvswitch"), "its links are made by messages to the switch"),
	since("6.16", Feature{Name: "ovpn", Probe: probeOVPN}),
	nowhere(since("6.8", kind("pfcp")), notBuilt),
	except(Feature{Name: "ppp", Probe: probePPP}, notBuilt, "6.12-s390x"),
	nowhere(upper("rmnet", u16(1, 42)), notBuilt), // mux id
	kind("sit", ipv4(3, 192, 0, 2, 1)),            // remote
	kind("team"),
	{Name: "tun", Probe: probeTUN},
	kind("vcan"),
	kind("veth"),
	nowhere(upper("virt_wifi"), notBuilt),
	upper("vlan", u16(1, 42)), // id
	kind("vrf", u32(1, 42)),   // table
	kind("vsockmon"),
	kind("vti", ipv4(5, 192, 0, 2, 1)),
	kind("vti6", ipv6(5)),
	kind("vxcan"),
	kind("vxlan", u32(1, 42), u16be(15, 4789)), // id, port
	kind("wireguard"),
	nowhere(since("5.14", kind("wwan")), "its links belong to modems"),
	kind("xfrm", u32(2, 42)), // interface id
}

// Why kernels of the matrix are exceptions.
const (
	notBuilt   = "Debian does not build it"
	backported = "the stable release has it too"
)

// others are about links of any kind, and what tests need beside links.
var others = []Feature{
	since("5.13", Feature{Name: "index at move", Probe: probeMoveIndex}),
	since("6.2", Feature{Name: "newlink echo", Probe: probeEcho}),
	{Name: "clsact", Probe: probeClsact},
	{Name: "u32 filter", Probe: probeU32},
	{Name: "bridge netfilter", Probe: option("", bridge, u8(36, 1)).Probe},
	// An emulated PCI card, which is not for machines without I/O ports.
	except(Feature{Name: "can controller", Probe: func(p *Prober) error { return borrow(p.ns, "can0") }}, "the machine has no controller", "6.12-s390x"),
	except(Feature{Name: "machine root", Probe: probeRoot}, "its tests run in a user namespace", "5.10", "6.1", "7.2", "6.12-s390x"),
	// Perhaps since an earlier one, which the matrix does not have.
	since("7.2", Feature{Name: "hsr_slave", Probe: probeHSRPort}),
	{Name: "vlan filtering", Probe: option("", bridge, u8(7, 1)).Probe},
	{Name: "xdp", Probe: probeXDP},
	// Encapsulation of tunnels in UDP, in modules of its own.
	{Name: "fou", Probe: kind("ipip", ipv4(3, 192, 0, 2, 1), u16(15, 1)).Probe}, // remote, encap
	{Name: "fou6", Probe: kind("ip6tnl", ipv6(3), u16(15, 1)).Probe},
	// Check values of another length take the cipher itself at once.
	{Name: "macsec icvlen", Probe: upper("macsec", u8(3, 12)).Probe},
}

// kind is the feature that links of a kind can be made, with these attributes
// as its data and no other link below.
func kind(name string, data ...[]byte) Feature {
	return Feature{Name: name, Probe: func(p *Prober) error {
		_, err := p.Create(Link{Kind: name, Data: data})
		return err
	}}
}

// upper is the same for a kind that needs a link below it.
func upper(name string, data ...[]byte) Feature {
	return Feature{Name: name, Probe: func(p *Prober) error {
		lower, err := p.lower()
		if err != nil {
			return err
		}
		_, err = p.Create(Link{Kind: name, Lower: lower, Data: data})
		return err
	}}
}

// erspan returns what erspan and ip6erspan want: sequence numbers and keys in
// both directions, beside the addresses.
func erspan(addresses ...[]byte) [][]byte {
	return append([][]byte{u16be(2, 0x3000), u16be(3, 0x3000), u32be(4, 1), u32be(5, 1)}, addresses...)
}

func u8(t attr.Type, v uint8) []byte { return attr.AppendUint8(nil, t, v) }

func u16(t attr.Type, v uint16) []byte { return attr.AppendUint16(nil, t, v) }

func u16be(t attr.Type, v uint16) []byte {
	return attr.AppendBytes(nil, t, []byte{byte(v >> 8), byte(v)})
}

func u32be(t attr.Type, v uint32) []byte {
	return attr.AppendBytes(nil, t, binary.BigEndian.AppendUint32(nil, v))
}

func u32(t attr.Type, v uint32) []byte { return attr.AppendUint32(nil, t, v) }

// present is an attribute whose presence is what it says.
func present(t attr.Type) []byte { return attr.AppendBytes(nil, t, nil) }

func ipv4(t attr.Type, a, b, c, d byte) []byte { return attr.AppendBytes(nil, t, []byte{a, b, c, d}) }

// ipv6 is an address for documentation, one that no fallback device has.
func ipv6(t attr.Type) []byte {
	return attr.AppendBytes(nil, t, []byte{0x20, 0x01, 0x0d, 0xb8, 15: 1})
}

// nest is an attribute that holds others.
func nest(t attr.Type, inner ...[]byte) []byte {
	return attr.AppendBytes(nil, t|attr.Nested, slices.Concat(inner...))
}
