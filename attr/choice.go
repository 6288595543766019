package attr

import "reflect"

// Names that choose layouts: a message holds the kind of a link and, in
// another attribute, data whose meaning depends on it. Both lines work on one
// field of an interface type. A chosen struct may hold names again, so this
// is where a message can nest as deep as its length allows.

// A Slot tells apart the places of a message where a name chooses a layout.
type Slot uint8

// A Named is a struct that a name chooses: kind data by the name of the kind.
type Named interface {
	Struct
	// Kind returns the name, as in "ip link add type NAME".
	Kind() string
}

// choiceName is the string that chooses; its field holds the chosen struct.
type choiceName[K Named] struct{ slot Slot }

func (o *choiceName[K]) decode(st *state, _ *field, p ptr, b []byte, _ int, again bool) error {
	name := cutNUL(b)
	if s := *as[K](p); any(s) != nil && s.Kind() == string(name) {
		return nil // its storage serves again; the data sets or resets it
	}
	if st.New != nil {
		if k, ok := st.New(o.slot, string(name)).(K); ok {
			*as[K](p) = k
			return nil
		}
	}
	if !again { // a known name beside an unknown one counts, whatever their order
		o.reset(p)
	}
	return unclaimed
}

func (o *choiceName[K]) append(_ *state, f *field, p ptr, b []byte) ([]byte, error) {
	return appendText(b, f, (*as[K](p)).Kind())
}

// valid returns an error if the chosen struct cannot even be asked its name.
func (o *choiceName[K]) valid(p ptr) error {
	_, _, err := programOf(*as[K](p))
	return err
}

func (o *choiceName[K]) isSet(p ptr) bool { return any(*as[K](p)) != nil }
func (o *choiceName[K]) value(p ptr) any  { return (*as[K](p)).Kind() }

func (o *choiceName[K]) reset(p ptr) {
	var none K
	*as[K](p) = none
}

func (o *choiceName[K]) copy(dst, src ptr) {
	o.reset(dst)
	if o.isSet(src) {
		*as[K](dst) = Clone(*as[K](src))
	}
}

func (o *choiceName[K]) equal(_ *field, want, have ptr) bool {
	return (*as[K](want)).Kind() == (*as[K](have)).Kind()
}

// choiceData is the nest whose layout the name has chosen. Messages may hold
// it before the name, so it is decoded late.
type choiceData[K Named] struct{ choiceName[K] }

// chosen returns the program and place of the chosen struct, nil if none is.
func (o *choiceData[K]) chosen(p ptr) (*program, ptr, error) {
	if !o.choiceName.isSet(p) {
		return nil, nil, nil
	}
	return programOf(*as[K](p))
}

func (o *choiceData[K]) decode(st *state, _ *field, p ptr, b []byte, off int, _ bool) error {
	prog, base, err := o.chosen(p)
	switch {
	case err != nil:
		return err
	case prog == nil:
		return unclaimed
	}
	return prog.decode(st, base, b, off)
}

func (o *choiceData[K]) append(st *state, f *field, p ptr, b []byte) ([]byte, error) {
	prog, base, err := o.chosen(p)
	if err != nil {
		return b, err
	}
	start := len(b)
	b, err = appendNest(st, f.Type, prog, base, b, false)
	if err == nil && len(b) == start+HeaderLen { // all of it was for the other direction
		b = b[:start]
	}
	return b, err
}

func (o *choiceData[K]) isSet(p ptr) bool {
	prog, base, err := o.chosen(p)
	// A list that does not compile is "set", so that append reports it.
	return err != nil || prog != nil && prog.isSet(base)
}

func (o *choiceData[K]) reset(p ptr) {
	if prog, base, _ := o.chosen(p); prog != nil {
		prog.reset(base)
	}
}

func (o *choiceData[K]) value(p ptr) any { return *as[K](p) }
func (o *choiceData[K]) copy(_, _ ptr)   {} // the name's copy brings the data

func (o *choiceData[K]) equal(_ *field, want, have ptr) bool {
	w, wb, _ := o.chosen(want)
	h, hb, _ := o.chosen(have)
	return w != nil && w == h && w.holds(wb, hb)
}

// diff keeps of the data what differs, all of it where have is of another name.
func (o *choiceData[K]) diff(f *field, dst, want, have ptr) (differs bool) {
	if differs = !o.equal(f, want, have); !differs || dst == nil {
		return differs
	}
	o.choiceName.copy(dst, want)
	w, wb, _ := o.chosen(want)
	if h, hb, _ := o.chosen(have); w != nil && w == h {
		_, d, _ := o.chosen(dst)
		w.reset(d)
		w.diff(nil, d, wb, hb)
	}
	return true
}

// Choice lists two attributes: the name of a layout, and a nest of that
// layout. The struct for a name comes from [Scope.New]; where that knows none,
// both attributes are kept with the unknown ones. A struct that sends
// nothing sends its name alone. Options count for both lines.
func Choice[K Named](c *Codec, slot Slot, nameType Type, name string, dataType Type, data string, p *K, opts ...Option) {
	o := choiceName[K]{slot}
	add(c, Field{Type: nameType, Name: name, Wire: WireString}, p, &o, opts)
	add(c, Field{Type: dataType, Name: data, Wire: WireNest}, p, &choiceData[K]{o}, opts).late = true
}

// fixedOp is the data of a layout that a name in the program chooses, where
// messages hold the data without the name.
type fixedOp[K Named] struct {
	choiceData[K]
	name string
}

// A spare is the struct that a [Chosen] field held before its message was
// read. The line of the name, which counts in another family, takes it out of
// the field; it serves again where the message has the data.
type spare struct {
	field ptr
	value Named
}

type saver interface{ save(p ptr) spare }

func (o *fixedOp[K]) save(p ptr) spare { return spare{p, *as[K](p)} }

// save keeps a spare of the struct at base, whose lists have one such field in
// each family.
func (p *program) save(st *state, base ptr) {
	for _, i := range p.fixed {
		if f := &p.fields[i]; f.inFamily(st.Family) {
			st.spare = f.op.(saver).save(at(base, f.off))
		}
	}
}

func (o *fixedOp[K]) decode(st *state, f *field, p ptr, b []byte, off int, again bool) error {
	if k, ok := st.spare.value.(K); ok && st.spare.field == p && !o.choiceName.isSet(p) {
		*as[K](p) = k
	}
	if err := o.choiceName.decode(st, f, p, []byte(o.name), off, false); err != nil {
		return err
	}
	if err := o.choiceData.decode(st, f, p, b, off, again); err != nil {
		return err
	}
	if !o.choiceData.isSet(p) { // no name is sent that could say what the data does not
		o.choiceName.reset(p)
	}
	return nil
}

// isSet is false for the struct of another name, which another line holds.
func (o *fixedOp[K]) isSet(p ptr) bool {
	return o.choiceName.isSet(p) && (*as[K](p)).Kind() == o.name && o.choiceData.isSet(p)
}

func (o *fixedOp[K]) reset(ptr) {} // the line of the name does that

// Chosen lists a nest whose layout is that of a name known beforehand, into a
// field that a [Choice] of the same slot may set too. A nest that says nothing
// leaves the field empty.
func Chosen[K Named](c *Codec, t Type, label string, slot Slot, name string, p *K, opts ...Option) {
	add(c, Field{Type: t, Name: label, Wire: WireNest}, p, &fixedOp[K]{choiceData[K]{choiceName[K]{slot}}, name}, opts).late = true
}

// besideOp is a C struct whose layout the name of another field chooses. Unlike
// a nest it says something even if all of it is zero: counters do.
type besideOp[N, K Named] struct {
	choiceData[K]
	by   Slot
	from uintptr // where the field of the name is in the struct
}

func (o *besideOp[N, K]) decode(st *state, f *field, p ptr, b []byte, off int, again bool) error {
	by := *as[N](at(p, o.from-f.off))
	if any(by) == nil {
		o.reset(p)
		return unclaimed
	}
	if err := o.choiceName.decode(st, f, p, []byte(by.Kind()), off, false); err != nil {
		return err
	}
	return o.choiceData.decode(st, f, p, b, off, again)
}

func (o *besideOp[N, K]) append(st *state, f *field, p ptr, b []byte) ([]byte, error) {
	prog, base, err := o.chosen(p)
	if err != nil {
		return b, err
	}
	return appendNest(st, f.Type, prog, base, b, true)
}

func (o *besideOp[N, K]) isSet(p ptr) bool     { return o.choiceName.isSet(p) }
func (o *besideOp[N, K]) reset(p ptr)          { o.choiceName.reset(p) }
func (o *besideOp[N, K]) copy(dst, src ptr)    { o.choiceName.copy(dst, src) }
func (o *besideOp[N, K]) slots() (by, of Slot) { return o.by, o.slot }

// Beside lists a C struct whose layout is chosen, in a slot of its own, by the
// name that a [Choice] of slot by has in the field from. Where [Scope.New] knows
// none for that name, the attribute is kept with the unknown ones.
func Beside[N, K Named](c *Codec, t Type, name string, by Slot, from *N, slot Slot, p *K, opts ...Option) {
	o := &besideOp[N, K]{choiceData[K]{choiceName[K]{slot}}, by, offsetIn(c, from)}
	add(c, Field{Type: t, Name: name, Wire: WireBinary}, p, o, opts).late = true
}

// Clone returns a copy of s that shares no storage with it. Fields that s does
// not list, such as the name of a kind that is kept as bytes, are assigned.
func Clone[S Struct](s S) S {
	prog, base, err := programOf(s)
	if err != nil {
		return s
	}
	v := reflect.New(reflect.TypeOf(s).Elem())
	v.Elem().Set(reflect.ValueOf(s).Elem())
	c := v.Interface().(S)
	prog.copy(baseOf(c), base)
	return c
}

// Reset makes every field of s say nothing, as a new one does.
func Reset(s Struct) {
	if prog, base, err := programOf(s); err == nil {
		prog.reset(base)
	}
}

// IsZero reports whether no field of s says anything.
func IsZero(s Struct) bool {
	prog, base, err := programOf(s)
	return err == nil && !prog.isSet(base)
}
