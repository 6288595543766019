package nsutil

import (
	"fmt"
	"runtime"

	"golang.org/x/sys/unix"
)

// Threads in another namespace than the program's must never serve another
// goroutine. The one rule that ensures it: a goroutine locks itself to its
// thread before the thread moves, and unlocks only after the thread has come
// home. A goroutine that ends locked takes its thread with it, and the runtime
// starts new threads from one that no goroutine was ever locked to.

// onMovedThread runs f on a thread that move has moved, and returns how f
// ended. f is not called if move fails.
func onMovedThread(move, f func() error) *outcome {
	o := new(outcome)
	done := make(chan struct{})
	go o.run(move, f, done)
	<-done
	return o
}

func (o *outcome) run(move, f func() error, done chan<- struct{}) {
	defer close(done)
	runtime.LockOSThread()
	if unix.Gettid() == unix.Getpid() {
		o.runElsewhere(move, f)
		return
	}
	home, err := openFile(threadNet, unix.O_RDONLY)
	if err != nil {
		runtime.UnlockOSThread()
		o.unmoved = fmt.Errorf("remember the current network namespace: %w", err)
		return
	}
	// Deferred, because f may end by Goexit.
	defer comeHome(home)
	if o.unmoved = move(); o.unmoved == nil {
		o.call(f)
	}
}

// runElsewhere keeps the main thread occupied while another goroutine, which
// therefore gets another thread, does the work. The main thread must not be
// moved: it is the one that /proc/PID shows to everybody, and the only one that
// cannot be ended.
func (o *outcome) runElsewhere(move, f func() error) {
	done := make(chan struct{})
	go o.run(move, f, done)
	<-done
	runtime.UnlockOSThread()
}

// comeHome moves the thread back and gives it free. If that fails the thread
// stays locked, to end with its goroutine.
func comeHome(home int) {
	if setns(home) == nil {
		runtime.UnlockOSThread()
	}
	unix.Close(home)
}

func setns(fd int) error { return needAdmin("setns", unix.Setns(fd, unix.CLONE_NEWNET)) }
