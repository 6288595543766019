package link_test

import (
	"bytes"
	"reflect"
	"slices"
	"testing"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/attrtest"
	"github.com/iplink-go/iplink/link"
)

// Messages of counters, without a kernel.

// u64s returns n numbers that count up from first.
func u64s(first uint64, n int) (b []byte) {
	for i := range n {
		b = append(b, attr.AppendUint64(nil, 0, first+uint64(i))[attr.HeaderLen:]...)
	}
	return b
}

func nest(t attr.Type, inner ...[]byte) []byte {
	return attr.AppendBytes(nil, t, slices.Concat(inner...))
}

func statsMessage(index uint32, groups link.StatsGroups, attrs ...[]byte) []byte {
	b := make([]byte, 4, 12)
	b = append(b, attr.AppendUint32(nil, 0, index)[attr.HeaderLen:]...)
	b = append(b, attr.AppendUint32(nil, 0, uint32(groups))[attr.HeaderLen:]...)
	return append(b, slices.Concat(attrs...)...)
}

func vlanStats(first uint64, id uint16) []byte {
	b := u64s(first, 5)
	copy(b[32:], make([]byte, 8))
	copy(b[32:], attr.AppendUint16(nil, 0, id)[attr.HeaderLen:])
	copy(b[34:], attr.AppendUint16(nil, 0, 2)[attr.HeaderLen:])
	return attr.AppendBytes(nil, 1, b)
}

// everyStat is a message with all that a list knows, as no link sends it.
func everyStat() []byte {
	return statsMessage(7, link.StatsAll,
		attr.AppendBytes(nil, 1, u64s(1, 25)),
		nest(2, nest(1, vlanStats(1, 10), vlanStats(5, 11), attr.AppendBytes(nil, 2, u64s(1, 30))), nest(2, nest(1,
			attr.AppendUint64(nil, 0, 1), attr.AppendUint64(nil, 1, 2), attr.AppendUint64(nil, 8, 9)))),
		nest(3, nest(1, attr.AppendBytes(nil, 4, u64s(1, 6)), attr.AppendBytes(nil, 3, nil))),
		nest(4, attr.AppendBytes(nil, 1, u64s(1, 25)), nest(2, nest(3, attr.AppendUint8(nil, 1, 1), attr.AppendUint8(nil, 2, 0))), attr.AppendBytes(nil, 3, u64s(1, 9))),
		nest(5, nest(28, attr.AppendBytes(nil, 1, u64s(1, 9)))),
	)
}

func TestDecodeStats(t *testing.T) {
	var r link.StatsReport
	if err := link.DecodeStats(everyStat(), &r); err != nil {
		t.Fatal(err)
	}
	bridge := r.Kind.Value().Bridge.Value()
	mcast := bridge.MCast.Value()
	for _, x := range []struct {
		what      string
		got, want any
	}{
		{"index", r.Index, uint32(7)},
		{"groups", r.Groups.String(), "link,xstats,xstats_slave,offload,afstats"},
		{"link", r.Stats.Value().RxOtherHostDropped, uint64(25)},
		{"vlans", bridge.VLANs, []link.VLANStats{{1, 2, 3, 4, 10, link.VLANPVID}, {5, 6, 7, 8, 11, link.VLANPVID}}},
		{"multicast received", mcast.Rx, link.MCastCounters{1, 3, 5, 7, 9, 11, 13, 16, 18, 20, 22, 24, 27, 29}},
		{"multicast sent", mcast.Tx, link.MCastCounters{2, 4, 6, 8, 10, 12, 14, 17, 19, 21, 23, 25, 28, 30}},
		{"multicast errors", [2]uint64{mcast.IGMPParseErrors, mcast.MLDParseErrors}, [2]uint64{15, 26}},
		{"spanning tree", r.Port.Value().Bridge.Value().STP.Value(), link.STPStats{1, 2, 3, 4, 5, 6}},
		{"bond", r.Kind.Value().Bond.Value().LACP.Value(), link.LACPStats{RxLACPDU: attr.U64(1), TxLACPDU: attr.U64(2), RxMarkerUnknown: attr.U64(9)}},
		{"forwarded by the machine", r.Offload.Value().CPU.Value().RxPackets, uint64(1)},
		{"hardware", r.Offload.Value().L3.Value(), link.HardwareStats{1, 2, 3, 4, 5, 6, 7, 8, 9}},
		{"hardware counts", r.Offload.Value().L3Info.Value(), link.OffloadInfo{Request: attr.On, Used: attr.Off}},
		{"mpls", r.MPLS.Value(), link.MPLSStats{1, 2, 3, 4, 5, 6, 7, 8, 9}},
	} {
		if !reflect.DeepEqual(x.got, x.want) {
			t.Errorf("%s: %+v, want %+v", x.what, x.got, x.want)
		}
	}
}

// TestStatsRoundTrip reads, writes and reads again, with unknown attributes in
// every nest, and cuts the message everywhere.
func TestStatsRoundTrip(t *testing.T) {
	strange := attr.AppendString(nil, 3000, "strange")
	b := append(everyStat(), statsMessage(0, 0, strange, nest(5, strange, nest(28, strange)))[12:]...)
	var r, again, short link.StatsReport
	if err := link.DecodeStats(b, &r); err != nil {
		t.Fatal(err)
	}
	if r.Unknown == "" || r.UnknownAF == "" || r.UnknownMPLS == "" {
		t.Errorf("unknown attributes are lost: %+v", r)
	}
	out, err := link.AppendStatsReport(nil, &r)
	if err != nil {
		t.Fatal(err)
	}
	if err := link.DecodeStats(out, &again); err != nil || !reflect.DeepEqual(r, again) {
		t.Errorf("%v: %+v\nwant %+v", err, again, r)
	}
	for n := range out {
		attrtest.CheckError(t, link.DecodeStats(out[:n:n], &short), n, attr.ErrRange)
	}
	if err := link.DecodeStats(statsMessage(3, link.StatsLink), &r); err != nil || !attr.IsZero(&link.StatsReport{Stats: r.Stats, Kind: r.Kind, Port: r.Port, Offload: r.Offload, MPLS: r.MPLS, Unknown: r.Unknown + r.UnknownAF + r.UnknownMPLS}) {
		t.Errorf("into a used report: %+v, %v", r, err)
	}
}

// TestStatsJoined joins what the kernel says of one link in several messages:
// VLANs that had no room in the first.
func TestStatsJoined(t *testing.T) {
	var first, second link.StatsReport
	messages := [][]byte{
		statsMessage(7, link.StatsAll, attr.AppendBytes(nil, 1, u64s(1, 25)), nest(2, nest(1, vlanStats(1, 10)))),
		statsMessage(7, link.StatsAll, nest(2, nest(1, vlanStats(5, 11), attr.AppendBytes(nil, 2, u64s(1, 30)))), nest(3, nest(1, vlanStats(9, 12)))),
	}
	for i, r := range []*link.StatsReport{&first, &second} {
		if err := link.DecodeStats(messages[i], r); err != nil {
			t.Fatal(err)
		}
	}
	link.AddStats(&first, &second)
	k, p := first.Kind.Value().Bridge.Value(), first.Port.Value().Bridge.Value()
	if !first.Stats.IsSet() || len(k.VLANs) != 2 || k.VLANs[1].ID != 11 || !k.MCast.IsSet() || len(p.VLANs) != 1 {
		t.Errorf("%+v", first)
	}
	// The same again says nothing new but its VLANs.
	link.AddStats(&first, &first)
	if k := first.Kind.Value().Bridge.Value(); len(k.VLANs) != 4 || k.MCast.Value().Rx.IGMPv1Queries != 1 {
		t.Errorf("%+v", first)
	}
}

// TestAddOffload joins counters of hardware that came in two messages.
func TestAddOffload(t *testing.T) {
	first := link.StatsReport{Offload: attr.Some(link.OffloadStats{CPU: attr.Some(link.Stats{RxPackets: 1})})}
	second := link.StatsReport{Offload: attr.Some(link.OffloadStats{CPU: attr.Some(link.Stats{RxPackets: 2}), L3: attr.Some(link.HardwareStats{RxPackets: 3})})}
	link.AddStats(&first, &second)
	o := first.Offload.Value()
	if o.CPU.Value().RxPackets != 1 || o.L3.Value().RxPackets != 3 {
		t.Errorf("%+v", o)
	}
}

func TestStatsRequests(t *testing.T) {
	filter := nest(1|attr.Nested, attr.AppendUint32(nil, 4, 6))
	for _, test := range []struct {
		name string
		r    link.StatsRequest
		want []byte
	}{
		{"all links", link.StatsRequest{Groups: link.StatsLink | link.StatsKind}, statsMessage(0, 3)},
		{"some counters of hardware", link.StatsRequest{Index: 7, Groups: link.StatsOffload, Offload: attr.Some(link.OffloadL3Info | link.OffloadL3)}, statsMessage(7, 8, filter)},
		{"switch on", link.StatsRequest{Index: 7, L3: attr.On}, statsMessage(7, 0, attr.AppendUint8(nil, 2, 1))},
	} {
		if b, err := link.AppendStats(nil, &test.r); err != nil || !bytes.Equal(b, test.want) {
			t.Errorf("%s: %x, %v; want %x", test.name, b, err, test.want)
		}
	}
}

func TestStatsGroups(t *testing.T) {
	var g link.StatsGroups
	if err := g.UnmarshalText([]byte("xstats,offload")); err != nil || g != link.StatsKind|link.StatsOffload {
		t.Errorf("%v, %v", g, err)
	}
	if err := g.UnmarshalText([]byte("everything")); err == nil {
		t.Error("an unknown word is accepted")
	}
}

// FuzzStats reads what the fuzzer makes of messages, writes it and reads it
// again.
func FuzzStats(f *testing.F) {
	f.Add(everyStat())
	f.Add(statsMessage(7, link.StatsLink))
	f.Fuzz(func(t *testing.T, b []byte) {
		var r, again link.StatsReport
		err := link.DecodeStats(b[:len(b):len(b)], &r)
		attrtest.CheckError(t, err, len(b), attr.ErrRange)
		if err != nil {
			return
		}
		once, err := link.AppendStatsReport(nil, &r)
		if err != nil {
			if len(b) < 16<<10 { // structs that came short are sent long
				t.Error(err)
			}
			return
		}
		if err := link.DecodeStats(once, &again); err != nil || !reflect.DeepEqual(r, again) {
			t.Errorf("reads otherwise the second time: %v\n%+v\n%+v", err, r, again)
		}
	})
}
