package link_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/link"
)

// Counters that come beside a kind's data (IFLA_INFO_XSTATS).

// canCounters is a struct can_device_stats, and what it says.
var canCounters = counting(6, 4)
var canStats = &kind.CANStats{BusErrors: 1, ErrorWarning: 2, ErrorPassive: 3, BusOff: 4, ArbitrationLost: 5, Restarts: 6}

func reportInfo(parts ...[]byte) []byte { return report(info(parts...)) }

func TestKindStats(t *testing.T) {
	counters := func(b []byte) []byte { return attr.AppendBytes(nil, 3, b) }
	for _, tt := range []struct {
		name    string
		in      []byte
		want    kind.Stats
		unknown int // bytes in UnknownInfo
	}{
		{"can", reportInfo(kindName("can"), counters(canCounters)), canStats, 0},
		{"before the name", reportInfo(counters(canCounters), kindName("can")), canStats, 0},
		{"longer", reportInfo(kindName("can"), counters(append(canCounters[:24:24], 7, 7, 7, 7))), canStats, 0},
		{"zero", reportInfo(kindName("can"), counters(make([]byte, 24))), new(kind.CANStats), 0},
		{"none", reportInfo(kindName("can")), nil, 0},
		{"kind without counters", reportInfo(kindName("bond"), counters(canCounters)), nil, 28},
		{"kind without a type", reportInfo(kindName("acme"), counters([]byte("not attributes"))), nil, 20},
		{"no kind", reportInfo(counters(canCounters)), nil, 28},
	} {
		t.Run(tt.name, func(t *testing.T) {
			fresh := new(link.Link)
			used := &link.Link{Kind: &kind.CAN{}, KindStats: &kind.CANStats{Restarts: 99}}
			for _, l := range []*link.Link{fresh, used} {
				if err := link.Decode(tt.in, l); err != nil {
					t.Fatal(err)
				}
				if !reflect.DeepEqual(l.KindStats, tt.want) || len(l.UnknownInfo) != tt.unknown {
					t.Errorf("got %+v and %x", l.KindStats, l.UnknownInfo)
				}
				if c := l.Clone(); !reflect.DeepEqual(c.KindStats, tt.want) || c.KindStats != nil && c.KindStats == l.KindStats {
					t.Errorf("clone has %+v", c.KindStats)
				}
				out, err := attr.Scope{New: new(kind.Registry).New, Report: true}.Append(nil, l)
				again := new(link.Link)
				if err := link.Decode(out, again); err != nil || !reflect.DeepEqual(again.KindStats, tt.want) {
					t.Errorf("written as %x: %+v, %v", out, again.KindStats, err)
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	if err := link.Decode(reportInfo(kindName("can"), counters(canCounters[:20])), new(link.Link)); err == nil {
		t.Error("a shorter struct is accepted, which no kernel sends")
	}
}

// TestKindStatsShown writes them as iproute2 does (ip/iplink_can.c).
func TestKindStatsShown(t *testing.T) {
	l := link.Link{Name: "can0", Kind: &kind.CAN{}, KindStats: canStats}
	b, err := json.Marshal(l)
	if err != nil {
		t.Fatal(err)
	}
	const want = `"linkinfo":{"info_kind":"can","info_xstats":{"restarts":6,"bus_error":1,"arbitration_lost":5,"error_warning":2,"error_passive":3,"bus_off":4}}`
	if !strings.Contains(string(b), want) {
		t.Errorf("%s\nlacks %s", b, want)
	}
	words := strings.Join(strings.Fields(l.String()), " ")
	if want := "re-started bus-errors arbit-lost error-warn error-pass bus-off 6 1 5 2 3 4"; !strings.Contains(words, want) {
		t.Errorf("%s\nlacks %s", l, want)
	}
	in := reportInfo(kindName("can"), attr.AppendBytes(nil, 3, canCounters))
	if tree := (attr.Scope{New: new(kind.Registry).New}).Dump(in, new(link.Link)); !strings.Contains(tree, "re-started") {
		t.Errorf("a dump does not name them:\n%s", tree)
	}
}

// acmeStats are counters of a kind from outside.
type acmeStats struct{ kind.CANStats }

func (*acmeStats) Kind() string { return "acme" }

// TestKindStatsRegistered gives a client's registry the type of counters.
func TestKindStatsRegistered(t *testing.T) {
	own := &kind.Registry{Stats: func(name string) kind.Stats {
		if name == "acme" {
			return new(acmeStats)
		}
		return nil
	}}
	for _, name := range []string{"acme", "can"} {
		in := reportInfo(kindName(name), attr.AppendBytes(nil, 3, canCounters))
		var l link.Link
		if err := (attr.Scope{New: own.New}).Decode(in, &l); err != nil {
			t.Fatal(err)
		}
		if l.KindStats == nil || l.KindStats.Kind() != name || !strings.Contains(fmt.Sprintf("%+v", l.KindStats), "Restarts:6") {
			t.Errorf("%s: %+v", name, l.KindStats)
		}
	}
}
