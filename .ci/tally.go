//go:build ignore

// Tally reads the events that go test -json writes.
//
//	tally check FILE     prints the output of what failed, and a line of counts
//	tally sum FILE...    prints every reason for which tests were skipped, a line
//	                     of counts per file, and the sum as the last line
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

func main() {
	if len(os.Args) < 3 {
		fatal(errors.New("usage: tally check|sum FILES"))
	}
	var total run
	for _, file := range os.Args[2:] {
		r, err := read(file)
		if err != nil {
			fatal(err)
		}
		if os.Args[1] == "check" {
			r.printFailures()
		}
		total.add(r)
		fmt.Printf("%-9s %s\n", strings.TrimSuffix(filepath.Base(file), ".json"), r.counts())
	}
	if os.Args[1] == "sum" {
		total.printSkips()
		fmt.Println(total.counts())
	}
	if total.failed > 0 || total.passed == 0 {
		os.Exit(1)
	}
}

func fatal(err error) {
	fmt.Fprintln(os.Stderr, "tally:", err)
	os.Exit(1)
}

type event struct {
	Action, Package, ImportPath, Test, Output string
	FailedBuild                               string
}

// A run is what one file tells. Subtests count as tests.
type run struct {
	passed, failed, skipped int
	failures                []string
	// reasons counts the tests skipped for each reason.
	reasons map[string]int
}

func read(file string) (*run, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r := &run{reasons: map[string]int{}}
	output := map[[2]string]string{}
	failedIn := map[string]bool{}
	for d := json.NewDecoder(f); ; {
		var e event
		if err := d.Decode(&e); err == io.EOF {
			return r, nil
		} else if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		r.event(e, output, failedIn)
	}
}

func (r *run) event(e event, output map[[2]string]string, failedIn map[string]bool) {
	key := [2]string{e.Package + e.ImportPath, e.Test}
	switch {
	case e.Action == "output" || e.Action == "build-output":
		output[key] += e.Output
	case e.Action == "pass" && e.Test != "":
		r.passed++
		delete(output, key)
	case e.Action == "skip" && e.Test != "":
		r.skipped++
		r.reasons[reason(output[key])]++
	case e.Action == "fail" && e.Test != "":
		r.failed++
		failedIn[e.Package] = true
		r.failures = append(r.failures, e.Package+" "+e.Test+"\n"+output[key])
	case e.Action == "fail" && !failedIn[e.Package]:
		// The package failed outside its tests: in the build, in TestMain, or
		// by a crash that left tests without an end.
		r.failed++
		text := output[[2]string{e.FailedBuild, ""}]
		for k, o := range output {
			if k[0] == e.Package {
				text += o
			}
		}
		r.failures = append(r.failures, e.Package+"\n"+text)
	}
}

var skipRE = regexp.MustCompile(`(?m)^\s+\S+\.go:\d+: (.*)$`)

// reason returns the last thing a skipped test said.
func reason(output string) string {
	m := skipRE.FindAllStringSubmatch(output, -1)
	if m == nil {
		return "no reason given"
	}
	return m[len(m)-1][1]
}

func (r *run) add(o *run) {
	r.passed += o.passed
	r.failed += o.failed
	r.skipped += o.skipped
	if r.reasons == nil {
		r.reasons = map[string]int{}
	}
	for k, n := range o.reasons {
		r.reasons[k] += n
	}
}

func (r *run) printFailures() {
	for _, f := range r.failures {
		fmt.Printf("--- FAIL %s\n", f)
	}
}

func (r *run) printSkips() {
	for _, k := range slices.Sorted(maps.Keys(r.reasons)) {
		fmt.Printf("skipped %d: %s\n", r.reasons[k], k)
	}
}

func (r *run) counts() string {
	return fmt.Sprintf("%d passed, %d failed, %d skipped", r.passed, r.failed, r.skipped)
}
