package link_test

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/rtnl"
	"github.com/iplink-go/iplink/internal/rtnl/rtnltest"
	"github.com/iplink-go/iplink/internal/testns"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/link"
	"github.com/iplink-go/iplink/nsutil"
)

// TestSnapshot reads three namespaces, some of them named more than once, with
// links that reach from one into another.
func TestSnapshot(t *testing.T) {
	b, second, third := newBox(t), testns.New(t), testns.New(t)
	pid := testns.Process(t, second)
	b.prepare(link.Spec{Name: "v0", Kind: veth(kind.Peer{Name: "v1", NetNS: second.NetNS()})})
	again := must[*nsutil.Namespace](t)(second.Clone())
	defer again.Close()
	s := must[*link.Snapshot](t)(b.c.Snapshot(b.ctx, link.Scan{NetNS: []kind.NetNS{
		second.NetNS(), {}, third.NetNS(), again.NetNS(), second.NetNS(), kind.NetNSPID(pid), b.ns.NetNS(),
	}}))
	if len(s.Namespaces) != 3 {
		t.Fatalf("%d namespaces", len(s.Namespaces))
	}
	home, there, empty := s.Namespaces[0], s.Namespaces[1], s.Namespaces[2]
	for i, want := range [][]kind.NetNS{{b.ns.NetNS()}, {second.NetNS(), again.NetNS(), kind.NetNSPID(pid)}, {third.NetNS()}} {
		if got := s.Namespaces[i].NetNS; fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("namespace %d is named %v, want %v", i, got, want)
		}
	}
	if want := fmt.Sprintf("process %d", pid); there.Label != want || !strings.HasPrefix(empty.Label, "net:[") {
		t.Errorf("labels %q and %q", there.Label, empty.Label)
	}
	v0, v1 := home.Links.ByName("v0"), there.Links.ByName("v1")
	if v0 == nil || v1 == nil || len(home.IDs) != 1 || len(there.IDs) != 1 || len(empty.IDs) != 0 {
		t.Fatalf("%+v", s)
	}
	if home.IDs[v0.LowerNetNSID.Value()] != 1 || v0.Lower != v1.Ref() {
		t.Errorf("the peer of v0 is not v1: %v", home.IDs)
	}
	if n, ok := there.IDs[v1.LowerNetNSID.Value()]; !ok || n != 0 {
		t.Errorf("the peer of v1 is not here: %v", there.IDs)
	}
	if home.Attached != nil {
		t.Error("what hangs on links was read without being asked for")
	}
}

// TestSnapshotName shows namespaces by name, whatever they were named by.
func TestSnapshotName(t *testing.T) {
	b := newBox(t)
	ns := b.named("snapshot-test")
	clone := must[*nsutil.Namespace](t)(nsutil.OpenFD(ns.FD()))
	defer clone.Close()
	s := must[*link.Snapshot](t)(b.c.Snapshot(b.ctx, link.Scan{NetNS: []kind.NetNS{clone.NetNS()}}))
	if got := s.Namespaces[1].Label; got != "snapshot-test" {
		t.Errorf("label %q", got)
	}
}

func TestSnapshotErrors(t *testing.T) {
	b := newBox(t)
	gone := must[*nsutil.Namespace](t)(nsutil.New())
	closed := gone.NetNS()
	gone.Close()
	for name, n := range map[string]kind.NetNS{"closed": {FD: attr.U32(1 << 20)}, "no process": kind.NetNSPID(1 << 22), "two ways": {FD: closed.FD, PID: attr.U32(1)}} {
		if s, err := b.c.Snapshot(b.ctx, link.Scan{NetNS: []kind.NetNS{n}}); err == nil || s != nil {
			t.Errorf("%s: %v, %v", name, s, err)
		}
	}
	b.tap.reset(func(_ int, req rtnl.Message) rtnltest.Fault { return rtnltest.Refuse })
	if s, err := b.c.Snapshot(b.ctx, link.Scan{}); err == nil || s != nil {
		t.Errorf("%v, %v", s, err)
	}
	var zero link.Client
	_, err := zero.Snapshot(b.ctx, link.Scan{})
	wantError(t, err, "", fs.ErrClosed)
}

// TestOtherNamespaces finds links above ones here, in namespaces that nobody
// names.
func TestOtherNamespaces(t *testing.T) {
	b, second, third := newBox(t), testns.New(t), testns.New(t)
	testns.Require(t, "macvlan")
	b.pair()
	b.prepare(link.Spec{Name: "m0", Lower: link.Name("v0"), Kind: &kind.Macvlan{}})
	b.change("m0", link.Spec{Name: "m1", NetNS: second.NetNS()})
	b.prepare(link.Spec{Name: "w0", Kind: veth(kind.Peer{Name: "w1", NetNS: second.NetNS()})})
	b.prepare(link.Spec{Name: "x0", NetNS: third.NetNS(), Kind: veth(kind.Peer{Name: "x1", NetNS: second.NetNS()})})
	others, err := link.OtherNamespaces(b.ctx, b.plain)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]uint32{}
	for _, o := range others {
		if !o.Known {
			t.Errorf("id %d is not known", o.ID)
		}
		for _, l := range o.Above {
			i, _ := l.Lower.Index()
			got[l.Name] = i
		}
	}
	want := map[string]uint32{"m1": b.get("v0").Index, "w1": b.get("w0").Index}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("above links here are %v, want %v", got, want)
	}
}

// TestOtherNamespacesBorn makes a link on one here in another namespace, with one
// message, after which newer kernels have no id for that one.
func TestOtherNamespacesBorn(t *testing.T) {
	b := newBox(t)
	testns.Require(t, "macvlan")
	second := b.named("born-test")
	b.pair()
	b.prepare(link.Spec{Name: "m0", Lower: link.Name("v0"), NetNS: second.NetNS(), Kind: &kind.Macvlan{}})
	others, err := link.OtherNamespaces(b.ctx, b.plain)
	if err != nil || len(others) != 1 || len(others[0].Above) != 1 || others[0].Above[0].Lower != b.get("v0").Ref() {
		t.Errorf("%+v, %v", others, err)
	}
}

// named makes a namespace with a name.
func (b *box) named(name string) *nsutil.Namespace {
	b.t.Helper()
	ns := must[*nsutil.Namespace](b.t)(nsutil.Create(name))
	b.t.Cleanup(func() {
		if err := errors.Join(ns.Close(), nsutil.Delete(name)); err != nil {
			b.t.Error(err)
		}
	})
	return ns
}
