package attr_test

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/iplink-go/iplink/attr"
)

// VLAN is the data of a VLAN link, as an example of a list: each attribute is
// one line, with what is special about it.
type VLAN struct {
	// ID is the VLAN.
	ID attr.Opt[uint16]
	// Protocol is the Ethernet type of its packets.
	Protocol attr.Opt[uint16]
	// GVRP and Loose are switches.
	GVRP, Loose attr.Opt[bool]
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// Fields lists the attributes (IFLA_VLAN_*).
func (v *VLAN) Fields(c *attr.Codec) {
	attr.Uint16(c, 1, "id", &v.ID, attr.CreateOnly, attr.Range(0, 4094))
	attr.Bits(c, 2, "flags", attr.ValueMask, nil, []attr.Bit{
		{Name: "gvrp", Mask: 2, On: &v.GVRP},
		{Name: "loose", Mask: 4, On: &v.Loose},
	})
	attr.Uint16BE(c, 5, "protocol", &v.Protocol, attr.CreateOnly, attr.Hex)
	attr.Rest(c, &v.Unknown)
}

// One list writes, reads, shows and compares.
func Example() {
	want := &VLAN{ID: attr.U16(42), GVRP: attr.On}
	b, err := attr.Append(nil, want)
	if err != nil {
		fmt.Println(err)
		return
	}
	var got VLAN
	if err := attr.Decode(b, &got); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(attr.Printer{}.Text(&got))
	fmt.Println(got == *want)
	// Output:
	// id 42 gvrp on
	// true
}

func ExampleOpt() {
	v := VLAN{
		ID:    attr.U16(0), // VLAN 0, which is not the same as none
		Loose: attr.Off,
	}
	fmt.Println(v.ID, v.Protocol, v.Loose, v.GVRP)
	if on, said := v.GVRP.Get(); !said {
		fmt.Println("nothing is said about GVRP:", on)
	}
	fmt.Println(v.Protocol.Or(0x8100) == 0x8100)
	// Output:
	// 0 - false -
	// nothing is said about GVRP: false
	// true
}

// Requests hold what was said, and nothing that the kernel would refuse.
func ExampleAppend() {
	b, err := attr.Append(nil, &VLAN{Protocol: attr.U16(0x88a8)})
	fmt.Println(len(b), err)

	_, err = attr.Append(nil, &VLAN{ID: attr.U16(4095)})
	fmt.Println(err)
	fmt.Println(errors.Is(err, attr.ErrRange))

	var e *attr.Error
	if errors.As(err, &e) {
		fmt.Println(e.Path)
	}
	// Output:
	// 8 <nil>
	// id: 4095 is out of range, want 0 to 4094
	// true
	// id
}

// Attributes that no line claims are kept and sent back.
func ExampleDecode() {
	b := attr.AppendUint16(nil, 1, 42)
	b = attr.AppendString(b, 99, "from a newer kernel")

	var v VLAN
	if err := attr.Decode(b, &v); err != nil {
		fmt.Println(err)
		return
	}
	for t, payload := range v.Unknown.All() {
		fmt.Println(t, attr.ReadString(payload))
	}

	err := attr.Decode(attr.AppendUint8(b, 1, 42), &v)
	fmt.Println(err)
	// Output:
	// 99 from a newer kernel
	// id: type 1 at offset 32: wrong length
}

// Only what was wanted is compared, and only what does not hold is left.
func ExampleDiff() {
	have := &VLAN{ID: attr.U16(42), GVRP: attr.On, Loose: attr.Off}
	want := &VLAN{GVRP: attr.On, Loose: attr.On}
	var diff VLAN
	fields, err := attr.Diff(&diff, want, have)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range fields {
		fmt.Println("differs in", f.Name)
	}
	fmt.Println("to do:", attr.Printer{}.Text(&diff))
	// Output:
	// differs in flags
	// to do: loose on
}

func ExampleDump() {
	b := attr.BeginNest(nil, 99)
	b = attr.AppendString(b, 1, "inside")
	b, err := attr.EndNest(b, 0)
	if err != nil {
		fmt.Println(err)
		return
	}
	if b, err = attr.Append(b, &VLAN{ID: attr.U16(42)}); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(attr.Dump(b, new(VLAN)))
	// Output:
	// 99 (12 bytes)
	//   1 "inside"
	// 1 id 42
}

func ExampleDescribe() {
	fields, err := attr.Describe(new(VLAN))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range fields {
		fmt.Println(f.Type, f.Name, f.Wire, f.Dir, f.Mode)
	}
	// Output:
	// 1 id u16 rc create-only
	// 2 flags struct rcs any
	// 5 protocol be16 rc create-only
}

func ExamplePrinter_Object() {
	v := &VLAN{ID: attr.U16(42), Protocol: attr.U16(0x8100), Loose: attr.Off}
	b, err := json.Marshal(attr.Printer{}.Object(v))
	fmt.Println(string(b), err)
	// Output:
	// {"id":42,"loose":false,"protocol":"0x8100"} <nil>
}

func ExampleParseHWAddr() {
	a, err := attr.ParseHWAddr("02-00-00-00-00-01")
	fmt.Println(a, a.Len(), err)
	_, err = attr.ParseHWAddr("2:0:0:0:0:1")
	fmt.Println(err)
	// Output:
	// 02:00:00:00:00:01 6 <nil>
	// hardware address "2:0:0:0:0:1": invalid value, want two hexadecimal digits a byte with colons between them, as in 02:00:00:00:00:01
}

func ExampleRef() {
	fmt.Println(attr.RefName("eth0"), attr.RefIndex(7), attr.NoRef)
	// Output: eth0 7 none
}

func ExampleWords() {
	type Mode uint32
	modes := attr.Words[Mode]{{Value: 0, Name: "l2"}, {Value: 1, Name: "l3"}}
	m, err := modes.Parse("mode", "l3")
	fmt.Println(m, err, modes.Text(m), modes.Text(9))
	_, err = modes.Parse("mode", "l4")
	fmt.Println(err)
	// Output:
	// 1 <nil> l3 9
	// mode "l4": invalid value, want one of l2, l3
}
