package link_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/testns"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/link"
)

// Each kind as the kernel makes and changes it; bridges are in
// bridge_linux_test.go.

// TestVXLAN makes tunnels with everything said.
func TestVXLAN(t *testing.T) {
	tests := []struct {
		name string
		k    kind.VXLAN
	}{
		{"v4", kind.VXLAN{ID: attr.U32(42), Link: link.Name("v0"), Remote: netip.MustParseAddr("192.0.2.1"), Local: netip.MustParseAddr("192.0.2.2"), Port: attr.U16(4789)}},
		{"v4, lower by index", kind.VXLAN{ID: attr.U32(42), Link: link.Index(0), Remote: netip.MustParseAddr("192.0.2.1"), Local: netip.MustParseAddr("192.0.2.2"), Port: attr.U16(4789)}},
		{"v6", kind.VXLAN{ID: attr.U32(42), Link: link.Name("v0"), Remote: netip.MustParseAddr("2001:db8::1"), Local: netip.MustParseAddr("2001:db8::2"), Port: attr.U16(4789)}},
		{"group", kind.VXLAN{ID: attr.U32(42), Link: link.Name("v0"), Remote: netip.MustParseAddr("239.1.1.1")}},
		{"everything", kind.VXLAN{
			ID: attr.U32(1<<24 - 1), TTL: attr.U8(9), TOS: attr.U8(1), Learning: attr.Off, Ageing: attr.Some(100 * time.Second), Limit: attr.U32(50),
			PortRange: attr.Some(kind.PortRange{Low: 1000, High: 2000}), Proxy: attr.On, RSC: attr.On, L2Miss: attr.On, L3Miss: attr.On,
			UDPChecksum: attr.Off, RemoteChecksumTx: attr.On, RemoteChecksumRx: attr.On, GBP: attr.On, DF: attr.Some(kind.DFSet), Port: attr.U16(4789),
		}},
		{"v6 checksums", kind.VXLAN{
			ID: attr.U32(5), Remote: netip.MustParseAddr("2001:db8::1"), Label: attr.U32(0xfffff), UDPZeroChecksum6Tx: attr.On, UDPZeroChecksum6Rx: attr.On,
		}},
		{"external", kind.VXLAN{External: attr.On, GPE: attr.On, Learning: attr.Off, Port: attr.U16(4790)}},
		{"ttl of the inner packet", kind.VXLAN{ID: attr.U32(5), TTLInherit: attr.On}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := newBox(t)
			b.pair()
			if i, ok := test.k.Link.Index(); ok && i == 0 {
				test.k.Link = b.get("v0").Ref()
			}
			l := b.create(link.Spec{Name: "vx0", Kind: &test.k})
			b.wantSent(1)
			want := attr.Clone(&test.k)
			if want.Link.IsSet() {
				want.Link = b.get("v0").Ref()
			}
			if fields, err := attr.Diff(new(kind.VXLAN), want, l.Kind); err != nil || len(fields) > 0 {
				t.Errorf("%v differ: %v\n%s", fields, err, l)
			}
		})
	}
}

// TestVXLANChange changes all that can be changed, one by one.
func TestVXLANChange(t *testing.T) {
	must := map[string]kind.VXLAN{
		"remote": {Remote: netip.MustParseAddr("192.0.2.9")}, "local": {Local: netip.MustParseAddr("192.0.2.8")}, "dev": {Link: link.Name("v1")},
		"ttl": {TTL: attr.U8(9)}, "tos": {TOS: attr.U8(4)}, "learning": {Learning: attr.Off}, "ageing": {Ageing: attr.Some(time.Minute)}, "df": {DF: attr.Some(kind.DFInherit)},
	}
	optional := map[string]kind.VXLAN{"localbypass": {LocalBypass: attr.Off}, "label-policy": {LabelPolicy: attr.Some(kind.LabelInherit)}}
	fixed := map[string]kind.VXLAN{
		"id": {ID: attr.U32(43)}, "dstport": {Port: attr.U16(1)}, "proxy": {Proxy: attr.On}, "rsc": {RSC: attr.On}, "l2miss": {L2Miss: attr.On}, "l3miss": {L3Miss: attr.On},
		"maxaddress": {Limit: attr.U32(3)}, "srcport": {PortRange: attr.Some(kind.PortRange{Low: 1, High: 2})}, "udpcsum": {UDPChecksum: attr.On},
		"udp6zerocsumtx": {UDPZeroChecksum6Tx: attr.On}, "gbp": {GBP: attr.On}, "external": {External: attr.On},
		"remote: ": {Remote: netip.MustParseAddr("2001:db8::1")}, "local: ": {Local: netip.MustParseAddr("2001:db8::1")},
	}
	prepare := func(t *testing.T) *box {
		b := newBox(t)
		b.pair()
		if strings.HasSuffix(t.Name(), "label-policy") { // of IPv6 only
			b.prepare(link.Spec{Name: "vx0", Kind: &kind.VXLAN{ID: attr.U32(42), Remote: netip.MustParseAddr("2001:db8::1")}})
			return b
		}
		b.prepare(link.Spec{Name: "vx0", Kind: &kind.VXLAN{
			ID: attr.U32(42), Link: link.Name("v0"), Remote: netip.MustParseAddr("192.0.2.1"), Local: netip.MustParseAddr("192.0.2.2"), Port: attr.U16(4789), UDPChecksum: attr.Off,
		}})
		return b
	}
	for name, k := range must {
		t.Run(name, func(t *testing.T) {
			prepare(t).setAndBack("vx0", func() link.Spec { k := k; return link.Spec{Kind: &k} }, false)
		})
	}
	for name, k := range optional {
		t.Run(name, func(t *testing.T) {
			b := prepare(t)
			testns.Require(t, "vxlan "+name)
			b.setAndBack("vx0", func() link.Spec { k := k; return link.Spec{Kind: &k} }, false)
		})
	}
	for name, k := range fixed {
		t.Run("fixed "+name, func(t *testing.T) {
			b := prepare(t)
			_, err := b.c.Change(b.ctx, link.Name("vx0"), link.Spec{Kind: &k, MTU: attr.U32(1400)})
			wantError(t, err, name, link.ErrFixed)
			b.wantSent(0)
		})
	}
}

// TestVXLANReservedBits refuses a change that this kernel would answer by
// dropping packets.
func TestVXLANReservedBits(t *testing.T) {
	b := newBox(t)
	testns.Require(t, "vxlan reserved_bits")
	l := b.create(link.Spec{Name: "vx0", Kind: &kind.VXLAN{ID: attr.U32(42), GBP: attr.On}})
	b.tap.reset(nil)
	_, err := b.c.Change(b.ctx, l.Ref(), link.Spec{Kind: &kind.VXLAN{TTL: attr.U8(9)}})
	wantError(t, err, "reserved_bits", link.ErrFixed)
	b.wantSent(0)
	b.change("vx0", link.Spec{MTU: attr.U32(1400)}) // is no change of data
	if bits := b.get("vx0").Kind.(*kind.VXLAN).ReservedBits; bits != l.Kind.(*kind.VXLAN).ReservedBits {
		t.Errorf("reserved_bits are now %v", bits)
	}
}

// TestMacvlan makes macvlans and macvtaps in every mode.
func TestMacvlan(t *testing.T) {
	for _, mode := range []kind.MacvlanMode{kind.MacvlanPrivate, kind.MacvlanVEPA, kind.MacvlanBridge, kind.MacvlanPassthru, kind.MacvlanSource} {
		t.Run(mode.String(), func(t *testing.T) {
			for i, k := range []kind.Kind{&kind.Macvlan{Mode: attr.Some(mode)}, &kind.Macvtap{Mode: attr.Some(mode)}} {
				b := newBox(t)
				testns.Require(t, k.Kind())
				b.pair()
				lower := b.change("v0", link.Spec{Up: attr.On})
				l := b.create(link.Spec{Name: "m0", Lower: link.Name("v0"), Kind: k, Up: attr.On})
				if l.Lower != lower.Ref() || l.KindName() != k.Kind() || !l.IsUp() {
					t.Error(i, l)
				}
				for f, v := range attr.Values(l.Kind) {
					if f.Name == "mode" && v != mode {
						t.Errorf("mode %v", v)
					}
				}
				_, err := b.c.Change(b.ctx, l.Ref(), link.Spec{Lower: link.Name("v1")})
				wantError(t, err, "link", link.ErrFixed)
			}
		})
	}
}

// TestMacvlanChange changes modes, flags and lists.
func TestMacvlanChange(t *testing.T) {
	b := newBox(t)
	b.pair()
	b.create(link.Spec{Name: "m0", Lower: link.Name("v0"), Kind: &kind.Macvlan{Mode: attr.Some(kind.MacvlanPrivate)}})
	for _, mode := range []kind.MacvlanMode{kind.MacvlanVEPA, kind.MacvlanBridge, kind.MacvlanSource} {
		l := b.change("m0", link.Spec{Kind: &kind.Macvlan{Mode: attr.Some(mode)}})
		if got := l.Kind.(*kind.Macvlan).Mode.Value(); got != mode {
			t.Errorf("mode %v, want %v", got, mode)
		}
	}
	was := b.snapshot()
	_, err := b.c.Change(b.ctx, link.Name("m0"), link.Spec{MTU: attr.U32(1400), Kind: &kind.Macvlan{Mode: attr.Some(kind.MacvlanPassthru)}})
	wantError(t, err, "", link.ErrInvalid)
	b.unchanged(was)

	macs := func(l *link.Link) []attr.HWAddr { return l.Kind.(*kind.Macvlan).MACs }
	two := []attr.HWAddr{mac1, attr.MustParseHWAddr("02:00:00:00:00:02")}
	l := b.change("m0", link.Spec{Kind: &kind.Macvlan{MACs: two}})
	if !attr.SameSet(macs(l), two) || l.Kind.(*kind.Macvlan).MACCount.Value() != 2 {
		t.Errorf("list %v", macs(l))
	}
	b.tap.reset(nil)
	b.change("m0", link.Spec{Kind: &kind.Macvlan{MACs: []attr.HWAddr{two[1], two[0]}}})
	b.wantSent(0)
	if l = b.change("m0", link.Spec{Kind: &kind.Macvlan{MACs: two[1:]}}); !attr.SameSet(macs(l), two[1:]) {
		t.Errorf("replaced list %v", macs(l))
	}
	if l = b.change("m0", link.Spec{Kind: &kind.Macvlan{MACCommand: attr.Some(kind.MACAdd), MAC: two[0]}}); !attr.SameSet(macs(l), two) {
		t.Errorf("after adding %v", macs(l))
	}
	if l = b.change("m0", link.Spec{Kind: &kind.Macvlan{MACCommand: attr.Some(kind.MACDel), MAC: two[0]}}); !attr.SameSet(macs(l), two[1:]) {
		t.Errorf("after removing %v", macs(l))
	}
	if l = b.change("m0", link.Spec{Kind: &kind.Macvlan{MACCommand: attr.Some(kind.MACFlush)}}); len(macs(l)) != 0 {
		t.Errorf("after flushing %v", macs(l))
	}
	// A later failure brings the list back.
	b.change("m0", link.Spec{Kind: &kind.Macvlan{MACs: two}})
	was = b.snapshot()
	_, err = b.c.Change(b.ctx, link.Name("m0"), link.Spec{Name: "v1", Kind: &kind.Macvlan{MACs: two[:1]}})
	wantError(t, err, "undone", link.ErrExist)
	b.unchanged(was)
	// Made with a list at once.
	l = b.create(link.Spec{Name: "m1", Lower: link.Name("v0"), Kind: &kind.Macvlan{Mode: attr.Some(kind.MacvlanSource), MACs: two}})
	if !attr.SameSet(macs(l), two) {
		t.Errorf("list at creation %v", macs(l))
	}
}

// TestMacvlanMTU is refused by the link below.
func TestMacvlanMTU(t *testing.T) {
	b := newBox(t)
	b.pair()
	_, err := b.c.Create(b.ctx, link.Spec{Name: "m0", Lower: link.Name("v0"), MTU: attr.U32(1600), Kind: &kind.Macvlan{}})
	wantError(t, err, "mtu", link.ErrInvalid)
	b.absent("m0")
}

// TestMTULimits makes links with an MTU that the kernel refuses and explains.
func TestMTULimits(t *testing.T) {
	b := newBox(t)
	_, err := b.c.Create(b.ctx, link.Spec{Name: "x0", MTU: attr.U32(67), Kind: &kind.VXLAN{ID: attr.U32(1)}})
	wantError(t, err, "MTU must be between 68 and 65535", link.ErrInvalid)
	b.create(link.Spec{Name: "br0", Kind: &kind.Bridge{}})
	_, err = b.c.Change(b.ctx, link.Name("br0"), link.Spec{MTU: attr.U32(1 << 20)})
	wantError(t, err, "1048576 is out of range, want 68 to 65535", attr.ErrRange)
}

// TestVLAN makes VLANs with all there is to say.
func TestVLAN(t *testing.T) {
	b := newBox(t)
	testns.Require(t, "vlan")
	b.pair()
	k := &kind.VLAN{
		ID: attr.U16(42), Protocol: attr.Some(kind.VLAN8021AD), ReorderHeader: attr.Off, LooseBinding: attr.On,
		EgressQoS: []kind.QoSMapping{{From: 1, To: 2}, {From: 3, To: 4}}, IngressQoS: []kind.QoSMapping{{From: 5, To: 6}},
	}
	l := b.create(link.Spec{Name: "v0.42", Lower: link.Name("v0"), Kind: k})
	if fields, err := attr.Diff(new(kind.VLAN), k, l.Kind); err != nil || len(fields) > 0 {
		t.Errorf("%v differ: %v\n%s", fields, err, l)
	}
	l = b.change("v0.42", link.Spec{Kind: &kind.VLAN{EgressQoS: []kind.QoSMapping{{From: 1, To: 7}}}})
	if got := l.Kind.(*kind.VLAN).EgressQoS; !attr.SameSet(got, []kind.QoSMapping{{From: 1, To: 7}, {From: 3, To: 4}}) {
		t.Errorf("egress map %v", got)
	}
	b.tap.reset(nil)
	for says, k := range map[string]*kind.VLAN{"id": {ID: attr.U16(43)}, "protocol": {Protocol: attr.Some(kind.VLAN8021Q)}} {
		_, err := b.c.Change(b.ctx, l.Ref(), link.Spec{Kind: k})
		wantError(t, err, says, link.ErrFixed)
	}
	b.wantSent(0)
	_, err := b.c.Create(b.ctx, link.Spec{Name: "again", Lower: link.Name("v0"), Kind: &kind.VLAN{ID: attr.U16(42), Protocol: attr.Some(kind.VLAN8021AD)}})
	wantError(t, err, "", link.ErrExist)
	_, err = b.c.Create(b.ctx, link.Spec{Name: "range", Lower: link.Name("v0"), Kind: &kind.VLAN{ID: attr.U16(4095)}})
	wantError(t, err, "0 to 4094", attr.ErrRange)
}

// TestKindFixed refuses what a kind cannot change, and other kinds.
func TestKindFixed(t *testing.T) {
	b := newBox(t)
	b.pair()
	b.create(link.Spec{Name: "i0", Kind: &kind.IFB{}})
	tests := []struct {
		name string
		spec link.Spec
		is   error
		says string
	}{
		{"v0", link.Spec{Kind: &kind.Bridge{}}, link.ErrKind, "it is a veth and cannot become a bridge"},
		{"lo", link.Spec{Kind: &kind.Bridge{}}, link.ErrKind, "a link without a kind"},
		{"v0", link.Spec{NumTxQueues: attr.U32(17)}, link.ErrFixed, "17"},
		{"v0", link.Spec{Kind: veth(kind.Peer{Name: "other"})}, link.ErrFixed, "peer"},
		{"v0", link.Spec{Lower: link.Name("i0")}, link.ErrFixed, "link"},
		{"v0", link.Spec{Index: 4711}, link.ErrFixed, "4711"},
	}
	for _, test := range tests {
		t.Run(fmt.Sprint(test.is, test.says), func(t *testing.T) {
			b.t = t
			b.tap.reset(nil)
			test.spec.MTU = attr.U32(1234)
			_, err := b.c.Change(b.ctx, link.Name(test.name), test.spec)
			wantError(t, err, test.says, test.is)
			b.wantSent(0)
		})
	}
}
