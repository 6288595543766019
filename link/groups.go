package link

import (
	"reflect"

	"github.com/iplink-go/iplink/attr"
)

// The kernel applies a change message in parts and stops at the first error,
// with the earlier parts done. So a change is sent as one message per group of
// fields that succeed or fail together, in this order: down first, freeing the
// old master, kind data, address before MTU before flags, the name, then the
// new master, port data, which leaving a master resets, the sizes of packets to
// segment, up, and last what cannot always be undone, XDP. Unknown
// attributes are in none: see Spec.Unknown.
//
// The sizes come after the master for the sake of undoing, which goes backwards:
// before Linux 5.19 a master takes over those that a port has at the moment of
// joining, so they must be back before the old master is.

// A group picks the fields of one message.
type group struct {
	name string
	pick func(dst, src *Spec)
}

var groups = []group{
	{"down", func(d, s *Spec) {
		if s.Up == attr.Off {
			d.Up = s.Up
		}
	}},
	{"nomaster", func(d, s *Spec) {
		if s.Master == None {
			d.Master = s.Master
		}
	}},
	{"kind", func(d, s *Spec) { d.Kind = s.Kind }},
	{"address", func(d, s *Spec) { d.Address = s.Address }},
	{"broadcast", func(d, s *Spec) { d.Broadcast = s.Broadcast }},
	{"mtu", func(d, s *Spec) { d.MTU = s.MTU }},
	{"map", func(d, s *Spec) { d.Map = s.Map }},
	{"group", func(d, s *Spec) { d.Group = s.Group }},
	{"alias", func(d, s *Spec) { d.Alias = s.Alias }},
	{"flags", func(d, s *Spec) {
		d.ARP, d.Promisc, d.AllMulti, d.Multicast = s.ARP, s.Promisc, s.AllMulti, s.Multicast
		d.Trailers, d.Dynamic = s.Trailers, s.Dynamic
	}},
	{"txqueuelen", func(d, s *Spec) { d.TxQueueLen = s.TxQueueLen }},
	{"carrier", func(d, s *Spec) { d.Carrier = s.Carrier }},
	{"mode", func(d, s *Spec) { d.LinkMode = s.LinkMode }},
	{"state", func(d, s *Spec) { d.OperState = s.OperState }},
	{"conf", func(d, s *Spec) { d.IPv4 = s.IPv4 }},
	{"addrgenmode", func(d, s *Spec) { d.AddrGenMode = s.AddrGenMode }},
	{"token", func(d, s *Spec) { d.IPv6Token = s.IPv6Token }},
	{"mctp_net", func(d, s *Spec) { d.MCTPNet = s.MCTPNet }},
	{"vfs", func(d, s *Spec) { d.VFs = s.VFs }},
	{"vf_ports", func(d, s *Spec) { d.VFPorts = s.VFPorts }},
	{"port_self", func(d, s *Spec) { d.PortSelf = s.PortSelf }},
	{"protodown_reason", func(d, s *Spec) { d.ProtoDownReason = s.ProtoDownReason }},
	{"protodown", func(d, s *Spec) { d.ProtoDown = s.ProtoDown }},
	{"name", func(d, s *Spec) { d.Name = s.Name }},
	{"master", func(d, s *Spec) {
		if s.Master != None {
			d.Master = s.Master
		}
	}},
	{"port", func(d, s *Spec) { d.Port = s.Port }},
	{"gso_max_size", func(d, s *Spec) { d.GSOMaxSize = s.GSOMaxSize }},
	{"gso_max_segs", func(d, s *Spec) { d.GSOMaxSegs = s.GSOMaxSegs }},
	{"gro_max_size", func(d, s *Spec) { d.GROMaxSize = s.GROMaxSize }},
	{"gso_ipv4_max_size", func(d, s *Spec) { d.GSOIPv4MaxSize = s.GSOIPv4MaxSize }},
	{"gro_ipv4_max_size", func(d, s *Spec) { d.GROIPv4MaxSize = s.GROIPv4MaxSize }},
	{"up", func(d, s *Spec) {
		if s.Up == attr.On {
			d.Up = s.Up
		}
	}},
	{"xdp", func(d, s *Spec) { d.XDP = s.XDP }},
}

// split returns the groups of s that say something, each as a Spec of its
// own.
func split(s *Spec) []part {
	if reflect.ValueOf(s).Elem().IsZero() {
		return nil
	}
	var out []part
	d := new(Spec)
	for _, g := range groups {
		g.pick(d, s)
		if reflect.ValueOf(d).Elem().IsZero() { // most: do not go through the fields
			continue
		}
		if !attr.IsZero(d) {
			out = append(out, part{g, d})
		}
		d = new(Spec)
	}
	return out
}

type part struct {
	group
	spec *Spec
}
