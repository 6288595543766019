package link

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"runtime"
	"strings"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/rtnl"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/nsutil"
)

// A place is a network namespace as this client reaches it: sockets in it,
// and a handle by which more can be opened and other requests can name it.
type place struct {
	client *Client
	ns     *nsutil.Namespace // nil only where the system shows none
	pool   rtnl.Pool
	wrap   func(rtnl.Transport) rtnl.Transport
}

// newPlace returns the place of ns, with a handle of its own; nil is the
// namespace of the calling thread.
func (c *Client) newPlace(ns *nsutil.Namespace, wrap func(rtnl.Transport) rtnl.Transport) (*place, error) {
	p := &place{client: c, wrap: wrap}
	var err error
	if ns == nil {
		p.ns, err = nsutil.Current()
		if errors.Is(err, fs.ErrNotExist) { // no /proc: the current one can still be used
			p.ns, err = nil, nil
		}
	} else {
		p.ns, err = ns.Clone()
	}
	if err != nil {
		return nil, err
	}
	p.pool.Dial = p.dial
	if c.cfg.Logger != nil {
		p.pool.Trace = p.trace
	}
	return p, nil
}

func (p *place) close() error {
	err := p.pool.Close()
	if p.ns == nil {
		return err
	}
	return errors.Join(err, p.ns.Close())
}

// dial opens a socket that is born in the namespace.
func (p *place) dial(context.Context) (rtnl.Transport, error) {
	var t rtnl.Transport
	err := p.inside(func() (err error) {
		t, err = rtnl.Dial(rtnl.Config{NetNS: -1})
		return err
	})
	if err != nil {
		return nil, err
	}
	if p.wrap != nil {
		t = p.wrap(t)
	}
	return t, nil
}

// inside runs f on a thread in the namespace, which f must not leave. Entering
// one needs privilege, so a thread that is there already does not.
func (p *place) inside(f func() error) error {
	runtime.LockOSThread() // isHere and f must be of one thread
	defer runtime.UnlockOSThread()
	if p.ns == nil || p.isHere() {
		return f()
	}
	return nsutil.Do(p.ns, f)
}

// isHere reports whether the calling thread is in the namespace.
func (p *place) isHere() bool {
	now, err := nsutil.Current()
	if err != nil {
		return false
	}
	defer now.Close()
	return now.Equal(p.ns)
}

// scope is how this client's messages are read and written.
func (p *place) scope() attr.Scope { return p.client.scope }

// do sends a request and waits for its answer.
func (p *place) do(ctx context.Context, req []byte, each func(rtnl.Message) error) (rtnl.Ack, error) {
	conn, err := p.conn(ctx)
	if err != nil {
		return rtnl.Ack{}, err
	}
	defer p.pool.Put(conn)
	tally(ctx, req)
	ack, err := conn.Do(ctx, req, each)
	if log := p.client.cfg.Logger; err == nil && ack.Msg != "" && log != nil {
		log.WarnContext(ctx, "kernel warns", slog.String("message", ack.Msg))
	}
	return ack, err
}

func (p *place) conn(ctx context.Context) (*rtnl.Conn, error) {
	conn, err := p.pool.Get(ctx)
	if errors.Is(err, rtnl.ErrClosed) || errors.Is(err, fs.ErrClosed) { // the pool, or the namespace to dial in
		return nil, ErrClosed
	}
	return conn, err
}

// at returns the place that n names, and what closes it; n must say something
// or the place is p itself.
func (p *place) at(ctx context.Context, n kind.NetNS) (*place, error) {
	if !n.IsSet() {
		return p, nil
	}
	ns, err := p.open(ctx, n)
	if err != nil {
		return nil, err
	}
	defer ns.Close()
	if p.ns != nil && ns.Equal(p.ns) {
		return p, nil
	}
	return p.client.newPlace(ns, p.wrap)
}

func (p *place) open(ctx context.Context, n kind.NetNS) (*nsutil.Namespace, error) {
	fd, pid, id := n.FD.Value(), n.PID.Value(), n.ID.Value()
	switch n {
	case kind.NetNS{FD: n.FD}:
		if int32(fd) < 0 { // a closed handle has descriptor -1
			return nil, fmt.Errorf("namespace: %w", fs.ErrClosed)
		}
		return nsutil.OpenFD(int(fd))
	case kind.NetNS{PID: n.PID}:
		return nsutil.OpenPID(int(pid))
	case kind.NetNS{ID: n.ID}:
		return p.openID(ctx, id)
	case kind.NetNS{Name: n.Name}:
		return openName(n.Name)
	}
	return nil, fmt.Errorf("namespace is named in more than one way: %w", attr.ErrValue)
}

// openName finds the namespace with a name, or that a path leads to: no name
// has a '/'.
func openName(name string) (*nsutil.Namespace, error) {
	if strings.Contains(name, "/") {
		return nsutil.OpenPath(name)
	}
	return nsutil.Open(name)
}

// openID finds the namespace with an id among those with a name: the kernel
// has no way from an id to a handle.
func (p *place) openID(ctx context.Context, id int32) (*nsutil.Namespace, error) {
	names, err := nsutil.List()
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		ns, err := nsutil.Open(name)
		if err != nil {
			continue // it has gone meanwhile
		}
		if n, ok, err := nsutil.NSID(ctx, p.ns, ns); err == nil && ok && n == id {
			return ns, nil
		}
		ns.Close()
	}
	return nil, fmt.Errorf("namespace with id %d has no name; say it by descriptor or process: %w", id, fs.ErrNotExist)
}

// ref names the namespace in a request.
func (p *place) ref() kind.NetNS {
	if p.ns == nil {
		return kind.NetNS{}
	}
	return kind.NetNSFD(p.ns.FD())
}

// number is the inode number of the namespace, 0 if it is not known.
func (p *place) number() uint64 { return p.ns.ID().Ino }

// own returns a reference that is of this namespace as one that does not say
// so, and an error for one of another.
func (p *place) own(r Ref) (Ref, error) {
	switch n := r.NetNS(); {
	case n == 0, n == p.number():
		return r.In(0), nil
	case p.ns == nil: // not known
		return r.In(0), nil
	}
	return r, fmt.Errorf("index %s is of another network namespace, where it is another link; use a client of that one: %w", r.In(0), attr.ErrValue)
}

// handOut returns a link that this place has read as callers get it: if it is
// not of the client's own namespace the references say so.
func (p *place) handOut(l *Link) *Link {
	if p == p.client.home {
		return l
	}
	return l.of(p.number())
}

// unknownNetNS stands for the inode number of a namespace of which only the id
// is known. No namespace has it.
const unknownNetNS = 1 << 63

// of marks the references of l as being of a namespace.
func (l *Link) of(n uint64) *Link {
	l.netns = n
	mark := func(r *Ref) {
		if i, _ := r.Index(); i != 0 {
			*r = r.In(n)
		}
	}
	if !l.LowerNetNSID.IsSet() {
		mark(&l.Lower)
	}
	mark(&l.Master)
	for _, part := range []attr.Named{l.Kind, l.Port} {
		if part == nil {
			continue
		}
		for _, r := range attr.Refs(part) {
			mark(r)
		}
	}
	return l
}
