package kind

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/iplink-go/iplink/attr"
)

func init() { register(func() Kind { return new(VXLAN) }) }

// VXLAN is a VXLAN tunnel endpoint (RFC 7348), "ip link add type vxlan"
// (drivers/net/vxlan). A request leaves every absent field to the kernel's
// default.
//
// From Linux 6.14 on, any change of a device's data resets ReservedBits to
// the kernel's default for that message alone, so that one with GBP, GPE or
// remote checksums then drops packets; make such a device anew instead.
type VXLAN struct {
	// ID is the network identifier (VNI), below 1<<24. Needed unless
	// External is on. Fixed at creation.
	ID attr.Opt[uint32]
	// Remote is the address packets without a forwarding entry go to: one
	// endpoint, or a multicast group, which needs Link. Later changes must
	// keep the address family (IFLA_VXLAN_GROUP, IFLA_VXLAN_GROUP6).
	Remote netip.Addr
	// Link is the link the tunnel runs over.
	Link attr.Ref
	// Local is the source address, of the family of Remote.
	Local netip.Addr
	// TTL is the hop limit of the outer packets, 0 for the route's default.
	TTL attr.Opt[uint8]
	// TOS is the type of service of the outer packets; 1 copies the inner.
	TOS attr.Opt[uint8]
	// Learning adds the source addresses of received frames to the
	// forwarding database; on by default.
	Learning attr.Opt[bool]
	// Ageing is how long learned addresses stay, in whole seconds; 300 by
	// default.
	Ageing attr.Opt[time.Duration]
	// Limit is the most entries of the forwarding database, 0 for no limit.
	Limit attr.Opt[uint32]
	// PortRange are the UDP source ports; the kernel's range by default.
	PortRange attr.Opt[PortRange]
	// Proxy answers ARP and neighbour requests of the inner network.
	Proxy attr.Opt[bool]
	// RSC routes packets whose destination is behind another endpoint.
	RSC attr.Opt[bool]
	// L2Miss and L3Miss send a notification where an entry is missing.
	L2Miss, L3Miss attr.Opt[bool]
	// Port is the UDP destination port. The kernel's default is 8472, not
	// the 4789 of RFC 7348; 4790 with GPE.
	Port attr.Opt[uint16]
	// UDPChecksum computes the checksum of outer IPv4 packets.
	UDPChecksum attr.Opt[bool]
	// UDPZeroChecksum6Tx and UDPZeroChecksum6Rx send and accept outer IPv6
	// packets without a checksum.
	UDPZeroChecksum6Tx, UDPZeroChecksum6Rx attr.Opt[bool]
	// RemoteChecksumTx and RemoteChecksumRx offload the inner checksum to
	// the receiver.
	RemoteChecksumTx, RemoteChecksumRx attr.Opt[bool]
	// GBP is the group policy extension.
	GBP attr.Opt[bool]
	// RemoteChecksumNoPartial forbids partial checksums with
	// RemoteChecksumRx.
	RemoteChecksumNoPartial attr.Opt[bool]
	// External takes the tunnel's parameters from each packet's metadata
	// (IFLA_VXLAN_COLLECT_METADATA).
	External attr.Opt[bool]
	// Label is the flow label of outer IPv6 packets, below 1<<20.
	Label attr.Opt[uint32]
	// GPE is the generic protocol extension; it needs External.
	GPE attr.Opt[bool]
	// TTLInherit copies the hop limit of the inner packet.
	TTLInherit attr.Opt[bool]
	// DF says what becomes of the don't-fragment bit.
	DF attr.Opt[DF]
	// VNIFilter lets one External device serve a set of VNIs; Linux 5.18.
	VNIFilter attr.Opt[bool]
	// LocalBypass delivers packets to an endpoint on this machine without
	// encapsulation; on by default; Linux 6.5.
	LocalBypass attr.Opt[bool]
	// LabelPolicy says where the flow label comes from; Linux 6.8.
	LabelPolicy attr.Opt[LabelPolicy]
	// ReservedBits are the header bits that received packets may have set,
	// the header's first byte highest; Linux 6.14.
	ReservedBits attr.Opt[uint64]
	// MCRoute sends multicast through the routing of this machine; Linux
	// 6.17. The kernel does not report it.
	MCRoute attr.Opt[bool]
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// Kind returns "vxlan".
func (*VXLAN) Kind() string { return "vxlan" }

// Info says that changes are merged and that every message which names the
// kind needs data.
func (v *VXLAN) Info() Info {
	return Info{GoesWithLink: true,
		NeedsData: true, ProtoDown: true, WrongOffsets: true, BelowLimitsMTU: true, Headers: v.headers(), UDP: true,
		MinMTU: minEtherMTU, MaxMTU: maxEtherMTU, AddrLen: etherAddrLen, Module: "vxlan",
	}
}

// Trim leaves out that remote checksums are not taken: the kernel counts the
// header bits as used wherever the attribute is, and refuses it together with
// the ReservedBits that it reports.
func (v *VXLAN) Trim() {
	if !v.RemoteChecksumRx.Value() {
		v.RemoteChecksumRx.Clear()
	}
}

// headers is the bytes before a packet: IP, UDP, VXLAN and the frame's own
// Ethernet header (VXLAN_HEADROOM and VXLAN6_HEADROOM).
func (v *VXLAN) headers() uint32 {
	if v.Remote.Is6() || v.Local.Is6() {
		return 40 + 8 + 8 + 14
	}
	return 20 + 8 + 8 + 14
}

// Omit leaves out that remote checksums are off: to say so at all makes the
// kernel take the bits of that extension for used, and refuse ReservedBits as
// it reports them (vxlan_nl2conf).
func (v *VXLAN) Omit() {
	if v.RemoteChecksumRx == attr.Off {
		v.RemoteChecksumRx.Clear()
	}
}

// defaultReservedBits are all bits but that of the VNI (vxlan_core.c).
const defaultReservedBits = 0xf7ffffff000000ff

// CheckChange refuses to change a device whose ReservedBits differ from the
// default: the kernel would reset them.
func (v *VXLAN) CheckChange() error {
	if bits, ok := v.ReservedBits.Get(); ok && bits != defaultReservedBits {
		return fmt.Errorf("reserved_bits are %#x: any change of the data would make this kernel reset them to %#x, and the device drop packets; make it anew",
			bits, uint64(defaultReservedBits))
	}
	return nil
}

// Numbers of IFLA_VXLAN_* in linux/if_link.h.
const (
	vxlanID = iota + 1
	vxlanGroup
	vxlanLink
	vxlanLocal
	vxlanTTL
	vxlanTOS
	vxlanLearning
	vxlanAgeing
	vxlanLimit
	vxlanPortRange
	vxlanProxy
	vxlanRSC
	vxlanL2Miss
	vxlanL3Miss
	vxlanPort
	vxlanGroup6
	vxlanLocal6
	vxlanUDPCsum
	vxlanUDPZeroCsum6Tx
	vxlanUDPZeroCsum6Rx
	vxlanRemCsumTx
	vxlanRemCsumRx
	vxlanGBP
	vxlanRemCsumNoPartial
	vxlanCollectMetadata
	vxlanLabel
	vxlanGPE
	vxlanTTLInherit
	vxlanDF
	vxlanVNIFilter
	vxlanLocalBypass
	vxlanLabelPolicy
	vxlanReservedBits
	vxlanMCRoute
)

const (
	maxVNI       = 1<<24 - 1
	maxFlowLabel = 1<<20 - 1
)

// Fields lists IFLA_VXLAN_*.
func (v *VXLAN) Fields(c *attr.Codec) {
	attr.Uint32(c, vxlanID, "id", &v.ID, attr.CreateOnlyEqual, attr.Range(0, maxVNI))
	attr.Addr(c, vxlanGroup, vxlanGroup6, "remote", &v.Remote, attr.Changes(attr.SameFamily), attr.ZeroUnsaid, attr.JSONBy(remoteKey, remoteKeys...))
	attr.Link(c, vxlanLink, "dev", &v.Link, attr.JSON("link"))
	attr.Addr(c, vxlanLocal, vxlanLocal6, "local", &v.Local, attr.Changes(attr.SameFamily), attr.ZeroUnsaid, attr.JSONBy(localKey, localKeys...))
	attr.Uint8(c, vxlanTTL, "ttl", &v.TTL)
	attr.Uint8(c, vxlanTOS, "tos", &v.TOS, attr.Hex, attr.OmitZero)
	attr.Bool(c, vxlanLearning, "learning", &v.Learning)
	attr.Seconds32(c, vxlanAgeing, "ageing", &v.Ageing)
	attr.Uint32(c, vxlanLimit, "maxaddress", &v.Limit, attr.CreateOnly, attr.JSON("limit"), attr.OmitZero)
	attr.CStruct(c, vxlanPortRange, "srcport", &v.PortRange, attr.CreateOnly, attr.JSON("port_range"))
	attr.Bool(c, vxlanProxy, "proxy", &v.Proxy, attr.CreateOnly)
	attr.Bool(c, vxlanRSC, "rsc", &v.RSC, attr.CreateOnly)
	attr.Bool(c, vxlanL2Miss, "l2miss", &v.L2Miss, attr.CreateOnly)
	attr.Bool(c, vxlanL3Miss, "l3miss", &v.L3Miss, attr.CreateOnly)
	attr.Uint16BE(c, vxlanPort, "dstport", &v.Port, attr.CreateOnly, attr.JSON("port"))
	attr.Bool(c, vxlanUDPCsum, "udpcsum", &v.UDPChecksum, attr.CreateOnly, attr.JSON("udp_csum"))
	attr.Bool(c, vxlanUDPZeroCsum6Tx, "udp6zerocsumtx", &v.UDPZeroChecksum6Tx, attr.CreateOnly, attr.JSON("udp_zero_csum6_tx"))
	attr.Bool(c, vxlanUDPZeroCsum6Rx, "udp6zerocsumrx", &v.UDPZeroChecksum6Rx, attr.CreateOnly, attr.JSON("udp_zero_csum6_rx"))
	attr.Bool(c, vxlanRemCsumTx, "remcsumtx", &v.RemoteChecksumTx, attr.CreateOnly, attr.JSON("remcsum_tx"))
	attr.Bool(c, vxlanRemCsumRx, "remcsumrx", &v.RemoteChecksumRx, attr.CreateOnly, attr.JSON("remcsum_rx"))
	attr.Flag(c, vxlanGBP, "gbp", &v.GBP, attr.CreateOnly, attr.Bare)
	attr.Flag(c, vxlanRemCsumNoPartial, "remcsumnopartial", &v.RemoteChecksumNoPartial, attr.CreateOnly, attr.Hidden)
	attr.Bool(c, vxlanCollectMetadata, "external", &v.External, attr.CreateOnly)
	attr.Uint32BE(c, vxlanLabel, "flowlabel", &v.Label, attr.Hex, attr.Range(0, maxFlowLabel), attr.JSON("label"), attr.OmitZero)
	attr.Flag(c, vxlanGPE, "gpe", &v.GPE, attr.CreateOnly, attr.Bare)
	attr.FlagBool(c, vxlanTTLInherit, "ttl-inherit", &v.TTLInherit, attr.CreateOnly, attr.Hidden)
	attr.Uint8(c, vxlanDF, "df", &v.DF)
	attr.Bool(c, vxlanVNIFilter, "vnifilter", &v.VNIFilter, attr.CreateOnly, attr.ZeroUnsaid)
	attr.Bool(c, vxlanLocalBypass, "localbypass", &v.LocalBypass)
	attr.Uint32(c, vxlanLabelPolicy, "label-policy", &v.LabelPolicy, attr.Hidden)
	attr.Uint64BE(c, vxlanReservedBits, "reserved_bits", &v.ReservedBits, attr.CreateOnly, attr.Hex)
	attr.Bool(c, vxlanMCRoute, "mcroute", &v.MCRoute, attr.WriteOnly)
	attr.Rest(c, &v.Unknown)
}

// Tidy leaves out a hop limit that is copied, as iproute2 does.
func (v *VXLAN) Tidy(o *attr.Object) {
	if v.TTLInherit.Value() {
		o.Remove("ttl")
	}
}

var (
	remoteKeys = []string{"remote", "remote6", "group", "group6"}
	localKeys  = []string{"local", "local6"}
)

// remoteKey and localKey are iproute2's names, which tell groups from hosts
// and IPv6 from IPv4.
func remoteKey(a netip.Addr) string {
	key := "remote"
	if a.IsMulticast() {
		key = "group"
	}
	if a.Is6() {
		key += "6"
	}
	return key
}

func localKey(a netip.Addr) string {
	if a.Is6() {
		return "local6"
	}
	return "local"
}

// A PortRange is a range of UDP ports from Low to High, both included (struct
// ifla_vxlan_port_range). Zero for both is the kernel's default range.
type PortRange struct{ Low, High uint16 }

// Fields lists the members.
func (r *PortRange) Fields(c *attr.Codec) {
	attr.Header(c, 4, 4)
	attr.HeadUint16BE(c, 0, "low", &r.Low)
	attr.HeadUint16BE(c, 2, "high", &r.High)
}

// A DF says what a tunnel does with the don't-fragment bit of outer IPv4
// packets (VXLAN_DF_*).
type DF uint8

// The treatments of the don't-fragment bit.
const (
	DFUnset   DF = iota // clear it
	DFSet               // set it
	DFInherit           // copy that of the inner packet
)

var dfs = attr.Words[DF]{{Value: DFUnset, Name: "unset"}, {Value: DFSet, Name: "set"}, {Value: DFInherit, Name: "inherit"}}

// String returns iproute2's word.
func (d DF) String() string { return dfs.Text(d) }

// MarshalText returns the form of String.
func (d DF) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads the form of String.
func (d *DF) UnmarshalText(b []byte) (err error) {
	*d, err = dfs.Parse("df", string(b))
	return err
}

// A LabelPolicy says where a tunnel takes the flow label of outer IPv6
// packets from (VXLAN_LABEL_*).
type LabelPolicy uint32

// The label policies.
const (
	LabelFixed   LabelPolicy = iota // the Label of the tunnel
	LabelInherit                    // that of the inner packet
)

var labelPolicies = attr.Words[LabelPolicy]{{Value: LabelFixed, Name: "fixed"}, {Value: LabelInherit, Name: "inherit"}}

// String returns iproute2's word.
func (p LabelPolicy) String() string { return labelPolicies.Text(p) }

// MarshalText returns the form of String.
func (p LabelPolicy) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads the form of String.
func (p *LabelPolicy) UnmarshalText(b []byte) (err error) {
	*p, err = labelPolicies.Parse("label policy", string(b))
	return err
}
