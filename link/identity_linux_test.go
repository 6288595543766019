package link_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/rtnl"
	"github.com/iplink-go/iplink/internal/rtnl/rtnltest"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/link"
)

// Somebody else is at work at the same time, in the worst moments: names and
// indexes change hands between any two requests. Whatever comes of an
// operation then, it must not touch a link that is not its own.

// at runs f just before the k-th request if that is one that reads. Between a
// look and the message that it was for nothing can be done: the kernel has no
// compare-and-swap.
func (b *box) at(k int, f func()) {
	b.tap.reset(func(n int, req rtnl.Message) rtnltest.Fault {
		if n == k && req.Type == rtnl.GetLink {
			f()
		}
		return rtnltest.None
	})
}

// victim makes a link that nobody asked for, and watch fails the test if it is
// not as it was made.
func (b *box) victim(name string, index uint32) *link.Link {
	l, err := b.plain.Create(b.ctx, link.Spec{Name: name, Index: index, Kind: &kind.IFB{}})
	if err != nil {
		return nil // the index is in use: there is nobody to hit
	}
	return l
}

func (b *box) watch(k int, victim *link.Link) {
	b.t.Helper()
	if victim == nil {
		return
	}
	l, err := b.plain.Get(b.ctx, victim.Ref())
	if err != nil {
		b.t.Errorf("at request %d: %s is gone: %v", k, victim.Name, err)
		return
	}
	if l.Name != victim.Name || l.MTU != victim.MTU || l.Group != victim.Group || l.Flags != victim.Flags ||
		len(l.AltNames) > 0 || l.Alias != victim.Alias {
		b.t.Errorf("at request %d: was\n%v\nis\n%v", k, victim, l)
	}
}

// everywhere runs f for each request that an operation makes, until one k is
// behind the last.
func everywhere(t *testing.T, f func(t *testing.T, k int, b *box)) {
	for k := 0; k < 60; k++ {
		b := newBox(t)
		f(t, k, b)
		if len(b.tap.requests()) <= k {
			return
		}
	}
	t.Error("the operation does not end")
}

func TestIndexChangesHands(t *testing.T) {
	everywhere(t, func(t *testing.T, k int, b *box) {
		l, err := b.plain.Create(b.ctx, link.Spec{Name: "aa", Index: 77, Kind: &kind.IFB{}})
		if err != nil {
			t.Fatal(err)
		}
		var victim *link.Link
		b.at(k, func() {
			if b.plain.Delete(b.ctx, l.Ref()) == nil {
				victim = b.victim("victim", 77)
			}
		})
		_, err = b.c.Change(b.ctx, link.Name("aa"), link.Spec{MTU: attr.U32(1400), Group: attr.U32(5), AltNames: []string{"alt"}, Up: attr.On})
		if victim != nil && err == nil {
			t.Errorf("at request %d: no error", k)
		}
		b.watch(k, victim)
	})
}

func TestUndoSparesOthers(t *testing.T) {
	everywhere(t, func(t *testing.T, k int, b *box) {
		if _, err := b.plain.Create(b.ctx, link.Spec{Name: "x", AltNames: []string{"taken"}, Kind: &kind.IFB{}}); err != nil {
			t.Fatal(err)
		}
		var victim *link.Link
		b.at(k, func() {
			if l, err := b.plain.Get(b.ctx, link.Name("mine")); err == nil && b.plain.Delete(b.ctx, l.Ref()) == nil {
				victim = b.victim("foreign", l.Index)
			}
		})
		if _, err := b.c.Create(b.ctx, link.Spec{Name: "mine", Kind: &kind.IFB{}, AltNames: []string{"taken"}}); err == nil {
			t.Errorf("at request %d: no error", k)
		}
		b.watch(k, victim)
	})
}

func TestPeerChangesHands(t *testing.T) {
	everywhere(t, func(t *testing.T, k int, b *box) {
		other := newBox(t)
		var victim *link.Link
		b.at(k, func() {
			l, err := b.plain.Get(b.ctx, link.Name("v1"))
			if err != nil {
				return
			}
			if _, err := b.plain.Change(b.ctx, l.Ref(), link.Spec{NetNS: other.ns.NetNS()}); err == nil {
				victim = b.victim("victim", l.Index)
			}
		})
		b.c.Create(b.ctx, link.Spec{Name: "v0", Up: attr.On,
			Kind: &kind.Veth{Peer: attr.Some(kind.Peer{Name: "v1", Up: attr.On, Alias: attr.Some("pp")})}})
		b.watch(k, victim)
	})
}

// TestIndexesElsewhere has a link below, and a peer, in another namespace; links
// here have their indexes.
func TestIndexesElsewhere(t *testing.T) {
	b, there := newBox(t), newBox(t)
	if _, err := there.plain.Create(there.ctx, link.Spec{Name: "other", Index: 500, Kind: &kind.IFB{}}); err != nil {
		t.Fatal(err)
	}
	if _, err := there.plain.Create(there.ctx, link.Spec{Name: "up", Index: 501, Kind: &kind.Veth{Peer: attr.Some(kind.Peer{Name: "v0", NetNS: b.ns.NetNS()})}}); err != nil {
		t.Fatal(err)
	}
	if b.victim("wrong", 501) == nil {
		t.Fatal("index 501 is in use")
	}
	if _, err := there.plain.Create(there.ctx, link.Spec{Name: "m0", Lower: link.Name("up"), NetNS: b.ns.NetNS(), Kind: &kind.Macvlan{}}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.c.Change(b.ctx, link.Name("m0"), link.Spec{Lower: link.Name("wrong")}); !errors.Is(err, link.ErrFixed) {
		t.Errorf("another link below: %v", err)
	}
	if _, err := b.c.Change(b.ctx, link.Name("v0"), link.Spec{Kind: &kind.Veth{Peer: attr.Some(kind.Peer{Name: "wrong"})}}); err == nil {
		t.Error("another peer: no error")
	}
}

// TestPanicInLoop leaves a list by a panic; the next must work.
func TestPanicInLoop(t *testing.T) {
	b := newBox(t)
	for i := range 60 {
		if b.victim(fmt.Sprintf("i%d", i), 0) == nil {
			t.Fatal("no link")
		}
	}
	func() {
		defer func() { recover() }()
		for range b.c.All(b.ctx, link.Filter{}) {
			panic("in the loop")
		}
	}()
	for range 3 {
		if _, err := b.c.List(b.ctx, link.Filter{}); err != nil {
			t.Error(err)
		}
	}
}

// TestCloseLetsFinish closes a client while it makes links that it must then
// remove again.
func TestCloseLetsFinish(t *testing.T) {
	for range 10 {
		b := newBox(t)
		if _, err := b.plain.Create(b.ctx, link.Spec{Name: "x", AltNames: []string{"taken"}, Kind: &kind.IFB{}}); err != nil {
			t.Fatal(err)
		}
		c, err := link.Open(link.Config{NetNS: b.ns})
		if err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		for g := range 4 {
			wg.Go(func() {
				for i := 0; ; i++ {
					_, err := c.Create(b.ctx, link.Spec{Name: fmt.Sprintf("z%d_%d", g, i), Kind: &kind.IFB{}, AltNames: []string{"taken"}})
					if errors.Is(err, link.ErrClosed) {
						return
					}
				}
			})
		}
		time.Sleep(3 * time.Millisecond)
		if err := c.Close(); err != nil {
			t.Error(err)
		}
		wg.Wait()
		if left := b.names(); len(left) != 1 {
			t.Errorf("left over: %v", left)
		}
	}
}

// TestIgnoredWishes are wishes that the kernel ignores with success.
func TestIgnoredWishes(t *testing.T) {
	b := newBox(t)
	_, err := b.c.Create(b.ctx, link.Spec{Name: "v0", Kind: &kind.Veth{Peer: attr.Some(kind.Peer{Name: "v1", Index: 777})}})
	if !errors.Is(err, link.ErrVerify) {
		t.Errorf("a peer's index without one of its own: %v", err)
	}
	if left := b.names(); len(left) != 0 {
		t.Errorf("left over: %v", left)
	}
}

// TestNilKinds are nil pointers where kinds are expected.
func TestNilKinds(t *testing.T) {
	b := newBox(t)
	for _, k := range []kind.Kind{(*kind.Veth)(nil), (*kind.Opaque)(nil), (*kind.Bridge)(nil)} {
		if _, err := b.c.Create(b.ctx, link.Spec{Name: "x0", Kind: k}); !errors.Is(err, link.ErrInvalid) {
			t.Errorf("create %T: %v", k, err)
		}
		if _, err := b.c.Change(b.ctx, link.Name("lo"), link.Spec{Kind: k}); !errors.Is(err, link.ErrInvalid) {
			t.Errorf("change %T: %v", k, err)
		}
		if _, err := link.Append(nil, &link.Spec{Kind: k}); !errors.Is(err, attr.ErrValue) {
			t.Errorf("append %T: %v", k, err)
		}
	}
	var zero link.Client
	if _, err := zero.Get(b.ctx, link.Name("lo")); !errors.Is(err, link.ErrClosed) {
		t.Errorf("the zero client: %v", err)
	}
	if err := zero.Close(); err != nil {
		t.Errorf("closing the zero client: %v", err)
	}
}

// TestLostAnswer loses the answer to a creation that failed because somebody
// else had made a link of that name and kind in the meantime. Theirs must not
// be taken for the new one, nor be removed.
func TestLostAnswer(t *testing.T) {
	for _, test := range []struct {
		name          string
		theirs, wants link.Spec
	}{
		{"by a value", link.Spec{Name: "n0", MTU: attr.U32(1400), Kind: &kind.IFB{}}, link.Spec{Name: "n0", MTU: attr.U32(1300), Kind: &kind.IFB{}}},
		{"by address", link.Spec{Name: "n0", Kind: &kind.Bridge{}}, link.Spec{Name: "n0", Address: mac1, Kind: &kind.Bridge{}}},
		{"by data", link.Spec{Name: "n0", Kind: &kind.Bridge{}}, link.Spec{Name: "n0", Kind: &kind.Bridge{Priority: attr.U16(7)}}},
		{"by index", link.Spec{Name: "n0", Kind: &kind.IFB{}}, link.Spec{Name: "n0", Index: 4711, Kind: &kind.IFB{}}},
		{"by kind", link.Spec{Name: "n0", Kind: &kind.IFB{}}, link.Spec{Name: "n0", Kind: &kind.Bridge{}}},
		{"by the peer", link.Spec{Name: "n0", Kind: veth(kind.Peer{Name: "n2"})}, link.Spec{Name: "n0", Kind: veth(kind.Peer{Name: "n1"})}},
		{"by the peer's value", link.Spec{Name: "n0", Kind: veth(kind.Peer{Name: "n1"})}, link.Spec{Name: "n0", Kind: veth(kind.Peer{Name: "n1", MTU: attr.U32(1400)})}},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := newBox(t)
			for _, fault := range []rtnltest.Fault{rtnltest.Overrun, rtnltest.Break} {
				var theirs *link.Link
				b.tap.reset(func(_ int, req rtnl.Message) rtnltest.Fault {
					if req.Type != rtnl.NewLink {
						return rtnltest.None
					}
					theirs = b.prepare(test.theirs)
					return fault
				})
				_, err := b.c.Create(b.ctx, test.wants)
				b.tap.reset(nil)
				wantError(t, err, "", link.ErrUnknownOutcome)
				l, err2 := b.plain.Get(b.ctx, link.Name("n0"))
				if err2 != nil || l.Index != theirs.Index {
					t.Fatalf("their link: %v, %v", l, err2)
				}
				// Unless something tells for sure, the error says that it may
				// be left over.
				var tx *link.TxError
				sure := test.name == "by kind" || test.name == "by index"
				if tells := errors.As(err, &tx) && !tx.Clean(); tells == sure {
					t.Errorf("sure %v: %v", sure, err)
				}
				if err := b.plain.Delete(b.ctx, l.Ref()); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// TestLostAnswerUnnamed is TestLostAnswer for a link that the kernel names:
// theirs comes of the same kind.
func TestLostAnswerUnnamed(t *testing.T) {
	b := newBox(t)
	b.tap.reset(func(_ int, req rtnl.Message) rtnltest.Fault {
		if req.Type != rtnl.NewLink {
			return rtnltest.None
		}
		b.prepare(link.Spec{Name: "theirs", Group: attr.U32(8), Kind: &kind.Bridge{}})
		return rtnltest.Overrun
	})
	l, err := b.c.Create(b.ctx, link.Spec{Group: attr.U32(7), Kind: &kind.Bridge{}})
	if err != nil || l.Name == "theirs" || l.Group.Value() != 7 {
		t.Errorf("%v, %v", l, err)
	}
	if b.get("theirs").Group.Value() != 8 {
		t.Error("their link was changed")
	}
}

// TestLostAnswerOfSuccess finds what was made although its answer was lost.
func TestLostAnswerOfSuccess(t *testing.T) {
	for name, spec := range map[string]link.Spec{
		"bridge": {Name: "n0", Address: mac1, Up: attr.On, Kind: &kind.Bridge{Priority: attr.U16(7)}},
		"pair":   {Name: "n0", Kind: veth(kind.Peer{Name: "n1", MTU: attr.U32(1400), Up: attr.On, Master: link.Name("br0")})},
		"index":  {Name: "n0", Index: 4711, Kind: &kind.IFB{}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBox(t)
			b.bridge()
			lost := false
			b.tap.reset(func(_ int, req rtnl.Message) rtnltest.Fault {
				if req.Type == rtnl.NewLink && !lost {
					lost = true
					return rtnltest.Overrun
				}
				return rtnltest.None
			})
			if l, err := b.c.Create(b.ctx, spec); err != nil || l.Name != "n0" || !lost {
				t.Errorf("%v, %v", l, err)
			}
		})
	}
}

// TestForeignRef uses the reference of a link in another namespace, whose index
// is that of a link here as well.
func TestForeignRef(t *testing.T) {
	b, there := newBox(t), newBox(t)
	ns := kind.NetNSFD(there.ns.FD())
	made := b.create(link.Spec{Name: "tmp", Index: 50, NetNS: ns, Kind: &kind.Bridge{}}) // first: old kernels want the index free here too
	b.prepare(link.Spec{Name: "important", Index: 50, Kind: &kind.Bridge{}})
	b.prepare(link.Spec{Name: "mv", Index: 51, Kind: &kind.IFB{}})
	moved := b.change("mv", link.Spec{NetNS: ns})
	b.prepare(link.Spec{Name: "v0", Index: 60, Kind: veth(kind.Peer{Name: "v1", Index: 50 + 11, NetNS: ns})})
	peer, err := b.c.Peer(b.ctx, link.Name("v0"))
	if err != nil {
		t.Fatal(err)
	}
	for what, r := range map[string]link.Ref{"made there": made.Ref(), "moved there": moved.Ref(), "peer": peer.Ref()} {
		_, get := b.c.Get(b.ctx, r)
		_, change := b.c.Change(b.ctx, r, link.Spec{Up: attr.On})
		_, create := b.c.Create(b.ctx, link.Spec{Name: "x", Kind: &kind.Macvlan{}, Lower: r})
		for _, err := range []error{get, change, create, b.c.Delete(b.ctx, r)} {
			if !errors.Is(err, link.ErrInvalid) || !strings.Contains(err.Error(), "another network namespace") {
				t.Errorf("%s: %v", what, err)
			}
		}
	}
	b.get("important")
	// There it is the right one.
	port := b.create(link.Spec{Name: "port", NetNS: ns, Kind: &kind.IFB{}, Master: made.Ref()})
	if port.Master != made.Ref() {
		t.Errorf("master is %v, want %v", port.Master, made.Ref())
	}
	if err := there.c.Delete(b.ctx, made.Ref()); err != nil {
		t.Error(err)
	}
}
