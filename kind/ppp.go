package kind

import "github.com/iplink-go/iplink/attr"

func init() { register(func() Kind { return new(PPP) }) }

// PPP is one end of a point-to-point connection (RFC 1661) that a daemon such
// as pppd keeps up, "ip link add type ppp" (drivers/net/ppp/ppp_generic.c).
// The link lasts as long as the daemon's open file does. Its unit, by which the
// daemon attaches channels, is read from that file (PPPIOCGUNIT); without a
// name the link is called "ppp" and the unit.
type PPP struct {
	// FD is a file descriptor of this program: /dev/ppp, opened and not
	// attached to anything yet. Needed, and never reported.
	FD attr.Opt[int32]
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// Kind returns "ppp".
func (*PPP) Kind() string { return "ppp" }

// Info says that data is for creation only and that every message which names
// the kind needs it.
func (*PPP) Info() Info { return Info{NeedsData: true, Update: Never, Module: "ppp_generic"} }

// Fields lists IFLA_PPP_*.
func (p *PPP) Fields(c *attr.Codec) {
	attr.Int32(c, 1, "fd", &p.FD, attr.CreateOnly, attr.WriteOnly)
	attr.Rest(c, &p.Unknown)
}
