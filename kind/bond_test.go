package kind_test

import (
	"net/netip"
	"reflect"
	"testing"
	"time"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
)

const ms = time.Millisecond

func addresses(list ...string) attr.Opt[[]netip.Addr] {
	var out []netip.Addr
	for _, s := range list {
		out = append(out, netip.MustParseAddr(s))
	}
	return attr.Some(out)
}

func TestBondTrim(t *testing.T) {
	all := kind.Bond{
		MIIMon: attr.Some(0 * ms), UpDelay: attr.Some(0 * ms), ActiveSlave: attr.RefIndex(5), ARPValidate: attr.Some(kind.ARPValidateNone), MinLinks: attr.U32(0),
		LACPRate: attr.Some(kind.LACPSlow), PacketsPerSlave: attr.U32(1), TLBDynamicLB: attr.On, ADActorSystem: attr.MustParseHWAddr("00:00:00:00:00:00"),
	}
	for _, tt := range []struct {
		mode kind.BondMode
		mii  time.Duration
		want kind.Bond
	}{
		{kind.BondRoundRobin, 0, kind.Bond{ARPValidate: attr.Some(kind.ARPValidateNone), PacketsPerSlave: attr.U32(1)}},
		{kind.BondRoundRobin, 100 * ms, kind.Bond{UpDelay: attr.Some(0 * ms), PacketsPerSlave: attr.U32(1)}},
		{kind.Bond8023AD, 0, kind.Bond{LACPRate: attr.Some(kind.LACPSlow)}},
		{kind.BondTLB, 0, kind.Bond{TLBDynamicLB: attr.On}},
		{kind.BondXOR, 0, kind.Bond{ARPValidate: attr.Some(kind.ARPValidateNone)}},
		{kind.BondMode(99), 0, kind.Bond{ARPValidate: attr.Some(kind.ARPValidateNone), LACPRate: attr.Some(kind.LACPSlow), PacketsPerSlave: attr.U32(1), TLBDynamicLB: attr.On}},
	} {
		b := all
		b.Mode, b.MIIMon = attr.Some(tt.mode), attr.Some(tt.mii)
		tt.want.Mode, tt.want.MIIMon, tt.want.MinLinks = b.Mode, b.MIIMon, b.MinLinks
		if b.Trim(); !reflect.DeepEqual(b, tt.want) {
			t.Errorf("%v: got\n%+v\nwant\n%+v", tt.mode, b, tt.want)
		}
	}
}

func TestBondAccompany(t *testing.T) {
	has := &kind.Bond{MIIMon: attr.Some(100 * ms), UpDelay: attr.Some(200 * ms), DownDelay: attr.Some(0 * ms)}
	for _, tt := range []struct{ b, want kind.Bond }{
		{kind.Bond{MIIMon: attr.Some(50 * ms)}, kind.Bond{MIIMon: attr.Some(50 * ms), UpDelay: attr.Some(200 * ms)}},
		{kind.Bond{MIIMon: attr.Some(50 * ms), UpDelay: attr.Some(0 * ms)}, kind.Bond{MIIMon: attr.Some(50 * ms), UpDelay: attr.Some(0 * ms)}},
		{kind.Bond{MIIMon: attr.Some(0 * ms)}, kind.Bond{MIIMon: attr.Some(0 * ms)}},
		{kind.Bond{MinLinks: attr.U32(2)}, kind.Bond{MinLinks: attr.U32(2)}},
	} {
		if tt.b.Accompany(has); !reflect.DeepEqual(tt.b, tt.want) {
			t.Errorf("got %+v, want %+v", tt.b, tt.want)
		}
	}
}

// TestBondRevert gives back what a bond had in steps that the kernel takes.
func TestBondRevert(t *testing.T) {
	rr, lacp := attr.Some(kind.BondRoundRobin), attr.Some(kind.Bond8023AD)
	had := &kind.Bond{
		Mode: rr, MIIMon: attr.Some(100 * ms), UpDelay: attr.Some(200 * ms), ARPInterval: attr.Some(0 * ms), ARPValidate: attr.Some(kind.ARPValidateNone),
		LACPRate: attr.Some(kind.LACPSlow), PacketsPerSlave: attr.U32(1),
	}
	now := func(change func(b *kind.Bond)) *kind.Bond {
		b := attr.Clone(had)
		change(b)
		return b
	}
	for name, tt := range map[string]struct {
		now  *kind.Bond
		want *kind.Bond
	}{
		"nothing":       {now(func(*kind.Bond) {}), nil},
		"mode":          {now(func(b *kind.Bond) { b.Mode, b.PacketsPerSlave = lacp, attr.U32(7) }), &kind.Bond{Mode: rr}},
		"hidden":        {now(func(b *kind.Bond) { b.LACPRate = attr.Some(kind.LACPFast) }), &kind.Bond{Mode: lacp, LACPRate: attr.Some(kind.LACPSlow)}},
		"mii":           {now(func(b *kind.Bond) { b.MIIMon, b.UpDelay = attr.Some(0*ms), attr.Some(0*ms) }), &kind.Bond{MIIMon: had.MIIMon, UpDelay: had.UpDelay}},
		"arp":           {now(func(b *kind.Bond) { b.MIIMon, b.ARPInterval = attr.Some(0*ms), attr.Some(9*ms) }), &kind.Bond{MIIMon: had.MIIMon, ARPInterval: had.ARPInterval}},
		"validation":    {now(func(b *kind.Bond) { b.ARPValidate = attr.Some(kind.ARPFilter) }), &kind.Bond{ARPValidate: had.ARPValidate}},
		"new targets":   {now(func(b *kind.Bond) { b.ARPTargets = addresses("192.0.2.1") }), &kind.Bond{ARPTargets: addresses()}},
		"new NS target": {now(func(b *kind.Bond) { b.NSTargets = addresses("2001:db8::1") }), &kind.Bond{NSTargets: addresses()}},
		"read-only":     {now(func(b *kind.Bond) { b.ADInfo.Set(kind.ADInfo{}) }), nil},
	} {
		got := had.Revert(tt.now)
		if tt.want == nil != (got == nil) || got != nil && !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: got %+v, want %+v", name, got, tt.want)
		}
	}
	zero, own := attr.MustParseHWAddr("00:00:00:00:00:00"), attr.MustParseHWAddr("02:00:00:00:00:01")
	system := func(a attr.HWAddr) *kind.Bond { return &kind.Bond{Mode: lacp, ADActorSystem: a} }
	if got := system(zero).Revert(system(own)); !reflect.DeepEqual(got, &kind.Bond{ADActorSystem: zero}) {
		t.Errorf("no system address: got %+v", got)
	}
	backup := func(i uint32) *kind.Bond {
		return &kind.Bond{Mode: attr.Some(kind.BondActiveBackup), ActiveSlave: attr.RefIndex(i)}
	}
	if got := backup(5).Revert(backup(6)); got != nil {
		t.Errorf("a port that was active: got %+v", got)
	}
	if had.Revert(&kind.VLAN{}) != nil {
		t.Error("a VLAN becomes a bond")
	}
}
