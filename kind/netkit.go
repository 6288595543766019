package kind

import "github.com/iplink-go/iplink/attr"

func init() { register(func() Kind { return new(Netkit) }) }

// Netkit is a pair of links for containers whose packets BPF programs handle,
// "ip link add type netkit" (drivers/net/netkit.c); Linux 6.7. Both ends are
// made in one step and deleted together. One end, the primary, is that which is
// created by name; programs for both are attached through it, and so are
// changes: the kernel refuses those of the other end.
//
// Hardware addresses can be given in mode L2 only.
type Netkit struct {
	// Peer says what the other end shall be (IFLA_NETKIT_PEER_INFO). As with
	// a veth, an end about which nothing is said takes what is said of this
	// one. The kernel does not report it: the peer of a link that exists is
	// its IFLA_LINK.
	Peer attr.Opt[Peer]
	// Primary is true at the end that was created by name; read-only.
	Primary attr.Opt[bool]
	// Policy and PeerPolicy say what becomes of packets of this end and of
	// the other while no program decides; forward by default.
	Policy, PeerPolicy attr.Opt[NetkitPolicy]
	// Mode says whether packets have Ethernet headers; L3, without, by
	// default. Fixed at creation.
	Mode attr.Opt[NetkitMode]
	// Scrub and PeerScrub say whether mark and priority of packets are
	// cleared on the way out of this end and of the other; by default they
	// are. Fixed at creation; Linux 6.13.
	Scrub, PeerScrub attr.Opt[NetkitScrub]
	// Headroom and Tailroom are the bytes that are kept free before and
	// after packets. Fixed at creation; Linux 6.14.
	Headroom, Tailroom attr.Opt[uint16]
	// Pairing says whether there is a peer at all; there is by default.
	// Fixed at creation; Linux 7.1.
	Pairing attr.Opt[NetkitPairing]
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// Kind returns "netkit".
func (*Netkit) Kind() string { return "netkit" }

// Info says that a netkit comes with a peer. Kernels that have it have it
// built in.
func (*Netkit) Info() Info { return Info{Pair: true, Since: "6.7"} }

// PeerSpec returns Peer.
func (n *Netkit) PeerSpec() *attr.Opt[Peer] { return &n.Peer }

// IsPeer reports whether this is not the primary end.
func (n *Netkit) IsPeer() bool { return n.Primary == attr.Off }

// Fields lists IFLA_NETKIT_*.
func (n *Netkit) Fields(c *attr.Codec) {
	attr.Nest(c, 1, "peer", &n.Peer, attr.CreateOnly, attr.WriteOnly)
	attr.Bool(c, 2, "primary", &n.Primary, attr.ReadOnly, attr.Hidden)
	attr.Uint32(c, 3, "policy", &n.Policy, attr.Changes(attr.Conditional))
	attr.Uint32(c, 4, "peer-policy", &n.PeerPolicy, attr.Changes(attr.Conditional), attr.JSON("peer_policy"))
	attr.Uint32(c, 5, "mode", &n.Mode, attr.CreateOnly, attr.Range(0, int64(NetkitL3)))
	attr.Uint32(c, 6, "scrub", &n.Scrub, attr.CreateOnly, attr.Range(0, int64(NetkitScrubDefault)))
	attr.Uint32(c, 7, "peer-scrub", &n.PeerScrub, attr.CreateOnly, attr.Range(0, int64(NetkitScrubDefault)), attr.JSON("peer_scrub"))
	attr.Uint16(c, 8, "headroom", &n.Headroom, attr.CreateOnly, attr.Hidden)
	attr.Uint16(c, 9, "tailroom", &n.Tailroom, attr.CreateOnly, attr.Hidden)
	attr.Uint32(c, 10, "pairing", &n.Pairing, attr.CreateOnly, attr.Range(0, int64(NetkitSingle)), attr.Hidden)
	attr.Rest(c, &n.Unknown)
}

// Tidy says which end this is, as iproute2 does.
func (n *Netkit) Tidy(o *attr.Object) {
	switch n.Primary {
	case attr.On:
		o.Set("type", "primary")
	case attr.Off:
		o.Set("type", "peer")
	}
}

// A NetkitMode says whether packets of a netkit have Ethernet headers
// (NETKIT_L2, NETKIT_L3).
type NetkitMode uint32

// The modes of a netkit.
const (
	NetkitL2 NetkitMode = iota // with Ethernet headers
	NetkitL3                   // without
)

var netkitModes = attr.Words[NetkitMode]{{Value: NetkitL2, Name: "l2"}, {Value: NetkitL3, Name: "l3"}}

// String returns iproute2's word.
func (m NetkitMode) String() string { return netkitModes.Text(m) }

// MarshalText returns the form of String.
func (m NetkitMode) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads the form of String.
func (m *NetkitMode) UnmarshalText(b []byte) (err error) {
	*m, err = netkitModes.Parse("netkit mode", string(b))
	return err
}

// A NetkitPolicy says what becomes of a netkit's packets (NETKIT_PASS,
// NETKIT_DROP, in the numbers of BPF's TCX actions).
type NetkitPolicy uint32

// The policies of a netkit.
const (
	NetkitForward   NetkitPolicy = 0 // they go to the other end
	NetkitBlackhole NetkitPolicy = 2 // they are dropped
)

var netkitPolicies = attr.Words[NetkitPolicy]{{Value: NetkitForward, Name: "forward"}, {Value: NetkitBlackhole, Name: "blackhole"}}

// String returns iproute2's word.
func (p NetkitPolicy) String() string { return netkitPolicies.Text(p) }

// MarshalText returns the form of String.
func (p NetkitPolicy) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads the form of String.
func (p *NetkitPolicy) UnmarshalText(b []byte) (err error) {
	*p, err = netkitPolicies.Parse("netkit policy", string(b))
	return err
}

// A NetkitScrub says what is cleared of packets that leave an end of a netkit
// (NETKIT_SCRUB_*).
type NetkitScrub uint32

// The scrubs of a netkit.
const (
	NetkitScrubNone    NetkitScrub = iota // nothing
	NetkitScrubDefault                    // mark and priority
)

var netkitScrubs = attr.Words[NetkitScrub]{{Value: NetkitScrubNone, Name: "none"}, {Value: NetkitScrubDefault, Name: "default"}}

// String returns iproute2's word.
func (s NetkitScrub) String() string { return netkitScrubs.Text(s) }

// MarshalText returns the form of String.
func (s NetkitScrub) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the form of String.
func (s *NetkitScrub) UnmarshalText(b []byte) (err error) {
	*s, err = netkitScrubs.Parse("netkit scrub", string(b))
	return err
}

// A NetkitPairing says whether a netkit has a peer (NETKIT_DEVICE_*).
type NetkitPairing uint32

// The pairings of a netkit.
const (
	NetkitPair   NetkitPairing = iota // two ends
	NetkitSingle                      // one link alone
)

var netkitPairings = attr.Words[NetkitPairing]{{Value: NetkitPair, Name: "pair"}, {Value: NetkitSingle, Name: "single"}}

// String returns a word of the kernel's name for it.
func (p NetkitPairing) String() string { return netkitPairings.Text(p) }

// MarshalText returns the form of String.
func (p NetkitPairing) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads the form of String.
func (p *NetkitPairing) UnmarshalText(b []byte) (err error) {
	*p, err = netkitPairings.Parse("netkit pairing", string(b))
	return err
}
