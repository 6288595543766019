package link_test

import (
	"encoding/json"
	"errors"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/link"
)

// wanted is a State with all there is.
func wanted() *link.State {
	return &link.State{
		Links: []link.Spec{*fullSpec(), {Name: "eth1", Master: link.Name("br0")}},
		Moves: []link.Move{
			{From: link.Place{Link: link.Name("eth7"), NetNS: kind.NetNSName("lab")}, Name: "wan"},
			{From: link.Place{Link: link.Index(7)}, Name: "lan", NetNS: kind.NetNSPID(3)},
			{},
		},
		Absent: []link.Place{{Link: link.Name("old0")}, {Link: link.Index(9)}, {Link: link.Name("old1"), NetNS: kind.NetNSID(4)}, {Link: link.None}},
		Owner:  link.Owner{Group: 1<<32 - 1, Prefix: "pod-", Prune: true},
	}
}

func TestStateJSON(t *testing.T) {
	s := wanted()
	t.Logf("%s", rewrite(t, s))
	rewrite(t, &link.State{})
	rewrite(t, &s.Owner)
	for i := range s.Moves {
		rewrite(t, &s.Moves[i])
	}
	for i := range s.Absent {
		rewrite(t, &s.Absent[i])
	}
	for path, s := range map[string]link.State{
		"moves[1].from.netns.fd": {Moves: []link.Move{{}, {From: link.Place{NetNS: kind.NetNSFD(1)}}}},
		"moves[0].netns.fd":      {Moves: []link.Move{{NetNS: kind.NetNSFD(1)}}},
		"moves[0].ifname":        {Moves: []link.Move{{Name: "\xff"}}},
		"absent[0].link":         {Absent: []link.Place{{Link: link.Name("\xff")}}},
		"owner.prefix":           {Owner: link.Owner{Prefix: "\xff"}},
	} {
		var e *attr.Error
		if _, err := json.Marshal(s); !errors.As(err, &e) || e.Path != path {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// TestJSONForms reads what can be said in more than one form.
func TestJSONForms(t *testing.T) {
	bridge := func(b kind.Bridge) link.Spec { return link.Spec{Kind: &b} }
	for _, tt := range []struct {
		name, text string
		want       link.Spec
	}{
		{"options by their name", `{"linkinfo": {"info_data": {"dstport": 4789, "dev": "eth0"}, "info_kind": "vxlan"}}`,
			link.Spec{Kind: &kind.VXLAN{Port: attr.U16(4789), Link: link.Name("eth0")}}},
		{"and as ip shows them", `{"linkinfo": {"info_kind": "vxlan", "info_data": {"port": 4789, "link": 7, "group6": "ff02::1", "gbp": null}}}`,
			link.Spec{Kind: &kind.VXLAN{Port: attr.U16(4789), Link: link.Index(7), Remote: netip.MustParseAddr("ff02::1"), GBP: attr.On}}},
		{"switches", `{"up": 1, "arp": "off", "promisc": "on", "multicast": 0}`, link.Spec{Up: attr.On, ARP: attr.Off, Promisc: attr.On, Multicast: attr.Off}},
		{"times in ip's unit", `{"linkinfo": {"info_kind": "bridge", "info_data": {"hello_time": 250}}}`, bridge(kind.Bridge{HelloTime: attr.Some(2500 * time.Millisecond)})},
		{"times with a unit", `{"linkinfo": {"info_kind": "bridge", "info_data": {"hello_time": "2.5s"}}}`, bridge(kind.Bridge{HelloTime: attr.Some(2500 * time.Millisecond)})},
		{"numbers in any base", `{"mtu": "0x5dc", "group": "default"}`, link.Spec{MTU: attr.U32(1500), Group: attr.U32(0)}},
		{"flags that are on", `{"linkinfo": {"info_kind": "vlan", "info_data": {"id": 5, "flags": ["REORDER_HDR", "MVRP"], "gvrp": false}}}`,
			link.Spec{Kind: &kind.VLAN{ID: attr.U16(5), ReorderHeader: attr.On, MVRP: attr.On, GVRP: attr.Off}}},
		{"words as members", `{"linkinfo": {"info_kind": "macvlan", "info_data": {"nodst": true, "nopromisc": true}}}`,
			link.Spec{Kind: &kind.Macvlan{Flags: attr.Some(kind.MacvlanNoDst | kind.MacvlanNoPromisc)}}},
		{"a word as a member", `{"linkinfo": {"info_kind": "ipvlan", "info_data": {"vepa": true, "mode": 1}}}`,
			link.Spec{Kind: &kind.IPVLAN{Reach: attr.Some(kind.IPVLANVEPA), Mode: attr.Some(kind.IPVLANL3)}}},
		{"no link", `{"master": null, "link": 0}`, link.Spec{Master: link.None, Lower: link.None}},
		{"a link elsewhere", `{"link_index": 7, "link_netnsid": 0}`, link.Spec{Lower: link.Index(7), LowerNetNSID: attr.I32(0)}},
		{"a namespace", `{"netns": "pod1"}`, link.Spec{NetNS: kind.NetNSName("pod1")}},
		{"a group of keys", `{"linkinfo": {"info_kind": "ipip", "info_data": {"encap": {"type": "fou", "dport": 7}, "encap-sport": 8, "local": "any"}}}`,
			link.Spec{Kind: &kind.IPIP{Encap: kind.Encap{Type: attr.Some(kind.EncapFOU), DestinationPort: attr.U16(7), SourcePort: attr.U16(8)}, Local: netip.IPv4Unspecified()}}},
		{"one of its names alone", `{"linkinfo": {"info_kind": "ipip", "info_data": {"encap": "fou"}}}`,
			link.Spec{Kind: &kind.IPIP{Encap: kind.Encap{Type: attr.Some(kind.EncapFOU)}}}},
		{"the address of a tunnel", `{"address": "192.0.2.1"}`, link.Spec{Address: attr.MustParseHWAddr("c0:00:02:01")}},
	} {
		var s link.Spec
		if err := json.Unmarshal([]byte(tt.text), &s); err != nil || !reflect.DeepEqual(s, tt.want) {
			t.Errorf("%s: %+v, %v, want %+v", tt.name, s, err, tt.want)
		}
	}
}

// TestJSONWrong wants each mistake named, with its place and what is allowed.
func TestJSONWrong(t *testing.T) {
	data := func(kind, data string) string {
		return `{"links": [{"linkinfo": {"info_kind": "` + kind + `", "info_data": {` + data + `}}}]}`
	}
	one := func(s string) string { return `{"links": [{` + s + `}]}` }
	for _, tt := range []struct {
		text string
		want []string
		is   error
	}{
		{`{"links": [{}, {}, {"linkinfo": {"info_kind": "bridge", "info_data": {"vlan_filterin": 1}}}]}`,
			[]string{"links[2].linkinfo.info_data.vlan_filterin: unknown key; did you mean vlan_filtering?"}, attr.ErrUnknownKey},
		{`{"link": []}`, []string{"link: unknown key; did you mean links?"}, attr.ErrUnknownKey},
		{one(`"alt-names": []`), []string{"links[0].alt-names: unknown key; did you mean altnames?"}, attr.ErrUnknownKey},
		{one(`"nonesuch": 1`), []string{"links[0].nonesuch: unknown key"}, attr.ErrUnknownKey},
		{one(`"linkinfo/info_kind": "bridge"`), []string{"links[0].linkinfo/info_kind: unknown key"}, attr.ErrUnknownKey},
		{one(`"linkinfo": {"info_kid": "dummy"}`), []string{"links[0].linkinfo.info_kid: unknown key; did you mean info_kind?"}, attr.ErrUnknownKey},
		{one(`"mtu": 1, "mtu": 2`), []string{"links[0].mtu: invalid value: said twice"}, attr.ErrValue},
		{one(`"txqlen": 1, "txqueuelen": 2`), []string{"links[0].txqueuelen: invalid value: txqlen says it already"}, attr.ErrValue},
		{one(`"flags": ["UP"], "qdisc": "noqueue"`), []string{"links[0].flags: only the kernel decides this", "links[0].qdisc: only the kernel"}, attr.ErrReadOnly},
		{data("bridge", `"root_id": "8000.2:0:0:0:0:1"`), []string{"info_data.root_id: only the kernel decides this"}, attr.ErrReadOnly},
		{one(`"mtu": "many"`), []string{`links[0].mtu: invalid value: "many", want a whole number from 0 to 4294967295`}, attr.ErrValue},
		{one(`"mtu": 1.5`), []string{"links[0].mtu: invalid value: 1.5, want a whole number"}, attr.ErrValue},
		{one(`"mtu": 4294967296`), []string{"links[0].mtu: 4294967296 is out of range, want 0 to 4294967295"}, attr.ErrRange},
		{one(`"mtu": -1`), []string{"links[0].mtu: -1 is out of range, want 0 to 4294967295"}, attr.ErrRange},
		{one(`"mtu": null`), []string{"links[0].mtu: invalid value: null, want"}, attr.ErrValue},
		{one(`"num_tx_queues": 0`), []string{"links[0].num_tx_queues: 0 is out of range, want 1 to 4096"}, attr.ErrRange},
		{one(`"num_tx_queues": 99999999999999999999`), []string{"is out of range, want 1 to 4096"}, attr.ErrRange},
		{one(`"up": "yes"`), []string{`links[0].up: invalid value: "yes", want true or false`}, attr.ErrValue},
		{one(`"ifname": "a-name-that-is-too-long"`), []string{"links[0].ifname: too long: 23 bytes, at most 15"}, attr.ErrTooLong},
		{one(`"ifname": ""`), []string{`links[0].ifname: invalid value: "" says nothing here: leave it out`}, attr.ErrValue},
		{one(`"address": "nonsense"`), []string{`links[0].address: hardware address "nonsense": invalid value`}, attr.ErrValue},
		{one(`"altnames": ["", "a"]`), []string{`links[0].altnames[0]: "" is empty`}, attr.ErrValue},
		{one(`"master": ""`), []string{`links[0].master: invalid value: "", want the name of a link`}, attr.ErrValue},
		{one(`"master": -1`), []string{`links[0].master: invalid value: -1, want the name of a link, its index, or null`}, attr.ErrValue},
		{one(`"link": 5, "link_index": 5`), []string{"links[0].link_index: invalid value: link says it already"}, attr.ErrValue},
		{one(`"netns": {"fd": 5}`), []string{"links[0].netns.fd: invalid value: file descriptor 5 means nothing"}, attr.ErrValue},
		{one(`"netns": {"pid": 0}`), []string{"links[0].netns.pid: 0 is out of range, want 1 to 2147483647"}, attr.ErrRange},
		{one(`"xdp": {"fd": 5}`), []string{"links[0].xdp.fd: invalid value: file descriptor 5 means nothing"}, attr.ErrValue},
		{one(`"linkinfo": 5`), []string{"links[0].linkinfo: invalid value: 5, want an object"}, attr.ErrValue},
		{one(`"linkinfo": {"info_data": {}}`), []string{"links[0].linkinfo.info_data: invalid value: whose data"}, attr.ErrValue},
		{one(`"linkinfo": {"info_kind": ""}`), []string{`links[0].linkinfo.info_kind: invalid value: "" is not known`}, attr.ErrValue},
		{data("acme", `"id": 1`), []string{"info_data: invalid value: acme has no fields here; say its attributes in info_raw"}, attr.ErrValue},
		{one(`"linkinfo": {"info_kind": "dummy", "info_raw": []}`), []string{"info_raw: invalid value: dummy has fields"}, attr.ErrValue},
		{one(`"linkinfo": {"info_kind": "acme", "info_raw": [{"type": 32768}, {"data": "0"}, {"tpye": 1}]}`),
			[]string{"info_raw[0].type: 32768 is out of range, want 0 to 32767", "info_raw[1].data: invalid value", "info_raw[2].tpye: unknown key; did you mean type?"}, attr.ErrRange},
		{data("vlan", `"id": 4095`), []string{"info_data.id: 4095 is out of range, want 0 to 4094"}, attr.ErrRange},
		{data("vlan", `"flags": ["GVRP", "gvrp"], "gvrp": true`), []string{`flags[0]: invalid value: gvrp says it already`, `flags[1]: invalid value: "gvrp" is not known`}, attr.ErrValue},
		{data("vlan", `"flags": 1`), []string{"flags: invalid value: 0x1 has bits that are fields"}, attr.ErrValue},
		{data("bond", `"mode": "fast"`), []string{`info_data.mode: bond mode "fast": invalid value, want one of balance-rr, active-backup`}, attr.ErrValue},
		{data("bond", `"arp_ip_target": ["192.0.2.1", "::1", 5]`), []string{"arp_ip_target[2]: invalid value: 5, want an IP address", "arp_ip_target: invalid value: address ::1, want 32 bits"}, attr.ErrValue},
		{data("bridge", `"ageing_time": "15ms"`), []string{"info_data.ageing_time: 15ms is not a multiple of 10ms"}, attr.ErrValue},
		{data("bridge", `"hello_time": 5`), []string{"info_data.hello_time: 50ms is out of range, want 1s to 10s"}, attr.ErrRange},
		{data("bridge", `"ageing_time": 99999999999999999`), []string{"info_data.ageing_time: 99999999999999999 is out of range"}, attr.ErrRange},
		{data("bridge", `"ageing_time": "soon"`), []string{`info_data.ageing_time: invalid value: "soon", want a number, which counts 10ms, or a text such as "1.5s"`}, attr.ErrValue},
		{data("gre", `"remote": "::1"`), []string{"info_data.remote: invalid value: address ::1, want IPv4 without a zone"}, attr.ErrValue},
		{data("vxlan", `"group": "192.0.2.1"`), []string{"info_data.group: invalid value: 192.0.2.1 belongs under remote"}, attr.ErrValue},
		{data("macvlan", `"macaddr_data": []`), []string{"info_data.macaddr_data: invalid value: [] says nothing here: leave it out"}, attr.ErrValue},
		{data("macvlan", `"nodst": false`), []string{"info_data.nodst: invalid value: false, want true"}, attr.ErrValue},
		{data("veth", `"peer": {"ifnam": "x", "netns": {"nsid": -1}}`), []string{"info_data.peer.ifnam: unknown key; did you mean ifname?", "info_data.peer.netns.nsid: -1 is out of range"}, attr.ErrUnknownKey},
		{data("ip6gre", `"flowlabel": "0x100000"`), []string{"info_data.flowlabel: 1048576 is out of range, want 0 to 1048575"}, attr.ErrRange},
		{one(`"inet_conf": {"forwardin": 1, "rp_filter": "x"}`), []string{"inet_conf.forwardin: unknown key; did you mean forwarding?", "inet_conf.rp_filter: invalid value"}, attr.ErrUnknownKey},
		{one(`"vfinfo_list": [{"vf": 1, "vlan": {"vlan": "x"}}]`), []string{"links[0].vfinfo_list[0].vlan.vlan: invalid value"}, attr.ErrValue},
		{`{"absent": ["x", {"ifname": "y"}], "moves": [{"to": 1}], "owner": {"group": "x"}}`,
			[]string{"absent[1].ifname: unknown key", "moves[0].to: unknown key", "owner.group: invalid value"}, attr.ErrUnknownKey},
		{`{"links": {}}`, []string{"links: invalid value: {}, want an array"}, attr.ErrValue},
		{`null`, []string{"null, want an object"}, attr.ErrValue},
		{`{"links": [null]}`, []string{"links[0]: invalid value: null, want an object"}, attr.ErrValue},
		{"{\"links\": [{\"ifname\": \"\xff\"}]}", []string{"not UTF-8"}, attr.ErrValue},
	} {
		s := link.State{Owner: link.Owner{Prefix: "as it was"}}
		err := json.Unmarshal([]byte(tt.text), &s)
		if !errors.Is(err, tt.is) || len(each(err)) != len(tt.want) || s.Owner.Prefix != "as it was" {
			t.Errorf("%s: %v, want %q", tt.text, err, tt.want)
			continue
		}
		for i, err := range each(err) {
			if !strings.Contains(err.Error(), tt.want[i]) {
				t.Errorf("%s: %v, want %s", tt.text, err, tt.want[i])
			}
		}
	}
}

// TestJSONMalformed calls the methods with what is not one JSON value.
func TestJSONMalformed(t *testing.T) {
	for _, text := range []string{"", " ", "{", `{"mtu":}`, `{} {}`, `{"mtu": 1}}`, `[`, `{"linkinfo": {"info_kind": "bridge"`, "\xff"} {
		for _, v := range []json.Unmarshaler{new(link.Spec), new(link.State), new(link.Place), new(link.Move), new(link.Owner), new(kind.IPv4Conf)} {
			if err := v.UnmarshalJSON([]byte(text)); err == nil {
				t.Errorf("%T takes %q", v, text)
			}
		}
		if _, err := link.ParseState([]byte(text), kind.Registry{}); err == nil {
			t.Errorf("%q", text)
		}
	}
}

// acme is a kind from outside.
type acme struct {
	ID      attr.Opt[uint32]
	Unknown attr.Raw
}

func (*acme) Kind() string    { return "acme" }
func (*acme) Info() kind.Info { return kind.Info{} }
func (a *acme) Fields(c *attr.Codec) {
	attr.Uint32(c, 1, "id", &a.ID)
	attr.Rest(c, &a.Unknown)
}

// TestParseState reads data of a kind that a client has registered.
func TestParseState(t *testing.T) {
	kinds := kind.Registry{Kinds: func(name string) kind.Kind {
		if name == "acme" {
			return new(acme)
		}
		return nil
	}}
	s, err := link.ParseState([]byte(`{"links": [{"linkinfo": {"info_kind": "acme", "info_data": {"id": 5}}}]}`), kinds)
	if err != nil {
		t.Fatal(err)
	}
	if k, ok := s.Links[0].Kind.(*acme); !ok || k.ID != attr.U32(5) {
		t.Errorf("%+v", s.Links[0].Kind)
	}
	if text, err := json.Marshal(s); err != nil || !strings.Contains(string(text), `"info_data":{"id":5}`) {
		t.Errorf("%s, %v", text, err)
	}
}
