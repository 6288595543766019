package ipcmd

import (
	"net/netip"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
)

// The options of the tunnels that are no GRE.

var ipipOptions = both(options[kind.IPIP]{
	"local":      endpoint(func(t *kind.IPIP) *netip.Addr { return &t.Local }),
	"remote":     endpoint(func(t *kind.IPIP) *netip.Addr { return &t.Remote }),
	"dev":        ref(func(t *kind.IPIP) *attr.Ref { return &t.Link }),
	"ttl":        hop(func(t *kind.IPIP) *attr.Opt[uint8] { return &t.TTL }),
	"hoplimit":   hop(func(t *kind.IPIP) *attr.Opt[uint8] { return &t.TTL }),
	"hlim":       hop(func(t *kind.IPIP) *attr.Opt[uint8] { return &t.TTL }),
	"tos":        service(func(t *kind.IPIP) *attr.Opt[uint8] { return &t.TOS }),
	"tc":         service(func(t *kind.IPIP) *attr.Opt[uint8] { return &t.TOS }),
	"tclass":     service(func(t *kind.IPIP) *attr.Opt[uint8] { return &t.TOS }),
	"dsfield":    service(func(t *kind.IPIP) *attr.Opt[uint8] { return &t.TOS }),
	"pmtudisc":   said(func(t *kind.IPIP) *attr.Opt[bool] { return &t.PathMTUDiscovery }),
	"nopmtudisc": denied(func(t *kind.IPIP) *attr.Opt[bool] { return &t.PathMTUDiscovery }),
	"mode":       word(func(t *kind.IPIP) *attr.Opt[kind.TunnelProtocol] { return &t.Protocol }),
	"fwmark":     num32(func(t *kind.IPIP) *attr.Opt[uint32] { return &t.Mark }),
	"external":   said(func(t *kind.IPIP) *attr.Opt[bool] { return &t.External }),
}, within(encapOptions, func(t *kind.IPIP) *kind.Encap { return &t.Encap }))

func newIPIP() kind.IPIP {
	return kind.IPIP{
		Link: attr.NoRef, TTL: attr.U8(0), TOS: attr.U8(0), PathMTUDiscovery: attr.On,
		Protocol: attr.Some(kind.TunnelAny), Mark: attr.U32(0), Encap: newEncap(false),
	}
}

func (w *words) ipip(t *kind.IPIP) error {
	if w.isNew() {
		*t = newIPIP()
	}
	err := ipipOptions.read(w, t)
	if t.External.Value() {
		*t = kind.IPIP{Protocol: t.Protocol, External: attr.On}
	}
	return err
}

// sitWords is a sit tunnel as iproute2 sees one: an ipip tunnel with more.
type sitWords struct {
	kind.IPIP
	sit kind.SIT
}

var sitOptions = both(within(ipipOptions, func(t *sitWords) *kind.IPIP { return &t.IPIP }), options[sitWords]{
	"isatap":           said(func(t *sitWords) *attr.Opt[bool] { return &t.sit.ISATAP }),
	"6rd-prefix":       (*words).sixRD,
	"6rd-relay_prefix": (*words).sixRDRelay,
})

// iptunExternal is IFLA_IPTUN_COLLECT_METADATA, which iproute2 says of sit
// tunnels too. The kernel ignores it there.
const iptunExternal = 19

func (w *words) sit(s *kind.SIT) error {
	t := sitWords{}
	if w.isNew() {
		t.IPIP = newIPIP()
		t.sit.ISATAP.Set(false)
	}
	err := sitOptions.read(w, &t)
	if t.External.Value() {
		*s = kind.SIT{Protocol: t.Protocol, Unknown: attr.Raw(attr.AppendBytes(nil, iptunExternal, nil))}
		return err
	}
	*s = t.sit
	s.Link, s.Local, s.Remote, s.TTL, s.TOS, s.PathMTUDiscovery = t.Link, t.Local, t.Remote, t.TTL, t.TOS, t.PathMTUDiscovery
	s.Protocol, s.Mark, s.Encap = t.Protocol, t.Mark, t.Encap
	return err
}

func (w *words) prefix() netip.Prefix {
	p, err := netip.ParsePrefix(w.next())
	if err != nil {
		w.fail(err.Error())
	}
	return p
}

func (w *words) sixRD(t *sitWords) {
	p := w.prefix()
	t.sit.SixRDPrefix = p.Addr()
	t.sit.SixRDPrefixLen.Set(uint16(p.Bits()))
	if !t.sit.SixRDRelayPrefix.IsValid() {
		t.sit.SixRDRelayPrefix = netip.IPv4Unspecified()
		t.sit.SixRDRelayPrefixLen.Set(0)
	}
}

func (w *words) sixRDRelay(t *sitWords) {
	p := w.prefix()
	t.sit.SixRDRelayPrefix = p.Addr()
	t.sit.SixRDRelayPrefixLen.Set(uint16(p.Bits()))
}

var ip6tnlOptions = both(options[kind.IP6Tnl]{
	"local":    endpoint(func(t *kind.IP6Tnl) *netip.Addr { return &t.Local }),
	"remote":   endpoint(func(t *kind.IP6Tnl) *netip.Addr { return &t.Remote }),
	"dev":      ref(func(t *kind.IP6Tnl) *attr.Ref { return &t.Link }),
	"ttl":      hop(func(t *kind.IP6Tnl) *attr.Opt[uint8] { return &t.HopLimit }),
	"hoplimit": hop(func(t *kind.IP6Tnl) *attr.Opt[uint8] { return &t.HopLimit }),
	"hlim":     hop(func(t *kind.IP6Tnl) *attr.Opt[uint8] { return &t.HopLimit }),
	"mode":     word(func(t *kind.IP6Tnl) *attr.Opt[kind.IP6TunnelProtocol] { return &t.Protocol }),
	"fwmark":   mark(func(t *kind.IP6Tnl) (*attr.Opt[uint32], *kind.IPv6Header) { return &t.Mark, &t.Header }),
	"external": said(func(t *kind.IP6Tnl) *attr.Opt[bool] { return &t.External }),
},
	within(headerOptions, func(t *kind.IP6Tnl) *kind.IPv6Header { return &t.Header }),
	within(encapOptions, func(t *kind.IP6Tnl) *kind.Encap { return &t.Encap }),
)

func (w *words) ip6tnl(t *kind.IP6Tnl) error {
	if w.isNew() {
		*t = kind.IP6Tnl{
			Link: attr.NoRef, HopLimit: attr.U8(newHopLimit), Header: newHeader(),
			Protocol: attr.Some(kind.IP6TunnelAny), Mark: attr.U32(0), Encap: newEncap(true),
		}
	}
	err := ip6tnlOptions.read(w, t)
	if t.External.Value() {
		*t = kind.IP6Tnl{Protocol: t.Protocol, External: attr.On}
	}
	return err
}

var vtiOptions = options[kind.VTI]{
	"local":  endpoint(func(v *kind.VTI) *netip.Addr { return &v.Local }),
	"remote": endpoint(func(v *kind.VTI) *netip.Addr { return &v.Remote }),
	"dev":    ref(func(v *kind.VTI) *attr.Ref { return &v.Link }),
	"ikey":   word(func(v *kind.VTI) *attr.Opt[kind.TunnelKey] { return &v.InKey }),
	"okey":   word(func(v *kind.VTI) *attr.Opt[kind.TunnelKey] { return &v.OutKey }),
	"key":    func(w *words, v *kind.VTI) { v.InKey = w.key(); v.OutKey = v.InKey },
	"fwmark": num32(func(v *kind.VTI) *attr.Opt[uint32] { return &v.Mark }),
}

func (w *words) key() attr.Opt[kind.TunnelKey] {
	var k kind.TunnelKey
	w.text(&k)
	return attr.Some(k)
}

func (w *words) vti(v *kind.VTI) error {
	if w.isNew() {
		*v = kind.VTI{InKey: attr.Some[kind.TunnelKey](0), OutKey: attr.Some[kind.TunnelKey](0), Mark: attr.U32(0)}
	}
	return vtiOptions.read(w, v)
}

// vti6 has the options of vti.
func (w *words) vti6(v *kind.VTI6) error {
	t := kind.VTI(*v)
	err := w.vti(&t)
	*v = kind.VTI6(t)
	return err
}

var xfrmOptions = options[kind.XFRM]{
	"dev":      ref(func(x *kind.XFRM) *attr.Ref { return &x.Link }),
	"if_id":    num32(func(x *kind.XFRM) *attr.Opt[uint32] { return &x.ID }),
	"external": said(func(x *kind.XFRM) *attr.Opt[bool] { return &x.External }),
}

var geneveOptions = options[kind.Geneve]{
	"id":                num32(func(g *kind.Geneve) *attr.Opt[uint32] { return &g.ID }),
	"vni":               num32(func(g *kind.Geneve) *attr.Opt[uint32] { return &g.ID }),
	"remote":            addr(func(g *kind.Geneve) *netip.Addr { return &g.Remote }),
	"local":             addr(func(g *kind.Geneve) *netip.Addr { return &g.Local }),
	"ttl":               (*words).geneveTTL,
	"hoplimit":          (*words).geneveTTL,
	"tos":               service(func(g *kind.Geneve) *attr.Opt[uint8] { return &g.TOS }),
	"dsfield":           service(func(g *kind.Geneve) *attr.Opt[uint8] { return &g.TOS }),
	"df":                word(func(g *kind.Geneve) *attr.Opt[kind.DF] { return &g.DF }),
	"label":             num32(func(g *kind.Geneve) *attr.Opt[uint32] { return &g.Label }),
	"flowlabel":         num32(func(g *kind.Geneve) *attr.Opt[uint32] { return &g.Label }),
	"dstport":           num16(func(g *kind.Geneve) *attr.Opt[uint16] { return &g.Port }),
	"external":          said(func(g *kind.Geneve) *attr.Opt[bool] { return &g.External }),
	"noexternal":        denied(func(g *kind.Geneve) *attr.Opt[bool] { return &g.External }),
	"udpcsum":           said(func(g *kind.Geneve) *attr.Opt[bool] { return &g.UDPChecksum }),
	"noudpcsum":         denied(func(g *kind.Geneve) *attr.Opt[bool] { return &g.UDPChecksum }),
	"udp6zerocsumtx":    said(func(g *kind.Geneve) *attr.Opt[bool] { return &g.UDPZeroChecksum6Tx }),
	"noudp6zerocsumtx":  denied(func(g *kind.Geneve) *attr.Opt[bool] { return &g.UDPZeroChecksum6Tx }),
	"udp6zerocsumrx":    said(func(g *kind.Geneve) *attr.Opt[bool] { return &g.UDPZeroChecksum6Rx }),
	"noudp6zerocsumrx":  denied(func(g *kind.Geneve) *attr.Opt[bool] { return &g.UDPZeroChecksum6Rx }),
	"innerprotoinherit": said(func(g *kind.Geneve) *attr.Opt[bool] { return &g.InnerProtocolInherit }),
}

func (w *words) geneveTTL(g *kind.Geneve) {
	if w.skip("inherit") {
		g.TTLInherit.Set(true)
		return
	}
	g.TTL.Set(uint8(w.number(8)))
}

func (w *words) geneve(g *kind.Geneve) error {
	if w.isNew() {
		*g = kind.Geneve{ID: attr.U32(0), Label: attr.U32(0), TTL: attr.U8(0), TOS: attr.U8(0)}
	}
	return geneveOptions.read(w, g)
}

var bareudpOptions = options[kind.BareUDP]{
	"dstport":      num16(func(b *kind.BareUDP) *attr.Opt[uint16] { return &b.Port }),
	"ethertype":    word(func(b *kind.BareUDP) *attr.Opt[kind.EtherType] { return &b.EtherType }),
	"srcportmin":   num16(func(b *kind.BareUDP) *attr.Opt[uint16] { return &b.SourcePortMin }),
	"multiproto":   said(func(b *kind.BareUDP) *attr.Opt[bool] { return &b.MultiProtocol }),
	"nomultiproto": denied(func(b *kind.BareUDP) *attr.Opt[bool] { return &b.MultiProtocol }),
}

var gtpOptions = options[kind.GTP]{
	"role":          word(func(g *kind.GTP) *attr.Opt[kind.GTPRole] { return &g.Role }),
	"hsize":         num32(func(g *kind.GTP) *attr.Opt[uint32] { return &g.HashSize }),
	"restart_count": num8(func(g *kind.GTP) *attr.Opt[uint8] { return &g.RestartCount }),
}

func (w *words) gtp(g *kind.GTP) error {
	const newHashSize = 1024
	*g = kind.GTP{CreateSockets: attr.On, HashSize: attr.U32(newHashSize)}
	return gtpOptions.read(w, g)
}

var amtOptions = options[kind.AMT]{
	"mode":         word(func(a *kind.AMT) *attr.Opt[kind.AMTMode] { return &a.Mode }),
	"local":        addr(func(a *kind.AMT) *netip.Addr { return &a.Local }),
	"discovery":    addr(func(a *kind.AMT) *netip.Addr { return &a.Discovery }),
	"dev":          ref(func(a *kind.AMT) *attr.Ref { return &a.Link }),
	"relay_port":   num16(func(a *kind.AMT) *attr.Opt[uint16] { return &a.RelayPort }),
	"gateway_port": num16(func(a *kind.AMT) *attr.Opt[uint16] { return &a.GatewayPort }),
	"max_tunnels":  num32(func(a *kind.AMT) *attr.Opt[uint32] { return &a.MaxTunnels }),
}
