package specimen

import (
	"maps"
	"net/netip"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/link"
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

func address(s string) netip.Addr { return netip.MustParseAddr(s) }

// on is a link to set something on that the least one cannot have.
func on(k kind.Kind) *link.Spec { return &link.Spec{Name: Name, Index: Index, Kind: k} }

// over6 is about what a Geneve has over IPv6 only.
var over6 = Exception{Why: "over IPv6 only", On: on(&kind.Geneve{ID: attr.U32(42), Remote: far6}), Apart: overIPv6}

var geneveExceptions = table{
	"external":       {Why: "the packets say where they go", On: on(&kind.Geneve{Port: attr.U16(6082)}), Apart: external},
	"remote6":        over6,
	"local6":         over6,
	"udp6zerocsumtx": over6,
	"udp6zerocsumrx": over6,
	"flowlabel":      over6,
	"ttl-inherit":    {Why: "not with a ttl", Apart: "ttl-inherit"},
}

// encap is about the types of UDP encapsulation, each with a module.
func encap(module string) table {
	return table{"encap": {Why: "a module of its own", Needs: []string{module}}}
}

// with returns the rows of several tables.
func with(tables ...table) table {
	all := table{}
	for _, t := range tables {
		maps.Copy(all, t)
	}
	return all
}

var ip6TunnelExceptions = encap("fou6")

// overIPv4 is for what carries GRE over IPv4; off is without path MTU discovery.
func overIPv4(off attr.Struct) table {
	return with(encap("fou"), table{
		"ignore-df": {Why: "not with path MTU discovery", With: off},
		"external":  {Why: "not with an encapsulation", Apart: external},
	})
}

var (
	greExceptions    = overIPv4(&kind.GRE{PathMTUDiscovery: attr.Off})
	greTapExceptions = overIPv4(&kind.GRETap{PathMTUDiscovery: attr.Off})
)

// erspanTable is for both kinds. What the least link has of keys and sequence
// numbers cannot be taken back, since it needs them; plain is one without, and
// with an address that keeps it apart from the fallback device.
func erspanTable(plain kind.Kind, one, two attr.Struct) table {
	header := Exception{Why: "ERSPAN needs it, or refuses it", On: on(plain), Apart: "plain"}
	return table{
		"ikeyed": header, "iseq": header, "icsum": header, "okeyed": header, "oseq": header, "ocsum": header,
		"erspan":      {Why: "of version 1", With: one},
		"erspan_ver":  {Why: "each has options of its own", Values: values(two, one), Apart: "version 2", Resets: versions},
		"erspan_dir":  {Why: "of version 2", With: two, Apart: "version 2", Resets: versions},
		"erspan_hwid": {Why: "of version 2", With: two, Apart: "version 2", Resets: versions},
	}
}

// versions are what only one version of ERSPAN has.
var versions = []string{"erspan", "erspan_dir", "erspan_hwid"}

var (
	erspanExceptions = with(overIPv4(&kind.ERSPAN{GRE: kind.GRE{PathMTUDiscovery: attr.Off}}), erspanTable(
		&kind.ERSPAN{GRE: kind.GRE{External: attr.On, Local: near4}}, &kind.ERSPAN{Version: attr.U8(1)}, &kind.ERSPAN{Version: attr.U8(2)}))
	ip6erspanExceptions = with(encap("fou6"), erspanTable(
		&kind.IP6ERSPAN{IP6GRE: kind.IP6GRE{External: attr.On, Local: near6}}, &kind.IP6ERSPAN{Version: attr.U8(1)}, &kind.IP6ERSPAN{Version: attr.U8(2)}))
)

var ipipExceptions = with(encap("fou"), table{
	"pmtudisc": {Why: "off with a ttl of 0 only", With: &kind.IPIP{TTL: attr.U8(0)}, Apart: "pmtudisc"},
})

// sixRD is a prefix of 6rd with the first 24 bits of the other ends.
func sixRD(prefix string, bits uint16, relay string, relayBits uint16) *kind.SIT {
	return &kind.SIT{
		SixRDPrefix: address(prefix), SixRDPrefixLen: attr.U16(bits),
		SixRDRelayPrefix: address(relay), SixRDRelayPrefixLen: attr.U16(relayBits),
	}
}

const whole = "what is left out is reset, and no bit may be set beyond the length"

var sitExceptions = with(encap("fou"), table{
	"pmtudisc":            {Why: "off with a ttl of 0 only", With: &kind.SIT{TTL: attr.U8(0)}, Apart: "pmtudisc"},
	"6rd-prefix":          {Why: whole, Values: values(sixRD("2001:db8::", 32, "192.0.2.0", 24), sixRD("2001:db9::", 32, "192.0.2.0", 24))},
	"6rd-prefixlen":       {Why: whole, Values: values(sixRD("2001:d00::", 24, "192.0.2.0", 24), sixRD("2001:d00::", 32, "192.0.2.0", 24))},
	"6rd-relay_prefix":    {Why: whole, Values: values(sixRD("2001:db8::", 32, "192.0.2.0", 24), sixRD("2001:db8::", 32, "192.0.3.0", 24))},
	"6rd-relay_prefixlen": {Why: whole, Values: values(sixRD("2001:db8::", 32, "192.0.2.0", 24), sixRD("2001:db8::", 32, "192.0.2.0", 25))},
})
