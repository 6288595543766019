package attr

import "slices"

// Structs that begin with the number of what they are about: all settings of
// one virtual function repeat its number. The number is one field of the Go
// struct; reading any of them sets it, and each is sent with it.

// leadLen is the size of the number, a u32 in host byte order.
const leadLen = 4

// A lead is the number's distance from the start of the Go struct.
type lead struct{ off uintptr }

// newLead finds the number among the fields and, once per list, adds it, so
// that it is copied, compared and reset with what it belongs to.
func newLead(c *Codec, p *uint32) lead {
	l := lead{offsetIn(c, p)}
	if !slices.ContainsFunc(c.prog.heads, func(f field) bool { return f.off == l.off }) {
		add(c, Field{Name: "number", Key: "-", requestKey: "vf", Wire: WireU32, Header: true}, p, &leadOp{headOp[uint32]{form32[uint32]()}}, nil)
	}
	return l
}

// leadOp is the number itself, at no place in the message: zero until an
// attribute that holds it is read.
type leadOp struct{ headOp[uint32] }

// append writes nothing: each attribute writes it.
func (o *leadOp) append(_ *state, _ *field, _ ptr, b []byte) ([]byte, error) { return b, nil }

func (o *leadOp) decode(_ *state, _ *field, p ptr, _ []byte, _ int, _ bool) error {
	o.reset(p)
	return nil
}

// number returns the number beside the field f at p.
func (l lead) number(f *field, p ptr) *uint32 { return as[uint32](at(p, l.off-f.off)) }

// ledOp is a struct of the number and one value, at off.
type ledOp[T comparable] struct {
	optOp[T]
	lead
	off int
}

func (o *ledOp[T]) decode(_ *state, f *field, p ptr, b []byte, _ int, _ bool) error {
	if len(b) < o.off+o.size {
		return ErrLength
	}
	*o.lead.number(f, p) = u32(b)
	as[Opt[T]](p).Set(o.get(b[o.off:]))
	return nil
}

func (o *ledOp[T]) append(_ *state, f *field, p ptr, b []byte) ([]byte, error) {
	b = append32(appendHeader(b, f.Type, o.off+o.size), *o.lead.number(f, p))
	for range o.off - leadLen { // a hole before the value
		b = append(b, 0)
	}
	return o.put(b, as[Opt[T]](p).v), nil
}

func addLed[T comparable](c *Codec, t Type, name string, number *uint32, p *Opt[T], off int, fm form[T], opts []Option) {
	o := &ledOp[T]{optOp[T]{fm}, newLead(c, number), off}
	add(c, Field{Type: t, Name: name, Wire: WireStruct, Size: off + fm.size}, p, o, opts)
}

// LedUint32 lists a struct of number and a u32.
func LedUint32[T ~uint32](c *Codec, t Type, name string, number *uint32, p *Opt[T], opts ...Option) {
	addLed(c, t, name, number, p, leadLen, form32[T](), opts)
}

// LedBool lists a struct of number and a u32 that is zero or not.
func LedBool(c *Codec, t Type, name string, number *uint32, p *Opt[bool], opts ...Option) {
	addLed(c, t, name, number, p, leadLen, formBool32(), opts)
}

// LedUint64 lists a struct of number and a u64, aligned to eight bytes.
func LedUint64(c *Codec, t Type, name string, number *uint32, p *Opt[uint64], opts ...Option) {
	addLed(c, t, name, number, p, 2*leadLen, form64[uint64](), opts)
}

// LedMAC lists a struct of number and a hardware address in 32 bytes, whose
// length is not sent; see [HeadMAC].
func LedMAC(c *Codec, t Type, name string, number *uint32, p *Opt[HWAddr], opts ...Option) {
	addLed(c, t, name, number, p, leadLen, formMAC(maxHWAddr), opts)
}

// PaddedMAC lists a hardware address in 32 bytes; see [HeadMAC].
func PaddedMAC(c *Codec, t Type, name string, p *Opt[HWAddr], opts ...Option) {
	add(c, Field{Type: t, Name: name, Wire: WireStruct, Size: maxHWAddr}, p, &optOp[HWAddr]{formMAC(maxHWAddr)}, opts)
}

// ledStructOp is a C struct whose first u32 is the number.
type ledStructOp[T any, P interface {
	*T
	Struct
}] struct {
	nestOp[T, P]
	lead
}

func (o *ledStructOp[T, P]) decode(st *state, f *field, p ptr, b []byte, off int, again bool) error {
	if err := o.nestOp.decode(st, f, p, b, off, again); err != nil {
		return err
	}
	if len(b) >= leadLen {
		*o.lead.number(f, p) = u32(b)
	}
	return nil
}

func (o *ledStructOp[T, P]) append(st *state, f *field, p ptr, b []byte) ([]byte, error) {
	start := len(b)
	b, err := o.nestOp.append(st, f, p, b)
	if err == nil {
		put32(b[start+HeaderLen:], *o.lead.number(f, p))
	}
	return b, err
}

// LedStruct lists a C struct whose first member, a u32 that T does not list,
// is number.
func LedStruct[T any, P interface {
	*T
	Struct
}](c *Codec, t Type, name string, number *uint32, p *Opt[T], opts ...Option) {
	o := &ledStructOp[T, P]{nestOp[T, P]{nested[T, P](c), true}, newLead(c, number)}
	add(c, Field{Type: t, Name: name, Wire: WireStruct, Size: o.prog.header}, p, o, opts)
}

// ledListOp is a nest of C structs whose first u32 is the number.
type ledListOp[T any] struct {
	nestListOp[T]
	lead
}

func (o *ledListOp[T]) decode(st *state, f *field, p ptr, b []byte, off int, again bool) error {
	if err := o.nestListOp.decode(st, f, p, b, off, again); err != nil {
		return err
	}
	for t, payload := range All(b) {
		if t == o.inner().Type && len(payload) >= leadLen {
			*o.lead.number(f, p) = u32(payload)
		}
	}
	return nil
}

func (o *ledListOp[T]) append(st *state, f *field, p ptr, b []byte) ([]byte, error) {
	start := len(b)
	b, err := o.nestListOp.append(st, f, p, b)
	if err != nil {
		return b, err
	}
	for t, payload := range All(b[start+HeaderLen:]) {
		if t == o.inner().Type && len(payload) >= leadLen {
			put32(payload, *o.lead.number(f, p))
		}
	}
	return b, nil
}

// LedStructList lists a nest of C structs T, each as an attribute of number
// inner, whose first member, a u32 that T does not list, is number.
func LedStructList[T any, P interface {
	*T
	Struct
}](c *Codec, t, inner Type, name string, number *uint32, p *[]T, opts ...Option) {
	r := structs[T, P](c, true)
	o := &ledListOp[T]{newNestList(c, r, inner, WireStruct, r.program().header), newLead(c, number)}
	f := add(c, Field{Type: t, Name: name, Wire: WireNest}, p, o, opts)
	o.inner().Dir, o.inner().Mode = f.Dir, f.Mode
}

// settleLead takes back a number that no attribute carries any more: one that
// came with a list which a later attribute of its number has emptied.
func (p *program) settleLead(base ptr) {
	for i := range p.heads {
		lead, ok := p.heads[i].op.(*leadOp)
		if !ok {
			continue
		}
		for k := range p.fields {
			f := &p.fields[k]
			if _, led := f.op.(carrier); led && f.op.isSet(at(base, f.off)) {
				return
			}
		}
		lead.reset(at(base, p.heads[i].off))
	}
}

// A carrier is an op whose attribute repeats the number.
type carrier interface{ carries() }

func (lead) carries() {}
