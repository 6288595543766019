package kind

import (
	"net/netip"

	"github.com/iplink-go/iplink/attr"
)

func init() {
	register(func() Kind { return new(GRE) })
	register(func() Kind { return new(GRETap) })
	register(func() Kind { return new(ERSPAN) })
}

// GRE is a tunnel for IP packets over IPv4 (RFC 2784, RFC 2890), "ip link add
// type gre" (net/ipv4/ip_gre.c). It needs no link below; the device gre0
// exists by itself.
//
// A change replaces all of it but for Mark and IgnoreDF. It can neither give a
// remote address to a tunnel that has none nor take it away, nor make it one of
// a multicast group.
type GRE struct {
	// Link is the link the tunnel runs over; the routes decide by default.
	Link attr.Ref
	// Local is the source address. Remote is the other end, or a multicast
	// group. Both are any address by default.
	Local, Remote netip.Addr
	// InKey is the key that received packets must have, OutKey that of sent
	// ones. A request that says a key uses it unless InKeyed or OutKeyed is
	// off.
	InKey, OutKey attr.Opt[TunnelKey]
	// InKeyed and OutKeyed say whether there are keys; off by default. To stop
	// using a key, set them off.
	InKeyed, OutKeyed attr.Opt[bool]
	// InSequence drops received packets that are out of order, OutSequence
	// numbers sent ones; off by default.
	InSequence, OutSequence attr.Opt[bool]
	// InChecksum wants checksums in received packets, OutChecksum computes
	// them for sent ones; off by default.
	InChecksum, OutChecksum attr.Opt[bool]
	// OtherInFlags and OtherOutFlags are bits of the flags without a field.
	OtherInFlags, OtherOutFlags uint16
	// TTL is the hop limit of the outer packets; 0, the default, copies the
	// inner one.
	TTL attr.Opt[uint8]
	// TOS is the type of service of the outer packets; 1 copies the inner, 0
	// is the default.
	TOS attr.Opt[uint8]
	// PathMTUDiscovery sets the don't-fragment bit of outer packets; on by
	// default, off where a request says nothing at all of the tunnel.
	PathMTUDiscovery attr.Opt[bool]
	// IgnoreDF fragments packets despite their own don't-fragment bit; off by
	// default. It needs PathMTUDiscovery off.
	IgnoreDF attr.Opt[bool]
	// Mark is the firewall mark that outer packets are routed by, 0 for none.
	Mark attr.Opt[uint32]
	// Encap puts the packets into UDP.
	Encap Encap
	// External takes the tunnel's parameters from each packet's metadata
	// (IFLA_GRE_COLLECT_METADATA). Fixed at creation; a namespace can have one
	// such device.
	External attr.Opt[bool]
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// Kind returns "gre".
func (*GRE) Kind() string { return "gre" }

// Info says that a change replaces the data.
func (*GRE) Info() Info { return Info{Update: Replace, Module: "ip_gre"} }

// Complete says that keys are used that a request gives.
func (g *GRE) Complete() { g.common().useKeys() }

// Prepare stops ignoring the don't-fragment bit before path MTU discovery is set
// on: the kernel compares with what it had before the change. A request for both
// at once it refuses either way.
func (g *GRE) Prepare(now Kind) Kind {
	if n, ok := now.(*GRE); ok {
		if first := g.prepare(n); first != nil {
			return first
		}
	}
	return nil
}

func (g *GRE) prepare(now *GRE) *GRE {
	if !now.IgnoreDF.Value() || !g.PathMTUDiscovery.Value() || g.IgnoreDF.Value() {
		return nil
	}
	first := *now
	first.IgnoreDF, first.Unknown = attr.Off, ""
	return &first
}

// Numbers of IFLA_GRE_* in linux/if_tunnel.h.
const (
	greLink = iota + 1
	greInFlags
	greOutFlags
	greInKey
	greOutKey
	greLocal
	greRemote
	greTTL
	greTOS
	grePMTUDisc
	greEncapLimit
	_ // FLOWINFO, FLAGS: see IPv6Header
	_
	greEncapType
	_ // FLAGS, SPORT, DPORT: see Encap
	_
	_
	greCollectMetadata
	greIgnoreDF
	greFwmark
	greERSPANIndex
	greERSPANVer
	greERSPANDir
	greERSPANHWID
)

// Fields lists IFLA_GRE_* for IPv4.
func (g *GRE) Fields(c *attr.Codec) {
	g.fields(c)
	attr.Rest(c, &g.Unknown)
}

// common points to the fields that the tunnels over IPv6 have too.
func (g *GRE) common() greCommon {
	return greCommon{
		link: &g.Link, external: &g.External, local: &g.Local, remote: &g.Remote,
		in:  greWay{&g.InKey, &g.InKeyed, &g.InSequence, &g.InChecksum, &g.OtherInFlags},
		out: greWay{&g.OutKey, &g.OutKeyed, &g.OutSequence, &g.OutChecksum, &g.OtherOutFlags},
	}
}

func (g *GRE) fields(c *attr.Codec) {
	replaced := attr.Changes(attr.Replaced)
	g.common().fields(c, attr.Addr4)
	attr.Uint8(c, greTTL, "ttl", &g.TTL, replaced)
	attr.Uint8(c, greTOS, "tos", &g.TOS, replaced, attr.Hex, attr.OmitZero)
	attr.Bool(c, grePMTUDisc, "pmtudisc", &g.PathMTUDiscovery, replaced)
	attr.Bool(c, greIgnoreDF, "ignore-df", &g.IgnoreDF, attr.JSON("ignore_df"), attr.OmitZero)
	attr.Uint32(c, greFwmark, "fwmark", &g.Mark, attr.Hex, attr.OmitZero)
	g.Encap.fields(c, greEncapType)
}

// greCommon points to what the six kinds have in common.
type greCommon struct {
	link          *attr.Ref
	in, out       greWay
	external      *attr.Opt[bool]
	local, remote *netip.Addr
}

// greWay is what a tunnel wants of the packets it receives, or does with those
// it sends.
type greWay struct {
	key                       *attr.Opt[TunnelKey]
	keyed, sequence, checksum *attr.Opt[bool]
	rest                      *uint16
}

// Flags of the GRE header, in network byte order.
const (
	greFlagChecksum = 0x8000
	greFlagKey      = 0x2000
	greFlagSequence = 0x1000
)

// fields lists the fields; addr is that of the address family.
func (g greCommon) fields(c *attr.Codec, addr func(*attr.Codec, attr.Type, string, *netip.Addr, ...attr.Option)) {
	replaced := attr.Changes(attr.Replaced)
	attr.Link(c, greLink, "dev", g.link, replaced, attr.JSON("link"), attr.OmitZero)
	attr.Parts16BE(c, greInFlags, "iflags", g.in.rest, g.in.parts("i"), replaced)
	attr.Parts16BE(c, greOutFlags, "oflags", g.out.rest, g.out.parts("o"), replaced)
	attr.Uint32BE(c, greInKey, "ikey", g.in.key, replaced, attr.OmitZero)
	attr.Uint32BE(c, greOutKey, "okey", g.out.key, replaced, attr.OmitZero)
	// Fixed, and yet part of every change: without it the kernel wants of an
	// ERSPAN what it wants of one with addresses.
	attr.Flag(c, greCollectMetadata, "external", g.external, attr.Changes(attr.FixedEqual), attr.OmitZero)
	addr(c, greLocal, "local", g.local, replaced, attr.NotZero, attr.ZeroWord(anyAddr))
	addr(c, greRemote, "remote", g.remote, replaced, attr.NotZero, attr.ZeroWord(anyAddr))
}

// useKeys sets the flags of keys that are said where nothing is said of them:
// the kernel would store the keys and not use them.
func (g greCommon) useKeys() {
	for _, w := range []greWay{g.in, g.out} {
		if w.key.IsSet() && !w.keyed.IsSet() {
			w.keyed.Set(true)
		}
	}
}

// tidyKeys says the keys that are used, and no others, as iproute2 does.
func (g greCommon) tidyKeys(o *attr.Object) {
	tidyKey(o, "ikey", *g.in.keyed, *g.in.key)
	tidyKey(o, "okey", *g.out.keyed, *g.out.key)
}

func (w greWay) parts(prefix string) []attr.Part {
	return []attr.Part{
		attr.FlagPart(prefix+"keyed", greFlagKey, w.keyed, attr.Hidden, attr.OmitZero),
		attr.FlagPart(prefix+"seq", greFlagSequence, w.sequence, attr.OmitZero),
		attr.FlagPart(prefix+"csum", greFlagChecksum, w.checksum, attr.OmitZero),
	}
}

// Tidy writes keys and encapsulation as iproute2 does.
func (g *GRE) Tidy(o *attr.Object) {
	g.common().tidyKeys(o)
	g.Encap.tidy(o)
}

func tidyKey(o *attr.Object, name string, used attr.Opt[bool], k attr.Opt[TunnelKey]) {
	if !used.Value() {
		o.Remove(name)
		return
	}
	o.Set(name, k.Value().String())
}

// GRETap is a [GRE] tunnel for Ethernet frames, "ip link add type gretap". It
// takes the same data. A remote address is needed unless External is on, and
// can be changed to any other but a multicast group. The device gretap0 exists
// by itself.
type GRETap GRE

// Kind returns "gretap".
func (*GRETap) Kind() string { return "gretap" }

// Info says that a change replaces the data.
func (*GRETap) Info() Info { return Info{Update: Replace, Module: "ip_gre"} }

// Complete is that of [GRE].
func (g *GRETap) Complete() { (*GRE)(g).Complete() }

// Prepare is that of [GRE].
func (g *GRETap) Prepare(now Kind) Kind {
	if n, ok := now.(*GRETap); ok {
		if first := (*GRE)(g).prepare((*GRE)(n)); first != nil {
			return (*GRETap)(first)
		}
	}
	return nil
}

// Tidy is that of [GRE].
func (g *GRETap) Tidy(o *attr.Object) { (*GRE)(g).Tidy(o) }

// Fields lists IFLA_GRE_* for IPv4.
func (g *GRETap) Fields(c *attr.Codec) { (*GRE)(g).Fields(c) }

// ERSPAN is a [GRE] tunnel that carries mirrored Ethernet frames
// (draft-foschiano-erspan), "ip link add type erspan". It needs keys, which are
// the session and below 1<<10, and sequence numbers, and takes no checksums,
// unless External is on or Version is 0. The device erspan0 exists by itself.
//
//	kind.ERSPAN{
//		GRE:     kind.GRE{Remote: r, OutKey: attr.Some[kind.TunnelKey](7), OutSequence: attr.On},
//		Version: attr.U8(1), Index: attr.U32(3),
//	}
type ERSPAN struct {
	GRE
	// Version is the type of header: 0 (none), 1 (type II, the default) or 2
	// (type III).
	Version attr.Opt[uint8]
	// Index tells mirrored ports apart in version 1; below 1<<20.
	Index attr.Opt[uint32]
	// Direction is that of the mirrored traffic, in version 2.
	Direction attr.Opt[ERSPANDirection]
	// HardwareID is the number of the mirroring engine, in version 2; below
	// 1<<6.
	HardwareID attr.Opt[uint16]
}

// Kind returns "erspan".
func (*ERSPAN) Kind() string { return "erspan" }

// Prepare is that of [GRE].
func (e *ERSPAN) Prepare(now Kind) Kind {
	if n, ok := now.(*ERSPAN); ok {
		if first := e.prepare(&n.GRE); first != nil {
			return &ERSPAN{*first, n.Version, n.Index, n.Direction, n.HardwareID}
		}
	}
	return nil
}

// Forget is for what the other version has.
func (e *ERSPAN) Forget() { erspanLists{&e.Version, &e.Index, &e.Direction, &e.HardwareID}.forget() }

// Fields lists IFLA_GRE_* for IPv4 with what ERSPAN adds, which a change keeps
// where it is left out.
func (e *ERSPAN) Fields(c *attr.Codec) {
	e.GRE.fields(c)
	erspanLists{&e.Version, &e.Index, &e.Direction, &e.HardwareID}.fields(c, attr.Any, 0)
	attr.Rest(c, &e.Unknown)
}

// erspanLists points to what ERSPAN has besides GRE.
type erspanLists struct {
	version   *attr.Opt[uint8]
	index     *attr.Opt[uint32]
	direction *attr.Opt[ERSPANDirection]
	hwid      *attr.Opt[uint16]
}

func (l erspanLists) fields(c *attr.Codec, mode attr.Mode, minVersion int64) {
	const (
		maxVersion = 2
		maxIndex   = 1<<20 - 1
		maxHWID    = 1<<6 - 1
	)
	m := attr.Changes(mode)
	attr.Uint8(c, greERSPANVer, "erspan_ver", l.version, m, attr.Range(minVersion, maxVersion))
	attr.Uint32(c, greERSPANIndex, "erspan", l.index, m, attr.Range(0, maxIndex), attr.JSON("erspan_index"))
	attr.Uint8(c, greERSPANDir, "erspan_dir", l.direction, m, attr.Range(0, int64(ERSPANEgress)))
	attr.Uint16(c, greERSPANHWID, "erspan_hwid", l.hwid, m, attr.Range(0, maxHWID), attr.Hex)
}

// forget clears what the version has not, which the kernel neither keeps nor
// reports.
func (l erspanLists) forget() {
	if l.version.Value() != 1 {
		l.index.Clear()
	}
	if l.version.Value() != 2 {
		l.direction.Clear()
		l.hwid.Clear()
	}
}

// An ERSPANDirection is the direction of mirrored traffic.
type ERSPANDirection uint8

// The directions.
const (
	ERSPANIngress ERSPANDirection = iota // received
	ERSPANEgress                         // sent
)

var erspanDirections = attr.Words[ERSPANDirection]{{Value: ERSPANIngress, Name: "ingress"}, {Value: ERSPANEgress, Name: "egress"}}

// String returns iproute2's word.
func (d ERSPANDirection) String() string { return erspanDirections.Text(d) }

// MarshalText returns the form of String.
func (d ERSPANDirection) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads the form of String.
func (d *ERSPANDirection) UnmarshalText(b []byte) (err error) {
	*d, err = erspanDirections.Parse("erspan_dir", string(b))
	return err
}
