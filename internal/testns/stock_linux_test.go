package testns

import (
	"os"
	"strings"
	"testing"

	"github.com/iplink-go/iplink/nsutil"
)

// Everything that a test can leave behind is noticed, by name.
func TestLeftOver(t *testing.T) {
	NeedSandbox(t)
	before := takeStock()
	if left := before.leftOver(); len(left) != 0 {
		t.Fatalf("left over without a reason: %v", left)
	}
	for _, c := range []struct {
		name, want string
		leave      func() (undo func())
	}{
		{"goroutine", "TestLeftOver", func() func() {
			stop := make(chan struct{})
			go func() { <-stop }()
			return func() { close(stop) }
		}},
		{"file", "open file /dev/null", func() func() {
			f, err := os.Open(os.DevNull)
			if err != nil {
				t.Fatal(err)
			}
			return func() { f.Close() }
		}},
		{"name", "named namespace left", func() func() {
			ns, err := nsutil.Create("left")
			if err != nil {
				t.Fatal(err)
			}
			ns.Close()
			return func() { nsutil.Delete("left") }
		}},
		{"thread", "thread in net:[", moveThread},
	} {
		undo := c.leave()
		var text strings.Builder
		for thing := range before.leftOver() {
			text.WriteString(thing)
		}
		if !strings.Contains(text.String(), c.want) {
			t.Errorf("%s: no %q in %q", c.name, c.want, text.String())
		}
		undo()
		if code := before.check(&text); code != 0 {
			t.Errorf("%s: still there after it is undone: %s", c.name, text.String())
		}
	}
}

// moveThread leaves a thread in another namespace until undo.
func moveThread() (undo func()) {
	ns, err := nsutil.New()
	if err != nil {
		panic(err)
	}
	arrived, stop, done := make(chan struct{}), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		nsutil.Do(ns, func() error { close(arrived); <-stop; return nil })
	}()
	<-arrived
	return func() { close(stop); <-done; ns.Close() }
}
