package rtnl_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/rtnl"
	"github.com/iplink-go/iplink/internal/rtnl/rtnltest"
	"github.com/iplink-go/iplink/internal/testns"
	"golang.org/x/sys/unix"
)

// These tests talk to the running kernel, in the sandbox.

func TestMain(m *testing.M) { testns.Main(m) }

func dial(tb testing.TB, cfg rtnl.Config) rtnl.Transport {
	tb.Helper()
	testns.NeedSandbox(tb)
	s, err := rtnl.Dial(cfg)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { s.Close() })
	return s
}

func current(tb testing.TB) rtnl.Transport { return dial(tb, rtnl.Config{NetNS: -1}) }

// getLink returns a request for the link with an index.
func getLink(index int32, flags uint16) []byte {
	b := newRequest(rtnl.GetLink, flags)
	binary.NativeEndian.PutUint32(b[rtnl.HeaderLen+4:], uint32(index))
	return b
}

// index returns the interface index in a link message.
func index(m rtnl.Message) int32 { return int32(binary.NativeEndian.Uint32(m.Payload[4:])) }

func links(tb testing.TB, t rtnl.Transport) (found []int32) {
	tb.Helper()
	_, err := rtnl.NewConn(t, nil).Dump(tb.Context(), getLink(0, 0), func(m rtnl.Message) error {
		if m.Type != rtnl.NewLink {
			return fmt.Errorf("type %d", m.Type)
		}
		found = append(found, index(m))
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
	return found
}

func TestKernelDumpAndGet(t *testing.T) {
	s := current(t)
	found := links(t, s)
	if len(found) == 0 {
		t.Fatal("no links: not even lo")
	}
	c := rtnl.NewConn(s, nil)
	for _, flags := range []uint16{0, rtnl.FlagAck} {
		var got int32
		_, err := c.Do(t.Context(), getLink(found[0], flags), func(m rtnl.Message) error {
			got = index(m)
			return nil
		})
		if err != nil || got != found[0] {
			t.Errorf("flags %#x: index %d, %v", flags, got, err)
		}
	}
}

func TestKernelRefusals(t *testing.T) {
	c := rtnl.NewConn(current(t), nil)
	var refused *rtnl.Error
	_, err := c.Do(t.Context(), getLink(1<<30, 0), nil)
	if !errors.As(err, &refused) || unix.Errno(refused.Errno) != unix.ENODEV {
		t.Errorf("missing link: %v", err)
	}
	// Strict checking, reported at the end of the dump, with words.
	_, err = c.Dump(t.Context(), getLink(5, 0), nil)
	if !errors.As(err, &refused) || unix.Errno(refused.Errno) != unix.EINVAL || refused.Msg == "" {
		t.Errorf("strict dump: %v", err)
	}
	if c.Broken() {
		t.Error("broken by a refusal")
	}
	lenient := rtnl.NewConn(dial(t, rtnl.Config{NetNS: -1, NoStrict: true}), nil)
	if _, err := lenient.Dump(t.Context(), getLink(5, 0), nil); err != nil {
		t.Errorf("lenient dump: %v", err)
	}
}

func TestKernelStopLeavesBrokenConn(t *testing.T) {
	c := rtnl.NewConn(current(t), nil)
	_, err := c.Dump(t.Context(), getLink(0, 0), func(rtnl.Message) error { return rtnl.ErrStop })
	if err != nil || !c.Broken() {
		t.Errorf("%v, broken %v", err, c.Broken())
	}
}

func TestKernelTruncation(t *testing.T) {
	s := current(t)
	send(t, s, 0, 1)
	small := make([]byte, 64)
	n, from, err := s.Receive(t.Context(), small)
	if err != nil || n <= len(small) || from != 0 {
		t.Errorf("n %d, from %d, %v", n, from, err)
	}
}

// send sends n requests for a link that exists with the number seq.
func send(tb testing.TB, s rtnl.Transport, seq uint32, n int) {
	tb.Helper()
	b := getLink(1, rtnl.FlagRequest|rtnl.FlagAck)
	binary.NativeEndian.PutUint32(b[8:], seq)
	for range n {
		if err := s.Send(context.Background(), b); err != nil {
			tb.Fatal(err)
		}
	}
}

// Answers that nobody read, as many as it takes to overflow the queue, must
// not fail the exchange after them.
func TestKernelPoisonedSocket(t *testing.T) {
	s := current(t)
	send(t, s, 0, 3)
	c := rtnl.NewConn(s, nil)
	if _, err := c.Do(t.Context(), getLink(1, rtnl.FlagAck), nil); err != nil || c.Broken() {
		t.Errorf("after stale answers: %v, broken %v", err, c.Broken())
	}
}

func TestKernelOverrun(t *testing.T) {
	s := dial(t, rtnl.Config{NetNS: -1, ReadBuffer: 4096})
	send(t, s, 0, 100)
	buf := make([]byte, 8192)
	if _, _, err := s.Receive(t.Context(), buf); err != rtnl.ErrOverrun {
		t.Fatalf("got %v", err)
	}
	// Reading the queue empty revives the socket.
	for err := error(nil); err == nil; {
		_, _, err = s.Receive(ended(), buf)
	}
	if _, err := rtnl.NewConn(s, nil).Do(t.Context(), getLink(1, rtnl.FlagAck), nil); err != nil {
		t.Errorf("after draining: %v", err)
	}

	send(t, s, 0, 100)
	c := rtnl.NewConn(s, nil)
	_, err := c.Do(t.Context(), getLink(1, rtnl.FlagAck), nil)
	check(t, outcome{errs: []error{rtnl.ErrUnknownOutcome, rtnl.ErrOverrun}, broken: true}, err, nil, c)
}

func ended() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

// A message from another process is told apart by its sender.
func TestKernelForeignSender(t *testing.T) {
	s := current(t)
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_ROUTE)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	forged := rtnltest.Ack(rtnl.Message{Header: rtnl.Header{PortID: s.PortID()}}, 1)
	err = unix.Sendto(fd, forged, 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK, Pid: s.PortID()})
	if err != nil {
		t.Fatal(err)
	}
	_, from, err := s.Receive(short(t), make([]byte, 4096))
	if err != nil || from == 0 {
		t.Errorf("sender %d, %v", from, err)
	}
}

func TestKernelReceiveEnds(t *testing.T) {
	s := current(t)
	buf := make([]byte, 4096)
	receive := func(ctx context.Context) error {
		_, _, err := s.Receive(ctx, buf)
		return err
	}
	works := func() {
		t.Helper()
		send(t, s, 0, 1)
		for range 2 {
			if err := receive(t.Context()); err != nil {
				t.Fatalf("next receive: %v", err)
			}
		}
	}
	for range 3 {
		start := time.Now()
		if err := receive(short(t)); err != context.DeadlineExceeded {
			t.Fatalf("deadline: %v", err)
		}
		if d := time.Since(start); d < 40*time.Millisecond || d > 5*time.Second {
			t.Errorf("ended after %v", d)
		}
		works()

		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(10*time.Millisecond, cancel)
		if err := receive(ctx); err != context.Canceled {
			t.Fatalf("cancel: %v", err)
		}
		works()
	}
	// With an ended context: what is queued, then the context's error.
	send(t, s, 0, 1)
	for _, want := range []error{nil, nil, context.Canceled, context.Canceled} {
		if err := receive(ended()); err != want {
			t.Errorf("ended context: %v, want %v", err, want)
		}
	}
	works()
}

// A cancellation that comes at the same instant as the answer leaves no
// deadline behind, whoever wins.
func TestKernelCancelRace(t *testing.T) {
	s := current(t)
	buf := make([]byte, 8192)
	req := getLink(1, rtnl.FlagRequest|rtnl.FlagAck)
	for i := range 500 {
		ctx, cancel := context.WithCancel(t.Context())
		go cancel()
		var sender sync.WaitGroup
		sender.Go(func() {
			if err := s.Send(context.Background(), req); err != nil {
				t.Error(err)
				s.Close()
			}
		})
		for got := 0; got < 2; {
			_, _, err := s.Receive(ctx, buf)
			switch {
			case err == nil:
				got++
			case errors.Is(err, context.Canceled):
				ctx = t.Context()
			default:
				t.Fatalf("round %d: %v", i, err)
			}
		}
		cancel()
		sender.Wait()
	}
}

func TestKernelCloseWakesReceive(t *testing.T) {
	s := current(t)
	time.AfterFunc(10*time.Millisecond, func() { s.Close() })
	if _, _, err := s.Receive(context.Background(), make([]byte, 64)); err != rtnl.ErrClosed {
		t.Errorf("receive: %v", err)
	}
	if err := s.Send(context.Background(), getLink(1, rtnl.FlagRequest)); err != rtnl.ErrClosed {
		t.Errorf("send: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Errorf("second close: %v", err)
	}
}

func TestKernelAllocations(t *testing.T) {
	s := current(t)
	buf := make([]byte, 64<<10)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	req := getLink(1, rtnl.FlagRequest|rtnl.FlagAck)
	n := testing.AllocsPerRun(200, func() {
		if err := s.Send(ctx, req); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if _, _, err := s.Receive(ctx, buf); err != nil {
				t.Fatal(err)
			}
		}
	})
	if n != 0 {
		t.Errorf("Send and Receive: %v allocations", n)
	}
	c := rtnl.NewConn(s, nil)
	each := func(rtnl.Message) error { return nil }
	if n := testing.AllocsPerRun(200, func() { c.Do(ctx, req, each) }); n != 0 {
		t.Errorf("Do: %v allocations", n)
	}
	req = getLink(0, 0)
	if n := testing.AllocsPerRun(200, func() { c.Dump(ctx, req, each) }); n != 0 {
		t.Errorf("Dump: %v allocations", n)
	}
}

func TestKernelPoolConcurrent(t *testing.T) {
	fds := openFiles(t)
	goroutines := runtime.NumGoroutine()
	p := rtnl.Pool{Dial: func(context.Context) (rtnl.Transport, error) {
		return rtnl.Dial(rtnl.Config{NetNS: -1})
	}}
	hammer(t, &p, 30, func(c *rtnl.Conn, i int) error {
		switch i % 3 {
		case 0: // left half-way: the socket is replaced
			_, err := c.Dump(context.Background(), getLink(0, 0), func(rtnl.Message) error { return rtnl.ErrStop })
			return err
		case 1:
			_, err := c.Dump(context.Background(), getLink(0, 0), nil)
			return err
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		var got int32
		_, err := c.Do(ctx, getLink(1, rtnl.FlagAck), func(m rtnl.Message) error {
			got = index(m)
			return nil
		})
		if err == nil && got != 1 {
			err = fmt.Errorf("got link %d", got)
		}
		return err
	})
	if err := p.Close(); err != nil {
		t.Error(err)
	}
	settled := func() bool { return openFiles(t) <= fds && runtime.NumGoroutine() <= goroutines }
	for range 100 {
		if settled() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("files %d, then %d; goroutines %d, then %d", fds, openFiles(t), goroutines, runtime.NumGoroutine())
}

// openFiles returns the number of open file descriptors.
func openFiles(tb testing.TB) int {
	tb.Helper()
	d, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		tb.Fatal(err)
	}
	return len(d)
}

// marker is the index of a link in a namespace that newNetNS made, and nowhere
// else.
const marker = 4711

// newNetNS returns a network namespace that no thread is in.
func newNetNS(t *testing.T) (fd int) {
	t.Helper()
	ns := testns.New(t)
	b := newRequest(rtnl.NewLink, rtnl.FlagAck|rtnl.FlagCreate|rtnl.FlagExcl)
	binary.NativeEndian.PutUint32(b[rtnl.HeaderLen+4:], marker)
	b = attr.AppendBytes(b, 18|attr.Nested, attr.AppendString(nil, 1, "veth")) // linkinfo, kind
	if _, err := rtnl.NewConn(dial(t, rtnl.Config{NetNS: ns.FD()}), nil).Do(t.Context(), rtnl.End(b, 0), nil); err != nil {
		t.Fatal(err)
	}
	return ns.FD()
}

func TestKernelDialInNamespace(t *testing.T) {
	ns := newNetNS(t)
	fds := openFiles(t)
	for range 50 {
		s, err := rtnl.Dial(rtnl.Config{NetNS: ns})
		if err != nil {
			t.Fatal(err)
		}
		if got := links(t, s); !slices.Contains(got, marker) {
			t.Fatalf("links %v: not those of the namespace", got)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if n := openFiles(t); n > fds {
		t.Errorf("%d files, then %d", fds, n)
	}
	checkThreads(t)
}

// checkThreads fails if a thread is in another network namespace than the
// process. Threads that end while it looks do not count.
func checkThreads(t *testing.T) {
	t.Helper()
	home, err := os.Readlink("/proc/self/ns/net")
	if err != nil {
		t.Fatal(err)
	}
	tasks, err := os.ReadDir("/proc/self/task")
	if err != nil {
		t.Fatal(err)
	}
	for _, task := range tasks {
		ns, err := os.Readlink("/proc/self/task/" + task.Name() + "/ns/net")
		if err == nil && ns != home {
			t.Errorf("thread %s is in %s, not in %s", task.Name(), ns, home)
		}
	}
}

// Descriptor 0 is a namespace like any other.
func TestKernelDialInDescriptorZero(t *testing.T) {
	ns := newNetNS(t)
	stdin, err := unix.FcntlInt(0, unix.F_DUPFD_CLOEXEC, 3)
	if err != nil {
		t.Fatal(err) // the runtime sees to it that there is a standard input
	}
	defer unix.Close(stdin)
	if err := unix.Dup3(ns, 0, unix.O_CLOEXEC); err != nil {
		t.Fatal(err)
	}
	defer unix.Dup2(stdin, 0)
	if got := links(t, dial(t, rtnl.Config{NetNS: 0})); !slices.Contains(got, marker) {
		t.Errorf("links %v: not those of the namespace", got)
	}
}

func TestDialErrors(t *testing.T) {
	fds := openFiles(t)
	file, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	for name, cfg := range map[string]rtnl.Config{
		"negative":        {NetNS: -2},
		"not open":        {NetNS: 1 << 20},
		"not a namespace": {NetNS: int(file.Fd())},
		"group":           {NetNS: -1, Groups: []uint32{1 << 30}},
	} {
		s, err := rtnl.Dial(cfg)
		if err == nil {
			t.Errorf("%s: no error", name)
			s.Close()
		}
	}
	file.Close()
	if n := openFiles(t); n > fds {
		t.Errorf("%d files, then %d", fds, n)
	}
	checkThreads(t)
}

// Events come to a socket that joined the group, from port 0, and a Conn on it
// drops them.
func TestKernelGroups(t *testing.T) {
	ns := newNetNS(t)
	cfg := rtnl.Config{NetNS: ns, Groups: []uint32{rtnl.GroupLink}}
	s, other := dial(t, cfg), rtnl.NewConn(dial(t, rtnl.Config{NetNS: cfg.NetNS}), nil)
	setUp := func(up uint32) {
		t.Helper()
		b := newRequest(rtnl.SetLink, rtnl.FlagAck)
		binary.NativeEndian.PutUint32(b[rtnl.HeaderLen+4:], 1)
		binary.NativeEndian.PutUint32(b[rtnl.HeaderLen+8:], up)
		binary.NativeEndian.PutUint32(b[rtnl.HeaderLen+12:], unix.IFF_UP)
		if _, err := other.Do(t.Context(), b, nil); err != nil {
			t.Fatal(err)
		}
	}
	setUp(unix.IFF_UP)
	n, from, err := s.Receive(short(t), make([]byte, 8192))
	if err != nil || n < 32 || from != 0 {
		t.Errorf("event: %d bytes from %d, %v", n, from, err)
	}
	setUp(0)
	if _, err := rtnl.NewConn(s, nil).Do(t.Context(), getLink(1, 0), nil); err != nil {
		t.Errorf("exchange among events: %v", err)
	}
}
