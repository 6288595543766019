package kind_test

import (
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
	if again := was.Revert(was); again != nil {
		t.Errorf("%+v for nothing", again)
	}
}
