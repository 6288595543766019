package golden

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/iplink-go/iplink/internal/uapi"
)

// This file turns a link message into a tree of named attributes. Which
// attributes hold attributes is not visible in the bytes (NLA_F_NESTED is
// mostly missing), so it follows the kernel's table; what the table says in
// prose (data that depends on the kind, or on the address family) is code in
// nestedSet.

// Families and attributes on which the meaning of a nest depends.
const (
	afBridge = 7
	afInet6  = 10

	iflaInfoKind      = 1
	iflaInfoSlaveKind = 4
)

// A Message is a link message as a tree.
type Message struct {
	Type, Flags uint16
	Link        IfInfo
	Attrs       []*Node
}

// IfInfo is struct ifinfomsg.
type IfInfo struct {
	Family        uint8
	IfType        uint16
	Index         int32
	Flags, Change uint32
}

// A Node is an attribute.
type Node struct {
	// Name is the constant's name, or the number if the table lacks it.
	Name string
	// Type is the number without flag bits.
	Type uint16
	// Payload is everything behind the header.
	Payload []byte
	// Children are set if the table says that the payload is a nest.
	Children []*Node
	// Link is the header in front of the children of a peer.
	Link *IfInfo
	// Wire is the form of the payload, zero if the table lacks the attribute.
	Wire uapi.Wire
}

var errMalformed = errors.New("malformed")

// Parse reads one link message.
func Parse(order binary.ByteOrder, b []byte) (*Message, error) {
	table, err := uapi.Load()
	if err != nil {
		return nil, err
	}
	if len(b) < nlmsgHdrLen+ifInfoMsgLen || int(order.Uint32(b)) != len(b) {
		return nil, fmt.Errorf("message of %d octets: %w", len(b), errMalformed)
	}
	m := &Message{Type: order.Uint16(b[4:]), Flags: order.Uint16(b[6:])}
	p := &parser{order: order, table: table}
	p.reported = m.Flags&nlmFRequest == 0
	m.Link = p.ifInfo(b[nlmsgHdrLen:])
	p.family = m.Link.Family
	m.Attrs, err = p.nest("link-attrs", "", b[nlmsgHdrLen+ifInfoMsgLen:])
	return m, err
}

type parser struct {
	order    binary.ByteOrder
	table    *uapi.Table
	family   uint8
	reported bool
}

func (p *parser) ifInfo(b []byte) IfInfo {
	return IfInfo{Family: b[0], IfType: p.order.Uint16(b[2:]), Index: int32(p.order.Uint32(b[4:])),
		Flags: p.order.Uint32(b[8:]), Change: p.order.Uint32(b[12:])}
}

// nest parses the attributes of a set; kind is the link kind whose data they
// are, if they are.
func (p *parser) nest(set, kind string, b []byte) ([]*Node, error) {
	nodes, err := p.cut(b)
	for _, n := range nodes {
		n.Name = fmt.Sprint(n.Type)
		row := p.table.Lookup(set, n.Type)
		if row == nil {
			continue
		}
		n.Name = row.Constant
		n.Wire, _ = row.Wire(kind, p.reported)
		err = errors.Join(err, p.children(n, row, kind, nodes))
	}
	return nodes, err
}

func (p *parser) cut(b []byte) (nodes []*Node, err error) {
	for len(b) >= 4 {
		n := int(p.order.Uint16(b))
		if n < 4 || n > len(b) {
			return nodes, fmt.Errorf("attribute of %d octets in %d: %w", n, len(b), errMalformed)
		}
		nodes = append(nodes, &Node{Type: p.order.Uint16(b[2:]) & 0x3fff, Payload: b[4:n:n]})
		b = b[min((n+3)&^3, len(b)):]
	}
	return nodes, nil
}

// children parses the payload of n where it is a nest. Siblings are needed
// because the kind of a link stands beside its data.
func (p *parser) children(n *Node, row *uapi.Row, kind string, siblings []*Node) (err error) {
	switch n.Wire.Form {
	case uapi.Link:
		if len(n.Payload) < ifInfoMsgLen {
			return fmt.Errorf("%s: %w", n.Name, errMalformed)
		}
		link := p.ifInfo(n.Payload)
		n.Link = &link
		n.Children, err = p.nest("link-attrs", "", n.Payload[ifInfoMsgLen:])
	case uapi.Nest, uapi.Array:
		set, dataKind := p.nestedSet(row, kind, siblings)
		if set == "" && n.Wire.Form == uapi.Nest {
			return nil
		}
		n.Children, err = p.nest(set, dataKind, n.Payload)
		n.nameElements()
	}
	if err != nil {
		err = fmt.Errorf("%s: %w", n.Name, err)
	}
	return err
}

// nameElements gives the elements of an array the form that the array has for
// them: their types are positions.
func (n *Node) nameElements() {
	if n.Wire.Form != uapi.Array || n.Wire.Elem == uapi.Nest {
		return
	}
	for _, c := range n.Children {
		c.Wire.Form = n.Wire.Elem
	}
}

// nestedSet returns the set inside the nest row, and the link kind it belongs
// to. The set is "" if the payload has to be compared as it is.
func (p *parser) nestedSet(row *uapi.Row, kind string, siblings []*Node) (set, dataKind string) {
	switch row.Constant {
	case "IFLA_INFO_DATA":
		k := text(siblings, iflaInfoKind)
		return p.table.DataSet(k), k
	case "IFLA_INFO_SLAVE_DATA":
		return p.table.PortSet(text(siblings, iflaInfoSlaveKind)), ""
	case "IFLA_PROTINFO":
		return map[uint8]string{afBridge: "linkinfo-brport-attrs", afInet6: "ifla6-attrs"}[p.family], ""
	case "IFLA_AF_SPEC":
		if p.family == afBridge {
			return "bridge-af-spec-attrs", ""
		}
		return "af-spec-attrs", ""
	case "IFLA_PROP_LIST":
		return row.Set, ""
	case "IFLA_MACVLAN_MACADDR_DATA":
		return row.Set, kind
	}
	return row.Nested, kind
}

// text returns the text of the first attribute of a type.
func text(nodes []*Node, t uint16) string {
	i := slices.IndexFunc(nodes, func(n *Node) bool { return n.Type == t })
	if i < 0 {
		return ""
	}
	return strings.TrimRight(string(nodes[i].Payload), "\x00")
}
