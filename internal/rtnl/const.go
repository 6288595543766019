package rtnl

// Message types (linux/rtnetlink.h and linux/netlink.h). A request is
// answered with the NEW type of its group, with [TypeError] or, at the end of
// a dump, with [TypeDone].
const (
	TypeNoop    uint16 = 1 // NLMSG_NOOP
	TypeError   uint16 = 2 // NLMSG_ERROR, which is also the acknowledgement
	TypeDone    uint16 = 3 // NLMSG_DONE
	TypeOverrun uint16 = 4 // NLMSG_OVERRUN, never sent by today's kernels

	NewLink uint16 = 16 // RTM_NEWLINK: create, change with kind data, report
	DelLink uint16 = 17 // RTM_DELLINK
	GetLink uint16 = 18 // RTM_GETLINK
	SetLink uint16 = 19 // RTM_SETLINK: change; ignores kind data

	NewAddr    uint16 = 20  // RTM_NEWADDR: IP addresses
	GetAddr    uint16 = 22  // RTM_GETADDR
	NewRoute   uint16 = 24  // RTM_NEWROUTE
	GetRoute   uint16 = 26  // RTM_GETROUTE
	NewNeigh   uint16 = 28  // RTM_NEWNEIGH: neighbours, and forwarding databases
	GetNeigh   uint16 = 30  // RTM_GETNEIGH
	NewQDisc   uint16 = 36  // RTM_NEWQDISC: queueing disciplines
	GetQDisc   uint16 = 38  // RTM_GETQDISC
	NewTFilter uint16 = 44  // RTM_NEWTFILTER: filters of queueing disciplines
	GetTFilter uint16 = 46  // RTM_GETTFILTER
	NewMDB     uint16 = 84  // RTM_NEWMDB: multicast databases
	GetMDB     uint16 = 86  // RTM_GETMDB
	NewNextHop uint16 = 104 // RTM_NEWNEXTHOP: next hops that routes share (5.3)
	GetNextHop uint16 = 106 // RTM_GETNEXTHOP

	NewNSID uint16 = 88 // RTM_NEWNSID: give a namespace an id, report it
	DelNSID uint16 = 89 // RTM_DELNSID, in notifications only
	GetNSID uint16 = 90 // RTM_GETNSID

	NewStats uint16 = 92 // RTM_NEWSTATS
	GetStats uint16 = 94 // RTM_GETSTATS
	SetStats uint16 = 95 // RTM_SETSTATS (5.18)

	NewLinkProp uint16 = 108 // RTM_NEWLINKPROP: add alternative names (5.5)
	DelLinkProp uint16 = 109 // RTM_DELLINKPROP
	GetLinkProp uint16 = 110 // RTM_GETLINKPROP, which kernels do not implement

	NewVLAN uint16 = 112 // RTM_NEWVLAN: VLANs of a bridge (5.6)
	DelVLAN uint16 = 113 // RTM_DELVLAN
	GetVLAN uint16 = 114 // RTM_GETVLAN

	NewTunnel uint16 = 120 // RTM_NEWTUNNEL: VNIs of a vxlan (5.18)
	DelTunnel uint16 = 121 // RTM_DELTUNNEL
	GetTunnel uint16 = 122 // RTM_GETTUNNEL
)

// Flags of a message header. The same bits mean different things in requests
// to read, to create, to delete, in replies and in acknowledgements.
const (
	FlagRequest         uint16 = 0x1  // NLM_F_REQUEST; [Conn] sets it
	FlagMulti           uint16 = 0x2  // NLM_F_MULTI: part of a dump
	FlagAck             uint16 = 0x4  // NLM_F_ACK: acknowledge success too
	FlagEcho            uint16 = 0x8  // NLM_F_ECHO: send the notification to the requester (links: 6.2)
	FlagDumpInterrupted uint16 = 0x10 // NLM_F_DUMP_INTR: something came or went during the dump
	FlagDumpFiltered    uint16 = 0x20 // NLM_F_DUMP_FILTERED: the kernel applied the filter

	FlagRoot  uint16 = 0x100                // NLM_F_ROOT, to read
	FlagMatch uint16 = 0x200                // NLM_F_MATCH, to read
	FlagDump  uint16 = FlagRoot | FlagMatch // NLM_F_DUMP, to read; [Conn.Dump] sets it

	FlagReplace uint16 = 0x100 // NLM_F_REPLACE, to create
	FlagExcl    uint16 = 0x200 // NLM_F_EXCL, to create: fail if it exists
	FlagCreate  uint16 = 0x400 // NLM_F_CREATE, to create: make it if it does not exist
	FlagAppend  uint16 = 0x800 // NLM_F_APPEND, to create

	FlagCapped  uint16 = 0x100 // NLM_F_CAPPED, in an acknowledgement: only the request's header is quoted
	FlagAckTLVs uint16 = 0x200 // NLM_F_ACK_TLVS, in an acknowledgement: attributes follow
)

// Multicast groups for [Config].Groups (RTNLGRP_*).
const (
	GroupLink uint32 = 1  // RTNLGRP_LINK: links, and ports of bridges
	GroupNSID uint32 = 28 // RTNLGRP_NSID: ids given to network namespaces
)
