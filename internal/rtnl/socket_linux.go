package rtnl

import (
	"context"
	"errors"
	"os"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

// A socket is the Transport to the kernel. The netlink package opens,
// configures and closes it and ties it to Go's poller; sending and receiving
// are system calls made here, on the caller's buffer, because the package
// copies every message and does not say who sent it.
//
// Invariant: outside of wait the socket has no deadline.
type socket struct {
	conn   *netlink.Conn
	raw    syscall.RawConn
	closed atomic.Bool

	// The functions given to raw are made once, and arguments and results of
	// the system calls pass through these fields: a closure for each call
	// would be an allocation for each datagram.
	sendFunc func(fd uintptr)
	out      []byte
	sendErr  error
	to       unix.SockaddrNetlink // zero: the kernel

	recvFunc func(fd uintptr)
	waitFunc func(fd uintptr) bool
	in       []byte
	n        int
	recvErr  unix.Errno
	from     unix.RawSockaddrNetlink
	fromLen  uint32
}

func wrap(conn *netlink.Conn) (*socket, error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return nil, err
	}
	s := &socket{conn: conn, raw: raw}
	s.sendFunc = s.sendto
	s.recvFunc = s.recvfrom
	s.waitFunc = func(fd uintptr) bool {
		s.recvfrom(fd)
		return s.recvErr != unix.EAGAIN
	}
	return s, nil
}

// PortID returns the address that the kernel chose for the socket.
func (s *socket) PortID() uint32 { return s.conn.PID() }

// Close closes the socket and wakes a Receive that waits.
func (s *socket) Close() error {
	if s.closed.Swap(true) {
		return nil
	}
	return s.conn.Close()
}

// Send implements [Transport]. It never waits in Go's poller: the kernel takes
// and handles the request inside the system call.
func (s *socket) Send(ctx context.Context, b []byte) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.out = b
	err := s.raw.Control(s.sendFunc)
	s.out = nil
	if err != nil {
		return s.fault("sendto", err)
	}
	return os.NewSyscallError("sendto", s.sendErr)
}

func (s *socket) sendto(fd uintptr) {
	for {
		s.sendErr = unix.Sendto(int(fd), s.out, 0, &s.to)
		if s.sendErr != unix.EINTR {
			return
		}
	}
}

// Receive implements [Transport]. It first takes what is queued, which needs
// neither the poller nor a look at ctx, and waits only if that is nothing.
func (s *socket) Receive(ctx context.Context, buf []byte) (n int, from uint32, err error) {
	s.in = buf
	err = s.raw.Control(s.recvFunc)
	if err == nil && s.recvErr == unix.EAGAIN {
		err = s.wait(ctx)
	}
	s.in = nil
	switch {
	case err != nil:
		return 0, 0, s.fault("recvfrom", err)
	case s.recvErr == unix.ENOBUFS:
		return 0, 0, ErrOverrun
	case s.recvErr != 0:
		return 0, 0, os.NewSyscallError("recvfrom", s.recvErr)
	}
	return s.n, s.from.Pid, nil
}

// recvfrom receives into s.in. It is written out because the wrappers in unix
// allocate the sender's address anew for each datagram.
func (s *socket) recvfrom(fd uintptr) {
	for {
		s.fromLen = unix.SizeofSockaddrNetlink
		// MSG_TRUNC: return the length of the datagram, not of what fitted.
		n, _, errno := unix.Syscall6(unix.SYS_RECVFROM, fd,
			uintptr(unsafe.Pointer(unsafe.SliceData(s.in))), uintptr(len(s.in)), unix.MSG_TRUNC,
			uintptr(unsafe.Pointer(&s.from)), uintptr(unsafe.Pointer(&s.fromLen)))
		s.n, s.recvErr = int(n), errno
		if errno != unix.EINTR {
			return
		}
	}
}

// aLongTimeAgo is a deadline that has passed.
var aLongTimeAgo = time.Unix(1, 0)

// wait receives the next datagram when it comes, unless ctx ends first.
func (s *socket) wait(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	woken := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(woken)
		// Fails only if the socket is closed, which wakes the reader too.
		_ = s.conn.SetReadDeadline(aLongTimeAgo)
	})
	err := s.raw.Read(s.waitFunc)
	if !stop() {
		// The function runs or has run. Only when it has is it safe to clear
		// the deadline, which would otherwise fail the next call.
		<-woken
		_ = s.conn.SetReadDeadline(time.Time{})
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return ctx.Err()
	}
	return err
}

// fault returns the error for err, which ended op without a system call.
func (s *socket) fault(op string, err error) error {
	if s.closed.Load() {
		return ErrClosed
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return os.NewSyscallError(op, err)
}
