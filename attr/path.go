package attr

import "strings"

// PathAt returns the path of the field whose attribute starts at offset off
// of b, a message that s lists: "linkinfo.data.port" for what a kernel's
// extended acknowledgement points to. Elements of lists have no names and
// leave no trace in it. It returns "" if no attribute that s knows starts
// there.
func (sc Scope) PathAt(b []byte, s Struct, off int) string {
	prog, _, err := programOf(s)
	if err != nil {
		return ""
	}
	f := finder{walker{sc}, off, nil}
	if !f.message(b, prog, 0) {
		return ""
	}
	return strings.Join(f.path, ".")
}

type finder struct {
	walker
	want int
	path []string // names on the way to want
}

// message looks for the attribute at the wanted offset in b, which starts at
// off.
func (f *finder) message(b []byte, prog *program, off int) bool {
	body := f.enter(b, prog)
	off += len(b) - len(body)
	chosen := f.names(body, prog)
	for b = body; len(b) > 0; {
		t, payload, rest, err := Cut(b)
		if err != nil {
			return false
		}
		next := off + len(b) - len(rest)
		if f.want < next {
			return f.attribute(t.Number(), payload, prog, chosen, off)
		}
		b, off = rest, next
	}
	return false
}

// attribute looks at the one attribute that spans the wanted offset.
func (f *finder) attribute(t Type, payload []byte, prog *program, chosen names, off int) bool {
	field := f.find(prog, t)
	if field == nil || f.want < off {
		return false
	}
	if field.Name != "" {
		f.path = append(f.path, field.Name)
	}
	if off == f.want {
		return true
	}
	inner := f.inside(field, chosen)
	return inner != nil && f.message(payload, inner, off+HeaderLen)
}
