package kind_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/uapi"
	"github.com/iplink-go/iplink/kind"
)

// The lists against the kernel's table, testdata/uapi/rt-link.tsv: number,
// form, width, byte order, direction and mode of every attribute, and none
// missing. Where the table is wrong, correct the table.

// forms says which forms of the table a form of the lists may stand for.
var forms = map[attr.Wire][]uapi.Form{
	attr.WireU8:     {uapi.U8},
	attr.WireU16:    {uapi.U16},
	attr.WireU32:    {uapi.U32},
	attr.WireU64:    {uapi.U64},
	attr.WireS32:    {uapi.S32},
	attr.WireUint:   {uapi.Uint},
	attr.WireBE16:   {uapi.BE16},
	attr.WireBE32:   {uapi.BE32},
	attr.WireBE64:   {uapi.BE64},
	attr.WireFlag:   {uapi.Flag},
	attr.WireString: {uapi.String},
	attr.WireBinary: {uapi.Binary},
	attr.WireMAC:    {uapi.MAC},
	attr.WireIPv4:   {uapi.IPv4},
	attr.WireIPv6:   {uapi.IPv6},
	attr.WireStruct: {uapi.Struct},
	attr.WireNest:   {uapi.Nest, uapi.Link, uapi.Array},
	attr.WireArray:  {uapi.Array, uapi.Vector, uapi.Nest},
	attr.WirePad:    {uapi.Pad},
	attr.WireFlagU8: {uapi.Flag, uapi.U8},
	attr.WirePort:   {uapi.U8, uapi.U16},
}

var tableModes = map[attr.Mode]uapi.Mode{
	attr.Any: uapi.Any, attr.Fixed: uapi.CreateOnly, attr.FixedEqual: uapi.CreateOnlyEqual,
	attr.FixedSilent: uapi.CreateOnlyIgnored, attr.Replaced: uapi.Replace, attr.ReplacedGroup: uapi.ReplaceGroup,
	attr.Additive: uapi.Additive, attr.WhenDown: uapi.WhenDown,
	attr.WhenNoPorts: uapi.WhenNoPorts, attr.WhenDownNoPorts: uapi.WhenNoPorts | uapi.WhenDown,
	attr.SameFamily: uapi.SameFamily, attr.Conditional: uapi.Conditional, "": 0,
}

// otherForms are attributes that the lists read in another form than the table
// says, in the same bytes.
var otherForms = map[string]struct {
	wire   attr.Wire
	reason string
}{
	"IFLA_VXLAN_RESERVED_BITS": {attr.WireBE64, "struct vxlanhdr, two be32 that are one bit mask"},
	"IFLA_CAN_CLOCK":           {attr.WireU32, "struct can_clock, whose only member is a u32"},
}

// A checker compares lists with the table.
type checker struct {
	*testing.T
	table *uapi.Table
	// kind decides the form of some attributes.
	kind   string
	listed map[*uapi.Row]bool
	sets   map[string]bool // that must be complete, over all kinds that share them
}

func TestTable(t *testing.T) {
	table, err := uapi.Load()
	if err != nil {
		t.Fatal(err)
	}
	listed, sets := map[*uapi.Row]bool{}, map[string]bool{}
	for _, s := range subjects() {
		t.Run(s.name, func(t *testing.T) {
			c := &checker{t, table, s.kind, listed, sets}
			set := s.set
			if master, isPort := strings.CutSuffix(s.kind, "(slave)"); isPort {
				set = table.PortSet(master)
			} else if set == "" {
				set = table.DataSet(s.kind)
			}
			c.fields(s.name, set, describe(t, s.make()))
		})
	}
	(&checker{t, table, "", listed, sets}).complete()
	typed := 0
	for _, r := range table.Rows {
		if listed[r] && needed(r) {
			typed++
		}
	}
	t.Logf("typed %d attributes of %d", typed, len(slices.DeleteFunc(slices.Clone(table.Rows), func(r *uapi.Row) bool { return !needed(r) })))
}

// needed reports whether an attribute needs a line: pads and numbers that no
// kernel uses do not.
func needed(r *uapi.Row) bool {
	return !r.Alias && r.Dir != 0 && r.Wires[0].Form != uapi.Pad && r.Wires[0].Form != uapi.Unused
}

func (c *checker) fields(path, set string, fields []attr.Field) {
	if set != "link-attrs" { // those of all links are in several lists
		c.sets[set] = true
	}
	for _, f := range fields {
		if f.Header {
			continue
		}
		c.field(path+"."+f.Name, set, f, f.Type)
		if f.Alt != 0 { // a pair: the second is the IPv6 address
			f.Wire, f.Size = attr.WireIPv6, 16
			c.field(path+"."+f.Name, set, f, f.Alt)
		}
	}
}

func (c *checker) field(path, set string, f attr.Field, n attr.Type) {
	row := c.table.Lookup(set, uint16(n))
	if row == nil {
		c.Errorf("%s: the table has no number %d in %q", path, n, set)
		return
	}
	c.listed[row] = true
	if f.Wire != attr.WirePad { // reported, but not for a reader
		c.use(path, row, f)
	}
	c.form(path, row, f, false)
	c.form(path, row, f, true)
	nested := row.Nested
	if row.Wires[0].Form == uapi.Link {
		nested = "link-attrs"
	}
	switch {
	case nested != "":
		c.fields(path, nested, f.Fields)
	case f.Wire == attr.WireNest && !isList(&f):
		c.Errorf("%s is a nest, the table knows no set in %s", path, row.Constant)
	}
}

// use compares direction and mode.
func (c *checker) use(path string, row *uapi.Row, f attr.Field) {
	want := row.Dir
	if row.Constant == "IFLA_MACVLAN_MACADDR" {
		want &^= uapi.Reported // inside MACADDR_DATA only, whose line reads it
	}
	if got := tableDir(f.Dir); got != want {
		c.Errorf("%s has the direction %v, %s another (%#x)", path, f.Dir, row.Constant, row.Dir)
	}
	mode, ok := tableModes[f.Mode]
	rowMode := row.ModeOf(c.kind)
	switch {
	case !ok:
		c.Errorf("%s: mode %q is not in this test", path, f.Mode)
	case rowMode == 0 && mode == uapi.Any: // the table has modes where they restrict
	case mode != rowMode:
		c.Errorf("%s has the mode %q, %s another: %s", path, f.Mode, row.Constant, row.Change)
	}
}

func tableDir(d attr.Dir) (out uapi.Dir) {
	for _, x := range []struct {
		attr  attr.Dir
		table uapi.Dir
	}{{attr.Read, uapi.Reported}, {attr.Create, uapi.Created}, {attr.Set, uapi.Set}, {attr.Query, uapi.Query}} {
		if d&x.attr != 0 {
			out |= x.table
		}
	}
	return out
}

// form compares form, width and byte order in one direction.
func (c *checker) form(path string, row *uapi.Row, f attr.Field, reported bool) {
	if row.Dir.Has(uapi.Reported) != reported && !row.Dir.Has(uapi.Created) && !row.Dir.Has(uapi.Set) {
		return
	}
	w, ok := row.Wire(strings.TrimSuffix(c.kind, "(slave)"), reported)
	if !ok {
		c.Errorf("%s: the table has no form of %s for %q", path, row.Constant, c.kind)
		return
	}
	if x, ok := otherForms[row.Constant]; ok {
		if f.Wire != x.wire {
			c.Errorf("%s is a %s, want %s: %s", path, f.Wire, x.wire, x.reason)
		}
		return
	}
	if !c.formFits(f, w.Form, reported) {
		c.Errorf("%s is a %s, %s is %+v, reported %v", path, f.Wire, row.Constant, w, reported)
	}
	if f.Size != 0 && row.Size > 0 && f.Size != row.Size {
		c.Errorf("%s has %d bytes, %s %d", path, f.Size, row.Constant, row.Size)
	}
	if f.Wire == attr.WireStruct && f.Size != row.Size {
		c.Errorf("%s is a struct of %d bytes, %s of %d", path, f.Size, row.Constant, row.Size)
	}
	if big := strings.HasPrefix(string(f.Wire), "be") || slices.ContainsFunc(f.Fields, isBig); row.Size > 0 && f.Wire != attr.WireIPv4 && f.Wire != attr.WireIPv6 &&
		f.Wire != attr.WireNest && big != strings.Contains(row.Order, "big") {
		c.Errorf("%s is big-endian: %v, the table says %q", path, big, row.Order)
	}
}

// formFits picks, of the forms that depend on the direction, the one for this.
func (c *checker) formFits(f attr.Field, want uapi.Form, reported bool) bool {
	pair := forms[f.Wire]
	switch {
	case f.Wire == attr.WireFlagU8 || f.Wire == attr.WirePort:
		if reported {
			return want == pair[1]
		}
		return want == pair[0]
	case f.Wire == attr.WireIPv4 && f.Size == 0: // the kind decides the family
		return want == uapi.IPv4 || want == uapi.IPv6
	}
	return slices.Contains(pair, want)
}

func isBig(f attr.Field) bool { return f.Header && strings.HasPrefix(string(f.Wire), "be") }

// complete checks that the sets that were met are listed whole.
func (c *checker) complete() {
	for set := range c.sets {
		for _, r := range c.table.SetRows(set) {
			if needed(r) && !c.listed[r] {
				c.Errorf("%s (%s %d) is not listed", r.Constant, set, r.Number)
			}
		}
	}
}

// TestCommon checks that what can be said about any link can be said about a
// peer, but for what makes no sense there.
func TestCommon(t *testing.T) {
	table, err := uapi.Load()
	if err != nil {
		t.Fatal(err)
	}
	// What a request about a link can say besides, elsewhere in the library.
	elsewhere := map[string]string{
		"IFLA_LINK": "the other end of a pair is its lower link", "IFLA_LINKINFO": "a peer is of the kind of the pair",
		"IFLA_PROTINFO": "port data of AF_BRIDGE", "IFLA_MAP": "refused at creation", "IFLA_VFINFO_LIST": "hardware", "IFLA_VF_PORTS": "hardware",
		"IFLA_PORT_SELF": "hardware", "IFLA_AF_SPEC": "refused at creation", "IFLA_LINK_NETNSID": "where the lower link is",
		"IFLA_XDP": "programs", "IFLA_NEW_IFINDEX": "moves only", "IFLA_PROP_LIST": "messages of its own", "IFLA_ALT_IFNAME": "messages of its own",
		"IFLA_PARENT_DEV_NAME": "the hardware behind a link",
	}
	fields := describe(t, new(kind.Peer))
	for _, r := range table.SetRows("link-attrs") {
		said := find(fields, attr.Type(r.Number)) != nil
		if settable := r.Dir.Has(uapi.Created) || r.Dir.Has(uapi.Set); needed(r) && settable && said == (elsewhere[r.Constant] != "") {
			t.Errorf("%s can be said of a peer: %v; exception: %q", r.Constant, said, elsewhere[r.Constant])
		}
	}
}
