package link_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/rtnl"
	"github.com/iplink-go/iplink/internal/rtnl/rtnltest"
	"github.com/iplink-go/iplink/internal/testns"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/link"
)

// How links are made: in one message where the kernel takes all of it, found
// whatever the kernel tells, and all or nothing.

func veth(p kind.Peer) *kind.Veth { return &kind.Veth{Peer: attr.Some(p)} }

// TestCreateMessages counts what creation takes.
func TestCreateMessages(t *testing.T) {
	tests := []struct {
		name string
		spec link.Spec
		sent int
	}{
		{"bridge", link.Spec{Name: "x0", Kind: &kind.Bridge{}}, 1},
		{"bridge up", link.Spec{Name: "x0", Kind: &kind.Bridge{STPState: attr.Some(kind.STPKernel)}, Up: attr.On}, 1},
		{"unnamed", link.Spec{Kind: &kind.IFB{}}, 1},
		{"all that creation takes", link.Spec{
			Name: "x0", Address: mac1, MTU: attr.U32(1400), TxQueueLen: attr.U32(5), Group: attr.U32(7), Index: 1000, NumTxQueues: attr.U32(3),
			NumRxQueues: attr.U32(2), GSOMaxSegs: attr.U32(1000), Master: link.Name("br0"), Up: attr.On, Promisc: attr.On, ARP: attr.Off,
			Kind: veth(kind.Peer{Name: "x1", MTU: attr.U32(1300), Address: attr.MustParseHWAddr("02:00:00:00:00:02"), TxQueueLen: attr.U32(6)}),
		}, 1},
		{"vxlan up with a port's master", link.Spec{
			Name: "x0", Master: link.Name("br0"), Up: attr.On, Kind: &kind.VXLAN{ID: attr.U32(42), Port: attr.U16(4789)},
		}, 1},
		{"alias", link.Spec{Name: "x0", Kind: &kind.IFB{}, Alias: attr.Some("a")}, 2},
		{"empty alias", link.Spec{Name: "x0", Kind: &kind.IFB{}, Alias: attr.Some("")}, 1},
		{"altnames", link.Spec{Name: "x0", Kind: &kind.IFB{}, AltNames: []string{"a", "b"}, Up: attr.On}, 4},
		{"alias and up", link.Spec{Name: "x0", Kind: &kind.IFB{}, Alias: attr.Some("a"), Up: attr.On}, 3},
		{"port data", link.Spec{Name: "x0", Kind: veth(kind.Peer{}), Master: link.Name("br0"), Port: &kind.BridgePort{Cost: attr.U32(9)}}, 2},
		{"peer up", link.Spec{Name: "x0", Kind: veth(kind.Peer{Up: attr.On})}, 2},
		{"peer up, master, alias", link.Spec{Name: "x0", Up: attr.On, Kind: veth(kind.Peer{Up: attr.On, Master: link.Name("br0"), Alias: attr.Some("p")})}, 5},
		{"address generation and up", link.Spec{Name: "x0", Kind: &kind.IFB{}, AddrGenMode: attr.Some(kind.AddrGenNone), Up: attr.On}, 3},
		{"MTU of a bridge", link.Spec{Name: "x0", Kind: &kind.Bridge{}, MTU: attr.U32(1400)}, 2},
		{"IPv4 settings", link.Spec{Name: "x0", Kind: &kind.IFB{}, IPv4: kind.IPv4With(kind.IPv4RPFilter, 1)}, 2},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := newBox(t)
			b.bridge()
			l := b.create(test.spec)
			b.wantSent(test.sent)
			upLast(t, b.tap.mutating(), l, test.spec.Up.Value())
			again := must[*link.Link](t)(b.plain.Get(b.ctx, l.Ref()))
			if test.spec.Name != "" && again.Name != test.spec.Name || test.spec.Name == "" && !strings.HasPrefix(again.Name, again.KindName()) {
				t.Errorf("name %q", again.Name)
			}
			b.tap.reset(nil)
			w := test.spec
			w.Index = 0
			if _, err := b.c.Change(b.ctx, l.Ref(), w); err != nil { // all of it holds
				t.Error(err)
			}
			b.wantSent(0)
		})
	}
}

// upLast fails the test if l was set up by another message than the last.
func upLast(t *testing.T, sent []rtnl.Message, l *link.Link, up bool) {
	t.Helper()
	for i, m := range sent {
		var said link.Link
		if err := link.Decode(m.Payload, &said); err != nil {
			t.Fatal(err)
		}
		own := i == 0 || said.Index == l.Index
		has := m.Type == rtnl.NewLink && said.Flags&said.Change&link.FlagUp != 0
		if want := up && i == len(sent)-1; own && has != want {
			t.Errorf("message %d of %d sets up: %v", i+1, len(sent), has)
		}
	}
}

// TestCreateUndone makes a later part of creation fail, which must leave
// nothing.
func TestCreateUndone(t *testing.T) {
	tests := []struct {
		name string
		spec link.Spec
		is   error
	}{
		{"altname taken", link.Spec{Kind: &kind.IFB{}, AltNames: []string{"free", "br0"}}, link.ErrExist},
		{"altname taken, of a pair", link.Spec{Kind: veth(kind.Peer{Name: "x1"}), AltNames: []string{"free", "taken"}}, link.ErrExist},
		{"port data that the kernel refuses", link.Spec{
			Kind: veth(kind.Peer{Name: "x1"}), Master: link.Name("br0"), Port: &kind.BridgePort{State: attr.Some(kind.PortForwarding)},
		}, nil},
		{"carrier of a veth", link.Spec{Kind: veth(kind.Peer{Name: "x1"}), Carrier: attr.On}, link.ErrNotSupported},
		{"master that takes no ports", link.Spec{Kind: veth(kind.Peer{Name: "x1", Master: link.Name("other")})}, nil},
		{"peer's carrier", link.Spec{Kind: veth(kind.Peer{Name: "x1", Carrier: attr.On})}, link.ErrNotSupported},
		{"address generation from a secret that is not set", link.Spec{
			Kind: veth(kind.Peer{Name: "x1", Up: attr.On}), AddrGenMode: attr.Some(kind.AddrGenStableSecret),
		}, link.ErrInvalid},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := newBox(t)
			b.bridge()
			b.prepare(link.Spec{Name: "other", Kind: &kind.IFB{}, AltNames: []string{"taken"}})
			was := b.snapshot()
			test.spec.Name, test.spec.Up = "x0", attr.On
			_, err := b.c.Create(b.ctx, test.spec)
			var tx *link.TxError
			if !errors.As(err, &tx) {
				t.Fatalf("not a TxError: %v", err)
			}
			if !tx.Clean() || len(tx.Undone) == 0 || !strings.Contains(err.Error(), "undone: ") {
				t.Errorf("%v: undone %q", err, tx.Undone)
			}
			if test.is != nil && !errors.Is(err, test.is) {
				t.Errorf("%v is not %v", err, test.is)
			}
			t.Log(err)
			b.unchanged(was)
		})
	}
}

// TestCreateRefused is what the kernel or the library refuses as a whole.
func TestCreateRefused(t *testing.T) {
	tests := []struct {
		name string
		spec link.Spec
		sent int
		says string
		is   []error
	}{
		{"name taken", link.Spec{Name: "br0", Kind: &kind.Bridge{}}, 0, "name is taken by ifindex", []error{link.ErrExist}},
		{"name taken by an altname", link.Spec{Name: "taken", Kind: &kind.Bridge{}}, 0, "name is taken by ifindex", []error{link.ErrExist}},
		{"index taken", link.Spec{Name: "x0", Index: 1, Kind: &kind.Bridge{}}, 1, "index", []error{link.ErrExist}},
		{"peer's name taken", link.Spec{Name: "x0", Kind: veth(kind.Peer{Name: "br0"})}, 1, `"br0"`, []error{link.ErrExist}},
		{"no kind", link.Spec{Name: "x0"}, 0, "kind: it is missing", []error{attr.ErrValue}},
		{"name too long", link.Spec{Name: strings.Repeat("x", 16), Kind: &kind.IFB{}}, 0, "at most 15", []error{attr.ErrValue}},
		{"peer's name too long", link.Spec{Name: "x0", Kind: veth(kind.Peer{Name: strings.Repeat("x", 16)})}, 0, "peer", []error{attr.ErrValue}},
		{"name that is a pattern", link.Spec{Name: "x%d", Kind: &kind.IFB{}}, 0, "'%'", []error{attr.ErrValue}},
		{"alias too long", link.Spec{Name: "x0", Kind: &kind.IFB{}, Alias: attr.Some(strings.Repeat("x", 256))}, 0, "alias", []error{attr.ErrTooLong}},
		{"port cost", link.Spec{Name: "x0", Kind: veth(kind.Peer{Name: "x1"}), Master: link.Name("br0"), Port: &kind.BridgePort{Cost: attr.U32(0)}}, 0, "1 to 65535", []error{attr.ErrRange}},
		{"port data without a master", link.Spec{Name: "x0", Kind: &kind.IFB{}, Port: &kind.BridgePort{Cost: attr.U32(7)}}, 0, "Master", []error{link.ErrInvalid}},
		{"lower of a kind that takes none", link.Spec{Name: "x0", Kind: &kind.VXLAN{ID: attr.U32(1)}, Lower: link.Name("lo")}, 0, "a vxlan takes no Lower", []error{link.ErrInvalid}},
		{"macvlan without lower", link.Spec{Name: "x0", Kind: &kind.Macvlan{}}, 0, "Lower", []error{attr.ErrValue}},
		{"lower missing", link.Spec{Name: "x0", Kind: &kind.Macvlan{}, Lower: link.Name("nobody")}, 0, "nobody", []error{link.ErrNotExist}},
		{"master missing", link.Spec{Name: "x0", Kind: veth(kind.Peer{Name: "x1"}), Master: link.Name("nobody")}, 0, "nobody", []error{link.ErrNotExist}},
		{"master missing, by index", link.Spec{Name: "x0", Kind: veth(kind.Peer{Name: "x1"}), Master: link.Index(999)}, 1, "", []error{link.ErrInvalid}},
		{"master that takes no ports", link.Spec{Name: "x0", Kind: veth(kind.Peer{Name: "x1"}), Master: link.Name("other")}, 1, "", []error{link.ErrNotSupported}},
		{"mtu too small", link.Spec{Name: "x0", Kind: veth(kind.Peer{Name: "x1"}), MTU: attr.U32(67)}, 1, "mtu", []error{link.ErrInvalid}},
		{"mtu too large", link.Spec{Name: "x0", Kind: veth(kind.Peer{Name: "x1"}), MTU: attr.U32(65536)}, 1, "mtu", []error{link.ErrInvalid}},
		{"multicast address", link.Spec{Name: "x0", Kind: veth(kind.Peer{Name: "x1"}), Address: attr.MustParseHWAddr("01:00:00:00:00:01")}, 1, "", []error{link.ErrInvalid}},
		{"vni", link.Spec{Name: "x0", Kind: &kind.VXLAN{ID: attr.U32(1 << 24)}}, 0, "0 to 16777215", []error{attr.ErrRange}},
		{"unknown kind", link.Spec{Name: "x0", Kind: &kind.Opaque{Name: "iplink_none"}}, 1, "no link kind", []error{link.ErrUnsupportedKind, link.ErrNotSupported, errors.ErrUnsupported}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := newBox(t)
			b.bridge()
			b.prepare(link.Spec{Name: "other", Kind: &kind.IFB{}, AltNames: []string{"taken"}})
			was := b.snapshot()
			_, err := b.c.Create(b.ctx, test.spec)
			wantError(t, err, test.says, test.is...)
			t.Log(err)
			b.wantSent(test.sent)
			b.unchanged(was)
		})
	}
}

// TestCreateFound makes links while the kernel does not tell the index, as
// before Linux 6.2, and with names given by the kernel.
func TestCreateFound(t *testing.T) {
	for _, test := range []struct {
		name string
		spec link.Spec
	}{
		{"named", link.Spec{Name: "x0", Kind: &kind.Bridge{}}},
		{"unnamed", link.Spec{Kind: &kind.Bridge{}}},
		{"unnamed pair", link.Spec{MTU: attr.U32(1234), Kind: &kind.Veth{}}},
		{"unnamed pair with a peer", link.Spec{MTU: attr.U32(1234), Kind: veth(kind.Peer{Name: "p", Up: attr.On})}},
		{"unnamed, with more to follow", link.Spec{Kind: &kind.IFB{}, Alias: attr.Some("a")}},
	} {
		for _, echo := range []bool{true, false} {
			t.Run(test.name+map[bool]string{true: ", echo", false: ", no echo"}[echo], func(t *testing.T) {
				b := newBox(t)
				b.prepare(link.Spec{Kind: kind.New(test.spec.Kind.Kind())}) // one that is not it
				b.tap.filter = func(m rtnl.Message) bool { return echo || m.Type != rtnl.NewLink || !b.creating() }
				before := b.names()
				l := b.create(test.spec)
				if slices.Contains(before, l.Name) || l.KindName() != test.spec.Kind.Kind() {
					t.Error(l)
				}
				if mtu, ok := test.spec.MTU.Get(); ok && l.MTU.Value() != mtu {
					t.Errorf("the peer was taken for the link:\n%s", l)
				}
			})
		}
	}
}

// creating reports whether the last request is one that makes a link.
func (b *box) creating() bool {
	sent := b.tap.sent // the tap is locked
	return len(sent) > 0 && sent[len(sent)-1].Type == rtnl.NewLink
}

// TestCreateRace lets somebody else make a link of the same name and kind
// between the look whether the name is free and the message: that link must
// stay.
func TestCreateRace(t *testing.T) {
	b := newBox(t)
	b.tap.reset(func(_ int, req rtnl.Message) rtnltest.Fault {
		if req.Type == rtnl.NewLink {
			b.prepare(link.Spec{Name: "x0", Kind: &kind.Bridge{}, Group: attr.U32(99)})
		}
		return rtnltest.None
	})
	_, err := b.c.Create(b.ctx, link.Spec{Name: "x0", Kind: &kind.Bridge{}})
	wantError(t, err, "taken by ifindex", link.ErrExist)
	if l, err := b.plain.Get(b.ctx, link.Name("x0")); err != nil || l.Group.Value() != 99 {
		t.Errorf("somebody else's link: %v, %v", l, err)
	}
}

// TestCreateIndex chooses the index.
func TestCreateIndex(t *testing.T) {
	b := newBox(t)
	l := b.create(link.Spec{Name: "x0", Index: 4711, Kind: veth(kind.Peer{Name: "x1", Index: 4712})})
	if l.Index != 4711 || b.get("x1").Index != 4712 {
		t.Errorf("indexes %d and %d", l.Index, b.get("x1").Index)
	}
}

// TestCreatePair makes pairs with all that can be said of the peer.
func TestCreatePair(t *testing.T) {
	b := newBox(t)
	b.bridge()
	l := b.create(link.Spec{Name: "x0", Up: attr.On, Kind: veth(kind.Peer{
		Name: "x1", MTU: attr.U32(1300), Address: mac1, Up: attr.On, Master: link.Name("br0"), Alias: attr.Some("peer"), Promisc: attr.On,
		Group: attr.U32(3), TxQueueLen: attr.U32(6), NumTxQueues: attr.U32(2),
	})})
	p := b.get("x1")
	if l.Lower != p.Ref() || p.Lower != l.Ref() || !l.IsUp() || !l.HasCarrier() {
		t.Error(l)
	}
	if p.MTU.Value() != 1300 || p.Address != mac1 || !p.IsUp() || p.Master != b.get("br0").Ref() || p.Alias.Value() != "peer" ||
		p.Flags&link.FlagPromisc == 0 || p.Group.Value() != 3 || p.TxQueueLen.Value() != 6 || p.NumTxQueues.Value() != 2 {
		t.Error(p)
	}
	if l.MTU.Value() != 1500 {
		t.Errorf("the peer's MTU is the link's too: %d", l.MTU.Value())
	}
	if err := b.c.Delete(b.ctx, link.Name("x1")); err != nil {
		t.Error(err)
	}
	b.absent("x0", "x1")
}

// TestDelete removes links, and cannot remove others.
func TestDelete(t *testing.T) {
	b := newBox(t)
	b.pair()
	b.create(link.Spec{Name: "m0", Lower: link.Name("v0"), Kind: &kind.Macvlan{}})
	if err := b.c.Delete(b.ctx, link.Name("v0")); err != nil {
		t.Error(err)
	}
	b.absent("v0", "v1", "m0")
	for _, r := range []link.Ref{link.Name("v0"), link.Index(999)} {
		wantError(t, b.c.Delete(b.ctx, r), "", link.ErrNotExist)
	}
	wantError(t, b.c.Delete(b.ctx, link.Name("lo")), "cannot be deleted", link.ErrNotSupported)
	wantError(t, b.c.Delete(b.ctx, link.None), "no link is named")
	wantError(t, b.c.Delete(b.ctx, link.Ref{}), "no link is named")
}

// TestCreateDummy makes a dummy, or says what this kernel lacks.
func TestCreateDummy(t *testing.T) {
	b := newBox(t)
	l, err := b.c.Create(b.ctx, link.Spec{Name: "d0", Kind: &kind.Dummy{}, Address: mac1, MTU: attr.U32(9000), Up: attr.On})
	if errors.Is(err, link.ErrUnsupportedKind) {
		wantError(t, err, `no link kind "dummy": modprobe dummy`, errors.ErrUnsupported)
		testns.Require(t, "dummy")
	}
	if err != nil {
		t.Fatal(err)
	}
	if l.KindName() != "dummy" || l.Address != mac1 || l.MTU.Value() != 9000 || !l.IsUp() {
		t.Error(l)
	}
}
