package rtnltest

import (
	"context"
	"encoding/binary"
	"errors"
	"slices"
	"sync"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/rtnl"
)

// A Fault is a way in which a request goes wrong.
type Fault uint8

const (
	// None lets the request pass.
	None Fault = iota
	// Refuse makes Send fail with [ErrInjected]: the kernel does not see the
	// request.
	Refuse
	// Lose lets the kernel carry the request out and loses all its answers:
	// Receive waits for what never comes.
	Lose
	// Overrun does the same, and Receive reports it as [rtnl.ErrOverrun].
	Overrun
	// Break does the same, and every further use of the socket fails with
	// [ErrInjected].
	Break
	// Noise lets the request pass and puts before its answer what does not
	// belong to it: a stale acknowledgement of failure, a notification, and a
	// forged success from another process.
	Noise
	// Spoil adds to a request what the kernel refuses: to one that makes a link
	// a master that there is not, and to one that changes a link a port profile,
	// which hardly any driver has and the kernel looks at last, so that the
	// change itself is made. Other requests pass.
	Spoil
)

// ErrInjected is the error of faults that have none of their own.
var ErrInjected = errors.New("rtnltest: injected fault")

// Inject returns a Transport over t on which requests fail as plan says. plan
// is called with each request and its number, counted from 0, one at a time.
// t may be a real socket: its answers are taken from it inside Send, which
// works because the kernel answers before the send call returns.
func Inject(t rtnl.Transport, plan func(n int, req rtnl.Message) Fault) rtnl.Transport {
	return &faulty{Transport: t, plan: plan}
}

type faulty struct {
	rtnl.Transport
	plan func(int, rtnl.Message) Fault

	mu     sync.Mutex
	n      int
	first  []Datagram // to receive before anything from Transport
	broken bool
}

// Send implements [rtnl.Transport].
func (f *faulty) Send(ctx context.Context, b []byte) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.broken {
		return ErrInjected
	}
	req := firstMessage(b)
	fault := f.plan(f.n, req)
	f.n++
	if fault == Refuse {
		return ErrInjected
	}
	if fault == Spoil {
		b = spoil(b, req)
	}
	if err := f.Transport.Send(ctx, b); err != nil {
		return err
	}
	switch fault {
	case Lose, Overrun, Break:
		f.drain()
	}
	switch fault {
	case Overrun:
		f.first = append(f.first, Datagram{Err: rtnl.ErrOverrun})
	case Break:
		f.broken = true
	case Noise:
		f.first = append(f.first, noise(req)...)
	}
	return nil
}

// drain throws away what the socket has received.
func (f *faulty) drain() {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for {
		_, _, err := f.Transport.Receive(ctx, nil)
		if err != nil && !errors.Is(err, rtnl.ErrOverrun) {
			return
		}
	}
}

// Receive implements [rtnl.Transport].
func (f *faulty) Receive(ctx context.Context, buf []byte) (n int, from uint32, err error) {
	f.mu.Lock()
	if f.broken {
		f.mu.Unlock()
		return 0, 0, ErrInjected
	}
	if len(f.first) > 0 {
		d := f.first[0]
		f.first = f.first[1:]
		f.mu.Unlock()
		copy(buf, d.Data)
		return len(d.Data), d.From, d.Err
	}
	f.mu.Unlock()
	return f.Transport.Receive(ctx, buf)
}

// nobody is an index that no link has.
const nobody = 1<<31 - 16

// spoil returns b with what the kernel refuses.
func spoil(b []byte, req rtnl.Message) []byte {
	if req.Type != rtnl.NewLink && req.Type != rtnl.SetLink {
		return b
	}
	const iflaMaster, iflaPortSelf, nested = 10, 25, 1 << 15
	b = slices.Clone(b)
	if req.Flags&rtnl.FlagCreate != 0 {
		b = attr.AppendUint32(b, iflaMaster, nobody)
	} else {
		b = attr.AppendBytes(b, iflaPortSelf|nested, nil)
	}
	binary.NativeEndian.PutUint32(b, uint32(len(b)))
	return b
}

// stranger is the port id of a process that is not the kernel.
const stranger = 0xbad

// noise returns what could confuse the reader of req's answer.
func noise(req rtnl.Message) []Datagram {
	stale := req
	stale.Seq--
	event := rtnl.Header{Type: rtnl.DelLink}
	forged := Kernel(Ack(req, 0))
	forged.From = stranger
	return []Datagram{Kernel(Ack(stale, 17)), Kernel(Message(event, make([]byte, 16))), forged}
}

// firstMessage returns the first message in b, the zero Message if none.
func firstMessage(b []byte) rtnl.Message {
	for m := range rtnl.Messages(b) {
		return m
	}
	return rtnl.Message{}
}
