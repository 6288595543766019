package nsutil

import (
	"fmt"
	"os"
	"strings"
)

// A sandbox needs a new user namespace, and a program with several threads,
// which every Go program is, cannot enter one. So the program is started again
// inside: the first process becomes a parent that only waits and passes signals
// on, the second, the child, finishes the sandbox and goes on as the program.
//
// The variable sandboxEnv tells a process which it is:
//
//	absent, or anything else   the parent to be
//	"setup FD PID NET MNT"     the child: FD is the pipe on which it reports to
//	                           its parent, PID the parent, NET and MNT are the
//	                           parent's namespaces, which it must have left
//	"net:[INO]"                somebody in the sandbox with that namespace
//
// A variable can end up in the wrong process, so none is simply believed. A
// child checks whose child it is and that it has left both namespaces before it
// mounts anything, and a process counts as sandboxed only in the very namespace
// named. Otherwise a program could take the host for a sandbox.
const (
	sandboxEnv   = "IPLINK_SANDBOX"
	sandboxSetup = "setup "
)

// Sandbox moves the program into a sandbox: a network namespace with the links
// of one from [New]; a mount namespace in which mounts stay private; an empty [RunDir];
// a /sys that shows the sandbox's links; and a user namespace in which the
// program is root, so that no privilege is needed. Call it first in main or in
// TestMain, before files are opened, goroutines started or flags acted upon:
//
//	func main() {
//		if err := nsutil.Sandbox(); err != nil {
//			log.Fatal(err)
//		}
//		// From here on in the sandbox.
//	}
//
// It runs the program a second time, with the same arguments, environment,
// directory and standard files, and returns only in that second process. The
// first one passes the signals HUP, INT, QUIT, ABRT, TERM, USR1 and USR2 on,
// waits, and exits with the same status, 128 plus the number of the signal if
// one ended the second process; if it is killed itself, so is the other. Other
// open files are not inherited.
//
// In the sandbox an ordinary user is root and owns what was theirs; everything
// else belongs to nobody. For root all users stay as they are. Files are not
// hidden or copied: the sandbox is about networks, not about containment.
// Programs that are started in it, such as ip, are in it too; for those that
// call Sandbox themselves it does nothing. It ends with its last process.
//
// If it returns an error it returns in the first process, which is unchanged:
// the machine forbids sandboxes, and the error says how. Where user namespaces
// are forbidden but the program is root, the sandbox goes without one.
func Sandbox() error {
	if err := sandbox(os.Getenv(sandboxEnv)); err != nil {
		return &Error{Op: "set up", Target: "sandbox", Err: err}
	}
	return nil
}

// A setup is what a child must know: see sandboxEnv.
type setup struct {
	report   int
	parent   int
	net, mnt string
}

func (s setup) String() string {
	return fmt.Sprintf("%s%d %d %s %s", sandboxSetup, s.report, s.parent, s.net, s.mnt)
}

// parseSetup is the inverse of String.
func parseSetup(text string) (s setup, err error) {
	_, err = fmt.Sscan(strings.TrimPrefix(text, sandboxSetup), &s.report, &s.parent, &s.net, &s.mnt)
	if err != nil {
		err = fmt.Errorf("environment variable %s is %q: %w", sandboxEnv, text, err)
	}
	return s, err
}
