package link

import "github.com/iplink-go/iplink/attr"

// Stats are a link's counters (struct rtnl_link_stats64). Kernels have added
// counters at the end over time; those an older one lacks are zero.
type Stats struct {
	// Packets and bytes that were received and sent without error.
	RxPackets, TxPackets, RxBytes, TxBytes uint64
	// Packets that were not, and those for which there was no room or that
	// nobody wanted.
	RxErrors, TxErrors, RxDropped, TxDropped uint64
	// Multicast counts multicast packets received, Collisions those of the
	// wire.
	Multicast, Collisions uint64

	// Details of RxErrors.
	RxLengthErrors, RxOverErrors, RxCRCErrors, RxFrameErrors, RxFIFOErrors, RxMissedErrors uint64
	// Details of TxErrors.
	TxAbortedErrors, TxCarrierErrors, TxFIFOErrors, TxHeartbeatErrors, TxWindowErrors uint64

	// Packets that were compressed, as on PPP links.
	RxCompressed, TxCompressed uint64
	// RxNoHandler counts packets without a protocol for them,
	// RxOtherHostDropped those for another host's address (Linux 5.19).
	RxNoHandler, RxOtherHostDropped uint64
}

// counters lists the members in their order: index i is at i times the width.
func (s *Stats) counters() [25]struct {
	name string
	p    *uint64
} {
	return [25]struct {
		name string
		p    *uint64
	}{
		{"rx_packets", &s.RxPackets}, {"tx_packets", &s.TxPackets}, {"rx_bytes", &s.RxBytes}, {"tx_bytes", &s.TxBytes},
		{"rx_errors", &s.RxErrors}, {"tx_errors", &s.TxErrors}, {"rx_dropped", &s.RxDropped}, {"tx_dropped", &s.TxDropped},
		{"multicast", &s.Multicast}, {"collisions", &s.Collisions},
		{"rx_length_errors", &s.RxLengthErrors}, {"rx_over_errors", &s.RxOverErrors}, {"rx_crc_errors", &s.RxCRCErrors},
		{"rx_frame_errors", &s.RxFrameErrors}, {"rx_fifo_errors", &s.RxFIFOErrors}, {"rx_missed_errors", &s.RxMissedErrors},
		{"tx_aborted_errors", &s.TxAbortedErrors}, {"tx_carrier_errors", &s.TxCarrierErrors}, {"tx_fifo_errors", &s.TxFIFOErrors},
		{"tx_heartbeat_errors", &s.TxHeartbeatErrors}, {"tx_window_errors", &s.TxWindowErrors},
		{"rx_compressed", &s.RxCompressed}, {"tx_compressed", &s.TxCompressed},
		{"rx_nohandler", &s.RxNoHandler}, {"rx_otherhost_dropped", &s.RxOtherHostDropped},
	}
}

// Sizes that kernels sent: 23 counters at first, 24 from 4.6, 25 from 5.19;
// the 32-bit form stayed at 24.
const (
	minCounters = 23
	counters32  = 24
	counters64  = 25
)

// Fields lists the members, as u64.
func (s *Stats) Fields(c *attr.Codec) {
	attr.Header(c, 8*counters64, 8*minCounters)
	for i, x := range s.counters() {
		attr.HeadUint64(c, 8*i, x.name, x.p)
	}
}

// Stats32 are the same counters in 32 bits, which wrap around (struct
// rtnl_link_stats). Kernels report both; [Stats] is the one to read.
type Stats32 struct{ Stats }

// Fields lists the members, as u32.
func (s *Stats32) Fields(c *attr.Codec) {
	attr.Header(c, 4*counters32, 4*minCounters)
	for i, x := range s.counters() {
		if i < counters32 {
			attr.HeadCounter(c, 4*i, x.name, x.p)
		}
	}
}
