package link_test

import (
	"math/rand/v2"
	"testing"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/link"
)

// TestAttachedLosses says what there is to lose: all that is not known, nothing
// of what is known to be none.
func TestAttachedLosses(t *testing.T) {
	none := link.AttachedIP{Addresses: attr.Some(0), Routes: attr.Some(0), Neighbors: attr.Some(0), Sysctls: attr.Some(0)}
	for _, test := range []struct {
		name string
		a    link.Attached
		want link.Loss
	}{
		{"nothing known", link.Attached{}, link.LoseAddresses | link.LoseRoutes | link.LoseNeighbors | link.LoseSysctls | link.LosePortState | link.LoseQDisc | link.LoseAutoAddress},
		{"nothing there", link.Attached{IPv4: none, IPv6: none, Entries: attr.Some(0), QDiscs: attr.Some(0), AutoAddress: attr.Off}, 0},
		{"one thing", link.Attached{IPv4: none, IPv6: none, Entries: attr.Some(3), QDiscs: attr.Some(0), AutoAddress: attr.Off}, link.LosePortState},
	} {
		if got := test.a.Losses(); got != test.want {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}

// TestAttachedAllocs counts without allocating: a table of routes is long.
func TestAttachedAllocs(t *testing.T) {
	count := link.CountAttached(link.Links{{Index: 2, Address: hwa}})
	route := append([]byte{2, 24, 0, 0, 254, 4, 0, 1, 0, 0, 0, 0}, u32s(4, 2)...)
	entry := append([]byte{kind.AFBridge, 0, 0, 0, 2, 0, 0, 0, 0x80, 0x80, 0, 0}, mac6(2)...)
	if count(route) == 0 {
		t.Error("the route is not counted")
	}
	for name, b := range map[string][]byte{"route": route, "entry": entry} {
		if n := testing.AllocsPerRun(100, func() { count(b) }); n > 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

// TestAttachedBytes counts in bytes that no kernel sends: lengths that lie and
// messages that end anywhere.
func TestAttachedBytes(t *testing.T) {
	count := link.CountAttached(link.Links{{Index: 1, Name: "lo", Flags: link.FlagLoopback}, {Index: 2, Name: "vx0", Kind: &kind.VXLAN{}, Address: hwa}, {Index: 3, Master: link.Index(4)}})
	r := rand.New(rand.NewPCG(1, 2))
	counted := 0
	for range 200_000 {
		b := make([]byte, r.IntN(80))
		for i := range b {
			b[i] = byte(r.IntN(12)) // mostly short lengths, low numbers and small indexes
			if i%4 != 0 {
				b[i] &= byte(-r.IntN(2))
			}
		}
		counted += count(b)
	}
	if counted == 0 {
		t.Error("nothing was counted: the bytes are no test")
	}
}
