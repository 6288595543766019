package attrtest

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/iplink-go/iplink/attr"
)

// Random bytes are hardly ever attributes, and mutated messages hardly ever
// have the lengths that a list wants. So the input of a fuzz target is either a
// message as it is, or a script from which a generator builds one with valid
// headers, numbers of the list and lengths that mostly fit. A change of what a
// script means makes corpora worthless.

// UnknownType is the first of 256 numbers that no list claims.
const UnknownType attr.Type = 300

const (
	// maxGenerated keeps what is read below the 64 KiB that a nest can hold,
	// also where it is written longer than it came.
	maxGenerated = 4 << 10
	maxDepth     = 5 // of nests
	maxNested    = 8 // attributes in one
)

// Generate builds a message of the shape from a script.
func (s *Shape) Generate(t testing.TB, script []byte) []byte {
	g := generator{s, script}
	return append(g.bytes(s.Header), g.attributes(Describe(t, s.New()), 0)...)
}

// Script returns a random script of n bytes.
func Script(r *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

type generator struct {
	*Shape
	script []byte
}

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

// attributes builds attributes while there is script. Those of headers that
// the list describes are left out.
func (g *generator) attributes(fields []attr.Field, depth int) (b []byte) {
	fields = slices.DeleteFunc(slices.Clone(fields), func(f attr.Field) bool { return f.Header })
	for n := 0; len(g.script) > 0 && len(b) < maxGenerated && (depth == 0 || n < maxNested); n++ {
		b = g.attribute(b, fields, depth)
	}
	return b
}

func (g *generator) attribute(b []byte, fields []attr.Field, depth int) []byte {
	pick, how := g.next(), g.next()
	if len(fields) == 0 || pick >= 240 {
		return attr.AppendBytes(b, UnknownType+attr.Type(how), g.bytes(int(how%9)))
	}
	f := fields[int(pick)%len(fields)]
	if f.Alt != 0 && how&1 != 0 {
		f.Type, f.Size = f.Alt, 16
	}
	if how >= 0xfc { // a length that hardly fits
		return attr.AppendBytes(b, f.Type, g.bytes(int(g.next()&15)))
	}
	if g.Choose != nil {
		if name := g.Choose(&f, how); name != "" {
			return attr.AppendString(b, f.Type, name)
		}
	}
	if f.Wire == attr.WireNest && depth < maxDepth {
		inner := append(g.bytes(HeaderLen(f.Fields)), g.attributes(f.Fields, depth+1)...)
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

// TestGenerated generates messages from random scripts, the same every time,
// and checks each. At least half must be readable.
func (s *Shape) TestGenerated(t *testing.T, rounds int) {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	fields := Describe(t, s.New())
	read, said := 0, map[attr.Type]bool{}
	for range rounds {
		b := s.Generate(t, Script(r, r.IntN(400)))
		if s.report().Decode(b, s.New()) == nil {
			read++
			for n := range attr.All(b[s.Header:]) {
				said[n] = true
			}
		}
		s.Check(t, b)
	}
	// One wrong length spoils a message, and a short list of attributes or one
	// with arrays in it has many chances.
	if read < rounds/5 {
		t.Errorf("%T: only %d of %d messages can be read", s.New(), read, rounds)
	}
	for _, f := range fields {
		if !f.Header && !said[f.Type] {
			t.Errorf("%T: no message has %s", s.New(), f.Name)
		}
	}
}
