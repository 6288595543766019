package kind_test

import (
	"errors"
	"math"
	"testing"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
)

// TestNetNSName wants a name refused where a number is needed.
func TestNetNSName(t *testing.T) {
	for _, only := range []attr.Dir{0, attr.Create, attr.Set} {
		sc := scope
		sc.Only = only
		_, err := sc.Append(nil, &kind.Peer{NetNS: kind.NetNSName("blue")})
		var e *attr.Error
		if !errors.As(err, &e) || !errors.Is(err, attr.ErrUnresolved) || e.Path != "netns" {
			t.Errorf("%v: %v", only, err)
		}
	}
	used := kind.Peer{NetNS: kind.NetNSName("blue")}
	if c := attr.Clone(&used); *c != used {
		t.Errorf("a clone is %+v", c)
	}
	if attr.IsZero(&used) || scope.Decode(make([]byte, 16), &used) != nil || !attr.IsZero(&used) {
		t.Errorf("after an empty message: %+v", used)
	}
}

// TestNetNS wants every number sent as it is, or refused by name.
func TestNetNS(t *testing.T) {
	beyond := math.MinInt // where int has 32 bits, nothing is too large
	if bits := 32; math.MaxInt > math.MaxInt32 {
		beyond = 1<<bits + 3 // which would be cut to 3
	}
	for _, tt := range []struct {
		name string
		make func(int) kind.NetNS
		of   func(kind.NetNS) (int64, bool)
		low  int
	}{
		{"netns-fd", kind.NetNSFD, func(n kind.NetNS) (int64, bool) { v, ok := n.FD.Get(); return int64(v), ok }, 0},
		{"netns-pid", kind.NetNSPID, func(n kind.NetNS) (int64, bool) { v, ok := n.PID.Get(); return int64(v), ok }, 1},
		{"target-netnsid", kind.NetNSID, func(n kind.NetNS) (int64, bool) { v, ok := n.ID.Get(); return int64(v), ok }, 0},
	} {
		for _, n := range []int{tt.low, 7, math.MaxInt32} {
			p := kind.Peer{NetNS: tt.make(n)}
			b, err := scope.Append(nil, &p)
			if err != nil {
				t.Fatalf("%s %d: %v", tt.name, n, err)
			}
			var got kind.Peer
			if err := scope.Decode(b, &got); err != nil {
				t.Fatal(err)
			}
			if v, ok := tt.of(got.NetNS); !ok || v != int64(n) || got.NetNS != p.NetNS {
				t.Errorf("%s %d is sent as %d", tt.name, n, v)
			}
		}
		for _, n := range []int{-1, tt.low - 1, math.MinInt, beyond} {
			_, err := scope.Append(nil, &kind.Peer{NetNS: tt.make(n)})
			var e *attr.Error
			if !errors.As(err, &e) || !errors.Is(err, attr.ErrRange) || e.Path != tt.name {
				t.Errorf("%s %d: %v", tt.name, n, err)
			}
		}
	}
}
