package link

import (
	"context"
	"errors"
	"fmt"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/rtnl"
)

// Which link is the new one? The kernel's echo tells its index, from Linux 6.2
// on and in the socket's own namespace; else its name does; else what has come
// of the kind.

// noteKind notes the links of the kind that there are, to know the new one.
func (s *createStep) noteKind(ctx context.Context) error {
	s.before = map[uint32]bool{}
	_, err := s.sub.at.dump(ctx, Filter{Kind: s.want.Kind.Kind()}, func(m rtnl.Message) error {
		var l Link
		if err := s.sub.at.scope().Decode(m.Payload, &l); err != nil {
			return err
		}
		s.before[l.Index] = true
		return nil
	})
	return err
}

// find sets the index of the new link. Where the kernel's answer was lost the
// link must be all that was asked for to pass for it: somebody else can have
// made one of the name after the guard looked. Nothing more can be known of
// it, since a link does not say who made it, and nothing that would tell could
// be put into the message and leave the link as it was asked for.
func (s *createStep) find(ctx context.Context) error {
	if s.sub.index != 0 {
		return nil // the echo comes from the kernel, for this request
	}
	err := s.locate(ctx)
	if err == nil && s.unsure {
		err = s.recognize(ctx)
	}
	if err != nil {
		s.sub.index = 0
	}
	return err
}

// recognize compares what has been found with what was asked for.
func (s *createStep) recognize(ctx context.Context) error {
	l, err := s.sub.read(ctx)
	if err != nil {
		return err
	}
	same, err := s.isWanted(ctx, l)
	if err != nil || same {
		return err
	}
	s.sub.stranger = l.Index
	return s.sub.fail(fmt.Errorf("index %d is %s, which is not as asked for: %w", l.Index, l.Name, ErrConflict))
}

// isWanted reports whether l, and its peer if something was said of one, is
// all that was asked for.
func (s *createStep) isWanted(ctx context.Context, l *Link) (bool, error) {
	if d, err := notCreated(l, s.message); err != nil || d != nil {
		return false, err
	}
	if s.peer == nil {
		return true, nil
	}
	var p Link
	switch err := s.peer.at.get(ctx, l.Lower, &p, 0); {
	case errors.Is(err, ErrNotExist):
		return false, nil
	case err != nil:
		return false, opError("create", err)
	}
	want := *s.peerWant
	want.Up, want.Master = attr.Opt[bool]{}, Ref{} // follow
	d, err := notCreated(&p, &want)
	return err == nil && d == nil && p.Lower == l.Ref(), err
}

// locate sets the index: the name tells, or what has come of the kind.
func (s *createStep) locate(ctx context.Context) error {
	name := s.want.Name
	if s.tempName != "" {
		name = s.tempName
	}
	switch {
	case s.want.Index != 0:
		s.sub.index = s.want.Index
		return nil
	case name != "":
		var l Link
		if err := s.sub.at.get(ctx, attr.RefName(name), &l, 0); err != nil {
			return opError("create", err)
		}
		if l.KindName() != s.want.Kind.Kind() {
			return s.sub.fail(fmt.Errorf("%s is %s: %w", name, kindText(l.KindName()), ErrConflict))
		}
		s.sub.index = l.Index
		return nil
	}
	return s.findNew(ctx)
}

// findNew finds the one link of the kind that was not there before. Of a new
// pair it is the second: the kernel makes the peer first.
func (s *createStep) findNew(ctx context.Context) error {
	var found []uint32
	_, err := s.sub.at.dump(ctx, Filter{Kind: s.want.Kind.Kind()}, func(m rtnl.Message) error {
		var l Link
		if err := s.sub.at.scope().Decode(m.Payload, &l); err != nil {
			return err
		}
		if s.before[l.Index] {
			return nil
		}
		if s.unsure {
			// The end that is not wanted of a pair is found by the other.
			if d, err := notCreated(&l, s.message); err != nil || d != nil {
				return err
			}
		}
		found = append(found, l.Index)
		return nil
	})
	most := 1
	if s.want.Kind.Info().Pair {
		most = 2
	}
	switch {
	case err != nil:
		return opError("create", err)
	case len(found) == 0:
		return s.sub.fail(fmt.Errorf("no new link of kind %s: %w", s.want.Kind.Kind(), ErrNotExist))
	case len(found) > most:
		return s.sub.fail(fmt.Errorf("%d links of kind %s are new, which is it? give it a name: %w", len(found), s.want.Kind.Kind(), ErrUnknownOutcome))
	}
	for _, i := range found {
		s.sub.index = max(s.sub.index, i)
	}
	return nil
}
