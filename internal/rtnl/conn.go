package rtnl

import (
	"context"
	"errors"
	"math/rand/v2"
)

// A Transport is a netlink socket: whole datagrams out and in. [Dial] opens
// one to the kernel. One goroutine may send while another receives; Close may
// be called at any time and ends both.
type Transport interface {
	// Send hands b to the kernel. An error means that the kernel has not
	// seen it. A context that has ended before the call is an error; one that
	// ends later is not noticed, since nothing can interrupt the kernel at it.
	Send(ctx context.Context, b []byte) error
	// Receive puts the next datagram into buf and returns its length and the
	// port id of the socket that sent it, 0 for the kernel. The length may
	// exceed len(buf): the rest is lost. Where nothing is queued, Receive
	// waits until ctx ends and returns ctx.Err(). What is queued it returns
	// even if ctx has ended: waiting is what a context ends, not reading.
	// Lost messages are an [ErrOverrun].
	Receive(ctx context.Context, buf []byte) (n int, from uint32, err error)
	// PortID returns the socket's own address, unique in its namespace.
	PortID() uint32
	// Close closes the socket.
	Close() error
}

// Direction says which way a message went, for tracing.
type Direction uint8

const (
	// Out is a request.
	Out Direction = iota + 1
	// In is a message from the kernel, whether it answers a request or not.
	In
)

// String returns "out" or "in".
func (d Direction) String() string {
	if d == Out {
		return "out"
	}
	return "in"
}

const (
	// bufferSize holds what today's kernels send: parts of dumps come in up
	// to 32 KiB, a single link with many VFs can take nearly twice that.
	bufferSize = 64 << 10
	// maxBufferSize bounds what a reported length can make us allocate.
	maxBufferSize = 16 << 20
	// maxQueued is how many datagrams Do reads after its context has ended.
	// More than a default queue holds, so the answer is found if it is there;
	// bounded, so that a process that floods our socket cannot hold us.
	maxQueued = 1024
)

// kernel is the port id of the kernel's end.
const kernel = 0

// ended is a context that has ended: Receive returns what is queued without
// waiting for more.
var ended = func() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}()

// A Conn runs exchanges over one Transport, one at a time, and reuses one
// buffer for all it receives. It is not safe for concurrent use; see [Pool].
type Conn struct {
	t      Transport
	trace  func(Direction, Message)
	buf    []byte
	need   int    // size the next buffer needs, if larger than this one
	seq    uint32 // of the last request
	broken bool
	closed bool
}

// NewConn returns a Conn over t, which it owns from now on. If trace is not
// nil it is called with every message as it goes out or comes in, and must not
// keep its payload.
func NewConn(t Transport, trace func(Direction, Message)) *Conn {
	return newConn(t, trace, bufferSize)
}

func newConn(t Transport, trace func(Direction, Message), size int) *Conn {
	// Port ids are reused, across namespaces too, and the kernel can deliver
	// an echo to whoever has the id now. A random start keeps the sequence
	// numbers of two Conns apart where their port ids are not.
	return &Conn{t: t, trace: trace, buf: make([]byte, size), seq: rand.Uint32()}
}

// Broken reports whether an exchange was left half-way: by a deadline, a
// cancellation, an overrun, an early stop, or a failure of the socket. All
// that can be done with a broken Conn is to close it.
func (c *Conn) Broken() bool { return c.broken || c.closed }

// Close closes the Transport. Closing again does nothing.
func (c *Conn) Close() error {
	if c.closed {
		return nil
	}
	c.closed = true
	return c.t.Close()
}

// Do sends req, one message made with [Begin] and [End], and waits for the
// answer: with [FlagAck] for the acknowledgement, otherwise for the first
// reply or error. Without that flag a request that has no reply succeeds in
// silence, and Do waits until ctx ends. Do sets the request's sequence number,
// port id and [FlagRequest] in place.
//
// Replies and echoes are handed to each, which may be nil and must not keep
// their payload. An error of each is returned once the answer has been read;
// it is not called again after one.
//
// The Ack has the kernel's warning, if it gave one. Errors:
//   - [*Error], with the same Ack: the kernel refused.
//   - [ErrUnknownOutcome]: the answer was not seen; the Conn is broken.
//   - Any other came before the request was sent, or from each.
func (c *Conn) Do(ctx context.Context, req []byte, each func(Message) error) (Ack, error) {
	if err := c.send(ctx, req, 0); err != nil {
		return silent, err
	}
	a := answer{needAck: header(req).Flags&FlagAck != 0, ack: silent, each: each, conn: c}
	for n := 0; !a.complete; n++ {
		if n > maxQueued && ctx.Err() != nil {
			return silent, c.lost(ctx.Err())
		}
		b, err := c.receive(ctx)
		if errors.Is(err, ErrOverrun) && !c.broken {
			// Something was dropped, but not necessarily the answer.
			c.broken = true
			ctx = ended
			continue
		}
		if err == nil {
			err = c.read(b, &a)
		}
		if err != nil {
			return silent, c.lost(err)
		}
	}
	if err := a.ack.err(); err != nil {
		return a.ack, err
	}
	return a.ack, a.failed
}

// lost returns the error for an answer that was not seen because of err.
func (c *Conn) lost(err error) error {
	if c.broken {
		// Do went on after an overrun and found nothing.
		err = ErrOverrun
	}
	return &OutcomeError{c.leave(err)}
}

// hand gives m to each such that a panic or [runtime.Goexit] in it leaves the
// Conn broken: the exchange is half-way then.
func (c *Conn) hand(m Message, each func(Message) error) error {
	was := c.broken
	c.broken = true
	err := each(m)
	c.broken = was
	return err
}

// leave marks the Conn as left half-way through an exchange by err.
func (c *Conn) leave(err error) error {
	c.broken = true
	return err
}

// An answer is what Do has read so far.
type answer struct {
	needAck  bool
	complete bool
	ack      Ack
	conn     *Conn
	each     func(Message) error
	failed   error // the first error of each
}

// read takes the messages of one datagram into a. Its error leaves the outcome
// unknown.
func (c *Conn) read(b []byte, a *answer) error {
	for m, err := range Messages(b) {
		if err != nil {
			return err
		}
		if !c.own(m) {
			continue
		}
		if err := a.take(m); err != nil || a.complete {
			return err
		}
	}
	return nil
}

// take takes one message. Its error leaves the outcome unknown.
func (a *answer) take(m Message) (err error) {
	switch m.Type {
	case TypeNoop, TypeOverrun:
		return nil
	case TypeError, TypeDone:
		a.ack, err = ParseAck(m)
		a.complete = err == nil
		return err
	}
	if a.each != nil && a.failed == nil {
		a.failed = a.conn.hand(m, a.each)
	}
	a.complete = !a.needAck
	return nil
}

// Dump sends req, one message made with [Begin] and [End], as a request for
// everything and hands each reply to each, which must not keep the payload. It
// sets sequence number, port id, [FlagRequest] and [FlagDump] in place.
//
// If interrupted is true, links came or went meanwhile and the result is
// inconsistent: repeat the dump. That it is false does not make it a snapshot,
// since changes of attributes go unnoticed.
//
// An error of each ends the dump and is returned, except [ErrStop], which ends
// it with success; the Conn is broken then, because the kernel has not
// finished. Other errors are [*Error] for a refusal, wherever in the dump the
// kernel reported it, ctx.Err(), [ErrOverrun], [ErrTruncated]. What was handed
// over before an error is incomplete.
func (c *Conn) Dump(ctx context.Context, req []byte, each func(Message) error) (interrupted bool, err error) {
	if err := c.send(ctx, req, FlagDump); err != nil {
		return false, err
	}
	for {
		// The next part of a dump is always queued already, so Receive would
		// never get to look at ctx.
		if err := ctx.Err(); err != nil {
			return interrupted, c.leave(err)
		}
		b, err := c.receive(ctx)
		if err != nil {
			return interrupted, c.leave(err)
		}
		for m, err := range Messages(b) {
			if err != nil {
				return interrupted, c.leave(err)
			}
			if !c.own(m) {
				continue
			}
			// The kernel marks one message, which need not be the last.
			interrupted = interrupted || m.Flags&FlagDumpInterrupted != 0
			done, err := c.part(m, each)
			if done || err != nil {
				return interrupted, err
			}
		}
	}
}

// part takes one message of a dump and reports whether it was the last.
func (c *Conn) part(m Message, each func(Message) error) (done bool, err error) {
	switch m.Type {
	case TypeNoop, TypeOverrun:
		return false, nil
	case TypeError, TypeDone:
		// Strict checking reports its errors in NLMSG_DONE. NLMSG_ERROR means
		// that the dump did not start, unless it acknowledges success.
		ack, err := ParseAck(m)
		if err != nil {
			return true, c.leave(err)
		}
		return m.Type == TypeDone || ack.Errno != 0, ack.err()
	}
	if each == nil {
		return false, nil
	}
	if err := c.hand(m, each); err != nil {
		c.broken = true
		if errors.Is(err, ErrStop) {
			err = nil
		}
		return true, err
	}
	return false, nil
}

// send numbers and addresses req, adds flags and sends it.
func (c *Conn) send(ctx context.Context, req []byte, flags uint16) error {
	switch {
	case c.closed:
		return ErrClosed
	case c.broken:
		return ErrBroken
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	// Zero is the number of what nobody asked for.
	if c.seq++; c.seq == 0 {
		c.seq = 1
	}
	if err := stamp(req, flags, c.seq, c.t.PortID()); err != nil {
		return err
	}
	if c.trace != nil {
		for m := range Messages(req) {
			c.trace(Out, m)
		}
	}
	if err := c.t.Send(ctx, req); err != nil {
		return c.leave(err)
	}
	return nil
}

// receive returns the next datagram, and an empty one in place of a datagram
// that did not come from the kernel: with CAP_NET_ADMIN any process can send
// to our port.
func (c *Conn) receive(ctx context.Context) ([]byte, error) {
	n, from, err := c.t.Receive(ctx, c.buf)
	switch {
	case err != nil:
		return nil, err
	case from != kernel:
		return nil, nil
	case n > len(c.buf):
		c.need = min(n, maxBufferSize)
		return nil, ErrTruncated
	}
	return c.buf[:n], nil
}

// own reports whether m answers the current request.
func (c *Conn) own(m Message) bool {
	if c.trace != nil {
		c.trace(In, m)
	}
	return m.Seq == c.seq && m.PortID == c.t.PortID()
}
