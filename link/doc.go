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
// # Guarantees
//
// What holds already is not sent. Create and Change are all or nothing: if a
// part fails, what was done is undone, and the error says what was measured to
// be left over. Results are read back, since the kernel acknowledges much that
// it ignores. Links are known by index once they are found, so that a name
// which changes hands does not make the library touch another link.
//
// There is no isolation: somebody else can change a link between two
// messages, which is found and reported as [ErrConflict] where it matters. And
// there is no durability: a program that is killed half-way leaves what it had
// done.
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
// keys are those of "ip": see [Spec.UnmarshalJSON].
//
// # Messages
//
// [Decode] and [Append] read and write link messages without a kernel, on
// every system; [DecodeStats] and [AppendStats] those of counters,
// [AppendBridge] requests to bridges.
package link
