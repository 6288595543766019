package attr

import "fmt"

// Append appends the attributes that s has set, as a request: attributes
// that only the kernel reports are left out. Errors are of type [*Error] and
// come before anything is half-written: b is returned as it was.
func Append(b []byte, s Struct) ([]byte, error) { return Scope{}.Append(b, s) }

// Append is [Append] in this scope.
func (sc Scope) Append(b []byte, s Struct) ([]byte, error) {
	prog, base, err := programOf(s)
	if err != nil {
		return b, &Error{Offset: -1, Err: err}
	}
	st := sc.state()
	defer st.free()
	out, err := prog.append(st, base, b)
	if err != nil {
		return b, err
	}
	return out, nil
}

// sends reports whether a message of this scope holds the field.
func (st *state) sends(f *field) bool {
	if !f.inFamily(st.Family) {
		return false
	}
	switch {
	case st.Report:
		return true
	case st.Only != 0:
		return f.Dir&(st.Only|Query) != 0
	}
	return f.Dir&^Read != 0
}

func (p *program) append(st *state, base ptr, b []byte) ([]byte, error) {
	family := st.Family
	defer func() { st.Family = family }()
	b, err := p.appendHeader(st, base, b)
	if err != nil {
		return b, err
	}
	for i := range p.fields {
		f := &p.fields[i]
		fp := at(base, f.off)
		if !f.op.isSet(fp) || !st.sends(f) {
			continue
		}
		if b, err = f.append(st, fp, b); err != nil {
			return b, err
		}
	}
	return b, nil
}

func (p *program) appendHeader(st *state, base ptr, b []byte) ([]byte, error) {
	start := len(b)
	b = append(b, make([]byte, p.header)...)
	for i := range p.heads {
		f := &p.heads[i]
		if !st.sends(f) {
			continue
		}
		place := b[start+int(f.Type) : start+int(f.Type)]
		if _, err := f.append(st, at(base, f.off), place); err != nil {
			return b, err
		}
	}
	return b, nil
}

// append checks and appends one field; errors are of type *Error.
func (f *field) append(st *state, p ptr, b []byte) ([]byte, error) {
	if !st.Report {
		if err := f.check(p); err != nil {
			return b, f.appendError(err)
		}
	}
	b, err := f.op.append(st, f, p, b)
	if err != nil {
		return b, f.appendError(err)
	}
	return b, nil
}

func (f *field) appendError(err error) error {
	if _, nested := err.(*Error); nested {
		return within(err, f.Name)
	}
	return &Error{Path: f.Name, Type: f.Type, Offset: -1, Err: err}
}

// An op with a number can be checked against a [Range], one with a length
// against a [MaxLen].
type (
	numeric interface{ number(p ptr) int64 }
	lengthy interface{ length(p ptr) int }
)

// A comparer heeds [Same]; compares says whether f is of the right type.
type comparer interface{ compares(f any) bool }

// isSame says whether f compares values of type T.
func isSame[T any](f any) bool {
	_, ok := f.(func(want, have T) bool)
	return ok
}

// rangeError counts time spans in their unit and names them as spans.
func (f *field) rangeError(n, lo, hi int64) error {
	err := &RangeError{n, lo, hi}
	if o, ok := f.op.(*durationOp); ok {
		return &spanError{err, o.unit}
	}
	return err
}

// check applies the limits of the field's line to its value.
func (f *field) check(p ptr) error {
	if f.ranged {
		if n := f.op.(numeric).number(p); n < f.min || n > f.max {
			return f.rangeError(n, f.min, f.max)
		}
	}
	if f.maxLen > 0 {
		if n := f.op.(lengthy).length(p); n > f.maxLen {
			return fmt.Errorf("%w: %d bytes, at most %d", ErrTooLong, n, f.maxLen)
		}
	}
	return nil
}
