package link_test

import (
	"errors"
	"testing"
	"time"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/link"
)

// TestUnmet sets the system address of a bond, which not every report has: one
// that says that there is none is no confirmation.
func TestUnmet(t *testing.T) {
	lacp := attr.Some(kind.Bond8023AD)
	want := &link.Spec{Kind: &kind.Bond{ADActorSystem: attr.MustParseHWAddr("02:00:00:00:00:01")}}
	for name, tt := range map[string]struct {
		report kind.Bond
		unmet  int
	}{
		"silent": {kind.Bond{Mode: lacp}, 0},
		"none":   {kind.Bond{Mode: lacp, ADActorSystem: attr.MustParseHWAddr("00:00:00:00:00:00")}, 1},
		"other":  {kind.Bond{Mode: lacp, ADActorSystem: attr.MustParseHWAddr("02:00:00:00:00:02")}, 1},
		"set":    {kind.Bond{Mode: lacp, ADActorSystem: attr.MustParseHWAddr("02:00:00:00:00:01")}, 0},
	} {
		l := &link.Link{Kind: &tt.report}
		_, fields, err := link.DiffOf(l, want)
		if err != nil {
			t.Fatal(err)
		}
		if got := link.Unmet(l, fields); len(got) != tt.unmet {
			t.Errorf("%s: %d fields are not met, want %d", name, len(got), tt.unmet)
		}
	}
}

// TestMismatch says what differs even where that is written alike.
func TestMismatch(t *testing.T) {
	l := &link.Link{MTU: attr.U32(1500), Kind: &kind.CAN{RestartDelay: attr.Some(100 * time.Millisecond)}}
	why := errors.New("why")
	for name, tt := range map[string]struct {
		want link.Spec
		text string
	}{
		"one":     {link.Spec{MTU: attr.U32(1)}, "mtu: want 1, is 1500: why"},
		"two":     {link.Spec{MTU: attr.U32(1), Alias: attr.Some("a")}, "mtu: want 1, is 1500, alias: want a, is : why"},
		"alike":   {link.Spec{Kind: &kind.CAN{RestartDelay: attr.Some(100*time.Millisecond + 1)}}, "linkinfo.data.restart-ms: want 100.000001ms, is 100ms: why"},
		"nothing": {link.Spec{}, "why"},
	} {
		d, _, err := link.DiffOf(l, &tt.want)
		if err != nil {
			t.Fatal(err)
		}
		if err := link.Mismatch(d, link.StateOf(l), attr.Read, why); err.Error() != tt.text || !errors.Is(err, why) {
			t.Errorf("%s: %q, want %q", name, err, tt.text)
		}
	}
}
