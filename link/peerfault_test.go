package link_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/attrtest"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/link"
)

// Faults that other libraries have or had, found by running them against a
// kernel. None may be true of this one.

// Attributes of link messages, by their numbers in linux/if_link.h.
const (
	iflaIfname       = 3
	iflaMTU          = 4
	iflaLink         = 5
	iflaTxQLen       = 13
	iflaLinkInfo     = 18
	iflaVFInfoList   = 22
	iflaStats64      = 23
	iflaAFSpec       = 26
	iflaPhysSwitchID = 36
	iflaLinkNetNSID  = 37
	iflaXDP          = 43
	iflaPropList     = 52
	iflaAltIfname    = 53

	infoKind, infoData = 1, 2
)

// info returns IFLA_LINKINFO with the parts in that order.
func info(parts ...[]byte) []byte {
	return attr.AppendBytes(nil, iflaLinkInfo, bytes.Join(parts, nil))
}

func kindName(s string) []byte          { return attr.AppendString(nil, infoKind, s) }
func kindData(parts ...[]byte) []byte   { return attr.AppendBytes(nil, infoData, bytes.Join(parts, nil)) }
func u8(t attr.Type, v uint8) []byte    { return attr.AppendUint8(nil, t, v) }
func u16(t attr.Type, v uint16) []byte  { return attr.AppendUint16(nil, t, v) }
func u32(t attr.Type, v uint32) []byte  { return attr.AppendUint32(nil, t, v) }
func raw(t attr.Type, p ...byte) []byte { return attr.AppendBytes(nil, t, p) }
func report(parts ...[]byte) []byte     { return append(make([]byte, 16), bytes.Join(parts, nil)...) }
func vxlanReport(data ...[]byte) []byte { return report(info(kindName("vxlan"), kindData(data...))) }
func macvlanReport(data ...[]byte) []byte {
	return report(info(kindName("macvlan"), kindData(data...)))
}

func decode(t *testing.T, b []byte) *link.Link {
	t.Helper()
	l := new(link.Link)
	if err := link.Decode(b, l); err != nil {
		t.Fatalf("%v\n%s", err, link.Dump(b))
	}
	return l
}

func encode(t *testing.T, s *link.Spec) []byte {
	t.Helper()
	b, err := link.Append(nil, s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// dataOf returns the attributes of the kind's data in a message.
func dataOf(t *testing.T, b []byte) map[attr.Type][]byte {
	t.Helper()
	found := map[attr.Type][]byte{}
	for typ, p := range attr.All(b[16:]) {
		if typ != iflaLinkInfo {
			continue
		}
		for typ, p := range attr.All(p) {
			if typ != infoData {
				continue
			}
			for typ, p := range attr.All(p) {
				found[typ] = p
			}
		}
	}
	return found
}

// numbers returns which attributes a message has.
func numbers(b []byte) (list []attr.Type) {
	for typ := range attr.All(b[16:]) {
		list = append(list, typ)
	}
	return list
}

func TestPeerFault(t *testing.T) {
	for name, f := range map[string]func(*testing.T){
		"LINKINFO with NLA_F_NESTED is ignored":             faultNested,
		"INFO_DATA before INFO_KIND is dropped":             faultDataFirst,
		"a short attribute reads its neighbour":             faultNeighbour,
		"a u16 is read with its padding":                    faultPadding,
		"MACADDR_COUNT sizes an allocation":                 faultCount,
		"netnsid -1 is 4294967295":                          faultNetNSID,
		"the physical switch id is cut to four bytes":       faultSwitchID,
		"VF rx_dropped is reported as tx_dropped":           faultVFStats,
		"vxlan flags are sent as integers":                  faultFlags,
		"the flow label is in host byte order":              faultLabel,
		"BC_QUEUE_LEN_USED loses the rest of the link":      faultQueueLen,
		"a zero value sets TXQLEN 0":                        faultZero,
		"learning is off by default":                        faultLearning,
		"UDP checksums cannot be switched off":              faultChecksum,
		"everything is sent for one change":                 faultOneChange,
		"statistics of a newer kernel fail":                 faultStats,
		"a zero Veth panics":                                faultVeth,
		"an unknown kind loses its data":                    faultUnknownKind,
		"VLAN flags and QoS maps are nests":                 faultVLAN,
		"MAC lists count up their attribute types":          faultMACList,
		"writing a link back attaches XDP program 0":        faultXDP,
		"TxQLen, group, link mode and carrier are not sent": faultSilent,
		"a bad attribute says nothing of where it is":       faultPlace,
		"index and reference 0 cannot be told from absence": faultNoMaster,
	} {
		t.Run(name, f)
	}
}

func faultNested(t *testing.T) {
	for _, flags := range []attr.Type{0, attr.Nested, attr.Nested | attr.NetByteOrder} {
		inner := append(kindName("vxlan"), attr.AppendBytes(nil, infoData|flags, u32(1, 42))...)
		l := decode(t, report(attr.AppendBytes(nil, iflaLinkInfo|flags, inner)))
		if v, ok := l.Kind.(*kind.VXLAN); !ok || v.ID != attr.U32(42) {
			t.Errorf("flags %#x: %+v", flags, l.Kind)
		}
	}
}

func faultDataFirst(t *testing.T) {
	l := decode(t, report(info(kindData(u32(1, 42)), kindName("vxlan"))))
	if v, ok := l.Kind.(*kind.VXLAN); !ok || v.ID != attr.U32(42) {
		t.Errorf("%+v", l.Kind)
	}
}

func faultNeighbour(t *testing.T) {
	before := attr.AppendString(nil, iflaIfname, "eth0")
	for n := range 4 {
		b := report(before, raw(iflaMTU, make([]byte, n)...), u32(iflaTxQLen, 1000))
		var l link.Link
		err := link.Decode(b, &l)
		var e *attr.Error
		if !errors.As(err, &e) || !errors.Is(err, attr.ErrLength) || e.Path != "mtu" || e.Type != iflaMTU || e.Offset != 16+len(before) {
			t.Errorf("an MTU of %d bytes: %v", n, err)
		}
		if l.MTU.IsSet() {
			t.Errorf("an MTU of %d bytes is %v", n, l.MTU)
		}
	}
}

func faultPadding(t *testing.T) {
	id := u16(1, 100)
	copy(id[6:], "\xff\xff") // what follows a u16
	l := decode(t, report(info(kindName("vlan"), kindData(id))))
	if v := l.Kind.(*kind.VLAN); v.ID != attr.U16(100) {
		t.Errorf("%+v", v)
	}
}

func faultCount(t *testing.T) {
	b := macvlanReport(u32(1, 16), u32(6, 0xffffffff)) // source mode, IFLA_MACVLAN_MACADDR_COUNT
	var l link.Link
	if n := attrtest.Allocated(func() { _ = link.Decode(b, &l) }); n > 64<<10 {
		t.Errorf("%d bytes allocated", n)
	}
	if m := l.Kind.(*kind.Macvlan); m.MACCount != attr.U32(0xffffffff) || len(m.MACs) != 0 {
		t.Errorf("%+v", m)
	}
}

func faultNetNSID(t *testing.T) {
	if l := decode(t, report(u32(iflaLinkNetNSID, 0xffffffff))); l.LowerNetNSID != attr.I32(-1) {
		t.Errorf("%v", l.LowerNetNSID)
	}
}

func faultSwitchID(t *testing.T) {
	id := []byte("\x01\x02\x03\x04\x05\x06\x07\x08")
	if l := decode(t, report(raw(iflaPhysSwitchID, id...))); l.PhysSwitchID != string(id) {
		t.Errorf("%x", l.PhysSwitchID)
	}
}

func faultVFStats(t *testing.T) {
	stats := attr.AppendUint64(attr.AppendUint64(nil, 7, 70), 8, 80) // IFLA_VF_STATS_RX_DROPPED, _TX_DROPPED
	vf := append(attr.AppendBytes(nil, 9, make([]byte, 8)), attr.AppendBytes(nil, 8, stats)...)
	l := decode(t, report(attr.AppendBytes(nil, iflaVFInfoList, attr.AppendBytes(nil, 1, vf))))
	if s := l.VFs[0].Stats.Value(); s.RxDropped != attr.U64(70) || s.TxDropped != attr.U64(80) {
		t.Errorf("%+v", s)
	}
}

func faultFlags(t *testing.T) {
	b := encode(t, &link.Spec{Kind: &kind.VXLAN{GBP: attr.On, GPE: attr.On, RemoteChecksumNoPartial: attr.On, TTLInherit: attr.On}})
	data := dataOf(t, b)
	for _, typ := range []attr.Type{23, 24, 27, 28} {
		if p, ok := data[typ]; !ok || len(p) != 0 {
			t.Errorf("type %d: there %v, %x", typ, ok, p)
		}
	}
	off := encode(t, &link.Spec{Kind: &kind.VXLAN{GBP: attr.Off, GPE: attr.Off, RemoteChecksumNoPartial: attr.Off, TTLInherit: attr.Off}})
	if data := dataOf(t, off); len(data) != 0 {
		t.Errorf("flags that are off are sent: %v", data)
	}
}

func faultLabel(t *testing.T) {
	b := encode(t, &link.Spec{Kind: &kind.VXLAN{Label: attr.U32(0xabcde), Port: attr.U16(4789), PortRange: attr.Some(kind.PortRange{Low: 1, High: 2})}})
	data := dataOf(t, b)
	for typ, want := range map[attr.Type]string{26: "\x00\x0a\xbc\xde", 15: "\x12\xb5", 10: "\x00\x01\x00\x02"} {
		if got := string(data[typ]); got != want {
			t.Errorf("type %d is %x, want %x", typ, got, want)
		}
	}
}

func faultQueueLen(t *testing.T) {
	l := decode(t, report(
		info(kindName("macvlan"), kindData(u32(1, 4), u32(7, 1000), u32(8, 70000))), // IFLA_MACVLAN_BC_QUEUE_LEN_USED
		u32(iflaLink, 3),
		attr.AppendBytes(nil, iflaPropList|attr.Nested, attr.AppendString(nil, iflaAltIfname, "other")),
		attr.AppendBytes(nil, iflaAFSpec, attr.AppendBytes(nil, 10, u8(8, 1))), // AF_INET6, IFLA_INET6_ADDR_GEN_MODE
	))
	m := l.Kind.(*kind.Macvlan)
	if m.BroadcastQueueLenUsed != attr.U32(70000) || l.Lower != link.Index(3) || !slices.Equal(l.AltNames, []string{"other"}) || l.AddrGenMode != attr.Some(kind.AddrGenNone) {
		t.Errorf("%+v", l)
	}
}

func faultZero(t *testing.T) {
	if b := encode(t, new(link.Spec)); len(b) != 16 || len(bytes.Trim(b, "\x00")) != 0 {
		t.Errorf("a zero Spec sends %x", b)
	}
	for _, name := range kind.Names() {
		b := encode(t, &link.Spec{Kind: kind.New(name)})
		if len(dataOf(t, b)) != 0 || !slices.Equal(numbers(b), []attr.Type{iflaLinkInfo}) {
			t.Errorf("a zero %s sends %s", name, link.Dump(b))
		}
	}
	for _, name := range kind.PortNames() {
		if b := encode(t, &link.Spec{Port: kind.NewPort(name)}); !slices.Equal(numbers(b), []attr.Type{iflaLinkInfo}) {
			t.Errorf("a zero port of a %s sends %s", name, link.Dump(b))
		}
	}
	if b := encode(t, &link.Spec{TxQueueLen: attr.U32(0)}); !slices.Equal(numbers(b), []attr.Type{iflaTxQLen}) {
		t.Errorf("a queue length of 0 cannot be said: %x", b)
	}
}

func faultLearning(t *testing.T) {
	const learning = 7
	if p, ok := dataOf(t, encode(t, &link.Spec{Kind: &kind.VXLAN{ID: attr.U32(5), Port: attr.U16(4789)}}))[learning]; ok {
		t.Errorf("learning is sent unasked: %x", p)
	}
	if p := dataOf(t, encode(t, &link.Spec{Kind: &kind.VXLAN{Learning: attr.Off}}))[learning]; !bytes.Equal(p, []byte{0}) {
		t.Errorf("learning off: %x", p)
	}
}

func faultChecksum(t *testing.T) {
	v := &kind.VXLAN{UDPChecksum: attr.Off, UDPZeroChecksum6Tx: attr.Off, UDPZeroChecksum6Rx: attr.Off}
	data := dataOf(t, encode(t, &link.Spec{Kind: v}))
	for _, typ := range []attr.Type{18, 19, 20} {
		if p := data[typ]; !bytes.Equal(p, []byte{0}) {
			t.Errorf("type %d is %x", typ, p)
		}
	}
}

func faultOneChange(t *testing.T) {
	if data := dataOf(t, encode(t, &link.Spec{Kind: &kind.VXLAN{TTL: attr.U8(64)}})); len(data) != 1 || !bytes.Equal(data[5], []byte{64}) {
		t.Errorf("a change of the TTL sends %v", data)
	}
}

func faultStats(t *testing.T) {
	l := decode(t, report(raw(iflaStats64, counting(40, 8)...), u32(iflaMTU, 1500)))
	if l.Stats.Value().RxOtherHostDropped != 25 || l.MTU != attr.U32(1500) {
		t.Errorf("%+v", l)
	}
}

func faultVeth(t *testing.T) {
	empty := encode(t, &link.Spec{Name: "v0", Kind: &kind.Veth{}})
	if data := dataOf(t, empty); len(data) != 0 {
		t.Errorf("a peer is sent unasked: %v", data)
	}
	// A peer that says nothing is not the absence of one.
	named := encode(t, &link.Spec{Name: "v0", Kind: &kind.Veth{Peer: attr.Some(kind.Peer{})}})
	if p, ok := dataOf(t, named)[1]; !ok || !bytes.Equal(p, make([]byte, 16)) {
		t.Errorf("an empty peer is %x", p)
	}
	l := decode(t, report(info(kindName("veth"))))
	if _, ok := l.Kind.(*kind.Veth); !ok {
		t.Errorf("%+v", l.Kind)
	}
}

func faultUnknownKind(t *testing.T) {
	data := append(u32(1, 5), attr.AppendBytes(nil, 2|attr.Nested, u8(1, 1))...)
	l := decode(t, report(info(kindName("nonesuch"), attr.AppendBytes(nil, infoData, data))))
	o, ok := l.Kind.(*kind.Opaque)
	if !ok || o.Name != "nonesuch" || string(o.Data) != string(data) {
		t.Fatalf("%+v", l.Kind)
	}
	if c := l.Clone().Kind.(*kind.Opaque); *c != *o {
		t.Errorf("cloned: %+v", c)
	}
	sent := encode(t, &link.Spec{Kind: o})
	if got := decode(t, sent).Kind.(*kind.Opaque); *got != *o {
		t.Errorf("sent again: %+v", got)
	}
}

func faultVLAN(t *testing.T) {
	v := &kind.VLAN{GVRP: attr.On, ReorderHeader: attr.Off, EgressQoS: []kind.QoSMapping{{From: 1, To: 2}, {From: 3, To: 4}}}
	data := dataOf(t, encode(t, &link.Spec{Kind: v}))
	flags := binary.NativeEndian.AppendUint32(binary.NativeEndian.AppendUint32(nil, 2), 3) // value, mask
	if !bytes.Equal(data[2], flags) {
		t.Errorf("flags are %x, want %x", data[2], flags)
	}
	var want []byte
	for _, m := range v.EgressQoS {
		p := binary.NativeEndian.AppendUint32(binary.NativeEndian.AppendUint32(nil, m.From), m.To)
		want = attr.AppendBytes(want, 1, p)
	}
	if !bytes.Equal(data[3], want) {
		t.Errorf("the map is %x, want %x", data[3], want)
	}
}

func faultMACList(t *testing.T) {
	list := []attr.HWAddr{attr.MustParseHWAddr("02:00:00:00:00:01"), attr.MustParseHWAddr("02:00:00:00:00:02"), attr.MustParseHWAddr("02:00:00:00:00:03")}
	data := dataOf(t, encode(t, &link.Spec{Kind: &kind.Macvlan{MACs: list}}))
	n := 0
	for typ, p := range attr.All(data[5]) {
		if typ != 4 || !bytes.Equal(p, list[n].AsSlice()) {
			t.Errorf("type %d, %x", typ, p)
		}
		n++
	}
	if n != len(list) {
		t.Errorf("%d addresses", n)
	}
}

func faultXDP(t *testing.T) {
	l := decode(t, report(attr.AppendString(nil, iflaIfname, "d0"), attr.AppendBytes(nil, iflaXDP, u8(2, 0)), info(kindName("veth"))))
	if b := encode(t, l.Spec()); slices.Contains(numbers(b), iflaXDP) {
		t.Errorf("a program is attached:\n%s", link.Dump(b))
	}
}

func faultSilent(t *testing.T) {
	b := encode(t, &link.Spec{TxQueueLen: attr.U32(1), Group: attr.U32(2), LinkMode: attr.Some(kind.LinkModeDormant), Carrier: attr.Off})
	if got := numbers(b); !slices.Equal(got, []attr.Type{13, 17, 27, 33}) {
		t.Errorf("sent are %v", got)
	}
}

func faultPlace(t *testing.T) {
	name := kindName("vxlan")
	b := vxlanReport(u32(1, 42), raw(15, 1)) // a port of one byte
	err := link.Decode(b, new(link.Link))
	var e *attr.Error
	want := 16 + 4 + len(name) + 4 + 8
	if !errors.As(err, &e) || e.Offset != want || e.Type != 15 || !strings.HasPrefix(e.Path, "linkinfo.data") || !strings.HasSuffix(e.Path, "dstport") {
		t.Errorf("%v, want the offset %d", err, want)
	}
}

func faultNoMaster(t *testing.T) {
	const iflaMaster = 10
	for _, x := range []struct {
		ref  link.Ref
		want string
	}{{link.Ref{}, "[]"}, {link.None, fmt.Sprint([]attr.Type{iflaMaster})}, {link.Index(5), fmt.Sprint([]attr.Type{iflaMaster})}} {
		if got := fmt.Sprint(numbers(encode(t, &link.Spec{Master: x.ref}))); got != x.want {
			t.Errorf("%q sends %s, want %s", x.ref, got, x.want)
		}
	}
	_, err := link.Append(nil, &link.Spec{Master: link.Name("br0")})
	if !errors.Is(err, attr.ErrUnresolved) {
		t.Errorf("a name is sent: %v", err)
	}
}
