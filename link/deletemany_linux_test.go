package link_test

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/rtnl"
	"github.com/iplink-go/iplink/internal/rtnl/rtnltest"
	"github.com/iplink-go/iplink/internal/testns"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/link"
)

// Deleting many links at once: all of them, nothing else, or nothing.

func refs(names ...string) []link.Ref {
	out := make([]link.Ref, len(names))
	for i, n := range names {
		out[i] = link.Name(n)
	}
	return out
}

// farm makes links that depend on each other in every way that this kernel has,
// and returns their names.
func (b *box) farm() []string {
	b.t.Helper()
	b.stage()
	b.prepare(link.Spec{Name: "m0", Lower: link.Name("x1"), Group: attr.U32(5), Kind: &kind.Macvlan{}})
	b.prepare(link.Spec{Name: "m1", Lower: link.Name("m0"), Up: attr.On, Kind: &kind.Macvlan{}})
	b.prepare(link.Spec{Name: "vx0", Master: link.Name("br1"), Kind: &kind.VXLAN{ID: attr.U32(7), Link: link.Name("m0"), Port: attr.U16(4789)}})
	names := []string{"br0", "br1", "v0", "v1", "x0", "x1", "free", "m0", "m1", "vx0"}
	for _, optional := range []link.Spec{
		{Name: "vrf0", Up: attr.On, Kind: &kind.VRF{Table: attr.U32(10)}},
		{Name: "bond0", Kind: &kind.Bond{Mode: attr.Some(kind.BondActiveBackup), MIIMon: attr.Some(100 * time.Millisecond)}, Up: attr.On, Master: link.Name("vrf0")},
		{Name: "d0", Kind: &kind.Dummy{}, Master: link.Name("bond0"), Up: attr.On},
		{Name: "d1", Kind: &kind.Dummy{}, Master: link.Name("bond0"), Up: attr.On},
		{Name: "bond0.5", Lower: link.Name("bond0"), Kind: &kind.VLAN{ID: attr.U16(5)}},
		{Name: "br0.5", Lower: link.Name("br0"), Kind: &kind.VLAN{ID: attr.U16(5)}, MTU: attr.U32(1400)},
		{Name: "iv0", Lower: link.Name("d1"), Kind: &kind.IPVLAN{}},
		{Name: "ms0", Lower: link.Name("v1"), Kind: &kind.MACsec{SCI: attr.Some[kind.SCI](1)}},
		{Name: "ip0", Kind: &kind.IPIP{Link: link.Name("v1")}},
		{Name: "team0", Kind: &kind.Team{}},
		{Name: "t0", Kind: &kind.Dummy{}, Master: link.Name("team0")},
		{Name: "nk0", Kind: &kind.Netkit{Peer: attr.Some(kind.Peer{Name: "nk1"})}},
		{Name: "hsr0", Kind: &kind.HSR{Port1: link.Name("x0"), Port2: link.Name("free")}},
	} {
		// What the kernel does not have, or not without what it does not have,
		// it refuses.
		if _, err := b.plain.Create(b.ctx, optional); err == nil {
			names = append(names, optional.Name)
		}
	}
	return names
}

// TestDeleteManyTogether deletes links that depend on each other, in either
// order.
func TestDeleteManyTogether(t *testing.T) {
	b := newBox(t)
	for _, order := range []func([]string){func([]string) {}, slices.Reverse[[]string]} {
		names := b.farm()
		b.prepare(link.Spec{Name: "other", Kind: &kind.IFB{}})
		others := slices.DeleteFunc(b.names(), func(n string) bool { return slices.Contains(names, n) || n == "nk1" })
		order(names)
		b.tap.reset(nil)
		if err := b.c.DeleteMany(b.ctx, refs(names...)...); err != nil {
			t.Fatal(err)
		}
		b.absent(names...)
		if got := b.names(); !slices.Equal(got, others) {
			t.Errorf("left over are %q, want %q", got, others)
		}
		if err := b.c.DeleteMany(b.ctx, link.Name("other")); err != nil {
			t.Fatal(err)
		}
		t.Logf("%d links", len(names))
	}
}

// TestDeleteManyMessages counts what it takes.
func TestDeleteManyMessages(t *testing.T) {
	tests := []struct {
		name  string
		links []link.Ref
		sent  int
		gone  []string
	}{
		{"none", nil, 0, nil},
		{"one", refs("free"), 1, []string{"free"}},
		{"one twice", append(refs("free", "free"), link.Name("alternative")), 1, []string{"free"}},
		{"both ends", refs("v0", "v1"), 1, []string{"v0", "v1"}},
		{"two", refs("free", "v0"), 3, []string{"free", "v0", "v1"}},
		{"two pairs", refs("x1", "v0", "v1", "x0"), 3, []string{"v0", "v1", "x0", "x1", "m0"}},
		{"master and port", refs("br0", "v0"), 3, []string{"br0", "v0", "v1"}},
		{"pair and upper", refs("m0", "x1", "x0"), 1, []string{"x0", "x1", "m0"}},
		{"others, lower and upper", refs("m0", "free", "x0"), 3, []string{"x0", "x1", "m0", "free"}},
		{"lower and upper", refs("x1", "m0"), 1, []string{"x0", "x1", "m0"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := newBox(t)
			b.stage()
			b.prepare(link.Spec{Name: "m0", Lower: link.Name("x1"), Kind: &kind.Macvlan{}})
			if err := b.plain.AddAltNames(b.ctx, link.Name("free"), "alternative"); err != nil {
				t.Fatal(err)
			}
			want := slices.DeleteFunc(b.names(), func(n string) bool { return slices.Contains(test.gone, n) })
			if err := b.c.DeleteMany(b.ctx, test.links...); err != nil {
				t.Fatal(err)
			}
			b.wantSent(test.sent)
			if got := b.names(); !slices.Equal(got, want) {
				t.Errorf("left over are %q, want %q", got, want)
			}
		})
	}
}

// TestDeleteManyRefused is what is found before anything is sent.
func TestDeleteManyRefused(t *testing.T) {
	b := newBox(t)
	b.stage()
	was := b.snapshot()
	for says, test := range map[string]struct {
		refs []link.Ref
		is   error
	}{
		"delete nobody: ":                {refs("v0", "nobody", "br0"), link.ErrNotExist},
		"delete 999: ":                   {[]link.Ref{link.Name("v0"), link.Index(999)}, link.ErrNotExist},
		"delete no2: ":                   {refs("v0", "no1", "no2"), link.ErrNotExist},
		"delete lo: ":                    {refs("v0", "lo", "br0"), link.ErrNotSupported},
		"hardware and loopback links":    {refs("lo", "free"), link.ErrNotSupported},
		"no link is named":               {append(refs("v0"), link.Ref{}), attr.ErrValue},
		"delete lo: Operation not suppo": {refs("lo"), link.ErrNotSupported},
	} {
		b.tap.reset(nil)
		wantError(t, b.c.DeleteMany(b.ctx, test.refs...), says, test.is)
		if len(test.refs) > 1 {
			b.wantSent(0)
		}
	}
	b.unchanged(was)
}

// TestDeleteManyPermission is without the capability.
func TestDeleteManyPermission(t *testing.T) {
	b := newBox(t)
	b.stage()
	was := b.snapshot()
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends with the goroutine
		err := dropNetAdmin()
		if err == nil {
			err = b.c.DeleteMany(b.ctx, refs("v0", "br0", "free")...)
		}
		done <- err
	}()
	wantError(t, <-done, "CAP_NET_ADMIN", link.ErrPermission)
	b.unchanged(was)
}

// TestDeleteManyKernelRefuses has a link that cannot be deleted come into the
// group in the window between the list and the deletion.
func TestDeleteManyKernelRefuses(t *testing.T) {
	b := newBox(t)
	b.stage()
	was := b.snapshot()
	b.tap.reset(func(_ int, req rtnl.Message) rtnltest.Fault {
		if req.Type == rtnl.DelLink {
			b.join("lo")
		}
		return rtnltest.None
	})
	wantError(t, b.c.DeleteMany(b.ctx, refs("v0", "br0", "free")...), "cannot be deleted", link.ErrNotSupported)
	if _, err := b.plain.Change(b.ctx, link.Name("lo"), link.Spec{Group: attr.U32(0)}); err != nil {
		t.Error(err)
	}
	b.unchanged(was)
}

// join puts a link into the group that others are about to be deleted in, if
// there is one.
func (b *box) join(name string) bool {
	for _, l := range b.list() {
		if l.Group.Value() != 0 && l.Name != name {
			_, err := b.plain.Change(b.ctx, link.Name(name), link.Spec{Group: l.Group})
			return err == nil
		}
	}
	return false
}

// TestDeleteManySparesOthers has somebody else put a link into the group.
func TestDeleteManySparesOthers(t *testing.T) {
	everywhere(t, func(t *testing.T, k int, b *box) {
		b.stage()
		b.victim("victim", 0)
		joined := false
		b.at(k, func() { joined = b.join("victim") })
		err := b.c.DeleteMany(b.ctx, refs("v0", "br0", "free")...)
		if _, err := b.plain.Get(b.ctx, link.Name("victim")); err != nil {
			t.Errorf("at request %d: the victim: %v", k, err)
		}
		if err == nil {
			b.absent("v0", "v1", "br0", "free")
			return
		}
		if !joined || !errors.Is(err, link.ErrConflict) {
			t.Errorf("at request %d: %v", k, err)
		}
		for _, l := range b.list() {
			if l.Group.Value() != 0 && l.Name != "victim" {
				t.Errorf("at request %d: still in a group: %s", k, l.Name)
			}
		}
	})
}

// TestDeleteManyIndexChangesHands has one of the links replaced by another with
// its index.
func TestDeleteManyIndexChangesHands(t *testing.T) {
	everywhere(t, func(t *testing.T, k int, b *box) {
		b.stage()
		l := b.prepare(link.Spec{Name: "aa", Index: 77, Kind: &kind.IFB{}})
		var victim *link.Link
		b.at(k, func() {
			if b.plain.Delete(b.ctx, l.Ref()) == nil {
				victim = b.victim("victim", 77)
			}
		})
		err := b.c.DeleteMany(b.ctx, refs("v0", "aa", "free")...)
		b.watch(k, victim)
		switch {
		case err == nil:
			b.absent("v0", "v1", "free", "aa")
		case victim == nil:
			t.Errorf("at request %d: %v", k, err)
		default:
			for _, name := range []string{"v0", "v1", "free"} {
				if l := b.get(name); l.Group.Value() != 0 {
					t.Errorf("at request %d: %s is in group %d", k, name, l.Group.Value())
				}
			}
		}
	})
}

// TestDeleteManyUndone deletes everything together, and undoes it.
func TestDeleteManyUndone(t *testing.T) {
	for name, prepare := range map[string]func(*box) []string{
		"farm": (*box).farm,
		"zoo": func(b *box) []string {
			b.zoo()
			b.operational("br0", "v0", "v1")
			return b.names()
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBox(t)
			names := prepare(b)
			b.remade(true, names...)
			slices.Reverse(names)
			b.remade(true, names...)
		})
	}
}

// TestDeleteManyUpperUp has an upper that can be set up only when the lower link
// is.
func TestDeleteManyUpperUp(t *testing.T) {
	testns.Require(t, "vlan")
	b := newBox(t)
	b.prepare(link.Spec{Name: "v0", Index: 900, Up: attr.On, Kind: veth(kind.Peer{Name: "v1"})})
	b.prepare(link.Spec{Name: "v0.5", Index: 800, Lower: link.Name("v0"), Up: attr.On, Kind: &kind.VLAN{ID: attr.U16(5)}})
	wantUndone(t, b.c.DeleteAndFail(b.ctx, true, func() { b.absent("v0", "v0.5") }, refs("v0.5", "v0")...))
	if l := b.get("v0.5"); !l.IsUp() || l.Index != 800 || l.Lower != link.Index(900) {
		t.Error(l)
	}
}

// TestDeleteManyFallback is about the device that the kernel makes for a tunnel:
// it agrees to delete it and does not.
func TestDeleteManyFallback(t *testing.T) {
	testns.Require(t, "ipip") // which loads the module
	b := newBox(t)
	b.stage()
	was := b.snapshot()
	err := b.c.DeleteMany(b.ctx, refs("v0", "tunl0", "free")...)
	wantError(t, err, "delete tunl0: it is still there", link.ErrVerify)
	if tx, ok := errors.AsType[*link.TxError](err); !ok || !tx.Clean() {
		t.Errorf("not undone: %v", err)
	}
	b.unchanged(was)
}

// TestDeleteManySpeed compares with deleting one by one.
func TestDeleteManySpeed(t *testing.T) {
	pairs := 300
	if emulated {
		pairs = 60
	}
	b := newBox(t)
	prepare := func() []link.Ref {
		var out []link.Ref
		for i := range pairs {
			out = append(out, b.prepare(link.Spec{Name: fmt.Sprintf("a%d", i), Kind: veth(kind.Peer{Name: fmt.Sprintf("b%d", i)})}).Ref())
		}
		return out
	}
	links := prepare()
	start := time.Now()
	for _, l := range links {
		if err := b.plain.Delete(b.ctx, l); err != nil {
			t.Fatal(err)
		}
	}
	single := time.Since(start)
	links = prepare()
	start = time.Now()
	if err := b.plain.DeleteMany(b.ctx, links...); err != nil {
		t.Fatal(err)
	}
	together := time.Since(start)
	if left := b.names(); len(left) > 0 {
		t.Errorf("left over: %q", left)
	}
	t.Logf("%d veth pairs: one by one %v, together %v, %.1f times faster", pairs, single, together, float64(single)/float64(together))
	if together > single { // emulated processors make little of waiting
		t.Error("together is slower")
	}
	links = prepare()
	start = time.Now()
	wantUndone(t, b.plain.DeleteAndFail(b.ctx, true, func() { start = time.Now() }, links...))
	t.Logf("%d veth pairs made again in %v", pairs, time.Since(start))
	if n := len(b.names()); n != 2*pairs {
		t.Errorf("%d links, want %d", n, 2*pairs)
	}
}
