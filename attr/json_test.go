package attr_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/iplink-go/iplink/attr"
)

// written has a line for each rule by which requests are written in JSON.
type written struct {
	Shown, Hidden, Own attr.Opt[uint16]
	Grouped, Beside    attr.Opt[bool]
	Dest               netip.Addr
	Loud, Quiet        attr.Opt[bool]
	Others             uint32
	Handle             attr.Opt[int32]
	Place              string
	Counted            attr.Opt[uint32]
	Late               attr.Opt[time.Duration]
	Colour             attr.Opt[colour]
	Colours            attr.Opt[colours]
	List               []string
	Bytes              string
	Choice             attr.Named
	Unknown            attr.Raw
}

func (w *written) Fields(c *attr.Codec) {
	attr.Placeholder(c, "place", &w.Place, attr.RequestJSON("where"))
	attr.Uint16(c, 1, "shown", &w.Shown, attr.JSON("as_ip_shows"), attr.Range(1, 9))
	attr.Uint16(c, 2, "hidden", &w.Hidden, attr.Hidden, attr.Hex)
	attr.Uint16(c, 3, "own", &w.Own, attr.Hidden, attr.RequestJSON("mine"))
	attr.Bool(c, 4, "grouped", &w.Grouped, attr.JSON("group/on"))
	attr.Bool(c, 5, "group", &w.Beside, attr.JSON("group/beside"))
	attr.Addr(c, 6, 7, "dest", &w.Dest, attr.JSONBy(func(a netip.Addr) string {
		if a.Is6() {
			return "dest6"
		}
		return "dest"
	}, "dest", "dest6"))
	attr.Bits(c, 8, "flags", attr.ValueMask, &w.Others, []attr.Bit{
		{Name: "loud", Key: "LOUD", Mask: 1, On: &w.Loud}, {Name: "quiet", Key: "QUIET", Mask: 2, On: &w.Quiet, Inverted: true},
	}, attr.JSONList("flags"))
	attr.Int32(c, 9, "handle", &w.Handle, attr.Descriptor)
	attr.Uint32(c, 10, "counted", &w.Counted, attr.ReadOnly)
	attr.Millis32(c, 11, "late", &w.Late)
	attr.Uint8(c, 12, "colour", &w.Colour, attr.JSONWords("colour_str"))
	attr.Uint8(c, 13, "colours", &w.Colours, attr.JSONSwitches("red", "blue"))
	attr.RepeatString(c, 14, "list", &w.List)
	attr.Bytes(c, 15, "bytes", &w.Bytes)
	attr.Choice(c, 0, 16, "name", 17, "data", &w.Choice, attr.ChoiceJSON("info/kind", "info/data", "info/raw"))
	attr.Rest(c, &w.Unknown)
}

type (
	colour  uint8
	colours uint8
)

var colourWords = attr.Words[colours]{{Value: 1, Name: "red"}, {Value: 2, Name: "blue"}}

func (x colour) String() string { return attr.Words[colour]{{Value: 1, Name: "red"}}.Text(x) }

func (x *colour) UnmarshalText(b []byte) (err error) {
	*x, err = attr.Words[colour]{{Value: 1, Name: "red"}}.Parse("colour", string(b))
	return err
}

func (x colours) String() string { return colourWords.Flags(x) }

func (x *colours) UnmarshalText(b []byte) (err error) {
	*x, err = colourWords.ParseFlags("colour", string(b))
	return err
}

// lump is a layout that nobody knows.
type lump struct{ Data attr.Raw }

func (*lump) Kind() string            { return "lump" }
func (l *lump) Fields(c *attr.Codec)  { attr.Whole(c, &l.Data) }
func (*written) Kind() string         { return "written" }
func raw(b []byte) attr.Raw           { r, _ := attr.RawFrom(b); return r }
func unknownLayout(string) attr.Named { return new(lump) }

func writtenReader() *attr.JSONReader {
	return &attr.JSONReader{Scope: attr.Scope{New: func(_ attr.Slot, name string) attr.Struct {
		if name == "written" {
			return new(written)
		}
		return unknownLayout(name)
	}}}
}

func TestRequestObject(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		value      written
	}{
		{"nothing", `{}`, written{}},
		{"as ip shows it", `{"as_ip_shows":5}`, written{Shown: attr.U16(5)}},
		{"by its name", `{"hidden":"0x10"}`, written{Hidden: attr.U16(16)}},
		{"by its own key", `{"where":"x","mine":0}`, written{Own: attr.U16(0), Place: "x"}},
		{"in a group", `{"group":{"on":true,"beside":false}}`, written{Grouped: attr.On, Beside: attr.Off}},
		{"by its value", `{"dest6":"::1"}`, written{Dest: netip.IPv6Loopback()}},
		{"switches", `{"loud":true,"quiet":false,"flags":12}`, written{Loud: attr.On, Quiet: attr.Off, Others: 12}},
		{"a handle that is none", `{"handle":-1}`, written{Handle: attr.I32(-1)}},
		{"a time", `{"late":1500}`, written{Late: attr.Some(1500 * time.Millisecond)}},
		{"a word", `{"colour":"red","colours":["red","blue"]}`, written{Colour: attr.Some[colour](1), Colours: attr.Some[colours](3)}},
		{"no word", `{"colour":7,"colours":[]}`, written{Colour: attr.Some[colour](7), Colours: attr.Some[colours](0)}},
		{"a list", `{"list":["a",""]}`, written{List: []string{"a", ""}}},
		{"bytes", `{"bytes":"00ff"}`, written{Bytes: "\x00\xff"}},
		{"chosen", `{"info":{"kind":"written","data":{"late":1}}}`, written{Choice: &written{Late: attr.Some(time.Millisecond)}}},
		{"chosen alone", `{"info":{"kind":"written"}}`, written{Choice: new(written)}},
		{"whole", `{"info":{"kind":"lump","raw":[{"type":5,"nested":true,"data":"01"}]}}`, written{Choice: &lump{raw(attr.AppendBytes(nil, 5|attr.Nested, []byte{1}))}}},
		{"unknown", `{"unknown":[{"type":99,"data":""}]}`, written{Unknown: raw(attr.AppendBytes(nil, 99, nil))}},
	} {
		o, err := attr.RequestObject(&tt.value)
		text, _ := json.Marshal(o)
		if err != nil || string(text) != tt.text {
			t.Errorf("%s: %s, %v, want %s", tt.name, text, err, tt.text)
		}
		r, got := writtenReader(), written{Handle: attr.I32(5)}
		if r.Struct("", []byte(tt.text), &got, nil); r.Err() != nil || !reflect.DeepEqual(got, tt.value) {
			t.Errorf("%s: %+v, %v", tt.name, got, r.Err())
		}
	}
	o, err := attr.RequestObject(&written{Counted: attr.U32(1)}) // is not for requests
	if len(o) > 0 || err != nil {
		t.Errorf("%v, %v", o, err)
	}
}

func TestRequestObjectErrors(t *testing.T) {
	for path, s := range map[string]attr.Struct{
		"":          (*written)(nil),
		"handle":    &written{Handle: attr.I32(0)},
		"info.kind": &written{Choice: (*lump)(nil)},
		"info.data": &written{Choice: &lump{"abc"}},
		"list[1]":   &written{List: []string{"", "\xff"}},
		"unknown":   &written{Unknown: "abcd"},
		"where":     &written{Place: "\xff"},
	} {
		_, err := attr.RequestObject(s)
		var e *attr.Error
		if !errors.As(err, &e) || e.Path != path || e.Offset != -1 || !errors.Is(err, attr.ErrValue) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// TestJSONReader wants everything that is wrong at once.
func TestJSONReader(t *testing.T) {
	const text = `{"shown": 10, "as_ip_shows": 1, "hiden": 1, "group": {"on": true, "of": 1}, "dest6": "192.0.2.1", "flags": ["LOUD", "SHY"], "loud": true,
		"handle": 3, "counted": 1, "colour_str": "red", "red": true, "blue": false, "colours": ["red"], "list": [], "more": 1, "told": 2,
		"info": {"data": {}, "raw": []}, "where": "", "bytes": "0", "bytes": "1"}`
	want := []string{
		"in.as_ip_shows: invalid value: shown says it already",
		"in.hiden: unknown key; did you mean hidden?",
		"in.group.of: unknown key; did you mean on?",
		"in.counted: only the kernel decides this: leave it out",
		"in.colour_str: invalid value: say colour instead",
		"in.blue: invalid value: false, want true",
		"in.colours: invalid value: red says it already",
		"in.told: only the kernel decides this: leave it out",
		"in.info.raw: invalid value: data says it already",
		"in.bytes: invalid value: said twice",
		"in.shown: 10 is out of range, want 1 to 9",
		"in.dest6: invalid value: 192.0.2.1 belongs under dest",
		"in.handle: invalid value: file descriptor 3 means nothing outside of a process",
		`in.list: invalid value: [] says nothing here: leave it out`,
		`in.where: invalid value: "" says nothing here: leave it out`,
		`in.bytes: invalid value: "0", want two hexadecimal digits for each byte`,
		"in.flags[0]: invalid value: loud says it already",
		`in.flags[1]: invalid value: "SHY" is not known`,
		"in.info.data: invalid value: whose data this is must be said beside it",
	}
	r := writtenReader()
	read := ""
	r.Struct("in", []byte(text), new(written), attr.JSONMembers{"more": func(path string, b []byte) { read = path + string(b) }, "told": nil})
	got := strings.Split(r.Err().Error(), "\n")
	for i, line := range got {
		if i < len(want) && line != want[i] {
			t.Errorf("%d: %s\nwant %s", i, line, want[i])
		}
	}
	if len(got) != len(want) || read != "in.more1" {
		t.Errorf("%d errors, want %d; %q", len(got), len(want), read)
	}
}

// TestJSONReaderMisused reads nothing, and what is not JSON.
func TestJSONReaderMisused(t *testing.T) {
	for _, text := range []string{"", " ", "{", `{"a":`, "[", "[1", "\xff", "5"} {
		r := writtenReader()
		var u uint16
		var ref attr.Ref
		attr.ReadJSON(r, "u", []byte(text), &u)
		attr.ReadJSON(r, "ref", []byte(text), &ref)
		r.Struct("s", []byte(text), new(written), nil)
		r.Struct("s", []byte(text), (*written)(nil), nil)
		for range r.Elements("e", []byte(text)) {
		}
		if r.Err() == nil {
			t.Errorf("%q is read", text)
		}
	}
	var r attr.JSONReader
	r.Fail("a", errors.Join(&attr.Error{Path: "b", Err: attr.ErrRange}, attr.ErrValue))
	if err := r.Err(); err.Error() != "a.b: out of range\na: invalid value" {
		t.Error(err)
	}
}

func TestRequestKeys(t *testing.T) {
	keys, err := attr.RequestKeys(new(written))
	want := strings.Fields("where as_ip_shows hidden mine group/on group/beside dest loud quiet flags handle late colour colours list bytes info/kind info/data info/raw unknown")
	if err != nil || !slices.Equal(keys, want) {
		t.Errorf("%v, %v", keys, err)
	}
	if _, err := attr.RequestKeys((*written)(nil)); !errors.Is(err, attr.ErrValue) {
		t.Error(err)
	}
}

func TestUnknownKey(t *testing.T) {
	known := []string{"vlan_filtering", "vlan_protocol", "mtu", "up"}
	for key, want := range map[string]string{
		"vlan_filterin": "vlan_filtering", "VLAN-Filtering": "vlan_filtering", "vlanprotocol": "vlan_protocol", "mtx": "mtu", "u": "up", "nonesuch": "", "": "",
	} {
		err := attr.UnknownKey(key, known)
		if !errors.Is(err, attr.ErrUnknownKey) || want == "" && err != attr.ErrUnknownKey || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", key, err)
		}
	}
}

// JSON of a request is read strictly: what is wrong is said at once, with its
// place.
func ExampleJSONReader() {
	var r attr.JSONReader
	var v written
	r.Struct("", []byte(`{"late": "1.5s", "as_ip_shows": 50, "lat": 1}`), &v, nil)
	fmt.Println(v.Late)
	fmt.Println(r.Err())
	// Output:
	// 1.5s
	// lat: unknown key; did you mean late?
	// as_ip_shows: 50 is out of range, want 1 to 9
}
