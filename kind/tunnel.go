package kind

import (
	"net/netip"
	"strconv"

	"github.com/iplink-go/iplink/attr"
)

// What the tunnels over IPv4 and IPv6 have in common. A change of such a
// tunnel replaces all of its data (Update: Replace): what a request leaves out
// is reset, so that a client sends the whole. Three further laws are theirs:
// the first device of a module in a namespace (gre0, tunl0, sit0, ip6tnl0, ...)
// takes the packets of no other tunnel, exists by itself and cannot be changed
// or deleted; two tunnels of a kind cannot have the same ends and keys; and
// nobody but who may configure the namespace a tunnel was made in can change it.

// anyAddr is the word for an address that is not set.
const anyAddr = "any"

// A TunnelKey tells apart tunnels with the same ends. It is written as a
// number or, as iproute2 does, like an IPv4 address.
type TunnelKey uint32

// String returns the key like an IPv4 address: "0.0.48.57" for 12345.
func (k TunnelKey) String() string {
	return netip.AddrFrom4([4]byte{byte(k >> 24), byte(k >> 16), byte(k >> 8), byte(k)}).String()
}

// MarshalText returns the form of String.
func (k TunnelKey) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads a number or the form of String.
func (k *TunnelKey) UnmarshalText(b []byte) error {
	if a, err := netip.ParseAddr(string(b)); err == nil && a.Is4() {
		v := a.As4()
		*k = TunnelKey(v[0])<<24 | TunnelKey(v[1])<<16 | TunnelKey(v[2])<<8 | TunnelKey(v[3])
		return nil
	}
	n, err := strconv.ParseUint(string(b), 0, 32)
	if err != nil {
		return err
	}
	*k = TunnelKey(n)
	return nil
}

// Encap is the UDP encapsulation of a tunnel (IFLA_*_ENCAP_*): its packets are
// sent with a UDP header in front. What is left out is reset when any of it is
// sent, and stays as it is when none is.
type Encap struct {
	// Type is the form of the encapsulation, none by default. It needs the
	// kernel module fou or fou6.
	Type attr.Opt[EncapType]
	// SourcePort is the UDP source port, 0 (the default) for one that
	// depends on the flow. DestinationPort is the UDP destination port.
	SourcePort, DestinationPort attr.Opt[uint16]
	// Checksum and Checksum6 compute the UDP checksum over IPv4 and over
	// IPv6; off by default.
	Checksum, Checksum6 attr.Opt[bool]
	// RemoteChecksum offloads the inner checksum to the receiver.
	RemoteChecksum attr.Opt[bool]
	// OtherFlags are bits of the flags without a field.
	OtherFlags uint16
}

// fields lists the four attributes, which are the same in several sets but for
// the number of the first.
func (e *Encap) fields(c *attr.Codec, first attr.Type) {
	group := attr.Changes(attr.ReplacedGroup)
	attr.Uint16(c, first, "encap", &e.Type, group, attr.OmitZero, attr.JSON("encap/type"))
	attr.Parts16(c, first+1, "encap-flags", &e.OtherFlags, []attr.Part{
		attr.FlagPart("encap-csum", 1, &e.Checksum, attr.OmitZero, attr.JSON("encap/csum")),
		attr.FlagPart("encap-udp6-csum", 2, &e.Checksum6, attr.OmitZero, attr.JSON("encap/csum6")),
		attr.FlagPart("encap-remcsum", 4, &e.RemoteChecksum, attr.OmitZero, attr.JSON("encap/remcsum")),
	}, group)
	attr.Uint16BE(c, first+2, "encap-sport", &e.SourcePort, group, attr.OmitZero, attr.JSON("encap/sport"))
	attr.Uint16BE(c, first+3, "encap-dport", &e.DestinationPort, group, attr.OmitZero, attr.JSON("encap/dport"))
}

// tidy leaves the whole group out where there is no encapsulation, and says all
// of it where there is.
func (e *Encap) tidy(o *attr.Object) {
	if e.Type.Value() == EncapNone {
		o.Remove("encap")
		return
	}
	o.Set("encap/sport", e.SourcePort.Value())
	o.Set("encap/dport", e.DestinationPort.Value())
	o.Set("encap/csum", e.Checksum.Value())
	o.Set("encap/csum6", e.Checksum6.Value())
	o.Set("encap/remcsum", e.RemoteChecksum.Value())
}

// An EncapType is a form of UDP encapsulation (TUNNEL_ENCAP_*).
type EncapType uint16

// The forms of UDP encapsulation.
const (
	EncapNone EncapType = iota // none
	EncapFOU                   // the tunnel's packets right behind the UDP header
	EncapGUE                   // generic UDP encapsulation
	EncapMPLS                  // MPLS; kernels take it for mpls routes only
)

var encapTypes = attr.Words[EncapType]{
	{Value: EncapNone, Name: "none"}, {Value: EncapFOU, Name: "fou"}, {Value: EncapGUE, Name: "gue"}, {Value: EncapMPLS, Name: "mpls"},
}

// String returns iproute2's word.
func (t EncapType) String() string { return encapTypes.Text(t) }

// MarshalText returns the form of String.
func (t EncapType) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads the form of String.
func (t *EncapType) UnmarshalText(b []byte) (err error) {
	*t, err = encapTypes.Parse("encapsulation", string(b))
	return err
}

// IPv6Header is what a tunnel over IPv6 does with the outer header and with the
// packets of this machine (IFLA_*_ENCAP_LIMIT, _FLOWINFO and _FLAGS with the
// bits IP6_TNL_F_* of linux/ip6_tunnel.h).
type IPv6Header struct {
	// EncapLimit is how many more tunnels a packet may enter (RFC 2473);
	// "ip" asks for 4. NoEncapLimit sends no such limit.
	EncapLimit   attr.Opt[uint8]
	NoEncapLimit attr.Opt[bool]
	// TrafficClass is that of the outer packets; CopyTrafficClass copies the
	// inner one instead.
	TrafficClass     attr.Opt[uint8]
	CopyTrafficClass attr.Opt[bool]
	// FlowLabel is that of the outer packets, below 1<<20; CopyFlowLabel
	// copies the inner one instead.
	FlowLabel     attr.Opt[uint32]
	CopyFlowLabel attr.Opt[bool]
	// OtherFlowInfo are bits of the flow information without a field.
	OtherFlowInfo uint32
	// CopyDSCP copies the DSCP of received packets to the inner header.
	CopyDSCP attr.Opt[bool]
	// CopyMark routes outer packets by the mark of the inner ones instead of
	// the tunnel's.
	CopyMark attr.Opt[bool]
	// AllowLocalRemote lets the remote address be one of this machine.
	AllowLocalRemote attr.Opt[bool]
	// MobileIPv6 marks a device of mobile IPv6.
	MobileIPv6 attr.Opt[bool]
	// CanSend, CanReceive and PerPacket are on if the addresses allow sending,
	// receiving, or if each packet must tell. Read-only.
	CanSend, CanReceive, PerPacket attr.Opt[bool]
	// OtherFlags are bits of the flags without a field.
	OtherFlags uint32
}

// fields lists the three attributes, which are the same in several sets but
// for the number of the first.
func (h *IPv6Header) fields(c *attr.Codec, first attr.Type) {
	replaced := attr.Changes(attr.Replaced)
	attr.Uint8(c, first, "encaplimit", &h.EncapLimit, replaced, attr.JSON("encap_limit"))
	attr.Parts32BE(c, first+1, "flowinfo", &h.OtherFlowInfo, []attr.Part{
		attr.NumberPart("tclass", 0x0ff00000, &h.TrafficClass, attr.Hex),
		attr.NumberPart("flowlabel", maxFlowLabel, &h.FlowLabel, attr.Hex),
	}, replaced)
	flag := func(name string, mask uint32, p *attr.Opt[bool], key string) attr.Part {
		return attr.FlagPart(name, mask, p, attr.JSON("ip6_tnl_f_"+key), attr.OmitZero)
	}
	found := func(name string, mask uint32, p *attr.Opt[bool]) attr.Part {
		return attr.FlagPart(name, mask, p, attr.ReadOnly, attr.Hidden, attr.OmitZero)
	}
	attr.Parts32(c, first+2, "flags", &h.OtherFlags, []attr.Part{
		flag("encaplimit-none", 0x1, &h.NoEncapLimit, "ign_encap_limit"),
		flag("tclass-inherit", 0x2, &h.CopyTrafficClass, "use_orig_tclass"),
		flag("flowlabel-inherit", 0x4, &h.CopyFlowLabel, "use_orig_flowlabel"),
		flag("mip6", 0x8, &h.MobileIPv6, "mip6_dev"),
		flag("dscp-inherit", 0x10, &h.CopyDSCP, "rcv_dscp_copy"),
		flag("fwmark-inherit", 0x20, &h.CopyMark, "use_orig_fwmark"),
		flag("allow-localremote", 0x40, &h.AllowLocalRemote, "allow_local_remote"),
		found("can-send", 0x10000, &h.CanSend),
		found("can-receive", 0x20000, &h.CanReceive),
		found("per-packet", 0x40000, &h.PerPacket),
	}, replaced)
}

// tidy writes two numbers with all their digits, and leaves out what is copied.
func (h *IPv6Header) tidy(o *attr.Object) {
	if v, ok := h.TrafficClass.Get(); ok {
		o.Set("tclass", hexDigits(uint32(v), 2))
	}
	if v, ok := h.FlowLabel.Get(); ok {
		o.Set("flowlabel", hexDigits(v, 5))
	}
	for key, copied := range map[string]attr.Opt[bool]{
		"encap_limit": h.NoEncapLimit, "tclass": h.CopyTrafficClass, "flowlabel": h.CopyFlowLabel, "fwmark": h.CopyMark,
	} {
		if copied.Value() {
			o.Remove(key)
		}
	}
}

func hexDigits(v uint32, n int) string {
	s := strconv.FormatUint(uint64(v), 16)
	for len(s) < n {
		s = "0" + s
	}
	return "0x" + s
}
