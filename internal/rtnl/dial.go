package rtnl

// A Config says what socket [Dial] opens.
//
// Mind NetNS: its zero value is a file descriptor like any other. The socket
// for the current namespace is Config{NetNS: -1}.
type Config struct {
	// NetNS is a file descriptor of the network namespace in which the socket
	// is born, or -1 for that of the calling thread. Entering one takes
	// CAP_SYS_ADMIN in it and in the caller's user namespace. The descriptor
	// stays the caller's and is not needed after Dial.
	NetNS int
	// ReadBuffer is the size in bytes of the kernel's queue for this socket,
	// 0 for the default. More than net.core.rmem_max takes CAP_NET_ADMIN;
	// without it the kernel silently gives less. It doubles what it is told.
	ReadBuffer int
	// NoStrict leaves out strict checking of requests to read, which kernels
	// have since 4.20. Without it unknown filters are ignored, not refused.
	NoStrict bool
	// Groups are the multicast groups to join ([GroupLink], ...). A Conn needs
	// none: it drops notifications.
	Groups []uint32
}
