package link

import (
	"context"
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

// find sets the index of the new link: the kernel's echo told it, else the
// name tells, else what has come of the kind.
func (s *createStep) find(ctx context.Context) error {
	name := s.want.Name
	if s.tempName != "" {
		name = s.tempName
	}
	switch {
	case s.sub.index != 0:
		return nil
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
		if !s.before[l.Index] {
			found = append(found, l.Index)
		}
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
