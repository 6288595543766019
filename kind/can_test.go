package kind_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
)

// bitTiming is what a kernel makes of 500 kbit/s with a clock of 80 MHz.
var bitTiming = kind.CANBitTiming{Bitrate: 500000, SamplePoint: 875, TQ: 125, PropSeg: 6, PhaseSeg1: 7, PhaseSeg2: 2, SJW: 1, BRP: 10}

// TestCANSame compares what was wanted with what the kernel made of it.
func TestCANSame(t *testing.T) {
	for _, tt := range []struct {
		want kind.CANBitTiming
		same bool
	}{
		{kind.CANBitTiming{Bitrate: 500000}, true},
		{kind.CANBitTiming{Bitrate: 504000}, true},
		{kind.CANBitTiming{Bitrate: 510000}, false},
		{kind.CANBitTiming{Bitrate: 250000}, false},
		{kind.CANBitTiming{Bitrate: 500000, SamplePoint: 850}, true},
		{kind.CANBitTiming{Bitrate: 500000, SamplePoint: 800}, false},
		{kind.CANBitTiming{TQ: 125, PropSeg: 6, PhaseSeg1: 7, PhaseSeg2: 2}, true},
		{kind.CANBitTiming{TQ: 125, PropSeg: 6, PhaseSeg1: 6, PhaseSeg2: 3}, false},
		{kind.CANBitTiming{Bitrate: 500000, SJW: 2}, false},
		{bitTiming, true},
	} {
		fields, err := attr.Diff(new(kind.CAN), &kind.CAN{BitTiming: attr.Some(tt.want)}, &kind.CAN{BitTiming: attr.Some(bitTiming)})
		if same := len(fields) == 0; err != nil || same != tt.same {
			t.Errorf("%+v: same %v, want %v, %v", tt.want, same, tt.same, err)
		}
	}
}

// TestCANAccompany changes one thing and wants what the kernel wants with it.
func TestCANAccompany(t *testing.T) {
	nominal, data := attr.Some(kind.CANBitTiming{Bitrate: 500000}), attr.Some(kind.CANBitTiming{Bitrate: 2000000})
	tdc := attr.Some(kind.CANTDC{Offset: attr.U32(9)})
	has := &kind.CAN{
		BitTiming: nominal, DataBitTiming: data, FD: attr.On, TDCAuto: attr.On, TDCManual: attr.Off, TDC: tdc, XLDataBitTiming: data, FDNonISO: attr.On, Loopback: attr.Off,
		ModesSupported: attr.Some(kind.CANFD | kind.CANTDCAuto | kind.CANLoopback | kind.CANXL),
	}
	for name, tt := range map[string]struct{ d, want kind.CAN }{
		"rate":         {kind.CAN{BitTiming: data}, kind.CAN{BitTiming: data}},
		"loopback":     {kind.CAN{Loopback: attr.On}, kind.CAN{Loopback: attr.On, FDNonISO: attr.On}},
		"data rate":    {kind.CAN{DataBitTiming: data}, kind.CAN{DataBitTiming: data, FD: attr.On, BitTiming: nominal, FDNonISO: attr.On}},
		"fd as it was": {kind.CAN{FD: attr.On}, kind.CAN{DataBitTiming: data, FD: attr.On, BitTiming: nominal, FDNonISO: attr.On, TDC: tdc, TDCAuto: attr.On}},
		"no fd":        {kind.CAN{FD: attr.Off}, kind.CAN{FD: attr.Off, FDNonISO: attr.On}},
		"tdc":          {kind.CAN{TDC: tdc}, kind.CAN{TDC: tdc, TDCAuto: attr.On, DataBitTiming: data, FD: attr.On, BitTiming: nominal, FDNonISO: attr.On}},
		"auto":         {kind.CAN{TDCAuto: attr.On}, kind.CAN{TDC: tdc, TDCAuto: attr.On, DataBitTiming: data, FD: attr.On, BitTiming: nominal, FDNonISO: attr.On}},
		"xl":           {kind.CAN{XL: attr.On}, kind.CAN{XL: attr.On, XLDataBitTiming: data, BitTiming: nominal, FDNonISO: attr.On}},
		"tms":          {kind.CAN{TMS: attr.On}, kind.CAN{TMS: attr.On, XL: attr.On, XLDataBitTiming: data, BitTiming: nominal, FDNonISO: attr.On}},
		"termination":  {kind.CAN{Termination: attr.U16(120)}, kind.CAN{Termination: attr.U16(120)}},
	} {
		if tt.d.Accompany(has); !reflect.DeepEqual(tt.d, tt.want) {
			t.Errorf("%s:\ngot  %v\nwant %v", name, attr.Printer{}.Text(&tt.d), attr.Printer{}.Text(&tt.want))
		}
	}
}

// TestCANCompensation changes how the delay is compensated, from each way to
// each, as can_validate of the kernel wants it: one way, with an offset, and a
// value with the manual way only.
func TestCANCompensation(t *testing.T) {
	rate := attr.Some(kind.CANBitTiming{Bitrate: 500000})
	fd := func(c kind.CAN) kind.CAN {
		c.FD, c.BitTiming, c.DataBitTiming = attr.On, rate, rate
		return c
	}
	limits := kind.CANTDC{OffsetMax: attr.U32(99)}
	measured := kind.CANTDC{Value: attr.U32(5), Offset: attr.U32(9), Filter: attr.U32(1), OffsetMax: attr.U32(99)}
	none := fd(kind.CAN{TDCAuto: attr.Off, TDCManual: attr.Off, TDC: attr.Some(limits)})
	auto := fd(kind.CAN{TDCAuto: attr.On, TDCManual: attr.Off, TDC: attr.Some(measured)})
	manual := fd(kind.CAN{TDCAuto: attr.Off, TDCManual: attr.On, TDC: attr.Some(measured)})
	offset := attr.Some(kind.CANTDC{Offset: attr.U32(7)})
	tdc := func(v, o, f uint32) attr.Opt[kind.CANTDC] {
		out := kind.CANTDC{Offset: attr.U32(o)}
		if v != 0 {
			out.Value = attr.U32(v)
		}
		if f != 0 {
			out.Filter = attr.U32(f)
		}
		return attr.Some(out)
	}
	always := auto
	always.ModesSupported = attr.Some(kind.CANLoopback | kind.CANTDCAuto | kind.CANTDCManual)
	for _, tt := range []struct {
		name      string
		has, d    kind.CAN
		want      kind.CAN
		wantAlone bool // nothing of the data phase is needed
	}{
		{name: "offset of auto", has: auto, d: kind.CAN{TDC: offset}, want: kind.CAN{TDCAuto: attr.On, TDC: tdc(0, 7, 1)}},
		{name: "offset of manual", has: manual, d: kind.CAN{TDC: offset}, want: kind.CAN{TDCManual: attr.On, TDC: tdc(5, 7, 1)}},
		{name: "written back", has: auto, d: kind.CAN{TDCAuto: attr.On, TDC: attr.Some(measured)}, want: kind.CAN{TDCAuto: attr.On, TDC: tdc(0, 9, 1)}},
		{name: "manual", has: auto, d: kind.CAN{TDCManual: attr.On}, want: kind.CAN{TDCManual: attr.On, TDC: tdc(5, 9, 1)}},
		{name: "auto", has: manual, d: kind.CAN{TDCAuto: attr.On}, want: kind.CAN{TDCAuto: attr.On, TDC: tdc(0, 9, 1)}},
		{name: "auto for manual", has: manual, d: kind.CAN{TDCAuto: attr.On, TDCManual: attr.Off}, want: kind.CAN{TDCAuto: attr.On, TDCManual: attr.Off, TDC: tdc(0, 9, 1)}},
		{name: "undo of manual", has: auto, d: kind.CAN{TDCManual: attr.Off}, want: kind.CAN{TDCAuto: attr.On, TDCManual: attr.Off, TDC: tdc(0, 9, 1)}},
		{name: "undo of auto", has: manual, d: kind.CAN{TDCAuto: attr.Off}, want: kind.CAN{TDCAuto: attr.Off, TDCManual: attr.On, TDC: tdc(5, 9, 1)}},
		{name: "off", has: auto, d: kind.CAN{TDCAuto: attr.Off}, want: kind.CAN{TDCAuto: attr.Off}, wantAlone: true},
		{name: "fd again", has: manual, d: kind.CAN{FD: attr.On}, want: kind.CAN{TDCManual: attr.On, TDC: tdc(5, 9, 1)}},
		{name: "fd again without", has: none, d: kind.CAN{FD: attr.On}, want: kind.CAN{TDCAuto: attr.Off}},
		{name: "rate", has: manual, d: kind.CAN{DataBitTiming: rate}, want: kind.CAN{}},
		{name: "another switch", has: auto, d: kind.CAN{Loopback: attr.On}, want: kind.CAN{Loopback: attr.On}, wantAlone: true},
		{name: "another switch with fd always on", has: always, d: kind.CAN{Loopback: attr.On}, want: kind.CAN{Loopback: attr.On, TDCAuto: attr.On, TDC: tdc(0, 9, 1)}},
	} {
		want := tt.want
		if !tt.wantAlone {
			want = fd(want)
		}
		tt.d.Accompany(&tt.has)
		tt.d.Complete()
		got := new(kind.CAN) // what a request holds of it
		b, err := attr.Append(nil, &tt.d)
		if err == nil {
			err = attr.Decode(b, got)
		}
		if text := (attr.Printer{}).Text; err != nil || text(got) != text(&want) {
			t.Errorf("%s: %v\ngot  %v\nwant %v", tt.name, err, text(got), text(&want))
		}
	}
}

// TestCANRevert brings back the compensation that the kernel calculated anew
// when a data rate came without one.
func TestCANRevert(t *testing.T) {
	with := func(auto, manual bool, value, offset uint32) *kind.CAN {
		return &kind.CAN{FD: attr.On, TDCAuto: attr.Some(auto), TDCManual: attr.Some(manual), TDC: attr.Some(kind.CANTDC{Value: attr.U32(value), Offset: attr.U32(offset)})}
	}
	for name, tt := range map[string]struct{ had, now, want *kind.CAN }{
		"same":          {with(false, true, 5, 9), with(false, true, 5, 9), nil},
		"other measure": {with(true, false, 5, 9), with(true, false, 6, 9), nil},
		"other value":   {with(false, true, 5, 9), with(false, true, 6, 9), &kind.CAN{TDCManual: attr.On, TDC: with(false, true, 5, 9).TDC}},
		"other offset":  {with(true, false, 5, 9), with(true, false, 5, 8), &kind.CAN{TDCAuto: attr.On, TDC: with(true, false, 5, 9).TDC}},
		"manual":        {with(false, true, 5, 9), with(true, false, 5, 9), &kind.CAN{TDCManual: attr.On, TDC: with(false, true, 5, 9).TDC}},
		"none":          {with(false, false, 0, 0), with(true, false, 5, 9), &kind.CAN{TDCAuto: attr.Off}},
		"no FD":         {with(true, false, 5, 9), &kind.CAN{FD: attr.Off}, nil},
	} {
		got := tt.had.Revert(tt.now)
		if tt.want == nil != (got == nil) || got != nil && !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: got %+v, want %+v", name, got, tt.want)
		}
	}
	if with(true, false, 5, 9).Revert(&kind.VLAN{}) != nil {
		t.Error("a VLAN becomes a controller")
	}
}

// TestCANComplete sends rates or segments, never both.
func TestCANComplete(t *testing.T) {
	d := &kind.CAN{BitTiming: attr.Some(bitTiming), DataBitTiming: attr.Some(kind.CANBitTiming{Bitrate: 2000000, SamplePoint: 750})}
	d.Complete()
	if b := d.BitTiming.Value(); b.Bitrate != 0 || b.SamplePoint != 0 || b.TQ != bitTiming.TQ || b.PhaseSeg2 != bitTiming.PhaseSeg2 {
		t.Errorf("%+v", b)
	}
	if b := d.DataBitTiming.Value(); b.Bitrate != 2000000 || b.SamplePoint != 750 || d.XLDataBitTiming.IsSet() {
		t.Errorf("%+v", d)
	}
}

// TestCANShown writes controllers as iproute2 does (ip/iplink_can.c).
func TestCANShown(t *testing.T) {
	limits := kind.CANBitTimingConst{Name: "dummy", TSeg1Min: 2, TSeg1Max: 256, TSeg2Min: 2, TSeg2Max: 128, SJWMax: 64, BRPMin: 1, BRPMax: 512, BRPInc: 1}
	const wantLimits = `{"name":"dummy","tseg1":{"min":2,"max":256},"tseg2":{"min":2,"max":128},"sjw":{"max":64,"min":1},"brp":{"min":1,"max":512},"brp_inc":1}`
	const timing = `{"bitrate":500000,"sample_point":"0.875","tq":125,"prop_seg":6,"phase_seg1":7,"phase_seg2":2,"sjw":1,"brp":10}`
	for name, tt := range map[string]struct {
		d    kind.CAN
		want string
	}{
		"fd": {
			kind.CAN{
				BitTiming: attr.Some(bitTiming), BitTimingConst: attr.Some(limits), Clock: attr.U32(80000000), State: attr.Some(kind.CANStopped),
				FD: attr.On, FDNonISO: attr.On, Loopback: attr.Off, TDCAuto: attr.On, RestartDelay: attr.Some(100 * ms), ErrorCounter: attr.Some(kind.CANErrorCounter{Tx: 1}),
				DataBitTiming: attr.Some(bitTiming), DataBitTimingConst: attr.Some(limits), ModesSupported: attr.Some(kind.CANFD | kind.CANTDCAuto),
				TDC: attr.Some(kind.CANTDC{Offset: attr.U32(9), OffsetMin: attr.U32(0), OffsetMax: attr.U32(127)}),
			},
			`{"bittiming":` + timing + `,"bittiming_const":` + wantLimits + `,"clock":80000000,"state":"STOPPED","ctrlmode":["FD","FD-NON-ISO","TDC-AUTO"],"restart_ms":100,` +
				`"berr_counter":{"tx":1,"rx":0},"data_bittiming":` + strings.TrimSuffix(timing, "}") + `,"tdc":{"tdco":9}},` +
				`"data_bittiming_const":` + strings.TrimSuffix(wantLimits, "}") + `,"tdc":{"tdco":{"min":0,"max":127}}},"ctrlmode_supported":["FD","TDC-AUTO"],"ctrlmode_static":["FD-NON-ISO"]}`,
		},
		"few rates": {
			kind.CAN{BitTiming: attr.Some(kind.CANBitTiming{Bitrate: 500000}), BitrateConst: []uint32{10000, 500000}, Termination: attr.U16(120), TerminationConst: []uint16{0, 120}},
			`{"termination":120,"termination_const":[0,120],"bitrate_const":[10000,500000],"bittiming_bitrate":500000}`,
		},
	} {
		b, err := json.Marshal(attr.Printer{}.Object(&tt.d))
		if err != nil || string(b) != tt.want {
			t.Errorf("%s: %v\ngot  %s\nwant %s", name, err, b, tt.want)
		}
	}
}

// TestCANModesUnmasked reads the switches of a report, whose mask is zero.
func TestCANModesUnmasked(t *testing.T) {
	b := attr.AppendBytes(nil, 5, append(make([]byte, 4), attr.AppendUint32(nil, 0, uint32(kind.CANFD|1<<30))[4:]...))
	var d kind.CAN
	if err := attr.Decode(b, &d); err != nil || d.FD != attr.On || d.Loopback != attr.Off || d.TMS != attr.Off || d.OtherModes != 1<<30 {
		t.Errorf("%+v, %v", d, err)
	}
}

func TestSamplePoint(t *testing.T) {
	for s, want := range map[string]kind.SamplePoint{"0.875": 875, "0.8": 800, "0": 0, ".7509": 750, "0.999": 999} {
		var p kind.SamplePoint
		if err := p.UnmarshalText([]byte(s)); err != nil || p != want {
			t.Errorf("%s: %v, %v", s, p, err)
		}
	}
	for _, s := range []string{"1", "-0.1", "NaN", "x", ""} {
		var p kind.SamplePoint
		if err := p.UnmarshalText([]byte(s)); err == nil {
			t.Errorf("%q is %v", s, p)
		}
	}
}
