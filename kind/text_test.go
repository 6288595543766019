package kind_test

import (
	"encoding/json"
	"testing"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
)

// TestEnumJSON writes values in structs of programs as JSON and reads them
// back: in words, and numbers where there is no word.
func TestEnumJSON(t *testing.T) {
	type config struct {
		Mode, New kind.MacvlanMode
		Modes     attr.Opt[kind.CANModes]
		None      kind.CANModes
		ByName    map[kind.BondMode]int
		Lower     []attr.Ref
	}
	in := config{
		Mode: kind.MacvlanBridge, New: 1 << 20, Modes: attr.Some(kind.CANModes(3)), ByName: map[kind.BondMode]int{kind.Bond8023AD: 1},
		Lower: []attr.Ref{attr.RefName("eth0"), attr.RefIndex(7), attr.NoRef, {}},
	}
	b, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"Mode":"bridge","New":"1048576","Modes":"LOOPBACK,LISTEN-ONLY","None":"","ByName":{"802.3ad":1},"Lower":["eth0",7,0,null]}`
	if string(b) != want {
		t.Errorf("%s, want %s", b, want)
	}
	var out config
	if err := json.Unmarshal(b, &out); err != nil {
		t.Fatal(err)
	}
	if again, err := json.Marshal(out); err != nil || string(again) != want || out.Mode != in.Mode || out.New != in.New || out.Lower[3].IsSet() {
		t.Errorf("%s, %v: %+v", again, err, out)
	}
	for _, bad := range []string{`-1`, `1.5`, `4294967296`, `true`, `{}`} {
		if err := json.Unmarshal([]byte(bad), new(attr.Ref)); err == nil {
			t.Errorf("%s is read as a reference", bad)
		}
	}
}
