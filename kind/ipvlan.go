package kind

import "github.com/iplink-go/iplink/attr"

func init() {
	register(func() Kind { return new(IPVLAN) })
	register(func() Kind { return new(IPVTAP) })
}

// IPVLAN is a link that shares the hardware address of the link below and is
// told apart by its IP addresses, "ip link add link eth0 type ipvlan"
// (drivers/net/ipvlan).
//
// Both settings belong to the link below: a change counts for all IPVLANs and
// IPVTAPs on it, and so does a new one, which sets Mode to its default if it
// says nothing.
type IPVLAN struct {
	// Mode says up to which layer packets are handled here; L3 by default.
	Mode attr.Opt[IPVLANMode]
	// Reach says whom the links on the link below can talk to; the default
	// is bridge.
	Reach attr.Opt[IPVLANReach]
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// Kind returns "ipvlan".
func (*IPVLAN) Kind() string { return "ipvlan" }

// Info says that an IPVLAN sits on a lower link.
func (*IPVLAN) Info() Info {
	return Info{NeedsLower: true, RxHandler: "ipvlan", SharesLower: true, Module: "ipvlan"}
}

// Fields lists IFLA_IPVLAN_*.
func (v *IPVLAN) Fields(c *attr.Codec) {
	attr.Uint16(c, 1, "mode", &v.Mode, attr.Range(0, int64(IPVLANL3S)))
	attr.Uint16(c, 2, "flags", &v.Reach, attr.Range(0, int64(IPVLANVEPA)), attr.JSONSwitches(ipvlanReaches.Names()...))
	attr.Rest(c, &v.Unknown)
}

// IPVTAP is an [IPVLAN] whose packets go to a character device, "ip link add
// link eth0 type ipvtap" (drivers/net/ipvlan/ipvtap.c). It takes the same data.
type IPVTAP IPVLAN

// Kind returns "ipvtap".
func (*IPVTAP) Kind() string { return "ipvtap" }

// Info says that an IPVTAP sits on a lower link.
func (*IPVTAP) Info() Info {
	return Info{NeedsLower: true, RxHandler: "ipvlan", SharesLower: true, Module: "ipvtap"}
}

// Fields lists IFLA_IPVLAN_*.
func (v *IPVTAP) Fields(c *attr.Codec) { (*IPVLAN)(v).Fields(c) }

// An IPVLANMode says up to which layer an IPVLAN handles packets itself
// (IPVLAN_MODE_*).
type IPVLANMode uint16

// The modes of an IPVLAN.
const (
	IPVLANL2  IPVLANMode = iota // up to layer 2: it takes part in multicast
	IPVLANL3                    // up to layer 3: the link below routes
	IPVLANL3S                   // like L3, with netfilter's hooks on the way in
)

var ipvlanModes = attr.Words[IPVLANMode]{{Value: IPVLANL2, Name: "l2"}, {Value: IPVLANL3, Name: "l3"}, {Value: IPVLANL3S, Name: "l3s"}}

// String returns iproute2's word.
func (m IPVLANMode) String() string { return ipvlanModes.Text(m) }

// MarshalText returns the form of String.
func (m IPVLANMode) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads the form of String.
func (m *IPVLANMode) UnmarshalText(b []byte) (err error) {
	*m, err = ipvlanModes.Parse("ipvlan mode", string(b))
	return err
}

// An IPVLANReach says whom an IPVLAN can talk to (IPVLAN_F_*, of which the
// kernel takes one at most).
type IPVLANReach uint16

// The reaches of an IPVLAN.
const (
	IPVLANBridge  IPVLANReach = iota // others on the link below, directly
	IPVLANPrivate                    // nobody on the link below
	IPVLANVEPA                       // others through the switch outside
)

var ipvlanReaches = attr.Words[IPVLANReach]{
	{Value: IPVLANBridge, Name: "bridge"}, {Value: IPVLANPrivate, Name: "private"}, {Value: IPVLANVEPA, Name: "vepa"},
}

// String returns iproute2's word.
func (r IPVLANReach) String() string { return ipvlanReaches.Text(r) }

// Flatten writes the word as a member of its own, as iproute2 does.
func (r IPVLANReach) Flatten(o *attr.Object, _ attr.Printer) { o.Set(r.String(), true) }

// MarshalText returns the form of String.
func (r IPVLANReach) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads the form of String.
func (r *IPVLANReach) UnmarshalText(b []byte) (err error) {
	*r, err = ipvlanReaches.Parse("ipvlan reach", string(b))
	return err
}
