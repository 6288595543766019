package attr

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"strings"
)

// Dump returns the attributes in b as an indented tree, one per line with its
// number, name and payload, for logs and people. s lists the names and what
// is nested; a nil s, and what s does not know, is shown by number, nested
// where the flag [Nested] says so. Malformed data is shown up to where it
// breaks.
func Dump(b []byte, s Struct) string { return Scope{}.Dump(b, s) }

// Dump is [Dump] in this scope.
func (sc Scope) Dump(b []byte, s Struct) string {
	d := dumper{Scope: sc}
	var prog *program
	if s != nil {
		prog, _, _ = programOf(s)
	}
	d.message(b, prog, "")
	return d.String()
}

type dumper struct {
	strings.Builder
	Scope
	// chosen is the name seen last in each slot, which chooses a layout.
	chosen [4]string
}

// message writes a header, if prog has one, and the attributes after it.
func (d *dumper) message(b []byte, prog *program, indent string) {
	family := d.Family
	defer func() { d.Family = family }()
	if prog != nil && prog.header > 0 {
		b = d.header(b, prog, indent)
		if len(prog.fields) == 0 {
			return
		}
	}
	d.names(b, prog)
	for len(b) > 0 {
		t, payload, rest, err := Cut(b)
		if err != nil {
			fmt.Fprintf(d, "%s(%v: %x)\n", indent, err, b)
			return
		}
		d.attribute(t, payload, prog, indent)
		b = rest
	}
}

func (d *dumper) header(b []byte, prog *program, indent string) []byte {
	d.WriteString(indent)
	for i := range prog.heads {
		f := &prog.heads[i]
		if end := int(f.Type) + f.Size; end <= len(b) {
			if _, ok := f.op.(*headFamily); ok {
				d.Family = b[f.Type]
			}
			if i > 0 {
				d.WriteByte(' ')
			}
			fmt.Fprintf(d, "%s %s", f.Name, f.payloadText(b[f.Type:end]))
		}
	}
	d.WriteByte('\n')
	return b[min(prog.header, len(b)):]
}

// names notes which layouts the names in b choose, wherever they stand.
func (d *dumper) names(b []byte, prog *program) {
	for t, payload := range All(b) {
		if f := d.find(prog, t); f != nil {
			if o, ok := f.op.(interface{ slotOf() Slot }); ok && !f.late {
				d.chosen[o.slotOf()&3] = ReadString(payload)
			}
		}
	}
}

func (d *dumper) find(prog *program, t Type) *field {
	if prog == nil {
		return nil
	}
	if i := prog.find(t, d.Family); i >= 0 {
		return &prog.fields[i]
	}
	return nil
}

func (d *dumper) attribute(t Type, payload []byte, prog *program, indent string) {
	name := ""
	var inner *program
	f := d.find(prog, t.Number())
	if f != nil {
		name = " " + f.Name
		inner = d.inside(f)
	}
	fmt.Fprintf(d, "%s%d%s", indent, t.Number(), name)
	switch {
	case inner != nil, f == nil && t&Nested != 0, f != nil && f.Wire == WireNest:
		fmt.Fprintf(d, " (%d bytes)\n", len(payload))
		d.message(payload, inner, indent+"  ")
	case f != nil:
		fmt.Fprintf(d, " %s\n", f.payloadText(payload))
	default:
		fmt.Fprintf(d, " %s\n", payloadText(payload, ""))
	}
}

func (d *dumper) inside(f *field) *program {
	if o, ok := f.op.(interface{ slotOf() Slot }); ok {
		if !f.late || d.New == nil {
			return nil
		}
		if s := d.New(o.slotOf(), d.chosen[o.slotOf()&3]); s != nil {
			prog, _, _ := programOf(s)
			return prog
		}
		return nil
	}
	if _, isBits := f.op.(*bitsOp); isBits {
		return nil
	}
	if h, ok := f.op.(interface{ program() *program }); ok {
		return h.program()
	}
	return nil
}

func (o *choiceName[K]) slotOf() Slot { return o.slot }

// payloadText shows a payload as the field's line suggests.
func (f *field) payloadText(b []byte) string {
	o, ok := f.op.(*bitsOp)
	if h, isHead := f.op.(headBitsOp); isHead {
		o, ok = h.bitsOp, true
	}
	if !ok || len(b) < bitsLen {
		return payloadText(b, f.Wire)
	}
	v, m := o.places()
	return fmt.Sprintf("%#x/%#x", u32(b[v:]), u32(b[m:])) // value and mask
}

// payloadText shows a payload in the form its wire form suggests.
func payloadText(b []byte, w Wire) string {
	switch {
	case w == WireString || w == "" && isText(b):
		return fmt.Sprintf("%q", ReadString(b))
	case w == WireMAC && len(b) > 0 && len(b) <= maxHWAddr:
		a, _ := HWAddrFrom(b)
		return a.String()
	case (w == WireU32 || w == WireS32 || w == "") && len(b) == 4:
		return fmt.Sprint(u32(b))
	case w == WireU16 && len(b) == 2:
		return fmt.Sprint(u16(b))
	case w == WireU64 && len(b) == 8:
		return fmt.Sprint(u64(b))
	case w == WireBE16 && len(b) == 2:
		return fmt.Sprint(binary.BigEndian.Uint16(b))
	case w == WireBE32 && len(b) == 4:
		return fmt.Sprint(binary.BigEndian.Uint32(b))
	case (w == WireIPv4 || w == WireIPv6) && (len(b) == 4 || len(b) == 16):
		a, _ := netip.AddrFromSlice(b)
		return a.String()
	case len(b) == 1:
		return fmt.Sprint(b[0])
	case len(b) == 0:
		return "(empty)"
	}
	return fmt.Sprintf("%x", b)
}

// isText reports whether b is a NUL-terminated printable string.
func isText(b []byte) bool {
	if len(b) < 2 || b[len(b)-1] != 0 {
		return false
	}
	for _, c := range b[:len(b)-1] {
		if c < ' ' || c > '~' {
			return false
		}
	}
	return true
}
