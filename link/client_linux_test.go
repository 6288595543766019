package link_test

import (
	"context"
	"testing"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/testns"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/link"
)

func open(t *testing.T) (*link.Client, context.Context) {
	t.Helper()
	c, err := link.Open(link.Config{NetNS: testns.New(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c, t.Context()
}

func TestSmoke(t *testing.T) {
	c, ctx := open(t)
	l, err := c.Create(ctx, link.Spec{Name: "v0", MTU: attr.U32(1400), Up: attr.On, Alias: attr.Some("hi"), AltNames: []string{"alt-one"},
		Kind: &kind.Veth{Peer: attr.Some(kind.Peer{Name: "v1", Up: attr.On})}})
	if err != nil {
		t.Fatal(err)
	}
	t.Log(l)
	br, err := c.Create(ctx, link.Spec{Name: "br0", MTU: attr.U32(1300), Kind: &kind.Bridge{}})
	if err != nil {
		t.Fatal(err)
	}
	t.Log(br)
	l, err = c.Change(ctx, link.Name("v0"), link.Spec{Master: link.Name("br0"), Port: &kind.BridgePort{Cost: attr.U32(77)}, MTU: attr.U32(9000), Name: "w0"})
	if err != nil {
		t.Fatal(err)
	}
	t.Log(l)
	_, err = c.Change(ctx, link.Name("w0"), link.Spec{MTU: attr.U32(70000)})
	t.Log(err)
	_, err = c.Change(ctx, link.Name("w0"), link.Spec{Group: attr.U32(7), Name: "br0"})
	t.Log(err)
	_, err = c.Create(ctx, link.Spec{Name: "br0", Kind: &kind.Bridge{}})
	t.Log(err)
	_, err = c.Create(ctx, link.Spec{Name: "d0", Kind: &kind.Dummy{}})
	t.Log(err)
	ls, err := c.List(ctx, link.Filter{Include: link.WithStats})
	if err != nil {
		t.Fatal(err)
	}
	t.Log(ls)
	for i := range ls {
		s := ls.Spec(ls[i].Ref())
		if _, err := c.Change(ctx, ls[i].Ref(), *s); err != nil {
			t.Error(err)
		}
	}
	if err := c.Delete(ctx, link.Name("w0")); err != nil {
		t.Fatal(err)
	}
	t.Log(c.Delete(ctx, link.Name("w0")), c.Delete(ctx, link.Name("lo")))
}
