package link_test

import (
	"runtime"
	"testing"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/rtnl"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/link"
)

// TestPeer finds the other end of pairs, here and elsewhere.
func TestPeer(t *testing.T) {
	b, there := newBox(t), newBox(t)
	b.pair()
	b.prepare(link.Spec{Name: "n0", Kind: veth(kind.Peer{Name: "n1", MTU: attr.U32(1400), NetNS: there.ns.NetNS()})})
	there.prepare(link.Spec{Name: "decoy", Kind: &kind.Bridge{}})
	for _, test := range []struct{ of, want string }{{"v0", "v1"}, {"v1", "v0"}, {"n0", "n1"}} {
		p, err := b.c.Peer(b.ctx, link.Name(test.of))
		if err != nil || p.Name != test.want {
			t.Errorf("the peer of %s is %v, %v", test.of, p, err)
		}
	}
	if p, err := b.c.Peer(b.ctx, link.Name("n0"), link.WithStats); err != nil || p.MTU.Value() != 1400 || !p.Stats.IsSet() || p.Index != there.get("n1").Index {
		t.Errorf("%v, %v", p, err)
	}
	_, err := b.c.Peer(b.ctx, link.Name("lo"))
	wantError(t, err, "get lo: a link without a kind has no peer", link.ErrKind)
	_, err = b.c.Peer(b.ctx, link.Name("nobody"))
	wantError(t, err, "No such device", link.ErrNotExist)
	for _, m := range b.tap.requests() {
		if m.Type != rtnl.GetLink {
			t.Errorf("a message of type %d was sent", m.Type)
		}
	}
}

// TestPeerPermission asks for a peer elsewhere without privilege.
func TestPeerPermission(t *testing.T) {
	b, there := newBox(t), newBox(t)
	b.prepare(link.Spec{Name: "n0", Kind: veth(kind.Peer{Name: "n1", NetNS: there.ns.NetNS()})})
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends with the goroutine
		err := dropNetAdmin()
		if err == nil {
			_, err = b.c.Peer(b.ctx, link.Name("n0"))
		}
		done <- err
	}()
	wantError(t, <-done, "needs CAP_NET_ADMIN in the network namespace with id", link.ErrPermission)
}
