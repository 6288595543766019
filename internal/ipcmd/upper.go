package ipcmd

import (
	"strconv"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
)

// The options of kinds that sit on other links or divide them.

var vrfOptions = options[kind.VRF]{"table": (*words).table}

// table is a number, or a name of those that every system has.
func (w *words) table(v *kind.VRF) {
	for name, n := range map[string]uint32{"default": 253, "main": 254, "local": 255} {
		if w.skip(name) {
			v.Table.Set(n)
			return
		}
	}
	v.Table.Set(uint32(w.number(32)))
}

var ipvlanOptions = options[kind.IPVLAN]{
	"mode":    word(func(v *kind.IPVLAN) *attr.Opt[kind.IPVLANMode] { return &v.Mode }),
	"bridge":  reach(kind.IPVLANBridge),
	"private": reach(kind.IPVLANPrivate),
	"vepa":    reach(kind.IPVLANVEPA),
}

// ipvlan reads the options and adds what iproute2 says unasked: a mode comes
// with a reach.
func (w *words) ipvlan(v *kind.IPVLAN) error {
	err := ipvlanOptions.read(w, v)
	if v.Mode.IsSet() && !v.Reach.IsSet() {
		v.Reach.Set(kind.IPVLANBridge)
	}
	return err
}

func reach(r kind.IPVLANReach) func(*words, *kind.IPVLAN) {
	return func(_ *words, v *kind.IPVLAN) { v.Reach.Set(r) }
}

var hsrOptions = options[kind.HSR]{
	"slave1":      ref(func(h *kind.HSR) *attr.Ref { return &h.Port1 }),
	"slave2":      ref(func(h *kind.HSR) *attr.Ref { return &h.Port2 }),
	"interlink":   ref(func(h *kind.HSR) *attr.Ref { return &h.Interlink }),
	"supervision": num8(func(h *kind.HSR) *attr.Opt[uint8] { return &h.MulticastSpec }),
	"version":     num8(func(h *kind.HSR) *attr.Opt[uint8] { return &h.Version }),
	"proto":       num8(func(h *kind.HSR) *attr.Opt[kind.HSRProtocol] { return &h.Protocol }),
}

type macsec = kind.MACsec

var macsecOptions = options[macsec]{
	"sci":         func(w *words, m *macsec) { m.SCI.Set(kind.SCI(w.number(64))) },
	"address":     (*words).sci,
	"port":        num16(func(m *macsec) *attr.Opt[uint16] { return &m.Port }),
	"cipher":      (*words).cipher,
	"icvlen":      num8(func(m *macsec) *attr.Opt[uint8] { return &m.ICVLen }),
	"encrypt":     onOff(func(m *macsec) *attr.Opt[bool] { return &m.Encrypt }),
	"send_sci":    onOff(func(m *macsec) *attr.Opt[bool] { return &m.IncludeSCI }),
	"end_station": onOff(func(m *macsec) *attr.Opt[bool] { return &m.EndStation }),
	"scb":         onOff(func(m *macsec) *attr.Opt[bool] { return &m.SCB }),
	"protect":     onOff(func(m *macsec) *attr.Opt[bool] { return &m.Protect }),
	"replay":      onOff(func(m *macsec) *attr.Opt[bool] { return &m.ReplayProtect }),
	"window":      num32(func(m *macsec) *attr.Opt[uint32] { return &m.Window }),
	"validate":    word(func(m *macsec) *attr.Opt[kind.MACsecValidation] { return &m.Validation }),
	"encodingsa":  num8(func(m *macsec) *attr.Opt[uint8] { return &m.EncodingSA }),
	"offload":     word(func(m *macsec) *attr.Opt[kind.MACsecOffload] { return &m.Offload }),
}

// sci reads "ADDRESS port NUMBER", which iproute2 puts together.
func (w *words) sci(m *macsec) {
	var n uint64
	for _, b := range w.hwAddr().AsSlice() {
		n = n<<8 | uint64(b)
	}
	w.skip("port")
	m.SCI.Set(kind.SCI(n<<16 | w.number(16)))
}

// cipher is in lower case here and in upper case where it is shown.
func (w *words) cipher(m *macsec) {
	for _, s := range []kind.CipherSuite{kind.GCMAES128, kind.GCMAES256, kind.GCMAESXPN128, kind.GCMAESXPN256} {
		if w.skip(lower(s.String())) {
			m.CipherSuite.Set(s)
			return
		}
	}
	w.fail("cipher " + strconv.Quote(w.next()))
}

// netkit reads "OPTIONS peer OPTIONS", the second of which begin with those
// that the kernel counts to this end.
func (w *words) netkit(n *kind.Netkit) error {
	policy, scrub := &n.Policy, &n.Scrub
	peer := false
	for w.more() {
		switch {
		case w.skip("mode"):
			word(func(n *kind.Netkit) *attr.Opt[kind.NetkitMode] { return &n.Mode })(w, n)
		case w.skip("forward"):
			policy.Set(kind.NetkitForward)
		case w.skip("blackhole"):
			policy.Set(kind.NetkitBlackhole)
		case w.skip("scrub"):
			word(func(s *attr.Opt[kind.NetkitScrub]) *attr.Opt[kind.NetkitScrub] { return s })(w, scrub)
		case !peer && w.skip("peer"):
			policy, scrub, peer = &n.PeerPolicy, &n.PeerScrub, true
		case peer:
			return w.peer(&n.Peer)
		default:
			w.fail("option " + strconv.Quote(w.next()))
		}
	}
	return w.err
}
