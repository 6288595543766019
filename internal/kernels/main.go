package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
)

type config struct {
	kernels   []kernel
	run, args string
	packages  []string
	jobs      int
	timeout   time.Duration
	mirror    string
	update    bool
	accel     string
	append    string
	out, json string
	verbose   bool
}

func parseFlags() (c config, err error) {
	var keys string
	flag.StringVar(&keys, "kernel", "", "run on these kernels only, a `list` of keys with commas")
	flag.StringVar(&c.run, "run", "", "run only tests that match `regexp`, as in go test")
	flag.StringVar(&c.args, "args", "", "more `arguments` for the test programs, separated by spaces")
	flag.IntVar(&c.jobs, "j", min(runtime.NumCPU(), len(kernels)), "how many `machines` run at a time; each takes up to 2 GiB of memory")
	flag.DurationVar(&c.timeout, "timeout", 15*time.Minute, "the longest that the tests may run on one kernel")
	flag.StringVar(&c.mirror, "mirror", "", "the `URL` of a Debian archive, instead of the one that this machine uses")
	flag.BoolVar(&c.update, "update", false, "look for newer kernels than those of the cache")
	flag.StringVar(&c.accel, "accel", "", "kvm or tcg (emulation), instead of trying whether the first works")
	flag.StringVar(&c.append, "append", "", "more for the kernel's command line, such as module_blacklist=vxlan")
	flag.StringVar(&c.out, "out", "", "put what tests write to /out into this `directory`")
	flag.StringVar(&c.json, "json", "", "write the events of all tests to this `file`, as go test -json would")
	flag.BoolVar(&c.verbose, "v", false, "list every test, and the slowest")
	flag.Usage = func() {
		fmt.Fprintf(flag.CommandLine.Output(), "usage: kernels [flags] [packages]\nRuns the kernel tests on: %s.\n", keyList(kernels))
		flag.PrintDefaults()
	}
	flag.Parse()
	c.packages = flag.Args()
	c.kernels, err = choose(keys)
	if c.accel != "" && c.accel != "kvm" && c.accel != "tcg" {
		err = errors.Join(err, fmt.Errorf("-accel %s: want kvm or tcg", c.accel))
	}
	return c, err
}

func main() {
	c, err := parseFlags()
	if err != nil {
		fmt.Fprintln(os.Stderr, "kernels:", err)
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), endSignals...)
	defer stop()
	ok, err := c.main(ctx)
	if err != nil {
		fmt.Fprintln(os.Stderr, "kernels:", err)
	}
	if err != nil || !ok {
		stop()
		os.Exit(1)
	}
}

// main runs the matrix and reports whether all is well. An error is what kept
// the matrix from running at all.
func (c config) main(ctx context.Context) (ok bool, err error) {
	start := time.Now()
	if err := c.checkTools(); err != nil {
		return false, err
	}
	work, err := os.MkdirTemp("", "kernels-")
	if err != nil {
		return false, err
	}
	defer os.RemoveAll(work)
	payloads, err := c.build(ctx, work)
	if err != nil {
		return false, err
	}
	m := matrix{whole: len(c.kernels) == len(kernels) && c.run == "", runs: c.runAll(ctx, work, payloads)}
	if ctx.Err() != nil {
		return false, errors.New("interrupted")
	}
	if c.json != "" {
		if err := m.writeJSON(c.json); err != nil {
			return false, err
		}
	}
	m.print(os.Stdout, c.verbose)
	problems := m.problems()
	m.printVerdict(os.Stdout, problems, time.Since(start))
	return len(problems) == 0, nil
}

func (c config) checkTools() error {
	tools := map[string]string{}
	for _, k := range c.kernels {
		tools[k.arch.qemu] = k.arch.debianPackage
	}
	cache, err := openCache()
	if err != nil {
		return err
	}
	for _, k := range c.kernels {
		if _, cached := cache.newest(k); c.update || !cached {
			for tool, pkg := range fetchTools {
				tools[tool] = pkg
			}
		}
	}
	return missing(tools)
}

// build makes the test programs, once for each architecture.
func (c config) build(ctx context.Context, work string) (map[string]*payload, error) {
	payloads := map[string]*payload{}
	for _, k := range c.kernels {
		goarch := k.arch.goarch
		if payloads[goarch] != nil {
			continue
		}
		p, err := build(ctx, goarch, c.packages, filepath.Join(work, goarch))
		if err != nil {
			return nil, err
		}
		arguments := append([]string{"-test.v=test2json", "-test.timeout=" + (c.timeout * 4 / 5).String()}, strings.Fields(c.args)...)
		if c.run != "" {
			arguments = append(arguments, "-test.run="+c.run)
		}
		if err := p.pack(arguments); err != nil {
			return nil, err
		}
		payloads[goarch] = p
		fmt.Printf("built %d packages with %d kernel tests for %s\n", len(p.packages), p.tests(), goarch)
	}
	return payloads, nil
}

// runAll runs the tests on all kernels, some at a time.
func (c config) runAll(ctx context.Context, work string, payloads map[string]*payload) []*run {
	accelerate := accelerator{forced: c.accel}
	runs := make([]*run, len(c.kernels))
	slots := make(chan struct{}, max(1, c.jobs))
	var wg sync.WaitGroup
	// The last of the matrix takes longest, and should not be alone at the end.
	for i, k := range slices.Backward(c.kernels) {
		r := newRun(k)
		runs[i] = r
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			start := time.Now()
			if err := c.runOne(ctx, r, filepath.Join(work, k.key), payloads[k.arch.goarch], &accelerate); err != nil {
				r.problem("%v", err)
			}
			if r.time = time.Since(start); ctx.Err() == nil {
				fmt.Println(r.line())
			}
		})
	}
	wg.Wait()
	return runs
}

// runOne fills in r. An error is what kept the tests from running.
func (c config) runOne(ctx context.Context, r *run, dir string, p *payload, accelerate *accelerator) error {
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	image, err := c.image(ctx, r.kernel)
	if err != nil {
		return err
	}
	r.version, r.pkg = image.version, image.pkg
	m := machine{kernel: r.kernel, image: image, dir: dir, append: c.append, packages: p.packages, payload: p.archive, limit: c.timeout}
	if m.accel, err = accelerate.choose(ctx, m); err != nil {
		return err
	}
	fmt.Printf("%s: booting %s with %s\n", r.kernel.key, image.pkg, m.accel)
	end, err := m.run(ctx)
	if err != nil {
		return err
	}
	if err := r.read(ctx, m, end, c.run == ""); err != nil {
		return err
	}
	if c.out == "" {
		return nil
	}
	return unpackOut(m.port(outPort), c.out)
}
