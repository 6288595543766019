package rtnl

import "errors"

var (
	// ErrUnknownOutcome is found with errors.Is in the error of [Conn.Do]
	// when the request may have been carried out and its answer was not seen.
	// Read the state again before doing anything else.
	ErrUnknownOutcome = errors.New("rtnl: outcome unknown")
	// ErrOverrun means that the socket's queue was full and that messages
	// were lost (ENOBUFS). The kernel drops everything for this socket until
	// the queue has been read empty.
	ErrOverrun = errors.New("rtnl: messages lost: receive queue overrun")
	// ErrTruncated means that an answer was larger than the buffer. Close the
	// Conn; the [Pool] it came from makes the next one with a buffer that is
	// large enough. A request that reads can then simply be repeated.
	ErrTruncated = errors.New("rtnl: answer larger than the receive buffer")
	// ErrBroken means that nothing was sent because the Conn is [Conn.Broken].
	ErrBroken = errors.New("rtnl: connection broken by an earlier exchange")
	// ErrClosed means that a Conn, a Pool or a Transport has been closed.
	ErrClosed = errors.New("rtnl: closed")
	// ErrStop ends a dump early and without an error when the function given
	// to [Conn.Dump] returns it.
	ErrStop = errors.New("rtnl: stop")
)

// An OutcomeError says why the answer to a request was not seen. errors.Is
// finds [ErrUnknownOutcome] in it, and the cause: [ErrOverrun],
// context.Canceled, context.DeadlineExceeded, ...
type OutcomeError struct {
	// Err is the cause.
	Err error
}

// Error returns the cause, marked as leaving the outcome unknown.
func (e *OutcomeError) Error() string { return ErrUnknownOutcome.Error() + ": " + e.Err.Error() }

// Unwrap returns the cause.
func (e *OutcomeError) Unwrap() error { return e.Err }

// Is reports whether target is [ErrUnknownOutcome].
func (e *OutcomeError) Is(target error) bool { return target == ErrUnknownOutcome }
