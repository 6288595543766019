package link

import "github.com/iplink-go/iplink/kind"

// A Snapshot is what was read of the links of one or more namespaces, for
// [Diff] to plan with. It is not of one moment: the kernel reports one link
// after the other.
type Snapshot struct {
	// Namespaces are what was read, the client's own first.
	Namespaces []NamespaceLinks
}

// NamespaceLinks are the links of one namespace.
type NamespaceLinks struct {
	// NetNS are the ways in which a State names the namespace; the client's
	// own needs none.
	NetNS []kind.NetNS
	// Label says which it is, for people.
	Label string
	// Links are all its links.
	Links Links
	// IDs are the namespaces of the snapshot by the ids that they have as seen
	// from this one, as indexes of Snapshot.Namespaces.
	IDs map[int32]int
	// Attached is what hangs on links, by index. For one that is missing it is
	// not known, which counts as everything.
	Attached map[uint32]Attached
}

// Attached is what hangs on a link without being part of its report: how many
// of each there are.
type Attached struct {
	// Addresses are the IP addresses that the kernel did not make by itself,
	// Addresses6 those of them that are of IPv6.
	Addresses, Addresses6 int
	// Routes are the routes through the link that nobody but who made them
	// would make again.
	Routes int
	// Neighbors are the permanent neighbours.
	Neighbors int
	// Entries are the permanent entries of the forwarding database and the
	// multicast database for the link as a port or as a bridge, and VLANs
	// beside the one a port begins with.
	Entries int
	// QDiscs are the queueing disciplines and filters that the kernel did not
	// make by itself.
	QDiscs int
	// Sysctls are the settings under /proc/sys/net/ipv4/conf and ipv6/conf
	// that differ from those of a new link of the namespace.
	Sysctls int
	// Uppers are the links that sit on the link in namespaces that are not in
	// the snapshot.
	Uppers int
	// AutoAddress is whether the kernel chose the hardware address
	// (/sys/class/net/NAME/addr_assign_type is not 3).
	AutoAddress bool
}
