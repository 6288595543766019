// Bridgevlan puts two containers on one bridge that cannot see each other,
// because each is in a VLAN of its own, as a CNI plugin would:
//
//	go run ./examples/bridgevlan
//
// It needs no root, works in network namespaces of its own, and needs a kernel
// whose bridges have VLANs, as that of every distribution has. It prints each
// step in the words of "ip link" and "bridge vlan", and then the VLANs that came
// of them:
//
//	            br0 (vlan_filtering)
//	uplink  ----+ trunk: tagged 10 and 20
//	veth-a  ----+ access: untagged 10 ---- eth0 of container a
//	veth-b  ----+ access: untagged 20 ---- eth0 of container b
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"os"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/link"
	"github.com/iplink-go/iplink/nsutil"
)

func main() {
	log.SetFlags(0)
	if err := nsutil.Sandbox(); err != nil {
		log.Fatal(err)
	}
	c, err := link.Open(link.Config{})
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()
	pods := []container{{name: "a", vlan: 10}, {name: "b", vlan: 20}}
	for i := range pods {
		if pods[i].ns, err = nsutil.Create(pods[i].name); err != nil {
			log.Fatal(err)
		}
		defer pods[i].ns.Close()
	}
	switch err := run(context.Background(), c, pods, os.Stdout); {
	case errors.Is(err, link.ErrNotSupported):
		fmt.Println("  there is nothing to show here:", err)
	case err != nil:
		log.Fatal(err)
	}
}

// A container is a network namespace, and the VLAN that it shall be in.
type container struct {
	name string
	vlan uint16
	ns   *nsutil.Namespace
}

// run makes the bridge in the namespace of c, and plugs everything in.
func run(ctx context.Context, c *link.Client, pods []container, w io.Writer) error {
	// Only with VLAN filtering does a bridge look at VLANs. They can be set
	// before it is on, but packets would pass meanwhile.
	fmt.Fprintln(w, "+ ip link add br0 up type bridge vlan_filtering 1")
	br, err := c.Create(ctx, link.Spec{Name: "br0", Up: attr.On, Kind: &kind.Bridge{VLANFiltering: attr.On}})
	if err != nil {
		return err
	}
	if err := trunk(ctx, c, br, w); err != nil {
		return err
	}
	for _, pod := range pods {
		if err := access(ctx, c, br, pod, w); err != nil {
			return err
		}
	}

	// The bridge is a port of itself, for the host's own packets. This host has
	// nothing to say to the containers.
	fmt.Fprintln(w, "+ bridge vlan del dev br0 vid 1 self")
	if err := c.SetVLANs(ctx, br.Ref()); err != nil {
		return err
	}
	return show(ctx, c, w)
}

// trunk makes the port through which the VLANs leave the machine, tagged. Here
// it is one end of a pair, on a real machine it would be eth0.
func trunk(ctx context.Context, c *link.Client, br *link.Link, w io.Writer) error {
	fmt.Fprintln(w, "+ ip link add uplink master br0 up type veth peer name switch")
	port, err := c.Create(ctx, link.Spec{
		Name: "uplink", Master: br.Ref(), Up: attr.On,
		Kind: &kind.Veth{Peer: attr.Some(kind.Peer{Name: "switch", Up: attr.On})},
	})
	if err != nil {
		return err
	}
	// Every new port is in VLAN 1, where all ports see each other. SetVLANs says
	// which VLANs a port is in, and no others: that one goes.
	fmt.Fprintln(w, "+ bridge vlan add dev uplink vid 10")
	fmt.Fprintln(w, "+ bridge vlan add dev uplink vid 20")
	fmt.Fprintln(w, "+ bridge vlan del dev uplink vid 1")
	return c.SetVLANs(ctx, port.Ref(), link.PortVLAN{ID: 10}, link.PortVLAN{ID: 20})
}

// access plugs a container in. It knows nothing of VLANs: what it sends belongs
// to the port's VLAN (PVID), and what it gets has no tag (untagged).
func access(ctx context.Context, c *link.Client, br *link.Link, pod container, w io.Writer) error {
	// The port stays down until it is where it belongs.
	fmt.Fprintf(w, "+ ip link add veth-%s master br0 type veth peer name eth0 netns %s\n", pod.name, pod.name)
	port, err := c.Create(ctx, link.Spec{
		Name: "veth-" + pod.name, Master: br.Ref(),
		Kind: &kind.Veth{Peer: attr.Some(kind.Peer{Name: "eth0", NetNS: pod.ns.NetNS(), Up: attr.On})},
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "+ bridge vlan add dev %s vid %d pvid untagged\n", port.Name, pod.vlan)
	fmt.Fprintf(w, "+ bridge vlan del dev %s vid 1\n", port.Name)
	if err := c.SetVLANs(ctx, port.Ref(), link.PortVLAN{ID: pod.vlan, Flags: link.VLANAccess}); err != nil {
		return err
	}
	fmt.Fprintf(w, "+ ip link set %s up\n", port.Name)
	_, err = c.Change(ctx, port.Ref(), link.Spec{Up: attr.On})
	return err
}

// show prints the VLANs of all ports.
func show(ctx context.Context, c *link.Client, w io.Writer) error {
	list, err := c.ListVLANs(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintln(w, "+ bridge vlan show")
	for _, v := range list {
		fmt.Fprintln(w, v)
	}
	text, err := json.Marshal(list)
	if err != nil {
		return err
	}
	fmt.Fprintln(w, "+ bridge -j vlan show")
	_, err = fmt.Fprintln(w, string(text))
	return err
}
