// Quickstart is a tour of the library with real links, in a network namespace
// of its own and without root:
//
//	go run ./examples/quickstart
//
// It prints each step in the words of "ip link", and then the links that came
// of them.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/netip"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/link"
	"github.com/iplink-go/iplink/nsutil"
)

func main() {
	log.SetFlags(0)

	// From here on the program is alone: no link of the host is within reach,
	// and everything it makes ends with it.
	if err := nsutil.Sandbox(); err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	c := must(link.Open(link.Config{}))
	defer c.Close()

	// A Spec says what a link shall be. What it does not say is left to the
	// kernel at creation, and left alone in a change.
	fmt.Println("+ ip link add br0 up type bridge")
	br := must(c.Create(ctx, link.Spec{Name: "br0", Up: attr.On, Kind: &kind.Bridge{}}))

	fmt.Println("+ ip link add veth0 type veth peer name veth1")
	port := must(c.Create(ctx, link.Spec{Name: "veth0", Kind: &kind.Veth{Peer: attr.Some(kind.Peer{Name: "veth1"})}}))

	fmt.Println("+ ip link set veth0 master br0 up")
	port = must(c.Change(ctx, port.Ref(), link.Spec{Master: br.Ref(), Up: attr.On}))

	addKinds(ctx, c, br.Ref())

	// One call may say as much as it likes: it is done whole or not at all.
	fmt.Println("+ ip link set veth1 address 02:00:00:00:00:01 mtu 9000 txqueuelen 2000 promisc off arp off")
	end := must(c.Change(ctx, link.Name("veth1"), link.Spec{
		Address:    attr.MustParseHWAddr("02:00:00:00:00:01"),
		MTU:        attr.U32(9000),
		TxQueueLen: attr.U32(2000),
		Promisc:    attr.Off,
		ARP:        attr.Off,
	}))

	fmt.Println("+ ip link set veth1 name uplink")
	end = must(c.Change(ctx, end.Ref(), link.Spec{Name: "uplink"}))

	fmt.Println("+ ip netns add blue")
	blue := must(nsutil.Create("blue"))
	defer blue.Close()

	fmt.Println("+ ip link set uplink netns blue up")
	end = must(c.Change(ctx, end.Ref(), link.Spec{NetNS: blue.NetNS(), Up: attr.On}))

	// Errors hold the kernel's words and what a person would do about them.
	fmt.Println("+ ip link add br0 type bridge")
	_, err := c.Create(ctx, link.Spec{Name: "br0", Kind: &kind.Bridge{}})
	fmt.Printf("  %v (already there: %t)\n", err, errors.Is(err, link.ErrExist))

	fmt.Println("+ ip -d -s link show")
	fmt.Print(must(c.List(ctx, link.Filter{Include: link.WithStats})))

	fmt.Println("+ ip -n blue -d -s link show", end.Name)
	there := must(link.Open(link.Config{NetNS: blue}))
	defer there.Close()
	fmt.Println(must(there.Get(ctx, end.Ref(), link.WithStats)))

	fmt.Println("+ ip link del", port.Name)
	if err := c.Delete(ctx, port.Ref()); err != nil {
		log.Fatal(err)
	}
	_, err = there.Get(ctx, end.Ref())
	fmt.Printf("  and the other end went with it: %t\n", errors.Is(err, link.ErrNotExist))
}

// addKinds adds links of kinds that a kernel may be built without, or lack the
// module for: the error says which one, and what to do.
func addKinds(ctx context.Context, c *link.Client, lower link.Ref) {
	for _, add := range []struct {
		command string
		spec    link.Spec
	}{
		{"vxlan42 type vxlan id 42 local 192.0.2.1 remote 192.0.2.2 dstport 4789", link.Spec{Name: "vxlan42", Kind: &kind.VXLAN{
			ID: attr.U32(42), Local: netip.MustParseAddr("192.0.2.1"), Remote: netip.MustParseAddr("192.0.2.2"), Port: attr.U16(4789),
		}}},
		{"link br0 name macvlan0 type macvlan mode bridge", link.Spec{Name: "macvlan0", Lower: lower, Kind: &kind.Macvlan{
			Mode: attr.Some(kind.MacvlanBridge),
		}}},
		{"dummy0 type dummy", link.Spec{Name: "dummy0", Kind: &kind.Dummy{}}},
	} {
		fmt.Println("+ ip link add", add.command)
		if _, err := c.Create(ctx, add.spec); errors.Is(err, link.ErrUnsupportedKind) {
			fmt.Println("  going on without it:", err)
		} else if err != nil {
			log.Fatal(err)
		}
	}
}

// must returns v, or ends the program with the error.
func must[T any](v T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return v
}
