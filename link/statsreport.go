package link

import "github.com/iplink-go/iplink/attr"

// Messages of counters, RTM_GETSTATS and RTM_NEWSTATS (net/core/rtnetlink.c,
// rtnl_stats_*): more of them than link messages hold, and nothing else.

// StatsGroups say which counters are asked for (bits of filter_mask in struct
// if_stats_msg).
type StatsGroups uint32

// The groups.
const (
	// StatsLink are the counters that every link has.
	StatsLink StatsGroups = 1 << iota
	// StatsKind are those of the link's kind: bridges by VLAN, multicast;
	// bonds LACP.
	StatsKind
	// StatsPort are those of its being a port of such a link.
	StatsPort
	// StatsOffload are those of hardware that forwards by itself.
	StatsOffload
	// StatsProtocols are those of protocols: MPLS.
	StatsProtocols

	// StatsAll are all groups that this version knows.
	StatsAll = StatsLink | StatsKind | StatsPort | StatsOffload | StatsProtocols
)

var statsGroups = attr.Words[StatsGroups]{
	{Value: StatsLink, Name: "link"}, {Value: StatsKind, Name: "xstats"}, {Value: StatsPort, Name: "xstats_slave"},
	{Value: StatsOffload, Name: "offload"}, {Value: StatsProtocols, Name: "afstats"},
}

// String returns the words of "ip stats" with commas between them.
func (g StatsGroups) String() string { return statsGroups.Flags(g) }

// MarshalText returns the form of String.
func (g StatsGroups) MarshalText() ([]byte, error) { return []byte(g.String()), nil }

// UnmarshalText reads the form of String.
func (g *StatsGroups) UnmarshalText(b []byte) (err error) {
	*g, err = statsGroups.ParseFlags("group of statistics", string(b))
	return err
}

// A StatsReport is the counters of one link (RTM_NEWSTATS). Groups that were
// not asked for, or that the link has not, are absent.
type StatsReport struct {
	// Index is the link.
	Index uint32
	// Groups are those that were asked for.
	Groups StatsGroups
	// Stats are the counters that every link has (IFLA_STATS_LINK_64).
	Stats attr.Opt[Stats]
	// Kind are those of the link's kind, Port those of its being a port.
	Kind, Port attr.Opt[ExtendedStats]
	// Offload are those of hardware.
	Offload attr.Opt[OffloadStats]
	// MPLS are those of MPLS, where it is switched on for the link.
	MPLS attr.Opt[MPLSStats]
	// Unknown holds attributes without a field; the others those of nests.
	Unknown, UnknownAF, UnknownMPLS attr.Raw

	family uint8
}

// DecodeStats reads the body of an RTM_NEWSTATS message into r, reusing its
// storage. It does no I/O and runs on every system. Errors are of type
// [*attr.Error].
func DecodeStats(b []byte, r *StatsReport) error { return attr.Decode(b, r) }

// AppendStatsReport appends the body of the RTM_NEWSTATS message with which
// the kernel would report r, for tests and stand-ins of the kernel.
func AppendStatsReport(b []byte, r *StatsReport) ([]byte, error) {
	return attr.Scope{Report: true}.Append(b, r)
}

// statsHeader lists struct if_stats_msg.
func statsHeader(c *attr.Codec, family *uint8, index *uint32, groups *StatsGroups) {
	attr.Header(c, ifStatsMsgLen, ifStatsMsgLen)
	attr.HeadUint8(c, 0, "family", family)
	attr.HeadUint32(c, 4, "index", index, attr.JSON("ifindex"))
	attr.HeadUint32(c, 8, "filter_mask", groups)
}

const (
	ifStatsMsgLen = 12 // struct if_stats_msg
	afMPLS        = 28 // AF_MPLS
)

// Fields lists the header and IFLA_STATS_*.
func (r *StatsReport) Fields(c *attr.Codec) {
	statsHeader(c, &r.family, &r.Index, &r.Groups)
	attr.CStruct(c, 1, "link", &r.Stats, attr.ReadOnly)
	attr.Nest(c, 2, "xstats", &r.Kind, attr.ReadOnly)
	attr.Nest(c, 3, "xstats_slave", &r.Port, attr.ReadOnly)
	attr.Nest(c, 4, "offload", &r.Offload, attr.ReadOnly)
	attr.Inline(c, 5, "afstats", func(c *attr.Codec) {
		attr.Inline(c, afMPLS, "mpls", func(c *attr.Codec) {
			attr.CStruct(c, 1, "stats", &r.MPLS, attr.ReadOnly)
			attr.Rest(c, &r.UnknownMPLS)
		}, attr.ReadOnly)
		attr.Rest(c, &r.UnknownAF)
	}, attr.ReadOnly)
	attr.Rest(c, &r.Unknown)
}

// add takes in what another message says of the same link: the kernel spreads
// counters over several messages where one has no room for all.
func (r *StatsReport) add(more *StatsReport) {
	r.Stats = firstOf(r.Stats, more.Stats)
	r.Offload = addOffload(r.Offload, more.Offload)
	r.MPLS = firstOf(r.MPLS, more.MPLS)
	r.Kind = addExtended(r.Kind, more.Kind)
	r.Port = addExtended(r.Port, more.Port)
	r.Unknown += more.Unknown
	r.UnknownAF += more.UnknownAF
	r.UnknownMPLS += more.UnknownMPLS
}

// firstOf returns the first value that is there.
func firstOf[T any](a, b attr.Opt[T]) attr.Opt[T] {
	if a.IsSet() {
		return a
	}
	return b
}

// A StatsRequest asks for counters (RTM_GETSTATS), or switches counters of
// hardware on and off (RTM_SETSTATS, Linux 5.18).
type StatsRequest struct {
	// Index is the link, 0 in a request for all.
	Index uint32
	// Groups are what is asked for: some to get, none to set.
	Groups StatsGroups
	// Offload says which counters of hardware are asked for, absent for all;
	// Linux 5.18.
	Offload attr.Opt[OffloadGroups]
	// L3 switches the hardware's counters of routed packets on and off.
	L3 attr.Opt[bool]

	family uint8
}

// AppendStats appends the body of the request that says what r says. It does
// no I/O and runs on every system. Errors are of type [*attr.Error].
func AppendStats(b []byte, r *StatsRequest) ([]byte, error) { return attr.Append(b, r) }

// Fields lists the header and IFLA_STATS_GETSET_*.
func (r *StatsRequest) Fields(c *attr.Codec) {
	statsHeader(c, &r.family, &r.Index, &r.Groups)
	attr.Inline(c, 1, "get_filters", func(c *attr.Codec) {
		attr.Uint32(c, 4, "offload_xstats", &r.Offload, attr.Access(attr.Query))
	}, attr.Access(attr.Query))
	attr.Bool(c, 2, "l3_stats", &r.L3, attr.Access(attr.Set|attr.Query))
}
