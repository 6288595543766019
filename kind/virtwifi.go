package kind

import "github.com/iplink-go/iplink/attr"

func init() { register(func() Kind { return new(VirtWiFi) }) }

// VirtWiFi is a wireless link that is simulated on the Ethernet link below, for
// tests of wireless programs: it can be scanned and connected to one network,
// "ip link add link eth0 type virt_wifi" (drivers/net/wireless/virtual). The
// link below can have one, and not be a port or carry macvlans. It has no data
// of its own; it takes the hardware address of the link below.
type VirtWiFi struct {
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// Kind returns "virt_wifi".
func (*VirtWiFi) Kind() string { return "virt_wifi" }

// Info says that a virt_wifi link sits on a lower link and, as wireless links
// do, stays in its namespace.
func (*VirtWiFi) Info() Info {
	return Info{NeedsLower: true, RxHandler: "virt_wifi", Update: Never, NetNSImmutable: true, Module: "virt_wifi"}
}

// Fields lists nothing.
func (w *VirtWiFi) Fields(c *attr.Codec) { attr.Rest(c, &w.Unknown) }
