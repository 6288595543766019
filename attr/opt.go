package attr

import (
	"encoding/json"
	"fmt"
)

// An Opt is a value that may be absent. The zero Opt is absent: in a request
// it leaves the attribute to the kernel, in a report it says that the kernel
// did not send it. Two Opts of a comparable type are equal with == exactly
// when they mean the same.
//
// [U8], [U16], [U32], [U64], [I32], [On], [Off] and [Some] write one.
type Opt[T any] struct {
	v  T
	ok bool
}

// Some returns an Opt that holds v. It infers enum, string and duration
// types; for plain numbers [U32] and its like are shorter.
func Some[T any](v T) Opt[T] { return Opt[T]{v, true} }

// On and Off are switches that are said to be on or off.
var (
	On  = Some(true)
	Off = Some(false)
)

// U8 returns an Opt that holds v.
func U8(v uint8) Opt[uint8] { return Some(v) }

// U16 returns an Opt that holds v.
func U16(v uint16) Opt[uint16] { return Some(v) }

// U32 returns an Opt that holds v.
func U32(v uint32) Opt[uint32] { return Some(v) }

// U64 returns an Opt that holds v.
func U64(v uint64) Opt[uint64] { return Some(v) }

// I32 returns an Opt that holds v.
func I32(v int32) Opt[int32] { return Some(v) }

// Get returns the value, and whether there is one.
func (o Opt[T]) Get() (T, bool) { return o.v, o.ok }

// Or returns the value, or def if it is absent.
func (o Opt[T]) Or(def T) T {
	if o.ok {
		return o.v
	}
	return def
}

// Value returns the value, or the zero T if it is absent.
func (o Opt[T]) Value() T { return o.v }

// IsSet reports whether there is a value.
func (o Opt[T]) IsSet() bool { return o.ok }

// Set makes v the value.
func (o *Opt[T]) Set(v T) { *o = Opt[T]{v, true} }

// Clear makes the value absent.
func (o *Opt[T]) Clear() { *o = Opt[T]{} }

// IsZero reports whether there is no value, for omitzero in JSON.
func (o Opt[T]) IsZero() bool { return !o.ok }

// MarshalJSON writes the value, or null if it is absent.
func (o Opt[T]) MarshalJSON() ([]byte, error) {
	if !o.ok {
		return []byte("null"), nil
	}
	return json.Marshal(o.v)
}

// UnmarshalJSON reads a value; null makes it absent.
func (o *Opt[T]) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		o.Clear()
		return nil
	}
	var v T
	if err := json.Unmarshal(b, &v); err != nil {
		return err
	}
	o.Set(v)
	return nil
}

// String formats the value; "-" if it is absent.
func (o Opt[T]) String() string {
	if !o.ok {
		return "-"
	}
	return fmt.Sprint(o.v)
}
