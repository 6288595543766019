package link_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
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

// Somebody else changes links at random while a state is wanted again and
// again. What is not wanted belongs to them, and must not be touched, whatever
// index or name it gets.

// everyLoss allows all losses: what is lost here is nobody's.
var everyLoss = link.Allow(^link.Loss(0))

// foreignGroup marks the links of others; no state says it.
const foreignGroup = 9999

// A mutator changes links at random, with a client of its own, in a goroutine
// of its own. It acts when it is its turn: while the client under test is about
// to read something. Between a reading and the message that it was for nothing
// can be done by anybody, since the kernel has no compare-and-swap; see
// identity_linux_test.go.
type mutator struct {
	b, there *box
	rnd      *rand.Rand
	turn     chan struct{}
	over     chan struct{}
	acts     map[string]int
	foreign  map[string]foreignState // by namespace and index
}

// A foreignState is what the mutator made of one of its links.
type foreignState struct {
	name string
	mtu  uint32
}

func newMutator(b, there *box, seed uint64) *mutator {
	return &mutator{b: b, there: there, rnd: rand.New(rand.NewPCG(seed, 1)), turn: make(chan struct{}), over: make(chan struct{}),
		acts: map[string]int{}, foreign: map[string]foreignState{}}
}

// run takes its turns until there are no more.
func (m *mutator) run() {
	for range m.turn {
		m.act()
		m.over <- struct{}{}
	}
}

// interfere gives the mutator its turn before one in so many readings.
func (m *mutator) interfere(one int) func(int, rtnl.Message) rtnltest.Fault {
	return func(_ int, req rtnl.Message) rtnltest.Fault {
		if !isMutating(req) && m.rnd.IntN(one) == 0 {
			m.turn <- struct{}{}
			<-m.over
		}
		return rtnltest.None
	}
}

var (
	wantedNames  = []string{"br0", "v0", "v1", "w0"}
	foreignNames = []string{"f0", "f1", "f2"}
)

func pick(r *rand.Rand, names []string) string { return names[r.IntN(len(names))] }

// act does one thing to one link. Much of it the kernel refuses, which is as
// good as nothing.
func (m *mutator) act() {
	acts := []struct {
		name string
		do   func() error
	}{
		{"rename", func() error { return m.change(link.Spec{Name: pick(m.rnd, append(foreignNames, wantedNames...))}) }},
		{"delete", m.remove},
		{"delete and make again", func() error { return errors.Join(m.remove(), m.create(0)) }},
		{"make", func() error { return m.create(0) }},
		{"reuse an index", m.reuse},
		{"enslave", func() error { return m.change(link.Spec{Master: link.Name("br0")}) }},
		{"mtu", func() error { return m.change(link.Spec{MTU: attr.U32(1280 + m.rnd.Uint32N(50))}) }},
		{"move", func() error { return m.change(link.Spec{NetNS: netns(m.there)}) }},
		{"move back", m.back},
	}
	a := acts[m.rnd.IntN(len(acts))]
	if a.do() == nil {
		m.acts[a.name]++
	}
	m.note()
}

func (m *mutator) any() (*link.Link, error) {
	name := pick(m.rnd, append(foreignNames, wantedNames...))
	return m.b.plain.Get(m.b.ctx, link.Name(name))
}

func (m *mutator) change(s link.Spec) error {
	l, err := m.any()
	if err != nil {
		return err
	}
	_, err = m.b.plain.Change(m.b.ctx, l.Ref(), s)
	return err
}

func (m *mutator) remove() error {
	l, err := m.any()
	if err != nil {
		return err
	}
	return m.b.plain.Delete(m.b.ctx, l.Ref())
}

// create makes a link of others, under their names or one that is wanted.
func (m *mutator) create(index uint32) error {
	s := link.Spec{Name: pick(m.rnd, foreignNames), Index: index, Kind: &kind.IFB{}, Group: attr.U32(foreignGroup)}
	if m.rnd.IntN(3) == 0 {
		s.Name = pick(m.rnd, wantedNames)
	}
	_, err := m.b.plain.Create(m.b.ctx, s)
	return err
}

// reuse gives the index of a link to another.
func (m *mutator) reuse() error {
	l, err := m.any()
	if err != nil {
		return err
	}
	if err := m.b.plain.Delete(m.b.ctx, l.Ref()); err != nil {
		return err
	}
	return m.create(l.Index)
}

// back moves a link from the other namespace here.
func (m *mutator) back() error {
	l, err := m.there.plain.Get(m.there.ctx, link.Name(pick(m.rnd, append(foreignNames, wantedNames...))))
	if err != nil {
		return err
	}
	_, err = m.there.plain.Change(m.there.ctx, l.Ref(), link.Spec{NetNS: netns(m.b)})
	return err
}

// note remembers what there is of others: nobody but the mutator changes that.
// A link that bears a wanted name is fair game; the state is about names.
func (m *mutator) note() {
	clear(m.foreign)
	for where, b := range map[string]*box{"here": m.b, "there": m.there} {
		links, err := b.plain.List(b.ctx, link.Filter{})
		if err != nil {
			continue
		}
		for _, l := range links {
			if l.Group == attr.U32(foreignGroup) && strings.HasPrefix(l.Name, "f") {
				m.foreign[fmt.Sprint(where, " ", l.Index)] = foreignState{l.Name, l.MTU.Value()}
			}
		}
	}
}

// harmed compares what there is of others with what the mutator left.
func (m *mutator) harmed() (out []string) {
	was := map[string]foreignState{}
	for k, v := range m.foreign {
		was[k] = v
	}
	m.note()
	for k, v := range was {
		if is := m.foreign[k]; is != v {
			out = append(out, fmt.Sprintf("%s: was %v and is %v", k, v, is))
		}
	}
	return out
}

// yield takes away what has a wanted name and is of others: nothing could be made
// of it in any later round. What the mutator moved away comes to an end, too.
func (m *mutator) yield() {
	for _, name := range wantedNames {
		if l, err := m.b.plain.Get(m.b.ctx, link.Name(name)); err == nil && l.Group == attr.U32(foreignGroup) {
			_ = m.b.plain.Delete(m.b.ctx, l.Ref()) // it is there: nobody else is at work now
		}
	}
	if l, err := m.there.plain.Get(m.there.ctx, link.Name(pick(m.rnd, wantedNames))); err == nil {
		_ = m.there.plain.Delete(m.there.ctx, l.Ref())
	}
	m.note()
}

// chaosState wants a bridge, a pair with one end in it, and one more link.
func chaosState() link.State {
	return link.State{Links: []link.Spec{
		{Name: "br0", Kind: &kind.Bridge{}, MTU: attr.U32(1400), Up: attr.On},
		{Name: "v0", Kind: veth(kind.Peer{Name: "v1", MTU: attr.U32(1400), Up: attr.On}), Master: link.Name("br0"), MTU: attr.U32(1400), Up: attr.On, Alias: attr.Some("ours")},
		{Name: "w0", Kind: &kind.IFB{}, MTU: attr.U32(1400), AltNames: []string{"ours"}, Up: attr.On},
	}}
}

// chaosRounds is how often the state is wanted.
func chaosRounds() int {
	switch {
	case full:
		return 10000
	case emulated:
		return 40
	}
	return 200
}

// outcome sorts the error of a round; "" is one that it must not end with.
func outcome(err error) string {
	tx, isTx := errors.AsType[*link.TxError](err)
	switch {
	case err == nil:
		return "converged"
	case isTx && !tx.Clean():
		// What was left differs because the mutator changed it meanwhile, which
		// undoing must respect; that it was nothing of others is counted apart.
		return "changed while undone"
	case errors.Is(err, link.ErrConflict):
		return "conflict"
	case errors.Is(err, link.ErrNotExist), errors.Is(err, link.ErrExist), errors.Is(err, link.ErrVerify),
		errors.Is(err, link.ErrKind), errors.Is(err, link.ErrFixed), errors.Is(err, link.ErrInterrupted):
		return "overtaken"
	case isPlanError(err):
		return "impossible" // a foreign link of another kind has the name
	}
	return ""
}

func isPlanError(err error) bool { return errors.As(err, new(*link.PlanError)) }

// reads follows what the client under test was told of each index, and finds
// messages to links that it was told belong to others.
type reads struct {
	mu    sync.Mutex
	group map[uint32]uint32
	name  map[uint32]string
	wrong []string
	sent  int
}

// heard notes a report.
func (r *reads) heard(m rtnl.Message) bool {
	if m.Type != rtnl.NewLink || len(m.Payload) < 16 {
		return true
	}
	var l link.Link
	if err := link.Decode(m.Payload, &l); err == nil {
		r.mu.Lock()
		r.group[l.Index], r.name[l.Index] = l.Group.Value(), l.Name
		r.mu.Unlock()
	}
	return true
}

// sends notes a request.
func (r *reads) sends(req rtnl.Message) {
	if !isMutating(req) || len(req.Payload) < 16 {
		return
	}
	index := binary.NativeEndian.Uint32(req.Payload[4:])
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sent++
	if index != 0 && req.Flags&rtnl.FlagCreate == 0 && r.group[index] == foreignGroup && strings.HasPrefix(r.name[index], "f") {
		r.wrong = append(r.wrong, fmt.Sprintf("message of type %d to index %d, which had been read to be %s", req.Type, index, r.name[index]))
	}
}

// TestMutator wants a state many times while somebody else is at work.
func TestMutator(t *testing.T) {
	b, there := newBox(t), newBox(t)
	m := newMutator(b, there, 7)
	var wg sync.WaitGroup
	wg.Go(m.run)
	seen := &reads{group: map[uint32]uint32{}, name: map[uint32]string{}}
	b.tap.filter = seen.heard
	meddle := m.interfere(4)
	b.tap.reset(func(n int, req rtnl.Message) rtnltest.Fault {
		seen.sends(req)
		return meddle(n, req)
	})
	m.note()
	outcomes, harmed := map[string]int{}, 0
	for round := range chaosRounds() {
		_, err := b.c.Ensure(b.ctx, chaosState(), everyLoss)
		how := outcome(err)
		if outcomes[how]++; how == "" {
			t.Errorf("round %d: %v", round, err)
		}
		for _, what := range m.harmed() {
			harmed++
			t.Errorf("round %d: %s, after %v", round, what, err)
		}
		m.yield()
		if t.Failed() {
			break
		}
	}
	close(m.turn)
	wg.Wait()
	for _, what := range seen.wrong {
		t.Error(what)
	}
	b.tap.reset(nil)
	t.Logf("%d rounds: %v; %d requests that change something; the other did %v; foreign links harmed: %d", chaosRounds(), outcomes, seen.sent, m.acts, harmed)
	b.settledDown(chaosState())
}

// settledDown wants a state with nobody else around. Links of others that have
// the names are taken away first, and what was ours under a name by which nobody
// can know it.
func (b *box) settledDown(s link.State) {
	b.t.Helper()
	b.tap.filter = nil
	for _, l := range b.list() {
		renamed := l.Name != "w0" && slices.Contains(l.AltNames, "ours")
		if l.Group == attr.U32(foreignGroup) || renamed {
			_ = b.plain.Delete(b.ctx, l.Ref()) // it may have gone with another
		}
	}
	if _, err := b.c.Ensure(b.ctx, s, everyLoss, link.Remake(wantedNames...)); err != nil {
		b.t.Errorf("with nobody else around: %v", err)
	}
	again, err := b.c.Ensure(b.ctx, s, everyLoss)
	if err != nil || again.Messages != 0 {
		b.t.Errorf("once more: %v, %v", again, err)
	}
}

// TestLinksElsewhereGo deletes all links of the other namespace while a state
// that wants some there is applied. The namespace itself cannot go: the client
// holds it.
func TestLinksElsewhereGo(t *testing.T) {
	b := newBox(t)
	s := scenarioNamed(t, "pod")
	for k := range 25 {
		if !share(k) {
			continue
		}
		there := newBox(t)
		want := s.want(b, there)
		b.tap.reset(func(n int, _ rtnl.Message) rtnltest.Fault {
			if n == k {
				for _, l := range there.list() {
					_ = there.plain.Delete(there.ctx, l.Ref())
				}
			}
			return rtnltest.None
		})
		_, err := b.c.Ensure(b.ctx, want)
		if outcome(err) == "" {
			t.Errorf("at request %d: %v", k, err)
		}
		b.tap.reset(nil)
		removeState(t, b, want)
	}
}

// TestAppliers has eight goroutines want states at once with one client: first
// each its own, then all of them the same names in different ways.
func TestAppliers(t *testing.T) {
	b := newBox(t)
	state := func(w int, shared bool) link.State {
		n := w
		if shared {
			n = 0
		}
		return link.State{Links: []link.Spec{
			{Name: fmt.Sprint("ab", n), Kind: &kind.Bridge{}, MTU: attr.U32(uint32(1400 + w)), Up: attr.On},
			{Name: fmt.Sprint("av", n), Kind: veth(kind.Peer{Name: fmt.Sprint("aw", n)}), Master: link.Name(fmt.Sprint("ab", n)), MTU: attr.U32(uint32(1400 + w)), Up: attr.On},
		}}
	}
	for _, shared := range []bool{false, true} {
		var mu sync.Mutex
		outcomes := map[string]int{}
		start, longest := time.Now(), time.Duration(0)
		ctx, cancel := context.WithTimeout(b.ctx, time.Minute)
		var wg sync.WaitGroup
		for w := range 8 {
			wg.Go(func() {
				for range 4 {
					begin := time.Now()
					_, err := b.c.Ensure(ctx, state(w, shared), everyLoss)
					how := outcome(err)
					mu.Lock()
					outcomes[how]++
					longest = max(longest, time.Since(begin))
					mu.Unlock()
					if how == "" || !shared && err != nil {
						t.Errorf("applier %d, shared %v: %v", w, shared, err)
					}
				}
			})
		}
		wg.Wait()
		cancel()
		t.Logf("shared %v: 8 appliers, 32 states in %v, the longest %v: %v", shared, time.Since(start).Round(time.Millisecond), longest.Round(time.Millisecond), outcomes)
	}
	for w := range 8 {
		if _, err := b.c.Ensure(b.ctx, state(w, false), everyLoss); err != nil {
			t.Error(err)
		}
	}
}
