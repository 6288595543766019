package kind_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
)

// Kinds that need hardware, or a program that makes their links: no captured
// kernel reported them, so that what iproute2's sources print is written here.

func TestHardwareJSON(t *testing.T) {
	name := func(i uint32) string { return map[uint32]string{7: "eth7"}[i] }
	for _, test := range []struct {
		name string
		k    kind.Kind
		want string
	}{
		{"ipoib", &kind.IPoIB{PKey: attr.U16(0x8001), Mode: attr.Some(kind.IPoIBConnected), UserMulticast: attr.On}, `{"key":"0x8001","mode":"connected","umcast":"0001"}`},
		{"ipoib, limited member", &kind.IPoIB{PKey: attr.U16(1), Mode: attr.Some(kind.IPoIBDatagram), UserMulticast: attr.Off}, `{"key":"0x0001","mode":"datagram","umcast":"0000"}`},
		{"rmnet", &kind.RMNet{MuxID: attr.U16(3), Deaggregation: attr.On, Commands: attr.Off, TxChecksumV5: attr.On}, `{"mux_id":3,"flags":["INGRESS_DEAGGREGATION","EGRESS_MAP_CKSUMV5"]}`},
		{"dsa", &kind.DSA{Conduit: attr.RefIndex(7)}, `{"conduit":"eth7"}`},
		{"wwan", &kind.WWAN{LinkID: attr.U32(9)}, `{"linkid":9}`},
		{"tap", &kind.TUN{Type: attr.Some(kind.TUNTypeTAP), PacketInfo: attr.Off, Owner: attr.U32(1000)}, `{"user":1000,"type":"tap","pi":false}`},
	} {
		b, err := json.Marshal(attr.Printer{LinkName: name}.Object(test.k))
		if err != nil || string(b) != test.want {
			t.Errorf("%s: %s, %v; want %s", test.name, b, err, test.want)
		}
	}
}

func TestHardwareLimits(t *testing.T) {
	for _, test := range []struct {
		name string
		k    kind.Kind
		is   error
	}{
		{"highest channel", &kind.RMNet{MuxID: attr.U16(254)}, nil},
		{"channel", &kind.RMNet{MuxID: attr.U16(255)}, attr.ErrRange},
		{"ovpn mode", &kind.OVPN{Mode: attr.Some(kind.OVPNMode(2))}, attr.ErrRange},
	} {
		if _, err := attr.Append(nil, test.k); !errors.Is(err, test.is) {
			t.Errorf("%s: %v, want %v", test.name, err, test.is)
		}
	}
}

// TestMadeElsewhere checks that links which no message can make have no data
// for creation.
func TestMadeElsewhere(t *testing.T) {
	n := 0
	for _, name := range kind.Names() {
		k := kind.New(name)
		if k.Info().MadeBy == "" {
			continue
		}
		n++
		for _, f := range describe(t, k) {
			if f.Dir&attr.Create != 0 && f.Wire != attr.WireRest {
				t.Errorf("%s: %s is for creation", name, f.Name)
			}
		}
	}
	if n < 4 {
		t.Errorf("only %d kinds are made by others than link messages", n)
	}
}
