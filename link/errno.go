package link

import "strconv"

// An Errno is an error number of Linux, on every system: what the kernel
// answers to a request. On Linux errors.Is also matches the unix.Errno of the
// same number.
type Errno int

// The numbers that link requests are answered with.
const (
	eperm        Errno = 1
	enoent       Errno = 2
	esrch        Errno = 3
	eintr        Errno = 4
	ebadf        Errno = 9
	eagain       Errno = 11
	enomem       Errno = 12
	eacces       Errno = 13
	ebusy        Errno = 16
	eexist       Errno = 17
	enodev       Errno = 19
	einval       Errno = 22
	enfile       Errno = 23
	emlink       Errno = 31
	erange       Errno = 34
	enotempty    Errno = 39
	eloop        Errno = 40
	enotuniq     Errno = 76
	emsgsize     Errno = 90
	eprotonosup  Errno = 93
	eopnotsupp   Errno = 95
	eafnosupport Errno = 97
	eaddrinuse   Errno = 98
	eaddrnotav   Errno = 99
	enetdown     Errno = 100
	enobufs      Errno = 105
	enotconn     Errno = 107
)

// errnos are Linux's words for the numbers, and which error of this package
// each stands for, if any, in an answer about links.
var errnos = map[Errno]struct {
	text    string
	meaning error
}{
	eperm:        {"Operation not permitted", ErrPermission},
	enoent:       {"No such file or directory", ErrNotExist},
	esrch:        {"No such process", ErrNotExist},
	eintr:        {"Interrupted system call", nil},
	ebadf:        {"Bad file descriptor", ErrInvalid},
	eagain:       {"Resource temporarily unavailable", nil},
	enomem:       {"Cannot allocate memory", nil},
	eacces:       {"Permission denied", ErrPermission},
	ebusy:        {"Device or resource busy", ErrBusy},
	eexist:       {"File exists", ErrExist},
	enodev:       {"No such device", ErrNotExist},
	einval:       {"Invalid argument", ErrInvalid},
	enfile:       {"Too many open files in system", nil}, // no number is left for a name
	emlink:       {"Too many links", ErrInvalid},         // stacked too high
	erange:       {"Numerical result out of range", ErrInvalid},
	enotempty:    {"Directory not empty", ErrBusy},                  // it has ports
	eloop:        {"Too many levels of symbolic links", ErrInvalid}, // a bridge in a bridge
	enotuniq:     {"Name not unique on network", ErrExist},          // an InfiniBand partition has its link
	emsgsize:     {"Message too long", nil},
	eprotonosup:  {"Protocol not supported", nil},
	eopnotsupp:   {"Operation not supported", ErrNotSupported},
	eafnosupport: {"Address family not supported by protocol", ErrNotSupported},
	eaddrinuse:   {"Address already in use", ErrBusy},
	eaddrnotav:   {"Cannot assign requested address", ErrInvalid},
	enetdown:     {"Network is down", nil},
	enobufs:      {"No buffer space available", nil},
	enotconn:     {"Transport endpoint is not connected", nil},
}

// Error returns the words of Linux for the number.
func (e Errno) Error() string {
	if e == 0 {
		return "no error"
	}
	if s := errnos[e].text; s != "" {
		return s
	}
	return "error " + strconv.Itoa(int(e))
}

// Is makes errors.Is work with the errors of this package and of io/fs.
func (e Errno) Is(target error) bool {
	s := errnos[e].meaning
	return s != nil && (s == target || s.(*sentinelError).Is(target)) || e.isErrno(target)
}
