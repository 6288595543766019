package link

import (
	"github.com/iplink-go/iplink/attr"
)

// Two Specs made one.

// merge adds to s what o says, which must not be something else than s says.
func (s *Spec) merge(o *Spec) error {
	mine, theirs := said(s), said(o)
	common, differing := new(Spec), new(Spec)
	copyFields(common, o, func(name string) bool { return mine[name] })
	fields, err := attr.Diff(differing, common, s)
	if err != nil {
		return err
	}
	if len(fields) > 0 {
		return refused(fields[0].Name, "it is said twice, as %s and as %s", valueText(s, fields[0]), valueText(o, fields[0]))
	}
	copyFields(s, o, func(name string) bool { return theirs[name] && !mine[name] })
	switches := o.switches()
	for i, mine := range s.switches() {
		switch theirs := *switches[i]; {
		case !theirs.IsSet():
		case mine.IsSet() && *mine != theirs:
			return refused("flags", "one of them is said to be both on and off")
		default:
			*mine = theirs
		}
	}
	return nil
}

// copyFields copies fields but the switches, which are one to package attr.
func copyFields(dst, src *Spec, keep func(name string) bool) {
	was := *dst
	// One type: there is no error to have.
	_ = attr.Copy(dst, src, func(f *attr.Field) bool { return keep(f.Name) })
	for i, s := range was.switches() {
		*dst.switches()[i] = *s
	}
}

// switches are the fields that are bits of the header.
func (s *Spec) switches() [7]*attr.Opt[bool] {
	return [...]*attr.Opt[bool]{&s.Up, &s.ARP, &s.Promisc, &s.AllMulti, &s.Multicast, &s.Trailers, &s.Dynamic}
}
