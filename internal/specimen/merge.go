package specimen

import "github.com/iplink-go/iplink/attr"

// Two values of one list become one on the wire, where it is plain what
// belongs together: nests are joined, and so are switches that share an
// attribute, which a copy field by field would replace. What cannot be sent, a
// flag that is off, does not survive that, and references must be by index.

// merge returns what a says with what b says on top.
func (s *Subject) merge(a, b attr.Struct) (attr.Struct, error) {
	fields, err := attr.Describe(a)
	if err != nil {
		return nil, err
	}
	x, err := report.Append(nil, a)
	if err != nil {
		return nil, err
	}
	y, err := report.Append(nil, b)
	if err != nil {
		return nil, err
	}
	out := s.fresh()
	return out, scope.Decode(mergeLists(fields, x, y), out)
}

// mergeLists merges messages or nests, headers included.
func mergeLists(fields []attr.Field, a, b []byte) []byte {
	n := headerLen(fields)
	out := either(a[:n], b[:n])
	for t, p := range attr.All(a[n:]) {
		f := field(fields, t)
		q, again := find(b[n:], t)
		switch {
		case again && joins(f):
			out = attr.AppendBytes(out, t, join(f, p, q))
		case !again && !says(b[n:], f):
			out = attr.AppendBytes(out, t, p)
		}
	}
	for t, p := range attr.All(b[n:]) {
		if _, done := find(a[n:], t); !done || !joins(field(fields, t)) {
			out = attr.AppendBytes(out, t, p)
		}
	}
	return out
}

// says reports whether b says something in the field, which for a pair of
// numbers may be the other one.
func says(b []byte, f *attr.Field) bool {
	if f == nil || f.Alt == 0 {
		return false
	}
	_, first := find(b, f.Type)
	_, second := find(b, f.Alt)
	return first || second
}

// join returns the two in one.
func join(f *attr.Field, a, b []byte) []byte {
	if f.Wire == attr.WireNest {
		return mergeLists(f.Fields, a, b)
	}
	return either(a, b)
}

// either returns the bits that are in a or b, which are of one length.
func either(a, b []byte) []byte {
	out := make([]byte, len(a))
	for i := range out {
		out[i] = a[i] | b[i]
	}
	return out
}

// joins reports whether two of the attribute can be one.
func joins(f *attr.Field) bool {
	return f != nil && (isSwitches(f) || f.Wire == attr.WireNest && !isList(f) && len(f.Fields) > 0)
}

func isSwitches(f *attr.Field) bool { return len(f.Fields) > 0 && f.Fields[0].Wire == bit }

// bit is the form of a switch that shares an attribute with others.
const bit attr.Wire = "bit"

// isList reports whether f is a nest of elements, which have no name.
func isList(f *attr.Field) bool { return len(f.Fields) == 1 && f.Fields[0].Name == "" }

func field(fields []attr.Field, t attr.Type) *attr.Field {
	for i := range fields {
		if f := &fields[i]; !f.Header && (f.Type == t || f.Alt != 0 && f.Alt == t) {
			return f
		}
	}
	return nil
}

func find(b []byte, t attr.Type) ([]byte, bool) {
	for u, p := range attr.All(b) {
		if u == t {
			return p, true
		}
	}
	return nil, false
}

// headerLen is how many bytes come before the attributes.
func headerLen(fields []attr.Field) (n int) {
	for _, f := range fields {
		if f.Header {
			n = max(n, int(f.Type)+f.Size)
		}
	}
	return n
}
