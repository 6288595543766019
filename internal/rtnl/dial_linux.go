package rtnl

import (
	"errors"
	"fmt"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

// Dial opens a socket to the kernel's rtnetlink. Acknowledgements come with
// attributes and without a copy of the request.
//
// With a namespace given, a thread enters it, opens the socket and goes back;
// if it cannot go back it is thrown away. The socket stays in that namespace.
func Dial(cfg Config) (Transport, error) {
	conn, err := open(cfg.NetNS)
	if err != nil {
		return nil, fmt.Errorf("rtnl: dial: %w", err)
	}
	s, err := newSocket(conn, cfg)
	if err != nil {
		return nil, fmt.Errorf("rtnl: dial: %w", errors.Join(err, conn.Close()))
	}
	return s, nil
}

// open opens the socket in the namespace ns.
func open(ns int) (*netlink.Conn, error) {
	switch {
	case ns < -1:
		return nil, unix.EBADF
	case ns == -1:
		return netlink.Dial(unix.NETLINK_ROUTE, nil)
	case ns > 0:
		return netlink.Dial(unix.NETLINK_ROUTE, &netlink.Config{NetNS: ns})
	}
	// netlink takes 0 for "not set", but a program without standard input can
	// have its namespace there. Ask for a copy with a number above that.
	dup, err := unix.FcntlInt(0, unix.F_DUPFD_CLOEXEC, 3)
	if err != nil {
		return nil, err
	}
	defer unix.Close(dup)
	return netlink.Dial(unix.NETLINK_ROUTE, &netlink.Config{NetNS: dup})
}

// newSocket sets up conn as cfg says.
func newSocket(conn *netlink.Conn, cfg Config) (*socket, error) {
	for _, o := range []netlink.ConnOption{netlink.ExtendedAcknowledge, netlink.CapAcknowledge} {
		if err := conn.SetOption(o, true); err != nil {
			return nil, err
		}
	}
	if !cfg.NoStrict {
		err := conn.SetOption(netlink.GetStrictCheck, true)
		if err != nil && !errors.Is(err, unix.ENOPROTOOPT) {
			return nil, err
		}
	}
	if cfg.ReadBuffer > 0 {
		if err := conn.SetReadBuffer(cfg.ReadBuffer); err != nil {
			return nil, err
		}
	}
	// Last, when the queue has its size: events arrive from here on.
	for _, g := range cfg.Groups {
		if err := conn.JoinGroup(g); err != nil {
			return nil, err
		}
	}
	return wrap(conn)
}
