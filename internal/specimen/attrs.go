package specimen

import (
	"fmt"
	"net/netip"
	"reflect"
	"strings"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/uapi"
)

// An Attr is one attribute, or one switch of several that share one, that can
// be set.
type Attr struct {
	// Name is the option's name in "ip link", inside a nest with the nest's
	// before it; the IPv6 half of a pair has "6" at its end.
	Name string
	// Field is its line in the list.
	Field attr.Field
	// Since is the first kernel with the attribute, "" if the table does not
	// say.
	Since string
	// Exception says what is special about it for a test.
	Exception

	row    *uapi.Row    // of the table, nil for a flag of the header
	path   []attr.Field // from the outermost nest to Field
	six    bool         // the second number of a pair
	header int          // bytes before the attributes
}

// Attrs returns the attributes of the subject that can be set.
func (s *Subject) Attrs() ([]Attr, error) {
	attributes, err := uapi.Load()
	if err != nil {
		return nil, err
	}
	fields, err := attr.Describe(s.fresh())
	if err != nil {
		return nil, err
	}
	rows, err := s.exceptionsOf()
	if err != nil {
		return nil, err
	}
	w := &walk{rows: rows, met: map[string]bool{}, table: attributes, header: headerLen(fields)}
	w.fields(s.set, nil, fields)
	for name := range w.rows {
		if !w.met[name] {
			err = fmt.Errorf("%s has no %s: correct the table of exceptions", s.Name, name)
		}
	}
	return w.out, err
}

type walk struct {
	rows   table
	met    map[string]bool
	table  *uapi.Table
	header int
	out    []Attr
}

func (w *walk) fields(set string, path []attr.Field, fields []attr.Field) {
	for _, f := range fields {
		path := append(path[:len(path):len(path)], f)
		row := w.table.Lookup(set, uint16(f.Type))
		switch {
		case isSwitches(&f):
			w.switches(path, row)
		case f.Header || f.Dir&(attr.Create|attr.Set) == 0 || f.Wire == attr.WirePad || f.Wire == attr.WireRest || ofOthers[f.Name]:
		case isNest(&f):
			w.fields(nested(row), path, f.Fields)
		default:
			w.add(path, row, false)
			if f.Alt != 0 {
				w.add(path, w.table.Lookup(set, uint16(f.Alt)), true)
			}
		}
	}
}

// switches adds what shares one number or one pair of value and mask.
func (w *walk) switches(path []attr.Field, row *uapi.Row) {
	whole := path[len(path)-1]
	for _, b := range whole.Fields {
		if whole.Header { // whose fields have no direction
			b.Dir, b.Mode = attr.Read|attr.Create|attr.Set, attr.Any
		}
		rest := b.Name == whole.Name // bits that nobody knows
		if b.Dir&(attr.Create|attr.Set) != 0 && !rest {
			w.add(append(path[:len(path):len(path)], b), row, false)
		}
	}
}

// ofOthers are lines of the list of any link that are subjects themselves,
// inOthers the lines in them.
var (
	ofOthers = map[string]bool{"linkinfo": true}
	inOthers = map[string]bool{"kind": true, "data": true, "port-kind": true, "port-data": true}
)

// isNest reports whether f holds attributes of its own.
func isNest(f *attr.Field) bool {
	return f.Wire == attr.WireNest && len(f.Fields) > 0 && !isList(f) && !isLinkMessage(f)
}

// isLinkMessage reports whether f is a whole link message in a nest.
func isLinkMessage(f *attr.Field) bool {
	return f.Wire == attr.WireNest && len(f.Fields) > 0 && f.Fields[0].Header
}

func nested(row *uapi.Row) string {
	switch {
	case row == nil:
		return ""
	case row.Constant == "IFLA_AF_SPEC":
		return "af-spec-attrs"
	}
	return row.Nested
}

func (w *walk) add(path []attr.Field, row *uapi.Row, six bool) {
	a := Attr{Name: nameOf(path, six), Field: path[len(path)-1], row: row, path: path, six: six, header: w.header}
	if row != nil {
		a.Since = row.Since
	}
	w.met[a.Name] = true
	a.Exception = w.rows[a.Name]
	if a.Exception.Since != "" {
		a.Since = a.Exception.Since
	}
	w.out = append(w.out, a)
}

func nameOf(path []attr.Field, six bool) string {
	var names []string
	for _, f := range path {
		if !isSwitches(&f) {
			names = append(names, f.Name)
		}
	}
	name := strings.Join(names, "/")
	if six {
		name += "6"
	}
	return name
}

// At returns what s says in the attribute, nil if nothing.
func (a *Attr) At(s attr.Struct) any {
	v := valueAt(s, a.path)
	if addr, ok := v.(netip.Addr); ok && a.Field.Alt != 0 && addr.Is6() != a.six {
		return nil
	}
	return v
}

// valueAt follows the path; nests whose fields are those of the struct around
// them are passed by themselves.
func valueAt(s attr.Struct, path []attr.Field) any {
	last := path[len(path)-1]
	for f, v := range attr.Values(s) {
		switch {
		case f.Name == last.Name && f.Type == last.Type && f.Wire == last.Wire:
			return v
		case len(path) > 1 && f.Wire == attr.WireNest && f.Name == path[0].Name:
			if inner := pointerTo(v); inner != nil {
				return valueAt(inner, path[1:])
			}
		}
	}
	return nil
}

// pointerTo returns the nest that v is, or is a copy of, nil if it is none.
func pointerTo(v any) attr.Struct {
	if s, ok := v.(attr.Struct); ok {
		return s
	}
	p := reflect.New(reflect.TypeOf(v))
	p.Elem().Set(reflect.ValueOf(v))
	s, _ := p.Interface().(attr.Struct)
	return s
}
