package link

import (
	"cmp"
	"fmt"
	"reflect"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
)

// The other end of a pair.

// matchPeer makes what the data of a pair says of its other end the want of a
// node of its own.
func (p *planner) matchPeer(n *node) {
	pair, ok := n.want.Kind.(kind.Pairer)
	if !ok || !pair.PeerSpec().IsSet() {
		return
	}
	said := pair.PeerSpec().Value()
	w := specOfPeer(&said)
	if err := w.checkNames(); err != nil {
		p.wrong(n.name, under(peerPath, err))
		return
	}
	other, at, ok := p.otherEnd(n, w)
	if !ok {
		return
	}
	if other.pair != nil && other.pair != n || n.pair != nil && n.pair != other {
		p.wrong(n.name, fmt.Errorf("peer: %s is to be the other end of another link: %w", other.name, attr.ErrValue))
		return
	}
	w.NetNS = kind.NetNS{}
	if !other.wanted() {
		other.want, other.to = new(Spec), at
		other.name = cmp.Or(w.Name, other.name)
	}
	if reflect.ValueOf(other.want).Elem().IsZero() {
		other.want = w
	} else if err := other.want.merge(w); err != nil {
		p.wrong(n.name, under(peerPath, err))
		return
	}
	n.pair, other.pair = other, n
	pair.PeerSpec().Clear()
	if n.link == nil && other.born == nil && n.born == nil {
		other.born = n
		p.makeRoom(n, other)
	}
}

// makeRoom makes a link anew that has the name which the other end of a new pair
// shall have.
func (p *planner) makeRoom(n, other *node) {
	if other.link == nil {
		return
	}
	why := fmt.Errorf("it is %s, and no end of a new pair with %s: %w; the link must be made anew", kindText(other.link.KindName()), n.name, ErrFixed)
	if other.peer != nil {
		why = fmt.Errorf("it is the other end of %s, and cannot become that of %s: %w; the link must be made anew", other.peer.called(), n.name, ErrFixed)
	}
	p.mustRemake(other, why)
}

// otherEnd returns the node that w, the peer of n, is about, and where it
// shall be.
func (p *planner) otherEnd(n *node, w *Spec) (*node, int, bool) {
	at, ok := p.space(n.name, w.NetNS)
	if !ok {
		return nil, 0, false
	}
	described := p.wantedAs(target{at, w.Name})
	switch {
	case n.link == nil || n.peer == nil && n.link.KindName() != n.want.Kind.Kind():
		if described == nil {
			described = p.named(target{at, w.Name})
		}
		if described != nil {
			return described, at, true
		}
		return p.add(&node{from: at, to: at, name: w.Name}), at, true
	case n.peer == nil:
		p.wrong(n.name, fmt.Errorf("peer: it is in a namespace that is not in the snapshot: %w", ErrNotExist))
		return nil, 0, false
	case described != nil && described != n.peer:
		p.wrong(n.name, fmt.Errorf("peer: it is %s, and %s is another link: %w", n.peer.link.Name, w.Name, ErrConflict))
		return nil, 0, false
	case !w.NetNS.IsSet():
		at = n.peer.to
	}
	return n.peer, at, true
}

// wantedAs returns the node that is wanted under a name.
func (p *planner) wantedAs(to target) *node {
	for _, n := range p.nodes {
		if n.wanted() && n.to == to.at && n.name == to.name && to.name != "" {
			return n
		}
	}
	return nil
}
