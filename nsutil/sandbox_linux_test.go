package nsutil_test

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/iplink-go/iplink/internal/testns"
)

func TestSandbox(t *testing.T) {
	testns.NeedSandbox(t)
	created(t, "outside")
	dir := t.TempDir()
	cmd := helperCommand("report", "-flag", "an argument")
	cmd.Dir = dir
	cmd.Stdin = strings.NewReader("from outside")
	b, err := cmd.CombinedOutput()
	out := string(b)
	if err != nil || strings.Contains(out, "error:") {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, name := range freshLinks(t) { // of which none is up
		if !strings.Contains(out, "link: "+name+"\n") || !strings.Contains(out, "sys: "+name+"\n") {
			t.Errorf("no %s, down and also in /sys, in\n%s", name, out)
		}
	}
	if n := len(freshLinks(t)); strings.Count(out, "link: ") != n || strings.Count(out, "sys: ") != n {
		t.Errorf("want %d links in\n%s", n, out)
	}
	for _, ns := range []string{"net", "mnt", "user"} {
		if field(t, out, ns) == readlink("/proc/self/ns/"+ns) {
			t.Errorf("the %s namespace is the same", ns)
		}
	}
	want := fmt.Sprintf("[] uid: 0 dir: %s args: [-flag an argument] input: from outside", dir)
	if got := field(t, out, "names"); got != want {
		t.Errorf("inside it looks like\n%s\nwant\n%s", got, want)
	}
	if got := field(t, out, "created"); got != "mine <nil> deleted: <nil>" {
		t.Errorf("created: %s", got)
	}
	if names := listed(t); len(names) != 1 {
		t.Errorf("names outside: %q", names)
	}
}

// freshLinks returns the names of the links in a new namespace: lo and what
// tunnel modules put into each.
func freshLinks(t *testing.T) (names []string) {
	t.Helper()
	testns.In(t, testns.New(t), func() {
		links, err := net.Interfaces()
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range links {
			names = append(names, l.Name)
		}
	})
	return names
}

func TestSandboxExit(t *testing.T) {
	testns.NeedSandbox(t)
	for name, want := range map[string]int{"exit": 7, "kill": 128 + 9} {
		var exit *exec.ExitError
		if err := helperCommand(name).Run(); !errors.As(err, &exit) || exit.ExitCode() != want {
			t.Errorf("%s: %v, want status %d", name, err, want)
		}
	}
}

// startHelper starts a helper and returns the first line it prints.
func startHelper(t *testing.T, name string) (*exec.Cmd, *bufio.Reader, string) {
	t.Helper()
	cmd := helperCommand(name)
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	// Apart from the terminal that these tests may have.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Pdeathsig: unix.SIGKILL}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	out := bufio.NewReader(pipe)
	line, err := out.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return cmd, out, strings.TrimSpace(line)
}

func TestSandboxSignals(t *testing.T) {
	testns.NeedSandbox(t)
	for _, s := range []unix.Signal{unix.SIGHUP, unix.SIGINT, unix.SIGTERM, unix.SIGUSR1} {
		if signal.Ignored(s) { // as a shell does for jobs in the background
			t.Logf("%v is ignored here, and so it is in a sandbox", s)
			continue
		}
		cmd, out, _ := startHelper(t, "signals")
		if err := cmd.Process.Signal(s); err != nil {
			t.Fatal(err)
		}
		line, _ := out.ReadString('\n')
		err := cmd.Wait()
		if cmd.ProcessState.ExitCode() != int(s) || !strings.Contains(line, s.String()) {
			t.Errorf("%v: %v, said %q", s, err, line)
		}
	}
}

// The program does not outlive the process that everybody knows.
func TestSandboxParentKilled(t *testing.T) {
	testns.NeedSandbox(t)
	cmd, _, line := startHelper(t, "orphan")
	child, err := strconv.Atoi(line)
	if err != nil || child == cmd.Process.Pid {
		t.Fatalf("process %q, %v", line, err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	cmd.Wait()
	eventually(t, func() error {
		// Until somebody waits for it, what is left is a zombie.
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", child))
		if err == nil && !strings.Contains(string(stat), ") Z ") {
			return fmt.Errorf("process %d is still there: %s", child, stat)
		}
		return nil
	})
}

// A program that is started in a sandbox is in it; one that has lost the
// variable gets a sandbox within the sandbox.
func TestSandboxNested(t *testing.T) {
	testns.NeedSandbox(t)
	out := helper(t, "nested")
	if field(t, out, "net") != field(t, out, "outer net") {
		t.Errorf("a program in the sandbox got another one\n%s", out)
	}
	out = helper(t, "apart")
	if field(t, out, "net") == field(t, out, "outer net") || field(t, out, "user") == field(t, out, "outer user") {
		t.Errorf("the inner sandbox is the outer one\n%s", out)
	}
}

// The variable of another sandbox, or any other text, does not count.
func TestSandboxStale(t *testing.T) {
	testns.NeedSandbox(t)
	for _, value := range []string{"net:[1]", "1", "yes", " "} {
		cmd := helperCommand("report")
		cmd.Env = append(cmd.Env, sandboxEnv+"="+value)
		out, err := cmd.CombinedOutput()
		if err != nil || field(t, string(out), "net") == readlink("/proc/self/ns/net") {
			t.Errorf("%q: not in a sandbox: %v\n%s", value, err, out)
		}
	}
}

// A process that is told to finish a sandbox, but is not in one, must not mount
// anything: it would be on the host.
func TestSandboxForged(t *testing.T) {
	testns.NeedSandbox(t)
	before := mounts(t)
	netNS, mntNS := readlink("/proc/self/ns/net"), readlink("/proc/self/ns/mnt")
	for value, want := range map[string]string{
		"setup":                            "not a sandbox", // no instruction at all
		"setup ":                           "environment variable",
		"setup x y":                        "environment variable",
		"setup 3 1 " + netNS + " " + mntNS: "not the parent",
		"setup 3 1 net:[1] mnt:[1]":        "not the parent",
		pidSetup(netNS, mntNS):             "still in",
		pidSetup("net:[1]", mntNS):         "still in",
		pidSetup(netNS, "mnt:[1]"):         "still in",
	} {
		cmd := helperCommand("report")
		cmd.Env = append(cmd.Env, sandboxEnv+"="+value)
		out, err := cmd.CombinedOutput()
		if want == "not a sandbox" {
			if err != nil {
				t.Errorf("%q: %v\n%s", value, err, out)
			}
			continue
		}
		if err == nil || !strings.Contains(string(out), want) {
			t.Errorf("%q: %v, want %q in\n%s", value, err, want, out)
		}
	}
	if after := mounts(t); after != before {
		t.Errorf("%d mounts, %d before", after, before)
	}
}

// pidSetup is the instruction that this process would give.
func pidSetup(net, mnt string) string {
	return fmt.Sprintf("setup 3 %d %s %s", os.Getpid(), net, mnt)
}

// Where the machine forbids sandboxes, the error is one line that says why.
func TestSandboxForbidden(t *testing.T) {
	testns.NeedSandbox(t)
	out := helper(t, "forbidden")
	err := field(t, out, "forbidden")
	for _, want := range []string{"nsutil: set up sandbox: ", "no space left on device",
		"/proc/sys/user/max_user_namespaces is 0", "network and mount namespace: "} {
		if !strings.Contains(err, want) {
			t.Errorf("no %q in %q", want, err)
		}
	}
	if strings.Count(out, "\n") != 3 { // two lines about the outer sandbox
		t.Errorf("not one line:\n%s", out)
	}
}

// If the second process does not come back to Sandbox, or cannot finish what the
// kernel began, the first one says so and goes on.
func TestSandboxUnfinished(t *testing.T) {
	testns.NeedSandbox(t)
	for name, want := range map[string]string{
		"gone":    "the program ended before it called Sandbox again: exit status 3",
		"blocked": "mount a file system on /run/netns: not a directory",
	} {
		// Mapping all users, one of three ways, is refused earlier in the
		// sandbox of an ordinary user.
		if err := field(t, helper(t, name), "forbidden"); strings.Count(err, want) < 2 {
			t.Errorf("%s: %q does not say %q for each way", name, err, want)
		}
	}
}

// Root does without a user namespace where there are none.
func TestSandboxPlain(t *testing.T) {
	testns.NeedSandbox(t)
	out := helper(t, "plain")
	if field(t, out, "user") != field(t, out, "outer user") || field(t, out, "net") == field(t, out, "outer net") {
		t.Errorf("want the outer user namespace and another network namespace\n%s", out)
	}
	if got := field(t, out, "created"); got != "mine <nil> deleted: <nil>" {
		t.Errorf("created: %s", got)
	}
}
