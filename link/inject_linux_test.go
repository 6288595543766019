package link_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/rtnl"
	"github.com/iplink-go/iplink/internal/rtnl/rtnltest"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/link"
)

// Faults of the exchange with the kernel at every request of several
// operations. Whatever happens, the operation is either done, or everything is
// as before, or the error says what is not.

var faults = map[string]rtnltest.Fault{
	"refused": rtnltest.Refuse, "lost": rtnltest.Lose, "overrun": rtnltest.Overrun, "broken": rtnltest.Break, "noise": rtnltest.Noise,
}

// scenarios are operations on the stage, and whether they are done.
var scenarios = []struct {
	name string
	do   func(ctx context.Context, b, there *box) error
	done func(b, there *box) bool
}{
	{"create with everything", func(ctx context.Context, b, _ *box) error {
		_, err := b.c.Create(ctx, link.Spec{
			Name: "n0", Up: attr.On, Master: link.Name("br0"), Port: &kind.BridgePort{Cost: attr.U32(5)}, Alias: attr.Some("a"), AltNames: []string{"a1", "a2"},
			Kind: veth(kind.Peer{Name: "n1", Up: attr.On, Master: link.Name("br1"), Alias: attr.Some("p")}),
		})
		return err
	}, func(b, _ *box) bool {
		l, err := b.plain.Get(b.ctx, link.Name("n0"))
		return err == nil && l.IsUp() && len(l.AltNames) == 2 && l.Alias.Value() == "a" && b.get("n1").Master.IsSet()
	}},
	{"create unnamed", func(ctx context.Context, b, _ *box) error {
		_, err := b.c.Create(ctx, link.Spec{Kind: &kind.Bridge{}, Group: attr.U32(77), Up: attr.On})
		return err
	}, func(b, _ *box) bool {
		for _, l := range b.list() {
			if l.Group.Value() == 77 && l.IsUp() {
				return true
			}
		}
		return false
	}},
	{"change everything", func(ctx context.Context, b, _ *box) error {
		_, err := b.c.Change(ctx, link.Name("v0"), everything())
		return err
	}, func(b, _ *box) bool {
		l, err := b.plain.Get(b.ctx, link.Name("new"))
		return err == nil && l.IsUp() && l.Port.(*kind.BridgePort).Cost.Value() == 99
	}},
	{"move", func(ctx context.Context, b, there *box) error {
		_, err := b.c.Change(ctx, link.Name("v0"), link.Spec{Name: "m0", MTU: attr.U32(1400), NetNS: kind.NetNSFD(there.ns.FD()), Up: attr.On})
		return err
	}, func(_, there *box) bool {
		l, err := there.plain.Get(there.ctx, link.Name("m0"))
		return err == nil && l.IsUp() && l.MTU.Value() == 1400
	}},
	{"delete", func(ctx context.Context, b, _ *box) error {
		return b.c.Delete(ctx, link.Name("v0"))
	}, func(b, _ *box) bool { return len(b.names()) == 5 }},
	{"delete many", func(ctx context.Context, b, _ *box) error {
		return b.c.DeleteMany(ctx, link.Name("v0"), link.Name("br1"), link.Name("x1"), link.Name("free"))
	}, func(b, _ *box) bool { return slices.Equal(b.names(), []string{"br0"}) }},
}

// TestFaults makes the k-th request of each scenario go wrong in each way, for
// every k.
func TestFaults(t *testing.T) {
	for _, scenario := range scenarios {
		t.Run(scenario.name, func(t *testing.T) {
			b, there := newBox(t), newBox(t)
			b.stage()
			if err := scenario.do(b.ctx, b, there); err != nil {
				t.Fatal(err)
			}
			requests := len(b.tap.requests())
			finished, undone := 0, 0
			for name, fault := range faults {
				for k := range requests {
					if k%4 != 0 && !full || !share(k/4) {
						continue
					}
					t.Run(fmt.Sprintf("%s/%d", name, k), func(t *testing.T) {
						if fails(t, scenario.do, scenario.done, k, fault) {
							undone++
						} else {
							finished++
						}
					})
				}
			}
			t.Logf("%d requests: %d finished, %d undone", requests, finished, undone)
		})
	}
}

// fails runs a scenario with a fault at its k-th request, and reports whether
// it failed.
func fails(t *testing.T, do func(ctx context.Context, b, there *box) error, done func(b, there *box) bool, k int, fault rtnltest.Fault) bool {
	b, there := newBox(t), newBox(t)
	b.stage()
	was, wasThere := b.snapshot(), there.snapshot()
	ctx, cancel := context.WithCancel(b.ctx)
	b.tap.reset(func(n int, _ rtnl.Message) rtnltest.Fault {
		if n != k {
			return rtnltest.None
		}
		if fault == rtnltest.Lose { // or it would wait for ever
			time.AfterFunc(50*time.Millisecond, cancel)
		}
		return fault
	})
	err := do(ctx, b, there)
	cancel()
	if err == nil && !done(b, there) {
		t.Error("success, but not done")
	}
	if err != nil { // one fault leaves undoing intact
		b.unchanged(was)
		there.unchanged(wasThere)
		var tx *link.TxError
		if errors.As(err, &tx) && !tx.Clean() || t.Failed() {
			t.Error(err)
		}
	}
	// The next call is not the worse for it.
	b.tap.reset(nil)
	if _, err := b.c.Get(b.ctx, link.Name("br0")); err != nil {
		t.Errorf("the next call: %v", err)
	}
	if _, err := b.c.List(b.ctx, link.Filter{}); err != nil {
		t.Errorf("the next list: %v", err)
	}
	return err != nil
}

// TestFaultsOfReading makes reads go wrong.
func TestFaultsOfReading(t *testing.T) {
	for name, fault := range faults {
		t.Run(name, func(t *testing.T) {
			b := newBox(t)
			b.pair()
			for what, read := range map[string]func(ctx context.Context) error{
				"get":  func(ctx context.Context) error { _, err := b.c.Get(ctx, link.Name("v0")); return err },
				"list": func(ctx context.Context) error { _, err := b.c.List(ctx, link.Filter{}); return err },
				"all": func(ctx context.Context) error {
					for _, err := range b.c.All(ctx, link.Filter{}) {
						if err != nil {
							return err
						}
					}
					return nil
				},
			} {
				b.tap.reset(func(n int, _ rtnl.Message) rtnltest.Fault {
					if n == 0 {
						return fault
					}
					return rtnltest.None
				})
				ctx, cancel := b.ctx, context.CancelFunc(func() {})
				if fault == rtnltest.Lose { // or it would wait for ever
					ctx, cancel = context.WithTimeout(b.ctx, 50*time.Millisecond)
				}
				err := read(ctx)
				cancel()
				// One link is asked for again where the answer was lost.
				again := what == "get" && (fault == rtnltest.Overrun || fault == rtnltest.Break)
				if want := fault == rtnltest.Noise || again; (err == nil) != want {
					t.Errorf("%s: %v", what, err)
				}
				if fault == rtnltest.Lose && !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("%s: %v", what, err)
				}
				if err := read(b.ctx); err != nil {
					t.Errorf("%s afterwards: %v", what, err)
				}
			}
		})
	}
}

// TestCancelled ends the context at every request of each scenario.
func TestCancelled(t *testing.T) {
	for _, scenario := range scenarios {
		t.Run(scenario.name, func(t *testing.T) {
			b, there := newBox(t), newBox(t)
			b.stage()
			start := time.Now()
			if err := scenario.do(b.ctx, b, there); err != nil {
				t.Fatal(err)
			}
			limit := 2*time.Second + 4*time.Since(start) // machines differ
			for k := range len(b.tap.requests()) {
				if k%4 != 1 && !full || !share(k/4) {
					continue
				}
				b, there := newBox(t), newBox(t)
				b.stage()
				was, wasThere := b.snapshot(), there.snapshot()
				ctx, cancel := context.WithCancel(b.ctx)
				b.tap.reset(func(n int, _ rtnl.Message) rtnltest.Fault {
					if n == k {
						cancel()
					}
					return rtnltest.None
				})
				start := time.Now()
				err := scenario.do(ctx, b, there)
				took := time.Since(start)
				cancel()
				if took > limit {
					t.Errorf("request %d: took %v of %v", k, took, limit)
				}
				if err == nil {
					if !scenario.done(b, there) {
						t.Errorf("request %d: success, but not done", k)
					}
					continue
				}
				var tx *link.TxError
				if !errors.Is(err, context.Canceled) || errors.As(err, &tx) && !tx.Clean() {
					t.Errorf("request %d: %v", k, err)
				}
				b.unchanged(was)
				there.unchanged(wasThere)
			}
		})
	}
}

// TestCancelledReading ends dumps half-way.
func TestCancelledReading(t *testing.T) {
	b := newBox(t)
	for i := range 100 {
		b.prepare(link.Spec{Name: fmt.Sprintf("i%d", i), Kind: &kind.IFB{}})
	}
	for range 20 {
		n := 0
		for _, err := range b.c.All(b.ctx, link.Filter{}) {
			if err != nil {
				t.Fatal(err)
			}
			if n++; n == 10 {
				break
			}
		}
		ctx, cancel := context.WithCancel(b.ctx)
		n = 0
		var last error
		for _, err := range b.c.All(ctx, link.Filter{}) {
			last = err
			if n++; n == 10 {
				cancel()
			}
		}
		cancel()
		if !errors.Is(last, context.Canceled) {
			t.Errorf("cancelled in the loop: %v after %d links", last, n)
		}
		if links, err := b.c.List(b.ctx, link.Filter{}); err != nil || len(links) < 101 {
			t.Errorf("%d links, %v", len(links), err)
		}
	}
	ended, cancel := context.WithCancel(b.ctx)
	cancel()
	b.tap.reset(nil)
	for what, f := range map[string]func() error{
		"get":    func() error { _, err := b.c.Get(ended, link.Name("i0")); return err },
		"list":   func() error { _, err := b.c.List(ended, link.Filter{}); return err },
		"create": func() error { _, err := b.c.Create(ended, link.Spec{Kind: &kind.IFB{}}); return err },
		"change": func() error {
			_, err := b.c.Change(ended, link.Name("i0"), link.Spec{MTU: attr.U32(1400)})
			return err
		},
		"delete": func() error { return b.c.Delete(ended, link.Name("i0")) },
	} {
		if err := f(); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if n := len(b.tap.requests()); n != 0 {
		t.Errorf("%d requests after the context's end", n)
	}
}

// TestFaultsOfUndoing loses one answer while a failed operation is undone: it
// must still be undone.
func TestFaultsOfUndoing(t *testing.T) {
	for _, scenario := range scenarios {
		if strings.HasPrefix(scenario.name, "delete") {
			continue // nothing makes one fail when it is done: TestDeleteFaultsOfUndoing
		}
		t.Run(scenario.name, func(t *testing.T) {
			b, there := newBox(t), newBox(t)
			b.stage()
			b.tap.reset(nil)
			if err := scenario.do(b.ctx, b, there); err != nil {
				t.Fatal(err)
			}
			last := len(b.tap.requests()) - 1
			step := 3
			switch {
			case full:
				step = 1
			case emulated:
				step = 9
			}
			for k := last + 1; ; k += step {
				b, there := newBox(t), newBox(t)
				b.stage()
				was, wasThere := b.snapshot(), there.snapshot()
				b.tap.reset(func(n int, _ rtnl.Message) rtnltest.Fault {
					switch n {
					case last:
						return rtnltest.Refuse
					case k:
						return rtnltest.Overrun
					}
					return rtnltest.None
				})
				err := scenario.do(b.ctx, b, there)
				if err == nil {
					t.Fatal("no error")
				}
				var tx *link.TxError
				if errors.As(err, &tx) && len(tx.Failed) > 0 {
					t.Errorf("request %d: %v", k, err)
				}
				b.unchanged(was)
				there.unchanged(wasThere)
				if len(b.tap.requests()) <= k {
					return // the fault came too late: all have been tried
				}
			}
		})
	}
}
