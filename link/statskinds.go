package link

import "github.com/iplink-go/iplink/attr"

// Counters of kinds in RTM_NEWSTATS.

// ExtendedStats are the counters of a link's kind, or of its being a port
// (LINK_XSTATS_TYPE_*): of one kind at a time.
type ExtendedStats struct {
	// Bridge is of a bridge, or of a port of one.
	Bridge attr.Opt[BridgeStats]
	// Bond is of a bond with LACP, or of a port of one.
	Bond attr.Opt[BondStats]
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// Fields lists LINK_XSTATS_TYPE_*.
func (s *ExtendedStats) Fields(c *attr.Codec) {
	attr.Nest(c, 1, "bridge", &s.Bridge, attr.ReadOnly)
	attr.Nest(c, 2, "bond", &s.Bond, attr.ReadOnly)
	attr.Rest(c, &s.Unknown)
}

// addExtended joins what two messages say: of a bridge the VLANs that had no
// room in the first.
func addExtended(a, b attr.Opt[ExtendedStats]) attr.Opt[ExtendedStats] {
	to, ok := a.Get()
	from, more := b.Get()
	if !ok || !more {
		return firstOf(a, b)
	}
	to.Bond = firstOf(to.Bond, from.Bond)
	to.Unknown += from.Unknown
	if x, ok := to.Bridge.Get(); ok && from.Bridge.IsSet() {
		y := from.Bridge.Value()
		x.VLANs = append(x.VLANs, y.VLANs...)
		x.MCast, x.STP, x.Unknown = firstOf(x.MCast, y.MCast), firstOf(x.STP, y.STP), x.Unknown+y.Unknown
		to.Bridge.Set(x)
	} else {
		to.Bridge = firstOf(to.Bridge, from.Bridge)
	}
	return attr.Some(to)
}

// BridgeStats are the counters of a bridge or a port of one
// (BRIDGE_XSTATS_*).
type BridgeStats struct {
	// VLANs are by VLAN, if [kind.Bridge.VLANStats] is on.
	VLANs []VLANStats
	// MCast is of IGMP and MLD, if [kind.Bridge.MCastStats] is on.
	MCast attr.Opt[MCastStats]
	// STP is of a port's spanning tree; Linux 5.6.
	STP attr.Opt[STPStats]
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// Fields lists BRIDGE_XSTATS_*.
func (s *BridgeStats) Fields(c *attr.Codec) {
	attr.RepeatStruct(c, 1, "vlan", &s.VLANs, attr.ReadOnly)
	attr.CStruct(c, 2, "mcast", &s.MCast, attr.ReadOnly)
	attr.Pad(c, 3)
	attr.CStruct(c, 4, "stp", &s.STP, attr.ReadOnly)
	attr.Rest(c, &s.Unknown)
}

// VLANStats are the counters of one VLAN (struct bridge_vlan_xstats).
type VLANStats struct {
	// Bytes and packets that came in and went out.
	RxBytes, RxPackets, TxBytes, TxPackets uint64
	// ID is the VLAN, Flags what the bridge does with it; those of the
	// bridge's own VLANs have [VLANBridgeEntry], or count for all ports.
	ID    uint16
	Flags VLANFlags
}

// Fields lists the members.
func (s *VLANStats) Fields(c *attr.Codec) {
	attr.Header(c, 40, 40)
	attr.HeadUint64(c, 0, "rx_bytes", &s.RxBytes)
	attr.HeadUint64(c, 8, "rx_packets", &s.RxPackets)
	attr.HeadUint64(c, 16, "tx_bytes", &s.TxBytes)
	attr.HeadUint64(c, 24, "tx_packets", &s.TxPackets)
	attr.HeadUint16(c, 32, "vid", &s.ID)
	attr.HeadUint16(c, 34, "flags", &s.Flags)
}

// MCastStats are a bridge's counters of multicast (struct br_mcast_stats).
type MCastStats struct {
	// Rx is what was received, Tx what was sent.
	Rx, Tx MCastCounters
	// IGMPParseErrors and MLDParseErrors are packets that made no sense.
	IGMPParseErrors, MLDParseErrors uint64
}

// MCastCounters are the packets of one direction.
type MCastCounters struct {
	// IGMP by version (RFC 1112, 2236, 3376).
	IGMPv1Queries, IGMPv2Queries, IGMPv3Queries, IGMPLeaves, IGMPv1Reports, IGMPv2Reports, IGMPv3Reports uint64
	// MLD by version (RFC 2710, 3810).
	MLDv1Queries, MLDv2Queries, MLDLeaves, MLDv1Reports, MLDv2Reports uint64
	// Bytes and Packets of all multicast.
	Bytes, Packets uint64
}

// Fields lists the members: pairs of received and sent, and two that have no
// direction.
func (s *MCastStats) Fields(c *attr.Codec) {
	attr.Header(c, 240, 240)
	off := 0
	one := func(name string, p *uint64) {
		attr.HeadUint64(c, off, name, p)
		off += 8
	}
	pair := func(name string, rx, tx *uint64) {
		one("rx_"+name, rx)
		one("tx_"+name, tx)
	}
	r, t := &s.Rx, &s.Tx
	pair("igmp_v1queries", &r.IGMPv1Queries, &t.IGMPv1Queries)
	pair("igmp_v2queries", &r.IGMPv2Queries, &t.IGMPv2Queries)
	pair("igmp_v3queries", &r.IGMPv3Queries, &t.IGMPv3Queries)
	pair("igmp_leaves", &r.IGMPLeaves, &t.IGMPLeaves)
	pair("igmp_v1reports", &r.IGMPv1Reports, &t.IGMPv1Reports)
	pair("igmp_v2reports", &r.IGMPv2Reports, &t.IGMPv2Reports)
	pair("igmp_v3reports", &r.IGMPv3Reports, &t.IGMPv3Reports)
	one("igmp_parse_errors", &s.IGMPParseErrors)
	pair("mld_v1queries", &r.MLDv1Queries, &t.MLDv1Queries)
	pair("mld_v2queries", &r.MLDv2Queries, &t.MLDv2Queries)
	pair("mld_leaves", &r.MLDLeaves, &t.MLDLeaves)
	pair("mld_v1reports", &r.MLDv1Reports, &t.MLDv1Reports)
	pair("mld_v2reports", &r.MLDv2Reports, &t.MLDv2Reports)
	one("mld_parse_errors", &s.MLDParseErrors)
	pair("mcast_bytes", &r.Bytes, &t.Bytes)
	pair("mcast_packets", &r.Packets, &t.Packets)
}

// STPStats are a port's counters of the spanning tree (struct
// bridge_stp_xstats).
type STPStats struct {
	// Changes to the states blocking and forwarding.
	ToBlocking, ToForwarding uint64
	// BPDUs, and notifications of a changed topology (TCN), that came and
	// went.
	RxBPDU, TxBPDU, RxTCN, TxTCN uint64
}

// Fields lists the members.
func (s *STPStats) Fields(c *attr.Codec) {
	attr.Header(c, 48, 48)
	attr.HeadUint64(c, 0, "transition_blk", &s.ToBlocking)
	attr.HeadUint64(c, 8, "transition_fwd", &s.ToForwarding)
	attr.HeadUint64(c, 16, "rx_bpdu", &s.RxBPDU)
	attr.HeadUint64(c, 24, "tx_bpdu", &s.TxBPDU)
	attr.HeadUint64(c, 32, "rx_tcn", &s.RxTCN)
	attr.HeadUint64(c, 40, "tx_tcn", &s.TxTCN)
}

// BondStats are the counters of a bond or a port of one (BOND_XSTATS_*).
type BondStats struct {
	// LACP is of link aggregation, in mode 802.3ad only.
	LACP attr.Opt[LACPStats]
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// Fields lists BOND_XSTATS_*.
func (s *BondStats) Fields(c *attr.Codec) {
	attr.Nest(c, 1, "802.3ad", &s.LACP, attr.ReadOnly)
	attr.Rest(c, &s.Unknown)
}

// LACPStats are the packets of link aggregation (BOND_3AD_STAT_*, IEEE
// 802.1AX).
type LACPStats struct {
	// RxLACPDU and TxLACPDU came and went; RxUnknown and RxIllegal could not
	// be used.
	RxLACPDU, TxLACPDU, RxUnknown, RxIllegal attr.Opt[uint64]
	// Markers, and the responses to them.
	RxMarker, TxMarker, RxMarkerResponse, TxMarkerResponse, RxMarkerUnknown attr.Opt[uint64]
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// Fields lists the counters, whose numbers start at 0.
func (s *LACPStats) Fields(c *attr.Codec) {
	attr.Uint64(c, 0, "lacpdu_rx", &s.RxLACPDU, attr.ReadOnly)
	attr.Uint64(c, 1, "lacpdu_tx", &s.TxLACPDU, attr.ReadOnly)
	attr.Uint64(c, 2, "lacpdu_unknown_rx", &s.RxUnknown, attr.ReadOnly)
	attr.Uint64(c, 3, "lacpdu_illegal_rx", &s.RxIllegal, attr.ReadOnly)
	attr.Uint64(c, 4, "marker_rx", &s.RxMarker, attr.ReadOnly)
	attr.Uint64(c, 5, "marker_tx", &s.TxMarker, attr.ReadOnly)
	attr.Uint64(c, 6, "marker_response_rx", &s.RxMarkerResponse, attr.ReadOnly)
	attr.Uint64(c, 7, "marker_response_tx", &s.TxMarkerResponse, attr.ReadOnly)
	attr.Uint64(c, 8, "marker_unknown_rx", &s.RxMarkerUnknown, attr.ReadOnly)
	attr.Pad(c, 9)
	attr.Rest(c, &s.Unknown)
}
