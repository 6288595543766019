package main

import (
	"archive/tar"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func readAll(t *testing.T, file string) []byte {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestControl(t *testing.T) {
	c := parseControl("boot 7.2.13+deb14-amd64\nstart 3\nend 3 0\nstart 4\nend 4 2\nstart 5\nend 5 1")
	if c.release != "7.2.13+deb14-amd64" || !slices.Equal(c.started, []int{3, 4, 5}) || c.done {
		t.Errorf("%+v", c)
	}
	if len(c.ended) != 2 || c.ended[4] != 2 {
		t.Errorf("ended: %v; the last line is not complete", c.ended)
	}
	if c := parseControl("boot 1\nstart\nend\ndone\n"); !c.done {
		t.Errorf("%+v", c)
	}
}

func TestConsole(t *testing.T) {
	for _, c := range []struct{ line, oops, odd string }{
		{"iplink: init", "", ""},
		{"[    1.234567] Linux version 7.2", "", ""},
		{"[   12.345678] BUG: kernel NULL pointer dereference, address: 0", "BUG: kernel NULL pointer dereference, address: 0", ""},
		{"[   12.345678][  T123] Oops: 0002 [#1] SMP", "Oops: 0002 [#1] SMP", ""},
		{"illegal operation: 0001 ilc:1 [#1] SMP", "illegal operation: 0001 ilc:1 [#1] SMP", ""},
		{"Kernel panic - not syncing: Attempted to kill init!", "Kernel panic - not syncing: Attempted to kill init!", ""},
		{"[    2.0] WARNING: CPU: 0 PID: 1 at net/core/dev.c:1 f+0x1/0x2", "", "WARNING: CPU: 0 PID: 1 at net/core/dev.c:1 f+0x1/0x2"},
		{"watchdog: BUG: soft lockup - CPU#0 stuck for 22s!", "", "watchdog: BUG: soft lockup - CPU#0 stuck for 22s!"},
		{"rcu: INFO: rcu_sched self-detected stall on CPU", "", "rcu: INFO: rcu_sched self-detected stall on CPU"},
	} {
		got := parseConsole(c.line + "\r\n")
		if strings.Join(got.oopses, "") != c.oops || strings.Join(got.odd, "") != c.odd || len(got.lines) != 1 {
			t.Errorf("%q: %+v", c.line, got)
		}
	}
}

// ran makes a run of the events of one package, as test2json writes them.
func ran(t *testing.T, key, events string) *run {
	t.Helper()
	r := newRun(kernel{key: key, arch: &amd64})
	list, err := decodeEvents(strings.NewReader(events))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range list {
		r.add("link", e)
	}
	return r
}

const (
	passA = `{"Action":"run","Test":"TestA"}{"Action":"output","Test":"TestA","Output":"    a_test.go:3: count things: 12\n"}{"Action":"pass","Test":"TestA","Elapsed":1.5}`
	failA = `{"Action":"run","Test":"TestA"}{"Action":"output","Test":"TestA","Output":"=== RUN   TestA\n"}
		{"Action":"output","Test":"TestA","Output":"    a_test.go:7: got 1, want 2\n"}{"Action":"fail","Test":"TestA"}`
	failSub = `{"Action":"run","Test":"TestA"}{"Action":"run","Test":"TestA/x"}
		{"Action":"output","Test":"TestA/x","Output":"    a_test.go:7: wrong\n"}{"Action":"fail","Test":"TestA/x"}{"Action":"fail","Test":"TestA"}`
	skipA = `{"Action":"run","Test":"TestA"}{"Action":"output","Test":"TestA","Output":"    a_test.go:9: REASON\n"}{"Action":"skip","Test":"TestA"}`
	endOf = `{"Action":"output","Output":"PASS\n"}{"Action":"pass","Elapsed":2}`
)

func skipFor(reason string) string {
	return strings.Replace(skipA, "REASON", strings.ReplaceAll(reason, `"`, `\"`), 1)
}

func TestVerdict(t *testing.T) {
	netkit := skipFor(`kernel feature "netkit" is missing: no link kind`)
	dsa := skipFor(`kernel feature "dsa" is missing: no link kind`)
	for _, c := range []struct {
		name  string
		whole bool
		a, b  string
		want  []string
	}{
		{"all passed", true, passA + endOf, passA, nil},
		{"failed on both", true, failA, failA, []string{"link TestA failed (5.10, 7.2)"}},
		{"failed on one", true, passA, failA, []string{"link TestA failed (7.2)"}},
		{"a subtest", true, passA, failSub, []string{"link TestA/x failed (7.2)"}},
		{"feature on one", true, netkit, passA, nil},
		{"feature on both", true, netkit, netkit, []string{"link TestA was skipped on every kernel, for the lack of netkit"}},
		{"feature on both, part", false, netkit, netkit, nil},
		{"hardware", true, dsa, dsa, nil},
		{"hardware and not", true, dsa, netkit, []string{"link TestA was skipped on every kernel, for the lack of netkit"}},
		{"one kernel gave nothing", true, netkit, "", nil},
		{"other words", false, passA, skipFor("too slow"), []string{`link TestA was skipped without naming a feature: "too slow" (7.2)`}},
		{"no words", false, passA, `{"Action":"skip","Test":"TestA"}`, []string{`link TestA was skipped without naming a feature: "" (7.2)`}},
		{"a part that was never reached", true, netkit, netkit + strings.ReplaceAll(netkit, "TestA", "TestA/x"), []string{
			"link TestA was skipped on every kernel, for the lack of netkit", "link TestA/x was skipped on every kernel, for the lack of netkit"}},
	} {
		m := matrix{whole: c.whole, runs: []*run{ran(t, "5.10", c.a), ran(t, "7.2", c.b)}}
		var got []string
		for _, p := range m.problems() {
			got = append(got, p.String())
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestJudgePackage(t *testing.T) {
	const panicked = "=== RUN TestA\nlog\npanic: oh\n\ngoroutine 1 [running]:\n"
	p := &testPackage{rel: "link", tests: selection{kernel: []string{"TestA", "TestB"}}}
	passB := strings.ReplaceAll(passA, "TestA", "TestB")
	for _, c := range []struct {
		name, events string
		status       int
		ended, all   bool
		output       string
		want, detail string
	}{
		{"good", passA + passB, 0, true, true, "PASS\n", "", ""},
		{"a failure", failA + passB, 1, true, true, "FAIL\n", "", ""},
		{"left something behind", passA + passB, 1, true, true, "PASS\nleft behind\n", "link ended with status 1 though no test failed", "left behind"},
		{"crash", failA, 2, true, true, panicked, "link broke off with status 2; 1 tests did not run: TestB", "panic: oh"},
		{"timeout", passA + `{"Action":"run","Test":"TestB"}`, 2, true, true, panicked, "link broke off with status 2; running: TestB", "panic: oh"},
		{"machine died", `{"Action":"run","Test":"TestA"}`, 0, false, true, "=== RUN TestA\n",
			"link never ended; running: TestA; 1 tests did not run: TestB", "=== RUN TestA"},
		{"part", passA, 0, true, false, "PASS\n", "", ""},
		{"part of the tests", passA, 0, true, true, "PASS\n", "link ended well too early; 1 tests did not run: TestB", ""},
	} {
		r := ran(t, "7.2", c.events)
		r.judgePackage(p, c.status, c.ended, c.output, c.all)
		var got problem
		if len(r.failures) > 0 {
			got = r.failures[0]
		}
		if got.text != c.want || !strings.Contains(got.detail, c.detail) || len(r.failures) > 1 {
			t.Errorf("%s: %q, %q", c.name, r.failures, got.detail)
		}
	}
}

func TestReport(t *testing.T) {
	a, b := ran(t, "5.10", passA+strings.ReplaceAll(passA, "TestA", "TestB")), ran(t, "7.2", failA+strings.ReplaceAll(passA, "TestA", "TestB"))
	a.version, a.pkg, a.time = "5.10.223", "linux-image-5.10.0-32-amd64 5.10.223-1", 61*time.Second
	m := matrix{whole: true, runs: []*run{a, b}}
	var w strings.Builder
	m.print(&w, false)
	m.printVerdict(&w, m.problems(), 2*time.Minute)
	for _, want := range []string{
		"  5.10  Linux 5.10.223  linux-image-5.10.0-32-amd64 5.10.223-1  1m1s\n",
		"  link TestA  ok    FAIL\n",
		"  link                 2/0/0  1/1/0\n",
		"  things          24    12\n", // A, which failed, never said it
		"\n--- link TestA failed (7.2)\n    a_test.go:7: got 1, want 2\n",
		"\nFAIL: link TestA failed (7.2)\n",
		"\nFAIL: passed/failed/skipped 5.10: 2/0/0, 7.2: 1/1/0; problems: 1; 2m0s\n",
	} {
		if !strings.Contains(w.String(), want) {
			t.Errorf("no %q in\n%s", want, w.String())
		}
	}
	if strings.Contains(w.String(), "TestB") {
		t.Errorf("TestB passed everywhere:\n%s", w.String())
	}
	w.Reset()
	m.print(&w, true)
	for _, want := range []string{"  link TestB  ok    ok\n", "     1.5 s  link TestA on 5.10\n"} {
		if !strings.Contains(w.String(), want) {
			t.Errorf("no %q in\n%s", want, w.String())
		}
	}
}

func TestWriteJSON(t *testing.T) {
	m := matrix{runs: []*run{ran(t, "7.2", `{"Action":"pass","Package":"m.example/link","Test":"TestA","Elapsed":1}`)}}
	file := filepath.Join(t.TempDir(), "events")
	if err := m.writeJSON(file); err != nil {
		t.Fatal(err)
	}
	want := `{"Action":"pass","Package":"7.2 m.example/link","Test":"TestA","Elapsed":1}` + "\n"
	if got := string(readAll(t, file)); got != want {
		t.Errorf("got %s", got)
	}
}

// Only files come out of a machine, and only below the directory.
func TestUnpackOut(t *testing.T) {
	dir := t.TempDir()
	f, err := os.Create(filepath.Join(dir, "tar"))
	if err != nil {
		t.Fatal(err)
	}
	w := tar.NewWriter(f)
	for _, h := range []tar.Header{
		{Name: "./", Typeflag: tar.TypeDir},
		{Name: "./kinds/vxlan.json", Typeflag: tar.TypeReg, Size: 2},
		{Name: "../escape", Typeflag: tar.TypeReg, Size: 2},
		{Name: "/absolute", Typeflag: tar.TypeReg, Size: 2},
		{Name: "link", Typeflag: tar.TypeSymlink, Linkname: "/etc"},
	} {
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		if h.Typeflag == tar.TypeReg {
			w.Write([]byte("ok"))
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	f.Close()
	out := filepath.Join(dir, "out", "7.2.13-amd64")
	if err := unpackOut(f.Name(), out); err != nil {
		t.Fatal(err)
	}
	if got := string(readAll(t, filepath.Join(out, "kinds", "vxlan.json"))); got != "ok" {
		t.Errorf("got %q", got)
	}
	var files []string
	filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files = append(files, filepath.Base(path))
		}
		return err
	})
	if want := []string{"vxlan.json", "tar"}; !slices.Equal(files, want) {
		t.Errorf("files are %q, want %q", files, want)
	}
}
