package kind_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/golden"
	"github.com/iplink-go/iplink/kind"
)

// Kind and port data against what kernels reported and iproute2 made of it,
// and against what iproute2 asks for.

const (
	nlmsgHdrLen  = 16
	ifInfoMsgLen = 16
	offIfIndex   = nlmsgHdrLen + 4

	iflaIfname   = 3
	iflaLinkInfo = 18

	infoKind, infoData, infoPortKind, infoPortData = 1, 2, 4, 5
)

// A captured link is what a message says about kind and port.
type captured struct {
	index      uint32
	name       string
	kind, port attr.Named
	// data and portData are the bytes of kind and port.
	data, portData []byte
}

// capture reads a link message; kinds and ports without a type are nil.
func capture(m []byte) (c captured) {
	c.index = binary.NativeEndian.Uint32(m[offIfIndex:])
	for t, p := range attr.All(m[nlmsgHdrLen+ifInfoMsgLen:]) {
		switch t {
		case iflaIfname:
			c.name = attr.ReadString(p)
		case iflaLinkInfo:
			c.linkInfo(p)
		}
	}
	return c
}

func (c *captured) linkInfo(b []byte) {
	for t, p := range attr.All(b) {
		switch name := attr.ReadString(p); t {
		case infoKind:
			if slices.Contains(kind.Names(), name) {
				c.kind = kind.New(name)
			}
		case infoPortKind:
			if slices.Contains(kind.PortNames(), name) {
				c.port = kind.NewPort(name)
			}
		case infoData:
			c.data = p
		case infoPortData:
			c.portData = p
		}
	}
}

func (c *captured) each(f func(attr.Named, []byte)) {
	if c.kind != nil {
		f(c.kind, c.data)
	}
	if c.port != nil {
		f(c.port, c.portData)
	}
}

// linksJSON writes what iproute2 does, as far as kinds and ports go.
func linksJSON(t *testing.T, links []captured) []byte {
	t.Helper()
	p := attr.Printer{LinkName: func(i uint32) string {
		for _, l := range links {
			if l.index == i {
				return l.name
			}
		}
		return ""
	}}
	list := []attr.Object{}
	for _, l := range links {
		info := new(attr.Object)
		l.each(func(s attr.Named, b []byte) {
			if err := scope.Decode(b, s); err != nil {
				t.Errorf("%s: %v", l.name, err)
			}
			key, data := "info_kind", "info_data"
			if s == l.port {
				key, data = "info_slave_kind", "info_slave_data"
			}
			info.Set(key, s.Kind())
			if o := p.Object(s); len(o) > 0 {
				info.Set(data, o)
			}
		})
		if len(*info) > 0 {
			list = append(list, attr.Object{{Key: "ifindex", Value: l.index}, {Key: "ifname", Value: l.name}, {Key: "linkinfo", Value: info}})
		}
	}
	b, err := json.Marshal(list)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// onlyTyped takes from iproute2's JSON what linksJSON writes.
func onlyTyped(t *testing.T, b []byte) []byte {
	t.Helper()
	var links []map[string]json.RawMessage
	if err := json.Unmarshal(b, &links); err != nil {
		t.Fatal(err)
	}
	list := []map[string]any{}
	for _, l := range links {
		var info map[string]json.RawMessage
		_ = json.Unmarshal(l["linkinfo"], &info) // absent for links without a kind
		out := map[string]any{}
		for _, x := range []struct {
			kind, data string
			names      []string
		}{{"info_kind", "info_data", kind.Names()}, {"info_slave_kind", "info_slave_data", kind.PortNames()}} {
			var name string
			_ = json.Unmarshal(info[x.kind], &name)
			if !slices.Contains(x.names, name) {
				continue
			}
			out[x.kind] = name
			if data := info[x.data]; data != nil && string(data) != "{}" {
				out[x.data] = data
			}
		}
		if len(out) > 0 {
			list = append(list, map[string]any{"ifindex": l["ifindex"], "ifname": l["ifname"], "linkinfo": out})
		}
	}
	b, err := json.Marshal(list)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func compareJSON(t *testing.T, name string, messages []golden.Hex, want []byte, tolerances ...golden.Tolerance) (n int) {
	t.Helper()
	var links []captured
	for _, b := range messages {
		for m := range golden.Split(binary.NativeEndian, b) {
			if len(m) >= nlmsgHdrLen+ifInfoMsgLen {
				links = append(links, capture(m))
			}
		}
	}
	got := linksJSON(t, links)
	for _, d := range golden.DiffJSON(got, onlyTyped(t, want), tolerances...) {
		t.Errorf("%s: %s", name, d)
	}
	return bytes.Count(got, []byte("_data"))
}

func TestGoldenJSON(t *testing.T) {
	n := 0
	if golden.Native(golden.Order) {
		cases, err := golden.Cases(golden.FolderLink)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range cases {
			if c.AfterJSON != nil {
				n += compareJSON(t, c.Name, c.AfterDump, c.AfterJSON)
			}
		}
	}
	for _, version := range golden.Versions {
		k, err := golden.LoadKernel(version)
		if err != nil {
			t.Fatal(err)
		}
		if !golden.Native(k.Order) {
			continue
		}
		for _, c := range k.Cases {
			n += compareJSON(t, version+"/"+c.Name, c.Dump, c.JSON, golden.LaterDump...)
		}
	}
	if n < 100 {
		t.Errorf("only %d links compared", n)
	}
	t.Logf("%d links compared", n)
}

// shorter are requests that say the same in fewer attributes.
var shorter = map[string]string{
	"ip link set mv0 type macvlan macaddr set": "an empty list of addresses is left out: the command alone empties it",
}

// TestGoldenRequests reads iproute2's requests and writes them again: the
// attributes must be the same, in any order.
func TestGoldenRequests(t *testing.T) {
	if !golden.Native(golden.Order) {
		t.Skip("the requests were captured on a little-endian machine")
	}
	cases, err := golden.Cases(golden.FolderLink)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, c := range cases {
		if len(c.Request) < nlmsgHdrLen+ifInfoMsgLen || c.RequestType != "RTM_NEWLINK" {
			continue
		}
		link := capture(c.Request)
		link.each(func(s attr.Named, want []byte) {
			n++
			if err := scope.Decode(want, s); err != nil {
				t.Errorf("%s: %v", c.Command, err)
				return
			}
			got, err := scope.Append(nil, s)
			if err != nil {
				// The kernel refused it too, or the limits are wrong.
				if c.Errno == 0 {
					t.Errorf("%s: %v", c.Command, err)
				}
				return
			}
			fields := describe(t, s)
			if same := bytes.Equal(canonical(got, fields), canonical(want, fields)); same == (shorter[c.Command] != "") {
				t.Errorf("%s:\ngot  %s\nwant %s", c.Command, attr.Dump(got, s), attr.Dump(want, s))
			}
		})
	}
	if n < 100 {
		t.Errorf("only %d requests compared", n)
	}
	t.Logf("%d requests compared", n)
}

// canonical returns the attributes of b in an order that does not depend on
// the sender's, those of nests too, without flag bits.
func canonical(b []byte, fields []attr.Field) []byte {
	h := headerLen(fields)
	var list []string
	for t, p := range attr.All(b[h:]) {
		if f := find(fields, t); f != nil && f.Wire == attr.WireNest && !isList(f) {
			p = canonical(p, f.Fields)
		}
		list = append(list, string(attr.AppendBytes(nil, t, p)))
	}
	slices.Sort(list)
	return append(b[:h:h], strings.Join(list, "")...)
}
