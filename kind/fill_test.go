package kind_test

import (
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/attrtest"
	"github.com/iplink-go/iplink/kind"
)

// A subject is a struct that the contract is about.
type subject struct {
	name string
	// kind and set are what the kernel's table calls it.
	kind, set string
	make      func() attr.Struct
}

// scope knows the kinds, as messages of links do.
var scope = attr.Scope{New: new(kind.Registry).New}

// report is scope for what the kernel reports.
var report = attr.Scope{New: scope.New, Report: true}

// fill sets every field of s, by reflection, to something that is not zero
// and that the list accepts: fields that the list lacks are filled too, which
// is how a test can find them. variant tells two fillings apart.
func fill(t testing.TB, s attr.Struct, variant int) {
	t.Helper()
	f := filler{t, s, variant}
	f.fields(reflect.ValueOf(s).Elem(), reflect.TypeOf(s).Elem().Name())
}

type filler struct {
	testing.TB
	s       attr.Struct
	variant int
}

func (f filler) fields(v reflect.Value, path string) {
	for i := range v.NumField() {
		if sf := v.Type().Field(i); sf.IsExported() {
			f.field(v.Field(i), path+"."+sf.Name)
		}
	}
}

func (f filler) field(v reflect.Value, path string) {
	set := v.Set
	typ := v.Type()
	switch {
	case strings.HasSuffix(path, ".NetNS.Name"):
		return // cannot be sent
	case strings.HasPrefix(typ.Name(), "Opt["):
		set = func(x reflect.Value) { v.Addr().MethodByName("Set").Call([]reflect.Value{x}) }
		get, _ := typ.MethodByName("Value")
		typ = get.Type.Out(0)
	case typ.Kind() == reflect.Struct && !isValue(typ):
		f.fields(v, path) // a group of fields, such as a namespace
		return
	}
	for _, x := range f.candidates(v.Kind(), typ) {
		set(x)
		if f.accepted() {
			return
		}
	}
	f.Fatalf("%s: no value is accepted: extend the candidates", path)
}

func (f filler) accepted() bool {
	_, err := scope.Append(nil, f.s)
	_, err2 := report.Append(nil, f.s)
	return err == nil && err2 == nil
}

func isValue(t reflect.Type) bool {
	switch t {
	case reflect.TypeFor[attr.HWAddr](), reflect.TypeFor[attr.Ref](), reflect.TypeFor[netip.Addr]():
		return true
	}
	return false
}

// candidates returns values of typ, the likeliest first. A number that is not
// in an Opt may be the bits that no switch has: it is a high one.
func (f filler) candidates(outer reflect.Kind, typ reflect.Type) (list []reflect.Value) {
	add := func(values ...any) []reflect.Value {
		for _, v := range values {
			list = append(list, reflect.ValueOf(v).Convert(typ))
		}
		return list
	}
	if f.variant%2 == 1 {
		defer func() { rotate(list) }()
	}
	switch typ {
	case reflect.TypeFor[attr.HWAddr]():
		return add(attr.MustParseHWAddr("02:00:00:00:00:0a"), attr.MustParseHWAddr("02:00:00:00:00:0b"))
	case reflect.TypeFor[attr.Ref]():
		return add(attr.RefIndex(7), attr.RefIndex(8))
	case reflect.TypeFor[attr.Raw]():
		return add(attr.Raw(unknown("kept")), attr.Raw(unknown("kept too")))
	case reflect.TypeFor[netip.Addr]():
		return add(netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("2001:db8::1"))
	case reflect.TypeFor[time.Duration]():
		return add(7*time.Second, 8*time.Second)
	}
	switch typ.Kind() {
	case reflect.Bool:
		return add(true)
	case reflect.String:
		return add("one", "two")
	case reflect.Int32:
		return add(-5, 5)
	case reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		if outer == reflect.Struct {
			return add(2, 3, 1, 10)
		}
		return add(uint64(1)<<(typ.Bits()-2), uint64(1)<<(typ.Bits()-3))
	case reflect.Slice:
		if typ.Elem() == reflect.TypeFor[netip.Addr]() { // of one family
			return add([]netip.Addr{netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")},
				[]netip.Addr{netip.MustParseAddr("2001:db8::1"), netip.MustParseAddr("2001:db8::2")})
		}
		return f.slices(typ)
	case reflect.Struct:
		inner := reflect.New(typ)
		fill(f.TB, inner.Interface().(attr.Struct), f.variant)
		return []reflect.Value{inner.Elem()}
	}
	f.Fatalf("no candidates for %v", typ)
	return nil
}

func (f filler) slices(typ reflect.Type) []reflect.Value {
	s := reflect.MakeSlice(typ, 2, 2)
	for i := range s.Len() {
		e := s.Index(i)
		if e.Kind() == reflect.Struct && !isValue(e.Type()) {
			fill(f.TB, e.Addr().Interface().(attr.Struct), f.variant+i)
			continue
		}
		e.Set(filler{f.TB, f.s, f.variant + i}.candidates(reflect.Slice, e.Type())[0])
	}
	return []reflect.Value{s}
}

func rotate(list []reflect.Value) {
	if len(list) > 1 {
		list[0], list[1] = list[1], list[0]
	}
}

// unknownType is a number that no list claims.
const unknownType = 3000

func unknown(s string) []byte { return attr.AppendString(nil, unknownType, s) }

// full returns a filled struct and the attributes of its report.
func (s *subject) full(t testing.TB, variant int) (attr.Struct, []byte) {
	t.Helper()
	v := s.make()
	fill(t, v, variant)
	b, err := report.Append(nil, v)
	if err != nil {
		t.Fatal(err)
	}
	return v, b
}

var (
	headerLen = attrtest.HeaderLen
	describe  = attrtest.Describe
	find      = attrtest.Find
	isList    = attrtest.IsList
)
