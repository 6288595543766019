package link

import (
	"strconv"
)

// An Errno is an error number of Linux, on every system: what the kernel
// answers to a request. On Linux errors.Is also matches the unix.Errno of the
// same number.
type Errno int

// The numbers that link requests are answered with.
const (
	eperm        Errno = 1
	enoent       Errno = 2
	esrch        Errno = 3
	ebadf        Errno = 9
	enomem       Errno = 12
	eacces       Errno = 13
	ebusy        Errno = 16
	eexist       Errno = 17
	enodev       Errno = 19
	einval       Errno = 22
	erange       Errno = 34
	eloop        Errno = 40
	eopnotsupp   Errno = 95
	eafnosupport Errno = 97
	eaddrinuse   Errno = 98
	eaddrnotav   Errno = 99
	enetdown     Errno = 100
	enobufs      Errno = 105
	enotconn     Errno = 107
)

var errnoText = map[Errno]string{
	eperm: "Operation not permitted", enoent: "No such file or directory", esrch: "No such process",
	ebadf: "Bad file descriptor", enomem: "Cannot allocate memory", eacces: "Permission denied",
	ebusy: "Device or resource busy", eexist: "File exists", enodev: "No such device", einval: "Invalid argument",
	erange: "Numerical result out of range", 39: "Directory not empty", eloop: "Too many levels of symbolic links",
	90: "Message too long", 93: "Protocol not supported", eopnotsupp: "Operation not supported",
	eafnosupport: "Address family not supported by protocol", eaddrinuse: "Address already in use",
	eaddrnotav: "Cannot assign requested address", enetdown: "Network is down", enobufs: "No buffer space available",
	enotconn: "Transport endpoint is not connected",
}

// Error returns the words of Linux for the number.
func (e Errno) Error() string {
	if e == 0 {
		return "no error"
	}
	if s := errnoText[e]; s != "" {
		return s
	}
	return "error " + strconv.Itoa(int(e))
}

// Is makes errors.Is work with the errors of this package and of io/fs.
func (e Errno) Is(target error) bool {
	s := e.meaning()
	return s != nil && (s == target || s.(*sentinelError).Is(target)) || e.isErrno(target)
}

// meaning returns the error of this package that the number stands for.
func (e Errno) meaning() error {
	switch e {
	case eexist:
		return ErrExist
	case enodev, enoent, esrch:
		return ErrNotExist
	case eperm, eacces:
		return ErrPermission
	case ebusy:
		return ErrBusy
	case eopnotsupp, eafnosupport:
		return ErrNotSupported
	case einval, erange, eaddrnotav, ebadf, eloop:
		return ErrInvalid
	}
	return nil
}
