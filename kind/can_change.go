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
// kernel takes one or the other, and reports both. So it does with a delay that
// is measured.
func (d *CAN) Complete() {
	for _, t := range []*attr.Opt[CANBitTiming]{&d.BitTiming, &d.DataBitTiming, &d.XLDataBitTiming} {
		if b, ok := t.Get(); ok && b.TQ != 0 {
			b.Bitrate, b.SamplePoint = 0, 0
			t.Set(b)
		}
	}
	d.Trim()
}

// Trim leaves out a delay that was measured.
func (d *CAN) Trim() {
	for _, p := range d.phases() {
		if t, ok := p.tdc.Get(); ok && p.auto.Value() {
			t.Value.Clear()
			p.tdc.Set(t)
		}
	}
}

// Accompany adds what the kernel wants with what is changed.
func (d *CAN) Accompany(has Kind) {
	h, ok := has.(*CAN)
	if !ok {
		return
	}
	d.addFixed(h) // a data phase that is always on must be said whole
	mine, was := d.phases(), h.phases()
	for i := range mine {
		mine[i].accompany(was[i], d, h)
	}
	d.addFixed(h) // and a data phase is a switch
}

// Revert brings back the compensation of the delay, which the kernel calculates
// anew whenever a timing comes without one.
func (d *CAN) Revert(now Kind) Kind {
	n, ok := now.(*CAN)
	if !ok {
		return nil
	}
	out := new(CAN)
	back, was, is := out.phases(), d.phases(), n.phases()
	for i := range was {
		if was[i].on.Value() && is[i].on.Value() && !was[i].compensatesAs(is[i]) {
			back[i].takeMode(was[i])
		}
	}
	if attr.IsZero(out) {
		return nil
	}
	return out
}

// A canPhase is what there is to say about a data phase.
type canPhase struct {
	on           *attr.Opt[bool]
	timing       *attr.Opt[CANBitTiming]
	tdc          *attr.Opt[CANTDC]
	auto, manual *attr.Opt[bool]
	// pwm is whether symbols are said that the phase is needed for.
	pwm bool
}

// phases are the data phases of CAN FD and CAN XL.
func (d *CAN) phases() [2]canPhase {
	return [2]canPhase{
		{&d.FD, &d.DataBitTiming, &d.TDC, &d.TDCAuto, &d.TDCManual, false},
		{&d.XL, &d.XLDataBitTiming, &d.XLTDC, &d.XLTDCAuto, &d.XLTDCManual, d.XLPWM.IsSet() || d.TMS.Value()},
	}
}

// accompany adds to d what was says of the phase in h.
func (p canPhase) accompany(was canPhase, d, h *CAN) {
	if *p.on == attr.Off {
		return
	}
	switch {
	case p.tdc.IsSet() || p.auto.IsSet() || p.manual.IsSet():
		p.keepMode(was)
	case p.on.Value() && was.on.Value() && !p.timing.IsSet() && !p.pwm:
		// Nothing of the phase is to change, but it will be said whole.
		p.takeMode(was)
	}
	compensates := p.tdc.IsSet() || p.auto.Value() || p.manual.Value()
	if !p.pwm && !compensates && !p.timing.IsSet() && !p.on.Value() {
		return
	}
	p.on.Set(true)
	orElse(p.timing, *was.timing)
	orElse(&d.BitTiming, h.BitTiming)
	if compensates {
		p.keepTDC(was)
	}
}

// keepMode adds how the delay is compensated if that is not changed: the kernel
// turns off the way that is not said as soon as the other is. One that is off is
// never said, since nothing but its silence is needed.
func (p canPhase) keepMode(was canPhase) {
	if was.auto.Value() && !p.manual.Value() {
		orElse(p.auto, attr.On)
	}
	if was.manual.Value() && !p.auto.Value() {
		orElse(p.manual, attr.On)
	}
}

// takeMode says the compensation that was, also if there was none where there
// can be one, or the kernel would find one.
func (p canPhase) takeMode(was canPhase) {
	switch {
	case was.auto.Value():
		p.auto.Set(true)
	case was.manual.Value():
		p.manual.Set(true)
	case was.tdc.IsSet(): // reported, at least with its limits, if there can be one
		p.auto.Set(false)
		return
	default:
		return
	}
	p.tdc.Set(was.tdc.Value())
}

// keepTDC adds the members that are not changed: they are replaced together.
func (p canPhase) keepTDC(was canPhase) {
	t, h := p.tdc.Value(), was.tdc.Value()
	orElse(&t.Offset, h.Offset)
	orElse(&t.Filter, h.Filter)
	if p.manual.Value() {
		orElse(&t.Value, h.Value)
	}
	p.tdc.Set(t)
}

// compensatesAs compares what is said, not what is measured.
func (p canPhase) compensatesAs(q canPhase) bool {
	if p.auto.Value() != q.auto.Value() || p.manual.Value() != q.manual.Value() {
		return false
	}
	t, u := p.tdc.Value(), q.tdc.Value()
	return t.Offset == u.Offset && t.Filter == u.Filter && (t.Value == u.Value || !p.manual.Value())
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
		showIn(o, "data_bittiming", "tdc", d.DataBitTiming.IsSet(), d.DataBitTimingConst.IsSet(), d.DataBitrateConst, t.members())
	}
	if t, ok := d.XLTDC.Get(); ok {
		showIn(o, "xl_data_bittiming", "xtdc", d.XLDataBitTiming.IsSet(), d.XLDataBitTimingConst.IsSet(), d.XLDataBitrateConst, t.members())
	}
	if p, ok := d.XLPWM.Get(); ok {
		showIn(o, "xl_data_bittiming", "pwm", d.XLDataBitTiming.IsSet(), d.XLDataBitTimingConst.IsSet(), d.XLDataBitrateConst, p.members())
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

// showIn adds values to the object of a timing, limits to that of its limits.
func showIn(o *attr.Object, timing, name string, hasTiming, hasConst bool, only []uint32, list limitedList) {
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
