package link_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/link"
)

// TestSpecString prints requests, by value and by pointer.
func TestSpecString(t *testing.T) {
	for _, tt := range []struct {
		name string
		spec link.Spec
		want string
	}{
		{"nothing", link.Spec{}, ""},
		{"name", link.Spec{Name: "x"}, "x: "},
		{"fields alone", link.Spec{Up: attr.On, Master: link.None}, "up on, master none"},
		{"kind and port data", link.Spec{
			Name: "v0", Up: attr.Off, Kind: &kind.Veth{Peer: attr.Some(kind.Peer{Name: "v1", MTU: attr.U32(5)})}, Port: &kind.BridgePort{Cost: attr.U32(7)},
		}, "veth v0: up off, peer { name v1 mtu 5 }, cost 7"},
		{"names and namespace", link.Spec{Name: "a", AltNames: []string{"b", "c"}, NetNS: kind.NetNSName("blue")}, "a: netns blue, altname b, altname c"},
		{"what a terminal would obey", link.Spec{Name: "a", Alias: attr.Some("\x1b[2J"), AltNames: []string{"\a"}}, `a: alias "\x1b[2J", altname "\a"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := fmt.Sprint(tt.spec); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
			if got := fmt.Sprint(&tt.spec); got != tt.want {
				t.Errorf("%q by pointer, want %q", got, tt.want)
			}
		})
	}
}

// TestStatsReportString prints what was reported and nothing else.
func TestStatsReportString(t *testing.T) {
	r := link.StatsReport{Index: 4, Groups: link.StatsLink}
	if got, want := fmt.Sprint(r), "index 4 filter_mask link"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestControlBytes prints a link whose texts somebody else has chosen.
func TestControlBytes(t *testing.T) {
	l := link.Link{Index: 1, Name: "a", Alias: attr.Some("red\x1b[31m\nnext"), AltNames: []string{"tab\t"}}
	got := l.String()
	for _, line := range []string{`    alias "red\x1b[31m\nnext"`, `    altname "tab\t"`} {
		if !strings.Contains(got, line) {
			t.Errorf("no line %q in\n%s", line, got)
		}
	}
}
