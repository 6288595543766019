package attr_test

import (
	"bytes"
	"errors"
	"net/netip"
	"reflect"
	"testing"

	"github.com/iplink-go/iplink/attr"
)

// The hardest shapes of the kernel's link attributes. Each is one line of a
// list; if one is not, the field functions are wrong, not the list.

// peer is a link message inside an attribute: netkit's and veth's peer.
type peer struct {
	Index   uint32
	Up, ARP attr.Opt[bool]
	Name    string
	MTU     attr.Opt[uint32]
	Address attr.HWAddr
	Unknown attr.Raw
}

func (p *peer) Fields(c *attr.Codec) {
	attr.Header(c, 16, 16)
	attr.HeadUint32(c, 4, "index", &p.Index)
	attr.HeadBits(c, 8, "flags", attr.ValueMask, nil, []attr.Bit{
		{Name: "up", Mask: 1, On: &p.Up},
		{Name: "arp", Mask: 0x80, On: &p.ARP, Inverted: true},
	})
	attr.MAC(c, 1, "address", &p.Address, attr.MaxLen(32))
	attr.String(c, 3, "name", &p.Name, attr.MaxLen(15))
	attr.Uint32(c, 4, "mtu", &p.MTU)
	attr.Rest(c, &p.Unknown)
}

// netkit has an enum, a peer and a read-only attribute.
type netkit struct {
	Mode    attr.Opt[mode]
	Peer    attr.Opt[peer]
	Primary attr.Opt[bool]
	Unknown attr.Raw
}

type mode uint32

var modes = attr.Words[mode]{{0, "l2"}, {1, "l3"}}

func (m mode) String() string { return modes.Text(m) }

func (*netkit) Kind() string { return "netkit" }

func (n *netkit) Fields(c *attr.Codec) {
	attr.Nest(c, 1, "peer", &n.Peer, attr.CreateOnly, attr.WriteOnly)
	attr.Bool(c, 2, "primary", &n.Primary, attr.ReadOnly)
	attr.Uint32(c, 4, "mode", &n.Mode, attr.CreateOnly, attr.Range(0, 1))
	attr.Rest(c, &n.Unknown)
}

// gre has keys in network order, an address whose family the kind decides,
// and a device.
type gre struct {
	Link       attr.Ref
	Key        attr.Opt[uint32]
	Local      netip.Addr
	TTLInherit attr.Opt[bool]
	Unknown    attr.Raw
}

func (g *gre) Fields(c *attr.Codec) {
	attr.Link(c, 1, "dev", &g.Link)
	attr.Uint32BE(c, 4, "key", &g.Key)
	attr.Addr(c, 6, 6, "local", &g.Local)
	attr.FlagBool(c, 28, "ttl-inherit", &g.TTLInherit)
	attr.Rest(c, &g.Unknown)
}

func (*gre) Kind() string { return "gre" }

// vlan is an entry of a bridge's VLAN list, a range in two attributes.
type vlan struct {
	flags, ID, End uint16
}

func (v *vlan) Fields(c *attr.Codec) {
	attr.Header(c, 4, 4)
	attr.HeadUint16(c, 0, "flags", &v.flags)
	attr.HeadUint16(c, 2, "vid", &v.ID)
}

const rangeBegin, rangeEnd = 8, 16

func (v *vlan) Join(next vlan) bool {
	if v.flags&rangeBegin == 0 || next.flags&rangeEnd == 0 || v.flags&^rangeBegin != next.flags&^rangeEnd {
		return false
	}
	v.flags, v.End = v.flags&^rangeBegin, next.ID
	return true
}

func (v *vlan) Split() []vlan {
	if v.End == 0 {
		return []vlan{*v}
	}
	return []vlan{{v.flags | rangeBegin, v.ID, 0}, {v.flags | rangeEnd, v.End, 0}}
}

// vf is a virtual function: structs that all begin with its number, and a
// nest whose attributes start at number 0.
type vf struct {
	Number uint32
	MAC    attr.Opt[attr.HWAddr]
	Spoof  attr.Opt[bool]
	Rate   attr.Opt[vfRate]
	VLANs  []vfRate
	Stats  attr.Opt[vfStats]
}

type vfRate struct{ Min, Max uint32 }

func (m *vfRate) Fields(c *attr.Codec) {
	attr.Header(c, 12, 12)
	attr.HeadUint32(c, 4, "min", &m.Min)
	attr.HeadUint32(c, 8, "max", &m.Max)
}

type vfStats struct{ RxPackets attr.Opt[uint64] }

func (s *vfStats) Fields(c *attr.Codec) { attr.Uint64(c, 0, "rx_packets", &s.RxPackets) }

func (v *vf) Fields(c *attr.Codec) {
	attr.LedMAC(c, 1, "mac", &v.Number, &v.MAC)
	attr.LedBool(c, 4, "spoofchk", &v.Number, &v.Spoof)
	attr.LedStruct(c, 6, "rate", &v.Number, &v.Rate)
	attr.LedStructList(c, 12, 1, "vlan_list", &v.Number, &v.VLANs)
	attr.Nest(c, 8, "stats", &v.Stats, attr.ReadOnly)
}

// conf is an array by position in reports and a nest by number in requests.
type conf struct{ v [4]attr.Opt[uint32] }

func (t *conf) Put(i int, v uint32) bool {
	if i < 1 || i > len(t.v) {
		return false
	}
	t.v[i-1].Set(v)
	return true
}

func (t *conf) At(i int) (uint32, bool) { return t.v[i-1].Get() }
func (t *conf) Len() int                { return len(t.v) + 1 }
func (t *conf) Reset()                  { *t = conf{} }

// message is a whole link message: nests by family, a list of VFs, a layout
// that a name chooses.
type message struct {
	Family  uint8
	Link    named
	VFs     []vf
	VLANs   []vlan
	Conf    conf
	GenMode attr.Opt[uint8]
	MACs    []attr.HWAddr
	Names   []string
	Group   netip.Addr
	GVRP    attr.Opt[bool]
	Loose   attr.Opt[bool]
	Others  uint32
	Unknown attr.Raw
}

type named interface{ attr.Named }

const afBridge = 7

func (m *message) Fields(c *attr.Codec) {
	attr.Header(c, 16, 16)
	attr.HeadFamily(c, 0, "family", &m.Family)
	attr.Inline(c, 18, "linkinfo", func(c *attr.Codec) {
		attr.Choice(c, 0, 1, "kind", 2, "data", &m.Link)
	})
	attr.NestList(c, 22, 1, "vfs", &m.VFs, attr.SetOnly)
	attr.Inline(c, 26, "af_spec", func(c *attr.Codec) {
		attr.RepeatStruct(c, 2, "vlans", &m.VLANs)
	}, attr.Family(afBridge))
	attr.Inline(c, 26, "af_spec", func(c *attr.Codec) {
		attr.Inline(c, 2, "inet", func(c *attr.Codec) { attr.Array(c, 1, "conf", 1, &m.Conf) })
		attr.Inline(c, 10, "inet6", func(c *attr.Codec) { attr.Uint8(c, 8, "addrgenmode", &m.GenMode) })
	}, attr.NotFamily(afBridge))
	attr.MACList(c, 5, 4, "macs", &m.MACs, attr.Same(attr.SameSet[attr.HWAddr]))
	attr.RepeatString(c, 53, "altname", &m.Names)
	attr.Addr(c, 40, 41, "group", &m.Group)
	attr.Bits(c, 42, "flags", attr.ValueMask, &m.Others, []attr.Bit{
		{Name: "gvrp", Mask: 2, On: &m.GVRP},
		{Name: "loose", Mask: 4, On: &m.Loose},
	})
	attr.Rest(c, &m.Unknown)
}

var scope = attr.Scope{New: func(_ attr.Slot, name string) attr.Struct {
	switch name {
	case "netkit":
		return new(netkit)
	case "gre":
		return new(gre)
	}
	return nil
}}

func report(family uint8) attr.Scope {
	sc := scope
	sc.Report = true
	return sc
}

var (
	mac1 = attr.MustParseHWAddr("02:00:00:00:00:01")
	mac2 = attr.MustParseHWAddr("02:00:00:00:00:02")
)

func TestShapesRoundTrip(t *testing.T) {
	for name, m := range map[string]message{
		"empty": {},
		"peer": {Link: &netkit{Mode: attr.Some(mode(1)), Peer: attr.Some(peer{
			Index: 7, Up: attr.Off, ARP: attr.Off, Name: "nk1", MTU: attr.U32(9000), Address: mac1,
			Unknown: attr.Raw(attr.AppendBytes(nil, 99|attr.Nested, []byte{4, 0, 1, 0}))})}},
		"empty peer":       {Link: &netkit{Peer: attr.Some(peer{})}},
		"gre over IPv4":    {Link: &gre{Key: attr.U32(5), Local: netip.MustParseAddr("192.0.2.1"), Link: attr.RefIndex(3), TTLInherit: attr.On}},
		"gre over IPv6":    {Link: &gre{Local: netip.MustParseAddr("2001:db8::1")}},
		"virtual function": {VFs: []vf{{MAC: attr.Some(mac1)}, {Number: 3, Spoof: attr.On, Rate: attr.Some(vfRate{1, 2}), VLANs: []vfRate{{3, 4}}, Stats: attr.Some(vfStats{attr.U64(9)})}}},
		"VLAN ranges":      {Family: afBridge, VLANs: []vlan{{2, 1, 0}, {0, 5, 9}, {4, 20, 0}, {4, 30, 31}}},
		"AF_SPEC":          {Conf: conf{[4]attr.Opt[uint32]{attr.U32(1), attr.U32(0), attr.U32(1 << 31)}}, GenMode: attr.U8(1)},
		"lists":            {MACs: []attr.HWAddr{mac1, mac2}, Names: []string{"one", "two"}},
		"IPv4 of a pair":   {Group: netip.MustParseAddr("239.1.1.1")},
		"IPv6 of a pair":   {Group: netip.MustParseAddr("ff05::1")},
		"value and mask":   {GVRP: attr.On, Loose: attr.Off, Others: 0x10},
		"unknown":          {Unknown: attr.Raw(attr.AppendBytes(attr.AppendBytes(nil, 300, nil), 120|attr.Nested, []byte("abc")))},
	} {
		t.Run(name, func(t *testing.T) {
			for _, sc := range []attr.Scope{scope, report(0)} {
				if !sc.Report && name == "virtual function" { // its statistics are not sent
					continue
				}
				b, err := sc.Append(nil, &m)
				if err != nil {
					t.Fatal(err)
				}
				var got message
				if err := sc.Decode(b, &got); err != nil {
					t.Fatalf("%v\n%s", err, sc.Dump(b, &m))
				}
				if !reflect.DeepEqual(got, m) {
					t.Errorf("got  %+v\nwant %+v\n%s", got, m, sc.Dump(b, &m))
				}
				checkAllocs(t, sc, b, &m, &got)
				if changed, err := attr.Diff(new(message), &got, &m); err != nil || len(changed) != 0 {
					t.Errorf("differs from itself in %v, %v", changed, err)
				}
			}
		})
	}
}

func checkAllocs(t *testing.T, sc attr.Scope, b []byte, m, got *message) {
	t.Helper()
	if raceEnabled {
		return // the race detector empties pools at random
	}
	if n := testing.AllocsPerRun(100, func() { _ = sc.Decode(b, got) }); n != 0 {
		t.Errorf("decode into a used value allocates %v times", n)
	}
	buf := make([]byte, 0, 2*len(b))
	if n := testing.AllocsPerRun(100, func() { _, _ = sc.Append(buf, m) }); n > float64(extraAllocs(m)) {
		t.Errorf("append into a buffer allocates %v times", n)
	}
}

// extraAllocs is what the test's own Split allocates.
func extraAllocs(m *message) int { return len(m.VLANs) }

func TestDataBeforeName(t *testing.T) {
	b := make([]byte, 16)
	inner := attr.AppendUint32(nil, 4, 1)
	nest := attr.AppendString(attr.AppendBytes(nil, 2, inner), 1, "netkit") // unflagged nest, data first
	b = attr.AppendBytes(b, 18, nest)
	var m message
	if err := scope.Decode(b, &m); err != nil {
		t.Fatal(err)
	}
	if k, ok := m.Link.(*netkit); !ok || k.Mode != attr.Some(mode(1)) {
		t.Errorf("got %+v", m.Link)
	}
}

func TestAddressPairKeepsBoth(t *testing.T) {
	v4, v6 := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("2001:db8::1")
	b := attr.AppendBytes(make([]byte, 16), 41, v6.AsSlice())
	b = attr.AppendBytes(b, 40, v4.AsSlice())
	var m message
	if err := scope.Decode(b, &m); err != nil {
		t.Fatal(err)
	}
	if m.Group != v6 || string(m.Unknown) != string(attr.AppendBytes(nil, 40, v4.AsSlice())) {
		t.Errorf("group %v, unknown %x", m.Group, m.Unknown)
	}
}

func TestFlagForms(t *testing.T) {
	on := &gre{TTLInherit: attr.On}
	for _, tt := range []struct {
		name  string
		scope attr.Scope
		want  string
	}{
		{"sent as a flag", attr.Scope{}, string(attr.AppendBytes(nil, 28, nil))},
		{"reported as a u8", attr.Scope{Report: true}, string(attr.AppendUint8(nil, 28, 1))},
	} {
		if b, err := tt.scope.Append(nil, on); err != nil || string(b) != tt.want {
			t.Errorf("%s: %x, %v", tt.name, b, err)
		}
		var got gre
		if err := attr.Decode([]byte(tt.want), &got); err != nil || got.TTLInherit != attr.On {
			t.Errorf("%s: reads as %v, %v", tt.name, got.TTLInherit, err)
		}
	}
	if b, _ := attr.Append(nil, &gre{TTLInherit: attr.Off}); len(b) != 0 {
		t.Errorf("a flag that is off sends %x", b)
	}
}

func TestErrorsSayWhere(t *testing.T) {
	long := peer{Name: "a-name-of-seventeen"}
	for _, tt := range []struct {
		name string
		err  error
		want error
		path string
		off  int
	}{
		{"short header", scope.Decode(make([]byte, 15), new(message)), attr.ErrTruncated, "", 0},
		{"short attribute", scope.Decode(bytes.Replace(attr.AppendBytes(make([]byte, 16), 1, nil), []byte{4}, []byte{3}, 1), new(message)), attr.ErrLength, "", 16},
		{"nested", scope.Decode(attr.AppendBytes(make([]byte, 16), 18, attr.AppendBytes(attr.AppendString(nil, 1, "netkit"), 2, attr.AppendUint16(nil, 4, 1))), new(message)),
			attr.ErrLength, "linkinfo.data.mode", 16 + 4 + 12 + 4},
		{"in a list", scope.Decode(attr.AppendBytes(make([]byte, 16), 22, attr.AppendBytes(attr.AppendBytes(nil, 1, nil), 1, attr.AppendBytes(nil, 1, make([]byte, 8)))), new(message)),
			attr.ErrLength, "vfs.1.mac", 16 + 4 + 4 + 4},
		{"append", func() error { _, err := attr.Append(nil, &netkit{Peer: attr.Some(long)}); return err }(), attr.ErrTooLong, "peer.name", -1},
		{"range", func() error { _, err := attr.Append(nil, &netkit{Mode: attr.Some(mode(2))}); return err }(), attr.ErrRange, "mode", -1},
		{"reference", func() error { _, err := attr.Append(nil, &gre{Link: attr.RefName("eth0")}); return err }(), attr.ErrUnresolved, "dev", -1},
	} {
		var e *attr.Error
		if !errors.As(tt.err, &e) || !errors.Is(tt.err, tt.want) || e.Path != tt.path || e.Offset != tt.off {
			t.Errorf("%s: %v (path %q offset %d), want %v at %q %d", tt.name, tt.err, e.Path, e.Offset, tt.want, tt.path, tt.off)
		}
	}
}

func TestDiff(t *testing.T) {
	have := message{Link: &netkit{Mode: attr.Some(mode(1))}, GVRP: attr.On, MACs: []attr.HWAddr{mac1, mac2}, GenMode: attr.U8(1)}
	for _, tt := range []struct {
		name string
		want message
		diff message
		n    int
	}{
		{"nothing said", message{}, message{}, 0},
		{"all holds", message{MACs: []attr.HWAddr{mac2, mac1}, GVRP: attr.On, Link: &netkit{}}, message{}, 0},
		{"one of two switches", message{GVRP: attr.On, Loose: attr.On}, message{Loose: attr.On}, 1},
		{"in a nest", message{GenMode: attr.U8(0), Conf: conf{[4]attr.Opt[uint32]{attr.U32(1)}}},
			message{GenMode: attr.U8(0), Conf: conf{[4]attr.Opt[uint32]{attr.U32(1)}}}, 2},
	} {
		var diff message
		fields, err := attr.Diff(&diff, &tt.want, &have)
		if err != nil || len(fields) != tt.n || !reflect.DeepEqual(diff, tt.diff) {
			t.Errorf("%s: %d fields %+v, %v", tt.name, len(fields), diff, err)
		}
	}
}
