// Package rtnltest replaces the kernel in tests: [Script] is a socket whose
// answers are written by the test, [Inject] makes single requests over any
// socket, a real one too, go wrong. Only tests import it.
package rtnltest

import (
	"context"
	"encoding/binary"
	"slices"
	"sync"

	"github.com/iplink-go/iplink/internal/rtnl"
)

// A Datagram is what one Receive returns: Data sent by the socket with port id
// From (0: the kernel), or Err.
type Datagram struct {
	Data []byte
	From uint32
	Err  error
}

// Kernel returns the datagram in which the kernel sends messages.
func Kernel(messages ...[]byte) Datagram { return Datagram{Data: slices.Concat(messages...)} }

// A Script is a [rtnl.Transport] without a kernel. The zero value is a socket
// that nobody answers. It is safe for concurrent use.
type Script struct {
	// Port is the socket's port id, 1 if left zero.
	Port uint32
	// Answer is called with each request, header and all, and returns what
	// the socket is to receive for it, in order. An error makes Send fail:
	// the request has not been seen. It may be nil, and may call the Script.
	Answer func(req rtnl.Message) ([]Datagram, error)

	mu     sync.Mutex
	queue  []Datagram
	sent   [][]byte
	ready  chan struct{} // closed and replaced when something is queued
	closed bool
}

var _ rtnl.Transport = (*Script)(nil)

// Queue adds datagrams to what the socket is to receive, such as messages that
// nobody asked for.
func (s *Script) Queue(d ...Datagram) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.queue = append(s.queue, d...)
	s.wake()
}

// wake wakes those who wait in Receive; s.mu is held.
func (s *Script) wake() {
	if s.ready != nil {
		close(s.ready)
		s.ready = nil
	}
}

// Sent returns copies of the requests, refused ones included.
func (s *Script) Sent() [][]byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.sent)
}

// Pending returns how many datagrams have not been received.
func (s *Script) Pending() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.queue)
}

// Send implements [rtnl.Transport].
func (s *Script) Send(ctx context.Context, b []byte) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	b = slices.Clone(b)
	s.mu.Lock()
	s.sent = append(s.sent, b)
	closed := s.closed
	s.mu.Unlock()
	if closed {
		return rtnl.ErrClosed
	}
	for m, err := range rtnl.Messages(b) {
		if err != nil {
			return nil // as the kernel does: the rest is ignored
		}
		if s.Answer == nil {
			continue
		}
		d, err := s.Answer(m)
		if err != nil {
			return err
		}
		s.Queue(d...)
	}
	return nil
}

// Receive implements [rtnl.Transport].
func (s *Script) Receive(ctx context.Context, buf []byte) (n int, from uint32, err error) {
	for {
		d, ready, err := s.next()
		if err != nil {
			return 0, 0, err
		}
		if ready == nil {
			copy(buf, d.Data)
			return len(d.Data), d.From, d.Err
		}
		// The queue is empty. An ended context has lost already: select
		// would toss a coin.
		if err := ctx.Err(); err != nil {
			return 0, 0, err
		}
		select {
		case <-ready:
		case <-ctx.Done():
		}
	}
}

// next returns the first datagram, or a channel to wait on if there is none.
func (s *Script) next() (Datagram, <-chan struct{}, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return Datagram{}, nil, rtnl.ErrClosed
	}
	if len(s.queue) > 0 {
		d := s.queue[0]
		s.queue = s.queue[1:]
		return d, nil, nil
	}
	if s.ready == nil {
		s.ready = make(chan struct{})
	}
	return Datagram{}, s.ready, nil
}

// PortID implements [rtnl.Transport].
func (s *Script) PortID() uint32 { return max(s.Port, 1) }

// Close implements [rtnl.Transport]; closing again does nothing.
func (s *Script) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	s.wake()
	return nil
}

// Closed reports whether Close has been called.
func (s *Script) Closed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closed
}

// Message returns the bytes of one message, padded.
func Message(h rtnl.Header, payload []byte) []byte {
	b := append(rtnl.Begin(nil, h.Type, h.Flags), payload...)
	b = rtnl.End(b, 0)
	binary.NativeEndian.PutUint32(b[8:], h.Seq)
	binary.NativeEndian.PutUint32(b[12:], h.PortID)
	return b
}

// Reply returns a message that answers req.
func Reply(req rtnl.Message, typ, flags uint16, payload []byte) []byte {
	return Message(rtnl.Header{Type: typ, Flags: flags, Seq: req.Seq, PortID: req.PortID}, payload)
}

// Ack returns the acknowledgement of req with an error number (positive, 0 for
// success). tlvs are attributes of the kind NLMSGERR_ATTR_*, concatenated.
func Ack(req rtnl.Message, errno int, tlvs ...byte) []byte {
	p := binary.NativeEndian.AppendUint32(nil, uint32(-int32(errno)))
	h := rtnl.Begin(nil, req.Type, req.Flags)
	binary.NativeEndian.PutUint32(h, uint32(rtnl.HeaderLen+len(req.Payload)))
	binary.NativeEndian.PutUint32(h[8:], req.Seq)
	binary.NativeEndian.PutUint32(h[12:], req.PortID)
	return Reply(req, rtnl.TypeError, rtnl.FlagCapped|tlvFlag(tlvs), slices.Concat(p, h, tlvs))
}

// Done returns the end of the dump that req asked for; see [Ack].
func Done(req rtnl.Message, errno int, tlvs ...byte) []byte {
	p := binary.NativeEndian.AppendUint32(nil, uint32(-int32(errno)))
	return Reply(req, rtnl.TypeDone, rtnl.FlagMulti|tlvFlag(tlvs), append(p, tlvs...))
}

func tlvFlag(tlvs []byte) uint16 {
	if len(tlvs) == 0 {
		return 0
	}
	return rtnl.FlagAckTLVs
}
