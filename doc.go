// Package iplink is the root of a module that does the job of "ip link" from
// inside a program: it reads, creates, changes, moves and deletes Linux network
// links. It has no code of its own. Start with package link:
//
//	c, err := link.Open(link.Config{})
//	br, err := c.Create(ctx, link.Spec{Name: "br0", Kind: &kind.Bridge{}, Up: attr.On})
//	port, err := c.Change(ctx, link.Name("eth1"), link.Spec{Master: br.Ref()})
//
// # Packages
//
//   - [github.com/iplink-go/iplink/link] is the client, with plans and
//     transactions over many links, and the codec of link messages for programs
//     that have their own socket, file or packet capture.
//   - [github.com/iplink-go/iplink/kind] has a type for each kind of link and
//     of port: bridge, veth, vxlan, vlan, macvlan and others.
//   - [github.com/iplink-go/iplink/attr] reads and writes netlink attributes:
//     the codec that the types of link and kind are lists for.
//   - [github.com/iplink-go/iplink/nsutil] works with network namespaces, and
//     has the sandbox in which tests and demonstrations need no root.
//
// Imports point in one direction: link imports nsutil and kind, kind imports
// attr. The packages attr and kind do no I/O. Everything builds on every system;
// what needs the Linux kernel returns [errors.ErrUnsupported] elsewhere.
//
// # A first look
//
// The program in examples/quickstart is a tour with real links, in a network
// namespace of its own and without root:
//
//	go run ./examples/quickstart
//
// The one in examples/bridgevlan puts containers into VLANs of a bridge, and that
// in examples/topology makes links what a JSON file says.
// README.md has a table from "ip link" commands to Go.
package iplink
