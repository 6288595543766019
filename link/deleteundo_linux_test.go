package link_test

import (
	"errors"
	"fmt"
	"strings"
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

// A deletion that is undone: what is made again is what was there.

// wantUndone fails the test if err is not that of a transaction that was undone
// without residue.
func wantUndone(t *testing.T, err error) {
	t.Helper()
	var tx *link.TxError
	if !errors.As(err, &tx) || !errors.Is(err, link.ErrLater) {
		t.Fatalf("not undone: %v", err)
	}
	if !tx.Clean() {
		t.Errorf("not clean: %v", err)
	}
}

// remade deletes links, makes a later step fail, and compares.
func (b *box) remade(together bool, names ...string) {
	b.t.Helper()
	was := b.snapshot()
	var refs []link.Ref
	for _, n := range names {
		refs = append(refs, link.Name(n))
	}
	err := b.c.DeleteAndFail(b.ctx, together, func() { b.absent(names...) }, refs...)
	wantUndone(b.t, err)
	b.unchanged(was)
}

// TestDeleteUndone deletes links with much about them, and undoes it.
func TestDeleteUndone(t *testing.T) {
	b := newBox(t)
	b.zoo()
	b.operational("br0", "v0", "v1")
	for _, name := range b.names() {
		if name == "w0" || name == "w1" || name == "br0" { // what sits on them is not brought back
			continue
		}
		t.Run(name, func(t *testing.T) {
			b.t = t
			b.remade(false, name)
		})
	}
	b.t = t
}

// TestDeleteFaultsOfUndoing makes the k-th request of undoing go wrong in each
// way. A lost answer must not matter; a request that was never sent may, but
// then the error says so.
func TestDeleteFaultsOfUndoing(t *testing.T) {
	for _, together := range []bool{false, true} {
		for name, fault := range faults {
			if !share(int(fault)) {
				continue
			}
			t.Run(fmt.Sprintf("%s/%v", name, together), func(t *testing.T) {
				clean, failed := 0, 0
				for k := 0; ; k++ {
					b := newBox(t)
					b.stage()
					b.prepare(link.Spec{Name: "m0", Lower: link.Name("x1"), Kind: &kind.Macvlan{}, Up: attr.On})
					was := b.snapshot()
					begin := func() {
						b.tap.reset(func(n int, _ rtnl.Message) rtnltest.Fault {
							if n == k {
								return fault
							}
							return rtnltest.None
						})
					}
					err := b.c.DeleteAndFail(b.ctx, together, begin, refs("m0", "v0", "x0", "free")...)
					if !errors.Is(err, link.ErrLater) {
						t.Fatalf("request %d: %v", k, err)
					}
					var tx *link.TxError
					if errors.As(err, &tx) && !tx.Clean() {
						failed++
						if fault != rtnltest.Refuse {
							t.Errorf("request %d: %v", k, err)
						}
					} else {
						clean++
						b.unchanged(was)
					}
					if n := len(b.tap.requests()); n <= k || fault == rtnltest.Lose && k > 6 && !full {
						break
					} else if !full {
						k += 6
					}
				}
				t.Logf("%d undone, %d said not to be", clean, failed)
			})
		}
	}
}

// TestDeletePairElsewhere deletes pairs whose other end is in another namespace.
func TestDeletePairElsewhere(t *testing.T) {
	const name = "iplink-delete"
	for _, together := range []bool{false, true} {
		b := newBox(t) // which skips where there are no namespaces
		named := must[*nsutil.Namespace](t)(nsutil.Create(name))
		there := boxOf(t, named)
		there.bridge()
		for _, n := range []string{"p0", "p1"} {
			b.prepare(link.Spec{Name: n, Up: attr.On, Kind: veth(kind.Peer{
				Name: n, NetNS: named.NetNS(), Up: attr.On, Master: link.Name("br0"), MTU: attr.U32(1300), Alias: attr.Some("peer"),
			})})
			if _, err := there.plain.Change(b.ctx, link.Name(n), link.Spec{AltNames: []string{n + "-alt"}, Port: &kind.BridgePort{Cost: attr.U32(9)}}); err != nil {
				t.Fatal(err)
			}
			b.operational(n)
			there.operational(n)
		}
		wasThere := there.snapshot()
		b.remade(together, "p1", "p0") // ports join in the order in which they did
		there.unchanged(wasThere)
		if err := errors.Join(nsutil.Delete(name), named.Close()); err != nil {
			t.Error(err)
		}
	}
}

// TestDeleteLowerElsewhere deletes links that sit on one in another namespace.
func TestDeleteLowerElsewhere(t *testing.T) {
	b, there := newBox(t), newBox(t)
	there.pair()
	for _, s := range []link.Spec{
		{Name: "m0", Index: 700, Lower: link.Name("v0"), NetNS: b.ns.NetNS(), Kind: &kind.Macvlan{}},
		{Name: "vx0", Index: 701, NetNS: b.ns.NetNS(), Kind: &kind.VXLAN{ID: attr.U32(7), Link: link.Name("v0"), Port: attr.U16(4789)}},
	} {
		there.prepare(s)
	}
	b.remade(false, "m0")
	b.remade(true, "m0", "vx0")
	// A link there has the index: some kernels do not give it back then.
	there.prepare(link.Spec{Name: "other", Index: 700, Kind: &kind.IFB{}})
	err := b.c.DeleteAndFail(b.ctx, false, func() { b.absent("m0") }, link.Name("m0"))
	if l := b.get("m0"); !l.LowerNetNSID.IsSet() || l.Index != 700 && !strings.Contains(err.Error(), "m0: index was 700") {
		t.Errorf("%v\n%s", err, l)
	}
}

// TestDeleteNotUndone is about links that cannot be made again: the error says
// so.
func TestDeleteNotUndone(t *testing.T) {
	t.Run("peer in a namespace without a name", func(t *testing.T) {
		b, there := newBox(t), newBox(t)
		b.prepare(link.Spec{Name: "p0", Kind: veth(kind.Peer{Name: "p1", NetNS: there.ns.NetNS()})})
		b.notRemade("p0", "cannot be made again: peer: namespace with id")
	})
	t.Run("of a program", func(t *testing.T) {
		testns.Require(t, "tun")
		b := newBox(t)
		b.tun("t0", unix.IFF_TAP)
		b.notRemade("t0", "opening /dev/net/tun")
	})
	t.Run("name taken", func(t *testing.T) {
		b := newBox(t)
		b.stage()
		err := b.c.DeleteAndFail(b.ctx, true, func() { b.victim("v1", 4000) }, refs("v0", "free")...)
		wantResidue(t, err, "v0: link was there", "File exists")
		b.get("free")
		if b.get("v1").KindName() != "ifb" {
			t.Error("somebody else's link is gone")
		}
	})
	t.Run("index taken", func(t *testing.T) {
		b := newBox(t)
		b.stage()
		i := b.get("v0").Index
		err := b.c.DeleteAndFail(b.ctx, false, func() { b.victim("victim", i) }, refs("v0")...)
		wantResidue(t, err, "v0: index was ")
		if l := b.get("v0"); l.Index == i || len(l.AltNames) != 2 || l.Port.(*kind.BridgePort).Cost.Value() != 77 || l.Alias.Value() != "old" || b.get("v1").Lower != l.Ref() {
			t.Error(l)
		}
		b.get("victim")
	})
}

func (b *box) notRemade(name, says string) {
	b.t.Helper()
	wantResidue(b.t, b.c.DeleteAndFail(b.ctx, false, func() {}, link.Name(name)), says, name+": link was there")
	b.absent(name)
}

// wantResidue fails the test if err is not that of a transaction which was not
// undone altogether, and says so.
func wantResidue(t *testing.T, err error, says ...string) {
	t.Helper()
	var tx *link.TxError
	if !errors.As(err, &tx) || !errors.Is(err, link.ErrLater) || tx.Clean() {
		t.Fatalf("no residue: %v", err)
	}
	for _, s := range says {
		if !strings.Contains(err.Error(), s) {
			t.Errorf("%v does not say %q", err, s)
		}
	}
}
