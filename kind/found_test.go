package kind_test

import (
	"encoding"
	"errors"
	"fmt"
	"testing"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
)

// Faults that a reading found.

// TestCANTimingOfAnyLength compares a timing whose segments add up to nothing
// in 32 bits.
func TestCANTimingOfAnyLength(t *testing.T) {
	want := kind.CAN{BitTiming: attr.Some(kind.CANBitTiming{Bitrate: 500_000, SamplePoint: 875})}
	have := kind.CAN{BitTiming: attr.Some(kind.CANBitTiming{Bitrate: 500_000, PropSeg: 1<<32 - 1})}
	fields, err := attr.Diff(new(kind.CAN), &want, &have)
	if err != nil || len(fields) != 1 {
		t.Errorf("%v, %v; want one difference", fields, err)
	}
}

// TestGeneveRevert brings back that the hop limit is copied, which setting it
// ends.
func TestGeneveRevert(t *testing.T) {
	was := &kind.Geneve{TTL: attr.U8(64), TTLInherit: attr.On}
	got := was.Revert(&kind.Geneve{TTL: attr.U8(64), TTLInherit: attr.Off})
	if g, ok := got.(*kind.Geneve); !ok || *g != (kind.Geneve{TTLInherit: attr.On}) {
		t.Errorf("%+v", got)
	}
	got = was.Revert(&kind.Geneve{TTL: attr.U8(5), TTLInherit: attr.Off})
	if g, ok := got.(*kind.Geneve); !ok || *g != *was {
		t.Errorf("%+v, want both", got)
	}
	if again := was.Revert(was); again != nil {
		t.Errorf("%+v for nothing", again)
	}
}

// TestWordsOfNumbers reads back settings and updates, which no attribute holds.
func TestWordsOfNumbers(t *testing.T) {
	var four kind.IPv4Setting
	var six kind.IPv6Setting
	var update kind.Update
	for text, p := range map[string]interface {
		fmt.Stringer
		encoding.TextUnmarshaler
	}{"forwarding": &four, "accept_ra": &six, "replace": &update, "200": new(kind.IPv4Setting)} {
		if err := p.UnmarshalText([]byte("nonsense")); !errors.Is(err, attr.ErrValue) {
			t.Errorf("nonsense is %s, %v", p, err)
		}
		if err := p.UnmarshalText([]byte(text)); err != nil || p.String() != text {
			t.Errorf("%s is read as %s, %v", text, p, err)
		}
	}
	if four != kind.IPv4Forwarding || update != kind.Replace {
		t.Errorf("%d, %d", four, update)
	}
}
