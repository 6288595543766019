package link_test

import (
	"bytes"
	"encoding/binary"
	"maps"
	"math/rand/v2"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/attrtest"
	"github.com/iplink-go/iplink/internal/golden"
	"github.com/iplink-go/iplink/internal/rtnl"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/link"
)

// FuzzLink reads captured messages that were changed: by the fuzzer, byte by
// byte, and by edit, attribute by attribute, as the second argument says.
func FuzzLink(f *testing.F) {
	for i, s := range samples(f, false) {
		f.Add(s.body, []byte{})
		f.Add(s.body, []byte{byte(i % edits), byte(i), byte(i >> 4), 5, byte(i * 7), 1})
	}
	f.Fuzz(func(t *testing.T, b, ops []byte) {
		for ; len(ops) >= 3; ops = ops[3:] {
			b = edit(b, ops[0], ops[1], ops[2])
		}
		fuzzLink(t, b)
	})
}

func fuzzLink(t *testing.T, b []byte) {
	var l link.Link
	err := link.Decode(b[:len(b):len(b)], &l)
	attrtest.CheckError(t, err, len(b), attr.ErrRange)
	// What must not panic, whatever was read.
	_ = l.String()
	_, _ = l.MarshalJSON()
	_ = link.Dump(b)
	_, _ = link.Append(nil, l.Spec())
	_, _ = link.Append(nil, link.Links{l}.Spec(l.Ref()))
	if err != nil {
		return
	}
	checkUnknownKept(t, b, &l)
	checkReused(t, b, &l)
	checkFixedPoint(t, b, &l)
}

// checkFixedPoint writes and reads again. What is read may be said in another
// order or form the first time, and not after that.
func checkFixedPoint(t *testing.T, b []byte, l *link.Link) {
	t.Helper()
	once, err := link.AppendReport(nil, l)
	if err != nil {
		// Values that were read from less than 64 KiB can need more, where a
		// struct came shorter than it is sent.
		if len(b) < 16<<10 {
			t.Errorf("cannot be written again: %v\n%s", err, link.Dump(b))
		}
		return
	}
	var again link.Link
	if err := link.Decode(once, &again); err != nil {
		t.Fatalf("cannot be read again: %v\n%s", err, link.Dump(once))
	}
	if !sameLink(l, &again) {
		t.Fatalf("reads otherwise the second time:\n%s\n%s", link.Dump(b), link.Dump(once))
	}
	if twice, err := link.AppendReport(nil, &again); err != nil || !bytes.Equal(once, twice) {
		t.Fatalf("is written otherwise the second time: %v\n%s\n%s", err, link.Dump(once), link.Dump(twice))
	}
}

// used are Links that have been read before.
var usedBodies = func() (list [][]byte) {
	for name, m := range golden.Messages() {
		if strings.Contains(name, "vxlan_id_1000") || strings.Contains(name, "add_bridge_full") || strings.Contains(name, "macaddr") || len(list) == 0 {
			list = append(list, body(m))
		}
	}
	return list
}()

// checkReused reads into Links that hold something else: nothing of that may
// be left.
func checkReused(t *testing.T, b []byte, fresh *link.Link) {
	t.Helper()
	var used link.Link
	for _, before := range append(usedBodies[len(b)%len(usedBodies):][:1], b) {
		_ = link.Decode(before, &used)
		if err := link.Decode(b, &used); err != nil || !sameLink(&used, fresh) {
			t.Fatalf("into a used Link: %v\n%+v\n%+v\n%s", err, &used, fresh, link.Dump(b))
		}
	}
}

// iflaProtInfo is IFLA_PROTINFO, which means something in some families only.
const iflaProtInfo = 12

// topLevel are the numbers that a Link has a field for.
var topLevel = func() map[attr.Type]bool {
	fields, err := attr.Describe(new(link.Link))
	if err != nil {
		panic(err)
	}
	m := map[attr.Type]bool{}
	for _, f := range fields {
		m[f.Type] = m[f.Type] || !f.Header
	}
	return m
}()

// lists are the numbers of nests of elements, and that of the elements.
var lists = func() map[attr.Type]attr.Type {
	fields, err := attr.Describe(new(link.Link))
	if err != nil {
		panic(err)
	}
	m := map[attr.Type]attr.Type{}
	for _, f := range fields {
		if attrtest.IsList(&f) {
			m[f.Type] = f.Fields[0].Type
		}
	}
	return m
}()

// foreign returns what is in the lists of a message besides their elements, as
// it is kept: of each the last, in the order of their lines.
func foreign(b []byte) (out []byte) {
	last := map[attr.Type][]byte{}
	for n, p := range attr.All(b) {
		element, ok := lists[n]
		if !ok {
			continue
		}
		var in []byte
		for len(p) > 0 {
			typ, q, after, _ := attr.Cut(p)
			if typ.Number() != element {
				whole := append(slices.Clone(p[:len(p)-len(after)]), 0, 0, 0)
				in = append(in, whole[:(attr.HeaderLen+len(q)+3)&^3]...)
			}
			p = after
		}
		last[n] = in
	}
	for _, n := range slices.Sorted(maps.Keys(last)) {
		if len(last[n]) > 0 {
			out = attr.AppendBytes(out, n|attr.Nested, last[n])
		}
	}
	return out
}

// checkUnknownKept compares what is left over with the attributes that the
// list does not have, whole and in order, after what is left of lists.
func checkUnknownKept(t *testing.T, b []byte, l *link.Link) {
	t.Helper()
	want := foreign(b[min(16, len(b)):])
	for rest := b[min(16, len(b)):]; len(rest) > 0; {
		typ, p, after, err := attr.Cut(rest)
		if err != nil {
			t.Fatalf("accepted, and yet: %v", err)
		}
		if n := typ.Number(); !topLevel[n] || n == iflaProtInfo && l.Family == 0 {
			whole := append(slices.Clone(rest[:len(rest)-len(after)]), 0, 0, 0)
			want = append(want, whole[:(attr.HeaderLen+len(p)+3)&^3]...)
		}
		rest = after
	}
	kept := string(l.Unknown)
	for typ, p := range attr.All(want) { // others may stand between them
		if !strings.Contains(kept, string(p)) {
			t.Fatalf("type %d is lost\n%s", typ, link.Dump(b))
		}
	}
	if l.Family == 0 && kept != string(want) {
		t.Fatalf("%x is kept, want %x", kept, want)
	}
}

// edits is how many ways there are to change a message.
const edits = 12

// edit changes one attribute of a message. which says which, counting through
// all nests; a payload is taken for a nest where it reads as one.
func edit(b []byte, op, which, arg byte) []byte {
	if len(b) < 16 {
		return b
	}
	e := &editor{op: op % edits, left: int(which), arg: arg}
	return append(slices.Clone(b[:16]), e.nest(b[16:], 0)...)
}

type editor struct {
	op   byte
	left int // attributes before the one to change
	arg  byte
}

func (e *editor) nest(b []byte, depth int) (out []byte) {
	if !isNest(b) || depth > 8 {
		return b
	}
	for len(b) > 0 {
		t, p, rest, _ := attr.Cut(b)
		whole := b[:len(b)-len(rest)]
		e.left--
		if e.left != -1 {
			if e.left >= 0 {
				p = e.nest(p, depth+1)
			}
			out, b = attr.AppendBytes(out, t, p), rest
			continue
		}
		switch e.op {
		case 0: // delete
		case 1: // repeat
			for range e.arg%8 + 2 {
				out = attr.AppendBytes(out, t, p)
			}
		case 2: // swap with the next
			if next, q, after, err := attr.Cut(rest); err == nil {
				out, rest = attr.AppendBytes(out, next, q), after
			}
			out = attr.AppendBytes(out, t, p)
		case 3: // move to the end
			return attr.AppendBytes(append(out, rest...), t, p)
		case 4: // nest deeper
			for range e.arg % 64 {
				if len(p) < 60000 {
					p = attr.AppendBytes(nil, t, p)
				}
			}
			out = attr.AppendBytes(out, t, p)
		case 5: // flag bits
			out = attr.AppendBytes(out, t^attr.Type(e.arg&3)<<14, p)
		case 6: // another type
			out = attr.AppendBytes(out, attr.Type(e.arg), p)
		case 7: // shorter
			out = attr.AppendBytes(out, t, p[:len(p)*int(e.arg)/256])
		case 8: // longer
			out = attr.AppendBytes(out, t, append(slices.Clone(p), make([]byte, e.arg)...))
		case 9: // a wrong length
			whole = slices.Clone(whole)
			binary.NativeEndian.PutUint16(whole, binary.NativeEndian.Uint16(whole)+uint16(e.arg)-128)
			out = append(out, whole...)
		case 10: // other bytes
			p = slices.Clone(p)
			for i := range p {
				p[i] ^= e.arg
			}
			out = attr.AppendBytes(out, t, p)
		case 11: // an attribute that nobody knows
			out = attr.AppendString(attr.AppendBytes(out, t, p), 900+attr.Type(e.arg), "unknown")
		}
		b = rest
	}
	if len(out) > 65000 {
		return out[:0]
	}
	return out
}

func isNest(b []byte) bool {
	if len(b) < attr.HeaderLen {
		return false
	}
	_, err := attr.RawFrom(b)
	return err == nil
}

// FuzzSpec writes random Specs: each is a message that an independent reader
// takes, or an error that names the field.
func FuzzSpec(f *testing.F) {
	for seed := range uint64(64) {
		f.Add(seed, uint8(seed))
	}
	f.Fuzz(func(t *testing.T, seed uint64, density uint8) {
		r := &randomizer{rand.New(rand.NewPCG(seed, uint64(density))), int(density%100) + 1}
		s := new(link.Spec)
		r.fill(reflect.ValueOf(s).Elem(), 0)
		if r.IntN(4) > 0 { // most are sane enough to be written
			s.Master, s.Lower = link.Index(1), link.Index(2)
		}
		b, err := link.Append(rtnl.Begin(nil, rtnl.NewLink, rtnl.FlagRequest), s)
		if err != nil {
			checkSpecError(t, err)
			return
		}
		if _, err := golden.Parse(binary.NativeEndian, rtnl.End(b, 0)); err != nil {
			t.Fatalf("%v\n%s", err, link.Dump(b[rtnl.HeaderLen:]))
		}
		checkSpecRead(t, b[rtnl.HeaderLen:], s)
	})
}

func checkSpecError(t *testing.T, err error) {
	t.Helper()
	if e, ok := err.(*attr.Error); !ok || e.Path == "" || e.Offset != -1 {
		t.Errorf("%T %v", err, err)
	}
}

// checkSpecRead reads what was written into a Spec, which must say the same,
// and writes that: the same bytes.
func checkSpecRead(t *testing.T, b []byte, s *link.Spec) {
	t.Helper()
	scope := attr.Scope{New: new(kind.Registry).New}
	var again link.Spec
	if err := scope.Decode(b, &again); err != nil {
		t.Fatalf("%v\n%s", err, link.Dump(b))
	}
	twice, err := link.Append(nil, &again)
	if err != nil {
		t.Fatalf("%v\n%s", err, link.Dump(b))
	}
	if !bytes.Equal(b, twice) {
		t.Fatalf("written again:\n%s\n%s", link.Dump(twice), link.Dump(b))
	}
	if c, err := link.Append(nil, s.Clone()); err != nil || !bytes.Equal(b, c) {
		t.Fatalf("the clone sends otherwise: %v\n%s\n%s", err, link.Dump(c), link.Dump(b))
	}
}

// A randomizer fills structs by reflection. percent is how many fields say
// something.
type randomizer struct {
	*rand.Rand
	percent int
}

func (r *randomizer) fill(v reflect.Value, depth int) {
	for i := range v.NumField() {
		if v.Type().Field(i).IsExported() && r.IntN(100) < r.percent {
			r.value(v.Field(i), depth)
		}
	}
}

func (r *randomizer) value(v reflect.Value, depth int) {
	switch p := v.Addr().Interface().(type) {
	case *kind.Kind:
		names := append(kind.Names(), "nonesuch")
		*p = kind.New(names[r.IntN(len(names))])
		r.fill(reflect.ValueOf(*p).Elem(), depth+1)
	case *kind.Port:
		*p = kind.NewPort([]string{"bridge", "nonesuch"}[r.IntN(2)])
		r.fill(reflect.ValueOf(*p).Elem(), depth+1)
	case *attr.HWAddr:
		b := make([]byte, []int{0, 1, 4, 6, 6, 6, 20, 32}[r.IntN(8)])
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		*p, _ = attr.HWAddrFrom(b)
	case *netip.Addr:
		*p = []netip.Addr{{}, netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("2001:db8::1"), netip.MustParseAddr("fe80::1%eth0"),
			netip.MustParseAddr("::ffff:192.0.2.1"), netip.IPv6Unspecified()}[r.IntN(6)]
	case *attr.Ref:
		*p = []attr.Ref{{}, attr.NoRef, attr.RefIndex(r.Uint32()), attr.RefIndex(7), attr.RefIndex(8), attr.RefName("eth0")}[r.IntN(6)]
	case *attr.Raw:
		*p = attr.Raw(attr.AppendUint32(nil, 1000, r.Uint32()))
	case *kind.IPv4Conf:
		p.Set(kind.IPv4Setting(r.IntN(80)), int32(r.Uint32()))
	case *time.Duration:
		*p = time.Duration(r.number()) * attr.Tick
	default:
		r.plain(v, depth)
	}
}

func (r *randomizer) plain(v reflect.Value, depth int) {
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(r.IntN(2) == 0)
	case reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(r.number())
	case reflect.Int32, reflect.Int64:
		v.SetInt(int64(r.number()))
	case reflect.String:
		v.SetString(r.text())
	case reflect.Slice:
		if depth < 4 {
			s := reflect.MakeSlice(v.Type(), r.IntN(4), 4)
			for i := range s.Len() {
				r.value(s.Index(i), depth+1)
			}
			v.Set(s)
		}
	case reflect.Struct:
		if set := v.Addr().MethodByName("Set"); set.IsValid() && set.Type().NumIn() == 1 { // an Opt
			x := reflect.New(set.Type().In(0)).Elem()
			r.value(x, depth+1)
			set.Call([]reflect.Value{x})
			return
		}
		r.fill(v, depth+1)
	}
}

// number is small more often than not.
func (r *randomizer) number() uint64 { return r.Uint64() >> r.IntN(64) }

func (r *randomizer) text() string {
	return []string{"", "a", "eth0", "fifteen-letters", "a\x00b", strings.Repeat("x", 40), strings.Repeat("y", 300), strings.Repeat("z", r.IntN(70000))}[r.IntN(8)]
}
