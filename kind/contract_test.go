package kind_test

import (
	"bytes"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/attrtest"
	"github.com/iplink-go/iplink/kind"
)

// What every kind and every kind of port keeps to, whoever writes it. The
// tests range over all that are registered; uapi_test.go compares them with
// the kernel's table, golden_test.go with what kernels and iproute2 sent.

func subjects() (list []subject) {
	for _, name := range kind.Names() {
		list = append(list, subject{name, name, "", func() attr.Struct { return kind.New(name) }})
	}
	for _, name := range kind.PortNames() {
		list = append(list, subject{name + " port", name + "(slave)", "", func() attr.Struct { return kind.NewPort(name) }})
	}
	return append(list, subject{"peer", "", "link-attrs", func() attr.Struct { return new(kind.Peer) }})
}

func forAll(t *testing.T, f func(t *testing.T, s *subject)) {
	for _, s := range subjects() {
		t.Run(s.name, func(t *testing.T) { f(t, &s) })
	}
}

// builtIn are the kinds that are no module of their own, and why.
var builtIn = map[string]string{
	"netkit": "drivers/net/netkit.c can only be built in",
}

func TestFacts(t *testing.T) {
	since := regexp.MustCompile(`^[5-9]\.[0-9]+$`)
	for _, name := range kind.Names() {
		k := kind.New(name)
		info := k.Info()
		if k.Kind() != name {
			t.Errorf("New(%q) is a %q", name, k.Kind())
		}
		if (info.Module == "") != (builtIn[name] != "") {
			t.Errorf("%s: module is %q", name, info.Module)
		}
		if info.Since != "" && !since.MatchString(info.Since) {
			t.Errorf("%s: since %q, want a kernel like 6.7", name, info.Since)
		}
		if info.SharesLower && (info.RxHandler == "" || !info.NeedsLower) {
			t.Errorf("%s shares what it takes over of a link below, but takes nothing over or needs none", name)
		}
		if _, pair := k.(kind.Pairer); pair != info.Pair {
			t.Errorf("%s: Info says pair %v, PeerSpec says %v", name, info.Pair, pair)
		}
		if kind.New(name) == k && reflect.TypeOf(k).Elem().Size() > 0 {
			t.Errorf("New(%q) returns the same twice", name)
		}
	}
	for _, name := range kind.PortNames() {
		if p := kind.NewPort(name); p.Kind() != name {
			t.Errorf("NewPort(%q) is a port of a %q", name, p.Kind())
		}
	}
}

func TestListsCompile(t *testing.T) {
	forAll(t, func(t *testing.T, s *subject) {
		if err := attr.Check(s.make()); err != nil {
			t.Error(err)
		}
		names := map[string]bool{}
		for _, f := range describe(t, s.make()) {
			if f.Name == "" || names[f.Name] && f.Wire != attr.WirePad {
				t.Errorf("two fields are called %q", f.Name)
			}
			names[f.Name] = true
		}
	})
}

func TestZeroSaysNothing(t *testing.T) {
	forAll(t, func(t *testing.T, s *subject) {
		zero := s.make()
		if !attr.IsZero(zero) {
			t.Error("a new one says something")
		}
		for _, sc := range []attr.Scope{scope, report, {Only: attr.Create}, {Only: attr.Set}} {
			b, err := sc.Append(nil, zero)
			if n := headerLen(describe(t, zero)); err != nil || len(bytes.Trim(b, "\x00")) > 0 || len(b) != n {
				t.Errorf("sends %x, %v", b, err)
			}
		}
	})
}

// TestReports fails on a field that the list lacks: it would come back empty.
func TestReports(t *testing.T) {
	forAll(t, func(t *testing.T, s *subject) {
		for variant := range 2 {
			want, b := s.full(t, variant)
			got := s.make()
			if err := report.Decode(b, got); err != nil {
				t.Fatalf("%v\n%s", err, report.Dump(b, got))
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got  %+v\nwant %+v\n%s", got, want, report.Dump(b, got))
			}
			if c := attr.Clone(want); !reflect.DeepEqual(c, want) {
				t.Errorf("clone %+v\nwant  %+v", c, want)
			}
		}
	})
}

// TestRequests checks that a request holds all that can be said and nothing
// else.
func TestRequests(t *testing.T) {
	forAll(t, func(t *testing.T, s *subject) {
		full, _ := s.full(t, 0)
		for _, only := range []attr.Dir{0, attr.Create, attr.Set} {
			sc := scope
			sc.Only = only
			b, err := sc.Append(nil, full)
			if err != nil {
				t.Fatal(err)
			}
			got, diff := s.make(), s.make()
			if err := scope.Decode(b, got); err != nil {
				t.Fatal(err)
			}
			if fields, err := attr.Diff(diff, got, full); err != nil || len(fields) > 0 {
				t.Errorf("sent otherwise than said: %v, %v", fields, err)
			}
			checkSent(t, s.name, describe(t, got), got, only)
		}
	})
}

// checkSent compares the fields that got says with those that the list lets
// be said in messages of one direction.
func checkSent(t *testing.T, path string, fields []attr.Field, got attr.Struct, only attr.Dir) {
	t.Helper()
	want := attr.Create | attr.Set | attr.Query
	if only != 0 {
		want = only | attr.Query
	}
	said := map[string]bool{}
	for f, v := range attr.Values(got) {
		said[f.Name] = true
		if inner, ok := v.(attr.Struct); ok && f.Wire == attr.WireNest {
			checkSent(t, path+"."+f.Name, f.Fields, inner, only)
		}
	}
	for _, f := range fields {
		if f.Wire == attr.WireNone || len(f.Fields) > 0 && f.Fields[0].Wire == "bit" {
			continue // is in no message, or switches are said one by one
		}
		if said[f.Name] != (f.Dir&want != 0) {
			t.Errorf("%s.%s is sent: %v, its direction is %v, that of the message %v", path, f.Name, said[f.Name], f.Dir, only)
		}
	}
}

// TestUnknownKept puts an unknown attribute into the message and into every
// nest of it, and wants all of them back.
func TestUnknownKept(t *testing.T) {
	forAll(t, func(t *testing.T, s *subject) {
		_, b := s.full(t, 0)
		b, n := inject(t, b, describe(t, s.make()), []byte("\xff\xfe\xfdstrange"))
		got := s.make()
		if err := report.Decode(b, got); err != nil {
			t.Fatal(err)
		}
		out, err := report.Append(nil, got)
		if err != nil {
			t.Fatal(err)
		}
		if kept := bytes.Count(out, []byte("\xff\xfe\xfdstrange")); kept != n {
			t.Errorf("%d of %d unknown attributes are kept\n%s", kept, n, report.Dump(out, got))
		}
	})
}

// inject appends an attribute with that payload to b and to every nest in it,
// lists too, and returns how many.
func inject(t *testing.T, b []byte, fields []attr.Field, payload []byte) (out []byte, n int) {
	t.Helper()
	h := headerLen(fields)
	out = append(out, b[:h]...)
	for b = b[h:]; len(b) > 0; {
		typ, p, rest, err := attr.Cut(b)
		if err != nil {
			t.Fatal(err)
		}
		if f := find(fields, typ.Number()); f != nil && f.Wire == attr.WireNest {
			inner, k := inject(t, p, f.Fields, payload)
			p, n = inner, n+k
		}
		out = attr.AppendBytes(out, typ, p)
		b = rest
	}
	return attr.AppendBytes(out, unknownType, payload), n + 1
}

func TestNoAllocations(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector empties pools at random")
	}
	forAll(t, func(t *testing.T, s *subject) {
		used, b := s.full(t, 0)
		if n := testing.AllocsPerRun(100, func() { _ = report.Decode(b, used) }); n != 0 {
			t.Errorf("decoding into a used value allocates %v times", n)
		}
		buf := make([]byte, 0, 2*len(b))
		for _, sc := range []attr.Scope{scope, report} {
			if n := testing.AllocsPerRun(100, func() { _, _ = sc.Append(buf, used) }); n != 0 {
				t.Errorf("appending to a buffer allocates %v times, reports %v", n, sc.Report)
			}
		}
	})
}

// TestReset decodes into used values messages that lack one attribute, and
// one that lacks all.
func TestReset(t *testing.T) {
	forAll(t, func(t *testing.T, s *subject) {
		full, b := s.full(t, 0)
		keep := attr.Clone(full)
		h := headerLen(describe(t, full))
		if err := report.Decode(make([]byte, h), full); err != nil || !attr.IsZero(full) {
			t.Errorf("after an empty message: %+v, %v", full, err)
		}
		if again, _ := report.Append(nil, keep); !bytes.Equal(again, b) {
			t.Error("the clone has changed with the original")
		}
		for off := h; off < len(b); {
			_, _, rest, _ := attr.Cut(b[off:])
			end := len(b) - len(rest)
			less := append(append([]byte(nil), b[:off]...), rest...)
			used, _ := s.full(t, 1)
			if err := report.Decode(less, used); err != nil {
				t.Fatal(err)
			}
			if out, err := report.Append(nil, used); err != nil || !bytes.Equal(out, less) {
				t.Errorf("without %x: got %x, want %x, %v", b[off:end], out, less, err)
			}
			off = end
		}
	})
}

// TestTruncated cuts messages, and the attributes in them, at every byte, and
// gives every attribute lengths that are not its own.
func TestTruncated(t *testing.T) {
	forAll(t, func(t *testing.T, s *subject) {
		_, b := s.full(t, 0)
		h := headerLen(describe(t, s.make()))
		for cut := range attrtest.Cuts(b) {
			err := report.Decode(cut, s.make())
			if attrtest.CheckError(t, err, len(cut)); err == nil && !whole(cut[min(h, len(cut)):]) {
				t.Errorf("the first %d of %d bytes are accepted", len(cut), len(b))
			}
		}
		for _, at := range attrtest.Sites(t, b, describe(t, s.make())) {
			for n, m := range at.WrongLengths(b) {
				if !attrtest.CheckError(t, report.Decode(m, s.make()), len(m)) {
					t.Errorf("length %d of %s at offset %d", n, at.Path, at.Off)
				}
			}
		}
		for rest := b[h:]; len(rest) > 0; {
			typ, payload, after, _ := attr.Cut(rest)
			for n := range len(payload) {
				m := append(append([]byte(nil), b[:h]...), attr.AppendBytes(nil, typ, payload[:n])...)
				attrtest.CheckError(t, report.Decode(m, s.make()), len(m))
			}
			rest = after
		}
	})
}

// TestLengths gives attributes of fixed size payloads of other sizes.
func TestLengths(t *testing.T) {
	forAll(t, func(t *testing.T, s *subject) {
		fields := describe(t, s.make())
		header := make([]byte, headerLen(fields))
		refuse := func(f attr.Field, n attr.Type, sizes ...int) {
			for _, k := range sizes {
				err := report.Decode(attr.AppendBytes(header, n, make([]byte, k)), s.make())
				if attrtest.CheckError(t, err, len(header)+attr.HeaderLen+k); err == nil {
					t.Errorf("%s (%d) accepts %d bytes", f.Name, n, k)
				}
			}
		}
		for _, f := range fields {
			switch {
			case f.Header || f.Size == 0:
			case f.Alt != 0: // IPv4 and IPv6
				refuse(f, f.Type, 0, 3, 5, 16)
				refuse(f, f.Alt, 0, 4, 15, 17)
			case f.Wire == attr.WireStruct: // kernels make structs longer
				refuse(f, f.Type, f.Size-1)
			default:
				refuse(f, f.Type, 0, f.Size-1, f.Size+1, 2*f.Size)
			}
		}
	})
}

// whole reports whether b ends where an attribute does.
func whole(b []byte) bool {
	_, err := attr.RawFrom(b)
	return err == nil
}

// TestOpaque keeps the data of kinds without a type as it is.
func TestOpaque(t *testing.T) {
	b := append(unknown("a"), attr.AppendBytes(nil, 1|attr.Nested, unknown("b"))...)
	for _, s := range []attr.Named{kind.New("nonesuch"), kind.NewPort("nonesuch")} {
		if s.Kind() != "nonesuch" {
			t.Errorf("%T: kind %q", s, s.Kind())
		}
		if err := scope.Decode(b, s); err != nil {
			t.Fatal(err)
		}
		if out, err := scope.Append(nil, s); err != nil || !bytes.Equal(out, b) {
			t.Errorf("%T: got %x, want %x, %v", s, out, b, err)
		}
		if !strings.Contains(reflect.TypeOf(s).String(), "Opaque") {
			t.Errorf("%T stands for a kind without a type", s)
		}
	}
}
