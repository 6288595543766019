package golden

import (
	"slices"
	"strings"
	"testing"
)

func TestDiffJSON(t *testing.T) {
	for _, tt := range []struct {
		name      string
		got, want string
		allow     []Tolerance
		diff      string
	}{
		{"equal", `[{"ifindex":1,"a":[1,{"b":"c"}]}]`, `[{"a":[1,{"b":"c"}],"ifindex":1}]`, nil, ""},
		{"order of links", `[{"ifindex":1},{"ifindex":2}]`, `[{"ifindex":2},{"ifindex":1}]`, nil, ""},
		{"filtered links", `[{"ifindex":1}]`, `[{},{"ifindex":1},{}]`, nil, ""},
		{"missing link", `[]`, `[{"ifindex":1,"ifname":"lo"}]`, nil, "1(lo): missing"},
		{"extra link", `[{"ifindex":1,"ifname":"lo"}]`, `[]`, nil, "1(lo): not wanted"},
		{"twice", `[{"ifindex":1},{"ifindex":1}]`, `[]`, nil, "got: ifindex 1 occurs twice"},
		{"value", `[{"ifindex":1,"ifname":"lo","x":{"mtu":1}}]`, `[{"ifindex":1,"ifname":"lo","x":{"mtu":2}}]`, nil, "1(lo)/x/mtu: got 1, want 2"},
		{"absent", `[{"ifindex":1}]`, `[{"ifindex":1,"mtu":0}]`, nil, "/mtu: got nothing, want 0"},
		{"null is not absent", `[{"ifindex":1}]`, `[{"ifindex":1,"mtu":null}]`, nil, "/mtu: got nothing, want null"},
		{"number and string", `[{"ifindex":1,"a":1}]`, `[{"ifindex":1,"a":"1"}]`, nil, `/a: got 1, want "1"`},
		{"floats", `[{"ifindex":1,"a":1.50}]`, `[{"ifindex":1,"a":1.5}]`, nil, ""},
		{"large integers", `[{"ifindex":1,"a":9007199254740993}]`, `[{"ifindex":1,"a":9007199254740992}]`, nil, "/a: got"},
		{"flags", `[{"ifindex":1,"flags":["A","B"]}]`, `[{"ifindex":1,"flags":["B","A"]}]`, nil, `/flags/0: got "A", want "B"`},
		{"lengths", `[{"ifindex":1,"flags":["A"]}]`, `[{"ifindex":1,"flags":[]}]`, nil, `/flags: got ["A"], want []`},
		{"counter", `[{"ifindex":1,"stats64":{"rx":{"bytes":1}}}]`, `[{"ifindex":1,"stats64":{"rx":{"bytes":2}}}]`, LaterDump, ""},
		{"counter, same dump", `[{"ifindex":1,"stats64":{"rx":{"bytes":1}}}]`, `[{"ifindex":1,"stats64":{"rx":{"bytes":2}}}]`, nil, "bytes"},
		{"counter absent", `[{"ifindex":1,"stats64":{"rx":{}}}]`, `[{"ifindex":1,"stats64":{"rx":{"bytes":2}}}]`, LaterDump, "bytes"},
		{"null for true", `[{"ifindex":1,"linkinfo":{"info_data":{"gbp":null}}}]`, `[{"ifindex":1,"linkinfo":{"info_data":{"gbp":true}}}]`, OlderTool, ""},
		{"false for absent", `[{"ifindex":1,"linkinfo":{"info_data":{"l3miss":false}}}]`, `[{"ifindex":1,"linkinfo":{"info_data":{}}}]`, OlderTool, ""},
		{"absent for false", `[{"ifindex":1,"linkinfo":{"info_data":{}}}]`, `[{"ifindex":1,"linkinfo":{"info_data":{"l3miss":false}}}]`, OlderTool, "l3miss: got nothing, want false"},
		{"null for true, new tool", `[{"ifindex":1,"linkinfo":{"info_data":{"gbp":null}}}]`, `[{"ifindex":1,"linkinfo":{"info_data":{"gbp":true}}}]`, LaterDump, "gbp: got null, want true"},
		{"syntax", `[`, `[]`, nil, "got: "},
	} {
		d := strings.Join(DiffJSON([]byte(tt.got), []byte(tt.want), tt.allow...), "; ")
		if tt.diff == "" && d != "" || !strings.Contains(d, tt.diff) {
			t.Errorf("%s: %q, want %q", tt.name, d, tt.diff)
		}
	}
}

// TestCapturedJSON checks that captures are what DiffJSON expects.
func TestCapturedJSON(t *testing.T) {
	n := 0
	for _, folder := range []string{FolderLink, FolderDumps, FolderShow} {
		for _, c := range mustCases(t, folder) {
			for _, j := range []string{string(c.AfterJSON), c.Stdout} {
				if !strings.HasPrefix(j, "[{") || !strings.Contains(j, `"ifindex"`) {
					continue
				}
				n++
				if d := DiffJSON([]byte(j), []byte(j)); len(d) > 0 {
					t.Errorf("%s/%s: %q", folder, c.Name, d)
				}
			}
		}
	}
	if n < 280 {
		t.Errorf("%d captures hold JSON", n)
	}
}

func TestTolerancesHaveReasons(t *testing.T) {
	for _, tol := range slices.Concat(LaterDump, OlderTool) {
		if tol.Path == "" || tol.Allow == nil || tol.Reason == "" {
			t.Errorf("%+v", tol)
		}
	}
}
