package attrtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"reflect"
	"runtime/metrics"
	"slices"
	"testing"

	"github.com/iplink-go/iplink/attr"
)

// A Shape is a struct whose messages are generated and checked.
type Shape struct {
	// New returns an empty one.
	New func() attr.Struct
	// Header is how many bytes come before the attributes.
	Header int
	// Scope is that of its requests. Reports are read and written in the
	// same with Report set.
	Scope attr.Scope
	// Choose, if not nil, returns the name to put into a field that a name is
	// in, and sets the Fields of one whose layout a name chooses. how varies.
	Choose func(f *attr.Field, how byte) (name string)
	// Reasons are those for which reading may fail, besides
	// [attr.ErrTruncated] and [attr.ErrLength].
	Reasons []error
	// Used, if not nil, is a message that says much.
	Used []byte
}

func (s *Shape) report() attr.Scope {
	sc := s.Scope
	sc.Report = true
	return sc
}

// Check reads b as a report and checks what must hold for any input. It
// overwrites b.
func (s *Shape) Check(t *testing.T, b []byte) {
	t.Helper()
	sc := s.report()
	input := bytes.Clone(b)
	one := s.New()
	before := allocated()
	err := sc.Decode(b, one)
	if limit := uint64(256*len(b) + 1<<16); !Race && allocated()-before > limit {
		if n := Allocated(func() { _ = sc.Decode(b, s.New()) }); n > limit {
			t.Fatalf("reading %d bytes allocates %d", len(b), n)
		}
	}
	if !bytes.Equal(b, input) {
		t.Fatal("the input has changed")
	}
	_ = sc.Dump(b, one)
	if err != nil {
		CheckError(t, err, len(b), s.Reasons...)
		return
	}
	out := s.checkFixedPoint(t, one)
	// What is kept is bounded by the input: an attribute of four bytes becomes
	// at most a peer's header.
	if len(out) > 5*len(b)+64 {
		t.Fatalf("%d bytes have become %d", len(b), len(out))
	}
	s.checkUnknown(t, input, out)
	clear(b)
	if again, _ := sc.Append(nil, one); !bytes.Equal(again, out) {
		t.Fatal("what was read changes with the input")
	}
	s.checkUsed(t, input, out)
	s.checkWritten(t, one)
}

// allocated returns about how many bytes have been allocated so far: what was
// taken from pages in use is counted later. Unlike [Allocated] it does not stop
// the program, which would be most of the time that a check takes.
func allocated() uint64 {
	sample := [1]metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample[:])
	return sample[0].Value.Uint64()
}

// CheckError checks that an error of reading n bytes is of the right type,
// points into them and has one of the usual reasons or those of more. It
// returns whether all that is so; nil is fine.
func CheckError(t testing.TB, err error, n int, more ...error) bool {
	t.Helper()
	if err == nil {
		return true
	}
	is := func(reason error) bool { return errors.Is(err, reason) }
	var e *attr.Error
	switch {
	case !errors.As(err, &e):
		t.Errorf("%T: %v", err, err)
	case e.Offset < 0 || e.Offset > max(n-1, 0):
		t.Errorf("offset %d of %d bytes: %v", e.Offset, n, err)
	case !is(attr.ErrTruncated) && !is(attr.ErrLength) && !slices.ContainsFunc(more, is):
		t.Errorf("unexpected reason: %v", err)
	default:
		return true
	}
	return false
}

// checkFixedPoint writes what was read and reads it again.
func (s *Shape) checkFixedPoint(t *testing.T, one attr.Struct) []byte {
	t.Helper()
	sc := s.report()
	out, err := sc.Append(nil, one)
	if err != nil {
		t.Fatalf("what was read cannot be written: %v", err)
	}
	two := s.New()
	if err := sc.Decode(out, two); err != nil {
		t.Fatalf("what was written cannot be read: %v\n%s", err, sc.Dump(out, two))
	}
	// Clones, because a list that is empty may be nil or not.
	if !reflect.DeepEqual(attr.Clone(one), attr.Clone(two)) {
		t.Fatalf("first  %+v\nsecond %+v\n%s", one, two, sc.Dump(out, two))
	}
	if fields, err := attr.Diff(s.New(), one, two); err != nil || len(fields) > 0 {
		t.Fatalf("differs from itself: %v, %v", fields, err)
	}
	return out
}

// checkUnknown wants every attribute of b that the list does not know in out,
// in order, and in every list what was in it besides elements.
func (s *Shape) checkUnknown(t *testing.T, b, out []byte) {
	t.Helper()
	if v := reflect.ValueOf(s.New()).Elem().FieldByName("Unknown"); !v.IsValid() {
		return // the list has no Rest
	}
	fields := Describe(t, s.New())
	wantIn(t, unknownOf(b[s.Header:], func(n attr.Type) bool { return Find(fields, n) != nil }), out)
	last := map[attr.Type][]byte{} // of an attribute that comes twice the last counts
	for n, p := range attr.All(b[s.Header:]) {
		last[n] = p
	}
	for n, p := range last {
		f := Find(fields, n)
		if f == nil || !IsList(f) {
			continue
		}
		var sent []byte // the list, or what is foreign alone
		for k, p := range attr.All(out[s.Header:]) {
			if k == n {
				sent = p
			}
		}
		wantIn(t, unknownOf(p, func(n attr.Type) bool { return n == f.Fields[0].Type }), sent)
	}
}

func wantIn(t *testing.T, list [][]byte, out []byte) {
	t.Helper()
	for _, want := range list {
		_, after, ok := bytes.Cut(out, want)
		if !ok {
			t.Fatalf("an unknown attribute is lost: %x is not in %x", want, out)
		}
		out = after
	}
}

// unknownOf returns the attributes of b that are not known, as they are to be
// kept, with their padding.
func unknownOf(b []byte, known func(attr.Type) bool) (list [][]byte) {
	for len(b) > 0 {
		n, _, rest, err := attr.Cut(b)
		if err != nil {
			return list
		}
		if raw := b[:len(b)-len(rest)]; !known(n.Number()) {
			list = append(list, append(bytes.Clone(raw), make([]byte, -len(raw)&3)...)) // the last may lack its padding
		}
		b = rest
	}
	return list
}

// checkUsed reads into values that have held other messages.
func (s *Shape) checkUsed(t *testing.T, b, want []byte) {
	t.Helper()
	sc := s.report()
	r := rand.New(rand.NewPCG(3, 4))
	used := s.New()
	for i := range 5 {
		before := s.Used
		if i > 0 {
			before = s.Generate(t, Script(r, 300))
		}
		_ = sc.Decode(before, used) // errors leave something too
		if i != 0 && i != 4 {
			continue
		}
		if err := sc.Decode(b, used); err != nil {
			t.Fatal(err)
		}
		if out, err := sc.Append(nil, used); err != nil || !bytes.Equal(out, want) {
			t.Fatalf("a used value keeps something: %x, want %x, %v", out, want, err)
		}
	}
	attr.Reset(used)
	if !attr.IsZero(used) {
		t.Fatalf("reset leaves %+v", used)
	}
}

// checkWritten writes a request, text and JSON of what was read.
func (s *Shape) checkWritten(t *testing.T, v attr.Struct) {
	t.Helper()
	b, err := s.Scope.Append(nil, v)
	var e *attr.Error
	if err != nil && (!errors.As(err, &e) || e.Offset != -1 || e.Path == "") {
		t.Fatalf("%T: %v", err, err)
	}
	if err == nil {
		if err := s.Scope.Decode(b, s.New()); err != nil {
			t.Fatalf("a request cannot be read: %v", err)
		}
	}
	_ = attr.Printer{}.Text(v)
	if _, err := json.Marshal(attr.Printer{}.Object(v)); err != nil {
		t.Fatal(err)
	}
}
