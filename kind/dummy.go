package kind

import "github.com/iplink-go/iplink/attr"

func init() { register(func() Kind { return new(Dummy) }) }

// Dummy is a link that drops what it is sent, "ip link add type dummy"
// (drivers/net/dummy.c). It has no data of its own.
type Dummy struct {
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// Kind returns "dummy".
func (*Dummy) Kind() string { return "dummy" }

// Info says that the carrier of a dummy can be set.
func (*Dummy) Info() Info {
	return Info{Update: Never, Carrier: true, AddrLen: etherAddrLen, Module: "dummy"}
}

// Fields lists nothing.
func (d *Dummy) Fields(c *attr.Codec) { attr.Rest(c, &d.Unknown) }
