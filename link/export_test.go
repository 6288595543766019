package link

import (
	"context"

	"github.com/iplink-go/iplink/internal/rtnl"
)

// OpenWith is [Open] with something between the client and the kernel: wrap
// gets every socket that the client opens.
func OpenWith(cfg Config, wrap func(rtnl.Transport) rtnl.Transport) (*Client, error) {
	return open(cfg, wrap)
}

// AddStats joins two reports of one link.
var AddStats = (*StatsReport).add

// Unmet are the fields that a report should show and does not.
var Unmet = (*Link).unmet

// DiffOf is what of a wanted state does not hold.
var DiffOf = (*Link).diff

// StateOf is what a link is, as a request.
var StateOf = (*Link).state

// Mismatch says what differs.
var Mismatch = mismatch

// Whole is what a change of a kind with [kind.Replace] sends.
var Whole = whole

// AttachedTo reads what hangs on the links with the indexes.
func AttachedTo(ctx context.Context, c *Client, indexes ...uint32) (map[uint32]Attached, error) {
	links, err := c.home.list(ctx, Filter{})
	if err != nil {
		return nil, err
	}
	return c.home.attached(ctx, links, indexes)
}

// Losses are the losses that there can be.
func (a Attached) Losses() Loss { return a.losses() }

// OtherNamespace is one that has an id in a client's.
type OtherNamespace = otherNamespace

// OtherNamespaces lists them.
func OtherNamespaces(ctx context.Context, c *Client) ([]OtherNamespace, error) {
	return c.home.otherNamespaces(ctx)
}
