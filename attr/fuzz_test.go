package attr_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"reflect"
	"runtime"
	"slices"
	"testing"

	"github.com/iplink-go/iplink/attr"
)

// Random bytes are hardly ever attributes, so the input of FuzzDecode is
// either a message as it is, or a script from which a generator builds one
// with valid headers, numbers of the list and lengths that mostly fit.

// A shape is a struct that is fuzzed and the length of its header.
type shape struct {
	header int
	fresh  func() attr.Struct
}

func shapeOf[T any, P interface {
	*T
	attr.Struct
}](header int) shape {
	return shape{header, func() attr.Struct { return P(new(T)) }}
}

var fuzzed = []shape{
	shapeOf[message](16), shapeOf[netkit](0), shapeOf[gre](0), shapeOf[peer](16), shapeOf[vf](0), shapeOf[compared](0),
	shapeOf[shown](0), shapeOf[ports](0), shapeOf[view](4), shapeOf[plain](0), shapeOf[cstruct](28), shapeOf[l13](0),
	shapeOf[l14](0), shapeOf[l16](0), shapeOf[l21](0), shapeOf[l23](0), shapeOf[l31](0), shapeOf[l37](0),
}

// maxFuzzed keeps what is read below the 64 KiB that a nest can hold, also
// where it is written longer than it came.
const maxFuzzed = 4 << 10

func FuzzDecode(f *testing.F) {
	for i := range fuzzed {
		f.Add(uint8(i), true, []byte("\x00\x00\x01\x00\x02\x00\x03\x00\x04\x00\x05\x00\x06\x00\x07\x00\x08\x00"))
		f.Add(uint8(i), true, bytes.Repeat([]byte{9, 2, 1, 16, 0, 0, 255, 3}, 8))
		f.Add(uint8(i), false, []byte(tlv(1, host(4, 1))+tlv(300|nest, tlv(1, "a\x00"))))
	}
	f.Add(uint8(0), false, dumped())
	f.Add(uint8(0), false, []byte("\x07"+zeros(15)+tlv(26, tlv(2, host(2, 8)+host(2, 5)), tlv(2, host(2, 16)+host(2, 9)))))
	f.Fuzz(func(t *testing.T, which uint8, generate bool, b []byte) {
		if len(b) > maxFuzzed {
			return
		}
		s := fuzzed[int(which)%len(fuzzed)]
		if generate {
			b = s.generate(t, b)
		}
		s.check(t, b)
	})
}

func FuzzDump(f *testing.F) {
	f.Add(uint8(0), 20, dumped())
	f.Add(uint8(0), 0, []byte(tlv(18, tlv(1|nest, tlv(1|nest)))))
	for i := range fuzzed {
		f.Add(uint8(i), 4, []byte(tlv(1|nest, tlv(1, "gre\x00"), tlv(2, tlv(2, "a"), tlv(1, host(4, 5))))))
	}
	f.Fuzz(func(t *testing.T, which uint8, off int, b []byte) {
		s := fuzzed[int(which)%len(fuzzed)].fresh()
		for _, text := range []string{scope.Dump(b, s), attr.Dump(b, s), attr.Dump(b, nil)} {
			if len(text) > 32*len(b)+1024 {
				t.Errorf("%d bytes are shown in %d", len(b), len(text))
			}
		}
		_ = scope.PathAt(b, s, off)
	})
}

func described(t testing.TB, s attr.Struct) []attr.Field {
	t.Helper()
	fields, err := attr.Describe(s)
	if err != nil {
		t.Fatal(err)
	}
	return fields
}

// generate builds a message of the shape from a script.
func (s shape) generate(t testing.TB, script []byte) []byte {
	g := generator{script}
	return append(g.bytes(s.header), g.attributes(described(t, s.fresh()), 0)...)
}

// A generator builds messages from a script.
type generator struct{ script []byte }

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

// attributes builds attributes while there is script. Those of headers that
// the list describes are left out.
func (g *generator) attributes(fields []attr.Field, depth int) (b []byte) {
	fields = slices.DeleteFunc(slices.Clone(fields), func(f attr.Field) bool { return f.Header })
	for n := 0; len(g.script) > 0 && len(b) < maxFuzzed && (depth == 0 || n < 8); n++ {
		b = g.attribute(b, fields, depth)
	}
	return b
}

func (g *generator) attribute(b []byte, fields []attr.Field, depth int) []byte {
	pick, how := g.next(), g.next()
	if len(fields) == 0 || pick >= 240 {
		return attr.AppendBytes(b, 300+attr.Type(how), g.bytes(int(how%9)))
	}
	f := fields[int(pick)%len(fields)]
	if f.Alt != 0 && how&1 != 0 {
		f.Type, f.Size = f.Alt, 16
	}
	switch {
	case how >= 0xfc: // a length that hardly fits
		return attr.AppendBytes(b, f.Type, g.bytes(int(g.next()&15)))
	case f.Name == "kind":
		return attr.AppendString(b, f.Type, []string{"netkit", "gre", "other"}[how%3])
	case f.Name == "data" || f.Name == "protinfo":
		f.Fields, _ = attr.Describe([]attr.Struct{new(netkit), new(gre)}[how%2])
	}
	if f.Wire == attr.WireNest && depth < 5 {
		inner := append(g.bytes(headerLen(f.Fields)), g.attributes(f.Fields, depth+1)...)
		return attr.AppendBytes(b, f.Type|attr.Type(how&2)<<14, inner)
	}
	return attr.AppendBytes(b, f.Type, g.bytes(payloadLen(f, how)))
}

// payloadLen returns a length that fits the field.
func payloadLen(f attr.Field, how byte) int {
	switch f.Wire {
	case attr.WireStruct:
		if len(f.Fields) > 0 {
			return f.Size + int(how>>4&1)*4 // newer kernels' are longer
		}
	case attr.WireMAC:
		return []int{6, 4, 16, 20, 32, 0}[how%6]
	case attr.WireFlagU8:
		return int(how % 2)
	case attr.WirePort:
		return 1 + int(how%2)
	case attr.WireUint:
		return 4 + 4*int(how%2)
	case attr.WireArray:
		return 8 * int(how%5)
	case attr.WireString, attr.WireBinary:
		return int(how % 16)
	case attr.WireIPv4:
		if f.Size == 0 { // either
			return []int{4, 16}[how%2]
		}
	}
	return f.Size
}

// headerLen is how many bytes of a header the list describes.
func headerLen(fields []attr.Field) (n int) {
	for _, f := range fields {
		if f.Header {
			n = max(n, int(f.Type)+f.Size)
		}
	}
	return n
}

// check reads b and checks what must hold for any input.
func (s shape) check(t *testing.T, b []byte) {
	t.Helper()
	sc := report(0)
	input := bytes.Clone(b)
	one := s.fresh()
	before := allocated()
	err := sc.Decode(b, one)
	if n := allocated() - before; !raceEnabled && n > uint64(256*len(b)+1<<16) {
		t.Fatalf("reading %d bytes allocates %d", len(b), n)
	}
	if !bytes.Equal(b, input) {
		t.Fatal("the input has changed")
	}
	if err != nil {
		checkError(t, err, len(b))
		return
	}
	out := s.checkFixedPoint(t, sc, one)
	s.checkUnknown(t, input, out)
	clear(b)
	if again, _ := sc.Append(nil, one); !bytes.Equal(again, out) {
		t.Fatal("what was read changes with the input")
	}
	s.checkUsed(t, sc, input, out)
	s.checkWritten(t, one)
}

// allocated returns the bytes allocated so far.
func allocated() uint64 {
	var m runtime.MemStats
	if !raceEnabled {
		runtime.ReadMemStats(&m)
	}
	return m.TotalAlloc
}

func checkError(t *testing.T, err error, n int) {
	t.Helper()
	var e *attr.Error
	switch {
	case !errors.As(err, &e):
		t.Fatalf("%T: %v", err, err)
	case e.Offset < 0 || e.Offset > max(n-1, 0):
		t.Fatalf("offset %d of %d bytes: %v", e.Offset, n, err)
	case !errors.Is(err, attr.ErrTruncated) && !errors.Is(err, attr.ErrLength) && !errors.Is(err, attr.ErrRange):
		t.Fatalf("unexpected reason: %v", err)
	}
}

// checkFixedPoint writes what was read and reads it again.
func (s shape) checkFixedPoint(t *testing.T, sc attr.Scope, one attr.Struct) []byte {
	t.Helper()
	out, err := sc.Append(nil, one)
	if err != nil {
		t.Fatalf("what was read cannot be written: %v", err)
	}
	two := s.fresh()
	if err := sc.Decode(out, two); err != nil {
		t.Fatalf("what was written cannot be read: %v\n%s", err, sc.Dump(out, two))
	}
	// Clones, because a list that is empty may be nil or not.
	if !reflect.DeepEqual(attr.Clone(one), attr.Clone(two)) {
		t.Fatalf("first  %+v\nsecond %+v\n%s", one, two, sc.Dump(out, two))
	}
	if fields, err := attr.Diff(s.fresh(), one, two); err != nil || len(fields) > 0 {
		t.Fatalf("differs from itself: %v, %v", fields, err)
	}
	return out
}

// checkUnknown wants every attribute of b that the list does not know in out,
// in order.
func (s shape) checkUnknown(t *testing.T, b, out []byte) {
	t.Helper()
	if v := reflect.ValueOf(s.fresh()).Elem().FieldByName("Unknown"); !v.IsValid() {
		return // the list has no Rest
	}
	fields := described(t, s.fresh())
	for b = b[s.header:]; len(b) > 0; {
		typ, _, rest, err := attr.Cut(b)
		if err != nil {
			t.Fatal(err)
		}
		raw := b[:len(b)-len(rest)]
		if b = rest; knows(fields, typ.Number()) {
			continue
		}
		_, after, ok := bytes.Cut(out, raw)
		if !ok {
			t.Fatalf("an unknown attribute is lost: %x is not in %x", raw, out)
		}
		out = after
	}
}

func knows(fields []attr.Field, t attr.Type) bool {
	return slices.ContainsFunc(fields, func(f attr.Field) bool {
		return !f.Header && (f.Type == t || f.Alt != 0 && f.Alt == t)
	})
}

// checkUsed reads into a value that has held another message.
func (s shape) checkUsed(t *testing.T, sc attr.Scope, b, want []byte) {
	t.Helper()
	used := s.fresh()
	r := rand.New(rand.NewPCG(3, 4))
	for range 4 {
		_ = sc.Decode(s.generate(t, script(r, 300)), used) // errors leave something too
	}
	if err := sc.Decode(b, used); err != nil {
		t.Fatal(err)
	}
	if out, err := sc.Append(nil, used); err != nil || !bytes.Equal(out, want) {
		t.Fatalf("a used value keeps something: %x, want %x, %v", out, want, err)
	}
	attr.Reset(used)
	if !attr.IsZero(used) {
		t.Fatalf("reset leaves %+v", used)
	}
}

func script(r *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

// checkWritten writes a request, text and JSON of what was read.
func (s shape) checkWritten(t *testing.T, v attr.Struct) {
	t.Helper()
	b, err := scope.Append(nil, v)
	var e *attr.Error
	if err != nil && (!errors.As(err, &e) || e.Offset != -1 || e.Path == "") {
		t.Fatalf("%T: %v", err, err)
	}
	if err == nil {
		if err := scope.Decode(b, s.fresh()); err != nil {
			t.Fatalf("a request cannot be read: %v", err)
		}
	}
	_ = attr.Printer{}.Text(v)
	if _, err := json.Marshal(attr.Printer{}.Object(v)); err != nil {
		t.Fatal(err)
	}
}

// TestGenerated runs the generator on random scripts, the same every time, and
// checks that most of its messages can be read.
func TestGenerated(t *testing.T) {
	const rounds = 200
	r := rand.New(rand.NewPCG(1, 2))
	for _, s := range fuzzed {
		read := 0
		for range rounds {
			b := s.generate(t, script(r, r.IntN(300)))
			if report(0).Decode(b, s.fresh()) == nil {
				read++
			}
			s.check(t, b)
		}
		if read < rounds/2 {
			t.Errorf("%T: only %d of %d messages can be read", s.fresh(), read, rounds)
		}
	}
}
