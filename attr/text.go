package attr

import (
	"fmt"
	"net/netip"
	"strings"
)

// stringOp is a field of type string, "" being absent.
type stringOp struct{}

func (stringOp) decode(_ *state, _ *field, p ptr, b []byte, _ int, _ bool) error {
	if s := as[string](p); *s != string(cutNUL(b)) { // keeps the string it has
		*s = string(cutNUL(b))
	}
	return nil
}

func (stringOp) append(_ *state, f *field, p ptr, b []byte) ([]byte, error) {
	return appendText(b, f, *as[string](p))
}

// appendText appends a string attribute; the kernel would cut one at a NUL.
func appendText(b []byte, f *field, s string) ([]byte, error) {
	switch {
	case strings.IndexByte(s, 0) >= 0:
		return b, fmt.Errorf("%w: %q holds a NUL", ErrValue, s)
	case f.noNUL:
		return appendPayload(b, f.Type, s)
	case len(s)+1 > MaxPayload:
		return b, ErrTooLong
	}
	return AppendString(b, f.Type, s), nil
}

// appendPayload appends an attribute with payload s.
func appendPayload(b []byte, t Type, s string) ([]byte, error) {
	if len(s) > MaxPayload {
		return b, ErrTooLong
	}
	return pad(append(appendHeader(b, t, len(s)), s...), len(s)), nil
}

func (stringOp) isSet(p ptr) bool  { return *as[string](p) != "" }
func (stringOp) reset(p ptr)       { *as[string](p) = "" }
func (stringOp) copy(dst, src ptr) { *as[string](dst) = *as[string](src) }
func (stringOp) value(p ptr) any   { return *as[string](p) }
func (stringOp) length(p ptr) int  { return len(*as[string](p)) }

func (stringOp) compares(f any) bool { return isSame[string](f) }

func (stringOp) equal(f *field, want, have ptr) bool {
	return same(f, *as[string](want), *as[string](have))
}

// String lists a string where empty means absent. It is sent with a final
// NUL unless [NoNUL] says otherwise, and read up to the first one.
func String(c *Codec, t Type, name string, p *string, opts ...Option) {
	add(c, Field{Type: t, Name: name, Wire: WireString}, p, stringOp{}, opts)
}

// textOp is a field of type Opt[string].
type textOp struct{ optOp[string] }

func (textOp) decode(_ *state, _ *field, p ptr, b []byte, _ int, _ bool) error {
	o := as[Opt[string]](p)
	if o.v != string(cutNUL(b)) {
		o.v = string(cutNUL(b))
	}
	o.ok = true
	return nil
}

func (textOp) append(_ *state, f *field, p ptr, b []byte) ([]byte, error) {
	return appendText(b, f, as[Opt[string]](p).v)
}

func (textOp) length(p ptr) int { return len(as[Opt[string]](p).v) }

// Text lists a string where empty means something, as the alias that "" clears.
func Text(c *Codec, t Type, name string, p *Opt[string], opts ...Option) {
	add(c, Field{Type: t, Name: name, Wire: WireString}, p, &textOp{}, opts)
}

// bytesOp is a payload kept as it is, in a string; "" is absent.
type bytesOp struct{ stringOp }

func (bytesOp) decode(_ *state, _ *field, p ptr, b []byte, _ int, _ bool) error {
	if s := as[string](p); *s != string(b) {
		*s = string(b)
	}
	return nil
}

func (bytesOp) append(_ *state, f *field, p ptr, b []byte) ([]byte, error) {
	return appendPayload(b, f.Type, *as[string](p))
}

func (bytesOp) value(p ptr) any { return fmt.Sprintf("%x", *as[string](p)) }

// Bytes lists a payload without structure. An empty one counts as absent.
func Bytes(c *Codec, t Type, name string, p *string, opts ...Option) {
	add(c, Field{Type: t, Name: name, Wire: WireBinary}, p, bytesOp{}, opts)
}

// hwAddrOp is a field of type HWAddr.
type hwAddrOp struct{}

func (hwAddrOp) decode(_ *state, _ *field, p ptr, b []byte, _ int, _ bool) error {
	a, ok := HWAddrFrom(b)
	if !ok {
		return ErrLength
	}
	*as[HWAddr](p) = a
	return nil
}

func (hwAddrOp) append(_ *state, f *field, p ptr, b []byte) ([]byte, error) {
	a := as[HWAddr](p)
	return AppendBytes(b, f.Type, a.b[:a.n]), nil
}

func (hwAddrOp) isSet(p ptr) bool                    { return as[HWAddr](p).n > 0 }
func (hwAddrOp) reset(p ptr)                         { *as[HWAddr](p) = HWAddr{} }
func (hwAddrOp) copy(dst, src ptr)                   { *as[HWAddr](dst) = *as[HWAddr](src) }
func (hwAddrOp) equal(_ *field, want, have ptr) bool { return *as[HWAddr](want) == *as[HWAddr](have) }
func (hwAddrOp) value(p ptr) any                     { return *as[HWAddr](p) }
func (hwAddrOp) length(p ptr) int                    { return int(as[HWAddr](p).n) }

// MAC lists a hardware address of any length.
func MAC(c *Codec, t Type, name string, p *HWAddr, opts ...Option) {
	add(c, Field{Type: t, Name: name, Wire: WireMAC}, p, hwAddrOp{}, opts)
}

// addrOp is a field of type netip.Addr, sent as one number for IPv4 and as
// another for IPv6; the same number where the kind of link decides.
type addrOp struct{ t4, t6 Type }

func (o *addrOp) decode(_ *state, _ *field, p ptr, b []byte, _ int, again bool) error {
	if len(b) != 4 && len(b) != 16 {
		return ErrLength
	}
	a, _ := netip.AddrFromSlice(b)
	// Both addresses of a pair can be there. The first is the field's, the
	// other is kept with the unknown attributes.
	if old := as[netip.Addr](p); again && old.Is4() != a.Is4() {
		return unclaimed
	}
	*as[netip.Addr](p) = a
	return nil
}

func (o *addrOp) append(st *state, f *field, p ptr, b []byte) ([]byte, error) {
	switch a := *as[netip.Addr](p); {
	case f.notZero && !st.Report && a.IsUnspecified():
		return b, nil
	case a.Is4() && o.t4 != 0:
		v := a.As4()
		return AppendBytes(b, o.t4, v[:]), nil
	case a.Is6() && o.t6 != 0 && a.Zone() == "":
		v := a.As16()
		return AppendBytes(b, o.t6, v[:]), nil
	default:
		return b, fmt.Errorf("%w: address %v, want %s without a zone", ErrValue, a, o.families())
	}
}

func (o *addrOp) families() string {
	switch {
	case o.t6 == 0:
		return "IPv4"
	case o.t4 == 0:
		return "IPv6"
	}
	return "IPv4 or IPv6"
}

func (*addrOp) isSet(p ptr) bool  { return as[netip.Addr](p).IsValid() }
func (*addrOp) reset(p ptr)       { *as[netip.Addr](p) = netip.Addr{} }
func (*addrOp) copy(dst, src ptr) { *as[netip.Addr](dst) = *as[netip.Addr](src) }
func (*addrOp) value(p ptr) any   { return *as[netip.Addr](p) }

func (*addrOp) equal(_ *field, want, have ptr) bool {
	return *as[netip.Addr](want) == *as[netip.Addr](have)
}

// addr4Op and addr6Op are addrOps of one family, which check the length.
type addr4Op struct{ addrOp }

func (o *addr4Op) decode(st *state, f *field, p ptr, b []byte, off int, again bool) error {
	if len(b) != 4 {
		return ErrLength
	}
	return o.addrOp.decode(st, f, p, b, off, again)
}

type addr6Op struct{ addrOp }

func (o *addr6Op) decode(st *state, f *field, p ptr, b []byte, off int, again bool) error {
	if len(b) != 16 {
		return ErrLength
	}
	return o.addrOp.decode(st, f, p, b, off, again)
}

// Addr4 lists an IPv4 address.
func Addr4(c *Codec, t Type, name string, p *netip.Addr, opts ...Option) {
	add(c, Field{Type: t, Name: name, Wire: WireIPv4, Size: 4}, p, &addr4Op{addrOp{t4: t}}, opts)
}

// Addr6 lists an IPv6 address.
func Addr6(c *Codec, t Type, name string, p *netip.Addr, opts ...Option) {
	add(c, Field{Type: t, Name: name, Wire: WireIPv6, Size: 16}, p, &addr6Op{addrOp{t6: t}}, opts)
}

// Addr lists an address that travels as t4 if it is IPv4 and as t6 if it is
// IPv6; t4 and t6 may be the same number. Where a message holds both, the
// second is kept with the unknown attributes.
func Addr(c *Codec, t4, t6 Type, name string, p *netip.Addr, opts ...Option) {
	f := Field{Type: t4, Alt: t6, Name: name, Wire: WireIPv4, Size: 4}
	if t4 == t6 {
		f.Alt, f.Size = 0, 0
	}
	add(c, f, p, &addrOp{t4, t6}, opts)
}

// refOp is a field of type Ref.
type refOp struct{}

func (refOp) decode(_ *state, _ *field, p ptr, b []byte, _ int, _ bool) error {
	if len(b) != 4 {
		return ErrLength
	}
	*as[Ref](p) = RefIndex(u32(b))
	return nil
}

func (refOp) append(_ *state, f *field, p ptr, b []byte) ([]byte, error) {
	i, ok := as[Ref](p).Index()
	if !ok {
		return b, fmt.Errorf("%w: %q", ErrUnresolved, as[Ref](p).name)
	}
	return AppendUint32(b, f.Type, i), nil
}

func (refOp) isSet(p ptr) bool                    { return as[Ref](p).ok }
func (refOp) reset(p ptr)                         { *as[Ref](p) = Ref{} }
func (refOp) copy(dst, src ptr)                   { *as[Ref](dst) = *as[Ref](src) }
func (refOp) equal(_ *field, want, have ptr) bool { return *as[Ref](want) == *as[Ref](have) }
func (refOp) value(p ptr) any                     { return *as[Ref](p) }

// Link lists the index of another link. A report without it counts as index 0.
func Link(c *Codec, t Type, name string, p *Ref, opts ...Option) {
	add(c, Field{Type: t, Name: name, Wire: WireU32, Size: 4, zero: true}, p, refOp{}, opts)
}
