package link_test

import (
	"errors"
	"os"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/testns"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/link"
)

// Kinds with little or no data of their own.

// TestPlainKinds makes, reads, changes and deletes links of kinds whose data
// cannot be changed.
func TestPlainKinds(t *testing.T) {
	for _, test := range []struct {
		k kind.Kind
		// other differs from k where the kind has data to say.
		other kind.Kind
	}{
		{&kind.Batadv{RoutingAlgo: "BATMAN_IV"}, nil}, // not reported, so that nothing is known to differ
		{&kind.Nlmon{}, nil},
		{&kind.OVPN{Mode: attr.Some(kind.OVPNMultiPeer)}, &kind.OVPN{Mode: attr.Some(kind.OVPNPeerToPeer)}},
		{&kind.WireGuard{}, nil},
	} {
		t.Run(test.k.Kind(), func(t *testing.T) {
			testns.Require(t, test.k.Kind())
			b := newBox(t)
			l := b.create(link.Spec{Name: "x0", Kind: test.k, Alias: attr.Some("a")})
			if fields, err := attr.Diff(kind.New(test.k.Kind()), test.k, l.Kind); err != nil || len(reported(fields)) > 0 {
				t.Errorf("%v differ: %v\n%s", fields, err, l)
			}
			if l = b.change("x0", link.Spec{Kind: kind.New(test.k.Kind()), Up: attr.On}); !l.IsUp() {
				t.Error(l)
			}
			if test.other != nil {
				_, err := b.c.Change(b.ctx, link.Name("x0"), link.Spec{Kind: test.other})
				wantError(t, err, "must be made anew", link.ErrFixed)
			}
			if err := b.c.Delete(b.ctx, link.Name("x0")); err != nil {
				t.Error(err)
			}
			b.absent("x0")
		})
	}
}

func reported(fields []attr.Field) (list []attr.Field) {
	for _, f := range fields {
		if f.Dir&attr.Read != 0 {
			list = append(list, f)
		}
	}
	return list
}

// TestMadeElsewhere asks for links that no link message makes: nothing is
// sent, and the error says what does make them.
func TestMadeElsewhere(t *testing.T) {
	for _, name := range kind.Names() {
		by := kind.New(name).Info().MadeBy
		if by == "" {
			continue
		}
		b := newBox(t)
		_, err := b.c.Create(b.ctx, link.Spec{Name: "x0", Kind: kind.New(name)})
		wantError(t, err, "not made by a link message but by "+by, link.ErrNotSupported, errors.ErrUnsupported)
		b.wantSent(0)
	}
	b := newBox(t)
	_, err := b.c.Create(b.ctx, link.Spec{Name: "x0", Kind: &kind.WWAN{LinkID: attr.U32(1)}})
	wantError(t, err, "say ParentDev", link.ErrInvalid)
	b.wantSent(0)
}

// TestTUN reads links that a program made by opening the device, sets what
// any link has, and deletes them.
func TestTUN(t *testing.T) {
	testns.Require(t, "tun")
	for _, test := range []struct {
		name  string
		flags uint16
		want  kind.TUN
	}{
		{"tun", unix.IFF_TUN, kind.TUN{Type: attr.Some(kind.TUNTypeTUN), PacketInfo: attr.On, VNetHeader: attr.Off, Persist: attr.Off, MultiQueue: attr.Off}},
		{"tap", unix.IFF_TAP | unix.IFF_NO_PI | unix.IFF_VNET_HDR | unix.IFF_MULTI_QUEUE, kind.TUN{
			Type: attr.Some(kind.TUNTypeTAP), PacketInfo: attr.Off, VNetHeader: attr.On, Persist: attr.Off, MultiQueue: attr.On,
			NumQueues: attr.U32(1), NumDisabledQueues: attr.U32(0),
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := newBox(t)
			b.tun("t0", test.flags)
			l := b.get("t0")
			if k, ok := l.Kind.(*kind.TUN); !ok || *k != test.want {
				t.Errorf("got %+v, want %+v", l.Kind, test.want)
			}
			b.change("t0", link.Spec{MTU: attr.U32(1400), Up: attr.On})
			if l = b.change("t0", link.Spec{Carrier: attr.Off}); l.HasCarrier() {
				t.Error(l)
			}
			// What was read can be written back.
			if l = b.change("t0", *b.list().Spec(link.Name("t0"))); l.MTU.Value() != 1400 {
				t.Error(l)
			}
			if err := b.c.Delete(b.ctx, link.Name("t0")); err != nil {
				t.Error(err)
			}
			b.absent("t0")
		})
	}
}

// tun makes a tun link that lasts until the end of the test.
func (b *box) tun(name string, flags uint16) {
	b.t.Helper()
	testns.In(b.t, b.ns, func() {
		f, err := os.OpenFile("/dev/net/tun", os.O_RDWR, 0)
		if err != nil {
			b.t.Fatal(err)
		}
		b.t.Cleanup(func() { f.Close() })
		req, err := unix.NewIfreq(name)
		if err != nil {
			b.t.Fatal(err)
		}
		req.SetUint16(flags)
		if err := unix.IoctlIfreq(int(f.Fd()), unix.TUNSETIFF, req); err != nil {
			b.t.Fatal(err)
		}
	})
}
