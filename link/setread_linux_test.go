package link_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/specimen"
	"github.com/iplink-go/iplink/internal/testns"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/link"
)

// Every attribute that can be set, of every kind: set at creation and read
// back, changed and read back, or refused where it is fixed. What there is to
// set, and to which values, comes from internal/specimen; the counts and what
// the running kernel lacks are at the end, in recount_linux_test.go.

// TestSetAndRead has one subtest for each attribute, KIND/ATTRIBUTE.
func TestSetAndRead(t *testing.T) {
	subjects, err := specimen.Subjects()
	if err != nil {
		t.Fatal(err)
	}
	total := newRecount(t)
	for _, s := range subjects {
		if s.Impossible != "" {
			total.impossible = append(total.impossible, s.Name+": "+s.Impossible)
			continue
		}
		attrs, err := s.Attrs()
		if err != nil {
			t.Fatal(err)
		}
		total.offered += len(attrs)
		here := false
		t.Run(s.Name, func(t *testing.T) {
			testns.Require(t, s.Needs...)
			here = true
			newTrial(t, s, total).all(attrs)
		})
		if !here {
			total.missing = append(total.missing, s.Name)
		}
	}
	total.log()
}

// A trial is a subject in a namespace of its own, in which one link after the
// other is made.
type trial struct {
	*box
	subject *specimen.Subject
	total   *recount
	// bare is what links without anything said report, by what they are.
	bare map[*link.Spec]attr.Struct
	// values are what each attribute was set to, where it was.
	values map[string]attr.Struct
	record *recorder
}

func newTrial(t *testing.T, s *specimen.Subject, total *recount) *trial {
	x := &trial{box: newBox(t), subject: s, total: total, bare: map[*link.Spec]attr.Struct{}, values: map[string]attr.Struct{}, record: newRecorder(s)}
	for _, spec := range s.Around {
		x.prepare(spec)
	}
	return x
}

// all tries every attribute, each in a subtest, then all together.
func (x *trial) all(attrs []specimen.Attr) {
	for i := range attrs {
		switch a := &attrs[i]; {
		case a.TakesHardware():
			x.run(a.Name, func() { x.cannot(a) })
			fallthrough
		case a.Untested:
			x.total.untested = append(x.total.untested, x.subject.Name+" "+a.Name)
		default:
			x.run(a.Name, func() { x.attribute(a) })
		}
	}
	x.run("together", func() { x.together(attrs) })
	x.total.kinds++
	x.total.set += len(x.values)
}

// run runs f as a subtest, and removes the link under test afterwards.
func (x *trial) run(name string, f func()) {
	outer := x.t
	outer.Run(name, func(t *testing.T) {
		x.t = t
		defer func() { x.drop(); x.t = outer }()
		f()
	})
}

func (x *trial) drop() {
	err := x.plain.Delete(x.ctx, link.Name(specimen.Name))
	if err != nil && !errors.Is(err, link.ErrNotExist) {
		x.t.Errorf("delete the link of the test: %v", err)
	}
}

// base returns the link that a is set on.
func (x *trial) base(a *specimen.Attr) *link.Spec {
	if a.On != nil {
		return a.On
	}
	return &x.subject.Least
}

// read returns what the link says in the terms of the subject.
func (x *trial) read() attr.Struct {
	x.t.Helper()
	return must[attr.Struct](x.t)(x.subject.Read(x.get(x.subject.ReadFrom)))
}

// spec returns base with the values.
func (x *trial) spec(base *link.Spec, values ...attr.Struct) link.Spec {
	x.t.Helper()
	return must[link.Spec](x.t)(x.subject.Spec(base, values...))
}

// untouched returns what a link reports of which nothing more was said than
// it takes to make it.
func (x *trial) untouched(base *link.Spec) (attr.Struct, error) {
	if s, ok := x.bare[base]; ok {
		return s, nil
	}
	if _, err := x.plain.Create(x.ctx, *base.Clone()); err != nil {
		return nil, err
	}
	defer x.drop()
	x.bare[base] = x.read()
	return x.bare[base], nil
}

// attribute tries one attribute in every way.
func (x *trial) attribute(a *specimen.Attr) {
	testns.Require(x.t, a.Needs...)
	have, err := x.untouched(x.base(a))
	switch {
	case err != nil && a.On != nil:
		x.failed(a, x.subject.Part(a.On), false, "make", err)
		return
	case err != nil:
		x.t.Fatalf("the least that makes one is not enough, see internal/specimen: %v", err)
	}
	values := must[[]attr.Struct](x.t)(x.subject.Values(a, have))
	known := a.At(have) != nil                           // the kernel has it for sure
	if a.Field.Dir&attr.Create != 0 || x.subject.Fixed { // what creation ignores of a peer follows
		if !x.create(a, values[0], known) {
			return
		}
	} else {
		x.plainly(a)
	}
	switch {
	case x.subject.Fixed:
	case x.isFixed(a):
		x.refuse(a, values)
	default:
		x.changes(a, values, known)
	}
}

// cannot makes sure that an attribute has to be among the untested ones, as far
// as a value for it can be made.
func (x *trial) cannot(a *specimen.Attr) {
	x.plainly(a)
	values, err := x.subject.Values(a, x.read())
	if err != nil {
		x.t.Log(err)
		return
	}
	if _, err := x.c.Change(x.ctx, link.Name(specimen.Name), x.subject.Change(values[0])); err == nil {
		x.t.Errorf("it can be set to %s: internal/specimen says that it takes hardware", attr.Printer{}.Text(values[0]))
	}
}

// plainly makes the link that a is to be set on, without it but with what it
// needs.
func (x *trial) plainly(a *specimen.Attr) {
	x.t.Helper()
	base := *x.base(a).Clone()
	if a.With != nil && a.Field.Dir&attr.Create != 0 {
		base = x.spec(&base, a.With)
	}
	x.prepare(base)
	if base.Up.Value() {
		x.operational(specimen.Name)
	}
}

// create makes a link with the value, and returns whether the kernel can.
func (x *trial) create(a *specimen.Attr, v attr.Struct, known bool) bool {
	spec := x.spec(x.base(a), v)
	x.tap.reset(nil)
	_, err := x.c.Create(x.ctx, spec)
	if err != nil {
		x.failed(a, v, known, "create", err)
		return false
	}
	x.compare(a, v)
	x.values[a.Name] = v
	x.total.created++
	return true
}

// failed is an error unless the kernel does not have the attribute: then it has
// not reported it either, and ignores it or calls it unsupported.
func (x *trial) failed(a *specimen.Attr, v attr.Struct, known bool, op string, err error) {
	x.t.Helper()
	lacks := !known && errors.Is(err, link.ErrVerify) || errors.Is(err, link.ErrNotSupported)
	err = fmt.Errorf("%s with %s: %w", op, attr.Printer{}.Text(v), err)
	if !lacks && !x.total.predates(a) {
		x.t.Error(err)
		x.sent()
		return
	}
	x.total.lacks(x.t, x.subject, a, err)
}

// sent shows the requests that something was to change with.
func (x *trial) sent() {
	x.t.Helper()
	for _, m := range x.tap.mutating() {
		x.t.Logf("sent, type %d:\n%s", m.Type, link.Dump(m.Payload))
	}
}

// compare holds what the link reports against what was said. It does not
// rely on the client, which has verified it.
func (x *trial) compare(a *specimen.Attr, v attr.Struct) {
	x.t.Helper()
	got := x.read()
	if !isRead(a) {
		x.total.unread++
		return
	}
	want, is := a.At(v), a.At(got)
	switch {
	case reflect.DeepEqual(want, is):
		return
	case is == nil && a.Field.Unconfirmed:
		x.total.lacks(x.t, x.subject, a, errors.New("it is not reported"))
	}
	for _, f := range must[[]string](x.t)(x.subject.Differs(v, got)) {
		x.t.Errorf("%s: read back as %v, want %v; %s differs", a.Name, is, want, f)
	}
	if a.Field.Wire == attr.WireArray {
		return // of which only some is said
	}
	x.total.rounded = append(x.total.rounded, fmt.Sprintf("%s %s: %s for %s", x.subject.Name, a.Name, short(is), short(want)))
}

// short is a value for a line of many.
func short(v any) string {
	s := fmt.Sprint(v)
	return s[:min(len(s), 40)]
}

func (x *trial) isFixed(a *specimen.Attr) bool {
	return a.Field.Mode.Fixed() || a.Field.Dir&attr.Set == 0 || x.subject.OfKind() && x.subject.Least.Kind.Info().Update == kind.Never
}

// refuse changes what is fixed: nothing may be sent.
func (x *trial) refuse(a *specimen.Attr, values []attr.Struct) {
	v := values[len(values)-1]
	if len(values) == 1 { // which the link has
		x.drop()
		x.plainly(a)
	}
	was := x.snapshot()
	x.tap.reset(nil)
	_, err := x.c.Change(x.ctx, link.Name(specimen.Name), x.subject.Change(v))
	x.wantSent(0)
	var e *link.Error
	if !errors.As(err, &e) || !errors.Is(err, link.ErrFixed) || !strings.Contains(e.Attr, a.Field.Name) {
		x.t.Errorf("changed to %s: %v, want an error that names it", attr.Printer{}.Text(v), err)
		return
	}
	x.unchanged(was)
	x.total.refused++
}

// changes sets the value on a link that exists: the second, or all if it cannot
// be set at creation.
func (x *trial) changes(a *specimen.Attr, values []attr.Struct, known bool) {
	switch _, created := x.values[a.Name]; {
	case created && len(values) == 1: // which the link has
		x.drop()
		x.plainly(a)
	case created:
		values = values[1:]
	}
	for _, v := range values {
		before := x.read()
		x.tap.reset(nil)
		_, err := x.c.Change(x.ctx, link.Name(specimen.Name), x.subject.Change(v))
		if err != nil {
			x.failed(a, v, known, "change", err)
			return
		}
		x.compare(a, v)
		x.others(a, v, before)
		if x.values[a.Name] == nil {
			x.values[a.Name] = v
		}
	}
	x.total.changed++
}

// others checks that nothing else changed.
func (x *trial) others(a *specimen.Attr, v, before attr.Struct) {
	x.t.Helper()
	was, is := settable(before), settable(x.read())
	for f := range attr.Values(v) {
		delete(was, f.Name)
		delete(is, f.Name)
	}
	for name := range was {
		if !reflect.DeepEqual(was[name], is[name]) && !slices.Contains(a.Resets, name) {
			x.t.Errorf("%s has changed with it, from %v to %v", name, was[name], is[name])
		}
	}
}

// settings are the values that can be set and do not change by themselves.
func settable(s attr.Struct) map[string]any {
	out := map[string]any{}
	for f, v := range attr.Values(s) {
		if f.Dir&attr.Read != 0 && f.Dir&(attr.Create|attr.Set) != 0 && !f.Volatile {
			out[f.Name] = v
		}
	}
	return out
}

// together sets all that can be set at once, in a creation and then in a
// change that finds nothing to do.
func (x *trial) together(attrs []specimen.Attr) {
	for _, g := range x.groups(attrs) {
		x.group(g)
		x.drop()
	}
	x.record.write(x.t)
}

func (x *trial) group(g *group) {
	l, err := x.c.Create(x.ctx, g.spec)
	if err == nil && isRandom(l.Address) { // a recording should not have it
		x.drop()
		g.spec.Address = specimen.Address
		_, err = x.c.Create(x.ctx, g.spec)
	}
	if err != nil {
		x.t.Errorf("%s: %v\nattributes that exclude each other need a row in internal/specimen%s", g.name, err, x.suspects(g))
		return
	}
	x.holds(g, "")
	x.tap.reset(nil)
	again := must[link.Spec](x.t)(x.subject.Reported(g.spec))
	if _, err := x.c.Change(x.ctx, link.Name(specimen.Name), again); err != nil {
		x.t.Errorf("%s, again: %v", g.name, err)
	}
	x.wantSent(0)
	x.record.add(x.t, x.ns, x.subject.ReadFrom, g.name)
	// Deleted, and made again because something else failed, it is the same.
	wantUndone(x.t, x.c.DeleteAndFail(x.ctx, false, func() {}, link.Name(specimen.Name)))
	x.holds(g, ", made again")
}

// holds fails the test if the link is not as the group says.
func (x *trial) holds(g *group, when string) {
	x.t.Helper()
	for _, f := range must[[]string](x.t)(x.subject.Differs(x.subject.Part(&g.spec), x.read())) {
		x.t.Errorf("%s%s: %s differs", g.name, when, f)
	}
}

// isRandom reports whether the kernel made the address up.
func isRandom(a attr.HWAddr) bool {
	text := a.String()
	return a.Len() == 6 && strings.Trim(text, "0:") != "" && !strings.HasPrefix(text, specimen.Prefix)
}

// suspects names the attributes without any of which the rest can be created.
func (x *trial) suspects(g *group) (out string) {
	for name := range g.values {
		spec := *g.base.Clone()
		for other, v := range g.values {
			if other != name {
				spec = x.spec(&spec, v)
			}
		}
		if _, err := x.c.Create(x.ctx, spec); err == nil {
			out += "; works without " + name
			x.drop()
		}
	}
	return out
}

// A group is attributes that can be set at once.
type group struct {
	name string
	base *link.Spec
	spec link.Spec
	// values are what spec was put together from, besides base.
	values map[string]attr.Struct
}

// groups returns the attributes that were set one by one, put together.
func (x *trial) groups(attrs []specimen.Attr) []*group {
	list := []*group{newGroup(x.subject.Name, &x.subject.Least)}
	for i := range attrs {
		a := &attrs[i]
		v := x.values[a.Name]
		if v == nil || a.Alone || !isRead(a) {
			continue
		}
		g := list[0]
		if a.Apart != "" {
			name := x.subject.Name + " " + a.Apart
			at := slices.IndexFunc(list, func(g *group) bool { return g.name == name })
			if at < 0 {
				at = len(list)
				list = append(list, newGroup(name, x.base(a)))
			}
			g = list[at]
		}
		g.spec, g.values[a.Name] = x.spec(&g.spec, v), v
	}
	return list
}

func newGroup(name string, base *link.Spec) *group {
	return &group{name, base, *base.Clone(), map[string]attr.Struct{}}
}

// isRead reports whether links report the attribute.
func isRead(a *specimen.Attr) bool { return a.Field.Dir&attr.Read != 0 }
