package link

import (
	"context"
	"errors"
	"log/slog"
	"sync"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/rtnl"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/nsutil"
)

// How the client is built
//
// A place (place.go) is one network namespace and the sockets in it. Reading
// (read.go) asks a place. Everything that changes something is a list of
// steps (step.go), each with a guard, a message, a check of the result and an
// inverse, run by one executor (tx.go): Create, Change and Delete differ only
// in the steps they make (create.go, change.go, delete.go).

// Config says how a [Client] works. The zero Config is a client of the current
// network namespace.
type Config struct {
	// NetNS is the network namespace, nil for the one that the calling
	// thread is in. The client keeps a handle of its own.
	NetNS *nsutil.Namespace
	// Kinds adds kinds from outside this module.
	Kinds kind.Registry
	// Logger gets every message to and from the kernel at debug level, and
	// warnings that come with success; nil for none. A message's attributes
	// are a group, those of a nest a group in it, by the names that errors
	// use: "link.linkinfo.data.priority=7" under a text handler.
	Logger *slog.Logger
	// ListRetries is how often a list that was interrupted by links coming
	// and going is tried again before [ErrInterrupted]; 0 stands for 8, and
	// a negative number for none.
	ListRetries int
}

const defaultListRetries = 8

// A Client reads and changes the links of one network namespace. It is safe
// for concurrent use; calls inside the loop over [Client.All] work. Every call
// returns when its context ends, except while the kernel carries out a
// request, which nothing can interrupt, and while what was done is undone,
// which takes milliseconds and at most some seconds.
//
// Changing links needs CAP_NET_ADMIN in the user namespace that owns the
// network namespace. Reading needs nothing, but for [Client.Peer] of a link
// whose other end is in another network namespace, which needs it there.
type Client struct {
	cfg   Config
	scope attr.Scope // how its messages are read and written
	home  *place

	mayskip skipping

	mu     sync.Mutex
	users  int // calls under way
	closed bool
}

// Open returns a client. Errors: errors.ErrUnsupported on systems other than
// Linux, [nsutil.Error], or what the system says to a new socket.
func Open(cfg Config) (*Client, error) { return open(cfg, nil) }

// open lets tests put something between the client and the kernel.
func open(cfg Config, wrap func(rtnl.Transport) rtnl.Transport) (*Client, error) {
	c := &Client{cfg: cfg}
	c.scope = scopeOf(&c.cfg.Kinds)
	p, err := c.newPlace(cfg.NetNS, wrap)
	if err != nil {
		return nil, err
	}
	c.home = p
	conn, err := p.pool.Get(context.Background()) // a socket that cannot be had is an error of Open
	if err != nil {
		return nil, errors.Join(err, p.close())
	}
	p.pool.Put(conn)
	c.mayskip.ask(context.Background(), p)
	return c, nil
}

// Close closes the client. Calls under way finish, undoing included, and the
// last of them frees the sockets; later calls get [ErrClosed]. Closing again
// does nothing.
func (c *Client) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed || c.home == nil {
		return nil
	}
	c.closed = true
	if c.users > 0 {
		return nil
	}
	return c.home.close()
}

// enter begins a call; leave ends it.
func (c *Client) enter(op string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed || c.home == nil { // the zero Client has never been open
		return &Error{Op: op, Err: ErrClosed}
	}
	c.users++
	return nil
}

func (c *Client) leave() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.users--; c.closed && c.users == 0 {
		c.home.close() // nobody is left to take an error
	}
}
