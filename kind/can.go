package kind

import (
	"time"

	"github.com/iplink-go/iplink/attr"
)

func init() {
	register(func() Kind { return new(CAN) })
	registerStats(func() Stats { return new(CANStats) })
}

// CAN is a controller of a CAN bus (ISO 11898), "ip link set can0 type can"
// (drivers/net/can/dev/netlink.c). Such links come with their hardware: the
// kernel refuses to make one. For buses without hardware see [VCAN] and
// [VXCAN].
//
// Most settings can be changed only while the link is down. A controller needs
// BitTiming to go up, for CAN FD also FD and DataBitTiming, for CAN XL also XL
// and XLDataBitTiming. Once set they cannot be made absent again.
type CAN struct {
	// BitTiming is that of the bus, in CAN FD and CAN XL of the arbitration
	// phase. Say its Bitrate alone, or with SamplePoint, to have the rest
	// calculated: what the kernel makes of it counts as equal.
	BitTiming attr.Opt[CANBitTiming]
	// BitTimingConst are the limits of BitTiming; read-only.
	BitTimingConst attr.Opt[CANBitTimingConst]
	// Clock is the controller's clock in Hz, read-only (struct can_clock).
	Clock attr.Opt[uint32]
	// State is how the controller takes part in the bus; read-only.
	State attr.Opt[CANState]

	// The switches of the controller (IFLA_CAN_CTRLMODE), as far as it has
	// them: ModesSupported says which can be changed.

	// Loopback receives what the controller itself sends.
	Loopback attr.Opt[bool]
	// ListenOnly sends nothing, not even acknowledgements.
	ListenOnly attr.Opt[bool]
	// TripleSampling reads each bit three times.
	TripleSampling attr.Opt[bool]
	// OneShot sends each frame once, even if that fails.
	OneShot attr.Opt[bool]
	// BusErrorReporting makes bus errors visible as error frames.
	BusErrorReporting attr.Opt[bool]
	// FD takes part in CAN FD. It needs BitTiming and DataBitTiming; off
	// forgets the latter.
	FD attr.Opt[bool]
	// PresumeAck counts frames that nobody acknowledged as sent.
	PresumeAck attr.Opt[bool]
	// FDNonISO sends CAN FD frames as before ISO 11898-1:2015.
	FDNonISO attr.Opt[bool]
	// CCLen8DLC shows the length code of classical frames beyond 8; Linux
	// 5.11.
	CCLen8DLC attr.Opt[bool]
	// TDCAuto and TDCManual compensate the delay of the transceiver in the
	// data phase of CAN FD, measured or as TDC says; Linux 5.16. A request
	// says on for one of them and TDC, off for both, or nothing, to have the
	// kernel decide, which it does anew with every DataBitTiming.
	TDCAuto, TDCManual attr.Opt[bool]
	// Restricted listens without sending, as for synchronisation by time;
	// Linux 6.19, as the following.
	Restricted attr.Opt[bool]
	// XL takes part in CAN XL. It needs BitTiming and XLDataBitTiming.
	XL attr.Opt[bool]
	// XLTDCAuto and XLTDCManual are TDCAuto and TDCManual for CAN XL.
	XLTDCAuto, XLTDCManual attr.Opt[bool]
	// TMS changes the mode of the transceiver in the data phase of CAN XL.
	TMS attr.Opt[bool]
	// OtherModes are switches without a field that are on.
	OtherModes uint32

	// RestartDelay is how long after a bus-off the controller restarts by
	// itself, in whole milliseconds, 0 for never.
	RestartDelay attr.Opt[time.Duration]
	// Restart, if on, restarts the controller after a bus-off, while it does
	// not do that by itself and the link is up; a command, never reported.
	Restart attr.Opt[bool]
	// ErrorCounter are the error counters of the bus; read-only.
	ErrorCounter attr.Opt[CANErrorCounter]
	// DataBitTiming and DataBitTimingConst are BitTiming and its limits for
	// the data phase of CAN FD.
	DataBitTiming      attr.Opt[CANBitTiming]
	DataBitTimingConst attr.Opt[CANBitTimingConst]
	// Termination is the termination resistance in ohms, one of
	// TerminationConst. It can be changed at any time.
	Termination attr.Opt[uint16]
	// TerminationConst are the resistances there are, BitrateConst,
	// DataBitrateConst and XLDataBitrateConst the bit rates of controllers
	// that have only some; read-only.
	TerminationConst                                   []uint16
	BitrateConst, DataBitrateConst, XLDataBitrateConst []uint32
	// BitrateMax is the most that the transceiver can do in bit/s, 0 for
	// any; read-only.
	BitrateMax attr.Opt[uint32]
	// TDC is the compensation of the transceiver's delay; Linux 5.16.
	TDC attr.Opt[CANTDC]
	// ModesSupported are the switches that can be changed; read-only; Linux
	// 5.17.
	ModesSupported attr.Opt[CANModes]
	// UnknownModes holds attributes without a field beside it
	// (IFLA_CAN_CTRLMODE_EXT).
	UnknownModes attr.Raw
	// XLDataBitTiming, its limits and XLTDC are those of the data phase of
	// CAN XL; Linux 6.19.
	XLDataBitTiming      attr.Opt[CANBitTiming]
	XLDataBitTimingConst attr.Opt[CANBitTimingConst]
	XLTDC                attr.Opt[CANTDC]
	// XLPWM is the signal to the transceiver with TMS; Linux 6.19.
	XLPWM attr.Opt[CANPWM]
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// Kind returns "can".
func (*CAN) Kind() string { return "can" }

// Info names the module that the drivers share.
func (*CAN) Info() Info { return Info{Module: "can-dev"} }

// Numbers of IFLA_CAN_* in linux/can/netlink.h.
const (
	canBitTiming = iota + 1
	canBitTimingConst
	canClock
	canState
	canCtrlMode
	canRestartMS
	canRestart
	canBErrCounter
	canDataBitTiming
	canDataBitTimingConst
	canTermination
	canTerminationConst
	canBitrateConst
	canDataBitrateConst
	canBitrateMax
	canTDC
	canCtrlModeExt
	canXLDataBitTiming
	canXLDataBitTimingConst
	canXLDataBitrateConst
	canXLTDC
	canXLPWM
)

// whenDown are the options of what can be set, never at creation, while the
// link is down.
func whenDown(more ...attr.Option) []attr.Option {
	return append([]attr.Option{attr.SetOnly, attr.Changes(attr.WhenDown)}, more...)
}

// Fields lists IFLA_CAN_*.
func (d *CAN) Fields(c *attr.Codec) {
	attr.CStruct(c, canBitTiming, "bittiming", &d.BitTiming, whenDown(attr.Same(sameBitTiming))...)
	attr.CStruct(c, canBitTimingConst, "bittiming-const", &d.BitTimingConst, attr.ReadOnly, attr.JSON("bittiming_const"))
	attr.Uint32(c, canClock, "clock", &d.Clock, attr.ReadOnly)
	attr.Uint32(c, canState, "state", &d.State, attr.ReadOnly)
	attr.Bits(c, canCtrlMode, "ctrlmode", attr.MaskValueUnsaid, &d.OtherModes, d.switches(), whenDown(attr.JSONList("ctrlmode"))...)
	attr.Millis32(c, canRestartMS, "restart-ms", &d.RestartDelay, whenDown(attr.JSON("restart_ms"))...)
	attr.Bool32(c, canRestart, "restart", &d.Restart, attr.Access(attr.Set), attr.Changes(attr.Conditional), attr.Hidden)
	attr.CStruct(c, canBErrCounter, "berr-counter", &d.ErrorCounter, attr.ReadOnly, attr.JSON("berr_counter"))
	attr.CStruct(c, canDataBitTiming, "data-bittiming", &d.DataBitTiming, whenDown(attr.Same(sameBitTiming), attr.JSON("data_bittiming"))...)
	attr.CStruct(c, canDataBitTimingConst, "data-bittiming-const", &d.DataBitTimingConst, attr.ReadOnly, attr.JSON("data_bittiming_const"))
	attr.Uint16(c, canTermination, "termination", &d.Termination, attr.SetOnly)
	attr.Uint16s(c, canTerminationConst, "termination-const", &d.TerminationConst, attr.ReadOnly, attr.JSON("termination_const"))
	attr.Uint32s(c, canBitrateConst, "bitrate-const", &d.BitrateConst, attr.ReadOnly, attr.JSON("bitrate_const"))
	attr.Uint32s(c, canDataBitrateConst, "data-bitrate-const", &d.DataBitrateConst, attr.ReadOnly, attr.JSON("data_bitrate_const"))
	attr.Uint32(c, canBitrateMax, "bitrate-max", &d.BitrateMax, attr.ReadOnly, attr.Hidden)
	attr.Nest(c, canTDC, "tdc", &d.TDC, whenDown(attr.Hidden)...)
	attr.Inline(c, canCtrlModeExt, "ctrlmode-ext", func(c *attr.Codec) {
		attr.Uint32(c, 1, "ctrlmode-supported", &d.ModesSupported, attr.ReadOnly, attr.Hidden)
		attr.Rest(c, &d.UnknownModes)
	}, attr.ReadOnly)
	attr.CStruct(c, canXLDataBitTiming, "xl-data-bittiming", &d.XLDataBitTiming, whenDown(attr.Same(sameBitTiming), attr.JSON("xl_data_bittiming"))...)
	attr.CStruct(c, canXLDataBitTimingConst, "xl-data-bittiming-const", &d.XLDataBitTimingConst, attr.ReadOnly, attr.JSON("xl_data_bittiming_const"))
	attr.Uint32s(c, canXLDataBitrateConst, "xl-data-bitrate-const", &d.XLDataBitrateConst, attr.ReadOnly, attr.JSON("xl_data_bitrate_const"))
	attr.Nest(c, canXLTDC, "xl-tdc", &d.XLTDC, whenDown(attr.Hidden)...)
	attr.Nest(c, canXLPWM, "xl-pwm", &d.XLPWM, whenDown(attr.Hidden)...)
	attr.Rest(c, &d.Unknown)
}

// switches lists CAN_CTRLMODE_* in the order in which iproute2 shows them.
func (d *CAN) switches() []attr.Bit {
	var list []attr.Bit
	add := func(name string, mode CANModes, on *attr.Opt[bool]) {
		list = append(list, attr.Bit{Name: name, Key: mode.String(), Mask: uint32(mode), On: on})
	}
	add("loopback", CANLoopback, &d.Loopback)
	add("listen-only", CANListenOnly, &d.ListenOnly)
	add("triple-sampling", CANTripleSampling, &d.TripleSampling)
	add("one-shot", CANOneShot, &d.OneShot)
	add("berr-reporting", CANBusErrorReporting, &d.BusErrorReporting)
	add("fd", CANFD, &d.FD)
	add("fd-non-iso", CANFDNonISO, &d.FDNonISO)
	add("presume-ack", CANPresumeAck, &d.PresumeAck)
	add("cc-len8-dlc", CANCCLen8DLC, &d.CCLen8DLC)
	add("tdc-auto", CANTDCAuto, &d.TDCAuto)
	add("tdc-manual", CANTDCManual, &d.TDCManual)
	add("restricted", CANRestricted, &d.Restricted)
	add("xl", CANXL, &d.XL)
	add("xtdc-auto", CANXLTDCAuto, &d.XLTDCAuto)
	add("xtdc-manual", CANXLTDCManual, &d.XLTDCManual)
	add("tms", CANXLTMS, &d.TMS)
	return list
}
