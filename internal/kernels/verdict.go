package main

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/iplink-go/iplink/internal/testns"
)

// A matrix is all that came of the kernels that ran.
type matrix struct {
	// whole says that every kernel was asked for, with all tests.
	whole bool
	runs  []*run
}

// A problem is a reason for which the matrix fails.
type problem struct {
	text string
	// kernels are the keys of those that have it, none if that is all of them.
	kernels []string
	// detail is what there is to see, from the first of the kernels.
	detail string
}

func (p problem) String() string {
	if len(p.kernels) == 0 {
		return p.text
	}
	return p.text + " (" + strings.Join(p.kernels, ", ") + ")"
}

// nowhere has the features that no kernel of the matrix must have, each with the
// reason, so that tests of them may be skipped on all.
var nowhere = testns.Nowhere()

// featureRE knows the words of testns.Require.
var featureRE = regexp.MustCompile(`^kernel feature "([^"]+)" is missing: (.*)`)

// feature returns what a skipped test lacks and why, or an empty name if it
// does not say so.
func (t *result) feature() (name, why string) {
	if m := featureRE.FindStringSubmatch(t.reason); m != nil {
		return m[1], m[2]
	}
	return "", ""
}

// problems returns every reason for which the matrix fails, each once.
func (m matrix) problems() []problem {
	var l problemList
	for _, r := range m.runs {
		for _, p := range r.failures {
			l.add(p)
		}
		for _, id := range r.ids() {
			if text, detail := r.judge(id); text != "" {
				l.add(problem{text, []string{r.kernel.key}, detail})
			}
		}
	}
	if m.complete() {
		for _, id := range m.ids() {
			if text := m.judgeSkips(id); text != "" {
				l.add(problem{text, nil, ""})
			}
		}
	}
	return l.list
}

// problemList joins what kernels have in common.
type problemList struct{ list []problem }

func (l *problemList) add(p problem) {
	i := slices.IndexFunc(l.list, func(q problem) bool { return q.text == p.text })
	if i < 0 {
		l.list = append(l.list, p)
	} else if !slices.Contains(l.list[i].kernels, p.kernels[0]) {
		l.list[i].kernels = append(l.list[i].kernels, p.kernels...)
	}
}

// judge returns what is wrong with a test on one kernel. About one that never
// ended its package tells.
func (r *run) judge(id testID) (text, detail string) {
	t := r.results[id]
	switch t.outcome {
	case failed:
		detail = said(t.output)
		if detail == "" && r.failedBelow(id) {
			return "", "" // its subtests tell
		}
		return id.String() + " failed", detail
	case skipped:
		if name, _ := t.feature(); name == "" {
			return fmt.Sprintf("%s was skipped without naming a feature: %q", id, t.reason), ""
		}
	}
	return "", ""
}

func (r *run) failedBelow(id testID) bool {
	for other, t := range r.results {
		if other.pkg == id.pkg && strings.HasPrefix(other.test, id.test+"/") && t.outcome == failed {
			return true
		}
	}
	return false
}

// said is the output of a test without the frame around it.
func said(output string) string {
	var b strings.Builder
	for line := range strings.Lines(output) {
		word := strings.TrimSpace(line)
		if !strings.HasPrefix(word, "=== ") && !strings.HasPrefix(word, "--- ") {
			b.WriteString(line)
		}
	}
	return strings.TrimRight(b.String(), "\n")
}

// complete reports whether every kernel of the matrix had its say.
func (m matrix) complete() bool {
	return m.whole && !slices.ContainsFunc(m.runs, func(r *run) bool { return len(r.results) == 0 })
}

// judgeSkips returns what is wrong if a test came to a verdict on no kernel. On
// those where it is missing, the test it is a part of was skipped.
func (m matrix) judgeSkips(id testID) string {
	lacks := map[string]bool{}
	for _, r := range m.runs {
		t := r.results[id]
		if t == nil {
			continue
		}
		if t.outcome != skipped {
			return ""
		}
		name, _ := t.feature()
		lacks[name] = true
	}
	maps.DeleteFunc(lacks, func(name string, _ bool) bool { return nowhere[name] != "" })
	switch {
	case len(lacks) == 0:
		return ""
	case lacks[""]:
		return id.String() + " was skipped on every kernel"
	}
	return fmt.Sprintf("%s was skipped on every kernel, for the lack of %s", id, strings.Join(slices.Sorted(maps.Keys(lacks)), ", "))
}

// ids returns the tests of the run in order.
func (r *run) ids() []testID { return sortIDs(slices.Collect(maps.Keys(r.results))) }

// ids returns the tests of all runs in order.
func (m matrix) ids() []testID {
	all := map[testID]bool{}
	for _, r := range m.runs {
		for id := range r.results {
			all[id] = true
		}
	}
	return sortIDs(slices.Collect(maps.Keys(all)))
}

func sortIDs(ids []testID) []testID {
	slices.SortFunc(ids, func(a, b testID) int {
		if c := strings.Compare(a.pkg, b.pkg); c != 0 {
			return c
		}
		return strings.Compare(a.test, b.test)
	})
	return ids
}
