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
}

// Errors name the field.
func ExampleAppend_error() {
	_, err := link.Append(nil, &link.Spec{Kind: &kind.VXLAN{ID: attr.U32(1 << 24)}})
	fmt.Println(err)
	// Output:
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
}

func ExampleLinks_MarshalJSON() {
	b, err := json.MarshalIndent(two[:1], "", "  ")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(string(b))
	// Output:
}

// The request that would make a link again.
func ExampleLinks_Spec() {
	spec := two.Spec(link.Name("vxlan42"))
	fmt.Println(attr.Printer{}.Text(spec))
	// Output:
}

// Flags print as "ip link" prints them: NO-CARRIER stands for a link that is
// up without being able to send.
func ExampleFlags_String() {
	fmt.Println(link.FlagUp | link.FlagRunning | link.FlagLowerUp | link.FlagBroadcast)
	fmt.Println(link.FlagUp | link.FlagBroadcast)
	fmt.Println(link.FlagBroadcast)
	// Output:
}

func ExampleValidName() {
	for _, name := range []string{"eth0", "", "eth0/1", "a-name-of-17-byte", "eth%d"} {
		fmt.Printf("%q: %v\n", name, link.ValidName(name))
	}
	// Output:
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
}
