package attr

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// format says how a value is written where its type alone does not.
type format uint8

const (
	hex      format = 1 << iota // numbers in hexadecimal, in JSON as strings
	number                      // switches as 0 and 1, enumerations as numbers
	ticks                       // time spans as counts of Tick
	seconds                     // time spans as whole seconds
	float                       // time spans as seconds with a fraction
	omitZero                    // nothing where the value is zero
	bare                        // switches that are on as null
	millis                      // time spans as counts of milliseconds
)

// Options for how values are written. They follow iproute2, whose JSON
// programs know.
var (
	// Hex writes a number in hexadecimal, in JSON also one that has a name.
	Hex Option = func(f *Field) { f.format |= hex }
	// Number writes a switch as 0 or 1 in JSON, and an enumeration as its
	// number.
	Number Option = func(f *Field) { f.format |= number }
	// Timer writes a time span as seconds with a fraction.
	Timer Option = func(f *Field) { f.format = f.format&^(ticks|seconds|millis) | float }
	// OmitZero leaves a value out of text and JSON where it is zero.
	OmitZero Option = func(f *Field) { f.format |= omitZero }
	// Bare writes a switch that is on as null in JSON.
	Bare Option = func(f *Field) { f.format |= bare }
	// Hidden leaves a value out of JSON, as iproute2 does.
	Hidden Option = func(f *Field) { f.Key = "-" }
)

// ZeroWord writes a value that is zero as word, as iproute2 does "any" for an
// address that is not set.
func ZeroWord(word string) Option { return func(f *Field) { f.zeroWord = word } }

// JSON gives the name of an attribute in JSON, where it differs from that of
// the option. Names with "/" make objects.
func JSON(key string) Option { return func(f *Field) { f.Key = key } }

// JSONBy gives an attribute a name in JSON that depends on its value: key
// returns one of names.
func JSONBy[T any](key func(T) string, names ...string) Option {
	return func(f *Field) { f.keyOf, f.keys = func(v any) string { return key(v.(T)) }, names }
}

// JSONList writes the switches of [Bits] that are on as names in one array.
func JSONList(key string) Option { return func(f *Field) { f.list = key } }

// JSONWords adds a second member in JSON, which holds the name of the value.
func JSONWords(key string) Option { return func(f *Field) { f.words = key } }

// A Printer writes structs for people and as JSON. The zero Printer knows no
// names of links.
type Printer struct {
	// LinkName returns the name of the link with that index, "" if it is
	// not known.
	LinkName func(index uint32) string
}

// Text returns what s says, as "name value" in list order.
func (p Printer) Text(s Struct) string {
	var b strings.Builder
	for f, v := range Values(s) {
		if f.format&omitZero != 0 && isZeroValue(v) {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(f.Name)
		if t := p.text(f, v); t != "" {
			b.WriteByte(' ')
			b.WriteString(t)
		}
	}
	return b.String()
}

// Value returns one value of [Values] for people.
func (p Printer) Value(f Field, v any) string { return p.text(f, v) }

func (p Printer) text(f Field, v any) string {
	if f.zeroWord != "" && isZeroValue(v) {
		return f.zeroWord
	}
	switch v := v.(type) {
	case bool:
		if v {
			return "on"
		}
		return "off"
	case time.Duration:
		switch {
		case f.format&ticks != 0:
			return strconv.FormatInt(int64(v/Tick), 10)
		case f.format&millis != 0:
			return strconv.FormatInt(v.Milliseconds(), 10)
		}
		return strconv.FormatFloat(v.Seconds(), 'f', -1, 64)
	case Ref:
		return p.ref(v)
	case fmt.Stringer:
		return v.String()
	case string:
		return v
	case Struct:
		return "{ " + p.Text(v) + " }"
	}
	switch r := reflect.ValueOf(v); r.Kind() {
	case reflect.Slice:
		return p.textList(f, r)
	case reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		if f.format&hex != 0 {
			return hexText(r.Uint())
		}
	}
	return fmt.Sprint(v)
}

func (p Printer) textList(f Field, list reflect.Value) string {
	var words []string
	for i := range list.Len() {
		words = append(words, p.text(f, elementOf(list.Index(i))))
	}
	return strings.Join(words, " ")
}

// elementOf returns a list's element in the form value functions use: structs
// by pointer.
func elementOf(v reflect.Value) any {
	if v.CanAddr() {
		if s, ok := v.Addr().Interface().(Struct); ok {
			return s
		}
	}
	return v.Interface()
}

func (p Printer) ref(r Ref) string {
	if i, ok := r.Index(); ok && i != 0 && p.LinkName != nil {
		if name := p.LinkName(i); name != "" {
			return name
		}
		return "if" + strconv.FormatUint(uint64(i), 10)
	}
	return r.String()
}

// hexText is iproute2's form: "0" without a prefix.
func hexText(n uint64) string {
	if n == 0 {
		return "0"
	}
	return "0x" + strconv.FormatUint(n, 16)
}

// An Object is a JSON object whose members keep their order.
type Object []Member

// A Member is one member of an [Object]: a Key and its Value.
type Member struct {
	Key   string
	Value any
}

// MarshalJSON writes the members in order.
func (o Object) MarshalJSON() ([]byte, error) {
	b := []byte{'{'}
	for i, m := range o {
		if i > 0 {
			b = append(b, ',')
		}
		k, _ := json.Marshal(m.Key) // a string always marshals
		v, err := json.Marshal(m.Value)
		if err != nil {
			return nil, err
		}
		b = append(append(append(b, k...), ':'), v...)
	}
	return append(b, '}'), nil
}

// Set adds a member, or replaces the one that has the key. A key "a/b" sets b
// in the object a.
func (o *Object) Set(key string, value any) {
	outer, inner, nested := strings.Cut(key, "/")
	for i := range *o {
		m := &(*o)[i]
		if m.Key != outer {
			continue
		}
		if sub, ok := m.Value.(Object); ok && nested { // of a struct
			m.Value = &sub
		}
		if sub, ok := m.Value.(*Object); ok && nested {
			sub.Set(inner, value)
			return
		}
		m.Value = member(inner, value, nested)
		return
	}
	*o = append(*o, Member{outer, member(inner, value, nested)})
}

// member returns value, in an object of its own where it is nested.
func member(key string, value any, nested bool) any {
	if !nested {
		return value
	}
	sub := new(Object)
	sub.Set(key, value)
	return sub
}

// Object returns what s says as JSON members.
func (p Printer) Object(s Struct) Object {
	o := Object{}
	for f, v := range Values(s) {
		if f.Key == "-" || f.format&omitZero != 0 && isZeroValue(v) {
			continue
		}
		if m, ok := v.(Flattener); ok {
			m.Flatten(&o, p)
			continue
		}
		p.member(&o, f, v)
	}
	if t, ok := s.(Tidier); ok {
		t.Tidy(&o)
	}
	return o
}

// A Tidier is a struct whose JSON depends on more than one field. Tidy gets
// what the list makes of it.
type Tidier interface{ Tidy(o *Object) }

// Remove removes the member with the key, if there is one.
func (o *Object) Remove(key string) {
	*o = slices.DeleteFunc(*o, func(m Member) bool { return m.Key == key })
}

func (p Printer) member(o *Object, f Field, v any) {
	switch on, _ := v.(bool); {
	case f.list != "" && on:
		o.add(f.list, f.Key)
	case f.list != "":
	case f.keyOf != nil:
		o.Set(f.keyOf(v), p.json(f, v))
	default:
		o.Set(f.Key, p.json(f, v))
	}
	if f.words != "" {
		o.Set(f.words, fmt.Sprint(v))
	}
}

// add appends to the array of that key.
func (o *Object) add(key, word string) {
	for i := range *o {
		if m := &(*o)[i]; m.Key == key {
			list, _ := m.Value.([]string)
			m.Value = append(list, word)
			return
		}
	}
	*o = append(*o, Member{key, []string{word}})
}

// A Flattener is a value whose JSON is not one member of the object it is in
// but any number of them.
type Flattener interface {
	// Flatten adds the members to o.
	Flatten(o *Object, p Printer)
}

func (p Printer) json(f Field, v any) any {
	if f.zeroWord != "" && isZeroValue(v) {
		return f.zeroWord
	}
	switch v := v.(type) {
	case bool:
		return boolJSON(f, v)
	case time.Duration:
		return durationJSON(f, v)
	case Ref:
		if i, ok := v.Index(); ok && (p.LinkName == nil || i == 0) {
			return i
		}
		return p.ref(v)
	case Object, *Object, string, netip.Addr, HWAddr, json.Marshaler:
		return v
	}
	r := reflect.ValueOf(v)
	switch r.Kind() {
	case reflect.Slice:
		list := make([]any, r.Len())
		for i := range list {
			list[i] = p.json(f, elementOf(r.Index(i)))
		}
		return list
	case reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		switch {
		case f.format&hex != 0:
			return hexText(r.Uint())
		case f.format&number != 0:
			return r.Uint()
		}
	}
	switch v := v.(type) {
	case fmt.Stringer:
		return v.String()
	case Struct:
		return p.Object(v)
	}
	return v
}

func boolJSON(f Field, on bool) any {
	switch {
	case f.format&bare != 0:
		return nil
	case f.format&number == 0:
		return on
	case on:
		return 1
	}
	return 0
}

func durationJSON(f Field, d time.Duration) any {
	switch {
	case f.format&ticks != 0:
		return int64(d / Tick)
	case f.format&seconds != 0:
		return int64(d / time.Second)
	case f.format&millis != 0:
		return d.Milliseconds()
	}
	return float64(d/Tick) / float64(time.Second/Tick)
}
