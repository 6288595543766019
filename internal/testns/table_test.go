package testns_test

import (
	"regexp"
	"runtime"
	"testing"

	"github.com/iplink-go/iplink/internal/testns"
)

// What the tables say must be sayable, on every system.
func TestFeatureTable(t *testing.T) {
	release := regexp.MustCompile(`^[5-9]\.(0|[1-9][0-9]*)$`)
	keys, features := make(map[string]bool), make(map[string]bool)
	for _, k := range testns.Kernels {
		if keys[k.Key] || !release.MatchString(k.Release) || k.GOARCH == "" {
			t.Errorf("kernel %+v is listed twice or incomplete", k)
		}
		keys[k.Key] = true
	}
	for _, f := range testns.Features {
		if features[f.Name] || f.Name == "" || f.Probe == nil {
			t.Errorf("feature %q is listed twice or incomplete", f.Name)
		}
		features[f.Name] = true
		if f.Since != "" && !release.MatchString(f.Since) {
			t.Errorf("%s: since %q is no release", f.Name, f.Since)
		}
		for key, reason := range f.Except {
			if !keys[key] || reason == "" {
				t.Errorf("%s: exception for %q: %q", f.Name, key, reason)
			}
		}
	}
}

// Nowhere is what the table says of every kernel, not what is merely too new.
func TestNowhere(t *testing.T) {
	nowhere := testns.Nowhere()
	for _, f := range testns.Features {
		somewhere, reason := false, ""
		for _, k := range testns.Kernels {
			somewhere = somewhere || f.In(k)
			reason += f.Except[k.Key]
		}
		if got, want := nowhere[f.Name], !somewhere && reason != ""; (got != "") != want {
			t.Errorf("%s: %q, want a reason: %v", f.Name, got, want)
		}
	}
	if nowhere["dsa"] == "" || nowhere["veth"] != "" {
		t.Errorf("%v", nowhere)
	}
}

// Releases are numbers, not text, and an exception turns either answer round.
func TestFeatureIn(t *testing.T) {
	for _, c := range []struct {
		since, release string
		except, want   bool
	}{
		{"", "5.10", false, true}, {"5.9", "5.10", false, true}, {"5.10", "5.10", false, true}, {"5.11", "5.10", false, false},
		{"6.12", "6.1", false, false}, {"6.7", "6.12", false, true}, {"6.16", "7.2", false, true},
		{"", "5.10", true, false}, {"6.12", "6.1", true, true},
	} {
		f := testns.Feature{Since: c.since}
		if c.except {
			f.Except = map[string]string{"key": "because"}
		}
		if got := f.In(testns.Kernel{Key: "key", Release: c.release, GOARCH: runtime.GOARCH}); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}
