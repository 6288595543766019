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
// The kinds, by what they are for:
//
//   - pairs and links without hardware: [Veth], [Netkit], [VXCAN], [Dummy],
//     [IFB], [TUN], [VCAN], [Netdevsim], [Nlmon], [Vsockmon]
//   - links that take ports: [Bridge], [Bond], [Team], [VRF], [HSR], [Batadv],
//     [OpenVSwitch]
//   - links on top of another: [VLAN], [Macvlan], [Macvtap], [IPVLAN], [IPVTAP],
//     [MACsec], [RMNet], [IPoIB], [LoWPAN], [VirtWiFi]
//   - tunnels: [VXLAN], [Geneve], [GRE], [GRETap], [ERSPAN], [IP6GRE],
//     [IP6GRETap], [IP6ERSPAN], [IPIP], [SIT], [IP6Tnl], [VTI], [VTI6], [XFRM],
//     [BareUDP], [GTP], [AMT], [PFCP], [WireGuard], [OVPN], [PPP]
//   - hardware: [CAN], [DSA], [WWAN]
//
// What a link has for being a port is a [Port]: [BridgePort], [BondPort],
// [TeamPort], [VRFPort], [HSRPort]. [Peer] is the other end of a pair. [Opaque]
// and [OpaquePort] hold the data of kinds without a type, byte for byte.
//
// [New] returns empty data for a name and [Names] all names; Info of each tells
// programs what it needs: a link below, a module, a first kernel.
//
// To add a kind, write one file: the struct, Kind, Info, Fields, and a call
// of register. The tests range over all kinds and say what is missing.
package kind
