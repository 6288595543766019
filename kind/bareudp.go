package kind

import "github.com/iplink-go/iplink/attr"

func init() { register(func() Kind { return new(BareUDP) }) }

// BareUDP puts packets of one protocol right behind a UDP header, for instance
// MPLS (RFC 7510), "ip link add type bareudp" (drivers/net/bareudp.c). The ends
// of the tunnel come from each packet's metadata, so that it needs no link
// below. Nothing of it can be changed.
type BareUDP struct {
	// Port is the UDP destination port. Needed.
	Port attr.Opt[uint16]
	// EtherType is the protocol of the packets. Needed.
	EtherType attr.Opt[EtherType]
	// SourcePortMin is the lowest UDP source port; 0, the default, for all.
	SourcePortMin attr.Opt[uint16]
	// MultiProtocol takes IPv6 packets too if EtherType is IPv4, and multicast
	// MPLS if it is unicast MPLS; off by default. The kernel refuses it with
	// others.
	MultiProtocol attr.Opt[bool]
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// Kind returns "bareudp".
func (*BareUDP) Kind() string { return "bareudp" }

// Info says that the data is for creation only and always needed. A link listens on the port, so another program that has it keeps it down.
func (*BareUDP) Info() Info {
	return Info{Update: Never, NeedsData: true, UDP: true, MinMTU: minEtherMTU, MaxMTU: 65535 - 8, Module: "bareudp"}
}

// Fields lists IFLA_BAREUDP_*.
func (b *BareUDP) Fields(c *attr.Codec) {
	attr.Uint16BE(c, 1, "dstport", &b.Port, attr.CreateOnly)
	attr.Uint16BE(c, 2, "ethertype", &b.EtherType, attr.CreateOnly)
	attr.Uint16(c, 3, "srcportmin", &b.SourcePortMin, attr.CreateOnly)
	attr.Flag(c, 4, "multiproto", &b.MultiProtocol, attr.CreateOnly)
	attr.Rest(c, &b.Unknown)
}

// Tidy says that a flag is off which is not there, as iproute2 does.
func (b *BareUDP) Tidy(o *attr.Object) { o.Set("multiproto", b.MultiProtocol.Value()) }

// An EtherType is the number of a protocol in an Ethernet frame (linux/if_ether.h
// ETH_P_*).
type EtherType uint16

// Some protocols.
const (
	EtherTypeIPv4          EtherType = 0x0800 // IPv4
	EtherTypeIPv6          EtherType = 0x86dd // IPv6
	EtherTypeMPLSUnicast   EtherType = 0x8847 // MPLS
	EtherTypeMPLSMulticast EtherType = 0x8848 // MPLS to several receivers
)

var etherTypes = attr.Words[EtherType]{
	{Value: EtherTypeIPv4, Name: "ip"}, {Value: EtherTypeIPv6, Name: "ipv6"}, {Value: EtherTypeMPLSUnicast, Name: "mpls_uc"},
	{Value: EtherTypeMPLSMulticast, Name: "mpls_mc"}, {Value: EtherTypeIPv4, Name: "ipv4"},
}

// String returns iproute2's word.
func (t EtherType) String() string { return etherTypes.Text(t) }

// MarshalText returns the form of String.
func (t EtherType) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads the form of String.
func (t *EtherType) UnmarshalText(b []byte) (err error) {
	*t, err = etherTypes.Parse("protocol", string(b))
	return err
}
