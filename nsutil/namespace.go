package nsutil

import (
	"io/fs"
	"strconv"
	"sync"

	"github.com/iplink-go/iplink/kind"
)

// A handle counts its users, so that Close can be called at any time: the
// descriptor is closed by whoever is the last to let go of it, and its number
// is never used for something else under a system call in flight.
//
// Invariants: refs is the number of calls of acquire without release, plus one
// while the handle is open; fd is valid while refs > 0.

// A Namespace is a handle on a network namespace. It holds one file descriptor,
// which keeps the namespace alive, until [Namespace.Close]; there is no
// finalizer, so a handle that is dropped without Close leaks its descriptor.
// It is safe for concurrent use.
//
// The zero value is a closed handle. A closed handle still knows its identity
// and its text; everything else fails with an error that is [fs.ErrClosed].
type Namespace struct {
	id    Identity
	label string // what it was opened by; "" for none

	mu   sync.Mutex
	fd   int
	refs int
	open bool
}

// Close gives up the handle. The namespace itself lives on while a process, a
// name, a socket or another handle holds it. A call that is using the handle
// meanwhile, such as [Do], finishes undisturbed. Closing a second time is an
// error that is [fs.ErrClosed].
func (ns *Namespace) Close() error {
	if ns == nil {
		return ns.failed("close", fs.ErrInvalid)
	}
	ns.mu.Lock()
	defer ns.mu.Unlock()
	if !ns.open {
		return ns.failed("close", fs.ErrClosed)
	}
	ns.open = false
	return ns.unref()
}

// Clone returns another handle on the same namespace, to be closed by itself.
func (ns *Namespace) Clone() (*Namespace, error) {
	fd, err := ns.acquire()
	if err != nil {
		return nil, ns.failed("clone", err)
	}
	defer ns.release()
	clone, err := OpenFD(fd)
	if err == nil {
		clone.label = ns.label
	}
	return clone, err
}

// FD returns the handle's file descriptor, for requests that take one
// (IFLA_NET_NS_FD). It is valid until [Namespace.Close] and must not be closed
// by the caller. It is -1 if the handle is closed.
func (ns *Namespace) FD() int {
	if ns == nil {
		return -1
	}
	ns.mu.Lock()
	defer ns.mu.Unlock()
	if !ns.open {
		return -1
	}
	return ns.fd
}

// NetNS returns the namespace as a request names it, for the field of that
// name in link.Spec and kind.Peer. It holds the descriptor's number, so the
// handle must stay open until the request has been answered. A closed handle
// gives a descriptor that no request accepts.
func (ns *Namespace) NetNS() kind.NetNS { return kind.NetNSFD(ns.FD()) }

// ID returns the identity of the namespace, also after Close.
func (ns *Namespace) ID() Identity {
	if ns == nil {
		return Identity{}
	}
	return ns.id
}

// Equal reports whether two handles are for the same namespace. It is exact if
// both are open; see [Identity]. A nil or zero handle equals nothing.
func (ns *Namespace) Equal(other *Namespace) bool {
	return ns.ID() == other.ID() && ns.ID() != Identity{}
}

// String returns the name or the path by which the namespace was opened, and
// "net:[inode]" for one without.
func (ns *Namespace) String() string {
	switch {
	case ns == nil:
		return "<nil>"
	case ns.label != "":
		return ns.label
	}
	return ns.id.String()
}

// acquire returns the descriptor and keeps it valid until release.
func (ns *Namespace) acquire() (int, error) {
	if ns == nil {
		return -1, fs.ErrInvalid
	}
	ns.mu.Lock()
	defer ns.mu.Unlock()
	if !ns.open {
		return -1, fs.ErrClosed
	}
	ns.refs++
	return ns.fd, nil
}

// release ends an acquire. An error of closing has nobody to go to here, and
// closing a descriptor that was only read cannot fail in a way that matters.
func (ns *Namespace) release() {
	ns.mu.Lock()
	defer ns.mu.Unlock()
	_ = ns.unref()
}

// unref drops one reference, the descriptor with the last. ns.mu is held.
func (ns *Namespace) unref() error {
	ns.refs--
	if ns.refs > 0 {
		return nil
	}
	fd := ns.fd
	ns.fd = -1
	if err := closeFD(fd); err != nil {
		return ns.failed("close", err)
	}
	return nil
}

// failed says what was attempted on this namespace.
func (ns *Namespace) failed(op string, err error) error {
	return &Error{Op: op, Target: "network namespace " + ns.String(), Err: err}
}

// An Identity tells namespaces apart: device and inode number of the file that
// stands for the namespace (nsfs). It is comparable and fits as a map key. The
// kernel uses the number again once a namespace is gone, so an identity is good
// for comparisons while a handle on its namespace is open.
type Identity struct {
	// Dev and Ino are those of the file.
	Dev, Ino uint64
}

// String returns the form that links in /proc/PID/ns have: "net:[4026531840]".
func (id Identity) String() string {
	return "net:[" + strconv.FormatUint(id.Ino, 10) + "]"
}
