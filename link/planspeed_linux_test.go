package link_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/link"
)

// TestPruneSpeed removes pairs by one plan, and by one call for each.
func TestPruneSpeed(t *testing.T) {
	pairs := 100
	if full {
		pairs = 1000
	}
	b := newBox(t)
	const group = 4242
	prepare := func() []link.Ref {
		var out []link.Ref
		for i := range pairs {
			out = append(out, b.prepare(link.Spec{Name: fmt.Sprint("a", i), Group: attr.U32(group), Kind: veth(kind.Peer{Name: fmt.Sprint("b", i), Group: attr.U32(group)})}).Ref())
		}
		return out
	}
	few := prepare()
	start := time.Now()
	for _, l := range few[:100] {
		if err := b.plain.Delete(b.ctx, l); err != nil {
			t.Fatal(err)
		}
	}
	single := time.Since(start) / 100
	if err := b.plain.DeleteMany(b.ctx, few[100:]...); err != nil {
		t.Fatal(err)
	}
	prepare()
	start = time.Now()
	res, err := b.plain.Ensure(b.ctx, link.State{Owner: link.Owner{Group: group, Prune: true}})
	together := time.Since(start)
	if err != nil {
		t.Fatal(err)
	}
	if left := b.names(); len(left) > 0 || len(res.Steps) != 1 {
		t.Errorf("%d steps, left over: %q", len(res.Steps), left)
	}
	each := together / time.Duration(pairs)
	t.Logf("%d veth pairs: by one plan %v, %v each in %d messages; one by one %v each, measured on 100; ratio %.1f",
		pairs, together.Round(time.Millisecond), each.Round(time.Microsecond), res.Messages, single.Round(time.Microsecond), float64(single)/float64(each))
	if 2*each > single && !emulated {
		t.Error("together is not twice as fast")
	}
}
