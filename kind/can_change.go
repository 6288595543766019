package kind

import (
	"fmt"

	"github.com/iplink-go/iplink/attr"
)

// How a CAN controller is changed and shown. The kernel looks at each request
// by itself (can_validate in drivers/net/can/dev/netlink.c): a bit timing for
// data comes with its switch and with the other bit timing, a switch that the
// controller cannot turn off with every other, a compensation with the switch
// that says which.

// Complete leaves out the bit rate where the timing says it exactly: the
// kernel takes one or the other, and reports both.
func (d *CAN) Complete() {
	for _, t := range []*attr.Opt[CANBitTiming]{&d.BitTiming, &d.DataBitTiming, &d.XLDataBitTiming} {
		if b, ok := t.Get(); ok && b.TQ != 0 {
			b.Bitrate, b.SamplePoint = 0, 0
			t.Set(b)
		}
	}
}

// Accompany adds what the kernel wants with what is changed.
func (d *CAN) Accompany(has Kind) {
	h, ok := has.(*CAN)
	if !ok {
		return
	}
	d.accompany(h, canPhase{&d.FD, &d.DataBitTiming, &d.TDC, &d.TDCAuto, &d.TDCManual}, canPhase{&h.FD, &h.DataBitTiming, &h.TDC, &h.TDCAuto, &h.TDCManual}, false)
	d.accompany(h, canPhase{&d.XL, &d.XLDataBitTiming, &d.XLTDC, &d.XLTDCAuto, &d.XLTDCManual},
		canPhase{&h.XL, &h.XLDataBitTiming, &h.XLTDC, &h.XLTDCAuto, &h.XLTDCManual}, d.XLPWM.IsSet() || d.TMS.Value())
	d.addFixed(h)
}

// A canPhase is what there is to say about a data phase.
type canPhase struct {
	on           *attr.Opt[bool]
	timing       *attr.Opt[CANBitTiming]
	tdc          *attr.Opt[CANTDC]
	auto, manual *attr.Opt[bool]
}

func (d *CAN) accompany(h *CAN, p, was canPhase, needed bool) {
	compensates := p.tdc.IsSet() || p.auto.Value() || p.manual.Value()
	if !needed && !compensates && !p.timing.IsSet() && !p.on.Value() || *p.on == attr.Off {
		return
	}
	p.on.Set(true)
	orElse(p.timing, *was.timing)
	orElse(&d.BitTiming, h.BitTiming)
	if !compensates {
		return
	}
	orElse(p.tdc, *was.tdc)
	if !p.auto.IsSet() && !p.manual.IsSet() {
		*p.auto, *p.manual = *was.auto, *was.manual
	}
}

func orElse[T any](o *attr.Opt[T], def attr.Opt[T]) {
	if !o.IsSet() {
		*o = def
	}
}

// addFixed says the switches that are on and cannot be turned off with any
// other switch.
func (d *CAN) addFixed(h *CAN) {
	supported, ok := h.ModesSupported.Get()
	said := false
	mine, has := d.switches(), h.switches()
	for _, b := range mine {
		said = said || b.On.IsSet()
	}
	if !ok || !said {
		return
	}
	for i, b := range has {
		if b.On.Value() && supported&CANModes(b.Mask) == 0 {
			orElse(mine[i].On, attr.On)
		}
	}
}

// sameBitTiming compares what was wanted with what the kernel made of it.
// Members that were not said are calculated. A clock cannot be divided to every
// rate; rates that differ by less than a percent are the same to a bus. The
// sample point is at the end of a time quantum.
func sameBitTiming(want, have CANBitTiming) bool {
	quanta := 1 + uint64(have.PropSeg) + uint64(have.PhaseSeg1) + uint64(have.PhaseSeg2)
	exact := func(want, have uint32) bool { return want == 0 || want == have }
	return near(want.Bitrate, have.Bitrate, want.Bitrate/100) && near(want.TQ, have.TQ, 1+want.TQ/100) &&
		near(uint32(want.SamplePoint), uint32(have.SamplePoint), uint32(uint64(fullBit)/quanta)) &&
		exact(want.PropSeg, have.PropSeg) && exact(want.PhaseSeg1, have.PhaseSeg1) && exact(want.PhaseSeg2, have.PhaseSeg2) &&
		exact(want.SJW, have.SJW) && exact(want.BRP, have.BRP)
}

// near reports whether want says nothing or is at most off from have.
func near(want, have, off uint32) bool {
	return want == 0 || max(want, have)-min(want, have) <= off
}

// Tidy shows the compensations and signals inside the timings they belong to,
// and of controllers with a few bit rates only those, as iproute2 does.
func (d *CAN) Tidy(o *attr.Object) {
	if m, ok := d.ModesSupported.Get(); ok {
		var on CANModes
		for _, b := range d.switches() {
			if b.On.Value() {
				on |= CANModes(b.Mask)
			}
		}
		setWords(o, "ctrlmode_supported", m)
		setWords(o, "ctrlmode_static", on&^m)
	}
	tidyTiming(o, "bittiming", d.BitTiming, d.BitrateConst)
	tidyTiming(o, "data_bittiming", d.DataBitTiming, d.DataBitrateConst)
	tidyTiming(o, "xl_data_bittiming", d.XLDataBitTiming, d.XLDataBitrateConst)
	if t, ok := d.TDC.Get(); ok {
		t.show(o, "data_bittiming", "tdc", d.DataBitTiming.IsSet(), d.DataBitTimingConst.IsSet(), d.DataBitrateConst)
	}
	if t, ok := d.XLTDC.Get(); ok {
		t.show(o, "xl_data_bittiming", "xtdc", d.XLDataBitTiming.IsSet(), d.XLDataBitTimingConst.IsSet(), d.XLDataBitrateConst)
	}
	if p, ok := d.XLPWM.Get(); ok {
		p.show(o, d.XLDataBitTiming.IsSet(), d.XLDataBitTimingConst.IsSet(), d.XLDataBitrateConst)
	}
	if len(d.TerminationConst) == 0 {
		o.Remove("termination")
	}
}

func setWords(o *attr.Object, key string, m CANModes) {
	if m != 0 {
		o.Set(key, m.words())
	}
}

func tidyTiming(o *attr.Object, key string, t attr.Opt[CANBitTiming], only []uint32) {
	if len(only) > 0 {
		o.Remove(key)
		o.Remove(key + "_const")
		o.Set(key+"_bitrate", t.Value().Bitrate)
	}
}

// A limited is a value with its limits.
type limited struct {
	name         string
	v, low, high attr.Opt[uint32]
}

// showIn adds values to the object of a timing, limits to that of its limits.
func showIn(o *attr.Object, timing, name string, hasTiming, hasConst bool, only []uint32, list []limited) {
	if len(only) > 0 {
		return
	}
	values, limits := new(attr.Object), new(attr.Object)
	for _, x := range list {
		if v, ok := x.v.Get(); ok {
			values.Set(x.name, v)
		}
		if x.low.IsSet() && x.high.IsSet() {
			limits.Set(x.name+"/min", x.low.Value())
			limits.Set(x.name+"/max", x.high.Value())
		}
	}
	if hasTiming && len(*values) > 0 {
		o.Set(fmt.Sprintf("%s/%s", timing, name), values)
	}
	if hasConst {
		o.Set(fmt.Sprintf("%s_const/%s", timing, name), limits)
	}
}

func (t *CANTDC) show(o *attr.Object, timing, name string, hasTiming, hasConst bool, only []uint32) {
	showIn(o, timing, name, hasTiming, hasConst, only, []limited{
		{"tdcv", t.Value, t.ValueMin, t.ValueMax}, {"tdco", t.Offset, t.OffsetMin, t.OffsetMax}, {"tdcf", t.Filter, t.FilterMin, t.FilterMax},
	})
}

func (p *CANPWM) show(o *attr.Object, hasTiming, hasConst bool, only []uint32) {
	showIn(o, "xl_data_bittiming", "pwm", hasTiming, hasConst, only, []limited{
		{"pwms", p.Short, p.ShortMin, p.ShortMax}, {"pwml", p.Long, p.LongMin, p.LongMax}, {"pwmo", p.Offset, p.OffsetMin, p.OffsetMax},
	})
}
