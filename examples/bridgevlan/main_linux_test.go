package main

import (
	"reflect"
	"strings"
	"testing"

	"github.com/iplink-go/iplink/internal/testns"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/link"
)

func TestMain(m *testing.M) { testns.Main(m) }

// TestVLANs runs what the program runs, where the kernel can, and reads what
// came of it.
func TestVLANs(t *testing.T) {
	testns.Require(t, "vlan filtering")
	c, err := link.Open(link.Config{NetNS: testns.New(t)})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	var out strings.Builder
	pods := []container{{"a", 10, testns.New(t)}, {"b", 20, testns.New(t)}}
	if err := run(t.Context(), c, pods, &out); err != nil {
		t.Fatalf("%v\n%s", err, &out)
	}
	t.Logf("\n%s", &out)
	br, err := c.Get(t.Context(), link.Name("br0"))
	if err != nil || !br.Kind.(*kind.Bridge).VLANFiltering.Value() {
		t.Errorf("%v: %v", err, br)
	}
	for name, want := range map[string][]link.PortVLAN{
		"br0": nil, "uplink": {{ID: 10}, {ID: 20}}, "veth-a": {{Flags: link.VLANAccess, ID: 10}}, "veth-b": {{Flags: link.VLANAccess, ID: 20}},
	} {
		if got, err := c.VLANs(t.Context(), link.Name(name)); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v: %v, want %v", name, err, got, want)
		}
	}
	const printed = `+ bridge vlan show
br0: none
uplink: 10, 20
veth-a: 10 PVID Egress Untagged
veth-b: 20 PVID Egress Untagged
`
	if !strings.Contains(out.String(), printed) {
		t.Errorf("it does not print\n%s", printed)
	}
}
