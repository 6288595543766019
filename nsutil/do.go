package nsutil

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// Do runs f inside ns and returns its error as it is. Results travel through
// variables of the closure.
//
// f runs on another goroutine, locked to a thread that is in ns; Do waits for
// it. The caller's goroutine and thread are not moved at any time. Afterwards
// the thread goes back to where it was; if the kernel refuses that (f gave up
// CAP_SYS_ADMIN on its thread, or the program may enter ns but not its own
// namespace) the thread is ended instead of being used again.
//
// Only f itself is in ns. Goroutines that it starts are not, and neither is
// what it hands to other goroutines: a socket belongs to the namespace in which
// it was made, so make it in f and use it anywhere. f must not unlock its
// goroutine from the thread. Programs that f starts are in ns. Calls nest.
//
// If f panics, Do panics in the caller's goroutine with a [*PanicError]. If f
// calls [runtime.Goexit], as t.FailNow does in tests, so does Do.
//
// Entering a namespace needs CAP_SYS_ADMIN over it and in the program's own
// user namespace; otherwise, and for a closed handle, f is not called.
func Do(ns *Namespace, f func() error) error {
	fd, err := ns.acquire()
	if err != nil {
		return ns.failed("enter", err)
	}
	defer ns.release()
	enter := func() error { return setns(fd) }
	o := onMovedThread(enter, f)
	if o.unmoved != nil {
		return ns.failed("enter", o.unmoved)
	}
	return o.deliver()
}

// PanicError is what [Do] panics with when the function it runs panics: the
// value and the stack of that panic, which would be lost otherwise because it
// happens on another goroutine. It unwraps to a value that is an error.
type PanicError struct {
	// Value is what the function panicked with.
	Value any
	// Stack is the function's stack at the panic, as from [debug.Stack].
	Stack []byte
}

// Error returns the value and the stack.
func (p *PanicError) Error() string { return fmt.Sprintf("%v\n\n%s", p.Value, p.Stack) }

// Unwrap returns Value if it is an error.
func (p *PanicError) Unwrap() error {
	err, _ := p.Value.(error)
	return err
}

// An outcome is how a function ended: by returning, by a panic, by
// [runtime.Goexit], or not even begun because its thread could not be moved.
type outcome struct {
	unmoved  error
	err      error
	panicked *PanicError
	exited   bool
}

// call runs f and notes its outcome. On Goexit it does not return, but its
// caller's deferred functions find the outcome noted.
func (o *outcome) call(f func() error) {
	o.exited = true // until it turns out otherwise
	defer func() {
		if v := recover(); v != nil {
			o.exited = false
			o.panicked = &PanicError{Value: v, Stack: debug.Stack()}
		}
	}()
	o.err = f()
	o.exited = false
}

// deliver ends the calling goroutine's wait the way the function ended.
func (o *outcome) deliver() error {
	switch {
	case o.panicked != nil:
		panic(o.panicked)
	case o.exited:
		runtime.Goexit()
	}
	return o.err
}
