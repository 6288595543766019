package attr

import "fmt"

// Nests: attributes that hold attributes, or C structs, which are fields at
// fixed places. Both are programs of their own.

// nestOp is a field of type Opt[T] that holds the attributes of T.
type nestOp[T any, P interface {
	*T
	Struct
}] struct {
	prog  *program
	fixed bool // a C struct
}

func (o *nestOp[T, P]) program() *program { return o.prog }

func (*nestOp[T, P]) elem(p ptr) ptr { return ptrTo(&as[Opt[T]](p).v) }

func (o *nestOp[T, P]) decode(st *state, _ *field, p ptr, b []byte, off int, _ bool) error {
	as[Opt[T]](p).ok = true
	return o.prog.decode(st, o.elem(p), b, off)
}

func (o *nestOp[T, P]) append(st *state, f *field, p ptr, b []byte) ([]byte, error) {
	return appendNest(st, f.Type, o.prog, o.elem(p), b, o.fixed)
}

func appendNest(st *state, t Type, prog *program, base ptr, b []byte, fixed bool) ([]byte, error) {
	start := len(b)
	if fixed {
		b = appendHeader(b, t, 0)
	} else {
		b = BeginNest(b, t)
	}
	b, err := prog.append(st, base, b)
	if err != nil {
		return b, err
	}
	return EndNest(b, start)
}

func (*nestOp[T, P]) isSet(p ptr) bool { return as[Opt[T]](p).ok }

func (o *nestOp[T, P]) reset(p ptr) {
	as[Opt[T]](p).ok = false
	o.prog.reset(o.elem(p))
}

// copy assigns, for what T does not list, and then copies field by field what
// the assignment would share, such as lists.
func (o *nestOp[T, P]) copy(dst, src ptr) {
	*as[Opt[T]](dst) = *as[Opt[T]](src)
	o.prog.copy(o.elem(dst), o.elem(src))
}

func (*nestOp[T, P]) compares(f any) bool { return isSame[T](f) }

func (o *nestOp[T, P]) equal(f *field, want, have ptr) bool {
	if eq, ok := f.compare.(func(want, have T) bool); ok {
		return eq(as[Opt[T]](want).v, as[Opt[T]](have).v)
	}
	return o.prog.holds(o.elem(want), o.elem(have))
}

func (*nestOp[T, P]) value(p ptr) any { return P(&as[Opt[T]](p).v) }

// Nest lists a nest whose attributes are those of T. It is sent with
// [Nested], and read with or without.
func Nest[T any, P interface {
	*T
	Struct
}](c *Codec, t Type, name string, p *Opt[T], opts ...Option) {
	add(c, Field{Type: t, Name: name, Wire: WireNest}, p, &nestOp[T, P]{prog: nested[T, P](c)}, opts)
}

// CStruct lists a fixed C struct, whose members T lists with the field
// functions for headers, such as [HeadUint32]. One longer than T says is
// accepted: kernels add members at the end. A shorter one is accepted down to
// what [Header] says; members it lacks are zero.
func CStruct[T any, P interface {
	*T
	Struct
}](c *Codec, t Type, name string, p *Opt[T], opts ...Option) {
	o := &nestOp[T, P]{nested[T, P](c), true}
	add(c, Field{Type: t, Name: name, Wire: WireStruct, Size: o.prog.header}, p, o, opts)
}

// inlined are the ops whose parts are fields of the struct that holds them and
// are compared, copied and shown one by one.
type inlined interface {
	op
	inlined() *program
}

// inlineOp is a nest whose attributes are fields of the struct that holds it.
type inlineOp struct{ prog *program }

func (o *inlineOp) program() *program { return o.prog }
func (o *inlineOp) inlined() *program { return o.prog }
func (o *inlineOp) elem(p ptr) ptr    { return p }

func (o *inlineOp) decode(st *state, _ *field, p ptr, b []byte, off int, _ bool) error {
	return o.prog.decode(st, p, b, off)
}

func (o *inlineOp) append(st *state, f *field, p ptr, b []byte) ([]byte, error) {
	start := len(b)
	b, err := appendNest(st, f.Type, o.prog, p, b, false)
	if err == nil && len(b) == start+HeaderLen { // all of it was for the other direction
		b = b[:start]
	}
	return b, err
}

func (o *inlineOp) isSet(p ptr) bool  { return o.prog.isSet(p) }
func (o *inlineOp) reset(p ptr)       { o.prog.reset(p) }
func (o *inlineOp) copy(dst, src ptr) { o.prog.copy(dst, src) }
func (o *inlineOp) value(ptr) any     { return nil }

func (o *inlineOp) equal(_ *field, want, have ptr) bool { return o.prog.holds(want, have) }

// Inline lists a nest whose attributes are fields of the same struct, so that
// the struct stays flat where the message is not. list lists them. The nest
// is sent if any of them is.
func Inline(c *Codec, t Type, name string, list func(*Codec), opts ...Option) {
	// An empty field at the start of the struct: offsets inside are its own.
	add(c, Field{Type: t, Name: name, Wire: WireNest}, as[struct{}](c.base), &inlineOp{c.inner(name, list)}, opts)
}

// restOp is the field that keeps unknown attributes; decode fills it itself.
type restOp struct{ in *program }

func (*restOp) decode(*state, *field, ptr, []byte, int, bool) error { return nil }

// append checks what a program may have put there: malformed attributes would
// swallow those behind them.
func (o *restOp) append(st *state, f *field, p ptr, b []byte) ([]byte, error) {
	start := len(b)
	b = append(b, *as[Raw](p)...)
	if err := checkRun(b[start:]); err != nil {
		return b, fmt.Errorf("%w: not a run of attributes: %w", ErrValue, err.(*Error).Err)
	}
	b = pad(b, len(b)-start)
	return o.in.dropSent(st, at(p, -f.off), b, start), nil
}

func (*restOp) isSet(p ptr) bool                    { return *as[Raw](p) != "" }
func (*restOp) reset(p ptr)                         { *as[Raw](p) = "" }
func (*restOp) copy(dst, src ptr)                   { *as[Raw](dst) = *as[Raw](src) }
func (*restOp) equal(_ *field, want, have ptr) bool { return *as[Raw](want) == *as[Raw](have) }
func (*restOp) value(p ptr) any                     { return *as[Raw](p) }

// Rest keeps the attributes that no other line claims, whole and in order,
// and sends them back. Every list of attributes ends with it. What an
// attribute holds beside what its line claims, as a list other attributes
// between its elements, is kept under the attribute's number and goes back
// into it. What a program puts there must be whole attributes, or [Append]
// returns [ErrValue].
func Rest(c *Codec, p *Raw) {
	add(c, Field{Name: "unknown", Key: "-", Wire: WireRest}, p, &restOp{c.prog}, nil)
}

// Whole lists all attributes as they are, for a layout that nobody knows.
func Whole(c *Codec, p *Raw) {
	add(c, Field{Name: "data", Key: "-", Wire: WireBinary}, p, &restOp{c.prog}, nil)
}

// padOp claims an attribute that means nothing.
type padOp struct{}

func (padOp) decode(*state, *field, ptr, []byte, int, bool) error        { return nil }
func (padOp) append(_ *state, _ *field, _ ptr, b []byte) ([]byte, error) { return b, nil }
func (padOp) isSet(ptr) bool                                             { return false }
func (padOp) reset(ptr)                                                  {}
func (padOp) copy(_, _ ptr)                                              {}
func (padOp) equal(*field, ptr, ptr) bool                                { return true }
func (padOp) value(ptr) any                                              { return nil }

// Pad lists the attribute with which the kernel aligns u64 payloads.
func Pad(c *Codec, t Type) {
	add(c, Field{Type: t, Name: "pad", Key: "-", Wire: WirePad}, as[struct{}](c.base), padOp{}, []Option{Access(0), Changes("")})
}
