package link

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/rtnl"
)

// Errors found with errors.Is in what a client returns. The first group is
// what a kernel's answer means, the second what the library finds out.
var (
	// ErrExist: the name, the index or what the kind must have for itself (a
	// VNI, a VLAN id) is taken. errors.Is(err, fs.ErrExist) is true as well.
	ErrExist = sentinel("already exists", fs.ErrExist)
	// ErrNotExist: there is no such link. Also fs.ErrNotExist.
	ErrNotExist = sentinel("no such link", fs.ErrNotExist)
	// ErrPermission: CAP_NET_ADMIN is missing. Also fs.ErrPermission.
	ErrPermission = sentinel("not permitted", fs.ErrPermission)
	// ErrBusy: in use, or not now.
	ErrBusy = sentinel("busy", nil)
	// ErrNotSupported: the kernel, the kind or the driver cannot do this. Also
	// errors.ErrUnsupported.
	ErrNotSupported = sentinel("operation not supported", errors.ErrUnsupported)
	// ErrUnsupportedKind: the kernel has no such kind of link, or its module
	// is not there. ErrNotSupported is true as well.
	ErrUnsupportedKind = sentinel("unknown kind of link", ErrNotSupported)
	// ErrInvalid: a value is not allowed. Also fs.ErrInvalid.
	ErrInvalid = sentinel("invalid value", fs.ErrInvalid)

	// ErrFixed: a field cannot be changed once the link exists; the link must
	// be made anew.
	ErrFixed = errors.New("fixed at creation")
	// ErrKind: the link is of another kind than the request says.
	ErrKind = errors.New("another kind of link")
	// ErrConflict: somebody else changed the link meanwhile.
	ErrConflict = errors.New("changed by somebody else meanwhile")
	// ErrVerify: the kernel accepted a request and the link is not what was
	// asked for.
	ErrVerify = errors.New("accepted by the kernel but not applied")
	// ErrInterrupted: links came and went during every attempt to list them.
	ErrInterrupted = errors.New("list interrupted by changes")
	// ErrClosed: the client is closed. Also fs.ErrClosed.
	ErrClosed = sentinel("client is closed", fs.ErrClosed)
	// ErrUnknownOutcome: a request was sent and its answer not seen, so that
	// it may have been carried out.
	ErrUnknownOutcome = rtnl.ErrUnknownOutcome
)

type sentinelError struct {
	text string
	also error
}

func sentinel(text string, also error) error { return &sentinelError{text, also} }

func (e *sentinelError) Error() string { return e.text }

func (e *sentinelError) Is(target error) bool {
	return e.also != nil && errors.Is(e.also, target)
}

// An Error is why an operation on a link failed.
type Error struct {
	// Op is what was attempted: "get", "list", "create", "change", "delete",
	// "stats", "vlans", "snapshot", "plan", "apply", "commit".
	Op string
	// Link is what it was attempted on: a name, or an index.
	Link string
	// Errno is the kernel's error, 0 if the kernel was not asked or agreed.
	Errno Errno
	// Msg is what the kernel said besides.
	Msg string
	// Attr is the field that the kernel or the library objected to, "" if
	// neither the answer nor a look at the links around says which: a name of
	// [Spec]'s fields such as "mtu", one of the kind's below "linkinfo.data", as
	// in "linkinfo.data.port", one of the port's below "linkinfo.port-data", and
	// one of a pair's other end below "linkinfo.data.peer".
	Attr string
	// Limits are the values that the kernel would take, where it or the links
	// around say so.
	Limits string
	// Hint is what a person would do next.
	Hint string
	// Err is the cause where that is not the kernel's error.
	Err error
	// absent is set if a link that the request refers to is not there, for which
	// the kernel's number often says no more than that something is wrong.
	absent bool
}

// Error says what was attempted, on what, why it failed and what to do.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Op)
	if e.Link != "" {
		b.WriteString(" " + e.Link)
	}
	b.WriteString(": ")
	if e.Attr != "" {
		b.WriteString(e.Attr + ": ")
	}
	switch {
	case e.Err != nil:
		b.WriteString(e.Err.Error())
	case e.Msg != "":
		b.WriteString(e.Msg + " (" + e.Errno.Error() + ")")
	default:
		b.WriteString(e.Errno.Error())
	}
	if !errors.As(e.Err, new(*attr.RangeError)) && e.Limits != "" { // that says them itself
		b.WriteString(", allowed: " + e.Limits)
	}
	if e.Hint != "" {
		b.WriteString("; " + e.Hint)
	}
	return b.String()
}

// Unwrap returns Err, or Errno if there is none.
func (e *Error) Unwrap() error {
	switch {
	case e.Err != nil:
		return e.Err
	case e.Errno != 0:
		return e.Errno
	}
	return nil
}

// Is makes errors.Is work with the errors of this package, which can say more
// than the number alone.
func (e *Error) Is(target error) bool {
	if e.Errno == eopnotsupp && strings.Contains(e.Msg, unknownKindText) && errors.Is(ErrUnsupportedKind, target) {
		return true
	}
	return e.isRefusal() && errors.Is(ErrInvalid, target)
}

// isRefusal reports whether the library itself refused a value, which is as
// invalid as one that the kernel refuses.
func (e *Error) isRefusal() bool {
	for _, reason := range []error{attr.ErrRange, attr.ErrValue, attr.ErrTooLong} {
		if errors.Is(e.Err, reason) {
			return true
		}
	}
	return false
}

// failure makes an Error of what the library found out by itself. A refused
// value gives the field and the limits in their places.
func failure(op, name string, err error) *Error {
	if e, ok := err.(*Error); ok && e.Op == op { // which says all of it
		return e
	}
	e := &Error{Op: op, Link: name, Err: err}
	if field, ok := err.(*attr.Error); ok && field.Path != "" {
		e.Attr, e.Err = field.Path, field.Err
	}
	var of interface{ Limits() string }
	if errors.As(err, &of) {
		e.Limits = of.Limits()
	}
	return e
}

// refused says that the library does not send a value, and why.
func refused(field, format string, args ...any) error {
	return &attr.Error{Path: field, Offset: -1, Err: fmt.Errorf(format+": %w", append(args, attr.ErrValue)...)}
}

// under says of an error of what is in a nest where that is.
func under(nest string, err error) error {
	if e, ok := err.(*attr.Error); ok {
		in := *e
		in.Path = joinPath(nest, e.Path)
		return &in
	}
	return &attr.Error{Path: nest, Offset: -1, Err: err}
}

// unknownKindText is what the kernel says to a kind that it does not have.
const unknownKindText = "Unknown device type"
