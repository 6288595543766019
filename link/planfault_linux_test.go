package link_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
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

// Plans whose undoing fails as well, and plans whose answers are lost or whose
// context ends. The first leave something behind, and say what; the others do
// not.

// A reading is what a plain client sees of all links in some boxes that a
// request could change: the value by link and field. Links are known by index,
// and go by the names that they had in the first reading.
type reading struct {
	fields map[string]map[string]string
	names  map[string]string
}

// settableFields reads each link field by field, without the library's way of
// comparing links.
func settableFields(boxes ...*box) reading {
	r := reading{map[string]map[string]string{}, map[string]string{}}
	for i, b := range boxes {
		for _, l := range b.list() {
			id := fmt.Sprint(i, "/", l.Index)
			r.names[id], r.fields[id] = l.Name, fieldsOf(&l)
		}
	}
	return r
}

func fieldsOf(l *link.Link) map[string]string {
	out := map[string]string{"altnames": fmt.Sprint(slices.Sorted(slices.Values(l.AltNames)))}
	var add func(in string, s attr.Struct)
	add = func(in string, s attr.Struct) {
		for f, v := range attr.Values(s) {
			if _, ok := v.(kind.Kind); ok {
				add("linkinfo.data.", v.(attr.Named))
			} else if part, ok := v.(attr.Named); ok {
				add("linkinfo.port-data.", part)
			} else if f.Dir&attr.Set != 0 && !f.Volatile && f.Wire != attr.WireRest && f.Name != "index" && f.Name != "altnames" {
				out[in+f.Name] = attr.Printer{}.Value(f, v)
			}
		}
	}
	add("", link.StateOf(l))
	return out
}

// diff returns, sorted, "link: field" of what differs, and "link: link" of links
// that have come or gone. Who knows a link only by name cannot tell the two ends
// of a swap apart, hence the index.
func (was reading) diff(is reading) (out []string) {
	for id, before := range was.fields {
		after, there := is.fields[id]
		if !there {
			out = append(out, was.names[id]+": link")
			continue
		}
		for f := range mergedKeys(before, after) {
			if before[f] != after[f] {
				out = append(out, was.names[id]+": "+f)
			}
		}
	}
	for id := range is.fields {
		if _, there := was.fields[id]; !there {
			out = append(out, is.names[id]+": link")
		}
	}
	slices.Sort(out)
	return out
}

func mergedKeys[V any](a, b map[string]V) map[string]bool {
	out := map[string]bool{}
	for k := range a {
		out[k] = true
	}
	for k := range b {
		out[k] = true
	}
	return out
}

// scenarioNamed returns a scenario of the table.
func scenarioNamed(t *testing.T, name string) *planned {
	t.Helper()
	i := slices.IndexFunc(plannedScenarios, func(s planned) bool { return s.name == name })
	if i < 0 {
		t.Fatalf("no scenario %q", name)
	}
	return &plannedScenarios[i]
}

// isMutating reports whether a request can change something.
func isMutating(req rtnl.Message) bool {
	return slices.Contains([]uint16{rtnl.NewLink, rtnl.DelLink, rtnl.SetLink, rtnl.NewLinkProp, rtnl.DelLinkProp}, req.Type)
}

// TestUndoFails refuses the k-th request of a plan and then the j-th request
// of undoing it. What is left differs from scenario to scenario; what the error
// says must be what a plain client finds.
func TestUndoFails(t *testing.T) {
	for i, name := range []string{"pod", "names in a circle", "changes everywhere"} {
		if emulated && !share(i) {
			continue
		}
		t.Run(name, func(t *testing.T) {
			s := scenarioNamed(t, name)
			b, _, want := s.enact(t)
			plan := must[*link.Plan](t)(b.c.Plan(b.ctx, want, s.opts...))
			b.tap.reset(nil)
			must[*link.Result](t)(b.c.Apply(b.ctx, plan))
			n := len(b.tap.requests())
			var u undoFailures
			for _, k := range sampled(n, 5) {
				undos := u.pair(t, s, k, -1)
				for _, j := range sampled(undos, 4) {
					u.pair(t, s, k, j)
				}
			}
			t.Logf("%d requests, %d pairs of failures, %d left something, %d fields in all; said otherwise than found: %d", n, u.pairs, u.dirty, u.fields, u.wrong)
			if u.dirty == 0 {
				t.Error("nothing was ever left over: the failures hit nothing")
			}
		})
	}
}

// undoFailures counts.
type undoFailures struct{ pairs, dirty, fields, wrong int }

// pair fails request k and, unless j is negative, the j-th after it that changes
// something. It returns how many those are.
func (u *undoFailures) pair(t *testing.T, s *planned, k, j int) (undos int) {
	t.Helper()
	b, there, want := s.enact(t)
	was := settableFields(b, there)
	plan := must[*link.Plan](t)(b.c.Plan(b.ctx, want, s.opts...))
	b.tap.reset(func(n int, req rtnl.Message) rtnltest.Fault {
		if n > k && isMutating(req) {
			undos++
		}
		if n == k || n > k && isMutating(req) && undos-1 == j {
			return rtnltest.Refuse
		}
		return rtnltest.None
	})
	_, err := b.c.Apply(b.ctx, plan)
	b.tap.reset(nil)
	if err == nil {
		t.Fatalf("request %d: no error", k)
	}
	found := was.diff(settableFields(b, there))
	var said []string
	var tx *link.TxError
	if errors.As(err, &tx) {
		for _, r := range tx.Residue {
			said = append(said, r.Link+": "+r.Field)
		}
		slices.Sort(said)
	}
	if !slices.Equal(said, found) {
		u.wrong++
		t.Errorf("requests %d and %d: said to be left\n%s\nand is\n%s\n%v", k, j, strings.Join(said, "\n"), strings.Join(found, "\n"), err)
	}
	if j >= 0 && j < undos && (tx == nil || len(tx.Failed) == 0) {
		t.Errorf("requests %d and %d: a failure to undo is not said: %v", k, j, err)
	}
	u.pairs++
	u.fields += len(found)
	if len(found) > 0 {
		u.dirty++
	}
	return undos
}

// A clock measures what a client does from a moment on: how long until it
// sends again or returns, and how long the kernel holds it inside of sending.
type clock struct {
	mu     sync.Mutex
	from   time.Time
	busy   time.Time     // the end of the last send
	idle   time.Duration // from the moment until something was done
	kernel time.Duration
	seen   bool
}

// timed is a socket with a clock.
type timed struct {
	rtnl.Transport
	clock *clock
}

func (s *timed) Send(ctx context.Context, b []byte) error {
	s.clock.mark()
	start := time.Now()
	err := s.Transport.Send(ctx, b)
	s.clock.mu.Lock()
	defer s.clock.mu.Unlock()
	s.clock.busy = time.Now()
	if !s.clock.from.IsZero() {
		s.clock.kernel += s.clock.busy.Sub(start)
	}
	return err
}

// start sets the moment. If a request is just being sent, what counts begins at
// the end of that.
func (c *clock) start(sending bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.from, c.busy = time.Now(), time.Time{}
	if !sending {
		c.busy = c.from
	}
}

// mark notes that the client does something: it has noticed. The request in
// which the moment came is in the kernel's hands, which does not count.
func (c *clock) mark() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.from.IsZero() || c.seen || c.busy.IsZero() {
		return
	}
	c.seen, c.idle = true, time.Since(c.busy)
}

// reaction is how long a client may take from the end of the context to
// returning, or to beginning to undo.
const reaction = 100 * time.Millisecond

// interruptions are ways in which an exchange ends without an answer. The k-th
// request meets the fault, and the context is ended by end.
var interruptions = []struct {
	name  string
	fault rtnltest.Fault
	ends  bool // the context is ended at that request
	after time.Duration
	want  error // what is found in the error, nil for anything
}{
	{name: "lost", fault: rtnltest.Lose, ends: true, after: 20 * time.Millisecond, want: context.DeadlineExceeded},
	{name: "overrun", fault: rtnltest.Overrun},
	{name: "broken", fault: rtnltest.Break},
	{name: "cancelled", ends: true, want: context.Canceled},
	{name: "deadline", ends: true, want: context.DeadlineExceeded},
}

// deadlined is a context that ends as if by its deadline when cancel is called.
type deadlined struct {
	context.Context
}

func (d deadlined) Err() error {
	if d.Context.Err() != nil {
		return context.DeadlineExceeded
	}
	return nil
}

// TestPlanInterrupted interrupts each scenario at every request. It must then be
// done, without an error, or everything must be as before.
func TestPlanInterrupted(t *testing.T) {
	for i := range plannedScenarios {
		s := &plannedScenarios[i]
		if s.large || s.loses != nil {
			continue
		}
		t.Run(s.name, func(t *testing.T) {
			b, _, want := s.enact(t)
			plan := must[*link.Plan](t)(b.c.Plan(b.ctx, want, s.opts...))
			b.tap.reset(nil)
			must[*link.Result](t)(b.c.Apply(b.ctx, plan))
			n := len(b.tap.requests())
			var c interruptionCount
			for way := range interruptions {
				for x, k := range sampled(n, 2) {
					if !share(i + x + way) {
						continue
					}
					c.at(t, s, k, way)
				}
			}
			t.Logf("%d requests, %d interruptions: %d done, %d undone; context's end to reaction at most %v; longest undo %v, of it %v inside sendmsg",
				n, c.cases, c.done, c.cases-c.done, c.idle.Round(time.Microsecond), c.undo.Round(time.Microsecond), c.kernel.Round(time.Microsecond))
		})
	}
}

// interruptionCount counts, and keeps the longest times.
type interruptionCount struct {
	cases, done        int
	idle, undo, kernel time.Duration
}

// at interrupts request k. On a loaded machine nothing is on time: what is late
// gets two more chances.
func (c *interruptionCount) at(t *testing.T, s *planned, k, way int) {
	t.Helper()
	var idle time.Duration
	for range 3 {
		done, took := c.once(t, s, k, way)
		if idle = took; idle > reaction {
			continue
		}
		c.cases++
		c.idle = max(c.idle, idle)
		if done {
			c.done++
		}
		return
	}
	t.Errorf("%s at request %d: nothing was done for %v", interruptions[way].name, k, idle)
}

func (c *interruptionCount) once(t *testing.T, s *planned, k, way int) (done bool, idle time.Duration) {
	t.Helper()
	w := interruptions[way]
	b, there, want := s.enact(t)
	was, wasThere := b.snapshot(), there.snapshot()
	plan := must[*link.Plan](t)(b.plain.Plan(b.ctx, want, s.opts...))
	var watch clock
	b.c = openWith(t, link.Config{NetNS: b.ns}, func(t rtnl.Transport) rtnl.Transport { return b.tap.wrap(&timed{t, &watch}) })
	ctx, cancel := context.WithCancel(b.ctx)
	defer cancel()
	if errors.Is(w.want, context.DeadlineExceeded) {
		ctx = deadlined{ctx}
	}
	b.tap.reset(func(n int, _ rtnl.Message) rtnltest.Fault {
		if n != k {
			return rtnltest.None
		}
		if w.after > 0 {
			time.AfterFunc(w.after, func() { watch.start(false); cancel() })
		} else if w.ends {
			watch.start(true)
			cancel()
		}
		return w.fault
	})
	_, err := b.c.Apply(ctx, plan)
	watch.mark()
	c.undo, c.kernel = max(c.undo, watch.took()), max(c.kernel, watch.kernel)
	b.tap.reset(nil)
	if err == nil {
		again := must[*link.Plan](t)(b.plain.Plan(b.ctx, want, s.opts...))
		if !again.Empty() {
			t.Errorf("%s at request %d: no error, but still to do:\n%s", w.name, k, again)
		}
		return true, watch.idle
	}
	var tx *link.TxError
	if errors.As(err, &tx) && !tx.Clean() || w.want != nil && !errors.Is(err, w.want) {
		t.Errorf("%s at request %d: %v", w.name, k, err)
	}
	b.unchanged(was)
	there.unchanged(wasThere)
	if t.Failed() {
		t.Fatalf("%s at request %d: %v\n%s", w.name, k, err, plan)
	}
	return false, watch.idle
}

// took is how long it is since the moment, 0 if there was none.
func (c *clock) took() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.from.IsZero() {
		return 0
	}
	return time.Since(c.from)
}
