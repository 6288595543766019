package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// print writes the table and what explains it.
func (m matrix) print(w io.Writer, verbose bool) {
	m.printKernels(w)
	m.printTests(w, verbose)
	m.printPackages(w)
	m.printCounts(w)
	m.printSkips(w)
	for _, r := range m.runs {
		for _, line := range r.odd {
			fmt.Fprintf(w, "\n%s: the kernel says: %s\n", r.kernel.key, line)
		}
	}
	if verbose {
		m.printSlowest(w, 10)
	}
}

func (m matrix) printKernels(w io.Writer) {
	fmt.Fprintln(w, "\nKernels")
	table(w, func(t io.Writer) {
		for _, r := range m.runs {
			fmt.Fprintf(t, "  %s\tLinux %s\t%s\t%v\n", r.kernel.key, r.version, r.pkg, r.time.Round(time.Second))
		}
	})
}

// table lines up the columns that f separates with tabs.
func table(w io.Writer, f func(io.Writer)) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	f(t)
	t.Flush()
}

// heading is the line above a table with a column per kernel.
func (m matrix) heading(w io.Writer, first string) {
	fmt.Fprint(w, first)
	for _, r := range m.runs {
		fmt.Fprint(w, "\t"+r.kernel.key)
	}
	fmt.Fprintln(w)
}

// printTests lists the test functions that something can be said about, or
// every test.
func (m matrix) printTests(w io.Writer, verbose bool) {
	fmt.Fprintln(w)
	rows := 0
	table(w, func(t io.Writer) {
		m.heading(t, "Test")
		for _, id := range m.ids() {
			cells, plain := m.cells(id)
			if !verbose && (plain || id != id.top()) {
				continue
			}
			rows++
			fmt.Fprintf(t, "  %s\t%s\n", id, strings.Join(cells, "\t"))
		}
	})
	if rows == 0 && len(m.ids()) > 0 {
		fmt.Fprintln(w, "  every test passed on every kernel")
	}
}

// cells describes a test on each kernel. plain says that it just passed
// everywhere.
func (m matrix) cells(id testID) (cells []string, plain bool) {
	plain = true
	for _, r := range m.runs {
		c := r.cell(id)
		cells = append(cells, c)
		plain = plain && c == "ok"
	}
	return cells, plain
}

func (r *run) cell(id testID) string {
	t := r.results[id]
	switch {
	case t == nil:
		return "-"
	case t.outcome == skipped:
		return "skip"
	case t.outcome == unfinished:
		return "HANG"
	}
	var below counts
	for other, t := range r.results {
		if other.pkg == id.pkg && strings.HasPrefix(other.test, id.test+"/") {
			below.add(t)
		}
	}
	switch {
	case t.outcome == failed && below.failed > 0:
		return fmt.Sprintf("FAIL %d", below.failed)
	case t.outcome == failed:
		return "FAIL"
	case below.skipped > 0:
		return fmt.Sprintf("ok, %d skip", below.skipped)
	}
	return "ok"
}

func (m matrix) printPackages(w io.Writer) {
	packages := map[string]bool{}
	for _, id := range m.ids() {
		packages[id.pkg] = true
	}
	fmt.Fprintln(w)
	table(w, func(t io.Writer) {
		m.heading(t, "Passed/failed/skipped")
		for _, pkg := range append(slices.Sorted(maps.Keys(packages)), "") {
			fmt.Fprint(t, "  "+cmp.Or(pkg, "all"))
			for _, r := range m.runs {
				fmt.Fprintf(t, "\t%v", r.count(pkg))
			}
			fmt.Fprintln(t)
		}
	})
}

// printCounts shows what tests counted.
func (m matrix) printCounts(w io.Writer) {
	what := map[string]bool{}
	for _, r := range m.runs {
		for name := range r.counts {
			what[name] = true
		}
	}
	if len(what) == 0 {
		return
	}
	fmt.Fprintln(w)
	table(w, func(t io.Writer) {
		m.heading(t, "Counted by tests")
		for _, name := range slices.Sorted(maps.Keys(what)) {
			fmt.Fprint(t, "  "+name)
			for _, r := range m.runs {
				fmt.Fprintf(t, "\t%d", r.counts[name])
			}
			fmt.Fprintln(t)
		}
	})
}

// printSkips says for each feature how many tests lacked it on which kernels.
func (m matrix) printSkips(w io.Writer) {
	number, why := map[string]map[string]int{}, map[string]string{}
	for _, r := range m.runs {
		for _, id := range r.ids() {
			if t := r.results[id]; t.outcome == skipped {
				name, reason := t.feature()
				if number[name] == nil {
					number[name] = map[string]int{}
					why[name] = reason
				}
				number[name][r.kernel.key]++
			}
		}
	}
	if len(number) == 0 {
		return
	}
	fmt.Fprintln(w)
	table(w, func(t io.Writer) {
		m.heading(t, "Skipped for the lack of")
		for _, name := range slices.Sorted(maps.Keys(number)) {
			fmt.Fprint(t, "  "+cmp.Or(name, "(no feature named)"))
			for _, r := range m.runs {
				fmt.Fprintf(t, "\t%d", number[name][r.kernel.key])
			}
			if reason := nowhere[name]; reason != "" {
				why[name] = "on all: " + reason
			}
			fmt.Fprintf(t, "\t%s\n", why[name])
		}
	})
}

func (m matrix) printSlowest(w io.Writer, n int) {
	type row struct {
		seconds float64
		id      testID
		key     string
	}
	var rows []row
	for _, r := range m.runs {
		for _, id := range r.ids() {
			if id == id.top() {
				rows = append(rows, row{seconds: r.results[id].seconds, id: id, key: r.kernel.key})
			}
		}
	}
	slices.SortStableFunc(rows, func(a, b row) int { return cmp.Compare(b.seconds, a.seconds) })
	fmt.Fprintln(w, "\nSlowest")
	for _, r := range rows[:min(n, len(rows))] {
		fmt.Fprintf(w, "  %6.1f s  %s on %s\n", r.seconds, r.id, r.key)
	}
}

// detailLines is how much is shown of what a failed test said.
const detailLines = 40

func firstLines(s string, n int) string {
	lines := strings.Split(s, "\n")
	if len(lines) > n {
		lines = append(lines[:n:n], fmt.Sprintf("... and %d more lines", len(lines)-n))
	}
	return strings.Join(lines, "\n")
}

// printVerdict ends the report: what failed, and the totals in the last line.
func (m matrix) printVerdict(w io.Writer, problems []problem, took time.Duration) {
	for _, p := range problems {
		if p.detail != "" {
			fmt.Fprintf(w, "\n--- %v\n%s\n", p, firstLines(p.detail, detailLines))
		}
	}
	word := "ok"
	if len(problems) > 0 {
		word = "FAIL"
		fmt.Fprintln(w)
	}
	for _, p := range problems {
		fmt.Fprintf(w, "FAIL: %v\n", p)
	}
	fmt.Fprintf(w, "\n%s: passed/failed/skipped", word)
	for i, r := range m.runs {
		fmt.Fprintf(w, "%s %s: %v", []string{"", ","}[min(i, 1)], r.kernel.key, r.count(""))
	}
	fmt.Fprintf(w, "; problems: %d; %v\n", len(problems), took.Round(time.Second))
}

// writeJSON writes the events of all kernels, with the kernel before the name
// of the package.
func (m matrix) writeJSON(file string) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	defer f.Close()
	for _, r := range m.runs {
		for _, e := range r.events {
			e.Package = r.kernel.key + " " + e.Package
			if err := json.NewEncoder(f).Encode(e); err != nil {
				return err
			}
		}
	}
	return f.Close()
}
