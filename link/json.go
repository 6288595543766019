package link

import (
	"encoding/hex"
	"encoding/json"
	"net/netip"
	"strconv"

	"github.com/iplink-go/iplink/attr"
)

// The JSON of links is that of "ip -d -s -j link show", whose keys and types
// programs know. It is the one place with a list beside the lists of fields:
// iproute2 groups, renames and leaves out by rules of its own.

// MarshalJSON writes the link as an element of "ip -d -s -j link show". Other
// links are shown by index; [Links] knows their names.
//
// Data of a kind without a type, which iproute2 leaves out, is "info_raw" in
// "linkinfo", beside "info_kind", and that of a port "info_slave_raw": an array
// of its attributes as {"type": 1, "data": "2a000000"}, data being the payload
// in hexadecimal.
func (l Link) MarshalJSON() ([]byte, error) { return json.Marshal(l.object(view{})) }

// MarshalJSON writes the links as "ip -d -s -j link show" does.
func (ls Links) MarshalJSON() ([]byte, error) {
	v := ls.view()
	out := make([]attr.Object, len(ls))
	for i := range ls {
		out[i] = ls[i].object(v)
	}
	return json.Marshal(out)
}

// A view is what is known beside the link that is shown.
type view struct {
	attr.Printer
	// byIndex returns another link of the namespace, nil if not known.
	byIndex func(uint32) *Link
}

func (v view) link(i uint32) *Link {
	if v.byIndex == nil {
		return nil
	}
	return v.byIndex(i)
}

func (l *Link) object(v view) attr.Object {
	o := attr.Object{}
	o.Set("ifindex", l.Index)
	l.lowerObject(&o, v)
	o.Set("ifname", l.Name)
	o.Set("flags", l.flagWords(v))
	setOpt(&o, "mtu", l.MTU)
	if x, ok := l.XDP.Get(); ok && x.Attached.Or(XDPNone) != XDPNone {
		o.Set("xdp", x.object())
	}
	setText(&o, "qdisc", l.QDisc)
	if l.Master.IsSet() {
		o.Set("master", v.refName(l.Master))
	}
	if s, ok := l.OperState.Get(); ok {
		o.Set("operstate", s.String())
	}
	if m, ok := l.LinkMode.Get(); ok {
		o.Set("linkmode", m.String())
	}
	if g, ok := l.Group.Get(); ok {
		o.Set("group", groupName(g))
	}
	if n := l.TxQueueLen.Value(); n != 0 {
		o.Set("txqlen", n)
	}
	o.Set("link_type", l.Type.String())
	l.addressObject(&o)
	l.detailObject(&o, v)
	if s, ok := l.Stats.Get(); ok {
		o.Set("stats64", s.object(false))
	}
	if len(l.VFs) > 0 {
		o.Set("vfinfo_list", l.vfObjects())
	}
	if len(l.AltNames) > 0 {
		o.Set("altnames", l.AltNames)
	}
	return o
}

// lowerObject sets the link below: by name where it is known, else by index.
func (l *Link) lowerObject(o *attr.Object, v view) {
	i, ok := l.Lower.Index()
	switch {
	case !ok:
	case l.LowerNetNSID.IsSet():
		o.Set("link_index", i)
	case i == 0:
		o.Set("link", nil)
	default:
		o.Set("link", v.refName(l.Lower))
	}
}

func (v view) refName(r Ref) string {
	if i, ok := r.Index(); ok && v.LinkName != nil {
		if name := v.LinkName(i); name != "" {
			return name
		}
	}
	return "if" + r.String()
}

// flagWords are the names of the flags, with those that iproute2 derives.
func (l *Link) flagWords(v view) []string {
	words := []string{}
	if l.Flags&FlagUp != 0 && l.Flags&FlagRunning == 0 {
		words = append(words, "NO-CARRIER")
	}
	rest := l.Flags &^ FlagRunning
	for _, w := range flagNames {
		if rest&w.Value != 0 {
			words = append(words, w.Name)
			rest &^= w.Value
		}
	}
	if rest != 0 {
		words = append(words, strconv.FormatUint(uint64(rest), 16))
	}
	if l.lowerIsDown(v) {
		words = append(words, "M-DOWN")
	}
	return words
}

func (l *Link) lowerIsDown(v view) bool {
	i, ok := l.Lower.Index()
	if !ok || i == 0 || l.LowerNetNSID.IsSet() {
		return false
	}
	lower := v.link(i)
	return lower != nil && !lower.IsUp()
}

// groupName is the name of a group: iproute2 takes others from a file that
// this library does not read.
func groupName(g uint32) string {
	if g == 0 {
		return "default"
	}
	return strconv.FormatUint(uint64(g), 10)
}

func (l *Link) addressObject(o *attr.Object) {
	setText(o, "address", l.addressText(l.Address))
	if l.Flags&FlagPointToPoint != 0 && l.Broadcast.IsValid() {
		o.Set("link_pointtopoint", true)
	}
	setText(o, "broadcast", l.addressText(l.Broadcast))
	if l.PermAddress.IsValid() && l.PermAddress != l.Address {
		o.Set("permaddr", l.addressText(l.PermAddress))
	}
	setOpt(o, "link_netnsid", l.LowerNetNSID)
}

// addressText writes the ends of IP tunnels as IP addresses.
func (l *Link) addressText(a attr.HWAddr) string {
	switch {
	case (l.Type == TypeTunnel || l.Type == TypeSIT || l.Type == TypeIPGRE) && a.Len() == 4,
		(l.Type == TypeTunnel6 || l.Type == TypeIP6GRE) && a.Len() == 16:
		ip, _ := netip.AddrFromSlice(a.AsSlice())
		return ip.String()
	}
	return a.String()
}

func (l *Link) detailObject(o *attr.Object, v view) {
	if l.ProtoDown.Value() {
		o.Set("proto_down", true)
	}
	if r, ok := l.ProtoDownReason.Get(); ok && r.Value.Value() != 0 {
		o.Set("proto_down_reason", bitNumbers(r.Value.Value()))
	}
	setOpt(o, "promiscuity", l.Promiscuity)
	setOpt(o, "allmulti", l.AllMulti)
	setOpt(o, "min_mtu", l.MinMTU)
	setOpt(o, "max_mtu", l.MaxMTU)
	if l.NetNSImmutable.Value() {
		o.Set("netns-immutable", true)
	}
	if l.Kind != nil || l.Port != nil {
		o.Set("linkinfo", l.infoObject(v))
	}
	if m, ok := l.AddrGenMode.Get(); ok {
		o.Set("inet6_addr_gen_mode", m.String())
	}
	setOpt(o, "num_tx_queues", l.NumTxQueues)
	setOpt(o, "num_rx_queues", l.NumRxQueues)
	setOpt(o, "gso_max_size", l.GSOMaxSize)
	setOpt(o, "gso_max_segs", l.GSOMaxSegs)
	setOpt(o, "tso_max_size", l.TSOMaxSize)
	setOpt(o, "tso_max_segs", l.TSOMaxSegs)
	setOpt(o, "gro_max_size", l.GROMaxSize)
	setOpt(o, "gso_ipv4_max_size", l.GSOIPv4MaxSize)
	setOpt(o, "gro_ipv4_max_size", l.GROIPv4MaxSize)
	setText(o, "phys_port_name", l.PhysPortName)
	setText(o, "phys_port_id", hex.EncodeToString([]byte(l.PhysPortID)))
	setText(o, "phys_switch_id", hex.EncodeToString([]byte(l.PhysSwitchID)))
	setText(o, "parentbus", l.ParentBus)
	setText(o, "parentdev", l.ParentDev)
	if a := l.Alias.Value(); a != "" {
		o.Set("ifalias", a)
	}
}

// bitNumbers are the numbers of the bits that are set, which is how iproute2
// shows reasons that its files have no name for.
func bitNumbers(v uint32) []string {
	var out []string
	for i := range 32 {
		if v&(1<<i) != 0 {
			out = append(out, strconv.Itoa(i))
		}
	}
	return out
}

func (l *Link) infoObject(v view) attr.Object {
	o := attr.Object{}
	if l.Kind != nil {
		o.Set("info_kind", l.Kind.Kind())
		if d := v.Object(l.Kind); len(d) > 0 {
			o.Set("info_data", d)
		}
		setRaw(&o, "info_raw", opaque(l.Kind))
	}
	if l.KindStats != nil {
		o.Set("info_xstats", v.Object(l.KindStats))
	}
	if l.Port != nil {
		o.Set("info_slave_kind", l.Port.Kind())
		if d := v.Object(l.Port); len(d) > 0 {
			o.Set("info_slave_data", d)
		}
		setRaw(&o, "info_slave_raw", opaque(l.Port))
	}
	return o
}

// setRaw sets attributes of which only number and payload are known.
func setRaw(o *attr.Object, key string, data attr.Raw) {
	if data == "" {
		return
	}
	var list []attr.Object
	for t, payload := range data.All() {
		list = append(list, attr.Object{{Key: "type", Value: t}, {Key: "data", Value: hex.EncodeToString(payload)}})
	}
	o.Set(key, list)
}

// MarshalJSON writes the counters as "ip -s -s -j link show" does, with the
// details of the errors. The JSON of a link leaves those out, as one -s does.
func (s Stats) MarshalJSON() ([]byte, error) { return json.Marshal(s.object(true)) }

// object groups the counters as iproute2 does.
func (s Stats) object(details bool) attr.Object {
	rx, tx := attr.Object{}, attr.Object{}
	setAll(&rx, []counter{
		{"bytes", s.RxBytes}, {"packets", s.RxPackets}, {"errors", s.RxErrors}, {"dropped", s.RxDropped},
		{"over_errors", s.RxOverErrors}, {"multicast", s.Multicast},
	})
	setNonZero(&rx, counter{"compressed", s.RxCompressed})
	setAll(&tx, []counter{
		{"bytes", s.TxBytes}, {"packets", s.TxPackets}, {"errors", s.TxErrors}, {"dropped", s.TxDropped},
		{"carrier_errors", s.TxCarrierErrors}, {"collisions", s.Collisions},
	})
	setNonZero(&tx, counter{"compressed", s.TxCompressed})
	if details {
		s.details(&rx, &tx)
	}
	return attr.Object{{Key: "rx", Value: rx}, {Key: "tx", Value: tx}}
}

func (s Stats) details(rx, tx *attr.Object) {
	setAll(rx, []counter{
		{"length_errors", s.RxLengthErrors}, {"crc_errors", s.RxCRCErrors}, {"frame_errors", s.RxFrameErrors},
		{"fifo_errors", s.RxFIFOErrors}, {"missed_errors", s.RxMissedErrors},
	})
	setNonZero(rx, counter{"nohandler", s.RxNoHandler})
	setNonZero(rx, counter{"otherhost_dropped", s.RxOtherHostDropped})
	setAll(tx, []counter{
		{"aborted_errors", s.TxAbortedErrors}, {"fifo_errors", s.TxFIFOErrors}, {"window_errors", s.TxWindowErrors},
		{"heartbeat_errors", s.TxHeartbeatErrors},
	})
}

type counter struct {
	key string
	n   uint64
}

func setAll(o *attr.Object, counters []counter) {
	for _, c := range counters {
		o.Set(c.key, c.n)
	}
}

func setNonZero(o *attr.Object, c counter) {
	if c.n != 0 {
		o.Set(c.key, c.n)
	}
}

// object names the programs by id. iproute2 adds what the BPF system calls
// tell of them, which is not in the message.
func (x XDP) object() attr.Object {
	o := attr.Object{}
	o.Set("mode", uint8(x.Attached.Value()))
	if id, ok := x.ProgID.Get(); ok {
		o.Set("prog/id", id)
	}
	var attached []attr.Object
	for mode, id := range map[XDPMode]attr.Opt[uint32]{XDPDriver: x.DrvProgID, XDPGeneric: x.SKBProgID, XDPHardware: x.HWProgID} {
		if v, ok := id.Get(); ok {
			a := attr.Object{{Key: "mode", Value: uint8(mode)}}
			a.Set("prog/id", v)
			attached = append(attached, a)
		}
	}
	if attached != nil {
		o.Set("attached", attached)
	}
	return o
}

// vfObjects are the virtual functions, with the settings that iproute2 shows.
func (l *Link) vfObjects() []attr.Object {
	out := make([]attr.Object, len(l.VFs))
	for i := range l.VFs {
		vf := &l.VFs[i]
		o := attr.Object{{Key: "vf", Value: vf.Number}}
		if a, ok := vf.MAC.Get(); ok {
			o.Set("address", a.String())
		}
		if v, ok := vf.VLAN.Get(); ok && v.ID != 0 {
			o.Set("vlan_list", []attr.Object{{{Key: "vlan", Value: v.ID}, {Key: "qos", Value: v.QoS}}})
		}
		if r, ok := vf.Rate.Get(); ok {
			o.Set("rate/max_tx", r.Max)
			o.Set("rate/min_tx", r.Min)
		}
		setOpt(&o, "spoofchk", vf.SpoofCheck)
		if s, ok := vf.LinkState.Get(); ok {
			o.Set("link_state", s.String())
		}
		setOpt(&o, "trust", vf.Trust)
		setOpt(&o, "query_rss_en", vf.RSSQuery)
		out[i] = o
	}
	return out
}

func setOpt[T any](o *attr.Object, key string, v attr.Opt[T]) {
	if x, ok := v.Get(); ok {
		o.Set(key, x)
	}
}

func setText(o *attr.Object, key, s string) {
	if s != "" {
		o.Set(key, s)
	}
}
