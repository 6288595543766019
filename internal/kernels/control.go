package main

import (
	"bytes"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// control is what the control port tells about a run.
type control struct {
	// release is the kernel's own, empty if the system did not come up.
	release string
	// started and ended have the ports of the test programs, in order, and the
	// status that each ended with.
	started []int
	ended   map[int]int
	done    bool
}

func readControl(file string) (control, error) {
	b, err := os.ReadFile(file)
	return parseControl(string(b)), err
}

// parseControl reads complete lines only: the last one may have been cut off.
func parseControl(text string) control {
	c := control{ended: map[int]int{}}
	for line := range strings.Lines(text) {
		if !strings.HasSuffix(line, "\n") {
			break
		}
		f := append(strings.Fields(line), "", "", "")
		port, _ := strconv.Atoi(f[1])
		switch f[0] {
		case "boot":
			c.release = f[1]
		case "start":
			c.started = append(c.started, port)
		case "end":
			c.ended[port], _ = strconv.Atoi(f[2])
		case "done":
			c.done = true
		}
	}
	return c
}

// What kernels write before they are unreliable, and what they only find odd.
// Under emulation a processor that stands still for long is no fault.
var (
	oopsRE = regexp.MustCompile(`^(BUG: |kernel BUG at|Kernel panic|Oops|general protection fault|Unable to handle kernel|` +
		`double fault|stack segment|.*\[#[0-9]+\]|unregister_netdevice: waiting|Out of memory: )`)
	oddRE = regexp.MustCompile(`^(WARNING: |watchdog: BUG: |rcu: INFO: |INFO: |refcount_t: )`)
	// A time, and since 6.x a thread or processor, may stand before a message.
	stampRE = regexp.MustCompile(`^(\[[ 0-9.]+\](\[[ TC0-9]+\])? )?`)
)

// console is what the kernel wrote to its console that matters.
type console struct {
	// oopses are lines that say the kernel is broken, odd different warnings.
	oopses, odd []string
	// lines are all.
	lines []string
}

func readConsole(file string) console {
	b, _ := os.ReadFile(file) // a machine that never started has none
	return parseConsole(string(b))
}

func parseConsole(text string) (c console) {
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		c.lines = append(c.lines, line)
		message := line[len(stampRE.FindString(line)):]
		switch {
		case oopsRE.MatchString(message):
			c.oopses = append(c.oopses, message)
		case oddRE.MatchString(message):
			if !slices.Contains(c.odd, message) {
				c.odd = append(c.odd, message)
			}
		}
	}
	return c
}

// context returns a line and what came around it.
func (c console) context(message string) []string {
	i := slices.IndexFunc(c.lines, func(l string) bool { return strings.HasSuffix(l, message) })
	return c.lines[max(0, i-5):min(len(c.lines), i+detailLines-5)]
}

// tail returns the last n lines of a file.
func tail(file string, n int) string {
	b, _ := os.ReadFile(file) // nothing was written
	return lastLines(string(bytes.TrimRight(b, "\n")), n)
}

func lastLines(s string, n int) string {
	lines := strings.Split(s, "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}
