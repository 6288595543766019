package rtnl_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/iplink-go/iplink/internal/rtnl"
	"github.com/iplink-go/iplink/internal/rtnl/rtnltest"
)

// scripts is a dialer of scripted sockets that remembers them.
type scripts struct {
	mu     sync.Mutex
	dialed []*rtnltest.Script
	answer func(req rtnl.Message) ([]rtnltest.Datagram, error)
}

func (d *scripts) dial(context.Context) (rtnl.Transport, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	s := &rtnltest.Script{Port: uint32(len(d.dialed) + 1), Answer: d.answer}
	d.dialed = append(d.dialed, s)
	return s, nil
}

func (d *scripts) open() (n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, s := range d.dialed {
		if !s.Closed() {
			n++
		}
	}
	return n
}

func get(tb testing.TB, p *rtnl.Pool) *rtnl.Conn {
	tb.Helper()
	c, err := p.Get(context.Background())
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

func TestPoolReuses(t *testing.T) {
	var d scripts
	p := rtnl.Pool{Dial: d.dial}
	a, b := get(t, &p), get(t, &p)
	if a == b || len(d.dialed) != 2 {
		t.Fatal("one Conn handed out twice")
	}
	p.Put(a)
	p.Put(b)
	p.Put(nil)
	if get(t, &p) != b || get(t, &p) != a || len(d.dialed) != 2 {
		t.Error("idle Conns not reused, last one first")
	}
}

func TestPoolReplacesBroken(t *testing.T) {
	var d scripts
	p := rtnl.Pool{Dial: d.dial}
	c := get(t, &p)
	if _, err := c.Do(short(t), newRequest(rtnl.NewLink, rtnl.FlagAck), nil); !errors.Is(err, rtnl.ErrUnknownOutcome) {
		t.Fatal(err)
	}
	p.Put(c)
	if !d.dialed[0].Closed() {
		t.Error("broken Conn not closed")
	}
	if next := get(t, &p); next == c || next.Broken() || len(d.dialed) != 2 {
		t.Error("broken Conn not replaced")
	}
}

// An answer too large for the buffer fails once; the next Conn has room.
func TestPoolGrowsBuffers(t *testing.T) {
	d := scripts{answer: func(r rtnl.Message) ([]rtnltest.Datagram, error) {
		return datagrams{one(rtnltest.Reply(r, rtnl.NewLink, 0, make([]byte, 100<<10)))}, nil
	}}
	p := rtnl.Pool{Dial: d.dial}
	for i, want := range []error{rtnl.ErrTruncated, nil, nil} {
		c := get(t, &p)
		n := 0
		_, err := c.Do(t.Context(), newRequest(rtnl.GetLink, 0), func(m rtnl.Message) error {
			n = len(m.Payload)
			return nil
		})
		if !errors.Is(err, want) || want == nil && n != 100<<10 {
			t.Errorf("try %d: %v, %d bytes", i, err, n)
		}
		p.Put(c)
	}
}

func TestPoolBoundsIdle(t *testing.T) {
	var d scripts
	p := rtnl.Pool{Dial: d.dial}
	var cs []*rtnl.Conn
	for range 100 {
		cs = append(cs, get(t, &p))
	}
	for _, c := range cs {
		p.Put(c)
	}
	if n := d.open(); n == 0 || n > 20 {
		t.Errorf("%d idle Conns", n)
	}
}

func TestPoolClose(t *testing.T) {
	var d scripts
	p := rtnl.Pool{Dial: d.dial}
	idle, busy := get(t, &p), get(t, &p)
	p.Put(idle)
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	if !d.dialed[0].Closed() || d.dialed[1].Closed() {
		t.Error("Close must close the idle Conn and not the one in use")
	}
	if _, err := p.Get(t.Context()); err != rtnl.ErrClosed {
		t.Errorf("Get after Close: %v", err)
	}
	p.Put(busy)
	if d.open() != 0 {
		t.Error("Conn put back after Close is still open")
	}
	if err := p.Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}
}

func TestPoolDialFails(t *testing.T) {
	p := rtnl.Pool{Dial: func(context.Context) (rtnl.Transport, error) { return nil, errEach }}
	if _, err := p.Get(t.Context()); !errors.Is(err, errEach) {
		t.Error(err)
	}
}

// hammer runs exchanges from 32 goroutines and reports what f returns.
func hammer(t *testing.T, p *rtnl.Pool, rounds int, f func(c *rtnl.Conn, i int) error) {
	t.Helper()
	var wg sync.WaitGroup
	for range 32 {
		wg.Go(func() {
			for i := range rounds {
				c, err := p.Get(context.Background())
				if err != nil {
					t.Error(err)
					return
				}
				if err := f(c, i); err != nil {
					t.Error(err)
				}
				p.Put(c)
			}
		})
	}
	wg.Wait()
}

func TestPoolConcurrent(t *testing.T) {
	d := scripts{answer: func(r rtnl.Message) ([]rtnltest.Datagram, error) {
		return datagrams{one(rtnltest.Ack(r, 0))}, nil
	}}
	p := rtnl.Pool{Dial: d.dial}
	ctx := t.Context()
	hammer(t, &p, 50, func(c *rtnl.Conn, _ int) error {
		_, err := c.Do(ctx, newRequest(rtnl.NewLink, rtnl.FlagAck), nil)
		return err
	})
	if err := p.Close(); err != nil || d.open() != 0 {
		t.Errorf("%d left open, %v", d.open(), err)
	}
}
