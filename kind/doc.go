// Package kind has a type for each kind of link: what "ip link add type KIND"
// takes and what the kernel reports, every attribute in both directions. It
// does no I/O and runs on every system.
//
// A kind is a struct whose zero value says nothing: a request leaves absent
// fields to the kernel, a report has them absent where the kernel did not
// send them.
//
//	kind.VXLAN{ID: attr.U32(42), Port: attr.U16(4789), Learning: attr.Off}
//
// [Bridge], [Veth], [VXLAN], [VLAN], [Macvlan], [Macvtap], [Dummy] and [IFB]
// are kinds; [BridgePort] is what a link has for being a port of a bridge.
// [Opaque] and [OpaquePort] hold the data of kinds without a type, byte for
// byte. [Peer] is the other end of a pair.
//
// [Geneve], [GRE], [GRETap], [ERSPAN], [IP6GRE], [IP6GRETap], [IP6ERSPAN],
// [IPIP], [SIT], [IP6Tnl], [VTI], [VTI6], [XFRM], [BareUDP], [GTP], [AMT] and
// [PFCP] are tunnels.
//
// To add a kind, write one file: the struct, Kind, Info, Fields, and a call
// of register. The tests range over all kinds and say what is missing.
package kind
