package link_test

import (
	"testing"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/golden"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/link"
)

// TestNoAllocations reads every captured message into a Link that has read it
// before, and writes it and its Spec into a buffer that is large enough.
func TestNoAllocations(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector empties pools at random")
	}
	n := 0
	for name, m := range golden.Messages() {
		if n++; n%20 != 0 && testing.Short() {
			continue
		}
		var l link.Link
		if err := link.Decode(body(m), &l); err != nil {
			t.Fatal(err)
		}
		s := l.Spec()
		buf := make([]byte, 0, 2*len(m)+4096)
		for what, f := range map[string]func(){
			"Decode":       func() { _ = link.Decode(body(m), &l) },
			"AppendReport": func() { _, _ = link.AppendReport(buf, &l) },
			"Append":       func() { _, _ = link.Append(buf, s) },
		} {
			if a := testing.AllocsPerRun(5, f); a != 0 {
				t.Errorf("%s: %s allocates %v times", name, what, a)
			}
		}
	}
}

// TestNoAllocationsInBridgeViews reads what the kernel says of the ports of
// bridges in its messages of family AF_BRIDGE, in which the kind is not named.
func TestNoAllocationsInBridgeViews(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector empties pools at random")
	}
	var views [2][]byte
	for i := range views {
		views[i] = report(attr.AppendBytes(nil, iflaProtInfo|attr.Nested, raw(1, byte(i))))
		views[i][0] = kind.AFBridge
	}
	var l link.Link
	if a := testing.AllocsPerRun(100, func() {
		for i, b := range views {
			if err := link.Decode(b, &l); err != nil {
				t.Fatal(err)
			}
			if p, ok := l.Port.(*kind.BridgePort); !ok || p.State != attr.Some(kind.PortState(i)) {
				t.Fatalf("%+v", l.Port)
			}
		}
	}); a != 0 {
		t.Errorf("%v allocations", a)
	}
}

// TestNoAllocationsInDumps reads whole dumps into one Link, as a client does
// that iterates: nothing is allocated for links of the same kinds, with the
// same strings, whatever else changes.
func TestNoAllocationsInDumps(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector empties pools at random")
	}
	var l link.Link
	var messages [][]byte
	for _, m := range golden.Messages() {
		if err := link.Decode(body(m), &l); err == nil && l.Name == "lo" && l.QDisc == "noop" {
			messages = append(messages, body(m))
		}
	}
	if len(messages) < 50 {
		t.Fatalf("only %d messages about lo", len(messages))
	}
	if a := testing.AllocsPerRun(5, func() {
		for _, m := range messages {
			_ = link.Decode(m, &l)
		}
	}); a != 0 {
		t.Errorf("%d messages about one link: %v allocations", len(messages), a)
	}
}
