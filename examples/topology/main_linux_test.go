package main

import (
	"strings"
	"testing"

	"github.com/iplink-go/iplink/internal/testns"
	"github.com/iplink-go/iplink/link"
)

func TestMain(m *testing.M) { testns.Main(m) }

// TestFiles runs what the program runs, and reads what it prints.
func TestFiles(t *testing.T) {
	testns.Require(t, "macvlan", "vxlan")
	c, err := link.Open(link.Config{NetNS: testns.New(t)})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	files, err := read([]string{"first.json", "second.json", "refused.json"}, own.ReadFile)
	if err != nil {
		t.Fatal(err)
	}
	printed := func(f file, dryRun bool) string {
		var out strings.Builder
		if err := run(t.Context(), c, f, &out, dryRun, link.Allow(0)); err != nil {
			t.Fatalf("%v\n%s", err, &out)
		}
		return out.String()
	}
	plan := printed(files[0], true)
	for i, want := range []string{`
  9 messages
# first.json: once more
  0 messages
nothing to do
`, `
- delete vxlan42 (loses attached)
# second.json: applied
  step 1, rename macvlan0: done
  step 2, change br0: done
  step 3, change veth-pod: done
  step 4, change pod0: done
  step 5, delete vxlan42: done
  5 messages
# second.json: once more
  0 messages
nothing to do
`, `
  step 3, change pod0: failed
  why: apply pod0: address: Address already in use; the address is that of eth0, the link below, or of another link on it
  undone: create vxlan vxlan7
  undone: set br0 kind bridge ageing_time 30s
  is everything as it was? true
  is the plan the same? true
`} {
		out := printed(files[i], false)
		if !strings.HasSuffix(out, want) {
			t.Errorf("%s: it prints\n%s\nand not at the end\n%s", files[i].name, out, want)
		}
		if i == 0 && !strings.HasPrefix(out, plan) {
			t.Errorf("the dry run prints\n%s\nand then it does\n%s", plan, out)
		}
	}
}

// TestUnknownKey: a slip of the pen in a file is not left out of the account.
func TestUnknownKey(t *testing.T) {
	_, err := read([]string{"x.json"}, func(string) ([]byte, error) { return []byte(`{"links": [{"ifname": "br0", "mut": 1400}]}`), nil })
	if err == nil || !strings.Contains(err.Error(), "links[0].mut: unknown key") {
		t.Error(err)
	}
}
