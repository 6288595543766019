package link

import (
	"context"
	"errors"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/rtnl"
)

// GetStats returns the counters of one link in the groups that are asked for,
// StatsLink | StatsKind say. A link by name costs a request more, since the
// kernel takes an index only. The error for a link that is not there is
// [ErrNotExist], for groups that this kernel does not know [ErrInvalid].
//
// There is one message for the answer, and 64 KiB in it for a group: that
// many VLANs of a bridge, about 1,480, are refused. [Client.ListStats] reads
// them.
func (c *Client) GetStats(ctx context.Context, r Ref, groups StatsGroups) (*StatsReport, error) {
	if err := c.enter("stats"); err != nil {
		return nil, err
	}
	defer c.leave()
	if r.Name() != "" {
		var l Link
		if err := c.home.get(ctx, r, &l, 0); err != nil {
			return nil, opError("stats", err)
		}
		r = Index(l.Index)
	}
	own, err := c.home.own(r)
	if err != nil {
		return nil, failure("stats", r.String(), err)
	}
	index, ok := own.Index()
	if !ok || index == 0 {
		return nil, failure("stats", r.String(), refused("link", "no link is named"))
	}
	ask := StatsRequest{Index: index, Groups: groups}
	req, err := ask.message()
	if err != nil {
		return nil, failure("stats", r.String(), err)
	}
	report := new(StatsReport)
	if err := c.home.stats(ctx, req, report); err != nil {
		return nil, statsError(c.home.kernelError("stats", r.String(), err, nil, nil))
	}
	return report, nil
}

func (p *place) stats(ctx context.Context, req []byte, report *StatsReport) error {
	each := func(m rtnl.Message) error {
		switch {
		case m.Type != rtnl.NewStats:
			return nil
		case hasWrapped(m.Payload):
			return attr.ErrTooLong
		}
		return DecodeStats(m.Payload, report)
	}
	_, err := p.do(ctx, req, each)
	if errors.Is(err, ErrUnknownOutcome) && ctx.Err() == nil {
		_, err = p.do(ctx, req, each) // the answer was lost; asking again does no harm
	}
	return err
}

// hasWrapped reports whether b, the body of a report, holds a group that is
// longer than its length can say: older kernels let that wrap around, so that the
// rest of the group looks like groups behind it. A true report is in order and
// has each group once.
func hasWrapped(b []byte) bool {
	if len(b) <= ifStatsMsgLen+attr.HeaderLen+attr.MaxPayload { // has room for no such group
		return false
	}
	last := attr.Type(0)
	for b = b[ifStatsMsgLen:]; len(b) > 0; {
		t, _, rest, err := attr.Cut(b)
		if err != nil || t.Number() <= last {
			return true
		}
		last, b = t.Number(), rest
	}
	return false
}

// statsError says where counters are read that have no room in one message.
func statsError(err error) error {
	if e, ok := errors.AsType[*Error](err); ok && (e.Errno == emsgsize || errors.Is(e.Err, attr.ErrTooLong)) {
		e.Hint = "one message has no room for so many counters: use ListStats"
	}
	return err
}

// ListStats returns the counters of all links of the namespace, one report for
// each, in the kernel's order. Like [Client.List] it reads again if links keep
// coming and going, and in the end returns what there is with
// [ErrInterrupted].
func (c *Client) ListStats(ctx context.Context, groups StatsGroups) ([]StatsReport, error) {
	if err := c.enter("stats"); err != nil {
		return nil, err
	}
	defer c.leave()
	ask := StatsRequest{Groups: groups}
	req, err := ask.message()
	if err != nil {
		return nil, failure("stats", "", err)
	}
	var list []StatsReport
	for range c.attempts() {
		var interrupted bool
		list, interrupted, err = c.home.listStats(ctx, req)
		if !interrupted {
			return list, err
		}
	}
	return list, join(&Error{Op: "stats", Err: ErrInterrupted}, err)
}

// message returns the request for counters.
func (r *StatsRequest) message() ([]byte, error) {
	if r.Groups == 0 {
		return nil, refused("groups", "no group of counters is asked for")
	}
	b, err := AppendStats(rtnl.Begin(nil, rtnl.GetStats, 0), r)
	if err != nil {
		return nil, err
	}
	return rtnl.End(b, 0), nil
}

// listStats reads all reports once.
func (p *place) listStats(ctx context.Context, req []byte) (list []StatsReport, interrupted bool, err error) {
	conn, err := p.conn(ctx)
	if err != nil {
		return nil, false, &Error{Op: "stats", Err: err}
	}
	defer p.pool.Put(conn)
	var unreadable []error
	interrupted, err = conn.Dump(ctx, req, func(m rtnl.Message) error {
		if m.Type != rtnl.NewStats {
			return nil
		}
		var r StatsReport
		switch err := DecodeStats(m.Payload, &r); {
		case err != nil:
			unreadable = append(unreadable, failure("stats", attr.RefIndex(r.Index).String(), err))
		case len(list) > 0 && list[len(list)-1].Index == r.Index:
			list[len(list)-1].add(&r)
		default:
			list = append(list, r)
		}
		return nil
	})
	if err != nil {
		err = p.kernelError("stats", "", err, nil, nil)
	}
	return list, interrupted, join(append(unreadable, err)...)
}
