package attr_test

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/iplink-go/iplink/attr"
)

// dumpText is what a dump of dumped is, a message with something of everything.
const dumpText = `family 0
18 linkinfo (88 bytes)
  1 kind "netkit"
  2 data (72 bytes)
    1 peer (60 bytes)
      index 7 flags 0x1/0x1
      1 address 02:00:00:00:00:01
      3 name "nk1"
      4 mtu 9000
      99 (12 bytes)
        1 "inside"
    4 mode 1
22 vfs (56 bytes)
  1 (52 bytes)
    1 mac 030000000200000000010000000000000000000000000000000000000000000000000000
    4 spoofchk 0300000001000000
26 af_spec (28 bytes)
  2 inet (12 bytes)
    1 conf 0800010001000000
  10 inet6 (8 bytes)
    8 addrgenmode 1
5 macs (12 bytes)
  4 02:00:00:00:00:02
53 altname "one"
40 group 239.1.1.1
42 flags 0x2/0x6
300 010203
301 (empty)
302 123456
303 "text"
(truncated: 05000100)
`

func dumped() []byte {
	inside := attr.Raw(tlv(99|nest, tlv(1, "inside\x00")))
	m := &message{
		Link: &netkit{Mode: attr.Some(mode(1)), Peer: attr.Some(peer{Index: 7, Up: attr.On, Name: "nk1", MTU: attr.U32(9000), Address: mac1, Unknown: inside})},
		VFs:  []vf{{Number: 3, MAC: attr.Some(mac1), Spoof: attr.On}}, GenMode: attr.U8(1),
		MACs: []attr.HWAddr{mac2}, Names: []string{"one"}, Group: netip.MustParseAddr("239.1.1.1"), GVRP: attr.On, Loose: attr.Off,
	}
	m.Conf.Put(1, 1)
	b, err := scope.Append(nil, m)
	if err != nil {
		panic(err)
	}
	return append(b, tlv(300, "\x01\x02\x03")+tlv(301)+tlv(302, host(4, 123456))+tlv(303, "text\x00")+host(2, 5)+host(2, 1)...)
}

func TestDump(t *testing.T) {
	want := dumpText
	if host(2, 1) == "\x00\x01" { // payloads without a form are shown as they are
		want = strings.NewReplacer("1 mac 03000000", "1 mac 00000003", "0300000001000000", "0000000300000001", "05000100", "00050001",
			"1 conf 0800010001000000", "1 conf 0008000100000001").Replace(want)
	}
	if got := scope.Dump(dumped(), new(message)); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// TestDumpWithoutList shows numbers, and nests by their flag.
func TestDumpWithoutList(t *testing.T) {
	in := tlv(1, "\x07") + tlv(2|nest, tlv(3, "ab\x00"), tlv(4, "\x01\x02\x03")) + tlv(5, tlv(6))
	const want = "1 7\n2 (16 bytes)\n  3 \"ab\"\n  4 010203\n5 "
	if got := attr.Dump([]byte(in), nil); !strings.HasPrefix(got, want) {
		t.Errorf("got\n%s", got)
	}
	if got := attr.Dump(nil, new(message)); got != "\n" { // half a message still dumps
		t.Errorf("a dump of nothing is %q", got)
	}
}

// TestDumpForms has payloads of every wire form.
func TestDumpForms(t *testing.T) {
	for _, tt := range []struct {
		s    attr.Struct
		want string
	}{
		{set[l1](attr.U8(200)), "200"}, {set[l2](attr.U16(20000)), "20000"}, {set[l4](attr.U64(1 << 40)), "1099511627776"},
		{set[l5](attr.I32(-2)), "-2"}, {set[l6](attr.U16(4789)), "4789"}, {set[l7](attr.U32(100000)), "100000"},
		{set[l8](attr.U64(5)), "5"}, {set[l11](attr.On), "(empty)"}, {set[l13](attr.U64(7)), "7"}, {set[l18]("a\tb"), `"a\tb"`},
		{set[l21]("\xff\x00"), "ff00"}, {set[l25](ip6), "2001:db8::1"}, {set[l27](ip6), "2001:db8::1"}, {set[l28](attr.RefIndex(9)), "9"},
	} {
		b, err := attr.Append(nil, tt.s)
		if got := attr.Dump(b, tt.s); err != nil || got != "1 v "+tt.want+"\n" {
			t.Errorf("%T: %q, %v, want %s", tt.s, got, err, tt.want)
		}
	}
}

// TestDumpIsBounded: nests in nests are shown down to a depth; without a limit
// these 64 KiB would be shown in 250 MB.
func TestDumpIsBounded(t *testing.T) {
	const n = 1<<16 - 4
	b := make([]byte, 0, n)
	for left := n; left >= 4; left -= 4 {
		b = append(b, host(2, uint64(left))+host(2, 1|nest)...)
	}
	got := attr.Dump(b, nil)
	if len(got) > 4*len(b) || strings.Count(got, "\n") != 17 {
		t.Errorf("%d bytes are shown in %d", len(b), len(got))
	}
}

func TestPathAt(t *testing.T) {
	b := dumped()
	at := func(part string) int { return strings.Index(string(b), part) }
	for _, tt := range []struct {
		name string
		off  int
		want string
	}{
		{"nest", 16, "linkinfo"},
		{"name", 20, "linkinfo.kind"},
		{"in the data", at(tlv(4, host(4, 1))), "linkinfo.data.mode"},
		{"in a message in the data", at(tlv(3, "nk1\x00")), "linkinfo.data.peer.name"},
		{"unknown", at(tlv(99 | nest)[2:]) - 2, ""},
		{"in a list", at(tlv(4, host(4, 3), host(4, 1))), "vfs.spoofchk"},
		{"element", at(tlv(4, string(mac2.AsSlice()))), "macs"},
		{"in an inline nest", at(tlv(8, "\x01")), "af_spec.inet6.addrgenmode"},
		{"second of a pair", at(tlv(40, "\xef\x01\x01\x01")), "group"},
		{"header", 4, ""},
		{"payload", 22, ""},
		{"before", -1, ""},
		{"behind", len(b) + 4, ""},
		{"malformed", len(b) - 4, ""},
	} {
		if got := scope.PathAt(b, new(message), tt.off); got != tt.want {
			t.Errorf("%s: %q at %d, want %q", tt.name, got, tt.off, tt.want)
		}
	}
	// The family is that of the header.
	bridge := []byte("\x07" + zeros(15) + tlv(26, tlv(2, host(2, 0)+host(2, 1))))
	if got := scope.PathAt(bridge, new(message), 20); got != "af_spec.vlans" {
		t.Errorf("path %q in a message of a bridge", got)
	}
	if got := scope.PathAt(b, new(twice), 16); got != "" {
		t.Errorf("a wrong list has path %q", got)
	}
}

func TestValues(t *testing.T) {
	var m message
	if err := scope.Decode(dumped()[:len(dumped())-4], &m); err != nil {
		t.Fatal(err)
	}
	var names []string
	for f := range attr.Values(&m) {
		names = append(names, f.Name)
	}
	want := []string{"kind", "data", "vfs", "conf", "addrgenmode", "macs", "altname", "group", "gvrp", "loose"}
	if !slices.Equal(names, want) {
		t.Errorf("got %q, want %q", names, want)
	}
	for range attr.Values(&m) {
		break // a range that ends early must not panic
	}
	names = names[:0]
	for f := range attr.Values(new(cstruct)) {
		names = append(names, f.Name)
	}
	if !slices.Equal(names, []string{"a", "b", "c", "d", "e", "g", "f"}) {
		t.Errorf("a C struct has %q", names)
	}
}
