package ipcmd

import (
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
)

// The options of the kinds whose tables are short.

var macvlanOptions = options[kind.Macvlan]{
	"mode":       word(func(m *kind.Macvlan) *attr.Opt[kind.MacvlanMode] { return &m.Mode }),
	"flag":       (*words).macvlanFlag,
	"macaddr":    (*words).macAddr,
	"bcqueuelen": num32(func(m *kind.Macvlan) *attr.Opt[uint32] { return &m.BroadcastQueueLen }),
	"bclim":      int32s(func(m *kind.Macvlan) *attr.Opt[int32] { return &m.BroadcastCutoff }),
}

func (w *words) macvlanFlag(m *kind.Macvlan) {
	if w.skip("null") {
		m.Flags.Set(0)
		return
	}
	var f kind.MacvlanFlags
	w.text(&f)
	m.Flags.Set(m.Flags.Value() | f)
}

// macAddr reads "add|del ADDRESS", "flush" or "set ADDRESS...".
func (w *words) macAddr(m *kind.Macvlan) {
	var c kind.MACCommand
	w.text(&c)
	m.MACCommand.Set(c)
	switch c {
	case kind.MACAdd, kind.MACDel:
		m.MAC = w.hwAddr()
	case kind.MACSet:
		for w.more() {
			m.MACs = append(m.MACs, w.hwAddr())
		}
	}
}

var vlanOptions = options[kind.VLAN]{
	"id":              num16(func(v *kind.VLAN) *attr.Opt[uint16] { return &v.ID }),
	"protocol":        word(func(v *kind.VLAN) *attr.Opt[kind.VLANProtocol] { return &v.Protocol }),
	"reorder_hdr":     onOff(func(v *kind.VLAN) *attr.Opt[bool] { return &v.ReorderHeader }),
	"gvrp":            onOff(func(v *kind.VLAN) *attr.Opt[bool] { return &v.GVRP }),
	"mvrp":            onOff(func(v *kind.VLAN) *attr.Opt[bool] { return &v.MVRP }),
	"loose_binding":   onOff(func(v *kind.VLAN) *attr.Opt[bool] { return &v.LooseBinding }),
	"bridge_binding":  onOff(func(v *kind.VLAN) *attr.Opt[bool] { return &v.BridgeBinding }),
	"egress-qos-map":  func(w *words, v *kind.VLAN) { v.EgressQoS = w.mappings() },
	"ingress-qos-map": func(w *words, v *kind.VLAN) { v.IngressQoS = w.mappings() },
}

func (w *words) mappings() (list []kind.QoSMapping) {
	for strings.Contains(w.peek(), ":") {
		from, to, _ := strings.Cut(w.next(), ":")
		f, err := strconv.ParseUint(from, 0, 32)
		if err != nil {
			w.fail(err.Error())
		}
		t, err := strconv.ParseUint(to, 0, 32)
		if err != nil {
			w.fail(err.Error())
		}
		list = append(list, kind.QoSMapping{From: uint32(f), To: uint32(t)})
	}
	return list
}

type vxlan = kind.VXLAN

// vxlan reads the options and adds what iproute2 says unasked: a new device
// learns, unless its tunnels are external; and a port of 0 is not sent.
func (w *words) vxlan(v *vxlan) error {
	err := vxlanOptions.read(w, v)
	if !w.existing && !v.Learning.IsSet() {
		v.Learning.Set(!v.External.Value())
	}
	if v.Port == attr.U16(0) {
		v.Port.Clear()
	}
	return err
}

var vxlanOptions = options[vxlan]{
	"id":            num32(func(v *vxlan) *attr.Opt[uint32] { return &v.ID }),
	"vni":           num32(func(v *vxlan) *attr.Opt[uint32] { return &v.ID }),
	"remote":        addr(func(v *vxlan) *netip.Addr { return &v.Remote }),
	"group":         addr(func(v *vxlan) *netip.Addr { return &v.Remote }),
	"local":         addr(func(v *vxlan) *netip.Addr { return &v.Local }),
	"dev":           ref(func(v *vxlan) *attr.Ref { return &v.Link }),
	"ttl":           (*words).ttl,
	"hoplimit":      (*words).ttl,
	"tos":           (*words).tos,
	"df":            word(func(v *vxlan) *attr.Opt[kind.DF] { return &v.DF }),
	"flowlabel":     (*words).label,
	"label":         (*words).label,
	"ageing":        times(time.Second, func(v *vxlan) *attr.Opt[time.Duration] { return &v.Ageing }),
	"maxaddress":    (*words).maxAddress,
	"port":          (*words).portRange,
	"srcport":       (*words).portRange,
	"dstport":       num16(func(v *vxlan) *attr.Opt[uint16] { return &v.Port }),
	"reserved_bits": func(w *words, v *vxlan) { v.ReservedBits.Set(w.number(64)) },
	"external":      said(func(v *vxlan) *attr.Opt[bool] { return &v.External }),
	"gbp":           said(func(v *vxlan) *attr.Opt[bool] { return &v.GBP }),
	"gpe":           said(func(v *vxlan) *attr.Opt[bool] { return &v.GPE }),
	"learning":      said(func(v *vxlan) *attr.Opt[bool] { return &v.Learning }),
	"nolearning":    denied(func(v *vxlan) *attr.Opt[bool] { return &v.Learning }),
	"vnifilter":     said(func(v *vxlan) *attr.Opt[bool] { return &v.VNIFilter }),
	"novnifilter":   denied(func(v *vxlan) *attr.Opt[bool] { return &v.VNIFilter }),
	"noexternal":    denied(func(v *vxlan) *attr.Opt[bool] { return &v.External }),
}

// vxlanSwitches are on as they are and off with "no" before them.
var vxlanSwitches = map[string]func(*vxlan) *attr.Opt[bool]{
	"proxy":          func(v *vxlan) *attr.Opt[bool] { return &v.Proxy },
	"rsc":            func(v *vxlan) *attr.Opt[bool] { return &v.RSC },
	"l2miss":         func(v *vxlan) *attr.Opt[bool] { return &v.L2Miss },
	"l3miss":         func(v *vxlan) *attr.Opt[bool] { return &v.L3Miss },
	"udpcsum":        func(v *vxlan) *attr.Opt[bool] { return &v.UDPChecksum },
	"udp6zerocsumtx": func(v *vxlan) *attr.Opt[bool] { return &v.UDPZeroChecksum6Tx },
	"udp6zerocsumrx": func(v *vxlan) *attr.Opt[bool] { return &v.UDPZeroChecksum6Rx },
	"remcsumtx":      func(v *vxlan) *attr.Opt[bool] { return &v.RemoteChecksumTx },
	"remcsumrx":      func(v *vxlan) *attr.Opt[bool] { return &v.RemoteChecksumRx },
	"localbypass":    func(v *vxlan) *attr.Opt[bool] { return &v.LocalBypass },
	"mcroute":        func(v *vxlan) *attr.Opt[bool] { return &v.MCRoute },
}

func init() {
	for name, at := range vxlanSwitches {
		vxlanOptions[name], vxlanOptions["no"+name] = said(at), denied(at)
	}
}

// inheritTOS is the value that copies the inner packet's.
const inheritTOS = 1

func (w *words) tos(v *vxlan) {
	if w.skip("inherit") {
		v.TOS.Set(inheritTOS)
		return
	}
	// Here iproute2 reads hexadecimal digits.
	n, err := strconv.ParseUint(w.next(), 16, 8)
	if err != nil {
		w.fail(err.Error())
	}
	v.TOS.Set(uint8(n))
}

func (w *words) ttl(v *vxlan) {
	switch {
	case w.skip("inherit"):
		v.TTLInherit.Set(true)
	case w.skip("auto"):
		v.TTL.Set(0)
	default:
		v.TTL.Set(uint8(w.number(8)))
	}
}

func (w *words) label(v *vxlan) {
	if w.skip("inherit") {
		v.LabelPolicy.Set(kind.LabelInherit)
		return
	}
	v.Label.Set(uint32(w.number(20)))
}

func (w *words) maxAddress(v *vxlan) {
	if w.skip("unlimited") {
		v.Limit.Set(0)
		return
	}
	v.Limit.Set(uint32(w.number(32)))
}

func (w *words) portRange(v *vxlan) {
	v.PortRange.Set(kind.PortRange{Low: uint16(w.number(16)), High: uint16(w.number(16))})
}
