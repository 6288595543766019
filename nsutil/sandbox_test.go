package nsutil

import "testing"

func TestSetupText(t *testing.T) {
	want := setup{report: 3, parent: 12345, net: "net:[4026531840]", mnt: "mnt:[4026531841]"}
	if got, err := parseSetup(want.String()); got != want || err != nil {
		t.Errorf("parseSetup(%q) = %+v, %v, want %+v", want, got, err, want)
	}
	for _, bad := range []string{"", "setup", "setup 3", "setup 3 4 net", "setup x 4 net mnt"} {
		if _, err := parseSetup(bad); err == nil {
			t.Errorf("parseSetup(%q) has no error", bad)
		}
	}
}
