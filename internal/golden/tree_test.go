package golden

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func find(t *testing.T, name string) Case {
	t.Helper()
	cases := mustCases(t, FolderLink)
	i := slices.IndexFunc(cases, func(c Case) bool { return c.Name == name })
	if i < 0 {
		t.Fatalf("no case %s", name)
	}
	return cases[i]
}

// visit calls f for every node with its path.
func visit(path string, nodes []*Node, f func(path string, n *Node)) {
	for _, n := range nodes {
		p := join(path, n.Name)
		f(p, n)
		visit(p, n.Children, f)
	}
}

// isLink reports whether a request carries a struct ifinfomsg.
func isLink(c Case) bool { return c.Request != nil && c.RequestType != "RTM_GETSTATS" }

// TestParseRequests parses everything iproute2 sent: no attribute may be
// unknown, and every nest must be taken apart.
func TestParseRequests(t *testing.T) {
	n := 0
	for _, folder := range []string{FolderLink, FolderShow, FolderDumps} {
		for _, c := range mustCases(t, folder) {
			if !isLink(c) {
				continue
			}
			m, err := Parse(Order, c.Request)
			if err != nil {
				t.Errorf("%s: %v", c.Name, err)
				continue
			}
			n++
			visit("", m.Attrs, func(path string, n *Node) {
				if n.Wire.Form == 0 {
					t.Errorf("%s: %s is unknown", c.Name, path)
				}
			})
		}
	}
	t.Logf("%d requests", n)
}

// TestParseReports parses what kernels of both byte orders sent.
func TestParseReports(t *testing.T) {
	for _, v := range Versions {
		k, err := LoadKernel(v)
		if err != nil {
			t.Fatal(err)
		}
		unknown := map[string]int{}
		for _, c := range k.Cases {
			for _, b := range c.Dump {
				m, err := Parse(k.Order, b)
				if err != nil {
					t.Fatalf("%s/%s: %v", v, c.Name, err)
				}
				visit("", m.Attrs, func(path string, n *Node) {
					if n.Wire.Form == 0 {
						unknown[path]++
					}
				})
			}
		}
		if len(unknown) > 0 {
			t.Errorf("%s: unknown attributes %v", v, unknown)
		}
	}
}

func TestDiffSame(t *testing.T) {
	for _, c := range mustCases(t, FolderLink) {
		if isLink(c) {
			if d := Diff(Order, c.Request, c.Request); len(d) > 0 {
				t.Errorf("%s differs from itself: %q", c.Name, d)
			}
		}
	}
}

// TestDiffEveryByte changes each byte of a request that is not exempt: every
// change must be seen.
func TestDiffEveryByte(t *testing.T) {
	for _, name := range []string{"add_bond_many", "add_netkit_mode_l3_blackhole_peer_forward_name_nk1_mtu_1400", "set_inet_rp_filter_2"} {
		want := find(t, name).Request
		for i := range want {
			if i >= 8 && i < nlmsgHdrLen {
				continue // sequence number and port id
			}
			got := bytes.Clone(want)
			got[i] ^= 0x11
			if len(Diff(Order, got, want)) == 0 && !exempt(want, i) {
				t.Errorf("%s: a change of octet %d (%#x) is not seen", name, i, want[i])
			}
		}
	}
}

// exempt reports whether octet i is padding or, in ifinfomsg, has no meaning.
func exempt(b []byte, i int) bool {
	if i < nlmsgHdrLen+ifInfoMsgLen {
		return i == nlmsgHdrLen+1
	}
	m, err := Parse(Order, b)
	if err != nil {
		return false
	}
	meant := false
	visit("", m.Attrs, func(_ string, n *Node) {
		// A payload aliases b: the same octet has the same address.
		start := -1
		for j := range b {
			if len(n.Payload) > 0 && &b[j] == &n.Payload[0] {
				start = j
			}
		}
		header := i >= start-4 && i < start
		payload := n.Children == nil && i >= start && i < start+len(n.Payload)
		meant = meant || start > 0 && (header || payload)
	})
	return !meant
}

// msg builds a request from attributes.
func msg(attrs ...[]byte) []byte {
	b := make([]byte, nlmsgHdrLen+ifInfoMsgLen)
	b[4], b[6] = rtmNewLink, nlmFRequest
	for _, a := range attrs {
		b = append(b, a...)
	}
	binary.LittleEndian.PutUint32(b, uint32(len(b)))
	return b
}

func at(t uint16, payload ...byte) []byte {
	b := binary.LittleEndian.AppendUint16(nil, uint16(4+len(payload)))
	b = append(binary.LittleEndian.AppendUint16(b, t), payload...)
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return b
}

func nest(t uint16, attrs ...[]byte) []byte { return at(t, bytes.Join(attrs, nil)...) }

func kind(name string, data ...[]byte) []byte {
	return nest(18, at(1, []byte(name)...), nest(2, data...))
}

func TestDiffRules(t *testing.T) {
	mtu, index := at(4, 1, 2, 0, 0), at(5, 9, 0, 0, 0)
	for _, tt := range []struct {
		name      string
		got, want []byte
		diff      string
	}{
		{"order", msg(mtu, index), msg(index, mtu), ""},
		{"nested flag", msg(nest(18|1<<15, at(1, 'x'))), msg(nest(18, at(1, 'x'))), ""},
		{"NUL after the kind", msg(nest(18, at(1, 'x', 0))), msg(nest(18, at(1, 'x'))), ""},
		{"two NULs after the kind", msg(nest(18, at(1, 'x', 0, 0))), msg(nest(18, at(1, 'x'))), "INFO_KIND"},
		{"NUL after the alias", msg(at(20, 'x', 0)), msg(at(20, 'x')), `IFLA_IFALIAS: got "x\x00", want "x"`},
		{"descriptor", msg(at(28, 7, 0, 0, 0)), msg(at(28, 3, 0, 0, 0)), ""},
		{"xdp off", msg(nest(43, at(1, 255, 255, 255, 255))), msg(nest(43, at(1, 3, 0, 0, 0))), "IFLA_XDP.IFLA_XDP_FD"},
		{"value", msg(at(4, 1, 0, 0, 0)), msg(at(4, 2, 0, 0, 0)), "IFLA_MTU: got 1, want 2"},
		{"missing", msg(), msg(mtu), "IFLA_MTU: missing (513)"},
		{"extra", msg(mtu), msg(), "IFLA_MTU: not wanted (513)"},
		{"twice", msg(mtu, mtu), msg(mtu), "IFLA_MTU: not wanted (513)"},
		{"width", msg(at(4, 1, 0)), msg(at(4, 1, 0, 0, 0)), "IFLA_MTU: got 0x0100, want 1"},
		{"inside data", msg(kind("vxlan", at(1, 1, 0, 0, 0))), msg(kind("vxlan", at(1, 2, 0, 0, 0))), "IFLA_LINKINFO.IFLA_INFO_DATA.IFLA_VXLAN_ID: got 1, want 2"},
		{"big-endian", msg(kind("vxlan", at(15, 0x12, 0xb5))), msg(kind("vxlan", at(15, 0, 1))), "IFLA_VXLAN_PORT: got 4789, want 1"},
		{"array order", msg(kind("bond", nest(8, at(1, 1, 1, 1, 1), at(0, 2, 2, 2, 2)))), msg(kind("bond", nest(8, at(0, 2, 2, 2, 2), at(1, 1, 1, 1, 1)))), "IFLA_BOND_ARP_IP_TARGET[0]: got 1.1.1.1, want 2.2.2.2"},
		{"order of the same type", msg(nest(52, at(53, 'a', 0), at(53, 'b', 0))), msg(nest(52, at(53, 'b', 0), at(53, 'a', 0))), `IFLA_PROP_LIST.IFLA_ALT_IFNAME: got "a\x00"`},
		{"unknown kind", msg(kind("thing", at(1, 1))), msg(kind("thing", at(1, 2))), "IFLA_INFO_DATA: got 0x"},
		{"truncated", msg([]byte{9, 0, 4, 0, 1, 0, 0, 0}), msg(mtu), "got: attribute of 9 octets in 8: malformed"},
		{"vf guid", msg(nest(22, nest(1, at(10, 0, 0, 0, 0, 9, 9, 9, 9, 1, 2, 3, 4, 5, 6, 7, 8)))), msg(nest(22, nest(1, at(10, 0, 0, 0, 0, 8, 8, 8, 8, 1, 2, 3, 4, 5, 6, 7, 8)))), ""},
	} {
		d := fmt.Sprint(strings.Join(Diff(Order, tt.got, tt.want), "; "))
		if tt.diff == "" && d != "" || !strings.Contains(d, tt.diff) {
			t.Errorf("%s: %q, want %q", tt.name, d, tt.diff)
		}
	}
}

func TestDiffPeer(t *testing.T) {
	peer := func(flags byte, name string) []byte {
		header := make([]byte, ifInfoMsgLen)
		header[8] = flags
		return msg(kind("veth", nest(1, header, at(3, append([]byte(name), 0)...))))
	}
	got := Diff(Order, peer(1, "a"), peer(0, "b"))
	want := []string{
		"IFLA_LINKINFO.IFLA_INFO_DATA.VETH_INFO_PEER.ifinfomsg.flags: got 0x1, want 0x0",
		`IFLA_LINKINFO.IFLA_INFO_DATA.VETH_INFO_PEER.IFLA_IFNAME: got "a\x00", want "b\x00"`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
