package main

import (
	"os"
	"os/exec"
	"runtime"
	"syscall"
)

// endSignals ask the program to end, with its machines.
var endSignals = []os.Signal{os.Interrupt, syscall.SIGTERM}

// startWithParent starts a program that dies with this one, even if this one is
// killed: nobody else would end a machine that hangs. What the kernel watches is
// the thread, so the calling goroutine keeps its own until release.
func startWithParent(cmd *exec.Cmd) (release func(), err error) {
	runtime.LockOSThread()
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return runtime.UnlockOSThread, cmd.Start()
}
