package specimen

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
)

// Values are made on the wire and read by the list itself: what it takes back,
// and is willing to send, is a value. So the same few payloads serve fields of
// every type, and an enumeration shows by its words which numbers it has.

// Values returns two values of the attribute that differ, the first of them not
// what the link has by itself, have; only one where there is no second. Each
// holds what must be said with it.
func (s *Subject) Values(a *Attr, have attr.Struct) ([]attr.Struct, error) {
	if a.Exception.Values != nil {
		return a.Exception.Values, nil
	}
	if isLinkMessage(&a.Field) {
		return s.peers(), nil
	}
	list := s.candidates(a)
	if old := a.At(have); old != nil && len(list) > 1 {
		// What the link has already comes last.
		var same []attr.Struct
		list, same = split(list, func(v attr.Struct) bool { return !reflect.DeepEqual(a.At(v), old) })
		list = append(list, same...)
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("%s of %s: no value is made by itself: give values in the table of exceptions", a.Name, s.Name)
	}
	list = list[:min(len(list), 2)]
	for i, v := range list {
		if a.With == nil {
			continue
		}
		with, err := s.merge(v, a.With)
		if err != nil {
			return nil, err
		}
		list[i] = with
	}
	return list, nil
}

// peers returns two peers; what else can be said of one is a subject of its own.
func (s *Subject) peers() (list []attr.Struct) {
	for _, name := range []string{PeerName, "other"} {
		k := s.fresh().(kind.Pairer)
		k.PeerSpec().Set(kind.Peer{Name: name})
		list = append(list, k)
	}
	return list
}

func split(list []attr.Struct, ok func(attr.Struct) bool) (yes, no []attr.Struct) {
	for _, v := range list {
		if ok(v) {
			yes = append(yes, v)
		} else {
			no = append(no, v)
		}
	}
	return yes, no
}

// candidates returns the values that the list takes, each once.
func (s *Subject) candidates(a *Attr) (list []attr.Struct) {
	seen := map[string]bool{}
	for _, p := range s.payloads(a) {
		v := s.decode(a, p)
		if v == nil {
			continue
		}
		said := a.At(v)
		text := fmt.Sprintf("%#v", said)
		if b, err := scope.Append(nil, v); err != nil || len(b) == 0 || said == nil || !isNamed(said) || seen[text] {
			continue
		}
		seen[text] = true
		list = append(list, v)
	}
	if a.Field.Wire == bit { // a part of a number may be zero in all but a few
		some, none := split(list, func(v attr.Struct) bool { return !reflect.ValueOf(a.At(v)).IsZero() })
		return append(some, none...)
	}
	return list
}

// decode returns what the list makes of a payload, nil if nothing.
func (s *Subject) decode(a *Attr, payload []byte) attr.Struct {
	v := s.fresh()
	b := make([]byte, a.header)
	first := a.path[0]
	switch {
	case first.Header:
		copy(b[first.Type:], payload)
	default:
		b = append(b, a.nested(payload)...)
	}
	if scope.Decode(b, v) != nil {
		return nil
	}
	return v
}

// nested returns the attribute with its payload in the nests around it.
func (a *Attr) nested(b []byte) []byte {
	for i := len(a.path) - 1; i >= 0; i-- {
		f := a.path[i]
		switch {
		case f.Wire == bit: // its attribute is around it
		case i == len(a.path)-1 && a.six:
			b = attr.AppendBytes(nil, f.Alt, b)
		default:
			b = attr.AppendBytes(nil, f.Type, b)
		}
	}
	return b
}

// isNamed reports whether v is a value that an enumeration has a word for, or
// no enumeration.
func isNamed(v any) bool {
	if !isEnumeration(v) {
		return true
	}
	text := v.(fmt.Stringer).String()
	_, err := strconv.ParseUint(text, 0, 64)
	return text != "" && err != nil && !strings.Contains(text, "0x")
}

func isInteger(v any) bool {
	switch reflect.TypeOf(v).Kind() {
	case reflect.Int32, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return true
	}
	return false
}

// The seeds tell values apart.
const seedA, seedB = 7, 9

// payloads returns what to try, the best first.
func (s *Subject) payloads(a *Attr) [][]byte {
	f := &a.Field
	switch {
	case f.Wire == bit:
		return s.switches(a)
	case a.six:
		return [][]byte{address6(seedA), address6(seedB)}
	case integerLen(f) > 0:
		return s.numbers(a)
	}
	var out [][]byte
	for _, seed := range []byte{seedA, seedB} {
		if p := shaped(f, seed); p != nil {
			out = append(out, p)
		}
	}
	return out
}

// shaped returns a payload of a form that is no integer, nil if the form says
// too little.
func shaped(f *attr.Field, seed byte) []byte {
	switch {
	case f.Wire == attr.WireFlag:
		return []byte{}
	case f.Wire == attr.WireIPv4:
		return []byte{192, 0, 2, seed}
	case f.Wire == attr.WireIPv6:
		return address6(seed)
	case f.Wire == attr.WireMAC:
		return []byte{2, 0, 0, 0, 0, seed}
	case f.Wire == attr.WireString:
		return []byte{'v', '0' + seed}
	case f.Wire == attr.WireStruct:
		return structure(f, seed)
	case isList(f):
		if p := shaped(&f.Fields[0], seed); p != nil {
			return attr.AppendBytes(nil, f.Fields[0].Type, p)
		}
	}
	return nil
}

func address6(seed byte) []byte {
	a := netip.MustParseAddr("2001:db8::").As16()
	a[15] = seed
	return a[:]
}

// structure fills the members of a C structure with small numbers, each
// another one.
func structure(f *attr.Field, seed byte) []byte {
	b := make([]byte, f.Size)
	for i, m := range f.Fields {
		if n := integerLen(&m); n > 0 && int(m.Type)+n <= len(b) {
			copy(b[m.Type:], number(&m, uint64(seed)+uint64(i)))
		}
	}
	return b
}

// switches returns every bit of what the switch shares with others, on and
// off. Which bit it is, and of a pair which half is the mask, the list knows.
func (s *Subject) switches(a *Attr) (out [][]byte) {
	whole := &a.path[len(a.path)-2]
	if n := integerLen(whole); n > 0 { // a number made of parts
		out = append(out, number(whole, 0)) // off, with no other bit
		for bit := range 8 * n {
			out = append(out, number(whole, 1<<bit))
		}
		return out
	}
	for bit := range 32 {
		for _, on := range []uint32{1 << bit, 0} {
			for _, pair := range [][2]uint32{{on, 1 << bit}, {1 << bit, on}} {
				b := binary.NativeEndian.AppendUint32(nil, pair[0])
				out = append(out, binary.NativeEndian.AppendUint32(b, pair[1]))
			}
		}
	}
	return out
}

// integerLen returns the length of an integer on the wire, 0 for other forms.
func integerLen(f *attr.Field) int {
	switch f.Wire {
	case attr.WireU8, attr.WireFlagU8, attr.WirePort:
		return 1
	case attr.WireU16, attr.WireBE16:
		return 2
	case attr.WireU32, attr.WireS32, attr.WireBE32, attr.WireUint:
		return 4
	case attr.WireU64, attr.WireBE64:
		return 8
	}
	return 0
}

func number(f *attr.Field, v uint64) []byte {
	big := strings.HasPrefix(string(f.Wire), "be")
	b := make([]byte, 8)
	n := integerLen(f)
	if big {
		binary.BigEndian.PutUint64(b, v)
		return b[8-n:]
	}
	switch n {
	case 1:
		return []byte{byte(v)}
	case 2:
		return binary.NativeEndian.AppendUint16(nil, uint16(v))
	case 4:
		return binary.NativeEndian.AppendUint32(nil, uint32(v))
	}
	return binary.NativeEndian.AppendUint64(nil, v)
}

// numbers returns integers that suit the type of the field and its limits.
func (s *Subject) numbers(a *Attr) (out [][]byte) {
	for _, v := range s.integers(a) {
		out = append(out, number(&a.Field, v))
	}
	return out
}

func (s *Subject) integers(a *Attr) []uint64 {
	lo, hi, limited := a.Field.Limits()
	one := s.decode(a, number(&a.Field, 1))
	var v any
	if one != nil {
		v = a.At(one)
	}
	switch unit, span := v.(time.Duration); {
	case v == bool(true):
		return []uint64{1, 0}
	case v == attr.RefIndex(1):
		return []uint64{Lower, Other}
	case span:
		out := []uint64{uint64(seedA * time.Second / unit), uint64(seedB * time.Second / unit)}
		return append(out, uint64(lo), uint64(hi))
	case isEnumeration(v):
		return enumeration(integerLen(&a.Field))
	case limited:
		third := (hi - lo) / 3
		return []uint64{uint64(lo + third), uint64(hi - third), uint64(lo), uint64(hi)}
	}
	return []uint64{seedA, seedB}
}

func isEnumeration(v any) bool {
	if v == nil {
		return false
	}
	_, ok := v.(fmt.Stringer)
	_, span := v.(time.Duration)
	return ok && !span && isInteger(v) && !isDotted(v)
}

// isDotted reports whether v is a number that is written like an address.
func isDotted(v any) bool {
	_, err := netip.ParseAddr(fmt.Sprint(v))
	return err == nil
}

// etherTypes are the numbers of protocols that options have words for.
var etherTypes = []uint64{0x0800, 0x86dd, 0x8100, 0x88a8, 0x8847, 0x8848}

// enumeration returns the numbers that can have a word: small ones, single
// bits, and protocols.
func enumeration(size int) (out []uint64) {
	for v := range uint64(64) {
		out = append(out, v)
	}
	for n := 6; n < size*8; n++ {
		out = append(out, 1<<n)
	}
	if size == 2 {
		out = append(out, etherTypes...)
	}
	return out
}
