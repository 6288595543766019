package attr

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// A JSONReader reads the JSON of requests and collects what is wrong with it,
// so that a person gets all of it at once. Its Scope knows the kinds; see
// [Scope]. The zero JSONReader knows none.
type JSONReader struct {
	Scope
	errs []error
}

// JSONMembers are members of an object beside the fields of a struct: what
// reads each. The value nil is that of members which are only reported.
type JSONMembers map[string]func(path string, b []byte)

// Fail notes what is wrong at path. An [*Error], or several that are joined,
// are said to be within it.
func (r *JSONReader) Fail(path string, err error) {
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		for _, err := range several.Unwrap() {
			r.Fail(path, err)
		}
		return
	}
	if e, ok := err.(*Error); ok {
		path, err = JSONPath(path, e.Path), e.Err
	}
	r.errs = append(r.errs, &Error{Path: path, Offset: -1, Err: err})
}

// Err returns what is wrong, nil if nothing is: an [*Error], or several that
// are joined.
func (r *JSONReader) Err() error {
	if len(r.errs) == 1 {
		return r.errs[0]
	}
	return errors.Join(r.errs...)
}

// Valid checks that b is JSON and nothing else, which must be so before any of
// it is read.
func (r *JSONReader) Valid(b []byte) bool {
	err := json.Unmarshal(b, new(json.RawMessage))
	if err == nil && !utf8.Valid(b) {
		err = fmt.Errorf("%w: not UTF-8", ErrValue)
	}
	if err != nil {
		r.Fail("", err)
	}
	return err == nil
}

// JSONPath returns the path of the member or element that is called name in
// what is at path.
func JSONPath(path, name string) string {
	if path == "" || name == "" || name[0] == '[' {
		return path + name
	}
	return path + "." + name
}

// Members iterates over the members of the object b, which is at path.
func (r *JSONReader) Members(path string, b []byte) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		dec, ok := r.begin(path, b, '{', "an object")
		seen := map[string]bool{}
		for ok && dec.More() {
			t, _ := dec.Token()
			key, _ := t.(string)
			var value json.RawMessage
			if err := dec.Decode(&value); err != nil {
				r.Fail(path, err)
				return
			}
			if seen[key] {
				r.Fail(JSONPath(path, key), fmt.Errorf("%w: said twice", ErrValue))
				continue
			}
			seen[key] = true
			if !yield(key, value) {
				return
			}
		}
	}
}

// Elements iterates over the elements of the array b, which is at path, with the
// path of each.
func (r *JSONReader) Elements(path string, b []byte) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		dec, ok := r.begin(path, b, '[', "an array")
		for i := 0; ok && dec.More(); i++ {
			var value json.RawMessage
			if err := dec.Decode(&value); err != nil {
				r.Fail(path, err)
				return
			}
			if !yield(fmt.Sprintf("%s[%d]", path, i), value) {
				return
			}
		}
	}
}

// Object reads the object b, which is at path and has no members but these.
func (r *JSONReader) Object(path string, b []byte, members JSONMembers) {
	for key, value := range r.Members(path, b) {
		at := JSONPath(path, key)
		switch read, ok := members[key]; {
		case !ok:
			r.Fail(at, UnknownKey(key, slices.Sorted(maps.Keys(members))))
		case read == nil:
			r.Fail(at, ErrReadOnly)
		default:
			read(at, value)
		}
	}
}

// begin returns a decoder behind the first byte of b, which is to be that one.
func (r *JSONReader) begin(path string, b []byte, open byte, what string) (*json.Decoder, bool) {
	if b = bytes.TrimSpace(b); len(b) == 0 || b[0] != open {
		r.Fail(path, wantJSON(b, what))
		return nil, false
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	_, err := dec.Token()
	return dec, err == nil
}

// wantJSON says what b should have been.
func wantJSON(b []byte, what string) error {
	const enough = 40
	if len(b) > enough {
		b = append(bytes.Clone(b[:enough]), "..."...)
	}
	return fmt.Errorf("%w: %s, want %s", ErrValue, b, what)
}

// Struct sets every field of s from the object b, which is at path; those
// without a member say nothing afterwards. more are members beside the fields.
func (r *JSONReader) Struct(path string, b []byte, s Struct, more JSONMembers) {
	prog, base, err := programOf(s)
	if err != nil {
		r.Fail(path, err)
		return
	}
	r.object(prog, base, path, b, more)
}

// object is Struct for a program. Names come before the data whose layout they
// choose, in whatever order the members are.
func (r *JSONReader) object(prog *program, base ptr, path string, b []byte, more JSONMembers) {
	prog.reset(base)
	o := objectReader{JSONReader: r, list: prog.json(), base: base, more: more, said: map[int]*jsonMember{}}
	o.collect(path, "", b)
	for _, late := range []bool{false, true} {
		for _, m := range o.members {
			if m.late == late {
				o.read(m)
			}
		}
	}
}

// An objectReader reads one object into the struct at base.
type objectReader struct {
	*JSONReader
	list    *jsonList
	base    ptr
	more    JSONMembers
	members []*jsonMember
	said    map[int]*jsonMember // by position in list.fields
}

// A jsonMember is a value for a field at p.
type jsonMember struct {
	jsonField
	p     ptr
	as    keyMeaning
	path  string
	said  string   // the key, of the several that the field may have
	words []string // all such keys, where each is a word of the value
	b     []byte
}

// collect finds the field of each member of b, and of the objects in it that
// stand for keys with a '/'.
func (o *objectReader) collect(path, prefix string, b []byte) {
	for key, value := range o.Members(path, b) {
		at, full := JSONPath(path, key), prefix+key
		read, isMore := o.more[full]
		k, found := o.list.keys[full]
		group := o.list.groups[full]
		switch {
		case isMore && read == nil:
			o.Fail(at, ErrReadOnly)
		case isMore:
			read(at, value)
		case group && (value[0] == '{' || !found): // "encap" is a group and, as a word, a field
			o.collect(at, full+"/", value)
		case !found || strings.Contains(key, "/"):
			o.Fail(at, UnknownKey(key, o.known(prefix)))
		default:
			o.add(k, &jsonMember{path: at, said: key, b: value})
		}
	}
}

func (o *objectReader) known(prefix string) []string {
	keys := o.list.known(prefix)
	if prefix == "" {
		for k := range o.more {
			keys = append(keys, k)
		}
	}
	return keys
}

// add notes a member for a field.
func (o *objectReader) add(k jsonKey, m *jsonMember) {
	m.jsonField, m.as = o.list.fields[k.at], k.as
	m.p = at(o.base, m.off)
	first := o.said[k.at]
	switch {
	case m.Dir == Read:
		o.Fail(m.path, ErrReadOnly)
	case m.as == keyRepeat:
		o.Fail(m.path, fmt.Errorf("%w: say %s instead", ErrValue, m.key))
	case m.as == keyWord && string(m.b) != "true":
		o.Fail(m.path, wantJSON(m.b, "true"))
	case first != nil && first.as == keyWord && m.as == keyWord:
		first.words = append(first.words, m.said)
	case first != nil:
		o.Fail(m.path, fmt.Errorf("%w: %s says it already", ErrValue, first.said))
	default:
		m.words = append(m.words, m.said)
		o.said[k.at] = m
		o.members = append(o.members, m)
	}
}

// read sets a field. What cannot be said leaves it unsaid.
func (o *objectReader) read(m *jsonMember) {
	if m.as == keyWord {
		m.b, _ = json.Marshal(strings.Join(m.words, ",")) // a string always marshals
	}
	err := fmt.Errorf("%w: has no JSON", ErrValue)
	if op, ok := m.op.(jsonOp); ok {
		err = op.readJSON(o.JSONReader, m)
	}
	if err == nil {
		err = m.valid(o.Scope)
	}
	if err != nil {
		o.Fail(m.path, err)
		m.op.reset(m.p)
	}
}

// valid reports why the value could not be sent, by trying: what sending checks
// is then the same here. Fields inside this one have had their turn.
func (m *jsonMember) valid(sc Scope) error {
	if n, ok := m.op.(numeric); ok && m.descriptor && n.number(m.p) >= 0 {
		return errDescriptor(n.number(m.p))
	}
	if m.as == keyBy && m.said != m.Name && m.keyOf(m.op.value(m.p)) != m.said {
		return fmt.Errorf("%w: %v belongs under %s", ErrValue, m.op.value(m.p), m.keyOf(m.op.value(m.p)))
	}
	switch o := m.op.(type) {
	case bitsPart:
		_, err := o.share(m.p)
		return err
	case holder, lister, chooser:
		return nil
	}
	if m.Header || m.Wire == wirePart { // cannot be written apart from the rest
		return m.check(m.p)
	}
	sc.Report = false
	_, err := m.append(&state{Scope: sc}, m.p, nil)
	if e, ok := err.(*Error); ok {
		err = e.Err
	}
	if errors.Is(err, ErrUnresolved) { // a name is as good as can be had here
		return nil
	}
	return err
}

func errDescriptor(n any) error {
	return fmt.Errorf("%w: file descriptor %v means nothing outside of a process", ErrValue, n)
}
