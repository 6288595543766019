package attr_test

import (
	"encoding/json"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/iplink-go/iplink/attr"
)

// printed has a field of every format.
type printed struct {
	Num, Named, Both      attr.Opt[mode]
	Mask, MaskZero        attr.Opt[uint32]
	Bool, Bare, As01      attr.Opt[bool]
	Zero, NotZero         attr.Opt[uint32]
	Ticks, Timer, Seconds attr.Opt[time.Duration]
	Hidden                attr.Opt[uint8]
	Nested1, Nested2      attr.Opt[uint8]
	By                    netip.Addr
	A, B                  attr.Opt[bool]
	Dev, None             attr.Ref
	Addr                  attr.HWAddr
	Data                  string
	Name                  string
	Names                 []string
	List                  []vfRate
	Nest                  attr.Opt[vfRate]
	Int                   attr.Opt[int32]
	Counters              []uint64
	Flat                  attr.Opt[flat]
}

// flat is no member of its own.
type flat struct{ V attr.Opt[uint8] }

func (f *flat) Fields(c *attr.Codec) { attr.Uint8(c, 1, "v", &f.V) }

func (f *flat) Flatten(o *attr.Object, _ attr.Printer) {
	o.Set("flat_a", f.V.Value())
	o.Set("flat_b", f.V.Value()+1)
}

func (p *printed) Fields(c *attr.Codec) {
	attr.Uint32(c, 1, "num", &p.Num, attr.Number)
	attr.Uint32(c, 2, "named", &p.Named, attr.JSON("is_named"))
	attr.Uint32(c, 3, "both", &p.Both, attr.Number, attr.JSONWords("both_str"))
	attr.Uint32(c, 4, "mask", &p.Mask, attr.Hex)
	attr.Uint32(c, 5, "mask0", &p.MaskZero, attr.Hex)
	attr.Bool(c, 6, "bool", &p.Bool)
	attr.Bool(c, 7, "bare", &p.Bare, attr.Bare, attr.OmitZero)
	attr.Bool(c, 8, "as01", &p.As01, attr.Number)
	attr.Uint32(c, 9, "zero", &p.Zero, attr.OmitZero)
	attr.Uint32(c, 10, "notzero", &p.NotZero, attr.OmitZero)
	attr.Ticks32(c, 11, "ticks", &p.Ticks)
	attr.Ticks32(c, 12, "timer", &p.Timer, attr.Timer)
	attr.Seconds32(c, 13, "seconds", &p.Seconds)
	attr.Uint8(c, 14, "hidden", &p.Hidden, attr.Hidden)
	attr.Uint8(c, 15, "nested1", &p.Nested1, attr.JSON("in/one"))
	attr.Uint8(c, 16, "nested2", &p.Nested2, attr.JSON("in/two"))
	attr.Addr(c, 17, 18, "by", &p.By, attr.JSONBy(func(a netip.Addr) string {
		if a.Is6() {
			return "by6"
		}
		return "by"
	}))
	attr.Bits(c, 19, "bits", attr.ValueMask, nil, []attr.Bit{{Name: "a", Key: "A", Mask: 1, On: &p.A}, {Name: "b", Key: "B", Mask: 2, On: &p.B}}, attr.JSONList("bits"))
	attr.Link(c, 20, "dev", &p.Dev)
	attr.Link(c, 21, "none", &p.None)
	attr.MAC(c, 22, "addr", &p.Addr)
	attr.Bytes(c, 23, "data", &p.Data)
	attr.String(c, 24, "name", &p.Name)
	attr.RepeatString(c, 25, "names", &p.Names)
	attr.StructList(c, 26, 1, "list", &p.List)
	attr.CStruct(c, 27, "nest", &p.Nest)
	attr.Int32(c, 28, "int", &p.Int)
	attr.Counters(c, 29, "counters", &p.Counters)
	attr.Nest(c, 30, "flat", &p.Flat)
}

func (p *printed) Tidy(o *attr.Object) { o.Remove("nobody"); o.Remove("int") }

func TestPrinter(t *testing.T) {
	s := func(f func(*printed)) *printed {
		p := new(printed)
		f(p)
		return p
	}
	names := attr.Printer{LinkName: func(i uint32) string { return map[uint32]string{7: "eth7"}[i] }}
	for _, tt := range []struct {
		name       string
		p          attr.Printer
		s          *printed
		text, json string
	}{
		{"nothing", names, new(printed), "", `{}`},
		{"enumerations", names, &printed{Num: attr.Some(mode(1)), Named: attr.Some(mode(1)), Both: attr.Some(mode(9))},
			"num l3 named l3 both 9", `{"num":1,"is_named":"l3","both":9,"both_str":"9"}`},
		{"hexadecimal", names, &printed{Mask: attr.U32(255), MaskZero: attr.U32(0)}, "mask 0xff mask0 0", `{"mask":"0xff","mask0":"0"}`},
		{"on", names, &printed{Bool: attr.On, Bare: attr.On, As01: attr.On}, "bool on bare on as01 on", `{"bool":true,"bare":null,"as01":1}`},
		{"off", names, &printed{Bool: attr.Off, Bare: attr.Off, As01: attr.Off}, "bool off as01 off", `{"bool":false,"as01":0}`},
		{"zeros", names, &printed{Zero: attr.U32(0), NotZero: attr.U32(1)}, "notzero 1", `{"notzero":1}`},
		{"spans", names, &printed{Ticks: attr.Some(2 * time.Second), Timer: attr.Some(1530 * time.Millisecond), Seconds: attr.Some(time.Minute)},
			"ticks 200 timer 1.53 seconds 60", `{"ticks":200,"timer":1.53,"seconds":60}`},
		{"hidden", names, &printed{Hidden: attr.U8(1)}, "hidden 1", `{}`},
		{"objects", names, &printed{Nested1: attr.U8(1), Nested2: attr.U8(2)}, "nested1 1 nested2 2", `{"in":{"one":1,"two":2}}`},
		{"key by value", names, &printed{By: ip6}, "by 2001:db8::1", `{"by6":"2001:db8::1"}`},
		{"switches", names, &printed{A: attr.On, B: attr.Off}, "a on b off", `{"bits":["A"]}`},
		{"both switches", names, &printed{A: attr.On, B: attr.On}, "a on b on", `{"bits":["A","B"]}`},
		{"known link", names, &printed{Dev: attr.RefIndex(7), None: attr.NoRef}, "dev eth7 none none", `{"dev":"eth7","none":0}`},
		{"unknown link", names, &printed{Dev: attr.RefIndex(8)}, "dev if8", `{"dev":"if8"}`},
		{"link without names", attr.Printer{}, &printed{Dev: attr.RefIndex(8), None: attr.RefName("x")}, "dev 8 none x", `{"dev":8,"none":"x"}`},
		{"texts", names, &printed{Addr: mac1, Data: "\x00\xff", Name: "n", Names: []string{"a", "b"}},
			"addr 02:00:00:00:00:01 data 00ff name n names a b", `{"addr":"02:00:00:00:00:01","data":"00ff","name":"n","names":["a","b"]}`},
		{"structs", names, &printed{List: []vfRate{{1, 2}}, Nest: attr.Some(vfRate{3, 4})},
			"list { min 1 max 2 } nest { min 3 max 4 }", `{"list":[{"min":1,"max":2}],"nest":{"min":3,"max":4}}`},
		{"removed by Tidy", names, &printed{Int: attr.I32(-5)}, "int -5", `{}`},
		{"counters", names, &printed{Counters: []uint64{1, 1 << 63}}, "counters 1 9223372036854775808", `{"counters":[1,9223372036854775808]}`},
		{"flattened", names, s(func(p *printed) { p.Flat.Set(flat{attr.U8(1)}) }), "flat { v 1 }", `{"flat_a":1,"flat_b":2}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.p.Text(tt.s); got != tt.text {
				t.Errorf("text %q, want %q", got, tt.text)
			}
			if b, err := json.Marshal(tt.p.Object(tt.s)); err != nil || string(b) != tt.json {
				t.Errorf("JSON %s, %v\nwant %s", b, err, tt.json)
			}
		})
	}
}

func TestObject(t *testing.T) {
	var o attr.Object
	o.Set("b", 1)
	o.Set("a/x", 2)
	o.Set("a/y/z", 3)
	o.Set("b", "again")
	o.Set("c", 4)
	o.Set("c/d", 5) // replaces what is no object
	o.Set("<html>", nil)
	o.Remove("nobody")
	const want = `{"b":"again","a":{"x":2,"y":{"z":3}},"c":{"d":5},"\u003chtml\u003e":null}`
	if b, err := json.Marshal(o); err != nil || string(b) != want {
		t.Errorf("%s, %v\nwant %s", b, err, want)
	}
	o.Set("bad", func() {})
	if _, err := json.Marshal(o); err == nil || !strings.Contains(err.Error(), "unsupported") {
		t.Errorf("a function is marshalled: %v", err)
	}
}
