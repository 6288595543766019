package attr

import "sync"

// A Scope is what the meaning of attributes depends on besides their numbers.
// The zero Scope reads and writes requests and reports of family AF_UNSPEC
// and knows no kinds.
type Scope struct {
	// Family is the address family of the message (ifi_family), which
	// decides what some attributes hold. A header in the list overrides it.
	Family uint8
	// New returns an empty struct for a name, as INFO_KIND names the layout
	// of INFO_DATA; nil if the name is not known. See [Choice].
	New func(slot Slot, name string) Struct
	// Report makes Append write what the kernel would report: read-only
	// attributes too, and forms of the kernel where they differ.
	Report bool
	// Only limits a request to attributes of one direction, [Create] or
	// [Set]; 0 sends both.
	Only Dir
}

// maxFields bounds the fields of one list, so that a set of them fits fieldSet.
const maxFields = 128

type fieldSet [maxFields / 64]uint64

func (s *fieldSet) add(i int)      { s[i>>6] |= 1 << (i & 63) }
func (s *fieldSet) has(i int) bool { return s[i>>6]&(1<<(i&63)) != 0 }

// state is what one call of Decode or Append carries through the programs.
type state struct {
	Scope
	unknown []byte // of the nests being decoded, outermost first
	mine    int    // where those of the innermost begin
	spare   spare  // of the innermost
}

var states = sync.Pool{New: func() any { return new(state) }}

func (sc *Scope) state() *state {
	st := states.Get().(*state)
	st.Scope, st.unknown, st.mine = *sc, st.unknown[:0], 0
	return st
}

func (st *state) free() {
	st.Scope = Scope{} // holds no registry back
	states.Put(st)
}

// Decode sets every field of s from the attributes in b: those without an
// attribute say nothing afterwards. Of an attribute that comes twice the last
// counts, as in the kernel. s never aliases b. Slices, nests and chosen structs
// reuse the storage s has, so a plain assignment shares them: keep what was
// read with [Clone]. Errors are of type [*Error], their offsets within b; s
// then holds some of what was read and some of what it held before.
func Decode(b []byte, s Struct) error { return Scope{}.Decode(b, s) }

// Decode is [Decode] in this scope.
func (sc Scope) Decode(b []byte, s Struct) error {
	prog, base, err := programOf(s)
	if err != nil {
		return &Error{Offset: 0, Err: err}
	}
	st := sc.state()
	defer st.free()
	err = prog.decode(st, base, b, 0)
	if err == ErrTruncated { // the message itself lacks its header
		err = &Error{Err: err}
	}
	return err
}

// unclaimed is what an op returns for an attribute it has no place for; it is
// then kept with the unknown ones.
var unclaimed error = &Error{Err: ErrValue}

// decode sets the struct at base from b, which starts off bytes into the
// input.
func (p *program) decode(st *state, base ptr, b []byte, off int) error {
	family, mine, kept := st.Family, st.mine, st.spare
	st.mine, st.spare = len(st.unknown), spare{}
	err := p.decodeNest(st, base, b, off)
	st.unknown = st.unknown[:st.mine]
	st.Family, st.mine, st.spare = family, mine, kept
	return err
}

// decodeNest is decode with a family and a place for unknown attributes of
// its own.
func (p *program) decodeNest(st *state, base ptr, b []byte, off int) error {
	if err := p.decodeHeader(st, base, b, off); err != nil {
		return err
	}
	if p.header > 0 {
		n := min(p.header, len(b))
		b, off = b[n:], off+n
		if len(p.fields) == 0 { // a C struct: what follows are members of newer kernels
			return nil
		}
	}
	p.save(st, base)
	p.resetForeign(st, base)
	var seen fieldSet
	late, err := p.decodeAll(st, base, b, off, &seen, false)
	if err != nil {
		return err
	}
	p.resetMissing(st, base, &seen)
	if late >= 0 { // after the resets: it may set a field of another line
		if _, err := p.decodeAll(st, base, b[late:], off+late, &seen, true); err != nil {
			return err
		}
	}
	p.settleLead(base)
	if p.rest != nil {
		setRaw(as[Raw](at(base, p.rest.off)), st.unknown[st.mine:])
	}
	return nil
}

// decodeAll decodes the attributes in b, the late ones or the others. It
// returns where the first late one is that it left, -1 if there is none.
func (p *program) decodeAll(st *state, base ptr, b []byte, off int, seen *fieldSet, lateOnes bool) (late int, err error) {
	late = -1
	for start := off; len(b) > 0; {
		t, payload, rest, err := Cut(b)
		if err != nil {
			return late, &Error{Type: t.Number(), Offset: off, Err: err}
		}
		raw := b[:len(b)-len(rest)]
		i := p.find(t.Number(), st.Family)
		switch {
		case i >= 0 && p.fields[i].late == lateOnes:
			if err := p.decodeField(st, i, base, t.Number(), payload, raw, off, seen); err != nil {
				return late, err
			}
		case lateOnes: // has had its turn
		case i < 0:
			p.keep(st, raw)
		default:
			if seen.add(i); late < 0 {
				late = off - start
			}
		}
		b, off = rest, off+len(raw)
	}
	return late, nil
}

func (p *program) decodeHeader(st *state, base ptr, b []byte, off int) error {
	if len(b) < p.minHeader {
		return ErrTruncated // of the attribute that holds b, which the caller knows
	}
	for i := range p.heads {
		f := &p.heads[i]
		if end := int(f.Type) + f.Size; end > len(b) { // a shorter struct of an older kernel
			f.op.reset(at(base, f.off))
			continue
		}
		if err := f.op.decode(st, f, at(base, f.off), b[f.Type:], off, false); err != nil {
			return &Error{Path: f.Name, Offset: off, Err: err}
		}
	}
	return nil
}

func (p *program) decodeField(st *state, i int, base ptr, t Type, payload, raw []byte, off int, seen *fieldSet) error {
	f := &p.fields[i]
	if f.Alt != 0 && (t == f.Alt) != (len(payload) == 16) { // a pair of addresses, IPv4 and IPv6
		return &Error{Path: f.Name, Type: t, Offset: off, Err: ErrLength}
	}
	err := f.op.decode(st, f, at(base, f.off), payload, off+HeaderLen, seen.has(i))
	switch {
	case err == nil:
		seen.add(i)
		return nil
	case err == unclaimed:
		p.keep(st, raw)
		return nil
	}
	if _, nested := err.(*Error); nested {
		return within(err, f.Name)
	}
	return &Error{Path: f.Name, Type: t, Offset: off, Err: err}
}

// resetForeign makes the fields of other address families say nothing. It
// comes before decoding, because lines of different families may list the
// same fields of the struct.
func (p *program) resetForeign(st *state, base ptr) {
	for _, i := range p.limited {
		if f := &p.fields[i]; !f.inFamily(st.Family) {
			f.op.reset(at(base, f.off))
		}
	}
}

// resetMissing makes the fields that had no attribute say nothing.
func (p *program) resetMissing(st *state, base ptr, seen *fieldSet) {
	for i := range p.fields {
		if f := &p.fields[i]; !seen.has(i) && f != p.rest && f.inFamily(st.Family) {
			f.op.reset(at(base, f.off))
		}
	}
}

func (p *program) keep(st *state, raw []byte) {
	if p.rest == nil {
		return
	}
	st.unknown = append(st.unknown, raw...)
	st.unknown = append(st.unknown, padding[:align(len(raw))-len(raw)]...)
}

// setRaw sets *r to b, without a copy where it holds b already.
func setRaw(r *Raw, b []byte) {
	if string(*r) != string(b) {
		*r = Raw(b)
	}
}
