package attr

import (
	"fmt"
	"iter"
)

// Describe returns the fields of s in list order, header fields first, with
// those of nests and structs inside them.
func Describe(s Struct) ([]Field, error) {
	prog, _, err := programOf(s)
	if err != nil {
		return nil, err
	}
	return describe(prog), nil
}

func describe(p *program) []Field {
	if p == nil {
		return nil
	}
	out := make([]Field, 0, len(p.heads)+len(p.fields))
	for _, list := range [][]field{p.heads, p.fields} {
		for i := range list {
			if &list[i] == p.rest {
				continue
			}
			f := list[i].Field
			if h, ok := list[i].op.(interface{ program() *program }); ok {
				f.Fields = describe(h.program())
			}
			out = append(out, f)
		}
	}
	return out
}

// Values iterates over the fields of s that say something, with their values:
// what is in the Opt, an address, a slice, or for nests the struct. Fields of
// an [Inline] nest, switches of [Bits] and parts of numbers come one by one.
func Values(s Struct) iter.Seq2[Field, any] {
	return func(yield func(Field, any) bool) {
		if prog, base, err := programOf(s); err == nil {
			prog.values(base, yield)
		}
	}
}

func (p *program) values(base ptr, yield func(Field, any) bool) bool {
	isStruct := len(p.fields) == 0 // all members of a C struct are there
	for _, list := range [][]field{p.heads, p.fields} {
		for i := range list {
			f := &list[i]
			fp := at(base, f.off)
			if !isStruct && !f.op.isSet(fp) || f == p.rest {
				continue
			}
			switch o := f.op.(type) {
			case inlined:
				if !o.inlined().values(fp, yield) {
					return false
				}
			case switches:
				if !o.program().values(fp, yield) {
					return false
				}
			default:
				if !yield(f.Field, f.op.value(fp)) {
					return false
				}
			}
		}
	}
	return true
}

// Check runs the list of s and reports what is wrong with it: a number listed
// twice, a pointer to something that is not a field. It is for tests of
// lists; every other function would return the same error.
func Check(s Struct) error {
	if _, _, err := programOf(s); err != nil {
		return fmt.Errorf("list of %T: %w", s, err)
	}
	return nil
}

// Refs iterates over the references to links that s holds and says something
// in, nests and lists included, so that names can be resolved without knowing
// the kind.
func Refs(s Struct) iter.Seq2[Field, *Ref] {
	return func(yield func(Field, *Ref) bool) {
		if prog, base, err := programOf(s); err == nil {
			prog.refs(base, yield)
		}
	}
}

func (p *program) refs(base ptr, yield func(Field, *Ref) bool) bool {
	for i := range p.fields {
		f := &p.fields[i]
		fp := at(base, f.off)
		if !f.op.isSet(fp) {
			continue
		}
		switch o := f.op.(type) {
		case refOp:
			if !yield(f.Field, as[Ref](fp)) {
				return false
			}
		case chooser:
			if prog, elem, err := o.chosen(fp); err == nil && prog != nil && !prog.refs(elem, yield) {
				return false
			}
		case holder:
			if !o.program().refs(o.elem(fp), yield) {
				return false
			}
		case lister:
			for prog, elem := range o.elems(fp) {
				if !prog.refs(elem, yield) {
					return false
				}
			}
		}
	}
	return true
}

// A chooser is the data of a [Choice], a lister a list of structs.
type (
	chooser interface {
		chosen(p ptr) (*program, ptr, error)
	}
	lister interface {
		elems(p ptr) iter.Seq2[*program, ptr]
	}
)
