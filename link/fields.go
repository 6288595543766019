package link

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
)

// Fields of a Spec, taken one by one: which are said, what they say, and
// copies of some of them. Names alone do not identify them: those of kind and
// port data come bare, and a macvlan has a mode as every link does.

// values iterates over the values of a Spec with those of its kind and port
// in place of the whole.
func values(s *Spec) func(yield func(attr.Field, any) bool) {
	return func(yield func(attr.Field, any) bool) {
		for f, v := range attr.Values(s) {
			if n, ok := v.(attr.Named); ok {
				for f, v := range attr.Values(n) {
					f.In = pathOf(n)
					if !yield(f, v) {
						return
					}
				}
				continue
			}
			if !yield(f, v) {
				return
			}
		}
	}
}

// pathOf is the path of kind or port data in a message.
func pathOf(n attr.Named) string {
	if _, ok := n.(kind.Port); ok {
		return portDataPath
	}
	return dataPath
}

func isField(a, b attr.Field) bool { return a.Name == b.Name && a.Type == b.Type && a.Wire == b.Wire }

// identifies reports whether a field says what the others are about: the index
// which link, a kind's name which data follow.
func identifies(f attr.Field) bool {
	return f.Name == "index" || f.Name == "kind" || f.Name == "port-kind"
}

// fieldValue returns what s says in a field, nil if nothing.
func fieldValue(s *Spec, field attr.Field) any {
	for f, v := range values(s) {
		if isField(f, field) {
			return v
		}
	}
	return nil
}

// text is a value for people.
func text(f attr.Field, v any) string {
	if d, ok := v.(time.Duration); ok { // as it is said here, not counted in the unit of "ip link"
		return d.String()
	}
	return attr.Printer{}.Value(f, v)
}

// valueText is fieldValue for people.
func valueText(s *Spec, field attr.Field) string {
	if v := fieldValue(s, field); v != nil {
		return text(field, v)
	}
	return "absent"
}

// A difference is a field and what differs in it.
type difference struct{ field, text string }

// differing lists what differs between two Specs, each as Link.diff makes
// them: d is what of the wanted one does not hold in have. Only fields that
// are in messages of direction dir count.
func differing(d, have *Spec, dir attr.Dir) (out []difference) {
	for f, v := range values(d) {
		want, is := text(f, v), valueText(have, f)
		switched := f.Dir == 0 // flags of the header have no direction
		if want != is && (switched || f.Dir&dir == dir) {
			out = append(out, difference{f.Path(), fmt.Sprintf("want %s, is %s", want, is)})
		}
	}
	return out
}

// sentence says differences for people.
func sentence(list []difference) string {
	var out []string
	for _, x := range list {
		out = append(out, x.field+": "+x.text)
	}
	return strings.Join(out, ", ")
}

// mismatch is the error that says what differs, and why that is one. It
// names the field if that is a single one.
func mismatch(d, have *Spec, dir attr.Dir, why error) error {
	all := differing(d, have, dir)
	if len(all) == 0 { // text does not tell everything: virtual functions have none, nor have unknown bits
		for f := range values(d) {
			if !identifies(f) {
				all = append(all, difference{f.Path(), "it differs"})
			}
		}
	}
	switch len(all) {
	case 0:
		return why
	case 1:
		return &attr.Error{Path: all[0].field, Offset: -1, Err: fmt.Errorf("%s: %w", all[0].text, why)}
	}
	return fmt.Errorf("%s: %w", sentence(all), why)
}

// said returns the names of the fields that s says something of, a group of
// switches by its own name as well as by theirs.
func said(s attr.Struct) map[string]bool {
	names := map[string]bool{}
	for f := range attr.Values(s) {
		names[f.Name] = true
	}
	fields, _ := attr.Describe(s) // Values would have been empty
	for _, f := range fields {
		if f.Wire != attr.WireStruct {
			continue
		}
		for _, in := range f.Fields {
			names[f.Name] = names[f.Name] || names[in.Name]
		}
	}
	return names
}

// whole returns all that must be sent to make the data now what want says, of a
// kind whose changes replace all of it. What follows from what want says counts
// before what the link has.
func whole(now, want kind.Kind) kind.Kind {
	want = completed(want)
	all := overlay(settable(now), want)
	if f, ok := all.(kind.Forgetter); ok {
		f.Forget()
		all = overlay(all, want) // what makes no sense is for the kernel to refuse
	}
	return all
}

// completed returns k with what its requests must hold besides what was said.
func completed(k kind.Kind) kind.Kind {
	c, ok := k.(kind.Completer)
	if !ok {
		return k
	}
	c = attr.Clone(c)
	c.Complete()
	return c
}

// overlay sets in dst what src says.
func overlay[T attr.Named](dst, src T) T {
	keep := said(src)
	// One type, checked before.
	_ = attr.Copy(dst, src, func(f *attr.Field) bool { return keep[f.Name] })
	return dst
}

// onlyPart returns what the kind or port data s says of the fields that mask
// says something of. What a report leaves out because it is zero is zero, so
// that it can be set back.
func onlyPart[T attr.Named](s, mask T) T {
	all := attr.Clone(s)
	if s.Kind() != mask.Kind() {
		return all
	}
	keep, have := said(mask), said(s)
	_ = attr.Copy(all, zeros(mask), func(f *attr.Field) bool { return keep[f.Name] && !have[f.Name] })
	if t, ok := any(all).(kind.Trimmer); ok { // what it leaves out the kernel would refuse
		t.Trim()
	}
	out := attr.Clone(all)
	attr.Reset(out)
	_ = attr.Copy(out, all, func(f *attr.Field) bool { return keep[f.Name] })
	return out
}

// zeros returns data of the kind of s with every field zero that has a fixed
// size, addresses of the family that s has them in.
func zeros[T attr.Named](s T) T {
	z := attr.Clone(s)
	attr.Reset(z)
	var b []byte
	for f, v := range attr.Values(s) {
		a, isAddr := v.(netip.Addr)
		switch {
		case f.Header || f.Dir&attr.Set == 0 || f.Unconfirmed || f.Wire == attr.WireStruct:
		case isAddr && a.Is6() && f.Alt != 0:
			b = attr.AppendBytes(b, f.Alt, make([]byte, 16))
		case isAddr:
			b = attr.AppendBytes(b, f.Type, a.AsSlice())
			clear(b[len(b)-len(a.AsSlice()):])
		case f.Size > 0:
			b = attr.AppendBytes(b, f.Type, make([]byte, f.Size))
		}
	}
	// Where all zeros mean nothing to a field it stays unsaid.
	_ = attr.Scope{}.Decode(b, z)
	return z
}
