package golden

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net/netip"
	"strings"

	"github.com/iplink-go/iplink/internal/uapi"
)

// Two requests say the same thing if their trees agree. The order of different
// attributes within a nest does not count, nor does NLA_F_NESTED, nor padding,
// nor what identifies the exchange; the order of attributes of the same type
// does, and so does the order in arrays.

// Diff parses two requests of the same byte order and lists the differences,
// each with its path: "IFLA_LINKINFO.IFLA_INFO_DATA.IFLA_VXLAN_ID: got 42,
// want 43". An empty list means that they say the same.
func Diff(order binary.ByteOrder, got, want []byte) []string {
	g, err := Parse(order, got)
	if err != nil {
		return []string{"got: " + err.Error()}
	}
	w, err := Parse(order, want)
	if err != nil {
		return []string{"want: " + err.Error()}
	}
	d := &differ{order: order}
	d.value("type", g.Type, w.Type)
	d.value("flags", fmt.Sprintf("%#x", g.Flags), fmt.Sprintf("%#x", w.Flags))
	d.link("ifinfomsg", g.Link, w.Link)
	d.nodes("", g.Attrs, w.Attrs)
	return d.list
}

type differ struct {
	order binary.ByteOrder
	list  []string
}

func (d *differ) addf(path, format string, args ...any) {
	d.list = append(d.list, path+": "+fmt.Sprintf(format, args...))
}

func (d *differ) value(path string, got, want any) {
	if got != want {
		d.addf(path, "got %v, want %v", got, want)
	}
}

func (d *differ) link(path string, got, want IfInfo) {
	d.value(path+".family", got.Family, want.Family)
	d.value(path+".type", got.IfType, want.IfType)
	d.value(path+".index", got.Index, want.Index)
	d.value(path+".flags", fmt.Sprintf("%#x", got.Flags), fmt.Sprintf("%#x", want.Flags))
	d.value(path+".change", fmt.Sprintf("%#x", got.Change), fmt.Sprintf("%#x", want.Change))
}

// nodes compares the attributes of a nest, type by type. Attributes of the
// same type are compared in their order.
func (d *differ) nodes(path string, got, want []*Node) {
	rest := map[uint16][]*Node{}
	for _, n := range want {
		rest[n.Type] = append(rest[n.Type], n)
	}
	for _, g := range got {
		p := join(path, g.Name)
		if len(rest[g.Type]) == 0 {
			d.addf(p, "not wanted (%s)", d.render(g))
			continue
		}
		w := rest[g.Type][0]
		rest[g.Type] = rest[g.Type][1:]
		d.node(p, g, w)
	}
	for _, w := range want {
		if r := rest[w.Type]; len(r) > 0 && r[0] == w {
			d.addf(join(path, w.Name), "missing (%s)", d.render(w))
			rest[w.Type] = r[1:]
		}
	}
}

func (d *differ) node(path string, got, want *Node) {
	switch {
	case got.Link != nil && want.Link != nil:
		d.link(path+".ifinfomsg", *got.Link, *want.Link)
		d.nodes(path, got.Children, want.Children)
	case got.Wire.Form == uapi.Array:
		d.array(path, got.Children, want.Children)
	case got.Children != nil && want.Children != nil:
		d.nodes(path, got.Children, want.Children)
	case !bytes.Equal(significant(got), significant(want)):
		d.addf(path, "got %s, want %s", d.render(got), d.render(want))
	}
}

// array compares by position: the kernel takes the elements as they come.
func (d *differ) array(path string, got, want []*Node) {
	d.value(path+" length", len(got), len(want))
	for i := range min(len(got), len(want)) {
		p := fmt.Sprintf("%s[%d]", path, i)
		d.value(p+" type", got[i].Type, want[i].Type)
		d.node(p, got[i], want[i])
	}
}

// significant returns the part of a payload that says something.
func significant(n *Node) []byte {
	switch n.Name {
	case "IFLA_INFO_KIND":
		// iproute2 7.1 sends the NUL, 6.1 does not.
		return bytes.TrimSuffix(n.Payload, []byte{0})
	case "IFLA_NET_NS_FD", "IFLA_XDP_FD", "IFLA_XDP_EXPECTED_FD":
		// A descriptor is a number of its process. -1 says "none".
		if !isMinusOne(n.Payload) {
			return nil
		}
	case "IFLA_VF_IB_NODE_GUID", "IFLA_VF_IB_PORT_GUID":
		// struct ifla_vf_guid has a hole, which iproute2 leaves as it was.
		if len(n.Payload) == 16 {
			return append(bytes.Clone(n.Payload[:4]), n.Payload[8:]...)
		}
	}
	return n.Payload
}

func isMinusOne(b []byte) bool { return bytes.Equal(b, []byte{0xff, 0xff, 0xff, 0xff}) }

// render returns a payload in its form, or in hexadecimal where the form is
// unknown or the length does not fit it.
func (d *differ) render(n *Node) string {
	b := n.Payload
	switch form := n.Wire.Form; {
	case n.Children != nil:
		return d.renderNest(n)
	case form == uapi.String:
		return fmt.Sprintf("%q", b)
	case form == uapi.MAC:
		return strings.ReplaceAll(fmt.Sprintf("% x", b), " ", ":")
	case form == uapi.IPv4 && len(b) == 4, form == uapi.IPv6 && len(b) == 16:
		a, _ := netip.AddrFromSlice(b)
		return a.String()
	case form == uapi.U8 && len(b) == 1:
		return fmt.Sprint(b[0])
	case form == uapi.U16 && len(b) == 2:
		return fmt.Sprint(d.order.Uint16(b))
	case form == uapi.BE16 && len(b) == 2:
		return fmt.Sprint(binary.BigEndian.Uint16(b))
	case form == uapi.U32 && len(b) == 4:
		return fmt.Sprint(d.order.Uint32(b))
	case form == uapi.S32 && len(b) == 4:
		return fmt.Sprint(int32(d.order.Uint32(b)))
	case form == uapi.BE32 && len(b) == 4:
		return fmt.Sprint(binary.BigEndian.Uint32(b))
	case form == uapi.U64 && len(b) == 8:
		return fmt.Sprint(d.order.Uint64(b))
	case len(b) == 0:
		return "empty"
	}
	return fmt.Sprintf("0x%x", b)
}

func (d *differ) renderNest(n *Node) string {
	var parts []string
	for _, c := range n.Children {
		parts = append(parts, c.Name+" "+d.render(c))
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
