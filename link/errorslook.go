package link

import (
	"errors"
	"fmt"
	"strings"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/rtnl"
	"github.com/iplink-go/iplink/kind"
)

// The explanations of errorshint.go that are about other links: each reports
// whether it is the meaning of the number, by what is known of the kind and by
// looking at the links around. A look that fails explains nothing.

// look reads a link at p, nil if it cannot be read.
func (r *refusal) look(p *place, ref Ref) *Link {
	l := new(Link)
	if !ref.IsSet() || p.get(r.ctx, ref, l, 0) != nil {
		return nil
	}
	return l
}

// isMissing reports whether there is certainly no such link at p. Names have
// been looked up before anything was sent; what an index that was said points to
// nobody knows until now.
func (r *refusal) isMissing(p *place, ref Ref) bool {
	i, ok := ref.Index()
	return ok && i != 0 && errors.Is(p.get(r.ctx, ref, new(Link), 0), ErrNotExist)
}

// lowerRef is the link below: Lower, or the one in the kind's data. It says
// nothing if that link is in a namespace of which only the id is known.
func (r *refusal) lowerRef() Ref {
	ref, elsewhere := r.said.Lower, r.said.LowerNetNSID
	if r.now != nil {
		ref, elsewhere = r.now.Lower, r.now.LowerNetNSID
	}
	if elsewhere.IsSet() || r.kind == nil {
		return Ref{}
	}
	if i := r.info(); i.NeedsLower || i.TakesLower {
		return ref
	}
	if r.at != r.below { // in which of the two the kernel looks is the driver's to say
		return Ref{}
	}
	for _, ref := range attr.Refs(r.kind) {
		return *ref
	}
	return Ref{}
}

// lower reads the link below, which is not always the one that was said: a
// macvlan that is put on a macvlan sits on what that sits on. Where that is in
// another namespace, of which only an id is known, there is no more to see than
// the one that was said.
func (r *refusal) lower() *Link {
	l := r.look(r.below, r.lowerRef())
	if l == nil || !r.info().SharesLower || receiverOf(l) != r.info().RxHandler || l.LowerNetNSID.IsSet() {
		return l
	}
	return r.look(r.below, l.Lower)
}

// receiverOf is the RxHandler of a link's kind, "" if it has none.
func receiverOf(l *Link) string {
	if l.Kind == nil {
		return ""
	}
	return l.Kind.Info().RxHandler
}

// receiver finds the link that takes over what l, a link at p, receives, nil
// if there is none to be seen there. The kernel does not tell what sits on a
// link, and lists nothing by it, so all links must be read.
func (r *refusal) receiver(p *place, l *Link) *Link {
	if m := r.look(p, l.Master); m != nil && receiverOf(m) != "" {
		return m
	}
	var found *Link
	_, err := p.dump(r.ctx, Filter{}, func(m rtnl.Message) error {
		above := new(Link)
		if err := p.scope().Decode(m.Payload, above); err != nil {
			return err
		}
		if receiverOf(above) != "" && above.sitsOn(l.Ref()) {
			found = above
			return rtnl.ErrStop
		}
		return nil
	})
	if err != nil {
		return nil
	}
	return found
}

// sitsOn reports whether a link is the one below: as Lower, or in the data of
// the kind, where an hsr has its ports without being their master.
func (l *Link) sitsOn(lower Ref) bool {
	if l.Lower == lower && !l.LowerNetNSID.IsSet() {
		return true
	}
	for _, ref := range attr.Refs(l.Kind) {
		if *ref == lower {
			return true
		}
	}
	return false
}

// vanished is a link that was there when it was read last. At a creation the
// number is about another link.
func (r *refusal) vanished() bool {
	if r.now == nil || !r.isMissing(r.at, r.now.Ref()) {
		return false
	}
	r.Hint = "somebody else deleted or moved it meanwhile"
	return true
}

// withoutVLANs asks a kernel that has bridges, and refused an option about
// VLANs, whether it has VLANs of bridges.
func (r *refusal) withoutVLANs() bool {
	b, ok := r.said.Kind.(*kind.Bridge)
	if !ok {
		return false
	}
	for f := range attr.Values(b) {
		if !strings.HasPrefix(f.Name, "vlan_") {
			continue
		}
		err := r.at.dumpVLANs(r.ctx, 0, func(*vlanReport) {})
		var e *Error
		if !errors.As(err, &e) || e.Errno != eopnotsupp {
			return false
		}
		if r.Hint = withoutVLANs; r.Errno != 0 { // else the error names it already
			r.Attr = joinPath(dataPath, f.Name)
		}
		return true
	}
	return false
}

// incapable is what the kernel says before it looks at a request. Drivers say
// the same of virtual functions, and of data that they do not take as things
// are: a bond of delays without MIIMon.
func (r *refusal) incapable() bool {
	switch {
	case r.nest != "" || len(r.said.VFs) > 0 || len(r.said.VFPorts) > 0:
		return false
	case r.said.NetNS.IsSet() && (r.said.Kind == nil && r.said.Port == nil || r.denied()):
		r.Hint = "needs CAP_NET_ADMIN in both network namespaces"
	case r.said.Kind != nil && r.now != nil && r.now.LowerNetNSID.IsSet():
		r.Hint = "needs CAP_NET_ADMIN also in the network namespace that the link was made in"
	case (r.said.Kind != nil || r.said.Port != nil) && !r.denied():
		return false
	default:
		r.Hint = "needs CAP_NET_ADMIN in the network namespace"
	}
	return true
}

// denied reports whether the kernel lets us change nothing at all there. It
// looks at that before it sees that the request names no link.
func (r *refusal) denied() bool {
	req := append(rtnl.Begin(nil, rtnl.SetLink, rtnl.FlagAck), make([]byte, ifinfomsgLen)...)
	_, err := r.at.do(r.ctx, rtnl.End(req, 0), nil)
	refused, ok := errors.AsType[*rtnl.Error](err)
	return ok && Errno(refused.Errno) == eperm
}

// lowerMissing is a Lower by index, which nobody has looked up.
func (r *refusal) lowerMissing() bool {
	if r.said.LowerNetNSID.IsSet() || !r.isMissing(r.below, r.said.Lower) {
		return false
	}
	r.Hint, r.absent = noSuchLink(r.said.Lower), true
	return true
}

func noSuchLink(ref Ref) string { return "there is no link with index " + ref.String() }

// dataMissing looks at the links that the kind's data names. Of a link in one
// namespace that was made in, or for, another it is the driver's to say in which
// the names count.
func (r *refusal) dataMissing() bool {
	if r.at != r.below || r.now != nil && r.now.LowerNetNSID.IsSet() {
		return false
	}
	for f, ref := range attr.Refs(r.said.Kind) {
		if r.isMissing(r.below, *ref) {
			r.Attr, r.Hint, r.absent = joinPath(dataPath, f.Name), noSuchLink(*ref), true
			return true
		}
	}
	return false
}

// lowerLoopback is what drivers of links on links refuse first, and refuse
// whatever else was asked. Kinds that can do without a link below, such as
// tunnels, take the loopback link.
func (r *refusal) lowerLoopback() bool {
	l := r.lower()
	if l == nil || l.Flags&FlagLoopback == 0 || !r.info().NeedsLower {
		return false
	}
	r.Hint = "no " + r.kind.Kind() + " can sit on a loopback link"
	return true
}

// lowerBusy looks for who takes over what the link below receives.
func (r *refusal) lowerBusy() bool {
	l := r.lower()
	if l == nil || r.info().RxHandler == "" {
		return false
	}
	switch by := r.receiver(r.below, l); {
	case by == nil: // or it is in another namespace, or no link at all
		return false
	case l.Master == by.Ref():
		r.Hint = fmt.Sprintf("%s, the link below, is a port of %s: release it first", l.Name, by.Name)
	case receiverOf(by) == r.info().RxHandler:
		return false // they could share it: the reason is another
	default:
		r.Hint = fmt.Sprintf("%s has %s, %s, on it: delete that first", l.Name, by.Name, kindText(by.KindName()))
	}
	return true
}

// notItsPort says what may be wrong with a master, for which the kernel has
// one number.
func (r *refusal) notItsPort() bool {
	if r.said.Master == None {
		return false
	}
	var l Link
	switch err := r.at.get(r.ctx, r.said.Master, &l, 0); {
	case errors.Is(err, ErrNotExist):
		r.Hint, r.absent = "there is no link "+r.said.Master.String()+" to be the master", true
	case err != nil || r.now == nil: // a creation says more that can be wrong
		return false
	case l.Kind == nil:
		r.Hint = "the master takes no such link as a port"
	default:
		r.Hint = fmt.Sprintf("the master %s, %s, takes no such link as a port", l.Name, kindText(l.Kind.Kind()))
	}
	return true
}

// masterBelow is the shortest loop; longer ones are not looked for. Links of
// two namespaces make none, though they can have one index.
func (r *refusal) masterBelow() bool {
	l := r.lower()
	if l == nil || r.at != r.below || l.Ref() != r.said.Master {
		return false
	}
	r.Hint = fmt.Sprintf("%s is the link below it: that would be a loop", l.Name)
	return true
}

// receiverTaken looks for what excludes the link from being a port
// (netdev_rx_handler_register).
func (r *refusal) receiverTaken() bool {
	if r.now == nil {
		return false
	}
	by := r.receiver(r.at, r.now)
	if by == nil || by.Ref() == r.now.Master { // joining has left that
		return false
	}
	r.Hint = fmt.Sprintf("%s, %s, sits on it and takes what it receives: a link cannot be a port as well", by.Name, kindText(by.KindName()))
	return true
}

// secretMissing: no other mode can be refused, and this one only for that
// (inet6_validate_link_af).
func (r *refusal) secretMissing() bool {
	if r.said.AddrGenMode != attr.Some(kind.AddrGenStableSecret) {
		return false
	}
	r.Hint = "the mode needs a secret: set the sysctl net.ipv6.conf.NAME.stable_secret first"
	return true
}

// minIPv6MTU is below what a link must carry to have IPv6 at all (RFC 8200).
const minIPv6MTU = 1280

// tooSmallForIPv6: the kernel takes IPv6 from a link whose MTU falls below the
// least, with all its settings.
func (r *refusal) tooSmallForIPv6() bool {
	if r.now == nil || r.now.MTU.Or(minIPv6MTU) >= minIPv6MTU {
		return false
	}
	r.Hint = fmt.Sprintf("the link has no IPv6 with an MTU of %d: that needs at least %d", r.now.MTU.Value(), minIPv6MTU)
	return true
}

// lowerDown: a VLAN, for one, comes up only over a link that is. Others come up
// without a carrier, so that only the number makes this the reason.
func (r *refusal) lowerDown() bool {
	l := r.lower()
	if l == nil || l.IsUp() {
		return false
	}
	r.Hint = fmt.Sprintf("%s, the link below, is down: set it up first", l.Name)
	return true
}

// portTaken: tunnels open their socket when they come up, and share it only
// with those of like settings.
func (r *refusal) portTaken() bool {
	if r.said.Up != attr.On || !r.info().UDP {
		return false
	}
	r.Hint = "the UDP port that it would listen on is in use"
	return true
}

// peerGone: an end that is being deleted has lost its peer already.
func (r *refusal) peerGone() bool {
	if r.said.Up != attr.On || !r.info().Pair {
		return false
	}
	r.Hint = "the other end of the pair is gone"
	return true
}

// notSettable is said of one field: of several it is not known which. Nor is it
// known whether the kernel, the driver, the value or the state of the link is in
// the way, so the hint does not say.
func (r *refusal) notSettable() bool {
	path := lone(r.said)
	if r.now == nil || path == "" {
		return false
	}
	if r.Attr == "" {
		r.Attr = path
	}
	r.Hint = "this kernel does not take it for this link, " + kindText(r.now.KindName())
	return true
}
