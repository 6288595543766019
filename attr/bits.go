package attr

// A Layout says where value and mask are in a pair of u32.
type Layout uint8

// The layouts.
const (
	ValueMask Layout = iota // value first
	MaskValue
	// MaskValueUnsaid is MaskValue where the kernel leaves the mask zero in
	// its reports: all switches are said then.
	MaskValueUnsaid
)

// A Bit is one switch of a pair of value and mask. See [Bits].
type Bit struct {
	// Name and Key are as in [Field]; Key is Name if empty.
	Name, Key string
	// Mask is the bit.
	Mask uint32
	// On points to the switch.
	On *Opt[bool]
	// Inverted is true where the bit is set while the switch is off.
	Inverted bool
}

// bitsOp is a value and a mask of switches, each a field of the struct, and
// bits that have no switch. p is the struct.
type bitsOp struct {
	host   // of what has neither switch nor rest; none in a header
	bits   []bit
	layout Layout
	known  uint32
	rest   uintptr // of a uint32 for the others that are on
	keeps  bool    // there is one
}

type bit struct {
	mask     uint32
	off      uintptr
	inverted bool
	Field
}

const bitsLen = 8

func (o *bitsOp) places() (value, mask int) {
	if o.layout == ValueMask {
		return 0, 4
	}
	return 4, 0
}

func (o *bitsOp) decode(st *state, f *field, p ptr, b []byte, _ int, again bool) error {
	if len(b) < bitsLen {
		return ErrLength
	}
	if again {
		st.forget(f.Type)
	}
	v, m := o.places()
	value, mask := u32(b[v:]), u32(b[m:])
	if o.layout == MaskValueUnsaid && mask == 0 {
		mask = ^mask
	}
	if other := o.others(value, mask); other != 0 && o.in != nil {
		start := len(st.unknown)
		st.unknown = o.put(appendHeader(st.unknown, f.Type, bitsLen), value&other, other)
		o.order(st, start)
	}
	for i := range o.bits {
		x := &o.bits[i]
		*as[Opt[bool]](at(p, x.off)) = Opt[bool]{mask&x.mask != 0 && (value&x.mask != 0) != x.inverted, mask&x.mask != 0}
	}
	if o.keeps {
		*as[uint32](at(p, o.rest)) = value & mask &^ o.known
	}
	return nil
}

// others returns the bits in the mask that neither a switch nor the field for
// bits that are on can hold. A mask of all bits, as some drivers report, says
// that the value is complete; what it holds of a bit that is off is nothing.
func (o *bitsOp) others(value, mask uint32) uint32 {
	other := mask &^ o.known
	if mask == 1<<32-1 {
		other &= value
	}
	if o.keeps {
		other &^= value
	}
	return other
}

// pair returns value and mask as they are sent.
func (o *bitsOp) pair(p ptr) (value, mask uint32) {
	if o.keeps {
		value = *as[uint32](at(p, o.rest)) &^ o.known
		mask = value
	}
	for i := range o.bits {
		x := &o.bits[i]
		on, ok := as[Opt[bool]](at(p, x.off)).Get()
		if !ok {
			continue
		}
		mask |= x.mask
		if on != x.inverted {
			value |= x.mask
		}
	}
	return value, mask
}

func (o *bitsOp) put(b []byte, value, mask uint32) []byte {
	if o.layout == ValueMask {
		return append32(append32(b, value), mask)
	}
	return append32(append32(b, mask), value)
}

// sent returns the mask as it is on the wire.
func (o *bitsOp) sent(st *state, mask uint32) uint32 {
	if o.layout == MaskValueUnsaid && st.Report && mask&o.known == o.known {
		return 0
	}
	return mask
}

// append adds the bits that were foreign to those of the switches.
func (o *bitsOp) append(st *state, f *field, p ptr, b []byte) ([]byte, error) {
	value, mask := o.pair(p)
	end := len(b)
	b = o.appendForeign(f, p, b)
	v, m := o.places()
	for x := b[end:]; len(x) >= bitsLen; x = x[bitsLen:] {
		value, mask = value|u32(x[v:]), mask|u32(x[m:])
	}
	return o.put(appendHeader(b[:end], f.Type, bitsLen), value, o.sent(st, mask)), nil
}

func (o *bitsOp) isSet(p ptr) bool {
	_, mask := o.pair(p)
	return mask != 0
}

func (o *bitsOp) reset(p ptr) {
	for i := range o.bits {
		as[Opt[bool]](at(p, o.bits[i].off)).Clear()
	}
	if o.keeps {
		*as[uint32](at(p, o.rest)) = 0
	}
}

func (o *bitsOp) copy(dst, src ptr) {
	for i := range o.bits {
		*as[Opt[bool]](at(dst, o.bits[i].off)) = *as[Opt[bool]](at(src, o.bits[i].off))
	}
	if o.keeps {
		*as[uint32](at(dst, o.rest)) = *as[uint32](at(src, o.rest))
	}
}

func (o *bitsOp) equal(f *field, want, have ptr) bool { return !o.diff(f, nil, want, have) }

// diff copies the switches that want sets differently from have to dst.
func (o *bitsOp) diff(f *field, dst, want, have ptr) (differs bool) {
	for i := range o.bits {
		x := &o.bits[i]
		w, h := as[Opt[bool]](at(want, x.off)), as[Opt[bool]](at(have, x.off))
		if !w.ok || h.ok && w.v == h.v || f.zero && !h.ok && !w.v {
			continue
		}
		differs = true
		if dst != nil {
			*as[Opt[bool]](at(dst, x.off)) = *w
		}
	}
	if !o.keeps {
		return differs
	}
	if more := *as[uint32](at(want, o.rest)) &^ *as[uint32](at(have, o.rest)); more != 0 {
		differs = true
		if dst != nil {
			*as[uint32](at(dst, o.rest)) = more
		}
	}
	return differs
}

func (o *bitsOp) value(p ptr) any {
	value, _ := o.pair(p)
	return value
}

func (o *bitsOp) program() *program {
	p := &program{}
	for i := range o.bits {
		p.fields = append(p.fields, field{Field: o.bits[i].Field, off: o.bits[i].off, op: &optOp[bool]{}})
	}
	return p
}

func (o *bitsOp) elem(p ptr) ptr    { return p }
func (o *bitsOp) switches() *bitsOp { return o }

// switches are the ops that are a bitsOp.
type switches interface {
	holder
	switches() *bitsOp
}

func newBits(c *Codec, layout Layout, rest *uint32, bits []Bit) *bitsOp {
	o := &bitsOp{layout: layout}
	for _, x := range bits {
		// add checks that the switch is a field of the struct.
		in := c.side("bits")
		f := add(in, Field{Name: x.Name, Key: x.Key, Wire: wirePart}, x.On, nil, nil)
		c.fail(in.err)
		o.bits = append(o.bits, bit{x.Mask, f.off, x.Inverted, f.Field})
		o.known |= x.Mask
	}
	if rest != nil {
		o.rest, o.keeps = offsetIn(c, rest), true
	}
	return o
}

func offsetIn[T any](c *Codec, p *T) uintptr {
	in := c.side("rest")
	f := add(in, Field{Name: "rest"}, p, nil, nil)
	c.fail(in.err)
	return f.off
}

// Bits lists an attribute that holds a value and a mask of switches, two u32.
// Only switches that say something are in the mask. rest, if not nil, holds
// the bits without a switch that are on; [Rest] keeps the others that are in a
// mask, as long as that is not all bits.
func Bits(c *Codec, t Type, name string, layout Layout, rest *uint32, bits []Bit, opts ...Option) {
	o := newBits(c, layout, rest, bits)
	o.host = newHost(c)
	f := add(c, Field{Type: t, Name: name, Wire: WireStruct, Size: bitsLen}, as[struct{}](c.base), o, opts)
	for i := range o.bits {
		in := &o.bits[i].Field
		in.Dir, in.Mode, in.format, in.list, in.zero = f.Dir, f.Mode, f.format, f.list, f.zero
	}
}

// headBitsOp is a bitsOp in a header.
type headBitsOp struct{ *bitsOp }

func (o headBitsOp) append(st *state, _ *field, p ptr, b []byte) ([]byte, error) {
	value, mask := o.pair(p)
	return o.put(b, value, o.sent(st, mask)), nil
}

// HeadBits lists the two u32 at off of the header as [Bits].
func HeadBits(c *Codec, off int, name string, layout Layout, rest *uint32, bits []Bit, opts ...Option) {
	o := newBits(c, layout, rest, bits)
	add(c, Field{Type: Type(off), Name: name, Wire: WireStruct, Size: bitsLen, Header: true}, as[struct{}](c.base), headBitsOp{o}, opts)
}
