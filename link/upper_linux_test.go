package link_test

import (
	"testing"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/testns"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/link"
)

// Kinds that sit on other links, or join or divide them, as the kernel makes
// and changes them.

func TestVRF(t *testing.T) {
	b := newBox(t)
	testns.Require(t, "vrf")
	b.pair()
	l := b.create(link.Spec{Name: "vrf0", Up: attr.On, Kind: &kind.VRF{Table: attr.U32(42)}})
	if l.Kind.(*kind.VRF).Table.Value() != 42 || !l.IsUp() {
		t.Error(l)
	}
	p := b.change("v0", link.Spec{Master: l.Ref(), Up: attr.On})
	if p.Master != l.Ref() || p.Port.(*kind.VRFPort).Table.Value() != 42 {
		t.Error(p)
	}
	_, err := b.c.Change(b.ctx, l.Ref(), link.Spec{Kind: &kind.VRF{Table: attr.U32(43)}})
	wantError(t, err, "table", link.ErrFixed)
	_, err = b.c.Create(b.ctx, link.Spec{Name: "vrf1", Kind: &kind.VRF{}})
	wantError(t, err, "", link.ErrInvalid)
	b.absent("vrf1")
}

func TestTeam(t *testing.T) {
	b := newBox(t)
	testns.Require(t, "team")
	b.pair()
	b.create(link.Spec{Name: "team0", Up: attr.On, Kind: &kind.Team{}})
	p := b.create(link.Spec{Name: "w0", Master: link.Name("team0"), Up: attr.On, Kind: veth(kind.Peer{Name: "w1"})})
	if _, ok := p.Port.(*kind.TeamPort); !ok || !p.IsUp() || p.Master != b.get("team0").Ref() {
		t.Error(p)
	}
}

func TestIPVLAN(t *testing.T) {
	for _, k := range []func(kind.IPVLAN) kind.Kind{
		func(v kind.IPVLAN) kind.Kind { return &v },
		func(v kind.IPVLAN) kind.Kind { v2 := kind.IPVTAP(v); return &v2 },
	} {
		name := k(kind.IPVLAN{}).Kind()
		t.Run(name, func(t *testing.T) {
			b := newBox(t)
			testns.Require(t, name)
			b.pair()
			want := kind.IPVLAN{Mode: attr.Some(kind.IPVLANL2), Reach: attr.Some(kind.IPVLANPrivate)}
			b.create(link.Spec{Name: "i0", Lower: link.Name("v0"), Kind: k(want)})
			for _, v := range []kind.IPVLAN{
				{Mode: attr.Some(kind.IPVLANL3)}, {Reach: attr.Some(kind.IPVLANVEPA)},
				{Mode: attr.Some(kind.IPVLANL2), Reach: attr.Some(kind.IPVLANBridge)},
			} {
				b.setAndBack("i0", func() link.Spec { return link.Spec{Kind: k(v)} }, false)
			}
		})
	}
}

func TestMACsec(t *testing.T) {
	b := newBox(t)
	testns.Require(t, "macsec")
	b.pair()
	k := &kind.MACsec{
		Port: attr.U16(11), ICVLen: attr.U8(16), CipherSuite: attr.Some(kind.GCMAES256), Encrypt: attr.On, Protect: attr.On, IncludeSCI: attr.Off, EndStation: attr.On,
		ReplayProtect: attr.On, Window: attr.U32(32), Validation: attr.Some(kind.MACsecCheck), EncodingSA: attr.U8(2),
	}
	l := b.create(link.Spec{Name: "m0", Lower: link.Name("v0"), Kind: k})
	if sci := l.Kind.(*kind.MACsec).SCI.Value(); uint16(sci) != 11 {
		t.Errorf("channel %v", sci)
	}
	for name, m := range map[string]kind.MACsec{
		"window": {Window: attr.U32(64)}, "replay": {ReplayProtect: attr.Off}, "encrypt": {Encrypt: attr.Off}, "protect": {Protect: attr.Off},
		"validate": {Validation: attr.Some(kind.MACsecStrict)}, "encodingsa": {EncodingSA: attr.U8(3)},
	} {
		t.Run(name, func(t *testing.T) {
			b.t = t
			b.setAndBack("m0", func() link.Spec { m := m; return link.Spec{Kind: &m} }, false)
			// Undone after a later failure.
			was := b.snapshot()
			_, err := b.c.Change(b.ctx, link.Name("m0"), link.Spec{Name: "v1", Kind: &m})
			wantError(t, err, "undone", link.ErrExist)
			b.unchanged(was)
		})
	}
	b.t = t
	_, err := b.c.Change(b.ctx, l.Ref(), link.Spec{Kind: &kind.MACsec{ICVLen: attr.U8(8)}})
	wantError(t, err, "icvlen", link.ErrFixed)
	l = b.create(link.Spec{Name: "m1", Lower: link.Name("v1"), Kind: &kind.MACsec{CipherSuite: attr.Some(kind.GCMAES128), SCI: attr.Some[kind.SCI](0x1122334455667788)}})
	if m := l.Kind.(*kind.MACsec); m.SCI.Value() != 0x1122334455667788 || m.CipherSuite.Value().String() != "GCM-AES-128" {
		t.Error(l)
	}
}

func TestHSR(t *testing.T) {
	for name, k := range map[string]kind.HSR{
		"hsr": {MulticastSpec: attr.U8(45), Version: attr.U8(1)}, "prp": {Protocol: attr.Some(kind.HSRProtocolPRP)},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBox(t)
			testns.Require(t, "hsr")
			b.pair()
			k.Port1, k.Port2 = link.Name("v0"), link.Name("v1")
			l := b.create(link.Spec{Name: "h0", Kind: &k, Up: attr.On})
			got := l.Kind.(*kind.HSR)
			if got.Port1 != b.get("v0").Ref() || got.Port2 != b.get("v1").Ref() || got.Protocol.Value() != k.Protocol.Value() {
				t.Errorf("%+v", got)
			}
			if a := got.SupervisionAddress.AsSlice(); len(a) != 6 || a[5] != k.MulticastSpec.Value() {
				t.Errorf("supervision address %v", got.SupervisionAddress)
			}
			_, err := b.c.Change(b.ctx, l.Ref(), link.Spec{Kind: &kind.HSR{Port1: link.Name("v1")}})
			wantError(t, err, "slave1", link.ErrFixed)
			testns.Require(t, "hsr_slave")
			if p := b.get("v0"); p.Master != l.Ref() {
				t.Error(p)
			} else if _, ok := p.Port.(*kind.HSRPort); !ok {
				t.Error(p)
			}
		})
	}
}

func TestNetkit(t *testing.T) {
	b := newBox(t)
	testns.Require(t, "netkit")
	l := b.create(link.Spec{
		Name: "n0", Up: attr.On, MTU: attr.U32(1400), Address: mac1,
		Kind: &kind.Netkit{
			Mode: attr.Some(kind.NetkitL2), Policy: attr.Some(kind.NetkitBlackhole), PeerPolicy: attr.Some(kind.NetkitForward),
			Peer: attr.Some(kind.Peer{Name: "n1", MTU: attr.U32(9000), Up: attr.On, Alias: attr.Some("other end")}),
		},
	})
	p := b.get("n1")
	k := l.Kind.(*kind.Netkit)
	if !l.IsUp() || !p.IsUp() || p.MTU.Value() != 9000 || p.Alias.Value() != "other end" || l.Address != mac1 || !k.Primary.Value() || k.Policy.Value() != kind.NetkitBlackhole ||
		p.Kind.(*kind.Netkit).Primary != attr.Off || l.Lower != p.Ref() || p.Lower != l.Ref() {
		t.Error(l, p)
	}
	b.setAndBack("n0", func() link.Spec {
		return link.Spec{Kind: &kind.Netkit{Policy: attr.Some(kind.NetkitForward), PeerPolicy: attr.Some(kind.NetkitBlackhole)}}
	}, false)
	if _, err := b.c.Change(b.ctx, p.Ref(), link.Spec{Kind: &kind.Netkit{Policy: attr.Some(kind.NetkitBlackhole)}}); err == nil {
		t.Error("the other end lets itself be changed")
	}
	_, err := b.c.Change(b.ctx, l.Ref(), link.Spec{Kind: &kind.Netkit{Mode: attr.Some(kind.NetkitL3)}})
	wantError(t, err, "mode", link.ErrFixed)
	// Nothing is left of a pair whose other end cannot be made.
	was := b.snapshot()
	_, err = b.c.Create(b.ctx, link.Spec{Name: "n2", Kind: &kind.Netkit{Peer: attr.Some(kind.Peer{Name: "n1"})}})
	wantError(t, err, "peer", link.ErrExist)
	b.unchanged(was)
}

// TestNetkitAgain makes pairs from what others report.
func TestNetkitAgain(t *testing.T) {
	for _, mode := range []kind.NetkitMode{kind.NetkitL2, kind.NetkitL3} {
		t.Run(mode.String(), func(t *testing.T) {
			b := newBox(t)
			testns.Require(t, "netkit")
			b.prepare(link.Spec{Name: "n0", Kind: &kind.Netkit{Mode: attr.Some(mode), PeerPolicy: attr.Some(kind.NetkitBlackhole), Peer: attr.Some(kind.Peer{Name: "n1"})}})
			links := b.list()
			s := links.Spec(link.Name("n0"))
			if err := b.c.Delete(b.ctx, link.Name("n0")); err != nil {
				t.Fatal(err)
			}
			was := links.ByName("n0")
			s.Index, s.Kind.(*kind.Netkit).Peer = 0, attr.Some(kind.Peer{Name: "n1"})
			again := b.create(*s)
			if fields, err := attr.Diff(new(kind.Netkit), was.Kind, again.Kind); err != nil || len(fields) > 0 {
				t.Errorf("%v differ, %v", fields, err)
			}
		})
	}
}

// TestNetkitSingle makes a netkit without a peer.
func TestNetkitSingle(t *testing.T) {
	b := newBox(t)
	testns.Require(t, "netkit", "netkit pairing")
	l, err := b.c.Create(b.ctx, link.Spec{Name: "n0", Kind: &kind.Netkit{Pairing: attr.Some(kind.NetkitSingle)}})
	if err != nil {
		t.Fatal(err)
	}
	if got := b.names(); len(got) != 1 || l.Kind.(*kind.Netkit).Pairing.Value() != kind.NetkitSingle {
		t.Error(got, l)
	}
}

func TestVXCAN(t *testing.T) {
	b := newBox(t)
	testns.Require(t, "vxcan", "vcan")
	l := b.create(link.Spec{Name: "c0", Up: attr.On, Kind: &kind.VXCAN{Peer: attr.Some(kind.Peer{Name: "c1", Up: attr.On, MTU: attr.U32(16)})}})
	p := b.get("c1")
	if !l.IsUp() || !p.IsUp() || p.MTU.Value() != 16 || l.Lower != p.Ref() {
		t.Error(l, p)
	}
	if v := b.create(link.Spec{Name: "c2", MTU: attr.U32(72), Up: attr.On, Kind: &kind.VCAN{}}); !v.IsUp() {
		t.Error(v)
	}
	_, err := b.c.Create(b.ctx, link.Spec{Name: "can0", Kind: &kind.CAN{}})
	if err == nil {
		t.Error("a controller can be made")
	}
}
