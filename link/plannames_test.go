package link

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
)

// permutations calls f with every order of n numbers.
func permutations(n int, f func([]int)) {
	var place func(p []int)
	place = func(p []int) {
		if len(p) == n {
			f(p)
			return
		}
		for i := range n {
			if !slices.Contains(p, i) {
				place(append(slices.Clone(p), i))
			}
		}
	}
	place(nil)
}

// cycles counts those of a permutation that are longer than one.
func cycles(p []int) int {
	seen, n := make([]bool, len(p)), 0
	for i := range p {
		if !seen[i] && p[i] != i {
			n++
		}
		for ; !seen[i]; i = p[i] {
			seen[i] = true
		}
	}
	return n
}

// TestDiffPermutations deals six names anew in all 720 ways: one name in between
// for each cycle, and none for a chain, of which one name is new. The names are
// those of the links, or alternative names of theirs, which the links keep or
// which others are to have.
func TestDiffPermutations(t *testing.T) {
	for _, tt := range []struct {
		name string
		// to is what link i is to be called that gets the name of k.
		to func(i, k int) string
		// between is how many names in between are permitted.
		between func(p []int) int
	}{
		{"names", func(_, k int) string { return fmt.Sprint("n", k) }, cycles},
		{"chain", func(_, k int) string { return fmt.Sprint("n", k+1) }, func([]int) int { return 0 }},
		{"alternative names", func(_, k int) string { return fmt.Sprint("alt", k) }, func([]int) int { return 0 }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			permutations(6, func(p []int) {
				if tt.name == "chain" {
					p = chain(p)
				}
				if err := permute(p, tt.name == "alternative names", tt.to, tt.between(p)); err != nil {
					t.Errorf("%v: %v", p, err)
				}
			})
		})
	}
}

// chain makes a permutation one of links that each take the next name, in the
// order of p: as link p[0] takes a new name, link p[1] that of p[0], and so on.
func chain(p []int) []int {
	out := make([]int, len(p))
	out[p[0]] = len(p)
	for i := 1; i < len(p); i++ {
		out[p[i]] = p[i-1] - 1
	}
	return out
}

func permute(p []int, alts bool, to func(i, k int) string, between int) error {
	k := newModel(1)
	for i := range p {
		m := &modelLink{Link: Link{Name: fmt.Sprint("n", i), Kind: &kind.Dummy{}}}
		if alts {
			m.AltNames = []string{fmt.Sprint("alt", i)}
		}
		if err := k.add(0, m, uint32(i+1)); err != nil {
			return err
		}
	}
	var s State
	for i, at := range p {
		s.Moves = append(s.Moves, Move{From: Place{Link: Index(uint32(i + 1))}, Name: to(i, at)})
		if alts { // the names are given away, one's own to oneself too
			s.Links = append(s.Links, Spec{Name: to(i, at), AltNames: []string{}})
		}
	}
	plan, err := Diff(k.snapshot(), s)
	if err != nil {
		return err
	}
	if n := strings.Count(plan.String(), " to iplink-tmp"); n > between {
		return fmt.Errorf("%d names in between:\n%s", n, plan)
	}
	if err := k.run(plan); err != nil {
		return fmt.Errorf("%w\nof\n%s", err, plan)
	}
	again, err := Diff(k.snapshot(), s)
	if err == nil && !again.Empty() {
		err = fmt.Errorf("left to do:\n%s", again)
	}
	return err
}

// thousand is a state of a thousand links: bridges, and pairs whose one end is a
// port and whose other end carries a VLAN.
func thousand() State {
	var s State
	for b := range 4 {
		s.Links = append(s.Links, Spec{Name: fmt.Sprint("br", b), Kind: &kind.Bridge{}, Up: attr.On})
	}
	for i := range 332 {
		s.Links = append(s.Links,
			Spec{Name: fmt.Sprint("a", i), Kind: &kind.Veth{Peer: attr.Some(kind.Peer{Name: fmt.Sprint("b", i), Up: attr.On})},
				Master: Name(fmt.Sprint("br", i%4)), Up: attr.On},
			Spec{Name: fmt.Sprint("v", i), Kind: &kind.VLAN{ID: attr.U16(5)}, Lower: Name(fmt.Sprint("b", i)), Up: attr.On})
	}
	return s
}

// TestDiffLarge plans for a thousand links, from nothing and again, within a
// bound that only a planner breaks that compares each link with each other.
func TestDiffLarge(t *testing.T) {
	k := newModel(1)
	start := time.Now()
	plan, err := Diff(k.snapshot(), thousand())
	took := time.Since(start)
	if err != nil {
		t.Fatal(err)
	}
	if err := k.run(plan); err != nil {
		t.Fatal(err)
	}
	start = time.Now()
	again, err := Diff(k.snapshot(), thousand())
	t.Logf("%d steps in %v, and none in %v", len(plan.steps), took, time.Since(start))
	if err != nil || !again.Empty() {
		t.Errorf("left to do: %v %v", again, err)
	}
	if took += time.Since(start); took > 2*time.Second {
		t.Errorf("planning took %v", took)
	}
}

// BenchmarkDiff1000 plans for a thousand links: that are to be made, and that
// are as they shall be.
func BenchmarkDiff1000(b *testing.B) {
	empty, full := newModel(1).snapshot(), newModel(1)
	plan, err := Diff(empty, thousand())
	if err == nil {
		err = full.run(plan)
	}
	if err != nil {
		b.Fatal(err)
	}
	for name, snap := range map[string]*Snapshot{"create": empty, "unchanged": full.snapshot()} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := Diff(snap, thousand()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
