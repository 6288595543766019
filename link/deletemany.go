package link

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/rtnl"
)

// DeleteMany removes links together, and with each what [Client.Delete] would
// remove with it. The kernel does all of it or nothing, and waits once: for a
// hundred veth pairs it takes hardly longer than for one. Bridges are the
// exception, each of which the kernel waits for.
//
// No reference is no link. The same link can be named twice, and so can both
// ends of a pair. If a link is not there the error is [ErrNotExist], if one
// cannot be deleted, as hardware and loopback, it is [ErrNotSupported], and
// says which; nothing has been sent then.
//
// The kernel deletes by group: the links are put into a group that no link of
// the namespace was in, the links of the group are listed again, and the group
// is deleted. If something fails before that, the links are put back into their
// groups. Between the list and the deletion remains a window of one request:
// what somebody else puts into the group then goes too, for which they would
// have to hit one number among two thousand million. A program that is killed
// half-way leaves the links in the group.
//
// Once the kernel has the last request the links are deleted, even if the
// context ends before the answer. A link that is still there afterwards is
// [ErrVerify], in which case those that are gone are made again as far as that
// can be: what they had besides their own settings, such as addresses and
// routes, is lost. So it is with the fallback devices that the modules of
// tunnels make in each namespace (tunl0, sit0): the kernel says that it has
// deleted them, and keeps them.
func (c *Client) DeleteMany(ctx context.Context, refs ...Ref) error {
	if err := c.enter("delete"); err != nil {
		return err
	}
	defer c.leave()
	t := &tx{op: "delete"}
	defer t.close()
	subs, err := c.home.subjects(ctx, refs)
	if err != nil || len(subs) == 0 {
		return err
	}
	if len(subs) == 1 {
		return t.run(ctx, &deleteStep{sub: subs[0]})
	}
	t.subjects = subs
	return t.run(ctx, newBulkDelete(t, c.home, subs))
}

// subjects finds links to delete, each once. The error names all that are not
// there.
func (p *place) subjects(ctx context.Context, refs []Ref) ([]*subject, error) {
	if len(refs) == 0 {
		return nil, nil
	}
	links, err := p.list(ctx, Filter{})
	if err != nil {
		return nil, err
	}
	var out []*subject
	var errs []error
	seen := map[uint32]bool{}
	for _, r := range refs {
		l := links.Find(r)
		if l == nil { // asked by itself, for the kernel's own words
			l = new(Link)
			if err := p.get(ctx, r, l, 0); err != nil {
				errs = append(errs, opError("delete", err))
				continue
			}
		}
		if !seen[l.Index] {
			seen[l.Index] = true
			out = append(out, &subject{kind: l.KindName(), names: []string{l.Name}, op: "delete", at: p, index: l.Index, now: l, was: l, wasAt: p})
		}
	}
	return out, join(errs...)
}

// bulkDelete removes several links of one namespace at once. Both ends of a
// pair may be among them, lower links and uppers, masters and ports.
type bulkDelete struct {
	tx   *tx
	at   *place
	subs []*subject
	// marks are the links that are put into the group. The others of subs go
	// with them.
	marks []*subject
	group uint32
	// owner is the mark of a state that prunes, 0 for none.
	owner uint32
	were  []*original // subs as they were, each pair once
	sent  bool        // the kernel has deleted them, or may have
}

// newBulkDelete makes the step. No link may be twice among subs, which the
// transaction measures if it has to.
func newBulkDelete(t *tx, at *place, subs []*subject) *bulkDelete {
	return &bulkDelete{tx: t, at: at, subs: subs}
}

// links implements bulk.
func (s *bulkDelete) links() int { return len(s.subs) }

// mostNames is how many names the text of the step has.
const mostNames = 8

func (s *bulkDelete) String() string {
	if len(s.subs) == 1 {
		return "delete " + s.names()
	}
	return fmt.Sprintf("delete %d links: %s", len(s.subs), s.names())
}

// names are the names of the links, the first of them if there are many.
func (s *bulkDelete) names() string {
	var out []string
	for i, sub := range s.subs {
		if i == mostNames {
			out = append(out, "...")
			break
		}
		out = append(out, sub.called())
	}
	return strings.Join(out, ", ")
}

// guard checks that all links are still there, finds a group, and keeps what
// it takes to make the links again.
func (s *bulkDelete) guard(ctx context.Context) error {
	links, err := s.at.list(ctx, Filter{})
	if err != nil {
		return err
	}
	at := make(map[uint32]*Link, len(links))
	used := map[uint32]bool{}
	for i := range links {
		at[links[i].Index] = &links[i]
		used[links[i].Group.Value()] = true
	}
	for _, sub := range s.subs {
		if err := sub.found(at[sub.index]); err != nil {
			return err
		}
	}
	firsts := firstEnds(s.subs)
	s.marks = withoutUppers(firsts, s.subs, at)
	s.choose(used)
	other := func(l *Link) (*Link, error) {
		if i, _ := l.Lower.Index(); !l.LowerNetNSID.IsSet() && at[i] != nil {
			return at[i], nil
		}
		return s.at.peer(ctx, l, 0)
	}
	s.were = nil
	for _, sub := range firsts {
		s.were = append(s.were, s.tx.original(sub, other))
	}
	return nil
}

// choose finds a group that nobody uses. Where links are known as ours by their
// group, the one that replaces it must say so too; links of a program that was
// killed are in it already, and are among those to delete or are left alone.
func (s *bulkDelete) choose(used map[uint32]bool) {
	if s.group = leaving(s.owner); s.owner != 0 && s.isFit(used) {
		return
	}
	for s.group = 0; s.group == 0 || used[s.group]; {
		s.group = rand.Uint32N(1 << 31) // the kernel counts in an int; 0 is the default, and cannot be deleted
	}
}

// isFit reports whether the group is unused but for links of marks; if others
// are in it too, members tells. What goes with the marks must not be in it.
func (s *bulkDelete) isFit(used map[uint32]bool) bool {
	in := func(sub *subject) bool { return sub.now.Group == attr.Some(s.group) }
	for _, sub := range s.subs {
		if in(sub) && !slices.Contains(s.marks, sub) {
			return false
		}
	}
	return !used[s.group] || slices.ContainsFunc(s.marks, in)
}

// firstEnds leaves out the second end of each pair, which goes with the first.
func firstEnds(subs []*subject) []*subject {
	var out []*subject
	seen := map[uint32]bool{}
	for _, s := range subs {
		if i := s.now.pairedWith(); i == 0 || !seen[i] {
			out = append(out, s)
		}
		seen[s.index] = true
	}
	return out
}

// pairedWith is the index of the other end of a pair, 0 if it is elsewhere or
// there is none.
func (l *Link) pairedWith() uint32 {
	if l.Kind == nil || !l.Kind.Info().Pair || l.LowerNetNSID.IsSet() {
		return 0
	}
	i, _ := l.Lower.Index()
	return i
}

// withoutUppers leaves out what sits, perhaps by way of others, on a link that
// is deleted too. It goes with that one, and must not go beside it: before Linux
// 5.18 the kernel waits for links in the order in which they were made, and so
// for ever for a lower one that an upper holds until it is freed itself
// (netdev_run_todo, vlan_dev_free). A network namespace that goes is no
// example: its links are taken in the opposite order.
func withoutUppers(marks, all []*subject, at map[uint32]*Link) []*subject {
	goes := map[uint32]bool{}
	for _, s := range all {
		goes[s.index] = true
		goes[s.now.pairedWith()] = true
	}
	delete(goes, 0)
	var out []*subject
	for _, s := range marks {
		if !s.now.sitsAbove(goes, at) {
			out = append(out, s)
		}
	}
	return out
}

// sitsAbove reports whether one of the links below is among those that go. at are
// the links of the namespace.
func (l *Link) sitsAbove(goes map[uint32]bool, at map[uint32]*Link) bool {
	for range len(at) { // no more are below, whatever was read
		if l == nil || l.Kind == nil || !l.Kind.Info().NeedsLower || l.LowerNetNSID.IsSet() {
			return false
		}
		i, _ := l.Lower.Index()
		if goes[i] {
			return true
		}
		l = at[i]
	}
	return false
}

// found takes what a list says of the link for the last read.
func (s *subject) found(l *Link) error {
	switch {
	case l == nil:
		return s.fail(fmt.Errorf("it is gone: %w", ErrNotExist))
	case l.Name != s.now.Name || l.KindName() != s.kind:
		return s.fail(fmt.Errorf("index %d is now %s, %s: %w", s.index, l.Name, kindText(l.KindName()), ErrConflict))
	case l.KindName() == "": // the kernel would refuse all, and not say because of which
		return hintDelete(&Error{Op: s.op, Link: l.Name, Errno: eopnotsupp})
	}
	s.now = l
	return nil
}

// send puts the links into the group, makes sure that it holds them and nobody
// else, and deletes it. One that all others go with needs no group.
func (s *bulkDelete) send(ctx context.Context) error {
	err := s.mark(ctx)
	if err != nil {
		return err
	}
	if len(s.marks) == 1 {
		err = s.marks[0].delete(ctx)
	} else {
		err = s.delete(ctx)
	}
	s.sent = err == nil || errors.Is(err, ErrUnknownOutcome)
	return settled(ctx, err, s)
}

func (s *bulkDelete) mark(ctx context.Context) error {
	if len(s.marks) == 1 {
		return s.marks[0].still(ctx)
	}
	for _, sub := range s.marks {
		if err := sub.still(ctx); err != nil {
			return err
		}
		err := sub.set(ctx, &Spec{Group: attr.Some(s.group)})
		if errors.Is(err, ErrUnknownOutcome) && ctx.Err() == nil {
			continue // the list will show whether it was done
		}
		if err != nil {
			return err
		}
	}
	return s.members(ctx)
}

// members lists the links of the group, which must be those to delete.
func (s *bulkDelete) members(ctx context.Context) error {
	links, err := s.at.list(ctx, Filter{})
	if err != nil {
		return err
	}
	in := map[uint32]*Link{}
	for i := range links {
		if l := &links[i]; l.Group == attr.Some(s.group) {
			in[l.Index] = l
		}
	}
	for _, sub := range s.marks {
		if err := sub.found(in[sub.index]); errors.Is(err, ErrNotExist) {
			return sub.fail(fmt.Errorf("it has left the group: %w", ErrConflict))
		} else if err != nil {
			return err
		}
		delete(in, sub.index)
	}
	for _, l := range in {
		return failure("delete", l.Name, fmt.Errorf("somebody else put it into the group: %w", ErrConflict))
	}
	return nil
}

// delete sends the request for the whole group.
func (s *bulkDelete) delete(ctx context.Context) error {
	m := &Spec{Group: attr.Some(s.group)}
	req, err := attr.Append(rtnl.Begin(nil, rtnl.DelLink, rtnl.FlagAck), m)
	if err != nil {
		return failure("delete", s.names(), err)
	}
	req = rtnl.End(req, 0)
	if _, err = s.at.do(ctx, req, nil); err == nil {
		return nil
	}
	return hintDelete(s.at.kernelError("delete", s.names(), err, req[rtnl.HeaderLen:], m))
}

// verify makes sure that all links are gone. Each is asked for: that a list does
// not show a link proves nothing while others come and go.
func (s *bulkDelete) verify(ctx context.Context) error {
	for _, sub := range s.subs {
		gone, err := sub.isGone(ctx)
		if err != nil {
			return err
		}
		if !gone {
			return sub.fail(fmt.Errorf("it is still there: %w", ErrVerify))
		}
	}
	return nil
}

// undo puts the links back into their groups, and makes those again that have
// been deleted.
func (s *bulkDelete) undo(ctx context.Context) (did bool, err error) {
	var errs []error
	for _, o := range s.were {
		errs = append(errs, insist(ctx, undoTry, func(ctx context.Context) error {
			marked, err := s.release(ctx, o)
			did = did || marked
			return err
		}))
	}
	if s.sent {
		errs = append(errs, remake(ctx, s.were))
	}
	made := func(o *original) bool { return o.made }
	return did || slices.ContainsFunc(s.were, made), join(errs...)
}

// release puts a link that is still there back into its own group, unless
// somebody else has taken it out of ours, and reports whether it was in ours.
func (s *bulkDelete) release(ctx context.Context, o *original) (marked bool, err error) {
	l, err := o.sub.read(ctx)
	switch {
	case errors.Is(err, ErrNotExist), errors.Is(err, ErrConflict):
		return false, nil
	case err != nil:
		return false, err
	case l.Group != attr.Some(s.group):
		return false, nil
	}
	return true, o.sub.set(ctx, &Spec{Group: attr.Some(o.was.Group.Value())})
}
