//go:build linux

package link_test

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"runtime"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/testns"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/link"
)

// README.md makes two promises in tables: which expression does the job of a
// command, and what errors say. Both are compared with what runs here, for
// which the source must be at hand: so it is on Linux, but no *_linux_test.go.

// rows returns what re finds in a file: its groups, without the whole match.
func rows(t *testing.T, file string, re string) (list [][]string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(re).FindAllStringSubmatch(string(text), -1) {
		list = append(list, m[1:])
	}
	if len(list) == 0 {
		t.Fatalf("%s has no table", file)
	}
	return list
}

func TestReadmeCommands(t *testing.T) {
	want := rows(t, "commands_linux_test.go", `\{"((?:ip|bridge) [^"]*)", func\(\) \(any, error\) \{\n\t\t\treturn (?:nil, )?(.*)\n`)
	got := rows(t, "../README.md", "\n\\| `((?:ip|bridge) [^`]*)` \\| `(c\\.[^`]*)` \\|")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-commands +README.md\n%s", diff)
	}
	if n := len(commands(t.Context(), nil, nil, 0)); n != len(want) {
		t.Errorf("%d of %d commands have the form that can be compared", len(want), n)
	}
}

func TestReadmeErrors(t *testing.T) {
	c, ctx := open(t)
	create := func(s link.Spec) error { _, err := c.Create(ctx, s); return err }
	change := func(name string, s link.Spec) error { _, err := c.Change(ctx, link.Name(name), s); return err }
	br := link.Spec{Name: "br0", Index: 42, Kind: &kind.Bridge{}}
	vx := link.Spec{Name: "vx0", Kind: &kind.VXLAN{ID: attr.U32(42), Port: attr.U16(4789)}}
	if err := errors.Join(create(br), create(vx)); err != nil {
		t.Fatal(err)
	}
	withAcme, err := link.Open(link.Config{NetNS: testns.New(t), Kinds: kind.Registry{Kinds: func(name string) kind.Kind {
		if name == "acme" {
			return new(Acme)
		}
		return nil
	}}})
	if err != nil {
		t.Fatal(err)
	}
	defer withAcme.Close()
	_, errAcme := withAcme.Create(ctx, link.Spec{Name: "acme0", Kind: new(Acme)})
	errs := []struct {
		name string
		err  error
		is   error
	}{
		{"ErrExist", create(br), link.ErrExist},
		{"ErrNotExist", change("eth7", link.Spec{Up: attr.On}), link.ErrNotExist},
		{"ErrUnsupportedKind", errAcme, link.ErrUnsupportedKind},
		{"ErrPermission", withoutPrivilege(t, func() error { return change("br0", link.Spec{Up: attr.On}) }), link.ErrPermission},
		{"ErrInvalid", change("br0", link.Spec{MTU: attr.U32(70000)}), link.ErrInvalid},
		{"ErrFixed", change("vx0", link.Spec{Kind: &kind.VXLAN{ID: attr.U32(43)}}), link.ErrFixed},
		{"ErrNotSupported", c.Delete(ctx, link.Name("lo")), link.ErrNotSupported},
	}
	var want [][]string
	for _, e := range errs {
		want = append(want, []string{fmt.Sprint(e.err), e.name})
		if !errors.Is(e.err, e.is) {
			t.Errorf("%v is not %s", e.err, e.name)
		}
	}
	got := rows(t, "../README.md", "\n\\| [^|]*\\| `([^`]*)` \\| `(Err[A-Za-z]*)` \\|")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-errors +README.md\n%s", diff)
	}
}

// withoutPrivilege runs f on a thread that has given up all capabilities, and
// that ends with it.
func withoutPrivilege(t *testing.T, f func() error) error {
	t.Helper()
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends here
		var none [2]unix.CapUserData
		if err := unix.Capset(&unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}, &none[0]); err != nil {
			done <- err
			return
		}
		done <- f()
	}()
	return <-done
}
