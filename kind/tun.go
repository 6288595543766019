package kind

import "github.com/iplink-go/iplink/attr"

func init() { register(func() Kind { return new(TUN) }) }

// TUN is a link whose packets a program reads and writes (drivers/net/tun.c).
// A program makes one by opening /dev/net/tun and naming it with the ioctl
// TUNSETIFF, as "ip tuntap add" does, not by a link message; it is deleted as
// other links are. All of its data is read-only.
type TUN struct {
	// Owner and Group are the user and the group, by number, that may open
	// the device; absent for whoever has CAP_NET_ADMIN.
	Owner, Group attr.Opt[uint32]
	// Type says whether packets have an Ethernet header.
	Type attr.Opt[TUNType]
	// PacketInfo puts four bytes of flags and protocol before each packet
	// that the program reads and writes (IFF_NO_PI is not set).
	PacketInfo attr.Opt[bool]
	// VNetHeader puts a struct virtio_net_hdr before each, for segmentation
	// and checksums (IFF_VNET_HDR).
	VNetHeader attr.Opt[bool]
	// Persist keeps the link when the program closes the device.
	Persist attr.Opt[bool]
	// MultiQueue lets the device be opened more than once, once for each
	// queue. NumQueues is how many are open and NumDisabledQueues how many
	// of them are switched off.
	MultiQueue                   attr.Opt[bool]
	NumQueues, NumDisabledQueues attr.Opt[uint32]
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// Kind returns "tun".
func (*TUN) Kind() string { return "tun" }

// Info says that opening a device makes links of the kind and that the carrier
// can be set.
func (*TUN) Info() Info {
	return Info{Update: Never, Carrier: true, Module: "tun", MadeBy: "opening /dev/net/tun (TUNSETIFF, ip tuntap add)"}
}

// Fields lists IFLA_TUN_*.
func (t *TUN) Fields(c *attr.Codec) {
	attr.Uint32(c, 1, "user", &t.Owner, attr.ReadOnly)
	attr.Uint32(c, 2, "group", &t.Group, attr.ReadOnly)
	attr.Uint8(c, 3, "type", &t.Type, attr.ReadOnly)
	attr.Bool(c, 4, "pi", &t.PacketInfo, attr.ReadOnly)
	attr.Bool(c, 5, "vnet_hdr", &t.VNetHeader, attr.ReadOnly)
	attr.Bool(c, 6, "persist", &t.Persist, attr.ReadOnly)
	attr.Bool(c, 7, "multi_queue", &t.MultiQueue, attr.ReadOnly)
	attr.Uint32(c, 8, "numqueues", &t.NumQueues, attr.ReadOnly)
	attr.Uint32(c, 9, "numdisabled", &t.NumDisabledQueues, attr.ReadOnly)
	attr.Rest(c, &t.Unknown)
}

// A TUNType says what the packets of a TUN link begin with (IFF_TUN, IFF_TAP).
type TUNType uint8

// The types.
const (
	TUNTypeTUN TUNType = 1 // an IP header
	TUNTypeTAP TUNType = 2 // an Ethernet header
)

var tunTypes = attr.Words[TUNType]{{Value: TUNTypeTUN, Name: "tun"}, {Value: TUNTypeTAP, Name: "tap"}}

// String returns iproute2's word.
func (t TUNType) String() string { return tunTypes.Text(t) }

// MarshalText returns the form of String.
func (t TUNType) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads the form of String.
func (t *TUNType) UnmarshalText(b []byte) (err error) {
	*t, err = tunTypes.Parse("tun type", string(b))
	return err
}
