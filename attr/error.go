package attr

import (
	"errors"
	"fmt"
	"strings"
)

// Reasons for which attributes cannot be read or written, found in an
// [*Error] with errors.Is.
var (
	// ErrTruncated says that the data ends inside an attribute.
	ErrTruncated = errors.New("truncated")
	// ErrLength says that a length is impossible: an attribute shorter than
	// its header, or a payload of another size than its type has.
	ErrLength = errors.New("wrong length")
	// ErrTooLong says that a value does not fit an attribute, which holds
	// less than 64 KiB, or is longer than the kernel allows.
	ErrTooLong = errors.New("too long")
	// ErrRange says that a value is outside what the kernel accepts.
	ErrRange = errors.New("out of range")
	// ErrValue says that a value has no meaning here or cannot be expressed.
	ErrValue = errors.New("invalid value")
	// ErrUnresolved says that something has a name where messages hold a
	// number: a link whose index is needed, a namespace.
	ErrUnresolved = errors.New("name not resolved to a number")
)

// An Error says which attribute could not be read or written, and why.
type Error struct {
	// Path names the fields from the outermost nest inward, as in
	// "linkinfo.data.port". It is empty outside any field.
	Path string
	// Type is the attribute's number in the innermost nest.
	Type Type
	// Offset is where the attribute's header starts in the input. Errors of
	// writing have none: -1.
	Offset int
	// Err is the reason; errors.Is finds [ErrTruncated] and its like in it.
	Err error
}

// Error returns the path, the place and the reason.
func (e *Error) Error() string {
	var b strings.Builder
	if e.Path != "" {
		b.WriteString(e.Path + ": ")
	}
	if e.Offset >= 0 {
		fmt.Fprintf(&b, "type %d at offset %d: ", e.Type, e.Offset)
	}
	b.WriteString(e.Err.Error())
	return b.String()
}

// Unwrap returns the reason.
func (e *Error) Unwrap() error { return e.Err }

// within puts an error from inside the nest called name under that name. It
// is called only while an error travels outward, so success pays nothing.
func within(err error, name string) error {
	e, ok := err.(*Error)
	if !ok {
		return err
	}
	switch {
	case name == "":
	case e.Path == "":
		e.Path = name
	default:
		e.Path = name + "." + e.Path
	}
	return e
}
