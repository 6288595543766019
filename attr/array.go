package attr

import (
	"fmt"
	"slices"
)

// A Table is a set of numbered u32 values, for arrays that the kernel reports
// by position and takes as a nest of single values.
type Table interface {
	// Put sets value i; false if i has no place, which drops it.
	Put(i int, v uint32) bool
	// At returns value i, and whether it is set.
	At(i int) (v uint32, ok bool)
	// Len returns the number after the highest that has a place.
	Len() int
	// Reset clears all values.
	Reset()
}

type tableOp[T comparable, P interface {
	*T
	Table
}] struct{ first int }

func (o *tableOp[T, P]) decode(st *state, f *field, p ptr, b []byte, off int, _ bool) error {
	t := P(as[T](p))
	t.Reset()
	if f.Dir&Set != 0 && !st.Report && looksNested(b, o.first) {
		return o.decodeNest(t, b, off)
	}
	if len(b)%4 != 0 {
		return ErrLength
	}
	for i := 0; len(b) > 0; i, b = i+1, b[4:] {
		t.Put(o.first+i, u32(b))
	}
	return nil
}

// looksNested tells a request's nest from a report's array: an array of the
// kernel starts with a value, never with the header of a u32 attribute whose
// length fills b exactly.
func looksNested(b []byte, first int) bool {
	if len(b)%8 != 0 {
		return false
	}
	for i := 0; i < len(b); i += 8 {
		if u16(b[i:]) != 8 || int(u16(b[i+2:])) < first {
			return false
		}
	}
	return len(b) > 0
}

func (o *tableOp[T, P]) decodeNest(t P, b []byte, off int) error {
	for ; len(b) > 0; b, off = b[8:], off+8 {
		if id := Type(u16(b[2:])).Number(); !t.Put(int(id), u32(b[4:])) {
			return &Error{Type: id, Offset: off, Err: ErrRange}
		}
	}
	return nil
}

func (o *tableOp[T, P]) append(st *state, f *field, p ptr, b []byte) ([]byte, error) {
	start := len(b)
	t := P(as[T](p))
	if st.Report {
		b = appendHeader(b, f.Type, 0)
		for i, end := o.first, o.end(t); i < end; i++ {
			v, _ := t.At(i)
			b = append32(b, v)
		}
		return EndNest(b, start)
	}
	b = BeginNest(b, f.Type)
	for i := o.first; i < t.Len(); i++ {
		if v, ok := t.At(i); ok {
			b = AppendUint32(b, Type(i), v)
		}
	}
	return EndNest(b, start)
}

// end returns the number after the highest value that is set.
func (o *tableOp[T, P]) end(t P) int {
	for i := t.Len(); i > o.first; i-- {
		if _, ok := t.At(i - 1); ok {
			return i
		}
	}
	return o.first
}

func (o *tableOp[T, P]) isSet(p ptr) bool { return o.end(P(as[T](p))) > o.first }

func (o *tableOp[T, P]) reset(p ptr)       { P(as[T](p)).Reset() }
func (o *tableOp[T, P]) copy(dst, src ptr) { *as[T](dst) = *as[T](src) }
func (o *tableOp[T, P]) value(p ptr) any   { return P(as[T](p)) }

func (o *tableOp[T, P]) equal(f *field, want, have ptr) bool { return !o.diff(f, nil, want, have) }

func (o *tableOp[T, P]) diff(_ *field, dst, want, have ptr) (differs bool) {
	w, h := P(as[T](want)), P(as[T](have))
	for i := o.first; i < w.Len(); i++ {
		v, ok := w.At(i)
		if old, has := h.At(i); !ok || has && old == v {
			continue
		}
		differs = true
		if dst != nil {
			P(as[T](dst)).Put(i, v)
		}
	}
	return differs
}

// Array lists u32 values by number, starting with first: the kernel reports
// them as one array, a request names each in a nest of its own.
func Array[T comparable, P interface {
	*T
	Table
}](c *Codec, t Type, name string, first int, p *T, opts ...Option) {
	add(c, Field{Type: t, Name: name, Wire: WireArray}, p, &tableOp[T, P]{first}, opts)
}

// vectorOp is an array of integers of any length.
type vectorOp[T comparable] struct{ form[T] }

func (o *vectorOp[T]) decode(_ *state, _ *field, p ptr, b []byte, _ int, _ bool) error {
	if len(b)%o.size != 0 {
		return ErrLength
	}
	s := (*as[[]T](p))[:0]
	for ; len(b) > 0; b = b[o.size:] {
		s = append(s, o.get(b))
	}
	*as[[]T](p) = s
	return nil
}

func (o *vectorOp[T]) append(_ *state, f *field, p ptr, b []byte) ([]byte, error) {
	s := *as[[]T](p)
	n := o.size * len(s)
	if n > MaxPayload {
		return b, fmt.Errorf("%w: %d numbers", ErrTooLong, len(s))
	}
	b = appendHeader(b, f.Type, n)
	for _, v := range s {
		b = o.put(b, v)
	}
	return pad(b, n), nil
}

func (o *vectorOp[T]) isSet(p ptr) bool { return len(*as[[]T](p)) > 0 }
func (o *vectorOp[T]) reset(p ptr)      { *as[[]T](p) = (*as[[]T](p))[:0] }
func (o *vectorOp[T]) value(p ptr) any  { return *as[[]T](p) }

// copy makes none of none, as that of a list does.
func (o *vectorOp[T]) copy(dst, src ptr) {
	*as[[]T](dst) = append([]T(nil), *as[[]T](src)...)
}

func (o *vectorOp[T]) equal(_ *field, want, have ptr) bool {
	return slices.Equal(*as[[]T](want), *as[[]T](have))
}

func addVector[T comparable](c *Codec, t Type, name string, p *[]T, fm form[T], opts []Option) {
	add(c, Field{Type: t, Name: name, Wire: WireArray}, p, &vectorOp[T]{fm}, opts)
}

// Uint16s lists an array of u16 of any length, by position.
func Uint16s(c *Codec, t Type, name string, p *[]uint16, opts ...Option) {
	addVector(c, t, name, p, form16[uint16](), opts)
}

// Uint32s lists an array of u32 of any length, by position.
func Uint32s(c *Codec, t Type, name string, p *[]uint32, opts ...Option) {
	addVector(c, t, name, p, form32[uint32](), opts)
}

// Counters lists an array of u64 of any length, by position.
func Counters(c *Codec, t Type, name string, p *[]uint64, opts ...Option) {
	addVector(c, t, name, p, form64[uint64](), opts)
}
