package nsutil

import (
	"fmt"
	"io/fs"
	"strconv"
)

// Current opens the network namespace of the calling thread: that of the
// program, unless the calling goroutine is locked to a thread that was moved,
// as it is inside [Do].
func Current() (*Namespace, error) {
	ns, err := openCurrent()
	if err != nil {
		return nil, &Error{Op: "open", Target: "current network namespace", Err: err}
	}
	return ns, nil
}

// Open opens the namespace with that name, one of [List]. If there is none the
// error is [fs.ErrNotExist]; if the name is all that is left of a creation that
// was interrupted, [ErrNotNetNS].
func Open(name string) (*Namespace, error) {
	p, err := namePath("open", name)
	if err != nil {
		return nil, err
	}
	ns, err := openFileAt(p, name)
	if err != nil {
		return nil, &Error{Op: "open", Target: named(name), Err: err}
	}
	return ns, nil
}

// OpenPath opens the namespace that a file stands for, such as /proc/PID/ns/net
// or a file on which one is mounted. A file that is something else is not
// opened; the error is [ErrNotNetNS] and says what it is.
func OpenPath(path string) (*Namespace, error) {
	ns, err := openFileAt(path, path)
	if err != nil {
		return nil, &Error{Op: "open", Target: "network namespace at " + strconv.Quote(path), Err: err}
	}
	return ns, nil
}

// OpenPID opens the network namespace of a process, or of a thread by its id,
// as numbered in the pid namespace that /proc shows. If there is none the error
// is [fs.ErrNotExist]. It needs the right to trace the process (ptrace(2)),
// otherwise the error is [fs.ErrPermission].
func OpenPID(pid int) (*Namespace, error) {
	ns, err := openPID(pid)
	if err != nil {
		return nil, &Error{Op: "open", Target: fmt.Sprintf("network namespace of process %d", pid), Err: err}
	}
	return ns, nil
}

// OpenFD makes a handle from a file descriptor for a network namespace. The
// descriptor is duplicated; it stays the caller's to close. For any other
// descriptor the error is [ErrNotNetNS].
func OpenFD(fd int) (*Namespace, error) {
	if int(int32(fd)) != fd {
		return nil, &Error{Op: "open", Target: fmt.Sprintf("network namespace of descriptor %d", fd), Err: fs.ErrInvalid}
	}
	ns, err := openFD(fd)
	if err != nil {
		return nil, &Error{Op: "open", Target: fmt.Sprintf("network namespace of descriptor %d", fd), Err: err}
	}
	return ns, nil
}

// New makes a namespace without a name. It lives until the handle is closed and
// nothing else, such as a socket, holds it. The calling goroutine stays where it
// is. New needs CAP_SYS_ADMIN, otherwise the error is [fs.ErrPermission].
//
// The only link in it is lo, down. Where tunnel modules are loaded and the sysctl
// net.core.fb_tunnels_only_for_init_net is 0, its default, the kernel adds their
// fallback devices (tunl0, gre0, sit0, ...), down as well.
func New() (*Namespace, error) {
	ns, err := newAnonymous()
	if err != nil {
		return nil, &Error{Op: "create", Target: "network namespace", Err: err}
	}
	return ns, nil
}
