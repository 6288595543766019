package attr

import (
	"encoding/binary"
	"fmt"
	"math"
	"time"
)

// A form is a fixed-size payload: how a T is read from exactly size bytes and
// appended.
type form[T any] struct {
	size int
	get  func(b []byte) T
	put  func(b []byte, v T) []byte
}

// optOp is a field of type Opt[T] with a fixed-size payload.
type optOp[T comparable] struct{ form[T] }

func (o *optOp[T]) decode(_ *state, _ *field, p ptr, b []byte, _ int, _ bool) error {
	if len(b) != o.size {
		return ErrLength
	}
	*as[Opt[T]](p) = Opt[T]{o.get(b), true}
	return nil
}

func (o *optOp[T]) append(_ *state, f *field, p ptr, b []byte) ([]byte, error) {
	b = o.put(appendHeader(b, f.Type, o.size), as[Opt[T]](p).v)
	return pad(b, o.size), nil
}

func (o *optOp[T]) isSet(p ptr) bool  { return as[Opt[T]](p).ok }
func (o *optOp[T]) reset(p ptr)       { *as[Opt[T]](p) = Opt[T]{} }
func (o *optOp[T]) copy(dst, src ptr) { *as[Opt[T]](dst) = *as[Opt[T]](src) }
func (o *optOp[T]) value(p ptr) any   { return as[Opt[T]](p).v }

func (o *optOp[T]) equal(f *field, want, have ptr) bool {
	return same(f, as[Opt[T]](want).v, as[Opt[T]](have).v)
}

func (*optOp[T]) compares(f any) bool { return isSame[T](f) }

// same compares two values as the field's line says.
func same[T comparable](f *field, want, have T) bool {
	if eq, ok := f.compare.(func(want, have T) bool); ok {
		return eq(want, have)
	}
	return want == have
}

// intOp is an optOp of an integer type, which a Range can check.
type intOp[T ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~int32] struct{ optOp[T] }

// number counts what an int64 cannot hold as the most it can.
func (o *intOp[T]) number(p ptr) int64 {
	v := as[Opt[T]](p).v
	if n := int64(v); n >= 0 || v < 0 {
		return n
	}
	return math.MaxInt64
}

func addInt[T ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~int32](c *Codec, t Type, name string, w Wire, p *Opt[T], fm form[T], opts []Option) {
	add(c, Field{Type: t, Name: name, Wire: w, Size: fm.size}, p, &intOp[T]{optOp[T]{fm}}, opts)
}

// Uint8 lists a u8.
func Uint8[T ~uint8](c *Codec, t Type, name string, p *Opt[T], opts ...Option) {
	addInt(c, t, name, WireU8, p, form8[T](), opts)
}

// Uint16 lists a u16 in host byte order.
func Uint16[T ~uint16](c *Codec, t Type, name string, p *Opt[T], opts ...Option) {
	addInt(c, t, name, WireU16, p, form16[T](), opts)
}

// Uint32 lists a u32 in host byte order.
func Uint32[T ~uint32](c *Codec, t Type, name string, p *Opt[T], opts ...Option) {
	addInt(c, t, name, WireU32, p, form32[T](), opts)
}

// Uint64 lists a u64 in host byte order.
func Uint64[T ~uint64](c *Codec, t Type, name string, p *Opt[T], opts ...Option) {
	addInt(c, t, name, WireU64, p, form64[T](), opts)
}

// Int32 lists an s32 in host byte order.
func Int32[T ~int32](c *Codec, t Type, name string, p *Opt[T], opts ...Option) {
	addInt(c, t, name, WireS32, p, formS32[T](), opts)
}

// Uint16BE lists a u16 in network byte order, such as a port.
func Uint16BE[T ~uint16](c *Codec, t Type, name string, p *Opt[T], opts ...Option) {
	addInt(c, t, name, WireBE16, p, form[T]{2,
		func(b []byte) T { return T(binary.BigEndian.Uint16(b)) },
		func(b []byte, v T) []byte { return binary.BigEndian.AppendUint16(b, uint16(v)) }}, opts)
}

// Uint32BE lists a u32 in network byte order.
func Uint32BE[T ~uint32](c *Codec, t Type, name string, p *Opt[T], opts ...Option) {
	addInt(c, t, name, WireBE32, p, form[T]{4,
		func(b []byte) T { return T(binary.BigEndian.Uint32(b)) },
		func(b []byte, v T) []byte { return binary.BigEndian.AppendUint32(b, uint32(v)) }}, opts)
}

// Uint64BE lists eight bytes that are read as one number, first byte highest.
func Uint64BE[T ~uint64](c *Codec, t Type, name string, p *Opt[T], opts ...Option) {
	addInt(c, t, name, WireBE64, p, form[T]{8,
		func(b []byte) T { return T(binary.BigEndian.Uint64(b)) },
		func(b []byte, v T) []byte { return binary.BigEndian.AppendUint64(b, uint64(v)) }}, opts)
}

func form8[T ~uint8]() form[T] {
	return form[T]{1,
		func(b []byte) T { return T(b[0]) },
		func(b []byte, v T) []byte { return append(b, byte(v)) }}
}

func form16[T ~uint16]() form[T] {
	return form[T]{2,
		func(b []byte) T { return T(u16(b)) },
		func(b []byte, v T) []byte { return append16(b, uint16(v)) }}
}

func form32[T ~uint32]() form[T] {
	return form[T]{4,
		func(b []byte) T { return T(u32(b)) },
		func(b []byte, v T) []byte { return append32(b, uint32(v)) }}
}

func form64[T ~uint64]() form[T] {
	return form[T]{8,
		func(b []byte) T { return T(u64(b)) },
		func(b []byte, v T) []byte { return append64(b, uint64(v)) }}
}

func formS32[T ~int32]() form[T] {
	return form[T]{4,
		func(b []byte) T { return T(u32(b)) },
		func(b []byte, v T) []byte { return append32(b, uint32(v)) }}
}

func getBool(b []byte) bool { return b[0] != 0 }

func putBool(b []byte, v bool) []byte {
	if v {
		return append(b, 1)
	}
	return append(b, 0)
}

// Bool lists a u8 that is 0 or 1.
func Bool(c *Codec, t Type, name string, p *Opt[bool], opts ...Option) {
	add(c, Field{Type: t, Name: name, Wire: WireU8, Size: 1}, p, &optOp[bool]{form[bool]{1, getBool, putBool}}, opts)
}

// Bool16 lists a u16 of which only zero or not zero counts.
func Bool16(c *Codec, t Type, name string, p *Opt[bool], opts ...Option) {
	add(c, Field{Type: t, Name: name, Wire: WireU16, Size: 2}, p, &optOp[bool]{formBool16()}, opts)
}

// Bool32 lists a u32 of which only zero or not zero counts.
func Bool32(c *Codec, t Type, name string, p *Opt[bool], opts ...Option) {
	add(c, Field{Type: t, Name: name, Wire: WireU32, Size: 4}, p, &optOp[bool]{formBool32()}, opts)
}

func formBool16() form[bool] {
	return form[bool]{2,
		func(b []byte) bool { return u16(b) != 0 },
		func(b []byte, v bool) []byte {
			if v {
				return append16(b, 1)
			}
			return append16(b, 0)
		}}
}

func formBool32() form[bool] {
	return form[bool]{4,
		func(b []byte) bool { return u32(b) != 0 },
		func(b []byte, v bool) []byte {
			if v {
				return append32(b, 1)
			}
			return append32(b, 0)
		}}
}

// flagOp is true by being there; a flag that is off is not sent.
type flagOp struct {
	optOp[bool]
	reportU8 bool // the kernel reports a u8 instead
}

func (o *flagOp) decode(_ *state, _ *field, p ptr, b []byte, _ int, _ bool) error {
	if len(b) > 0 && !o.reportU8 || len(b) > 1 {
		return ErrLength
	}
	as[Opt[bool]](p).Set(len(b) == 0 || b[0] != 0)
	return nil
}

func (o *flagOp) append(st *state, f *field, p ptr, b []byte) ([]byte, error) {
	on := as[Opt[bool]](p).v
	switch {
	case o.reportU8 && st.Report:
		return pad(putBool(appendHeader(b, f.Type, 1), on), 1), nil
	case on:
		return appendHeader(b, f.Type, 0), nil
	}
	return b, nil
}

// Flag lists an attribute without payload that is on by being there. Off
// sends nothing, which is what a flag can say; a report without it counts as
// off.
func Flag(c *Codec, t Type, name string, p *Opt[bool], opts ...Option) {
	add(c, Field{Type: t, Name: name, Wire: WireFlag, zero: true}, p, &flagOp{}, opts)
}

// FlagBool lists an attribute that is sent as a flag and reported as a u8,
// as several tunnel drivers do.
func FlagBool(c *Codec, t Type, name string, p *Opt[bool], opts ...Option) {
	add(c, Field{Type: t, Name: name, Wire: WireFlagU8, zero: true}, p, &flagOp{reportU8: true}, opts)
}

// uintOp is a number of four bytes, or eight where it needs them.
type uintOp struct{ intOp[uint64] }

func (o *uintOp) decode(_ *state, _ *field, p ptr, b []byte, _ int, _ bool) error {
	switch len(b) {
	case 4:
		as[Opt[uint64]](p).Set(uint64(u32(b)))
	case 8:
		as[Opt[uint64]](p).Set(u64(b))
	default:
		return ErrLength
	}
	return nil
}

func (o *uintOp) append(_ *state, f *field, p ptr, b []byte) ([]byte, error) {
	if v := as[Opt[uint64]](p).v; v>>32 != 0 {
		return AppendUint64(b, f.Type, v), nil
	}
	return AppendUint32(b, f.Type, uint32(as[Opt[uint64]](p).v)), nil
}

// Uint lists a number of the kernel's NLA_UINT: a u32 where it fits, else a
// u64.
func Uint(c *Codec, t Type, name string, p *Opt[uint64], opts ...Option) {
	add(c, Field{Type: t, Name: name, Wire: WireUint}, p, &uintOp{}, opts)
}

// u8u16Op is sent as a u8 and reported as a u16.
type u8u16Op struct{ intOp[uint16] }

func (o *u8u16Op) decode(_ *state, _ *field, p ptr, b []byte, _ int, _ bool) error {
	switch len(b) {
	case 1:
		as[Opt[uint16]](p).Set(uint16(b[0]))
	case 2:
		as[Opt[uint16]](p).Set(u16(b))
	default:
		return ErrLength
	}
	return nil
}

func (o *u8u16Op) append(st *state, f *field, p ptr, b []byte) ([]byte, error) {
	v := as[Opt[uint16]](p).v
	switch {
	case st.Report:
		return AppendUint16(b, f.Type, v), nil
	case v > 255:
		return b, &RangeError{int64(v), 0, 255}
	}
	return AppendUint8(b, f.Type, uint8(v)), nil
}

// Uint8Read16 lists a number that is sent as a u8 and reported as a u16.
func Uint8Read16(c *Codec, t Type, name string, p *Opt[uint16], opts ...Option) {
	add(c, Field{Type: t, Name: name, Wire: WirePort}, p, &u8u16Op{}, opts)
}

// durationOp is a time span counted in whole units.
type durationOp struct {
	optOp[time.Duration]
	unit time.Duration
	max  uint64 // count that the wire holds
}

func (o *durationOp) number(p ptr) int64 { return int64(as[Opt[time.Duration]](p).v / o.unit) }

// A spanError is a [RangeError] about a time span.
type spanError struct {
	*RangeError
	unit time.Duration
}

// Error names the span and the limits.
func (e *spanError) Error() string {
	return fmt.Sprintf("%v is out of range, want %s", e.span(e.Value), e.Limits())
}

// Limits names the limits, "1s to 10s".
func (e *spanError) Limits() string { return fmt.Sprintf("%v to %v", e.span(e.Min), e.span(e.Max)) }

func (e *spanError) span(n int64) time.Duration { return time.Duration(n) * e.unit }

// Unwrap returns the counts, in the unit of the wire.
func (e *spanError) Unwrap() error { return e.RangeError }

func (o *durationOp) append(st *state, f *field, p ptr, b []byte) ([]byte, error) {
	d := as[Opt[time.Duration]](p).v
	switch {
	case d%o.unit != 0:
		return b, &UnitError{d, o.unit}
	case d < 0 || uint64(d/o.unit) > o.max:
		return b, f.rangeError(int64(d/o.unit), 0, int64(min(o.max, uint64(1<<63-1)/uint64(o.unit))))
	}
	return o.optOp.append(st, f, p, b)
}

// A UnitError says that a time span, Value, is not a multiple of Unit, which
// the kernel counts in.
type UnitError struct{ Value, Unit time.Duration }

// Error names the value and the unit.
func (e *UnitError) Error() string {
	return e.Value.String() + " is not a multiple of " + e.Unit.String() + ", the kernel's unit here"
}

// Is makes errors.Is(err, [ErrValue]) true.
func (e *UnitError) Is(target error) bool { return target == ErrValue }

// Tick is the unit of the kernel's clock_t: USER_HZ is 100 wherever Go runs.
const Tick = 10 * time.Millisecond

// duration32 is a count of units, which a Duration can always hold.
func duration32(unit time.Duration) form[time.Duration] {
	return form[time.Duration]{4,
		func(b []byte) time.Duration { return time.Duration(u32(b)) * unit },
		func(b []byte, d time.Duration) []byte { return append32(b, uint32(d/unit)) }}
}

// duration64 is the same in 64 bits; a count that a Duration cannot hold is cut
// to the longest it can.
func duration64(unit time.Duration) form[time.Duration] {
	return form[time.Duration]{8,
		func(b []byte) time.Duration {
			return time.Duration(min(u64(b), uint64((1<<63-1)/unit))) * unit
		},
		func(b []byte, d time.Duration) []byte { return append64(b, uint64(d/unit)) }}
}

// Ticks32 lists a u32 in clock ticks of 10 ms. The kernel counts in its own
// ticks, so a value can come back as one tick less: that counts as equal.
func Ticks32(c *Codec, t Type, name string, p *Opt[time.Duration], opts ...Option) {
	o := &durationOp{optOp[time.Duration]{duration32(Tick)}, Tick, 1<<32 - 1}
	add(c, Field{Type: t, Name: name, Wire: WireU32, Size: 4, format: ticks}, p, o, append([]Option{Same(sameTicks)}, opts...))
}

// Ticks64 is [Ticks32] on a u64.
func Ticks64(c *Codec, t Type, name string, p *Opt[time.Duration], opts ...Option) {
	o := &durationOp{optOp[time.Duration]{duration64(Tick)}, Tick, 1<<64 - 1}
	add(c, Field{Type: t, Name: name, Wire: WireU64, Size: 8, format: ticks}, p, o, append([]Option{Same(sameTicks)}, opts...))
}

func sameTicks(want, have time.Duration) bool { return want == have || want == have+Tick }

// Seconds32 lists a u32 in seconds.
func Seconds32(c *Codec, t Type, name string, p *Opt[time.Duration], opts ...Option) {
	o := &durationOp{optOp[time.Duration]{duration32(time.Second)}, time.Second, 1<<32 - 1}
	add(c, Field{Type: t, Name: name, Wire: WireU32, Size: 4, format: seconds}, p, o, opts)
}

// Millis32 lists a u32 in milliseconds.
func Millis32(c *Codec, t Type, name string, p *Opt[time.Duration], opts ...Option) {
	o := &durationOp{optOp[time.Duration]{duration32(time.Millisecond)}, time.Millisecond, 1<<32 - 1}
	add(c, Field{Type: t, Name: name, Wire: WireU32, Size: 4, format: millis}, p, o, opts)
}
