package link_test

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/rtnl"
	"github.com/iplink-go/iplink/internal/rtnl/rtnltest"
	"github.com/iplink-go/iplink/internal/testns"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/link"
)

// What errors say beyond the kernel's number: refusals of the running kernel,
// and answers of other kernels and drivers that are put in its place.

var groupMAC = attr.MustParseHWAddr("01:00:00:00:00:01")

// TestHints provokes refusals that the kernel gives no words for.
func TestHints(t *testing.T) {
	b := newBox(t)
	b.stage()
	b.prepare(link.Spec{Name: "m0", Lower: link.Name("free"), Kind: &kind.Macvlan{}})
	b.prepare(link.Spec{Name: "onbr", Lower: link.Name("br1"), Kind: &kind.Macvlan{}})
	b.prepare(link.Spec{Name: "vx", Kind: &kind.VXLAN{ID: attr.U32(7), Link: link.Name("v0")}})
	b.prepare(link.Spec{Name: "small", MTU: attr.U32(1000), Kind: veth(kind.Peer{Name: "small1"})})
	b.prepare(link.Spec{Name: "port0", Up: attr.On, Kind: &kind.VXLAN{ID: attr.U32(8), Port: attr.U16(4790)}})
	b.prepare(link.Spec{Name: "port1", Kind: &kind.VXLAN{ID: attr.U32(9), Port: attr.U16(4790), GBP: attr.On}})
	index := func(name string) uint32 { return b.get(name).Index }
	create := func(s link.Spec) func() error {
		return func() error { _, err := b.c.Create(b.ctx, s); return err }
	}
	change := func(name string, s link.Spec) func() error {
		return func() error { _, err := b.c.Change(b.ctx, link.Name(name), s); return err }
	}
	short := attr.MustParseHWAddr("02:00:00:00")
	tests := []struct {
		name string
		do   func() error
		want string // "" for what depends on the kernel
		attr string
		is   error
	}{
		{"mtu above the link below", change("m0", link.Spec{MTU: attr.U32(9000)}),
			"change m0: mtu: Invalid argument, allowed: 68 to 1500; free, the link below, carries less than 9000: raise its MTU of 1500 first", "mtu", link.ErrInvalid},
		{"mtu above the link below, at creation", create(link.Spec{Name: "n0", Lower: link.Name("free"), MTU: attr.U32(9000), Kind: &kind.Macvlan{}}),
			"create n0: mtu: Invalid argument, allowed: 68 to 1500; free, the link below, carries less than 9000: raise its MTU of 1500 first", "mtu", link.ErrInvalid},
		{"mtu above what a macvlan below sits on", create(link.Spec{Name: "n0", Lower: link.Name("m0"), MTU: attr.U32(9000), Kind: &kind.Macvlan{}}),
			"create n0: mtu: Invalid argument, allowed: 68 to 1500; free, the link below, carries less than 9000: raise its MTU of 1500 first", "mtu", link.ErrInvalid},
		{"mtu without room for headers", change("vx", link.Spec{MTU: attr.U32(1490)}),
			"change vx: mtu: Invalid argument, allowed: 68 to 1450; v0, the link below, carries less than 1490 and 50 bytes of headers: raise its MTU of 1500 first", "mtu", link.ErrInvalid},
		{"mtu without room for headers, at creation", create(link.Spec{Name: "n0", MTU: attr.U32(1490), Kind: &kind.VXLAN{ID: attr.U32(10), Remote: netip.MustParseAddr("2001:db8::2"), Link: link.Name("v0")}}),
			"create n0: mtu: want 1490, is 1430: accepted by the kernel but not applied, allowed: 68 to 1430; v0, the link below, carries less than 1490 and 70 bytes of headers: raise its MTU of 1500 first", "mtu", link.ErrVerify},
		{"mtu of a pair", create(link.Spec{Name: "n0", MTU: attr.U32(1), Kind: &kind.Veth{}}),
			"create n0: mtu: Invalid argument, allowed: 68 to 65535", "mtu", link.ErrInvalid},
		{"mtu of the peer", create(link.Spec{Name: "n0", MTU: attr.U32(1500), Kind: veth(kind.Peer{MTU: attr.U32(70000)})}),
			"create n0: linkinfo.data.peer.mtu: Invalid argument, allowed: 68 to 65535", "linkinfo.data.peer.mtu", link.ErrInvalid},
		{"mtu, with the kernel's words", create(link.Spec{Name: "n0", MTU: attr.U32(70000), Kind: &kind.VXLAN{ID: attr.U32(10)}}),
			"create n0: MTU must be between 68 and 65535 (Invalid argument)", "", link.ErrInvalid},
		{"short address", change("br1", link.Spec{Address: short}),
			"change br1: address: Invalid argument, allowed: 6 bytes", "address", link.ErrInvalid},
		{"short address, at creation", create(link.Spec{Name: "n0", Address: short, Kind: &kind.Bridge{}}),
			"create n0: address: Invalid argument, allowed: 6 bytes", "address", link.ErrInvalid},
		{"short broadcast address", change("br1", link.Spec{Broadcast: short}),
			"change br1: broadcast: Invalid argument, allowed: 6 bytes", "broadcast", link.ErrInvalid},
		{"long address", change("br1", link.Spec{Address: attr.MustParseHWAddr("02:00:00:00:00:01:02:03")}),
			"change br1: address: want 02:00:00:00:00:01:02:03, is 02:00:00:00:00:01: accepted by the kernel but not applied", "address", link.ErrVerify},
		{"group address", change("br1", link.Spec{Address: groupMAC}),
			"change br1: address: Cannot assign requested address; an address whose first byte is odd is for groups; choose one with an even first byte", "address", link.ErrInvalid},
		{"group address of the peer", create(link.Spec{Name: "n0", Kind: veth(kind.Peer{Address: groupMAC})}),
			"create n0: linkinfo.data.peer.address: Cannot assign requested address; an address whose first byte is odd is for groups; choose one with an even first byte", "linkinfo.data.peer.address", link.ErrInvalid},
		{"zero address", create(link.Spec{Name: "n0", Address: attr.MustParseHWAddr("00:00:00:00:00:00"), Kind: veth(kind.Peer{})}),
			"create n0: address: Cannot assign requested address; an address of zeros stands for none", "address", link.ErrInvalid},
		{"address that cannot be set", change("free", link.Spec{Address: mac1}),
			"change free: address: Operation not supported; this kernel does not take it for this link, an ifb", "address", link.ErrNotSupported},
		{"name", create(link.Spec{Name: "br0", Kind: &kind.Bridge{}}),
			fmt.Sprintf("create br0: File exists; name is taken by ifindex %d (bridge)", index("br0")), "", link.ErrExist},
		{"new name", change("br1", link.Spec{Name: "br0"}),
			fmt.Sprintf("change br1: name: File exists; name is taken by ifindex %d (bridge)", index("br0")), "name", link.ErrExist},
		{"alternative name", change("x0", link.Spec{AltNames: []string{"br0"}}),
			fmt.Sprintf("change x0: altname: File exists; name is taken by ifindex %d (bridge)", index("br0")), "altname", link.ErrExist},
		{"both ends of one name", create(link.Spec{Name: "n0", Kind: veth(kind.Peer{Name: "n0"})}),
			"create n0: name: File exists; the peer is to have the same name", "name", link.ErrExist},
		{"index", create(link.Spec{Name: "n0", Index: 1, Kind: &kind.Bridge{}}),
			"create n0: index: File exists; index 1 is taken by lo", "index", link.ErrExist},
		{"index of the peer", create(link.Spec{Name: "n0", Index: 500, Kind: veth(kind.Peer{Name: "n1", Index: 1})}),
			"", "linkinfo.data.peer.index", nil}, // busy or taken
		{"link below missing", create(link.Spec{Name: "n0", Lower: link.Index(999), Kind: &kind.Macvlan{}}),
			"create n0: link: No such device; there is no link with index 999", "link", link.ErrNotExist},
		{"link in the data missing", create(link.Spec{Name: "n0", Kind: &kind.VXLAN{ID: attr.U32(10), Link: link.Index(999)}}),
			"create n0: Invalid local interface, device not found (No such device)", "", link.ErrNotExist},
		{"link below is loopback", create(link.Spec{Name: "n0", Lower: link.Name("lo"), Kind: &kind.Macvlan{}}),
			"create n0: link: Invalid argument; no macvlan can sit on a loopback link", "link", link.ErrInvalid},
		{"link below is a port", create(link.Spec{Name: "n0", Lower: link.Name("v0"), Kind: &kind.Macvlan{}}),
			"create n0: link: Device or resource busy; v0, the link below, is a port of br0: release it first", "link", link.ErrBusy},
		{"master of a link with a macvlan on it", change("free", link.Spec{Master: link.Name("br0")}),
			"change free: master: Device or resource busy; m0, a macvlan, sits on it and takes what it receives: a link cannot be a port as well", "master", link.ErrBusy},
		{"master is the link below", change("onbr", link.Spec{Master: link.Name("br1")}),
			"change onbr: master: Device or resource busy; br1 is the link below it: that would be a loop", "master", link.ErrBusy},
		{"master missing", change("v1", link.Spec{Master: link.Index(999)}),
			"change v1: master: Invalid argument; there is no link 999 to be the master", "master", link.ErrInvalid},
		{"master is none", change("v1", link.Spec{Master: link.Name("free")}),
			"change v1: master: Operation not supported; the master free, an ifb, takes no such link as a port", "master", link.ErrNotSupported},
		{"master of loopback", change("lo", link.Spec{Master: link.Name("br0")}),
			"change lo: master: Invalid argument; the master br0, a bridge, takes no such link as a port", "master", link.ErrInvalid},
		{"no IPv6 with a small MTU", change("small", link.Spec{AddrGenMode: attr.Some(kind.AddrGenNone)}),
			"change small: addrgenmode: Address family not supported by protocol; the link has no IPv6 with an MTU of 1000: that needs at least 1280", "addrgenmode", link.ErrNotSupported},
		{"no secret", change("x1", link.Spec{AddrGenMode: attr.Some(kind.AddrGenStableSecret)}),
			"change x1: addrgenmode: Invalid argument; the mode needs a secret: set the sysctl net.ipv6.conf.NAME.stable_secret first", "addrgenmode", link.ErrInvalid},
		{"port in use", change("port1", link.Spec{Up: attr.On}),
			"change port1: up: Address already in use; the UDP port that it would listen on is in use", "up", link.ErrBusy},
		{"field of the data", create(link.Spec{Name: "n0", Kind: &kind.VXLAN{}}),
			"create n0: Required attributes not provided to perform the operation (Invalid argument)", "", link.ErrInvalid},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := test.do()
			var e *link.Error
			if !errors.As(err, &e) {
				t.Fatalf("not an Error: %v", err)
			}
			// What follows an undone step is about undoing.
			if said, _, _ := strings.Cut(err.Error(), " (undone"); test.want != "" && said != test.want {
				t.Errorf("says  %s\nwanted %s", said, test.want)
			}
			if test.attr != "" && e.Attr != test.attr {
				t.Errorf("attr %q, want %q: %v", e.Attr, test.attr, err)
			}
			if test.is != nil && !errors.Is(err, test.is) {
				t.Errorf("%v is not %v", err, test.is)
			}
		})
	}
}

// TestHintReceivers puts a macvlan on a link of which every other kind that can
// takes over what it receives, and makes it a bridge's port.
func TestHintReceivers(t *testing.T) {
	master := func(k kind.Kind) link.Spec { return link.Spec{Name: "m0", Kind: k} }
	upper := func(k kind.Kind) link.Spec { return link.Spec{Name: "m0", Lower: link.Name("v0"), Kind: k} }
	for name, spec := range map[string]link.Spec{
		"bridge": master(&kind.Bridge{}), "bond": master(&kind.Bond{}), "team": master(&kind.Team{}),
		"ipvlan": upper(&kind.IPVLAN{}), "ipvtap": upper(&kind.IPVTAP{}), "macsec": upper(&kind.MACsec{}), "macvtap": upper(&kind.Macvtap{}),
		"hsr": master(&kind.HSR{Port1: link.Name("v0"), Port2: link.Name("x0")}),
	} {
		t.Run(name, func(t *testing.T) {
			testns.Require(t, name)
			b := newBox(t)
			b.pair()
			b.prepare(link.Spec{Name: "x0", Kind: veth(kind.Peer{Name: "x1"})})
			b.prepare(spec)
			if !spec.Lower.IsSet() && name != "hsr" { // whose data says what is on it
				b.change("v0", link.Spec{Master: link.Name("m0")})
			}
			wantBelow, wantMaster := "v0 has m0, "+kindText(name)+", on it", "m0, "+kindText(name)+", sits on it"
			if b.get("v0").Master.IsSet() { // newer kernels make an hsr the master
				wantBelow, wantMaster = "v0, the link below, is a port of m0", ""
			}
			if name != "macvtap" { // which shares with it
				_, err := b.c.Create(b.ctx, link.Spec{Name: "n0", Lower: link.Name("v0"), Kind: &kind.Macvlan{}})
				wantError(t, err, wantBelow, link.ErrBusy)
			}
			if wantMaster != "" {
				b.prepare(link.Spec{Name: "br9", Kind: &kind.Bridge{}})
				_, err := b.c.Change(b.ctx, link.Name("v0"), link.Spec{Master: link.Name("br9")})
				wantError(t, err, wantMaster, link.ErrBusy)
			}
		})
	}
}

// kindText is the name of a kind with its article.
func kindText(name string) string {
	if strings.ContainsAny(name[:1], "aeiou") {
		return "an " + name
	}
	return "a " + name
}

// TestHintVanished deletes a link between the look and the message.
func TestHintVanished(t *testing.T) {
	b := newBox(t)
	b.pair()
	b.tap.reset(func(_ int, req rtnl.Message) rtnltest.Fault {
		if req.Type == rtnl.NewLink {
			if err := b.plain.Delete(b.ctx, link.Name("v0")); err != nil {
				t.Error(err)
			}
		}
		return rtnltest.None
	})
	_, err := b.c.Change(b.ctx, link.Name("v0"), link.Spec{MTU: attr.U32(1400)})
	wantError(t, err, "No such device; somebody else deleted or moved it meanwhile", link.ErrNotExist)
}

// A script answers the requests that could change something in place of the
// kernel, which sees only those that read.
type script struct {
	rtnl.Transport
	mu     sync.Mutex
	queue  []rtnltest.Datagram
	answer func(req rtnl.Message) rtnltest.Datagram // nil lets requests pass
}

func (s *script) Send(ctx context.Context, msg []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for m := range rtnl.Messages(msg) {
		if m.Type == rtnl.NewLink && s.answer != nil {
			s.queue = append(s.queue, s.answer(m))
			return nil
		}
	}
	return s.Transport.Send(ctx, msg)
}

func (s *script) Receive(ctx context.Context, buf []byte) (int, uint32, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.queue) > 0 {
		d := s.queue[0]
		s.queue = s.queue[1:]
		return copy(buf, d.Data), d.From, d.Err
	}
	return s.Transport.Receive(ctx, buf)
}

// A scripted client has its changes answered with a number and attributes.
type scripted struct {
	*box
	c     *link.Client
	errno int
	tlvs  []byte
}

func newScripted(t *testing.T) *scripted {
	s := &scripted{box: newBox(t)}
	answer := func(req rtnl.Message) rtnltest.Datagram {
		return rtnltest.Kernel(rtnltest.Ack(req, s.errno, s.tlvs...))
	}
	s.c = openWith(t, link.Config{NetNS: s.ns}, func(tr rtnl.Transport) rtnl.Transport { return &script{Transport: tr, answer: answer} })
	return s
}

// TestHintsScripted answers with what kernels of other versions and drivers
// that are not here say.
func TestHintsScripted(t *testing.T) {
	s := newScripted(t)
	s.stage()
	s.prepare(link.Spec{Name: "m0", Lower: link.Name("free"), Kind: &kind.Macvlan{}})
	s.prepare(link.Spec{Name: "up0", Up: attr.On, Kind: veth(kind.Peer{Name: "up1"})})
	there, far := testns.New(t), newBox(t)
	s.prepare(link.Spec{Name: "low", Index: 700, Kind: veth(kind.Peer{Name: "low1"})})
	far.prepare(link.Spec{Name: "br7", Index: 700, Kind: &kind.Bridge{}})
	text := func(msg string) []byte { return attr.AppendString(nil, 1, msg) } // NLMSGERR_ATTR_MSG
	missing := func(typ uint32) []byte { return attr.AppendUint32(nil, 5, typ) }
	missingIn := func(typ, nest uint32) []byte { return attr.AppendUint32(missing(typ), 6, nest) }
	at := func(offset uint32) []byte { return attr.AppendUint32(nil, 2, offset) } // 32: the first attribute, the name
	tests := []struct {
		name  string
		link  string // "" to create
		spec  link.Spec
		errno int
		tlvs  []byte
		want  string
	}{
		{"index taken where the client is", "", link.Spec{Name: "n0", Index: 700, NetNS: there.NetNS(), Kind: &kind.IFB{}}, 17, nil,
			"create n0: index: File exists; index 700 is taken by low in the client's namespace, where kernels before 6.15 or so want it free as well"},
		{"rename while up", "up0", link.Spec{Name: "n0"}, 16, nil,
			"change up0: name: Device or resource busy; before Linux 6.2 a link can be renamed only while it is down"},
		{"busy, and down", "v1", link.Spec{Name: "n0"}, 16, nil, "change v1: name: Device or resource busy"},
		{"address while up", "up0", link.Spec{Address: mac1}, 16, nil, "change up0: address: Device or resource busy; set the link down first"},
		{"link below down", "m0", link.Spec{Up: attr.On}, 100, nil, "change m0: up: Network is down; free, the link below, is down: set it up first"},
		{"peer gone", "v1", link.Spec{Up: attr.On}, 107, nil, "change v1: up: Transport endpoint is not connected; the other end of the pair is gone"},
		{"address taken when up", "m0", link.Spec{Up: attr.On}, 98, nil,
			"change m0: up: Address already in use; the address is that of free, the link below, or of another link on it"},
		{"address taken", "m0", link.Spec{Address: mac1}, 98, nil,
			"change m0: address: Address already in use; the address is that of free, the link below, or of another link on it"},
		{"move not permitted", "v1", link.Spec{NetNS: there.NetNS()}, 1, nil, "change v1: Operation not permitted; needs CAP_NET_ADMIN in both network namespaces"},
		{"not permitted", "v1", link.Spec{MTU: attr.U32(1400)}, 1, nil, "change v1: Operation not permitted; needs CAP_NET_ADMIN in the network namespace"},
		{"not permitted, for another reason", "v1", link.Spec{Master: link.Name("br0")}, 1, text("Device can not be enslaved while up"),
			"change v1: Device can not be enslaved while up (Operation not permitted)"},
		{"option of another mode", "br1", link.Spec{Kind: &kind.Bridge{Priority: attr.U16(1)}}, 13, nil, "change br1: linkinfo.data.priority: Permission denied"},
		{"option that is not there", "br1", link.Spec{Kind: &kind.Bridge{NFCallIPTables: attr.On}}, 95, nil,
			"change br1: linkinfo.data.nf_call_iptables: Operation not supported; this kernel does not take it for this link, a bridge"},
		{"two options", "br1", link.Spec{Kind: &kind.Bridge{NFCallIPTables: attr.On, Priority: attr.U16(1)}}, 95, nil, "change br1: Operation not supported"},
		{"the kernel's own words", "br1", link.Spec{Kind: &kind.Bridge{Priority: attr.U16(1)}}, 95, text("no"), "change br1: linkinfo.data.priority: no (Operation not supported)"},
		{"attribute missing", "", link.Spec{Name: "n0", Kind: &kind.Bridge{}}, 22, missing(13), "create n0: txqueuelen: Invalid argument; it is missing"},
		{"unknown attribute missing", "", link.Spec{Name: "n0", Kind: &kind.Bridge{}}, 22, missing(999), "create n0: Invalid argument; attribute 999 is missing"},
		{"missing in a nest that is not in the request", "", link.Spec{Name: "n0", Kind: &kind.Bridge{}}, 22, missingIn(13, 9999), "create n0: Invalid argument; attribute 13 is missing"},
		{"missing beside another", "", link.Spec{Name: "n0", Kind: &kind.Bridge{}}, 22, append(at(32), missing(13)...), "create n0: name: Invalid argument; attribute 13 is missing"},
		{"missing, in the wrong table", "", link.Spec{Name: "n0", Kind: &kind.VXLAN{ID: attr.U32(1)}}, 22, missing(13), "create n0: Invalid argument; attribute 13 is missing"},
		{"missing in the data", "", link.Spec{Name: "n0", Kind: &kind.VXLAN{ID: attr.U32(1)}}, 22, missingIn(16, 56), "create n0: linkinfo.data.remote: Invalid argument; it is missing"},
		{"offset in the wrong table", "", link.Spec{Name: "n0", Kind: &kind.VXLAN{ID: attr.U32(1)}}, 22, at(32), "create n0: Invalid argument"},
		{"offset in the data", "", link.Spec{Name: "n0", Kind: &kind.VXLAN{ID: attr.U32(1)}}, 22, at(60), "create n0: linkinfo.data.id: Invalid argument"},
		{"words about something else", "", link.Spec{Name: "n0", MTU: attr.U32(70000), Kind: &kind.Bridge{}}, 22, text("no"), "create n0: no (Invalid argument)"},
		{"words about something else in the data", "", link.Spec{Name: "n0", Kind: &kind.VXLAN{ID: attr.U32(1), Link: link.Index(999)}}, 22, text("no"), "create n0: no (Invalid argument)"},
		{"a partition has its link", "", link.Spec{Name: "n0", Kind: &kind.Opaque{Name: "acme"}}, 76, nil, "create n0: Name not unique on network"},
		{"ipvlan on a port", "", link.Spec{Name: "n0", Lower: link.Name("v0"), Kind: &kind.IPVLAN{}}, 16, nil,
			"create n0: link: Device or resource busy; v0, the link below, is a port of br0: release it first"},
		{"macsec on a macvlan's link", "", link.Spec{Name: "n0", Lower: link.Name("free"), Kind: &kind.MACsec{}}, 16, nil,
			"create n0: link: Device or resource busy; free has m0, a macvlan, on it: delete that first"},
		{"macvtap beside a macvlan", "", link.Spec{Name: "n0", Lower: link.Name("free"), Kind: &kind.Macvtap{}}, 16, nil, "create n0: Device or resource busy"},
		{"macvtap's address on a macvlan", "", link.Spec{Name: "n0", Lower: link.Name("m0"), Address: mac1, Kind: &kind.Macvtap{}}, 98, nil,
			"create n0: address: Address already in use; the address is that of free, the link below, or of another link on it"},
		{"ipvlan has its address from below", "", link.Spec{Name: "n0", Lower: link.Name("free"), Address: mac1, Kind: &kind.IPVLAN{}}, 98, nil, "create n0: Address already in use"},
		{"a master of the same index, elsewhere", "", link.Spec{Name: "n0", NetNS: far.ns.NetNS(), Lower: link.Name("low"), Master: link.Index(700), Kind: &kind.Macvlan{}}, 16, nil,
			"create n0: Device or resource busy"},
		{"a link in the data, of one of two namespaces", "", link.Spec{Name: "n0", NetNS: far.ns.NetNS(), Kind: &kind.VXLAN{ID: attr.U32(1), Link: link.Index(999)}}, 19, nil,
			"create n0: No such device"},
		{"a link in the data", "", link.Spec{Name: "n0", Kind: &kind.VXLAN{ID: attr.U32(1), Link: link.Index(999)}}, 19, nil,
			"create n0: linkinfo.data.dev: No such device; there is no link with index 999"},
		{"no reason", "", link.Spec{Name: "n0", MTU: attr.U32(1400), Address: mac1, Kind: &kind.Bridge{}}, 22, nil, "create n0: Invalid argument"},
		{"unnamed peer", "", link.Spec{Name: "n0", Kind: &kind.Veth{}}, 17, nil,
			"create n0: name: File exists; the kernel, which makes the peer first, may have given it the name; name the peer too"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s.errno, s.tlvs = test.errno, test.tlvs
			if err := s.try(test.link, test.spec); err == nil || err.Error() != test.want {
				t.Errorf("says  %v\nwanted %s", err, test.want)
			}
		})
	}
}

// try creates a link, or changes one.
func (s *scripted) try(name string, spec link.Spec) error {
	var err error
	if name == "" {
		_, err = s.c.Create(s.ctx, spec)
	} else {
		_, err = s.c.Change(s.ctx, link.Name(name), spec)
	}
	return err
}

// TestHintsAreSure answers requests that nothing is wrong with, with every
// number: only those numbers get a hint that mean the same whatever was asked.
func TestHintsAreSure(t *testing.T) {
	s := newScripted(t)
	s.stage()
	requests := []struct {
		name string // "" to create
		spec link.Spec
	}{
		{"v1", link.Spec{MTU: attr.U32(1400)}},
		{"br1", link.Spec{Kind: &kind.Bridge{Priority: attr.U16(9)}}},
		{"x1", link.Spec{Address: mac1}},
		{"v0", link.Spec{Name: "n0"}},
		{"x0", link.Spec{Up: attr.On}},
		{"", link.Spec{Name: "n0", Index: 500, MTU: attr.U32(1400), Address: mac1, Up: attr.On, Lower: link.Name("free"), Kind: &kind.Macvlan{}}},
		{"", link.Spec{Name: "n0", Master: link.Name("br0"), MTU: attr.U32(1400), Kind: veth(kind.Peer{Name: "n1", Up: attr.On, Master: link.Name("br1"), MTU: attr.U32(1400)})}},
	}
	sure := []int{1 /* EPERM */, 95 /* EOPNOTSUPP, of one field */}
	about := []int{98 /* EADDRINUSE: the address */, 100 /* ENETDOWN: the link below */, 107 /* ENOTCONN: the peer */}
	for _, request := range requests {
		name, spec := request.name, request.spec
		for errno := 1; errno <= 133; errno++ {
			s.errno = errno
			err := s.try(name, spec)
			var e *link.Error
			if !errors.As(err, &e) || int(e.Errno) != errno {
				t.Fatalf("%s, %d: %v", name, errno, err)
			}
			if e.Hint != "" && !slices.Contains(sure, errno) && !(spec.Up.IsSet() && slices.Contains(about, errno)) {
				t.Errorf("%s: a guess: %v", name, err)
			}
		}
	}
}

// TestKindFacts compares what the kinds say of themselves with what this
// kernel reports of new links.
func TestKindFacts(t *testing.T) {
	b := newBox(t)
	b.prepare(link.Spec{Name: "free", Kind: &kind.IFB{}})
	n := 0
	for _, name := range kind.Names() {
		k := kind.New(name)
		spec := link.Spec{Name: "n0", Kind: k}
		if k.Info().NeedsLower {
			spec.Lower = link.Name("free")
		}
		if name == "vxlan" { // which cannot do without
			spec.Kind = &kind.VXLAN{ID: attr.U32(1)}
		}
		l, err := b.plain.Create(b.ctx, spec)
		if err != nil {
			t.Logf("%s: %v", name, err)
			continue
		}
		n++
		i := k.Info()
		if i.AddrLen != 0 && l.Address.Len() != i.AddrLen {
			t.Errorf("%s: address %v, said to be of %d bytes", name, l.Address, i.AddrLen)
		}
		if said := [2]uint32{i.MinMTU, i.MaxMTU}; said != [2]uint32{} && said != [2]uint32{l.MinMTU.Value(), l.MaxMTU.Value()} {
			t.Errorf("%s: MTU said to be %d, is %d to %d", name, said, l.MinMTU.Value(), l.MaxMTU.Value())
		}
		if err := b.plain.Delete(b.ctx, l.Ref()); err != nil {
			t.Fatal(err)
		}
	}
	if n == 0 {
		t.Error("no kind could be made")
	}
}
