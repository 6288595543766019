package attr

import "iter"

// Raw is a run of whole attributes, headers and padding included, exactly as
// they came. It is a string so that structs that hold one stay comparable.
type Raw string

// RawFrom returns the attributes in b; the last one may lack its padding. The
// error, if b is malformed, is an [*Error] that says where.
func RawFrom(b []byte) (Raw, error) {
	if err := checkRun(b); err != nil {
		return "", err
	}
	if len(b) != align(len(b)) {
		b = pad(b[:len(b):len(b)], len(b))
	}
	return Raw(b), nil
}

// checkRun reports where b is not a run of attributes.
func checkRun(b []byte) error {
	for rest := b; len(rest) > 0; {
		off := len(b) - len(rest)
		t, _, next, err := Cut(rest)
		if err != nil {
			return &Error{Type: t.Number(), Offset: off, Err: err}
		}
		rest = next
	}
	return nil
}

// All iterates over the attributes. Types come without flag bits.
func (r Raw) All() iter.Seq2[Type, []byte] { return All([]byte(r)) }
