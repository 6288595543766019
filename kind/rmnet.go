package kind

import "github.com/iplink-go/iplink/attr"

func init() { register(func() Kind { return new(RMNet) }) }

// RMNet is one data channel of a Qualcomm modem, whose frames the link below
// carries in the modem's multiplexing format (MAP), "ip link add link
// wwan0 type rmnet" (drivers/net/ethernet/qualcomm/rmnet).
//
// The switches belong to the link below: all channels on it share them, and
// saying one for a new channel changes it for the others. Before Linux 5.13 a
// message that says any switch turns off those it does not say.
type RMNet struct {
	// MuxID is the number of the channel, 1 to 254; 0 is accepted as well.
	// Needed, and unique on the link below.
	MuxID attr.Opt[uint16]
	// Deaggregation takes received frames apart that hold several packets; on
	// by default.
	Deaggregation attr.Opt[bool]
	// Commands obeys the modem's commands to stop and go on sending.
	Commands attr.Opt[bool]
	// RxChecksumV4 and TxChecksumV4 leave checksums to the modem, in the
	// trailers and headers of MAP version 4; RxChecksumV5 and TxChecksumV5
	// in those of version 5, which excludes 4; Linux 5.14.
	RxChecksumV4, TxChecksumV4, RxChecksumV5, TxChecksumV5 attr.Opt[bool]
	// OtherFlags are bits of IFLA_RMNET_FLAGS without a field that are on.
	OtherFlags uint32
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// Kind returns "rmnet".
func (*RMNet) Kind() string { return "rmnet" }

// Info says that a channel sits on a lower link, and that changes say all:
// the kernel refuses one without the channel's number.
func (*RMNet) Info() Info {
	return Info{NeedsLower: true, RxHandler: "rmnet", NeedsData: true, Update: Replace, Module: "rmnet"}
}

const maxMuxID = 254 // RMNET_MAX_LOGICAL_EP less one

// Fields lists IFLA_RMNET_*.
func (r *RMNet) Fields(c *attr.Codec) {
	attr.Uint16(c, 1, "mux_id", &r.MuxID, attr.Range(0, maxMuxID))
	attr.Bits(c, 2, "flags", attr.ValueMask, &r.OtherFlags, []attr.Bit{
		{Name: "ingress-deaggregation", Key: "INGRESS_DEAGGREGATION", Mask: 1 << 0, On: &r.Deaggregation},
		{Name: "ingress-commands", Key: "INGRESS_MAP_COMMANDS", Mask: 1 << 1, On: &r.Commands},
		{Name: "ingress-mapv4-checksum", Key: "INGRESS_MAP_CKSUMV4", Mask: 1 << 2, On: &r.RxChecksumV4},
		{Name: "egress-mapv4-checksum", Key: "EGRESS_MAP_CKSUMV4", Mask: 1 << 3, On: &r.TxChecksumV4},
		{Name: "ingress-mapv5-checksum", Key: "INGRESS_MAP_CKSUMV5", Mask: 1 << 4, On: &r.RxChecksumV5},
		{Name: "egress-mapv5-checksum", Key: "EGRESS_MAP_CKSUMV5", Mask: 1 << 5, On: &r.TxChecksumV5},
	}, attr.JSONList("flags"))
	attr.Rest(c, &r.Unknown)
}
