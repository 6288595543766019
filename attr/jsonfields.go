package attr

import (
	hexbytes "encoding/hex"
	"encoding/json"
	"fmt"
	"net/netip"
	"path"
)

// How each wire form takes its value from the JSON of requests. What is wrong
// inside a nest is noted where it is; the error is what is wrong with the value
// itself.

// A jsonOp is an op of a field that has JSON by itself.
type jsonOp interface {
	readJSON(r *JSONReader, m *jsonMember) error
}

// readJSON of a field says that it is set even where there is an error: the
// caller takes it back.
func (o *optOp[T]) readJSON(_ *JSONReader, m *jsonMember) error {
	var v T
	err := readJSON(&m.Field, m.b, &v)
	*as[Opt[T]](m.p) = Opt[T]{v, true}
	return err
}

func (o *headOp[T]) readJSON(_ *JSONReader, m *jsonMember) error {
	return readJSON(&m.Field, m.b, as[T](m.p))
}

// errNothing is for values that a field cannot tell from being absent, so that
// nobody takes them for an order.
func errNothing(b []byte) error {
	return fmt.Errorf("%w: %s says nothing here: leave it out", ErrValue, b)
}

func (stringOp) readJSON(_ *JSONReader, m *jsonMember) error {
	err := readJSON(&m.Field, m.b, as[string](m.p))
	if err == nil && *as[string](m.p) == "" {
		err = errNothing(m.b)
	}
	return err
}

func (bytesOp) readJSON(_ *JSONReader, m *jsonMember) error {
	var s string
	if err := readJSON(&m.Field, m.b, &s); err != nil {
		return err
	}
	b, err := hexbytes.DecodeString(s)
	switch {
	case err != nil:
		return wantJSON(m.b, "two hexadecimal digits for each byte")
	case len(b) == 0:
		return errNothing(m.b)
	}
	*as[string](m.p) = string(b)
	return nil
}

func (o hwAddrOp) readJSON(_ *JSONReader, m *jsonMember) error {
	err := readJSON(&m.Field, m.b, as[HWAddr](m.p))
	if err == nil && !o.isSet(m.p) {
		err = errNothing(m.b)
	}
	return err
}

func (o *addrOp) readJSON(_ *JSONReader, m *jsonMember) error {
	if m.zeroWord != "" && string(m.b) == `"`+m.zeroWord+`"` {
		*as[netip.Addr](m.p) = netip.IPv6Unspecified()
		if o.t4 != 0 {
			*as[netip.Addr](m.p) = netip.IPv4Unspecified()
		}
		return nil
	}
	return readJSON(&m.Field, m.b, as[netip.Addr](m.p))
}

func (refOp) readJSON(_ *JSONReader, m *jsonMember) error {
	return readJSON(&m.Field, m.b, as[Ref](m.p))
}

// readJSON reads a table whose type has a form of its own.
func (o *tableOp[T, P]) readJSON(_ *JSONReader, m *jsonMember) error {
	u, ok := any(as[T](m.p)).(json.Unmarshaler)
	if !ok {
		return fmt.Errorf("%w: has no JSON", ErrValue)
	}
	return u.UnmarshalJSON(m.b)
}

func (o *vectorOp[T]) readJSON(r *JSONReader, m *jsonMember) error {
	list, err := readList[T](r, m)
	*as[[]T](m.p) = list
	return err
}

// readJSON makes an empty list one that is said: it is an order to remove all.
func (o *addrListOp) readJSON(r *JSONReader, m *jsonMember) error {
	list := []netip.Addr{}
	for path, b := range r.Elements(m.path, m.b) {
		var a netip.Addr
		ReadJSON(r, path, b, &a)
		list = append(list, a)
	}
	*o.list(m.p) = Opt[[]netip.Addr]{list, true}
	return nil
}

// readList reads the elements of a list in which none is as good as no list.
func readList[T any](r *JSONReader, m *jsonMember) (list []T, err error) {
	wrong := len(r.errs)
	for path, b := range r.Elements(m.path, m.b) {
		var v T
		if err := readJSON(&m.Field, b, &v); err != nil {
			r.Fail(path, err)
		}
		list = append(list, v)
	}
	if len(list) == 0 && len(r.errs) == wrong {
		err = errNothing(m.b)
	}
	return list, err
}

func (o *repeatOp[T]) readJSON(r *JSONReader, m *jsonMember) error {
	prog := o.el.inside()
	if prog == nil {
		list, err := readList[T](r, m)
		*as[[]T](m.p) = list
		return err
	}
	wrong := len(r.errs)
	var list []T
	for path, b := range r.Elements(m.path, m.b) {
		var v T
		list = append(list, v) // before it is read: it stays where it is meanwhile
		r.object(prog, ptrTo(&list[len(list)-1]), path, b, nil)
	}
	*as[[]T](m.p) = list
	if len(list) == 0 && len(r.errs) == wrong {
		return errNothing(m.b)
	}
	return nil
}

func (o *nestOp[T, P]) readJSON(r *JSONReader, m *jsonMember) error {
	as[Opt[T]](m.p).ok = true
	r.object(o.prog, o.elem(m.p), m.path, m.b, nil)
	return nil
}

// readJSON makes an empty struct of that name; the data, which is read later,
// fills it.
func (o *choiceName[K]) readJSON(r *JSONReader, m *jsonMember) error {
	var name string
	if err := readString(m.b, &name, "a name"); err != nil {
		return err
	}
	if r.New != nil && name != "" {
		if k, ok := r.New(o.slot, name).(K); ok {
			*as[K](m.p) = k
			return nil
		}
	}
	return fmt.Errorf("%w: %q is not known", ErrValue, name)
}

func (o *choiceData[K]) readJSON(r *JSONReader, m *jsonMember) error {
	prog, base, err := o.chosen(m.p)
	switch {
	case err != nil:
		return err
	case prog == nil || m.choiceKeys == nil:
		return fmt.Errorf("%w: whose data this is must be said beside it", ErrValue)
	case prog.isWhole() && m.as == keyWhole:
		return readAttributes(r, m.path, m.b, as[Raw](at(base, prog.rest.off)))
	case prog.isWhole():
		return fmt.Errorf("%w: %s has no fields here; say its attributes in %s", ErrValue, (*as[K](m.p)).Kind(), path.Base(m.choiceKeys.raw))
	case m.as == keyWhole:
		return fmt.Errorf("%w: %s has fields; say them in %s", ErrValue, (*as[K](m.p)).Kind(), path.Base(m.choiceKeys.data))
	}
	r.object(prog, base, m.path, m.b, nil)
	return nil
}

// isWhole reports whether all attributes are kept as they are; see [Whole].
func (p *program) isWhole() bool {
	return len(p.fields) == 1 && p.rest != nil && p.rest.Wire == WireBinary
}

func (o *restOp) readJSON(r *JSONReader, m *jsonMember) error {
	return readAttributes(r, m.path, m.b, as[Raw](m.p))
}

// readAttributes reads what requestAttributes writes.
func readAttributes(r *JSONReader, path string, b []byte, raw *Raw) error {
	var out []byte
	for path, b := range r.Elements(path, b) {
		out = readAttribute(r, path, b, out)
	}
	var err error
	*raw, err = RawFrom(out)
	return err
}

// readAttribute appends an attribute of which only number and payload are known.
func readAttribute(r *JSONReader, path string, b, out []byte) []byte {
	var t Type
	var nested bool
	var payload []byte
	r.Object(path, b, JSONMembers{
		"type": func(path string, b []byte) {
			if ReadJSON(r, path, b, &t); t&Nested != 0 {
				r.Fail(path, &RangeError{int64(t), 0, int64(Nested - 1)})
			}
		},
		"nested": func(path string, b []byte) { ReadJSON(r, path, b, &nested) },
		"data": func(path string, b []byte) {
			var s string
			if ReadJSON(r, path, b, &s); s == "" {
				return
			}
			var err error
			if payload, err = hexbytes.DecodeString(s); err != nil {
				r.Fail(path, wantJSON(b, "two hexadecimal digits for each byte"))
			}
		},
	})
	if nested { // a word instead of a bit, since people read numbers
		t |= Nested
	}
	return AppendBytes(out, t, payload)
}

func (o *restPart[T]) readJSON(_ *JSONReader, m *jsonMember) error {
	return readJSON(&m.Field, m.b, as[T](m.p))
}

// An otherBits is the switches of [Bits] as one member: an array of those that
// are on, as in ip's JSON, or the number of the bits that have no switch. It is
// read after them.
type otherBits struct {
	padOp
	bits *bitsOp
}

func (o *otherBits) place(p ptr) *uint32 { return as[uint32](at(p, o.bits.rest)) }
func (o *otherBits) isSet(p ptr) bool    { return o.bits.keeps && *o.place(p) != 0 }
func (o *otherBits) value(p ptr) any     { return *o.place(p) }

func (o *otherBits) reset(p ptr) {
	if o.bits.keeps {
		*o.place(p) = 0
	}
}

func (o *otherBits) readJSON(r *JSONReader, m *jsonMember) error {
	switch {
	case m.list != "" && m.b[0] == '[':
		for path, b := range r.Elements(m.path, m.b) {
			if err := o.readWord(m.p, b); err != nil {
				r.Fail(path, err)
			}
		}
		return nil
	case !o.bits.keeps:
		return wantJSON(m.b, "an array of words")
	}
	err := readJSON(&m.Field, m.b, o.place(m.p))
	if v := *o.place(m.p); err == nil && v&o.bits.known != 0 {
		err = fmt.Errorf("%w: %#x has bits that are fields", ErrValue, v)
	}
	return err
}

// readWord sets one switch on.
func (o *otherBits) readWord(p ptr, b []byte) error {
	var word string
	if err := readString(b, &word, "a word"); err != nil {
		return err
	}
	for i := range o.bits.bits {
		x := &o.bits.bits[i]
		on := as[Opt[bool]](at(p, x.off))
		switch {
		case x.Key != word:
		case on.ok:
			return fmt.Errorf("%w: %s says it already", ErrValue, x.Name)
		default:
			on.Set(true)
			return nil
		}
	}
	return fmt.Errorf("%w: %q is not known", ErrValue, word)
}
