package kind_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/golden"
)

// Random bytes are hardly ever attributes, and mutated messages hardly ever
// have the lengths that a list wants. So the input of the fuzz target is either
// a message as it is, or a script from which a generator builds one with
// valid headers, numbers of the list and lengths that mostly fit.

// maxInput keeps nests below the 64 KiB that an attribute can hold, also after
// padding.
const maxInput = 16 << 10

func FuzzKinds(f *testing.F) {
	list := subjects()
	index := map[string]uint8{}
	for i, s := range list {
		index[s.kind] = uint8(i)
		f.Add(uint8(i), true, []byte("\x00\x00\x01\x00\x02\x00\x03\x00\x04\x00\x05\x00\x06\x00\x07\x00\x08\x00"))
	}
	for _, m := range golden.Messages() {
		c := capture(m)
		if c.kind != nil {
			f.Add(index[c.kind.Kind()], false, bytes.Clone(c.data))
		}
		if c.port != nil {
			f.Add(index[c.port.Kind()+"(slave)"], false, bytes.Clone(c.portData))
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, generate bool, b []byte) {
		if len(b) > maxInput {
			return
		}
		s := list[int(which)%len(list)]
		fields := describe(t, s.make())
		if generate {
			g := generator{script: b}
			b = g.message(fields, 0)
		}
		checkMessage(t, &s, fields, b)
	})
}

// A generator builds messages from a script.
type generator struct{ script []byte }

// next returns the next byte of the script, and 0 after its end.
func (g *generator) next() (c byte) {
	if len(g.script) > 0 {
		c, g.script = g.script[0], g.script[1:]
	}
	return c
}

func (g *generator) bytes(n int) []byte {
	b := make([]byte, n)
	g.script = g.script[copy(b, g.script):]
	return b
}

// message builds a header, if the list has one, and attributes while there is
// script.
func (g *generator) message(fields []attr.Field, depth int) []byte {
	b := g.bytes(headerLen(fields))
	fields = slices.DeleteFunc(slices.Clone(fields), func(f attr.Field) bool { return f.Header })
	for n := 0; len(g.script) > 0 && len(b) < maxInput && (depth == 0 || n < 8); n++ {
		b = g.attribute(b, fields, depth)
	}
	return b
}

func (g *generator) attribute(b []byte, fields []attr.Field, depth int) []byte {
	pick, how := g.next(), g.next()
	if len(fields) == 0 || pick == 255 {
		return attr.AppendBytes(b, attr.Type(how)|unknownType, g.bytes(int(how%9)))
	}
	f := fields[int(pick)%len(fields)]
	t := f.Type
	if f.Alt != 0 && how&1 != 0 {
		t, f.Size = f.Alt, 16
	}
	switch {
	case how >= 0xfe: // a length that hardly fits
		return attr.AppendBytes(b, t, g.bytes(int(g.next()&15)))
	case f.Wire == attr.WireNest && depth < 4:
		if how&2 != 0 {
			t |= attr.Nested
		}
		return attr.AppendBytes(b, t, g.message(f.Fields, depth+1))
	}
	return attr.AppendBytes(b, t, g.bytes(length(f, how)))
}

// length returns a length that fits the field.
func length(f attr.Field, how byte) int {
	switch {
	case f.Wire == attr.WireStruct:
		return f.Size + int(how>>4&1)*4 // newer kernels' are longer
	case f.Size > 0:
		return f.Size
	case f.Wire == attr.WireMAC:
		return []int{6, 4, 16, 20, 32, 0}[how%6]
	case f.Wire == attr.WireString || f.Wire == attr.WireBinary:
		return int(how % 16)
	}
	return 0
}

// checkMessage reads b and checks what must hold for any input.
func checkMessage(t *testing.T, s *subject, fields []attr.Field, b []byte) {
	t.Helper()
	input := bytes.Clone(b)
	one := s.make()
	err := report.Decode(b, one)
	if !bytes.Equal(b, input) {
		t.Fatal("the input has changed")
	}
	_ = report.Dump(b, one)
	if err != nil {
		checkError(t, err, len(b))
		return
	}
	out := checkFixedPoint(t, s, one)
	rest := out
	for _, want := range unknownOf(b, fields) {
		_, after, ok := bytes.Cut(rest, want)
		if !ok {
			t.Fatalf("an unknown attribute is lost: %x is not in %x", want, rest)
		}
		rest = after
	}
	// What is kept is bounded by the input: an attribute of four bytes becomes
	// at most a peer's header.
	if len(out) > 5*len(b)+64 {
		t.Fatalf("%d bytes have become %d", len(b), len(out))
	}
	clear(b)
	if again, _ := report.Append(nil, one); !bytes.Equal(again, out) {
		t.Fatal("what was read changes with the input")
	}
	checkUsed(t, s, input, out)
	checkWritten(t, s, one)
}

// checkFixedPoint writes what was read and reads it again.
func checkFixedPoint(t *testing.T, s *subject, one attr.Struct) []byte {
	t.Helper()
	out, err := report.Append(nil, one)
	if err != nil {
		t.Fatalf("what was read cannot be written: %v", err)
	}
	two := s.make()
	if err := report.Decode(out, two); err != nil {
		t.Fatalf("what was written cannot be read: %v\n%s", err, report.Dump(out, two))
	}
	// Clones, because a list that is empty may be nil or not.
	if !reflect.DeepEqual(attr.Clone(one), attr.Clone(two)) {
		t.Fatalf("first  %+v\nsecond %+v\n%s", one, two, report.Dump(out, two))
	}
	if fields, err := attr.Diff(s.make(), one, two); err != nil || len(fields) > 0 {
		t.Fatalf("differs from itself: %v, %v", fields, err)
	}
	return out
}

// checkUsed reads into a value that has held another message.
func checkUsed(t *testing.T, s *subject, b, want []byte) {
	t.Helper()
	used, _ := s.full(t, 0)
	if err := report.Decode(b, used); err != nil {
		t.Fatal(err)
	}
	if out, err := report.Append(nil, used); err != nil || !bytes.Equal(out, want) {
		t.Fatalf("a used value keeps something: %x, want %x, %v", out, want, err)
	}
}

// checkWritten writes a request, text and JSON of what was read.
func checkWritten(t *testing.T, s *subject, v attr.Struct) {
	t.Helper()
	b, err := scope.Append(nil, v)
	var e *attr.Error
	if err != nil && (!errors.As(err, &e) || e.Offset != -1 || e.Path == "") {
		t.Fatalf("%T: %v", err, err)
	}
	if err == nil {
		if err := scope.Decode(b, s.make()); err != nil {
			t.Fatalf("a request cannot be read: %v", err)
		}
	}
	_ = attr.Printer{}.Text(v)
	if _, err := json.Marshal(attr.Printer{}.Object(v)); err != nil {
		t.Fatal(err)
	}
}

// unknownOf returns the attributes of b that the list does not know, as they
// are to be kept, with their padding.
func unknownOf(b []byte, fields []attr.Field) (list [][]byte) {
	for b = b[headerLen(fields):]; len(b) > 0; {
		t, _, rest, err := attr.Cut(b)
		if err != nil {
			return list
		}
		if raw := b[:len(b)-len(rest)]; find(fields, t.Number()) == nil {
			list = append(list, append(bytes.Clone(raw), make([]byte, -len(raw)&3)...)) // the last may lack its padding
		}
		b = rest
	}
	return list
}

// TestGenerated runs the generator on random scripts, the same every time, and
// checks that it is a good one: that most of its messages can be read and that
// they hold every attribute of the lists.
func TestGenerated(t *testing.T) {
	rounds := 400
	if raceEnabled {
		rounds = 50 // the detector is slow, and the messages are the same
	}
	forAll(t, func(t *testing.T, s *subject) {
		fields := describe(t, s.make())
		r := rand.New(rand.NewPCG(1, 2))
		read, said := 0, map[attr.Type]bool{}
		for range rounds {
			script := make([]byte, r.IntN(400))
			for i := range script {
				script[i] = byte(r.Uint32())
			}
			g := generator{script: script}
			b := g.message(fields, 0)
			if report.Decode(b, s.make()) == nil {
				read++
				for n := range attr.All(b[headerLen(fields):]) {
					said[n] = true
				}
			}
			checkMessage(t, s, fields, b)
		}
		if read < rounds/2 {
			t.Errorf("only %d of %d messages can be read", read, rounds)
		}
		for _, f := range fields {
			if !f.Header && !said[f.Type] {
				t.Errorf("no message has %s", f.Name)
			}
		}
	})
}
