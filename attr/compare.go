package attr

import (
	"fmt"
	"reflect"
)

// A differ is an op that can compare and copy parts of its field.
type differ interface {
	diff(f *field, dst, want, have ptr) bool
}

// holds reports whether everything the struct at want says holds in have.
func (p *program) holds(want, have ptr) bool {
	for _, list := range [][]field{p.heads, p.fields} {
		for i := range list {
			if f := &list[i]; f != p.rest && f.differs(at(want, f.off), at(have, f.off)) {
				return false
			}
		}
	}
	return true
}

// differs reports whether the field says something in want that does not hold
// in have.
func (f *field) differs(want, have ptr) bool {
	if !f.op.isSet(want) {
		return false
	}
	switch f.op.(type) {
	case differ, inlined: // their parts may be absent where that means zero
		return !f.op.equal(f, want, have)
	}
	switch {
	case f.op.isSet(have):
		return !f.op.equal(f, want, have)
	case f.zero: // absent in have means zero
		return !isZeroValue(f.op.value(want))
	}
	return true
}

func isZeroValue(v any) bool {
	switch v := v.(type) {
	case bool:
		return !v
	case Ref:
		i, ok := v.Index()
		return ok && i == 0
	case interface{ IsUnspecified() bool }:
		return v.IsUnspecified()
	}
	return reflect.ValueOf(v).IsZero()
}

// Diff compares what want says with have, both of one type, and sets dst,
// also of that type, to the difference: the fields of want that do not hold
// in have. It returns their descriptions. Fields that want leaves unsaid are
// not compared, nor are unknown attributes. Values that the kernel rounds
// compare as their lines say ([Same], [ZeroUnsaid]). A [Nest] or a list that
// differs is in dst as a whole, of the data of a [Choice] only what differs.
// dst shares no storage with want.
func Diff(dst, want, have Struct) ([]Field, error) {
	prog, w, err := programOf(want)
	if err != nil {
		return nil, err
	}
	prog2, h, err := programOf(have)
	if err != nil {
		return nil, err
	}
	prog3, d, err := programOf(dst)
	if err != nil {
		return nil, err
	}
	if prog != prog2 || prog != prog3 {
		return nil, fmt.Errorf("%w: comparing %T with %T into %T", ErrValue, want, have, dst)
	}
	prog.reset(d)
	return prog.diff(nil, d, w, h), nil
}

func (p *program) diff(out []Field, dst, want, have ptr) []Field {
	for _, list := range [][]field{p.heads, p.fields} {
		for i := range list {
			f := &list[i]
			wp, hp, dp := at(want, f.off), at(have, f.off), at(dst, f.off)
			if f == p.rest || !f.differs(wp, hp) {
				continue
			}
			switch o := f.op.(type) {
			case inlined:
				out = o.inlined().diff(out, dp, wp, hp)
				continue
			case differ:
				o.diff(f, dp, wp, hp)
			default:
				f.op.copy(dp, wp)
			}
			out = append(out, f.Field)
		}
	}
	return out
}

// Copy sets the fields of dst for which keep returns true to what src says
// there, and leaves the others alone. dst and src are of one type. keep sees
// the fields of [Inline] nests and the parts of numbers one by one, other nests
// whole.
func Copy(dst, src Struct, keep func(*Field) bool) error {
	prog, d, err := programOf(dst)
	if err != nil {
		return err
	}
	prog2, s, err := programOf(src)
	if err != nil {
		return err
	}
	if prog != prog2 {
		return fmt.Errorf("%w: copying %T to %T", ErrValue, src, dst)
	}
	prog.copyIf(d, s, keep)
	return nil
}

func (p *program) copyIf(dst, src ptr, keep func(*Field) bool) {
	for _, list := range [][]field{p.heads, p.fields} {
		for i := range list {
			f := &list[i]
			if o, ok := f.op.(inlined); ok {
				o.inlined().copyIf(at(dst, f.off), at(src, f.off), keep)
			} else if keep(&f.Field) {
				f.op.copy(at(dst, f.off), at(src, f.off))
			}
		}
	}
}
