package link

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/rtnl"
)

// A Filter says which links to list. The zero Filter is all.
type Filter struct {
	// Kind is the kind of link, "" for any.
	Kind string
	// Master is the link they are ports of; [None] is those that are ports
	// of none. The zero Ref, and so a Name of "", is any. A name must be that
	// of a link, else the error is [ErrNotExist]; an index is not looked up,
	// so that the list is empty if no link has it.
	Master Ref
	// Include says what to report beside the usual.
	Include Include
}

// Get returns one link, by index, name or alternative name. It is one request,
// never a list. If there is no such link the error is [ErrNotExist].
func (c *Client) Get(ctx context.Context, r Ref, what ...Include) (*Link, error) {
	l := new(Link)
	if err := c.GetInto(ctx, r, l, what...); err != nil {
		return nil, err
	}
	return l, nil
}

// GetInto is [Client.Get] into a Link that is used again.
func (c *Client) GetInto(ctx context.Context, r Ref, l *Link, what ...Include) error {
	if err := c.enter("get"); err != nil {
		return err
	}
	defer c.leave()
	var include Include
	for _, w := range what {
		include |= w
	}
	return c.home.get(ctx, r, l, include)
}

func (p *place) get(ctx context.Context, r Ref, l *Link, include Include) error {
	r, err := p.own(r)
	if err != nil {
		return &Error{Op: "get", Link: r.String(), Err: err}
	}
	req, err := appendGet(nil, r, p.extMask(ctx, include))
	if err != nil {
		return &Error{Op: "get", Link: r.String(), Err: err}
	}
	each := func(m rtnl.Message) error {
		if m.Type != rtnl.NewLink {
			return nil
		}
		return p.decode(m.Payload, l, include)
	}
	_, err = p.do(ctx, req, each)
	if errors.Is(err, ErrUnknownOutcome) && ctx.Err() == nil {
		_, err = p.do(ctx, req, each) // the answer was lost; asking again does no harm
	}
	if err != nil {
		return p.kernelError("get", r.String(), err, nil, nil)
	}
	return nil
}

// appendGet appends the request for one link.
func appendGet(b []byte, r Ref, mask uint32) ([]byte, error) {
	index, byIndex := r.Index()
	if byIndex && index == 0 || !r.IsSet() {
		return b, fmt.Errorf("no link is named: %w", attr.ErrValue)
	}
	s := Spec{Index: index}
	start := len(b)
	b = rtnl.Begin(b, rtnl.GetLink, 0)
	b, err := attr.Append(b, &s)
	if err != nil {
		return b, err
	}
	b = attr.AppendUint32(b, iflaExtMask, mask)
	if !byIndex {
		if b, err = appendName(b, r.Name()); err != nil {
			return b, err
		}
	}
	return rtnl.End(b, start), nil
}

// appendName appends a name to look up. Alternative names may hold what names
// may not, so that only what cannot be sent is refused; one that is too long
// for a name can only be an alternative one.
func appendName(b []byte, name string) ([]byte, error) {
	switch {
	case len(name) > maxAltName:
		return b, fmt.Errorf("name %q has %d bytes, at most %d: %w", name, len(name), maxAltName, attr.ErrTooLong)
	case strings.IndexByte(name, 0) >= 0:
		return b, fmt.Errorf("name %q holds a NUL: %w", name, attr.ErrValue)
	case len(name) > maxName:
		return attr.AppendString(b, iflaAltIfname, name), nil
	}
	return attr.AppendString(b, iflaIfname, name), nil
}

// List returns the links of the namespace that the filter lets through, in
// the kernel's order. A list is not a snapshot: links can change while it is
// read. If links keep coming and going it is read again, and after too many
// attempts returned as it is with [ErrInterrupted].
//
// A message that cannot be read does not lose the others: the links are
// returned together with the errors.
func (c *Client) List(ctx context.Context, f Filter) (Links, error) {
	if err := c.enter("list"); err != nil {
		return nil, err
	}
	defer c.leave()
	return c.home.list(ctx, f)
}

func (p *place) list(ctx context.Context, f Filter) (Links, error) {
	var links Links
	var err error
	for range p.client.attempts() {
		var interrupted bool
		links, interrupted, err = p.listOnce(ctx, f, links[:0])
		if !interrupted {
			return links, err
		}
	}
	return links, join(&Error{Op: "list", Err: ErrInterrupted}, err)
}

// join is errors.Join that leaves a single error as it is.
func join(errs ...error) error {
	errs = slices.DeleteFunc(errs, func(err error) bool { return err == nil })
	if len(errs) == 1 {
		return errs[0]
	}
	return errors.Join(errs...)
}

func (c *Client) attempts() int {
	switch n := c.cfg.ListRetries; {
	case n < 0:
		return 1
	case n == 0:
		return 1 + defaultListRetries
	default:
		return 1 + n
	}
}

func (p *place) listOnce(ctx context.Context, f Filter, links Links) (Links, bool, error) {
	var errs []error
	interrupted, err := p.dump(ctx, f, func(m rtnl.Message) error {
		links = append(links, Link{})
		l := &links[len(links)-1]
		if err := p.decode(m.Payload, l, f.Include); err != nil {
			errs = append(errs, &Error{Op: "list", Link: l.Name, Err: err})
			links = links[:len(links)-1]
		} else if !f.passes(l) {
			links = links[:len(links)-1]
		}
		return nil
	})
	return links, interrupted, join(append(errs, err)...)
}

// All iterates over the links that the filter lets through, reading them as
// it goes into one Link that is used again: [Link.Clone] keeps one. An error
// comes with a nil Link; after one for a message that cannot be read the loop
// may go on, any other is the last. A list that was interrupted by links
// coming and going is not begun again, since the loop has seen part of it:
// its last error is [ErrInterrupted].
func (c *Client) All(ctx context.Context, f Filter) iter.Seq2[*Link, error] {
	return func(yield func(*Link, error) bool) {
		if err := c.enter("list"); err != nil {
			yield(nil, err)
			return
		}
		defer c.leave()
		var l Link
		stopped := false
		interrupted, err := c.home.dump(ctx, f, func(m rtnl.Message) error {
			err := c.home.decode(m.Payload, &l, f.Include)
			switch {
			case err != nil:
				stopped = !yield(nil, &Error{Op: "list", Link: l.Name, Err: err})
			case f.passes(&l):
				stopped = !yield(&l, nil)
			}
			if stopped {
				return rtnl.ErrStop
			}
			return nil
		})
		if stopped {
			return
		}
		if err == nil && interrupted {
			err = &Error{Op: "list", Err: ErrInterrupted}
		}
		if err != nil {
			yield(nil, err)
		}
	}
}

// passes checks again what the kernel was asked to filter: one that does not
// know a kind ignores it.
func (f *Filter) passes(l *Link) bool {
	if f.Kind != "" && l.KindName() != f.Kind {
		return false
	}
	if want, ok := f.Master.Index(); ok {
		have, _ := l.Master.Index()
		return want == have
	}
	return true
}

// dump lists the links of the place, handing each message to each.
func (p *place) dump(ctx context.Context, f Filter, each func(rtnl.Message) error) (interrupted bool, err error) {
	if err := p.resolve(ctx, "master", &f.Master); err != nil {
		return false, failure("list", "", err)
	}
	if len(f.Kind) > maxKind {
		return false, &Error{Op: "list", Err: fmt.Errorf("kind %q has %d bytes, at most %d: %w", f.Kind, len(f.Kind), maxKind, attr.ErrValue)}
	}
	req := appendDump(nil, f, p.extMask(ctx, f.Include))
	interrupted, err = p.dumpAll(ctx, req, func(m rtnl.Message) error {
		if m.Type != rtnl.NewLink {
			return nil
		}
		return each(m)
	})
	if err != nil && !errors.Is(err, rtnl.ErrStop) {
		return interrupted, p.kernelError("list", "", err, nil, nil)
	}
	return interrupted, nil
}

// dumpAll sends a request for everything and hands the replies to each.
func (p *place) dumpAll(ctx context.Context, req []byte, each func(rtnl.Message) error) (interrupted bool, err error) {
	conn, err := p.conn(ctx)
	if err != nil {
		return false, err
	}
	defer p.pool.Put(conn)
	return conn.Dump(ctx, req, each)
}

// maxKind is more than the longest name of a kind that a kernel module can
// have (MODULE_NAME_LEN).
const maxKind = 63

// appendDump appends the request for a list. The header is zero: strict
// kernels refuse anything else.
func appendDump(b []byte, f Filter, mask uint32) []byte {
	start := len(b)
	b = rtnl.Begin(b, rtnl.GetLink, 0)
	b = append(b, make([]byte, ifinfomsgLen)...)
	b = attr.AppendUint32(b, iflaExtMask, mask)
	// "Has no master" is left to Filter.passes: kernels before 5.15 take it for
	// an index that no link has.
	if i, ok := f.Master.Index(); ok && i != 0 {
		b = attr.AppendUint32(b, iflaMaster, i)
	}
	if f.Kind != "" {
		nest := len(b)
		b = attr.AppendString(attr.BeginNest(b, iflaLinkInfo), infoKind, f.Kind)
		b, _ = attr.EndNest(b, nest) // a kind's name is short
	}
	return rtnl.End(b, start)
}

// resolve makes a reference by name one by index. field says what it is for.
func (p *place) resolve(ctx context.Context, field string, r *Ref) error {
	own, err := p.own(*r)
	if err != nil {
		return &attr.Error{Path: field, Offset: -1, Err: err}
	}
	*r = own
	if r.Name() == "" {
		return nil
	}
	var l Link
	err = p.get(ctx, *r, &l, 0)
	if errors.Is(err, ErrNotExist) {
		return &attr.Error{Path: field, Offset: -1, Err: fmt.Errorf("%q: %w", r.Name(), ErrNotExist)}
	}
	if err != nil {
		return err
	}
	*r = attr.RefIndex(l.Index)
	return nil
}
