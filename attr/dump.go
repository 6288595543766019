package attr

import (
	"fmt"
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
	var d dumper
	prog := (*program)(nil)
	if s != nil {
		prog, _, _ = programOf(s)
	}
	d.nodes(sc.Tree(b, s), prog != nil && prog.header > 0, 0)
	return d.String()
}

type dumper struct{ strings.Builder }

// nodes writes a line for each node, those of a header in one.
func (d *dumper) nodes(nodes []Node, header bool, depth int) {
	n := 0
	for n < len(nodes) && nodes[n].Header {
		n++
	}
	if header || n > 0 {
		d.header(nodes[:n], depth)
	}
	for i := range nodes[n:] {
		d.node(&nodes[n+i], depth)
	}
}

func (d *dumper) indent(depth int) {
	for range depth {
		d.WriteString("  ")
	}
}

func (d *dumper) header(nodes []Node, depth int) {
	d.indent(depth)
	for i := range nodes {
		if i > 0 {
			d.WriteByte(' ')
		}
		d.WriteString(nodes[i].Name + " " + nodes[i].text())
	}
	d.WriteByte('\n')
}

func (d *dumper) node(n *Node, depth int) {
	d.indent(depth)
	if n.Err != nil {
		fmt.Fprintf(d, "(%v: %x)\n", n.Err, n.Value)
		return
	}
	fmt.Fprintf(d, "%d", n.Type)
	if n.Name != "" {
		d.WriteString(" " + n.Name)
	}
	if n.Value == nil {
		fmt.Fprintf(d, " (%d bytes)\n", n.Len)
		d.nodes(n.Nodes, false, depth+1)
		return
	}
	d.WriteString(" " + n.text() + "\n")
}

// text is the payload for people.
func (n *Node) text() string {
	switch v := n.Value.(type) {
	case string:
		return fmt.Sprintf("%q", v)
	case []byte:
		if len(v) == 0 {
			return "(empty)"
		}
		return fmt.Sprintf("%x", v)
	}
	return fmt.Sprint(n.Value)
}
