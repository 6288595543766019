package kind

import "github.com/iplink-go/iplink/attr"

func init() { register(func() Kind { return new(Vsockmon) }) }

// Vsockmon is a monitor of AF_VSOCK: it receives a copy of what virtual
// machines and their host exchange over such sockets, "ip link add type
// vsockmon" (drivers/net/vsockmon.c). It has no data of its own.
type Vsockmon struct {
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// Kind returns "vsockmon".
func (*Vsockmon) Kind() string { return "vsockmon" }

// Info says that a vsockmon link has no data to change.
func (*Vsockmon) Info() Info {
	return Info{Update: Never, Module: "vsockmon"}
}

// Fields lists nothing.
func (v *Vsockmon) Fields(c *attr.Codec) { attr.Rest(c, &v.Unknown) }
