package link_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/iplink-go/iplink/internal/golden"
	"github.com/iplink-go/iplink/internal/rtnl"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/link"
)

// Reports: what iproute2's JSON says of bytes, ours must say of the same
// bytes, field by field.

// untyped drops from a list of JSON differences those inside the data of
// kinds that have no type: what iproute2 makes of it, and what only we show.
func untyped(links link.Links, diffs []string) []string {
	return slices.DeleteFunc(diffs, func(d string) bool {
		for i := range links {
			l := &links[i]
			at := fmt.Sprintf("%d(%s)/linkinfo/", l.Index, l.Name)
			_, opaque := l.Kind.(*kind.Opaque)
			_, opaquePort := l.Port.(*kind.OpaquePort)
			key, inData := strings.CutPrefix(d, at)
			if inData && (opaque && hasPrefix(key, "info_data", "info_raw") || opaquePort && hasPrefix(key, "info_slave_data", "info_slave_raw")) {
				return true
			}
		}
		return false
	})
}

func hasPrefix(s string, prefixes ...string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(s, p) })
}

// decodeAll decodes the link messages among the datagrams.
func decodeAll(t *testing.T, datagrams []golden.Hex) link.Links {
	t.Helper()
	var links link.Links
	for _, d := range datagrams {
		for m, err := range rtnl.Messages(d) {
			if err != nil {
				t.Fatal(err)
			}
			if m.Type != rtnl.NewLink {
				continue
			}
			links = append(links, link.Link{})
			l := &links[len(links)-1]
			if err := link.Decode(m.Payload, l); err != nil {
				t.Fatalf("%v\n%s", err, link.Dump(m.Payload))
			}
			checkReport(t, m.Payload, l)
		}
	}
	return links
}

// checkReport shows that nothing of a report is lost: written again and read
// again it is the same.
func checkReport(t *testing.T, b []byte, l *link.Link) {
	t.Helper()
	out, err := link.AppendReport(nil, l)
	if err != nil {
		t.Fatal(err)
	}
	var again link.Link
	if err := link.Decode(out, &again); err != nil {
		t.Fatalf("%v\n%s", err, link.Dump(out))
	}
	if !reflect.DeepEqual(*l, again) {
		t.Errorf("written again it reads as\n%s\nnot\n%s", link.Dump(out), link.Dump(b))
	}
}

func diffJSON(t *testing.T, links link.Links, want []byte, tolerances ...golden.Tolerance) {
	t.Helper()
	got, err := json.Marshal(links)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range untyped(links, golden.DiffJSON(got, want, tolerances...)) {
		t.Error(d)
	}
}

func TestGoldenStates(t *testing.T) {
	if !golden.Native(golden.Order) {
		t.Skip("captures are little-endian")
	}
	cases, err := golden.Cases("link")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, c := range cases {
		if len(c.AfterDump) == 0 || len(c.AfterJSON) == 0 {
			continue
		}
		n++
		t.Run(c.Name, func(t *testing.T) { diffJSON(t, decodeAll(t, c.AfterDump), c.AfterJSON, withoutDetails...) })
	}
	t.Logf("%d states", n)
}

func TestGoldenKernels(t *testing.T) {
	for _, version := range golden.Versions {
		k, err := golden.LoadKernel(version)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(version, func(t *testing.T) {
			if !golden.Native(k.Order) {
				t.Skip("captures are of the other byte order")
			}
			for _, c := range k.Cases {
				t.Run(c.Name, func(t *testing.T) {
					diffJSON(t, decodeAll(t, c.Dump), c.JSON, append(later[version+"/"+c.Name], golden.LaterDump...)...)
				})
			}
			t.Logf("%d cases", len(k.Cases))
		})
	}
}

// later allows for what the kernel changed between the dump whose bytes were
// captured and the one that was printed, and for a fault of ip.
var later = map[string][]golden.Tolerance{
	"6.12-s390x/set_macvlan_protodown_and_reason": {
		{Path: "proto_down_reason", Allow: onlyOurs, Reason: "of the reason ip reads its first byte, which is the highest there"},
	},
	"6.1/set_brslave_state_1": {
		{Path: "flags", Allow: both, Reason: "the bridge lost its carrier when its port left forwarding"},
		{Path: "operstate", Allow: both, Reason: "the bridge lost its carrier when its port left forwarding"},
	},
}

func both(got, want any) bool { return got != nil && want != nil }

// withoutDetails allows for what ip shows by options that a capture was made
// without, and for what it asks the kernel for besides the message.
var withoutDetails = []golden.Tolerance{
	{Path: "stats64", Allow: onlyOurs, Reason: "printed without -s"},
	{Path: "xdp/*", Allow: onlyTheirs, Reason: "ip asks the BPF system calls about the program"},
	{Path: "xdp/prog/*", Allow: onlyTheirs, Reason: "ip asks the BPF system calls about the program"},
	{Path: "xdp/attached/*/prog/*", Allow: onlyTheirs, Reason: "ip asks the BPF system calls about the program"},
}

func onlyOurs(_, want any) bool  { return want == nil }
func onlyTheirs(got, _ any) bool { return got == nil }
