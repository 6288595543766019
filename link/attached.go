package link

import (
	"context"
	"errors"
	"slices"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/rtnl"
)

// Attached is what hangs on a link without being part of its report, as far as
// somebody has set it up: how many of each there are. What is absent is not
// known, and counts as some; of the zero Attached that is all.
//
// Of some things no kernel tells: whether a bridge takes its MTU from its
// ports, programs attached in other ways than XDP (which [Link] reports), open
// sockets, and firewall rules that name the link.
type Attached struct {
	// IPv4 and IPv6 are what belongs to the two protocols.
	IPv4, IPv6 AttachedIP
	// Entries are the permanent entries of the forwarding database and the
	// multicast database for the link as a port, as a bridge or as a tunnel,
	// and the VLANs beside the one that a port begins with. Plain filters of
	// hardware addresses do not count, since the links above set them too.
	Entries attr.Opt[int]
	// QDiscs are the queueing disciplines that the kernel did not choose by
	// itself, and filters. Filters of classes and of ingress go with a
	// discipline that counts, and are not counted themselves.
	QDiscs attr.Opt[int]
	// AutoAddress is whether nobody has set the hardware address: it is that of
	// the hardware, or the kernel chose it, or took it from another link
	// (addr_assign_type is not 3). Reading it takes CAP_SYS_ADMIN, or a /sys of
	// the link's namespace.
	AutoAddress attr.Opt[bool]
	// Uppers are the links above it, or its peer, in namespaces that are not in
	// the snapshot.
	Uppers attr.Opt[int]
}

// AttachedIP is what belongs to one version of IP.
type AttachedIP struct {
	// Addresses are those that the kernel has not made by itself, or from
	// router advertisements. Before Linux 5.18 that is a guess: a link-local
	// address counts if the kernel makes others.
	Addresses attr.Opt[int]
	// Routes are the routes through the link, and objects for next hops,
	// that nobody but who made them would make again.
	Routes attr.Opt[int]
	// Neighbors are the permanent neighbours and the addresses that the link
	// answers for (proxy).
	Neighbors attr.Opt[int]
	// Sysctls are the settings under /proc/sys/net/ipv4/conf and ipv6/conf
	// that differ from those of a new link of the namespace, also where a
	// router advertisement has set them. Those under neigh are not looked at:
	// what new links get is shown in the first namespace only.
	Sysctls attr.Opt[int]
}

// losses are the losses that there can be.
func (a *Attached) losses() Loss {
	l := a.IPv4.losses() | a.IPv6.losses() | some(a.Entries, LosePortState) | some(a.QDiscs, LoseQDisc)
	if a.AutoAddress.Or(true) {
		l |= LoseAutoAddress
	}
	return l
}

func (a *AttachedIP) losses() Loss {
	return some(a.Addresses, LoseAddresses) | some(a.Routes, LoseRoutes) | some(a.Neighbors, LoseNeighbors) | some(a.Sysctls, LoseSysctls)
}

// some returns l unless it is known that there is nothing to lose.
func some(n attr.Opt[int], l Loss) Loss {
	if n.Or(1) == 0 {
		return 0
	}
	return l
}

// attached reads what hangs on the links with the indexes. links are all of the
// namespace, as they were read before. What the kernel refuses to tell is
// absent from the result, and so is what keeps changing while it is read.
func (p *place) attached(ctx context.Context, links Links, indexes []uint32) (map[uint32]Attached, error) {
	n := newInventory(links, indexes)
	for _, of := range attachments {
		if err := p.count(ctx, n, of.field, of.surveys); err != nil {
			return nil, failure("list", "", err)
		}
	}
	if err := p.countFiles(ctx, n.links); err != nil {
		return nil, failure("list", "", err)
	}
	out := make(map[uint32]Attached, len(n.links))
	for i := range n.links {
		out[n.links[i].link.Index] = n.links[i].Attached
	}
	return out, nil
}

// An inventory is what is being read of some links.
type inventory struct {
	links []counted // by index
	all   view
	// counts are those of the dump under way.
	counts map[uint32]int
}

// counted is a link and what has been found of it.
type counted struct {
	link *Link
	Attached
}

func newInventory(links Links, indexes []uint32) *inventory {
	n := &inventory{all: links.view(), counts: map[uint32]int{}}
	for _, i := range indexes {
		if l := n.all.byIndex(i); l != nil {
			n.links = append(n.links, counted{link: l})
		}
	}
	return n
}

// begin makes ready to count for some links.
func (n *inventory) begin(links []counted) {
	clear(n.counts)
	for i := range links {
		n.counts[links[i].link.Index] = 0
	}
}

// take counts what a message tells.
func (n *inventory) take(s *survey, m rtnl.Message) {
	s.count(n, s.family, m.Payload[:s.header:s.header], m.Payload[s.header:])
}

// link returns the link of that index if it is one of those to count for.
func (n *inventory) link(index uint32) *Link {
	if _, ok := n.counts[index]; ok {
		return n.all.byIndex(index)
	}
	return nil
}

// add counts one more for a link.
func (n *inventory) add(index uint32) {
	if _, ok := n.counts[index]; ok {
		n.counts[index]++
	}
}

// few is how many links are asked for one by one where the kernel can filter. A
// dump of everything is one request, but an answer with every route.
const few = 4

// count makes surveys and puts their sum into a field.
func (p *place) count(ctx context.Context, n *inventory, field func(*Attached) *attr.Opt[int], surveys []survey) error {
	for i := range n.links {
		field(&n.links[i].Attached).Set(0)
	}
	for _, s := range surveys {
		asks := [][]counted{n.links}
		if s.each || s.filters() && len(n.links) <= few {
			asks = slices.Collect(slices.Chunk(n.links, 1))
		}
		for _, links := range asks {
			if err := p.survey(ctx, n, field, &s, links); err != nil {
				return err
			}
		}
	}
	return nil
}

// survey makes a survey of some links and adds to a field of theirs.
func (p *place) survey(ctx context.Context, n *inventory, field func(*Attached) *attr.Opt[int], s *survey, links []counted) error {
	known, err := p.dumpOf(ctx, n, s, links)
	if err != nil {
		return err
	}
	for i := range links {
		total := field(&links[i].Attached)
		switch sum, ok := total.Get(); {
		case !known:
			total.Clear()
		case ok:
			total.Set(sum + n.counts[links[i].link.Index])
		}
	}
	return nil
}

// dumpOf makes a survey's dump and counts for some links. An interrupted one is
// made again, and after too many attempts nothing is known.
func (p *place) dumpOf(ctx context.Context, n *inventory, s *survey, links []counted) (known bool, err error) {
	var index uint32 // all
	if len(links) == 1 && (s.each || s.filters()) {
		index = links[0].link.Index
	}
	if s.skips != nil && index != 0 && s.skips(links[0].link) {
		clear(n.counts)
		return true, nil
	}
	for range p.client.attempts() {
		n.begin(links)
		interrupted, err := p.dumpAll(ctx, s.request(index), func(m rtnl.Message) error {
			if s.isReply(m) {
				n.take(s, m)
			}
			return nil
		})
		var k *rtnl.Error
		switch {
		case errors.As(err, &k):
			return missing(Errno(k.Errno)), nil
		case err != nil:
			return false, err
		case !interrupted:
			return true, nil
		}
	}
	return false, nil
}

// missing reports whether a refusal says that the kernel has no such things at
// all.
func missing(e Errno) bool { return e == eopnotsupp || e == eafnosupport || e == eprotonosup }
