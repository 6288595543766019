package kind_test

import (
	"encoding/json"
	"net/netip"
	"reflect"
	"testing"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
)

// TestTunnelJSON has what no captured tunnel has: kernels without UDP
// encapsulation made them.
func TestTunnelJSON(t *testing.T) {
	encap := kind.Encap{Type: attr.Some(kind.EncapGUE), DestinationPort: attr.U16(6080), SourcePort: attr.U16(0), Checksum6: attr.On, Checksum: attr.Off}
	none := kind.Encap{Type: attr.Some(kind.EncapNone), SourcePort: attr.U16(0), Checksum6: attr.On}
	for _, tt := range []struct {
		k          kind.Kind
		text, json string
	}{
		{&kind.GRE{Encap: encap}, "encap gue encap-udp6-csum on encap-dport 6080",
			`{"encap":{"type":"gue","csum6":true,"dport":6080,"sport":0,"csum":false,"remcsum":false}}`},
		{&kind.IPIP{Encap: none, Remote: netip.IPv4Unspecified()}, "remote any encap-udp6-csum on", `{"remote":"any"}`},
		{&kind.GRE{InKey: attr.Some[kind.TunnelKey](0), InKeyed: attr.On, OutKey: attr.Some[kind.TunnelKey](12345), OutKeyed: attr.Off}, "ikeyed on okey 0.0.48.57", `{"ikey":"0.0.0.0"}`},
		{&kind.IP6Tnl{Mark: attr.U32(3), Header: kind.IPv6Header{TrafficClass: attr.U8(1), FlowLabel: attr.U32(0xab), CopyMark: attr.On, EncapLimit: attr.U8(4)}},
			"encaplimit 4 tclass 0x1 flowlabel 0xab fwmark-inherit on fwmark 0x3",
			`{"encap_limit":4,"tclass":"0x01","flowlabel":"0x000ab","ip6_tnl_f_use_orig_fwmark":true}`},
		{&kind.IP6GRE{Header: kind.IPv6Header{TrafficClass: attr.U8(1), FlowLabel: attr.U32(1), CopyTrafficClass: attr.On, CopyFlowLabel: attr.On, NoEncapLimit: attr.On, EncapLimit: attr.U8(4)}},
			"encaplimit 4 tclass 0x1 flowlabel 0x1 encaplimit-none on tclass-inherit on flowlabel-inherit on",
			`{"ip6_tnl_f_ign_encap_limit":true,"ip6_tnl_f_use_orig_tclass":true,"ip6_tnl_f_use_orig_flowlabel":true}`},
		{&kind.BareUDP{Port: attr.U16(6635), EtherType: attr.Some(kind.EtherTypeMPLSUnicast)}, "dstport 6635 ethertype mpls_uc", `{"dstport":6635,"ethertype":"mpls_uc","multiproto":false}`},
		{&kind.SIT{SixRDPrefix: netip.IPv6Unspecified(), SixRDPrefixLen: attr.U16(0)}, "6rd-prefix :: 6rd-prefixlen 0", `{}`},
	} {
		if got := (attr.Printer{}).Text(tt.k); got != tt.text {
			t.Errorf("%s: text %q\nwant %q", tt.k.Kind(), got, tt.text)
		}
		var got, want any
		b, err := json.Marshal(attr.Printer{}.Object(tt.k))
		if err != nil || json.Unmarshal(b, &got) != nil || json.Unmarshal([]byte(tt.json), &want) != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %s, %v\nwant %s", tt.k.Kind(), b, err, tt.json)
		}
	}
}

// TestTunnelRequests has what a kind adds to a request.
func TestTunnelRequests(t *testing.T) {
	k5 := attr.Some[kind.TunnelKey](5)
	for _, tt := range []struct{ k, want kind.Completer }{
		{&kind.GRE{InKey: k5}, &kind.GRE{InKey: k5, InKeyed: attr.On}},
		{&kind.GRETap{OutKey: k5, OutKeyed: attr.Off}, &kind.GRETap{OutKey: k5, OutKeyed: attr.Off}},
		{&kind.ERSPAN{GRE: kind.GRE{OutKey: k5}}, &kind.ERSPAN{GRE: kind.GRE{OutKey: k5, OutKeyed: attr.On}}},
		{&kind.IP6ERSPAN{IP6GRE: kind.IP6GRE{InKey: k5}}, &kind.IP6ERSPAN{IP6GRE: kind.IP6GRE{InKey: k5, InKeyed: attr.On}}},
		{&kind.IP6GRETap{}, &kind.IP6GRETap{}},
		{&kind.GTP{}, &kind.GTP{CreateSockets: attr.On}},
		{&kind.GTP{FD1: attr.U32(3)}, &kind.GTP{FD1: attr.U32(3)}},
		{&kind.Geneve{TTL: attr.U8(5), TTLInherit: attr.Off}, &kind.Geneve{TTL: attr.U8(5)}},
		{&kind.Geneve{TTLInherit: attr.Off}, &kind.Geneve{TTLInherit: attr.Off}},
	} {
		tt.k.Complete()
		if !reflect.DeepEqual(tt.k, tt.want) {
			t.Errorf("%+v\nwant %+v", tt.k, tt.want)
		}
	}
}

// TestTunnelPrepare has changes that take two steps.
func TestTunnelPrepare(t *testing.T) {
	on, off := kind.GRE{IgnoreDF: attr.On, PathMTUDiscovery: attr.Off}, kind.GRE{IgnoreDF: attr.Off, PathMTUDiscovery: attr.Off}
	ttl := kind.Geneve{TTL: attr.U8(5), TTLInherit: attr.On}
	for _, tt := range []struct {
		now  kind.Kind
		then kind.Preparer
		want kind.Kind
	}{
		{&on, &kind.GRE{PathMTUDiscovery: attr.On, IgnoreDF: attr.Off}, &off},
		{&on, &kind.GRE{PathMTUDiscovery: attr.Off, IgnoreDF: attr.Off}, nil},
		{&off, &kind.GRE{PathMTUDiscovery: attr.On}, nil},
		{&on, &kind.GRE{PathMTUDiscovery: attr.On, IgnoreDF: attr.On}, nil},
		{(*kind.GRETap)(&on), &kind.GRETap{PathMTUDiscovery: attr.On}, (*kind.GRETap)(&off)},
		{&kind.ERSPAN{GRE: on, Version: attr.U8(1)}, &kind.ERSPAN{GRE: kind.GRE{PathMTUDiscovery: attr.On}}, &kind.ERSPAN{GRE: off, Version: attr.U8(1)}},
		{&on, &kind.ERSPAN{GRE: kind.GRE{PathMTUDiscovery: attr.On}}, nil},
		{&kind.Geneve{TTL: attr.U8(1)}, &ttl, &kind.Geneve{TTL: attr.U8(5)}},
		{&kind.Geneve{TTL: attr.U8(5)}, &ttl, nil},
	} {
		if got := tt.then.Prepare(tt.now); !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%+v before %+v\nwant %+v", got, tt.then, tt.want)
		}
	}
}

func TestTunnelKey(t *testing.T) {
	for text, want := range map[string]kind.TunnelKey{"12345": 12345, "0x10": 16, "1.2.3.4": 0x01020304} {
		var k kind.TunnelKey
		if err := k.UnmarshalText([]byte(text)); err != nil || k != want {
			t.Errorf("%s: %d, %v, want %d", text, k, err, want)
		}
	}
	for _, text := range []string{"", "x", "1.2.3", "::1", "4294967296"} {
		if err := new(kind.TunnelKey).UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is a key", text)
		}
	}
	if s := kind.TunnelKey(12345).String(); s != "0.0.48.57" {
		t.Error(s)
	}
}
