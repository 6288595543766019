package link_test

import (
	"bytes"
	"reflect"
	"slices"
	"testing"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/attrtest"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/link"
)

// Messages of family AF_BRIDGE, without a kernel: reports, put together as
// br_fill_ifinfo does, and requests.

// u32s returns attributes with the numbers first, first+1, ... that hold v.
func u32s(first attr.Type, v ...uint32) (b []byte) {
	for i, x := range v {
		b = attr.AppendUint32(b, first+attr.Type(i), x)
	}
	return b
}

func bridgeMessage(attrs ...[]byte) []byte {
	b := make([]byte, 16)
	b[0] = kind.AFBridge
	return append(b, nest(iflaAFSpec, attrs...)...)
}

var (
	hwa      = attr.MustParseHWAddr("02:00:00:00:00:01")
	cfmMAID  = "\x01" + string(make([]byte, 46)) + "\x02"
	mac6     = func(t attr.Type) []byte { return attr.AppendBytes(nil, t, hwa.AsSlice()) }
	cfmSend  = slices.Concat(u32s(1, 1), mac6(2), u32s(3, 1, 10, 1), attr.AppendUint8(nil, 6, 2), u32s(7, 0), attr.AppendUint8(nil, 8, 3))
	cfmCheck = slices.Concat(u32s(1, 1, 1, 4), attr.AppendBytes(nil, 4, []byte(cfmMAID)))
)

var (
	wantSend  = link.CFMSend{Instance: attr.U32(1), Dest: hwa, NoSequence: attr.On, Period: attr.U32(10), InterfaceTLV: attr.On, InterfaceState: attr.U8(2), PortTLV: attr.Off, PortState: attr.U8(3)}
	wantCheck = link.CFMCheck{Instance: attr.U32(1), Enable: attr.On, Interval: attr.Some(link.CFM1s), MAID: cfmMAID}
)

func TestBridgeReports(t *testing.T) {
	for _, test := range []struct {
		name string
		b    []byte
		want link.BridgeView
	}{
		{"rings", bridgeMessage(nest(4,
			nest(7, u32s(1, 1, 5, 6), attr.AppendUint16(nil, 4, 0x8000), u32s(5, 1, 2, 1000, 3, 0)),
			nest(7, u32s(1, 2), u32s(9, 1, 8, 1, 1, 2000, 5)),
		)), link.BridgeView{MRP: []link.MRPInfo{
			{RingID: attr.U32(1), Primary: attr.RefIndex(5), Secondary: attr.RefIndex(6), Priority: attr.U16(0x8000), RingState: attr.Some(link.MRPClosed),
				Role: attr.Some(link.MRPManager), TestInterval: attr.U32(1000), TestMaxMiss: attr.U32(3), Monitor: attr.Off},
			{RingID: attr.U32(2), Monitor: attr.On, Inter: attr.RefIndex(8), InState: attr.Some(link.MRPClosed), InRole: attr.Some(link.MRPInClient),
				InTestInterval: attr.U32(2000), InTestMaxMiss: attr.U32(5)},
		}}},
		{"end points", bridgeMessage(nest(5,
			nest(9, u32s(1, 1, 0, 1, 5)), nest(9, u32s(1, 2, 1, 0, 6)),
			nest(10, u32s(1, 1), mac6(2), u32s(3, 7, 8191)),
			nest(11, cfmCheck), nest(12, u32s(1, 1, 1)), nest(13, cfmSend),
			nest(14, u32s(1, 1, 42)), nest(14, u32s(1, 1, 43)),
			nest(15, u32s(1, 1, 1, 0, 1)),
			nest(16, u32s(1, 1, 42, 1, 0), attr.AppendUint8(nil, 5, 1), attr.AppendUint8(nil, 6, 2), u32s(7, 1, 0, 1)),
		)), link.BridgeView{CFM: link.CFM{
			MEPs: []link.CFMMEP{
				{Instance: attr.U32(1), Domain: attr.Some(link.CFMPort), Direction: attr.Some(link.CFMUp), Port: attr.RefIndex(5)},
				{Instance: attr.U32(2), Domain: attr.Some(link.CFMVLAN), Direction: attr.Some(link.CFMDown), Port: attr.RefIndex(6)},
			},
			Configs: []link.CFMConfig{{Instance: attr.U32(1), MAC: hwa, Level: attr.U32(7), MEPID: attr.U32(8191)}},
			Checks:  []link.CFMCheck{wantCheck},
			Defects: []link.CFMDefect{{Instance: attr.U32(1), RDI: attr.On}},
			Sends:   []link.CFMSend{wantSend},
			Peers:   []link.CFMPeer{{Instance: attr.U32(1), MEPID: attr.U32(42)}, {Instance: attr.U32(1), MEPID: attr.U32(43)}},
			Status:  []link.CFMStatus{{Instance: attr.U32(1), OpcodeUnexpected: attr.On, VersionUnexpected: attr.Off, LevelLow: attr.On}},
			PeerStatus: []link.CFMPeerStatus{{Instance: attr.U32(1), MEPID: attr.U32(42), Defect: attr.On, RDI: attr.Off, PortState: attr.U8(1), InterfaceState: attr.U8(2),
				Seen: attr.On, TLVSeen: attr.Off, SequenceUnexpected: attr.On}},
		}}},
		{"trees", bridgeMessage(nest(6,
			nest(1, attr.AppendUint16(nil, 1, 10), attr.AppendUint8(nil, 2, 3)), nest(1, attr.AppendUint16(nil, 1, 4094), attr.AppendUint8(nil, 2, 4)),
		)), link.BridgeView{MST: []link.MSTState{
			{ID: attr.U16(10), State: attr.Some(kind.PortForwarding)}, {ID: attr.U16(4094), State: attr.Some(kind.PortBlocking)},
		}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var l, again link.Link
			if err := link.Decode(test.b, &l); err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(l.Bridge, test.want) {
				t.Errorf("got  %+v\nwant %+v", l.Bridge, test.want)
			}
			out, err := link.AppendReport(nil, &l)
			if err != nil {
				t.Fatal(err)
			}
			if err := link.Decode(out, &again); err != nil || !sameLink(&l, &again) {
				t.Errorf("reads otherwise the second time: %v\n%s", err, link.Dump(out))
			}
			for n := range out {
				attrtest.CheckError(t, link.Decode(out[:n:n], &again), n, attr.ErrRange)
			}
		})
	}
}

func TestBridgeRequests(t *testing.T) {
	n := func(t attr.Type, inner ...[]byte) []byte { return nest(t|attr.Nested, inner...) }
	for _, test := range []struct {
		name string
		r    link.BridgeRequest
		want []byte
	}{
		{"nothing", link.BridgeRequest{Index: 0}, bridgeMessage()[:16]},
		{"vlans", link.BridgeRequest{Flags: attr.U16(2), VLANs: []link.PortVLAN{{Flags: link.VLANPVID, ID: 5}, {ID: 10, End: 20}}}, bridgeMessage(
			attr.AppendUint16(nil, 0, 2), attr.AppendBytes(nil, 2, pair16(2, 5)), attr.AppendBytes(nil, 2, pair16(8, 10)), attr.AppendBytes(nil, 2, pair16(16, 20)))},
		{"ring", link.BridgeRequest{MRP: link.MRPRequest{Ring: attr.Some(link.MRPRing{RingID: attr.U32(1), Primary: link.Index(5), Secondary: link.Index(6), Priority: attr.U16(9)})}},
			bridgeMessage(n(4, n(1, u32s(1, 1, 5, 6), attr.AppendUint16(nil, 4, 9))))},
		{"all about rings", link.BridgeRequest{MRP: link.MRPRequest{
			PortState: attr.Some(link.MRPPortForwarding), PortRole: attr.Some(link.MRPPortSecondary),
			RingState: attr.Some(link.MRPRingState{RingID: attr.U32(1), State: attr.Some(link.MRPClosed)}),
			Role:      attr.Some(link.MRPRingRole{RingID: attr.U32(1), Role: attr.Some(link.MRPAuto)}),
			Test:      attr.Some(link.MRPTest{RingID: attr.U32(1), Interval: attr.U32(2), MaxMiss: attr.U32(3), Period: attr.U32(4), Monitor: attr.On}),
			InRole:    attr.Some(link.MRPConnection{RingID: attr.U32(1), InID: attr.U16(2), Role: attr.Some(link.MRPInManager), Port: link.Index(7)}),
			InState:   attr.Some(link.MRPInRingState{InID: attr.U32(2), State: attr.Some(link.MRPOpen)}),
			InTest:    attr.Some(link.MRPInTest{InID: attr.U32(2), Interval: attr.U32(3), MaxMiss: attr.U32(4), Period: attr.U32(5)}),
		}}, bridgeMessage(n(4, n(2, u32s(1, 2)), n(3, u32s(1, 1)), n(4, u32s(1, 1, 1)), n(5, u32s(1, 1, 3)), n(6, u32s(1, 1, 2, 3, 4, 1)),
			n(8, u32s(1, 1), attr.AppendUint16(nil, 2, 2), u32s(3, 2, 7)), n(9, u32s(1, 2, 0)), n(10, u32s(1, 2, 3, 4, 5))))},
		{"end points", link.BridgeRequest{CFM: link.CFMRequest{
			Create: attr.Some(link.CFMMEP{Instance: attr.U32(1), Domain: attr.Some(link.CFMPort), Direction: attr.Some(link.CFMUp), Port: link.Index(5)}),
			Delete: attr.U32(2), Check: attr.Some(wantCheck), Send: attr.Some(wantSend),
			Config:  attr.Some(link.CFMConfig{Instance: attr.U32(1), MAC: hwa, Level: attr.U32(7), MEPID: attr.U32(9)}),
			Defect:  attr.Some(link.CFMDefect{Instance: attr.U32(1), RDI: attr.Off}),
			AddPeer: attr.Some(link.CFMPeer{Instance: attr.U32(1), MEPID: attr.U32(3)}), RemovePeer: attr.Some(link.CFMPeer{Instance: attr.U32(1), MEPID: attr.U32(4)}),
		}}, bridgeMessage(n(5, n(1, u32s(1, 1, 0, 1, 5)), n(2, u32s(1, 2)), n(3, u32s(1, 1), mac6(2), u32s(3, 7, 9)), n(4, cfmCheck),
			n(5, u32s(1, 1, 3)), n(6, u32s(1, 1, 4)), n(7, u32s(1, 1, 0)), n(8, cfmSend)))},
		{"trees", link.BridgeRequest{MST: []link.MSTState{{ID: attr.U16(10), State: attr.Some(kind.PortForwarding)}}},
			bridgeMessage(n(6, n(1, attr.AppendUint16(nil, 1, 10), attr.AppendUint8(nil, 2, 3))))},
	} {
		b, err := link.AppendBridge(nil, &test.r)
		if len(test.want) > 16 {
			test.want = append(test.want[:16:16], n(iflaAFSpec, test.want[16+attr.HeaderLen:])...)
		}
		if err != nil || !bytes.Equal(b, test.want) {
			t.Errorf("%s: %v\ngot  %x\nwant %x", test.name, err, b, test.want)
		}
	}
}

// pair16 returns two numbers, as struct bridge_vlan_info has them.
func pair16(a, b uint16) []byte {
	return slices.Concat(attr.AppendUint16(nil, 0, a)[4:6], attr.AppendUint16(nil, 0, b)[4:6])
}
