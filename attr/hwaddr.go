package attr

import (
	"fmt"
)

// maxHWAddr is MAX_ADDR_LEN of the kernel's netdevice.h.
const maxHWAddr = 32

// A HWAddr is a link-layer address of 1 to 32 bytes: six for Ethernet, 20 for
// InfiniBand, four for the end of an IPv4 tunnel. It is a value like
// [net/netip.Addr]: comparable, and the zero HWAddr is no address.
type HWAddr struct {
	b [maxHWAddr]byte
	n uint8
}

// HWAddrFrom returns the address in b; ok is false if b has more than 32
// bytes.
func HWAddrFrom(b []byte) (a HWAddr, ok bool) {
	if len(b) > maxHWAddr {
		return HWAddr{}, false
	}
	a.n = uint8(copy(a.b[:], b))
	return a, true
}

// ParseHWAddr reads an address written as "02:00:00:00:00:01", or with
// dashes between the bytes.
func ParseHWAddr(s string) (HWAddr, error) {
	var a HWAddr
	for i := 0; ; i += 3 {
		if i+2 > len(s) || int(a.n) == maxHWAddr {
			return HWAddr{}, parseHWAddrError(s)
		}
		hi, lo := unhex(s[i]), unhex(s[i+1])
		if hi > 15 || lo > 15 {
			return HWAddr{}, parseHWAddrError(s)
		}
		a.b[a.n] = hi<<4 | lo
		a.n++
		if i+2 == len(s) {
			return a, nil
		}
		if c := s[i+2]; c != ':' && c != '-' || c != s[2] {
			return HWAddr{}, parseHWAddrError(s)
		}
	}
}

func parseHWAddrError(s string) error {
	return fmt.Errorf("hardware address %q: %w, want two hexadecimal digits a byte with colons between them, as in 02:00:00:00:00:01", s, ErrValue)
}

// MustParseHWAddr is [ParseHWAddr] for constants: it panics on an error.
func MustParseHWAddr(s string) HWAddr {
	a, err := ParseHWAddr(s)
	if err != nil {
		panic(err)
	}
	return a
}

func unhex(c byte) byte {
	switch {
	case '0' <= c && c <= '9':
		return c - '0'
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10
	}
	return 255
}

// IsValid reports whether a is an address, not the zero HWAddr.
func (a HWAddr) IsValid() bool { return a.n > 0 }

// Len returns the number of bytes.
func (a HWAddr) Len() int { return int(a.n) }

// AsSlice returns the bytes, nil for the zero HWAddr.
func (a HWAddr) AsSlice() []byte {
	if a.n == 0 {
		return nil
	}
	return append([]byte(nil), a.b[:a.n]...)
}

// AppendTo appends the form of String to b.
func (a HWAddr) AppendTo(b []byte) []byte {
	const digits = "0123456789abcdef"
	for i, c := range a.b[:a.n] {
		if i > 0 {
			b = append(b, ':')
		}
		b = append(b, digits[c>>4], digits[c&15])
	}
	return b
}

// String returns the address as "02:00:00:00:00:01", "" for the zero HWAddr.
func (a HWAddr) String() string { return string(a.AppendTo(nil)) }

// MarshalText returns the form of String.
func (a HWAddr) MarshalText() ([]byte, error) { return a.AppendTo(nil), nil }

// UnmarshalText reads what [ParseHWAddr] reads; empty text gives the zero
// HWAddr.
func (a *HWAddr) UnmarshalText(b []byte) (err error) {
	if len(b) == 0 {
		*a = HWAddr{}
		return nil
	}
	*a, err = ParseHWAddr(string(b))
	return err
}

// Compare orders addresses by length, then by bytes.
func (a HWAddr) Compare(b HWAddr) int {
	if a.n != b.n {
		return int(a.n) - int(b.n)
	}
	for i := range a.n {
		if d := int(a.b[i]) - int(b.b[i]); d != 0 {
			return d
		}
	}
	return 0
}
