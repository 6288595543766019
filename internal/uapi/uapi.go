// Package uapi reads testdata/uapi/rt-link.tsv, the table of all attributes of
// link messages as the kernel's sources define them. Tests compare the
// library's own lists with it; nothing else imports it.
package uapi

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/iplink-go/iplink/testdata"
)

// A Row is one attribute.
type Row struct {
	// Set names the nest the attribute lives in, such as "link-attrs".
	Set string
	// Kinds are the link kinds whose data Set is; "bond(slave)" stands for the
	// data of a bond's port. It is empty for sets that all links have.
	Kinds []string
	// Constant is the attribute's name in the kernel's headers.
	Constant string
	// Number is its type within Set.
	Number uint16
	// Alias marks a second name of a number, which Lookup does not return.
	Alias bool
	// Wires are its forms on the wire: one, or several that depend on the kind
	// or on the direction. Row.Wire picks.
	Wires []Wire
	// Size is the length of the payload, or -1 where it is not fixed.
	Size int
	// Nested is the set inside a nest, "" if the table names none or if it
	// depends on the kind or the family; NestedText is the column in full.
	Nested, NestedText string
	// Order is "host", "big", "n/a", or a remark for structures that mix.
	Order string
	// Dir says who uses the attribute.
	Dir Dir
	// Mode says when a later change is possible. It is zero where that depends
	// on the kind; Row.ModeOf picks.
	Mode  Mode
	modes []kindMode
	// Change puts Mode into words, Since is the first release that has the
	// attribute, Notes says the rest.
	Change, Since, Notes string
}

// Dir is a set of directions.
type Dir uint8

const (
	// Reported attributes occur in what the kernel sends.
	Reported Dir = 1 << iota
	// Created attributes are honoured by a message that creates a link.
	Created
	// Set attributes are honoured by a message that changes a link.
	Set
	// Query attributes occur in requests only: filters and masks.
	Query
)

// Has reports whether d contains all of x.
func (d Dir) Has(x Dir) bool { return d&x == x }

// Mode is a set of conditions for a later change. Zero means that the table
// does not say.
type Mode uint16

// The conditions; testdata/uapi/README.md explains each.
const (
	Any Mode = 1 << iota
	CreateOnly
	CreateOnlyEqual
	CreateOnlyIgnored
	Replace
	ReplaceGroup
	Additive
	WhenDown
	WhenNoPorts
	SameFamily
	Conditional
)

var modes = map[string]Mode{
	"any": Any, "create-only": CreateOnly, "create-only-equal": CreateOnlyEqual,
	"create-only-ignored": CreateOnlyIgnored, "replace": Replace, "replace-group": ReplaceGroup,
	"additive": Additive, "when-down": WhenDown, "when-no-ports": WhenNoPorts,
	"same-family": SameFamily, "conditional": Conditional,
}

// Wire returns the form of r for a link kind ("" if the set is not a kind's)
// in one direction: what the kernel sends, or what it accepts. It reports
// false if the table has no form for them.
func (r *Row) Wire(kind string, reported bool) (Wire, bool) {
	for _, w := range r.Wires {
		if w.matches(kind, reported) {
			return w, true
		}
	}
	return Wire{}, false
}

func (w *Wire) matches(kind string, reported bool) bool {
	if w.Dir != 0 && w.Dir.Has(Reported) != reported {
		return false
	}
	return len(w.Kinds) == 0 || isOne(w.Kinds, kind)
}

// isOne reports whether kind is one of kinds, which are shell patterns.
func isOne(kinds []string, kind string) bool {
	return slices.ContainsFunc(kinds, func(k string) bool {
		ok, _ := path.Match(k, kind)
		return ok
	})
}

// kindMode is a mode that holds for some kinds.
type kindMode struct {
	kinds []string
	mode  Mode
}

// ModeOf returns the mode for a link kind, zero if the table does not say.
func (r *Row) ModeOf(kind string) Mode {
	for _, m := range r.modes {
		if isOne(m.kinds, kind) {
			return m.mode
		}
	}
	return r.Mode
}

// A Table is the whole file.
type Table struct {
	// Rows are in the order of the file.
	Rows []*Row
	sets map[string]map[uint16]*Row
	data map[string]string
}

// Load reads the table, once per process.
var Load = sync.OnceValues(func() (*Table, error) {
	b, err := testdata.Files.ReadFile("uapi/rt-link.tsv")
	if err != nil {
		return nil, err
	}
	return parse(b)
})

// Lookup returns the attribute of a set by number, or nil.
func (t *Table) Lookup(set string, number uint16) *Row { return t.sets[set][number] }

// HasSet reports whether the table knows a set.
func (t *Table) HasSet(set string) bool { return t.sets[set] != nil }

// SetRows returns the attributes of a set in the order of the file.
func (t *Table) SetRows(set string) []*Row {
	var rows []*Row
	for _, r := range t.Rows {
		if r.Set == set {
			rows = append(rows, r)
		}
	}
	return rows
}

// DataSet returns the set inside IFLA_INFO_DATA for a link kind, "" if the
// kind has none.
func (t *Table) DataSet(kind string) string { return t.data[kind] }

// PortSet returns the set inside IFLA_INFO_SLAVE_DATA for the kind of the
// master, "" if its ports have no data.
func (t *Table) PortSet(kind string) string { return t.data[kind+"(slave)"] }

func parse(b []byte) (*Table, error) {
	t := &Table{sets: map[string]map[uint16]*Row{}, data: map[string]string{}}
	s := bufio.NewScanner(bytes.NewReader(b))
	s.Scan()
	columns := strings.Split(s.Text(), "\t")
	for line := 2; s.Scan(); line++ {
		r, err := parseRow(columns, strings.Split(s.Text(), "\t"))
		if err == nil {
			err = t.add(r)
		}
		if err != nil {
			return nil, fmt.Errorf("uapi/rt-link.tsv:%d: %w", line, err)
		}
	}
	return t, s.Err()
}

func (t *Table) add(r *Row) error {
	if t.sets[r.Set] == nil {
		t.sets[r.Set] = map[uint16]*Row{}
	}
	t.Rows = append(t.Rows, r)
	old := t.sets[r.Set][r.Number]
	switch {
	case old == nil:
		t.sets[r.Set][r.Number] = r
	case !strings.Contains(r.Notes, "alias"):
		return fmt.Errorf("%s and %s have the same number", old.Constant, r.Constant)
	case r.Dir.Has(old.Dir) && r.Dir != old.Dir:
		// The later name came with more uses: it is the better one.
		t.sets[r.Set][r.Number] = r
		old.Alias = true
	default:
		r.Alias = true
	}
	// A kind has further sets for its inner nests. The one that is its data
	// comes first in the file and is named so; bond's ports are the exception.
	if strings.HasPrefix(r.Set, "linkinfo-") || r.Set == "bond-slave-attrs" {
		for _, k := range r.Kinds {
			t.data[k] = r.Set
		}
	}
	return nil
}

func parseRow(columns, cells []string) (*Row, error) {
	if len(cells) != len(columns) {
		return nil, fmt.Errorf("%d cells, want %d", len(cells), len(columns))
	}
	c := map[string]string{}
	for i, name := range columns {
		c[name] = cells[i]
	}
	r := &Row{Set: c["set"], Constant: c["constant"], NestedText: c["nested_set"], Size: -1,
		Order: c["byte_order"], Change: c["change"], Since: c["since"], Notes: c["notes"]}
	if c["kind"] != "" {
		r.Kinds = strings.Split(c["kind"], ",")
	}
	r.Nested = nestedSet(r.NestedText)
	return r, errors.Join(r.parseNumbers(c), r.parseUse(c), r.parseWires(c["type"]))
}

// nestedSet returns the name of the set if the column is one name, perhaps
// with a remark in parentheses, and "" if it is prose.
func nestedSet(s string) string {
	name, remark, _ := strings.Cut(s, " ")
	if remark != "" && !strings.HasPrefix(remark, "(repeated") {
		return ""
	}
	return name
}

func (r *Row) parseNumbers(c map[string]string) error {
	n, err := strconv.ParseUint(c["value"], 10, 16)
	r.Number = uint16(n)
	if err == nil && c["size"] != "" {
		r.Size, err = strconv.Atoi(c["size"])
	}
	return err
}

func (r *Row) parseUse(c map[string]string) error {
	for _, l := range strings.TrimPrefix(c["dir"], "-") {
		i := strings.IndexRune("rcsq", l)
		if i < 0 {
			return fmt.Errorf("dir %q", c["dir"])
		}
		r.Dir |= 1 << i
	}
	return r.parseMode(c["mode"])
}

// parseMode reads one mode, or several with the kinds each holds for.
func (r *Row) parseMode(text string) error {
	if text == "" {
		return nil
	}
	for alt := range strings.SplitSeq(text, " / ") {
		words, kinds, byKind := strings.Cut(strings.TrimSuffix(alt, ")"), " (")
		var mode Mode
		for m := range strings.SplitSeq(words, "+") {
			if modes[m] == 0 {
				return fmt.Errorf("mode %q", text)
			}
			mode |= modes[m]
		}
		if !byKind {
			r.Mode = mode
			continue
		}
		r.modes = append(r.modes, kindMode{strings.Split(kinds, ","), mode})
	}
	return nil
}
