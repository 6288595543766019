//go:build !linux

package main

import (
	"os"
	"os/exec"
)

var endSignals = []os.Signal{os.Interrupt}

func startWithParent(cmd *exec.Cmd) (release func(), err error) { return func() {}, cmd.Start() }
