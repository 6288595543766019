package link

import "github.com/iplink-go/iplink/attr"

// The smaller nests and structs of a link message.

// A Map is the hardware resources of an old device (struct rtnl_link_ifmap).
// Only such devices let BaseAddr, IRQ, DMA and Port be set.
type Map struct {
	// MemStart and MemEnd are its shared memory, BaseAddr its I/O address.
	MemStart, MemEnd, BaseAddr uint64
	// IRQ is its interrupt, DMA its channel, Port its media port.
	IRQ       uint16
	DMA, Port uint8
}

// Fields lists the members. The struct ends in four bytes of padding, which
// 32-bit kernels leave out and 64-bit kernels want.
func (m *Map) Fields(c *attr.Codec) {
	attr.Header(c, 32, 28)
	attr.HeadUint64(c, 0, "mem_start", &m.MemStart)
	attr.HeadUint64(c, 8, "mem_end", &m.MemEnd)
	attr.HeadUint64(c, 16, "base_addr", &m.BaseAddr)
	attr.HeadUint16(c, 24, "irq", &m.IRQ)
	attr.HeadUint8(c, 26, "dma", &m.DMA)
	attr.HeadUint8(c, 27, "port", &m.Port)
}

// XDP is the BPF programs that see a link's packets first (IFLA_XDP_*).
// FD, Flags and ExpectedFD are for requests, the rest is reported.
type XDP struct {
	// FD is a file descriptor of the program to attach, -1 to detach. Without
	// it a request does nothing.
	FD attr.Opt[int32]
	// Attached says where a program runs.
	Attached attr.Opt[XDPMode]
	// Flags say how to attach.
	Flags attr.Opt[XDPFlags]
	// ProgID is the id of the one attached program; DrvProgID, SKBProgID
	// and HWProgID are those of each place.
	ProgID, DrvProgID, SKBProgID, HWProgID attr.Opt[uint32]
	// ExpectedFD is the program that must be attached now; it goes with
	// [XDPReplace].
	ExpectedFD attr.Opt[int32]
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// Fields lists IFLA_XDP_*.
func (x *XDP) Fields(c *attr.Codec) {
	attr.Int32(c, 1, "fd", &x.FD, attr.Access(attr.Set), attr.Descriptor)
	attr.Uint8(c, 2, "mode", &x.Attached, attr.ReadOnly, attr.RequestJSON("attached"))
	attr.Uint32(c, 3, "flags", &x.Flags, attr.Access(attr.Set))
	attr.Uint32(c, 4, "prog", &x.ProgID, attr.ReadOnly)
	attr.Uint32(c, 5, "drv_prog", &x.DrvProgID, attr.ReadOnly)
	attr.Uint32(c, 6, "skb_prog", &x.SKBProgID, attr.ReadOnly)
	attr.Uint32(c, 7, "hw_prog", &x.HWProgID, attr.ReadOnly)
	attr.Int32(c, 8, "expected_fd", &x.ExpectedFD, attr.Access(attr.Set), attr.Descriptor)
	attr.Rest(c, &x.Unknown)
}

// An XDPMode says where an XDP program runs (XDP_ATTACHED_*).
type XDPMode uint8

// The places of an XDP program.
const (
	XDPNone     XDPMode = iota // nowhere
	XDPDriver                  // in the driver
	XDPGeneric                 // in the network stack
	XDPHardware                // on the device
	XDPMulti                   // in more than one of them
)

var xdpModes = attr.Words[XDPMode]{
	{Value: XDPNone, Name: "none"}, {Value: XDPDriver, Name: "xdp"}, {Value: XDPGeneric, Name: "xdpgeneric"},
	{Value: XDPHardware, Name: "xdpoffload"}, {Value: XDPMulti, Name: "xdpmulti"},
}

// String returns iproute2's word.
func (m XDPMode) String() string { return xdpModes.Text(m) }

// MarshalText returns the form of String.
func (m XDPMode) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads the form of String.
func (m *XDPMode) UnmarshalText(b []byte) (err error) {
	*m, err = xdpModes.Parse("xdp mode", string(b))
	return err
}

// XDPFlags say how an XDP program is attached (XDP_FLAGS_*).
type XDPFlags uint32

// The flags of attaching an XDP program.
const (
	XDPIfNoneExists XDPFlags = 1 << iota // fail if there is a program
	XDPInSKB                             // in the network stack
	XDPInDriver                          // in the driver
	XDPInHardware                        // on the device
	XDPReplace                           // replace ExpectedFD; Linux 5.7
)

var xdpFlags = attr.Words[XDPFlags]{
	{Value: XDPIfNoneExists, Name: "noexist"}, {Value: XDPInSKB, Name: "xdpgeneric"}, {Value: XDPInDriver, Name: "xdpdrv"},
	{Value: XDPInHardware, Name: "xdpoffload"}, {Value: XDPReplace, Name: "replace"},
}

// String returns the words of "ip link", and "noexist" and "replace", with commas between them.
func (f XDPFlags) String() string { return xdpFlags.Flags(f) }

// MarshalText returns the form of String.
func (f XDPFlags) MarshalText() ([]byte, error) { return []byte(f.String()), nil }

// UnmarshalText reads the form of String.
func (f *XDPFlags) UnmarshalText(b []byte) (err error) {
	*f, err = xdpFlags.ParseFlags("xdp flag", string(b))
	return err
}

// A DevlinkPort is the devlink port of a device (DEVLINK_ATTR_*); Linux 6.2.
// The zero DevlinkPort is none.
type DevlinkPort struct {
	// Bus and Device name the device, such as "pci" and "0000:01:00.0".
	Bus, Device string
	// Index is the port's number on it.
	Index attr.Opt[uint32]
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// Fields lists the attributes.
func (p *DevlinkPort) Fields(c *attr.Codec) {
	attr.String(c, 1, "bus", &p.Bus, attr.ReadOnly)
	attr.String(c, 2, "dev", &p.Device, attr.ReadOnly)
	attr.Uint32(c, 3, "index", &p.Index, attr.ReadOnly)
	attr.Rest(c, &p.Unknown)
}

// An Event is why the kernel announced a link (IFLA_EVENT_*).
type Event uint32

// The events.
const (
	EventNone           Event = iota
	EventReboot               // internal reset
	EventFeatures             // offload features changed
	EventBondFailover         // the active port of a bond changed
	EventNotifyPeers          // announce the addresses again
	EventIGMPResend           // join multicast groups again
	EventBondingOptions       // options of a bond changed
)

var events = attr.Words[Event]{
	{Value: EventNone, Name: "none"}, {Value: EventReboot, Name: "reboot"}, {Value: EventFeatures, Name: "feature_change"},
	{Value: EventBondFailover, Name: "bonding_failover"}, {Value: EventNotifyPeers, Name: "notify_peers"},
	{Value: EventIGMPResend, Name: "resend_igmp"}, {Value: EventBondingOptions, Name: "bonding_options"},
}

// String returns iproute2's word, in lower case.
func (e Event) String() string { return events.Text(e) }

// MarshalText returns the form of String.
func (e Event) MarshalText() ([]byte, error) { return []byte(e.String()), nil }

// UnmarshalText reads the form of String.
func (e *Event) UnmarshalText(b []byte) (err error) {
	*e, err = events.Parse("event", string(b))
	return err
}
