package uapi

import (
	"slices"
	"strings"
	"testing"
)

func table(t *testing.T) *Table {
	t.Helper()
	tab, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return tab
}

func TestLoad(t *testing.T) {
	tab := table(t)
	if len(tab.Rows) != 764 {
		t.Errorf("%d rows, want 764", len(tab.Rows))
	}
	names := map[string]bool{}
	for _, r := range tab.Rows {
		if names[r.Constant] {
			t.Errorf("%s occurs twice", r.Constant)
		}
		names[r.Constant] = true
	}
}

// TestConsistent holds the columns against each other.
func TestConsistent(t *testing.T) {
	sizes := map[Form]int{U8: 1, U16: 2, U32: 4, U64: 8, S32: 4, BE16: 2, BE32: 4, BE64: 8, IPv4: 4, IPv6: 16}
	for _, r := range table(t).Rows {
		if len(r.Wires) == 0 {
			t.Errorf("%s: no form", r.Constant)
		}
		for _, w := range r.Wires {
			if n := sizes[w.Form]; n != 0 && r.Size != -1 && len(r.Wires) == 1 && r.Size != n {
				t.Errorf("%s: form %+v, size %d", r.Constant, w, r.Size)
			}
			if big := w.Form == BE16 || w.Form == BE32 || w.Form == BE64; len(r.Wires) == 1 && big != (r.Order == "big") && w.Form <= BE64 {
				t.Errorf("%s: form %+v, byte order %s", r.Constant, w, r.Order)
			}
			if (w.Form == Array || w.Form == Vector) && w.Elem == 0 {
				t.Errorf("%s: %+v lacks its element", r.Constant, w)
			}
		}
		if (r.Mode != 0 || r.modes != nil) && !r.Dir.Has(Created) && !r.Dir.Has(Set) {
			t.Errorf("%s: has a mode but cannot be set", r.Constant)
		}
	}
}

// TestNested checks that every set that is named exists.
func TestNested(t *testing.T) {
	tab := table(t)
	for _, r := range tab.Rows {
		if r.Nested != "" && !tab.HasSet(r.Nested) {
			t.Errorf("%s: no set %q", r.Constant, r.Nested)
		}
	}
}

func TestRows(t *testing.T) {
	tab := table(t)
	for _, tt := range []struct {
		set      string
		number   uint16
		kind     string
		reported bool
		constant string
		form     Form
		mode     Mode
	}{
		{"link-attrs", 3, "", true, "IFLA_IFNAME", String, 0},
		{"linkinfo-vxlan-attrs", 15, "vxlan", true, "IFLA_VXLAN_PORT", BE16, CreateOnly},
		{"linkinfo-vxlan-attrs", 28, "vxlan", true, "IFLA_VXLAN_TTL_INHERIT", U8, CreateOnly},
		{"linkinfo-vxlan-attrs", 28, "vxlan", false, "IFLA_VXLAN_TTL_INHERIT", Flag, CreateOnly},
		{"linkinfo-gre-attrs", 6, "gre", true, "IFLA_GRE_LOCAL", IPv4, Replace},
		{"linkinfo-gre-attrs", 6, "ip6gretap", true, "IFLA_GRE_LOCAL", IPv6, Replace},
		{"linkinfo-gre-attrs", 20, "erspan", true, "IFLA_GRE_FWMARK", U32, Any},
		{"linkinfo-gre-attrs", 20, "ip6erspan", true, "IFLA_GRE_FWMARK", U32, Replace},
		{"ifla-attrs", 1, "", true, "IFLA_INET_CONF", Vector, 0},
		{"ifla-attrs", 1, "", false, "IFLA_INET_CONF", Nest, 0},
		{"linkinfo-bond-attrs", 8, "bond", true, "IFLA_BOND_ARP_IP_TARGET", Array, Any},
		{"linkinfo-veth-attrs", 1, "veth", false, "VETH_INFO_PEER", Link, CreateOnly},
	} {
		r := tab.Lookup(tt.set, tt.number)
		if r == nil || r.Constant != tt.constant {
			t.Errorf("%s %d: %+v, want %s", tt.set, tt.number, r, tt.constant)
			continue
		}
		w, ok := r.Wire(tt.kind, tt.reported)
		if !ok || w.Form != tt.form || r.ModeOf(tt.kind) != tt.mode {
			t.Errorf("%s as %s, reported %v: %+v, %v, mode %d, want form %d, mode %d", r.Constant, tt.kind, tt.reported, w, ok, r.ModeOf(tt.kind), tt.form, tt.mode)
		}
	}
}

func TestSets(t *testing.T) {
	tab := table(t)
	for kind, want := range map[string]string{
		"bridge": "linkinfo-bridge-attrs", "bond": "linkinfo-bond-attrs", "vlan": "linkinfo-vlan-attrs",
		"ip6erspan": "linkinfo-gre-attrs", "macvtap": "linkinfo-macvlan-attrs", "can": "linkinfo-can-attrs", "dummy": "",
	} {
		if got := tab.DataSet(kind); got != want {
			t.Errorf("DataSet(%s) = %q, want %q", kind, got, want)
		}
	}
	for kind, want := range map[string]string{
		"bridge": "linkinfo-brport-attrs", "bond": "bond-slave-attrs", "vrf": "linkinfo-vrf-port-attrs", "team": "",
	} {
		if got := tab.PortSet(kind); got != want {
			t.Errorf("PortSet(%s) = %q, want %q", kind, got, want)
		}
	}
	rows := tab.SetRows("linkinfo-vlan-attrs")
	if len(rows) != 5 || !slices.IsSortedFunc(rows, func(a, b *Row) int { return int(a.Number) - int(b.Number) }) {
		t.Errorf("vlan has %d rows", len(rows))
	}
}

func TestBadRows(t *testing.T) {
	const header = "set\tkind\tconstant\tvalue\ttype\tsize\tnested_set\tbyte_order\tdir\tmode\tchange\tsince\tnotes\n"
	good := "s\tk\tA\t1\tu8\t1\t\tn/a\tr\t\t\t\t\n"
	if _, err := parse([]byte(header + good)); err != nil {
		t.Fatal(err)
	}
	for name, row := range map[string]string{
		"unknown form":      strings.Replace(good, "u8", "u7", 1),
		"unknown direction": strings.Replace(good, "\tr\t", "\tx\t", 1),
		"unknown mode":      strings.Replace(good, "\tr\t", "\tr\tnever", 1),
		"number":            strings.Replace(good, "\t1\tu8", "\tone\tu8", 1),
		"cells":             "s\tk\n",
		"same number":       good + good,
	} {
		if _, err := parse([]byte(header + row)); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
