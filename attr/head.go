package attr

import "encoding/binary"

// Fields at fixed places: the header of a message before its attributes, and
// the members of C structs. They are plain values, since they are always
// there; zero is what says nothing.

// Header says that a struct begins with a fixed part of n bytes, of which a
// message must have at least atLeast. The rest of the list may hold fields at
// fixed places, named Head..., and then attributes, which follow the header.
func Header(c *Codec, n, atLeast int) { c.prog.header, c.prog.minHeader = n, atLeast }

type headOp[T comparable] struct{ form[T] }

func (o *headOp[T]) decode(_ *state, _ *field, p ptr, b []byte, _ int, _ bool) error {
	*as[T](p) = o.get(b)
	return nil
}

// append writes to the place in the header that b is the empty start of.
func (o *headOp[T]) append(_ *state, _ *field, p ptr, b []byte) ([]byte, error) {
	return o.put(b, *as[T](p)), nil
}

func (o *headOp[T]) isSet(p ptr) bool {
	var zero T
	return *as[T](p) != zero
}

func (o *headOp[T]) reset(p ptr) {
	var zero T
	*as[T](p) = zero
}

func (o *headOp[T]) copy(dst, src ptr) { *as[T](dst) = *as[T](src) }
func (o *headOp[T]) value(p ptr) any   { return *as[T](p) }

func (o *headOp[T]) equal(f *field, want, have ptr) bool {
	return same(f, *as[T](want), *as[T](have))
}

func (*headOp[T]) compares(f any) bool { return isSame[T](f) }

func head[T comparable](c *Codec, off int, name string, w Wire, p *T, fm form[T], opts []Option) {
	add(c, Field{Type: Type(off), Name: name, Wire: w, Size: fm.size, Header: true}, p, &headOp[T]{fm}, opts)
}

// HeadUint8 lists the byte at off.
func HeadUint8[T ~uint8](c *Codec, off int, name string, p *T, opts ...Option) {
	head(c, off, name, WireU8, p, form8[T](), opts)
}

// HeadUint16 lists the u16 at off, in host byte order.
func HeadUint16[T ~uint16](c *Codec, off int, name string, p *T, opts ...Option) {
	head(c, off, name, WireU16, p, form16[T](), opts)
}

// HeadUint16BE lists the u16 at off, in network byte order.
func HeadUint16BE[T ~uint16](c *Codec, off int, name string, p *T, opts ...Option) {
	head(c, off, name, WireBE16, p, form[T]{2,
		func(b []byte) T { return T(binary.BigEndian.Uint16(b)) },
		func(b []byte, v T) []byte { return binary.BigEndian.AppendUint16(b, uint16(v)) }}, opts)
}

// HeadUint32 lists the u32 at off, in host byte order.
func HeadUint32[T ~uint32](c *Codec, off int, name string, p *T, opts ...Option) {
	head(c, off, name, WireU32, p, form32[T](), opts)
}

// HeadUint64 lists the u64 at off, in host byte order.
func HeadUint64[T ~uint64](c *Codec, off int, name string, p *T, opts ...Option) {
	head(c, off, name, WireU64, p, form64[T](), opts)
}

// HeadCounter lists the u32 at off as a uint64, for counters that came in
// both widths.
func HeadCounter(c *Codec, off int, name string, p *uint64, opts ...Option) {
	head(c, off, name, WireU32, p, form[uint64]{4,
		func(b []byte) uint64 { return uint64(u32(b)) },
		func(b []byte, v uint64) []byte { return append32(b, uint32(v)) }}, opts)
}

// HeadMAC lists a hardware address in the n bytes at off. Where n is more
// than the six bytes of an Ethernet address, the length is not sent: an
// address is then read as 6, 20 (InfiniBand) or n bytes, the shortest that
// leaves out only zeros. n is at most 32; a longer address is not sent.
func HeadMAC(c *Codec, off, n int, name string, p *HWAddr, opts ...Option) {
	if n > maxHWAddr {
		c.refuse(name, "is longer than a hardware address")
		return
	}
	f := Field{Type: Type(off), Name: name, Wire: WireMAC, Size: n, Header: true}
	add(c, f, p, &headMAC{headOp[HWAddr]{formMAC(n)}}, append([]Option{MaxLen(n)}, opts...))
}

type headMAC struct{ headOp[HWAddr] }

func (o *headMAC) length(p ptr) int { return int(as[HWAddr](p).n) }

func formMAC(n int) form[HWAddr] {
	return form[HWAddr]{n,
		func(b []byte) HWAddr { return trimHWAddr(b[:n]) },
		func(b []byte, a HWAddr) []byte { return append(b, a.b[:n]...) }}
}

func trimHWAddr(b []byte) HWAddr {
	n := len(b)
	for n > 0 && b[n-1] == 0 {
		n--
	}
	for _, usual := range []int{6, 20} {
		if n <= usual && usual <= len(b) {
			n = usual
			break
		}
	}
	if n != 6 && n != 20 {
		n = len(b)
	}
	a, _ := HWAddrFrom(b[:n])
	return a
}

// headText is a string in a fixed number of bytes.
type headText struct{ headOp[string] }

func (o *headText) decode(_ *state, _ *field, p ptr, b []byte, _ int, _ bool) error {
	if s := as[string](p); *s != string(cutNUL(b[:o.size])) { // keeps the string it has
		*s = string(cutNUL(b[:o.size]))
	}
	return nil
}

func (o *headText) length(p ptr) int { return len(*as[string](p)) }

// HeadString lists a text in the n bytes at off, which ends at the first NUL.
func HeadString(c *Codec, off, n int, name string, p *string, opts ...Option) {
	fm := form[string]{n, nil, func(b []byte, s string) []byte { return append(b, s[:min(len(s), n)]...) }}
	f := Field{Type: Type(off), Name: name, Wire: WireString, Size: n, Header: true}
	add(c, f, p, &headText{headOp[string]{fm}}, append([]Option{MaxLen(n)}, opts...))
}

// headFamily is the address family of a message, which decides what some of
// its attributes mean.
type headFamily struct{ headOp[uint8] }

func (o *headFamily) decode(st *state, f *field, p ptr, b []byte, off int, again bool) error {
	st.Family = b[0]
	return o.headOp.decode(st, f, p, b, off, again)
}

func (o *headFamily) append(st *state, f *field, p ptr, b []byte) ([]byte, error) {
	st.Family = *as[uint8](p)
	return o.headOp.append(st, f, p, b)
}

// HeadFamily lists the byte at off that is the message's address family; see
// [Family].
func HeadFamily(c *Codec, off int, name string, p *uint8, opts ...Option) {
	add(c, Field{Type: Type(off), Name: name, Wire: WireU8, Size: 1, Header: true}, p, &headFamily{headOp[uint8]{form8[uint8]()}}, opts)
}
