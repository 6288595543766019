package attr

import (
	"encoding/binary"
	"fmt"
	"net/netip"
)

// A Node is what [Scope.Tree] finds in a message: a field of the header, an
// attribute, or what cannot be read.
type Node struct {
	// Type is the attribute's number without flags, 0 for a header's field.
	Type Type
	// Name is the field's name, "" if the list does not know the attribute.
	Name string
	// Header tells the fields of a header from attributes.
	Header bool
	// Len is the payload's length in bytes.
	Len int
	// Value is the payload in the form that its field suggests: a number, a
	// string, an address, any of them with a String method of its own, or
	// the bytes. It is nil for a nest, whose content is Nodes.
	Value any
	Nodes []Node
	// Err is why the bytes in Value, up to the end of the nest, cannot be
	// read.
	Err error
}

// Tree returns the attributes in b for logs and people. s lists the names and
// what is nested; what it does not know is known by number, and nested where
// the flag [Nested] says so, down to 16 levels. A nil s knows nothing. The
// nodes alias b.
func (sc Scope) Tree(b []byte, s Struct) []Node {
	w := treeWalker{walker{Scope: sc}}
	var prog *program
	if s != nil {
		prog, _, _ = programOf(s)
	}
	return w.message(b, prog, 0)
}

// maxDepth is how deep a tree goes. Lines are indented by their depth, so
// without a limit 64 KiB of nests in nests would be shown in 250 MB.
const maxDepth = 16

type treeWalker struct{ walker }

// message returns a header's fields, if prog has one, and the attributes
// after it.
func (w *treeWalker) message(b []byte, prog *program, depth int) (nodes []Node) {
	family := w.Family
	defer func() { w.Family = family }()
	if prog != nil && prog.header > 0 {
		nodes = headNodes(b, prog)
		if b = w.enter(b, prog); len(prog.fields) == 0 {
			return nodes
		}
	}
	chosen := w.names(b, prog)
	for len(b) > 0 {
		t, payload, rest, err := Cut(b)
		if err != nil {
			return append(nodes, Node{Value: b, Len: len(b), Err: err})
		}
		nodes = append(nodes, w.attribute(t, payload, prog, chosen, depth))
		b = rest
	}
	return nodes
}

func headNodes(b []byte, prog *program) (nodes []Node) {
	for i := range prog.heads {
		f := &prog.heads[i]
		if end := int(f.Type) + f.Size; f.Size > 0 && end <= len(b) {
			nodes = append(nodes, Node{Name: f.Name, Header: true, Len: f.Size, Value: f.payloadValue(b[f.Type:end])})
		}
	}
	return nodes
}

func (w *treeWalker) attribute(t Type, payload []byte, prog *program, chosen names, depth int) Node {
	n := Node{Type: t.Number(), Len: len(payload)}
	f := w.find(prog, t.Number())
	var inner *program
	if f != nil {
		n.Name, inner = f.Name, w.inside(f, chosen)
	}
	nest := inner != nil || f == nil && t&Nested != 0 || f != nil && f.Wire == WireNest
	switch {
	case nest && depth < maxDepth:
		n.Nodes = w.message(payload, inner, depth+1)
	case f != nil && !nest:
		n.Value = f.payloadValue(payload)
	default:
		n.Value = payloadValue(payload, "")
	}
	return n
}

// payloadValue reads a payload as the field's line suggests.
func (f *field) payloadValue(b []byte) any {
	o, ok := f.op.(switches)
	if !ok || len(b) < bitsLen {
		return payloadValue(b, f.Wire)
	}
	v, m := o.switches().places()
	return valueMask{u32(b[v:]), u32(b[m:])}
}

// valueMask is the switches of [Bits]: their values, and which are said.
type valueMask struct{ value, mask uint32 }

// String returns both in hexadecimal.
func (v valueMask) String() string { return fmt.Sprintf("%#x/%#x", v.value, v.mask) }

// payloadValue reads a payload in the form that its wire form suggests.
func payloadValue(b []byte, w Wire) any {
	switch {
	case w == WireString || w == "" && isText(b):
		return ReadString(b)
	case w == WireMAC && len(b) > 0 && len(b) <= maxHWAddr:
		a, _ := HWAddrFrom(b)
		return a
	case w == WireS32 && len(b) == 4:
		return int32(u32(b))
	case (w == WireU32 || w == WireUint || w == "") && len(b) == 4:
		return u32(b)
	case (w == WireU16 || w == WirePort) && len(b) == 2:
		return u16(b)
	case (w == WireU64 || w == WireUint) && len(b) == 8:
		return u64(b)
	case w == WireBE16 && len(b) == 2:
		return binary.BigEndian.Uint16(b)
	case w == WireBE32 && len(b) == 4:
		return binary.BigEndian.Uint32(b)
	case w == WireBE64 && len(b) == 8:
		return binary.BigEndian.Uint64(b)
	case (w == WireIPv4 || w == WireIPv6) && (len(b) == 4 || len(b) == 16):
		a, _ := netip.AddrFromSlice(b)
		return a
	case len(b) == 1:
		return b[0]
	}
	return b
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
