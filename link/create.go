package link

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/rtnl"
)

// Create makes a link and returns it as it is then. Without a Name the kernel
// chooses one. All that the kernel takes
// at creation is in the one message that makes it, so that nobody sees it half
// made; what creation ignores is set afterwards: alias, alternative names,
// port data, settings of IPv4 and IPv6, and for the peer of a pair also master
// and flags. Up then comes last.
//
// The link is all or nothing: if a later part fails it is removed again. The
// error is then a [*TxError], which says what was undone and what was measured
// to be left over.
//
// With NetNS the link is made in another namespace; Lower and references in
// the kind's data are of this one, Master of the other.
//
// If the name is taken the error is [ErrExist] and says by what.
//
// If the kernel's answer is lost, a link that has the name now is taken for
// the new one if it is all that was asked for, since the name was free just
// before. One that is not is left alone, and the error, [ErrUnknownOutcome],
// reports it as a [Residue]: it can be somebody else's.
func (c *Client) Create(ctx context.Context, spec Spec) (*Link, error) {
	return c.one(ctx, "create", txOp{op: OpCreate, spec: spec.Clone()})
}

// createStep makes a link.
type createStep struct {
	sub      *subject
	from     *place // whose socket sends the message
	want     *Spec
	message  *Spec    // what of want goes into it; see divide
	peer     *subject // nil if nothing is said of one
	peerWant *Spec    // see expectPeer
	// peerIndex is what the peer's index shall be, 0 for any.
	peerIndex uint32
	before    map[uint32]bool // links of the kind, where the kernel picks the name
	made      bool            // the message was carried out, or may have been
	unsure    bool            // its answer was lost, so that it is not known which
	tempName  string          // in place of the name, on kernels that want that
}

func (s *createStep) String() string {
	return fmt.Sprintf("create %s %s", s.want.Kind.Kind(), s.want.Name)
}

// guard makes sure that the name is free, so that whatever has it afterwards
// is ours.
func (s *createStep) guard(ctx context.Context) error {
	if s.want.Name == "" {
		return s.noteKind(ctx)
	}
	var l Link
	err := s.sub.at.get(ctx, attr.RefName(s.want.Name), &l, 0)
	switch {
	case err == nil:
		return &Error{Op: "create", Link: s.want.Name, Errno: eexist, Hint: takenBy(&l)}
	case errors.Is(err, ErrNotExist):
		return nil
	}
	return opError("create", err)
}

func (s *createStep) send(ctx context.Context) error {
	err := s.sendAs(ctx, s.message)
	var e *Error
	if !errors.As(err, &e) || e.Errno != eexist || s.sub.at == s.from || s.want.Name == "" {
		return err
	}
	// Before Linux 6.15 or so the name must be free here as well as there.
	if s.from.get(ctx, attr.RefName(s.want.Name), new(Link), 0) != nil {
		return err
	}
	s.tempName = fmt.Sprintf("ipl%08x", rand.Uint32())
	s.sub.renamed(s.tempName)
	m := *s.message
	m.Name, m.Up = s.tempName, attr.Opt[bool]{} // before 6.2 it must be down to be renamed
	s.message = &m
	return s.sendAs(ctx, &m)
}

func (s *createStep) sendAs(ctx context.Context, m *Spec) error {
	sc := s.from.scope()
	sc.Only = attr.Create
	flags := uint16(rtnl.FlagAck | rtnl.FlagCreate | rtnl.FlagExcl)
	if s.sub.at == s.from {
		flags |= rtnl.FlagEcho
	}
	req := rtnl.Begin(nil, rtnl.NewLink, flags)
	req, err := sc.Append(req, m)
	if err != nil {
		return s.sub.fail(err)
	}
	req = rtnl.End(req, 0)
	_, err = s.from.do(ctx, req, func(echo rtnl.Message) error {
		if echo.Type == rtnl.NewLink {
			var l Link
			if err := sc.Decode(echo.Payload, &l); err == nil {
				s.sub.index = l.Index
			}
		}
		return nil
	})
	// What the kernel refused it has not made: a link that has the name by
	// now is somebody else's and must not be undone.
	s.unsure = errors.Is(err, rtnl.ErrUnknownOutcome)
	s.made = err == nil || s.unsure
	if err == nil {
		return nil
	}
	err = s.from.kernelError("create", s.sub.called(), err, req[rtnl.HeaderLen:], m)
	return s.refusal(ctx, m).explain(err)
}

// refusal is what is known of a request for m if it fails.
func (s *createStep) refusal(ctx context.Context, m *Spec) *refusal {
	r := &refusal{ctx: ctx, said: m, kind: m.Kind, at: s.sub.at, below: s.from}
	if s.peerWant != nil {
		peer := *s.peerWant
		peer.Index = s.peerIndex
		peer.Up, peer.Master = attr.Opt[bool]{}, Ref{} // not in the message
		r.peer = &refusal{ctx: ctx, said: &peer, kind: m.Kind, at: s.peer.at, below: s.from, nest: peerPath}
	}
	return r
}

// verify finds the new link and compares what creation heeds.
func (s *createStep) verify(ctx context.Context) error {
	if err := s.find(ctx); err != nil {
		return err
	}
	l, err := s.sub.read(ctx)
	if err != nil {
		return err
	}
	s.sub.now = l
	if err := s.findPeer(ctx); err != nil {
		return err
	}
	if want := s.message.Index; want != 0 && want != l.Index {
		return s.sub.fail(fmt.Errorf("index: want %d, is %d: %w", want, l.Index, ErrVerify))
	}
	d, err := notCreated(l, s.message)
	if err != nil {
		return s.sub.fail(err)
	}
	if d == nil {
		return nil
	}
	err = s.sub.fail(mismatch(d, l.state(), attr.Read|attr.Create, ErrVerify))
	return s.refusal(ctx, s.message).explain(err)
}

// notCreated returns what of want, which creation heeds and a report shows,
// does not hold in l, nil if all does.
func notCreated(l *Link, want *Spec) (*Spec, error) {
	d, fields, err := l.diff(want)
	if err != nil {
		return nil, err
	}
	for _, f := range l.unmet(fields) {
		// The link below can read back as another: on a macvlan it is the
		// one that the macvlan sits on.
		if f.Name == "link" && l.Lower.IsSet() {
			continue
		}
		if f.Dir&attr.Create != 0 {
			return d, nil
		}
	}
	return nil, nil
}

// undo removes the link, and with it the peer, if it is the one that was made.
// One that is gone by itself was there all the same, if the kernel said so.
func (s *createStep) undo(ctx context.Context) (did bool, err error) {
	if !s.made {
		return false, nil
	}
	if s.sub.index == 0 {
		switch err := s.find(ctx); {
		case errors.Is(err, ErrNotExist), errors.Is(err, ErrConflict):
			return !s.unsure, nil // if unsure it was not made
		case err != nil:
			return !s.unsure, err
		}
	}
	if _, err := s.sub.read(ctx); errors.Is(err, ErrNotExist) || errors.Is(err, ErrConflict) {
		return !s.unsure, nil // it is gone, and what has its index is not ours
	} else if err != nil {
		return !s.unsure, err
	}
	if err := s.sub.delete(ctx); err != nil {
		return true, err
	}
	s.sub.gone = true
	return true, nil
}
