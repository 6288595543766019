package kind

import "github.com/iplink-go/iplink/attr"

func init() {
	register(func() Kind { return new(Macvlan) })
	register(func() Kind { return new(Macvtap) })
}

// Macvlan is a link with an address of its own on the link below, "ip link
// add link eth0 type macvlan" (drivers/net/macvlan.c).
type Macvlan struct {
	// Mode says who may talk to whom; VEPA by default. Passthru cannot be
	// entered or left later.
	Mode attr.Opt[MacvlanMode]
	// Flags are options of the passthru and source modes.
	Flags attr.Opt[MacvlanFlags]
	// MACCommand says what becomes of MAC and MACs in source mode. A request
	// with MACs and without a command replaces the list.
	MACCommand attr.Opt[MACCommand]
	// MAC is one address for the commands that add and remove.
	MAC attr.HWAddr
	// MACs are the source addresses that are accepted in source mode.
	MACs []attr.HWAddr
	// MACCount is how many there are; read-only.
	MACCount attr.Opt[uint32]
	// BroadcastQueueLen is the length of the queue for broadcast packets,
	// in packets; Linux 5.11. The longest that is asked for on the link
	// below counts, and BroadcastQueueLenUsed, read-only, is that.
	BroadcastQueueLen, BroadcastQueueLenUsed attr.Opt[uint32]
	// BroadcastCutoff is how many receivers a multicast packet may have to
	// be delivered at once instead of queued; 1 by default, below 0 queues
	// none; Linux 6.4. It counts for all macvlans of the link below.
	BroadcastCutoff attr.Opt[int32]
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// Kind returns "macvlan".
func (*Macvlan) Kind() string { return "macvlan" }

// Info says that a macvlan sits on a lower link.
func (*Macvlan) Info() Info {
	return Info{
		NeedsLower: true, RxHandler: "macvlan", SharesLower: true, UniqueAddress: true, BelowLimitsMTU: true, MinMTU: minEtherMTU, AddrLen: etherAddrLen,
		ProtoDown: true, Module: "macvlan",
	}
}

// Complete makes a list of addresses a command to the kernel, which ignores
// addresses without one.
func (m *Macvlan) Complete() {
	if len(m.MACs) > 0 && !m.MACCommand.IsSet() {
		m.MACCommand = attr.Some(MACSet)
	}
}

// Fields lists IFLA_MACVLAN_*.
func (m *Macvlan) Fields(c *attr.Codec) {
	attr.Uint32(c, 1, "mode", &m.Mode, attr.Changes(attr.Conditional))
	attr.Uint16(c, 2, "flag", &m.Flags, attr.ZeroUnsaid, attr.OmitZero, attr.JSONSwitches(macvlanFlags.Names()...))
	attr.Uint32(c, 3, "macaddr_mode", &m.MACCommand, attr.Access(attr.Create|attr.Set), attr.Changes(attr.Conditional), attr.Hidden)
	attr.MAC(c, 4, "macaddr", &m.MAC, attr.WriteOnly, attr.Changes(attr.Conditional), attr.Hidden)
	attr.MACList(c, 5, 4, "macaddr_data", &m.MACs, attr.Changes(attr.Conditional), attr.Same(attr.SameSet[attr.HWAddr]))
	attr.Uint32(c, 6, "macaddr_count", &m.MACCount, attr.ReadOnly)
	attr.Uint32(c, 7, "bcqueuelen", &m.BroadcastQueueLen)
	attr.Uint32(c, 8, "usedbcqueuelen", &m.BroadcastQueueLenUsed, attr.ReadOnly)
	attr.Int32(c, 9, "bclim", &m.BroadcastCutoff)
	attr.Rest(c, &m.Unknown)
}

// Revert brings back the list of addresses, which commands add to and take
// from.
func (m *Macvlan) Revert(now Kind) Kind {
	if k, ok := now.(*Macvlan); ok {
		if r := m.revert(k); r != nil {
			return r
		}
	}
	return nil
}

func (m *Macvlan) revert(now *Macvlan) *Macvlan {
	switch {
	case attr.SameSet(m.MACs, now.MACs):
		return nil
	case len(m.MACs) == 0:
		return &Macvlan{MACCommand: attr.Some(MACFlush)}
	}
	return &Macvlan{MACCommand: attr.Some(MACSet), MACs: m.MACs}
}

// Tidy shows the number of addresses in source mode only, as iproute2 does.
func (m *Macvlan) Tidy(o *attr.Object) {
	if m.Mode.Value() != MacvlanSource {
		o.Remove("macaddr_count")
	}
}

// Macvtap is a [Macvlan] whose packets go to a character device, "ip link add
// link eth0 type macvtap" (drivers/net/macvtap.c). It takes the same data.
type Macvtap Macvlan

// Kind returns "macvtap".
func (*Macvtap) Kind() string { return "macvtap" }

// Info says that a macvtap sits on a lower link.
func (m *Macvtap) Info() Info {
	i := (*Macvlan)(m).Info()
	i.Module = "macvtap"
	return i
}

// Complete is that of [Macvlan].
func (m *Macvtap) Complete() { (*Macvlan)(m).Complete() }

// Revert is that of [Macvlan].
func (m *Macvtap) Revert(now Kind) Kind {
	if k, ok := now.(*Macvtap); ok {
		if r := (*Macvlan)(m).revert((*Macvlan)(k)); r != nil {
			return (*Macvtap)(r)
		}
	}
	return nil
}

// Tidy is that of [Macvlan].
func (m *Macvtap) Tidy(o *attr.Object) { (*Macvlan)(m).Tidy(o) }

// Fields lists IFLA_MACVLAN_*.
func (m *Macvtap) Fields(c *attr.Codec) { (*Macvlan)(m).Fields(c) }

// A MacvlanMode says who may talk to whom on a macvlan (MACVLAN_MODE_*).
type MacvlanMode uint32

// The modes of a macvlan.
const (
	MacvlanPrivate  MacvlanMode = 1 << iota // not to other macvlans
	MacvlanVEPA                             // to others through the switch outside
	MacvlanBridge                           // to others directly
	MacvlanPassthru                         // one macvlan takes over the link below
	MacvlanSource                           // only from listed addresses
)

var macvlanModes = attr.Words[MacvlanMode]{
	{Value: MacvlanPrivate, Name: "private"}, {Value: MacvlanVEPA, Name: "vepa"}, {Value: MacvlanBridge, Name: "bridge"},
	{Value: MacvlanPassthru, Name: "passthru"}, {Value: MacvlanSource, Name: "source"},
}

// String returns iproute2's word.
func (m MacvlanMode) String() string { return macvlanModes.Text(m) }

// MarshalText returns the form of String.
func (m MacvlanMode) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads the form of String.
func (m *MacvlanMode) UnmarshalText(b []byte) (err error) {
	*m, err = macvlanModes.Parse("macvlan mode", string(b))
	return err
}

// MacvlanFlags are options of a macvlan (MACVLAN_FLAG_*).
type MacvlanFlags uint16

// The options of a macvlan.
const (
	// MacvlanNoPromisc leaves the link below out of promiscuous mode in
	// passthru mode.
	MacvlanNoPromisc MacvlanFlags = 1 << iota
	// MacvlanNoDst delivers to the first match only in source mode; Linux
	// 5.13.
	MacvlanNoDst
)

var macvlanFlags = attr.Words[MacvlanFlags]{{Value: MacvlanNoPromisc, Name: "nopromisc"}, {Value: MacvlanNoDst, Name: "nodst"}}

// String returns iproute2's words with commas between them, "" for none.
func (f MacvlanFlags) String() string { return macvlanFlags.Flags(f) }

// Flatten writes each flag as a member of its own, as iproute2 does.
func (f MacvlanFlags) Flatten(o *attr.Object, _ attr.Printer) {
	for _, w := range macvlanFlags {
		if f&w.Value != 0 {
			o.Set(w.Name, true)
		}
	}
}

// MarshalText returns the form of String.
func (f MacvlanFlags) MarshalText() ([]byte, error) { return []byte(f.String()), nil }

// UnmarshalText reads the form of String.
func (f *MacvlanFlags) UnmarshalText(b []byte) (err error) {
	*f, err = macvlanFlags.ParseFlags("macvlan flag", string(b))
	return err
}

// A MACCommand says what a request does with the source addresses of a
// macvlan (MACVLAN_MACADDR_*).
type MACCommand uint32

// The commands.
const (
	MACAdd   MACCommand = iota // add the address
	MACDel                     // remove the address
	MACFlush                   // remove all
	MACSet                     // replace all by the list
)

var macCommands = attr.Words[MACCommand]{
	{Value: MACAdd, Name: "add"}, {Value: MACDel, Name: "del"}, {Value: MACFlush, Name: "flush"}, {Value: MACSet, Name: "set"},
}

// String returns iproute2's word.
func (m MACCommand) String() string { return macCommands.Text(m) }

// MarshalText returns the form of String.
func (m MACCommand) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads the form of String.
func (m *MACCommand) UnmarshalText(b []byte) (err error) {
	*m, err = macCommands.Parse("macaddr command", string(b))
	return err
}
