package attr

import (
	"fmt"
	"iter"
	"slices"
)

// Lists: attributes that are there more than once, straight in their parent
// or inside a nest of their own. Order is kept.

// An element is how one T of a list travels.
type element[T any] interface {
	read(st *state, p *T, b []byte, off int) error
	write(st *state, t Type, p *T, b []byte) ([]byte, error)
	copy(dst, src *T)
	equal(a, b *T) bool
	inside() *program // nil if T has no fields
}

// structElem is an element with fields of its own: a nest, or a C struct.
type structElem[T any, P interface {
	*T
	Struct
}] struct {
	prog  *program
	fixed bool // a C struct
}

func (e *structElem[T, P]) inside() *program { return e.prog }

func (e *structElem[T, P]) read(st *state, p *T, b []byte, off int) error {
	return e.prog.decode(st, ptrTo(p), b, off)
}

func (e *structElem[T, P]) write(st *state, t Type, p *T, b []byte) ([]byte, error) {
	return appendNest(st, t, e.prog, ptrTo(p), b, e.fixed)
}

// copy assigns what T does not list and copies what it does, as nestOp.copy.
func (e *structElem[T, P]) copy(dst, src *T) {
	*dst = *src
	e.prog.copy(ptrTo(dst), ptrTo(src))
}

func (e *structElem[T, P]) equal(a, b *T) bool {
	return e.prog.holds(ptrTo(a), ptrTo(b)) && e.prog.holds(ptrTo(b), ptrTo(a))
}

// plainElem is what elements without fields have in common.
type plainElem[T comparable] struct{}

func (plainElem[T]) inside() *program   { return nil }
func (plainElem[T]) copy(dst, src *T)   { *dst = *src }
func (plainElem[T]) equal(a, b *T) bool { return *a == *b }

type hwAddrElem struct{ plainElem[HWAddr] }

func (hwAddrElem) read(st *state, p *HWAddr, b []byte, off int) error {
	return hwAddrOp{}.decode(st, nil, ptrTo(p), b, off, false)
}

func (hwAddrElem) write(st *state, t Type, p *HWAddr, b []byte) ([]byte, error) {
	return AppendBytes(b, t, p.b[:p.n]), nil
}

type stringElem struct{ plainElem[string] }

func (stringElem) read(st *state, p *string, b []byte, off int) error {
	return stringOp{}.decode(st, nil, ptrTo(p), b, off, false)
}

func (stringElem) write(_ *state, t Type, p *string, b []byte) ([]byte, error) {
	return appendText(b, &field{Field: Field{Type: t}}, *p)
}

// A Joiner is an element that can stand for several attributes, as a range of
// VLANs is a first and a last one. Join takes in the next element if the two
// are one, and Split returns what to send. What Join notes may be in fields
// that T does not list.
type Joiner[T any] interface {
	Join(next T) (ok bool)
	Split() []T
}

// parts returns what an element is sent as.
func parts[T any](list []T, i int) []T {
	if j, ok := any(&list[i]).(Joiner[T]); ok {
		return j.Split()
	}
	return list[i : i+1]
}

// repeatOp is a field of type []T: every attribute of its number is one T.
type repeatOp[T any] struct{ el element[T] }

func (o *repeatOp[T]) decode(st *state, f *field, p ptr, b []byte, off int, again bool) error {
	s := as[[]T](p)
	if !again {
		*s = (*s)[:0]
	}
	v, err := grow(s, func(v *T) error {
		if _, joins := any(v).(Joiner[T]); joins {
			var zero T
			*v = zero // what an earlier Join noted
		}
		return o.el.read(st, v, b, off)
	})
	if err != nil {
		return within(asError(err, f.Type, off), fmt.Sprintf("%d", len(*s)))
	}
	if n := len(*s); n > 1 {
		if j, ok := any(&(*s)[n-2]).(Joiner[T]); ok && j.Join(*v) {
			*s = (*s)[:n-1]
		}
	}
	return nil
}

// grow lengthens s by one element, reusing what storage s has there, and
// takes it back if read fails.
func grow[T any](s *[]T, read func(*T) error) (*T, error) {
	n := len(*s)
	if n < cap(*s) {
		*s = (*s)[:n+1]
	} else {
		var zero T
		*s = append(*s, zero)
	}
	v := &(*s)[n]
	if err := read(v); err != nil {
		*s = (*s)[:n]
		return nil, err
	}
	return v, nil
}

func asError(err error, t Type, off int) error {
	if _, ok := err.(*Error); ok {
		return err
	}
	return &Error{Type: t, Offset: off - HeaderLen, Err: err}
}

func (o *repeatOp[T]) append(st *state, f *field, p ptr, b []byte) ([]byte, error) {
	var err error
	s := *as[[]T](p)
	for i := range s {
		parts := parts(s, i)
		for k := range parts {
			if b, err = o.el.write(st, f.Type, &parts[k], b); err != nil {
				return b, within(asError(err, f.Type, HeaderLen-1), fmt.Sprintf("%d", i))
			}
		}
	}
	return b, nil
}

func (o *repeatOp[T]) isSet(p ptr) bool { return len(*as[[]T](p)) > 0 }
func (o *repeatOp[T]) reset(p ptr)      { *as[[]T](p) = (*as[[]T](p))[:0] }
func (o *repeatOp[T]) value(p ptr) any  { return *as[[]T](p) }

func (o *repeatOp[T]) copy(dst, src ptr) {
	from := *as[[]T](src)
	if len(from) == 0 {
		*as[[]T](dst) = nil
		return
	}
	to := make([]T, len(from))
	for i := range from {
		o.el.copy(&to[i], &from[i])
	}
	*as[[]T](dst) = to
}

func (o *repeatOp[T]) equal(f *field, want, have ptr) bool {
	if eq, ok := f.compare.(func(want, have []T) bool); ok {
		return eq(*as[[]T](want), *as[[]T](have))
	}
	w, h := *as[[]T](want), *as[[]T](have)
	if len(w) != len(h) {
		return false
	}
	for i := range w {
		if !slices.EqualFunc(parts(w, i), parts(h, i), func(a, b T) bool { return o.el.equal(&a, &b) }) {
			return false
		}
	}
	return true
}

func (*repeatOp[T]) compares(f any) bool { return isSame[[]T](f) }

func (o *repeatOp[T]) program() *program { return o.el.inside() }

// elems iterates over the elements that have fields.
func (o *repeatOp[T]) elems(p ptr) iter.Seq2[*program, ptr] {
	return func(yield func(*program, ptr) bool) {
		prog, list := o.el.inside(), *as[[]T](p)
		for i := range list {
			if prog == nil || !yield(prog, ptrTo(&list[i])) {
				return
			}
		}
	}
}

// nestListOp is a nest whose attributes of one number are the elements.
type nestListOp[T any] struct {
	repeatOp[T]
	host
	prog *program // lists the elements, which have no name
}

func newNestList[T any](c *Codec, o repeatOp[T], inner Type, w Wire, size int) nestListOp[T] {
	prog := &program{name: c.prog.name, fields: []field{{Field: Field{Type: inner, Wire: w, Size: size}, op: &o}}}
	c.fail(prog.link())
	return nestListOp[T]{o, newHost(c), prog}
}

func (o *nestListOp[T]) inner() *field     { return &o.prog.fields[0] }
func (o *nestListOp[T]) program() *program { return o.prog }

func (o *nestListOp[T]) decode(st *state, f *field, p ptr, b []byte, off int, again bool) error {
	if o.reset(p); again {
		st.forget(f.Type)
	}
	kept := -1
	for more := false; len(b) > 0; {
		t, payload, rest, err := Cut(b)
		if err != nil {
			return &Error{Type: t.Number(), Offset: off, Err: err}
		}
		raw := b[:len(b)-len(rest)]
		if t.Number() == o.inner().Type {
			if err := o.repeatOp.decode(st, o.inner(), p, payload, off+HeaderLen, more); err != nil {
				return err
			}
			more = true
		} else {
			kept = st.keepIn(f.Type, raw, kept)
		}
		b, off = rest, off+len(raw)
	}
	return o.kept(st, kept)
}

func (o *nestListOp[T]) append(st *state, f *field, p ptr, b []byte) ([]byte, error) {
	start := len(b)
	b, err := o.repeatOp.append(st, o.inner(), p, BeginNest(b, f.Type))
	if err != nil {
		return b, err
	}
	return EndNest(o.appendForeign(f, p, b), start)
}

func repeat[T any](o repeatOp[T], c *Codec, t Type, name string, w Wire, size int, p *[]T, opts []Option) {
	add(c, Field{Type: t, Name: name, Wire: w, Size: size}, p, &o, opts)
}

func nestList[T any](o repeatOp[T], c *Codec, t, inner Type, name string, w Wire, size int, p *[]T, opts []Option) {
	l := newNestList(c, o, inner, w, size)
	f := add(c, Field{Type: t, Name: name, Wire: WireNest}, p, &l, opts)
	l.inner().Dir, l.inner().Mode = f.Dir, f.Mode
}

func structs[T any, P interface {
	*T
	Struct
}](c *Codec, fixed bool) repeatOp[T] {
	return repeatOp[T]{&structElem[T, P]{nested[T, P](c), fixed}}
}

// RepeatStruct lists an attribute that is there once per C struct T.
func RepeatStruct[T any, P interface {
	*T
	Struct
}](c *Codec, t Type, name string, p *[]T, opts ...Option) {
	o := structs[T, P](c, true)
	repeat(o, c, t, name, WireStruct, o.program().header, p, opts)
}

// RepeatNest lists an attribute that is there once per nest T.
func RepeatNest[T any, P interface {
	*T
	Struct
}](c *Codec, t Type, name string, p *[]T, opts ...Option) {
	repeat(structs[T, P](c, false), c, t, name, WireNest, 0, p, opts)
}

// RepeatString lists an attribute that is there once per string.
func RepeatString(c *Codec, t Type, name string, p *[]string, opts ...Option) {
	o := repeatOp[string]{stringElem{}}
	repeat(o, c, t, name, WireString, 0, p, opts)
}

// StructList lists a nest that holds C structs T, each as an attribute of
// number inner.
func StructList[T any, P interface {
	*T
	Struct
}](c *Codec, t, inner Type, name string, p *[]T, opts ...Option) {
	o := structs[T, P](c, true)
	nestList(o, c, t, inner, name, WireStruct, o.program().header, p, opts)
}

// NestList lists a nest that holds nests T, each as an attribute of number
// inner.
func NestList[T any, P interface {
	*T
	Struct
}](c *Codec, t, inner Type, name string, p *[]T, opts ...Option) {
	nestList(structs[T, P](c, false), c, t, inner, name, WireNest, 0, p, opts)
}

// MACList lists a nest that holds hardware addresses, each as an attribute of
// number inner.
func MACList(c *Codec, t, inner Type, name string, p *[]HWAddr, opts ...Option) {
	o := repeatOp[HWAddr]{hwAddrElem{}}
	nestList(o, c, t, inner, name, WireMAC, 6, p, opts)
}

// SameSet is a comparison for [Same] that ignores order and repetition.
func SameSet[T comparable](want, have []T) bool {
	return Subset(want, have) && Subset(have, want)
}

// Subset is a comparison for [Same] of lists that the kernel only adds to:
// they agree if every wanted element is there.
func Subset[T comparable](want, have []T) bool {
	for _, v := range want {
		if !slices.Contains(have, v) {
			return false
		}
	}
	return true
}
