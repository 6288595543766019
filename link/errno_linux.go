package link

import "golang.org/x/sys/unix"

// isErrno reports whether target is the same number as the system has it.
func (e Errno) isErrno(target error) bool {
	n, ok := target.(unix.Errno)
	return ok && int(n) == int(e)
}
