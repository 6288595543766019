package link_test

import (
	"testing"
	"time"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/testns"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/link"
)

// canBox borrows a controller (SJA1000), with a bit rate.
func canBox(t *testing.T) *box {
	b := newBox(t)
	testns.Require(t, "can controller")
	testns.Borrow(t, b.ns, "can0")
	b.change("can0", link.Spec{Kind: &kind.CAN{BitTiming: bitrate(125_000)}})
	return b
}

func bitrate(n uint32) attr.Opt[kind.CANBitTiming] {
	return attr.Some(kind.CANBitTiming{Bitrate: n})
}

func asCAN(l *link.Link) *kind.CAN { return l.Kind.(*kind.CAN) }

// TestCANOptions changes everything that the controller has, and back.
func TestCANOptions(t *testing.T) {
	for name, k := range map[string]kind.CAN{
		"bit rate":     {BitTiming: bitrate(500_000)},
		"sample point": {BitTiming: attr.Some(kind.CANBitTiming{Bitrate: 500_000, SamplePoint: 750})},
		"segments":     {BitTiming: attr.Some(kind.CANBitTiming{TQ: 125, PropSeg: 6, PhaseSeg1: 7, PhaseSeg2: 2, SJW: 1})},
		"loopback":     {Loopback: attr.On},
		"listen only":  {ListenOnly: attr.On},
		"sampling":     {TripleSampling: attr.On},
		"one shot":     {OneShot: attr.On},
		"bus errors":   {BusErrorReporting: attr.On},
		"presume ack":  {PresumeAck: attr.On},
		"two switches": {Loopback: attr.On, OneShot: attr.On},
		"restart":      {RestartDelay: attr.Some(100 * time.Millisecond)},
		"all at once":  {BitTiming: bitrate(250_000), Loopback: attr.On, RestartDelay: attr.Some(time.Second)},
	} {
		t.Run(name, func(t *testing.T) {
			b := canBox(t)
			b.setAndBack("can0", func() link.Spec { return link.Spec{Kind: attr.Clone(&k)} }, false)
		})
	}
}

// TestCAN goes up, and is refused what takes a link that is down.
func TestCAN(t *testing.T) {
	b := canBox(t)
	was := asCAN(b.get("can0"))
	if was.State.Value() != kind.CANStopped || was.Clock.Value() != 8_000_000 || !was.BitTimingConst.IsSet() || was.BitTiming.Value().Bitrate != 125_000 {
		t.Errorf("%+v", was)
	}
	l := b.change("can0", link.Spec{Up: attr.On})
	if k := asCAN(l); !l.IsUp() || k.State.Value() != kind.CANErrorActive {
		t.Error(l)
	}
	for name, k := range map[string]*kind.CAN{"bittiming": {BitTiming: bitrate(500_000)}, "loopback": {Loopback: attr.On}} {
		_, err := b.c.Change(b.ctx, l.Ref(), link.Spec{Kind: k})
		wantError(t, err, name, link.ErrBusy)
	}
	was = asCAN(b.get("can0"))
	_, err := b.c.Change(b.ctx, l.Ref(), link.Spec{Kind: &kind.CAN{FD: attr.On}})
	if err == nil || asCAN(b.get("can0")).FD.Value() {
		t.Errorf("a controller without FD: %v", err)
	}
	if err := b.c.Delete(b.ctx, l.Ref()); err == nil {
		t.Error("hardware is deleted")
	}
	if now := asCAN(b.get("can0")); now.BitTiming != was.BitTiming || now.Loopback != was.Loopback {
		t.Errorf("%+v, was %+v", now, was)
	}
}
