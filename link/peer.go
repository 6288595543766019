package link

import (
	"context"
	"errors"
	"fmt"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/rtnl"
)

// Peer returns the other end of a pair, such as the veth inside a container of
// the one outside. If it is in another namespace, of which r's
// Link.LowerNetNSID is the id, the kernel reads it there: nothing is entered
// or opened, but it takes CAP_NET_ADMIN over that namespace, else the error is
// [ErrPermission]. The indexes in the result are of the peer's namespace.
//
// A link that has no peer is [ErrKind]; [ErrConflict] means that the pair was
// deleted meanwhile and the peer's index has found another owner.
func (c *Client) Peer(ctx context.Context, r Ref, what ...Include) (*Link, error) {
	if err := c.enter("get"); err != nil {
		return nil, err
	}
	defer c.leave()
	l := new(Link)
	if err := c.home.get(ctx, r, l, 0); err != nil {
		return nil, err
	}
	if i, _ := l.Lower.Index(); l.Kind == nil || !l.Kind.Info().Pair || i == 0 { // some pairs can be single
		return nil, failure("get", l.Name, fmt.Errorf("%s has no peer: %w", kindText(l.KindName()), ErrKind))
	}
	var include Include
	for _, w := range what {
		include |= w
	}
	p, err := c.home.peer(ctx, l, include)
	if err != nil {
		return nil, err
	}
	if back, _ := p.Lower.Index(); back != l.Index || p.KindName() != l.KindName() {
		return nil, failure("get", l.Name, fmt.Errorf("index %d is %s, which is not the peer: %w", p.Index, p.Name, ErrConflict))
	}
	if id, elsewhere := l.LowerNetNSID.Get(); elsewhere {
		p.of(unknownNetNS + uint64(id))
	}
	return p, nil
}

// peer reads the link that l says is its peer.
func (p *place) peer(ctx context.Context, l *Link, include Include) (*Link, error) {
	out := new(Link)
	id, elsewhere := l.LowerNetNSID.Get()
	if !elsewhere {
		return out, p.get(ctx, l.Lower, out, include)
	}
	if id < 0 {
		return nil, failure("get", l.Name, fmt.Errorf("the peer's namespace has no id here: %w", ErrNotExist))
	}
	req, err := appendGet(nil, l.Lower, p.extMask(ctx, include))
	if err != nil {
		return nil, failure("get", l.Name, err)
	}
	req = rtnl.End(attr.AppendUint32(req, iflaTargetNetNSID, uint32(id)), 0)
	each := func(m rtnl.Message) error {
		if m.Type != rtnl.NewLink {
			return nil
		}
		return p.decode(m.Payload, out, include)
	}
	_, err = p.do(ctx, req, each)
	if errors.Is(err, ErrUnknownOutcome) && ctx.Err() == nil {
		_, err = p.do(ctx, req, each) // the answer was lost; asking again does no harm
	}
	if err == nil {
		return out, nil
	}
	err = p.kernelError("get", "the peer of "+l.Name, err, nil, nil)
	if e, ok := errors.AsType[*Error](err); ok && errors.Is(err, ErrPermission) {
		e.Hint = fmt.Sprintf("needs CAP_NET_ADMIN in the network namespace with id %d", id)
	}
	return nil, err
}
