package attr_test

import (
	"bytes"
	"testing"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/attrtest"
)

const raceEnabled = attrtest.Race

func shapeOf[T any, P interface {
	*T
	attr.Struct
}](header int) attrtest.Shape {
	return attrtest.Shape{
		New: func() attr.Struct { return P(new(T)) }, Header: header, Scope: scope,
		Choose: choose, Reasons: []error{attr.ErrRange},
	}
}

// choose puts the names that scope knows, and one that it does not, where a
// name chooses a layout.
func choose(f *attr.Field, how byte) string {
	switch f.Name {
	case "kind":
		return []string{"netkit", "gre", "other"}[how%3]
	case "data", "protinfo":
		f.Fields, _ = attr.Describe([]attr.Struct{new(netkit), new(gre)}[how%2])
	}
	return ""
}

var fuzzed = []attrtest.Shape{
	shapeOf[message](16), shapeOf[netkit](0), shapeOf[gre](0), shapeOf[peer](16), shapeOf[vf](0), shapeOf[compared](0),
	shapeOf[shown](0), shapeOf[ports](0), shapeOf[view](4), shapeOf[plain](0), shapeOf[cstruct](28), shapeOf[l13](0),
	shapeOf[l14](0), shapeOf[l16](0), shapeOf[l21](0), shapeOf[l23](0), shapeOf[l31](0), shapeOf[l37](0), shapeOf[lists](0),
	shapeOf[ledKept](0),
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
			b = s.Generate(t, b)
		}
		s.Check(t, b)
	})
}

func FuzzDump(f *testing.F) {
	f.Add(uint8(0), 20, dumped())
	f.Add(uint8(0), 0, []byte(tlv(18, tlv(1|nest, tlv(1|nest)))))
	for i := range fuzzed {
		f.Add(uint8(i), 4, []byte(tlv(1|nest, tlv(1, "gre\x00"), tlv(2, tlv(2, "a"), tlv(1, host(4, 5))))))
	}
	f.Fuzz(func(t *testing.T, which uint8, off int, b []byte) {
		s := fuzzed[int(which)%len(fuzzed)].New()
		for _, text := range []string{scope.Dump(b, s), attr.Dump(b, s), attr.Dump(b, nil)} {
			if len(text) > 32*len(b)+1024 {
				t.Errorf("%d bytes are shown in %d", len(b), len(text))
			}
		}
		_ = scope.PathAt(b, s, off)
	})
}

// TestGenerated runs the generator on random scripts.
func TestGenerated(t *testing.T) {
	for _, s := range fuzzed {
		s.TestGenerated(t, 200)
	}
}
