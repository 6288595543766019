package attrtest

import (
	"encoding/binary"
	"iter"
	"slices"
	"testing"

	"github.com/iplink-go/iplink/attr"
)

// Ways to make a message shorter than it says it is. Each message that is
// handed out ends where it is cut, in capacity too, so that reading past the
// end panics.

// Cuts iterates over all beginnings of b but b itself.
func Cuts(b []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for n := range b {
			if !yield(b[:n:n]) {
				return
			}
		}
	}
}

// A Site is where an attribute is in a message.
type Site struct {
	// Off is where its header starts, Len its length, header included.
	Off, Len int
	// Path says what it is.
	Path string
	// Opaque is true inside what is kept as bytes.
	Opaque bool
}

// Sites returns the attributes of b, those in nests too, as the fields
// describe them.
func Sites(t testing.TB, b []byte, fields []attr.Field) []Site {
	t.Helper()
	return appendSites(t, nil, b, 0, fields, "")
}

func appendSites(t testing.TB, list []Site, b []byte, off int, fields []attr.Field, path string) []Site {
	t.Helper()
	h := HeaderLen(fields)
	for b, off = b[h:], off+h; len(b) > 0; {
		n, p, rest, err := attr.Cut(b)
		if err != nil {
			t.Fatal(err)
		}
		at := path + "/?"
		f := Find(fields, n.Number())
		if f != nil {
			at = path + "/" + f.Name
		}
		list = append(list, Site{Off: off, Len: attr.HeaderLen + len(p), Path: at})
		if f != nil && f.Wire == attr.WireNest {
			list = appendSites(t, list, p, off+attr.HeaderLen, f.Fields, at)
		}
		b, off = rest, off+len(b)-len(rest)
	}
	return list
}

// WrongLengths iterates over b with the length of the attribute replaced by
// those that could mislead a reader. b is changed while it is handed out.
func (s Site) WrongLengths(b []byte) iter.Seq2[int, []byte] {
	return func(yield func(int, []byte) bool) {
		b = slices.Clip(slices.Clone(b))
		for _, n := range []int{0, 1, 2, 3, 4, 5, s.Len - 1, s.Len + 1, 65535} {
			binary.NativeEndian.PutUint16(b[s.Off:], uint16(n))
			if !yield(n, b) {
				return
			}
		}
	}
}

// Paddings iterates over pairs of messages in which the attribute has a length
// of the same number of words, and what is then padding is one garbage or
// another: a reader that goes past the length sees a difference.
func (s Site) Paddings(b []byte) iter.Seq2[int, [2][]byte] {
	return func(yield func(int, [2][]byte) bool) {
		end := s.Off + (s.Len+3)&^3
		for n := max(end-s.Off-3, attr.HeaderLen); n <= s.Len && end <= len(b); n++ {
			var pair [2][]byte
			for i, garbage := range []byte{0xaa, 0x55} {
				m := slices.Clip(slices.Clone(b))
				binary.NativeEndian.PutUint16(m[s.Off:], uint16(n))
				for k := s.Off + n; k < end; k++ {
					m[k] = garbage
				}
				pair[i] = m
			}
			if !yield(n, pair) {
				return
			}
		}
	}
}
