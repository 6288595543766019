package link

import (
	"context"

	"github.com/iplink-go/iplink/kind"
)

// A Snapshot is what was read of the links of one or more namespaces, for
// [Diff] to plan with. It is not of one moment: the kernel reports one link
// after the other.
type Snapshot struct {
	// Namespaces are what was read, the client's own first.
	Namespaces []NamespaceLinks
}

// NamespaceLinks are the links of one namespace.
type NamespaceLinks struct {
	// NetNS are the ways in which a State names the namespace; the client's
	// own needs none.
	NetNS []kind.NetNS
	// Label says which it is, for people.
	Label string
	// Links are all its links.
	Links Links
	// IDs are the namespaces of the snapshot by the ids that they have as seen
	// from this one, as indexes of Snapshot.Namespaces. One that has no id is
	// missing: no link here has its other end there.
	IDs map[int32]int
	// Attached is what hangs on links, by index. For one that is missing
	// nothing is known, as the zero Attached says.
	Attached map[uint32]Attached
}

// A Scan says what a [Snapshot] is to hold. The zero Scan is the links of the
// client's namespace.
type Scan struct {
	// NetNS are more namespaces. They can be named in several ways, and each
	// more than once.
	NetNS []kind.NetNS
	// Include says what to report of each link beside the usual.
	Include Include
	// Attached reads what hangs on every link, too. It costs a dump of
	// addresses, routes and so on for each namespace, and about a hundred
	// small files for each link.
	Attached bool
}

// Snapshot reads the links of the client's namespace and others. A list that
// cannot be read whole is an error, since a plan would take what is missing for
// absent: [ErrInterrupted] if links keep coming and going. Entering another
// namespace takes CAP_SYS_ADMIN in it.
//
// Where a link has its other end in a namespace that the Scan does not name
// (LowerNetNSID), nothing is read there.
func (c *Client) Snapshot(ctx context.Context, s Scan) (*Snapshot, error) {
	if err := c.enter("snapshot"); err != nil {
		return nil, err
	}
	defer c.leave()
	seen, places, err := c.snapshot(ctx, s)
	defer c.home.closeOthers(places)
	if err != nil || !s.Attached {
		return seen, err
	}
	for i := range seen.Namespaces {
		n := &seen.Namespaces[i]
		if n.Attached, err = places[i].attached(ctx, n.Links, n.Links.indexes()); err != nil {
			return nil, err
		}
	}
	return seen, nil
}

// indexes are those of all links.
func (ls Links) indexes() []uint32 {
	out := make([]uint32, len(ls))
	for i := range ls {
		out[i] = ls[i].Index
	}
	return out
}
