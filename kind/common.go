package kind

import (
	"net/netip"

	"github.com/iplink-go/iplink/attr"
)

// The attributes that any link can be given, listed once. Three flat structs
// use the list: link.Spec, [Peer] and link.Link. Go has no way to embed fields
// in a composite literal, so each declares the fields and passes pointers to
// them; a test fills every field of each and fails if one is not listed.

// Numbers of enum IFLA_* in linux/if_link.h.
const (
	iflaAddress        attr.Type = 1
	iflaBroadcast      attr.Type = 2
	iflaIfname         attr.Type = 3
	iflaMTU            attr.Type = 4
	iflaMaster         attr.Type = 10
	iflaTxQLen         attr.Type = 13
	iflaOperState      attr.Type = 16
	iflaLinkMode       attr.Type = 17
	iflaNetNSPID       attr.Type = 19
	iflaIfAlias        attr.Type = 20
	iflaAFSpec         attr.Type = 26
	iflaGroup          attr.Type = 27
	iflaNetNSFD        attr.Type = 28
	iflaNumTxQueues    attr.Type = 31
	iflaNumRxQueues    attr.Type = 32
	iflaCarrier        attr.Type = 33
	iflaProtoDown      attr.Type = 39
	iflaGSOMaxSegs     attr.Type = 40
	iflaGSOMaxSize     attr.Type = 41
	iflaTargetNetNSID  attr.Type = 46
	iflaProtoDownWhy   attr.Type = 55
	iflaGROMaxSize     attr.Type = 58
	iflaGSOIPv4MaxSize attr.Type = 63
	iflaGROIPv4MaxSize attr.Type = 64
)

const (
	maxName   = 15  // IFNAMSIZ less the NUL
	maxAlias  = 255 // IFALIASZ less the NUL
	maxQueues = 4096
)

// Common points to the fields of a struct that hold what any link can be
// given. Fields says what each is; the structs document them for users.
type Common struct {
	// The fields are those of link.Spec, which documents them.
	Name                     *string
	Address, Broadcast       *attr.HWAddr
	MTU                      *attr.Opt[uint32]
	Master                   *attr.Ref
	TxQueueLen               *attr.Opt[uint32]
	OperState                *attr.Opt[OperState]
	LinkMode                 *attr.Opt[LinkMode]
	Group                    *attr.Opt[uint32]
	Alias                    *attr.Opt[string]
	NumTxQueues, NumRxQueues *attr.Opt[uint32]
	Carrier, ProtoDown       *attr.Opt[bool]
	ProtoDownReason          *attr.Opt[ProtoDownReason]
	GSOMaxSize, GSOMaxSegs   *attr.Opt[uint32]
	GROMaxSize               *attr.Opt[uint32]
	GSOIPv4MaxSize           *attr.Opt[uint32]
	GROIPv4MaxSize           *attr.Opt[uint32]
	NetNS                    *NetNS
}

// Fields lists the attributes in the order of their numbers.
func (p Common) Fields(c *attr.Codec) {
	attr.MAC(c, iflaAddress, "address", p.Address)
	attr.MAC(c, iflaBroadcast, "broadcast", p.Broadcast)
	attr.String(c, iflaIfname, "name", p.Name, attr.MaxLen(maxName), attr.JSON("ifname"))
	attr.Uint32(c, iflaMTU, "mtu", p.MTU)
	attr.Link(c, iflaMaster, "master", p.Master)
	attr.Uint32(c, iflaTxQLen, "txqueuelen", p.TxQueueLen, attr.JSON("txqlen"), attr.OmitZero)
	attr.Uint8(c, iflaOperState, "state", p.OperState, attr.Volatile, attr.JSON("operstate"))
	attr.Uint8(c, iflaLinkMode, "mode", p.LinkMode, attr.JSON("linkmode"))
	attr.Text(c, iflaIfAlias, "alias", p.Alias, attr.SetOnly, attr.NoNUL, attr.ZeroUnsaid, attr.MaxLen(maxAlias), attr.JSON("ifalias"))
	attr.Uint32(c, iflaGroup, "group", p.Group, attr.ZeroWord("default"))
	attr.Uint32(c, iflaNumTxQueues, "numtxqueues", p.NumTxQueues, attr.CreateOnlySilent, attr.Range(1, maxQueues), attr.JSON("num_tx_queues"))
	attr.Uint32(c, iflaNumRxQueues, "numrxqueues", p.NumRxQueues, attr.CreateOnlySilent, attr.Range(1, maxQueues), attr.JSON("num_rx_queues"))
	attr.Bool(c, iflaCarrier, "carrier", p.Carrier, attr.SetOnly, attr.Volatile, attr.Hidden)
	attr.Bool(c, iflaProtoDown, "protodown", p.ProtoDown, attr.SetOnly, attr.JSON("proto_down"), attr.OmitZero)
	attr.Uint32(c, iflaGSOMaxSegs, "gso_max_segs", p.GSOMaxSegs)
	attr.Uint32(c, iflaGSOMaxSize, "gso_max_size", p.GSOMaxSize)
	attr.Nest(c, iflaProtoDownWhy, "protodown_reason", p.ProtoDownReason, attr.SetOnly, attr.Hidden, attr.Same(sameReason))
	attr.Uint32(c, iflaGROMaxSize, "gro_max_size", p.GROMaxSize)
	attr.Uint32(c, iflaGSOIPv4MaxSize, "gso_ipv4_max_size", p.GSOIPv4MaxSize)
	attr.Uint32(c, iflaGROIPv4MaxSize, "gro_ipv4_max_size", p.GROIPv4MaxSize)
	p.NetNS.Fields(c)
}

// ifinfomsg of linux/rtnetlink.h: the header of link messages.
const (
	headerLen   = 16
	offIndex    = 4
	offFlags    = 8 // and ifi_change, the mask, behind it
	flagUp      = 1 << 0
	flagNoTrail = 1 << 5
	flagNoARP   = 1 << 7
	flagPromisc = 1 << 8
	flagAllMult = 1 << 9
	flagMulti   = 1 << 12
	flagDynamic = 1 << 15
)

// Flags points to the switches of a link's ifi_flags that can be set.
type Flags struct {
	// Each stands for one flag; Fields says which.
	Up, ARP, Promisc, AllMulti, Multicast, Trailers, Dynamic *attr.Opt[bool]
}

// Fields lists the header of a request: the index and, as value and mask, the
// flags. Only flags that are said are in the mask; a mask of zero would mean
// all of them to the kernel.
func (f Flags) Fields(c *attr.Codec, index *uint32) {
	attr.Header(c, headerLen, headerLen)
	attr.HeadUint32(c, offIndex, "index", index, attr.JSON("ifindex"))
	attr.HeadBits(c, offFlags, "flags", attr.ValueMask, nil, []attr.Bit{
		{Name: "up", Mask: flagUp, On: f.Up},
		{Name: "arp", Mask: flagNoARP, On: f.ARP, Inverted: true},
		{Name: "promisc", Mask: flagPromisc, On: f.Promisc},
		{Name: "allmulticast", Mask: flagAllMult, On: f.AllMulti},
		{Name: "multicast", Mask: flagMulti, On: f.Multicast},
		{Name: "trailers", Mask: flagNoTrail, On: f.Trailers, Inverted: true},
		{Name: "dynamic", Mask: flagDynamic, On: f.Dynamic},
	})
}

// A ProtoDownReason is a set of reasons for which a link is held down
// (IFLA_PROTO_DOWN_REASON). The bits mean what the administrator says they do.
type ProtoDownReason struct {
	// Mask says which bits a change is about; absent means all.
	Mask attr.Opt[uint32]
	// Value holds the bits.
	Value attr.Opt[uint32]
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// Fields lists IFLA_PROTO_DOWN_REASON_*.
func (r *ProtoDownReason) Fields(c *attr.Codec) {
	attr.Uint32(c, 1, "mask", &r.Mask, attr.Hex, attr.Access(attr.Set))
	attr.Uint32(c, 2, "value", &r.Value, attr.Hex, attr.SetOnly)
	attr.Rest(c, &r.Unknown)
}

// sameReason compares the bits that a change is about.
func sameReason(want, have ProtoDownReason) bool {
	mask := want.Mask.Or(0)
	if mask == 0 {
		mask = 1<<32 - 1
	}
	return want.Value.Value()&mask == have.Value.Value()&mask
}

// An OperState is the operational state of a link (RFC 2863,
// linux/if.h IF_OPER_*).
type OperState uint8

// The operational states.
const (
	OperUnknown        OperState = iota // the driver does not say
	OperNotPresent                      // part of it is missing
	OperDown                            // no carrier, or not up
	OperLowerLayerDown                  // the link below is down
	OperTesting                         // in test mode
	OperDormant                         // waits for something, such as 802.1X
	OperUp                              // carries traffic
)

var operStates = attr.Words[OperState]{
	{Value: OperUnknown, Name: "UNKNOWN"}, {Value: OperNotPresent, Name: "NOTPRESENT"}, {Value: OperDown, Name: "DOWN"},
	{Value: OperLowerLayerDown, Name: "LOWERLAYERDOWN"}, {Value: OperTesting, Name: "TESTING"},
	{Value: OperDormant, Name: "DORMANT"}, {Value: OperUp, Name: "UP"},
}

// String returns the state as "ip link" shows it.
func (s OperState) String() string { return operStates.Text(s) }

// MarshalText returns the form of String.
func (s OperState) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the form of String.
func (s *OperState) UnmarshalText(b []byte) (err error) {
	*s, err = operStates.Parse("operational state", string(b))
	return err
}

// A LinkMode says what makes a link operational (linux/if.h IF_LINK_MODE_*).
type LinkMode uint8

// The link modes.
const (
	LinkModeDefault LinkMode = iota // operational when the carrier is there
	LinkModeDormant                 // dormant until somebody sets the state to up
	LinkModeTesting                 // in test until somebody sets the state to up
)

var linkModes = attr.Words[LinkMode]{
	{Value: LinkModeDefault, Name: "DEFAULT"}, {Value: LinkModeDormant, Name: "DORMANT"}, {Value: LinkModeTesting, Name: "TESTING"},
}

// String returns the mode as "ip link" shows it.
func (m LinkMode) String() string { return linkModes.Text(m) }

// MarshalText returns the form of String.
func (m LinkMode) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads the form of String.
func (m *LinkMode) UnmarshalText(b []byte) (err error) {
	*m, err = linkModes.Parse("link mode", string(b))
	return err
}

// An AddrGenMode says how the kernel makes a link's IPv6 link-local address
// (linux/if_link.h IN6_ADDR_GEN_MODE_*).
type AddrGenMode uint8

// The address generation modes.
const (
	AddrGenEUI64        AddrGenMode = iota // from the hardware address
	AddrGenNone                            // none is made
	AddrGenStableSecret                    // from a secret (RFC 7217); needs one to be set
	AddrGenRandom                          // from a secret the kernel makes up
)

var addrGenModes = attr.Words[AddrGenMode]{
	{Value: AddrGenEUI64, Name: "eui64"}, {Value: AddrGenNone, Name: "none"},
	{Value: AddrGenStableSecret, Name: "stable_secret"}, {Value: AddrGenRandom, Name: "random"},
}

// String returns the mode in iproute2's word.
func (m AddrGenMode) String() string { return addrGenModes.Text(m) }

// MarshalText returns the form of String.
func (m AddrGenMode) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads the form of String.
func (m *AddrGenMode) UnmarshalText(b []byte) (err error) {
	*m, err = addrGenModes.Parse("address generation mode", string(b))
	return err
}

// Address families, which number the attributes of AF_SPEC and decide what
// some attributes of a message are.
const (
	afInet   = 2
	AFBridge = 7
	AFInet6  = 10
	afMCTP   = 45
)

// BridgeName is the kind whose ports messages of family AF_BRIDGE are about.
const BridgeName = "bridge"

// AFSpec points to the fields that hold what the protocols keep for a link
// (IFLA_AF_SPEC). The kernel refuses it at creation. IPv6 is nil in structs
// of requests, which cannot set any of it.
type AFSpec struct {
	// One for each attribute; Fields says which.
	IPv4        *IPv4Conf
	AddrGenMode *attr.Opt[AddrGenMode]
	Token       *netip.Addr
	MCTPNet     *attr.Opt[uint32]
	IPv6        *IPv6State
	Unknown     *AFUnknown
}

// AFUnknown holds the attributes without a field of AF_SPEC itself (AF) and of
// the nests of IPv4, IPv6 and MCTP in it.
type AFUnknown struct{ AF, IPv4, IPv6, MCTP attr.Raw }

// Fields lists the nest, which holds one for each address family.
func (p AFSpec) Fields(c *attr.Codec) {
	attr.Inline(c, iflaAFSpec, "af_spec", func(c *attr.Codec) {
		attr.Inline(c, afInet, "inet", func(c *attr.Codec) {
			attr.Array(c, 1, "conf", 1, p.IPv4, attr.SetOnly, attr.Hidden, attr.RequestJSON("inet_conf"))
			attr.Rest(c, &p.Unknown.IPv4)
		}, attr.SetOnly)
		attr.Inline(c, AFInet6, "inet6", p.Inet6, attr.SetOnly)
		attr.Inline(c, afMCTP, "mctp", func(c *attr.Codec) {
			attr.Uint32(c, 1, "mctp_net", p.MCTPNet, attr.SetOnly, attr.Hidden)
			if p.IPv6 != nil {
				attr.Uint8(c, 2, "mctp_phys_binding", &p.IPv6.MCTPBinding, attr.ReadOnly, attr.Hidden)
			}
			attr.Rest(c, &p.Unknown.MCTP)
		}, attr.SetOnly)
		attr.Rest(c, &p.Unknown.AF)
	}, attr.SetOnly, attr.NotFamily(AFBridge, AFInet6))
}

// Inet6 lists IFLA_INET6_*, which is AF_INET6 in AF_SPEC and, in messages of
// that family, IFLA_PROTINFO.
func (p AFSpec) Inet6(c *attr.Codec) {
	if s := p.IPv6; s != nil {
		attr.Uint32(c, 1, "inet6_flags", &s.Flags, attr.ReadOnly, attr.Hex, attr.Hidden)
		attr.Array(c, 2, "conf6", 0, &s.Conf, attr.ReadOnly, attr.Hidden)
		attr.Counters(c, 3, "stats6", &s.Stats, attr.ReadOnly, attr.Hidden)
		attr.CStruct(c, 5, "cacheinfo", &s.CacheInfo, attr.ReadOnly, attr.Hidden)
		attr.Counters(c, 6, "icmp6stats", &s.ICMPStats, attr.ReadOnly, attr.Hidden)
		attr.Uint32(c, 9, "ra_mtu", &s.RAMTU, attr.ReadOnly, attr.Hidden)
	}
	attr.Addr6(c, 7, "token", p.Token, attr.SetOnly, attr.JSON("inet6_token"), attr.OmitZero)
	attr.Uint8(c, 8, "addrgenmode", p.AddrGenMode, attr.SetOnly, attr.JSON("inet6_addr_gen_mode"))
	attr.Rest(c, &p.Unknown.IPv6)
}

// IPv6State is what the kernel reports of IPv6 on a link and nobody can set
// in a link message.
type IPv6State struct {
	// Flags are the interface's IF_* flags of net/if_inet6.h, such as
	// router advertisements received (IFLA_INET6_FLAGS).
	Flags attr.Opt[uint32]
	// Conf are the settings (IFLA_INET6_CONF).
	Conf IPv6Conf
	// Stats and ICMPStats are counters by position, as in enum IPSTATS_MIB_*
	// and ICMP6_MIB_* of linux/snmp.h; the first is their number. They come
	// with statistics (IFLA_INET6_STATS, IFLA_INET6_ICMP6STATS).
	Stats, ICMPStats []uint64
	// CacheInfo are the times of neighbour discovery.
	CacheInfo attr.Opt[CacheInfo]
	// RAMTU is the MTU that routers announced, in bytes; Linux 5.15.
	RAMTU attr.Opt[uint32]
	// MCTPBinding is the transport of an MCTP link; Linux 6.13.
	MCTPBinding attr.Opt[uint8]
}

// CacheInfo are a link's times of IPv6 neighbour discovery (struct
// ifla_cacheinfo): MaxReasmLen is the largest reassembled packet in bytes,
// TStamp the last change in hundredths of a second since boot, ReachableTime and
// RetransTime are in milliseconds.
type CacheInfo struct{ MaxReasmLen, TStamp, ReachableTime, RetransTime uint32 }

// Fields lists the members.
func (i *CacheInfo) Fields(c *attr.Codec) {
	attr.Header(c, 16, 16)
	attr.HeadUint32(c, 0, "max_reasm_len", &i.MaxReasmLen)
	attr.HeadUint32(c, 4, "tstamp", &i.TStamp)
	attr.HeadUint32(c, 8, "reachable_time", &i.ReachableTime)
	attr.HeadUint32(c, 12, "retrans_time", &i.RetransTime)
}
