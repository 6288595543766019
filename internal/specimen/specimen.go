// Package specimen knows how to make a link of every kind, and two values for
// every attribute that can be set, so that one test can set each on the running
// kernel and read it back, and one recorder can keep what the kernel says.
//
// Nearly all of it comes from the lists of the kinds themselves: what there is
// to set, in which form, from where to where, and whether it can be changed. A
// new kind therefore needs a row in the table of least.go only if the kernel
// wants more than the kind's name and the link below, and rows in exceptions.go
// for the attributes for which a number that fits the form is not enough: each
// says why. The tests name the attribute that lacks a row.
//
// The package holds no test. Link's tests on the running kernel use it.
package specimen

import (
	"cmp"
	"fmt"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/uapi"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/link"
)

// Names and indexes of the links that the tests make. They are chosen, not the
// kernel's, so that two recordings differ in what the kernels do differently.
const (
	// Name and Index are those of the link under test.
	Name, Index = "x0", 111
	// PeerName and PeerIndex are those of its other end, if it has one.
	PeerName, PeerIndex = "x1", 112
	// Lower and Other are the links around: one to sit on, one to change to.
	Lower, Other = 101, 103
	// Master is the index of the master of a port, called br0 for a bridge.
	Master = 121
	// Prefix is how the addresses begin that are not the kernel's choice.
	Prefix = "02:00:00:"
)

// Address is for the link under test where it would be a random one.
var Address = attr.MustParseHWAddr("02:00:00:00:01:09")

// A Subject is one list of attributes and how to make a link that has them.
type Subject struct {
	// Name is the kind, "KIND port", "KIND peer", or "link" for what any link
	// can be given.
	Name string
	// Impossible says why there is no such link on a machine for tests, "" if
	// there may be.
	Impossible string
	// Needs are the features of the kernel it takes, for testns.Require.
	Needs []string
	// Around are links to make first, in this order.
	Around []link.Spec
	// Least is the least that the kernel makes.
	Least link.Spec
	// Fixed says that the attributes are looked at at creation only.
	Fixed bool
	// ReadFrom names the link that reports them.
	ReadFrom string

	set   string // in rt-link.tsv
	fresh func() attr.Struct
	part  func(*link.Spec) attr.Struct
	put   func(*link.Spec, attr.Struct)
	read  func(*link.Link) (attr.Struct, error)
}

// scope knows the kinds.
var scope = attr.Scope{New: new(kind.Registry).New}

// report is scope for what the kernel reports.
var report = attr.Scope{New: scope.New, Report: true}

// Subjects returns one for each kind, each kind of port, each kind that comes
// in pairs, and what any link can be given.
func Subjects() ([]*Subject, error) {
	table, err := uapi.Load()
	if err != nil {
		return nil, err
	}
	list := []*Subject{linkSubject()}
	for _, name := range kind.Names() {
		s := kindSubject(name)
		s.set = table.DataSet(name)
		list = append(list, s)
		if _, ok := s.Least.Kind.(kind.Pairer); ok {
			list = append(list, peerSubject(name))
		}
	}
	for _, name := range kind.PortNames() {
		s := portSubject(name)
		s.set = table.PortSet(name)
		list = append(list, s)
	}
	return list, nil
}

func kindSubject(name string) *Subject {
	return &Subject{
		Name: name, Impossible: impossible(name), Needs: needs(name), Around: around(name), Least: least(name), ReadFrom: Name,
		fresh: func() attr.Struct { return kind.New(name) },
		part:  func(s *link.Spec) attr.Struct { return s.Kind },
		put:   func(s *link.Spec, v attr.Struct) { s.Kind = v.(kind.Kind) },
		read:  func(l *link.Link) (attr.Struct, error) { return l.Kind, nil },
	}
}

func portSubject(master string) *Subject {
	s := kindSubject(portKind)
	s.Name, s.Impossible, s.Needs = master+" port", cmp.Or(impossible(master), rows[master].noPorts), needs(master)
	s.Around = append(append(around(master), masterOf(master)), rows[master].ports...)
	s.Least = portOf(master)
	s.fresh = func() attr.Struct { return kind.NewPort(master) }
	s.part = func(s *link.Spec) attr.Struct {
		if s.Port == nil {
			return kind.NewPort(master)
		}
		return s.Port
	}
	s.put = func(s *link.Spec, v attr.Struct) { s.Port = v.(kind.Port) }
	s.read = func(l *link.Link) (attr.Struct, error) {
		if l.Port == nil {
			return nil, fmt.Errorf("%s is no port", l.Name)
		}
		return l.Port, nil
	}
	return s
}

// peerSubject is about what can be said of the other end of a pair. Its
// attributes are those of any link, of which only creation is special.
func peerSubject(name string) *Subject {
	s := kindSubject(name)
	s.Name, s.set, s.Fixed, s.ReadFrom = name+" peer", "link-attrs", true, PeerName
	s.Needs, s.Around = append(s.Needs, "bridge"), append(s.Around, masterOf("bridge"))
	peer := func(s *link.Spec) *attr.Opt[kind.Peer] { return s.Kind.(kind.Pairer).PeerSpec() }
	s.fresh = func() attr.Struct { return new(kind.Peer) }
	s.part = func(s *link.Spec) attr.Struct { p := peer(s).Value(); return &p }
	s.put = func(s *link.Spec, v attr.Struct) { peer(s).Set(*v.(*kind.Peer)) }
	s.read = func(l *link.Link) (attr.Struct, error) {
		p := new(kind.Peer)
		return p, recode(p, l)
	}
	return s
}

// linkSubject is about what any link can be given. It is a veth, which every
// kernel has, with a peer that is up.
func linkSubject() *Subject {
	s := kindSubject(anyKind)
	s.Name, s.set = "link", "link-attrs"
	s.Needs, s.Around = append(s.Needs, "bridge"), append(s.Around, masterOf("bridge"))
	s.fresh = func() attr.Struct { return new(link.Spec) }
	s.part = func(s *link.Spec) attr.Struct { return s }
	s.put = func(s *link.Spec, v attr.Struct) { *s = *v.(*link.Spec) }
	s.read = func(l *link.Link) (attr.Struct, error) {
		p := new(link.Spec)
		return p, recode(p, l)
	}
	return s
}

// recode reads what is reported of l as another list of the same attributes.
func recode(s attr.Struct, l *link.Link) error {
	l = l.Clone()
	l.Change = 1<<32 - 1 // which flags a request is about: all
	b, err := report.Append(nil, l)
	if err != nil {
		return err
	}
	return scope.Decode(b, s)
}

// Read returns what a link, which must be ReadFrom, says in the terms of the
// subject.
func (s *Subject) Read(l *link.Link) (attr.Struct, error) { return s.read(l) }

// Spec returns base with what the values say besides.
func (s *Subject) Spec(base *link.Spec, values ...attr.Struct) (link.Spec, error) {
	spec := *base.Clone()
	for _, v := range values {
		merged, err := s.merge(s.part(&spec), v)
		if err != nil {
			return spec, err
		}
		s.put(&spec, merged)
	}
	return spec, nil
}

// Change returns the request that says v and nothing else.
func (s *Subject) Change(v attr.Struct) link.Spec {
	var spec link.Spec
	if s.Fixed {
		spec.Kind = kind.New(s.Least.Kind.Kind())
	}
	s.put(&spec, attr.Clone(v))
	return spec
}

// Reported returns spec without what it says and no report does.
func (s *Subject) Reported(spec link.Spec) (link.Spec, error) {
	out := s.fresh()
	err := attr.Copy(out, s.part(&spec), func(f *attr.Field) bool { return f.Dir == 0 || f.Dir&attr.Read != 0 })
	s.put(&spec, out)
	return spec, err
}

// Part returns what spec says in the terms of the subject.
func (s *Subject) Part(spec *link.Spec) attr.Struct { return s.part(spec) }

// OfKind reports whether the subject is the data of a kind.
func (s *Subject) OfKind() bool { return s.Name == s.Least.Kind.Kind() }

// Differs returns the names of the fields, of those that links report, in
// which what is wanted is not what a link has, in spite of what their lines say
// to be equal.
func (s *Subject) Differs(want, have attr.Struct) (names []string, err error) {
	fields, err := attr.Diff(s.fresh(), want, have)
	for _, f := range fields {
		reported := f.Dir == 0 || f.Dir&attr.Read != 0 // flags of the header have no direction
		if reported && !inOthers[f.Name] {
			names = append(names, f.Name)
		}
	}
	return names, err
}
