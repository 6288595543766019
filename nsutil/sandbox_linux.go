package nsutil

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// This file is the parent of a sandbox; the child is in sandbox_child_linux.go.

// firstExtra is the descriptor that exec.Cmd gives to the first of ExtraFiles.
const firstExtra = 3

// sandbox plays the part that state, the value of sandboxEnv, names.
func sandbox(state string) error {
	net, err := os.Readlink("/proc/self/ns/net")
	if err != nil {
		return fmt.Errorf("learn the current network namespace: %w", err)
	}
	switch {
	case state == net:
		return nil
	case strings.HasPrefix(state, sandboxSetup):
		beChild(state)
		return nil
	}
	return beParent(net)
}

// beParent starts the program in a sandbox and, if that works, does not return.
func beParent(net string) error {
	mnt, err := os.Readlink("/proc/self/ns/mnt")
	if err != nil {
		return fmt.Errorf("learn the current mount namespace: %w", err)
	}
	// The child is to die with its parent, but what the kernel watches is
	// the thread that started it.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	signals := catchSignals()
	defer signal.Stop(signals)

	var errs []error
	for _, w := range ways() {
		cmd, err := start(w, setup{firstExtra, os.Getpid(), net, mnt})
		if err == nil {
			os.Exit(attend(cmd, signals))
		}
		errs = append(errs, fmt.Errorf("%s: %w", w.name, err))
	}
	return list(append(errs, prohibitions()...))
}

// list is errors.Join on one line.
func list(errs []error) error {
	args := make([]any, len(errs))
	for i, err := range errs {
		args[i] = err
	}
	return fmt.Errorf(strings.Repeat("; %w", len(errs))[len("; "):], args...)
}

// A way is one way to make the namespaces of a sandbox.
type way struct {
	name string
	attr syscall.SysProcAttr
}

// ways lists what to try, the best first. Root could map all users; in a
// container it may lack the right to, or the right to have user namespaces at
// all, but still be allowed the others.
func ways() []way {
	const netMnt = unix.CLONE_NEWNET | unix.CLONE_NEWNS
	// For one user and group: themselves, as root. The kernel lets anybody
	// map those, but only if setgroups is given up.
	single := way{"user, network and mount namespace", syscall.SysProcAttr{
		Cloneflags:  netMnt | unix.CLONE_NEWUSER,
		UidMappings: []syscall.SysProcIDMap{{HostID: os.Geteuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{HostID: os.Getegid(), Size: 1}},
	}}
	if os.Geteuid() != 0 {
		return []way{single}
	}
	all := way{"user namespace with all users, network and mount namespace", syscall.SysProcAttr{
		Cloneflags:                 netMnt | unix.CLONE_NEWUSER,
		UidMappings:                identityMap("/proc/self/uid_map"),
		GidMappings:                identityMap("/proc/self/gid_map"),
		GidMappingsEnableSetgroups: true,
	}}
	plain := way{"network and mount namespace", syscall.SysProcAttr{Cloneflags: netMnt}}
	return []way{all, single, plain}
}

// identityMap maps every id that exists here to itself. path is the map of the
// current user namespace: lines of first id inside, first outside, and count.
func identityMap(path string) []syscall.SysProcIDMap {
	text, _ := os.ReadFile(path)
	var ids []syscall.SysProcIDMap
	for line := range strings.Lines(string(text)) {
		var first, outside, count int64
		if _, err := fmt.Sscan(line, &first, &outside, &count); err != nil {
			continue
		}
		// int has 32 bits on some machines; the last ids are lost there.
		size := int(min(count, math.MaxInt))
		ids = append(ids, syscall.SysProcIDMap{ContainerID: int(first), HostID: int(first), Size: size})
	}
	return ids
}

// start runs the program in new namespaces and waits for its word that the
// sandbox is complete.
func start(w way, s setup) (*exec.Cmd, error) {
	r, wr, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	// Not os.Executable: the file may have been deleted, as go run does.
	cmd := exec.Command("/proc/self/exe")
	cmd.Args = os.Args
	cmd.Env = append(os.Environ(), sandboxEnv+"="+s.String())
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.ExtraFiles = []*os.File{wr}
	cmd.SysProcAttr = &w.attr
	cmd.SysProcAttr.Pdeathsig = syscall.SIGKILL
	err = cmd.Start()
	wr.Close() // or the read below would never end
	if err != nil {
		return nil, err
	}
	word, err := io.ReadAll(r)
	if err == nil && string(word) == complete {
		return cmd, nil
	}
	return nil, refused(cmd, word)
}

// refused returns why a child that did not say that the sandbox is complete
// gave up.
func refused(cmd *exec.Cmd, word []byte) error {
	err := cmd.Wait()
	if len(word) > 0 {
		return errors.New(string(word))
	}
	return fmt.Errorf("the program ended before it called Sandbox again: %w", err)
}

// attend passes signals on to the child until it ends and returns the status
// to exit with.
func attend(cmd *exec.Cmd, signals <-chan os.Signal) int {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = cmd.Wait() // the state says more
	}()
	for {
		select {
		case s := <-signals:
			if !sentByTerminal(s) {
				_ = cmd.Process.Signal(s) // it may have just ended
			}
		case <-ended:
			return status(cmd.ProcessState.Sys().(syscall.WaitStatus))
		}
	}
}

// status turns a wait status into one to exit with, as shells do.
func status(ws syscall.WaitStatus) int {
	if ws.Signaled() {
		return 128 + int(ws.Signal())
	}
	return ws.ExitStatus()
}

// catchSignals begins to collect the signals to pass on. A signal that is
// ignored, as by nohup, stays ignored in both processes.
func catchSignals() chan os.Signal {
	signals := make(chan os.Signal, 16)
	for _, s := range []os.Signal{unix.SIGHUP, unix.SIGINT, unix.SIGQUIT, unix.SIGABRT,
		unix.SIGTERM, unix.SIGUSR1, unix.SIGUSR2} {
		if !signal.Ignored(s) {
			signal.Notify(signals, s)
		}
	}
	return signals
}

// sentByTerminal reports whether s came from a key. The terminal then sent it
// to the child as well, which must not take it for a second, impatient one.
func sentByTerminal(s os.Signal) bool {
	if s != unix.SIGINT {
		return false
	}
	tty, err := openFile("/dev/tty", unix.O_RDONLY|unix.O_NOCTTY)
	if err != nil {
		return false
	}
	defer unix.Close(tty)
	foreground, err := unix.IoctlGetInt(tty, unix.TIOCGPGRP)
	return err == nil && foreground == unix.Getpgrp()
}

// prohibitions names the settings of this machine that forbid sandboxes to
// ordinary users, for the error numbers do not tell (ENOSPC: "no space left on
// device" stands for a limit of 0).
func prohibitions() []error {
	var found []error
	for _, p := range []struct{ path, forbidding string }{
		{"/proc/sys/user/max_user_namespaces", "0"},
		{"/proc/sys/user/max_net_namespaces", "0"},
		{"/proc/sys/user/max_mnt_namespaces", "0"},
		{"/proc/sys/kernel/unprivileged_userns_clone", "0"},             // Debian
		{"/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1"}, // Ubuntu
	} {
		text, err := os.ReadFile(p.path)
		if err == nil && strings.TrimSpace(string(text)) == p.forbidding {
			found = append(found, fmt.Errorf("%s is %s", p.path, p.forbidding))
		}
	}
	return found
}
