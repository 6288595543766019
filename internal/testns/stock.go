package testns

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/iplink-go/iplink/nsutil"
)

// settle is how long things that end by themselves, such as goroutines that
// were told to and threads that are thrown away, have to be gone.
const settle = 5 * time.Second

// A stock is what a process has, each thing by a text that identifies it, with
// the number of times it is there.
type stock map[string]int

// takeStock lists what tests could leave behind. Where there is no /proc only
// goroutines are listed.
func takeStock() stock {
	s := make(stock)
	s.addGoroutines()
	s.addFiles()
	s.addThreads()
	names, _ := nsutil.List()
	for _, name := range names {
		s["named namespace "+name]++
	}
	return s
}

// check compares with what is there now, reports what has been added, and
// returns the status to exit with.
func (s stock) check(w io.Writer) int {
	left := s.leftOver()
	for deadline := time.Now().Add(settle); len(left) > 0 && time.Now().Before(deadline); {
		time.Sleep(10 * time.Millisecond)
		left = s.leftOver()
	}
	for thing, n := range left {
		fmt.Fprintf(w, "FAIL: the tests left behind %d times: %s\n", n, thing)
	}
	return min(len(left), 1)
}

func (s stock) leftOver() stock {
	left := make(stock)
	for thing, n := range takeStock() {
		if more := n - s[thing]; more > 0 {
			left[thing] = more
		}
	}
	return left
}

// addGoroutines lists all goroutines but the calling one, by their stacks.
func (s stock) addGoroutines() {
	buf := make([]byte, 1<<20)
	buf = buf[:runtime.Stack(buf, true)]
	for i, g := range strings.Split(string(buf), "\n\n") {
		// Once there was a signal to wait for, one goroutine waits forever.
		if i == 0 || strings.Contains(g, "os/signal.signal_recv") {
			continue
		}
		_, stack, _ := strings.Cut(g, "\n") // the first line has a number and a state
		s["goroutine\n"+strings.TrimSpace(stack)]++
	}
}

// addFiles lists the open files by what they are.
func (s stock) addFiles() {
	for path, target := range links("/proc/self/fd/*") {
		switch {
		case strings.HasPrefix(target, "anon_inode:[event"):
			// The runtime's poller, opened at the first use.
		case strings.HasPrefix(target, "socket:") || strings.HasPrefix(target, "pipe:"):
			s["open "+path+" -> "+target]++
		default:
			s["open file "+target]++
		}
	}
}

// addThreads lists the network namespaces of the threads: if a thread is left
// in another one than before, some goroutine is in the wrong place.
func (s stock) addThreads() {
	spaces := make(map[string]bool)
	for _, target := range links("/proc/self/task/*/ns/net") {
		spaces[target] = true
	}
	for space := range spaces {
		s["thread in "+space]++
	}
}

// links returns where the symbolic links that match pattern lead to. Those that
// vanish meanwhile are left out.
func links(pattern string) map[string]string {
	paths, _ := filepath.Glob(pattern) // the pattern is well-formed
	targets := make(map[string]string)
	for _, p := range paths {
		if target, err := os.Readlink(p); err == nil {
			targets[p] = target
		}
	}
	return targets
}
