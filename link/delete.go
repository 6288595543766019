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
// Deleting one link waits for about 17 ms in the kernel.
func (c *Client) Delete(ctx context.Context, r Ref) error {
	if err := c.enter("delete"); err != nil {
		return err
	}
	defer c.leave()
	t := &tx{op: "delete", link: r.String()}
	defer t.close()
	sub, err := newSubject(ctx, "delete", c.home, r, 0)
	if err != nil {
		return err
	}
	return t.run(ctx, &deleteStep{sub})
}

// deleteStep removes a link.
type deleteStep struct{ sub *subject }

func (s *deleteStep) String() string { return "delete " + s.sub.now.Name }

// guard checks that the index is still that link's: the kernel deletes by
// index without looking at the name.
func (s *deleteStep) guard(ctx context.Context) error {
	was := s.sub.now
	if err := s.sub.confirm(ctx, new(Spec)); err != nil {
		return err
	}
	if s.sub.now.Name != was.Name {
		return s.sub.fail(fmt.Errorf("index %d is now %s: %w", s.sub.index, s.sub.now.Name, ErrConflict))
	}
	return nil
}

func (s *deleteStep) send(ctx context.Context) error { return s.sub.delete(ctx) }

// verify makes sure that the link is gone.
func (s *deleteStep) verify(ctx context.Context) error {
	l, err := s.sub.read(ctx)
	switch {
	case errors.Is(err, ErrNotExist):
		return nil
	case err != nil:
		return err
	case l.Name != s.sub.now.Name || l.KindName() != s.sub.now.KindName():
		return nil // the index has found a new owner
	}
	return s.sub.fail(fmt.Errorf("it is still there: %w", ErrVerify))
}

// undo does nothing: a link that is gone cannot be brought back, and one that
// is still there needs nothing.
func (s *deleteStep) undo(context.Context) error { return nil }

// delete sends the request.
func (s *subject) delete(ctx context.Context) error {
	req := rtnl.Begin(nil, rtnl.DelLink, rtnl.FlagAck)
	req, err := attr.Append(req, &Spec{Index: s.index})
	if err != nil {
		return s.fail(err)
	}
	err = s.request(ctx, rtnl.End(req, 0), &Spec{})
	var e *Error
	if errors.As(err, &e) && e.Errno == eopnotsupp {
		e.Hint = "hardware and loopback links cannot be deleted"
	}
	return err
}
