package link

import "github.com/iplink-go/iplink/attr"

// A Loss is what a link, or one around it, loses by a step, and what undoing
// the step does not bring back. Losses are bits of a set; the zero Loss is
// nothing.
type Loss uint32

// The losses.
const (
	// LoseAddresses: IP addresses. A link that moves to another namespace or is
	// deleted loses all; one that is set down, is given an MTU below 1280, or
	// joins or leaves a VRF while it is up, those of IPv6.
	LoseAddresses Loss = 1 << iota
	// LoseRoutes: routes through the link, by the same steps; of those by MTU
	// only IPv6's, of the others IPv4's too. The kernel makes those again that
	// belong to an address; others stay lost.
	LoseRoutes
	// LoseNeighbors: permanent neighbours, by the same steps as routes, and by
	// a new hardware address and by ARP being switched off or on.
	LoseNeighbors
	// LosePortState: what a bridge keeps for a port besides its settings, such
	// as VLANs and permanent entries of the forwarding database; and the
	// settings of a port that leaves its master, where nothing says them.
	LosePortState
	// LoseQDisc: a queueing discipline, classes and filters that somebody has
	// set up.
	LoseQDisc
	// LoseSysctls: the settings under /proc/sys/net/ipv4/conf and
	// /proc/sys/net/ipv6/conf, which begin anew in another namespace, and those
	// of IPv6 after an MTU below 1280.
	LoseSysctls
	// LoseAutoAddress: the address that a bridge, bond or team took from its
	// ports does not follow them any more once it was set. Other links keep
	// what they have in any case.
	LoseAutoAddress
	// LoseAutoMTU: an MTU that a bridge took from its ports stays as it was set.
	LoseAutoMTU
	// LoseUpperMTU: links above get a smaller MTU, and keep it.
	LoseUpperMTU
	// LoseUppers: links that sit on this one go with it, in other namespaces
	// too.
	LoseUppers
	// LosePeer: the peer goes with it.
	LosePeer
	// LosePorts: the ports are released.
	LosePorts
	// LoseAttached: what programs have attached to the link, such as BPF
	// programs and sockets, and its counters. A link that is made again is not
	// the same.
	LoseAttached
)

var lossWords = attr.Words[Loss]{
	{Value: LoseAddresses, Name: "addresses"}, {Value: LoseRoutes, Name: "routes"}, {Value: LoseNeighbors, Name: "neighbors"},
	{Value: LosePortState, Name: "port-state"}, {Value: LoseQDisc, Name: "qdisc"}, {Value: LoseSysctls, Name: "sysctls"},
	{Value: LoseAutoAddress, Name: "auto-address"}, {Value: LoseAutoMTU, Name: "auto-mtu"}, {Value: LoseUpperMTU, Name: "upper-mtu"},
	{Value: LoseUppers, Name: "uppers"}, {Value: LosePeer, Name: "peer"}, {Value: LosePorts, Name: "ports"}, {Value: LoseAttached, Name: "attached"},
}

// String returns the names of the losses with commas between them.
func (l Loss) String() string { return lossWords.Flags(l) }

// MarshalText writes the names of the losses with commas between them.
func (l Loss) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (l *Loss) UnmarshalText(b []byte) error {
	v, err := lossWords.ParseFlags("loss", string(b))
	if err == nil {
		*l = v
	}
	return err
}
