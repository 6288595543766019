package kind

import "github.com/iplink-go/iplink/attr"

func init() {
	register(func() Kind { return new(HSR) })
	registerPort(func() Port { return new(HSRPort) })
}

// HSR sends every frame over two links, so that the failure of one loses
// nothing: high-availability seamless redundancy, or the parallel redundancy
// protocol with Protocol (IEC 62439-3), "ip link add type hsr" (net/hsr). The
// links become its ports at creation. All is fixed then.
type HSR struct {
	// Port1 and Port2 are the two links (IFLA_HSR_SLAVE1, IFLA_HSR_SLAVE2).
	// Needed. The kernel takes Ethernet links that carry no VLAN and are in
	// no other HSR.
	Port1, Port2 attr.Ref
	// MulticastSpec is the last byte of SupervisionAddress, 0 by default.
	// The kernel does not report it by itself.
	MulticastSpec attr.Opt[uint8]
	// SupervisionAddress is where supervision frames go,
	// 01:15:4e:00:01:XX; read-only.
	SupervisionAddress attr.HWAddr
	// SequenceNumber is that of the last frame; read-only.
	SequenceNumber attr.Opt[uint16]
	// Version is the version of HSR, 0 (2010) by default or 1 (2012). Kernels
	// up to 6.12 at least do not report it.
	Version attr.Opt[uint8]
	// Protocol is HSR by default, or PRP.
	Protocol attr.Opt[HSRProtocol]
	// Interlink is a third link, behind which are nodes that know nothing of
	// HSR; Linux 6.10. Kernels up to 6.12 at least do not report it.
	Interlink attr.Ref
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// Kind returns "hsr".
func (*HSR) Kind() string { return "hsr" }

// Info says that the data is for creation only and that an HSR stays in its
// namespace.
func (*HSR) Info() Info {
	return Info{GoesWithLink: true, Update: Never, RxHandler: "hsr", NetNSImmutable: true, Module: "hsr"}
}

// Fields lists IFLA_HSR_*.
func (h *HSR) Fields(c *attr.Codec) {
	attr.Link(c, 1, "slave1", &h.Port1, attr.CreateOnly)
	attr.Link(c, 2, "slave2", &h.Port2, attr.CreateOnly)
	attr.Uint8(c, 3, "supervision", &h.MulticastSpec, attr.CreateOnly, attr.WriteOnly)
	attr.MAC(c, 4, "supervision-address", &h.SupervisionAddress, attr.ReadOnly, attr.JSON("supervision_addr"))
	attr.Uint16(c, 5, "sequence", &h.SequenceNumber, attr.ReadOnly, attr.JSON("seq_nr"))
	attr.Uint8(c, 6, "version", &h.Version, attr.CreateOnly, attr.Unconfirmed, attr.Range(0, 1))
	attr.Uint8(c, 7, "proto", &h.Protocol, attr.CreateOnly, attr.Range(0, int64(HSRProtocolPRP)), attr.Number)
	attr.Link(c, 8, "interlink", &h.Interlink, attr.CreateOnly, attr.Unconfirmed)
	attr.Rest(c, &h.Unknown)
}

// Tidy shows ports that are gone as null, as iproute2 does.
func (h *HSR) Tidy(o *attr.Object) {
	if !h.Port1.IsSet() {
		o.Set("slave1", nil)
	}
	if !h.Port2.IsSet() {
		o.Set("slave2", nil)
	}
}

// An HSRProtocol is the protocol of an [HSR] (HSR_PROTOCOL_*).
type HSRProtocol uint8

// The protocols.
const (
	HSRProtocolHSR HSRProtocol = iota // a ring of links
	HSRProtocolPRP                    // two networks beside each other
)

var hsrProtocols = attr.Words[HSRProtocol]{{Value: HSRProtocolHSR, Name: "hsr"}, {Value: HSRProtocolPRP, Name: "prp"}}

// String returns the name of the protocol; iproute2 shows the number.
func (p HSRProtocol) String() string { return hsrProtocols.Text(p) }

// MarshalText returns the form of String.
func (p HSRProtocol) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads the form of String.
func (p *HSRProtocol) UnmarshalText(b []byte) (err error) {
	*p, err = hsrProtocols.Parse("hsr protocol", string(b))
	return err
}

// HSRPort is a port of an [HSR]. There is nothing to say about it. Kernels up to
// 6.12 at least do not even say that a link is one.
type HSRPort struct {
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// Kind returns "hsr".
func (*HSRPort) Kind() string { return "hsr" }

// IsPort marks p as port data.
func (*HSRPort) IsPort() {}

// Fields lists nothing.
func (p *HSRPort) Fields(c *attr.Codec) { attr.Rest(c, &p.Unknown) }
