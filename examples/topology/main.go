// Topology makes links what a JSON file says they shall be, in a network
// namespace of its own and without root:
//
//	go run ./examples/topology
//	go run ./examples/topology -dry-run
//	go run ./examples/topology -allow auto-mtu,addresses FILE...
//
// Each file is a link.State; what is in it is compared with the links that are
// there, which gives a plan. The plan is printed as a diff, and then carried
// out step by step. Where it has been, there is nothing to do the second time.
// If a step fails, it and all before it are undone. What a plan would lose,
// such as addresses that somebody has set, it must be allowed to.
//
// Without a FILE it takes first.json and second.json, which are beside this
// program, and refused.json, of which the kernel refuses a part.
package main

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"strings"

	"github.com/iplink-go/iplink/link"
	"github.com/iplink-go/iplink/nsutil"
)

//go:embed *.json
var own embed.FS

func main() {
	log.SetFlags(0)
	dryRun := flag.Bool("dry-run", false, "print what would be done, and do nothing")
	var allow link.Loss
	flag.TextVar(&allow, "allow", allow, "the `losses` that are no error, with commas between them")
	flag.Parse()

	// Files are read before the sandbox takes the system's root away.
	names, open := flag.Args(), os.ReadFile
	switch {
	case len(names) > 0:
	case *dryRun: // the others build on it
		names, open = []string{"first.json"}, own.ReadFile
	default:
		names, open = []string{"first.json", "second.json", "refused.json"}, own.ReadFile
	}
	files, err := read(names, open)
	if err != nil {
		log.Fatal(err)
	}
	// From here on no link of the host is within reach. A program that shall
	// manage those goes without, and needs CAP_NET_ADMIN.
	if err := nsutil.Sandbox(); err != nil {
		log.Fatal(err)
	}
	c, err := link.Open(link.Config{})
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()
	for _, f := range files {
		if err := run(context.Background(), c, f, os.Stdout, *dryRun, link.Allow(allow)); err != nil {
			log.Fatal(err)
		}
	}
}

// A file is a state, and what people call it.
type file struct {
	name string
	want link.State
}

func read(names []string, open func(string) ([]byte, error)) (out []file, err error) {
	for _, name := range names {
		text, err := open(name)
		if err != nil {
			return nil, err
		}
		f := file{name: name}
		// Strict: an unknown key, or a value that cannot be, is an error that
		// says where it stands.
		if err := json.Unmarshal(text, &f.want); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		out = append(out, f)
	}
	return out, nil
}

// run makes the links what a file says, or says what that takes.
func run(ctx context.Context, c *link.Client, f file, w io.Writer, dryRun bool, allow link.Option) error {
	// Plan reads and compares, and sends nothing that changes anything. All
	// that is wrong with the state is found here, before the first step.
	fmt.Fprintf(w, "# %s: the plan\n", f.name)
	plan, err := c.Plan(ctx, f.want, allow)
	if err != nil {
		return err
	}
	fmt.Fprint(w, plan)
	if dryRun {
		return nil
	}

	fmt.Fprintf(w, "# %s: applied\n", f.name)
	res, err := c.Apply(ctx, plan, link.OnStep(func(s link.Step, err error) { progress(w, s, err) }))
	if failed, ok := errors.AsType[*link.TxError](err); ok {
		return explain(ctx, c, f, failed, plan, w)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "  %d messages\n", res.Messages)

	// Ensure is both in one, and plans again if somebody else interferes. What
	// holds already it does not send again.
	fmt.Fprintf(w, "# %s: once more\n", f.name)
	if res, err = c.Ensure(ctx, f.want, allow); err != nil {
		return err
	}
	fmt.Fprintf(w, "  %d messages\n", res.Messages)
	if plan, err = c.Plan(ctx, f.want, allow); err != nil {
		return err
	}
	fmt.Fprint(w, plan)
	return nil
}

func progress(w io.Writer, s link.Step, err error) {
	result := "done"
	if err != nil {
		result = "failed"
	}
	fmt.Fprintf(w, "  step %d, %s %s: %s\n", s.ID, s.Op, strings.Join(s.Link, " "), result)
}

// explain says what became of a plan that failed. That is no error of this
// program, which is here to show it.
func explain(ctx context.Context, c *link.Client, f file, failed *link.TxError, was *link.Plan, w io.Writer) error {
	fmt.Fprintln(w, "  why:", failed.Cause)
	for _, step := range failed.Undone {
		fmt.Fprintln(w, "  undone:", step)
	}
	// Everything that was touched has been read again.
	fmt.Fprintln(w, "  is everything as it was?", failed.Clean())
	for _, left := range failed.Residue {
		fmt.Fprintln(w, "  left over:", left)
	}
	// If so, there is to do what there was.
	now, err := c.Plan(ctx, f.want)
	if err != nil {
		return err
	}
	fmt.Fprintln(w, "  is the plan the same?", now.String() == was.String())
	return nil
}
