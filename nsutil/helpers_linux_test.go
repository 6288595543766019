package nsutil_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/iplink-go/iplink/nsutil"
)

const sandboxEnv = "IPLINK_SANDBOX"

// helpers are programs that call Sandbox, or live in one with special settings.
// Those that change a limit do it in a sandbox of their own, for limits belong
// to user namespaces.
var helpers = map[string]func(){
	"idle":      func() { io.Copy(io.Discard, os.Stdin) },
	"onlooker":  onlooker,
	"report":    report,
	"exit":      func() { sandbox(); os.Exit(7) },
	"kill":      func() { sandbox(); unix.Kill(os.Getpid(), unix.SIGKILL) },
	"signals":   waitForSignal,
	"orphan":    func() { sandbox(); fmt.Println(os.Getpid()); time.Sleep(time.Minute) },
	"nested":    func() { sandbox(); again("report", false) },
	"apart":     func() { sandbox(); again("report", true) },
	"gone":      gone,
	"blocked":   blocked,
	"forbidden": func() { sandbox(); limit("user", "0"); limit("net", "0"); again("report", true) },
	"plain":     func() { sandbox(); limit("user", "0"); again("report", true) },
	"crowded":   crowded,
	"powerless": powerless,
}

// helperCommand prepares a helper that knows nothing of the tests' sandbox.
func helperCommand(name string, args ...string) *exec.Cmd {
	cmd := exec.Command("/proc/self/exe", args...)
	// With -race each program would sleep for a second before it ends.
	cmd.Env = append(os.Environ(), helperEnv+"="+name, sandboxEnv+"=", "GORACE=atexit_sleep_ms=0")
	return cmd
}

// helper runs a helper and returns what it prints.
func helper(t *testing.T, name string) string {
	t.Helper()
	out, err := helperCommand(name).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return string(out)
}

func sandbox() {
	if err := nsutil.Sandbox(); err != nil {
		fmt.Println("forbidden:", err)
		os.Exit(0)
	}
}

// report prints what the sandbox is like from inside.
func report() {
	sandbox()
	links, err := net.Interfaces()
	for _, l := range links {
		state := ""
		if l.Flags&net.FlagUp != 0 {
			state = " is up"
		}
		fmt.Println("link: " + l.Name + state)
	}
	names, listErr := nsutil.List()
	dir, dirErr := os.Getwd()
	shown, sysErr := os.ReadDir("/sys/class/net")
	for _, e := range shown {
		if e.Type() == os.ModeSymlink { // the rest is not about links
			fmt.Println("sys:", e.Name())
		}
	}
	for _, ns := range []string{"net", "mnt", "user"} {
		fmt.Println(ns+":", readlink("/proc/self/ns/"+ns))
	}
	input, inErr := io.ReadAll(os.Stdin)
	fmt.Println("names:", names, "uid:", os.Getuid(), "dir:", dir, "args:", os.Args[1:], "input:", string(input))
	for _, err := range []error{err, listErr, dirErr, sysErr, inErr} {
		if err != nil {
			fmt.Println("error:", err)
		}
	}
	ns, err := nsutil.Create("mine")
	fmt.Println("created:", ns, err, "deleted:", nsutil.Delete("mine"))
}

// onlooker waits for a line on its input and prints what the second name means
// to it.
func onlooker() {
	fmt.Println("ready")
	bufio.NewReader(os.Stdin).ReadString('\n')
	ns, err := nsutil.Open("second")
	fmt.Println(ns.ID(), err)
}

func readlink(path string) string {
	target, err := os.Readlink(path)
	if err != nil {
		return err.Error()
	}
	return target
}

func waitForSignal() {
	sandbox()
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, unix.SIGHUP, unix.SIGINT, unix.SIGTERM, unix.SIGUSR1)
	fmt.Println("ready")
	s := <-signals
	fmt.Println("got", s)
	os.Exit(int(s.(syscall.Signal)))
}

// again runs this program as another helper inside the sandbox. apart makes it
// forget where it is.
func again(name string, apart bool) {
	cmd := helperCommand(name)
	if !apart {
		cmd.Env = append(cmd.Env, sandboxEnv+"="+os.Getenv(sandboxEnv))
	}
	fmt.Println("outer net:", readlink("/proc/self/ns/net"))
	fmt.Println("outer user:", readlink("/proc/self/ns/user"))
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		fmt.Println("error:", err)
	}
}

// limit sets how many namespaces of a type there may be in the sandbox.
func limit(typ, n string) {
	if err := os.WriteFile("/proc/sys/user/max_"+typ+"_namespaces", []byte(n), 0); err != nil {
		fmt.Println("error:", err)
	}
}

// gone is a program that does not reach Sandbox again when it is started anew.
func gone() {
	if strings.HasPrefix(os.Getenv(sandboxEnv), "setup") {
		os.Exit(3)
	}
	sandbox()
}

// blocked is a machine on which a sandbox can be begun but not finished.
func blocked() {
	sandbox()
	err := unix.Mount("tmpfs", "/run", "tmpfs", 0, "")
	if err == nil {
		err = os.WriteFile(nsutil.RunDir, nil, 0o600) // where a directory should be
	}
	if err != nil {
		fmt.Println("error:", err)
	}
	again("report", true)
}

func crowded() {
	sandbox()
	limit("net", "0")
	_, err := nsutil.New()
	fmt.Println("New:", err)
	_, err = nsutil.Create("blue")
	fmt.Println("Create:", err)
	names, _ := nsutil.List()
	fmt.Println("List:", names)
}

// powerless gives up all capabilities, of all its threads by starting again:
// with no bounding set and as root, exec gives none.
func powerless() {
	if os.Getenv("POWERLESS") == "" {
		sandbox()
		ns, err := nsutil.New()
		if err != nil {
			fmt.Println("error:", err)
			return
		}
		runtime.LockOSThread() // whose bounding set it is, and which starts the other
		for c := 0; unix.Prctl(unix.PR_CAPBSET_DROP, uintptr(c), 0, 0, 0) == nil; c++ {
		}
		target := os.NewFile(uintptr(ns.FD()), "namespace")
		cmd := exec.Command("/proc/self/exe")
		cmd.Env = append(os.Environ(), "POWERLESS=1")
		cmd.ExtraFiles = []*os.File{target}
		out, err := cmd.CombinedOutput()
		fmt.Println(string(out), err)
		return
	}
	_, err := nsutil.New()
	fmt.Println("New:", err)
	_, err = nsutil.Create("blue")
	fmt.Println("Create:", err)
	ns, err := nsutil.OpenFD(3)
	called := false
	fmt.Println("OpenFD:", err, "Do:", nsutil.Do(ns, func() error { called = true; return nil }))
	fmt.Println("called:", called)
}

// dropCapabilities takes all capabilities from the calling thread.
func dropCapabilities() error {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var none [2]unix.CapUserData
	return unix.Capset(&header, &none[0])
}

// field returns the rest of the line that begins with name.
func field(t *testing.T, out, name string) string {
	t.Helper()
	for lines := bufio.NewScanner(strings.NewReader(out)); lines.Scan(); {
		if rest, ok := strings.CutPrefix(lines.Text(), name+": "); ok {
			return rest
		}
	}
	t.Fatalf("no %q in\n%s", name, out)
	return ""
}
