//go:build !linux

package link

// isErrno is false where the system's numbers are not those of Linux.
func (e Errno) isErrno(error) bool { return false }
