package specimen

import (
	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/link"
)

var bridgeExceptions = table{
	"group_fwd_mask":                {Why: "STP, pause frames and LACP are refused", Values: values(&kind.Bridge{GroupFwdMask: attr.Some(kind.FwdLLDP)}, &kind.Bridge{GroupFwdMask: attr.Some[kind.GroupFwdMask](1 << 5)})},
	"group_address":                 {Why: "one of twelve", Values: values(&kind.Bridge{GroupAddress: attr.MustParseHWAddr("01:80:c2:00:00:04")}, &kind.Bridge{GroupAddress: attr.MustParseHWAddr("01:80:c2:00:00:05")})},
	"mcast_vlan_snooping":           {Why: "needs VLAN filtering", With: &kind.Bridge{VLANFiltering: attr.On}, Since: "5.15"},
	"mst_enabled":                   {Why: "later than its attribute", Since: "5.18"},
	"mdb_offload_fail_notification": {Why: "later than its attribute", Since: "6.16"},
	"fdb_local_vlan_0":              {Why: "later than its attribute", Since: "6.18"},
}

// second is another port of the bridge.
var second = link.Spec{
	Name: "port1", Index: 123, Address: attr.MustParseHWAddr("02:00:00:00:01:07"), Master: link.Index(Master),
	Kind: pair(kind.Peer{Name: "port2", Index: 124, Address: attr.MustParseHWAddr("02:00:00:00:01:08")}),
}

var bridgePortExceptions = table{
	"backup_port": {Why: "another port of the bridge", Values: values(&kind.BridgePort{BackupPort: link.Index(second.Index)}, &kind.BridgePort{BackupPort: link.None})},
	"state":       {Why: "with carrier only, and the bridge moves on from most", Values: values(&kind.BridgePort{State: attr.Some(kind.PortLearning)}), Alone: true},
	"mab":         {Why: "needs both", With: &kind.BridgePort{Locked: attr.On, Learning: attr.On}},
}
