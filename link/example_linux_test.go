package link_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"os"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/link"
	"github.com/iplink-go/iplink/nsutil"
)

// A bridge with a veth pair plugged in, as a container runtime would make it.
func Example() {
	// To try this without root and away from the host's links; the real thing
	// goes without.
	if err := nsutil.Sandbox(); err != nil {
		log.Fatal(err)
	}

	ctx := context.Background()
	c, err := link.Open(link.Config{})
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()

	br, err := c.Create(ctx, link.Spec{Name: "br0", Up: attr.On, Kind: &kind.Bridge{}})
	if err != nil {
		log.Fatal(err)
	}
	port, err := c.Create(ctx, link.Spec{
		Name: "veth0", MTU: attr.U32(9000), Master: br.Ref(), Up: attr.On,
		Kind: &kind.Veth{Peer: attr.Some(kind.Peer{Name: "veth1", MTU: attr.U32(9000), Up: attr.On})},
	})
	if err != nil {
		log.Fatal(err)
	}
	for l, err := range c.All(ctx, link.Filter{Master: br.Ref()}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(l.Name, "is a port of", br.Name, "with MTU", l.MTU)
	}

	// The other end goes with it.
	if err := errors.Join(c.Delete(ctx, port.Ref()), c.Delete(ctx, br.Ref())); err != nil {
		log.Fatal(err)
	}
	// Output: veth0 is a port of br0 with MTU 9000
}

// A client of another namespace: the socket is made there, and nobody's thread
// stays there.
func ExampleOpen() {
	ns, err := nsutil.New()
	if err != nil {
		log.Fatal(err)
	}
	defer ns.Close()
	c, err := link.Open(link.Config{NetNS: ns})
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()

	lo, err := c.Get(context.Background(), link.Name("lo"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(lo.Index, lo.Name, lo.Type, "up:", lo.IsUp())
	// Output: 1 lo loopback up: false
}

// scratch returns a client of a new namespace, and what ends both.
func scratch() (*link.Client, func()) {
	ns, err := nsutil.New()
	if err != nil {
		log.Fatal(err)
	}
	c, err := link.Open(link.Config{NetNS: ns})
	if err != nil {
		log.Fatal(err)
	}
	return c, func() {
		if err := errors.Join(c.Close(), ns.Close()); err != nil {
			log.Fatal(err)
		}
	}
}

// A pair between two namespaces is made in one step.
func ExampleClient_Create() {
	c, done := scratch() // a client of a new namespace
	defer done()
	ctx := context.Background()
	blue, err := nsutil.New()
	if err != nil {
		log.Fatal(err)
	}
	defer blue.Close()

	_, err = c.Create(ctx, link.Spec{
		Name:  "veth-blue",
		Alias: attr.Some("to blue"),
		Kind: &kind.Veth{Peer: attr.Some(kind.Peer{
			Name:    "eth0",
			Address: attr.MustParseHWAddr("02:00:00:00:00:01"),
			NetNS:   blue.NetNS(),
			Up:      attr.On,
		})},
		Up: attr.On,
	})
	if err != nil {
		log.Fatal(err)
	}

	there, err := link.Open(link.Config{NetNS: blue})
	if err != nil {
		log.Fatal(err)
	}
	defer there.Close()
	eth0, err := there.Get(ctx, link.Name("eth0"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(eth0.Name, eth0.KindName(), eth0.Address, "carrier:", eth0.HasCarrier())
	// Output: eth0 veth 02:00:00:00:00:01 carrier: true
}

// A change that cannot be done whole is not done at all.
func ExampleClient_Change() {
	c, done := scratch() // a client of a new namespace
	defer done()
	ctx := context.Background()
	l, err := c.Create(ctx, link.Spec{Name: "eth0", MTU: attr.U32(1500), Kind: &kind.Veth{}})
	if err != nil {
		log.Fatal(err)
	}

	l, err = c.Change(ctx, l.Ref(), link.Spec{Alias: attr.Some("uplink"), TxQueueLen: attr.U32(2000), MTU: attr.U32(9000)})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(l.Name, l.Alias, l.TxQueueLen, l.MTU)

	// The name is fine, the MTU is not.
	_, err = c.Change(ctx, l.Ref(), link.Spec{Name: "eth1", Alias: attr.Some("downlink"), MTU: attr.U32(1 << 20)})
	fmt.Println(err)
	if l, err = c.Get(ctx, l.Ref()); err != nil {
		log.Fatal(err)
	}
	fmt.Println(l.Name, l.Alias, l.TxQueueLen, l.MTU)
	// Output:
	// eth0 uplink 2000 9000
	// change eth0: mtu: 1048576 is out of range, want 68 to 65535
	// eth0 uplink 2000 9000
}

func ExampleClient_Delete() {
	c, done := scratch() // a client of a new namespace
	defer done()
	ctx := context.Background()
	if _, err := c.Create(ctx, link.Spec{Name: "br0", Kind: &kind.Bridge{}}); err != nil {
		log.Fatal(err)
	}

	fmt.Println(c.Delete(ctx, link.Name("br0")))
	err := c.Delete(ctx, link.Name("br0"))
	fmt.Println(err, errors.Is(err, link.ErrNotExist))
	// Output:
	// <nil>
	// delete br0: No such device true
}

func ExampleClient_DeleteMany() {
	c, done := scratch() // a client of a new namespace
	defer done()
	ctx := context.Background()
	var pods []link.Ref
	for i := range 50 {
		l, err := c.Create(ctx, link.Spec{Name: fmt.Sprintf("pod%d", i), Kind: &kind.Veth{}})
		if err != nil {
			log.Fatal(err)
		}
		pods = append(pods, l.Ref())
	}

	err := c.DeleteMany(ctx, append(pods, link.Name("nobody"))...)
	fmt.Println(err, errors.Is(err, link.ErrNotExist)) // and none is deleted
	fmt.Println(c.DeleteMany(ctx, pods...))
	// Output:
	// delete nobody: No such device true
	// <nil>
}

func ExampleClient_List() {
	c, done := scratch() // a client of a new namespace
	defer done()
	ctx := context.Background()
	br, err := c.Create(ctx, link.Spec{Name: "br0", Kind: &kind.Bridge{}})
	if err != nil {
		log.Fatal(err)
	}
	for _, name := range []string{"eth0", "eth1"} {
		if _, err := c.Create(ctx, link.Spec{Name: name, Master: br.Ref(), Kind: &kind.Veth{}}); err != nil {
			log.Fatal(err)
		}
	}

	ports, err := c.List(ctx, link.Filter{Master: br.Ref(), Include: link.WithStats})
	if err != nil {
		log.Fatal(err)
	}
	for _, l := range ports {
		fmt.Println(l.Name, l.Stats.Value().RxPackets, "packets received")
	}
	fmt.Println(ports.ByName("eth1") != nil, ports.ByName("br0") != nil)
	// Output:
	// eth0 0 packets received
	// eth1 0 packets received
	// true false
}

// All is List without keeping the links: one Link is used again and again.
// Other calls work inside the loop.
func ExampleClient_All() {
	c, done := scratch() // a client of a new namespace
	defer done()
	ctx := context.Background()
	for _, name := range []string{"br0", "br1"} {
		if _, err := c.Create(ctx, link.Spec{Name: name, Kind: &kind.Bridge{}}); err != nil {
			log.Fatal(err)
		}
	}

	for l, err := range c.All(ctx, link.Filter{Kind: "bridge"}) {
		if err != nil {
			log.Fatal(err)
		}
		now, err := c.Change(ctx, l.Ref(), link.Spec{Up: attr.On, Kind: &kind.Bridge{STPState: attr.Some(kind.STPKernel)}})
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(now.Name, now.IsUp(), now.Kind.(*kind.Bridge).STPState)
	}
	// Output:
	// br0 true kernel
	// br1 true kernel
}

// One request, by index, name or alternative name.
func ExampleClient_Get() {
	c, done := scratch() // a client of a new namespace
	defer done()
	ctx := context.Background()
	spec := link.Spec{Name: "br0", Index: 42, AltNames: []string{"the-bridge-with-a-long-name"}, Kind: &kind.Bridge{}}
	if _, err := c.Create(ctx, spec); err != nil {
		log.Fatal(err)
	}

	for _, r := range []link.Ref{link.Name("br0"), link.Index(42), link.Name("the-bridge-with-a-long-name"), link.Name("eth7")} {
		l, err := c.Get(ctx, r)
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(l.Index, l.Name, l.AltNames)
	}
	// Output:
	// 42 br0 [the-bridge-with-a-long-name]
	// 42 br0 [the-bridge-with-a-long-name]
	// 42 br0 [the-bridge-with-a-long-name]
	// get eth7: No such device
}

// Error holds what the kernel answered, in parts.
func ExampleError() {
	c, done := scratch() // a client of a new namespace
	defer done()
	ctx := context.Background()
	for _, name := range []string{"br0", "br1"} {
		if _, err := c.Create(ctx, link.Spec{Name: name, Kind: &kind.Bridge{}}); err != nil {
			log.Fatal(err)
		}
	}

	_, err := c.Change(ctx, link.Name("br1"), link.Spec{Master: link.Name("br0")})
	fmt.Println(err)
	if e, ok := errors.AsType[*link.Error](err); ok {
		fmt.Printf("%s of %s\n", e.Op, e.Link)
		fmt.Printf("number %d, %v\n", e.Errno, e.Errno)
		fmt.Println(e.Msg)
	}

	// A value that the link has said it does not take is not sent.
	_, err = c.Change(ctx, link.Name("br1"), link.Spec{MTU: attr.U32(70_000)})
	fmt.Println(err)
	if limits, ok := errors.AsType[*attr.RangeError](err); ok {
		fmt.Println(limits.Min, limits.Max, errors.Is(err, link.ErrInvalid))
	}
	// Output:
	// change br1: master: Can not enslave a bridge to a bridge (Too many levels of symbolic links)
	// change of br1
	// number 40, Too many levels of symbolic links
	// Can not enslave a bridge to a bridge
	// change br1: mtu: 70000 is out of range, want 68 to 65535
	// 68 65535 true
}

// A link without a carrier is up and cannot send: "ip link" shows NO-CARRIER.
func ExampleLink_HasCarrier() {
	c, done := scratch() // a client of a new namespace
	defer done()
	ctx := context.Background()
	pair := link.Spec{Name: "veth0", Up: attr.On, Kind: &kind.Veth{Peer: attr.Some(kind.Peer{Name: "veth1"})}}
	l, err := c.Create(ctx, pair)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("up:", l.IsUp(), "carrier:", l.HasCarrier())

	if _, err := c.Change(ctx, link.Name("veth1"), link.Spec{Up: attr.On}); err != nil {
		log.Fatal(err)
	}
	if l, err = c.Get(ctx, l.Ref()); err != nil {
		log.Fatal(err)
	}
	fmt.Println("up:", l.IsUp(), "carrier:", l.HasCarrier())
	// Output:
	// up: true carrier: false
	// up: true carrier: true
}

// A logger that shows the debug level gets every message to and from the
// kernel. Attributes go by the names that errors use.
func ExampleConfig_logger() {
	level := new(slog.LevelVar)
	handler := slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{Level: level, ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
		switch {
		case len(groups) == 0 && (a.Key == slog.TimeKey || a.Key == slog.LevelKey || a.Key == "seq"), a.Key == "ext_mask":
			return slog.Attr{} // differs from run to run, or from kernel to kernel
		}
		return a
	}})
	ns, err := nsutil.New()
	if err != nil {
		log.Fatal(err)
	}
	defer ns.Close()
	c, err := link.Open(link.Config{NetNS: ns, Logger: slog.New(handler)})
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()

	level.Set(slog.LevelDebug)
	_, err = c.Create(context.Background(), link.Spec{Name: "acme0", MTU: attr.U32(1400), Up: attr.On, Kind: &kind.Opaque{Name: "acme"}})
	fmt.Println(err)
	// Output:
	// msg="netlink out" type=GETLINK flags=REQUEST link.name=acme0
	// msg="netlink in" type=ERROR errno=19 error="No such device"
	// msg="netlink out" type=NEWLINK flags=REQUEST|ACK|ECHO|EXCL|CREATE link.flags=UP link.change=UP link.name=acme0 link.mtu=1400 link.linkinfo.kind=acme
	// msg="netlink in" type=ERROR errno=95 error="Operation not supported" message="Unknown device type"
	// create acme0: Unknown device type (Operation not supported); this kernel has no link kind "acme"
}

// Counters that a link's report has not: a bridge's of multicast.
func ExampleClient_GetStats() {
	ns, err := nsutil.New()
	if err != nil {
		log.Fatal(err)
	}
	defer ns.Close()
	c, err := link.Open(link.Config{NetNS: ns})
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()
	ctx := context.Background()

	if _, err := c.Create(ctx, link.Spec{Name: "br0", Kind: &kind.Bridge{MCastStats: attr.On}}); err != nil {
		log.Fatal(err)
	}
	report, err := c.GetStats(ctx, link.Name("br0"), link.StatsLink|link.StatsKind)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(report.Groups, report.Stats.Value().RxPackets, report.Kind.Value().Bridge.Value().MCast.Value().Rx.MLDv2Reports)
	// Output: link,xstats 0 0
}

// accessPort plugs a container into a bridge and into one of its VLANs, as a
// CNI plugin does. The container sees no tags: what it sends belongs to the
// port's VLAN (PVID), what it gets is untagged.
func accessPort(ctx context.Context, c *link.Client, bridge link.Ref, vlan uint16, container *nsutil.Namespace) error {
	port, err := c.Create(ctx, link.Spec{
		Name: "veth0", Master: bridge,
		Kind: &kind.Veth{Peer: attr.Some(kind.Peer{Name: "eth0", NetNS: container.NetNS(), Up: attr.On})},
	})
	if err != nil {
		return err
	}
	// A new port is in VLAN 1. Now it is in this one, and in no other.
	err = c.SetVLANs(ctx, port.Ref(), link.PortVLAN{ID: vlan, Flags: link.VLANAccess})
	if err == nil {
		_, err = c.Change(ctx, port.Ref(), link.Spec{Up: attr.On})
	}
	if err != nil {
		return errors.Join(err, c.Delete(ctx, port.Ref()))
	}
	return nil
}

// The ports of a bridge with VLANs: examples/bridgevlan has the whole of it.
func ExampleClient_SetVLANs() {
	ctx := context.Background()
	c, err := link.Open(link.Config{})
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()
	container, err := nsutil.Open("blue")
	if err != nil {
		log.Fatal(err)
	}
	defer container.Close()

	br, err := c.Create(ctx, link.Spec{Name: "br0", Up: attr.On, Kind: &kind.Bridge{VLANFiltering: attr.On}})
	if err != nil {
		log.Fatal(err)
	}
	if err := accessPort(ctx, c, br.Ref(), 10, container); err != nil {
		log.Fatal(err)
	}
	// The way out, with tags.
	if _, err := c.Change(ctx, link.Name("eth1"), link.Spec{Master: br.Ref(), Up: attr.On}); err != nil {
		log.Fatal(err)
	}
	if err := c.SetVLANs(ctx, link.Name("eth1"), link.PortVLAN{ID: 10, End: 20}); err != nil {
		log.Fatal(err)
	}
}
