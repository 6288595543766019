package attr

import (
	"encoding/binary"
	"fmt"
	"math/bits"
)

// Numbers made of parts: flags of a GRE header, or the traffic class and the
// flow label in one word. The parts are fields of the struct that lists the
// number, each said or not by itself. A message holds all of them or none, so
// that a request says zero of the parts that it leaves unsaid.

// A Part is some of the bits of a number, see [Parts16] and its like.
// [FlagPart] and [NumberPart] make one.
type Part struct {
	mask uint32
	add  func(c *Codec, f Field) *field
}

// FlagPart is a switch, one bit of a number. One that is [ReadOnly] says nothing
// where it is off: a request, which cannot say it, then reads as it was written.
func FlagPart(name string, mask uint32, p *Opt[bool], opts ...Option) Part {
	return Part{mask, func(c *Codec, f Field) *field {
		f.Name = name
		return add(c, f, p, &flagPart{partOp[bool]{mask: mask}}, inherit(f, opts))
	}}
}

// NumberPart is a smaller number in the bits of mask, which lie side by side.
func NumberPart[T ~uint8 | ~uint16 | ~uint32](name string, mask uint32, p *Opt[T], opts ...Option) Part {
	return Part{mask, func(c *Codec, f Field) *field {
		f.Name = name
		return add(c, f, p, &numberPart[T]{partOp[T]{mask: mask}}, inherit(f, opts))
	}}
}

// inherit makes direction and mode those of the whole number, before what the
// part's own options say.
func inherit(f Field, opts []Option) []Option {
	return append([]Option{Access(f.Dir), Changes(f.Mode)}, opts...)
}

// Parts16 lists a u16 in host byte order that is made of parts. rest, if not
// nil, holds the bits that no part has.
func Parts16(c *Codec, t Type, name string, rest *uint16, parts []Part, opts ...Option) {
	addParts(c, t, name, WireU16, form16[uint16](), rest, parts, opts)
}

// Parts16BE is [Parts16] in network byte order.
func Parts16BE(c *Codec, t Type, name string, rest *uint16, parts []Part, opts ...Option) {
	addParts(c, t, name, WireBE16, form[uint16]{2, binary.BigEndian.Uint16, binary.BigEndian.AppendUint16}, rest, parts, opts)
}

// Parts32 is [Parts16] for a u32.
func Parts32(c *Codec, t Type, name string, rest *uint32, parts []Part, opts ...Option) {
	addParts(c, t, name, WireU32, form32[uint32](), rest, parts, opts)
}

// Parts32BE is [Parts32] in network byte order.
func Parts32BE(c *Codec, t Type, name string, rest *uint32, parts []Part, opts ...Option) {
	addParts(c, t, name, WireBE32, form[uint32]{4, binary.BigEndian.Uint32, binary.BigEndian.AppendUint32}, rest, parts, opts)
}

// partsOp is an [Inline] list whose fields are bits instead of attributes.
type partsOp[T uint16 | uint32] struct {
	inlineOp
	form form[T]
}

func addParts[T uint16 | uint32](c *Codec, t Type, name string, w Wire, fm form[T], rest *T, parts []Part, opts []Option) {
	o := &partsOp[T]{form: fm}
	whole := add(c, Field{Type: t, Name: name, Wire: w, Size: fm.size}, as[struct{}](c.base), o, opts).Field
	in := c.side(name)
	part := Field{Type: t, Wire: wirePart, Dir: whole.Dir, Mode: whole.Mode}
	known := uint32(0)
	for _, p := range parts {
		if p.mask&known != 0 || p.mask == 0 || uint64(p.mask)>>(8*fm.size) != 0 {
			in.refuse(name, fmt.Sprintf("has a part of the bits %#x, which are another's or outside", p.mask))
		}
		known |= p.mask
		p.add(in, part)
	}
	if rest != nil {
		part.Name, part.Key = name, "-"
		add(in, part, rest, &restPart[T]{known: T(known)}, inherit(part, nil))
	}
	c.fail(in.err)
	o.prog = in.prog
}

// wirePart is the form of a part.
const wirePart Wire = "bit"

// A bitsPart is the op of a part: it reads and gives its share of a number.
type bitsPart interface {
	op
	put(f *field, p ptr, whole uint32)
	share(p ptr) (uint32, error)
}

func (o *partsOp[T]) decode(_ *state, _ *field, p ptr, b []byte, _ int, _ bool) error {
	if len(b) != o.form.size {
		return ErrLength
	}
	v := uint32(o.form.get(b))
	for i := range o.prog.fields {
		f := &o.prog.fields[i]
		f.op.(bitsPart).put(f, at(p, f.off), v)
	}
	return nil
}

func (o *partsOp[T]) append(st *state, f *field, p ptr, b []byte) ([]byte, error) {
	v, said := uint32(0), false
	for i := range o.prog.fields {
		part := &o.prog.fields[i]
		at := at(p, part.off)
		if !part.op.isSet(at) || !st.sends(part) {
			continue
		}
		share, err := part.op.(bitsPart).share(at)
		if err != nil {
			return b, &Error{Path: part.Name, Type: f.Type, Offset: -1, Err: err}
		}
		v, said = v|share, true
	}
	if !said { // all of it is for the other direction
		return b, nil
	}
	return pad(o.form.put(appendHeader(b, f.Type, o.form.size), T(v)), o.form.size), nil
}

// partOp is what the parts that are an Opt have in common. They have no
// attribute of their own to decode or append.
type partOp[T comparable] struct {
	optOp[T]
	mask uint32
}

func (o *partOp[T]) decode(*state, *field, ptr, []byte, int, bool) error { return nil }

func (o *partOp[T]) append(_ *state, _ *field, _ ptr, b []byte) ([]byte, error) { return b, nil }

// flagPart is a switch.
type flagPart struct{ partOp[bool] }

func (o *flagPart) put(f *field, p ptr, whole uint32) {
	on := whole&o.mask != 0
	*as[Opt[bool]](p) = Opt[bool]{on, on || f.Dir != Read}
}

func (o *flagPart) share(p ptr) (uint32, error) {
	if as[Opt[bool]](p).v {
		return o.mask, nil
	}
	return 0, nil
}

// numberPart is a smaller number.
type numberPart[T ~uint8 | ~uint16 | ~uint32] struct{ partOp[T] }

func (o *numberPart[T]) put(_ *field, p ptr, whole uint32) {
	as[Opt[T]](p).Set(T(whole & o.mask >> bits.TrailingZeros32(o.mask)))
}

func (o *numberPart[T]) share(p ptr) (uint32, error) {
	shift := bits.TrailingZeros32(o.mask)
	v, most := uint32(as[Opt[T]](p).v), o.mask>>shift
	if v > most {
		return 0, &RangeError{int64(v), 0, int64(most)}
	}
	return v << shift, nil
}

// restPart is a number that holds the bits of no part where they are; zero
// says nothing.
type restPart[T uint16 | uint32] struct {
	padOp
	known T
}

func (o *restPart[T]) put(_ *field, p ptr, whole uint32) { *as[T](p) = T(whole) &^ o.known }

func (o *restPart[T]) share(p ptr) (uint32, error) {
	v := *as[T](p)
	if v&o.known != 0 {
		return 0, fmt.Errorf("%w: %#x has bits that are fields", ErrValue, v)
	}
	return uint32(v), nil
}

func (*restPart[T]) isSet(p ptr) bool                    { return *as[T](p) != 0 }
func (*restPart[T]) reset(p ptr)                         { *as[T](p) = 0 }
func (*restPart[T]) copy(dst, src ptr)                   { *as[T](dst) = *as[T](src) }
func (*restPart[T]) equal(_ *field, want, have ptr) bool { return *as[T](want) == *as[T](have) }
func (*restPart[T]) value(p ptr) any                     { return *as[T](p) }
