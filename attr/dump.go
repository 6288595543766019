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
// where the flag [Nested] says so, down to 16 levels. Malformed data is shown
// up to where it breaks.
func Dump(b []byte, s Struct) string { return Scope{}.Dump(b, s) }

// Dump is [Dump] in this scope.
func (sc Scope) Dump(b []byte, s Struct) string {
	d := dumper{walker: walker{Scope: sc}}
	var prog *program
	if s != nil {
		prog, _, _ = programOf(s)
	}
	d.message(b, prog, 0)
	return d.String()
}

// maxDepth is how deep a dump goes. Lines are indented by their depth, so
// without a limit 64 KiB of nests in nests would be shown in 250 MB.
const maxDepth = 16

type dumper struct {
	strings.Builder
	walker
}

// message writes a header, if prog has one, and the attributes after it.
func (d *dumper) message(b []byte, prog *program, depth int) {
	family := d.Family
	defer func() { d.Family = family }()
	if prog != nil && prog.header > 0 {
		d.header(b, prog, depth)
		if b = d.enter(b, prog); len(prog.fields) == 0 {
			return
		}
	}
	chosen := d.names(b, prog)
	for len(b) > 0 {
		t, payload, rest, err := Cut(b)
		if err != nil {
			d.indent(depth)
			fmt.Fprintf(d, "(%v: %x)\n", err, b)
			return
		}
		d.attribute(t, payload, prog, chosen, depth)
		b = rest
	}
}

func (d *dumper) indent(depth int) {
	for range depth {
		d.WriteString("  ")
	}
}

func (d *dumper) header(b []byte, prog *program, depth int) {
	d.indent(depth)
	for i := range prog.heads {
		f := &prog.heads[i]
		if end := int(f.Type) + f.Size; end <= len(b) {
			if i > 0 {
				d.WriteByte(' ')
			}
			fmt.Fprintf(d, "%s %s", f.Name, f.payloadText(b[f.Type:end]))
		}
	}
	d.WriteByte('\n')
}

func (d *dumper) attribute(t Type, payload []byte, prog *program, chosen names, depth int) {
	d.indent(depth)
	fmt.Fprintf(d, "%d", t.Number())
	f := d.find(prog, t.Number())
	var inner *program
	if f != nil {
		if f.Name != "" {
			d.WriteString(" " + f.Name)
		}
		inner = d.inside(f, chosen)
	}
	nest := inner != nil || f == nil && t&Nested != 0 || f != nil && f.Wire == WireNest
	switch {
	case nest && depth < maxDepth:
		fmt.Fprintf(d, " (%d bytes)\n", len(payload))
		d.message(payload, inner, depth+1)
	case f != nil && !nest:
		fmt.Fprintf(d, " %s\n", f.payloadText(payload))
	default:
		fmt.Fprintf(d, " %s\n", payloadText(payload, ""))
	}
}

// payloadText shows a payload as the field's line suggests.
func (f *field) payloadText(b []byte) string {
	o, ok := f.op.(switches)
	if !ok || len(b) < bitsLen {
		return payloadText(b, f.Wire)
	}
	v, m := o.switches().places()
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
	case w == WireS32 && len(b) == 4:
		return fmt.Sprint(int32(u32(b)))
	case (w == WireU32 || w == WireUint || w == "") && len(b) == 4:
		return fmt.Sprint(u32(b))
	case (w == WireU16 || w == WirePort) && len(b) == 2:
		return fmt.Sprint(u16(b))
	case (w == WireU64 || w == WireUint) && len(b) == 8:
		return fmt.Sprint(u64(b))
	case w == WireBE16 && len(b) == 2:
		return fmt.Sprint(binary.BigEndian.Uint16(b))
	case w == WireBE32 && len(b) == 4:
		return fmt.Sprint(binary.BigEndian.Uint32(b))
	case w == WireBE64 && len(b) == 8:
		return fmt.Sprint(binary.BigEndian.Uint64(b))
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
