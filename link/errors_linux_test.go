package link_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/link"
)

// What errors can be matched with, what they hold, and what is logged.

// TestErrors makes each kind of error happen.
func TestErrors(t *testing.T) {
	b := newBox(t)
	b.stage()
	b.prepare(link.Spec{Name: "m0", Lower: link.Name("free"), Kind: &kind.Macvlan{}})
	create := func(s link.Spec) error { _, err := b.c.Create(b.ctx, s); return err }
	change := func(name string, s link.Spec) error { _, err := b.c.Change(b.ctx, link.Name(name), s); return err }
	tests := []struct {
		name string
		err  error
		op   string
		is   []error
	}{
		{"exists", create(link.Spec{Name: "br0", Kind: &kind.IFB{}}), "create", []error{link.ErrExist, fs.ErrExist, unix.EEXIST}},
		{"index exists", create(link.Spec{Name: "n0", Index: 1, Kind: &kind.IFB{}}), "create", []error{link.ErrExist, fs.ErrExist, unix.EEXIST}},
		{"is missing", change("nobody", link.Spec{Up: attr.On}), "change", []error{link.ErrNotExist, fs.ErrNotExist, unix.ENODEV}},
		{"is missing, to delete", b.c.Delete(b.ctx, link.Name("nobody")), "delete", []error{link.ErrNotExist, fs.ErrNotExist, unix.ENODEV}},
		{"not supported", change("free", link.Spec{Address: mac1}), "change", []error{link.ErrNotSupported, errors.ErrUnsupported, unix.EOPNOTSUPP}},
		{"unknown kind", create(link.Spec{Name: "n0", Kind: &kind.Opaque{Name: "iplink_none"}}), "create", []error{link.ErrUnsupportedKind, link.ErrNotSupported, errors.ErrUnsupported, unix.EOPNOTSUPP}},
		{"busy", create(link.Spec{Name: "n0", Lower: link.Name("v0"), Kind: &kind.Macvlan{}}), "create", []error{link.ErrBusy, unix.EBUSY}},
		{"invalid", create(link.Spec{Name: "n0", Master: link.Index(999), Kind: &kind.IFB{}}), "create", []error{link.ErrInvalid, fs.ErrInvalid, unix.EINVAL}},
		{"fixed", change("m0", link.Spec{Lower: link.Name("v1")}), "change", []error{link.ErrFixed}},
		{"another kind", change("m0", link.Spec{Kind: &kind.Bridge{}}), "change", []error{link.ErrKind}},
		{"out of range", change("v0", link.Spec{MTU: attr.U32(1)}), "change", []error{attr.ErrRange, link.ErrInvalid}},
	}
	all := []error{link.ErrExist, link.ErrNotExist, link.ErrPermission, link.ErrBusy, link.ErrNotSupported, link.ErrUnsupportedKind, link.ErrInvalid, link.ErrFixed, link.ErrKind, link.ErrConflict, link.ErrVerify, link.ErrInterrupted, link.ErrClosed, link.ErrUnknownOutcome}
	for _, test := range tests {
		wantError(t, test.err, test.op+" ", test.is...)
		t.Log(test.err)
		var e *link.Error
		if !errors.As(test.err, &e) {
			t.Errorf("%s: not an Error: %#v", test.name, test.err)
			continue
		}
		if e.Op != test.op || e.Link == "" {
			t.Errorf("%s: op %q, link %q", test.name, e.Op, e.Link)
		}
		said := map[error]bool{}
		for _, is := range test.is {
			said[is] = true
		}
		for _, other := range all {
			if !said[other] && errors.Is(test.err, other) {
				t.Errorf("%s: %v is %v too", test.name, test.err, other)
			}
		}
	}
}

// TestErrorDetails looks at what the kernel's extended acknowledgement tells.
func TestErrorDetails(t *testing.T) {
	b := newBox(t)
	// Checked by the kernel's policy for the attribute, which it tells.
	_, err := b.c.Create(b.ctx, link.Spec{Name: "n0", Kind: &kind.Bridge{Unknown: must[attr.Raw](t)(attr.RawFrom(attr.AppendUint8(nil, 5, 1)))}})
	var e *link.Error
	if !errors.As(err, &e) || e.Errno == 0 || e.Msg == "" || !strings.HasPrefix(e.Attr, "linkinfo.data") {
		t.Errorf("%v: %+v", err, e)
	}
	t.Log(err)
	_, err = b.c.Create(b.ctx, link.Spec{Name: "n0", Kind: &kind.VXLAN{ID: attr.U32(1), Port: attr.U16(1), GBP: attr.On, GPE: attr.On, External: attr.On}})
	if !errors.As(err, &e) || e.Msg == "" || e.Attr != "" {
		t.Errorf("a vxlan's offset is not to be trusted: %v: %+v", err, e)
	}
	b.absent("n0")
}

// TestPermission takes the capability away from a thread.
func TestPermission(t *testing.T) {
	b := newBox(t)
	b.pair()
	was := b.snapshot()
	failed := make(chan error, 8)
	go func() {
		defer close(failed)
		runtime.LockOSThread() // and never unlocked: the thread ends with the goroutine
		if err := dropNetAdmin(); err != nil {
			failed <- err
			return
		}
		if _, err := b.c.List(b.ctx, link.Filter{}); err != nil {
			failed <- err
		}
		_, err1 := b.c.Create(b.ctx, link.Spec{Name: "n0", Kind: &kind.IFB{}})
		_, err2 := b.c.Change(b.ctx, link.Name("v0"), link.Spec{MTU: attr.U32(1400), Up: attr.On})
		_, err3 := b.c.Change(b.ctx, link.Name("v0"), link.Spec{AltNames: []string{"a"}})
		err4 := b.c.Delete(b.ctx, link.Name("v0"))
		for _, err := range []error{err1, err2, err3, err4} {
			if !errors.Is(err, link.ErrPermission) || !errors.Is(err, fs.ErrPermission) || !errors.Is(err, unix.EPERM) || !strings.Contains(err.Error(), "CAP_NET_ADMIN") {
				failed <- errors.Join(errors.New("not ErrPermission"), err)
			}
		}
	}()
	for err := range failed {
		t.Error(err)
	}
	b.unchanged(was)
}

// dropNetAdmin takes CAP_NET_ADMIN from the calling thread.
func dropNetAdmin() error {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var caps [2]unix.CapUserData
	if err := unix.Capget(&header, &caps[0]); err != nil {
		return err
	}
	caps[0].Effective &^= 1 << unix.CAP_NET_ADMIN
	return unix.Capset(&header, &caps[0])
}

// TestClosed uses a client after its end.
func TestClosed(t *testing.T) {
	b := newBox(t)
	if err := errors.Join(b.c.Close(), b.c.Close()); err != nil {
		t.Error(err)
	}
	_, err1 := b.c.Get(b.ctx, link.Name("lo"))
	_, err2 := b.c.List(b.ctx, link.Filter{})
	_, err3 := b.c.Create(b.ctx, link.Spec{Name: "n0", Kind: &kind.IFB{}})
	_, err4 := b.c.Change(b.ctx, link.Name("lo"), link.Spec{Up: attr.On})
	err5 := b.c.Delete(b.ctx, link.Name("lo"))
	var err6 error
	for _, err6 = range b.c.All(b.ctx, link.Filter{}) {
	}
	for _, err := range []error{err1, err2, err3, err4, err5, err6} {
		wantError(t, err, "client is closed", link.ErrClosed, fs.ErrClosed)
	}
}

// TestLogger shows messages as lines that can be read and as objects.
func TestLogger(t *testing.T) {
	b := newBox(t)
	b.pair()
	var text, objects bytes.Buffer
	debug := &slog.HandlerOptions{Level: slog.LevelDebug}
	for _, h := range []slog.Handler{slog.NewTextHandler(&text, debug), slog.NewJSONHandler(&objects, debug)} {
		c := openWith(t, link.Config{NetNS: b.ns, Logger: slog.New(h)}, nil)
		if _, err := c.Create(b.ctx, link.Spec{Name: "br0", Kind: &kind.Bridge{Priority: attr.U16(7)}, AltNames: []string{"a1", "a2"}}); err != nil {
			t.Fatal(err)
		}
		_, _ = c.Create(b.ctx, link.Spec{Name: "n0", Kind: &kind.Opaque{Name: "iplink_none"}})
		if err := c.Delete(b.ctx, link.Name("br0")); err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []string{
		`msg="netlink out" type=NEWLINK seq=`, " flags=REQUEST|ACK|ECHO|EXCL|CREATE link.name=br0 link.linkinfo.kind=bridge link.linkinfo.data.priority=7\n",
		`msg="netlink in" type=ACK seq=`, ` errno=95 error="Operation not supported" message="Unknown device type"`, " link.prop_list.altname=a1 link.prop_list.altname#2=a2",
		"type=DELLINK", " flags=REQUEST|ACK|EXCL|CREATE|APPEND ",
	} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the log does not show %q:\n%s", want, text.String())
		}
	}
	found := false
	for line := range strings.Lines(objects.String()) {
		var m struct {
			Type string
			Link struct {
				Name     string
				LinkInfo struct{ Data map[string]any }
			}
		}
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		found = found || m.Type == "NEWLINK" && m.Link.Name == "br0" && m.Link.LinkInfo.Data["priority"] == 7.0
	}
	if !found {
		t.Errorf("the request is not among\n%s", objects.String())
	}
}

// TestLoggerDisabled gives a logger that shows warnings only: no message may
// be read for it.
func TestLoggerDisabled(t *testing.T) {
	b := newBox(t)
	c := openWith(t, link.Config{NetNS: b.ns, Logger: slog.New(deaf{t})}, nil)
	if _, err := c.List(b.ctx, link.Filter{}); err != nil {
		t.Error(err)
	}
}

// deaf is a handler that wants nothing.
type deaf struct{ t *testing.T }

func (deaf) Enabled(context.Context, slog.Level) bool { return false }
func (d deaf) Handle(_ context.Context, r slog.Record) error {
	d.t.Errorf("logged: %s", r.Message)
	return nil
}
func (d deaf) WithAttrs([]slog.Attr) slog.Handler { return d }
func (d deaf) WithGroup(string) slog.Handler      { return d }
