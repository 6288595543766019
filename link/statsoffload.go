package link

import "github.com/iplink-go/iplink/attr"

// Counters of hardware and of protocols in RTM_NEWSTATS.

// OffloadStats are the counters of hardware that forwards packets by itself,
// such as a switch (IFLA_OFFLOAD_XSTATS_*).
type OffloadStats struct {
	// CPU counts the packets that the machine forwarded after all.
	CPU attr.Opt[Stats]
	// L3Info is whether the hardware counts what it routes, L3 the counters;
	// Linux 5.18.
	L3Info attr.Opt[OffloadInfo]
	L3     attr.Opt[HardwareStats]
	// Unknown holds attributes without a field, UnknownInfo those of the nest
	// of L3Info.
	Unknown, UnknownInfo attr.Raw
}

// addOffload joins what two messages say: the kernel can end one between any two
// sets of counters.
func addOffload(a, b attr.Opt[OffloadStats]) attr.Opt[OffloadStats] {
	if !a.IsSet() || !b.IsSet() {
		return firstOf(a, b)
	}
	s, more := a.Value(), b.Value()
	s.CPU = firstOf(s.CPU, more.CPU)
	s.L3Info = firstOf(s.L3Info, more.L3Info)
	s.L3 = firstOf(s.L3, more.L3)
	s.Unknown += more.Unknown
	s.UnknownInfo += more.UnknownInfo
	return attr.Some(s)
}

// Fields lists IFLA_OFFLOAD_XSTATS_*. The nest of what is counted has each
// set of counters under its own number.
func (s *OffloadStats) Fields(c *attr.Codec) {
	attr.CStruct(c, 1, "cpu_hit", &s.CPU, attr.ReadOnly)
	attr.Inline(c, 2, "hw_stats_info", func(c *attr.Codec) {
		attr.Nest(c, 3, "l3_stats", &s.L3Info, attr.ReadOnly)
		attr.Rest(c, &s.UnknownInfo)
	}, attr.ReadOnly)
	attr.CStruct(c, 3, "l3_stats", &s.L3, attr.ReadOnly)
	attr.Rest(c, &s.Unknown)
}

// OffloadInfo says whether a set of hardware counters is on
// (IFLA_OFFLOAD_XSTATS_HW_S_INFO_*).
type OffloadInfo struct {
	// Request is whether somebody asked for it, Used whether the hardware
	// does it; the latter only if asked.
	Request, Used attr.Opt[bool]
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// Fields lists the attributes.
func (i *OffloadInfo) Fields(c *attr.Codec) {
	attr.Bool(c, 1, "request", &i.Request, attr.ReadOnly)
	attr.Bool(c, 2, "used", &i.Used, attr.ReadOnly)
	attr.Rest(c, &i.Unknown)
}

// OffloadGroups say which counters of hardware are asked for.
type OffloadGroups uint32

// The groups, by the numbers of their attributes.
const (
	OffloadCPU    OffloadGroups = 1 << iota // OffloadStats.CPU
	OffloadL3Info                           // OffloadStats.L3Info
	OffloadL3                               // OffloadStats.L3
)

var offloadGroups = attr.Words[OffloadGroups]{
	{Value: OffloadCPU, Name: "cpu_hit"}, {Value: OffloadL3Info, Name: "hw_stats_info"}, {Value: OffloadL3, Name: "l3_stats"},
}

// String returns the words of "ip stats" with commas between them.
func (g OffloadGroups) String() string { return offloadGroups.Flags(g) }

// MarshalText returns the form of String.
func (g OffloadGroups) MarshalText() ([]byte, error) { return []byte(g.String()), nil }

// UnmarshalText reads the form of String.
func (g *OffloadGroups) UnmarshalText(b []byte) (err error) {
	*g, err = offloadGroups.ParseFlags("group of hardware statistics", string(b))
	return err
}

// HardwareStats are the counters of hardware (struct rtnl_hw_stats64).
type HardwareStats struct {
	// Packets and bytes that were received and sent.
	RxPackets, TxPackets, RxBytes, TxBytes uint64
	// Packets that were not.
	RxErrors, TxErrors, RxDropped, TxDropped uint64
	// Multicast counts multicast packets received.
	Multicast uint64
}

// Fields lists the members.
func (s *HardwareStats) Fields(c *attr.Codec) {
	attr.Header(c, 72, 72)
	head8(c, &s.RxPackets, &s.TxPackets, &s.RxBytes, &s.TxBytes, &s.RxErrors, &s.TxErrors, &s.RxDropped, &s.TxDropped)
	attr.HeadUint64(c, 64, "multicast", &s.Multicast)
}

// MPLSStats are the counters of labelled packets (struct mpls_link_stats).
type MPLSStats struct {
	// Packets and bytes that were received and sent.
	RxPackets, TxPackets, RxBytes, TxBytes uint64
	// Packets that were not.
	RxErrors, TxErrors, RxDropped, TxDropped uint64
	// RxNoRoute counts packets received with a label that has no route.
	RxNoRoute uint64
}

// Fields lists the members.
func (s *MPLSStats) Fields(c *attr.Codec) {
	attr.Header(c, 72, 72)
	head8(c, &s.RxPackets, &s.TxPackets, &s.RxBytes, &s.TxBytes, &s.RxErrors, &s.TxErrors, &s.RxDropped, &s.TxDropped)
	attr.HeadUint64(c, 64, "rx_noroute", &s.RxNoRoute)
}

// head8 lists the eight counters that the structs above begin with.
func head8(c *attr.Codec, counters ...*uint64) {
	names := [...]string{"rx_packets", "tx_packets", "rx_bytes", "tx_bytes", "rx_errors", "tx_errors", "rx_dropped", "tx_dropped"}
	for i, p := range counters {
		attr.HeadUint64(c, 8*i, names[i], p)
	}
}
