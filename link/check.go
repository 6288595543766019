package link

import (
	"fmt"
	"net/netip"
	"reflect"
	"slices"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
)

// What a request is refused for before anything is sent.

// knows returns an error if s holds kind or port data of a type that this
// client does not read, so that the result could not be compared.
func (c *Client) knows(s *Spec) error {
	if s.Kind != nil {
		if err := c.knowsType(kind.LinkSlot, kindPath, s.Kind); err != nil {
			return err
		}
	}
	if s.Port != nil {
		return c.knowsType(kind.PortSlot, portDataPath, s.Port)
	}
	return nil
}

func (c *Client) knowsType(slot attr.Slot, field string, n attr.Named) error {
	if err := attr.Check(n); err != nil { // before its methods are called: it may be a nil pointer
		return &attr.Error{Path: field, Offset: -1, Err: err}
	}
	if own := c.scope.New(slot, n.Kind()); reflect.TypeOf(own) != reflect.TypeOf(n) {
		return refused(field, "%T is not this client's type for %q, which is %T; register it in Config.Kinds", n, n.Kind(), own)
	}
	return nil
}

// checkCreate returns an error for what no creation could do.
func (s *Spec) checkCreate() error {
	if err := s.checkNames(); err != nil {
		return err
	}
	switch {
	case s.Kind == nil || s.Kind.Kind() == "":
		return refused(kindPath, "it is missing")
	case s.Kind.Info().MadeBy != "":
		return &attr.Error{Path: kindPath, Offset: -1, Err: fmt.Errorf("a %s is not made by a link message but by %s: %w",
			s.Kind.Kind(), s.Kind.Info().MadeBy, ErrNotSupported)}
	case s.Kind.Info().NeedsParent && s.ParentDev == "":
		return refused("parentdev", "a %s belongs to a device: say ParentDev", s.Kind.Kind())
	case s.Kind.Info().NeedsLower && !s.Lower.IsSet():
		return refused("link", "a %s needs a link below it: say Lower", s.Kind.Kind())
	case s.Lower.IsSet() && !s.Kind.Info().NeedsLower && !s.Kind.Info().TakesLower:
		return refused("link", "a %s takes no Lower; if it runs over a link, its data says which", s.Kind.Kind())
	case s.Port != nil && (!s.Master.IsSet() || s.Master == None):
		return refused(portDataPath, "a link without a master has none: say Master")
	}
	if p, ok := s.Kind.(kind.Pairer); ok && p.PeerSpec().IsSet() {
		peer := p.PeerSpec().Value()
		if err := specOfPeer(&peer).checkNames(); err != nil {
			return under(peerPath, err)
		}
	}
	return nil
}

// checkNames returns an error for a name that no link can have.
func (s *Spec) checkNames() error {
	if s.Name != "" {
		if err := ValidName(s.Name); err != nil {
			return err
		}
	}
	for i, n := range s.AltNames {
		if err := validAltName(n); err != nil {
			return under("altnames", err)
		}
		if n == s.Name {
			return refused("altnames", "%q is the link's own name", n)
		}
		if slices.Contains(s.AltNames[:i], n) {
			return refused("altnames", "%q is given twice", n)
		}
	}
	return nil
}

// possible returns an error if one of the fields that differ cannot be
// changed.
func (l *Link) possible(w, d *Spec, fields []attr.Field) error {
	for _, f := range fields {
		if f.Mode.Fixed() {
			return fixed(f.Path(), "it is %s and cannot become %s", valueText(l.state(), f), valueText(w, f))
		}
		if f.Mode == attr.SameFamily && !l.sameFamily(w, f) {
			return fixed(f.Path(), "it cannot become %s, of another address family", valueText(w, f))
		}
	}
	if d.Kind != nil {
		if d.Kind.Info().Update == kind.Never {
			field := dataPath
			for f := range attr.Values(d.Kind) {
				field += "." + f.Name
				break
			}
			return fixed(field, "data of a %s cannot be changed", d.Kind.Kind())
		}
		if c, ok := l.Kind.(kind.ChangeChecker); ok {
			if err := c.CheckChange(); err != nil {
				return fmt.Errorf("%w: %w", ErrFixed, err)
			}
		}
	}
	return l.mtuFits(d)
}

// fixed says that a field cannot be changed.
func fixed(field, format string, args ...any) error {
	return &attr.Error{Path: field, Offset: -1, Err: fmt.Errorf(format+": %w; the link must be made anew", append(args, ErrFixed)...)}
}

// sameFamily reports whether the wanted address is of the family that the
// link has; one that has none takes either.
func (l *Link) sameFamily(w *Spec, field attr.Field) bool {
	want, ok1 := fieldValue(w, field).(netip.Addr)
	have, ok2 := fieldValue(l.state(), field).(netip.Addr)
	return !ok1 || !ok2 || want.Is4() == have.Is4()
}

// mtuFits refuses an MTU that the link has said it cannot have.
func (l *Link) mtuFits(d *Spec) error {
	mtu, ok := d.MTU.Get()
	if !ok {
		return nil
	}
	lo, hi := l.MinMTU.Value(), l.MaxMTU.Value()
	if mtu >= lo && (hi == 0 || mtu <= hi) {
		return nil
	}
	if hi == 0 {
		hi = 1<<32 - 1
	}
	return &attr.Error{Path: "mtu", Offset: -1, Err: &attr.RangeError{Value: int64(mtu), Min: int64(lo), Max: int64(hi)}}
}
