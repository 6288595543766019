package link

import (
	"context"
	"errors"
	"fmt"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/rtnl"
)

// Moves to another namespace: the one change after which a link is somewhere
// else, perhaps under another name and index, so that it has to be found again.

// moveStep moves a link to another namespace, with a new name and index in
// the same message: the kernel checks the three together before it does any
// of it.
type moveStep struct {
	sub   *subject
	to    *place
	name  string // "" to keep it
	index uint32 // 0 to keep it if it is free
	from  *place
	was   *Link
	moved bool // it has been seen there
}

func (s *moveStep) String() string { return fmt.Sprintf("move %s to %s", s.sub.called(), s.to.ns) }

// wants is the name that the link is to have.
func (s *moveStep) wants() string {
	if s.name != "" {
		return s.name
	}
	return s.was.Name
}

// guard makes sure that the name is free there: the kernel looks at the new
// name only after it has moved the link, unless the old one is taken.
func (s *moveStep) guard(ctx context.Context) error {
	if err := s.sub.confirm(ctx, new(Spec)); err != nil {
		return err
	}
	s.from, s.was = s.sub.at, s.sub.now
	var l Link
	err := s.to.get(ctx, attr.RefName(s.wants()), &l, 0)
	switch {
	case err == nil:
		return &Error{Op: s.sub.op, Link: s.was.Name, Errno: eexist, Hint: "there " + takenBy(&l)}
	case errors.Is(err, ErrNotExist):
		return nil
	}
	return opError(s.sub.op, err)
}

func (s *moveStep) send(ctx context.Context) error {
	return s.sub.move(ctx, s.to, s.name, s.index)
}

// arrived finds the link in its new place, by name: the index can be another.
func (s *moveStep) arrived(ctx context.Context, name string) error {
	l := new(Link)
	if err := s.to.get(ctx, attr.RefName(name), l, s.sub.what); err != nil {
		return opError(s.sub.op, err)
	}
	if !s.sameAs(l) {
		return s.sub.fail(fmt.Errorf("%s in %s is another link: %w", name, s.to.ns, ErrConflict))
	}
	s.sub.at, s.sub.index, s.sub.now, s.moved = s.to, l.Index, l, true
	return nil
}

func (s *moveStep) verify(ctx context.Context) error {
	if err := s.arrived(ctx, s.wants()); err != nil {
		return err
	}
	if s.index != 0 && s.sub.index != s.index {
		return s.sub.fail(fmt.Errorf("index: want %d, is %d: %w", s.index, s.sub.index, ErrVerify))
	}
	return nil
}

// undo looks where the link is: the kernel can refuse the new name after it
// has moved the link.
func (s *moveStep) undo(ctx context.Context) (did bool, err error) {
	if s.was == nil {
		return false, nil
	}
	var l Link
	err = s.from.get(ctx, attr.RefIndex(s.was.Index), &l, 0)
	switch here := err == nil && s.sub.is(&l) && s.sameAs(&l); {
	case here && !s.moved:
		return false, nil
	case here: // back already
	case err != nil && !errors.Is(err, ErrNotExist):
		return false, opError(s.sub.op, err)
	default:
		if found, err := s.follow(ctx); !found {
			return false, err // if nil it is gone altogether, which the residue will show
		}
		err = s.sub.move(ctx, s.from, s.was.Name, s.was.Index)
		if err != nil && !s.isHome(ctx) {
			return true, err
		}
	}
	s.sub.at, s.sub.index = s.from, s.was.Index
	_, notAll := s.sub.restore(ctx, s.was.state())
	return true, join(err, notAll)
}

// isHome reports whether the link is back where it was, if under another
// name: the kernel refuses a name after it has moved the link.
func (s *moveStep) isHome(ctx context.Context) bool {
	var l Link
	return s.from.get(ctx, attr.RefIndex(s.was.Index), &l, 0) == nil && s.sub.is(&l) && s.sameAs(&l)
}

// sameAs compares what a move leaves as it is.
func (s *moveStep) sameAs(l *Link) bool {
	return l.KindName() == s.was.KindName() && l.Address == s.was.Address && l.Type == s.was.Type
}

// follow finds the link in the other place under either name.
func (s *moveStep) follow(ctx context.Context) (found bool, err error) {
	for _, name := range []string{s.wants(), s.was.Name} {
		err := s.arrived(ctx, name)
		if !errors.Is(err, ErrNotExist) && !errors.Is(err, ErrConflict) {
			return err == nil, err
		}
	}
	return false, nil
}

// move sends the message that moves a link.
func (s *subject) move(ctx context.Context, to *place, name string, index uint32) error {
	s.renamed(name)
	m := &Spec{Index: s.index, Name: name, NetNS: to.ref()}
	req := rtnl.Begin(nil, rtnl.NewLink, rtnl.FlagAck)
	req, err := attr.Append(req, m)
	if err != nil {
		return s.fail(err)
	}
	if index != 0 {
		req = attr.AppendUint32(req, iflaNewIfindex, index)
	}
	return s.request(ctx, rtnl.End(req, 0), m)
}
