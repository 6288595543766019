package kind

import "github.com/iplink-go/iplink/attr"

// A NetNS names a network namespace in an attribute: by file descriptor, by
// the id of a process in it, or by namespace id. The zero NetNS says nothing.
// At most one of the three may be said. Package nsutil makes them from names
// and handles.
type NetNS struct {
	// FD is a file descriptor of the namespace (IFLA_NET_NS_FD), which must
	// stay open until the request is sent.
	FD attr.Opt[uint32]
	// PID is a process in it (IFLA_NET_NS_PID).
	PID attr.Opt[uint32]
	// ID is its id as seen from the namespace of the request
	// (IFLA_TARGET_NETNSID).
	ID attr.Opt[int32]
}

// NetNSFD names the namespace of an open file descriptor.
func NetNSFD(fd int) NetNS { return NetNS{FD: attr.U32(uint32(fd))} }

// NetNSPID names the namespace that a process is in.
func NetNSPID(pid int) NetNS { return NetNS{PID: attr.U32(uint32(pid))} }

// NetNSID names a namespace by its id.
func NetNSID(id int) NetNS { return NetNS{ID: attr.I32(int32(id))} }

// IsSet reports whether n says anything.
func (n NetNS) IsSet() bool { return n != NetNS{} }

func (n *NetNS) fields(c *attr.Codec) {
	attr.Uint32(c, iflaNetNSPID, "netns-pid", &n.PID, attr.Access(attr.Create|attr.Set), attr.Hidden)
	attr.Uint32(c, iflaNetNSFD, "netns-fd", &n.FD, attr.Access(attr.Create|attr.Set), attr.Hidden)
	attr.Int32(c, iflaTargetNetNSID, "target-netnsid", &n.ID, attr.Access(attr.Create|attr.Read|attr.Query), attr.Hidden)
}
