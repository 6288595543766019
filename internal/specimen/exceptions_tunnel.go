package specimen

import (
	"net/netip"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
)

// Kinds that send packets in packets.

const (
	overIPv6 = "IPv6"
	external = "external"
)

var vxlanExceptions = table{
	"remote6":       {Why: "one family at a time", Apart: overIPv6},
	"local6":        {Why: "one family at a time", Apart: overIPv6},
	"flowlabel":     {Why: "of IPv6 only", With: &kind.VXLAN{Remote: netip.MustParseAddr("2001:db8::7")}, Apart: overIPv6},
	"label-policy":  {Why: "of IPv6 only", With: &kind.VXLAN{Remote: netip.MustParseAddr("2001:db8::7")}, Apart: overIPv6},
	"external":      {Why: "the packets say where they go; GPE needs both", With: &kind.VXLAN{Learning: attr.Off}, Apart: external},
	"gpe":           {Why: "needs both", With: &kind.VXLAN{External: attr.On, Learning: attr.Off}, Apart: external},
	"vnifilter":     {Why: "needs both", With: &kind.VXLAN{External: attr.On, Learning: attr.Off}, Apart: external},
	"reserved_bits": {Why: "other options use some of the bits", Apart: "reserved bits"},
}
