package link_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/link"
)

// One client used by many goroutines at once.

const workers = 16

// TestConcurrent has each worker make, change, list and delete links of its
// own with the one client.
func TestConcurrent(t *testing.T) {
	b := newBox(t)
	b.bridge()
	ctx, cancel := context.WithTimeout(b.ctx, 2*time.Second)
	defer cancel()
	var rounds atomic.Int64
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				if err := round(context.WithoutCancel(ctx), b.c, w, n); err != nil {
					t.Errorf("worker %d, round %d: %v", w, n, err)
					return
				}
				rounds.Add(1)
			}
		})
	}
	wg.Wait()
	if got := b.names(); len(got) != 1 {
		t.Errorf("left over: %q", got)
	}
	t.Logf("%d rounds", rounds.Load())
}

// round is the life of one pair.
func round(ctx context.Context, c *link.Client, w, n int) error {
	name, peer := fmt.Sprintf("w%d", w), fmt.Sprintf("p%d", w)
	l, err := c.Create(ctx, link.Spec{Name: name, Alias: attr.Some(name), Up: attr.On, Kind: veth(kind.Peer{Name: peer, Up: attr.On})})
	if err != nil {
		return err
	}
	if l.Name != name || l.Alias.Value() != name {
		return fmt.Errorf("made %s, got %s", name, l.Name)
	}
	if l, err = c.Change(ctx, l.Ref(), link.Spec{MTU: attr.U32(uint32(1300 + n%100)), Master: link.Name("br0"), Group: attr.U32(uint32(w))}); err != nil {
		return err
	}
	if l.Group.Value() != uint32(w) {
		return fmt.Errorf("group %d, got %d", w, l.Group.Value())
	}
	found := false
	for o, err := range c.All(ctx, link.Filter{Master: l.Master}) {
		if errors.Is(err, link.ErrInterrupted) {
			break
		}
		if err != nil {
			return err
		}
		if o.Index == l.Index {
			found = o.Name == name
			got, err := c.Get(ctx, link.Name(peer))
			if err != nil || got.Lower != l.Ref() {
				return fmt.Errorf("peer of %s: %v, %v", name, got, err)
			}
		}
	}
	if !found {
		if _, err := c.Get(ctx, l.Ref()); err != nil {
			return fmt.Errorf("%s is not listed: %w", name, err)
		}
	}
	return c.Delete(ctx, l.Ref())
}

// TestCloseWhileUsed closes the client under many calls: each ends as if it
// were not closed, or with ErrClosed.
func TestCloseWhileUsed(t *testing.T) {
	for range 5 {
		b := newBox(t)
		b.pair()
		var wg sync.WaitGroup
		for w := range workers {
			wg.Go(func() {
				for {
					var err error
					if w%2 == 0 {
						_, err = b.c.Get(b.ctx, link.Name("v0"))
					} else {
						_, err = b.c.List(b.ctx, link.Filter{})
					}
					if errors.Is(err, link.ErrClosed) {
						return
					}
					if err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		time.Sleep(20 * time.Millisecond)
		if err := b.c.Close(); err != nil {
			t.Error(err)
		}
		wg.Wait()
	}
}

// TestNoLeaks counts goroutines and descriptors over many calls that end in
// every way.
func TestNoLeaks(t *testing.T) {
	b, there := newBox(t), newBox(t)
	b.pair()
	use := func() {
		c := openWith(t, link.Config{NetNS: b.ns}, nil)
		ctx, cancel := context.WithCancel(b.ctx)
		for range c.All(ctx, link.Filter{}) {
			break
		}
		_, _ = c.Create(ctx, link.Spec{Name: "v0", NetNS: kind.NetNSFD(there.ns.FD()), Kind: &kind.IFB{}, AltNames: []string{"a"}})
		_, _ = c.Change(ctx, link.Name("v0"), link.Spec{NetNS: kind.NetNSFD(there.ns.FD())}) // taken
		cancel()
		_, _ = c.List(ctx, link.Filter{})
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
	use()
	runtime.GC()
	fds, goroutines := descriptors(t), runtime.NumGoroutine()
	for range 20 {
		use()
	}
	if !b.eventually(func() bool { return descriptors(t) <= fds && runtime.NumGoroutine() <= goroutines }) {
		t.Errorf("descriptors: %d, then %d; goroutines: %d, then %d", fds, descriptors(t), goroutines, runtime.NumGoroutine())
	}
}

func descriptors(t *testing.T) int {
	t.Helper()
	return len(must[[]os.DirEntry](t)(os.ReadDir("/proc/self/fd")))
}
