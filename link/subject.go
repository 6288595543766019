package link

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
)

// A subject is a link that a transaction works on. It is known by namespace
// and index, since names can change hands; and since indexes can too, every
// read checks that kind and name are those of the link, the name being one
// that it had or that the transaction gave it.
//
// Invariants: now is what the last read showed; was, if not nil, is what it
// was before the transaction.
type subject struct {
	kind  string   // "" for hardware
	names []string // that it may have; nil for any, until the first read
	op    string   // of errors
	at    *place
	index uint32
	now   *Link
	was   *Link // nil for a link that the transaction makes
	wasAt *place
	what  Include
	gone  bool // deleted again by undoing
	again bool // deleted, and made again by undoing: index can be another than before
	// had is the data before the step that is being undone, nil otherwise.
	had kind.Kind
	// vlans are the VLANs before a transaction that is about them, nil for any
	// other.
	vlans *vlanTable
	// stranger is the index of a link that may be this one, made by a request
	// whose answer was lost, or somebody else's, and so was left alone.
	stranger uint32
	// first is the other end, for one that comes with it.
	first *subject
}

// newSubject reads the link that r points to.
func newSubject(ctx context.Context, op string, at *place, r Ref, what Include) (*subject, error) {
	l := new(Link)
	if err := at.get(ctx, r, l, what); err != nil {
		return nil, opError(op, err)
	}
	return &subject{kind: l.KindName(), names: []string{l.Name}, op: op, at: at, index: l.Index, now: l, was: l, wasAt: at, what: what}, nil
}

// opError says the error in terms of the operation it is part of.
func opError(op string, err error) error {
	var e *Error
	if errors.As(err, &e) && e.Op == "get" {
		c := *e
		c.Op = op
		return &c
	}
	return err
}

// called is the name of the link in errors: the one that it had, or was to be
// made with. One that the transaction gives it is gone when it is undone.
func (s *subject) called() string {
	if len(s.names) > 0 {
		return s.names[0]
	}
	return s.now.Name
}

func (s *subject) fail(err error) error { return failure(s.op, s.called(), err) }

// read reads the link again. If the index has found another owner the error
// is [ErrConflict].
func (s *subject) read(ctx context.Context) (*Link, error) {
	l := new(Link)
	if err := s.at.get(ctx, attr.RefIndex(s.index), l, s.what); err != nil {
		return nil, opAs(s.op, s.called(), err)
	}
	if !s.is(l) {
		return nil, s.fail(fmt.Errorf("index %d is now %s, %s: %w", s.index, l.Name, kindText(l.KindName()), ErrConflict))
	}
	if s.names == nil {
		s.names = []string{l.Name}
	}
	return l, nil
}

// is reports whether l can be the link.
func (s *subject) is(l *Link) bool {
	return l.KindName() == s.kind && (s.names == nil || slices.Contains(s.names, l.Name))
}

// renamed notes a name that the link is about to be given.
func (s *subject) renamed(name string) {
	if name != "" && s.names != nil {
		s.names = append(s.names, name)
	}
}

// confirm reads the link again and checks that it is still the same one, and
// that the fields that want says something of are what they were at the last
// read.
func (s *subject) confirm(ctx context.Context, want *Spec) error {
	l, err := s.read(ctx)
	if err != nil {
		return err
	}
	if err := s.now.unchanged(l, want); err != nil {
		return s.fail(err)
	}
	s.now = l
	return nil
}

// unchanged returns an error if a field that want says something of is not in
// is as it is in l.
func (l *Link) unchanged(is *Link, want *Spec) error {
	before, after := l.state().only(want), is.state().only(want)
	if sameSpec(before, after) {
		return nil
	}
	for f, v := range values(before) {
		if now := valueText(after, f); now != text(f, v) {
			return &attr.Error{Path: f.Path(), Offset: -1, Err: fmt.Errorf("it was %s and is %s: %w", text(f, v), now, ErrConflict)}
		}
	}
	return ErrConflict
}

// sameSpec compares two Specs by what they would send.
func sameSpec(a, b *Spec) bool {
	x, err1 := attr.Scope{Report: true}.Append(nil, a)
	y, err2 := attr.Scope{Report: true}.Append(nil, b)
	return err1 == nil && err2 == nil && string(x) == string(y)
}

// holds reads the link and fails if something of want that the kernel reports
// does not hold.
func (s *subject) holds(ctx context.Context, want *Spec) error {
	l, err := s.read(ctx)
	if err != nil {
		return err
	}
	s.now = l
	d, fields, err := l.diff(want)
	if err != nil {
		return s.fail(err)
	}
	if len(l.unmet(fields)) > 0 {
		return s.fail(mismatch(d, l.state(), attr.Read, ErrVerify))
	}
	return nil
}

// residue compares the link with what it was before the transaction.
func (s *subject) residue(ctx context.Context) []Residue {
	if s.was == nil {
		return s.leftover(ctx)
	}
	index := s.was.Index
	if s.again {
		index = s.index
	}
	var l Link
	if err := s.wasAt.get(ctx, attr.RefIndex(index), &l, s.what); err != nil {
		return []Residue{{s.was.Name, "link", "there", err.Error()}}
	}
	var out []Residue
	if index != s.was.Index {
		out = append(out, Residue{s.was.Name, "index", fmt.Sprint(s.was.Index), fmt.Sprint(index)})
	}
	if !attr.SameSet(s.was.AltNames, l.AltNames) {
		out = append(out, Residue{s.was.Name, "altnames", fmt.Sprint(s.was.AltNames), fmt.Sprint(l.AltNames)})
	}
	out = append(out, s.was.xdpResidue(&l)...)
	out = append(out, s.vlanResidue(ctx)...)
	was, is := s.was.lasting(), l.lasting()
	lost, _, err := l.diff(was)
	if err != nil {
		return []Residue{{s.was.Name, "kind", s.was.KindName(), l.KindName()}}
	}
	for f, v := range values(lost) {
		if now := valueText(is, f); now != text(f, v) { // the kind is said with its data
			out = append(out, Residue{s.was.Name, f.Path(), text(f, v), now})
		}
	}
	// What it says now and did not say before; what it says otherwise is in
	// lost already.
	gained, _, _ := s.was.diff(is)
	for f, v := range values(gained) {
		if fieldValue(was, f) == nil {
			out = append(out, Residue{s.was.Name, f.Path(), "absent", text(f, v)})
		}
	}
	return out
}

// lasting is the state less what changes by itself.
func (l *Link) lasting() *Spec {
	s := lasting(l.state())
	if s.Port != nil {
		s.Port = lasting(s.Port)
	}
	return s
}

// leftover looks for a link that the transaction made and should have removed.
func (s *subject) leftover(ctx context.Context) []Residue {
	if f := s.first; s.index == 0 && f != nil && f.index != 0 && !f.gone {
		// The step failed before it looked for this end. The other knows it.
		if l, err := f.read(ctx); err == nil {
			s.index, _ = l.Lower.Index()
		}
	}
	if s.index == 0 && s.stranger != 0 && !s.gone {
		return []Residue{{s.now.Name, "link", "absent", fmt.Sprintf("there with index %d and not as asked for, so perhaps somebody else's", s.stranger)}}
	}
	if s.index == 0 || s.gone {
		return nil
	}
	switch _, err := s.read(ctx); {
	case errors.Is(err, ErrNotExist), errors.Is(err, ErrConflict):
		return nil
	case err != nil:
		return []Residue{{s.now.Name, "link", "absent", err.Error()}}
	}
	return []Residue{{s.now.Name, "link", "absent", "there"}}
}
