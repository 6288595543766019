package link

import (
	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
)

// What a link is and what a request wants of it are compared as two Specs:
// state makes one of a report, and diff is what of the wanted one does not
// hold.

// state returns what l is, in the terms of a request, complete: a link
// without a master has [None] as master, one without alias the empty one.
func (l *Link) state() *Spec {
	s := l.spec()
	s.Lower, s.LowerNetNSID = l.Lower, l.LowerNetNSID
	s.Dynamic = attr.Some(l.Flags&FlagDynamic != 0)
	s.Trailers = attr.Some(l.Flags&FlagNoTrailers == 0)
	s.OperState, s.Carrier, s.ProtoDown = l.OperState, l.Carrier, l.ProtoDown
	s.ProtoDownReason = attr.Some(kind.ProtoDownReason{Value: attr.U32(l.ProtoDownReason.Value().Value.Value())})
	s.IPv4, s.IPv6Token, s.MCTPNet, s.Map = l.IPv4, l.IPv6Token, l.MCTPNet, l.Map
	s.VFs, s.VFPorts, s.PortSelf = l.VFs, l.VFPorts, l.PortSelf
	if !s.Master.IsSet() {
		s.Master = None
	}
	if !s.Alias.IsSet() {
		s.Alias = attr.Some("")
	}
	return s
}

// diff returns what of want does not hold in the link, as a Spec that says
// that and nothing else, and descriptions of its fields. References must be
// by index. Namespace, alternative names and XDP are left to the caller, and
// fields that the kernel never reports always differ.
func (l *Link) diff(want *Spec) (*Spec, []attr.Field, error) {
	have := l.state()
	w, h := *want, *have
	w.NetNS, w.XDP = kind.NetNS{}, attr.Opt[XDP]{}
	w.Kind, w.Port, h.Kind, h.Port = nil, nil, nil, nil
	w.Index, h.Index = 0, 0 // identity, not a setting
	if h.LowerNetNSID.IsSet() && !w.LowerNetNSID.IsSet() {
		h.Lower = Ref{} // an index of another namespace says nothing about one here
	}
	w.VFs, h.VFs = nil, nil
	d := new(Spec)
	fields, err := attr.Diff(d, &w, &h)
	if err != nil {
		return nil, nil, err
	}
	if want.Kind != nil {
		k, more, err := diffKind(want.Kind, l.Kind)
		if err != nil {
			return nil, nil, err
		}
		d.Kind, fields = k, append(fields, more...)
	}
	if want.Port != nil {
		p, more, err := diffPart(want.Port, l.Port)
		if err != nil {
			return nil, nil, err
		}
		d.Port, fields = p, append(fields, more...)
	}
	d.VFs = diffVFs(want.VFs, l.VFs)
	return d, fields, nil
}

// diffKind is diffPart for kinds, with the name checked.
func diffKind(want, have kind.Kind) (kind.Kind, []attr.Field, error) {
	if have == nil || have.Kind() != want.Kind() {
		return nil, nil, ErrKind
	}
	return diffPart(want, have)
}

// diffPart returns what of want does not hold in have, the zero T if all does.
func diffPart[T attr.Named](want, have T) (T, []attr.Field, error) {
	var none T
	d := attr.Clone(want)
	attr.Reset(d)
	if any(have) == nil || have.Kind() != want.Kind() {
		have = attr.Clone(d) // a port of no master or another kind: all of it differs
	}
	fields, err := attr.Diff(d, want, have)
	if err != nil || len(fields) == 0 {
		return none, nil, err
	}
	for i := range fields {
		fields[i].In = pathOf(want)
	}
	return d, fields, nil
}

// diffVFs returns what of the wanted settings of virtual functions does not
// hold.
func diffVFs(want, have []VF) []VF {
	var out []VF
	for i := range want {
		var d, old VF
		for k := range have {
			if have[k].Number == want[i].Number {
				old = have[k]
			}
		}
		old.Number = want[i].Number
		if fields, err := attr.Diff(&d, &want[i], &old); err == nil && len(fields) > 0 {
			d.Number = want[i].Number
			out = append(out, d)
		}
	}
	return out
}

// unmet are those of the fields that differ that the report should show and
// does not: an [attr.Unconfirmed] one may be missing.
func (l *Link) unmet(fields []attr.Field) []attr.Field {
	var out []attr.Field
	for _, f := range fields {
		if f.Dir&attr.Read != 0 && !(f.Unconfirmed && !l.reports(f)) {
			out = append(out, f)
		}
	}
	return out
}

// reports reports whether the kernel said something of a field, be it that
// there is none, which the state of a kind leaves out.
func (l *Link) reports(f attr.Field) bool {
	s := l.state()
	s.Kind, s.Port = l.Kind, l.Port
	return fieldValue(s, f) != nil
}
