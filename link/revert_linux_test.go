package link_test

import (
	"errors"
	"testing"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/link"
)

// stubborn is a bridge that is never as it was.
type stubborn struct{ kind.Bridge }

func (s *stubborn) Revert(kind.Kind) kind.Kind {
	return &stubborn{kind.Bridge{Priority: attr.U16(9)}}
}

// TestRevertEnds wants to hear of a change that cannot be taken back.
func TestRevertEnds(t *testing.T) {
	b := newBox(t)
	b.stage()
	c := openWith(t, link.Config{NetNS: b.ns, Kinds: kind.Registry{Kinds: func(name string) kind.Kind {
		if name == "bridge" {
			return new(stubborn)
		}
		return nil
	}}}, nil)
	_, err := c.Change(b.ctx, link.Name("br1"), link.Spec{Name: "v1", Kind: &stubborn{kind.Bridge{Priority: attr.U16(8)}}})
	var tx *link.TxError
	if !errors.As(err, &tx) || len(tx.Failed) != 1 || !errors.Is(tx.Failed[0], link.ErrVerify) {
		t.Errorf("%v", err)
	}
}

// TestRevert fails a change after its command to a list has been carried out:
// the list must be as before, empty ones too.
func TestRevert(t *testing.T) {
	one, two := attr.MustParseHWAddr("02:00:00:00:00:01"), attr.MustParseHWAddr("02:00:00:00:00:02")
	for name, tt := range map[string]struct {
		had    []attr.HWAddr
		change kind.Macvlan
	}{
		"add to none":  {nil, kind.Macvlan{MACCommand: attr.Some(kind.MACAdd), MAC: one}},
		"add to one":   {[]attr.HWAddr{two}, kind.Macvlan{MACCommand: attr.Some(kind.MACAdd), MAC: one}},
		"flush":        {[]attr.HWAddr{one, two}, kind.Macvlan{MACCommand: attr.Some(kind.MACFlush)}},
		"replace":      {[]attr.HWAddr{one}, kind.Macvlan{MACs: []attr.HWAddr{two}}},
		"replace none": {nil, kind.Macvlan{MACs: []attr.HWAddr{two}}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBox(t)
			b.pair()
			if _, err := b.c.Create(b.ctx, link.Spec{Name: "m0", Lower: link.Name("v0"),
				Kind: &kind.Macvlan{Mode: attr.Some(kind.MacvlanSource), MACs: tt.had}}); err != nil {
				t.Fatal(err)
			}
			// The name is taken, which only the kernel finds out.
			_, err := b.c.Change(b.ctx, link.Name("m0"), link.Spec{Name: "v1", Kind: &tt.change})
			if err == nil {
				t.Fatal("no error")
			}
			l, err := b.c.Get(b.ctx, link.Name("m0"))
			if err != nil {
				t.Fatal(err)
			}
			if got := l.Kind.(*kind.Macvlan).MACs; !attr.SameSet(got, tt.had) {
				t.Errorf("addresses are %v, were %v", got, tt.had)
			}
		})
	}
}
