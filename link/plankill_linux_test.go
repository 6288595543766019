package link_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/rtnl"
	"github.com/iplink-go/iplink/internal/testns"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/link"
	"github.com/iplink-go/iplink/nsutil"
)

// A program that is killed half-way leaves what it has done, and the next one
// that wants the same state finishes it. The program is this one, started once
// more; it finds the namespaces as descriptors.

// killVariable makes a test program apply a scenario and kill itself: it holds
// the number of the scenario and, after a comma, that of the request.
const killVariable = "IPLINK_TEST_KILL"

// killed is called before anything else in a test program. It must not enter
// the sandbox, which it is in already.
func killed() {
	scenario, request, ok := strings.Cut(os.Getenv(killVariable), ",")
	if !ok {
		return
	}
	if err := applyAndDie(scenario, request); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func applyAndDie(scenario, request string) error {
	i, err := strconv.Atoi(scenario)
	if err != nil {
		return err
	}
	k, err := strconv.Atoi(request)
	if err != nil {
		return err
	}
	s := plannedScenarios[i]
	var boxes [2]box
	for i := range boxes {
		if boxes[i].ns, err = nsutil.OpenFD(3 + i); err != nil {
			return err
		}
	}
	bomb := &bomb{left: k}
	c, err := link.OpenWith(link.Config{NetNS: boxes[0].ns}, bomb.wrap)
	if err != nil {
		return err
	}
	_, err = c.Ensure(context.Background(), s.want(&boxes[0], &boxes[1]), s.opts...)
	return err
}

// A bomb kills the process when the kernel has carried out so many requests
// that change something, and one more.
type bomb struct{ left int }

func (b *bomb) wrap(t rtnl.Transport) rtnl.Transport { return &mined{t, b} }

type mined struct {
	rtnl.Transport
	bomb *bomb
}

func (m *mined) Send(ctx context.Context, req []byte) error {
	err := m.Transport.Send(ctx, req)
	for r := range rtnl.Messages(req) {
		if !isMutating(r) {
			continue
		}
		if m.bomb.left == 0 {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL) // nothing comes after it
		}
		m.bomb.left--
	}
	return err
}

// runAndKill applies a scenario in another process, which is killed after the
// k-th request that changes something, and reports whether there was one.
func runAndKill(t *testing.T, scenario, k int, boxes ...*box) bool {
	t.Helper()
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%d,%d", killVariable, scenario, k))
	for _, b := range boxes {
		f := must[*os.File](t)(os.Open(fmt.Sprintf("/proc/self/fd/%d", b.ns.FD())))
		defer func(c io.Closer) { _ = c.Close() }(f) // nothing was written
		cmd.ExtraFiles = append(cmd.ExtraFiles, f)
	}
	out, err := cmd.CombinedOutput()
	if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signaled() && status.Signal() == syscall.SIGKILL {
		return true
	}
	if err != nil {
		t.Fatalf("request %d: the other process: %v\n%s", k, err, out)
	}
	return false
}

// TestKilled kills a process after every request that changes something, of
// every scenario; this one then wants the same state.
func TestKilled(t *testing.T) {
	for i := range plannedScenarios {
		s := &plannedScenarios[i]
		if s.large {
			continue
		}
		t.Run(s.name, func(t *testing.T) {
			b, there, want := s.enact(t)
			b.tap.reset(nil)
			must[*link.Result](t)(b.c.Ensure(b.ctx, want, s.opts...))
			n := len(b.tap.mutating())
			names := [][]string{b.names(), there.names()}
			kills, messages := 0, 0
			for x, k := range sampled(n, 2) {
				if !share(i + x) {
					continue
				}
				messages += s.killAt(t, i, k, names)
				kills++
			}
			t.Logf("%d requests that change something, %d kills, %d messages to finish; orphans or foreign links changed: %v", n, kills, messages, t.Failed())
		})
	}
}

// foreignLink is one that no scenario knows.
var foreignLink = link.Spec{Name: "foreign", Kind: &kind.IFB{}, MTU: attr.U32(1321), Group: attr.U32(7), Alias: attr.Some("not yours")}

// killAt kills at one request, and finishes. It returns how many messages that
// took.
func (s *planned) killAt(t *testing.T, i, k int, names [][]string) (messages int) {
	t.Helper()
	testns.Require(t, s.needs...)
	b, there := newBox(t), newBox(t)
	boxes := []*box{b, there}
	for _, box := range boxes {
		box.prepare(foreignLink)
	}
	if s.stage != nil {
		s.stage(b, there)
	}
	foreign := []snapshot{b.foreign(), there.foreign()}
	if !runAndKill(t, i, k, boxes...) {
		t.Fatalf("request %d: there was none", k)
	}
	want := s.want(b, there)
	res, err := b.c.Ensure(b.ctx, want, s.opts...)
	if err != nil {
		t.Fatalf("after request %d: %v", k, err)
	}
	if again, err := b.c.Ensure(b.ctx, want, s.opts...); err != nil || again.Messages != 0 {
		t.Errorf("after request %d, once more: %v, %v", k, again, err)
	}
	for i, box := range boxes {
		have := slices.DeleteFunc(box.names(), func(n string) bool { return n == foreignLink.Name })
		slices.Sort(have)
		slices.Sort(names[i])
		if !slices.Equal(have, names[i]) {
			t.Errorf("after request %d: there are %q and should be %q", k, have, names[i])
		}
		if diff := foreign[i].diff(box.foreign()); diff != "" {
			t.Errorf("after request %d: a foreign link changed:\n%s", k, diff)
		}
	}
	return res.Messages
}

// foreign is the part of a snapshot that is about the foreign link.
func (b *box) foreign() snapshot {
	b.t.Helper()
	return snapshot{foreignLink.Name: b.snapshot()[foreignLink.Name]}
}
