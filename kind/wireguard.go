package kind

import "github.com/iplink-go/iplink/attr"

func init() { register(func() Kind { return new(WireGuard) }) }

// WireGuard is a WireGuard tunnel, "ip link add type wireguard"
// (drivers/net/wireguard). Its keys and peers are not kind data: they travel
// in messages of its own generic netlink family, as "wg set" sends them.
type WireGuard struct {
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// Kind returns "wireguard".
func (*WireGuard) Kind() string { return "wireguard" }

// Info says that a wireguard link has no data to change.
func (*WireGuard) Info() Info {
	return Info{Update: Never, Module: "wireguard"}
}

// Fields lists nothing.
func (w *WireGuard) Fields(c *attr.Codec) { attr.Rest(c, &w.Unknown) }
