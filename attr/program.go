package attr

import (
	"fmt"
	"reflect"
	"sync"
)

// How a list of fields is run
//
// A [Struct] lists its attributes by calling the field functions. The list
// is run once per Go type, on a zero value, and compiled to a program: for
// each field its number, its distance in the struct, and an op, the code of
// its wire form. Decoding, appending, comparing and describing are loops over
// programs (decode.go, encode.go, compare.go, describe.go, format.go) and
// know no wire form; wire forms (scalar.go, text.go, nest.go, ...) know one
// value each and nothing of their neighbours.
//
// Invariants of a program: every field lies inside its struct; a number is
// claimed once per address family; index finds the first field of a number,
// field.next the one for other families; a program does not contain itself,
// so that the depth of a message is that of the list, not of the input. Only
// what a name chooses at run time ([Choice]) can nest as deep as the input.

// A Struct is anything whose attributes are listed by Fields: one call of a
// field function of this package per attribute ([Uint32], [Flag], [Nest], ...),
// in the order they are sent, with pointers to the fields of the struct. The
// one list decodes, encodes, compares and describes.
//
// Fields is called once per type, on a zero value, and must be the same list
// every time: what is special about an attribute is an [Option] on its line.
// Structs are pointers to Go structs. A list has at most 128 lines, and no
// struct holds itself. A list that breaks a rule is refused by all functions
// that return an error; [Check] says why.
type Struct interface{ Fields(*Codec) }

// A Codec receives the list of a [Struct].
type Codec struct {
	typ   reflect.Type // of the struct
	outer *Codec       // of the struct that holds this one
	base  ptr
	size  uintptr
	prog  *program
	err   error
}

type program struct {
	name      string
	header    int // bytes before the attributes
	minHeader int
	heads     []field // at fixed places in the header
	fields    []field
	index     []int16 // attribute number to position in fields, plus one
	limited   []int16 // fields of some address families only
	fixed     []int16 // [Chosen] fields
	rest      *field
	hosts     bool // rest may hold what goes into other attributes
}

type field struct {
	Field
	off  uintptr
	op   op
	late bool // decoded after all others
	next int16
}

// An op is a wire form: all that can be done with one field. p points to the
// field; what type it has is between the op and the function that listed it.
type op interface {
	// decode sets the field from payload b, which starts off bytes into the
	// input. again says that the field has been set from this input before.
	decode(st *state, f *field, p ptr, b []byte, off int, again bool) error
	// append appends the whole attribute.
	append(st *state, f *field, p ptr, b []byte) ([]byte, error)
	// isSet reports whether the field says anything.
	isSet(p ptr) bool
	// reset makes the field say nothing. It may keep storage.
	reset(p ptr)
	// copy makes dst say what src says.
	copy(dst, src ptr)
	// equal reports whether two fields that say something say the same.
	equal(f *field, want, have ptr) bool
	// value returns what the field says, for people and JSON.
	value(p ptr) any
}

// A holder is an op whose field has fields, elem is where they are.
type holder interface {
	program() *program
	elem(p ptr) ptr
}

var programs sync.Map // reflect.Type to *compiled

type compiled struct {
	prog *program
	err  error
}

// programOf returns the program of s and the struct it points to.
func programOf(s Struct) (*program, ptr, error) {
	base := baseOf(s)
	if base == nil {
		return nil, nil, fmt.Errorf("%w: %T is nil or not a pointer", ErrValue, s)
	}
	prog, err := programFor(reflect.TypeOf(s), nil)
	return prog, base, err
}

// programFor returns the program of a type, which outer holds. Two goroutines
// may compile the same type; all use the program that was stored first, since
// programs are compared.
func programFor(t reflect.Type, outer *Codec) (*program, error) {
	c, ok := programs.Load(t)
	if !ok {
		prog, err := compile(t, outer)
		c, _ = programs.LoadOrStore(t, &compiled{prog, err})
	}
	return c.(*compiled).prog, c.(*compiled).err
}

func compile(t reflect.Type, outer *Codec) (*program, error) {
	s := reflect.New(t.Elem()).Interface().(Struct)
	c := &Codec{typ: t, outer: outer, base: baseOf(s), size: t.Elem().Size(), prog: &program{name: t.Elem().String()}}
	s.Fields(c)
	c.fail(c.prog.link())
	if c.err != nil {
		return nil, c.err
	}
	return c.prog, nil
}

// fail keeps the first error of a list.
func (c *Codec) fail(err error) {
	if c.err == nil {
		c.err = err
	}
}

// refuse is fail for a wrong line.
func (c *Codec) refuse(name, why string) {
	c.fail(fmt.Errorf("%w: %s: %q %s", ErrValue, c.prog.name, name, why))
}

// nested returns the program of the structs T that a line of c holds, an
// empty one where there is an error.
func nested[T any, P interface {
	*T
	Struct
}](c *Codec) *program {
	t := reflect.TypeFor[P]()
	for o := c; o != nil; o = o.outer {
		if o.typ == t {
			c.fail(fmt.Errorf("%w: %s holds itself", ErrValue, t.Elem()))
			return new(program)
		}
	}
	prog, err := programFor(t, c)
	if err != nil {
		c.fail(err)
		return new(program)
	}
	return prog
}

// add puts one field on the list.
func add[T any](c *Codec, f Field, p *T, o op, opts []Option) *field {
	f.Dir, f.Mode = Read|Create|Set, Any
	for _, opt := range opts {
		opt(&f)
	}
	if f.Key == "" {
		f.Key = f.Name
	}
	off, ok := offset(c.base, c.size, ptrTo(p), reflect.TypeFor[T]().Size())
	if !ok {
		c.refuse(f.Name, "is not one of its own fields")
	}
	c.checkOptions(&f, o)
	list := &c.prog.fields
	if f.Header {
		list = &c.prog.heads
	}
	*list = append(*list, field{Field: f, off: off, op: o})
	return &(*list)[len(*list)-1]
}

// checkOptions refuses options that the op would not heed.
func (c *Codec) checkOptions(f *Field, o op) {
	if _, ok := o.(numeric); f.ranged && !ok {
		c.refuse(f.Name, "has a Range but no number")
	}
	if _, ok := o.(lengthy); f.maxLen > 0 && !ok {
		c.refuse(f.Name, "has a MaxLen but no length")
	}
	if x, ok := o.(comparer); f.compare != nil && !(ok && x.compares(f.compare)) {
		c.refuse(f.Name, "has a Same of another type")
	}
}

// inner compiles the lines that list adds as a program of their own over the
// same struct.
func (c *Codec) inner(name string, list func(*Codec)) *program {
	in := c.side(name)
	list(in)
	in.fail(in.prog.link())
	c.fail(in.err)
	return in.prog
}

// side returns a Codec for lines over the same struct that are not on its
// list.
func (c *Codec) side(name string) *Codec {
	return &Codec{outer: c, base: c.base, size: c.size, prog: &program{name: c.prog.name + "." + name}}
}

// link builds the index and checks that no number is claimed twice and that
// the header holds what is listed in it.
func (p *program) link() error {
	for i := range p.heads {
		if f := &p.heads[i]; int(f.Type)+f.Size > p.header {
			return fmt.Errorf("%w: %s: %q is not in the header of %d bytes", ErrValue, p.name, f.Name, p.header)
		}
	}
	for i := range p.fields {
		f := &p.fields[i]
		if _, ok := f.op.(*restOp); ok {
			p.rest = f
			continue
		}
		if f.families != nil {
			p.limited = append(p.limited, int16(i))
		}
		if _, ok := f.op.(saver); ok {
			p.fixed = append(p.fixed, int16(i))
		}
		if err := p.claim(f.Type, i); err != nil {
			return err
		}
		if f.Alt == 0 {
			continue
		}
		if err := p.claim(f.Alt, i); err != nil {
			return err
		}
	}
	if len(p.fields) > maxFields {
		return fmt.Errorf("%w: %s lists %d attributes, at most %d", ErrValue, p.name, len(p.fields), maxFields)
	}
	return nil
}

func (p *program) claim(t Type, i int) error {
	if t != t.Number() {
		return fmt.Errorf("%w: %s: %q has type %#x, with flag bits", ErrValue, p.name, p.fields[i].Name, uint16(t))
	}
	for int(t) >= len(p.index) {
		p.index = append(p.index, 0)
	}
	first := p.index[t]
	if first == 0 {
		p.index[t] = int16(i + 1)
		return nil
	}
	f, other := &p.fields[i], &p.fields[first-1]
	for other.next != 0 {
		other = &p.fields[other.next-1]
	}
	if f.families == nil || other.families == nil {
		return fmt.Errorf("%w: %s lists type %d as %q and as %q", ErrValue, p.name, t, other.Name, f.Name)
	}
	other.next = int16(i + 1)
	return nil
}

// find returns the position of the field for number t in a message of that
// family, -1 if there is none.
func (p *program) find(t Type, family uint8) int {
	if int(t) >= len(p.index) {
		return -1
	}
	i := int(p.index[t]) - 1
	for i >= 0 && !p.fields[i].inFamily(family) {
		i = int(p.fields[i].next) - 1
	}
	return i
}

// reset makes every field of the struct at base say nothing.
func (p *program) reset(base ptr) {
	for i := range p.heads {
		p.heads[i].op.reset(at(base, p.heads[i].off))
	}
	for i := range p.fields {
		p.fields[i].op.reset(at(base, p.fields[i].off))
	}
}

// isSet reports whether any attribute of the struct at base says anything.
func (p *program) isSet(base ptr) bool {
	for i := range p.heads {
		if p.heads[i].op.isSet(at(base, p.heads[i].off)) {
			return true
		}
	}
	for i := range p.fields {
		if p.fields[i].op.isSet(at(base, p.fields[i].off)) {
			return true
		}
	}
	return false
}

// copy copies every field of the struct at src.
func (p *program) copy(dst, src ptr) {
	for i := range p.heads {
		p.heads[i].op.copy(at(dst, p.heads[i].off), at(src, p.heads[i].off))
	}
	for i := range p.fields {
		p.fields[i].op.copy(at(dst, p.fields[i].off), at(src, p.fields[i].off))
	}
}
