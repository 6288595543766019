package link_test

import (
	"context"
	"errors"
	"fmt"
	"os"
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

// Plans on the running kernel. Each scenario is a topology as programs build
// them: it is applied, applied again, made to fail in every place, and removed.

// A planned is a scenario: what is there before, and what is wanted then.
type planned struct {
	name  string
	needs []string
	stage func(b, there *box)
	want  func(b, there *box) link.State
	opts  []link.Option
	large bool // too large to fail in every place
	// loses is what undoing may leave different, since the plan says so.
	loses func(line string) bool
}

func netns(b *box) kind.NetNS { return kind.NetNSFD(b.ns.FD()) }

var plannedScenarios = []planned{
	{name: "pod", want: func(_, there *box) link.State {
		return link.State{Links: []link.Spec{
			{Name: "cni0", Kind: &kind.Bridge{}, Up: attr.On, MTU: attr.U32(1450)},
			{Name: "vethpod", Master: link.Name("cni0"), MTU: attr.U32(1450), Up: attr.On, Port: &kind.BridgePort{Hairpin: attr.On},
				Kind: veth(kind.Peer{Name: "eth0", NetNS: netns(there), MTU: attr.U32(1450), Up: attr.On})},
		}}
	}},
	{name: "bridge with VLAN filtering", needs: []string{"vlan filtering", "dummy"}, want: func(*box, *box) link.State {
		s := link.State{Links: []link.Spec{{Name: "br0", Kind: &kind.Bridge{VLANFiltering: attr.On, STPState: attr.Some(kind.STPKernel)}, Up: attr.On}}}
		for i := range 4 {
			s.Links = append(s.Links, link.Spec{Name: fmt.Sprint("p", i), Kind: &kind.Dummy{}, Master: link.Name("br0"), Up: attr.On,
				Port: &kind.BridgePort{Cost: attr.U32(uint32(10 + i)), Isolated: attr.On, Guard: attr.On}})
		}
		return s
	}},
	{name: "vxlan on a bridge", want: func(*box, *box) link.State {
		return link.State{Links: []link.Spec{
			{Name: "under", Kind: &kind.IFB{}, Up: attr.On, MTU: attr.U32(1500)},
			{Name: "br10", Kind: &kind.Bridge{}, Up: attr.On},
			{Name: "vx10", Kind: &kind.VXLAN{ID: attr.U32(10), Learning: attr.Off, Link: link.Name("under"), Port: attr.U16(4789)}, Master: link.Name("br10"),
				MTU: attr.U32(1450), Port: &kind.BridgePort{Learning: attr.Off}, Up: attr.On, Alias: attr.Some("overlay 10")},
		}}
	}},
	{name: "stack 16 deep", want: func(*box, *box) link.State {
		var s link.State
		for i := range 16 {
			s.Links = append(s.Links, link.Spec{Name: fmt.Sprint("sb", i), Kind: &kind.Bridge{}, Up: attr.On})
			if i > 0 {
				s.Links = append(s.Links, link.Spec{Name: fmt.Sprint("sv", i), Master: link.Name(fmt.Sprint("sb", i-1)), Up: attr.On,
					Kind: veth(kind.Peer{Name: fmt.Sprint("sw", i), Master: link.Name(fmt.Sprint("sb", i)), Up: attr.On})})
			}
		}
		slices.Reverse(s.Links)
		return s
	}, large: true},
	{name: "bond with two ports", needs: []string{"bond", "dummy"}, stage: func(b, _ *box) {
		b.prepare(link.Spec{Name: "p0", Kind: &kind.Dummy{}, Up: attr.On})
	}, want: func(*box, *box) link.State {
		return link.State{Links: []link.Spec{
			{Name: "bond0", Kind: &kind.Bond{Mode: attr.Some(kind.BondActiveBackup), MIIMon: attr.Some(100 * time.Millisecond)}, Up: attr.On},
			{Name: "p0", Master: link.Name("bond0"), Up: attr.On},
			{Name: "p1", Kind: &kind.Dummy{}, Master: link.Name("bond0"), Up: attr.On},
		}}
	}, opts: []link.Option{link.Allow(link.LoseAddresses | link.LoseRoutes | link.LoseNeighbors)}},
	{name: "vrf with members", needs: []string{"vrf", "dummy"}, want: func(*box, *box) link.State {
		return link.State{Links: []link.Spec{
			{Name: "red", Kind: &kind.VRF{Table: attr.U32(100)}, Up: attr.On},
			{Name: "r0", Kind: &kind.Dummy{}, Master: link.Name("red"), Up: attr.On},
			{Name: "r1", Kind: &kind.Dummy{}, Master: link.Name("red")},
		}}
	}},
	{name: "macvlan farm", stage: func(b, _ *box) {
		b.prepare(link.Spec{Name: "base", Kind: veth(kind.Peer{Name: "based"}), Up: attr.On})
	}, want: func(_, there *box) link.State {
		s := link.State{Links: []link.Spec{{Name: "base", MTU: attr.U32(9000), Up: attr.On}}}
		for i := range 5 {
			s.Links = append(s.Links, link.Spec{Name: fmt.Sprint("m", i), Kind: &kind.Macvlan{Mode: attr.Some(kind.MacvlanBridge)}, Lower: link.Name("base"), MTU: attr.U32(9000), Up: attr.On})
		}
		s.Links[5].NetNS = netns(there)
		return s
	}},
	{name: "names in a circle", stage: func(b, _ *box) {
		for i, name := range []string{"a", "b", "c"} {
			b.prepare(link.Spec{Name: name, Index: uint32(100 + i), Kind: &kind.IFB{}})
		}
	}, want: func(*box, *box) link.State {
		return link.State{Moves: []link.Move{
			{From: link.Place{Link: link.Index(100)}, Name: "b"}, {From: link.Place{Link: link.Index(101)}, Name: "c"}, {From: link.Place{Link: link.Index(102)}, Name: "a"},
		}}
	}},
	{name: "vxlan with another id", stage: func(b, _ *box) {
		b.prepare(link.Spec{Name: "br10", Kind: &kind.Bridge{}, Address: attr.MustParseHWAddr("02:00:00:00:00:10"), Up: attr.On})
		b.prepare(link.Spec{Name: "vx10", Kind: &kind.VXLAN{ID: attr.U32(10), Port: attr.U16(4789)}, Master: link.Name("br10"), Up: attr.On, Port: &kind.BridgePort{Cost: attr.U32(77)}, Alias: attr.Some("x")})
		b.operational("br10")
	}, want: func(*box, *box) link.State {
		return link.State{Links: []link.Spec{{Name: "vx10", Kind: &kind.VXLAN{ID: attr.U32(11)}, Master: link.Name("br10")}}}
	}, opts: []link.Option{link.Remake("vx10")}},
	{name: "move and rename", stage: func(b, _ *box) {
		b.prepare(link.Spec{Name: "nic7", Kind: &kind.IFB{}, Alias: attr.Some("wan")})
	}, want: func(_, there *box) link.State {
		return link.State{
			Links: []link.Spec{{Name: "eth0", NetNS: netns(there), MTU: attr.U32(1400), Up: attr.On}},
			Moves: []link.Move{{From: link.Place{Link: link.Name("nic7")}, Name: "eth0", NetNS: netns(there)}},
		}
	}},
	{name: "changes everywhere", stage: func(b, _ *box) {
		b.prepare(link.Spec{Name: "br0", Kind: &kind.Bridge{}, Address: attr.MustParseHWAddr("02:00:00:00:00:b0"), Up: attr.On})
		b.prepare(link.Spec{Name: "br1", Kind: &kind.Bridge{}, Address: attr.MustParseHWAddr("02:00:00:00:00:b1"), Up: attr.On})
		b.prepare(link.Spec{Name: "v0", Kind: veth(kind.Peer{Name: "v1"}), Up: attr.On, Master: link.Name("br0"), Port: &kind.BridgePort{Cost: attr.U32(50)}})
		b.prepare(link.Spec{Name: "mv0", Kind: &kind.Macvlan{}, Lower: link.Name("v1")})
	}, want: func(*box, *box) link.State {
		return link.State{Links: []link.Spec{
			{Name: "br0", Kind: &kind.Bridge{Priority: attr.U16(77), Ageing: attr.Some(10 * time.Second)}},
			{Name: "v0", Master: link.Name("br1"), Port: &kind.BridgePort{Cost: attr.U32(9)}, Group: attr.U32(5), Alias: attr.Some("moved")},
			{Name: "v1", MTU: attr.U32(1400), AltNames: []string{"other-end"}},
			{Name: "mv0", MTU: attr.U32(1300), Address: attr.MustParseHWAddr("02:00:00:00:00:05"), Up: attr.On},
			{Name: "extra", Kind: &kind.IFB{}, TxQueueLen: attr.U32(50)},
		}}
	}, opts: []link.Option{link.Allow(link.LosePortState)}},
	{name: "remove a topology", stage: func(b, _ *box) {
		b.prepare(link.Spec{Name: "br0", Kind: &kind.Bridge{}, Group: attr.U32(4242), Up: attr.On})
		b.prepare(link.Spec{Name: "v0", Kind: veth(kind.Peer{Name: "v1"}), Group: attr.U32(4242), Master: link.Name("br0"), Up: attr.On})
		b.prepare(link.Spec{Name: "mv0", Kind: &kind.Macvlan{}, Group: attr.U32(4242), Lower: link.Name("v1")})
		b.prepare(link.Spec{Name: "other", Kind: &kind.IFB{}})
	}, want: func(*box, *box) link.State {
		return link.State{Owner: link.Owner{Group: 4242, Prune: true}}
	}, loses: func(string) bool { return true }},
	{name: "300 pairs", want: func(*box, *box) link.State {
		var s link.State
		for i := range pairs {
			s.Links = append(s.Links, link.Spec{Name: fmt.Sprint("a", i), Kind: veth(kind.Peer{Name: fmt.Sprint("b", i), Up: attr.On}), Up: attr.On})
		}
		return s
	}, large: true},
}

// pairs is how many pairs there are in the largest scenario: software emulation
// is slow.
var pairs = func() int {
	if os.Getenv(testns.KernelVariable) != "" {
		return 30
	}
	return 300
}()

// enact stages a scenario.
func (s *planned) enact(t *testing.T) (b, there *box, want link.State) {
	t.Helper()
	testns.Require(t, s.needs...)
	b, there = newBox(t), newBox(t)
	if s.stage != nil {
		s.stage(b, there)
		b.steady()
		there.steady()
	}
	return b, there, s.want(b, there)
}

// settled waits until no more events come: a link that has just been set up
// changes its state by itself.
func (m *monitor) settled() {
	for quiet := 0; quiet < 10; quiet++ {
		time.Sleep(20 * time.Millisecond)
		if m.events() > 0 {
			quiet = 0
		}
	}
}

// TestScenarios applies each scenario, and once more, when nothing is sent and
// nothing happens, and removes it.
func TestScenarios(t *testing.T) {
	for _, s := range plannedScenarios {
		t.Run(s.name, func(t *testing.T) {
			b, there, want := s.enact(t)
			opts := append(slices.Clone(s.opts), link.OnStep(func(link.Step, error) {}))
			start := time.Now()
			res, err := b.c.Ensure(b.ctx, want, opts...)
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%d steps, %d messages, %v", len(res.Steps), res.Messages, time.Since(start).Round(time.Millisecond))
			if got := len(b.tap.mutating()); got != res.Messages {
				t.Errorf("%d messages, and %d in the result", got, res.Messages)
			}
			here, elsewhere := b.monitor(), there.monitor()
			// Events that are not ours end some time, ours would come back.
			events := 1
			for try := 0; events != 0 && try < 5; try++ {
				here.settled()
				elsewhere.settled()
				b.nothingToDo(want, s.opts)
				events = here.events() + elsewhere.events()
			}
			if events != 0 {
				t.Errorf("applied again: %d events each time", events)
			}
			removeState(t, b, want)
		})
	}
}

// nothingToDo wants a state that holds: no message may be sent.
func (b *box) nothingToDo(s link.State, opts []link.Option) {
	b.t.Helper()
	b.tap.reset(nil)
	again, err := b.c.Ensure(b.ctx, s, opts...)
	if err != nil {
		b.t.Fatal(err)
	}
	b.wantSent(0)
	if again.Messages != 0 || len(again.Steps) != 0 {
		b.t.Errorf("applied again: %d messages, %v", again.Messages, again.Steps)
	}
}

// removeState makes all links of a state absent.
func removeState(t *testing.T, b *box, s link.State) {
	t.Helper()
	var gone link.State
	for _, l := range s.Links {
		gone.Absent = append(gone.Absent, link.Place{Link: link.Name(l.Name), NetNS: l.NetNS})
	}
	all := link.Allow(^link.Loss(0))
	if _, err := b.c.Ensure(b.ctx, gone, all); err != nil {
		t.Fatal(err)
	}
	for _, l := range s.Links {
		if !l.NetNS.IsSet() {
			b.absent(l.Name)
		}
	}
	plan, err := b.c.Plan(b.ctx, gone, all)
	if err != nil || !plan.Empty() {
		t.Errorf("still to do: %v%v", plan, err)
	}
}

// TestScenarioFaults makes every request of a scenario fail, before the kernel
// sees it and in the kernel, which then has done a part of it.
func TestScenarioFaults(t *testing.T) {
	for _, s := range plannedScenarios {
		if s.large && !full {
			continue
		}
		t.Run(s.name, func(t *testing.T) {
			b, _, want := s.enact(t)
			b.tap.reset(nil)
			if _, err := b.c.Ensure(b.ctx, want, s.opts...); err != nil {
				t.Fatal(err)
			}
			n, step := len(b.tap.requests()), 1
			switch {
			case emulated:
				step = max(1, n/6)
			case !full:
				step = max(1, n/12)
			}
			failures, residues := 0, 0
			for _, fault := range []rtnltest.Fault{rtnltest.Refuse, rtnltest.Spoil} {
				for k := 0; k < n; k += step {
					if !share(k/step + int(fault)) {
						continue
					}
					failed, left := s.failAt(t, k, fault)
					failures += failed
					residues += left
				}
			}
			t.Logf("%d requests, %d failures, %d residues", n, failures, residues)
		})
	}
}

// failAt applies the scenario with a fault at the k-th request.
func (s *planned) failAt(t *testing.T, k int, fault rtnltest.Fault) (failures, residues int) {
	t.Helper()
	b, there, want := s.enact(t)
	was, wasThere := b.snapshot(), there.snapshot()
	b.tap.reset(func(n int, _ rtnl.Message) rtnltest.Fault {
		if n == k {
			return fault
		}
		return rtnltest.None
	})
	plan, err := b.c.Plan(b.ctx, want, s.opts...)
	if err != nil {
		return 1, 0 // nothing was begun
	}
	_, err = b.c.Apply(b.ctx, plan)
	if err == nil {
		return 0, 0
	}
	var tx *link.TxError
	if errors.As(err, &tx) && !tx.Clean() && s.loses == nil {
		t.Errorf("request %d: %v", k, err)
		residues++
	}
	if s.loses == nil {
		b.unchanged(was)
		there.unchanged(wasThere)
	}
	if t.Failed() {
		t.Fatalf("request %d, %v\n%s", k, err, plan)
	}
	return 1, residues
}

// TestConfirm refuses what was done.
func TestConfirm(t *testing.T) {
	unreachable := errors.New("the controller cannot be reached")
	for _, s := range plannedScenarios {
		if s.large || s.loses != nil {
			continue
		}
		t.Run(s.name, func(t *testing.T) {
			b, there, want := s.enact(t)
			was, wasThere := b.snapshot(), there.snapshot()
			_, err := b.c.Ensure(b.ctx, want, append(slices.Clone(s.opts), link.Confirm(func(context.Context) error { return unreachable }))...)
			var tx *link.TxError
			if !errors.Is(err, unreachable) || !errors.As(err, &tx) || !tx.Clean() {
				t.Error(err)
			}
			b.unchanged(was)
			there.unchanged(wasThere)
		})
	}
}
