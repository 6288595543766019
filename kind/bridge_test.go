package kind_test

import (
	"encoding"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
)

// TestBridgeHolds compares what was asked for with what kernels make of it.
func TestBridgeHolds(t *testing.T) {
	span := func(d time.Duration) attr.Opt[time.Duration] { return attr.Some(d) }
	for _, tt := range []struct {
		name       string
		want, have kind.Bridge
		holds      bool
	}{
		{"a program runs STP", kind.Bridge{STPState: attr.Some(kind.STPKernel)}, kind.Bridge{STPState: attr.Some(kind.STPUser)}, true},
		{"STP is off", kind.Bridge{STPState: attr.Some(kind.STPKernel)}, kind.Bridge{STPState: attr.Some(kind.STPOff)}, false},
		{"STP is on", kind.Bridge{STPState: attr.Some(kind.STPOff)}, kind.Bridge{STPState: attr.Some(kind.STPUser)}, false},
		{"one tick less", kind.Bridge{Ageing: span(123450 * time.Millisecond)}, kind.Bridge{Ageing: span(123440 * time.Millisecond)}, true},
		{"two ticks less", kind.Bridge{Ageing: span(123450 * time.Millisecond)}, kind.Bridge{Ageing: span(123430 * time.Millisecond)}, false},
		{"raised to a second", kind.Bridge{MCastQueryInterval: span(attr.Tick)}, kind.Bridge{MCastQueryInterval: span(time.Second)}, true},
		{"cut to a day", kind.Bridge{MCastStartupQueryInterval: span(25 * time.Hour)}, kind.Bridge{MCastStartupQueryInterval: span(24 * time.Hour)}, true},
		{"not raised by older kernels", kind.Bridge{MCastQueryInterval: span(attr.Tick)}, kind.Bridge{MCastQueryInterval: span(attr.Tick)}, true},
		{"another interval", kind.Bridge{MCastQueryInterval: span(2 * time.Second)}, kind.Bridge{MCastQueryInterval: span(time.Second)}, false},
		{"hash elasticity", kind.Bridge{MCastHashElasticity: attr.U32(8)}, kind.Bridge{MCastHashElasticity: attr.U32(16)}, true},
		{"one option of two", kind.Bridge{MST: attr.On}, kind.Bridge{MST: attr.On, NoLinkLocalLearn: attr.Off}, true},
		{"an option is off", kind.Bridge{MST: attr.On}, kind.Bridge{MST: attr.Off}, false},
		{"an option the kernel lacks", kind.Bridge{FDBLocalVLAN0: attr.On}, kind.Bridge{MST: attr.Off}, false},
		{"a flush is to be done", kind.Bridge{FDBFlush: attr.On}, kind.Bridge{}, false},
	} {
		fields, err := attr.Diff(new(kind.Bridge), &tt.want, &tt.have)
		if err != nil || (len(fields) == 0) != tt.holds {
			t.Errorf("%s: differs in %v, %v", tt.name, fields, err)
		}
	}
}

// TestBridgeRefuses finds what no kernel takes before it is sent.
func TestBridgeRefuses(t *testing.T) {
	for name, s := range map[string]attr.Struct{
		"hello time":     &kind.Bridge{HelloTime: attr.Some(11 * time.Second)},
		"max age":        &kind.Bridge{MaxAge: attr.Some(5 * time.Second)},
		"half ticks":     &kind.Bridge{Ageing: attr.Some(5 * time.Millisecond)},
		"negative":       &kind.Bridge{Ageing: attr.Some(-time.Second)},
		"PVID":           &kind.Bridge{VLANDefaultPVID: attr.U16(4095)},
		"IGMP version":   &kind.Bridge{MCastIGMPVersion: attr.U8(1)},
		"MLD version":    &kind.Bridge{MCastMLDVersion: attr.U8(3)},
		"router":         &kind.Bridge{MCastRouter: attr.Some(kind.MCastRouterTemporary)},
		"STP mode":       &kind.Bridge{STPMode: attr.Some(kind.STPMode(3))},
		"group address":  &kind.Bridge{GroupAddress: attr.MustParseHWAddr("01:80:c2:00:00:00:00")},
		"port state":     &kind.BridgePort{State: attr.Some(kind.PortState(5))},
		"port priority":  &kind.BridgePort{Priority: attr.U16(64)},
		"no path cost":   &kind.BridgePort{Cost: attr.U32(0)},
		"path cost":      &kind.BridgePort{Cost: attr.U32(65536)},
		"named port":     &kind.BridgePort{BackupPort: attr.RefName("eth0")},
		"router of port": &kind.BridgePort{MCastRouter: attr.Some(kind.MCastRouter(4))},
	} {
		if b, err := attr.Append(nil, s); err == nil {
			t.Errorf("%s: sent as %x", name, b)
		}
	}
}

func TestBridgeID(t *testing.T) {
	id := func(prio uint16, addr string) kind.BridgeID {
		return kind.BridgeID{Priority: prio, Address: attr.MustParseHWAddr(addr)}
	}
	sorted := []kind.BridgeID{id(0, "ff:ff:ff:ff:ff:ff"), id(0x1000, "02:00:00:00:00:99"), id(0x1000, "02:00:00:00:10:00"), id(0x8000, "00:00:00:00:00:00")}
	want := []string{"0000.ff:ff:ff:ff:ff:ff", "1000.2:0:0:0:0:99", "1000.2:0:0:0:10:0", "8000.0:0:0:0:0:0"}
	for i, x := range sorted {
		if x.String() != want[i] {
			t.Errorf("got %s, want %s", x, want[i])
		}
	}
	if !slices.IsSortedFunc(sorted, kind.BridgeID.Compare) {
		t.Errorf("not in order: %v", sorted)
	}
	if zero := (kind.BridgeID{}).String(); zero != "0000.0:0:0:0:0:0" {
		t.Errorf("zero is %s", zero)
	}
}

// TestQuerierTimer has the times that iproute2 prints for a count of ticks.
func TestQuerierTimer(t *testing.T) {
	for ticks, want := range map[time.Duration]string{0: "0ns", 999: "999ns", 25500: "25.5us", 1234567: "1.23ms", 2e9: "2s"} {
		s := &kind.QuerierState{IPv6OtherTimer: attr.Some(ticks * attr.Tick)}
		var o attr.Object
		s.Flatten(&o, attr.Printer{})
		b, err := o.MarshalJSON()
		full := fmt.Sprintf(`{"mcast_querier_state_ipv4":{},"mcast_querier_state_ipv6":{"mcast_querier_ipv6_other_timer":%q}}`, want)
		if err != nil || string(b) != full {
			t.Errorf("%d ticks: %s, %v, want %s", ticks, b, err, full)
		}
	}
}

// TestWords reads every word that an enumeration or flag set writes.
func TestWords(t *testing.T) {
	for _, tt := range []struct {
		values []any
		words  []string
	}{
		{[]any{kind.STPOff, kind.STPKernel, kind.STPUser}, []string{"off", "kernel", "user"}},
		{[]any{kind.STPModeAuto, kind.STPModeUser, kind.STPModeKernel}, []string{"auto", "user", "kernel"}},
		{[]any{kind.MCastRouterDisabled, kind.MCastRouterAutomatic, kind.MCastRouterPermanent, kind.MCastRouterTemporary},
			[]string{"disabled", "automatic", "permanent", "temporary"}},
		{[]any{kind.PortDisabled, kind.PortListening, kind.PortLearning, kind.PortForwarding, kind.PortBlocking},
			[]string{"disabled", "listening", "learning", "forwarding", "blocking"}},
		{[]any{kind.GroupFwdMask(0), kind.FwdSTP, kind.FwdLACP | kind.FwdLLDP, kind.GroupFwdMask(0x1d)},
			[]string{"0x0", "stp", "lacp,lldp", "stp,lacp,0x8,0x10"}},
		{[]any{kind.MacvlanPrivate, kind.MacvlanSource}, []string{"private", "source"}},
		{[]any{kind.MacvlanFlags(0), kind.MacvlanNoPromisc | kind.MacvlanNoDst}, []string{"", "nopromisc,nodst"}},
		{[]any{kind.MACAdd, kind.MACDel, kind.MACFlush, kind.MACSet}, []string{"add", "del", "flush", "set"}},
		{[]any{kind.VLAN8021Q, kind.VLAN8021AD}, []string{"802.1Q", "802.1ad"}},
		{[]any{kind.DFUnset, kind.DFSet, kind.DFInherit}, []string{"unset", "set", "inherit"}},
		{[]any{kind.LabelFixed, kind.LabelInherit}, []string{"fixed", "inherit"}},
		{[]any{kind.OperDown, kind.OperUp}, []string{"DOWN", "UP"}},
		{[]any{kind.LinkModeDefault, kind.LinkModeDormant}, []string{"DEFAULT", "DORMANT"}},
		{[]any{kind.AddrGenEUI64, kind.AddrGenStableSecret}, []string{"eui64", "stable_secret"}},
	} {
		for i, v := range tt.values {
			if s := fmt.Sprint(v); s != tt.words[i] {
				t.Errorf("%T %d is %q, want %q", v, v, s, tt.words[i])
			}
			got := reflect.New(reflect.TypeOf(v))
			if err := got.Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(tt.words[i])); err != nil || got.Elem().Interface() != v {
				t.Errorf("%q is read as %v, %v, want %v", tt.words[i], got.Elem(), err, v)
			}
			if err := got.Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte("nonsense")); err == nil {
				t.Errorf("%T reads nonsense", v)
			}
		}
	}
}
