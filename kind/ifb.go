package kind

import "github.com/iplink-go/iplink/attr"

func init() { register(func() Kind { return new(IFB) }) }

// IFB is an intermediate functional block, to which traffic is redirected to
// be queued, "ip link add type ifb" (drivers/net/ifb.c). It has no data of
// its own, and its hardware address cannot be changed.
type IFB struct {
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// Kind returns "ifb".
func (*IFB) Kind() string { return "ifb" }

// Info says that an ifb has no data to change.
func (*IFB) Info() Info { return Info{Update: Never, AddrLen: etherAddrLen, Module: "ifb"} }

// Fields lists nothing.
func (i *IFB) Fields(c *attr.Codec) { attr.Rest(c, &i.Unknown) }
