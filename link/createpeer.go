package link

import (
	"context"
	"fmt"

	"github.com/iplink-go/iplink/kind"
)

// The peer of a pair is made by the message that makes the first end. What
// creation ignores of it is set afterwards, like that of the link itself.

// expectPeer makes the step look for a peer that its message makes, which will
// be at a place. What creation does not heed of it follows.
func (s *createStep) expectPeer(said kind.Peer, at *place) {
	s.peerWant, s.peerIndex = specOfPeer(&said), said.Index
	s.peerWant.NetNS, s.peerWant.Index = kind.NetNS{}, 0
	s.peer = &subject{kind: s.want.Kind.Kind(), op: s.sub.op, at: at, now: &Link{Name: said.Name}, first: s.sub}
	if said.Name != "" {
		s.peer.names = []string{said.Name}
	}
}

// findPeer reads the peer that something was said of.
func (s *createStep) findPeer(ctx context.Context) error {
	if s.peer == nil {
		return nil
	}
	i, ok := s.sub.now.Lower.Index()
	if !ok || i == 0 {
		return s.sub.fail(fmt.Errorf("peer is not there: %w", ErrVerify))
	}
	if s.peerIndex != 0 && s.peerIndex != i {
		return s.sub.fail(fmt.Errorf("peer's index: want %d, is %d; the kernel heeds it only if this end has a chosen Index too: %w", s.peerIndex, i, ErrVerify))
	}
	s.peer.index = i
	l, err := s.peer.read(ctx)
	if err != nil {
		return err
	}
	s.peer.now = l
	if back, _ := l.Lower.Index(); back != s.sub.index {
		return s.peer.fail(fmt.Errorf("index %d is %s, which is not the peer: %w", i, l.Name, ErrConflict))
	}
	return nil
}

// specOfPeer says of a link what p says of a peer.
func specOfPeer(p *kind.Peer) *Spec {
	return &Spec{
		Name: p.Name, Index: p.Index, Address: p.Address, Broadcast: p.Broadcast, MTU: p.MTU, Master: p.Master,
		Up: p.Up, ARP: p.ARP, Promisc: p.Promisc, AllMulti: p.AllMulti, Multicast: p.Multicast, Trailers: p.Trailers, Dynamic: p.Dynamic,
		TxQueueLen: p.TxQueueLen, OperState: p.OperState, LinkMode: p.LinkMode, Group: p.Group, Alias: p.Alias,
		NumTxQueues: p.NumTxQueues, NumRxQueues: p.NumRxQueues, Carrier: p.Carrier, ProtoDown: p.ProtoDown,
		ProtoDownReason: p.ProtoDownReason, GSOMaxSize: p.GSOMaxSize, GSOMaxSegs: p.GSOMaxSegs, GROMaxSize: p.GROMaxSize,
		GSOIPv4MaxSize: p.GSOIPv4MaxSize, GROIPv4MaxSize: p.GROIPv4MaxSize, NetNS: p.NetNS, Unknown: p.Unknown,
	}
}
