package link_test

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/rtnl"
	"github.com/iplink-go/iplink/internal/rtnl/rtnltest"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/link"
)

// Change sends what differs and nothing else, and puts everything back if a
// part of it fails.

// A monitor counts what the kernel announces of links.
type monitor struct {
	t    *testing.T
	sock rtnl.Transport
}

func (b *box) monitor() *monitor {
	b.t.Helper()
	sock := must[rtnl.Transport](b.t)(rtnl.Dial(rtnl.Config{NetNS: b.ns.FD(), Groups: []uint32{rtnl.GroupLink}, ReadBuffer: 1 << 20}))
	b.t.Cleanup(func() { sock.Close() })
	return &monitor{b.t, sock}
}

// events returns how many messages have come since the last call.
func (m *monitor) events() (n int) {
	m.t.Helper()
	ended, cancel := context.WithCancel(m.t.Context())
	cancel()
	buf := make([]byte, 1<<16)
	for {
		size, _, err := m.sock.Receive(ended, buf)
		if errors.Is(err, context.Canceled) {
			return n
		}
		if err != nil {
			m.t.Fatal(err)
		}
		for range rtnl.Messages(buf[:size]) {
			n++
		}
	}
}

// zoo makes a link of every kind that this kernel has, in many states.
func (b *box) zoo() {
	b.t.Helper()
	b.prepare(link.Spec{Name: "br0", Address: attr.MustParseHWAddr("02:00:00:00:00:b0"), MTU: attr.U32(1400), Up: attr.On, Kind: &kind.Bridge{
		NoLinkLocalLearn: attr.On, GroupFwdMask: attr.Some(kind.FwdLLDP), MCastSnooping: attr.Off,
	}})
	b.prepare(link.Spec{
		Name: "v0", Master: link.Name("br0"), Up: attr.On, Alias: attr.Some("an alias"), AltNames: []string{"alt-b", "alt-a"}, Group: attr.U32(5), Promisc: attr.On,
		Port: &kind.BridgePort{Cost: attr.U32(77), Isolated: attr.On, Learning: attr.Off}, AddrGenMode: attr.Some(kind.AddrGenNone),
		Kind: veth(kind.Peer{Name: "v1", Up: attr.On, MTU: attr.U32(9000), ARP: attr.Off, TxQueueLen: attr.U32(0)}),
	})
	b.prepare(link.Spec{Name: "w0", Kind: veth(kind.Peer{Name: "w1"})})
	b.prepare(link.Spec{Name: "vx0", Kind: &kind.VXLAN{
		ID: attr.U32(42), Link: link.Name("w0"), Remote: netip.MustParseAddr("192.0.2.1"), Local: netip.MustParseAddr("192.0.2.2"), Port: attr.U16(4789), UDPChecksum: attr.Off,
	}})
	b.prepare(link.Spec{Name: "vx1", Kind: &kind.VXLAN{ID: attr.U32(43), GBP: attr.On, Learning: attr.Off, TTLInherit: attr.On}})
	b.prepare(link.Spec{Name: "vx2", Kind: &kind.VXLAN{ID: attr.U32(44), Remote: netip.MustParseAddr("2001:db8::1"), Label: attr.U32(5)}})
	b.prepare(link.Spec{Name: "vx3", Kind: &kind.VXLAN{External: attr.On}})
	for i, mode := range []kind.MacvlanMode{kind.MacvlanPrivate, kind.MacvlanVEPA, kind.MacvlanBridge, kind.MacvlanSource} {
		k := &kind.Macvlan{Mode: attr.Some(mode)}
		if mode == kind.MacvlanSource {
			k.MACs = []attr.HWAddr{attr.MustParseHWAddr("02:00:00:00:00:02"), mac1}
		}
		b.prepare(link.Spec{Name: "m" + mode.String(), Lower: link.Name("w0"), Up: attr.Some(i%2 == 0), Kind: k})
	}
	b.prepare(link.Spec{Name: "passthru", Lower: link.Name("w1"), Kind: &kind.Macvtap{Mode: attr.Some(kind.MacvlanPassthru), Flags: attr.Some(kind.MacvlanNoPromisc)}})
	b.prepare(link.Spec{Name: "i0", Kind: &kind.IFB{}, TxQueueLen: attr.U32(7)})
	for _, optional := range []link.Spec{
		{Name: "d0", Kind: &kind.Dummy{}, Up: attr.On},
		{Name: "w0.42", Lower: link.Name("w0"), Kind: &kind.VLAN{ID: attr.U16(42), EgressQoS: []kind.QoSMapping{{From: 1, To: 2}}, LooseBinding: attr.On}},
	} {
		if _, err := b.plain.Create(b.ctx, optional); err != nil && !errors.Is(err, link.ErrUnsupportedKind) {
			b.t.Error(err)
		}
	}
}

// TestPeerFaultWriteBack reads every link and writes it back as it was read,
// which must change nothing and send nothing.
func TestPeerFaultWriteBack(t *testing.T) {
	b := newBox(t)
	b.zoo()
	b.operational("br0", "v0", "v1")
	was := b.snapshot()
	m := b.monitor()
	links := must[link.Links](t)(b.c.List(b.ctx, link.Filter{}))
	for i := range links {
		l := &links[i]
		for how, s := range map[string]*link.Spec{"set": links.Spec(l.Ref()), "single": l.Spec()} {
			// Events that are not ours end some time, ours would come back.
			events := 1
			for try := 0; events != 0 && try < 10; try++ {
				m.events()
				b.tap.reset(nil)
				if _, err := b.c.Change(b.ctx, l.Ref(), *s); err != nil {
					t.Errorf("%s: %v", how, err)
				}
				b.wantSent(0)
				events = m.events()
			}
			if events != 0 {
				t.Errorf("%s of %s: %d events each time", how, l.Name, events)
			}
		}
	}
	b.unchanged(was)
	t.Logf("%d links", len(links))
}

// everything is a change of v0 with a step of every group that a veth takes.
func everything() link.Spec {
	return link.Spec{
		Name: "new", Address: mac1, Broadcast: attr.MustParseHWAddr("ff:ff:ff:ff:ff:fe"), MTU: attr.U32(1400), Group: attr.U32(9), Alias: attr.Some("new"),
		ARP: attr.Off, AllMulti: attr.On, TxQueueLen: attr.U32(9), GSOMaxSize: attr.U32(30000), GSOMaxSegs: attr.U32(99),
		LinkMode: attr.Some(kind.LinkModeDormant), IPv4: kind.IPv4With(kind.IPv4ProxyARP, 1), AddrGenMode: attr.Some(kind.AddrGenNone),
		AltNames: []string{"keep", "add"}, Master: link.Name("br1"), Port: &kind.BridgePort{Cost: attr.U32(99), BackupPort: link.Name("x0"), Hairpin: attr.On}, Up: attr.On,
	}
}

// stage makes what everything changes: v0, a port of br0 with data of its own,
// and another bridge with a port.
func (b *box) stage() {
	b.t.Helper()
	for i, name := range []string{"br0", "br1"} {
		b.prepare(link.Spec{Name: name, Address: attr.MustParseHWAddr("02:00:00:00:00:b" + string('0'+rune(i))), MTU: attr.U32(1500), Kind: &kind.Bridge{}})
	}
	b.prepare(link.Spec{
		Name: "v0", Master: link.Name("br0"), AltNames: []string{"keep", "drop"}, Alias: attr.Some("old"), Kind: veth(kind.Peer{Name: "v1"}),
		Port: &kind.BridgePort{Cost: attr.U32(77), Isolated: attr.On},
	})
	b.prepare(link.Spec{Name: "x0", Master: link.Name("br1"), Kind: veth(kind.Peer{Name: "x1"})})
	b.prepare(link.Spec{Name: "free", Kind: &kind.IFB{}})
}

// TestChangeUndone makes each step of a change fail, which must restore
// everything.
func TestChangeUndone(t *testing.T) {
	b := newBox(t)
	b.stage()
	b.change("v0", everything())
	steps := len(b.tap.mutating())
	if steps < 18 {
		t.Errorf("only %d messages", steps)
	}
	for k := range steps {
		b := newBox(t)
		b.stage()
		was := b.snapshot()
		seen := 0
		b.tap.reset(func(_ int, req rtnl.Message) rtnltest.Fault {
			if !changes(req) {
				return rtnltest.None
			}
			if seen++; seen == k+1 {
				return rtnltest.Refuse
			}
			return rtnltest.None
		})
		_, err := b.c.Change(b.ctx, link.Name("v0"), everything())
		if !errors.Is(err, rtnltest.ErrInjected) {
			t.Fatalf("step %d: %v", k, err)
		}
		var tx *link.TxError
		if errors.As(err, &tx) && !tx.Clean() {
			t.Errorf("step %d: left over: %v, %v", k, tx.Residue, tx.Failed)
		}
		if k > 0 && tx == nil {
			t.Errorf("step %d: not a TxError: %v", k, err)
		}
		b.unchanged(was)
		if t.Failed() {
			t.Fatalf("step %d: %v", k, err)
		}
	}
	t.Logf("%d steps", steps)
}

// changes reports whether a request can change something.
func changes(m rtnl.Message) bool {
	return m.Type != rtnl.GetLink && m.Type < rtnl.NewNSID || m.Type == rtnl.NewLinkProp || m.Type == rtnl.DelLinkProp
}

// TestChangeRefused lets the kernel itself refuse, which can carry out part of
// a message.
func TestChangeRefused(t *testing.T) {
	tests := []struct {
		name string
		on   string
		spec link.Spec
		is   error
	}{
		{"name taken", "v0", link.Spec{MTU: attr.U32(1400), Group: attr.U32(7), Name: "x0"}, link.ErrExist},
		{"altname taken", "v0", link.Spec{MTU: attr.U32(1400), AltNames: []string{"keep", "fresh", "x0"}}, link.ErrExist},
		{"master that takes no ports", "v0", link.Spec{MTU: attr.U32(1400), Master: link.Name("free")}, link.ErrNotSupported},
		{"master by a wrong index", "v0", link.Spec{Alias: attr.Some("x"), Master: link.Index(999)}, link.ErrInvalid},
		{"master is a port of it", "v0", link.Spec{Up: attr.On, Master: link.Name("v1")}, link.ErrNotSupported},
		{"port data", "v0", link.Spec{Master: link.Name("br1"), Port: &kind.BridgePort{State: attr.Some(kind.PortForwarding)}}, nil},
		{"address of a group", "v0", link.Spec{Alias: attr.Some("x"), TxQueueLen: attr.U32(3), Address: attr.MustParseHWAddr("01:00:00:00:00:01")}, link.ErrInvalid},
		{"protocol down", "v0", link.Spec{Alias: attr.Some("x"), ProtoDown: attr.On}, link.ErrNotSupported},
		{"bridge option", "br0", link.Spec{Kind: &kind.Bridge{Ageing: attr.Some(77 * time.Second), Priority: attr.U16(7), NoLinkLocalLearn: attr.On, GroupAddress: mac1}}, link.ErrInvalid},
		{"bridge options and name", "br0", link.Spec{Name: "x0", Kind: &kind.Bridge{Priority: attr.U16(7), NoLinkLocalLearn: attr.On, MCastQuerier: attr.On}}, link.ErrExist},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := newBox(t)
			b.stage()
			was := b.snapshot()
			_, err := b.c.Change(b.ctx, link.Name(test.on), test.spec)
			if err == nil {
				t.Fatal("no error")
			}
			t.Log(err)
			var tx *link.TxError
			if errors.As(err, &tx) && !tx.Clean() {
				t.Errorf("left over: %v %v", tx.Residue, tx.Failed)
			}
			if test.is != nil && !errors.Is(err, test.is) {
				t.Errorf("%v is not %v", err, test.is)
			}
			b.unchanged(was)
		})
	}
}

// TestResidue lets undoing fail too: what is left over must be told.
func TestResidue(t *testing.T) {
	for _, test := range []struct {
		name, field string
		spec        link.Spec
		fail        int // every message from this one on
	}{
		{"mtu", "mtu", link.Spec{MTU: attr.U32(1400), Alias: attr.Some("x")}, 1},
		{"master", "master", link.Spec{Master: link.Name("br1"), Port: &kind.BridgePort{Cost: attr.U32(9)}}, 1},
		{"backup port, which was none", "backup_port", link.Spec{Master: link.Name("br1"), Port: &kind.BridgePort{BackupPort: link.Name("x0")}, Up: attr.On}, 2},
		{"alias, which was none", "alias", link.Spec{Alias: attr.Some("x"), Group: attr.U32(4), Name: "y"}, 2},
		{"altname", "altnames", link.Spec{AltNames: []string{"keep", "drop", "a", "b"}}, 1},
		{"flags", "up", link.Spec{Promisc: attr.On, Up: attr.On, AltNames: []string{"keep"}}, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := newBox(t)
			b.stage()
			was := b.snapshot()
			seen := 0
			b.tap.reset(func(_ int, req rtnl.Message) rtnltest.Fault {
				if changes(req) {
					seen++
				}
				if changes(req) && seen > test.fail {
					return rtnltest.Refuse
				}
				return rtnltest.None
			})
			_, err := b.c.Change(b.ctx, link.Name("v0"), test.spec)
			var tx *link.TxError
			if !errors.As(err, &tx) {
				t.Fatal(err)
			}
			diff := was.diff(b.snapshot())
			if tx.Clean() || len(tx.Failed) == 0 || diff == "" {
				t.Errorf("%v, but\n%s", err, diff)
			}
			if test.name != "flags" && !strings.Contains(err.Error(), test.field) {
				t.Errorf("%s is not told: %v", test.field, err)
			}
			t.Log(err)
		})
	}
}
