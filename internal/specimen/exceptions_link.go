package specimen

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/link"
)

// onMacvlan is a link with another below it, which can be held down.
var onMacvlan = &link.Spec{Name: Name, Index: Index, Lower: link.Index(Lower), Kind: &kind.Macvlan{}}

// linkExceptions are about what any link can be given.
var linkExceptions = table{
	"name":           {Why: elsewhere + "TestRename", Untested: true},
	"mtu":            {Why: "a veth takes 68 and more", Values: values(&link.Spec{MTU: attr.U32(1400)}, &link.Spec{MTU: attr.U32(1600)})},
	"master":         {Why: "it must take ports", Resets: []string{"port-kind", "port-data"}, Values: values(&link.Spec{Master: link.Index(Master)}, &link.Spec{Master: link.None})},
	"state":          {Why: elsewhere + "TestOperState; it follows the carrier", Untested: true},
	"numtxqueues":    {Why: "thousands of queues take a lot of memory", Values: values(&link.Spec{NumTxQueues: attr.U32(2)}, &link.Spec{NumTxQueues: attr.U32(3)})},
	"numrxqueues":    {Why: "thousands of queues take a lot of memory", Values: values(&link.Spec{NumRxQueues: attr.U32(2)}, &link.Spec{NumRxQueues: attr.U32(3)})},
	"carrier":        {Why: "of few kinds", On: &link.Spec{Name: Name, Index: Index, Kind: &kind.Dummy{}}, Apart: "dummy"},
	"protodown":      {Why: "of few kinds", On: onMacvlan, Apart: "macvlan"},
	"netns-pid":      {Why: elsewhere + "TestNetNS", Untested: true},
	"netns-fd":       {Why: elsewhere + "TestNetNS", Untested: true},
	"target-netnsid": {Why: elsewhere + "TestNetNS", Untested: true},
	"link-netnsid":   {Why: elsewhere + "TestNetNS", Untested: true},
	"link":           {Why: "only of links on top of another", On: onMacvlan, Apart: "macvlan"},
	"gso_max_segs":   {Why: "a number of segments", Values: values(&link.Spec{GSOMaxSegs: attr.U32(100)}, &link.Spec{GSOMaxSegs: attr.U32(200)})},
	"gso_max_size": {
		Why:    "larger than a header; that of IPv4 follows",
		Values: values(&link.Spec{GSOMaxSize: attr.U32(30000)}, &link.Spec{GSOMaxSize: attr.U32(40000)}), Resets: []string{"gso_ipv4_max_size"},
	},
	"gro_max_size": {
		Why:    "that of IPv4 follows",
		Values: values(&link.Spec{GROMaxSize: attr.U32(30000)}, &link.Spec{GROMaxSize: attr.U32(40000)}), Resets: []string{"gro_ipv4_max_size"},
	},
	"gso_ipv4_max_size": {Why: "larger than a header", Values: values(&link.Spec{GSOIPv4MaxSize: attr.U32(30000)}, &link.Spec{GSOIPv4MaxSize: attr.U32(40000)})},
	"gro_ipv4_max_size": {Why: "equal to gro_max_size where both are set", Values: values(&link.Spec{GROIPv4MaxSize: attr.U32(30000)}, &link.Spec{GROIPv4MaxSize: attr.U32(40000)})},
	"protodown_reason/mask": {
		Why:    "nothing without a value",
		Values: values(reason(kind.ProtoDownReason{Mask: attr.U32(3), Value: attr.U32(1)}), reason(kind.ProtoDownReason{Mask: attr.U32(2), Value: attr.U32(2)})),
		On:     onMacvlan,
	},
	"protodown_reason/value": {Why: "of few kinds", On: onMacvlan, Apart: "macvlan"},

	"map":                     {Why: hardware, Untested: true},
	"vfs":                     {Why: hardware, Untested: true},
	"vf_ports":                {Why: hardware, Untested: true},
	"port_self/vf":            {Why: hardware, Untested: true},
	"port_self/profile":       {Why: hardware, Untested: true},
	"port_self/instance_uuid": {Why: hardware, Untested: true},
	"port_self/host_uuid":     {Why: hardware, Untested: true},
	"port_self/request":       {Why: hardware, Untested: true},
	"parentdev":               {Why: hardware, Untested: true},
	"af_spec/mctp/mctp_net":   {Why: hardware, Untested: true},
	"xdp/fd":                  {Why: elsewhere + "TestXDP", Untested: true},
	"xdp/flags":               {Why: elsewhere + "TestXDP", Untested: true},
	"xdp/expected_fd":         {Why: elsewhere + "TestXDP", Untested: true},

	"af_spec/inet/conf":         {Why: "an array", Values: values(&link.Spec{IPv4: kind.IPv4With(kind.IPv4ProxyARP, 1)}, &link.Spec{IPv4: kind.IPv4With(kind.IPv4ProxyARP, 0)})},
	"af_spec/inet6/token":       {Why: "the lower half of an address; refused without neighbour discovery, which needs ARP", Apart: "token", Values: values(&link.Spec{IPv6Token: netip.MustParseAddr("::7")}, &link.Spec{IPv6Token: netip.MustParseAddr("::9")})},
	"af_spec/inet6/addrgenmode": {Why: "stable_secret needs a secret", Values: values(&link.Spec{AddrGenMode: attr.Some(kind.AddrGenNone)}, &link.Spec{AddrGenMode: attr.Some(kind.AddrGenRandom)})},
}

func reason(r kind.ProtoDownReason) *link.Spec { return &link.Spec{ProtoDownReason: attr.Some(r)} }

// peerExceptions are those of any link, for the other end of a pair: with the
// same values, and without what takes a link of another kind.
func peerExceptions(own table) (table, error) {
	out := table{}
	for name, e := range linkExceptions {
		if !ofPeer(name) {
			continue
		}
		if e.On != nil {
			e = Exception{Why: "not of links in pairs", Untested: true}
		}
		for i, v := range e.Values {
			p := new(kind.Peer)
			b, err := report.Append(nil, v)
			if err == nil {
				err = scope.Decode(b, p)
			}
			if err != nil {
				return nil, err
			}
			e.Values = append(e.Values[:i:i], append(values(p), e.Values[i+1:]...)...)
		}
		out[name] = e
	}
	for name, e := range own {
		out[name] = e
	}
	return out, nil
}

// ofPeer reports whether a peer can be given the attribute too.
func ofPeer(name string) bool {
	nest, _, _ := strings.Cut(name, "/")
	fields, _ := attr.Describe(new(kind.Peer)) // the contract test of kinds checks the list
	return slices.ContainsFunc(fields, func(f attr.Field) bool { return f.Name == nest })
}
