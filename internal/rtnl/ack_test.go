package rtnl_test

import (
	"encoding/binary"
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/rtnl"
	"github.com/iplink-go/iplink/internal/rtnl/rtnltest"
)

// Captured from Linux 6.18.
const (
	// "ip link add v9 type veth": success.
	ackSuccess = "240000000200000131f4016bc627000000000000380000001000050631f4016b00000000"
	// "ip link set dev veth0 gso_max_size 0", quoted whole: ERANGE.
	ackQuoted = "84000000020000022ff4016b47200000deffffff28000000100005002ff4016b00000000" +
		"0000000003000000000000000000000008002900000000001900010069" +
		"6e7465676572206f7574206f662072616e6765000000000800020020000000" +
		"240004800c000400c1000000000000000c000500ffffffff000000000800010004000000"
	// The same answer in the shape that NETLINK_CAP_ACK gives it.
	ackCapped = "6c000000020000032ff4016b47200000deffffff28000000100005002ff4016b00000000" +
		"19000100696e7465676572206f7574206f662072616e6765000000000800020020000000" +
		"240004800c000400c1000000000000000c000500ffffffff000000000800010004000000"
	// A dump of links with an interface index, strictly checked: EINVAL.
	doneStrict = "4c000000030002020000000058440000eaffffff3800010046696c746572206279206465766963652069" +
		"6e646578206e6f7420737570706f7274656420666f72206c696e6b2064756d707300"
)

func ptr[T any](v T) *T { return &v }

func parse(tb testing.TB, b []byte) (rtnl.Ack, error) {
	tb.Helper()
	ms, err := collect(b)
	if err != nil || len(ms) != 1 {
		tb.Fatalf("%d messages, %v", len(ms), err)
	}
	return rtnl.ParseAck(ms[0])
}

func TestParseAckGolden(t *testing.T) {
	outOfRange := rtnl.Ack{
		Errno: 34, Msg: "integer out of range", Offset: 32, MissType: -1, MissNest: -1,
		Policy: &rtnl.Policy{Type: 4, MinU: ptr[uint64](193), MaxU: ptr[uint64](1<<32 - 1)},
	}
	tests := []struct {
		name, in string
		want     rtnl.Ack
	}{
		{"success", ackSuccess, rtnl.Ack{Offset: -1, MissType: -1, MissNest: -1}},
		{"error, request quoted", ackQuoted, outOfRange},
		{"error, request capped", ackCapped, outOfRange},
		{"error in the end of a dump", doneStrict, rtnl.Ack{
			Errno: 22, Msg: "Filter by device index not supported for link dumps", Offset: -1, MissType: -1, MissNest: -1,
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := parse(t, golden(t, test.in))
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(test.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

// request is what the acknowledgements built by tests answer. Its payload is
// not a multiple of four, as that of a request for namespace ids is.
var request = rtnl.Message{
	Header:  rtnl.Header{Type: rtnl.GetNSID, Flags: rtnl.FlagRequest, Seq: 5, PortID: 6},
	Payload: []byte{1},
}

// everything is one attribute of each type an acknowledgement can have.
func everything() []byte {
	b := attr.AppendString(nil, 1, "text")
	b = attr.AppendUint32(b, 2, 20)
	b = attr.AppendBytes(b, 3, []byte{1, 2, 3})
	policy := len(b)
	b = attr.BeginNest(b, 4)
	b = attr.AppendUint32(b, 1, 7)
	b = attr.AppendUint64(b, 2, 1<<64-5)
	b = attr.AppendUint64(b, 3, 5)
	b = attr.AppendUint32(b, 6, 1)
	b = attr.AppendUint32(b, 7, 16)
	b = attr.AppendUint32(b, 8, 2)
	b = attr.AppendUint32(b, 9, 30)
	b = attr.AppendUint32(b, 10, 0xf0)
	b = attr.AppendUint64(b, 12, 0xff)
	b, _ = attr.EndNest(b, policy)
	b = attr.AppendUint32(b, 5, 0)
	b = attr.AppendUint32(b, 99, 1)
	return attr.AppendUint32(b, 6, 24)
}

func wantEverything(errno int) rtnl.Ack {
	return rtnl.Ack{
		Errno: errno, Msg: "text", Offset: 20, Cookie: []byte{1, 2, 3}, MissType: 0, MissNest: 24,
		Policy: &rtnl.Policy{
			Type: 7, MinS: ptr[int64](-5), MaxS: ptr[int64](5), MinLen: ptr[uint32](1), MaxLen: ptr[uint32](16),
			Index: ptr[uint32](2), MaxType: ptr[uint32](30), Bitfield: ptr[uint32](0xf0), Mask: ptr[uint64](0xff),
		},
	}
}

// quoted returns an acknowledgement that quotes all of request, padded.
func quoted(errno int, tlvs []byte) []byte {
	p := binary.NativeEndian.AppendUint32(nil, uint32(-int32(errno)))
	p = slices.Concat(p, rtnltest.Message(request.Header, request.Payload), tlvs)
	return rtnltest.Reply(request, rtnl.TypeError, rtnl.FlagAckTLVs, p)
}

func TestParseAckForms(t *testing.T) {
	tlvs := everything()
	forms := []struct {
		name string
		in   []byte
		want rtnl.Ack
	}{
		{"capped", rtnltest.Ack(request, 22, tlvs...), wantEverything(22)},
		{"quoted", quoted(22, tlvs), wantEverything(22)},
		{"done", rtnltest.Done(request, 22, tlvs...), wantEverything(22)},
		{"success with a warning", rtnltest.Ack(request, 0, tlvs...), wantEverything(0)},
		{"largest number", rtnltest.Ack(request, 4095, tlvs...), wantEverything(4095)},
		{"without the flag", rtnltest.Reply(request, rtnl.TypeError, rtnl.FlagCapped,
			append(make([]byte, 20), tlvs...)), rtnl.Ack{Offset: -1, MissType: -1, MissNest: -1}},
		{"number alone", rtnltest.Reply(request, rtnl.TypeError, rtnl.FlagAckTLVs, make([]byte, 4)),
			rtnl.Ack{Offset: -1, MissType: -1, MissNest: -1}},
		{"empty done", rtnltest.Reply(request, rtnl.TypeDone, 0, nil),
			rtnl.Ack{Offset: -1, MissType: -1, MissNest: -1}},
		{"offset no message has", rtnltest.Ack(request, 22, attr.AppendUint32(nil, 2, 1<<31)...),
			rtnl.Ack{Errno: 22, Offset: -1, MissType: -1, MissNest: -1}},
	}
	for _, test := range forms {
		t.Run(test.name, func(t *testing.T) {
			got, err := parse(t, test.in)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(test.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestParseAckMalformed(t *testing.T) {
	number := func(n uint32) []byte {
		return binary.NativeEndian.AppendUint32(nil, n)
	}
	tests := []struct {
		name    string
		typ     uint16
		payload []byte
	}{
		{"empty", rtnl.TypeError, nil},
		{"number cut", rtnl.TypeError, make([]byte, 3)},
		{"number of done cut", rtnl.TypeDone, make([]byte, 1)},
		{"another type", rtnl.NewLink, make([]byte, 20)},
		{"positive", rtnl.TypeError, number(22)},
		{"beyond any errno", rtnl.TypeError, number(1<<32 - 4096)},
		{"smallest int", rtnl.TypeError, number(1 << 31)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			a, err := rtnl.ParseAck(rtnl.Message{Header: rtnl.Header{Type: test.typ}, Payload: test.payload})
			if !errors.Is(err, rtnl.ErrMalformed) || a.Errno != 0 || a.Offset != -1 {
				t.Errorf("got %+v, %v", a, err)
			}
		})
	}
}

// However an acknowledgement is cut or its lengths are wrong, the number stays
// and what is read is true.
func TestParseAckDamaged(t *testing.T) {
	for _, whole := range [][]byte{rtnltest.Ack(request, 22, everything()...), quoted(22, everything())} {
		ms, _ := collect(whole)
		m := ms[0]
		payload := m.Payload
		for n := 4; n <= len(payload); n++ {
			m.Payload = payload[:n:n]
			checkDamaged(t, m, n)
		}
		for at := 4; at+2 <= len(payload); at += 2 {
			for _, v := range []uint16{0, 1, 3, 4, 5, 0x7fff, 0xffff} {
				m.Payload = slices.Clone(payload)
				binary.NativeEndian.PutUint16(m.Payload[at:], v)
				a, err := rtnl.ParseAck(m)
				if err != nil || a.Errno != 22 {
					t.Fatalf("%d at %d: %+v, %v", v, at, a, err)
				}
			}
		}
	}
}

func checkDamaged(t *testing.T, m rtnl.Message, n int) {
	t.Helper()
	want := wantEverything(22)
	a, err := rtnl.ParseAck(m)
	if err != nil || a.Errno != 22 {
		t.Fatalf("cut at %d: %+v, %v", n, a, err)
	}
	if a.Msg != "" && a.Msg != want.Msg || a.Offset != -1 && a.Offset != want.Offset ||
		a.Cookie != nil && !slices.Equal(a.Cookie, want.Cookie) || a.MissNest != -1 && a.MissNest != want.MissNest {
		t.Fatalf("cut at %d: %+v", n, a)
	}
}

// The result must survive the buffer, which is reused.
func TestParseAckAliasesNothing(t *testing.T) {
	b := rtnltest.Ack(request, 22, everything()...)
	got, err := parse(t, b)
	if err != nil {
		t.Fatal(err)
	}
	for i := range b {
		b[i] = 0xee
	}
	if d := cmp.Diff(wantEverything(22), got); d != "" {
		t.Error(d)
	}
}

func TestErrorText(t *testing.T) {
	tests := []struct {
		err  error
		want string
	}{
		{&rtnl.Error{Ack: rtnl.Ack{Errno: 17}}, "rtnl: errno 17"},
		{&rtnl.Error{Ack: rtnl.Ack{Errno: 34, Msg: "integer out of range"}}, "rtnl: errno 34: integer out of range"},
		{&rtnl.OutcomeError{Err: rtnl.ErrOverrun}, "rtnl: outcome unknown: rtnl: messages lost: receive queue overrun"},
		{&rtnl.FrameError{Offset: 20, Length: 3, Have: 40}, "rtnl: malformed message at offset 20: length 3 in 40 bytes"},
	}
	for _, test := range tests {
		if got := test.err.Error(); got != test.want {
			t.Errorf("got %q, want %q", got, test.want)
		}
	}
}

func TestPolicyText(t *testing.T) {
	tests := []struct {
		policy rtnl.Policy
		want   string
	}{
		{rtnl.Policy{Type: 4, MinU: ptr[uint64](193), MaxU: ptr[uint64](65535)}, "u32, at least 193, at most 65535"},
		{rtnl.Policy{Type: 8, MinS: ptr[int64](-1)}, "s32, at least -1"},
		{rtnl.Policy{Type: 12, MaxLen: ptr[uint32](15)}, "string, at most 15 bytes"},
		{rtnl.Policy{Type: 15, Bitfield: ptr[uint32](3)}, "bitfield32, bits 0x3"},
		{rtnl.Policy{Type: 1<<32 - 1}, "type 4294967295"},
	}
	for _, test := range tests {
		if got := test.policy.String(); got != test.want {
			t.Errorf("got %q, want %q", got, test.want)
		}
	}
}
