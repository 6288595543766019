package kind_test

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
)

// A bridge as "ip link add type bridge" would take it. What is not said is
// the kernel's choice and is not sent.
func ExampleBridge() {
	br := &kind.Bridge{
		VLANFiltering: attr.On,
		ForwardDelay:  attr.Some(4 * time.Second),
		STPState:      attr.Some(kind.STPKernel),
		GroupFwdMask:  attr.Some(kind.FwdLACP | kind.FwdLLDP),
		MST:           attr.On,
	}
	fmt.Println(attr.Printer{}.Text(br))

	request, err := attr.Append(nil, br)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(attr.Dump(request, br))
	// Output:
	// forward_delay 400 stp_state kernel vlan_filtering on group_fwd_mask lacp,lldp mst_enabled on
	// 1 forward_delay 400
	// 5 stp_state 1
	// 7 vlan_filtering 1
	// 9 group_fwd_mask 16388
	// 46 options 0x4/0x4
}

// Limits that the kernel always has are checked before anything is sent.
func ExampleBridge_range() {
	_, err := attr.Append(nil, &kind.Bridge{HelloTime: attr.Some(time.Minute)})
	fmt.Println(err)
	// Output:
	// hello_time: 1m0s is out of range, want 1s to 10s
}

// A port of a bridge, as iproute2 writes it in JSON.
func ExampleBridgePort() {
	port := &kind.BridgePort{
		State:      attr.Some(kind.PortForwarding),
		Isolated:   attr.On,
		BackupPort: attr.RefIndex(7),
	}
	p := attr.Printer{LinkName: func(uint32) string { return "eth1" }}
	b, err := p.Object(port).MarshalJSON()
	fmt.Println(string(b), err)
	// Output:
	// {"state":"forwarding","isolated":true,"backup_port":"eth1"} <nil>
}

// A tunnel endpoint with the UDP port of RFC 7348, which is not the kernel's
// default.
func ExampleVXLAN() {
	vx := &kind.VXLAN{
		ID:       attr.U32(42),
		Remote:   netip.MustParseAddr("192.0.2.1"),
		Port:     attr.U16(4789),
		Learning: attr.Off,
		Ageing:   attr.Some(10 * time.Minute),
	}
	fmt.Println(attr.Printer{}.Text(vx))
	// Output:
	// id 42 remote 192.0.2.1 learning off ageing 600 dstport 4789
}

// Both ends of a veth pair are made in one step, each in its own namespace.
func ExampleVeth() {
	veth := &kind.Veth{Peer: attr.Some(kind.Peer{
		Name:  "eth0",
		MTU:   attr.U32(9000),
		NetNS: kind.NetNSPID(4242),
	})}
	fmt.Println(attr.Printer{}.Text(veth))

	request, err := attr.Append(nil, veth)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(attr.Dump(request, veth))
	// Output:
	// peer { name eth0 mtu 9000 netns-pid 4242 }
	// 1 peer (44 bytes)
	//   index 0 flags 0x0/0x0
	//   3 name "eth0"
	//   4 mtu 9000
	//   19 netns-pid 4242
}

// A macvlan that takes frames from two senders only. Complete, which a client
// calls, adds the command that makes the list replace the one before.
func ExampleMacvlan() {
	mv := &kind.Macvlan{
		Mode: attr.Some(kind.MacvlanSource),
		MACs: []attr.HWAddr{
			attr.MustParseHWAddr("02:00:00:00:00:01"),
			attr.MustParseHWAddr("02:00:00:00:00:02"),
		},
	}
	mv.Complete()
	fmt.Println(attr.Printer{}.Text(mv))
	// Output:
	// mode source macaddr_mode set macaddr_data 02:00:00:00:00:01 02:00:00:00:00:02
}

// Enumerations read and write iproute2's words. Numbers are read too, for
// values newer than the library.
func ExamplePortState_UnmarshalText() {
	var s kind.PortState
	for _, word := range []string{"forwarding", "4", "open"} {
		err := s.UnmarshalText([]byte(word))
		fmt.Println(s, err)
	}
	// Output:
	// forwarding <nil>
	// blocking <nil>
	// disabled state "open": invalid value, want one of disabled, listening, learning, forwarding, blocking
}

// Flags are words with commas between them.
func ExampleMacvlanFlags_UnmarshalText() {
	var f kind.MacvlanFlags
	err := f.UnmarshalText([]byte("nopromisc,nodst"))
	fmt.Printf("%v %#x %v\n", f, uint16(f), err)
	// Output:
	// nopromisc,nodst 0x3 <nil>
}

// The queriers of a network in iproute2's JSON: a bridge reports them.
func ExampleQuerierState() {
	br := &kind.Bridge{MCastQuerierState: attr.Some(kind.QuerierState{
		IPv4:           netip.MustParseAddr("192.0.2.1"),
		IPv4Port:       attr.RefIndex(3),
		IPv4OtherTimer: attr.Some(255 * time.Second),
	})}
	b, err := attr.Printer{}.Object(br).MarshalJSON()
	fmt.Println(string(b), err)
	// Output:
	// {"mcast_querier_state_ipv4":{"mcast_querier_ipv4_addr":"192.0.2.1","mcast_querier_ipv4_port":3,"mcast_querier_ipv4_other_timer":"25.5us"},"mcast_querier_state_ipv6":{}} <nil>
}

// Kinds without a type keep their data byte for byte.
func ExampleOpaque() {
	k := kind.New("nonesuch")
	err := attr.Decode(attr.AppendUint32(nil, 1, 7), k)
	fmt.Printf("%T %s %d bytes %v\n", k, k.Kind(), len(k.(*kind.Opaque).Data), err)
	// Output:
	// *kind.Opaque nonesuch 8 bytes <nil>
}
