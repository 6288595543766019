package ipcmd

import (
	"time"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
)

type can = kind.CAN

// can reads the options. Timings without a rate are not sent.
func (w *words) can(d *can) error {
	err := canOptions.read(w, d)
	for _, t := range []*attr.Opt[kind.CANBitTiming]{&d.BitTiming, &d.DataBitTiming, &d.XLDataBitTiming} {
		if b := t.Value(); b.Bitrate == 0 && b.TQ == 0 {
			t.Clear()
		}
	}
	return err
}

var canOptions = options[can]{
	"loopback":        onOff(func(d *can) *attr.Opt[bool] { return &d.Loopback }),
	"listen-only":     onOff(func(d *can) *attr.Opt[bool] { return &d.ListenOnly }),
	"triple-sampling": onOff(func(d *can) *attr.Opt[bool] { return &d.TripleSampling }),
	"one-shot":        onOff(func(d *can) *attr.Opt[bool] { return &d.OneShot }),
	"berr-reporting":  onOff(func(d *can) *attr.Opt[bool] { return &d.BusErrorReporting }),
	"fd":              onOff(func(d *can) *attr.Opt[bool] { return &d.FD }),
	"fd-non-iso":      onOff(func(d *can) *attr.Opt[bool] { return &d.FDNonISO }),
	"presume-ack":     onOff(func(d *can) *attr.Opt[bool] { return &d.PresumeAck }),
	"cc-len8-dlc":     onOff(func(d *can) *attr.Opt[bool] { return &d.CCLen8DLC }),
	"restricted":      onOff(func(d *can) *attr.Opt[bool] { return &d.Restricted }),
	"xl":              onOff(func(d *can) *attr.Opt[bool] { return &d.XL }),
	"tms":             onOff(func(d *can) *attr.Opt[bool] { return &d.TMS }),
	"tdc-mode":        func(w *words, d *can) { w.tdcMode(&d.TDCAuto, &d.TDCManual) },
	"xtdc-mode":       func(w *words, d *can) { w.tdcMode(&d.XLTDCAuto, &d.XLTDCManual) },
	"restart":         said(func(d *can) *attr.Opt[bool] { return &d.Restart }),
	"restart-ms":      times(time.Millisecond, func(d *can) *attr.Opt[time.Duration] { return &d.RestartDelay }),
	"termination":     num16(func(d *can) *attr.Opt[uint16] { return &d.Termination }),
}

func init() {
	for prefix, at := range map[string]func(*can) *attr.Opt[kind.CANBitTiming]{
		"":  func(d *can) *attr.Opt[kind.CANBitTiming] { return &d.BitTiming },
		"d": func(d *can) *attr.Opt[kind.CANBitTiming] { return &d.DataBitTiming },
		"x": func(d *can) *attr.Opt[kind.CANBitTiming] { return &d.XLDataBitTiming },
	} {
		for name, set := range timingOptions {
			canOptions[prefix+name] = func(w *words, d *can) { change(at(d), func(t *kind.CANBitTiming) { set(w, t) }) }
		}
	}
	for prefix, at := range map[string]func(*can) *attr.Opt[kind.CANTDC]{
		"":  func(d *can) *attr.Opt[kind.CANTDC] { return &d.TDC },
		"x": func(d *can) *attr.Opt[kind.CANTDC] { return &d.XLTDC },
	} {
		for name, set := range tdcOptions {
			canOptions[prefix+name] = func(w *words, d *can) { change(at(d), func(t *kind.CANTDC) { set(w, t) }) }
		}
	}
	for name, set := range pwmOptions {
		canOptions[name] = func(w *words, d *can) { change(&d.XLPWM, func(p *kind.CANPWM) { set(w, p) }) }
	}
}

// change changes a value where it is.
func change[T any](o *attr.Opt[T], f func(*T)) {
	v := o.Value()
	f(&v)
	o.Set(v)
}

var timingOptions = options[kind.CANBitTiming]{
	"bitrate":      func(w *words, t *kind.CANBitTiming) { t.Bitrate = uint32(w.number(32)) },
	"sample-point": func(w *words, t *kind.CANBitTiming) { w.text(&t.SamplePoint) },
	"tq":           func(w *words, t *kind.CANBitTiming) { t.TQ = uint32(w.number(32)) },
	"prop-seg":     func(w *words, t *kind.CANBitTiming) { t.PropSeg = uint32(w.number(32)) },
	"phase-seg1":   func(w *words, t *kind.CANBitTiming) { t.PhaseSeg1 = uint32(w.number(32)) },
	"phase-seg2":   func(w *words, t *kind.CANBitTiming) { t.PhaseSeg2 = uint32(w.number(32)) },
	"sjw":          func(w *words, t *kind.CANBitTiming) { t.SJW = uint32(w.number(32)) },
}

var tdcOptions = options[kind.CANTDC]{
	"tdcv": num32(func(t *kind.CANTDC) *attr.Opt[uint32] { return &t.Value }),
	"tdco": num32(func(t *kind.CANTDC) *attr.Opt[uint32] { return &t.Offset }),
	"tdcf": num32(func(t *kind.CANTDC) *attr.Opt[uint32] { return &t.Filter }),
}

var pwmOptions = options[kind.CANPWM]{
	"pwms": num32(func(p *kind.CANPWM) *attr.Opt[uint32] { return &p.Short }),
	"pwml": num32(func(p *kind.CANPWM) *attr.Opt[uint32] { return &p.Long }),
	"pwmo": num32(func(p *kind.CANPWM) *attr.Opt[uint32] { return &p.Offset }),
}

// tdcMode is one of two switches, or neither.
func (w *words) tdcMode(auto, manual *attr.Opt[bool]) {
	switch s := w.next(); s {
	case "auto":
		auto.Set(true)
	case "manual":
		manual.Set(true)
	case "off":
		auto.Set(false)
		manual.Set(false)
	default:
		w.fail("mode " + s)
	}
}
