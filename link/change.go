package link

import (
	"context"
	"fmt"
	"strings"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
)

// Change makes the link what spec says and returns it as it is then. What
// spec does not say stays. What holds already is not sent: a change that
// changes nothing sends no message that could.
//
// The rest is sent in parts that either happen or do not, each checked
// afterwards. If one fails, those before are undone, and the error, a
// [*TxError] where there was something to undo, says what was measured to be
// left over. Undoing cannot bring back what a link loses by going down
// (routes, IPv6 addresses), by leaving a master (learned addresses) or by
// moving to another namespace (addresses, routes), nor the address that a
// bridge takes from its ports; none of these is measured. Nor can it bring back
// an XDP program that was replaced or detached; that comes after all else.
//
// A change of NetNS moves the link, together with a new name and index. The
// kernel takes a moved link down and releases it from its master; say Up and
// Master to have them there. Linux 5.10 finds the alternative names that it
// keeps in the namespace that it left; later kernels move them too.
//
// Errors, besides those of the kernel: [ErrFixed] for what cannot be changed,
// [ErrKind] for a link of another kind, [ErrConflict], [ErrVerify].
func (c *Client) Change(ctx context.Context, r Ref, spec Spec) (*Link, error) {
	return c.one(ctx, "change", txOp{op: OpChange, link: r, spec: spec.Clone()})
}

// finished compares all that was wanted with the last read: while one part
// was changed somebody else may have changed another.
func (s *subject) finished(w *Spec) error {
	d, fields, err := s.now.diff(w)
	if err != nil {
		return s.fail(err)
	}
	for _, f := range s.now.unmet(fields) {
		if !f.Volatile {
			return s.fail(mismatch(d, s.now.state(), attr.Read, ErrConflict))
		}
	}
	return nil
}

// includeFor says what must be read to compare with w.
func includeFor(w *Spec) Include {
	if len(w.VFs) > 0 || len(w.VFPorts) > 0 || w.PortSelf.IsSet() {
		return WithVFs
	}
	return 0
}

func kindText(name string) string {
	if name == "" {
		return "a link without a kind"
	}
	if strings.ContainsRune("aeiou", rune(name[0])) {
		return "an " + name
	}
	return "a " + name
}

// comparePeer takes the peer out of w if the link's peer is as it says, so
// that a pair can be written back as it was read.
func (s *subject) comparePeer(ctx context.Context, w *Spec) error {
	p, ok := w.Kind.(kind.Pairer)
	if !ok || !p.PeerSpec().IsSet() {
		return nil
	}
	peer := p.PeerSpec().Value()
	if id, elsewhere := s.now.LowerNetNSID.Get(); elsewhere && !peer.NetNS.IsSet() {
		peer.NetNS = kind.NetNSID(int(id))
	}
	at, err := s.at.at(ctx, peer.NetNS)
	if err != nil {
		return under(peerPath, err)
	}
	if at != s.at {
		defer at.close()
	}
	want := specOfPeer(&peer)
	if err := at.resolve(ctx, "master", &want.Master); err != nil { // all that a peer's description refers to
		return err
	}
	var l Link
	if err := at.get(ctx, s.now.Lower, &l, 0); err != nil {
		return under(peerPath, err)
	}
	d, fields, err := l.diff(want)
	if err != nil {
		return err
	}
	if len(fields) > 0 {
		return under(peerPath, mismatch(d, l.state(), 0, fmt.Errorf("%w by a change of this end; change the peer itself", ErrFixed)))
	}
	p.PeerSpec().Clear()
	return nil
}
