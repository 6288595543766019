package link_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/uapi"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/link"
)

// The lists of Link and Spec, and the kinds inside them, against the kernel's
// table, testdata/uapi/rt-link.tsv. Where the table is wrong, correct the
// table.

// allKinds are the kinds of Linux 7.2 that "ip link add type" takes or shows.
var allKinds = strings.Fields(`amt bareudp batadv bond bridge can dsa dummy erspan geneve gre gretap gtp hsr ifb ip6erspan ip6gre
	ip6gretap ip6tnl ipip ipoib ipvlan ipvtap lowpan macsec macvlan macvtap netdevsim netkit nlmon openvswitch ovpn pfcp ppp rmnet
	sit team tun vcan veth virt_wifi vlan vrf vsockmon vti vti6 vxcan vxlan wireguard wwan xfrm`)

// leftOut are the rows that no list has a line for, and why. Rows of kinds
// without a type are found by themselves.
var leftOut = map[string]string{
	"IFLA_COST":          "no kernel sends or reads it",
	"IFLA_PRIORITY":      "no kernel sends or reads it",
	"IFLA_WEIGHT":        "no kernel sends or reads it",
	"IFLA_INET6_MCAST":   "no kernel sends or reads it",
	"IFLA_PORT_VSI_TYPE": "no kernel sends or reads it",
	"IFLA_EXT_MASK":      "the filter of a request, which the client sends",
	"IFLA_IF_NETNSID":    "the old name of IFLA_TARGET_NETNSID",
	"IFLA_DSA_MASTER":    "the old name of IFLA_DSA_CONDUIT",
}

// ofKind are sets of kinds whose rows name no kind.
var ofKind = map[string]string{"bond-ad": "bond", "bond-slave": "bond", "can-": "can", "linkinfo-vrf-port": "vrf"}

// exceptions are rows that a struct rightly does not list, and lines that say
// something else than the row.
var exceptions = map[string]string{
	"IFLA_EXT_MASK":            "left out", // as above
	"IFLA_NEW_IFINDEX":         "Spec.Index, which a client sends so when it moves a link",
	"IFLA_PROP_LIST":           "Spec.AltNames, in messages of their own",
	"IFLA_ALT_IFNAME":          "Spec.AltNames, in messages of their own",
	"IFLA_PROTINFO":            "Spec.Port, sent as IFLA_INFO_SLAVE_DATA",
	"IFLA_INFO_SLAVE_KIND":     "one line with the data, which can be set",
	"IFLA_INFO_KIND":           "one line with the data, which can be changed",
	"IFLA_MACVLAN_MACADDR":     "a command of its own; reported in the list only",
	"IFLA_VXLAN_RESERVED_BITS": "two be32 of the table are one mask of 64 bits",
}

type coverage struct {
	*testing.T
	table   *uapi.Table
	kind    string // whose data is being compared
	covered map[*uapi.Row]bool
}

func TestTable(t *testing.T) {
	table, err := uapi.Load()
	if err != nil {
		t.Fatal(err)
	}
	c := &coverage{t, table, "", map[*uapi.Row]bool{}}
	c.fields("Link", "link-attrs", describe(t, new(link.Link)))
	c.fields("Spec", "link-attrs", describe(t, new(link.Spec)))
	c.fields("BridgeRequest", "link-attrs", describe(t, new(link.BridgeRequest)))
	c.fields("StatsReport", "stats-attrs", describe(t, new(link.StatsReport)))
	c.fields("StatsRequest", "stats-getset-attrs", describe(t, new(link.StatsRequest)))
	typed := 0
	for _, name := range kind.Names() {
		if !slices.Contains(allKinds, name) {
			t.Errorf("%s is not among the kinds of this test", name)
		}
		typed++
		c.kind = name
		c.fields(name, table.DataSet(name), describe(t, kind.New(name)))
	}
	c.kind = ""
	for _, name := range kind.PortNames() {
		c.fields(name+" port", table.PortSet(name), describe(t, kind.NewPort(name)))
	}
	c.settings()
	c.rest()
	t.Logf("covered %d of %d attributes", len(c.covered), len(table.Rows))
	t.Logf("typed %d of %d kinds", typed, len(allKinds))
}

func describe(t *testing.T, s attr.Struct) []attr.Field {
	t.Helper()
	fields, err := attr.Describe(s)
	if err != nil {
		t.Fatal(err)
	}
	return fields
}

func (c *coverage) fields(path, set string, fields []attr.Field) {
	for _, f := range fields {
		if f.Header || f.Wire == "bit" {
			continue
		}
		c.field(path+"."+f.Name, set, f, f.Type)
		if f.Alt != 0 {
			f.Wire, f.Size = attr.WireIPv6, 16
			c.field(path+"."+f.Name, set, f, f.Alt)
		}
	}
}

// withoutRows are nests whose attributes belong to another part of the kernel
// and are in the table as a remark.
var withoutRows = map[string][]string{
	"IFLA_DEVLINK_PORT": {"1 bus string", "2 device string", "3 index u32"},
	"IFLA_DPLL_PIN":     {"1 id u32"},

	"IFLA_STATS_GET_FILTERS": {"4 offload_xstats u32"}, // the number of the group that it filters
}

// byNumber are nests whose attributes have the numbers of something else, an
// address family or a set of counters, and hold the attributes of this set.
var byNumber = map[string]string{
	"IFLA_STATS_AF_SPEC":            "mpls-stats-attrs",
	"IFLA_OFFLOAD_XSTATS_HW_S_INFO": "hw-s-info-one",
}

func (c *coverage) field(path, set string, f attr.Field, n attr.Type) {
	row := c.table.Lookup(set, uint16(n))
	if row == nil {
		c.Errorf("%s: the table has no number %d in %q", path, n, set)
		return
	}
	c.covered[row] = true
	c.use(path, row, f)
	c.form(path, row, f)
	inner := c.nested(row, f)
	switch {
	case withoutRows[row.Constant] != nil:
		var list []string
		for _, x := range f.Fields {
			list = append(list, strings.Join([]string{string('0' + rune(x.Type)), x.Name, string(x.Wire)}, " "))
		}
		if strings.Join(list, ", ") == "" || len(list) != len(withoutRows[row.Constant]) {
			c.Errorf("%s lists %q, want %q", path, list, withoutRows[row.Constant])
		}
	case byNumber[row.Constant] != "":
		for _, in := range f.Fields {
			c.fields(path+"."+in.Name, byNumber[row.Constant], in.Fields)
		}
	case inner != "" && f.Wire == attr.WireNest && len(f.Fields) > 0:
		c.fields(path, inner, f.Fields)
	}
}

// nested returns the set inside a nest. Where the table answers in prose, the
// address family decides, which the names of the fields show.
func (c *coverage) nested(row *uapi.Row, f attr.Field) string {
	bridge := slices.ContainsFunc(f.Fields, func(f attr.Field) bool { return f.Name == "vlans" })
	switch {
	case row.Constant == "IFLA_AF_SPEC" && bridge:
		return "bridge-af-spec-attrs"
	case row.Constant == "IFLA_AF_SPEC":
		return "af-spec-attrs"
	case row.Constant == "IFLA_PROTINFO":
		return "ifla6-attrs"
	case row.Constant == "IFLA_PROP_LIST":
		return row.Set
	case row.Constant == "IFLA_MACVLAN_MACADDR_DATA":
		return row.Set
	case row.Wires[0].Form == uapi.Link:
		return "link-attrs"
	}
	return row.Nested
}

// use compares direction and mode.
func (c *coverage) use(path string, row *uapi.Row, f attr.Field) {
	dir := uapi.Dir(f.Dir) // the bits are the same ones
	if f.Wire == attr.WirePad || exceptions[row.Constant] != "" {
		return
	}
	if dir != row.Dir {
		c.Errorf("%s has the direction %v, %s %#x", path, f.Dir, row.Constant, row.Dir)
	}
	mode, rowMode := uapiModes[f.Mode], row.ModeOf(c.kind)
	if rowMode == 0 && (mode == uapi.Any || mode == uapi.CreateOnlyIgnored && !row.Dir.Has(uapi.Set)) {
		mode = 0 // where the table leaves it open, "dir" says enough
	}
	if mode != rowMode {
		c.Errorf("%s has the mode %q, %s another: %s", path, f.Mode, row.Constant, row.Change)
	}
}

var uapiModes = map[attr.Mode]uapi.Mode{
	attr.Any: uapi.Any, attr.Fixed: uapi.CreateOnly, attr.FixedEqual: uapi.CreateOnlyEqual,
	attr.FixedSilent: uapi.CreateOnlyIgnored, attr.Replaced: uapi.Replace, attr.ReplacedGroup: uapi.ReplaceGroup,
	attr.Additive: uapi.Additive, attr.WhenDown: uapi.WhenDown,
	attr.WhenNoPorts: uapi.WhenNoPorts, attr.WhenDownNoPorts: uapi.WhenNoPorts | uapi.WhenDown,
	attr.SameFamily: uapi.SameFamily, attr.Conditional: uapi.Conditional, "": 0,
}

var uapiForms = map[uapi.Form][]attr.Wire{
	uapi.U8: {attr.WireU8, attr.WireFlagU8, attr.WirePort}, uapi.U16: {attr.WireU16, attr.WirePort}, uapi.U32: {attr.WireU32},
	uapi.U64: {attr.WireU64}, uapi.S32: {attr.WireS32}, uapi.BE16: {attr.WireBE16}, uapi.BE32: {attr.WireBE32}, uapi.BE64: {attr.WireBE64},
	uapi.Uint: {attr.WireUint}, uapi.Flag: {attr.WireFlag, attr.WireFlagU8}, uapi.String: {attr.WireString}, uapi.Binary: {attr.WireBinary},
	uapi.MAC: {attr.WireMAC}, uapi.IPv4: {attr.WireIPv4}, uapi.IPv6: {attr.WireIPv6, attr.WireIPv4}, uapi.Struct: {attr.WireStruct},
	uapi.Nest: {attr.WireNest, attr.WireArray}, uapi.Array: {attr.WireArray, attr.WireNest}, uapi.Link: {attr.WireNest},
	uapi.Vector: {attr.WireArray}, uapi.Pad: {attr.WirePad},
}

// form compares form, width and byte order with all forms of the row.
func (c *coverage) form(path string, row *uapi.Row, f attr.Field) {
	if row.Constant == "IFLA_VXLAN_RESERVED_BITS" || row.Constant == "IFLA_CAN_CLOCK" { // structs of the table, numbers here
		return
	}
	if !slices.ContainsFunc(row.Wires, func(w uapi.Wire) bool { return slices.Contains(uapiForms[w.Form], f.Wire) }) {
		c.Errorf("%s is a %s, %s a %+v", path, f.Wire, row.Constant, row.Wires)
	}
	if f.Size > 0 && row.Size > 0 && f.Size != row.Size || f.Wire == attr.WireStruct && f.Size != row.Size {
		c.Errorf("%s has %d bytes, %s %d", path, f.Size, row.Constant, row.Size)
	}
	if big := strings.HasPrefix(string(f.Wire), "be"); big && row.Order != "big" || row.Order == "big" && !big && f.Size <= 8 && f.Wire != attr.WireIPv4 && f.Wire != attr.WireStruct && f.Wire != attr.WireArray {
		c.Errorf("%s is a %s, the byte order of %s is %q", path, f.Wire, row.Constant, row.Order)
	}
}

// settings compares the names of the numbered settings, which are no fields.
func (c *coverage) settings() {
	for _, r := range c.table.SetRows("ipv4-devconf") {
		c.setting(r, "IPV4_DEVCONF_", kind.IPv4Setting(r.Number).String())
	}
	for _, r := range c.table.SetRows("ipv6-devconf") {
		c.setting(r, "DEVCONF_", kind.IPv6Setting(r.Number).String())
	}
}

// settingNames are the names under /proc that are not the constant's.
var settingNames = map[string]string{
	"IPV4_DEVCONF_ARPFILTER": "arp_filter", "IPV4_DEVCONF_NOXFRM": "disable_xfrm", "IPV4_DEVCONF_NOPOLICY": "disable_policy",
	"IPV4_DEVCONF_SRC_VMARK": "src_valid_mark", "DEVCONF_HOPLIMIT": "hop_limit", "DEVCONF_MTU6": "mtu",
	"DEVCONF_RTR_SOLICITS": "router_solicitations", "DEVCONF_RTR_SOLICIT_INTERVAL": "router_solicitation_interval",
	"DEVCONF_RTR_SOLICIT_DELAY": "router_solicitation_delay", "DEVCONF_RTR_PROBE_INTERVAL": "router_probe_interval",
	"DEVCONF_RTR_SOLICIT_MAX_INTERVAL": "router_solicitation_max_interval",
}

func (c *coverage) setting(r *uapi.Row, prefix, name string) {
	want := settingNames[r.Constant]
	if want == "" {
		want = strings.ToLower(strings.TrimPrefix(r.Constant, prefix))
	}
	if name != want {
		c.Errorf("%s is called %q, want %q", r.Constant, name, want)
	}
	c.covered[r] = true
}

// rest checks that each row without a line is left out for a reason or of a
// kind without a type.
func (c *coverage) rest() {
	missing := map[string]int{}
	for _, r := range c.table.Rows {
		switch reason := leftOut[r.Constant]; {
		case c.covered[r] && reason != "":
			c.Errorf("%s is listed, and left out: %s", r.Constant, reason)
		case c.covered[r]:
		case reason != "":
			c.Logf("left out: %s: %s", r.Constant, reason)
		case c.later(r):
			missing[r.Set]++
		default:
			c.Errorf("%s (%s %d) is not listed", r.Constant, r.Set, r.Number)
		}
	}
	for _, set := range slices.Sorted(maps.Keys(missing)) {
		c.Logf("later: %s, %d attributes", set, missing[set])
	}
}

// later reports whether a row is of a kind without a type.
func (c *coverage) later(r *uapi.Row) bool {
	kinds := slices.Clone(r.Kinds)
	for prefix, k := range ofKind {
		if strings.HasPrefix(r.Set, prefix) {
			kinds = append(kinds, k)
		}
	}
	return len(kinds) > 0 && !slices.ContainsFunc(kinds, func(k string) bool {
		name, port := strings.CutSuffix(k, "(slave)")
		return port && slices.Contains(kind.PortNames(), name) || !port && slices.Contains(kind.Names(), name)
	})
}

// TestSpecSaysAll checks that a Spec lists whatever of a link can be created or
// set, and nothing that cannot.
func TestSpecSaysAll(t *testing.T) {
	table, err := uapi.Load()
	if err != nil {
		t.Fatal(err)
	}
	listed := map[attr.Type]attr.Field{}
	for _, f := range describe(t, new(link.Spec)) {
		if !f.Header {
			listed[f.Type] = f
		}
	}
	for _, r := range table.SetRows("link-attrs") {
		f, ok := listed[attr.Type(r.Number)]
		settable := r.Dir&(uapi.Created|uapi.Set) != 0
		if r.Alias {
			continue
		}
		if ok != settable && exceptions[r.Constant] == "" {
			t.Errorf("%s can be said: %v, a Spec lists it: %v", r.Constant, settable, ok)
		}
		if ok && f.Dir&(attr.Create|attr.Set) == 0 {
			t.Errorf("%s is listed and never sent", r.Constant)
		}
	}
}
