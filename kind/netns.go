package kind

import (
	"math"

	"github.com/iplink-go/iplink/attr"
)

// A NetNS names a network namespace: by file descriptor, by the id of a process
// in it, by namespace id, or by the name that "ip netns" knows it by. The zero
// NetNS says nothing. At most one of the four may be said. Package nsutil makes
// them from handles.
type NetNS struct {
	// FD is a file descriptor of the namespace (IFLA_NET_NS_FD), which must
	// stay open until the request is sent.
	FD attr.Opt[uint32]
	// PID is a process in it (IFLA_NET_NS_PID).
	PID attr.Opt[uint32]
	// ID is its id as seen from the namespace of the request
	// (IFLA_TARGET_NETNSID).
	ID attr.Opt[int32]
	// Name is its name under /run/netns, or the path of a file that stands for
	// it, such as /proc/PID/ns/net, if it has a '/'. Attributes hold numbers: a
	// name must be resolved before it is sent, which a client does, otherwise
	// writing it is [attr.ErrUnresolved].
	Name string
}

// The constructors stand in literals and so return no error. A number that
// cannot be one of theirs becomes -1, which no request is sent with: writing
// one is an error that names the field.

// NetNSFD names the namespace of an open file descriptor. A negative one, such
// as that of a closed handle, or one beyond 31 bits is refused when it is
// used ([attr.ErrRange]).
func NetNSFD(fd int) NetNS { return NetNS{FD: attr.U32(uint32(orMinusOne(fd)))} }

// NetNSPID names the namespace that a process is in. A number that no process
// has is refused as with [NetNSFD].
func NetNSPID(pid int) NetNS { return NetNS{PID: attr.U32(uint32(orMinusOne(pid)))} }

// NetNSID names a namespace by its id. A negative one, which is the kernel's
// way to say that there is no id, or one beyond 31 bits is refused as with
// [NetNSFD].
func NetNSID(id int) NetNS { return NetNS{ID: attr.I32(orMinusOne(id))} }

// NetNSName names a namespace by its name or path; see [NetNS].
func NetNSName(name string) NetNS { return NetNS{Name: name} }

func orMinusOne(n int) int32 {
	if n < 0 || n > math.MaxInt32 {
		return -1
	}
	return int32(n)
}

// IsSet reports whether n says anything.
func (n NetNS) IsSet() bool { return n != NetNS{} }

// Fields lists the ways to name a namespace, for the structs that hold one.
func (n *NetNS) Fields(c *attr.Codec) {
	attr.Placeholder(c, "netns", &n.Name, attr.Access(attr.Create|attr.Set), attr.Hidden)
	attr.Uint32(c, iflaNetNSPID, "netns-pid", &n.PID, attr.Access(attr.Create|attr.Set), attr.Range(1, math.MaxInt32), attr.Hidden, attr.RequestJSON("netns/pid"))
	attr.Uint32(c, iflaNetNSFD, "netns-fd", &n.FD, attr.Access(attr.Create|attr.Set), attr.Range(0, math.MaxInt32), attr.Hidden, attr.RequestJSON("netns/fd"), attr.Descriptor)
	attr.Int32(c, iflaTargetNetNSID, "target-netnsid", &n.ID, attr.Access(attr.Create|attr.Read|attr.Query), attr.Range(0, math.MaxInt32), attr.Hidden, attr.RequestJSON("netns/nsid"))
}
