package link

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/iplink-go/iplink/attr"
)

// Programs of XDP. A request names a program by descriptor and a report by id,
// so the two cannot be compared as other fields are: diff leaves XDP out, and
// a step of its own sets it.
//
// That step is the last of all. A program that was replaced or detached cannot
// be brought back, since only who loaded it is sure to have a descriptor; so
// nothing may follow that could fail.

// xdpPrograms are the ids of the programs of a link by where they run, 0 where
// there is none.
type xdpPrograms [XDPHardware + 1]uint32

// programs returns what a report says. Each place has an id of its own, but
// what has only the common one is understood too.
func (x XDP) programs() xdpPrograms {
	p := xdpPrograms{XDPDriver: x.DrvProgID.Value(), XDPGeneric: x.SKBProgID.Value(), XDPHardware: x.HWProgID.Value()}
	if m := x.Attached.Value(); p == (xdpPrograms{}) && m != XDPNone && m <= XDPHardware {
		p[m] = x.ProgID.Value()
	}
	return p
}

// in returns the program in one place. XDPNone stands for the place that the
// kernel chooses: the driver if it can, else the network stack. Never do both
// have one (dev_xdp_attach in net/core/dev.c).
func (p xdpPrograms) in(m XDPMode) uint32 {
	if m == XDPNone {
		return cmp.Or(p[XDPDriver], p[XDPGeneric])
	}
	return p[m]
}

// detached reports whether there is no program in the place, for XDPNone
// whether there is none at all: the driver may be the kernel's choice and the
// program in the network stack.
func (p xdpPrograms) detached(m XDPMode) bool {
	if m == XDPNone {
		return p == xdpPrograms{}
	}
	return p[m] == 0
}

// String returns the places and ids.
func (p xdpPrograms) String() string {
	var out []string
	for m, id := range p {
		if id != 0 {
			out = append(out, fmt.Sprintf("%v %d", XDPMode(m), id))
		}
	}
	return cmp.Or(strings.Join(out, ", "), XDPNone.String())
}

// mode returns the place that the flags name, XDPNone if they leave it to the
// kernel.
func (f XDPFlags) mode() XDPMode {
	switch {
	case f&XDPInHardware != 0:
		return XDPHardware
	case f&XDPInDriver != 0:
		return XDPDriver
	case f&XDPInSKB != 0:
		return XDPGeneric
	}
	return XDPNone
}

// xdpFields are the fields that report each place.
var xdpFields = [...]string{XDPNone: "xdp.prog", XDPDriver: "xdp.drv_prog", XDPGeneric: "xdp.skb_prog", XDPHardware: "xdp.hw_prog"}

// detaches reports whether a program is to be taken off; every negative
// descriptor says so.
func (x XDP) detaches() bool { return x.FD.Value() < 0 }

// holds reports whether sending x could change nothing. What is conditional
// is for the kernel to judge.
func (x XDP) holds(is xdpPrograms) bool {
	mode := x.Flags.Value().mode()
	switch {
	case x.Flags.Value()&XDPReplace != 0:
		return false
	case x.detaches():
		return is.detached(mode)
	case x.Flags.Value()&XDPIfNoneExists != 0:
		return false
	}
	id := programID(x.FD.Value())
	return id != 0 && id == is.in(mode)
}

// diffXDP returns what of want must be sent.
func (l *Link) diffXDP(want attr.Opt[XDP]) (attr.Opt[XDP], error) {
	var none attr.Opt[XDP]
	x := want.Value()
	switch {
	case x.FD.IsSet() && x.holds(l.XDP.Value().programs()):
		return none, nil
	case x.FD.IsSet() || len(x.Unknown) > 0:
		return want, nil
	case x.Flags.IsSet() || x.ExpectedFD.IsSet():
		return none, refused("xdp", "flags and expected_fd say how to attach, not what: say FD")
	}
	return none, nil
}

// xdpResidue says which programs differ from those before.
func (l *Link) xdpResidue(now *Link) []Residue {
	was, is := l.XDP.Value().programs(), now.XDP.Value().programs()
	if was == is {
		return nil
	}
	return []Residue{{l.Name, "xdp", was.String(), is.String()}}
}

// xdpStep attaches or detaches a program.
type xdpStep struct {
	sub  *subject
	want XDP
	id   uint32      // of the program to attach; 0 if it cannot be learned
	was  xdpPrograms // as the guard found them
	ok   bool        // the guard has passed
}

func (s *xdpStep) String() string {
	if s.want.detaches() {
		return "detach xdp from " + s.sub.called()
	}
	return fmt.Sprintf("attach xdp fd %d to %s", s.want.FD.Value(), s.sub.called())
}

// guard makes sure that what is replaced is what was seen when the change was
// planned.
func (s *xdpStep) guard(ctx context.Context) error {
	planned := s.sub.now.XDP.Value().programs()
	if err := s.sub.confirm(ctx, new(Spec)); err != nil {
		return err
	}
	s.was = s.sub.now.XDP.Value().programs()
	if s.was != planned {
		return s.sub.fail(fmt.Errorf("xdp: was %v, is now %v: %w", planned, s.was, ErrConflict))
	}
	if !s.want.detaches() {
		s.id = programID(s.want.FD.Value())
	}
	s.ok = true
	return nil
}

func (s *xdpStep) send(ctx context.Context) error {
	return s.sub.set(ctx, &Spec{XDP: attr.Some(s.want)})
}

func (s *xdpStep) verify(ctx context.Context) error {
	l, err := s.sub.read(ctx)
	if err != nil {
		return err
	}
	s.sub.now = l
	if err := s.check(l.XDP.Value().programs()); err != nil {
		return s.sub.fail(err)
	}
	return nil
}

// check compares what is attached with what was wanted. Where the id of the
// wanted program is not known, another one than before must be there.
func (s *xdpStep) check(is xdpPrograms) error {
	mode := s.want.Flags.Value().mode()
	id, want := is.in(mode), ""
	switch {
	case !s.want.FD.IsSet(): // only attributes without a field
	case s.want.detaches():
		if !is.detached(mode) {
			want = "none"
		}
	case s.id != 0 && id != s.id:
		want = fmt.Sprint(s.id)
	case id == 0:
		want = "a program"
	case s.id == 0 && id == s.was.in(mode):
		want = fmt.Sprintf("another than %d", id)
	}
	if want == "" {
		return nil
	}
	return fmt.Errorf("%s: want %s, is %v: %w", xdpFields[mode], want, is, ErrVerify)
}

// undo detaches a program that the step attached where none was. That is all
// that can be undone.
func (s *xdpStep) undo(ctx context.Context) (did bool, err error) {
	if !s.ok {
		return false, nil
	}
	l, err := s.sub.read(ctx)
	if err != nil {
		return false, err
	}
	s.sub.now = l
	flags := s.want.Flags.Value()
	had, is := s.was.in(flags.mode()), l.XDP.Value().programs()
	switch {
	case is.in(flags.mode()) == had:
		return false, nil
	case had != 0:
		return true, s.sub.fail(fmt.Errorf("xdp: program %d cannot be brought back: a descriptor of it is needed", had))
	case s.want.detaches():
		return false, s.sub.fail(fmt.Errorf("xdp: was %v, is now %v: %w", s.was, is, ErrConflict)) // somebody else's
	}
	// The kernel checks that it is the one that the step attached.
	return true, s.sub.set(ctx, &Spec{XDP: attr.Some(XDP{
		FD:         attr.I32(-1),
		Flags:      attr.Some(flags&(XDPInSKB|XDPInDriver|XDPInHardware) | XDPReplace),
		ExpectedFD: s.want.FD,
	})})
}
