package link_test

import (
	"encoding/json"
	"fmt"
	"log"
	"net/netip"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/link"
)

// These examples need no kernel and run on every system; those with a Client
// are in example_linux_test.go.

// The body of the request that "ip link add" would send. Dump shows what it
// holds.
func ExampleAppend() {
	body, err := link.Append(nil, &link.Spec{
		Name: "vxlan42",
		MTU:  attr.U32(1450),
		Up:   attr.On,
		Kind: &kind.VXLAN{ID: attr.U32(42), Remote: netip.MustParseAddr("192.0.2.2"), Port: attr.U16(4789)},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(link.Dump(body))
	// Output:
	// family 0 type 0 index 0 flags 1 change 1
	// 3 name "vxlan42"
	// 4 mtu 1450
	// 18 linkinfo (40 bytes)
	//   1 kind "vxlan"
	//   2 data (24 bytes)
	//     1 id 42
	//     2 remote 192.0.2.2
	//     15 dstport 4789
}

// What "bridge vlan add vid 10-20 untagged" asks for. A range is sent as its two
// ends, each with a flag that says so.
func ExampleAppendBridge() {
	ask := link.BridgeRequest{Index: 7, VLANs: []link.PortVLAN{{Flags: link.VLANUntagged, ID: 10, End: 20}}}
	body, err := link.AppendBridge(nil, &ask)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(link.Dump(body))
	// Output:
	// family 7 type 0 index 7 flags 0 change 0
	// 26 af_spec (16 bytes)
	//   2 vlans (4 bytes)
	//     flags 12 vid 10
	//   2 vlans (4 bytes)
	//     flags 20 vid 20
}

// Errors name the field.
func ExampleAppend_error() {
	_, err := link.Append(nil, &link.Spec{Kind: &kind.VXLAN{ID: attr.U32(1 << 24)}})
	fmt.Println(err)
	// Output:
	// linkinfo.data.id: 16777216 is out of range, want 0 to 16777215
}

// A program that reads link messages itself, from a socket, a file or a packet
// capture, has Decode for their bodies.
func ExampleDecode() {
	body, err := link.AppendReport(nil, &link.Link{
		Index: 7, Type: link.TypeEther, Flags: link.FlagUp | link.FlagBroadcast,
		Name: "eth0.100", MTU: attr.U32(1500), Lower: link.Index(2),
		Kind: &kind.VLAN{ID: attr.U16(100), Protocol: attr.Some(kind.VLAN8021Q)},
	})
	if err != nil {
		log.Fatal(err)
	}

	var l link.Link // reused from message to message
	if err := link.Decode(body, &l); err != nil {
		log.Fatal(err)
	}
	fmt.Println(l.Index, l.Name, l.KindName(), l.IsUp())
	if vlan, ok := l.Kind.(*kind.VLAN); ok {
		fmt.Println("id", vlan.ID.Value())
	}
	// Output:
	// 7 eth0.100 vlan true
	// id 100
}

// A message that is cut short is an error that says where.
func ExampleDecode_error() {
	body, err := link.AppendReport(nil, &link.Link{Index: 7, Name: "eth0", MTU: attr.U32(1500)})
	if err != nil {
		log.Fatal(err)
	}
	var l link.Link
	fmt.Println(link.Decode(body[:len(body)-1], &l))
	// Output:
	// type 0 at offset 28: truncated
}

// two is a set of links as a client would list it.
var two = link.Links{
	{
		Index: 2, Type: link.TypeEther, Flags: link.FlagUp | link.FlagBroadcast | link.FlagMulticast,
		Name: "br0", MTU: attr.U32(1500), OperState: attr.Some(kind.OperDown),
		Address: attr.MustParseHWAddr("02:00:00:00:00:02"),
		Kind:    &kind.Bridge{STPState: attr.Some(kind.STPOff), VLANFiltering: attr.On},
	},
	{
		Index: 3, Type: link.TypeEther, Flags: link.FlagBroadcast | link.FlagMulticast,
		Name: "vxlan42", MTU: attr.U32(1450), OperState: attr.Some(kind.OperDown), Master: link.Index(2),
		Address: attr.MustParseHWAddr("02:00:00:00:00:03"),
		Kind:    &kind.VXLAN{ID: attr.U32(42), Port: attr.U16(4789)},
		Port:    &kind.BridgePort{State: attr.Some(kind.PortDisabled), Learning: attr.Off},
	},
}

// A set of links knows the names behind the indexes.
func ExampleLinks_String() {
	fmt.Print(two)
	// Output:
	// 2: br0: <NO-CARRIER,BROADCAST,MULTICAST,UP> mtu 1500 state DOWN
	//     link/ether 02:00:00:00:00:02
	//     bridge stp_state off vlan_filtering on
	// 3: vxlan42: <BROADCAST,MULTICAST> mtu 1450 master br0 state DOWN
	//     link/ether 02:00:00:00:00:03
	//     vxlan id 42 dstport 4789
	//     bridge_slave state disabled learning off
}

func ExampleLinks_MarshalJSON() {
	b, err := json.MarshalIndent(two[:1], "", "  ")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(string(b))
	// Output:
	// [
	//   {
	//     "ifindex": 2,
	//     "ifname": "br0",
	//     "flags": [
	//       "NO-CARRIER",
	//       "BROADCAST",
	//       "MULTICAST",
	//       "UP"
	//     ],
	//     "mtu": 1500,
	//     "operstate": "DOWN",
	//     "link_type": "ether",
	//     "address": "02:00:00:00:00:02",
	//     "linkinfo": {
	//       "info_kind": "bridge",
	//       "info_data": {
	//         "stp_state": 0,
	//         "vlan_filtering": 1
	//       }
	//     }
	//   }
	// ]
}

// The request that would make a link again.
func ExampleLinks_Spec() {
	spec := two.Spec(link.Name("vxlan42"))
	fmt.Println(attr.Printer{}.Text(spec))
	// Output:
	// index 3 up off arp on promisc off allmulticast off multicast on address 02:00:00:00:00:03 name vxlan42 mtu 1450 master br0 kind vxlan data { id 42 dstport 4789 } port-kind bridge port-data { learning off }
}

// Flags print as "ip link" prints them: NO-CARRIER stands for a link that is
// up without being able to send.
func ExampleFlags_String() {
	fmt.Println(link.FlagUp | link.FlagRunning | link.FlagLowerUp | link.FlagBroadcast)
	fmt.Println(link.FlagUp | link.FlagBroadcast)
	fmt.Println(link.FlagBroadcast)
	// Output:
	// BROADCAST,UP,LOWER_UP
	// NO-CARRIER,BROADCAST,UP
	// BROADCAST
}

func ExampleValidName() {
	for _, name := range []string{"eth0", "", "eth0/1", "a-name-of-17-byte", "eth%d"} {
		fmt.Printf("%q: %v\n", name, link.ValidName(name))
	}
	// Output:
	// "eth0": <nil>
	// "": name: "" is empty: invalid value
	// "eth0/1": name: "eth0/1" holds one of '/', ':', '%' and NUL: invalid value
	// "a-name-of-17-byte": name: "a-name-of-17-byte" has 17 bytes, at most 15: invalid value
	// "eth%d": name: "eth%d" holds one of '/', ':', '%' and NUL: invalid value
}

// Acme is a kind of link that this module has no type for: the driver of
// somebody else, with two attributes.
type Acme struct {
	Channel attr.Opt[uint32]
	Turbo   attr.Opt[bool]
	Unknown attr.Raw
}

// Kind returns the name after "ip link add type".
func (*Acme) Kind() string { return "acme" }

// Info returns what else a client must know.
func (*Acme) Info() kind.Info { return kind.Info{Module: "acme"} }

// Fields lists the attributes of IFLA_INFO_DATA: number, name, field.
func (a *Acme) Fields(c *attr.Codec) {
	attr.Uint32(c, 1, "channel", &a.Channel, attr.CreateOnly, attr.Range(1, 16))
	attr.Bool(c, 2, "turbo", &a.Turbo)
	attr.Rest(c, &a.Unknown)
}

// acmeConfig is the configuration of a client that knows the kind.
var acmeConfig = link.Config{Kinds: kind.Registry{Kinds: func(name string) kind.Kind {
	if name == "acme" {
		return new(Acme)
	}
	return nil
}}}

// A kind from outside this module is a type like those of package kind.
func ExampleConfig_kinds() {
	k := acmeConfig.Kinds.Kinds("acme")
	if err := attr.Decode(attr.AppendUint32(nil, 1, 11), k); err != nil {
		log.Fatal(err)
	}
	fmt.Println(k.Kind(), attr.Printer{}.Text(k))

	_, err := link.Append(nil, &link.Spec{Name: "acme0", Kind: &Acme{Channel: attr.U32(17)}})
	fmt.Println(err)
	// Output:
	// acme channel 11
	// linkinfo.data.channel: 17 is out of range, want 1 to 16
}

// What shall be there, as a file says it: a bridge that filters VLANs, and a
// pair of which one end is its port and the other in a namespace. Nothing that
// is wrong goes unnoticed.
func ExampleState_UnmarshalJSON() {
	const file = `{
	  "links": [
	    {"ifname": "br0", "up": true, "linkinfo": {
	      "info_kind": "bridge", "info_data": {"vlan_filtering": true, "ageing_time": "5m"}}},
	    {"ifname": "pod1", "master": "br0", "up": true, "linkinfo": {
	      "info_kind": "veth", "info_data": {"peer": {"ifname": "eth0", "netns": "pod1", "mtu": 1450}},
	      "info_slave_kind": "bridge", "info_slave_data": {"isolated": true}}}
	  ],
	  "absent": ["br-old"]
	}`
	var state link.State
	if err := json.Unmarshal([]byte(file), &state); err != nil {
		log.Fatal(err)
	}
	for _, s := range state.Links {
		text, err := json.Marshal(s)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(string(text))
	}

	err := json.Unmarshal([]byte(`{"links": [
	  {"ifname": "br0", "linkinfo": {"info_kind": "bridge", "info_data": {"vlan_filterin": true}}},
	  {"ifname": "v5", "link": "br0", "qdisc": "noqueue", "linkinfo": {"info_kind": "vlan", "info_data": {"id": 5000}}}
	]}`), &state)
	fmt.Println(err)
	// Output:
	// {"ifname":"br0","up":true,"linkinfo":{"info_kind":"bridge","info_data":{"ageing_time":30000,"vlan_filtering":true}}}
	// {"ifname":"pod1","up":true,"master":"br0","linkinfo":{"info_kind":"veth","info_data":{"peer":{"netns":"pod1","ifname":"eth0","mtu":1450}},"info_slave_kind":"bridge","info_slave_data":{"isolated":true}}}
	// links[0].linkinfo.info_data.vlan_filterin: unknown key; did you mean vlan_filtering?
	// links[1].qdisc: only the kernel decides this: leave it out
	// links[1].linkinfo.info_data.id: 5000 is out of range, want 0 to 4094
}
