package attr

import "iter"

// An attribute is a header of four bytes (u16 length including the header,
// u16 type) and a payload, padded with zeros to a multiple of four. This file
// walks and appends them; everything above works on what it hands out.
//
// Invariants: a payload never reaches past its attribute, in capacity too, so
// that appending to one cannot overwrite its neighbour; a length is checked
// before anything behind it is read.

// A Type is an attribute's number within its nest, without the flag bits.
type Type uint16

const (
	// HeaderLen is the size of an attribute's header.
	HeaderLen = 4
	// MaxPayload is the size of the largest payload, in bytes: the header
	// counts the payload and itself in 16 bits.
	MaxPayload = 1<<16 - 1 - HeaderLen

	// Nested marks an attribute that holds attributes (NLA_F_NESTED). The
	// kernel wants it on some nests and accepts it on all.
	Nested Type = 1 << 15
	// NetByteOrder marks a payload in network byte order (NLA_F_NET_BYTEORDER).
	NetByteOrder Type = 1 << 14

	typeMask = NetByteOrder - 1

	maxLen = HeaderLen + MaxPayload
)

// Cut returns the first attribute of b, its payload and what follows it. The
// type keeps its flag bits; [Type.Number] removes them. The payload aliases b
// and has no spare capacity. The error is [ErrTruncated] or [ErrLength].
func Cut(b []byte) (t Type, payload, rest []byte, err error) {
	if len(b) < HeaderLen {
		return 0, nil, nil, ErrTruncated
	}
	n := int(u16(b))
	if n < HeaderLen {
		return 0, nil, nil, ErrLength
	}
	if n > len(b) {
		return 0, nil, nil, ErrTruncated
	}
	// The last attribute may come without its padding.
	return Type(u16(b[2:])), b[HeaderLen:n:n], b[min(align(n), len(b)):], nil
}

// Number returns t without the flag bits Nested and NetByteOrder.
func (t Type) Number() Type { return t & typeMask }

// All iterates over the attributes in b. Types come without flag bits,
// payloads alias b. It stops silently where b is malformed; walk with [Cut]
// where that matters.
func All(b []byte) iter.Seq2[Type, []byte] {
	return func(yield func(Type, []byte) bool) {
		for len(b) > 0 {
			t, p, rest, err := Cut(b)
			if err != nil || !yield(t.Number(), p) {
				return
			}
			b = rest
		}
	}
}

func align(n int) int { return (n + 3) &^ 3 }

// appendHeader appends the header of an attribute with n bytes of payload.
func appendHeader(b []byte, t Type, n int) []byte {
	return append16(append16(b, uint16(HeaderLen+n)), uint16(t))
}

var padding [3]byte

func pad(b []byte, payload int) []byte { return append(b, padding[:align(payload)-payload]...) }

// AppendBytes appends an attribute with payload p. One that is longer than
// [MaxPayload] cannot be an attribute, and is not made to look like another:
// its length is written as 0, which no attribute has. [EndNest], [RawFrom],
// [Append] and [Decode] return an error for what holds it.
func AppendBytes(b []byte, t Type, p []byte) []byte {
	return pad(append(appendHeader(b, t, orMalformed(len(p))), p...), len(p))
}

// AppendString appends an attribute that holds s and a final NUL. One that is
// too long is malformed as with [AppendBytes].
func AppendString(b []byte, t Type, s string) []byte {
	b = append(append(appendHeader(b, t, orMalformed(len(s)+1)), s...), 0)
	return pad(b, len(s)+1)
}

// orMalformed returns n, or for a payload that does not fit the number that
// makes the length in the header 0.
func orMalformed(n int) int {
	if n > MaxPayload {
		return -HeaderLen
	}
	return n
}

// AppendUint8 appends an attribute that holds one byte.
func AppendUint8(b []byte, t Type, v uint8) []byte {
	return append(appendHeader(b, t, 1), v, 0, 0, 0)
}

// AppendUint16 appends a u16 in host byte order.
func AppendUint16(b []byte, t Type, v uint16) []byte {
	return append(append16(appendHeader(b, t, 2), v), 0, 0)
}

// AppendUint32 appends a u32 in host byte order.
func AppendUint32(b []byte, t Type, v uint32) []byte {
	return append32(appendHeader(b, t, 4), v)
}

// AppendUint64 appends a u64 in host byte order.
func AppendUint64(b []byte, t Type, v uint64) []byte {
	return append64(appendHeader(b, t, 8), v)
}

// BeginNest appends the header of a nest, marked [Nested]. Append what it
// holds, then call [EndNest] with the length b had before.
func BeginNest(b []byte, t Type) []byte { return appendHeader(b, t|Nested, 0) }

// EndNest writes the length of the nest begun at b[start]. It returns
// [ErrTooLong] if the nest has outgrown the length field, as it has if
// anything in it has.
func EndNest(b []byte, start int) ([]byte, error) {
	n := len(b) - start
	if n > maxLen {
		return b, ErrTooLong
	}
	put16(b[start:], uint16(n))
	return pad(b, n), nil
}

// ReadUint16 reads a u16 in host byte order from the start of b, if b holds one.
func ReadUint16(b []byte) (v uint16, ok bool) {
	if len(b) < 2 {
		return 0, false
	}
	return u16(b), true
}

// ReadUint32 reads a u32 in host byte order from the start of b, if b holds one.
func ReadUint32(b []byte) (v uint32, ok bool) {
	if len(b) < 4 {
		return 0, false
	}
	return u32(b), true
}

// ReadString returns the text in b up to its first NUL.
func ReadString(b []byte) string { return string(cutNUL(b)) }

func cutNUL(b []byte) []byte {
	for i, c := range b {
		if c == 0 {
			return b[:i]
		}
	}
	return b
}
