package kind

import (
	"maps"
	"slices"

	"github.com/iplink-go/iplink/attr"
)

// Every kind is one file: a documented struct, the list of its attributes
// (IFLA_INFO_DATA) and an entry in the table below. [Info] holds what else a
// program must know about a kind; nothing outside a kind's file asks for a
// kind by name.

// What most kinds that look like Ethernet have in common (linux/if_ether.h).
const (
	etherAddrLen = 6     // ETH_ALEN
	minEtherMTU  = 68    // ETH_MIN_MTU
	maxEtherMTU  = 65535 // ETH_MAX_MTU
)

// A Kind is the typed data of one kind of link, as in "ip link add type KIND".
// The package has a type for each; [Opaque] holds what it has no type for.
type Kind interface {
	attr.Named
	// Info returns the facts about the kind that are not attributes.
	Info() Info
}

// A Port is what a link has for being a port of another: the typed form of
// IFLA_INFO_SLAVE_DATA. Kind returns the kind of the master.
type Port interface {
	attr.Named
	// IsPort tells ports from kinds.
	IsPort()
}

// Stats are counters that the kernel reports of a link beside its data, for
// being of its kind: the typed form of IFLA_INFO_XSTATS. Kind returns the kind
// of the link.
//
// Most kinds have none, or have them in messages of their own, which
// link.Client.GetStats asks for.
type Stats interface {
	attr.Named
	// IsStats tells counters from kinds.
	IsStats()
}

// The slots of a link message in which a name chooses a layout.
const (
	LinkSlot  attr.Slot = iota // IFLA_INFO_KIND and IFLA_INFO_DATA
	PortSlot                   // IFLA_INFO_SLAVE_KIND and IFLA_INFO_SLAVE_DATA
	StatsSlot                  // IFLA_INFO_XSTATS, by IFLA_INFO_KIND
)

// An Update says what the kernel does with kind data in a change.
type Update uint8

// The updates.
const (
	// Merge: attributes that are sent change, the others stay.
	Merge Update = iota
	// Replace: attributes that are not sent are reset, or their absence is
	// refused, so that a change sends all of them.
	Replace
	// Never: the kernel refuses kind data for a link that exists.
	Never
)

var updates = attr.Words[Update]{
	{Value: Merge, Name: "merge"}, {Value: Replace, Name: "replace"}, {Value: Never, Name: "never"},
}

// String returns the name in lower case.
func (u Update) String() string { return updates.Text(u) }

// MarshalText returns the form of String.
func (u Update) MarshalText() ([]byte, error) { return []byte(u.String()), nil }

// UnmarshalText reads the form of String.
func (u *Update) UnmarshalText(b []byte) (err error) {
	*u, err = updates.Parse("update", string(b))
	return err
}

// Info is what a program must know about a kind besides its attributes.
type Info struct {
	// Update says how a change of the data is sent.
	Update Update
	// NeedsLower is true if the kind sits on another link, which Spec.Lower
	// names (IFLA_LINK). TakesLower is true if it may; other kinds ignore
	// one, some having a link of their own in their data.
	NeedsLower, TakesLower bool
	// NeedsParent is true if the kind belongs to a device, which
	// Spec.ParentDev names.
	NeedsParent bool
	// MadeBy says what makes links of the kind if a link message cannot, as
	// for those of a program that opens a device; "" if it can.
	MadeBy string
	// NeedsData is true if the kernel validates the data of every message
	// that names the kind, even one that changes none of it.
	NeedsData bool
	// JoinsDown is true if the kind takes ports only while they are down.
	JoinsDown bool
	// NetNSImmutable is true if links of the kind cannot move to another
	// namespace.
	NetNSImmutable bool
	// FollowsPorts is true if MTU and address follow the ports until they
	// are set, which cannot be taken back.
	FollowsPorts bool
	// ProtoDown and Carrier are true if the kind lets them be set.
	ProtoDown, Carrier bool
	// Pair is true if a link of the kind is created and deleted together
	// with its peer, which IFLA_LINK names afterwards.
	Pair bool
	// GoesWithLink is true if a link of the kind is deleted together with the
	// link in its data, as those that need a Lower always are with that.
	GoesWithLink bool
	// CyclesPorts is true if the kind sets a port that is up down and up again
	// when it joins or leaves.
	CyclesPorts bool
	// RxHandler names what takes over what the link below, or each of the
	// ports, receives; "" for kinds that take nothing over. Only one can
	// (netdev_rx_handler_register): a link with a macvlan on it cannot be a
	// bridge's port, nor the reverse. Kinds of one name can share a link
	// below.
	RxHandler string
	// SharesLower is true if a link that is put on another one of its
	// RxHandler sits beside it, on what that sits on.
	SharesLower bool
	// UniqueAddress is true if the hardware address of a link that is up must
	// be another than those of the link below and of its other links.
	UniqueAddress bool
	// BelowLimitsMTU is true if the MTU plus Headers, the bytes that the kind
	// puts before every packet, cannot be more than the MTU of the link
	// below, be that Spec.Lower or a link in the kind's data.
	BelowLimitsMTU bool
	Headers        uint32
	// UpWithLower is true if a link of the kind goes up and down with the link
	// below, also where somebody has set it down, and cannot be up without it.
	UpWithLower bool
	// UDP is true if a link that is up listens on a UDP port, which it then
	// must be able to have.
	UDP bool
	// MinMTU and MaxMTU are what the MTU of a new link can be, 0 for no
	// limit or one that is not known.
	MinMTU, MaxMTU uint32
	// AddrLen is the length of the hardware address in bytes, 0 if there is
	// none or it is not known.
	AddrLen int
	// WrongOffsets is true if the kernel points to the wrong attribute when
	// it refuses data of the kind; its text is right.
	WrongOffsets bool
	// Module is the kernel module, "" if it is part of the kernel.
	Module string
	// Since is the first kernel that has the kind, "" if older than 5.10.
	Since string
}

// A Completer is a kind whose requests must hold more than was said. Complete
// adds it; it is called on the copy that is about to be sent.
type Completer interface {
	Kind
	Complete()
}

// An Accompanier is a kind of whose changes the kernel looks at each by itself,
// so that what is changed must come with some of what stays. Accompany adds
// that from the data that the link has; it is called on the copy that is about
// to be sent.
type Accompanier interface {
	Kind
	Accompany(has Kind)
}

// A Forgetter is a kind whose changes replace all of it, and of which some data
// rules out other data. Forget clears what is ruled out: it is called on what a
// link will have, before what the request says of it counts.
type Forgetter interface {
	Kind
	Forget()
}

// A Trimmer is a kind that reports more than a request may say. Trim leaves
// that out of a report, so that the rest can make the link again.
type Trimmer interface {
	Kind
	Trim()
}

// An Omitter is a kind of which a new link has something by itself that the
// kernel minds being said. Omit leaves that out of a report, so that the rest
// can make the link again.
type Omitter interface {
	Kind
	Omit()
}

// A Pairer is a kind whose link has a peer that is made with it.
type Pairer interface {
	Kind
	// PeerSpec returns what is said about the peer; it may be changed.
	PeerSpec() *attr.Opt[Peer]
}

// An Unequal is a kind of pairs whose ends differ. IsPeer reports whether the
// data is of the end that a creation calls the peer.
type Unequal interface {
	Pairer
	// IsPeer is false also where it is not known.
	IsPeer() bool
}

// An AddressKeeper is port data that says which hardware address the port had
// before its master gave it another.
type AddressKeeper interface {
	Port
	// OwnAddress returns that address, the zero HWAddr if it is not known.
	OwnAddress() attr.HWAddr
}

// A Reverter is a kind with data that a request cannot say to be absent, such
// as an empty list, or whose changes change more than was said. Revert is called
// on the data that a link had, with what it has now, and returns the request
// that brings the difference back or nearer. It is called again, a few times at
// most, until it returns nil.
type Reverter interface {
	Kind
	Revert(now Kind) Kind
}

// A Preparer is a kind with changes that the kernel takes in two steps only.
// Prepare is called on the data of a request, with what the link has now, and
// returns the request that must come before it, nil if none must.
type Preparer interface {
	Kind
	Prepare(now Kind) Kind
}

// A ChangeChecker is a kind that knows of changes which the kernel carries out
// wrongly. CheckChange returns an error if changing a link that has this data
// would do harm.
type ChangeChecker interface {
	Kind
	CheckChange() error
}

// A VLANBridge is a kind that gives a VLAN to each of its ports, and to itself,
// for packets without a tag. PortVLAN returns which, 0 for none.
type VLANBridge interface {
	Kind
	PortVLAN() uint16
}

var (
	kinds = map[string]func() Kind{}
	ports = map[string]func() Port{}
	stats = map[string]func() Stats{}
)

// register, registerPort and registerStats are called by the files of the
// kinds.
func register(f func() Kind)       { kinds[f().Kind()] = f }
func registerPort(f func() Port)   { ports[f().Kind()] = f }
func registerStats(f func() Stats) { stats[f().Kind()] = f }

// New returns empty data for the kind of that name: the package's type, or an
// [*Opaque] where it has none.
func New(name string) Kind {
	if f := kinds[name]; f != nil {
		return f()
	}
	return &Opaque{Name: name}
}

// NewPort returns empty data for a port of a master of that kind: the
// package's type, or an [*OpaquePort] where it has none.
func NewPort(master string) Port {
	if f := ports[master]; f != nil {
		return f()
	}
	return &OpaquePort{Name: master}
}

// NewStats returns empty counters of the links of a kind, nil if the package has
// no type for them. Such counters are no attributes, so that nothing can be
// said of them without one.
func NewStats(name string) Stats {
	if f := stats[name]; f != nil {
		return f()
	}
	return nil
}

// Names returns the kinds that have a type, sorted.
func Names() []string { return slices.Sorted(maps.Keys(kinds)) }

// PortNames returns the kinds whose ports have a type, sorted.
func PortNames() []string { return slices.Sorted(maps.Keys(ports)) }

// StatsNames returns the kinds whose counters have a type, sorted.
func StatsNames() []string { return slices.Sorted(maps.Keys(stats)) }

// A Registry adds kinds from outside this module to those of the package, for
// one client. The zero Registry adds none.
type Registry struct {
	// Kinds, Ports and Stats return new empty data, or nil for names they do
	// not know. They come before the package's own types.
	Kinds func(name string) Kind
	Ports func(master string) Port
	Stats func(name string) Stats
}

// New returns empty data for a name in a slot, nil for counters that nobody
// has a type for; it is [attr.Scope.New] of link messages.
func (r *Registry) New(slot attr.Slot, name string) attr.Struct {
	switch slot {
	case PortSlot:
		if p, ok := own(r.Ports, name); ok {
			return p
		}
		return NewPort(name)
	case StatsSlot:
		if s, ok := own(r.Stats, name); ok {
			return s
		}
		if s := NewStats(name); s != nil {
			return s
		}
		return nil // and not a Stats that is nil
	}
	if k, ok := own(r.Kinds, name); ok {
		return k
	}
	return New(name)
}

// own asks a function of a registry, which may be nil and know nothing.
func own[T attr.Named](f func(string) T, name string) (data T, ok bool) {
	if f == nil {
		return data, false
	}
	data = f(name)
	return data, any(data) != nil
}

// Opaque is a link of a kind without a type. Its data is kept as it came and
// sent as it is.
type Opaque struct {
	// Name is the kind.
	Name string
	// Data is what IFLA_INFO_DATA holds.
	Data attr.Raw
}

// Kind returns the name of the kind.
func (o *Opaque) Kind() string { return o.Name }

// Info says what is true of most kinds: a change is merged, and there may be
// a link below.
func (o *Opaque) Info() Info { return Info{TakesLower: true} }

// Fields lists nothing: all attributes are kept as they are.
func (o *Opaque) Fields(c *attr.Codec) { attr.Whole(c, &o.Data) }

// OpaquePort is the data of a port whose master is of a kind without a type.
type OpaquePort struct {
	// Name is the kind of the master.
	Name string
	// Data is what IFLA_INFO_SLAVE_DATA holds.
	Data attr.Raw
}

// Kind returns the kind of the master.
func (o *OpaquePort) Kind() string { return o.Name }

// IsPort marks o as port data.
func (o *OpaquePort) IsPort() {}

// Fields lists nothing: all attributes are kept as they are.
func (o *OpaquePort) Fields(c *attr.Codec) { attr.Whole(c, &o.Data) }
