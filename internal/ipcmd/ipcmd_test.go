package ipcmd_test

import (
	"errors"
	"reflect"
	"testing"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/ipcmd"
	"github.com/iplink-go/iplink/internal/rtnl"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/link"
)

var here = ipcmd.Names{Links: map[string]int{"lo": 1, "eth0": 2}, NetNS: map[string]int32{"blue": 7}}

// TestTranslate has the words that no capture has.
func TestTranslate(t *testing.T) {
	for command, want := range map[string]ipcmd.Operation{
		"ip link add link eth0 name v5 link-netns blue up type vlan id 5 gvrp on egress-qos-map 1:2 3:4": {
			Type: rtnl.NewLink, Flags: 0x605,
			Spec: link.Spec{Name: "v5", Lower: link.Name("eth0"), LowerNetNSID: attr.I32(7), Up: attr.On,
				Kind: &kind.VLAN{ID: attr.U16(5), GVRP: attr.On, EgressQoS: []kind.QoSMapping{{From: 1, To: 2}, {From: 3, To: 4}}}},
		},
		"ip link set eth0 vf 1 vlan 5 qos 3 proto 802.1ad max_tx_rate 200 min_tx_rate 100 node_guid 00:01:02:03:04:05:06:07": {
			Type: rtnl.NewLink, Flags: 5, Device: link.Name("eth0"),
			Spec: link.Spec{VFs: []link.VF{{Number: 1, VLANs: []link.VFVLANInfo{{ID: 5, QoS: 3, Protocol: 0x88a8}},
				Rate: attr.Some(link.VFRate{Min: 100, Max: 200}), NodeGUID: attr.U64(0x0001020304050607)}}},
		},
		"ip link set eth0 arp off dynamic on mode default group default netns blue index 9": {
			Type: rtnl.NewLink, Flags: 5, Device: link.Name("eth0"),
			Spec: link.Spec{ARP: attr.Off, Dynamic: attr.On, LinkMode: attr.Some(kind.LinkModeDefault), Group: attr.U32(0), NetNS: kind.NetNSFD(0), Index: 9},
		},
		"ip link property del dev eth0 altname a altname b": {
			Type: rtnl.DelLinkProp, Flags: 5, Device: link.Name("eth0"), Spec: link.Spec{AltNames: []string{"a", "b"}},
		},
		"ip link add vx0 type vxlan external ttl inherit flowlabel inherit noudpcsum tos 10": {
			Type: rtnl.NewLink, Flags: 0x605,
			Spec: link.Spec{Name: "vx0", Kind: &kind.VXLAN{External: attr.On, Learning: attr.Off, TTLInherit: attr.On,
				LabelPolicy: attr.Some(kind.LabelInherit), UDPChecksum: attr.Off, TOS: attr.U8(0x10)}},
		},
		"ip link set m0 type macvlan macaddr flush bcqueuelen 5": {
			Type: rtnl.NewLink, Flags: 5, Device: link.Name("m0"),
			Spec: link.Spec{Kind: &kind.Macvlan{MACCommand: attr.Some(kind.MACFlush), BroadcastQueueLen: attr.U32(5)}},
		},
	} {
		got, err := ipcmd.Translate(command, here)
		if err != nil || !reflect.DeepEqual(*got, want) {
			t.Errorf("%s: %v\ngot  %+v\nwant %+v", command, err, got, want)
		}
	}
}

func TestRefused(t *testing.T) {
	for command, want := range map[string]error{
		"ip link add x type nonesuch":         ipcmd.ErrKind,
		"ip link set x type nonesuch_slave":   ipcmd.ErrKind,
		"ip link add x mtu many type dummy":   ipcmd.ErrCommand,
		"ip link add x type dummy colour red": ipcmd.ErrCommand,
		"ip link set eth0 mtu":                ipcmd.ErrCommand,
		"ip link set eth0 state asleep":       ipcmd.ErrCommand,
		"ip link set eth0 mode asleep":        ipcmd.ErrCommand,
		"ip link frob eth0":                   ipcmd.ErrCommand,
		"ip link set eth0 link-netns red":     ipcmd.ErrName,
	} {
		if _, err := ipcmd.Translate(command, here); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", command, err, want)
		}
	}
	o, err := ipcmd.Translate("ip link set nope0 up", here)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.Message(here); !errors.Is(err, ipcmd.ErrName) {
		t.Errorf("a link that is not there: %v", err)
	}
}
