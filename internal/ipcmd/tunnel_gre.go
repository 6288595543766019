package ipcmd

import (
	"maps"
	"net/netip"
	"strconv"
	"strings"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
)

// The options of tunnels. For a new one iproute2 says nearly all of them,
// whatever the command names; the functions called new... have what it says
// unasked. One that is external says nothing else.

func init() {
	maps.Copy(kinds, map[string]func(*words, kind.Kind) error{
		"gre":       func(w *words, k kind.Kind) error { return w.gre(k.(*kind.GRE)) },
		"gretap":    func(w *words, k kind.Kind) error { return w.gre((*kind.GRE)(k.(*kind.GRETap))) },
		"erspan":    func(w *words, k kind.Kind) error { return w.erspan(k.(*kind.ERSPAN)) },
		"ip6gre":    func(w *words, k kind.Kind) error { return w.ip6gre(k.(*kind.IP6GRE)) },
		"ip6gretap": func(w *words, k kind.Kind) error { return w.ip6gre((*kind.IP6GRE)(k.(*kind.IP6GRETap))) },
		"ip6erspan": func(w *words, k kind.Kind) error { return w.ip6erspan(k.(*kind.IP6ERSPAN)) },
		"ipip":      func(w *words, k kind.Kind) error { return w.ipip(k.(*kind.IPIP)) },
		"sit":       func(w *words, k kind.Kind) error { return w.sit(k.(*kind.SIT)) },
		"ip6tnl":    func(w *words, k kind.Kind) error { return w.ip6tnl(k.(*kind.IP6Tnl)) },
		"vti":       func(w *words, k kind.Kind) error { return w.vti(k.(*kind.VTI)) },
		"vti6":      func(w *words, k kind.Kind) error { return w.vti6(k.(*kind.VTI6)) },
		"xfrm":      func(w *words, k kind.Kind) error { return xfrmOptions.read(w, k.(*kind.XFRM)) },
		"geneve":    func(w *words, k kind.Kind) error { return w.geneve(k.(*kind.Geneve)) },
		"bareudp":   func(w *words, k kind.Kind) error { return bareudpOptions.read(w, k.(*kind.BareUDP)) },
		"gtp":       func(w *words, k kind.Kind) error { return w.gtp(k.(*kind.GTP)) },
		"amt":       func(w *words, k kind.Kind) error { return amtOptions.read(w, k.(*kind.AMT)) },
		"pfcp":      func(w *words, _ kind.Kind) error { return options[struct{}]{}.read(w, &struct{}{}) },
	})
}

// isNew reports whether a tunnel is made with options: without, iproute2 says
// nothing.
func (w *words) isNew() bool { return !w.existing && w.more() }

// both returns the options of all tables.
func both[T any](a options[T], more ...options[T]) options[T] {
	for _, b := range more {
		maps.Copy(a, b)
	}
	return a
}

// within makes options of a part those of the whole.
func within[T, P any](o options[P], at func(*T) *P) options[T] {
	out := options[T]{}
	for name, f := range o {
		out[name] = func(w *words, v *T) { f(w, at(v)) }
	}
	return out
}

// endpoint reads an address, of which "any" is not said.
func endpoint[T any](at func(*T) *netip.Addr) func(*words, *T) {
	return func(w *words, v *T) {
		if !w.skip("any") {
			*at(v) = w.addr()
		}
	}
}

// hop reads a hop limit, 0 for "inherit".
func hop[T any](at func(*T) *attr.Opt[uint8]) func(*words, *T) {
	return func(w *words, v *T) {
		if w.skip("inherit") {
			at(v).Set(0)
			return
		}
		at(v).Set(uint8(w.number(8)))
	}
}

// service reads a type of service, in hexadecimal digits.
func service[T any](at func(*T) *attr.Opt[uint8]) func(*words, *T) {
	return func(w *words, v *T) {
		if w.skip("inherit") {
			at(v).Set(inheritTOS)
			return
		}
		at(v).Set(uint8(w.hex(8)))
	}
}

func (w *words) hex(bits int) uint64 {
	n, err := strconv.ParseUint(strings.TrimPrefix(w.next(), "0x"), 16, bits)
	if err != nil {
		w.fail(err.Error())
	}
	return n
}

var encapOptions = options[kind.Encap]{
	"encap":             word(func(e *kind.Encap) *attr.Opt[kind.EncapType] { return &e.Type }),
	"noencap":           func(_ *words, e *kind.Encap) { e.Type.Set(kind.EncapNone) },
	"encap-sport":       func(w *words, e *kind.Encap) { e.SourcePort.Set(w.autoPort()) },
	"encap-dport":       num16(func(e *kind.Encap) *attr.Opt[uint16] { return &e.DestinationPort }),
	"encap-csum":        said(func(e *kind.Encap) *attr.Opt[bool] { return &e.Checksum }),
	"noencap-csum":      denied(func(e *kind.Encap) *attr.Opt[bool] { return &e.Checksum }),
	"encap-udp6-csum":   said(func(e *kind.Encap) *attr.Opt[bool] { return &e.Checksum6 }),
	"noencap-udp6-csum": denied(func(e *kind.Encap) *attr.Opt[bool] { return &e.Checksum6 }),
	"encap-remcsum":     said(func(e *kind.Encap) *attr.Opt[bool] { return &e.RemoteChecksum }),
	"noencap-remcsum":   denied(func(e *kind.Encap) *attr.Opt[bool] { return &e.RemoteChecksum }),
}

func (w *words) autoPort() uint16 {
	if w.skip("auto") {
		return 0
	}
	return uint16(w.number(16))
}

// newEncap is without encapsulation, over IPv6 with checksums.
func newEncap(checksum6 bool) kind.Encap {
	return kind.Encap{Type: attr.Some(kind.EncapNone), SourcePort: attr.U16(0), DestinationPort: attr.U16(0), Checksum6: attr.Some(checksum6)}
}

var headerOptions = options[kind.IPv6Header]{
	"encaplimit":          (*words).encapLimit,
	"tclass":              (*words).trafficClass,
	"tc":                  (*words).trafficClass,
	"tos":                 (*words).trafficClass,
	"dsfield":             (*words).trafficClass,
	"flowlabel":           (*words).flowLabel,
	"fl":                  (*words).flowLabel,
	"dscp":                func(w *words, h *kind.IPv6Header) { w.skip("inherit"); h.CopyDSCP.Set(true) },
	"allow-localremote":   said(func(h *kind.IPv6Header) *attr.Opt[bool] { return &h.AllowLocalRemote }),
	"noallow-localremote": denied(func(h *kind.IPv6Header) *attr.Opt[bool] { return &h.AllowLocalRemote }),
}

func (w *words) encapLimit(h *kind.IPv6Header) {
	if w.skip("none") {
		h.NoEncapLimit.Set(true)
		return
	}
	h.EncapLimit.Set(uint8(w.number(8)))
}

func (w *words) trafficClass(h *kind.IPv6Header) {
	if w.skip("inherit") {
		h.CopyTrafficClass.Set(true)
		return
	}
	h.TrafficClass.Set(uint8(w.hex(8)))
}

func (w *words) flowLabel(h *kind.IPv6Header) {
	if w.skip("inherit") {
		h.CopyFlowLabel.Set(true)
		return
	}
	h.FlowLabel.Set(uint32(w.hex(20)))
}

// mark reads a firewall mark, which can be that of the inner packet.
func mark[T any](at func(*T) (*attr.Opt[uint32], *kind.IPv6Header)) func(*words, *T) {
	return func(w *words, v *T) {
		m, h := at(v)
		if w.skip("inherit") {
			h.CopyMark.Set(true)
			return
		}
		m.Set(uint32(w.number(32)))
	}
}

const (
	newHopLimit   = 64
	newEncapLimit = 4
)

func newHeader() kind.IPv6Header {
	return kind.IPv6Header{EncapLimit: attr.U8(newEncapLimit), FlowLabel: attr.U32(0), NoEncapLimit: attr.Off}
}

// greWay points to what is said of packets in one direction.
type greWay struct {
	key                  *attr.Opt[kind.TunnelKey]
	keyed, seq, checksum *attr.Opt[bool]
}

// greWays returns the options of one direction, or with no prefix of both.
func greWays[T any](prefix string, ways func(*T) []greWay) options[T] {
	o := options[T]{
		prefix + "key": func(w *words, v *T) {
			var k kind.TunnelKey
			w.text(&k)
			for _, way := range ways(v) {
				way.key.Set(k)
				way.keyed.Set(true)
			}
		},
		"no" + prefix + "key": func(_ *words, v *T) {
			for _, way := range ways(v) {
				way.key.Set(0)
				way.keyed.Set(false)
			}
		},
	}
	for name, at := range map[string]func(greWay) *attr.Opt[bool]{
		prefix + "seq":  func(way greWay) *attr.Opt[bool] { return way.seq },
		prefix + "csum": func(way greWay) *attr.Opt[bool] { return way.checksum },
	} {
		for word, on := range map[string]bool{name: true, "no" + name: false} {
			o[word] = func(_ *words, v *T) {
				for _, way := range ways(v) {
					at(way).Set(on)
				}
			}
		}
	}
	return o
}

func greIn(g *kind.GRE) greWay { return greWay{&g.InKey, &g.InKeyed, &g.InSequence, &g.InChecksum} }
func greOut(g *kind.GRE) greWay {
	return greWay{&g.OutKey, &g.OutKeyed, &g.OutSequence, &g.OutChecksum}
}

var greOptions = both(options[kind.GRE]{
	"local":       endpoint(func(g *kind.GRE) *netip.Addr { return &g.Local }),
	"remote":      endpoint(func(g *kind.GRE) *netip.Addr { return &g.Remote }),
	"dev":         ref(func(g *kind.GRE) *attr.Ref { return &g.Link }),
	"ttl":         hop(func(g *kind.GRE) *attr.Opt[uint8] { return &g.TTL }),
	"hoplimit":    hop(func(g *kind.GRE) *attr.Opt[uint8] { return &g.TTL }),
	"hlim":        hop(func(g *kind.GRE) *attr.Opt[uint8] { return &g.TTL }),
	"tos":         service(func(g *kind.GRE) *attr.Opt[uint8] { return &g.TOS }),
	"tclass":      service(func(g *kind.GRE) *attr.Opt[uint8] { return &g.TOS }),
	"dsfield":     service(func(g *kind.GRE) *attr.Opt[uint8] { return &g.TOS }),
	"pmtudisc":    said(func(g *kind.GRE) *attr.Opt[bool] { return &g.PathMTUDiscovery }),
	"nopmtudisc":  denied(func(g *kind.GRE) *attr.Opt[bool] { return &g.PathMTUDiscovery }),
	"ignore-df":   said(func(g *kind.GRE) *attr.Opt[bool] { return &g.IgnoreDF }),
	"noignore-df": denied(func(g *kind.GRE) *attr.Opt[bool] { return &g.IgnoreDF }),
	"fwmark":      num32(func(g *kind.GRE) *attr.Opt[uint32] { return &g.Mark }),
	"external":    said(func(g *kind.GRE) *attr.Opt[bool] { return &g.External }),
},
	within(encapOptions, func(g *kind.GRE) *kind.Encap { return &g.Encap }),
	greWays("i", func(g *kind.GRE) []greWay { return []greWay{greIn(g)} }),
	greWays("o", func(g *kind.GRE) []greWay { return []greWay{greOut(g)} }),
	greWays("", func(g *kind.GRE) []greWay { return []greWay{greIn(g), greOut(g)} }),
)

func newGRE() kind.GRE {
	return kind.GRE{
		InKey: attr.Some[kind.TunnelKey](0), OutKey: attr.Some[kind.TunnelKey](0), InKeyed: attr.Off, OutKeyed: attr.Off,
		PathMTUDiscovery: attr.On, TTL: attr.U8(0), TOS: attr.U8(0), Mark: attr.U32(0), Encap: newEncap(false),
	}
}

func (w *words) gre(g *kind.GRE) error {
	if w.isNew() {
		*g = newGRE()
	}
	err := greOptions.read(w, g)
	if g.External.Value() {
		*g = kind.GRE{External: attr.On}
	}
	return err
}

// erspanOf points to what ERSPAN adds to GRE.
type erspanOf struct {
	version *attr.Opt[uint8]
	index   *attr.Opt[uint32]
	dir     *attr.Opt[kind.ERSPANDirection]
	hwid    *attr.Opt[uint16]
}

func erspanWords[T any](at func(*T) erspanOf) options[T] {
	return options[T]{
		"erspan":      num32(func(v *T) *attr.Opt[uint32] { return at(v).index }),
		"erspan_ver":  num8(func(v *T) *attr.Opt[uint8] { return at(v).version }),
		"erspan_dir":  word(func(v *T) *attr.Opt[kind.ERSPANDirection] { return at(v).dir }),
		"erspan_hwid": num16(func(v *T) *attr.Opt[uint16] { return at(v).hwid }),
	}
}

var erspanOptions = both(within(greOptions, func(e *kind.ERSPAN) *kind.GRE { return &e.GRE }),
	erspanWords(func(e *kind.ERSPAN) erspanOf { return erspanOf{&e.Version, &e.Index, &e.Direction, &e.HardwareID} }))

func (w *words) erspan(e *kind.ERSPAN) error {
	if w.isNew() {
		*e = kind.ERSPAN{GRE: newGRE(), Version: attr.U8(1)}
	}
	err := erspanOptions.read(w, e)
	if e.External.Value() {
		*e = kind.ERSPAN{GRE: kind.GRE{External: attr.On}}
	}
	return err
}

func ip6greIn(g *kind.IP6GRE) greWay {
	return greWay{&g.InKey, &g.InKeyed, &g.InSequence, &g.InChecksum}
}

func ip6greOut(g *kind.IP6GRE) greWay {
	return greWay{&g.OutKey, &g.OutKeyed, &g.OutSequence, &g.OutChecksum}
}

var ip6greOptions = both(options[kind.IP6GRE]{
	"local":    endpoint(func(g *kind.IP6GRE) *netip.Addr { return &g.Local }),
	"remote":   endpoint(func(g *kind.IP6GRE) *netip.Addr { return &g.Remote }),
	"dev":      ref(func(g *kind.IP6GRE) *attr.Ref { return &g.Link }),
	"ttl":      hop(func(g *kind.IP6GRE) *attr.Opt[uint8] { return &g.HopLimit }),
	"hoplimit": hop(func(g *kind.IP6GRE) *attr.Opt[uint8] { return &g.HopLimit }),
	"hlim":     hop(func(g *kind.IP6GRE) *attr.Opt[uint8] { return &g.HopLimit }),
	"fwmark":   mark(func(g *kind.IP6GRE) (*attr.Opt[uint32], *kind.IPv6Header) { return &g.Mark, &g.Header }),
	"external": said(func(g *kind.IP6GRE) *attr.Opt[bool] { return &g.External }),
},
	within(headerOptions, func(g *kind.IP6GRE) *kind.IPv6Header { return &g.Header }),
	within(encapOptions, func(g *kind.IP6GRE) *kind.Encap { return &g.Encap }),
	greWays("i", func(g *kind.IP6GRE) []greWay { return []greWay{ip6greIn(g)} }),
	greWays("o", func(g *kind.IP6GRE) []greWay { return []greWay{ip6greOut(g)} }),
	greWays("", func(g *kind.IP6GRE) []greWay { return []greWay{ip6greIn(g), ip6greOut(g)} }),
)

func newIP6GRE() kind.IP6GRE {
	return kind.IP6GRE{
		InKey: attr.Some[kind.TunnelKey](0), OutKey: attr.Some[kind.TunnelKey](0), InKeyed: attr.Off, OutKeyed: attr.Off,
		HopLimit: attr.U8(newHopLimit), Header: newHeader(), Mark: attr.U32(0), Encap: newEncap(true),
	}
}

// greERSPANVer is IFLA_GRE_ERSPAN_VER, which iproute2 also says of tunnels over
// IPv6 that are no ERSPAN. The kernel ignores it there.
const greERSPANVer = 22

func (w *words) ip6gre(g *kind.IP6GRE) error {
	if w.isNew() {
		*g = newIP6GRE()
		g.Unknown = attr.Raw(attr.AppendUint8(nil, greERSPANVer, 1))
	}
	err := ip6greOptions.read(w, g)
	if g.External.Value() {
		*g = kind.IP6GRE{External: attr.On}
	}
	return err
}

var ip6erspanOptions = both(within(ip6greOptions, func(e *kind.IP6ERSPAN) *kind.IP6GRE { return &e.IP6GRE }),
	erspanWords(func(e *kind.IP6ERSPAN) erspanOf { return erspanOf{&e.Version, &e.Index, &e.Direction, &e.HardwareID} }))

func (w *words) ip6erspan(e *kind.IP6ERSPAN) error {
	if w.isNew() {
		*e = kind.IP6ERSPAN{IP6GRE: newIP6GRE(), Version: attr.U8(1)}
	}
	err := ip6erspanOptions.read(w, e)
	if e.External.Value() {
		*e = kind.IP6ERSPAN{IP6GRE: kind.IP6GRE{External: attr.On}}
	}
	return err
}
