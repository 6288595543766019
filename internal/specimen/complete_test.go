package specimen

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/iplink-go/iplink/internal/testns"
	"github.com/iplink-go/iplink/internal/uapi"
)

// Whatever can be said of a link is either set by TestSetAndRead of package
// link, which counts as skipped on a kernel that lacks it and may not be skipped
// on all, or there is a reason why it is not: Untested, Impossible, a feature
// that no kernel of the matrix has, or one of these.

// byOthers are attributes, and sets by how their names begin, that no subject
// has, with the test that has them.
var byOthers = map[string]string{
	"IFLA_PROP_LIST":   "messages of their own: TestAltNames",
	"IFLA_ALT_IFNAME":  "messages of their own: TestAltNames",
	"IFLA_NEW_IFINDEX": "only while a link moves: TestNetNS",

	"IFLA_INFO_KIND":       "said of every link: TestSetAndRead",
	"IFLA_INFO_SLAVE_DATA": "around what is said of ports: TestSetAndRead",

	"bridge-":            "requests of family AF_BRIDGE: TestBridgeRequests",
	"stats-getset-attrs": "requests for statistics: TestStatsRequests",
}

func TestComplete(t *testing.T) {
	table, err := uapi.Load()
	if err != nil {
		t.Fatal(err)
	}
	has := tried(t, table)
	used := map[string]bool{}
	for _, r := range table.Rows {
		if r.Dir&(uapi.Created|uapi.Set) == 0 || r.Alias {
			continue
		}
		other := otherTest(r)
		switch {
		case has[r] && byOthers[other] != "":
			t.Errorf("%s is tried, and in the table of others", r.Constant)
		case !has[r] && other == "":
			t.Errorf("%s of %s is tried by no subject", r.Constant, r.Set)
		}
		used[other] = true
	}
	for name, reason := range byOthers {
		if !used[name] {
			t.Errorf("%s: there is none", name)
		}
		namesTest(t, name, reason)
	}
}

// otherTest returns the key of byOthers for a row, "" if there is none.
func otherTest(r *uapi.Row) string {
	for name := range byOthers {
		if r.Constant == name || strings.HasPrefix(r.Set, name) {
			return name
		}
	}
	return ""
}

// tried returns the rows that subjects have: themselves, inside one that is set
// as a whole, or around one.
func tried(t *testing.T, table *uapi.Table) map[*uapi.Row]bool {
	has := map[*uapi.Row]bool{}
	var inside func(*uapi.Row)
	inside = func(r *uapi.Row) {
		if r == nil || has[r] {
			return
		}
		has[r] = true
		for _, in := range table.SetRows(r.Nested) {
			inside(in)
		}
	}
	for _, s := range mustSubjects(t) {
		for _, a := range s.mustAttrs(t) {
			inside(a.row)
		}
	}
	for again := true; again; {
		again = false
		for _, r := range table.Rows {
			if !has[r] && hasInside(table, has, r) {
				has[r], again = true, true
			}
		}
	}
	return has
}

// hasInside reports whether one of the attributes of a nest is there. The column
// of those that hold several sets names them in a sentence.
func hasInside(table *uapi.Table, has map[*uapi.Row]bool, nest *uapi.Row) bool {
	text := strings.ReplaceAll(nest.NestedText, "<kind>", "bridge")
	for _, word := range strings.FieldsFunc(text, func(c rune) bool { return strings.ContainsRune(" ,;:{}()", c) }) {
		if slices.ContainsFunc(table.SetRows(word), func(r *uapi.Row) bool { return has[r] }) {
			return true
		}
	}
	return false
}

var testRE = regexp.MustCompile(`\bTest\w+`)

// namesTest fails the test if a reason names a test that there is not.
func namesTest(t *testing.T, what, reason string) {
	t.Helper()
	name := testRE.FindString(reason)
	if name == "" {
		t.Errorf("%s: %q names no test", what, reason)
		return
	}
	files, err := filepath.Glob("../../link/*_test.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("no tests: %v", err)
	}
	for _, f := range files {
		if b, err := os.ReadFile(f); err != nil {
			t.Fatal(err)
		} else if strings.Contains(string(b), "func "+name+"(") {
			return
		}
	}
	t.Errorf("%s: there is no %s", what, name)
}

// TestUntested prints everything that is not set, with the reason.
func TestUntested(t *testing.T) {
	nowhere := testns.Nowhere()
	for _, s := range mustSubjects(t) {
		reason := s.Impossible
		for _, n := range s.Needs {
			if reason == "" && nowhere[n] != "" {
				reason = "no kernel has " + n + ": " + nowhere[n]
			}
		}
		if reason != "" {
			t.Logf("%s: %s", s.Name, reason)
			continue
		}
		for _, a := range s.mustAttrs(t) {
			if !a.Untested {
				continue
			}
			t.Logf("%s %s: %s", s.Name, a.Name, a.Why)
			if strings.HasPrefix(a.Why, elsewhere) {
				namesTest(t, s.Name+" "+a.Name, a.Why)
			}
		}
	}
}
