package link

import (
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
)

// The JSON of Specs and States. The fields, and the data of kinds and ports,
// are written and read by their lists (attr.RequestObject, attr.JSONReader);
// here is what has no line in one.

// reportedKeys are what "ip -d -s -j link show" prints of a link beside what a
// Spec has.
var reportedKeys = []string{
	"allmulti", "flags", "link_pointtopoint", "link_type", "max_mtu", "min_mtu", "netns-immutable", "parentbus", "permaddr",
	"phys_port_id", "phys_port_name", "phys_switch_id", "promiscuity", "qdisc", "stats64", "tso_max_segs", "tso_max_size",
}

// MarshalJSON writes what s says, with the keys of "ip -d -j link show"; see
// [Spec.UnmarshalJSON]. The zero Spec is {}. The error is about what no JSON can
// say: file descriptors, which mean nothing outside of the process, and names
// that are not UTF-8.
func (s Spec) MarshalJSON() ([]byte, error) {
	o, err := s.object()
	if err != nil {
		return nil, err
	}
	return o.MarshalJSON()
}

func (s *Spec) object() (attr.Object, error) {
	o, err := attr.RequestObject(s)
	if err != nil {
		return nil, err
	}
	if i := slices.IndexFunc(o, func(m attr.Member) bool { return m.Key == "ifname" }); i > 0 { // people look for it
		name := o[i]
		o = slices.Insert(slices.Delete(o, i, i+1), 0, name)
	}
	if s.AltNames == nil {
		return o, nil
	}
	for _, name := range s.AltNames {
		if !utf8.ValidString(name) {
			return nil, &attr.Error{Path: "altnames", Offset: -1, Err: fmt.Errorf("%w: %q is not UTF-8", attr.ErrValue, name)}
		}
	}
	o.Set("altnames", s.AltNames)
	return o, nil
}

// UnmarshalJSON reads what a link shall be. s then says that and nothing else;
// where there is an error it is as before.
//
// The keys are those of "ip -d -j link show", as far as a request can say what
// they stand for:
//
//	{
//	  "ifname": "br0", "ifindex": 7, "altnames": ["lan"],
//	  "link": "eth0", "link_netnsid": 3, "master": "bond0",
//	  "netns": "pod1",
//	  "up": true, "arp": true, "promisc": false, "allmulticast": false,
//	  "multicast": true, "trailers": true, "dynamic": false,
//	  "mtu": 1500, "address": "02:00:00:00:00:01", "broadcast": "ff:ff:ff:ff:ff:ff",
//	  "txqlen": 1000, "group": 0, "ifalias": "to the lab",
//	  "operstate": "UP", "linkmode": "DEFAULT", "carrier": true,
//	  "proto_down": true, "protodown_reason": {"mask": "0x1", "value": "0x1"},
//	  "num_tx_queues": 4, "num_rx_queues": 4, "gso_max_size": 65536, "gso_max_segs": 65535,
//	  "gro_max_size": 65536, "gso_ipv4_max_size": 65536, "gro_ipv4_max_size": 65536,
//	  "inet_conf": {"forwarding": 1}, "inet6_addr_gen_mode": "none", "inet6_token": "::1", "mctp_net": 1,
//	  "parentdev": "0000:01:00.0", "map": {"irq": 5}, "xdp": {"fd": -1},
//	  "vfinfo_list": [{"vf": 0, "spoofchk": true}], "vf_ports": [{"vf": 0}], "port_self": {"profile": "x"},
//	  "linkinfo": {
//	    "info_kind": "bridge", "info_data": {"vlan_filtering": true, "ageing_time": 30000},
//	    "info_slave_kind": "bond", "info_slave_data": {"queue_id": 2}
//	  }
//	}
//
// Data of kinds and ports has the keys that ip shows, or else the names of the
// options of "ip link"; both are understood. The file testdata/keys.txt of this
// package lists all keys of all kinds. Values are as ip shows them, and in every
// other form that their type has:
//
//   - A switch is true or false, 1 or 0, "on" or "off". In an array of flags,
//     such as "flags" of a vlan, those that are named are on, and nothing is
//     said of the others; each can be said by its name too.
//   - A number is one, or a text such as "0x10". What has words is a word, or a
//     number; a set of words is an array.
//   - A time span is a number in the unit of ip (hundredths of a second for a
//     bridge), or a text with a unit: "300s".
//   - A link is a name, or a number for an index; null is none.
//   - A namespace is a name or a path ([kind.NetNS]), or {"pid": 1} or
//     {"nsid": 1}.
//   - The other end of a pair is "peer" in "info_data", with the keys of a link.
//   - A kind without a type has "info_raw" instead of "info_data", and a port
//     "info_slave_raw": an array of {"type": 1, "nested": true, "data": "2a000000"}
//     with the payload in hexadecimal. So has "unknown", in any object, what
//     there is no field for.
//
// Nothing is guessed. Every key that is unknown, said twice, or of something
// that only the kernel decides, and every value that could not be sent, is an
// error with its path: [attr.ErrUnknownKey], [attr.ErrReadOnly], [attr.ErrValue],
// [attr.ErrRange] or [attr.ErrTooLong] in an [*attr.Error]. All are joined.
func (s *Spec) UnmarshalJSON(b []byte) error { return readWhole(b, kind.Registry{}, s, readSpec) }

func readSpec(r *attr.JSONReader, path string, b []byte, s *Spec) {
	var index attr.Opt[uint32]
	more := attr.JSONMembers{
		"altnames": func(path string, b []byte) { s.AltNames = readNames(r, path, b) },
		"link_index": func(path string, b []byte) { // what ip calls a link that is elsewhere
			var i uint32
			attr.ReadJSON(r, path, b, &i)
			index.Set(i)
		},
	}
	for _, key := range reportedKeys {
		more[key] = nil
	}
	r.Struct(path, b, s, more)
	if i, ok := index.Get(); ok && s.Lower.IsSet() {
		r.Fail(attr.JSONPath(path, "link_index"), fmt.Errorf("%w: link says it already", attr.ErrValue))
	} else if ok {
		s.Lower = Index(i)
	}
}

// readNames reads alternative names. An empty list says that there are none.
func readNames(r *attr.JSONReader, path string, b []byte) []string {
	names := []string{}
	for path, b := range r.Elements(path, b) {
		var name string
		attr.ReadJSON(r, path, b, &name)
		if err := validAltName(name); err != nil {
			r.Fail(path, err)
		}
		names = append(names, name)
	}
	return names
}
