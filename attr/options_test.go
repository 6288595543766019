package attr_test

import (
	"errors"
	"math"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/iplink-go/iplink/attr"
)

// directed has a field of every direction.
type directed struct {
	Any, RO, CO, Equal, Silent, SO, WO, Which attr.Opt[uint8]
	Inner                                     attr.Opt[uint8]
}

func (d *directed) Fields(c *attr.Codec) {
	attr.Uint8(c, 1, "any", &d.Any, attr.Changes(attr.WhenDown))
	attr.Uint8(c, 2, "ro", &d.RO, attr.ReadOnly)
	attr.Uint8(c, 3, "co", &d.CO, attr.CreateOnly)
	attr.Uint8(c, 4, "equal", &d.Equal, attr.CreateOnlyEqual)
	attr.Uint8(c, 5, "silent", &d.Silent, attr.CreateOnlySilent)
	attr.Uint8(c, 6, "so", &d.SO, attr.SetOnly)
	attr.Uint8(c, 7, "wo", &d.WO, attr.WriteOnly)
	attr.Uint8(c, 8, "which", &d.Which, attr.Access(attr.Query))
	attr.Inline(c, 9, "in", func(c *attr.Codec) { attr.Uint8(c, 1, "inner", &d.Inner, attr.SetOnly) })
}

func TestDirections(t *testing.T) {
	x := attr.U8(1)
	all := &directed{x, x, x, x, x, x, x, x, x}
	for _, tt := range []struct {
		name string
		sc   attr.Scope
		want string
	}{
		{"request", attr.Scope{}, "1 3 4 5 6 7 8 9"},
		{"creation", attr.Scope{Only: attr.Create}, "1 3 4 5 7 8"},
		{"change", attr.Scope{Only: attr.Set}, "1 6 7 8 9"},
		{"report", attr.Scope{Report: true}, "1 2 3 4 5 6 7 8 9"},
	} {
		b, err := tt.sc.Append(nil, all)
		var got []string
		for n := range attr.All(b) {
			got = append(got, string(rune('0'+n)))
		}
		if s := strings.Join(got, " "); err != nil || s != tt.want {
			t.Errorf("%s holds %s, %v, want %s", tt.name, s, err, tt.want)
		}
	}
	fields, err := attr.Describe(all)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range fields {
		got = append(got, f.Name+" "+f.Dir.String()+" "+string(f.Mode))
	}
	want := []string{"any rcs when-down", "ro r ", "co rc create-only", "equal rc create-only-equal", "silent rc create-only-ignored",
		"so rs any", "wo cs any", "which q any", "in rcs any"}
	if !slices.Equal(got, want) || len(fields[8].Fields) != 1 || fields[8].Fields[0].Name != "inner" {
		t.Errorf("described as\n%q, want\n%q", got, want)
	}
}

// limited has the limits.
type limited struct {
	Small attr.Opt[uint16]
	Big   attr.Opt[uint64]
	Sign  attr.Opt[int32]
	Name  string
	Addr  attr.HWAddr
	Alias attr.Opt[string]
}

func (l *limited) Fields(c *attr.Codec) {
	attr.Uint16(c, 1, "small", &l.Small, attr.Range(10, 20))
	attr.Uint64(c, 2, "big", &l.Big, attr.Range(0, 100))
	attr.Int32(c, 3, "sign", &l.Sign, attr.Range(-5, 5))
	attr.String(c, 4, "name", &l.Name, attr.MaxLen(3))
	attr.MAC(c, 5, "addr", &l.Addr, attr.MaxLen(6))
	attr.Text(c, 6, "alias", &l.Alias, attr.MaxLen(3))
}

func TestLimits(t *testing.T) {
	ok := &limited{attr.U16(10), attr.U64(100), attr.I32(-5), "abc", mac1, attr.Some("abc")}
	if _, err := attr.Append(nil, ok); err != nil {
		t.Error(err)
	}
	for _, tt := range []struct {
		s    limited
		want string
	}{
		{limited{Small: attr.U16(9)}, "small: 9 is out of range, want 10 to 20"},
		{limited{Small: attr.U16(21)}, "small: 21 is out of range, want 10 to 20"},
		{limited{Big: attr.U64(math.MaxUint64)}, "big: 9223372036854775807 is out of range, want 0 to 100"},
		{limited{Sign: attr.I32(-6)}, "sign: -6 is out of range, want -5 to 5"},
		{limited{Name: "abcd"}, "name: too long: 4 bytes, at most 3"},
		{limited{Addr: hwaddr("00:00:00:00:00:00:00")}, "addr: too long: 7 bytes, at most 6"},
		{limited{Alias: attr.Some("abcd")}, "alias: too long: 4 bytes, at most 3"},
	} {
		_, err := attr.Append(nil, &tt.s)
		if err == nil || err.Error() != tt.want || !errors.Is(err, attr.ErrRange) && !errors.Is(err, attr.ErrTooLong) {
			t.Errorf("%v, want %s", err, tt.want)
		}
		// A kernel may report what a request may not hold.
		b, err := attr.Scope{Report: true}.Append(nil, &tt.s)
		if err != nil || attr.Decode(b, new(limited)) != nil {
			t.Errorf("report: %v", err)
		}
	}
}

func TestFieldLimits(t *testing.T) {
	fields, err := attr.Describe(new(limited))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][2]int64{"small": {10, 20}, "big": {0, 100}, "sign": {-5, 5}}
	for _, f := range fields {
		lo, hi, ok := f.Limits()
		if w, limited := want[f.Name]; ok != limited || [2]int64{lo, hi} != w {
			t.Errorf("%s: %d to %d, %v", f.Name, lo, hi, ok)
		}
	}
}

// compared has what can be equal without being the same.
type compared struct {
	Rounded attr.Opt[uint32]
	Unsaid  attr.Opt[uint32]
	Alias   attr.Opt[string]
	Addr    netip.Addr
	Link    attr.Ref
	Flag    attr.Opt[bool]
	Wait    attr.Opt[time.Duration]
	Set     []string
	More    []vfRate
	Nest    attr.Opt[vfRate]
	Conf    conf
	On, Inv attr.Opt[bool]
	Others  uint32
	Inner   attr.Opt[uint8]
}

func (s *compared) Fields(c *attr.Codec) {
	attr.Uint32(c, 1, "rounded", &s.Rounded, attr.Same(func(want, have uint32) bool { return want/10 == have/10 }))
	attr.Uint32(c, 2, "unsaid", &s.Unsaid, attr.ZeroUnsaid)
	attr.Text(c, 3, "alias", &s.Alias, attr.ZeroUnsaid)
	attr.Addr(c, 4, 5, "addr", &s.Addr, attr.ZeroUnsaid)
	attr.Link(c, 6, "dev", &s.Link)
	attr.Flag(c, 7, "flag", &s.Flag)
	attr.Ticks32(c, 8, "wait", &s.Wait)
	attr.RepeatString(c, 9, "set", &s.Set, attr.Same(attr.SameSet[string]))
	attr.StructList(c, 10, 1, "more", &s.More, attr.Same(attr.Subset[vfRate]))
	attr.CStruct(c, 11, "nest", &s.Nest, attr.Same(func(want, have vfRate) bool { return want.Max == have.Max }))
	attr.Array(c, 12, "conf", 1, &s.Conf)
	attr.Bits(c, 13, "bits", attr.MaskValue, &s.Others, []attr.Bit{
		{Name: "on", Mask: 1, On: &s.On}, {Name: "inv", Mask: 2, On: &s.Inv, Inverted: true},
	}, attr.ZeroUnsaid)
	attr.Inline(c, 14, "in", func(c *attr.Codec) { attr.Uint8(c, 1, "inner", &s.Inner, attr.ZeroUnsaid) })
}

func TestComparisons(t *testing.T) {
	some := func(v uint32) conf { return conf{[4]attr.Opt[uint32]{attr.U32(v)}} }
	for _, tt := range []struct {
		name       string
		want, have compared
		diff       string // names of the fields
	}{
		{"nothing said", compared{}, compared{Rounded: attr.U32(1), Set: []string{"a"}}, ""},
		{"rounded", compared{Rounded: attr.U32(11)}, compared{Rounded: attr.U32(19)}, ""},
		{"not rounded", compared{Rounded: attr.U32(11)}, compared{Rounded: attr.U32(21)}, "rounded"},
		{"not reported", compared{Rounded: attr.U32(0)}, compared{}, "rounded"},
		{"zero is unsaid", compared{Unsaid: attr.U32(0), Alias: attr.Some(""), Addr: netip.IPv4Unspecified(), Link: attr.NoRef, Flag: attr.Off, On: attr.Off, Inv: attr.Off, Inner: attr.U8(0)}, compared{}, ""},
		{"other than zero", compared{Unsaid: attr.U32(1), Alias: attr.Some("a"), Addr: ip6, Link: attr.RefIndex(1), Flag: attr.On, On: attr.On, Inner: attr.U8(1)}, compared{}, "unsaid alias addr dev flag bits inner"},
		{"a name is no index", compared{Link: attr.RefName("a")}, compared{Link: attr.RefIndex(1)}, "dev"},
		{"one tick less", compared{Wait: attr.Some(2 * attr.Tick)}, compared{Wait: attr.Some(attr.Tick)}, ""},
		{"one tick more", compared{Wait: attr.Some(attr.Tick)}, compared{Wait: attr.Some(2 * attr.Tick)}, "wait"},
		{"set", compared{Set: []string{"a", "b"}}, compared{Set: []string{"b", "a"}}, ""},
		{"not the same set", compared{Set: []string{"a", "a"}}, compared{Set: []string{"a", "b"}}, "set"},
		{"subset", compared{More: []vfRate{{1, 2}}}, compared{More: []vfRate{{0, 0}, {1, 2}}}, ""},
		{"no subset", compared{More: []vfRate{{1, 2}}}, compared{More: []vfRate{{1, 3}}}, "more"},
		{"nest", compared{Nest: attr.Some(vfRate{1, 2})}, compared{Nest: attr.Some(vfRate{3, 2})}, ""},
		{"not the same nest", compared{Nest: attr.Some(vfRate{1, 2})}, compared{Nest: attr.Some(vfRate{1, 3})}, "nest"},
		{"array", compared{Conf: some(1)}, compared{Conf: conf{[4]attr.Opt[uint32]{attr.U32(1), attr.U32(2)}}}, ""},
		{"not the same array", compared{Conf: some(1)}, compared{Conf: some(0)}, "conf"},
		{"bits", compared{On: attr.On, Others: 4}, compared{On: attr.On, Inv: attr.Off, Others: 12}, ""},
		{"more bits", compared{Others: 12}, compared{Others: 4}, "bits"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			diff := compared{Rounded: attr.U32(99)}
			fields, err := attr.Diff(&diff, &tt.want, &tt.have)
			var names []string
			for _, f := range fields {
				names = append(names, f.Name)
			}
			if got := strings.Join(names, " "); err != nil || got != tt.diff {
				t.Errorf("%q differ, %v, want %q", got, err, tt.diff)
			}
			if again, err := attr.Diff(new(compared), &diff, &tt.want); err != nil || len(again) > 0 || attr.IsZero(&diff) != (tt.diff == "") {
				t.Errorf("the difference is %+v, %v", diff, err)
			}
		})
	}
}

// TestDiffOfKinds: of the data only what differs, all of it for another name.
func TestDiffOfKinds(t *testing.T) {
	want := &message{Link: &gre{Key: attr.U32(5), Link: attr.RefIndex(3), TTLInherit: attr.Off}}
	for _, tt := range []struct {
		name       string
		have, diff *gre
	}{
		{"none", nil, want.Link.(*gre)},
		{"the same", &gre{Key: attr.U32(5), Link: attr.RefIndex(3)}, nil},
		{"another key", &gre{Key: attr.U32(6), Link: attr.RefIndex(3)}, &gre{Key: attr.U32(5)}},
	} {
		var have, diff message
		if tt.have != nil {
			have.Link = tt.have
		}
		if _, err := attr.Diff(&diff, want, &have); err != nil {
			t.Fatal(err)
		}
		got, _ := diff.Link.(*gre)
		if !reflect.DeepEqual(got, tt.diff) {
			t.Errorf("%s: %+v, want %+v", tt.name, got, tt.diff)
		}
	}
	var diff message
	fields, err := attr.Diff(&diff, want, &message{Link: &netkit{}})
	if err != nil || len(fields) != 2 || !reflect.DeepEqual(diff.Link, want.Link) || diff.Link == want.Link {
		t.Errorf("another kind: %+v, %v", diff.Link, err)
	}
}

func TestMismatchedTypes(t *testing.T) {
	a, b := new(limited), new(directed)
	for name, err := range map[string]error{
		"want": func() error { _, err := attr.Diff(a, b, a); return err }(),
		"have": func() error { _, err := attr.Diff(a, a, b); return err }(),
		"dst":  func() error { _, err := attr.Diff(b, a, a); return err }(),
		"copy": attr.Copy(a, b, func(*attr.Field) bool { return true }),
	} {
		if !errors.Is(err, attr.ErrValue) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCopyAndReset(t *testing.T) {
	src := &compared{Rounded: attr.U32(1), Set: []string{"a"}, Inner: attr.U8(2), On: attr.On, Others: 4, Conf: conf{[4]attr.Opt[uint32]{attr.U32(1)}}}
	dst := &compared{Unsaid: attr.U32(7), Inner: attr.U8(9), Set: []string{"old"}}
	if err := attr.Copy(dst, src, func(f *attr.Field) bool { return f.Name == "inner" || f.Name == "set" || f.Name == "flag" }); err != nil {
		t.Fatal(err)
	}
	if want := (&compared{Unsaid: attr.U32(7), Inner: attr.U8(2), Set: []string{"a"}}); !reflect.DeepEqual(dst, want) {
		t.Errorf("got %+v, want %+v", dst, want)
	}
	if src.Set[0] = "changed"; dst.Set[0] != "a" {
		t.Error("the copy shares a list")
	}
	if attr.IsZero(src) {
		t.Errorf("%+v is zero", src)
	}
	attr.Reset(src)
	if !attr.IsZero(src) || !reflect.DeepEqual(attr.Clone(src), new(compared)) {
		t.Errorf("reset leaves %+v", src)
	}
}

// ports has references in every place.
type ports struct {
	Dev   attr.Ref
	Nest  attr.Opt[refs]
	List  []refs
	Kind  named
	Inner attr.Ref
}

type refs struct{ A, B attr.Ref }

func (r *refs) Fields(c *attr.Codec) {
	attr.Link(c, 1, "a", &r.A)
	attr.Link(c, 2, "b", &r.B)
}

func (p *ports) Fields(c *attr.Codec) {
	attr.Link(c, 1, "dev", &p.Dev)
	attr.Nest(c, 2, "nest", &p.Nest)
	attr.NestList(c, 3, 1, "list", &p.List)
	attr.Inline(c, 4, "in", func(c *attr.Codec) {
		attr.Choice(c, 0, 1, "kind", 2, "data", &p.Kind)
		attr.Link(c, 3, "inner", &p.Inner)
	})
}

func TestRefs(t *testing.T) {
	name := attr.RefName
	p := &ports{name("dev"), attr.Some(refs{A: name("a")}), []refs{{B: name("b0")}, {A: name("a1")}}, &gre{Link: name("gre")}, attr.RefIndex(4)}
	var got []string
	for f, r := range attr.Refs(p) {
		got = append(got, f.Name+"="+r.String())
		*r = attr.RefIndex(uint32(len(got)))
	}
	if s := strings.Join(got, " "); s != "dev=dev a=a b=b0 a=a1 dev=gre inner=4" {
		t.Errorf("got %s", s)
	}
	if p.List[1].A != attr.RefIndex(4) || p.Kind.(*gre).Link != attr.RefIndex(5) || p.Nest.Value().A != attr.RefIndex(2) {
		t.Errorf("not resolved in place: %+v", p)
	}
	for range attr.Refs(p) {
		break // a range that ends early must not panic
	}
}
