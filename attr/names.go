package attr

import (
	"fmt"
	"strconv"
	"strings"
)

// A Word is one Value of an enumeration and its Name in iproute2.
type Word[T any] struct {
	Value T
	Name  string
}

// Words are the names of an enumeration, in the order they are documented.
// The first name of a value is the one it is printed with.
type Words[T ~uint8 | ~uint16 | ~uint32 | ~uint64] []Word[T]

// Names returns the names in order.
func (w Words[T]) Names() []string {
	names := make([]string, len(w))
	for i, x := range w {
		names[i] = x.Name
	}
	return names
}

// Text returns the name of v, or its number.
func (w Words[T]) Text(v T) string {
	for _, x := range w {
		if x.Value == v {
			return x.Name
		}
	}
	return strconv.FormatUint(uint64(v), 10)
}

// Parse returns the value named s. A number is accepted too, so that values
// newer than this library can be written. The error names what is allowed.
func (w Words[T]) Parse(what, s string) (T, error) {
	for _, x := range w {
		if x.Name == s {
			return x.Value, nil
		}
	}
	if n, err := strconv.ParseUint(s, 0, 64); err == nil && uint64(T(n)) == n {
		return T(n), nil
	}
	return 0, fmt.Errorf("%s %q: %w, want one of %s", what, s, ErrValue, strings.Join(w.Names(), ", "))
}

// Flags returns the names of the bits in v, joined by commas; bits without a
// name as one hexadecimal number at the end, "" if there are none.
func (w Words[T]) Flags(v T) string {
	var names []string
	for _, x := range w {
		if x.Value != 0 && v&x.Value == x.Value {
			names = append(names, x.Name)
			v &^= x.Value
		}
	}
	if v != 0 {
		names = append(names, "0x"+strconv.FormatUint(uint64(v), 16))
	}
	return strings.Join(names, ",")
}

// ParseFlags reads what [Words.Flags] writes.
func (w Words[T]) ParseFlags(what, s string) (T, error) {
	var v T
	if s == "" {
		return 0, nil
	}
	for name := range strings.SplitSeq(s, ",") {
		x, err := w.Parse(what, strings.TrimSpace(name))
		if err != nil {
			return 0, err
		}
		v |= x
	}
	return v, nil
}
