package attr

// What an attribute holds and its field has no place for: attributes of other
// numbers between the elements of a list, bits that have no switch. It is kept
// with the unknown attributes of the same struct, under the number of the
// attribute it was in, as if that had held nothing else. When the attribute is
// sent it goes back inside, since kernels heed only the last of two attributes
// of one number; where the field says nothing it is sent alone.

// A host is an op of an attribute that can hold something foreign.
type host struct{ in *program } // whose list it is on

func newHost(c *Codec) host {
	c.prog.hosts = true
	return host{c.prog}
}

func (host) isHost() {}

// hostOf returns the position of the field that is a host of number t, -1 if
// there is none.
func (p *program) hostOf(t Type, family uint8) int {
	if i := p.find(t, family); i >= 0 {
		if _, ok := p.fields[i].op.(interface{ isHost() }); ok {
			return i
		}
	}
	return -1
}

// forget takes back what was kept of an attribute that comes again: the last
// counts, with what it holds.
func (st *state) forget(number Type) {
	st.unknown = remove(st.unknown, st.mine, func(t Type) bool { return t == number })
}

// keepIn keeps one foreign attribute of a nest, start being where those of the
// nest begin in st.unknown, -1 before the first.
func (st *state) keepIn(nest Type, raw []byte, start int) int {
	if start < 0 {
		start = len(st.unknown)
		st.unknown = BeginNest(st.unknown, nest)
	}
	st.unknown = append(st.unknown, raw...)
	return start
}

// kept ends the nest that keepIn began, if it did. Its last attribute may have
// come without padding, and gets it where the nest can be that long.
func (h host) kept(st *state, start int) (err error) {
	if start < 0 {
		return nil
	}
	if n := len(st.unknown) - start; align(n) <= maxLen {
		st.unknown = pad(st.unknown, n)
	}
	st.unknown, err = EndNest(st.unknown, start) // as long as it came, at most
	h.order(st, start)
	return err
}

// order moves the attribute that was kept last, at start of st.unknown, to
// where it would stand if the message had come in the order of the list: what
// is written and read again is then the same.
func (h host) order(st *state, start int) {
	last := h.in.hostOf(Type(u16(st.unknown[start+2:])).Number(), st.Family)
	to := st.mine
	for to < start {
		t, _, rest, _ := Cut(st.unknown[to:start])
		if i := h.in.hostOf(t.Number(), st.Family); i < 0 || i > last {
			break
		}
		to = start - len(rest)
	}
	st.unknown = append(st.unknown, st.unknown[to:start]...)
	st.unknown = append(st.unknown[:to], st.unknown[start:]...)
}

// appendForeign appends what is foreign to the field f at p: the payloads
// under its number among the unknown attributes beside it.
func (h host) appendForeign(f *field, p ptr, b []byte) []byte {
	if h.in.rest == nil {
		return b
	}
	all := append(b, *as[Raw](at(p, h.in.rest.off-f.off))...)
	b = all[:len(b)]
	for rest := all[len(b):]; len(rest) > 0; {
		t, payload, next, err := Cut(rest)
		if err != nil { // Rest will say so
			break
		}
		if t.Number() == f.Type { // written over what has been looked at
			b = pad(append(b, payload...), len(payload))
		}
		rest = next
	}
	return b
}

// dropSent removes from the unknown attributes b[start:] those that went out
// inside others.
func (p *program) dropSent(st *state, base ptr, b []byte, start int) []byte {
	if !p.hosts {
		return b
	}
	return remove(b, start, func(t Type) bool {
		i := p.hostOf(t, st.Family)
		return i >= 0 && p.fields[i].op.isSet(at(base, p.fields[i].off)) && st.sends(&p.fields[i])
	})
}

// remove removes attributes from b[start:], which is well-formed.
func remove(b []byte, start int, wrong func(Type) bool) []byte {
	out := b[:start]
	for rest := b[start:]; len(rest) > 0; {
		t, _, next, err := Cut(rest)
		if err != nil {
			break
		}
		if !wrong(t.Number()) {
			out = append(out, rest[:len(rest)-len(next)]...)
		}
		rest = next
	}
	return out
}
