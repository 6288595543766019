package testns

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/iplink-go/iplink/attr"
)

// options are the settings of kinds that are newer than 5.10. A kernel takes
// an attribute it has never heard of without a word, so each is set at creation
// and looked for in the report.
var options = []Feature{
	since("5.18", boolOption("mst_enabled", 2)),
	since("5.15", boolOption("mcast_vlan_snooping", 1)),
	since("6.16", boolOption("mdb_offload_fail_notification", 3)),
	since("6.18", boolOption("fdb_local_vlan_0", 4)),
	since("6.7", option("fdb_max_learned", bridge, u32(49, 100))),
	since("7.1", option("stp_mode", bridge, u32(50, 1))),

	since("5.12", portOption("mcast_eht_hosts_limit", bridge, 37)),
	since("5.18", portOption("locked", bridge, 39)),
	since("6.2", portOption("mab", bridge, 40)),
	since("6.3", portOption("mcast_max_groups", bridge, 42)),
	since("6.4", portOption("neigh_vlan_suppress", bridge, 43)),
	since("6.6", portOption("backup_nhid", bridge, 44, u32(44, 1))),
	since("7.2", portOption("neigh_forward_grat", bridge, 45)),

	since("5.15", option("lacp_active", bond8023AD, u8(29, 0))),
	since("5.17", option("missed_max", bond, u8(30, 5))),
	since("5.18", option("ns_ip6_target", bond, nest(31, ipv6(0)))),
	except(since("6.9", option("coupled_control", bond8023AD, u8(32, 0))), backported, "6.1"),
	since("6.17", option("broadcast_neighbor", bond8023AD, u8(33, 1))),
	since("7.2", option("lacp_strict", bond8023AD, u8(34, 1))),
	since("6.0", portOption("prio", bond, 9)),
	except(since("6.18", portOption("actor_port_prio", bond8023AD, 10)), backported, "6.1", "6.12", "6.12-s390x"),

	since("5.18", option("inner_proto_inherit", geneveExternal, present(14))),
	since("6.15", option("port_range", geneve, attr.AppendBytes(nil, 15, []byte{0x10, 0, 0x20, 0}))),
	since("7.0", option("gro_hint", geneveExternal, present(16))),
	since("7.2", option("local", geneve, ipv4(17, 192, 0, 2, 1))),

	since("5.18", Feature{Name: "gtp create_sockets", Probe: kind("gtp", u32(4, 1), u8(5, 1)).Probe}),

	since("5.11", option("bc_queue_len", macvlan, u32(7, 2000))),
	since("6.4", option("bc_cutoff", macvlan, u32(9, 5))),

	except(since("6.13", option("scrub", netkit, u32(6, 0))), backported, "6.12", "6.12-s390x"),
	since("6.14", option("headroom", netkit, u16(8, 32))),
	since("7.1", option("pairing", netkit, u32(10, 1))),

	since("5.18", option("vnifilter", vxlanExternal, u8(30, 1))),
	since("6.5", option("localbypass", vxlan, u8(31, 0))),
	since("6.8", option("label-policy", vxlanIPv6, u32(32, 1))),
	since("6.14", option("reserved_bits", vxlan, attr.AppendBytes(nil, 33, []byte{0xf7, 0xff, 0xff, 0, 0, 0, 0, 0xff}))),

	since("6.1", option("collect_metadata", Link{Kind: "xfrm"}, present(3))),

	since("5.17", linkOption("gro_max_size", u32(58, 30000))),
	since("6.3", linkOption("gso_ipv4_max_size", u32(63, 30000))),
	since("6.3", linkOption("gro_ipv4_max_size", u32(64, 30000))),
}

// The links that have the options.
var (
	bond           = Link{Kind: "bond"}
	bond8023AD     = Link{Kind: "bond", Data: [][]byte{u8(1, 4)}} // mode
	bridge         = Link{Kind: "bridge"}
	geneve         = Link{Kind: "geneve", Data: [][]byte{u32(1, 1), ipv4(2, 192, 0, 2, 1)}} // id, remote
	geneveExternal = Link{Kind: "geneve", Data: [][]byte{present(6)}}
	macvlan        = Link{Kind: "macvlan"}
	netkit         = Link{Kind: "netkit"}
	vxlan          = Link{Kind: "vxlan", Data: [][]byte{u32(1, 42), u16be(15, 4789)}}           // id, port
	vxlanIPv6      = Link{Kind: "vxlan", Data: [][]byte{u32(1, 42), ipv6(16), u16be(15, 4789)}} // id, remote, port
	vxlanExternal  = Link{Kind: "vxlan", Data: [][]byte{u8(7, 0), u8(25, 1), u16be(15, 4789)}}  // no learning, external, port
)

// option is the feature that a link of a kind has an attribute of data that it
// reports as it was set.
func option(name string, l Link, set []byte) Feature {
	return Feature{Name: l.Kind + " " + name, Probe: func(p *Prober) error {
		l := l
		l.Data = append(l.Data[:len(l.Data):len(l.Data)], set)
		if l.Kind == "macvlan" {
			var err error
			if l.Lower, err = p.lower(); err != nil {
				return err
			}
		}
		return p.setAndFind(l, set, iflaLinkinfo, infoData)
	}}
}

// linkOption is the same for an attribute that links of all kinds have.
func linkOption(name string, set []byte) Feature {
	return Feature{Name: name, Probe: func(p *Prober) error {
		return p.setAndFind(Link{Kind: "veth", Attrs: [][]byte{set}}, set)
	}}
}

// setAndFind makes a link and looks for an attribute of it in the nest of its
// report that path leads to.
func (p *Prober) setAndFind(l Link, set []byte, path ...attr.Type) error {
	if _, err := p.Create(l); err != nil {
		return err
	}
	report, err := p.report(path...)
	if err != nil {
		return err
	}
	for t, want := range attr.All(set) {
		got := find(report, t)
		if got == nil {
			return fmt.Errorf("a %s does not report attribute %d", l.Kind, t)
		}
		if !bytes.Equal(got, want) {
			return fmt.Errorf("a %s reports attribute %d as %x, not %x", l.Kind, t, got, want)
		}
	}
	return nil
}

// boolOption is the feature that bridges have a bit of IFLA_BR_MULTI_BOOLOPT:
// they report a value and a mask of all bits that there are.
func boolOption(name string, bit int) Feature {
	return Feature{Name: "bridge " + name, Probe: func(p *Prober) error {
		const multiBoolOpt = 46
		if _, err := p.Create(bridge); err != nil {
			return err
		}
		data, err := p.report(iflaLinkinfo, infoData)
		if err != nil {
			return err
		}
		value := find(data, multiBoolOpt)
		if len(value) < 8 {
			return errors.New("a bridge does not report its boolean options")
		}
		if mask := binary.NativeEndian.Uint32(value[4:]); mask>>bit&1 == 0 {
			return fmt.Errorf("a bridge has the boolean options %#x", mask)
		}
		return nil
	}}
}

// portOption is the feature that ports of a master report an attribute, some
// only after it was set.
func portOption(name string, master Link, number attr.Type, set ...[]byte) Feature {
	return Feature{Name: master.Kind + "_slave " + name, Probe: func(p *Prober) error {
		master := master
		master.Name = "master"
		index, err := p.made(master)
		if err != nil {
			return err
		}
		port, err := p.made(Link{Kind: "veth", Name: probeName, Master: index})
		if err != nil {
			return err
		}
		if len(set) > 0 {
			if err := p.change(port, nest(iflaLinkinfo, nest(infoSlaveData, set...))); err != nil {
				return err
			}
		}
		data, err := p.report(iflaLinkinfo, infoSlaveData)
		if err == nil && find(data, number) == nil {
			err = fmt.Errorf("a port of a %s does not report attribute %d", master.Kind, number)
		}
		return err
	}}
}
