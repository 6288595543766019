package nsutil_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/iplink-go/iplink/internal/testns"
	"github.com/iplink-go/iplink/nsutil"
)

// opened closes a handle with the test and fails it if there is none.
func opened(t *testing.T) func(*nsutil.Namespace, error) *nsutil.Namespace {
	return func(ns *nsutil.Namespace, err error) *nsutil.Namespace {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { ns.Close() })
		return ns
	}
}

// created makes a named namespace that is deleted with the test.
func created(t *testing.T, name string) *nsutil.Namespace {
	t.Helper()
	testns.NeedSandbox(t)
	ns := opened(t)(nsutil.Create(name))
	t.Cleanup(func() {
		if err := nsutil.Delete(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Error(err)
		}
	})
	return ns
}

// here returns the identity of the calling thread's namespace.
func here(t testing.TB) nsutil.Identity {
	t.Helper()
	ns, err := nsutil.Current()
	if err != nil {
		t.Fatal(err)
	}
	defer ns.Close()
	return ns.ID()
}

func TestIdentity(t *testing.T) {
	blue, anonymous := created(t, "blue"), testns.New(t)
	open := opened(t)
	same := map[string]*nsutil.Namespace{
		"created": blue,
		"by name": open(nsutil.Open("blue")),
		"by path": open(nsutil.OpenPath("/run/netns/blue")),
		"by fd":   open(nsutil.OpenFD(blue.FD())),
	}
	testns.In(t, blue, func() { same["current"] = open(nsutil.Current()) })
	names := make(map[nsutil.Identity]string) // an identity is a key
	for how, ns := range same {
		names[ns.ID()] = how
		if !ns.Equal(blue) || !blue.Equal(ns) {
			t.Errorf("%s: %v is not equal to %v", how, ns.ID(), blue.ID())
		}
		if ns.Equal(anonymous) || ns.ID() == here(t) {
			t.Errorf("%s: equal to another namespace", how)
		}
	}
	if len(names) != 1 {
		t.Errorf("one namespace with identities %v", names)
	}
	link, err := os.Readlink(fmt.Sprintf("/proc/self/fd/%d", blue.FD()))
	if err != nil || link != blue.ID().String() {
		t.Errorf("identity %v, but the kernel says %q, %v", blue.ID(), link, err)
	}
	var none *nsutil.Namespace
	if none.Equal(none) || new(nsutil.Namespace).Equal(new(nsutil.Namespace)) || blue.Equal(nil) {
		t.Error("handles on nothing are equal to something")
	}
}

func TestString(t *testing.T) {
	blue, anonymous := created(t, "blue"), testns.New(t)
	open := opened(t)
	for want, ns := range map[string]*nsutil.Namespace{
		"blue":                     open(nsutil.Open("blue")),
		"/run/netns/blue":          open(nsutil.OpenPath("/run/netns/blue")),
		anonymous.ID().String():    anonymous,
		blue.ID().String():         open(nsutil.OpenFD(blue.FD())),
		"<nil>":                    nil,
		"net:[0]":                  new(nsutil.Namespace),
		here(t).String():           open(nsutil.Current()),
		"/proc/thread-self/ns/net": open(nsutil.OpenPath("/proc/thread-self/ns/net")),
	} {
		if got := ns.String(); got != want {
			t.Errorf("String() = %q, want %q", got, want)
		}
	}
}

func TestClosed(t *testing.T) {
	ns := testns.New(t)
	closed := opened(t)(nsutil.OpenFD(ns.FD()))
	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}
	called := func() error { t.Error("the function was called"); return nil }
	for how, ns := range map[string]*nsutil.Namespace{"closed": closed, "zero": new(nsutil.Namespace)} {
		for op, err := range map[string]error{
			"Close":   ns.Close(),
			"Do":      nsutil.Do(ns, called),
			"SetNSID": nsutil.SetNSID(t.Context(), nil, ns, 1),
			"NSIDs":   func() error { _, err := nsutil.NSIDs(t.Context(), ns); return err }(),
		} {
			if !errors.Is(err, fs.ErrClosed) {
				t.Errorf("%s handle: %s = %v, want ErrClosed", how, op, err)
			}
		}
		if ns.FD() != -1 {
			t.Errorf("%s handle: FD() = %d", how, ns.FD())
		}
	}
	if closed.ID() != ns.ID() || !closed.Equal(ns) {
		t.Error("a closed handle has forgotten its identity")
	}
	if err := nsutil.Do(nil, called); !errors.Is(err, fs.ErrInvalid) {
		t.Errorf("Do(nil) = %v, want ErrInvalid", err)
	}
	if err := (*nsutil.Namespace)(nil).Close(); !errors.Is(err, fs.ErrInvalid) {
		t.Errorf("Close of nil = %v, want ErrInvalid", err)
	}
}

// A handle that is closed while it is used works until the use is over.
func TestCloseDuringDo(t *testing.T) {
	ns := opened(t)(nsutil.OpenFD(testns.New(t).FD()))
	testns.In(t, ns, func() {
		if err := ns.Close(); err != nil {
			t.Error(err)
		}
		if here(t) != ns.ID() {
			t.Error("thrown out by Close")
		}
	})
}

func TestConcurrentClose(t *testing.T) {
	ns := opened(t)(nsutil.OpenFD(testns.New(t).FD()))
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for {
				err := nsutil.Do(ns, func() error {
					if here(t) != ns.ID() {
						t.Error("in the wrong namespace")
					}
					return nil
				})
				if errors.Is(err, fs.ErrClosed) {
					return
				}
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	if err := ns.Close(); err != nil {
		t.Error(err)
	}
	wg.Wait()
}

func TestOpenMissing(t *testing.T) {
	testns.NeedSandbox(t)
	ended := helperCommand("idle")
	if err := ended.Run(); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for call, f := range map[string]func() (*nsutil.Namespace, error){
		"Open":     func() (*nsutil.Namespace, error) { return nsutil.Open("missing") },
		"OpenPath": func() (*nsutil.Namespace, error) { return nsutil.OpenPath(dir + "/missing") },
		"OpenPID":  func() (*nsutil.Namespace, error) { return nsutil.OpenPID(ended.Process.Pid) },
		"OpenPID0": func() (*nsutil.Namespace, error) { return nsutil.OpenPID(0) },
	} {
		if ns, err := f(); !errors.Is(err, fs.ErrNotExist) || ns != nil {
			t.Errorf("%s = %v, %v, want ErrNotExist", call, ns, err)
		}
	}
}

func TestOpenOther(t *testing.T) {
	testns.NeedSandbox(t)
	dir := t.TempDir()
	fifo := filepath.Join(dir, "fifo") // opening one would block
	if err := unix.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		fifo:                 "another file system",
		dir:                  "another file system",
		"/proc/self/ns/mnt":  "a mount namespace",
		"/proc/self/ns/user": "a user namespace",
		"/proc/self/ns/uts":  "a UTS namespace",
	} {
		_, err := nsutil.OpenPath(path)
		if !errors.Is(err, nsutil.ErrNotNetNS) || !strings.Contains(err.Error(), want) ||
			!strings.Contains(err.Error(), path) {
			t.Errorf("OpenPath(%s) = %v, want ErrNotNetNS with %q and the path", path, err, want)
		}
	}
	f, err := os.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := nsutil.OpenFD(int(f.Fd())); !errors.Is(err, nsutil.ErrNotNetNS) {
		t.Errorf("OpenFD of a directory = %v, want ErrNotNetNS", err)
	}
	if _, err := nsutil.OpenFD(-1); !errors.Is(err, unix.EBADF) {
		t.Errorf("OpenFD(-1) = %v, want EBADF", err)
	}
}

func TestOpenPID(t *testing.T) {
	ns := testns.New(t)
	cmd := helperCommand("idle")
	stop, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	testns.In(t, ns, func() {
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
	})
	defer cmd.Wait()
	defer stop.Close()
	got := opened(t)(nsutil.OpenPID(cmd.Process.Pid))
	if !got.Equal(ns) {
		t.Errorf("process started in %v is in %v", ns, got)
	}
	if self := opened(t)(nsutil.OpenPID(os.Getpid())); self.ID() != here(t) {
		t.Errorf("this process is in %v, not in %v", self, here(t))
	}
}

// The descriptor is a copy: closing either does nothing to the other.
func TestOpenFD(t *testing.T) {
	first := opened(t)(nsutil.OpenFD(testns.New(t).FD()))
	second := opened(t)(nsutil.OpenFD(first.FD()))
	if first.FD() == second.FD() {
		t.Fatal("the descriptor was not duplicated")
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	testns.In(t, second, func() {})
	flags, err := unix.FcntlInt(uintptr(second.FD()), unix.F_GETFD, 0)
	if err != nil || flags&unix.FD_CLOEXEC == 0 {
		t.Errorf("flags %#x, %v: programs would inherit the descriptor", flags, err)
	}
}
