package link_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/iplink-go/iplink/internal/rtnl"
	"github.com/iplink-go/iplink/internal/rtnl/rtnltest"
	"github.com/iplink-go/iplink/internal/testns"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/link"
	"github.com/iplink-go/iplink/nsutil"
)

// What the tests of the client on the running kernel have in common. Each test
// has a namespace of its own, a box: in it the client under test, whose
// requests are counted and can be made to fail, and a plain one that prepares
// links and looks at the result.

// A box is a network namespace with the client under test, c.
type box struct {
	t   *testing.T
	ctx context.Context
	ns  *nsutil.Namespace
	c   *link.Client
	tap *tap
	// plain is a client that no fault reaches.
	plain *link.Client
	first []string // links that every namespace begins with
}

func newBox(t *testing.T) *box {
	t.Helper()
	return boxOf(t, testns.New(t))
}

func boxOf(t *testing.T, ns *nsutil.Namespace) *box {
	t.Helper()
	b := &box{t: t, ctx: t.Context(), ns: ns, tap: new(tap)}
	b.c = openWith(t, link.Config{NetNS: ns}, b.tap.wrap)
	b.plain = openWith(t, link.Config{NetNS: ns}, nil)
	b.first = b.names()
	return b
}

// open returns a client in a namespace of its own.
func open(t *testing.T) (*link.Client, context.Context) {
	t.Helper()
	b := newBox(t)
	return b.plain, b.ctx
}

func openWith(t *testing.T, cfg link.Config, wrap func(rtnl.Transport) rtnl.Transport) *link.Client {
	t.Helper()
	c, err := link.OpenWith(cfg, wrap)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Errorf("close the client: %v", err)
		}
	})
	return c
}

// A tap sees every request of a client before the kernel does.
type tap struct {
	mu   sync.Mutex
	sent []rtnl.Message
	// plan, if set, says what goes wrong with the n-th request since reset,
	// counted from 0.
	plan func(n int, req rtnl.Message) rtnltest.Fault
	// filter, if set, drops the messages from the kernel it returns false for.
	filter func(rtnl.Message) bool
}

func (p *tap) wrap(t rtnl.Transport) rtnl.Transport {
	return &filtered{rtnltest.Inject(t, p.see), p}
}

func (p *tap) see(_ int, req rtnl.Message) rtnltest.Fault {
	req.Payload = slices.Clone(req.Payload)
	p.mu.Lock()
	n := len(p.sent)
	p.sent = append(p.sent, req)
	plan := p.plan
	p.mu.Unlock()
	if plan == nil {
		return rtnltest.None
	}
	return plan(n, req)
}

// reset forgets what was sent and sets the plan for what comes.
func (p *tap) reset(plan func(n int, req rtnl.Message) rtnltest.Fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sent, p.plan = nil, plan
}

// requests returns what was sent since reset.
func (p *tap) requests() []rtnl.Message {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.sent)
}

// mutating returns the requests that can change something.
func (p *tap) mutating() (out []rtnl.Message) {
	for _, m := range p.requests() {
		switch m.Type {
		case rtnl.NewLink, rtnl.DelLink, rtnl.SetLink, rtnl.NewLinkProp, rtnl.DelLinkProp:
			out = append(out, m)
		}
	}
	return out
}

// wantSent fails the test if not n messages that can change something were
// sent since reset.
func (b *box) wantSent(n int) {
	b.t.Helper()
	got := b.tap.mutating()
	if len(got) == n {
		return
	}
	b.t.Errorf("%d messages that change something, want %d", len(got), n)
	for _, m := range got {
		b.t.Logf("type %d:\n%s", m.Type, link.Dump(m.Payload))
	}
}

// filtered drops messages that the tap's filter does not let through.
type filtered struct {
	rtnl.Transport
	tap *tap
}

func (f *filtered) Receive(ctx context.Context, buf []byte) (int, uint32, error) {
	for {
		n, from, err := f.Transport.Receive(ctx, buf)
		f.tap.mu.Lock()
		pass := f.tap.filter
		f.tap.mu.Unlock()
		if err != nil || n > len(buf) || pass == nil {
			return n, from, err
		}
		drop := false
		for m, err := range rtnl.Messages(buf[:n]) { // the kernel sends replies and acks one by one
			drop = drop || err == nil && !pass(m)
		}
		if !drop {
			return n, from, nil
		}
	}
}

// must returns v, or ends the test.
func must[T any](t testing.TB) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// create makes a link with the client under test.
func (b *box) create(s link.Spec) *link.Link {
	b.t.Helper()
	return must[*link.Link](b.t)(b.c.Create(b.ctx, s))
}

// prepare makes a link without the client under test.
func (b *box) prepare(s link.Spec) *link.Link {
	b.t.Helper()
	return must[*link.Link](b.t)(b.plain.Create(b.ctx, s))
}

// change changes a link with the client under test.
func (b *box) change(name string, s link.Spec) *link.Link {
	b.t.Helper()
	return must[*link.Link](b.t)(b.c.Change(b.ctx, link.Name(name), s))
}

// get reads a link.
func (b *box) get(name string, what ...link.Include) *link.Link {
	b.t.Helper()
	return must[*link.Link](b.t)(b.plain.Get(b.ctx, link.Name(name), what...))
}

func (b *box) list() link.Links {
	b.t.Helper()
	return must[link.Links](b.t)(b.plain.List(b.ctx, link.Filter{}))
}

// names returns the names of all links but those the namespace began with.
func (b *box) names() []string {
	b.t.Helper()
	var names []string
	for _, l := range b.list() {
		if !slices.Contains(b.first, l.Name) {
			names = append(names, l.Name)
		}
	}
	return names
}

// absent fails the test if there is a link of one of the names.
func (b *box) absent(names ...string) {
	b.t.Helper()
	for _, name := range names {
		l, err := b.plain.Get(b.ctx, link.Name(name))
		if err == nil {
			b.t.Errorf("%s is still there:\n%s", name, l)
		} else if !errors.Is(err, link.ErrNotExist) {
			b.t.Error(err)
		}
	}
}

// A snapshot is all links, each as text, without what changes by itself.
type snapshot map[string]string

// snapshot reads all links.
func (b *box) snapshot() snapshot {
	b.t.Helper()
	out := snapshot{}
	for _, l := range b.list() {
		settle(&l)
		report, err := link.AppendReport(nil, &l)
		if err != nil {
			b.t.Fatal(err)
		}
		out[l.Name] = link.Dump(report)
	}
	return out
}

// settle clears counters and timers, and what no request can bring back.
func settle(l *link.Link) {
	l.CarrierChanges.Clear()
	l.CarrierUpCount.Clear()
	l.CarrierDownCount.Clear()
	l.IPv6.Stats, l.IPv6.ICMPStats = nil, nil
	l.IPv6.CacheInfo.Clear()
	l.IPv6.Flags.Clear() // ready, or not yet
	l.QDisc = ""         // chosen when the link is first set up
	l.TSOMaxSize.Clear() // a bridge takes them from its first port,
	l.TSOMaxSegs.Clear() // for good
	if !l.IsUp() {
		l.Carrier.Clear() // means nothing, and depends on what was before
	}
	if br, ok := l.Kind.(*kind.Bridge); ok {
		br.HelloTimer.Clear()
		br.TCNTimer.Clear()
		br.TopologyChangeTimer.Clear()
		br.GCTimer.Clear()
		br.FDBLearned.Clear()
	}
	if p, ok := l.Port.(*kind.BridgePort); ok {
		p.MessageAgeTimer.Clear()
		p.ForwardDelayTimer.Clear()
		p.HoldTimer.Clear()
		p.MCastGroups.Clear()
	}
}

// settleTime is how long the kernel may take to bring derived state, such as
// the operational state, up to date: it does so up to once a second.
const settleTime = 5 * time.Second

// unchanged fails the test if the links do not become what they were.
func (b *box) unchanged(was snapshot) {
	b.t.Helper()
	var diff string
	b.eventually(func() bool {
		diff = was.diff(b.snapshot())
		return diff == ""
	})
	if diff != "" {
		b.t.Errorf("not as before:\n%s", diff)
	}
}

// eventually waits until ok returns true, for what the kernel does in its own
// time.
func (b *box) eventually(ok func() bool) bool {
	b.t.Helper()
	for end := time.Now().Add(settleTime); ; time.Sleep(5 * time.Millisecond) {
		if ok() {
			return true
		}
		if time.Now().After(end) {
			return false
		}
	}
}

// operational waits until links that are up are so in every respect.
func (b *box) operational(names ...string) {
	b.t.Helper()
	for _, name := range names {
		if !b.eventually(func() bool { return b.get(name).OperState.Value() == kind.OperUp }) {
			b.t.Fatalf("not operational:\n%s", b.get(name))
		}
	}
}

// steady waits until no link is in a state that its carrier will change.
func (b *box) steady() {
	b.t.Helper()
	b.eventually(func() bool {
		for _, l := range b.list() {
			is := l.OperState.Value()
			down := is == kind.OperDown || is == kind.OperLowerLayerDown
			if l.IsUp() && down == l.HasCarrier() {
				return false
			}
		}
		return true
	})
}

// diff returns the lines of which there is one too few or too many.
func (was snapshot) diff(is snapshot) string {
	var out strings.Builder
	for name := range merged(was, is) {
		count := map[string]int{}
		for line := range strings.Lines(was[name]) {
			count[line]--
		}
		for line := range strings.Lines(is[name]) {
			count[line]++
		}
		for line, n := range count {
			if n != 0 {
				out.WriteString(name + " " + map[bool]string{true: "+", false: "-"}[n > 0] + line)
			}
		}
	}
	return out.String()
}

func merged(a, b snapshot) map[string]bool {
	out := map[string]bool{}
	for _, s := range []snapshot{a, b} {
		for name := range s {
			out[name] = true
		}
	}
	return out
}
