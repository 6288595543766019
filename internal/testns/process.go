package testns

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/iplink-go/iplink/nsutil"
)

// idleVariable makes a test program do nothing until its standard input ends,
// which it does when the test program that started it is gone.
const idleVariable = "IPLINK_TEST_IDLE"

// idle is called before anything else in a test program.
func idle() {
	if os.Getenv(idleVariable) == "" {
		return
	}
	_, _ = io.Copy(io.Discard, os.Stdin)
	os.Exit(0)
}

// Process starts a process in ns, which does nothing and ends with the test, and
// returns its id. It is the test program itself: a machine may have no other.
func Process(t testing.TB, ns *nsutil.Namespace) (pid int) {
	t.Helper()
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), idleVariable+"=1")
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	In(t, ns, func() { err = cmd.Start() })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = stdin.Close() // nothing was written
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // it was killed
	})
	return cmd.Process.Pid
}

// IPRoute2 returns the path of the ip command, for tests that compare with it
// where it is: the machines of the kernel matrix have none. Others of that name
// are not it: busybox has one that does a part.
func IPRoute2() (path string, err error) {
	path, err = exec.LookPath("ip")
	if err != nil {
		return "", err
	}
	out, err := exec.Command(path, "-V").CombinedOutput()
	if err != nil || !strings.Contains(string(out), "iproute2") {
		return "", fmt.Errorf("%s is not iproute2's: %.40q, %v", path, out, err)
	}
	return path, nil
}
