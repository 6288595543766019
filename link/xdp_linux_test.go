package link_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unsafe"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/rtnl"
	"github.com/iplink-go/iplink/internal/rtnl/rtnltest"
	"github.com/iplink-go/iplink/internal/testns"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/link"
	"golang.org/x/sys/unix"
)

// Programs can be loaded only with privilege over the whole machine, which a
// sandbox does not have. So the process that starts the sandbox loads them,
// before it does, and the sandbox inherits the descriptors, which are enough
// to attach them.

// firstProgram is the descriptor of the first of two programs, far from those
// that the sandbox is started with.
const firstProgram = 200

func loadPrograms() {
	if os.Getenv(testns.XDPPrograms) != "" {
		return
	}
	word := "loaded"
	for i := range 2 {
		if err := loadProgram(firstProgram + i); err != nil {
			word = err.Error()
		}
	}
	os.Setenv(testns.XDPPrograms, word)
}

// loadProgram loads a program that passes every packet and gives it the
// descriptor fd, which survives the start of another process.
func loadProgram(fd int) error {
	insns := []byte{
		0xb7, 0, 0, 0, 2, 0, 0, 0, // r0 = XDP_PASS
		0x95, 0, 0, 0, 0, 0, 0, 0, // exit
	}
	if binary.NativeEndian.Uint16([]byte{1, 0}) != 1 {
		insns = []byte{0xb7, 0, 0, 0, 0, 0, 0, 2, 0x95, 0, 0, 0, 0, 0, 0, 0}
	}
	license := []byte("GPL\x00")
	args := struct { // of BPF_PROG_LOAD, the start of union bpf_attr
		progType, insnCount uint32
		insns, license      uint64
		_                   [24]uint64
	}{unix.BPF_PROG_TYPE_XDP, uint32(len(insns) / 8), uint64(uintptr(unsafe.Pointer(&insns[0]))), uint64(uintptr(unsafe.Pointer(&license[0]))), [24]uint64{}}
	got, _, errno := unix.Syscall(unix.SYS_BPF, unix.BPF_PROG_LOAD, uintptr(unsafe.Pointer(&args)), unsafe.Sizeof(args))
	runtime.KeepAlive(insns)
	runtime.KeepAlive(license)
	if errno != 0 {
		return fmt.Errorf("BPF_PROG_LOAD: %w", errno)
	}
	defer unix.Close(int(got))
	return unix.Dup3(int(got), fd, 0)
}

// programs returns the descriptors of two programs.
func programs(t *testing.T) (one, other int32) {
	t.Helper()
	testns.Require(t, "xdp")
	return firstProgram, firstProgram + 1
}

func attach(fd int32, flags link.XDPFlags) link.Spec {
	x := link.XDP{FD: attr.I32(fd)}
	if flags != 0 {
		x.Flags = attr.Some(flags)
	}
	return link.Spec{XDP: attr.Some(x)}
}

func (b *box) xdp(name string) link.XDP { return b.get(name).XDP.Value() }

// TestXDP attaches, replaces and detaches in every place that software has.
func TestXDP(t *testing.T) {
	one, other := programs(t)
	for _, test := range []struct {
		name  string
		flags link.XDPFlags
		mode  link.XDPMode
	}{
		{"v0", 0, link.XDPDriver},
		{"v0", link.XDPInDriver, link.XDPDriver},
		{"v0", link.XDPInSKB, link.XDPGeneric},
		{"br0", 0, link.XDPGeneric},
	} {
		t.Run(fmt.Sprint(test.name, test.flags), func(t *testing.T) {
			b := newBox(t)
			b.pair()
			b.bridge()
			steps := []struct {
				what string
				fd   int32
				sent int
			}{
				{"nothing to detach", -1, 0}, {"attach", one, 1}, {"the same again", one, 0},
				{"replace", other, 1}, {"detach", -1, 1}, {"detached already", -1, 0},
			}
			var last uint32
			for _, s := range steps {
				b.tap.reset(nil)
				x := b.change(test.name, attach(s.fd, test.flags)).XDP.Value()
				b.wantSent(s.sent)
				mode, id := link.XDPNone, x.ProgID.Value()
				if s.fd >= 0 {
					mode = test.mode
				}
				if x.Attached.Value() != mode || (id != 0) != (s.fd >= 0) || s.sent > 0 && id == last {
					t.Errorf("%s: %v, program %d after %d", s.what, x.Attached, id, last)
				}
				last = id
			}
		})
	}
}

// TestXDPNotSaid writes back what was read and says nothing.
func TestXDPNotSaid(t *testing.T) {
	b := newBox(t)
	b.pair()
	b.tap.reset(nil)
	b.change("v0", link.Spec{XDP: attr.Some(link.XDP{})})
	b.change("v0", link.Spec{XDP: b.get("v0").XDP})
	b.wantSent(0)
	_, err := b.c.Change(b.ctx, link.Name("v0"), link.Spec{XDP: attr.Some(link.XDP{Flags: attr.Some(link.XDPInSKB)})})
	if !errors.Is(err, attr.ErrValue) {
		t.Errorf("flags alone: %v", err)
	}
	b.wantSent(0)
}

// TestXDPElsewhere asks the kernel to detach without a place: it picks the
// driver, does nothing and says that all went well.
func TestXDPElsewhere(t *testing.T) {
	one, other := programs(t)
	b := newBox(t)
	b.pair()
	b.change("v0", attach(one, link.XDPInSKB))
	_, err := b.c.Change(b.ctx, link.Name("v0"), attach(-1, 0))
	if !errors.Is(err, link.ErrVerify) || !strings.Contains(err.Error(), "xdp.prog: want none, is xdpgeneric") {
		t.Errorf("detach: %v", err)
	}
	if _, err = b.c.Change(b.ctx, link.Name("v0"), attach(other, 0)); !errors.Is(err, link.ErrExist) {
		t.Errorf("attach to the driver too: %v", err)
	}
	if _, err = b.c.Change(b.ctx, link.Name("v0"), attach(one, link.XDPInSKB|link.XDPIfNoneExists)); !errors.Is(err, link.ErrBusy) {
		t.Errorf("the same, if there is none: %v", err)
	}
	if x := b.xdp("v0"); x.Attached.Value() != link.XDPGeneric {
		t.Errorf("now %v", x.Attached)
	}
}

// TestXDPLast changes other things in the same call, and makes a link.
func TestXDPLast(t *testing.T) {
	one, _ := programs(t)
	b, there := newBox(t), newBox(t)
	b.pair()
	spec := attach(one, 0)
	spec.Name, spec.MTU, spec.Up, spec.AltNames, spec.NetNS = "new", attr.U32(1400), attr.On, []string{"alt"}, kind.NetNSFD(there.ns.FD())
	b.tap.reset(nil)
	l, err := b.c.Change(b.ctx, link.Name("v0"), spec)
	if err != nil {
		t.Fatal(err)
	}
	if l.XDP.Value().Attached.Value() != link.XDPDriver {
		t.Errorf("moved: %v", l.XDP)
	}
	sent := b.tap.mutating()
	for i, m := range sent {
		has := false
		for typ := range attr.All(m.Payload[16:]) {
			has = has || typ == iflaXDP
		}
		if has != (i == len(sent)-1) {
			t.Errorf("message %d of %d:\n%s", i, len(sent), link.Dump(m.Payload))
		}
	}
	spec = attach(one, link.XDPInSKB)
	spec.Name, spec.Kind, spec.Up = "made", &kind.IFB{}, attr.On
	if x := b.create(spec).XDP.Value(); x.Attached.Value() != link.XDPGeneric {
		t.Errorf("made: %v", x.Attached)
	}
}

// TestXDPUndo fails after each kind of step has been carried out.
func TestXDPUndo(t *testing.T) {
	one, other := programs(t)
	for _, test := range []struct {
		name string
		had  int32 // -1: none
		fd   int32
		lost bool
	}{
		{"attached", -1, one, false}, {"replaced", one, other, true}, {"detached", one, -1, true},
	} {
		for _, flags := range []link.XDPFlags{0, link.XDPInSKB, link.XDPInDriver} {
			t.Run(fmt.Sprint(test.name, flags), func(t *testing.T) {
				b := newBox(t)
				b.pair()
				b.change("v0", attach(test.had, flags))
				had, was := b.xdp("v0").ProgID.Value(), b.get("v0").MTU
				b.failAfterXDP()
				spec := attach(test.fd, flags)
				spec.MTU = attr.U32(1400)
				_, err := b.c.Change(b.ctx, link.Name("v0"), spec)
				var tx *link.TxError
				if !errors.As(err, &tx) || tx.Clean() == test.lost {
					t.Fatalf("error %v", err)
				}
				if mtu := b.get("v0").MTU; mtu != was {
					t.Errorf("mtu %v", mtu)
				}
				if !test.lost {
					if x := b.xdp("v0"); x.Attached.Value() != link.XDPNone {
						t.Errorf("left: %v", x.Attached)
					}
					return
				}
				lost := fmt.Sprintf("program %d cannot be brought back", had)
				residue := func(r link.Residue) bool {
					return r.Field == "xdp" && strings.HasSuffix(r.Was, fmt.Sprint(" ", had)) && r.Was != r.Is
				}
				if len(tx.Failed) != 1 || !strings.Contains(tx.Failed[0].Error(), lost) || len(tx.Residue) != 1 || !slices.ContainsFunc(tx.Residue, residue) {
					t.Errorf("failed %v, residue %v", tx.Failed, tx.Residue)
				}
			})
		}
	}
}

// failAfterXDP refuses the request that follows the first of XDP: verifying.
func (b *box) failAfterXDP() {
	seen, refused := false, false
	b.tap.reset(func(_ int, req rtnl.Message) rtnltest.Fault {
		if seen && !refused {
			refused = true
			return rtnltest.Refuse
		}
		if req.Type == rtnl.NewLink {
			for typ := range attr.All(req.Payload[16:]) {
				seen = seen || typ == iflaXDP
			}
		}
		return rtnltest.None
	})
}

// TestXDPFaults makes each request go wrong in each way.
func TestXDPFaults(t *testing.T) {
	one, _ := programs(t)
	for name, fault := range faults {
		for k := range 5 {
			if !share(k + int(fault)) {
				continue
			}
			t.Run(fmt.Sprint(name, k), func(t *testing.T) {
				fails(t, func(ctx context.Context, b, _ *box) error {
					_, err := b.c.Change(ctx, link.Name("v0"), attach(one, 0))
					return err
				}, func(b, _ *box) bool { return b.xdp("v0").Attached.Value() == link.XDPDriver }, k, fault)
			})
		}
	}
}

// A fakeXDP answers for one link whose programs the test decides on, since no
// software link has a program on the device and no kernel pretends.
type fakeXDP struct {
	reports []link.XDP // for the reads in turn; the last stays
	answer  int        // the error number of changes
	sent    []string   // the changes
}

func (f *fakeXDP) wrap(t rtnl.Transport) rtnl.Transport {
	t.Close()
	return &rtnltest.Script{Answer: func(req rtnl.Message) ([]rtnltest.Datagram, error) {
		if req.Type != rtnl.GetLink {
			f.sent = append(f.sent, link.Dump(req.Payload))
			return []rtnltest.Datagram{rtnltest.Kernel(rtnltest.Ack(req, f.answer))}, nil
		}
		x := f.reports[0]
		if len(f.reports) > 1 && binary.NativeEndian.Uint32(req.Payload[4:]) == 7 {
			f.reports = f.reports[1:]
		}
		body := make([]byte, 16)
		binary.NativeEndian.PutUint32(body[4:], 7)
		body = attr.AppendString(body, iflaIfname, "nic0")
		nest := u8(2, uint8(x.Attached.Value()))
		for i, id := range []attr.Opt[uint32]{x.ProgID, x.DrvProgID, x.SKBProgID, x.HWProgID} {
			if id.IsSet() {
				nest = append(nest, u32(attr.Type(4+i), id.Value())...)
			}
		}
		body = append(body, raw(iflaXDP, nest...)...)
		return []rtnltest.Datagram{
			rtnltest.Kernel(rtnltest.Reply(req, rtnl.NewLink, 0, body)), rtnltest.Kernel(rtnltest.Ack(req, 0))}, nil
	}}
}

// TestXDPReports judges what a kernel could report after it has said yes.
func TestXDPReports(t *testing.T) {
	none := link.XDP{Attached: attr.Some(link.XDPNone)}
	drv := func(id uint32) link.XDP {
		return link.XDP{Attached: attr.Some(link.XDPDriver), ProgID: attr.U32(id), DrvProgID: attr.U32(id)}
	}
	skb := func(id uint32) link.XDP {
		return link.XDP{Attached: attr.Some(link.XDPGeneric), ProgID: attr.U32(id), SKBProgID: attr.U32(id)}
	}
	hw := func(id uint32) link.XDP {
		return link.XDP{Attached: attr.Some(link.XDPHardware), ProgID: attr.U32(id), HWProgID: attr.U32(id)}
	}
	multi := func(d, h uint32) link.XDP {
		return link.XDP{Attached: attr.Some(link.XDPMulti), DrvProgID: attr.U32(d), HWProgID: attr.U32(h)}
	}
	old := link.XDP{Attached: attr.Some(link.XDPDriver), ProgID: attr.U32(5)} // one id for all places
	const fd = 9999                                                           // nobody's: the program's id cannot be learned
	const H, D, S = link.XDPInHardware, link.XDPInDriver, link.XDPInSKB
	for _, test := range []struct {
		name    string
		fd      int32
		flags   link.XDPFlags
		was, is link.XDP
		sent    int
		want    string // part of the error, "" for none
	}{
		{"attached to hardware", fd, H, none, hw(5), 1, ""},
		{"attached to hardware besides", fd, H, drv(4), multi(4, 5), 1, ""},
		{"attached to the driver instead", fd, H, none, drv(5), 1, "xdp.hw_prog: want a program, is xdp 5"},
		{"not attached", fd, 0, none, none, 1, "xdp.prog: want a program, is none"},
		{"attached by default", fd, 0, none, skb(5), 1, ""},
		{"replaced", fd, D, multi(4, 5), multi(6, 5), 1, ""},
		{"not replaced", fd, D, drv(4), drv(4), 1, "xdp.drv_prog: want another than 4, is xdp 4"},
		{"other place replaced", fd, D, multi(4, 5), multi(4, 6), 1, "xdp.drv_prog: want another than 4, is xdp 4, xdpoffload 6"},
		{"detached from hardware", -1, H, multi(4, 5), drv(4), 1, ""},
		{"not detached from hardware", -1, H, multi(4, 5), multi(4, 5), 1, "xdp.hw_prog: want none, is xdp 4, xdpoffload 5"},
		{"detached, hardware stays", -1, 0, multi(4, 5), hw(5), 1, "xdp.prog: want none, is xdpoffload 5"},
		{"none in that place", -1, S, multi(4, 5), multi(4, 5), 0, ""},
		{"none at all", -1, 0, none, none, 0, ""},
		{"none, but one is expected", -1, D | link.XDPReplace, none, none, 1, ""},
		{"one id for all places", -1, D, old, old, 1, "xdp.drv_prog: want none, is xdp 5"},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := newBox(t)
			f := &fakeXDP{reports: []link.XDP{test.was, test.was, test.is}}
			c := openWith(t, link.Config{NetNS: b.ns}, f.wrap)
			_, err := c.Change(b.ctx, link.Index(7), attach(test.fd, test.flags))
			if (err == nil) != (test.want == "") || err != nil && (!errors.Is(err, link.ErrVerify) || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("error %v", err)
			}
			// Undoing what was not done sends nothing more.
			if len(f.sent) != test.sent {
				t.Errorf("sent %d:\n%s", len(f.sent), strings.Join(f.sent, "\n"))
			}
		})
	}
}

// TestXDPConflict has somebody else attach a program at the wrong times.
func TestXDPConflict(t *testing.T) {
	none, theirs := link.XDP{}, link.XDP{Attached: attr.Some(link.XDPGeneric), SKBProgID: attr.U32(5)}
	b := newBox(t)
	for _, test := range []struct {
		name    string
		fd      int32
		reports []link.XDP
		sent    int
	}{
		{"before attaching", 9999, []link.XDP{none, theirs}, 0},
		{"before detaching", -1, []link.XDP{theirs, {Attached: attr.Some(link.XDPGeneric), SKBProgID: attr.U32(6)}}, 0},
		{"meanwhile", -1, []link.XDP{none, none, theirs}, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := &fakeXDP{reports: test.reports}
			c := openWith(t, link.Config{NetNS: b.ns}, f.wrap)
			spec := attach(test.fd, link.XDPInSKB)
			if test.sent > 0 { // or it would not be sent
				spec = attach(test.fd, link.XDPInSKB|link.XDPReplace)
			}
			_, err := c.Change(b.ctx, link.Index(7), spec)
			var tx *link.TxError
			if errors.As(err, &tx) {
				err = errors.Join(tx.Failed...)
			}
			if !errors.Is(err, link.ErrConflict) || len(f.sent) != test.sent {
				t.Errorf("sent %d, error %v", len(f.sent), err)
			}
		})
	}
}

// TestXDPRefused has the kernel say no: the error is its own, and nothing is
// left to undo.
func TestXDPRefused(t *testing.T) {
	b := newBox(t)
	f := &fakeXDP{reports: []link.XDP{{}}, answer: int(unix.EBUSY)}
	c := openWith(t, link.Config{NetNS: b.ns}, f.wrap)
	_, err := c.Change(b.ctx, link.Index(7), attach(9999, 0))
	if !errors.Is(err, link.ErrBusy) || len(f.sent) != 1 {
		t.Errorf("sent %d, error %v", len(f.sent), err)
	}
}

// TestXDPOther reports a program that is not the descriptor's.
func TestXDPOther(t *testing.T) {
	one, _ := programs(t)
	b := newBox(t)
	other := link.XDP{Attached: attr.Some(link.XDPDriver), DrvProgID: attr.U32(1 << 30)}
	f := &fakeXDP{reports: []link.XDP{{}, {}, other}}
	c := openWith(t, link.Config{NetNS: b.ns}, f.wrap)
	_, err := c.Change(b.ctx, link.Index(7), attach(one, 0))
	if !errors.Is(err, link.ErrVerify) || !strings.Contains(err.Error(), "is xdp 1073741824") {
		t.Errorf("error %v", err)
	}
	// Undoing names the program that it expects, so that it cannot hit another.
	if n := len(f.sent); n != 2 || !strings.Contains(f.sent[n-1], "3 flags 16\n") || !strings.Contains(f.sent[n-1], fmt.Sprint("8 expected_fd ", one)) {
		t.Errorf("sent:\n%s", strings.Join(f.sent, "\n"))
	}
}
