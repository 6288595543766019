package link_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/testns"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/link"
)

// What any link can be set to, one field at a time, on a veth pair v0, v1.

func (b *box) pair() {
	b.t.Helper()
	b.prepare(link.Spec{Name: "v0", Kind: &kind.Veth{Peer: attr.Some(kind.Peer{Name: "v1"})}})
}

// bridge makes a bridge br0 with an address of its own, which ports coming and
// going do not change.
func (b *box) bridge() *link.Link {
	b.t.Helper()
	return b.prepare(link.Spec{Name: "br0", Address: attr.MustParseHWAddr("02:00:00:00:00:b0"), Kind: &kind.Bridge{}})
}

var mac1 = attr.MustParseHWAddr("02:00:00:00:00:01")

// settings are changes of v0 and what it must report afterwards.
var settings = []struct {
	name  string
	spec  link.Spec
	field func(l *link.Link) any
	want  any
	back  link.Spec // undoes it; without it the change cannot be undone exactly
}{
	{"up", link.Spec{Up: attr.On}, func(l *link.Link) any { return l.IsUp() }, true, link.Spec{Up: attr.Off}},
	{"down", link.Spec{Up: attr.Off}, func(l *link.Link) any { return l.IsUp() }, false, link.Spec{}},
	{"mtu 1500", link.Spec{MTU: attr.U32(1500)}, func(l *link.Link) any { return l.MTU.Value() }, uint32(1500), link.Spec{}},
	{"mtu 9000", link.Spec{MTU: attr.U32(9000)}, func(l *link.Link) any { return l.MTU.Value() }, uint32(9000), link.Spec{MTU: attr.U32(1500)}},
	{"mtu lowest", link.Spec{MTU: attr.U32(68)}, func(l *link.Link) any { return l.MTU.Value() }, uint32(68), link.Spec{MTU: attr.U32(1500)}},
	{"mtu highest", link.Spec{MTU: attr.U32(65535)}, func(l *link.Link) any { return l.MTU.Value() }, uint32(65535), link.Spec{MTU: attr.U32(1500)}},
	{"address", link.Spec{Address: mac1}, func(l *link.Link) any { return l.Address }, mac1, link.Spec{}},
	{"broadcast", link.Spec{Broadcast: mac1}, func(l *link.Link) any { return l.Broadcast }, mac1, link.Spec{Broadcast: attr.MustParseHWAddr("ff:ff:ff:ff:ff:ff")}},
	{"txqueuelen 2000", link.Spec{TxQueueLen: attr.U32(2000)}, func(l *link.Link) any { return l.TxQueueLen.Value() }, uint32(2000), link.Spec{TxQueueLen: attr.U32(1000)}},
	{"txqueuelen 0", link.Spec{TxQueueLen: attr.U32(0)}, func(l *link.Link) any { return l.TxQueueLen.Value() }, uint32(0), link.Spec{TxQueueLen: attr.U32(1000)}},
	{"promisc on", link.Spec{Promisc: attr.On}, func(l *link.Link) any { return l.Flags&link.FlagPromisc != 0 }, true, link.Spec{Promisc: attr.Off}},
	{"promisc off", link.Spec{Promisc: attr.Off}, func(l *link.Link) any { return l.Flags&link.FlagPromisc != 0 }, false, link.Spec{}},
	{"arp off", link.Spec{ARP: attr.Off}, func(l *link.Link) any { return l.Flags&link.FlagNoARP != 0 }, true, link.Spec{ARP: attr.On}},
	{"multicast off", link.Spec{Multicast: attr.Off}, func(l *link.Link) any { return l.Flags&link.FlagMulticast != 0 }, false, link.Spec{Multicast: attr.On}},
	{"allmulti on", link.Spec{AllMulti: attr.On}, func(l *link.Link) any { return l.Flags&link.FlagAllMulti != 0 }, true, link.Spec{AllMulti: attr.Off}},
	{"dynamic on", link.Spec{Dynamic: attr.On}, func(l *link.Link) any { return l.Flags&link.FlagDynamic != 0 }, true, link.Spec{Dynamic: attr.Off}},
	{"trailers off", link.Spec{Trailers: attr.Off}, func(l *link.Link) any { return l.Flags&link.FlagNoTrailers != 0 }, true, link.Spec{Trailers: attr.On}},
	{"group", link.Spec{Group: attr.U32(7)}, func(l *link.Link) any { return l.Group.Value() }, uint32(7), link.Spec{Group: attr.U32(0)}},
	{"alias", link.Spec{Alias: attr.Some("the other end")}, func(l *link.Link) any { return l.Alias.Value() }, "the other end", link.Spec{Alias: attr.Some("")}},
	{"longest alias", link.Spec{Alias: attr.Some(strings.Repeat("a", 255))}, func(l *link.Link) any { return len(l.Alias.Value()) }, 255, link.Spec{Alias: attr.Some("")}},
	{"mode", link.Spec{LinkMode: attr.Some(kind.LinkModeDormant)}, func(l *link.Link) any { return l.LinkMode.Value() }, kind.LinkModeDormant, link.Spec{LinkMode: attr.Some(kind.LinkModeDefault)}},
	{"gso_max_size", link.Spec{GSOMaxSize: attr.U32(30000)}, func(l *link.Link) any { return l.GSOMaxSize.Value() }, uint32(30000), link.Spec{}},
	{"gso_max_segs", link.Spec{GSOMaxSegs: attr.U32(100)}, func(l *link.Link) any { return l.GSOMaxSegs.Value() }, uint32(100), link.Spec{}},
	{"addrgenmode none", link.Spec{AddrGenMode: attr.Some(kind.AddrGenNone)}, func(l *link.Link) any { return l.AddrGenMode.Value() }, kind.AddrGenNone, link.Spec{AddrGenMode: attr.Some(kind.AddrGenEUI64)}},
	{"addrgenmode random", link.Spec{AddrGenMode: attr.Some(kind.AddrGenRandom)}, func(l *link.Link) any { return l.AddrGenMode.Value() }, kind.AddrGenRandom, link.Spec{}},
	{"ipv4 setting", link.Spec{IPv4: kind.IPv4With(kind.IPv4ProxyARP, 1)}, func(l *link.Link) any { v, _ := l.IPv4.Get(kind.IPv4ProxyARP); return v }, int32(1), link.Spec{IPv4: kind.IPv4With(kind.IPv4ProxyARP, 0)}},
	{"altnames", link.Spec{AltNames: []string{"one", "two"}}, func(l *link.Link) any { return strings.Join(l.AltNames, " ") }, "one two", link.Spec{AltNames: []string{}}},
	{"longest altname", link.Spec{AltNames: []string{strings.Repeat("a", 127)}}, func(l *link.Link) any { return len(strings.Join(l.AltNames, "")) }, 127, link.Spec{AltNames: []string{}}},
	{"rename", link.Spec{Name: "w0"}, func(l *link.Link) any { return l.Name }, "w0", link.Spec{Name: "v0"}},
}

// TestSet makes each change, makes it again, which must send nothing, and
// takes it back.
func TestSet(t *testing.T) {
	for _, test := range settings {
		t.Run(test.name, func(t *testing.T) {
			b := newBox(t)
			b.pair()
			was := b.snapshot()
			l := b.change("v0", test.spec)
			again := must[*link.Link](t)(b.plain.Get(b.ctx, l.Ref()))
			for what, l := range map[string]*link.Link{"returned": l, "read": again} {
				if got := test.field(l); got != test.want {
					t.Errorf("%s: %v, want %v", what, got, test.want)
				}
			}
			b.tap.reset(nil)
			if _, err := b.c.Change(b.ctx, l.Ref(), test.spec); err != nil {
				t.Error(err)
			}
			b.wantSent(0)
			if attr.IsZero(&test.back) && test.back.AltNames == nil {
				return
			}
			if _, err := b.c.Change(b.ctx, l.Ref(), test.back); err != nil {
				t.Error(err)
			}
			b.unchanged(was)
		})
	}
}

// TestSetTogether makes all of several changes at once.
func TestSetTogether(t *testing.T) {
	b := newBox(t)
	b.pair()
	b.prepare(link.Spec{Name: "br0", Kind: &kind.Bridge{}})
	l := b.change("v0", link.Spec{
		Name: "w0", Address: mac1, MTU: attr.U32(1400), Group: attr.U32(7), Alias: attr.Some("x"), TxQueueLen: attr.U32(5), Promisc: attr.On,
		AltNames: []string{"w0-alt"}, AddrGenMode: attr.Some(kind.AddrGenNone), Up: attr.On,
		Master: link.Name("br0"), Port: &kind.BridgePort{Cost: attr.U32(77), Isolated: attr.On},
	})
	port, _ := l.Port.(*kind.BridgePort)
	if l.Name != "w0" || l.Address != mac1 || l.MTU.Value() != 1400 || l.Group.Value() != 7 || l.Alias.Value() != "x" || l.TxQueueLen.Value() != 5 ||
		l.Flags&link.FlagPromisc == 0 || !slices.Equal(l.AltNames, []string{"w0-alt"}) || l.AddrGenMode.Value() != kind.AddrGenNone || !l.IsUp() ||
		l.Master != b.get("br0").Ref() || port == nil || port.Cost.Value() != 77 || !port.Isolated.Value() {
		t.Error(l)
	}
}

// TestOperState follows the operational state as the peer comes and goes.
func TestOperState(t *testing.T) {
	b := newBox(t)
	b.pair()
	l := b.change("v0", link.Spec{Up: attr.On})
	if l.HasCarrier() {
		t.Errorf("with the peer down:\n%s", l)
	}
	state := func(want kind.OperState) {
		t.Helper()
		if !b.eventually(func() bool { return b.get("v0").OperState.Value() == want }) {
			t.Errorf("state is %v, want %v", b.get("v0").OperState, want)
		}
	}
	state(kind.OperLowerLayerDown) // until then a link counts as running
	if l := b.get("v0"); !strings.Contains(l.String(), "NO-CARRIER") {
		t.Errorf("with the peer down:\n%s", l)
	}
	b.change("v1", link.Spec{Up: attr.On})
	state(kind.OperUp)
	if l := b.get("v0"); !l.HasCarrier() || !l.Carrier.Value() {
		t.Errorf("with the peer up:\n%s", l)
	}
	// The mode counts when the state leaves another one for UP, which it must
	// have reached: the kernel does not look at what came and went meanwhile.
	b.change("v1", link.Spec{Up: attr.Off})
	state(kind.OperLowerLayerDown)
	b.change("v0", link.Spec{LinkMode: attr.Some(kind.LinkModeDormant)})
	b.change("v1", link.Spec{Up: attr.On})
	state(kind.OperDormant)
	if l := b.change("v0", link.Spec{OperState: attr.Some(kind.OperUp)}); l.OperState.Value() != kind.OperUp {
		t.Errorf("state is %v, want UP", l.OperState)
	}
}

// TestRename renames in every way that there is.
func TestRename(t *testing.T) {
	b := newBox(t)
	b.pair()
	b.change("v0", link.Spec{Up: attr.On})
	if l, err := b.c.Change(b.ctx, link.Name("v0"), link.Spec{Name: "w0"}); errors.Is(err, link.ErrBusy) {
		t.Logf("while up: %v", err) // before Linux 6.2
		b.change("v0", link.Spec{Name: "w0", Up: attr.Off})
	} else if err != nil || l.Name != "w0" || !l.IsUp() {
		t.Errorf("while up: %v %v", l, err)
	}
	b.change("w0", link.Spec{Up: attr.Off})
	b.change("w0", link.Spec{AltNames: []string{"alt", "spare"}})
	l := b.change("w0", link.Spec{Name: "alt"})
	if l.Name != "alt" || !slices.Equal(l.AltNames, []string{"spare"}) {
		t.Errorf("to its own altname: %s %q", l.Name, l.AltNames)
	}
	l = b.change("alt", link.Spec{Name: "new", AltNames: []string{"alt"}})
	if l.Name != "new" || !slices.Equal(l.AltNames, []string{"alt"}) {
		t.Errorf("with the old name as altname: %s %q", l.Name, l.AltNames)
	}
	was := b.snapshot()
	for _, taken := range []string{"v1", "alt"} {
		_, err := b.c.Change(b.ctx, link.Name("v1"), link.Spec{Name: "alt"})
		if !errors.Is(err, link.ErrExist) {
			t.Errorf("to %s, which is taken: %v", taken, err)
		}
	}
	b.unchanged(was)
	// A swap needs a third name.
	first, second := b.get("new").Ref(), b.get("v1").Ref()
	for _, step := range []struct {
		r    link.Ref
		name string
	}{{first, "tmp"}, {second, "new"}, {first, "v1"}} {
		if _, err := b.c.Change(b.ctx, step.r, link.Spec{Name: step.name}); err != nil {
			t.Fatal(err)
		}
	}
	if b.get("new").Ref() != second || b.get("v1").Ref() != first {
		t.Error("not swapped")
	}
}

// TestAltNames adds and removes alternative names.
func TestAltNames(t *testing.T) {
	b := newBox(t)
	b.pair()
	has := func(names ...string) {
		t.Helper()
		if l := b.get("v0"); !slices.Equal(l.AltNames, names) {
			t.Errorf("has %q, want %q", l.AltNames, names)
		}
	}
	ref := link.Name("v0")
	if err := b.c.AddAltNames(b.ctx, ref, "one", "two"); err != nil {
		t.Fatal(err)
	}
	has("one", "two")
	b.tap.reset(nil)
	if err := errors.Join(b.c.AddAltNames(b.ctx, ref, "two", "one"), b.c.RemoveAltNames(b.ctx, ref, "nine")); err != nil {
		t.Error(err)
	}
	b.wantSent(0)
	if err := b.c.RemoveAltNames(b.ctx, link.Name("two"), "one"); err != nil {
		t.Error(err)
	}
	has("two")
	b.change("v0", link.Spec{AltNames: []string{"three"}})
	has("three")
	was := b.snapshot()
	for _, taken := range []string{"v1", "three"} {
		if err := b.c.AddAltNames(b.ctx, link.Name("v1"), "four", taken); err == nil {
			t.Errorf("%s was given twice", taken)
		}
	}
	b.unchanged(was)
	b.change("v0", link.Spec{AltNames: []string{}})
	has()
}

// TestInvalid is what must be refused before anything is sent.
func TestInvalid(t *testing.T) {
	b := newBox(t)
	b.pair()
	b.bridge()
	long := strings.Repeat("x", 16)
	tests := []struct {
		name string
		spec link.Spec
		says string
		is   error
	}{
		{"name too long", link.Spec{Name: long}, "16 bytes, at most 15", attr.ErrValue},
		{"name with slash", link.Spec{Name: "a/b"}, `"a/b"`, attr.ErrValue},
		{"name with colon", link.Spec{Name: "a:b"}, `"a:b"`, attr.ErrValue},
		{"name with space", link.Spec{Name: "a b"}, "white space", attr.ErrValue},
		{"name with newline", link.Spec{Name: "a\n"}, "white space", attr.ErrValue},
		{"name with no-break space byte", link.Spec{Name: "a\xa0"}, "white space", attr.ErrValue},
		{"name that is a pattern", link.Spec{Name: "x%d"}, `'%'`, attr.ErrValue},
		{"name with NUL", link.Spec{Name: "a\x00b"}, "NUL", attr.ErrValue},
		{"name dot", link.Spec{Name: "."}, "directory", attr.ErrValue},
		{"name dot dot", link.Spec{Name: ".."}, "directory", attr.ErrValue},
		{"altname too long", link.Spec{AltNames: []string{strings.Repeat("x", 128)}}, "128 bytes, at most 127", attr.ErrValue},
		{"altname empty", link.Spec{AltNames: []string{""}}, "empty", attr.ErrValue},
		{"altname twice", link.Spec{AltNames: []string{"a", "a"}}, "twice", attr.ErrValue},
		{"altname that is the name", link.Spec{Name: "a", AltNames: []string{"a"}}, "own name", attr.ErrValue},
		{"alias too long", link.Spec{Alias: attr.Some(strings.Repeat("x", 256))}, "alias", attr.ErrTooLong},
		{"mtu too small", link.Spec{MTU: attr.U32(67)}, "67 is out of range, want 68 to 65535", attr.ErrRange},
		{"mtu too large", link.Spec{MTU: attr.U32(65536)}, "65536 is out of range, want 68 to 65535", attr.ErrRange},
		{"port cost", link.Spec{Master: link.Name("br0"), Port: &kind.BridgePort{Cost: attr.U32(65536)}}, "65536 is out of range, want 1 to 65535", attr.ErrRange},
		{"two namespaces", link.Spec{NetNS: kind.NetNS{FD: attr.U32(0), PID: attr.U32(1)}}, "more than one", attr.ErrValue},
		{"master that is missing", link.Spec{Master: link.Name("nobody")}, "nobody", link.ErrNotExist},
	}
	was := b.snapshot()
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b.t = t
			b.tap.reset(nil)
			_, err := b.c.Change(b.ctx, link.Name("v0"), test.spec)
			b.wantSent(0)
			wantError(t, err, test.says, test.is)
			b.unchanged(was)
		})
	}
}

// wantError fails the test unless err says that and is one of is.
func wantError(t *testing.T, err error, says string, is ...error) {
	t.Helper()
	if err == nil {
		t.Error("no error")
		return
	}
	if !strings.Contains(err.Error(), says) {
		t.Errorf("%q does not say %q", err, says)
	}
	for _, target := range is {
		if !errors.Is(err, target) {
			t.Errorf("%q is not %q", err, target)
		}
	}
}

// TestCarrier switches the carrier of a dummy.
func TestCarrier(t *testing.T) {
	testns.Require(t, "dummy")
	b := newBox(t)
	b.create(link.Spec{Name: "d0", Kind: &kind.Dummy{}, Up: attr.On})
	if l := b.change("d0", link.Spec{Carrier: attr.Off}); l.HasCarrier() {
		t.Error(l)
	}
	if l := b.change("d0", link.Spec{Carrier: attr.On}); !l.HasCarrier() {
		t.Error(l)
	}
	b.pair()
	_, err := b.c.Change(b.ctx, link.Name("v0"), link.Spec{Up: attr.On, Carrier: attr.On})
	if !errors.Is(err, link.ErrNotSupported) {
		t.Errorf("the carrier of a veth: %v", err)
	}
}

// TestProtoDown holds a macvlan down for a reason.
func TestProtoDown(t *testing.T) {
	b := newBox(t)
	b.pair()
	b.create(link.Spec{Name: "m0", Lower: link.Name("v0"), Kind: &kind.Macvlan{}})
	reason := kind.ProtoDownReason{Value: attr.U32(1)}
	l := b.change("m0", link.Spec{ProtoDown: attr.On, ProtoDownReason: attr.Some(reason)})
	if !l.ProtoDown.Value() || l.ProtoDownReason.Value().Value.Value() != 1 {
		t.Error(fmt.Sprint(l))
	}
	l = b.change("m0", link.Spec{ProtoDown: attr.Off, ProtoDownReason: attr.Some(kind.ProtoDownReason{Value: attr.U32(0)})})
	if l.ProtoDown.Value() {
		t.Error(l)
	}
	_, err := b.c.Change(b.ctx, link.Name("v0"), link.Spec{ProtoDown: attr.On})
	wantError(t, err, "", link.ErrNotSupported)
}
