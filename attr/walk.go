package attr

// A walk goes through the bytes of a message beside the programs that
// describe them, without a struct to decode into: for dumps and for finding
// what an offset is about.

// A walker is what a walk carries: the scope, with the family of the message
// it is in.
type walker struct{ Scope }

// names are the layouts that the names in one nest choose.
type names map[Slot]string

// A layout is the op of a [Choice]'s name or data.
type layout interface {
	// slots returns the slot of the name that chooses, and that of what it
	// chooses there.
	slots() (by, of Slot)
	// given returns the name if the list gives it.
	given() string
}

func (o *choiceName[K]) slots() (by, of Slot) { return o.slot, o.slot }
func (o *choiceName[K]) given() string        { return "" }
func (o *fixedOp[K]) given() string           { return o.name }

// enter notes the family in the header of b, if prog has one, and returns
// what follows the header.
func (w *walker) enter(b []byte, prog *program) []byte {
	for i := range prog.heads {
		f := &prog.heads[i]
		if _, ok := f.op.(*headFamily); ok && int(f.Type) < len(b) {
			w.Family = b[f.Type]
		}
	}
	return b[min(prog.header, len(b)):]
}

// names returns which layouts the names in b choose, wherever they stand.
func (w *walker) names(b []byte, prog *program) names {
	var chosen names
	for t, payload := range All(b) {
		f := w.find(prog, t)
		if f == nil || f.late {
			continue
		}
		if o, ok := f.op.(layout); ok {
			if chosen == nil {
				chosen = names{}
			}
			by, _ := o.slots()
			chosen[by] = ReadString(payload)
		}
	}
	return chosen
}

// find returns the field of number t, nil if prog, which may be nil, has none.
func (w *walker) find(prog *program, t Type) *field {
	if prog == nil {
		return nil
	}
	if i := prog.find(t, w.Family); i >= 0 {
		return &prog.fields[i]
	}
	return nil
}

// inside returns the program of what f holds, nil if that is not attributes.
func (w *walker) inside(f *field, chosen names) *program {
	switch o := f.op.(type) {
	case layout:
		return w.layout(f, o, chosen)
	case switches:
		return nil
	case inlined:
		if f.Wire != WireNest { // the parts of a number
			return nil
		}
		return o.inlined()
	case interface{ program() *program }:
		return o.program()
	}
	return nil
}

func (w *walker) layout(f *field, o layout, chosen names) *program {
	if !f.late || w.New == nil {
		return nil
	}
	by, of := o.slots()
	name := o.given()
	if name == "" {
		name = chosen[by]
	}
	s := w.New(of, name)
	if s == nil {
		return nil
	}
	prog, _, _ := programOf(s)
	return prog
}
