package link_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/rtnl"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/link"
)

// Reading one link and many.

// names returns the names of links.
func names(links link.Links) (out []string) {
	for i := range links {
		out = append(out, links[i].Name)
	}
	slices.Sort(out)
	return out
}

// TestFilters lists by kind and master, with List and All.
func TestFilters(t *testing.T) {
	b := newBox(t)
	b.stage()
	br0, br1 := b.get("br0"), b.get("br1")
	tests := []struct {
		name string
		f    link.Filter
		want string
	}{
		{"bridges", link.Filter{Kind: "bridge"}, "br0 br1"},
		{"pairs", link.Filter{Kind: "veth"}, "v0 v1 x0 x1"},
		{"a kind without links", link.Filter{Kind: "vxlan"}, ""},
		{"a kind that the kernel does not know", link.Filter{Kind: "iplink_none"}, ""},
		{"ports by name", link.Filter{Master: link.Name("br0")}, "v0"},
		{"ports by index", link.Filter{Master: br1.Ref()}, "x0"},
		{"ports of what has none", link.Filter{Master: link.Name("v0")}, ""},
		{"ports of an index that is free", link.Filter{Master: link.Index(9999)}, ""},
		{"pairs that are ports", link.Filter{Kind: "veth", Master: br0.Ref()}, "v0"},
		{"pairs that are no ports", link.Filter{Kind: "veth", Master: link.None}, "v1 x1"},
		{"none that are ports", link.Filter{Kind: "bridge", Master: link.None}, "br0 br1"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			links := must[link.Links](t)(b.c.List(b.ctx, test.f))
			if got := strings.Join(names(links), " "); got != test.want {
				t.Errorf("list: %q, want %q", got, test.want)
			}
			var all link.Links
			for l, err := range b.c.All(b.ctx, test.f) {
				if err != nil {
					t.Fatal(err)
				}
				all = append(all, *l.Clone())
			}
			if got := strings.Join(names(all), " "); got != test.want {
				t.Errorf("all: %q, want %q", got, test.want)
			}
		})
	}
	_, err := b.c.List(b.ctx, link.Filter{Master: link.Name("nobody")})
	wantError(t, err, "nobody", link.ErrNotExist)
	_, err = b.c.List(b.ctx, link.Filter{Kind: strings.Repeat("k", 64)})
	wantError(t, err, "at most 63", attr.ErrValue)
	if links := must[link.Links](t)(b.c.List(b.ctx, link.Filter{Master: link.None})); links.ByName("lo") == nil || links.ByName("v0") != nil {
		t.Errorf("without master: %q", names(links))
	}
}

// TestGet finds links by all their names.
func TestGet(t *testing.T) {
	b := newBox(t)
	b.pair()
	long := strings.Repeat("n", 127)
	b.change("v0", link.Spec{AltNames: []string{"a", "fifteen--------", "sixteen---------", long}})
	want := b.get("v0")
	for _, r := range []link.Ref{link.Index(want.Index), link.Name("v0"), link.Name("a"), link.Name("fifteen--------"), link.Name("sixteen---------"), link.Name(long)} {
		b.tap.reset(nil)
		l, err := b.c.Get(b.ctx, r)
		if err != nil || l.Index != want.Index || l.Name != "v0" {
			t.Errorf("%s: %v, %v", r, l, err)
		}
		if sent := b.tap.requests(); len(sent) != 1 || sent[0].Flags&rtnl.FlagDump == rtnl.FlagDump {
			t.Errorf("%s: %d requests", r, len(sent))
		}
	}
	for _, r := range []link.Ref{link.Index(9999), link.Name("nobody"), link.Name(strings.Repeat("m", 127))} {
		_, err := b.c.Get(b.ctx, r)
		wantError(t, err, r.String(), link.ErrNotExist, fs.ErrNotExist)
	}
	for _, r := range []link.Ref{{}, link.None, link.Name(strings.Repeat("m", 128)), link.Name("a\x00b")} {
		b.tap.reset(nil)
		if _, err := b.c.Get(b.ctx, r); err == nil || len(b.tap.requests()) != 0 {
			t.Errorf("%q: %v, %d requests", r, err, len(b.tap.requests()))
		}
	}
}

// TestInclude reports counters only if they are asked for.
func TestInclude(t *testing.T) {
	b := newBox(t)
	b.pair()
	if l := b.get("v0"); l.Stats.IsSet() || l.Stats32.IsSet() || len(l.IPv6.Stats) > 0 || len(l.IPv6.ICMPStats) > 0 {
		t.Error("statistics without being asked for")
	}
	l := b.get("v0", link.WithStats)
	if !l.Stats.IsSet() || !l.Stats32.IsSet() {
		t.Error("no statistics")
	}
	links := must[link.Links](t)(b.c.List(b.ctx, link.Filter{Include: link.WithStats | link.WithVFs}))
	text := links.String()
	for _, want := range []string{"v0@v1: <BROADCAST,MULTICAST,M-DOWN>", "RX:", "TX:", "minmtu 68", "veth", "lo: <LOOPBACK>"} {
		if !strings.Contains(text, want) {
			t.Errorf("the list does not show %q:\n%s", want, text)
		}
	}
	for i := range links {
		if !links[i].Stats.IsSet() {
			t.Errorf("%s: no statistics", links[i].Name)
		}
	}
}

// TestGetInsideAll asks and changes inside the loop over all links.
func TestGetInsideAll(t *testing.T) {
	b := newBox(t)
	for i := range 50 {
		b.prepare(link.Spec{Name: fmt.Sprintf("i%d", i), Kind: &kind.IFB{}})
	}
	n := 0
	var again link.Link
	for l, err := range b.c.All(b.ctx, link.Filter{Kind: "ifb"}) {
		if err != nil {
			t.Fatal(err)
		}
		if err := b.c.GetInto(b.ctx, l.Ref(), &again); err != nil || again.Name != l.Name {
			t.Errorf("%s: %v", l.Name, err)
		}
		if _, err := b.c.Change(b.ctx, l.Ref(), link.Spec{Group: attr.U32(7)}); err != nil {
			t.Error(err)
		}
		n++
	}
	if n != 50 {
		t.Errorf("%d links", n)
	}
}

// A churn lets a link come and go in the middle of dumps, as long as rounds are
// left: after the first part, when the kernel has the second one ready and not
// yet the third.
type churn struct {
	rtnl.Transport
	b       *box
	rounds  *int
	dumping bool
}

func (c *churn) Send(ctx context.Context, b []byte) error {
	for m, err := range rtnl.Messages(b) {
		c.dumping = err == nil && m.Type == rtnl.GetLink && m.Flags&rtnl.FlagDump == rtnl.FlagDump
	}
	return c.Transport.Send(ctx, b)
}

func (c *churn) Receive(ctx context.Context, buf []byte) (int, uint32, error) {
	n, from, err := c.Transport.Receive(ctx, buf)
	if c.dumping && err == nil && *c.rounds > 0 {
		*c.rounds--
		c.dumping = false
		c.b.prepare(link.Spec{Name: "churn", Kind: &kind.IFB{}})
		if err := c.b.plain.Delete(ctx, link.Name("churn")); err != nil {
			c.b.t.Error(err)
		}
	}
	return n, from, err
}

// TestInterrupted lists while links come and go.
func TestInterrupted(t *testing.T) {
	b := newBox(t)
	const count = 300 // more than a few parts of a dump
	for i := range count {
		b.prepare(link.Spec{Name: fmt.Sprintf("i%d", i), Kind: &kind.IFB{}})
	}
	listed := func(t *testing.T, links link.Links) {
		t.Helper()
		for i := range count {
			if links.ByName(fmt.Sprintf("i%d", i)) == nil {
				t.Errorf("%d links, without i%d", len(links), i)
				return
			}
		}
	}
	for _, test := range []struct {
		name            string
		retries, rounds int
		complete        bool
	}{
		{"never tried again", -1, 1, false}, {"tried again", 0, 1, true}, {"tried for the last time", 0, 8, true}, {"tried too often", 0, 9, false},
		{"tried three times of three", 3, 3, true}, {"tried four times of three", 3, 4, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			b.t = t
			rounds := test.rounds
			wrap := func(t rtnl.Transport) rtnl.Transport { return &churn{Transport: t, b: b, rounds: &rounds} }
			c := openWith(t, link.Config{NetNS: b.ns, ListRetries: test.retries}, wrap)
			links, err := c.List(b.ctx, link.Filter{})
			if rounds != 0 || (err == nil) != test.complete || err != nil && !errors.Is(err, link.ErrInterrupted) {
				t.Errorf("%d more interruptions to come, %v", rounds, err)
			}
			listed(t, links)
			if rounds = 1; test.complete {
				rounds = 0
			}
			links, last := nil, error(nil)
			for l, err := range c.All(b.ctx, link.Filter{}) {
				if last = err; err == nil {
					links = append(links, *l.Clone())
				}
			}
			if (last == nil) != test.complete || last != nil && !errors.Is(last, link.ErrInterrupted) {
				t.Errorf("all: %v", last)
			}
			listed(t, links)
		})
	}
}
