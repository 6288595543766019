package kind_test

import (
	"bytes"
	"testing"

	"github.com/iplink-go/iplink/internal/attrtest"
	"github.com/iplink-go/iplink/internal/golden"
)

const raceEnabled = attrtest.Race

// maxInput keeps nests below the 64 KiB that an attribute can hold, also after
// padding.
const maxInput = 16 << 10

// shape returns what is generated and checked of a subject.
func (s *subject) shape(t testing.TB) *attrtest.Shape {
	_, full := s.full(t, 0)
	return &attrtest.Shape{New: s.make, Header: headerLen(describe(t, s.make())), Scope: scope, Used: full}
}

func FuzzKinds(f *testing.F) {
	list := subjects()
	index := map[string]uint8{}
	var shapes []*attrtest.Shape
	for i, s := range list {
		index[s.kind] = uint8(i)
		shapes = append(shapes, s.shape(f))
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
		s := shapes[int(which)%len(shapes)]
		if generate {
			b = s.Generate(t, b)
		}
		s.Check(t, b)
	})
}

// TestGenerated runs the generator on random scripts.
func TestGenerated(t *testing.T) {
	rounds := 400
	if raceEnabled {
		rounds = 50 // the detector is slow, and the messages are the same
	}
	forAll(t, func(t *testing.T, s *subject) { s.shape(t).TestGenerated(t, rounds) })
}
