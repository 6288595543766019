package kind

import "github.com/iplink-go/iplink/attr"

func init() { register(func() Kind { return new(Nlmon) }) }

// Nlmon is a monitor of netlink: it receives a copy of every netlink message
// of its namespace, for packet sockets to read, "ip link add type nlmon"
// (drivers/net/nlmon.c). It has no data of its own, and must be up to receive.
type Nlmon struct {
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// Kind returns "nlmon".
func (*Nlmon) Kind() string { return "nlmon" }

// Info says that an nlmon link has no data to change.
func (*Nlmon) Info() Info {
	return Info{Update: Never, Module: "nlmon"}
}

// Fields lists nothing.
func (n *Nlmon) Fields(c *attr.Codec) { attr.Rest(c, &n.Unknown) }
