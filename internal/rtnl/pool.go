package rtnl

import (
	"context"
	"errors"
	"sync"
)

// maxIdle is how many unused Conns a Pool keeps. Each costs a file descriptor
// and 64 KiB. Making links is serialised in the kernel, so more than a few
// exchanges at a time gain nothing; the surplus of a burst is closed.
const maxIdle = 16

// A Pool hands out Conns and takes them back. It is safe for concurrent use.
// Set Dial, and Trace if wanted, before the first use.
type Pool struct {
	// Dial opens a Transport for a new Conn.
	Dial func(ctx context.Context) (Transport, error)
	// Trace, if not nil, is called with every message of every Conn, by
	// several goroutines at once; see [NewConn].
	Trace func(Direction, Message)

	mu     sync.Mutex
	idle   []*Conn
	size   int // of the buffers of new Conns, once bufferSize was too small
	closed bool
}

// Get returns an idle Conn or else a new one. Give it back with [Pool.Put]. The
// error is [ErrClosed] or comes from Dial.
func (p *Pool) Get(ctx context.Context) (*Conn, error) {
	c, size, err := p.take()
	if c != nil || err != nil {
		return c, err
	}
	t, err := p.Dial(ctx)
	if err != nil {
		return nil, err
	}
	// If the Pool has been closed meanwhile, Put closes this Conn.
	return newConn(t, p.Trace, size), nil
}

// take returns the Conn that was used last, which is most likely still in the
// processor's caches, or no Conn and the buffer size for a new one.
func (p *Pool) take() (*Conn, int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, 0, ErrClosed
	}
	n := len(p.idle) - 1
	if n < 0 {
		return nil, max(p.size, bufferSize), nil
	}
	c := p.idle[n]
	p.idle[n] = nil
	p.idle = p.idle[:n]
	return c, 0, nil
}

// Put takes back a Conn, which the caller must not use any more. A broken one
// is closed, also one too many, and any once the Pool is closed.
func (p *Pool) Put(c *Conn) {
	if c == nil || p.keep(c) {
		return
	}
	// The answer has been read or given up: nothing depends on this error.
	_ = c.Close()
}

func (p *Pool) keep(c *Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.size = max(p.size, c.need)
	if p.closed || c.Broken() || len(p.idle) == maxIdle {
		return false
	}
	p.idle = append(p.idle, c)
	return true
}

// Close closes the idle Conns; those in use are closed when they are put back.
// From now on Get returns [ErrClosed]. Closing again does nothing.
func (p *Pool) Close() error {
	p.mu.Lock()
	idle := p.idle
	p.idle, p.closed = nil, true
	p.mu.Unlock()

	var errs []error
	for _, c := range idle {
		errs = append(errs, c.Close())
	}
	return errors.Join(errs...)
}
