package specimen

import (
	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/link"
)

// Kinds that sit on another link.

// macvlanTable is for both types of the same data.
func macvlanTable(as func(*kind.Macvlan) attr.Struct) table {
	one, two := attr.MustParseHWAddr("02:00:00:00:00:07"), attr.MustParseHWAddr("02:00:00:00:00:09")
	source := attr.Some(kind.MacvlanSource)
	return table{
		"flag": {Why: "nodst is later, Linux 5.13", Values: values(as(&kind.Macvlan{Flags: attr.Some(kind.MacvlanNoPromisc)}), as(&kind.Macvlan{Flags: attr.Some[kind.MacvlanFlags](0)}))},
		"macaddr_mode": {Why: "a command, in source mode only", Values: values(
			as(&kind.Macvlan{Mode: source, MACCommand: attr.Some(kind.MACAdd), MAC: one}), as(&kind.Macvlan{MACCommand: attr.Some(kind.MACFlush)})), Resets: []string{"macaddr_data"}},
		"macaddr": {Why: "for a command, in source mode only", Values: values(
			as(&kind.Macvlan{Mode: source, MACCommand: attr.Some(kind.MACAdd), MAC: one}), as(&kind.Macvlan{MACCommand: attr.Some(kind.MACAdd), MAC: two})), Resets: []string{"macaddr_data"}},
		"macaddr_data": {Why: "in source mode only", Apart: "source", Values: values(
			as(&kind.Macvlan{Mode: source, MACs: []attr.HWAddr{one}}), as(&kind.Macvlan{MACs: []attr.HWAddr{two, one}}))},
	}
}

var (
	macvlanExceptions = macvlanTable(func(m *kind.Macvlan) attr.Struct { return m })
	macvtapExceptions = macvlanTable(func(m *kind.Macvlan) attr.Struct { return (*kind.Macvtap)(m) })
)

var vlanExceptions = table{
	"bridge_binding": {
		Why:   "of a bridge's VLANs only",
		On:    &link.Spec{Name: Name, Index: Index, Lower: link.Index(Master), Kind: &kind.VLAN{ID: attr.U16(42)}},
		Apart: "bridge",
	},
	"egress-qos-map": {Why: "priorities in a header are 0 to 7", Values: values(
		&kind.VLAN{EgressQoS: []kind.QoSMapping{{From: 1, To: 2}}}, &kind.VLAN{EgressQoS: []kind.QoSMapping{{From: 1, To: 3}, {From: 9, To: 4}}})},
	"ingress-qos-map": {Why: "priorities in a header are 0 to 7", Values: values(
		&kind.VLAN{IngressQoS: []kind.QoSMapping{{From: 1, To: 2}}}, &kind.VLAN{IngressQoS: []kind.QoSMapping{{From: 1, To: 3}, {From: 7, To: 9}}})},
}
