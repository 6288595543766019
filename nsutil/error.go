package nsutil

import "errors"

// Error is the error of every function in this package: what was attempted, on
// what, and why it failed. [errors.Is] finds the cause: [fs.ErrNotExist],
// [fs.ErrExist], [fs.ErrPermission], [fs.ErrClosed], [fs.ErrInvalid] for a nil
// handle or a negative id, [ErrName], [ErrNotNetNS], [ErrIncomplete],
// [errors.ErrUnsupported], and on Linux the unix.Errno behind it.
type Error struct {
	// Op is the attempt: "open", "create", "delete", "enter", ...
	Op string
	// Target is what it was attempted on, as a person would say it:
	// `network namespace "blue"`.
	Target string
	// Err is the cause.
	Err error
}

// Error returns the attempt, what it was made on, and the cause.
func (e *Error) Error() string {
	return "nsutil: " + e.Op + " " + e.Target + ": " + e.Err.Error()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// ErrNotNetNS is the cause of an error about a file or a descriptor that is no
// network namespace.
var ErrNotNetNS = errors.New("not a network namespace")
