package link

import (
	"context"
	"sync/atomic"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/rtnl"
)

// Include says what a report shall hold beside the usual; the zero Include is
// nothing.
type Include uint8

// What can be included. Each costs the kernel work and the message space.
const (
	// WithStats includes counters: Stats, Stats32 and those of IPv6.
	WithStats Include = 1 << iota
	// WithVFs includes virtual functions: NumVF, VFs, VFPorts, PortSelf.
	WithVFs
)

var includes = attr.Words[Include]{
	{Value: WithStats, Name: "stats"}, {Value: WithVFs, Name: "vfs"},
}

// String returns what is included, with commas between.
func (i Include) String() string { return includes.Flags(i) }

// MarshalText returns the form of String.
func (i Include) MarshalText() ([]byte, error) { return []byte(i.String()), nil }

// UnmarshalText reads the form of String.
func (i *Include) UnmarshalText(b []byte) (err error) {
	*i, err = includes.ParseFlags("part of a report", string(b))
	return err
}

// extMask is the kernel's form of an Include.
func (p *place) extMask(ctx context.Context, i Include) uint32 {
	var mask uint32
	if i&WithVFs != 0 {
		mask |= extVF
	}
	if i&WithStats == 0 && p.client.mayskip.ask(ctx, p) {
		mask |= extSkipStats
	}
	return mask
}

// A skipping says whether this kernel can be asked to leave out counters.
// Before Linux 5.15 or so it then leaves out IPv6's settings as well, among
// them the address generation mode. The loopback link, which every namespace
// has, tells.
type skipping struct{ state atomic.Int32 }

const (
	skipUnknown = iota
	skipMay
	skipMust // not be asked
)

func (s *skipping) ask(ctx context.Context, p *place) bool {
	if state := s.state.Load(); state != skipUnknown {
		return state == skipMay
	}
	var lo Link
	req, err := appendGet(nil, attr.RefIndex(loopback), extSkipStats)
	if err != nil {
		return false
	}
	_, err = p.do(ctx, req, func(m rtnl.Message) error { return p.scope().Decode(m.Payload, &lo) })
	switch {
	case err != nil:
		return false // asked again next time
	case lo.IPv6.Flags.IsSet() && !lo.AddrGenMode.IsSet():
		s.state.Store(skipMust)
	default:
		s.state.Store(skipMay)
	}
	return s.state.Load() == skipMay
}

// loopback is the index of the loopback link in every namespace
// (LOOPBACK_IFINDEX in net/flow.h).
const loopback = 1

// decode reads a report. The kernel sends the link's own counters whether
// they were asked for or not; one that was not asked is kept from those who
// would take it for a promise.
func (p *place) decode(b []byte, l *Link, i Include) error {
	err := p.scope().Decode(b, l)
	if i&WithStats == 0 {
		l.Stats.Clear()
		l.Stats32.Clear()
		l.IPv6.Stats, l.IPv6.ICMPStats = l.IPv6.Stats[:0], l.IPv6.ICMPStats[:0]
	}
	return err
}
