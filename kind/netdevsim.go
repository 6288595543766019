package kind

import "github.com/iplink-go/iplink/attr"

func init() { register(func() Kind { return new(Netdevsim) }) }

// Netdevsim is a simulated network card, for tests of drivers' interfaces
// (drivers/net/netdevsim). Its links appear with the device that is made by
// writing "ID PORTS" to /sys/bus/netdevsim/new_device and go with it (del_device);
// they have no data of their own.
type Netdevsim struct {
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// Kind returns "netdevsim".
func (*Netdevsim) Kind() string { return "netdevsim" }

// Info says that writing to sysfs makes links of the kind.
func (*Netdevsim) Info() Info {
	return Info{
		Update: Never, Module: "netdevsim",
		MadeBy: "writing to /sys/bus/netdevsim/new_device",
	}
}

// Fields lists nothing.
func (n *Netdevsim) Fields(c *attr.Codec) { attr.Rest(c, &n.Unknown) }
