package link_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/rtnl"
	"github.com/iplink-go/iplink/internal/rtnl/rtnltest"
	"github.com/iplink-go/iplink/internal/testns"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/link"
)

// VLANs of bridges and ports as the kernel keeps them.

type (
	vlans       = []link.PortVLAN
	portTunnels = []link.PortTunnel
)

var (
	v0, br0     = link.Name("v0"), link.Name("br0")
	defaultVLAN = link.PortVLAN{Flags: link.VLANAccess, ID: 1}
)

// vlanBox is a box with a bridge and two ports, v0 and w0, on a kernel with
// VLANs. Filtering stays off: VLANs are kept without it.
func vlanBox(t *testing.T) *box {
	testns.Require(t, "vlan filtering")
	b := newBox(t)
	b.prepare(link.Spec{Name: "br0", Kind: &kind.Bridge{}})
	for _, name := range []string{"v", "w"} {
		b.prepare(link.Spec{Name: name + "0", Master: br0, Port: &kind.BridgePort{VLANTunnel: attr.On}, Kind: veth(kind.Peer{Name: name + "1"})})
	}
	return b
}

// has fails the test if a link has other VLANs.
func (b *box) has(r link.Ref, want ...link.PortVLAN) {
	b.t.Helper()
	got, err := b.plain.VLANs(b.ctx, r)
	if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
		b.t.Errorf("%v: %v has %v, want %v", err, r, got, want)
	}
}

// vlans returns the VLANs of all links.
func (b *box) vlans() []link.BridgeVLANs {
	b.t.Helper()
	return must[[]link.BridgeVLANs](b.t)(b.plain.ListVLANs(b.ctx))
}

// sends does something twice: the first time it sends n messages, the second
// time none.
func (b *box) sends(n int, do func() error) {
	b.t.Helper()
	for range 2 {
		b.tap.reset(nil)
		if err := do(); err != nil {
			b.t.Error(err)
		}
		b.wantSent(n)
		n = 0
	}
}

func TestVLANs(t *testing.T) {
	b := vlanBox(t)
	b.has(v0, defaultVLAN)
	b.has(br0, defaultVLAN)
	trunk := vlans{{ID: 10, End: 20}, {ID: 30}}
	b.sends(1, func() error { return b.c.AddVLANs(b.ctx, v0, trunk...) })
	b.has(v0, append(vlans{defaultVLAN}, trunk...)...)
	b.sends(1, func() error { return b.c.RemoveVLANs(b.ctx, v0, defaultVLAN, link.PortVLAN{ID: 99}) })
	b.has(v0, trunk...)
	// The PVID changes hands without being taken away first.
	b.sends(1, func() error { return b.c.AddVLANs(b.ctx, v0, link.PortVLAN{Flags: link.VLANAccess, ID: 10}) })
	b.sends(1, func() error { return b.c.AddVLANs(b.ctx, v0, link.PortVLAN{Flags: link.VLANPVID, ID: 30}) })
	b.has(v0, link.PortVLAN{Flags: link.VLANUntagged, ID: 10}, link.PortVLAN{ID: 11, End: 20}, link.PortVLAN{Flags: link.VLANPVID, ID: 30})
	b.sends(1, func() error { return b.c.AddVLANs(b.ctx, v0, link.PortVLAN{ID: 30}) })
	b.has(v0, link.PortVLAN{Flags: link.VLANUntagged, ID: 10}, link.PortVLAN{ID: 11, End: 20}, link.PortVLAN{ID: 30})
	b.sends(2, func() error { return b.c.SetVLANs(b.ctx, v0, link.PortVLAN{Flags: link.VLANAccess, ID: 4094}) })
	b.has(v0, link.PortVLAN{Flags: link.VLANAccess, ID: 4094})
	b.sends(1, func() error { return b.c.SetVLANs(b.ctx, v0) })
	b.has(v0)
	b.has(link.Name("w0"), defaultVLAN)

	// The bridge itself.
	b.sends(1, func() error { return b.c.AddVLANs(b.ctx, br0, trunk...) })
	b.has(br0, append(vlans{defaultVLAN}, trunk...)...)
	b.sends(2, func() error { return b.c.SetVLANs(b.ctx, br0, link.PortVLAN{ID: 2, End: 4094}) })
	b.has(br0, link.PortVLAN{ID: 2, End: 4094})
	b.has(v0)
}

// TestAccessPort is the example of README.md.
func TestAccessPort(t *testing.T) {
	b := vlanBox(t)
	b.change("br0", link.Spec{Kind: &kind.Bridge{VLANFiltering: attr.On}, Up: attr.On})
	container := testns.New(t)
	wantError(t, accessPort(b.ctx, b.c, br0, 4095, container), "vlan: 4095 is out of range")
	if _, err := b.plain.Get(b.ctx, link.Name("veth0")); !errors.Is(err, link.ErrNotExist) {
		t.Errorf("left behind: %v", err)
	}
	if err := accessPort(b.ctx, b.c, br0, 10, container); err != nil {
		t.Fatal(err)
	}
	b.has(link.Name("veth0"), link.PortVLAN{Flags: link.VLANAccess, ID: 10})
	if !b.get("veth0").IsUp() {
		t.Error("it is down")
	}
}

// TestVLANsOfPortsOfOthers are those of a bridge that is a port, of no bridge.
func TestVLANsOfPortsOfOthers(t *testing.T) {
	b := vlanBox(t)
	testns.Require(t, "vrf")
	b.prepare(link.Spec{Name: "red", Kind: &kind.VRF{Table: attr.U32(10)}})
	b.change("br0", link.Spec{Master: link.Name("red")})
	b.sends(1, func() error { return b.c.AddVLANs(b.ctx, br0, link.PortVLAN{ID: 10}) })
	b.has(br0, defaultVLAN, link.PortVLAN{ID: 10})
	b.prepare(link.Spec{Name: "p0", Master: link.Name("red"), Kind: veth(kind.Peer{Name: "p1"})})
	for _, name := range []string{"p0", "p1", "red", "lo"} {
		_, err := b.c.VLANs(b.ctx, link.Name(name))
		wantError(t, err, name+": it is ", link.ErrNotSupported)
		wantError(t, b.c.AddVLANs(b.ctx, link.Name(name), link.PortVLAN{ID: 10}), "no port of a bridge", link.ErrNotSupported)
	}
}

func TestListVLANs(t *testing.T) {
	testns.Require(t, "vlan filtering")
	empty := newBox(t)
	if list, err := empty.c.ListVLANs(empty.ctx); list != nil || err != nil {
		t.Errorf("without bridges: %v, %v", list, err)
	}
	b := vlanBox(t)
	if err := errors.Join(
		b.c.AddVLANs(b.ctx, v0, link.PortVLAN{ID: 10, End: 20}),
		b.c.AddVLANTunnels(b.ctx, v0, link.PortTunnel{VLAN: 10, End: 20, ID: 110}),
		b.c.SetVLANs(b.ctx, link.Name("w0")),
	); err != nil {
		t.Fatal(err)
	}
	got := map[string]link.BridgeVLANs{}
	for _, v := range b.vlans() {
		if b.get(v.Name).Index != v.Index {
			t.Errorf("%s is not %d", v.Name, v.Index)
		}
		v.Index = 0
		got[v.Name] = v
	}
	want := map[string]link.BridgeVLANs{
		"br0": {Name: "br0", VLANs: vlans{defaultVLAN}},
		"v0":  {Name: "v0", VLANs: vlans{defaultVLAN, {ID: 10, End: 20}}, Tunnels: portTunnels{{10, 20, 110}}},
		"w0":  {Name: "w0"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	for _, v := range want {
		one, err1 := b.c.VLANs(b.ctx, link.Name(v.Name))
		mapped, err2 := b.c.VLANTunnels(b.ctx, link.Name(v.Name))
		if err1 != nil || err2 != nil || !reflect.DeepEqual(one, v.VLANs) || !reflect.DeepEqual(mapped, v.Tunnels) {
			t.Errorf("%v, %v: %v %v, want %v", err1, err2, one, mapped, v)
		}
	}
}

func TestVLANTunnels(t *testing.T) {
	b := vlanBox(t)
	mapped := func(want ...link.PortTunnel) {
		t.Helper()
		got, err := b.plain.VLANTunnels(b.ctx, v0)
		if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%v: %v, want %v", err, got, want)
		}
	}
	b.sends(1, func() error { return b.c.AddVLANs(b.ctx, v0, link.PortVLAN{ID: 10, End: 20}) })
	b.sends(1, func() error { return b.c.AddVLANTunnels(b.ctx, v0, link.PortTunnel{VLAN: 10, End: 20, ID: 110}) })
	mapped(link.PortTunnel{VLAN: 10, End: 20, ID: 110})
	b.sends(2, func() error { return b.c.AddVLANTunnels(b.ctx, v0, portTunnels{{10, 0, 111}, {11, 0, 110}}...) })
	mapped(portTunnels{{10, 0, 111}, {11, 0, 110}, {12, 20, 112}}...)
	b.sends(1, func() error { return b.c.RemoveVLANTunnels(b.ctx, v0, portTunnels{{12, 19, 0}, {30, 0, 0}}...) })
	mapped(portTunnels{{10, 0, 111}, {11, 0, 110}, {20, 0, 120}}...)
	b.sends(2, func() error { return b.c.SetVLANTunnels(b.ctx, v0, portTunnels{{10, 0, 110}, {20, 0, 1<<24 - 1}}...) })
	mapped(portTunnels{{10, 0, 110}, {20, 0, 1<<24 - 1}}...)
	// Who removes a VLAN removes its tunnel.
	b.sends(2, func() error { return b.c.RemoveVLANs(b.ctx, v0, link.PortVLAN{ID: 20}) })
	mapped(link.PortTunnel{VLAN: 10, ID: 110})
	wantError(t, b.c.AddVLANTunnels(b.ctx, v0, link.PortTunnel{VLAN: 20, ID: 1}), "vlan: the port has no VLAN 20 to map", link.ErrInvalid)
	wantError(t, b.c.AddVLANTunnels(b.ctx, v0, link.PortTunnel{VLAN: 11, ID: 110}), "tunid: 110 for the VLANs 10 and 11", link.ErrInvalid)
	wantError(t, b.c.AddVLANTunnels(b.ctx, br0, link.PortTunnel{VLAN: 1, ID: 1}), "a bridge itself maps no VLANs", link.ErrInvalid)
	b.change("v0", link.Spec{Port: &kind.BridgePort{VLANTunnel: attr.Off}})
	mapped()
	wantError(t, b.c.AddVLANTunnels(b.ctx, v0, link.PortTunnel{VLAN: 10, ID: 110}), "set VLANTunnel", link.ErrInvalid)
	b.sends(0, func() error { return b.c.SetVLANTunnels(b.ctx, v0) })
}

// TestManyVLANs has more to say than one message should.
func TestManyVLANs(t *testing.T) {
	b := vlanBox(t)
	var all vlans
	var mapped portTunnels
	for id := uint16(1); id <= 4094; id++ {
		all = append(all, link.PortVLAN{Flags: link.VLANFlags(id%2) * link.VLANUntagged, ID: id})
		mapped = append(mapped, link.PortTunnel{VLAN: id, ID: 5000 - uint32(id)})
	}
	b.sends(8, func() error { return b.c.SetVLANs(b.ctx, v0, all...) })
	b.has(v0, all...)
	b.sends(8, func() error { return b.c.SetVLANTunnels(b.ctx, v0, mapped...) })
	if got, err := b.c.VLANTunnels(b.ctx, v0); err != nil || !reflect.DeepEqual(got, mapped) {
		t.Errorf("%v: %d tunnels", err, len(got))
	}
	b.sends(10, func() error { return b.c.SetVLANs(b.ctx, v0, defaultVLAN) })
	b.has(v0, defaultVLAN)
}

// TestVLANsRefused sends nothing, whatever the kernel has.
func TestVLANsRefused(t *testing.T) {
	b := newBox(t)
	b.pair()
	b.prepare(link.Spec{Name: "br0", Kind: &kind.Bridge{}})
	b.tap.reset(nil)
	bad := link.PortVLAN{ID: 4095}
	for _, err := range []error{b.c.AddVLANs(b.ctx, br0, bad), b.c.RemoveVLANs(b.ctx, br0, bad), b.c.SetVLANs(b.ctx, br0, bad)} {
		wantError(t, err, "change br0: vlan: 4095 is out of range, want 1 to 4094", link.ErrInvalid)
		var e *link.Error
		if !errors.As(err, &e) || e.Attr != "vlan" || e.Limits != "1 to 4094" {
			t.Errorf("%+v", e)
		}
	}
	wantError(t, b.c.AddVLANTunnels(b.ctx, v0, link.PortTunnel{VLAN: 1}), "tunid: 0 is out of range", link.ErrInvalid)
	if n := len(b.tap.requests()); n != 0 {
		t.Errorf("%d requests", n)
	}
	wantError(t, b.c.AddVLANs(b.ctx, v0, link.PortVLAN{ID: 10}), "change v0: it is a veth and no port of a bridge", link.ErrNotSupported)
	wantError(t, b.c.AddVLANs(b.ctx, link.Name("lo")), "it is a link without a kind and no port of a bridge", link.ErrNotSupported)
	wantError(t, b.c.AddVLANs(b.ctx, link.Name("nobody")), "change nobody: No such device", link.ErrNotExist)
	_, err := b.c.VLANs(b.ctx, link.Ref{})
	wantError(t, err, "vlans", link.ErrInvalid)
	b.wantSent(0)
	b.c.Close()
	_, err = b.c.ListVLANs(b.ctx)
	wantError(t, errors.Join(err, b.c.AddVLANs(b.ctx, v0)), "closed", link.ErrClosed)
}

// withoutVLANs makes a kernel one whose bridges have none: it does not know the
// question.
type withoutVLANs struct{ rtnl.Transport }

func (k withoutVLANs) Send(ctx context.Context, b []byte) error {
	for m, err := range rtnl.Messages(b) {
		if err == nil && m.Type == rtnl.GetVLAN {
			b = slices.Clone(b)
			binary.NativeEndian.PutUint16(b[4:], noSuchQuestion)
		}
	}
	return k.Transport.Send(ctx, b)
}

const withoutVLANsHint = "this kernel's bridges have no VLANs: it was built without CONFIG_BRIDGE_VLAN_FILTERING"

// noSuchQuestion is a type of requests to read that no kernel has yet.
const noSuchQuestion = 126

func TestVLANsMissing(t *testing.T) {
	b := newBox(t)
	b.prepare(link.Spec{Name: "br0", Kind: &kind.Bridge{}})
	c := openWith(t, link.Config{NetNS: b.ns}, func(t rtnl.Transport) rtnl.Transport { return withoutVLANs{t} })
	_, err1 := c.VLANs(b.ctx, br0)
	_, err2 := c.ListVLANs(b.ctx)
	for _, err := range []error{err1, err2, c.AddVLANs(b.ctx, br0, link.PortVLAN{ID: 10})} {
		wantError(t, err, "CONFIG_BRIDGE_VLAN_FILTERING", link.ErrNotSupported)
		t.Log(err)
	}
	// Such a kernel refuses the option, or ignores it.
	refusing := &scripted{box: b, errno: 95, c: openWith(t, link.Config{NetNS: b.ns}, func(t rtnl.Transport) rtnl.Transport {
		return &script{Transport: withoutVLANs{t}, answer: func(req rtnl.Message) rtnltest.Datagram { return rtnltest.Kernel(rtnltest.Ack(req, 95)) }}
	})}
	ignoring := &scripted{box: b, c: openWith(t, link.Config{NetNS: b.ns}, func(t rtnl.Transport) rtnl.Transport { return withoutVLANs{withoutFiltering{t}} })}
	wish := link.Spec{Name: "br0", Kind: &kind.Bridge{Priority: attr.U16(1), VLANFiltering: attr.On}}
	wantError(t, refusing.try("br0", wish), "change br0: linkinfo.data.vlan_filtering: Operation not supported; "+withoutVLANsHint, link.ErrNotSupported)
	wish.Name = "br1"
	wantError(t, ignoring.try("", wish), "create br1: linkinfo.data.vlan_filtering: want on, is absent: accepted by the kernel but not applied; "+withoutVLANsHint, link.ErrVerify)
}

func TestVLANsNotPermitted(t *testing.T) {
	b := vlanBox(t)
	err := withoutPrivilege(t, func() error { return b.c.AddVLANs(b.ctx, v0, link.PortVLAN{ID: 10}) })
	wantError(t, err, "change v0: Operation not permitted; needs CAP_NET_ADMIN", link.ErrPermission)
	b.has(v0, defaultVLAN)
}

// TestVLANsChangedMeanwhile puts somebody else between two messages.
func TestVLANsChangedMeanwhile(t *testing.T) {
	meddle := func(t *testing.T, b *box, typ uint16, n int, do func() error) {
		b.tap.reset(func(_ int, m rtnl.Message) rtnltest.Fault {
			if m.Type == typ {
				if n--; n == 0 {
					if err := do(); err != nil {
						t.Error(err)
					}
				}
			}
			return rtnltest.None
		})
	}
	trunk := link.PortVLAN{ID: 10, End: 20}
	t.Run("before the first change", func(t *testing.T) {
		b := vlanBox(t)
		meddle(t, b, rtnl.GetVLAN, 2, func() error { return b.plain.AddVLANs(b.ctx, v0, link.PortVLAN{ID: 15}) })
		wantError(t, b.c.AddVLANs(b.ctx, v0, trunk), "VLAN 15: want absent, is there", link.ErrConflict)
		b.wantSent(0)
		b.has(v0, defaultVLAN, link.PortVLAN{ID: 15})
	})
	t.Run("elsewhere", func(t *testing.T) {
		b := vlanBox(t)
		meddle(t, b, rtnl.GetVLAN, 2, func() error { return b.plain.AddVLANs(b.ctx, v0, link.PortVLAN{ID: 99}) })
		if err := b.c.AddVLANs(b.ctx, v0, trunk); err != nil {
			t.Error(err)
		}
		b.has(v0, defaultVLAN, trunk, link.PortVLAN{ID: 99})
	})
	t.Run("in another bridge", func(t *testing.T) {
		b := vlanBox(t)
		b.prepare(link.Spec{Name: "br1", Kind: &kind.Bridge{}})
		meddle(t, b, rtnl.GetVLAN, 1, func() error {
			_, err := b.plain.Change(b.ctx, v0, link.Spec{Master: link.Name("br1")})
			return err
		})
		wantError(t, b.c.AddVLANs(b.ctx, v0, trunk), "its master was", link.ErrConflict)
		b.has(v0, defaultVLAN)
	})
	// The kernel maps VLANs up to the one that has gone, and stops there.
	t.Run("half of a message", func(t *testing.T) {
		b := vlanBox(t)
		if err := b.plain.AddVLANs(b.ctx, v0, trunk); err != nil {
			t.Fatal(err)
		}
		meddle(t, b, rtnl.SetLink, 1, func() error { return b.plain.RemoveVLANs(b.ctx, v0, link.PortVLAN{ID: 15}) })
		err := b.c.AddVLANTunnels(b.ctx, v0, link.PortTunnel{VLAN: 10, End: 20, ID: 110})
		wantError(t, err, "change v0: Invalid argument", link.ErrInvalid)
		t.Log(err)
		b.has(v0, defaultVLAN, link.PortVLAN{ID: 10, End: 14}, link.PortVLAN{ID: 16, End: 20})
		if left, err := b.c.VLANTunnels(b.ctx, v0); len(left) > 0 || err != nil {
			t.Errorf("%v: left are %v", err, left)
		}
	})
	// What undoing finds changed is reported, and VLANs of others stay.
	t.Run("residue", func(t *testing.T) {
		b := vlanBox(t)
		n := 0
		b.tap.reset(func(_ int, m rtnl.Message) rtnltest.Fault {
			if m.Type == rtnl.DelLink && n == 0 {
				n++
				if err := b.plain.AddVLANs(b.ctx, v0, link.PortVLAN{ID: 99}); err != nil {
					t.Error(err)
				}
				return rtnltest.Refuse
			}
			return rtnltest.None
		})
		err := b.c.SetVLANs(b.ctx, v0, trunk)
		var tx *link.TxError
		if !errors.As(err, &tx) || len(tx.Failed) > 0 || len(tx.Residue) != 1 || tx.Residue[0].Field != "vlans" {
			t.Fatalf("%v", err)
		}
		wantError(t, err, "v0: vlans was 1 PVID Egress Untagged and is 1 PVID Egress Untagged, 99")
		b.has(v0, defaultVLAN, link.PortVLAN{ID: 99})
	})
}

// vlanScenarios are changes of several messages, each from what TestVLANFaults
// prepares.
var vlanScenarios = map[string]func(context.Context, *link.Client) error{
	"add": func(ctx context.Context, c *link.Client) error {
		return c.AddVLANs(ctx, v0, link.PortVLAN{Flags: link.VLANAccess, ID: 100}, link.PortVLAN{ID: 15}, link.PortVLAN{ID: 200, End: 300})
	},
	"set": func(ctx context.Context, c *link.Client) error {
		return c.SetVLANs(ctx, v0, link.PortVLAN{Flags: link.VLANAccess, ID: 100}, link.PortVLAN{ID: 15, End: 30})
	},
	"bridge": func(ctx context.Context, c *link.Client) error {
		return c.SetVLANs(ctx, br0, link.PortVLAN{ID: 100, End: 200})
	},
	"tunnels": func(ctx context.Context, c *link.Client) error {
		return c.SetVLANTunnels(ctx, v0, link.PortTunnel{VLAN: 10, ID: 111}, link.PortTunnel{VLAN: 11, End: 14, ID: 7})
	},
}

func vlanStage(t *testing.T) *box {
	b := vlanBox(t)
	if err := errors.Join(
		b.plain.AddVLANs(b.ctx, v0, link.PortVLAN{ID: 10, End: 14}, link.PortVLAN{Flags: link.VLANUntagged, ID: 15}, link.PortVLAN{ID: 16, End: 20}),
		b.plain.AddVLANTunnels(b.ctx, v0, link.PortTunnel{VLAN: 10, End: 20, ID: 110}),
	); err != nil {
		t.Fatal(err)
	}
	return b
}

// TestVLANFaults makes the k-th request of each scenario go wrong in each way,
// for every k, and ends the context there.
func TestVLANFaults(t *testing.T) {
	testns.Require(t, "vlan filtering")
	for scenario, do := range vlanScenarios {
		t.Run(scenario, func(t *testing.T) {
			b := vlanStage(t)
			b.tap.reset(nil)
			if err := do(b.ctx, b.c); err != nil {
				t.Fatal(err)
			}
			done, requests := b.vlans(), len(b.tap.requests())
			undone := 0
			for name, fault := range faults {
				for k := range requests {
					if (k+len(name))%4 != 0 && !full || !share(k/4+len(name)) {
						continue
					}
					t.Run(fmt.Sprintf("%s/%d", name, k), func(t *testing.T) {
						if vlanFails(t, do, done, k, fault, fault == rtnltest.Lose) {
							undone++
						}
					})
				}
			}
			for k := range requests {
				if k%4 != 1 && !full || !share(k/4) {
					continue
				}
				t.Run(fmt.Sprintf("cancelled/%d", k), func(t *testing.T) { vlanFails(t, do, done, k, rtnltest.None, true) })
			}
			t.Logf("%d requests, %d times undone", requests, undone)
		})
	}
}

// vlanFails runs a scenario with a fault at its k-th request, and perhaps the
// end of its context, and reports whether it failed.
func vlanFails(t *testing.T, do func(context.Context, *link.Client) error, done []link.BridgeVLANs, k int, fault rtnltest.Fault, cancelled bool) bool {
	b := vlanStage(t)
	was := b.vlans()
	ctx, cancel := context.WithCancel(b.ctx)
	defer cancel()
	b.tap.reset(func(n int, _ rtnl.Message) rtnltest.Fault {
		if n != k {
			return rtnltest.None
		}
		if cancelled && fault == rtnltest.None {
			cancel()
		} else if cancelled { // or it would wait for ever
			time.AfterFunc(20*time.Millisecond, cancel)
		}
		return fault
	})
	err := do(ctx, b.c)
	want := done
	if err != nil {
		want = was
	}
	if diff := cmp.Diff(want, b.vlans()); diff != "" {
		t.Errorf("%v: -want +got\n%s", err, diff)
	}
	var tx *link.TxError
	if errors.As(err, &tx) && !tx.Clean() {
		t.Error(err)
	}
	b.tap.reset(nil)
	if err := do(b.ctx, b.c); err != nil {
		t.Errorf("the next call: %v", err)
	}
	return err != nil
}

// TestVLANFaultsOfUndoing loses one answer while a change is undone.
func TestVLANFaultsOfUndoing(t *testing.T) {
	testns.Require(t, "vlan filtering")
	for scenario, do := range vlanScenarios {
		t.Run(scenario, func(t *testing.T) {
			b := vlanStage(t)
			b.tap.reset(nil)
			if err := do(b.ctx, b.c); err != nil {
				t.Fatal(err)
			}
			last := len(b.tap.requests()) - 2 // the last change: only a read comes after it
			step := 3
			if full {
				step = 1
			}
			for k := last + 1; ; k += step {
				b := vlanStage(t)
				was := b.vlans()
				b.tap.reset(func(n int, _ rtnl.Message) rtnltest.Fault {
					switch n {
					case last:
						return rtnltest.Refuse
					case k:
						return rtnltest.Overrun
					}
					return rtnltest.None
				})
				err := do(b.ctx, b.c)
				var tx *link.TxError
				if err == nil || errors.As(err, &tx) && len(tx.Failed) > 0 {
					t.Errorf("request %d: %v", k, err)
				}
				if diff := cmp.Diff(was, b.vlans()); diff != "" {
					t.Errorf("request %d: %v: -was +is\n%s", k, err, diff)
				}
				if len(b.tap.requests()) <= k {
					return // the fault came too late: all have been tried
				}
			}
		})
	}
}
