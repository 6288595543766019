// Package nsutil works with Linux network namespaces: it opens, creates, names,
// deletes and lists them, runs functions inside them, and translates between
// them and the ids under which they know each other.
//
// # Handles
//
// A [Namespace] is a handle, one file descriptor, that keeps its namespace
// alive until [Namespace.Close]. It comes from the calling thread ([Current]), a
// name ([Open]), a file ([OpenPath]), a process ([OpenPID]), a descriptor
// ([OpenFD]), or is new ([New], [Create]). Names are those of "ip netns": files
// below [RunDir] on which namespaces are mounted.
//
// # Threads
//
// A network namespace belongs to a thread, and goroutines wander between
// threads. [Do] hides that: it never moves the calling goroutine, but runs a
// function on a thread of its own that is moved for the time of the call, and
// that ends with the call if it cannot be moved back. No other goroutine ever
// sees the moved thread, not those that the function starts either.
//
// # Sandbox
//
// [Sandbox] gives a program namespaces of its own without root: tests and
// demonstrations can make links at will and cannot touch those of the host.
//
// # Other systems
//
// The package builds everywhere. Outside Linux every function that needs the
// kernel fails with an error that is [errors.ErrUnsupported].
package nsutil
