package link

import (
	"context"
	"errors"
	"fmt"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/rtnl"
)

// Delete removes the link that r points to. What sits on it goes with it, in
// other namespaces too, and so does the peer of a pair. A link that is not
// there is [ErrNotExist]; hardware and loopback cannot be deleted.
//
// Deleting one link waits for about 17 ms in the kernel; [Client.DeleteMany]
// waits once for all.
func (c *Client) Delete(ctx context.Context, r Ref) error {
	_, err := c.one(ctx, "delete", txOp{op: OpDelete, link: r})
	return err
}

// deleteStep removes a link.
type deleteStep struct {
	sub *subject
	// keep is the transaction of more steps that this one is part of: one that
	// fails later makes the link again, for which the guard reads what that
	// takes. It is nil where there is no later.
	keep *tx
	was  *original // nil without keep
	sent bool      // the kernel has done it, or may have
}

func (s *deleteStep) String() string { return "delete " + s.sub.called() }

// guard checks that the index is still that link's: the kernel deletes by
// index without looking at the name.
func (s *deleteStep) guard(ctx context.Context) error {
	if err := s.sub.still(ctx); err != nil {
		return err
	}
	if s.keep != nil {
		s.was = s.keep.original(s.sub, func(l *Link) (*Link, error) { return s.sub.at.peer(ctx, l, 0) })
	}
	return nil
}

// still reads the link again and fails if its index or its name has found
// another owner.
func (s *subject) still(ctx context.Context) error {
	was := s.now
	if err := s.confirm(ctx, new(Spec)); err != nil {
		return err
	}
	if s.now.Name != was.Name {
		return s.fail(fmt.Errorf("index %d is now %s: %w", s.index, s.now.Name, ErrConflict))
	}
	return nil
}

func (s *deleteStep) send(ctx context.Context) error {
	err := settled(ctx, s.sub.delete(ctx), s)
	s.sent = err == nil || errors.Is(err, ErrUnknownOutcome)
	return err
}

// settled looks whether a deletion was carried out whose answer was lost, also
// if that is because the context has ended: bringing back a link that is gone
// loses more than having done what was asked for.
func settled(ctx context.Context, err error, s step) error {
	if errors.Is(err, ErrUnknownOutcome) && s.verify(ctx) == nil {
		return nil
	}
	return err
}

// verify makes sure that the link is gone.
func (s *deleteStep) verify(ctx context.Context) error {
	gone, err := s.sub.isGone(ctx)
	if err != nil || gone {
		return err
	}
	return s.sub.fail(fmt.Errorf("it is still there: %w", ErrVerify))
}

// isGone reports whether the link is not there any more; its index can have
// found a new owner. It looks whether the context has ended or not, and once
// more if it could not see: what is gone is done. Only the first look ends with
// the context, so that nobody waits for an answer that was lost.
func (s *subject) isGone(ctx context.Context) (gone bool, err error) {
	first := ctx
	if ctx.Err() != nil {
		first = context.WithoutCancel(ctx)
	}
	for _, ctx := range []context.Context{first, context.WithoutCancel(ctx)} {
		try, cancel := context.WithTimeout(ctx, undoTry)
		_, err = s.read(try)
		cancel()
		switch {
		case err == nil:
			return false, nil
		case errors.Is(err, ErrNotExist), errors.Is(err, ErrConflict):
			return true, nil
		}
	}
	return false, err
}

// undo makes the link again.
func (s *deleteStep) undo(ctx context.Context) (did bool, err error) {
	if s.was == nil || !s.sent {
		return false, nil
	}
	err = remake(ctx, []*original{s.was})
	return s.was.made, err
}

// delete sends the request.
func (s *subject) delete(ctx context.Context) error {
	req := rtnl.Begin(nil, rtnl.DelLink, rtnl.FlagAck)
	req, err := attr.Append(req, &Spec{Index: s.index})
	if err != nil {
		return s.fail(err)
	}
	return hintDelete(s.request(ctx, rtnl.End(req, 0), &Spec{}))
}

// hintDelete says why a link cannot be deleted.
func hintDelete(err error) error {
	var e *Error
	if errors.As(err, &e) && e.Errno == eopnotsupp {
		e.Hint = "hardware and loopback links cannot be deleted"
	}
	return err
}
