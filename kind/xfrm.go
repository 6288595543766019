package kind

import "github.com/iplink-go/iplink/attr"

func init() { register(func() Kind { return new(XFRM) }) }

// XFRM is an interface of IPsec, "ip link add type xfrm" (net/xfrm,
// Documentation/networking/xfrm): IPsec policies and states with its ID apply
// to the packets that are routed to it. It may name a link below in its data.
type XFRM struct {
	// Link is the link below, whose type of hardware counts; none by default.
	// Fixed at creation.
	Link attr.Ref
	// ID is what policies and states are told (if_id). Needed, and not 0,
	// unless External is on.
	ID attr.Opt[uint32]
	// External takes ID and Link from each packet's metadata
	// (IFLA_XFRM_COLLECT_METADATA), so that neither can be said. Fixed at
	// creation; a namespace can have one such device; Linux 6.1.
	External attr.Opt[bool]
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// Kind returns "xfrm".
func (*XFRM) Kind() string { return "xfrm" }

// Info says that a change replaces the data.
func (*XFRM) Info() Info { return Info{Update: Replace, Module: "xfrm_interface"} }

// Fields lists IFLA_XFRM_*. The link cannot change and must be said with every
// change.
func (x *XFRM) Fields(c *attr.Codec) {
	attr.Link(c, 1, "dev", &x.Link, attr.Changes(attr.FixedEqual), attr.Hidden)
	attr.Uint32(c, 2, "if_id", &x.ID, attr.Changes(attr.Replaced), attr.Hex, attr.OmitZero)
	attr.Flag(c, 3, "external", &x.External, attr.CreateOnly, attr.OmitZero)
	attr.Rest(c, &x.Unknown)
}
