package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// An event is one of those that go test -json prints.
type event struct {
	Action  string
	Package string
	Test    string  `json:",omitempty"`
	Elapsed float64 `json:",omitempty"`
	Output  string  `json:",omitempty"`
}

// A testID names a test, and subtests too: they count as tests.
type testID struct{ pkg, test string }

func (id testID) String() string { return id.pkg + " " + id.test }

// top is the function that a subtest belongs to.
func (id testID) top() testID {
	test, _, _ := strings.Cut(id.test, "/")
	return testID{id.pkg, test}
}

// An outcome is how a test ended.
type outcome int

const (
	unfinished outcome = iota
	passed
	failed
	skipped
)

// A result is what a test came to on one kernel.
type result struct {
	outcome outcome
	// reason is the last thing that a skipped test said.
	reason  string
	seconds float64
	output  string
}

// A run is what came of one kernel.
type run struct {
	kernel kernel
	// version is as in 7.2.13, and pkg is name and version of its package.
	version, pkg string
	results      map[testID]*result
	// failures are problems besides tests that failed.
	failures []problem
	// counts are what tests counted, by what it is.
	counts map[string]int
	// odd are warnings of the kernel.
	odd    []string
	events []event
	time   time.Duration
}

func newRun(k kernel) *run {
	return &run{kernel: k, results: map[testID]*result{}, counts: map[string]int{}}
}

// problem notes that something else than a test failed.
func (r *run) problem(format string, args ...any) {
	text, detail, _ := strings.Cut(fmt.Sprintf(format, args...), "\n")
	r.failures = append(r.failures, problem{text: text, detail: detail, kernels: []string{r.kernel.key}})
}

// read takes in what a machine wrote. end says why it was stopped; all says
// that no test was deselected.
func (r *run) read(ctx context.Context, m machine, end string, all bool) error {
	c, err := readControl(m.port(controlPort))
	if err != nil && end == "" {
		return err
	}
	con := readConsole(m.consoleFile())
	r.odd = con.odd
	if n := len(con.oopses); n > 0 {
		r.problem("the kernel broke: %s\n%s", con.oopses[0], strings.Join(con.context(con.oopses[0]), "\n"))
	}
	if !c.done {
		if end == "" {
			end = "it went down by itself"
		}
		r.problem("the machine did not come to its end: %s\nThe last lines of its console:\n%s", end,
			lastLines(strings.Join(con.lines, "\n"), 15))
	}
	for _, p := range m.packages {
		if err := r.readPackage(ctx, p, m.port(p.port), c, all); err != nil {
			return err
		}
	}
	if len(r.results) == 0 && len(r.failures) == 0 {
		r.problem("no test ran")
	}
	return nil
}

// readPackage takes in the output of one test program.
func (r *run) readPackage(ctx context.Context, p *testPackage, file string, c control, all bool) error {
	if !slices.Contains(c.started, p.port) {
		r.problem("%s did not run", p.rel)
		return nil
	}
	events, err := convert(ctx, p.path, file)
	if err != nil {
		return err
	}
	for _, e := range events {
		r.add(p.rel, e)
	}
	before := len(r.failures)
	status, ended := c.ended[p.port]
	r.judgePackage(p, status, ended, tail(file, 1<<20), all)
	end := event{Action: "pass", Package: p.path}
	if status != 0 || len(r.failures) > before {
		end.Action = "fail"
	}
	r.events = append(r.events, end)
	return nil
}

// judgePackage reports what went wrong with a test program besides its tests.
func (r *run) judgePackage(p *testPackage, status int, ended bool, output string, all bool) {
	open := r.open(p.rel)
	var missing []string
	if all {
		missing = r.missing(p)
	}
	var how string
	switch {
	case !ended:
		how = "never ended"
	case len(open) > 0 || len(missing) > 0 && status != 0:
		how = fmt.Sprintf("broke off with status %d", status)
	case status != 0 && !r.hasFailure(p.rel):
		how = fmt.Sprintf("ended with status %d though no test failed", status)
	case len(missing) > 0:
		how = "ended well too early"
	default:
		return
	}
	if len(open) > 0 {
		how += "; running: " + strings.Join(open, ", ")
	}
	if n := len(missing); n > 0 {
		how += fmt.Sprintf("; %d tests did not run: %s", n, enumerate(missing, 5))
	}
	r.problem("%s %s\n%s", p.rel, how, crash(output))
}

// enumerate names at most n of the names.
func enumerate(names []string, n int) string {
	if len(names) > n {
		return strings.Join(names[:n], ", ") + "..."
	}
	return strings.Join(names, ", ")
}

var crashRE = regexp.MustCompile(`(?m)^(panic: |fatal error: |SIG[A-Z]+: |unexpected fault )`)

// crash returns what a program wrote when it crashed, or else last.
func crash(output string) string {
	output = strings.ReplaceAll(output, "\x16", "") // the marks for test2json
	if at := crashRE.FindStringIndex(output); at != nil {
		return output[at[0]:]
	}
	return lastLines(output, 15)
}

// convert turns the output of a test program into events. Those about the
// whole package are left to what is known of it otherwise.
func convert(ctx context.Context, pkg, file string) ([]event, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	cmd := exec.CommandContext(ctx, "go", "tool", "test2json", "-t", "-p", pkg)
	cmd.Stdin = f
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go tool test2json: %w", err)
	}
	return decodeEvents(bytes.NewReader(out))
}

func decodeEvents(r io.Reader) (events []event, err error) {
	for d := json.NewDecoder(r); ; {
		var e event
		if err := d.Decode(&e); errors.Is(err, io.EOF) {
			return events, nil
		} else if err != nil {
			return nil, err
		}
		if e.Test != "" || e.Action == "output" {
			events = append(events, e)
		}
	}
}

var outcomes = map[string]outcome{"pass": passed, "fail": failed, "skip": skipped}

func (r *run) add(pkg string, e event) {
	r.events = append(r.events, e)
	if e.Test == "" {
		return
	}
	id := testID{pkg, e.Test}
	t := r.results[id]
	if t == nil {
		t = new(result)
		r.results[id] = t
	}
	t.output += e.Output
	if m := countRE.FindStringSubmatch(e.Output); m != nil {
		n, _ := strconv.Atoi(m[2]) // only digits
		r.counts[m[1]] += n
	}
	if o, ok := outcomes[e.Action]; ok {
		t.outcome, t.seconds = o, e.Elapsed
		t.reason = reason(t.output)
	}
}

var logRE = regexp.MustCompile(`(?m)^\s+\S+\.go:\d+: (.*)$`)

// countRE knows the lines of tests that count.
var countRE = regexp.MustCompile(`(?m)^\s+\S+\.go:\d+: count (.+): (\d+)$`)

// reason returns the last thing that a test logged.
func reason(output string) string {
	m := logRE.FindAllStringSubmatch(output, -1)
	if m == nil {
		return ""
	}
	return m[len(m)-1][1]
}

// open returns the tests of a package that never ended.
func (r *run) open(pkg string) (names []string) {
	for id, t := range r.results {
		if id.pkg == pkg && t.outcome == unfinished {
			names = append(names, id.test)
		}
	}
	slices.Sort(names)
	return names
}

func (r *run) hasFailure(pkg string) bool {
	for id, t := range r.results {
		if id.pkg == pkg && t.outcome == failed {
			return true
		}
	}
	return false
}

// missing returns the test functions that a program has and did not start.
func (r *run) missing(p *testPackage) (names []string) {
	for _, name := range p.tests.kernel {
		if r.results[testID{p.rel, name}] == nil {
			names = append(names, name)
		}
	}
	return names
}

// counts of tests by outcome.
type counts struct{ passed, failed, skipped int }

func (c *counts) add(t *result) {
	switch t.outcome {
	case passed:
		c.passed++
	case skipped:
		c.skipped++
	default:
		c.failed++
	}
}

func (c counts) String() string { return fmt.Sprintf("%d/%d/%d", c.passed, c.failed, c.skipped) }

// count counts the tests of a package, of all for an empty name.
func (r *run) count(pkg string) (c counts) {
	for id, t := range r.results {
		if pkg == "" || id.pkg == pkg {
			c.add(t)
		}
	}
	return c
}

// line is the news that the kernel is through.
func (r *run) line() string {
	c := r.count("")
	return fmt.Sprintf("%s: Linux %s: %d passed, %d failed, %d skipped in %v", r.kernel.key, r.version,
		c.passed, c.failed, c.skipped, r.time.Round(time.Second))
}
