package link_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/attrtest"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/link"
)

// The JSON of what is wanted: written and read again, pasted from what ip
// prints, and what is wrong with it.

// rewrite writes v, reads it into a new one and wants the same.
func rewrite[T any](t *testing.T, v *T) []byte {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var got T
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if !reflect.DeepEqual(&got, v) {
		t.Errorf("%s\ngot  %+v\nwant %+v", text, got, *v)
	}
	if again, err := json.Marshal(&got); err != nil || !bytes.Equal(again, text) {
		t.Errorf("written %s, and then %s, %v", text, again, err)
	}
	return text
}

// TestGoldenSpecJSON takes the request that would make each link of every
// captured dump again.
func TestGoldenSpecJSON(t *testing.T) {
	seen := map[string]bool{}
	for _, datagrams := range goldenDumps(t) {
		links := decodeAll(t, datagrams)
		for i := range links {
			s := links.Spec(links[i].Ref())
			if text := string(encodeJSON(t, s)); !seen[text] {
				seen[text] = true
				rewrite(t, attr.Clone(s))
			}
		}
	}
	t.Logf("%d requests", len(seen))
}

// TestGeneratedSpecJSON takes requests made at random, with data of all kinds,
// out of range or not. What cannot be sent cannot be read.
func TestGeneratedSpecJSON(t *testing.T) {
	read := 0
	for _, s := range generatedSpecs(t, 30) {
		text, err := json.Marshal(s)
		if errors.Is(err, attr.ErrValue) {
			continue // bytes that are no text
		}
		if err != nil {
			t.Fatal(err)
		}
		var got link.Spec
		err = json.Unmarshal(text, &got)
		_, sendErr := link.Append(nil, s)
		if err == nil {
			read++
			if again, _ := json.Marshal(&got); !bytes.Equal(again, text) {
				t.Errorf("written %s, and then %s", text, again)
			}
		} else if sendErr == nil && len(got.VFs) == 0 {
			t.Errorf("can be sent, but not read: %v\n%s", err, text)
		}
	}
	if read < 300 {
		t.Errorf("only %d could be read", read)
	}
	t.Logf("%d read", read)
}

// generatedSpecs are messages made at random and read as requests, rounds of
// every kind and port.
func generatedSpecs(t testing.TB, rounds int) (list []*link.Spec) {
	t.Helper()
	scope := attr.Scope{New: new(kind.Registry).New}
	shapes := map[string]func() attr.Struct{}
	for _, name := range kind.Names() {
		shapes[name] = func() attr.Struct { return kind.New(name) }
	}
	for _, name := range kind.PortNames() {
		shapes["port of "+name] = func() attr.Struct { return kind.NewPort(name) }
	}
	r := rand.New(rand.NewPCG(5, 6))
	for _, name := range slices.Sorted(maps.Keys(shapes)) {
		for range rounds {
			s := new(link.Spec)
			shape := attrtest.Shape{New: func() attr.Struct { return new(link.Spec) }, Header: 16, Scope: scope}
			if scope.Decode(shape.Generate(t, attrtest.Script(r, r.IntN(200))), s) != nil {
				*s = link.Spec{}
			}
			s.Kind, s.Port = nil, nil
			data := shapes[name]()
			shape = attrtest.Shape{New: shapes[name], Scope: scope}
			if scope.Decode(shape.Generate(t, attrtest.Script(r, r.IntN(100))), data) != nil {
				attr.Reset(data)
			}
			s.Kind, _ = data.(kind.Kind)
			s.Port, _ = data.(kind.Port)
			list = append(list, s)
		}
	}
	return list
}

// fullSpec says something of every field that JSON has.
func fullSpec() *link.Spec {
	return &link.Spec{
		Name: "br0", Index: 7, AltNames: []string{"lan", "a b"}, Port: &kind.BondPort{QueueID: attr.U16(2)},
		Kind: &kind.Netkit{
			Peer: attr.Some(kind.Peer{Name: "eth0", NetNS: kind.NetNSName("/run/netns/pod1"), Up: attr.On, Master: link.None}),
			Mode: attr.Some(kind.NetkitL3),
		},
		Address: attr.MustParseHWAddr("02:00:00:00:00:01"), Broadcast: attr.MustParseHWAddr("ff:ff"), MTU: attr.U32(1500),
		Lower: link.Name("eth0"), LowerNetNSID: attr.I32(3), Master: link.Index(4), Up: attr.On, ARP: attr.Off, Promisc: attr.Off,
		AllMulti: attr.On, Multicast: attr.On, Trailers: attr.Off, Dynamic: attr.Off, TxQueueLen: attr.U32(0), Group: attr.U32(0),
		Alias: attr.Some(""), NetNS: kind.NetNSName("pod1"), OperState: attr.Some(kind.OperUp), LinkMode: attr.Some(kind.LinkModeDormant),
		Carrier: attr.On, ProtoDown: attr.On, ProtoDownReason: attr.Some(kind.ProtoDownReason{Mask: attr.U32(3), Value: attr.U32(1)}),
		NumTxQueues: attr.U32(4), NumRxQueues: attr.U32(4), GSOMaxSize: attr.U32(1), GSOMaxSegs: attr.U32(2), GROMaxSize: attr.U32(3),
		GSOIPv4MaxSize: attr.U32(4), GROIPv4MaxSize: attr.U32(5), ParentDev: "0000:01:00.0",
		IPv4: kind.IPv4With(kind.IPv4RPFilter, -1), AddrGenMode: attr.Some(kind.AddrGenNone), IPv6Token: netip.MustParseAddr("::1"),
		MCTPNet: attr.U32(9),
		VFs: []link.VF{
			{VLAN: attr.Some(link.VFVLAN{ID: 5, QoS: 1}), MAC: attr.Some(attr.MustParseHWAddr("02:00:00:00:00:02"))},
			{Number: 1, Rate: attr.Some(link.VFRate{Max: 10}), LinkState: attr.Some(link.VFLinkDisable), NodeGUID: attr.U64(1<<64 - 1),
				VLANs: []link.VFVLANInfo{{ID: 7, Protocol: 0x88a8}}},
		},
		VFPorts:  []link.VFPort{{VF: attr.U32(0), Profile: "p", InstanceUUID: "\x00\xff"}},
		PortSelf: attr.Some(link.VFPort{Request: attr.U16(2)}),
		XDP:      attr.Some(link.XDP{FD: attr.I32(-1), Flags: attr.Some(link.XDPInSKB)}), Map: attr.Some(link.Map{IRQ: 5}),
		Unknown: rawOf(attr.AppendBytes(attr.AppendBytes(nil, 300|attr.Nested, attr.AppendUint32(nil, 1, 2)), 301, nil)),
	}
}

func rawOf(b []byte) attr.Raw {
	r, err := attr.RawFrom(b)
	if err != nil {
		panic(err)
	}
	return r
}

// TestSpecJSON writes what is hard, and all fields.
func TestSpecJSON(t *testing.T) {
	all := fullSpec()
	for i, v := 0, reflect.ValueOf(all).Elem(); i < v.NumField(); i++ {
		if f := v.Type().Field(i); f.IsExported() && v.Field(i).IsZero() {
			t.Errorf("%s is left out of the test", f.Name)
		}
	}
	for name, s := range map[string]*link.Spec{
		"everything": all, "nothing": {}, "no names": {AltNames: []string{}}, "no lower": {Lower: link.None, Master: link.None},
		"process": {NetNS: kind.NetNSPID(5)}, "id": {NetNS: kind.NetNSID(0)},
		"a kind without a type": {Kind: &kind.Opaque{Name: "acme", Data: rawOf(attr.AppendUint32(nil, 1, 42))}, Port: &kind.OpaquePort{Name: "acme"}},
		"an odd time":           {Kind: &kind.Bridge{HelloTime: attr.Some(2010 * time.Millisecond)}},
		"ipv6 endpoint":         {Kind: &kind.VXLAN{Remote: netip.MustParseAddr("ff02::1"), Local: netip.MustParseAddr("2001:db8::1")}},
		"switches off":          {Kind: &kind.VLAN{ReorderHeader: attr.Off, GVRP: attr.On, OtherFlags: 1 << 20}},
		"words":                 {Kind: &kind.Macvlan{Flags: attr.Some(kind.MacvlanNoDst | kind.MacvlanNoPromisc), MACs: []attr.HWAddr{all.Address}}},
		"no words":              {Kind: &kind.Macvlan{Flags: attr.Some[kind.MacvlanFlags](0)}},
		"an unknown word":       {Kind: &kind.Macvlan{Mode: attr.Some[kind.MacvlanMode](1 << 30)}},
		"an old cipher":         {Kind: &kind.MACsec{CipherSuite: attr.Some[kind.CipherSuite](0x0080020001000001), SCI: attr.Some[kind.SCI](16)}},
		"an empty peer":         {Kind: &kind.Veth{Peer: attr.Some(kind.Peer{})}},
		"no targets":            {Kind: &kind.Bond{ARPTargets: attr.Some([]netip.Addr{}), ARPValidate: attr.Some(kind.ARPValidateNone)}},
	} {
		t.Run(name, func(t *testing.T) { t.Logf("%s", rewrite(t, s)) })
	}
	if text, err := json.Marshal(link.Spec{}); err != nil || string(text) != "{}" {
		t.Errorf("nothing is %s, %v", text, err)
	}
}

// TestSpecJSONRefused wants an error for what no JSON can say.
func TestSpecJSONRefused(t *testing.T) {
	for _, tt := range []struct {
		name string
		spec link.Spec
		path string
	}{
		{"a descriptor", link.Spec{NetNS: kind.NetNSFD(5)}, "netns.fd"},
		{"a peer's", link.Spec{Kind: &kind.Veth{Peer: attr.Some(kind.Peer{NetNS: kind.NetNSFD(5)})}}, "linkinfo.info_data.peer.netns.fd"},
		{"a program", link.Spec{XDP: attr.Some(link.XDP{FD: attr.I32(0)})}, "xdp.fd"},
		{"a socket", link.Spec{Kind: &kind.GTP{FD1: attr.U32(5)}}, "linkinfo.info_data.fd1"},
		{"two ways", link.Spec{NetNS: kind.NetNS{Name: "pod1", PID: attr.U32(1)}}, "netns.pid"},
		{"not a text", link.Spec{Name: "\xff"}, "ifname"},
		{"not a text, another", link.Spec{AltNames: []string{"\xff"}}, "altnames"},
		{"not a text, a link", link.Spec{Master: link.Name("\xff")}, "master"},
		{"an element", link.Spec{VFPorts: []link.VFPort{{}, {Profile: "\xff"}}}, "vf_ports[1].profile"},
		{"attributes that are none", link.Spec{Unknown: "abc"}, "unknown"},
		{"a kind that is nil", link.Spec{Kind: (*kind.Opaque)(nil)}, "linkinfo.info_kind"},
		{"a port that is nil", link.Spec{Port: (*kind.BondPort)(nil)}, "linkinfo.info_slave_kind"},
	} {
		_, err := json.Marshal(tt.spec)
		var e *attr.Error
		if !errors.As(err, &e) || e.Path != tt.path || e.Offset != -1 {
			t.Errorf("%s: %v, want %s", tt.name, err, tt.path)
		}
		_, err = json.Marshal(link.State{Links: []link.Spec{{}, tt.spec}})
		if !errors.As(err, &e) || e.Path != "links[1]."+tt.path {
			t.Errorf("%s: %v, want it in links[1]", tt.name, err)
		}
	}
}

// TestPasted takes what is printed of every captured link, without what only
// the kernel decides, as it is said: all else is understood, and means what the
// link is.
func TestPasted(t *testing.T) {
	seen := map[string]bool{}
	for name, datagrams := range goldenDumps(t) {
		links := decodeAll(t, datagrams)
		var objects []json.RawMessage
		decodeJSON(t, encodeJSON(t, links), &objects)
		for i, text := range objects {
			if seen[string(text)] {
				continue
			}
			seen[string(text)] = true
			var o map[string]any
			decodeJSON(t, text, &o)
			if s := paste(t, name, o); s != nil {
				checkPasted(t, fmt.Sprintf("%s: %s", name, links[i].Name), s, &links[i])
			}
		}
	}
	if len(seen) < 500 {
		t.Errorf("only %d links", len(seen))
	}
	t.Logf("%d links", len(seen))
}

// derived are members with which iproute2 says again what others say, or what
// is in no attribute.
var derived = []string{
	"proto_down_reason", "linkinfo.info_slave_data.ad_actor_oper_port_state_str", "linkinfo.info_slave_data.ad_partner_oper_port_state_str",
	"linkinfo.info_slave_data.group_fwd_mask_str", "linkinfo.info_data.type", "linkinfo.info_data.mcast_querier_state_ipv4",
	"linkinfo.info_data.mcast_querier_state_ipv6",
}

// paste reads the object after taking out what may not be said.
func paste(t *testing.T, name string, o map[string]any) *link.Spec {
	t.Helper()
	var s link.Spec
	err := json.Unmarshal(encodeJSON(t, o), &s)
	for _, err := range each(err) {
		var e *attr.Error
		errors.As(err, &e)
		if !errors.Is(err, attr.ErrReadOnly) && !slices.Contains(derived, e.Path) && !isNullWord(o, e.Path) {
			t.Errorf("%s: %v\n%s", name, err, encodeJSON(t, o))
		}
		remove(o, strings.Split(e.Path, "."))
	}
	if err := json.Unmarshal(encodeJSON(t, o), &s); err != nil {
		t.Errorf("%s: %v\n%s", name, err, encodeJSON(t, o))
		return nil
	}
	return &s
}

// isNullWord reports whether ip shows null there for a word.
func isNullWord(o map[string]any, path string) bool {
	for _, key := range strings.Split(path, ".") {
		v, ok := o[key]
		if !ok || v == nil {
			return ok
		}
		o, _ = v.(map[string]any)
	}
	return false
}

func each(err error) []error {
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		return several.Unwrap()
	}
	if err == nil {
		return nil
	}
	return []error{err}
}

func remove(o map[string]any, path []string) {
	for ; len(path) > 1; path = path[1:] {
		next, ok := o[path[0]].(map[string]any)
		if !ok { // an element of a list
			break
		}
		o = next
	}
	delete(o, strings.Split(path[0], "[")[0])
}

// checkPasted compares what was pasted with the link.
func checkPasted(t *testing.T, name string, s *link.Spec, l *link.Link) {
	t.Helper()
	if s.Name != l.Name || s.MTU != l.MTU || s.NumTxQueues != l.NumTxQueues || s.AddrGenMode != l.AddrGenMode || s.Group != l.Group || len(s.AltNames) != len(l.AltNames) {
		t.Errorf("%s: says otherwise: %+v", name, s)
	}
	for _, said := range []attr.Named{s.Kind, s.Port} {
		if said == nil || said.Kind() == "" {
			continue
		}
		have := attr.Named(l.Kind)
		if _, isPort := said.(kind.Port); isPort {
			have = l.Port
		}
		for _, ref := range attr.Refs(said) { // by name
			*ref = attr.Ref{}
		}
		checkHolds(t, name, said, have)
	}
}

func encodeJSON(t *testing.T, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func decodeJSON(t *testing.T, b []byte, v any) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	if err := d.Decode(v); err != nil {
		t.Fatal(err)
	}
}

// TestRequestKeys compares the keys with testdata/keys.txt, which is for
// people, and with -update writes it.
func TestRequestKeys(t *testing.T) {
	var b strings.Builder
	line := func(name string, s attr.Struct) {
		keys, err := attr.RequestKeys(s)
		if err != nil {
			t.Fatal(err)
		}
		keys = slices.DeleteFunc(keys, func(k string) bool { return k == "unknown" })
		if name == "link" {
			keys = append(keys, "altnames")
		}
		if len(keys) > 0 {
			fmt.Fprintf(&b, "%s:\n\t%s\n", name, strings.Join(keys, "\n\t"))
		}
	}
	line("link", new(link.Spec))
	for _, name := range kind.Names() {
		line("info_data of "+name, kind.New(name))
	}
	for _, name := range kind.PortNames() {
		line("info_slave_data of "+name, kind.NewPort(name))
	}
	file := filepath.Join("testdata", "keys.txt")
	if *update {
		if err := os.WriteFile(file, []byte(b.String()), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil || string(want) != b.String() {
		t.Errorf("%s does not list the keys, %v; -update writes it", file, err)
	}
}

// FuzzSpecJSON reads a State or a Spec, and what is read must be written and
// read again as the same.
func FuzzSpecJSON(f *testing.F) {
	for _, v := range []any{wanted(), fullSpec(), &wanted().Moves, &wanted().Absent} {
		text, err := json.Marshal(v)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	for _, s := range generatedSpecs(f, 1) {
		if text, err := json.Marshal(s); err == nil {
			f.Add(text)
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		fuzzJSON(t, text, new(link.Spec))
		fuzzJSON(t, text, new(link.State))
	})
}

func fuzzJSON[T any](t *testing.T, text []byte, v *T) {
	if err := json.Unmarshal(text, v); err != nil {
		var e *attr.Error
		if json.Valid(text) && !errors.As(err, &e) {
			t.Fatalf("%T: %v", err, err)
		}
		return
	}
	rewrite(t, v)
}

// TestMutatedSpecJSON puts values of every form into the places of others.
func TestMutatedSpecJSON(t *testing.T) {
	values := []any{
		nil, true, false, "on", "off", 0, 1, -1, 255, 65536, json.Number("1099511627776"), json.Number("1e3"), json.Number("18446744073709551615"), "", "0x10", "007", "any",
		"default", "1.5s", "10ms", "-1s", "::", "192.0.2.1", "::ffff:192.0.2.1", "fe80::1%lo", "02:00:00:00:00:01", "eth0", "a,b", "\x00", "abcd",
		[]any{}, []any{""}, []any{"192.0.2.1"}, []any{"nodst"}, []any{1, 2}, []any{map[string]any{}}, map[string]any{}, map[string]any{"low": 1},
		map[string]any{"type": "fou"}, map[string]any{"pid": 1}, []any{map[string]any{"type": 1, "data": "00"}}, "bridge", "bond", "acme",
	}
	r := rand.New(rand.NewPCG(7, 8))
	var places []any
	for _, s := range append(generatedSpecs(t, 3), fullSpec()) {
		var tree any
		text, err := json.Marshal(s)
		if err != nil { // bytes that are no text
			continue
		}
		decodeJSON(t, text, &tree)
		places = append(places, tree)
	}
	read := 0
	for range 5_000 {
		tree := places[r.IntN(len(places))]
		undo := mutate(r, tree, values)
		text := encodeJSON(t, tree)
		undo()
		var s link.Spec
		fuzzJSON(t, text, &s)
		if !reflect.DeepEqual(s, link.Spec{}) {
			read++
		}
	}
	t.Logf("%d could be read", read)
}

// mutate puts a value into a place of the tree, and returns what takes it out.
func mutate(r *rand.Rand, tree any, values []any) (undo func()) {
	switch v := tree.(type) {
	case map[string]any:
		keys := slices.Sorted(maps.Keys(v))
		if len(keys) == 0 {
			break
		}
		k := keys[r.IntN(len(keys))]
		was := v[k]
		if isLeaf := was == nil || was == true || was == false || reflect.ValueOf(was).Kind() == reflect.String || r.IntN(4) == 0; isLeaf {
			v[k] = values[r.IntN(len(values))]
			return func() { v[k] = was }
		}
		return mutate(r, was, values)
	case []any:
		if len(v) > 0 {
			i := r.IntN(len(v))
			was := v[i]
			v[i] = values[r.IntN(len(values))]
			return func() { v[i] = was }
		}
	}
	return func() {}
}

// TestDocumentedJSON reads the examples in the comments of UnmarshalJSON, which
// are the schema: they are right, and that of a Spec has every key.
func TestDocumentedJSON(t *testing.T) {
	var s link.Spec
	text := documented(t, "specjson.go")
	if err := json.Unmarshal(text, &s); err != nil {
		t.Error(err)
	}
	keys, err := attr.RequestKeys(&s)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range append(keys, "altnames") {
		key, _, _ = strings.Cut(key, "/")
		if !bytes.Contains(text, []byte(`"`+key+`":`)) && key != "unknown" {
			t.Errorf("%s is not in the example", key)
		}
	}
	var state link.State
	if err := json.Unmarshal(documented(t, "statejson.go"), &state); err != nil || state.Links == nil || state.Moves == nil || state.Absent == nil || state.Owner == (link.Owner{}) {
		t.Errorf("%+v, %v", state, err)
	}
}

// documented returns the indented lines of the comment of UnmarshalJSON.
func documented(t *testing.T, file string) (text []byte) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		if code, ok := strings.CutPrefix(line, "//\t"); ok {
			text = append(text, code...)
		}
	}
	return text
}
