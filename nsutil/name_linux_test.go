package nsutil_test

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/iplink-go/iplink/internal/testns"
	"github.com/iplink-go/iplink/nsutil"
)

func listed(t *testing.T) []string {
	t.Helper()
	names, err := nsutil.List()
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestCreateDelete(t *testing.T) {
	blue := created(t, "blue")
	longest := strings.Repeat("x", 255)
	created(t, longest)
	if want := []string{"blue", longest}; !slices.Equal(listed(t), want) {
		t.Errorf("List() = %q, want %q", listed(t), want)
	}
	if _, err := nsutil.Create("blue"); !errors.Is(err, fs.ErrExist) {
		t.Errorf("second Create = %v, want ErrExist", err)
	}
	if again := opened(t)(nsutil.Open("blue")); !again.Equal(blue) {
		t.Error("the second Create replaced the namespace")
	}
	if err := nsutil.Delete("blue"); err != nil {
		t.Fatal(err)
	}
	if _, err := nsutil.Open("blue"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Open after Delete = %v, want ErrNotExist", err)
	}
	if err := nsutil.Delete("blue"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("second Delete = %v, want ErrNotExist", err)
	}
	// The name is gone, the namespace is not: there is a handle.
	testns.In(t, blue, func() {
		if here(t) != blue.ID() {
			t.Error("not in the namespace that was deleted")
		}
	})
}

// Deleting does not wait for those who have the namespace's file open.
func TestDeleteOpen(t *testing.T) {
	created(t, "blue")
	f, err := os.Open("/run/netns/blue")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := nsutil.Delete("blue"); err != nil {
		t.Error(err)
	}
}

// What an interrupted creation leaves is listed, is no namespace, keeps its
// name taken, and can be deleted.
func TestHalfMade(t *testing.T) {
	testns.NeedSandbox(t)
	if err := os.WriteFile("/run/netns/half", nil, 0); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(listed(t), []string{"half"}) {
		t.Errorf("List() = %q", listed(t))
	}
	if _, err := nsutil.Open("half"); !errors.Is(err, nsutil.ErrNotNetNS) {
		t.Errorf("Open = %v, want ErrNotNetNS", err)
	}
	if _, err := nsutil.Create("half"); !errors.Is(err, fs.ErrExist) {
		t.Errorf("Create = %v, want ErrExist", err)
	}
	if err := nsutil.Delete("half"); err != nil {
		t.Error(err)
	}
	if len(listed(t)) != 0 {
		t.Errorf("List() = %q after Delete", listed(t))
	}
}

// A name can be a symbolic link, as made for the namespaces of containers. It
// is followed to open, not to delete.
func TestSymlink(t *testing.T) {
	blue := created(t, "blue")
	if err := os.Symlink("blue", "/run/netns/alias"); err != nil {
		t.Fatal(err)
	}
	if alias := opened(t)(nsutil.Open("alias")); !alias.Equal(blue) {
		t.Error("the link leads elsewhere")
	}
	if err := nsutil.Delete("alias"); err != nil {
		t.Fatal(err)
	}
	if still := opened(t)(nsutil.Open("blue")); !still.Equal(blue) {
		t.Error("deleting the link deleted what it points to")
	}
}

// Of many that create the same name, one succeeds, and the directory is mounted
// onto itself at most once.
func TestConcurrentCreate(t *testing.T) {
	testns.NeedSandbox(t)
	before := mounts(t)
	var made atomic.Int32
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			ns, err := nsutil.Create("race")
			switch {
			case err == nil:
				made.Add(1)
				ns.Close()
			case !errors.Is(err, fs.ErrExist):
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if made.Load() != 1 {
		t.Errorf("%d creations of one name", made.Load())
	}
	if err := nsutil.Delete("race"); err != nil {
		t.Error(err)
	}
	if after := mounts(t); after != before {
		t.Errorf("%d mounts, %d before", after, before)
	}
}

func mounts(t *testing.T) int {
	t.Helper()
	text, err := os.ReadFile("/proc/thread-self/mountinfo")
	if err != nil {
		t.Fatal(err)
	}
	return strings.Count(string(text), "\n")
}

// run returns what a program prints.
func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

// An ipNetns does what the commands of "ip netns" do.
type ipNetns struct {
	add, del func(name string)
	list     func() []string
	exec     func(name string) (id string) // of the namespace that a program runs in
}

// iproute2 is the real one.
func iproute2(t *testing.T, path string) ipNetns {
	return ipNetns{
		add:  func(name string) { run(t, path, "netns", "add", name) },
		del:  func(name string) { run(t, path, "netns", "del", name) },
		list: func() []string { return strings.Fields(run(t, path, "netns", "list")) },
		exec: func(name string) string {
			return strings.TrimSpace(run(t, path, "netns", "exec", name, "readlink", "/proc/self/ns/net"))
		},
	}
}

// byHand does the same with the system calls and in the places that ip uses,
// where there is no ip.
func byHand(t *testing.T) ipNetns {
	file := func(name string) string { return "/run/netns/" + name }
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	return ipNetns{
		add: func(name string) {
			check(os.WriteFile(file(name), nil, 0))
			testns.In(t, testns.New(t), func() { check(unix.Mount("/proc/thread-self/ns/net", file(name), "none", unix.MS_BIND, "")) })
		},
		del: func(name string) {
			check(unix.Unmount(file(name), unix.MNT_DETACH))
			check(os.Remove(file(name)))
		},
		list: func() (names []string) {
			entries, err := os.ReadDir("/run/netns")
			check(err)
			for _, e := range entries {
				names = append(names, e.Name())
			}
			return names
		},
		exec: func(name string) string {
			runtime.LockOSThread()
			home, err := os.Open("/proc/thread-self/ns/net")
			check(err)
			defer home.Close()
			there, err := os.Open(file(name))
			check(err)
			defer there.Close()
			check(unix.Setns(int(there.Fd()), unix.CLONE_NEWNET))
			id, err := os.Readlink("/proc/thread-self/ns/net")
			check(unix.Setns(int(home.Fd()), unix.CLONE_NEWNET))
			runtime.UnlockOSThread()
			check(err)
			return id
		},
	}
}

// What we make, ip knows, and the other way round.
func TestIPNetns(t *testing.T) {
	t.Run("by hand", func(t *testing.T) { testIPNetns(t, byHand(t)) })
	if path, err := testns.IPRoute2(); err != nil {
		t.Logf("ip itself is not compared: %v", err)
	} else {
		t.Run("ip", func(t *testing.T) { testIPNetns(t, iproute2(t, path)) })
	}
}

func testIPNetns(t *testing.T, ip ipNetns) {
	ours := created(t, "ours")
	ip.add("theirs")
	t.Cleanup(func() { nsutil.Delete("theirs") })

	list := ip.list()
	slices.Sort(list)
	if !slices.Equal(list, listed(t)) || len(list) != 2 {
		t.Errorf("ip lists %q, we %q", list, listed(t))
	}
	theirs := opened(t)(nsutil.Open("theirs"))
	for name, ns := range map[string]*nsutil.Namespace{"ours": ours, "theirs": theirs} {
		if got := ip.exec(name); got != ns.ID().String() {
			t.Errorf("ip netns exec %s runs in %s, want %v", name, got, ns.ID())
		}
	}
	ip.del("ours")
	if err := nsutil.Delete("theirs"); err != nil {
		t.Error(err)
	}
	if out := ip.list(); len(out) != 0 || len(listed(t)) != 0 {
		t.Errorf("still listed: %q by ip, %q by us", out, listed(t))
	}
}

// A name that is created in one mount namespace appears in those that are
// copies of it.
func TestPropagation(t *testing.T) {
	created(t, "first") // makes the directory shared
	cmd := helperCommand("onlooker")
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWNS}
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	out := bufio.NewReader(pipe)
	if _, err := out.ReadString('\n'); err != nil { // ready
		t.Fatal(err)
	}
	second := created(t, "second")
	fmt.Fprintln(in, "go")
	got, _ := out.ReadString('\n')
	if want := fmt.Sprintln(second.ID(), nil); got != want {
		t.Errorf("in another mount namespace the new name is %q, want %q", got, want)
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
}
