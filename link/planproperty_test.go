package link

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
)

// A chooser returns a number from 0 to n-1. All that a test makes up comes from
// one, so that a seed, or the bytes of a fuzzer, say which case it is.
type chooser func(n int) int

func seeded(seed uint64) chooser { return rand.New(rand.NewPCG(seed, 1)).IntN }

// bytesChooser takes its choices from b, and the first of each when b is used up.
func bytesChooser(b []byte) chooser {
	return func(n int) int {
		if len(b) == 0 {
			return 0
		}
		c := int(b[0]) % n
		b = b[1:]
		return c
	}
}

// in is true once in n times.
func (c chooser) in(n int) bool { return c(n) == n-1 }

func oneOf[T any](c chooser, list []T) T { return list[c(len(list))] }

// A planCase is a made-up world and what is wanted of it.
type planCase struct {
	c       chooser
	k       *modelKernel
	numbers uint32 // the last id of a VLAN or VXLAN: none is used twice
	state   State
	opts    []Option

	ends  []*planEnd
	taken map[target]bool
}

// A planEnd is a link as it is to be in the end, and what a Spec can refer to.
type planEnd struct {
	at   int
	name string
	kind string
	link *modelLink // nil if it is made
	said *Spec
}

func newPlanCase(c chooser) *planCase {
	pc := &planCase{c: c, k: newModel(1 + c(3)), taken: map[target]bool{}}
	pc.world()
	pc.want()
	return pc
}

// born makes a link of the world.
func (pc *planCase) born(at int, name string, k kind.Kind, lower, on *modelLink) *modelLink {
	m := &modelLink{Link: Link{Name: fmt.Sprint(name, pc.k.next), Kind: k, MTU: attr.U32(oneOf(pc.c, []uint32{1500, 1500, 1400, 9000}))}, lower: lower, on: on}
	if most := m.below(); most != 0 && m.MTU.Value() > most {
		m.MTU = attr.U32(most)
	}
	if err := pc.k.add(at, m, 0); err != nil {
		panic(err)
	}
	if pc.c.in(4) {
		m.AltNames = []string{fmt.Sprint("alt", m.Index)}
	}
	if pc.c.in(4) {
		m.Group = attr.U32(7)
	}
	return m
}

// number is an id that no other link has.
func (pc *planCase) number() uint32 {
	pc.numbers++
	return pc.numbers
}

// world makes links: first those that need no other, then those on them.
func (pc *planCase) world() {
	c, k := pc.c, pc.k
	at := func() int { return c(len(k.ns)) }
	for range 1 + c(2) {
		pc.born(0, "eth", nil, nil, nil)
	}
	for range c(3) {
		pc.born(at(), "br", &kind.Bridge{Priority: attr.U16(32768)}, nil, nil)
	}
	for range c(2) {
		pc.born(at(), "bond", &kind.Bond{Mode: attr.Some(kind.BondActiveBackup)}, nil, nil)
	}
	for range c(2) {
		pc.born(at(), "vrf", &kind.VRF{Table: attr.U32(pc.number())}, nil, nil)
	}
	for range c(4) {
		pc.born(at(), "d", &kind.Dummy{}, nil, nil)
	}
	for range c(4) {
		a, b := pc.born(at(), "va", &kind.Veth{}, nil, nil), pc.born(at(), "vb", &kind.Veth{}, nil, nil)
		a.peer, b.peer = b, a
	}
	for range c(5) {
		pc.bornOn(oneOf(c, k.all()), at())
	}
	pc.stack()
}

// bornOn makes a link on another.
func (pc *planCase) bornOn(low *modelLink, at int) {
	if pc.c.in(2) {
		at = low.ns
	}
	switch n := pc.number(); pc.c(3) {
	case 0:
		pc.born(at, "v", &kind.VLAN{ID: attr.U16(uint16(n)), Protocol: attr.Some(kind.VLAN8021Q)}, low, nil)
	case 1:
		if low.KindName() == "macvlan" {
			low = low.lower
		}
		pc.born(at, "m", &kind.Macvlan{Mode: attr.Some(kind.MacvlanBridge)}, low, nil)
	case 2:
		x := &kind.VXLAN{ID: attr.U32(n), Port: attr.U16(4789)}
		if low.ns != at || pc.c.in(2) {
			low = nil
		} else {
			x.Link = Index(low.Index)
		}
		pc.born(at, "x", x, nil, low)
	}
}

// stack makes ports and sets links up, where the kernel lets it.
func (pc *planCase) stack() {
	masters := pc.k.which(func(m *modelLink) bool { return slices.Contains(masterKinds, m.KindName()) })
	for _, m := range pc.k.all() {
		if len(masters) > 0 && pc.c.in(3) && m.info().RxHandler != "bridge" && m.KindName() != "vrf" {
			master := oneOf(pc.c, masters)
			if master.KindName() == "bond" && m.info().BelowLimitsMTU {
				continue // the bond's MTU can be too much for it
			}
			_ = pc.k.join(m, master)
		}
	}
	for _, m := range pc.k.all() {
		if pc.c(3) > 0 {
			_ = pc.k.setUp(m, true)
		}
	}
}

var masterKinds = []string{"bridge", "bond", "vrf"}

// want makes up a state.
func (pc *planCase) want() {
	for _, m := range pc.k.all() {
		if m.Kind != nil && pc.c.in(25) {
			pc.state.Absent = append(pc.state.Absent, Place{Link: Index(m.Index), NetNS: modelNetNS(m.ns)})
			continue
		}
		pc.ends = append(pc.ends, &planEnd{at: m.ns, name: m.Name, kind: m.KindName(), link: m})
	}
	pc.rename()
	pc.moveSome()
	for _, e := range pc.ends {
		pc.taken[target{e.at, e.name}] = true
	}
	pc.makeSome()
	for _, e := range pc.ends {
		if e.said != nil || pc.c.in(3) {
			pc.describe(e)
		}
	}
	if pc.c.in(6) {
		pc.state.Owner = Owner{Group: 7, Prune: pc.c.in(2)}
	}
	pc.opts = []Option{Allow(^Loss(0))}
	if pc.c(4) > 0 {
		for _, e := range pc.ends {
			pc.opts = append(pc.opts, Remake(e.name))
		}
	}
}

// rename deals the names of some links anew, in each namespace.
func (pc *planCase) rename() {
	for at := range pc.k.ns {
		var some []*planEnd
		for _, e := range pc.ends {
			if e.at == at && pc.c.in(4) {
				some = append(some, e)
			}
		}
		names := make([]string, len(some))
		for i, e := range some {
			names[i] = e.name
			if pc.c.in(5) {
				names[i] = fmt.Sprint("r", e.link.Index)
			}
			if alt := e.link.AltNames; len(alt) > 0 && pc.c.in(3) {
				names[i] = alt[0]
			}
		}
		for i, e := range some {
			e.name = names[(i+1)%len(some)]
		}
	}
}

// moveSome takes links to other namespaces, and writes down all moves.
func (pc *planCase) moveSome() {
	for _, e := range pc.ends {
		if !e.link.info().NetNSImmutable && e.link.on == nil && pc.c.in(8) {
			e.at = pc.c(len(pc.k.ns))
		}
		if e.at == e.link.ns && e.name == e.link.Name {
			continue
		}
		pc.state.Moves = append(pc.state.Moves, Move{
			From: Place{Link: Index(e.link.Index), NetNS: modelNetNS(e.link.ns)}, Name: e.name, NetNS: modelNetNS(e.at),
		})
	}
}

// makeSome adds new links, some with names that others give away.
func (pc *planCase) makeSome() {
	var given []target
	for _, e := range pc.ends {
		if e.name != e.link.Name {
			given = append(given, target{e.link.ns, e.link.Name})
		}
	}
	for i := range pc.c(4) {
		to := target{pc.c(len(pc.k.ns)), fmt.Sprint("new", i)}
		if len(given) > 0 && pc.c.in(3) {
			to = oneOf(pc.c, given)
		}
		if pc.taken[to] {
			continue
		}
		pc.taken[to] = true
		e := &planEnd{at: to.at, name: to.name, said: &Spec{}}
		pc.newKind(e, i)
		pc.ends = append(pc.ends, e)
	}
}

// newKind says what a new link is.
func (pc *planCase) newKind(e *planEnd, i int) {
	n := pc.number()
	low := pc.lowers(e)
	switch pc.c(7) {
	case 0:
		e.said.Kind = &kind.Dummy{}
	case 1:
		e.said.Kind = &kind.Bridge{}
	case 2:
		e.said.Kind = &kind.Bond{Mode: attr.Some(kind.BondActiveBackup)}
	case 3:
		peer := target{pc.c(len(pc.k.ns)), fmt.Sprint("peer", i)}
		e.said.Kind = &kind.Veth{Peer: attr.Some(kind.Peer{Name: peer.name, NetNS: modelNetNS(peer.at), Up: pc.flag()})}
	case 4:
		e.said.Kind, e.said.Lower = &kind.VLAN{ID: attr.U16(uint16(n))}, Name(oneOf(pc.c, low))
	case 5:
		e.said.Kind, e.said.Lower = &kind.Macvlan{Mode: attr.Some(kind.MacvlanBridge)}, Name(oneOf(pc.c, low))
	case 6:
		x := &kind.VXLAN{ID: attr.U32(n), Port: attr.U16(4789)}
		if e.at == 0 && pc.c.in(2) {
			x.Link = Name(oneOf(pc.c, low))
		}
		e.said.Kind = x
	}
	e.kind = e.said.Kind.Kind()
}

// lowers are the names of what a new link can be put on.
func (pc *planCase) lowers(e *planEnd) []string {
	out := []string{"nobody"}
	for _, o := range pc.ends {
		if o.at == 0 && o != e {
			out = append(out, o.name)
		}
	}
	return out[min(1, len(out)-1):]
}

// flag says on, off or nothing.
func (pc *planCase) flag() attr.Opt[bool] {
	return oneOf(pc.c, []attr.Opt[bool]{{}, attr.On, attr.On, attr.Off})
}

// describe says what a link shall be.
func (pc *planCase) describe(e *planEnd) {
	s := e.said
	if s == nil {
		s = new(Spec)
		e.said = s
	}
	s.Name, s.NetNS = e.name, modelNetNS(e.at)
	s.Up = pc.flag()
	if pc.c.in(6) || e.link == nil && e.said.Lower == (Ref{}) {
		s.MTU = attr.U32(oneOf(pc.c, []uint32{1300, 1400, 1500, 9000}))
	}
	if pc.c.in(4) {
		s.Alias = attr.Some(fmt.Sprint("alias of ", e.name))
	}
	if pc.c.in(6) {
		s.AltNames = []string{fmt.Sprint("other", e.name)}
	}
	if e.link != nil && pc.c.in(4) {
		pc.otherKind(e)
	}
	pc.master(e)
}

// master makes it a port of something, or of nothing.
func (pc *planCase) master(e *planEnd) {
	if e.link != nil && pc.c.in(5) {
		e.said.Master = None
		return
	}
	if !pc.c.in(3) || slices.Contains(masterKinds, e.kind) {
		return
	}
	for _, m := range pc.ends {
		if m.at == e.at && slices.Contains(masterKinds, m.kind) && pc.c.in(2) {
			e.said.Master, e.said.Port = Name(m.name), nil
			if m.kind == "bond" && slices.Contains([]string{"vlan", "macvlan", "vxlan"}, e.kind) {
				e.said.Master = Ref{} // the bond's MTU can be too much for them
			} else if m.kind == "bond" { // which gives its ports its own MTU, and sets them up
				e.said.MTU, e.said.Up = attr.Opt[uint32]{}, attr.Opt[bool]{}
			}
			if m.kind == "bridge" && pc.c.in(2) {
				e.said.Port = &kind.BridgePort{Cost: attr.U32(uint32(2 + pc.c(3)))}
			}
		}
	}
}

// otherKind wants data that differ, of which some cannot be changed.
func (pc *planCase) otherKind(e *planEnd) {
	switch e.kind {
	case "bridge":
		e.said.Kind = &kind.Bridge{Priority: attr.U16(uint16(pc.c(3)))}
	case "bond":
		if e.link.IsUp() || len(pc.k.portsOf(e.link)) > 0 {
			return // nobody can plan for that but by making it anew
		}
		e.said.Kind = &kind.Bond{Mode: attr.Some(oneOf(pc.c, []kind.BondMode{kind.BondActiveBackup, kind.BondALB}))}
	case "vlan":
		e.said.Kind = &kind.VLAN{ID: attr.U16(uint16(pc.number()))}
	case "vxlan":
		e.said.Kind = &kind.VXLAN{ID: attr.U32(pc.number())}
	case "veth":
		e.said.Kind = &kind.Veth{Peer: attr.Some(kind.Peer{Alias: attr.Some("the other")})}
	case "dummy":
		e.said.Kind = &kind.Bridge{}
	}
}

// shuffled returns the same inputs in another order.
func (pc *planCase) shuffled(r *rand.Rand) (*Snapshot, State) {
	snap, s := pc.k.snapshot(), pc.state
	s.Links, s.Moves, s.Absent = slices.Clone(s.Links), slices.Clone(s.Moves), slices.Clone(s.Absent)
	shuffle(r, s.Links)
	shuffle(r, s.Moves)
	shuffle(r, s.Absent)
	order := r.Perm(len(snap.Namespaces) - 1)
	out := &Snapshot{Namespaces: make([]NamespaceLinks, len(snap.Namespaces))}
	place := map[int]int{0: 0}
	for from, to := range order {
		place[from+1] = to + 1
	}
	for i, ns := range snap.Namespaces {
		shuffle(r, ns.Links)
		for id, at := range ns.IDs {
			ns.IDs[id] = place[at]
		}
		out.Namespaces[place[i]] = ns
	}
	return out, s
}

func shuffle[T any](r *rand.Rand, s []T) {
	r.Shuffle(len(s), func(i, k int) { s[i], s[k] = s[k], s[i] })
}

// check plans for the case and returns what is wrong with the plan, and whether
// there was one.
func (pc *planCase) check() (planned bool, err error) {
	for _, e := range pc.ends {
		if e.said != nil {
			pc.state.Links = append(pc.state.Links, *e.said)
		}
	}
	plan, planErr := Diff(pc.k.snapshot(), pc.state, pc.opts...)
	if err := pc.same(plan, planErr); err != nil {
		return false, err
	}
	if planErr != nil {
		if _, ok := errors.AsType[*PlanError](planErr); !ok {
			return false, fmt.Errorf("%T: %w", planErr, planErr)
		}
		return false, nil
	}
	for i, s := range plan.Steps() {
		if s.ID != i+1 || slices.ContainsFunc(s.After, func(id int) bool { return id < 1 || id >= s.ID }) {
			return true, fmt.Errorf("step %d has id %d and comes after %v", i+1, s.ID, s.After)
		}
	}
	if err := pc.k.run(plan); err != nil {
		return true, fmt.Errorf("%w\nof the plan\n%s", err, plan)
	}
	again, err := Diff(pc.k.snapshot(), pc.state, pc.opts...)
	if err != nil {
		return true, fmt.Errorf("what is reached cannot be planned for: %w\nafter\n%s", err, plan)
	}
	if !again.Empty() {
		return true, fmt.Errorf("left to do:\n%s\nafter\n%s", again, plan)
	}
	return true, nil
}

// same compares with what other orders of the inputs give.
func (pc *planCase) same(plan *Plan, err error) error {
	snap, state := pc.shuffled(rand.New(rand.NewPCG(uint64(pc.numbers), 2)))
	other, otherErr := Diff(snap, state, pc.opts...)
	if fmt.Sprint(err) != fmt.Sprint(otherErr) {
		return fmt.Errorf("another order, another error:\n%v\nand\n%v", err, otherErr)
	}
	if err != nil {
		return nil
	}
	a, _ := plan.MarshalJSON()
	b, _ := other.MarshalJSON()
	if !bytes.Equal(a, b) {
		return fmt.Errorf("another order, another plan:\n%s\nand\n%s", plan, other)
	}
	return nil
}

// String says the case for whoever has to find out what went wrong.
func (pc *planCase) String() string {
	var b bytes.Buffer
	for _, ns := range pc.k.snapshot().Namespaces {
		for i := range ns.Links {
			l := &ns.Links[i]
			fmt.Fprintf(&b, "%s %d %s alt %v kind %s mtu %d up %v lower %v@%v master %v group %d\n", ns.Label, l.Index, l.Name, l.AltNames,
				l.KindName(), l.MTU.Value(), l.IsUp(), l.Lower, l.LowerNetNSID.Value(), l.Master, l.Group.Value())
		}
	}
	text, _ := pc.state.MarshalJSON()
	fmt.Fprintf(&b, "%s\n", text)
	return b.String()
}

// TestDiffRandom makes plans for random states of random worlds, and carries
// them out on the model of a kernel.
func TestDiffRandom(t *testing.T) {
	rounds, planned, failed := 2000, 0, 0
	if os.Getenv(fullRuns) == "1" {
		rounds = 3_000
	}
	for seed := range rounds {
		pc := newPlanCase(seeded(uint64(seed)))
		text := pc.String()
		ok, err := pc.check()
		if err != nil {
			t.Errorf("seed %d: %v\nof\n%s%s", seed, err, text, pc.wanted())
			if failed++; failed > 9 {
				break
			}
		}
		if ok {
			planned++
		}
	}
	t.Logf("%d plans of %d states", planned, rounds)
	if planned < rounds/4 {
		t.Error("too few states can be planned for to say anything")
	}
}

func (pc *planCase) wanted() string { b, _ := pc.state.MarshalJSON(); return string(b) }

// fullRuns names the variable that asks for more rounds.
const fullRuns = "IPLINK_FULL"

// FuzzDiff does the same with what a fuzzer makes up.
func FuzzDiff(f *testing.F) {
	for seed := range 20 {
		b := make([]byte, 400)
		r := rand.New(rand.NewPCG(uint64(seed), 3))
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		pc := newPlanCase(bytesChooser(b))
		text := pc.String()
		if _, err := pc.check(); err != nil {
			t.Errorf("%v\nof\n%s%s", err, text, pc.wanted())
		}
	})
}
