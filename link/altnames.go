package link

import (
	"context"
	"fmt"
	"slices"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/rtnl"
)

// Alternative names, which travel in messages of their own.

// AddAltNames gives the link alternative names beside those it has. Names it
// has already are not sent.
func (c *Client) AddAltNames(ctx context.Context, r Ref, names ...string) error {
	return c.altNames(ctx, r, func(have []string) []string {
		for _, n := range names {
			if !slices.Contains(have, n) {
				have = append(have, n)
			}
		}
		return have
	})
}

// RemoveAltNames takes alternative names from the link. Names it does not have
// are not sent.
func (c *Client) RemoveAltNames(ctx context.Context, r Ref, names ...string) error {
	return c.altNames(ctx, r, func(have []string) []string {
		return slices.DeleteFunc(have, func(n string) bool { return slices.Contains(names, n) })
	})
}

func (c *Client) altNames(ctx context.Context, r Ref, change func(have []string) []string) error {
	_, err := c.one(ctx, "change", txOp{op: OpChange, link: r, spec: new(Spec), alts: change})
	return err
}

// altStep adds or removes one alternative name: several in one message would
// stop half-way.
type altStep struct {
	sub *subject
	alt string
	add bool
	had bool
	ok  bool // the guard has passed
}

func (s *altStep) String() string {
	if s.add {
		return fmt.Sprintf("add altname %s to %s", s.alt, s.sub.called())
	}
	return fmt.Sprintf("remove altname %s from %s", s.alt, s.sub.called())
}

func (s *altStep) guard(ctx context.Context) error {
	if err := s.sub.confirm(ctx, new(Spec)); err != nil {
		return err
	}
	s.had, s.ok = slices.Contains(s.sub.now.AltNames, s.alt), true
	return nil
}

func (s *altStep) send(ctx context.Context) error { return s.sub.setAltName(ctx, s.alt, s.add) }

func (s *altStep) verify(ctx context.Context) error {
	l, err := s.sub.read(ctx)
	if err != nil {
		return err
	}
	s.sub.now = l
	if slices.Contains(l.AltNames, s.alt) != s.add {
		return s.sub.fail(fmt.Errorf("altname %s: %w", s.alt, ErrVerify))
	}
	return nil
}

func (s *altStep) undo(ctx context.Context) (did bool, err error) {
	if !s.ok {
		return false, nil
	}
	l, err := s.sub.read(ctx)
	if err != nil {
		return false, err
	}
	if slices.Contains(l.AltNames, s.alt) == s.had {
		return false, nil
	}
	return true, s.sub.setAltName(ctx, s.alt, s.had)
}

func (s *subject) setAltName(ctx context.Context, alt string, add bool) error {
	typ, flags := uint16(rtnl.DelLinkProp), uint16(rtnl.FlagAck)
	if add {
		typ, flags = rtnl.NewLinkProp, rtnl.FlagAck|rtnl.FlagCreate|rtnl.FlagExcl|rtnl.FlagAppend
	}
	req := rtnl.Begin(nil, typ, flags)
	req, err := attr.Append(req, &Spec{Index: s.index})
	if err != nil {
		return s.fail(err)
	}
	nest := len(req)
	req = attr.AppendString(attr.BeginNest(req, iflaPropList), iflaAltIfname, alt)
	if req, err = attr.EndNest(req, nest); err != nil {
		return s.fail(err)
	}
	return s.request(ctx, rtnl.End(req, 0), &Spec{AltNames: []string{alt}})
}
