package link

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/iplink-go/iplink/internal/rtnl"
)

// A step is one message to the kernel that either happens or does not, and
// what it takes to do it safely.
type step interface {
	// String says what the step does, for people.
	String() string
	// guard reads what the step is about to change, and fails if that is not
	// what the step was made for.
	guard(ctx context.Context) error
	// send sends the message.
	send(ctx context.Context) error
	// verify reads the result, and fails if it is not what was wanted.
	verify(ctx context.Context) error
	// undo puts back what the guard read, and reports whether there was
	// anything to put back. It is called for a step that failed too, since
	// the kernel can have done part of it, and must not mind if there is
	// nothing to undo.
	undo(ctx context.Context) (did bool, err error)
}

// undoTime is how long undoing may take: it does not end with the caller's
// context, which is often the reason for it.
const undoTime = 10 * time.Second

// undoTry is how long one attempt to undo one step may wait. The kernel
// answers at once, so that waiting means that an answer was lost.
const undoTry = 2 * time.Second

// undoEach is how much longer it may take for each link of a bulk. Making a
// link again takes some milliseconds.
const undoEach = 50 * time.Millisecond

// A bulk is a step of many links.
type bulk interface {
	step
	links() int
}

// undoMore is how much longer than others s may take to undo.
func undoMore(s step) time.Duration {
	if b, ok := s.(bulk); ok {
		return time.Duration(b.links()) * undoEach
	}
	return 0
}

// A tx runs steps, and undoes them if one fails. It is the one executor
// behind everything that changes links.
type tx struct {
	op, link string // of errors that do not say it themselves
	planned  bool   // its links have been looked up by a plan
	done     []step
	failed   step       // the last of done, if the kernel may have done part of it only
	subjects []*subject // the links it has touched, for measuring what is left
	places   []*place   // namespaces it has opened
}

// close frees what the transaction has opened.
func (t *tx) close() {
	for _, p := range t.places {
		p.close() // sockets of a finished transaction: no error matters
	}
}

// keep makes the transaction close a place that it has opened.
func (t *tx) keep(p *place, home *place) *place {
	if p != home && !slices.Contains(t.places, p) {
		t.places = append(t.places, p)
	}
	return p
}

// run does one step. If it fails, everything done so far is undone, and the
// error says so.
func (t *tx) run(ctx context.Context, s step) error {
	sent, err := t.try(ctx, s)
	if err == nil {
		t.done = append(t.done, s)
		return nil
	}
	if sent {
		t.done, t.failed = append(t.done, s), s
	}
	return t.rollback(ctx, err)
}

// runAll does steps in order.
func (t *tx) runAll(ctx context.Context, steps []step) error {
	for _, s := range steps {
		if err := t.run(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) try(ctx context.Context, s step) (sent bool, err error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	if err := s.guard(ctx); err != nil {
		return false, err
	}
	err = s.send(ctx)
	if errors.Is(err, rtnl.ErrUnknownOutcome) {
		// The answer was lost. The link itself tells whether it was done.
		settle, cancel := context.WithTimeout(context.WithoutCancel(ctx), undoTime)
		defer cancel()
		if s.verify(settle) == nil && ctx.Err() == nil {
			return true, nil
		}
		return true, err
	}
	if err != nil {
		return true, err
	}
	return true, s.verify(ctx)
}

// named says which operation failed, if err does not. That a link which the plan
// refers to is not there any more is a conflict, whatever the kernel calls it.
func (t *tx) named(err error) error {
	var e *Error
	if errors.As(err, &e) {
		if e.absent && t.planned { // the plan had found it
			return &Error{Op: t.op, Link: e.Link, Err: fmt.Errorf("%w: %w", ErrConflict, err)}
		}
		return err
	}
	return &Error{Op: t.op, Link: t.link, Err: err}
}

// rollback undoes what was done, in reverse, and reports it.
func (t *tx) rollback(ctx context.Context, cause error) error {
	cause = t.named(cause)
	if len(t.done) == 0 {
		return cause
	}
	limit := undoTime
	for _, s := range t.done {
		limit += undoMore(s)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), limit)
	defer cancel()
	e := &TxError{Cause: cause}
	for _, s := range slices.Backward(t.done) {
		did, err := takeBack(ctx, s)
		switch {
		case err != nil:
			e.Failed = append(e.Failed, fmt.Errorf("undo %s: %w", s, err))
		case s == t.failed && !did: // it changed nothing
			continue
		default:
			e.Undone = append(e.Undone, s.String())
		}
		e.Done = append(e.Done, s.String())
	}
	slices.Reverse(e.Done)
	t.done, t.failed = nil, nil
	for _, s := range t.subjects {
		e.Residue = append(e.Residue, measured(ctx, s)...)
	}
	if len(e.Done) == 0 && e.Clean() { // the one step that failed did nothing
		return cause
	}
	return e
}

// measured is what is left of a link, read once more where an answer was lost.
func measured(ctx context.Context, s *subject) (left []Residue) {
	_ = insist(ctx, undoTry, func(ctx context.Context) error { // what could not be read is among left
		left = s.residue(ctx)
		return ctx.Err()
	})
	return left
}

// takeBack undoes a step, and reports whether there was anything to undo: where
// the first attempt did it and its answer was lost, the second finds nothing.
func takeBack(ctx context.Context, s step) (did bool, err error) {
	err = insist(ctx, undoTry+undoMore(s), func(ctx context.Context) error {
		now, err := s.undo(ctx)
		did = did || now
		return err
	})
	return did, err
}

// insist does what begins by reading, so that it can be done once more where
// an answer was lost.
func insist(ctx context.Context, limit time.Duration, f func(context.Context) error) error {
	var err error
	for range 2 {
		try, cancel := context.WithTimeout(ctx, limit)
		err = f(try)
		cancel()
		if !errors.Is(err, rtnl.ErrUnknownOutcome) && !errors.Is(err, context.DeadlineExceeded) {
			break
		}
	}
	return err
}

// A TxError is why an operation failed of which something had taken effect, and
// what became of that: steps before, and what the kernel did of the one that
// failed. An operation of which nothing has taken effect fails with the cause
// alone. errors.Is and errors.As look into Cause and Failed.
type TxError struct {
	// Cause is why it failed: an [*Error], or the context's error.
	Cause error
	// Done are the steps that took effect, in order, the last one perhaps in
	// part; Undone those of them that were taken back, the last one first. A
	// step that the kernel refused and did nothing of is in neither. What
	// cannot be told, because the link could not be read, counts as an effect.
	Done, Undone []string
	// Failed are the steps that could not be taken back, and why.
	Failed []error
	// Residue is what differs from before, found by reading everything that
	// was touched once more.
	Residue []Residue
}

// A Residue is a field of a link that differs from what it was.
type Residue struct {
	// Link and Field say where, Was and Is what.
	Link, Field, Was, Is string
}

// String names the link, the field and both values.
func (r Residue) String() string {
	return fmt.Sprintf("%s: %s was %s and is %s", r.Link, r.Field, r.Was, r.Is)
}

// Clean reports whether every link that was to be changed is as before. It is
// what was measured, not what undoing should have achieved. What a change does
// to other links is not measured: a bridge takes its address from its ports,
// and a lower link's MTU limits those above it.
func (e *TxError) Clean() bool { return len(e.Residue) == 0 && len(e.Failed) == 0 }

// Error returns the cause and whether everything is as before.
func (e *TxError) Error() string {
	s := e.Cause.Error()
	if e.Clean() {
		return s + " (undone: " + strings.Join(e.Undone, ", ") + ")"
	}
	var left []string
	for _, r := range e.Residue {
		left = append(left, r.String())
	}
	for _, err := range e.Failed {
		left = append(left, err.Error())
	}
	return s + " (not all undone: " + strings.Join(left, "; ") + ")"
}

// Unwrap returns the cause and the failures of undoing.
func (e *TxError) Unwrap() []error { return append([]error{e.Cause}, e.Failed...) }
