package attr

import "iter"

// Raw is a run of whole attributes, headers and padding included, exactly as
// they came. It is a string so that structs that hold one stay comparable.
type Raw string

// RawFrom returns the attributes in b, or an error if b is malformed.
func RawFrom(b []byte) (Raw, error) {
	for rest, off := b, 0; len(rest) > 0; off = len(b) - len(rest) {
		var err error
		if _, _, rest, err = Cut(rest); err != nil {
			return "", &Error{Offset: off, Err: err}
		}
	}
	return Raw(b), nil
}

// All iterates over the attributes. Types come without flag bits.
func (r Raw) All() iter.Seq2[Type, []byte] { return All([]byte(r)) }
