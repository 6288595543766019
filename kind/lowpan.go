package kind

import "github.com/iplink-go/iplink/attr"

func init() { register(func() Kind { return new(LoWPAN) }) }

// LoWPAN is an IPv6 link over an IEEE 802.15.4 radio (6LoWPAN, RFC 6282), "ip
// link add link wpan0 type lowpan" (net/ieee802154/6lowpan). The link below
// must be such a radio, and can have one lowpan link. It has no data of its
// own; its hardware address is that of the radio.
type LoWPAN struct {
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// Kind returns "lowpan".
func (*LoWPAN) Kind() string { return "lowpan" }

// Info says that a lowpan link sits on a lower link and stays in its namespace.
func (*LoWPAN) Info() Info {
	return Info{NeedsLower: true, Update: Never, NetNSImmutable: true, Module: "ieee802154_6lowpan"}
}

// Fields lists nothing.
func (l *LoWPAN) Fields(c *attr.Codec) { attr.Rest(c, &l.Unknown) }
