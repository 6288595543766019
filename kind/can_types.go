package kind

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/iplink-go/iplink/attr"
)

// The structs, nests and enumerations of CAN controllers.

// A CANBitTiming is how a bit is divided into time quanta (struct
// can_bittiming). A request says Bitrate, or TQ and the segments; the kernel
// calculates the other members, and all that are zero.
type CANBitTiming struct {
	// Bitrate is the bit rate in bit/s.
	Bitrate uint32
	// SamplePoint is where in a bit it is read.
	SamplePoint SamplePoint
	// TQ is the length of a time quantum in nanoseconds.
	TQ uint32
	// PropSeg, PhaseSeg1 and PhaseSeg2 are the segments of a bit, in time
	// quanta; one more quantum comes first.
	PropSeg, PhaseSeg1, PhaseSeg2 uint32
	// SJW is by how many time quanta a bit may be made longer or shorter
	// (synchronisation jump width).
	SJW uint32
	// BRP is what the clock is divided by (bit-rate prescaler); calculated.
	BRP uint32
}

// Fields lists the members.
func (t *CANBitTiming) Fields(c *attr.Codec) {
	attr.Header(c, 32, 32)
	attr.HeadUint32(c, 0, "bitrate", &t.Bitrate)
	attr.HeadUint32(c, 4, "sample-point", &t.SamplePoint, attr.JSON("sample_point"))
	attr.HeadUint32(c, 8, "tq", &t.TQ)
	attr.HeadUint32(c, 12, "prop-seg", &t.PropSeg, attr.JSON("prop_seg"))
	attr.HeadUint32(c, 16, "phase-seg1", &t.PhaseSeg1, attr.JSON("phase_seg1"))
	attr.HeadUint32(c, 20, "phase-seg2", &t.PhaseSeg2, attr.JSON("phase_seg2"))
	attr.HeadUint32(c, 24, "sjw", &t.SJW)
	attr.HeadUint32(c, 28, "brp", &t.BRP)
}

// A SamplePoint is a place in a bit, in thousandths of its length.
type SamplePoint uint32

// fullBit is the end of a bit.
const fullBit SamplePoint = 1000

// String returns the place as iproute2 does: "0.875".
func (p SamplePoint) String() string { return fmt.Sprintf("%d.%03d", p/fullBit, p%fullBit) }

// MarshalText returns the form of String.
func (p SamplePoint) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads the form of String; digits behind the third are lost.
func (p *SamplePoint) UnmarshalText(b []byte) error {
	f, err := strconv.ParseFloat(string(b), 64)
	if err != nil || !(f >= 0 && f < 1) {
		return fmt.Errorf("sample point %q: %w, want 0.000 to 0.999", b, attr.ErrValue)
	}
	*p = SamplePoint(f*float64(fullBit) + 1e-6)
	return nil
}

// A CANBitTimingConst is what bit timings a controller can have (struct
// can_bittiming_const).
type CANBitTimingConst struct {
	// Name is that of the controller.
	Name string
	// PropSeg and PhaseSeg1 together may have TSeg1Min to TSeg1Max time
	// quanta, PhaseSeg2 TSeg2Min to TSeg2Max, and SJW 1 to SJWMax.
	TSeg1Min, TSeg1Max, TSeg2Min, TSeg2Max, SJWMax uint32
	// BRP may be BRPMin to BRPMax, in steps of BRPInc.
	BRPMin, BRPMax, BRPInc uint32
}

// Fields lists the members.
func (t *CANBitTimingConst) Fields(c *attr.Codec) {
	attr.Header(c, 48, 48)
	attr.HeadString(c, 0, 16, "name", &t.Name)
	attr.HeadUint32(c, 16, "tseg1-min", &t.TSeg1Min, attr.JSON("tseg1/min"))
	attr.HeadUint32(c, 20, "tseg1-max", &t.TSeg1Max, attr.JSON("tseg1/max"))
	attr.HeadUint32(c, 24, "tseg2-min", &t.TSeg2Min, attr.JSON("tseg2/min"))
	attr.HeadUint32(c, 28, "tseg2-max", &t.TSeg2Max, attr.JSON("tseg2/max"))
	attr.HeadUint32(c, 32, "sjw-max", &t.SJWMax, attr.JSON("sjw/max"))
	attr.HeadUint32(c, 36, "brp-min", &t.BRPMin, attr.JSON("brp/min"))
	attr.HeadUint32(c, 40, "brp-max", &t.BRPMax, attr.JSON("brp/max"))
	attr.HeadUint32(c, 44, "brp-inc", &t.BRPInc, attr.JSON("brp_inc"))
}

// Tidy adds the smallest jump width, which is always 1.
func (t *CANBitTimingConst) Tidy(o *attr.Object) { o.Set("sjw/min", 1) }

// A CANErrorCounter are the counters of errors on a bus, for sending and
// receiving (struct can_berr_counter).
type CANErrorCounter struct {
	// Tx counts errors of sending, Rx of receiving; a controller with 256 or
	// more of the former leaves the bus.
	Tx, Rx uint16
}

// Fields lists the members.
func (e *CANErrorCounter) Fields(c *attr.Codec) {
	attr.Header(c, 4, 4)
	attr.HeadUint16(c, 0, "tx", &e.Tx)
	attr.HeadUint16(c, 2, "rx", &e.Rx)
}

// CANStats are how often a controller had trouble with its bus since it exists
// (IFLA_INFO_XSTATS, struct can_device_stats).
type CANStats struct {
	// Restarts are after a bus-off, by itself or by [CAN.Restart].
	Restarts uint32
	// BusErrors are errors that were seen on the bus, as far as the
	// controller reports them.
	BusErrors uint32
	// ArbitrationLost are frames that another node's went before.
	ArbitrationLost uint32
	// ErrorWarning, ErrorPassive and BusOff are changes to these states; see
	// [CANState].
	ErrorWarning, ErrorPassive, BusOff uint32
}

// Kind returns "can".
func (*CANStats) Kind() string { return "can" }

// IsStats marks s as counters.
func (*CANStats) IsStats() {}

// Fields lists the members in the order and by the names of iproute2.
func (s *CANStats) Fields(c *attr.Codec) {
	attr.Header(c, 24, 24)
	attr.HeadUint32(c, 20, "re-started", &s.Restarts, attr.JSON("restarts"))
	attr.HeadUint32(c, 0, "bus-errors", &s.BusErrors, attr.JSON("bus_error"))
	attr.HeadUint32(c, 16, "arbit-lost", &s.ArbitrationLost, attr.JSON("arbitration_lost"))
	attr.HeadUint32(c, 4, "error-warn", &s.ErrorWarning, attr.JSON("error_warning"))
	attr.HeadUint32(c, 8, "error-pass", &s.ErrorPassive, attr.JSON("error_passive"))
	attr.HeadUint32(c, 12, "bus-off", &s.BusOff, attr.JSON("bus_off"))
}

// A CANTDC is the compensation of a transceiver's delay (IFLA_CAN_TDC_*), in
// periods of the clock. The limits are read-only.
type CANTDC struct {
	// Value is the delay, to be said with TDCManual only; with TDCAuto it is
	// what was measured, and not sent.
	Value, ValueMin, ValueMax attr.Opt[uint32]
	// Offset is added to it; needed.
	Offset, OffsetMin, OffsetMax attr.Opt[uint32]
	// Filter is the shortest delay that is believed where it is measured.
	Filter, FilterMin, FilterMax attr.Opt[uint32]
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// members are the values and their limits, in the order of IFLA_CAN_TDC_*.
func (t *CANTDC) members() limitedList {
	return limitedList{
		{"tdcv", &t.Value, &t.ValueMin, &t.ValueMax}, {"tdco", &t.Offset, &t.OffsetMin, &t.OffsetMax}, {"tdcf", &t.Filter, &t.FilterMin, &t.FilterMax},
	}
}

// Fields lists IFLA_CAN_TDC_*.
func (t *CANTDC) Fields(c *attr.Codec) {
	t.members().fields(c)
	attr.Rest(c, &t.Unknown)
}

// A CANPWM is the signal that tells a transceiver of CAN XL the bits
// (IFLA_CAN_PWM_*), in periods of the clock. The limits are read-only. What is
// not said the kernel calculates.
type CANPWM struct {
	// Short and Long are the two phases of a symbol.
	Short, ShortMin, ShortMax attr.Opt[uint32]
	Long, LongMin, LongMax    attr.Opt[uint32]
	// Offset is by how much the first symbol of a bit comes later.
	Offset, OffsetMin, OffsetMax attr.Opt[uint32]
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// members are the values and their limits, in the order of IFLA_CAN_PWM_*.
func (p *CANPWM) members() limitedList {
	return limitedList{
		{"pwms", &p.Short, &p.ShortMin, &p.ShortMax}, {"pwml", &p.Long, &p.LongMin, &p.LongMax}, {"pwmo", &p.Offset, &p.OffsetMin, &p.OffsetMax},
	}
}

// Fields lists IFLA_CAN_PWM_*.
func (p *CANPWM) Fields(c *attr.Codec) {
	p.members().fields(c)
	attr.Rest(c, &p.Unknown)
}

// A limitedList are values with limits, of which the kernel numbers all limits
// before all values.
type limitedList []limited

type limited struct {
	name         string
	v, low, high *attr.Opt[uint32]
}

func (l limitedList) fields(c *attr.Codec) {
	number := attr.Type(0)
	add := func(name string, p *attr.Opt[uint32], opts ...attr.Option) {
		number++
		attr.Uint32(c, number, name, p, opts...)
	}
	for _, x := range l {
		add(x.name+"-min", x.low, attr.ReadOnly)
		add(x.name+"-max", x.high, attr.ReadOnly)
	}
	for _, x := range l {
		add(x.name, x.v)
	}
}

// A CANState is how a controller takes part in its bus (CAN_STATE_*).
type CANState uint32

// The states of a controller.
const (
	CANErrorActive  CANState = iota // fully; fewer than 96 errors
	CANErrorWarning                 // fully; fewer than 128 errors
	CANErrorPassive                 // without disturbing others; fewer than 256 errors
	CANBusOff                       // not at all
	CANStopped                      // the link is down
	CANSleeping                     // it saves energy
)

var canStates = attr.Words[CANState]{
	{Value: CANErrorActive, Name: "ERROR-ACTIVE"}, {Value: CANErrorWarning, Name: "ERROR-WARNING"}, {Value: CANErrorPassive, Name: "ERROR-PASSIVE"},
	{Value: CANBusOff, Name: "BUS-OFF"}, {Value: CANStopped, Name: "STOPPED"}, {Value: CANSleeping, Name: "SLEEPING"},
}

// String returns iproute2's word.
func (s CANState) String() string { return canStates.Text(s) }

// MarshalText returns the form of String.
func (s CANState) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the form of String.
func (s *CANState) UnmarshalText(b []byte) (err error) {
	*s, err = canStates.Parse("can state", string(b))
	return err
}

// CANModes are switches of a controller (CAN_CTRLMODE_*). [CAN] has a field
// for each.
type CANModes uint32

// The switches.
const (
	CANLoopback CANModes = 1 << iota
	CANListenOnly
	CANTripleSampling
	CANOneShot
	CANBusErrorReporting
	CANFD
	CANPresumeAck
	CANFDNonISO
	CANCCLen8DLC
	CANTDCAuto
	CANTDCManual
	CANRestricted
	CANXL
	CANXLTDCAuto
	CANXLTDCManual
	CANXLTMS
)

var canModes = attr.Words[CANModes]{
	{Value: CANLoopback, Name: "LOOPBACK"}, {Value: CANListenOnly, Name: "LISTEN-ONLY"}, {Value: CANTripleSampling, Name: "TRIPLE-SAMPLING"},
	{Value: CANOneShot, Name: "ONE-SHOT"}, {Value: CANBusErrorReporting, Name: "BERR-REPORTING"}, {Value: CANFD, Name: "FD"},
	{Value: CANFDNonISO, Name: "FD-NON-ISO"}, {Value: CANPresumeAck, Name: "PRESUME-ACK"}, {Value: CANCCLen8DLC, Name: "CC-LEN8-DLC"},
	{Value: CANTDCAuto, Name: "TDC-AUTO"}, {Value: CANTDCManual, Name: "TDC-MANUAL"}, {Value: CANRestricted, Name: "RESTRICTED"},
	{Value: CANXL, Name: "XL"}, {Value: CANXLTDCAuto, Name: "XL-TDC-AUTO"}, {Value: CANXLTDCManual, Name: "XL-TDC-MANUAL"}, {Value: CANXLTMS, Name: "TMS"},
}

// String returns iproute2's words with commas between them, "" for none.
func (m CANModes) String() string { return canModes.Flags(m) }

// MarshalText returns the form of String.
func (m CANModes) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads the form of String.
func (m *CANModes) UnmarshalText(b []byte) (err error) {
	*m, err = canModes.ParseFlags("can mode", string(b))
	return err
}

func (m CANModes) words() []string { return strings.Split(m.String(), ",") }
