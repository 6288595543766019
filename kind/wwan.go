package kind

import "github.com/iplink-go/iplink/attr"

func init() { register(func() Kind { return new(WWAN) }) }

// WWAN is one data session of a modem for mobile networks, "ip link add
// wwan0-1 parentdev wwan0 type wwan linkid 1" (drivers/net/wwan); Linux 5.14.
// The link's ParentDev names the modem.
type WWAN struct {
	// LinkID is the number of the session on the modem. Needed, and fixed at
	// creation.
	LinkID attr.Opt[uint32]
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// Kind returns "wwan".
func (*WWAN) Kind() string { return "wwan" }

// Info says that a session belongs to a parent device and that every message
// which names the kind needs data.
func (*WWAN) Info() Info {
	return Info{NeedsParent: true, NeedsData: true, Update: Never, Module: "wwan", Since: "5.14"}
}

// Fields lists IFLA_WWAN_*.
func (w *WWAN) Fields(c *attr.Codec) {
	attr.Uint32(c, 1, "linkid", &w.LinkID, attr.CreateOnly)
	attr.Rest(c, &w.Unknown)
}
