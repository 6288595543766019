package attr

import (
	"fmt"
	"net/netip"
	"slices"
)

// addrListOp is a nest of addresses of one family, each numbered by its place,
// in a field that can say an empty list too.
type addrListOp struct{ size, most int }

func (*addrListOp) list(p ptr) *Opt[[]netip.Addr] { return as[Opt[[]netip.Addr]](p) }

func (o *addrListOp) decode(_ *state, _ *field, p ptr, b []byte, off int, _ bool) error {
	s := o.list(p).v[:0]
	for len(b) > 0 {
		t, payload, rest, err := Cut(b)
		if err == nil && len(payload) != o.size {
			err = ErrLength
		}
		if err != nil {
			return &Error{Type: t.Number(), Offset: off, Err: err}
		}
		a, _ := netip.AddrFromSlice(payload) // of a length that is right
		s = append(s, a)
		b, off = rest, off+len(b)-len(rest)
	}
	*o.list(p) = Opt[[]netip.Addr]{s, true}
	return nil
}

func (o *addrListOp) append(_ *state, f *field, p ptr, b []byte) ([]byte, error) {
	start, list := len(b), o.list(p).v
	if len(list) > o.most {
		return b, fmt.Errorf("%w: %d addresses, at most %d", ErrTooLong, len(list), o.most)
	}
	b = BeginNest(b, f.Type)
	for i, a := range list {
		if a.BitLen() != 8*o.size || a.Zone() != "" {
			return b, fmt.Errorf("%w: address %v, want %d bits without a zone", ErrValue, a, 8*o.size)
		}
		b = appendHeader(b, Type(i), o.size)
		if v := a.As16(); o.size == len(v) {
			b = append(b, v[:]...)
		} else {
			b = append(b, v[len(v)-o.size:]...) // IPv4 is at the end of the mapped form
		}
	}
	return EndNest(b, start)
}

func (o *addrListOp) isSet(p ptr) bool { return o.list(p).ok }

func (o *addrListOp) reset(p ptr) { *o.list(p) = Opt[[]netip.Addr]{v: o.list(p).v[:0]} }

func (o *addrListOp) copy(dst, src ptr) {
	*o.list(dst) = Opt[[]netip.Addr]{slices.Clone(o.list(src).v), o.list(src).ok}
}

// value is nil for an empty list, so that it counts as zero.
func (o *addrListOp) value(p ptr) any { return append([]netip.Addr(nil), o.list(p).v...) }

func (o *addrListOp) equal(_ *field, want, have ptr) bool {
	return slices.Equal(o.list(want).v, o.list(have).v)
}

// Addr4List lists a nest of IPv4 addresses, numbered from 0 on, of which the
// kernel takes at most so many. An empty list that is said is sent, as an empty
// nest.
func Addr4List(c *Codec, t Type, name string, most int, p *Opt[[]netip.Addr], opts ...Option) {
	add(c, Field{Type: t, Name: name, Wire: WireArray}, p, &addrListOp{4, most}, opts)
}

// Addr6List lists a nest of IPv6 addresses as [Addr4List].
func Addr6List(c *Codec, t Type, name string, most int, p *Opt[[]netip.Addr], opts ...Option) {
	add(c, Field{Type: t, Name: name, Wire: WireArray}, p, &addrListOp{16, most}, opts)
}
