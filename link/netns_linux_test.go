package link_test

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/rtnl"
	"github.com/iplink-go/iplink/internal/rtnl/rtnltest"
	"github.com/iplink-go/iplink/internal/testns"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/link"
	"github.com/iplink-go/iplink/nsutil"
)

// Links made in other namespaces, and moved there.

// TestNetNS makes and moves links, with the namespace said in every way.
func TestNetNS(t *testing.T) {
	name := "iplink-test"
	named := func(t *testing.T) *nsutil.Namespace {
		ns := must[*nsutil.Namespace](t)(nsutil.Create(name))
		t.Cleanup(func() {
			if err := errors.Join(nsutil.Delete(name), ns.Close()); err != nil {
				t.Error(err)
			}
		})
		return ns
	}
	for _, test := range []struct {
		how string
		say func(t *testing.T, b *box) (there *nsutil.Namespace, n kind.NetNS)
	}{
		{"descriptor", func(t *testing.T, _ *box) (*nsutil.Namespace, kind.NetNS) {
			ns := testns.New(t)
			return ns, kind.NetNSFD(ns.FD())
		}},
		{"name", func(t *testing.T, _ *box) (*nsutil.Namespace, kind.NetNS) { return named(t), kind.NetNSName(name) }},
		{"path", func(t *testing.T, _ *box) (*nsutil.Namespace, kind.NetNS) {
			return named(t), kind.NetNSName(nsutil.RunDir + "/" + name)
		}},
		{"process", func(t *testing.T, _ *box) (*nsutil.Namespace, kind.NetNS) {
			ns := testns.New(t)
			return ns, kind.NetNSPID(testns.Process(t, ns))
		}},
		{"id", func(t *testing.T, b *box) (*nsutil.Namespace, kind.NetNS) {
			ns := named(t)
			id := must[int32](t)(nsutil.EnsureNSID(b.ctx, b.ns, ns))
			return ns, kind.NetNSID(int(id))
		}},
		{"the namespace it is in", func(_ *testing.T, b *box) (*nsutil.Namespace, kind.NetNS) { return b.ns, kind.NetNSFD(b.ns.FD()) }},
	} {
		t.Run(test.how, func(t *testing.T) {
			b := newBox(t)
			ns, say := test.say(t, b)
			there := boxOf(t, ns)
			made := b.create(link.Spec{Name: "x0", NetNS: say, MTU: attr.U32(1400), Alias: attr.Some("made"), AltNames: []string{"x0-alt"}, Up: attr.On, Kind: veth(kind.Peer{Name: "x1"})})
			if got := there.get("x0"); made.Index != got.Index || got.MTU.Value() != 1400 || got.Alias.Value() != "made" || !got.IsUp() || !slices.Equal(got.AltNames, []string{"x0-alt"}) {
				t.Errorf("made there:\n%s", got)
			}
			b.get("x1") // the peer is here
			b.prepare(link.Spec{Name: "v0", Index: 600, Kind: veth(kind.Peer{Name: "v1"})})
			moved := b.change("v0", link.Spec{NetNS: say, Name: "w0", Group: attr.U32(7), Up: attr.On})
			if got := there.get("w0"); moved.Index != got.Index || got.Index != 600 || got.Group.Value() != 7 || !got.IsUp() {
				t.Errorf("moved there:\n%s", got)
			}
			if ns != b.ns {
				b.absent("x0", "v0", "w0")
			}
		})
	}
}

// TestNetNSWrong names namespaces that are not there, or in ways that are none.
func TestNetNSWrong(t *testing.T) {
	b := newBox(t)
	for _, test := range []struct {
		how  string
		say  kind.NetNS
		want error
	}{
		{"no such name", kind.NetNSName("nonesuch"), fs.ErrNotExist},
		{"no such file", kind.NetNSName("/nonesuch/net"), fs.ErrNotExist},
		{"not a name", kind.NetNSName(".."), nsutil.ErrName},
		{"not a namespace", kind.NetNSName("/proc/self/status"), nsutil.ErrNotNetNS},
		{"two ways", kind.NetNS{Name: "blue", PID: attr.U32(1)}, attr.ErrValue},
		{"two numbers", kind.NetNS{FD: attr.U32(1), PID: attr.U32(1)}, attr.ErrValue},
		{"a closed handle", kind.NetNSFD(-1), fs.ErrClosed},
	} {
		for _, spec := range []link.Spec{
			{Name: "x0", NetNS: test.say, Kind: veth(kind.Peer{Name: "x1"})},
			{Name: "x0", Kind: veth(kind.Peer{Name: "x1", NetNS: test.say})},
		} {
			if _, err := b.c.Create(b.ctx, spec); !errors.Is(err, test.want) {
				t.Errorf("%s: %v, want %v", test.how, err, test.want)
			}
		}
	}
	b.absent("x0", "x1")
}

// TestPeerNamedHere names the namespace of the client for the peer.
func TestPeerNamedHere(t *testing.T) {
	const name = "iplink-test"
	testns.New(t) // skips where there are no namespaces
	ns := must[*nsutil.Namespace](t)(nsutil.Create(name))
	t.Cleanup(func() {
		if err := errors.Join(nsutil.Delete(name), ns.Close()); err != nil {
			t.Error(err)
		}
	})
	b := boxOf(t, ns)
	pair := link.Spec{Name: "x0", NetNS: kind.NetNSName(name), Kind: veth(kind.Peer{Name: "x1", NetNS: kind.NetNSName(name)})}
	b.create(pair)
	b.get("x1")
	b.change("x0", pair)
}

// TestCreateElsewhere makes a link there while one of that name is here, and
// with everything that follows creation.
func TestCreateElsewhere(t *testing.T) {
	b, there := newBox(t), newBox(t)
	b.prepare(link.Spec{Name: "same", Kind: &kind.IFB{}})
	there.bridge()
	to := kind.NetNSFD(there.ns.FD())
	l := b.create(link.Spec{
		Name: "same", NetNS: to, Index: 900, Master: link.Name("br0"), Port: &kind.BridgePort{Cost: attr.U32(7)}, Up: attr.On,
		AltNames: []string{"alt"}, Kind: veth(kind.Peer{Name: "here", Up: attr.On}),
	})
	if got := there.get("alt"); l.Index != 900 || got.Name != "same" || got.Master != there.get("br0").Ref() || got.Port.(*kind.BridgePort).Cost.Value() != 7 || !got.IsUp() {
		t.Errorf("%s", got)
	}
	if p := b.get("here"); !p.IsUp() || b.get("same").KindName() != "ifb" {
		t.Error(p)
	}
	// Taken there.
	_, err := b.c.Create(b.ctx, link.Spec{Name: "br0", NetNS: to, Kind: &kind.IFB{}})
	wantError(t, err, "name is taken by ifindex", link.ErrExist)
	// A part that fails afterwards.
	was, wasThere := b.snapshot(), there.snapshot()
	_, err = b.c.Create(b.ctx, link.Spec{Name: "x0", NetNS: to, Kind: veth(kind.Peer{Name: "x1", Up: attr.On}), AltNames: []string{"br0"}})
	wantError(t, err, "undone", link.ErrExist)
	b.unchanged(was)
	there.unchanged(wasThere)
	// The lower link is here, the macvlan there.
	l = b.create(link.Spec{Name: "m0", NetNS: to, Lower: link.Name("here"), Kind: &kind.Macvlan{}})
	if !l.LowerNetNSID.IsSet() {
		t.Errorf("%s", l)
	}
	there.get("m0")
}

// TestPeerElsewhere makes pairs with one end elsewhere.
func TestPeerElsewhere(t *testing.T) {
	b, there := newBox(t), newBox(t)
	there.bridge()
	to := kind.NetNSFD(there.ns.FD())
	l := b.create(link.Spec{Name: "x0", Up: attr.On, Kind: veth(kind.Peer{
		Name: "eth0", NetNS: to, Up: attr.On, Master: link.Name("br0"), MTU: attr.U32(1300), Alias: attr.Some("peer"),
	})})
	p := there.get("eth0")
	if !p.IsUp() || p.Master != there.get("br0").Ref() || p.MTU.Value() != 1300 || p.Alias.Value() != "peer" || !l.LowerNetNSID.IsSet() {
		t.Errorf("%s\n%s", l, p)
	}
	was, wasThere := b.snapshot(), there.snapshot()
	_, err := b.c.Create(b.ctx, link.Spec{Name: "y0", Kind: veth(kind.Peer{Name: "eth0", NetNS: to})})
	wantError(t, err, `peer "eth0": name is taken by ifindex`, link.ErrExist)
	_, err = b.c.Create(b.ctx, link.Spec{Name: "y0", Kind: veth(kind.Peer{Name: "y1", NetNS: to, Up: attr.On}), AltNames: []string{"x0"}})
	wantError(t, err, "undone", link.ErrExist)
	b.unchanged(was)
	there.unchanged(wasThere)
	// Both ends elsewhere.
	b.create(link.Spec{Name: "z0", NetNS: to, Up: attr.On, Kind: veth(kind.Peer{Name: "z1", NetNS: to, Up: attr.On})})
	if l := there.get("z0"); !l.HasCarrier() {
		t.Error(l)
	}
}

// TestMove moves links that are ports, with new names and indexes, and those
// that cannot.
func TestMove(t *testing.T) {
	b, there := newBox(t), newBox(t)
	to := kind.NetNSFD(there.ns.FD())
	b.stage()
	there.bridge()
	there.prepare(link.Spec{Name: "taken", Index: 950, AltNames: []string{"x0"}, Kind: &kind.IFB{}})
	was, wasThere := b.snapshot(), there.snapshot()
	for _, test := range []struct {
		name, on string
		spec     link.Spec
		is       error
	}{
		{"name taken", "v0", link.Spec{Name: "taken"}, link.ErrExist},
		{"altname taken", "x0", link.Spec{}, link.ErrExist},
		{"cannot move", "br1", link.Spec{}, link.ErrFixed},
		{"master missing there", "v0", link.Spec{Master: link.Name("br1")}, link.ErrNotExist},
		{"name taken, after other changes", "v0", link.Spec{MTU: attr.U32(1400), Name: "taken"}, link.ErrExist},
		{"altname taken, after the move", "v0", link.Spec{MTU: attr.U32(1400), AltNames: []string{"keep", "taken"}}, link.ErrExist},
		{"master that takes no ports, after the move", "v0", link.Spec{Name: "n0", Alias: attr.Some("n"), Master: link.Index(950), Up: attr.On}, link.ErrNotSupported},
	} {
		t.Run(test.name, func(t *testing.T) {
			b.t, there.t = t, t
			test.spec.NetNS = to
			_, err := b.c.Change(b.ctx, link.Name(test.on), test.spec)
			wantError(t, err, "", test.is)
			t.Log(err)
			var tx *link.TxError
			if errors.As(err, &tx) && !tx.Clean() {
				t.Errorf("left over: %v %v", tx.Residue, tx.Failed)
			}
			b.unchanged(was)
			there.unchanged(wasThere)
		})
	}
	b.t, there.t = t, t
	l := b.change("v0", link.Spec{NetNS: to, Name: "eth0", Master: link.Name("br0"), Port: &kind.BridgePort{Cost: attr.U32(5)}, Up: attr.On, Alias: attr.Some("moved")})
	if got := there.get("eth0"); l.Index != got.Index || got.Master != there.get("br0").Ref() || got.Port.(*kind.BridgePort).Cost.Value() != 5 || !got.IsUp() || got.Alias.Value() != "moved" {
		t.Errorf("%s", got)
	}
	b.absent("v0")
}

// TestMoveIndex chooses the index in the other namespace.
func TestMoveIndex(t *testing.T) {
	b, there := newBox(t), newBox(t)
	testns.Require(t, "index at move")
	to := kind.NetNSFD(there.ns.FD())
	b.pair()
	there.prepare(link.Spec{Name: "taken", Index: 950, Kind: &kind.IFB{}})
	was, wasThere := b.snapshot(), there.snapshot()
	_, err := b.c.Change(b.ctx, link.Name("v0"), link.Spec{NetNS: to, Index: 950})
	b.unchanged(was)
	there.unchanged(wasThere)
	wantError(t, err, "", link.ErrBusy)
	if l := b.change("v0", link.Spec{NetNS: to, Name: "eth0", Index: 960}); l.Index != 960 || there.get("eth0").Index != 960 {
		t.Error(l)
	}
}

// TestMoveUnknown loses the answer to the move, which was carried out.
func TestMoveUnknown(t *testing.T) {
	for _, fault := range []rtnltest.Fault{rtnltest.Overrun, rtnltest.Refuse, rtnltest.Noise} {
		b, there := newBox(t), newBox(t)
		b.pair()
		was, wasThere := b.snapshot(), there.snapshot()
		b.tap.reset(func(_ int, req rtnl.Message) rtnltest.Fault {
			if changes(req) && len(b.tap.mutating()) == 1 {
				return fault
			}
			return rtnltest.None
		})
		l, err := b.c.Change(b.ctx, link.Name("v0"), link.Spec{NetNS: kind.NetNSFD(there.ns.FD()), Name: "eth0"})
		if fault == rtnltest.Refuse {
			wantError(t, err, "", rtnltest.ErrInjected)
			b.unchanged(was)
			there.unchanged(wasThere)
			continue
		}
		if err != nil || l.Name != "eth0" || there.get("eth0").Index != l.Index {
			t.Errorf("fault %d: %v, %v", fault, l, err)
		}
	}
}

// oldKernel refuses to make a link elsewhere while one of the name is here, as
// kernels before 6.15 or so do.
type oldKernel struct {
	rtnl.Transport
	name    string
	refusal []byte
}

func (k *oldKernel) Send(ctx context.Context, b []byte) error {
	for m, err := range rtnl.Messages(b) {
		var l link.Link
		if err == nil && m.Type == rtnl.NewLink && m.Flags&rtnl.FlagCreate != 0 && link.Decode(m.Payload, &l) == nil && l.Name == k.name {
			k.refusal = rtnltest.Ack(m, int(unix.EEXIST))
			return nil
		}
	}
	return k.Transport.Send(ctx, b)
}

func (k *oldKernel) Receive(ctx context.Context, buf []byte) (int, uint32, error) {
	if n := copy(buf, k.refusal); n > 0 {
		k.refusal = nil
		return n, 0, nil
	}
	return k.Transport.Receive(ctx, buf)
}

// TestCreateElsewhereOldKernel makes a link under another name and renames it
// where the kernel wants that.
func TestCreateElsewhereOldKernel(t *testing.T) {
	b, there := newBox(t), newBox(t)
	b.prepare(link.Spec{Name: "same", Kind: &kind.IFB{}})
	old := openWith(t, link.Config{NetNS: b.ns}, func(t rtnl.Transport) rtnl.Transport { return &oldKernel{Transport: t, name: "same"} })
	spec := link.Spec{Name: "same", NetNS: kind.NetNSFD(there.ns.FD()), Up: attr.On, MTU: attr.U32(1400), Kind: veth(kind.Peer{Name: "p"})}
	l, err := old.Create(b.ctx, spec)
	if err != nil || l.Name != "same" || !l.IsUp() || l.MTU.Value() != 1400 {
		t.Fatal(l, err)
	}
	if err := there.plain.Delete(b.ctx, link.Name("same")); err != nil {
		t.Error(err)
	}
	was, wasThere := b.snapshot(), there.snapshot()
	spec.AltNames = []string{"lo"}
	_, err = old.Create(b.ctx, spec)
	wantError(t, err, "undone", link.ErrExist)
	b.unchanged(was)
	there.unchanged(wasThere)
}
