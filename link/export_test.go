package link

import "github.com/iplink-go/iplink/internal/rtnl"

// OpenWith is [Open] with something between the client and the kernel: wrap
// gets every socket that the client opens.
func OpenWith(cfg Config, wrap func(rtnl.Transport) rtnl.Transport) (*Client, error) {
	return open(cfg, wrap)
}

// AddStats joins two reports of one link.
var AddStats = (*StatsReport).add

// Whole is what a change of a kind with [kind.Replace] sends.
var Whole = whole
