package link_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/link"
	"github.com/iplink-go/iplink/nsutil"
)

// A pod's network in one transaction: the bridge, and a pair with one end in
// the pod. If any of it fails, nothing of it is there.
func ExampleClient_Begin() {
	c, done := scratch() // a client of a new namespace
	defer done()
	ctx := context.Background()
	pod, err := nsutil.New()
	if err != nil {
		log.Fatal(err)
	}
	defer pod.Close()

	setUp := func() (*link.Result, error) {
		tx := c.Begin()
		bridge := tx.Create(link.Spec{Name: "cni0", Up: attr.On, Kind: &kind.Bridge{}})
		tx.Create(link.Spec{
			Name: "vethpod1", Master: bridge, MTU: attr.U32(1450), Up: attr.On,
			Kind: &kind.Veth{Peer: attr.Some(kind.Peer{Name: "eth0", NetNS: pod.NetNS(), MTU: attr.U32(1450), Up: attr.On})},
		})
		return tx.Commit(ctx)
	}
	res, err := setUp()
	if err != nil {
		log.Fatal(err)
	}
	for _, l := range res.Links {
		fmt.Println(l.Link.Name, l.Link.KindName(), "in the pod:", l.NetNS.IsSet())
	}
	_, err = setUp()
	fmt.Println("once more:", errors.Is(err, link.ErrExist))
	// Output:
	// cni0 bridge in the pod: false
	// vethpod1 veth in the pod: false
	// eth0 veth in the pod: true
	// once more: true
}

// What links shall be, what that takes, and that it is final only if it works.
func ExampleClient_Ensure() {
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

	want := link.State{Links: []link.Spec{
		{Name: "br0", Kind: &kind.Bridge{}, Up: attr.On},
		{Name: "vxlan10", Master: link.Name("br0"), MTU: attr.U32(1450), Up: attr.On, Kind: &kind.VXLAN{ID: attr.U32(10), Port: attr.U16(4789)}},
	}}
	plan, err := c.Plan(ctx, want)
	if err != nil {
		log.Fatal(err) // everything that is wrong, and nothing was sent
	}
	fmt.Print(plan)

	// A program would see here whether it still reaches what it must. If not,
	// everything is undone.
	reachable := link.Confirm(func(ctx context.Context) error {
		l, err := c.Get(ctx, link.Name("vxlan10"))
		if err == nil && !l.IsUp() {
			err = errors.New("vxlan10 is down")
		}
		return err
	})
	res, err := c.Apply(ctx, plan, reachable)
	if failed, ok := errors.AsType[*link.TxError](err); ok {
		log.Fatal(failed.Cause, ", everything is as before: ", failed.Clean())
	}
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(res.Steps), "steps,", res.Messages, "messages")

	// Ensure plans and applies. What holds already is not sent.
	res, err = c.Ensure(ctx, want, reachable)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(res.Steps), "steps,", res.Messages, "messages")
	// Output:
	// + create bridge br0 up on
	// + create vxlan vxlan10 mtu 1450, master br0, id 10, dstport 4789
	// ~ change vxlan10 up on
	// 3 steps, 3 messages
	// 0 steps, 0 messages
}

// A program that knows its links by their group removes those that it does not
// want any more, and those that it left behind when it was killed.
func ExampleOwner() {
	c, done := scratch() // a client of a new namespace
	defer done()
	ctx := context.Background()
	if _, err := c.Create(ctx, link.Spec{Name: "pod-lan", Kind: &kind.Bridge{}}); err != nil { // by somebody else
		log.Fatal(err)
	}

	ensure := func(pods ...string) {
		want := link.State{Owner: link.Owner{Group: 4242, Prefix: "pod-", Prune: true}}
		for _, pod := range pods {
			want.Links = append(want.Links, link.Spec{Name: pod, Kind: &kind.Veth{Peer: attr.Some(kind.Peer{Name: pod + "-in"})}})
		}
		res, err := c.Ensure(ctx, want)
		if err != nil {
			log.Fatal(err)
		}
		for _, s := range res.Steps {
			fmt.Println(s)
		}
	}
	ensure("pod-a", "pod-b")
	ensure("pod-b", "pod-c")
	ensure()
	left, err := c.List(ctx, link.Filter{Kind: "bridge"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(left[0].Name, "is not ours")
	// Output:
	// + create veth pod-a group 4242, peer { name pod-a-in }
	// + create veth pod-b group 4242, peer { name pod-b-in }
	// + create veth pod-c group 4242, peer { name pod-c-in }
	// - delete pod-a (loses peer,attached)
	// - delete pod-b pod-c (loses peer,attached)
	// pod-lan is not ours
}

// A state as a file holds it. What a plan would lose it must be allowed to.
func ExampleAllow() {
	c, done := scratch() // a client of a new namespace
	defer done()
	ctx := context.Background()
	for _, s := range []link.Spec{{Name: "br0", Kind: &kind.Bridge{}}, {Name: "vx0", Master: link.Name("br0"), Kind: &kind.VXLAN{ID: attr.U32(10), Port: attr.U16(4789)}}} {
		if _, err := c.Create(ctx, s); err != nil {
			log.Fatal(err)
		}
	}

	var want link.State
	err := json.Unmarshal([]byte(`{"links": [
		{"ifname": "br0", "mtu": 1400},
		{"ifname": "vx0", "linkinfo": {"info_kind": "vxlan", "info_data": {"id": 11}}}
	]}`), &want)
	if err != nil {
		log.Fatal(err)
	}
	_, err = c.Plan(ctx, want)
	fmt.Println(err)

	res, err := c.Ensure(ctx, want, link.Allow(link.LoseAutoMTU), link.Remake("vx0"))
	if err != nil {
		log.Fatal(err)
	}
	for _, s := range res.Steps[:3] {
		fmt.Println(s.Op, s.Link)
	}
	// Output:
	// plan br0: ~ change br0 mtu 1500 -> 1400 (loses auto-mtu): would lose what is not allowed to be lost: auto-mtu; see Allow
	// plan vx0: linkinfo.data.id: it is 10 and cannot become 11: fixed at creation; the link must be made anew
	// change [br0]
	// delete [vx0]
	// create [vx0]
}
