package attrtest

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/iplink-go/iplink/attr"
)

// pair is a list with a nest in it.
type pair struct{ Inner attr.Opt[number] }

type number struct{ V attr.Opt[uint16] }

func (p *pair) Fields(c *attr.Codec)   { attr.Nest(c, 1, "inner", &p.Inner) }
func (n *number) Fields(c *attr.Codec) { attr.Uint16(c, 2, "v", &n.V) }

var message = attr.AppendBytes(attr.AppendBytes(nil, 1, attr.AppendUint16(nil, 2, 0x0101)), 9, nil)

func TestCuts(t *testing.T) {
	n := 0
	for b := range Cuts(message) {
		if len(b) != n || cap(b) != n || !bytes.HasPrefix(message, b) {
			t.Errorf("cut %d: %x, capacity %d", n, b, cap(b))
		}
		n++
	}
	if n != len(message) {
		t.Errorf("%d cuts of %d bytes", n, len(message))
	}
}

func TestSites(t *testing.T) {
	const want = "[{0 12 /inner false} {4 6 /inner/v false} {12 4 /? false}]"
	sites := Sites(t, message, Describe(t, new(pair)))
	if got := fmt.Sprint(sites); got != want {
		t.Fatalf("got %s, want %s", got, want)
	}
	lengths := 0
	for n, b := range sites[1].WrongLengths(message) {
		if v, _ := attr.ReadUint16(b[4:]); v != uint16(n) || len(b) != len(message) || cap(b) != len(b) {
			t.Errorf("length %d: %x", n, b)
		}
		lengths++
	}
	var ends []int
	for n, pair := range sites[1].Paddings(message) {
		end := 4 + n
		if a, b := pair[0], pair[1]; !bytes.Equal(a[:end], b[:end]) || !bytes.Equal(a[12:], b[12:]) || end < 12 && a[end] == b[end] {
			t.Errorf("length %d: %x and %x", n, a, b)
		}
		ends = append(ends, n)
	}
	if lengths < 8 || fmt.Sprint(ends) != "[5 6]" {
		t.Errorf("%d wrong lengths, paddings after %v", lengths, ends)
	}
}

var sink []byte

// TestAllocated checks both measures. The quick one may count what others have
// allocated before.
func TestAllocated(t *testing.T) {
	const n = 1 << 20
	before := allocated()
	if got := Allocated(func() { sink = make([]byte, n) }); got < n || got > n+1<<16 {
		t.Errorf("%d bytes allocated, want %d", got, n)
	}
	if got := allocated() - before; got < n {
		t.Errorf("about %d bytes allocated, want %d", got, n)
	}
}
