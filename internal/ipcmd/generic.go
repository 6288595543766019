package ipcmd

import (
	"fmt"
	"strconv"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/link"
)

// The options of all links. Those that the peer of a pair has too are read into a
// Spec first: a Peer is part of one.

type spec = link.Spec

// generic reads what any link can be given, up to the end or a word that
// belongs to the one who called. The first word that is no option is the link.
func (w *words) generic(s *spec, device *link.Ref) error {
	for w.more() {
		name := w.peek()
		if f := genericOptions[name]; f != nil {
			w.next()
			f(w, s)
			continue
		}
		switch {
		case name == "type":
			w.next()
			if err := w.kind(s); err != nil {
				return err
			}
			return w.err
		case name == "peer":
			return w.err
		case name == "name" || !w.existing:
			w.skip("name")
			w.skip("dev")
			s.Name = w.next()
		case !device.IsSet() && !s.Group.IsSet():
			w.skip("dev")
			*device = link.Name(w.next())
		default:
			return fmt.Errorf("%w: option %q", ErrCommand, name)
		}
	}
	return w.err
}

var genericOptions options[spec]

func init() {
	link32 := num32[spec, uint32]
	flag := onOff[spec]
	genericOptions = options[spec]{
		"link":              ref(func(s *spec) *attr.Ref { return &s.Lower }),
		"master":            ref(func(s *spec) *attr.Ref { return &s.Master }),
		"nomaster":          func(_ *words, s *spec) { s.Master = link.None },
		"index":             func(w *words, s *spec) { s.Index = uint32(w.number(31)) },
		"address":           mac(func(s *spec) *attr.HWAddr { return &s.Address }),
		"broadcast":         mac(func(s *spec) *attr.HWAddr { return &s.Broadcast }),
		"mtu":               link32(func(s *spec) *attr.Opt[uint32] { return &s.MTU }),
		"txqueuelen":        link32(func(s *spec) *attr.Opt[uint32] { return &s.TxQueueLen }),
		"txqlen":            link32(func(s *spec) *attr.Opt[uint32] { return &s.TxQueueLen }),
		"qlen":              link32(func(s *spec) *attr.Opt[uint32] { return &s.TxQueueLen }),
		"group":             (*words).group,
		"numtxqueues":       link32(func(s *spec) *attr.Opt[uint32] { return &s.NumTxQueues }),
		"numrxqueues":       link32(func(s *spec) *attr.Opt[uint32] { return &s.NumRxQueues }),
		"gso_max_size":      link32(func(s *spec) *attr.Opt[uint32] { return &s.GSOMaxSize }),
		"gso_max_segs":      link32(func(s *spec) *attr.Opt[uint32] { return &s.GSOMaxSegs }),
		"gro_max_size":      link32(func(s *spec) *attr.Opt[uint32] { return &s.GROMaxSize }),
		"gso_ipv4_max_size": link32(func(s *spec) *attr.Opt[uint32] { return &s.GSOIPv4MaxSize }),
		"gro_ipv4_max_size": link32(func(s *spec) *attr.Opt[uint32] { return &s.GROIPv4MaxSize }),
		"up":                said(func(s *spec) *attr.Opt[bool] { return &s.Up }),
		"down":              denied(func(s *spec) *attr.Opt[bool] { return &s.Up }),
		"arp":               flag(func(s *spec) *attr.Opt[bool] { return &s.ARP }),
		"promisc":           flag(func(s *spec) *attr.Opt[bool] { return &s.Promisc }),
		"allmulticast":      flag(func(s *spec) *attr.Opt[bool] { return &s.AllMulti }),
		"multicast":         flag(func(s *spec) *attr.Opt[bool] { return &s.Multicast }),
		"trailers":          flag(func(s *spec) *attr.Opt[bool] { return &s.Trailers }),
		"dynamic":           flag(func(s *spec) *attr.Opt[bool] { return &s.Dynamic }),
		"carrier":           flag(func(s *spec) *attr.Opt[bool] { return &s.Carrier }),
		"protodown":         flag(func(s *spec) *attr.Opt[bool] { return &s.ProtoDown }),
		"protodown_reason":  (*words).reason,
		"state":             (*words).operState,
		"mode":              (*words).linkMode,
		"alias":             func(w *words, s *spec) { s.Alias.Set(w.next()) },
		"addrgenmode":       word(func(s *spec) *attr.Opt[kind.AddrGenMode] { return &s.AddrGenMode }),
		"netns":             (*words).netns,
		"link-netns":        (*words).linkNetNS,
		"link-netnsid":      int32s(func(s *spec) *attr.Opt[int32] { return &s.LowerNetNSID }),
		"parentdev":         func(w *words, s *spec) { s.ParentDev = w.next() },
		"inet":              (*words).inet,
		"vf":                (*words).vf,
		"xdp":               xdp(0),
		"xdpgeneric":        xdp(link.XDPInSKB),
		"xdpdrv":            xdp(link.XDPInDriver),
		"xdpoffload":        xdp(link.XDPInHardware),
	}
}

func (w *words) group(s *spec) {
	if w.skip("default") {
		s.Group.Set(0)
		return
	}
	s.Group.Set(uint32(w.number(32)))
}

// reason is a bit by its number, on or off.
func (w *words) reason(s *spec) {
	bit := uint32(1) << w.number(5)
	r := kind.ProtoDownReason{Mask: attr.U32(bit), Value: attr.U32(0)}
	if w.onOff() {
		r.Value.Set(bit)
	}
	s.ProtoDownReason.Set(r)
}

// Here iproute2 takes the words in lower case and shows them in upper case.

func (w *words) operState(s *spec) {
	for v := kind.OperUnknown; v <= kind.OperUp; v++ {
		if w.skip(lower(v.String())) {
			s.OperState.Set(v)
			return
		}
	}
	w.fail("state " + w.next())
}

func (w *words) linkMode(s *spec) {
	for v := kind.LinkModeDefault; v <= kind.LinkModeTesting; v++ {
		if w.skip(lower(v.String())) {
			s.LinkMode.Set(v)
			return
		}
	}
	w.fail("mode " + w.next())
}

func lower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

// netns is a name, a path or a process. iproute2 opens all three, so that the
// request holds a descriptor, whose number means nothing here.
func (w *words) netns(s *spec) {
	w.next()
	s.NetNS = kind.NetNSFD(0)
}

func (w *words) linkNetNS(s *spec) {
	id, ok := w.names.NetNS[w.peek()]
	if !ok {
		w.err = fmt.Errorf("%w: namespace %q", ErrName, w.peek())
	}
	w.next()
	s.LowerNetNSID.Set(id)
}

// settingWords are the words for settings that have another name in /proc.
var settingWords = map[kind.IPv4Setting]string{kind.IPv4SrcVMark: "src_vmark"}

// inet reads settings of IPv4 as long as there are some.
func (w *words) inet(s *spec) {
	for w.setting(s) && w.err == nil {
	}
}

func (w *words) setting(s *spec) bool {
	for i := kind.IPv4Setting(1); i <= kind.IPv4ARPEvictNoCarrier; i++ {
		name := i.String()
		if other := settingWords[i]; other != "" {
			name = other
		}
		if !w.skip(name) {
			continue
		}
		switch v := w.next(); v {
		case "on":
			s.IPv4.Set(i, 1)
		case "off":
			s.IPv4.Set(i, 0)
		default:
			n, err := strconv.ParseInt(v, 0, 32)
			if err != nil {
				w.fail(err.Error())
			}
			s.IPv4.Set(i, int32(n))
		}
		return true
	}
	return false
}

// xdp reads "off" or a program. Without -force, iproute2 asks that there be
// none yet; the descriptor means nothing here.
func xdp(where link.XDPFlags) func(*words, *spec) {
	return func(w *words, s *spec) {
		x := link.XDP{FD: attr.I32(-1), Flags: attr.Some(where | link.XDPIfNoneExists)}
		if w.force {
			x.Flags.Set(where)
		}
		if !w.skip("off") {
			w.skip("pinned")
			w.next()
			x.FD.Set(0)
		}
		s.XDP.Set(x)
	}
}

// vf reads the settings of one virtual function.
func (w *words) vf(s *spec) {
	f := link.VF{Number: uint32(w.number(32))}
	for w.err == nil {
		read := vfOptions[w.peek()]
		if read == nil {
			break
		}
		w.next()
		read(w, &f)
	}
	s.VFs = append(s.VFs, f)
}

var vfOptions = options[link.VF]{
	"mac":  func(w *words, v *link.VF) { v.MAC.Set(w.hwAddr()) },
	"vlan": (*words).vfVLAN,
	"rate": num32(func(v *link.VF) *attr.Opt[uint32] { return &v.TxRate }),
	"max_tx_rate": func(w *words, v *link.VF) {
		v.Rate.Set(link.VFRate{Min: v.Rate.Value().Min, Max: uint32(w.number(32))})
	},
	"min_tx_rate": func(w *words, v *link.VF) {
		v.Rate.Set(link.VFRate{Min: uint32(w.number(32)), Max: v.Rate.Value().Max})
	},
	"spoofchk":  onOff(func(v *link.VF) *attr.Opt[bool] { return &v.SpoofCheck }),
	"query_rss": onOff(func(v *link.VF) *attr.Opt[bool] { return &v.RSSQuery }),
	"trust":     onOff(func(v *link.VF) *attr.Opt[bool] { return &v.Trust }),
	"state":     word(func(v *link.VF) *attr.Opt[link.VFLinkState] { return &v.LinkState }),
	"node_guid": guid(func(v *link.VF) *attr.Opt[uint64] { return &v.NodeGUID }),
	"port_guid": guid(func(v *link.VF) *attr.Opt[uint64] { return &v.PortGUID }),
}

// vfVLAN reads "ID [qos N] [proto P]", which is sent as a list if it has a
// protocol.
func (w *words) vfVLAN(v *link.VF) {
	x := link.VFVLANInfo{ID: uint32(w.number(12)), Protocol: uint16(kind.VLAN8021Q)}
	if w.skip("qos") {
		x.QoS = uint32(w.number(3))
	}
	if !w.skip("proto") {
		v.VLAN.Set(link.VFVLAN{ID: x.ID, QoS: x.QoS})
		return
	}
	var p kind.VLANProtocol
	w.text(&p)
	x.Protocol = uint16(p)
	v.VLANs = append(v.VLANs, x)
}

// guid is written as eight bytes with colons between them.
func guid(at func(*link.VF) *attr.Opt[uint64]) func(*words, *link.VF) {
	return func(w *words, v *link.VF) {
		var n uint64
		for _, b := range w.hwAddr().AsSlice() {
			n = n<<8 | uint64(b)
		}
		at(v).Set(n)
	}
}

// pair reads "peer OPTIONS" of a veth and its like.
func (w *words) pair(k kind.Pairer) error {
	if !w.skip("peer") {
		return w.err
	}
	return w.peer(k.PeerSpec())
}

// peer reads the options of the other end of a pair.
func (w *words) peer(p *attr.Opt[kind.Peer]) error {
	var s spec
	var none link.Ref
	if err := w.generic(&s, &none); err != nil {
		return err
	}
	p.Set(kind.Peer{
		Index: s.Index, Name: s.Name, Address: s.Address, Broadcast: s.Broadcast, MTU: s.MTU, Master: s.Master,
		Up: s.Up, ARP: s.ARP, Promisc: s.Promisc, AllMulti: s.AllMulti, Multicast: s.Multicast, Trailers: s.Trailers,
		Dynamic: s.Dynamic, TxQueueLen: s.TxQueueLen, OperState: s.OperState, LinkMode: s.LinkMode, Group: s.Group,
		Alias: s.Alias, NumTxQueues: s.NumTxQueues, NumRxQueues: s.NumRxQueues, Carrier: s.Carrier, ProtoDown: s.ProtoDown,
		ProtoDownReason: s.ProtoDownReason, GSOMaxSize: s.GSOMaxSize, GSOMaxSegs: s.GSOMaxSegs, GROMaxSize: s.GROMaxSize,
		GSOIPv4MaxSize: s.GSOIPv4MaxSize, GROIPv4MaxSize: s.GROIPv4MaxSize, NetNS: s.NetNS,
	})
	return nil
}
