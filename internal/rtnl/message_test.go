package rtnl_test

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"slices"
	"testing"

	"github.com/iplink-go/iplink/internal/rtnl"
	"github.com/iplink-go/iplink/internal/rtnl/rtnltest"
)

// golden decodes bytes that a kernel sent on a little-endian machine.
func golden(tb testing.TB, s string) []byte {
	tb.Helper()
	if binary.NativeEndian.Uint16([]byte{1, 0}) != 1 {
		tb.Skip("bytes captured on a little-endian machine")
	}
	return unhex(tb, s)
}

func unhex(tb testing.TB, s string) []byte {
	tb.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

// collect returns what Messages yields.
func collect(b []byte) (ms []rtnl.Message, err error) {
	for m, e := range rtnl.Messages(b) {
		if e != nil {
			return ms, e
		}
		ms = append(ms, m)
	}
	return ms, nil
}

func TestMessagesGolden(t *testing.T) {
	// Head of the first message of a dump of links, cut to its ifinfomsg and
	// name, then the end of that dump.
	b := golden(t, "2800000010000200"+"46f4016b"+"eb650000"+"00000403010000000800000000000000"+"070003006c6f0000"+
		"1400000003000200"+"46f4016b"+"eb650000"+"00000000")
	ms, err := collect(b)
	if err != nil || len(ms) != 2 {
		t.Fatalf("got %d messages, %v", len(ms), err)
	}
	want := rtnl.Header{Type: rtnl.NewLink, Flags: rtnl.FlagMulti, Seq: 0x6b01f446, PortID: 0x65eb}
	if ms[0].Header != want || len(ms[0].Payload) != 24 {
		t.Errorf("first: %+v, %d bytes", ms[0].Header, len(ms[0].Payload))
	}
	want.Type = rtnl.TypeDone
	if ms[1].Header != want || !bytes.Equal(ms[1].Payload, make([]byte, 4)) {
		t.Errorf("second: %+v % x", ms[1].Header, ms[1].Payload)
	}
}

func TestMessagesMalformed(t *testing.T) {
	good := rtnltest.Message(rtnl.Header{Type: rtnl.NewLink}, make([]byte, 4))
	withLength := func(n uint32) []byte {
		b := slices.Clone(good)
		binary.NativeEndian.PutUint32(b, n)
		return b
	}
	tests := []struct {
		name string
		in   []byte
		want rtnl.FrameError
	}{
		{"one byte", good[:1], rtnl.FrameError{Have: 1}},
		{"header cut", good[:15], rtnl.FrameError{Have: 15}},
		{"payload cut", good[:19], rtnl.FrameError{Length: 20, Have: 19}},
		{"length zero", withLength(0), rtnl.FrameError{Length: 0, Have: 20}},
		{"length below header", withLength(15), rtnl.FrameError{Length: 15, Have: 20}},
		{"length one more", withLength(21), rtnl.FrameError{Length: 21, Have: 20}},
		{"length negative as int32", withLength(1 << 31), rtnl.FrameError{Length: 1 << 31, Have: 20}},
		{"length largest", withLength(1<<32 - 1), rtnl.FrameError{Length: 1<<32 - 1, Have: 20}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for _, before := range []int{0, 1, 3} {
				in := append(bytes.Repeat(good, before), test.in...)
				ms, err := collect(in)
				var frame *rtnl.FrameError
				if !errors.As(err, &frame) || !errors.Is(err, rtnl.ErrMalformed) {
					t.Fatalf("error %v", err)
				}
				want := test.want
				want.Offset = before * len(good)
				if *frame != want || len(ms) != before {
					t.Errorf("after %d messages: %+v, want %+v", len(ms), *frame, want)
				}
			}
		})
	}
}

func TestMessagesStopsWhenTold(t *testing.T) {
	b := bytes.Repeat(rtnltest.Message(rtnl.Header{}, nil), 3)
	n := 0
	for range rtnl.Messages(b) {
		n++
		break
	}
	if n != 1 {
		t.Errorf("%d messages after a break", n)
	}
}

func TestBeginEnd(t *testing.T) {
	for payload := range 9 {
		b := []byte("before!!")
		for range 2 {
			start := len(b)
			b = rtnl.Begin(b, rtnl.NewLink, rtnl.FlagAck)
			b = append(b, bytes.Repeat([]byte{7}, payload)...)
			b = rtnl.End(b, start)
		}
		if len(b)%4 != 0 || string(b[:8]) != "before!!" {
			t.Fatalf("payload %d: % x", payload, b)
		}
		ms, err := collect(b[8:])
		if err != nil || len(ms) != 2 {
			t.Fatalf("payload %d: %d messages, %v", payload, len(ms), err)
		}
		for _, m := range ms {
			want := rtnl.Header{Type: rtnl.NewLink, Flags: rtnl.FlagAck}
			if m.Header != want || !bytes.Equal(m.Payload, bytes.Repeat([]byte{7}, payload)) {
				t.Errorf("payload %d: got %+v", payload, m)
			}
		}
	}
}

// The last message of a datagram may lack its padding.
func TestMessagesWithoutFinalPadding(t *testing.T) {
	b := rtnltest.Message(rtnl.Header{Type: 9}, []byte("lo"))
	ms, err := collect(b[:18])
	if err != nil || len(ms) != 1 || string(ms[0].Payload) != "lo" {
		t.Errorf("got %v, %v", ms, err)
	}
}

// Properties: no panic; payloads lie within the input, in order, without spare
// capacity; what is found fills the input up to the error; an
// acknowledgement's numbers are in range and depend on its own message only.
func FuzzMessages(f *testing.F) {
	req := rtnl.Message{Header: rtnl.Header{Type: rtnl.NewLink, Seq: 1, PortID: 2}, Payload: make([]byte, 16)}
	f.Add(slices.Concat(rtnltest.Ack(req, 0), rtnltest.Ack(req, 17), rtnltest.Done(req, 22)))
	for _, s := range []string{ackSuccess, ackCapped, ackQuoted, doneStrict} {
		f.Add(unhex(f, s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		end := 0
		for m, err := range rtnl.Messages(b) {
			if err != nil {
				var frame *rtnl.FrameError
				if !errors.As(err, &frame) || frame.Offset != end || frame.Have != len(b)-end {
					t.Fatalf("error %v at %d", err, end)
				}
				return
			}
			n := len(m.Payload)
			if cap(m.Payload) != n || n > 0 && &m.Payload[0] != &b[end+rtnl.HeaderLen] {
				t.Fatalf("payload at %d: len %d, cap %d", end, n, cap(m.Payload))
			}
			end += (rtnl.HeaderLen + n + 3) &^ 3
			checkAck(t, m)
		}
		if end < len(b) {
			t.Fatalf("stopped at %d of %d without an error", end, len(b))
		}
	})
}

func checkAck(t *testing.T, m rtnl.Message) {
	a, err := rtnl.ParseAck(m)
	if err != nil && !errors.Is(err, rtnl.ErrMalformed) {
		t.Fatalf("error %v", err)
	}
	if a.Errno < 0 || a.Errno > 4095 || a.Offset < -1 || a.MissType < -1 || a.MissNest < -1 {
		t.Fatalf("out of range: %+v", a)
	}
	if len(a.Msg)+len(a.Cookie) > len(m.Payload) {
		t.Fatalf("%d bytes from %d", len(a.Msg)+len(a.Cookie), len(m.Payload))
	}
	if a.Policy != nil && a.Policy.String() == "" {
		t.Fatal("policy without a description")
	}
}
