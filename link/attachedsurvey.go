package link

import (
	"encoding/binary"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/rtnl"
	"github.com/iplink-go/iplink/kind"
)

// A survey is a dump, and what of its messages counts for which link.
type survey struct {
	get    uint16 // the type of the request, RTM_GET*
	family uint8
	header int // the length of the struct before the attributes
	// index is where in the header the kernel takes the index of a link to
	// tell of nothing else, attribute the attribute that it takes it from; 0
	// for neither.
	index     int
	attribute attr.Type
	// flags is where in the header a flag is to be, 0 for nowhere.
	flags int
	flag  uint8
	// each is whether the kernel tells of one link only, skips whether one
	// has nothing to tell.
	each  bool
	skips func(*Link) bool
	// count looks at a message of the family that was asked for.
	count func(n *inventory, family uint8, header, attrs []byte)
}

// getAfterNew is how far the number of a request RTM_GET* is from that of the
// messages RTM_NEW* that answer it.
const getAfterNew = rtnl.GetLink - rtnl.NewLink

// Address families (linux/socket.h).
const (
	afInet  = 2
	afInet6 = kind.AFInet6
)

// attachments are the fields that messages tell of.
var attachments = []struct {
	field   func(*Attached) *attr.Opt[int]
	surveys []survey
}{
	{func(a *Attached) *attr.Opt[int] { return &a.IPv4.Addresses }, []survey{addresses(afInet)}},
	{func(a *Attached) *attr.Opt[int] { return &a.IPv6.Addresses }, []survey{addresses(afInet6)}},
	{func(a *Attached) *attr.Opt[int] { return &a.IPv4.Routes }, []survey{routes(afInet), nextHops(afInet)}},
	{func(a *Attached) *attr.Opt[int] { return &a.IPv6.Routes }, []survey{routes(afInet6), nextHops(afInet6)}},
	{func(a *Attached) *attr.Opt[int] { return &a.IPv4.Neighbors }, []survey{neighbors(afInet), proxies(afInet)}},
	{func(a *Attached) *attr.Opt[int] { return &a.IPv6.Neighbors }, []survey{neighbors(afInet6), proxies(afInet6)}},
	{func(a *Attached) *attr.Opt[int] { return &a.Entries }, []survey{
		{get: rtnl.GetNeigh, family: kind.AFBridge, header: 12, attribute: 8, count: countForwarding},
		{get: rtnl.GetMDB, family: kind.AFBridge, header: 8, count: countGroups},
		{get: rtnl.GetVLAN, family: kind.AFBridge, header: 8, count: countVLANs},
	}},
	{func(a *Attached) *attr.Opt[int] { return &a.QDiscs }, []survey{
		{get: rtnl.GetQDisc, header: 20, count: countQDiscs},
		{get: rtnl.GetTFilter, header: 20, index: 4, each: true, skips: noQueue, count: countFilters},
	}},
}

// The surveys that there are for each version of IP, with struct ifaddrmsg,
// rtmsg, nhmsg and ndmsg.

func addresses(family uint8) survey {
	return survey{get: rtnl.GetAddr, family: family, header: 8, index: 4, count: countAddress}
}

func routes(family uint8) survey {
	return survey{get: rtnl.GetRoute, family: family, header: 12, attribute: 4, count: countRoute}
}

func nextHops(family uint8) survey {
	return survey{get: rtnl.GetNextHop, family: family, header: 8, attribute: 5, count: countNextHop}
}

func neighbors(family uint8) survey {
	return survey{get: rtnl.GetNeigh, family: family, header: 12, attribute: 8, count: countNeighbor}
}

func proxies(family uint8) survey {
	return survey{get: rtnl.GetNeigh, family: family, header: 12, attribute: 8, flags: ndmFlags, flag: ntfProxy, count: countProxy}
}

// filters reports whether the kernel can be asked for one link.
func (s *survey) filters() bool { return s.index != 0 || s.attribute != 0 }

// isReply reports whether a message is one of the dump, and not too short.
// Bridges answer RTM_GETMDB with messages of the same type.
func (s *survey) isReply(m rtnl.Message) bool {
	return (m.Type == s.get-getAfterNew || m.Type == s.get) && len(m.Payload) >= s.header
}

// request returns the message that asks for one link, or for all if index is
// 0.
func (s *survey) request(index uint32) []byte {
	b := rtnl.Begin(nil, s.get, 0)
	b = append(b, make([]byte, s.header)...)
	header := b[rtnl.HeaderLen:]
	header[0] = s.family
	if s.flags != 0 {
		header[s.flags] = s.flag
	}
	switch {
	case index == 0:
	case s.attribute != 0:
		b = attr.AppendUint32(b, s.attribute, index)
	default:
		binary.NativeEndian.PutUint32(header[s.index:], index)
	}
	return rtnl.End(b, 0)
}

// Routes (linux/rtnetlink.h).
const (
	rtmProtocol = 5 // in struct rtmsg

	rtaOIF       attr.Type = 4
	rtaMultipath attr.Type = 9
	nhaOIF       attr.Type = 5

	// Who made a route: RTPROT_REDIRECT, KERNEL, RA.
	protRedirect, protKernel, protRA = 1, 2, 9

	nextHopLen = 8 // struct rtnexthop
)

// countRoute counts a route for each of its next hops.
func countRoute(n *inventory, family uint8, header, attrs []byte) {
	switch by := header[rtmProtocol]; {
	case header[0] != family, by == protRedirect, by == protKernel, by == protRA:
		return
	}
	for t, b := range attr.All(attrs) {
		switch t {
		case rtaOIF:
			n.addRead(b)
		case rtaMultipath:
			countHops(n, b)
		}
	}
}

// countHops counts the next hops of a route with several: each a struct
// rtnexthop with its length first and the link last, and attributes.
func countHops(n *inventory, b []byte) {
	for len(b) >= nextHopLen {
		length := int(binary.NativeEndian.Uint16(b))
		if length < nextHopLen {
			return
		}
		n.add(at32(b, 4))
		b = b[min((length+3)&^3, len(b)):]
	}
}

func countNextHop(n *inventory, family uint8, header, attrs []byte) {
	if header[0] != family {
		return
	}
	for t, b := range attr.All(attrs) {
		if t == nhaOIF {
			n.addRead(b)
		}
	}
}

// addRead counts one more for the link whose index is an attribute's payload.
func (n *inventory) addRead(payload []byte) {
	if i, ok := attr.ReadUint32(payload); ok {
		n.add(i)
	}
}

// at32 reads a number in a header, which is long enough.
func at32(header []byte, i int) uint32 { return binary.NativeEndian.Uint32(header[i:]) }

// Neighbours and forwarding databases (linux/neighbour.h).
const (
	// In struct ndmsg.
	ndmIndex, ndmState, ndmFlags = 4, 8, 10

	nudNoARP, nudPermanent = 0x40, 0x80
	ntfSelf, ntfProxy      = 0x02, 0x08

	ndaDst       attr.Type = 1
	ndaLLAddr    attr.Type = 2
	ndaCacheInfo attr.Type = 3
)

func countNeighbor(n *inventory, family uint8, header, _ []byte) {
	state := binary.NativeEndian.Uint16(header[ndmState:])
	if header[0] == family && state&(nudPermanent|nudNoARP) == nudPermanent {
		n.add(at32(header, ndmIndex))
	}
}

func countProxy(n *inventory, family uint8, header, _ []byte) {
	if header[0] == family && header[ndmFlags]&ntfProxy != 0 {
		n.add(at32(header, ndmIndex))
	}
}

// Queueing disciplines (linux/pkt_sched.h).
const (
	// In struct tcmsg.
	tcmIndex, tcmHandle = 4, 8
)

// countQDiscs counts the disciplines with a handle: the kernel gives none to
// those that it chooses.
func countQDiscs(n *inventory, _ uint8, header, _ []byte) {
	if at32(header, tcmHandle) != 0 {
		n.add(at32(header, tcmIndex))
	}
}

// noQueue reports whether the link has the discipline that queues nothing, and
// so has no filters at its root.
func noQueue(l *Link) bool { return l.QDisc == "noqueue" || l.QDisc == "noop" }

// countFilters counts the filters at the root, which can be on a discipline
// that the kernel has chosen. A list of filters has entries without a handle for
// what holds filters together.
func countFilters(n *inventory, _ uint8, header, _ []byte) {
	if at32(header, tcmHandle) != 0 {
		n.add(at32(header, tcmIndex))
	}
}
