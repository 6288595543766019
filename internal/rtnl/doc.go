// Package rtnl exchanges rtnetlink messages with the kernel: it frames them,
// reads acknowledgements, and runs one request at a time over a socket.
//
// Three layers, each usable without the one above:
//
//   - [Begin], [End], [Messages] and [ParseAck] put messages into bytes and
//     take them out. They do no I/O.
//   - A [Transport] carries datagrams. [Dial] opens one to the kernel; package
//     rtnltest has one that follows a script.
//   - A [Conn] runs exchanges over a Transport: [Conn.Do] for requests that
//     have one answer, [Conn.Dump] for those that have many. A [Pool] keeps
//     Conns for use by many goroutines.
//
// What holds everywhere:
//
//   - A message belongs to an exchange only if the kernel sent it and it
//     carries the request's sequence number and port id. Everything else is
//     dropped, so nothing left over from before can spoil an exchange.
//   - The kernel handles a link request inside the send call. When Send returns
//     the answer is in the socket's queue, unless the queue was full. A context
//     that ends during the send therefore does not cost the answer.
//   - A Conn on which an exchange was not read to its end is broken and refuses
//     to work. Nothing tries to clean up a socket; a new one is cheaper.
//   - An error after the send says whether the request was carried out: [*Error]
//     is the kernel's refusal, [ErrUnknownOutcome] means that nobody knows.
package rtnl
