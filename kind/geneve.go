package kind

import (
	"net/netip"

	"github.com/iplink-go/iplink/attr"
)

func init() { register(func() Kind { return new(Geneve) }) }

// Geneve is a generic network virtualization tunnel (RFC 8926), "ip link add
// type geneve" (drivers/net/geneve.c). It needs no link below. Nothing of a
// device with External on can be changed.
type Geneve struct {
	// ID is the network identifier (VNI), below 1<<24; 0 by default. Fixed at
	// creation.
	ID attr.Opt[uint32]
	// Remote is the other end, no multicast group. Later changes must keep
	// the address family (IFLA_GENEVE_REMOTE, IFLA_GENEVE_REMOTE6).
	Remote netip.Addr
	// Local is the source address, of the family of Remote; the routes decide
	// by default. Fixed at creation; Linux 7.2.
	Local netip.Addr
	// TTL is the hop limit of the outer packets; 0, the default, takes that of
	// the route. It ends TTLInherit.
	TTL attr.Opt[uint8]
	// TTLInherit copies the hop limit of the inner packet; off by default. A
	// device cannot be made with it on and a TTL.
	TTLInherit attr.Opt[bool]
	// TOS is the type of service of the outer packets; 1 copies the inner, 0
	// is the default.
	TOS attr.Opt[uint8]
	// DF says what becomes of the don't-fragment bit; DFUnset by default.
	DF attr.Opt[DF]
	// Label is the flow label of outer IPv6 packets, below 1<<20; 0 by
	// default.
	Label attr.Opt[uint32]
	// Port is the UDP destination port, 6081 by default. Fixed at creation.
	Port attr.Opt[uint16]
	// PortRange are the UDP source ports, 1 to 65535 by default. Fixed at
	// creation; Linux 6.15.
	PortRange attr.Opt[PortRange]
	// External takes the tunnel's parameters from each packet's metadata
	// (IFLA_GENEVE_COLLECT_METADATA); only ports and checksums can be said
	// with it. Fixed at creation.
	External attr.Opt[bool]
	// UDPChecksum computes the checksum of outer IPv4 packets; off by default.
	// Reported over IPv4 only. Fixed at creation.
	UDPChecksum attr.Opt[bool]
	// UDPZeroChecksum6Tx and UDPZeroChecksum6Rx send and accept outer IPv6
	// packets without a checksum; off by default over IPv6. The first is
	// reported over IPv6 only, the second is on over IPv4 whatever is said.
	// Fixed at creation.
	UDPZeroChecksum6Tx, UDPZeroChecksum6Rx attr.Opt[bool]
	// InnerProtocolInherit makes a device for IP packets instead of Ethernet
	// frames; off by default. Fixed at creation; Linux 5.18.
	InnerProtocolInherit attr.Opt[bool]
	// GROHint sends and heeds an option that helps receivers put packets
	// together; off by default. Fixed at creation; Linux 7.0.
	GROHint attr.Opt[bool]
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// Kind returns "geneve".
func (*Geneve) Kind() string { return "geneve" }

// Info says that changes are merged and that every message which names the
// kind needs data.
func (*Geneve) Info() Info { return Info{NeedsData: true, Module: "geneve"} }

// Complete leaves out that a hop limit is not copied where there is one: the
// kernel would not look at it.
func (g *Geneve) Complete() {
	if g.TTL.IsSet() && g.TTLInherit == attr.Off {
		g.TTLInherit.Clear()
	}
}

// Trim leaves out the hop limit that a device keeps while it copies that of the
// inner packet: the kernel would look at one of the two only.
func (g *Geneve) Trim() {
	if g.TTLInherit.Value() {
		g.TTL.Clear()
	}
}

// Revert copies the hop limit again, and brings back the one that is kept
// meanwhile: setting that turns the copying off, so that the two go together.
func (g *Geneve) Revert(now Kind) Kind {
	n, ok := now.(*Geneve)
	if !ok || !g.TTLInherit.Value() || n.TTLInherit.Value() && n.TTL == g.TTL {
		return nil
	}
	d := &Geneve{TTLInherit: attr.On}
	if n.TTL != g.TTL {
		d.TTL = g.TTL
	}
	return d
}

// Prepare sets a hop limit before it is said to be copied: the kernel would look
// at one of the two only.
func (g *Geneve) Prepare(now Kind) Kind {
	n, ok := now.(*Geneve)
	if !ok || !g.TTLInherit.Value() || !g.TTL.IsSet() || g.TTL == n.TTL {
		return nil
	}
	return &Geneve{TTL: g.TTL}
}

// Numbers of IFLA_GENEVE_* in linux/if_link.h.
const (
	geneveID = iota + 1
	geneveRemote
	geneveTTL
	geneveTOS
	genevePort
	geneveCollectMetadata
	geneveRemote6
	geneveUDPCsum
	geneveUDPZeroCsum6Tx
	geneveUDPZeroCsum6Rx
	geneveLabel
	geneveTTLInherit
	geneveDF
	geneveInnerProtoInherit
	genevePortRange
	geneveGROHint
	geneveLocal
	geneveLocal6
)

// Fields lists IFLA_GENEVE_*.
func (g *Geneve) Fields(c *attr.Codec) {
	notExternal := attr.Changes(attr.Conditional)
	attr.Uint32(c, geneveID, "id", &g.ID, attr.CreateOnlyEqual, attr.Range(0, maxVNI))
	attr.Addr(c, geneveRemote, geneveRemote6, "remote", &g.Remote, attr.Changes(attr.SameFamily), attr.OmitZero, attr.JSONBy(remoteKey, remoteKeys...))
	attr.Uint8(c, geneveTTL, "ttl", &g.TTL, notExternal)
	attr.Uint8(c, geneveTOS, "tos", &g.TOS, notExternal, attr.Hex, attr.OmitZero)
	attr.Uint16BE(c, genevePort, "dstport", &g.Port, attr.CreateOnly, attr.JSON("port"))
	attr.Flag(c, geneveCollectMetadata, "external", &g.External, attr.CreateOnly, attr.OmitZero)
	attr.Bool(c, geneveUDPCsum, "udpcsum", &g.UDPChecksum, attr.CreateOnly, attr.JSON("udp_csum"))
	attr.Bool(c, geneveUDPZeroCsum6Tx, "udp6zerocsumtx", &g.UDPZeroChecksum6Tx, attr.CreateOnly, attr.JSON("udp_zero_csum6_tx"))
	attr.Bool(c, geneveUDPZeroCsum6Rx, "udp6zerocsumrx", &g.UDPZeroChecksum6Rx, attr.CreateOnly, attr.JSON("udp_zero_csum6_rx"))
	attr.Uint32BE(c, geneveLabel, "flowlabel", &g.Label, notExternal, attr.Hex, attr.Range(0, maxFlowLabel), attr.JSON("label"), attr.OmitZero)
	attr.Bool(c, geneveTTLInherit, "ttl-inherit", &g.TTLInherit, notExternal, attr.Hidden)
	attr.Uint8(c, geneveDF, "df", &g.DF, notExternal, attr.Range(0, int64(DFInherit)))
	attr.Flag(c, geneveInnerProtoInherit, "innerprotoinherit", &g.InnerProtocolInherit, attr.CreateOnly, attr.JSON("inner_proto_inherit"), attr.OmitZero)
	attr.CStruct(c, genevePortRange, "srcport", &g.PortRange, attr.CreateOnly, attr.Hidden)
	attr.Flag(c, geneveGROHint, "gro-hint", &g.GROHint, attr.CreateOnly, attr.Hidden)
	attr.Addr(c, geneveLocal, geneveLocal6, "local", &g.Local, attr.CreateOnlyEqual, attr.ZeroUnsaid, attr.OmitZero, attr.JSONBy(localKey, localKeys...))
	attr.Rest(c, &g.Unknown)
}

// Tidy leaves out a hop limit that is copied, as iproute2 does.
func (g *Geneve) Tidy(o *attr.Object) {
	if g.TTLInherit.Value() {
		o.Remove("ttl")
	}
}
