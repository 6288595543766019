package nsutil_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/iplink-go/iplink/internal/testns"
	"github.com/iplink-go/iplink/nsutil"
)

func TestDo(t *testing.T) {
	ns, home := testns.New(t), here(t)
	var inside nsutil.Identity
	mine := errors.New("mine")
	err := nsutil.Do(ns, func() error {
		inside = here(t)
		return mine
	})
	if err != mine {
		t.Errorf("Do = %v, want the function's error as it is", err)
	}
	if inside != ns.ID() || here(t) != home {
		t.Errorf("inside %v, want %v; afterwards %v, want %v", inside, ns.ID(), here(t), home)
	}
}

func TestDoNested(t *testing.T) {
	outer, inner, home := testns.New(t), testns.New(t), here(t)
	testns.In(t, outer, func() {
		testns.In(t, inner, func() {
			if here(t) != inner.ID() {
				t.Error("the inner function is not in the inner namespace")
			}
			created := opened(t)(nsutil.New())
			if created.Equal(inner) || here(t) != inner.ID() {
				t.Error("New moved its caller")
			}
		})
		if here(t) != outer.ID() {
			t.Error("the outer function was moved by the inner call")
		}
	})
	if here(t) != home {
		t.Error("the caller was moved")
	}
}

// A goroutine that is locked to its thread, even in another namespace, stays.
func TestDoLocked(t *testing.T) {
	ns, other := testns.New(t), testns.New(t)
	testns.In(t, other, func() { // locked and moved, by Do itself
		thread := unix.Gettid()
		testns.In(t, ns, func() {})
		if here(t) != other.ID() || unix.Gettid() != thread {
			t.Error("the locked caller was moved")
		}
	})
}

func TestDoGoroutine(t *testing.T) {
	ns, home := testns.New(t), here(t)
	testns.In(t, ns, func() {
		for range 50 {
			seen := make(chan nsutil.Identity)
			go func() { seen <- here(t) }()
			if id := <-seen; id != home {
				t.Fatalf("a goroutine of the function is in %v, want %v", id, home)
			}
		}
	})
}

// The main thread is what /proc/PID shows, and cannot be thrown away.
func TestDoMainThread(t *testing.T) {
	ns := testns.New(t)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 100 {
				testns.In(t, ns, func() {
					if unix.Gettid() == unix.Getpid() {
						t.Error("the main thread was moved")
					}
					runtime.Gosched()
				})
			}
		})
	}
	wg.Wait()
}

func TestDoPanic(t *testing.T) {
	ns, home := testns.New(t), here(t)
	cause := errors.New("boom")
	defer func() {
		p, ok := recover().(*nsutil.PanicError)
		if !ok || p.Value != cause || !errors.Is(p, cause) {
			t.Fatalf("recovered %v, want a *PanicError with %v", p, cause)
		}
		if !strings.Contains(string(p.Stack), "explode") || !strings.Contains(p.Error(), "boom") {
			t.Errorf("the panic does not tell where and what: %v", p)
		}
		if here(t) != home {
			t.Error("the caller was moved")
		}
	}()
	nsutil.Do(ns, func() error { explode(cause); return nil })
	t.Error("Do returned")
}

//go:noinline
func explode(value any) { panic(value) }

func TestDoGoexit(t *testing.T) {
	ns := testns.New(t)
	returned, deferred := false, false
	var wg sync.WaitGroup
	wg.Go(func() {
		defer func() { deferred = recover() == nil }()
		nsutil.Do(ns, func() error { runtime.Goexit(); return nil })
		returned = true
	})
	wg.Wait()
	if returned || !deferred {
		t.Errorf("Do returned: %v; deferred functions ran: %v", returned, deferred)
	}
}

// A program that may not enter a namespace is told so, and what is missing.
func TestDoWithoutRight(t *testing.T) {
	testns.NeedSandbox(t)
	out := helper(t, "powerless")
	for _, want := range []string{
		"New: nsutil: create network namespace: unshare: operation not permitted (needs CAP_SYS_ADMIN)",
		"Do: nsutil: enter network namespace net:[", "setns: operation not permitted (needs CAP_SYS_ADMIN)",
		"called: false",
		"Create: nsutil: create network namespace \"blue\": share mounts below /run/netns: operation not permitted",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("without capabilities there is no %q in\n%s", want, out)
		}
	}
}

// A creation that fails half-way leaves nothing.
func TestNewWithoutSpace(t *testing.T) {
	testns.NeedSandbox(t)
	out := helper(t, "crowded")
	if !strings.Contains(out, "New: nsutil: create network namespace: unshare: no space left on device") ||
		!strings.Contains(out, `Create: nsutil: create network namespace "blue": unshare: no space left on device`) ||
		!strings.Contains(out, "List: []") {
		t.Errorf("with a limit of 0 namespaces:\n%s", out)
	}
}

// A thread that cannot go home ends, and its goroutine's work is not lost.
func TestDoThrowsAway(t *testing.T) {
	ns, home := testns.New(t), here(t)
	threads := make(map[int]bool)
	for range 20 {
		testns.In(t, ns, func() {
			threads[unix.Gettid()] = true
			if err := dropCapabilities(); err != nil {
				t.Error(err)
			}
		})
		if here(t) != home {
			t.Fatal("the caller was moved")
		}
	}
	if len(threads) < 2 {
		t.Error("a thread was used again")
	}
	eventually(t, func() error { return strayThreads(home) })
	for thread := range threads {
		if _, err := os.Stat(fmt.Sprintf("/proc/self/task/%d", thread)); err == nil {
			t.Errorf("thread %d is still there", thread)
		}
	}
}

// strayThreads returns an error if any thread is not in the namespace home.
func strayThreads(home nsutil.Identity) error {
	tasks, err := filepath.Glob("/proc/self/task/*/ns/net")
	if err != nil || len(tasks) == 0 {
		return fmt.Errorf("no threads: %v", err)
	}
	for _, task := range tasks {
		space, err := os.Readlink(task)
		if err == nil && space != home.String() {
			return fmt.Errorf("%s is in %s, not in %v", task, space, home)
		}
	}
	return nil
}

// eventually fails the test if f does not succeed within seconds.
func eventually(t *testing.T, f func() error) {
	t.Helper()
	var err error
	for range 500 {
		if err = f(); err == nil {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error(err)
}

// The stress test moves many goroutines through many namespaces in every way
// that a function can end, and looks after each move where everybody is.
func TestStress(t *testing.T) {
	testns.NeedSandbox(t)
	const goroutines = 32
	rounds := 10_000/goroutines + 1
	switch {
	case testing.Short():
		rounds = 500 / goroutines
	case os.Getenv(testns.KernelVariable) != "":
		// What goroutines and threads do to each other is the same on every
		// kernel, and an emulated processor takes minutes for all of it.
		rounds = 2_000 / goroutines
	}
	s := stress{home: here(t)}
	for range 8 {
		s.spaces = append(s.spaces, testns.New(t))
	}
	files, threads := count("/proc/self/fd/*"), count("/proc/self/task/*")
	running := runtime.NumGoroutine()

	var wg sync.WaitGroup
	for range goroutines {
		wg.Go(func() {
			for range rounds {
				if err := s.round(); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()

	eventually(t, func() error { return strayThreads(s.home) })
	eventually(t, func() error {
		if n := runtime.NumGoroutine(); n > running {
			return fmt.Errorf("%d goroutines, %d before", n, running)
		}
		// A thread for each goroutine and its helper, and spare ones.
		if n := count("/proc/self/task/*"); n > threads+3*goroutines {
			return fmt.Errorf("%d threads, %d before", n, threads)
		}
		if n := count("/proc/self/fd/*"); n > files {
			return fmt.Errorf("%d open files, %d before", n, files)
		}
		return nil
	})
}

func count(pattern string) int {
	paths, _ := filepath.Glob(pattern)
	return len(paths)
}

type stress struct {
	home   nsutil.Identity
	spaces []*nsutil.Namespace
}

// round makes one trip, checks where it led, and where the goroutine is after.
func (s *stress) round() error {
	var err error
	done := make(chan struct{})
	if rand.N(8) == 0 {
		// Its own goroutine, for this may end in Goexit.
		go func() {
			defer close(done)
			err = s.trip(2)
		}()
		<-done
	} else {
		err = s.trip(rand.N(2))
	}
	return errors.Join(err, expect("after the round", s.home))
}

// trip goes to a random namespace and from there to depth others.
func (s *stress) trip(depth int) error {
	ns, ending := s.spaces[rand.N(len(s.spaces))], rand.N(16)
	defer func() { recover() }() // of the ending by panic
	return nsutil.Do(ns, func() error {
		if err := expect("on arrival", ns.ID()); err != nil {
			return err
		}
		outside := make(chan error)
		go func() { outside <- expect("in a goroutine of the function", s.home) }()
		if err := <-outside; err != nil {
			return err
		}
		if depth > 0 {
			if err := s.trip(depth - 1); err != nil {
				return err
			}
		}
		if err := expect("before the return", ns.ID()); err != nil {
			return err
		}
		return s.end(ending, depth)
	})
}

// end ends a trip in one of the ways a function can end.
func (s *stress) end(how, depth int) error {
	switch {
	case how == 0:
		panic("on purpose")
	case how == 1 && depth == 2:
		runtime.Goexit()
	case how == 2:
		return dropCapabilities() // and thereby the way home
	case how == 3:
		ns, err := nsutil.New()
		if err != nil {
			return err
		}
		return ns.Close()
	}
	return nil
}

func expect(when string, want nsutil.Identity) error {
	ns, err := nsutil.Current()
	if err != nil {
		return err
	}
	defer ns.Close()
	if ns.ID() != want {
		return fmt.Errorf("%s: in %v, want %v", when, ns.ID(), want)
	}
	return nil
}

func BenchmarkDo(b *testing.B) {
	ns := testns.New(b)
	for b.Loop() {
		if err := nsutil.Do(ns, func() error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
}
