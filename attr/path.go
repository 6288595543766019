package attr

import "strings"

// PathAt returns the path of the field whose attribute starts at offset off
// of b, a message that s lists: "linkinfo.data.port" for what a kernel's
// extended acknowledgement points to. It returns "" if no attribute that s
// knows starts there.
func (sc Scope) PathAt(b []byte, s Struct, off int) string {
	prog, _, err := programOf(s)
	if err != nil {
		return ""
	}
	var path []string
	f := finder{dumper{Scope: sc}, off}
	if !f.find(&path, b, prog, 0) {
		return ""
	}
	return strings.Join(path, ".")
}

type finder struct {
	dumper // for the layouts that names choose
	want   int
}

// find appends the names on the way to the wanted offset.
func (f *finder) find(path *[]string, b []byte, prog *program, off int) bool {
	if prog.header > 0 {
		n := min(prog.header, len(b))
		b, off = b[n:], off+n
	}
	f.names(b, prog)
	for len(b) > 0 {
		t, payload, rest, err := Cut(b)
		if err != nil {
			return false
		}
		if next := off + len(b) - len(rest); f.want < next {
			return f.at(path, t.Number(), payload, prog, off)
		}
		b, off = rest, off+len(b)-len(rest)
	}
	return false
}

// at looks at the one attribute that holds the offset.
func (f *finder) at(path *[]string, t Type, payload []byte, prog *program, off int) bool {
	field := f.dumper.find(prog, t)
	if field == nil {
		return false
	}
	*path = append(*path, field.Name)
	if off == f.want {
		return true
	}
	inner := f.inside(field)
	return inner != nil && f.find(path, payload, inner, off+HeaderLen)
}
