// Package link manages network links: it does the job of "ip link" from
// inside a program.
//
// A [Client] works in one network namespace. It reads ([Client.Get],
// [Client.List], [Client.All]), makes ([Client.Create]), changes
// ([Client.Change]) and removes ([Client.Delete], [Client.DeleteMany]) links:
//
//	c, err := link.Open(link.Config{})
//	br, err := c.Create(ctx, link.Spec{Name: "br0", Kind: &kind.Bridge{}, Up: attr.On})
//	port, err := c.Change(ctx, link.Name("eth1"), link.Spec{Master: br.Ref()})
//
// A [Spec] says what a link shall be, and leaves alone what it does not say. A
// [Link] is what the kernel reports, every attribute of it. Types of package
// kind are the kinds of links and their data. [Client.GetStats] and
// [Client.ListStats] read counters that links do not report: by VLAN, of
// multicast, of hardware. [Client.SetVLANs] and those beside it are for the
// VLANs of bridges and their ports, "bridge vlan".
//
// # Plans
//
// A [State] says what many links shall be, in several namespaces. [Client.Plan]
// compares it with what is there, [Client.Apply] carries the [Plan] out, and
// [Client.Ensure] does both, and again if somebody else interferes; where all
// holds it sends nothing. A [Tx] ([Client.Begin]) does operations in the order in
// which they were said, by the same engine, and so do Create, Change and Delete,
// each a transaction of one operation. [Diff] is the planner alone, and pure.
//
//	plan, err := c.Plan(ctx, want) // everything that is wrong with it at once
//	fmt.Print(plan)                // + create bridge br0 up on ...
//	res, err := c.Apply(ctx, plan)
//
// What a State does not say is left alone: other links, and fields of its
// links that are absent. Of what it says, fields that the kernel takes and never
// reports are set when the link is made and not compared afterwards. XDP
// programs are no part of a State. A link is known by its name; to rename it or
// move it needs a [Move], for otherwise another would be made. Links are removed
// where they are named (State.Absent), or have the mark of an [Owner] that says
// Prune.
//
// A field that is fixed at creation, or another kind, needs the link made anew,
// which only [Remake] with its name permits. What else a step would lose is read
// from the kernel beforehand, as addresses, routes and databases of ports are,
// and is [ErrLossy] without [Allow]; see [Loss]. What cannot be known counts as
// lost: see [Attached]. Naming a link as absent permits what that means for
// the link itself, and an operation of a Tx permits everything it means.
//
// # Guarantees
//
// What holds already is not sent. Create, Change, DeleteMany, Apply and Commit
// are all or nothing. Steps are in an order that the kernel accepts; each is one
// message, before which its link is read and compared with what was planned for
// ([ErrConflict]), and after which the result is read, since the kernel
// acknowledges much that it ignores. If a step fails, or [Confirm] refuses, that
// step and those before are undone in reverse, also where the context has
// ended, and [TxError] says what was measured to be left over. What a step
// was said to lose does not come back. Links are known by index once they are
// found, so that a name which changes hands does not make the library touch
// another link.
//
// There is no isolation: others see the steps one by one, and can change a link
// between the reading and the message. And there is no durability: a program
// that is killed half-way leaves what it had done. Calling Ensure with the same
// State finishes it, if the links that it makes have names of their own, or an
// Owner's mark.
//
// # Errors
//
// Errors are of type [*Error], or [*TxError] where something was undone; errors.Is
// finds [ErrExist], [ErrNotExist], [ErrPermission] and the others, and those of
// io/fs. They hold the kernel's own words and a hint what to do.
//
// # Files
//
// A [State] is what many links shall be. It and a Spec are read from JSON, whose
// keys are those of "ip": see [Spec.UnmarshalJSON]. Words, layouts and keys of
// "ip" and "bridge" are in all of the library those of iproute2 7.1.
//
// # Messages
//
// [Decode] and [Append] read and write link messages without a kernel, on
// every system; [DecodeStats] and [AppendStats] those of counters,
// [AppendBridge] requests to bridges.
package link
