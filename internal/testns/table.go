package testns

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/rtnl"
)

// Features lists what [Require] knows. Kinds come first, each with the least
// that the kernel wants to make one; a kind that needs more than a row can say
// (a socket, a device of a certain type) gets a probe of its own below.
var Features = []Feature{
	kind("bareudp", u16be(1, 6635), u16be(2, 0x8847)), // port, ethertype
	kind("batadv"),
	kind("bond"),
	kind("bridge"),
	kind("dummy"),
	kind("erspan", u16be(2, 0x3000), u16be(3, 0x3000), u32be(4, 1), u32be(5, 1), // flags and keys, both ways
		ipv4(6, 192, 0, 2, 1), ipv4(7, 192, 0, 2, 2)), // local, remote
	kind("geneve", u32(1, 1), ipv4(2, 192, 0, 2, 1)), // id, remote
	kind("gre", ipv4(7, 192, 0, 2, 1)),               // remote
	kind("gretap", ipv4(7, 192, 0, 2, 1)),
	kind("ifb"),
	kind("ip6gre", ipv6(7)), // remote
	kind("ip6gretap", ipv6(7)),
	kind("ip6tnl", ipv6(3)),             // remote
	kind("ipip", ipv4(3, 192, 0, 2, 1)), // remote
	upper("ipvlan"),
	upper("ipvtap"),
	upper("macsec"),
	upper("macvlan"),
	upper("macvtap"),
	since("6.7", kind("netkit")),
	kind("nlmon"),
	since("6.16", kind("ovpn")),
	kind("sit", ipv4(3, 192, 0, 2, 1)), // remote
	kind("team"),
	kind("vcan"),
	kind("veth"),
	upper("vlan", u16(1, 42)), // id
	kind("vrf", u32(1, 42)),   // table
	kind("vti", ipv4(5, 192, 0, 2, 1)),
	kind("vti6", ipv6(5)),
	kind("vxcan"),
	kind("vxlan", u32(1, 42), u16be(15, 4789)), // id, port
	kind("wireguard"),
	kind("xfrm", u32(2, 42)), // interface id

	{Name: "tun", Probe: probeTUN},
	{Name: "ip netns", Probe: probeIPNetns},
	{Name: "newlink echo", Since: "6.2", Probe: probeEcho},
	{Name: "vlan filtering", Probe: probeVLANFiltering},
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

func since(release string, f Feature) Feature {
	f.Since = release
	return f
}

// probeTUN looks for the device that makes links of the kind. A link message
// does not, but loads the module, with which the device appears.
func probeTUN(p *Prober) error {
	_, err := p.Create(Link{Kind: "tun"})
	if _, noDevice := os.Stat("/dev/net/tun"); noDevice != nil {
		return errors.Join(noDevice, err)
	}
	return nil
}

// probeIPNetns looks for iproute2, to compare with.
func probeIPNetns(*Prober) error {
	out, err := exec.Command("ip", "netns", "list").CombinedOutput()
	if err != nil {
		text, _, _ := strings.Cut(string(out), "\n")
		return fmt.Errorf("ip netns list: %w: %s", err, text)
	}
	return nil
}

// probeEcho asks for the notification of a new link, from which a program
// learns the link's index. Older kernels ignore that.
func probeEcho(p *Prober) error {
	index, err := p.Create(Link{Kind: "ifb", Flags: rtnl.FlagEcho})
	if err == nil && index == 0 {
		err = errors.New("the new link is not echoed")
	}
	return err
}

// probeVLANFiltering reads the setting back: kernels without it ignore it.
func probeVLANFiltering(p *Prober) error {
	const vlanFiltering = 7 // IFLA_BR_VLAN_FILTERING
	filtering := attr.AppendUint8(nil, vlanFiltering, 1)
	if _, err := p.Create(Link{Kind: "bridge", Data: [][]byte{filtering}}); err != nil {
		return err
	}
	data, err := p.data()
	if err != nil {
		return err
	}
	for t := range attr.All(data) {
		if t == vlanFiltering {
			return nil
		}
	}
	return errors.New("a bridge does not report it")
}

func u16(t attr.Type, v uint16) []byte { return attr.AppendUint16(nil, t, v) }

func u16be(t attr.Type, v uint16) []byte {
	return attr.AppendBytes(nil, t, []byte{byte(v >> 8), byte(v)})
}

func u32be(t attr.Type, v uint32) []byte {
	return attr.AppendBytes(nil, t, binary.BigEndian.AppendUint32(nil, v))
}

func u32(t attr.Type, v uint32) []byte { return attr.AppendUint32(nil, t, v) }

func ipv4(t attr.Type, a, b, c, d byte) []byte { return attr.AppendBytes(nil, t, []byte{a, b, c, d}) }

// ipv6 is an address for documentation, one that no fallback device has.
func ipv6(t attr.Type) []byte {
	return attr.AppendBytes(nil, t, []byte{0x20, 0x01, 0x0d, 0xb8, 15: 1})
}
