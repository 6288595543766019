package kind

import "github.com/iplink-go/iplink/attr"

func init() { register(func() Kind { return new(PFCP) }) }

// PFCP receives packets of the packet forwarding control protocol of mobile
// networks (3GPP TS 29.244) for traffic control to look into, "ip link add type
// pfcp" (drivers/net/pfcp.c); Linux 6.10. It needs no link below and has no data
// of its own.
type PFCP struct {
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// Kind returns "pfcp".
func (*PFCP) Kind() string { return "pfcp" }

// Info says that there is nothing to change.
func (*PFCP) Info() Info { return Info{Update: Never, Module: "pfcp", Since: "6.10"} }

// Fields lists nothing.
func (p *PFCP) Fields(c *attr.Codec) { attr.Rest(c, &p.Unknown) }
