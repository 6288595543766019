package link_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/link"
)

// What a failed operation says of what had taken effect.

// TestTxErrorSteps fails operations with and without an effect: a step that
// was carried out and found wrong had one, one that the kernel refused had
// none, and the link is called what it is called when all is over.
func TestTxErrorSteps(t *testing.T) {
	lo := link.Index(1) // takes no ports
	tests := []struct {
		name   string
		do     func(b *box) error
		link   string
		is     error
		done   []string
		undone []string // nil for the error without a TxError
	}{
		{"created and found wrong", func(b *box) error {
			_, err := b.c.Create(b.ctx, link.Spec{Name: "x0", Kind: veth(kind.Peer{Name: "x1", Index: 4711})})
			return err
		}, "x0", link.ErrVerify, []string{"create veth x0"}, []string{"create veth x0"}},
		{"refused at once", func(b *box) error {
			_, err := b.c.Change(b.ctx, link.Name("v0"), link.Spec{Master: lo})
			return err
		}, "v0", link.ErrNotSupported, nil, nil},
		{"renamed, then refused", func(b *box) error {
			_, err := b.c.Change(b.ctx, link.Name("v0"), link.Spec{Name: "zzz", Master: lo})
			return err
		}, "v0", link.ErrNotSupported, []string{"set v0 name zzz"}, []string{"set v0 name zzz"}},
		{"created, then refused", func(b *box) error {
			_, err := b.c.Create(b.ctx, link.Spec{Name: "x0", Kind: &kind.IFB{}, AltNames: []string{"x", "v0"}})
			return err
		}, "x0", link.ErrExist, []string{"create ifb x0", "add altname x to x0"}, []string{"add altname x to x0", "create ifb x0"}},
		{"refused at creation", func(b *box) error {
			_, err := b.c.Create(b.ctx, link.Spec{Name: "x0", Kind: &kind.IFB{}, MTU: attr.U32(1 << 31)})
			return err
		}, "x0", link.ErrInvalid, nil, nil},
		{"set, then renamed and refused", func(b *box) error {
			_, err := b.c.Change(b.ctx, link.Name("v0"), link.Spec{Name: "zzz", Alias: attr.Some("a"), Master: lo})
			return err
		}, "v0", link.ErrNotSupported, []string{"set v0 alias a", "set v0 name zzz"}, []string{"set v0 name zzz", "set v0 alias a"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := newBox(t)
			b.t = t
			b.pair()
			was := b.snapshot()
			err := test.do(b)
			if !errors.Is(err, test.is) {
				t.Fatalf("%v is not %v", err, test.is)
			}
			if e, ok := errors.AsType[*link.Error](err); !ok || e.Link != test.link {
				t.Errorf("%v is of %q, want %q", err, e.Link, test.link)
			}
			tx, ok := errors.AsType[*link.TxError](err)
			if ok != (test.undone != nil) {
				t.Fatalf("TxError %v: %v", ok, err)
			}
			if test.undone != nil && (!slices.Equal(tx.Done, test.done) || !slices.Equal(tx.Undone, test.undone)) {
				t.Errorf("done %q, undone %q", tx.Done, tx.Undone)
			}
			t.Log(err)
			b.unchanged(was)
		})
	}
}
