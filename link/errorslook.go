package link

import (
	"errors"
	"fmt"
	"strings"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/rtnl"
	"github.com/iplink-go/iplink/kind"
)

// The explanations of errorshint.go: each reports whether it is the meaning of
// the number, by what is known of the kind and by looking at links. A look
// that fails explains nothing.

// look reads a link at p, nil if it cannot be read.
func (r *refusal) look(p *place, ref Ref) *Link {
	l := new(Link)
	if !ref.IsSet() || p.get(r.ctx, ref, l, 0) != nil {
		return nil
	}
	return l
}

// isMissing reports whether there is certainly no such link at p.
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
	for _, ref := range attr.Refs(r.kind) {
		return *ref
	}
	return Ref{}
}

// lower reads the link below. A kind that takes over what the link below
// receives does not sit on one of its own but on what that sits on.
func (r *refusal) lower() *Link {
	l := r.look(r.below, r.lowerRef())
	if l != nil && r.info().RxHandler && l.KindName() == r.kind.Kind() && !l.LowerNetNSID.IsSet() {
		return r.look(r.below, l.Lower)
	}
	return l
}

// receiver finds the link that takes over what l, a link at p, receives, nil
// if there is none to be seen there.
func (r *refusal) receiver(p *place, l *Link) *Link {
	if m := r.look(p, l.Master); m != nil && m.Kind != nil && m.Kind.Info().RxHandler {
		return m
	}
	var found *Link
	_, err := p.dump(r.ctx, Filter{}, func(m rtnl.Message) error {
		above := new(Link)
		if err := p.scope().Decode(m.Payload, above); err != nil {
			return err
		}
		sits := above.Lower == l.Ref() && !above.LowerNetNSID.IsSet()
		if sits && above.Kind != nil && above.Kind.Info().RxHandler {
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

func (r *refusal) vanished() bool {
	if r.now == nil || !r.isMissing(r.at, r.now.Ref()) {
		return false
	}
	r.Hint = "somebody else deleted it meanwhile"
	return true
}

// incapable is what the kernel says before it looks at a request. Drivers say
// the same of virtual functions.
func (r *refusal) incapable() bool {
	switch {
	case len(r.said.VFs) > 0 || len(r.said.VFPorts) > 0:
		return false
	case r.said.NetNS.IsSet():
		r.Hint = "needs CAP_NET_ADMIN in both network namespaces"
	case r.said.Kind != nil && r.now != nil && r.now.LowerNetNSID.IsSet():
		r.Hint = "needs CAP_NET_ADMIN also in the network namespace that the link was made in"
	default:
		r.Hint = "needs CAP_NET_ADMIN in the network namespace"
	}
	return true
}

func (r *refusal) lowerMissing() bool {
	if r.said.LowerNetNSID.IsSet() || !r.isMissing(r.below, r.said.Lower) {
		return false
	}
	r.Hint = noSuchLink(r.said.Lower)
	return true
}

func noSuchLink(ref Ref) string { return "there is no link with index " + ref.String() }

// dataMissing looks at the links that the kind's data names.
func (r *refusal) dataMissing() bool {
	for f, ref := range attr.Refs(r.said.Kind) {
		if r.isMissing(r.below, *ref) {
			r.Attr, r.Hint = joinPath(dataPath, f.Name), noSuchLink(*ref)
			return true
		}
	}
	return false
}

func (r *refusal) lowerLoopback() bool {
	l := r.lower()
	if l == nil || l.Flags&FlagLoopback == 0 || !r.info().NeedsLower {
		return false
	}
	r.Hint = "no " + r.kind.Kind() + " can sit on a loopback link"
	return true
}

func (r *refusal) lowerBusy() bool {
	if !r.info().NeedsLower {
		return false
	}
	l := r.lower()
	if l == nil {
		return false
	}
	switch by := r.receiver(r.below, l); {
	case by == nil || !r.info().RxHandler:
		r.Hint = l.Name + ", the link below, is in use in a way that excludes this"
	case l.Master == by.Ref():
		r.Hint = fmt.Sprintf("%s, the link below, is a port of %s: release it first", l.Name, by.Name)
	case by.KindName() == r.kind.Kind():
		return false // they share it
	default:
		r.Hint = fmt.Sprintf("%s has %s, %s, on it: delete that first", l.Name, by.Name, kindText(by.KindName()))
	}
	return true
}

// mtuBelow compares with the MTU of the link below.
func (r *refusal) mtuBelow() bool {
	info := r.info()
	if !info.BelowLimitsMTU {
		return false
	}
	l, mtu := r.lower(), r.said.MTU.Value()
	if l == nil || uint64(mtu)+uint64(info.Headers) <= uint64(l.MTU.Value()) {
		return false
	}
	least, _ := r.mtuLimits()
	most := max(l.MTU.Value(), info.Headers) - info.Headers
	what := fmt.Sprint(mtu)
	if info.Headers > 0 {
		what += fmt.Sprintf(" and %d bytes of headers", info.Headers)
	}
	r.Limits = fmt.Sprintf("%d to %d", least, most)
	r.Hint = fmt.Sprintf("%s, the link below, carries less than %s: raise its MTU of %d first", l.Name, what, l.MTU.Value())
	return true
}

// mtuLimits are what the link says that its MTU can be, or else what its kind
// does.
func (r *refusal) mtuLimits() (least, most uint32) {
	if r.now != nil {
		return r.now.MinMTU.Value(), r.now.MaxMTU.Value()
	}
	return r.info().MinMTU, r.info().MaxMTU
}

// mtuRange needs no words but the limits.
func (r *refusal) mtuRange() bool {
	least, most := r.mtuLimits()
	mtu := r.said.MTU.Value()
	switch {
	case most != 0 && (mtu < least || mtu > most):
		r.Limits = fmt.Sprintf("%d to %d", least, most)
	case mtu < least:
		r.Limits = fmt.Sprintf("at least %d", least)
	default:
		return false
	}
	return true
}

func (r *refusal) addressShort() bool   { return r.short(r.said.Address) }
func (r *refusal) broadcastShort() bool { return r.short(r.said.Broadcast) }

// short compares with the length of the link's own address: the kernel
// refuses what is shorter, and cuts what is longer.
func (r *refusal) short(a attr.HWAddr) bool {
	want := r.info().AddrLen
	if r.now != nil {
		want = r.now.Address.Len()
	}
	if a.Len() >= want {
		return false
	}
	r.Limits = fmt.Sprintf("%d bytes", want)
	return true
}

// addressForm looks for what no Ethernet link can have (is_valid_ether_addr).
func (r *refusal) addressForm() bool {
	a := r.said.Address.AsSlice()
	switch {
	case len(a) != etherLen:
		return false
	case a[0]&1 != 0:
		r.Hint = "an address whose first byte is odd is for groups; choose one with an even first byte"
	case strings.Trim(string(a), "\x00") == "":
		r.Hint = "an address of zeros stands for none"
	default:
		return false
	}
	return true
}

// etherLen is the length of an Ethernet address.
const etherLen = 6

func (r *refusal) addressWhileUp() bool {
	if r.now == nil || !r.now.IsUp() {
		return false
	}
	r.Hint = "set the link down first"
	return true
}

// addressTaken is about kinds that share what the link below receives by the
// address.
func (r *refusal) addressTaken() bool {
	l := r.lower()
	if l == nil || !r.info().NeedsLower || !r.info().RxHandler {
		return false
	}
	r.Hint = fmt.Sprintf("the address is that of %s, the link below, or of another link on it", l.Name)
	return true
}

// nameTaken leaves out moves: their guard has looked at the other namespace.
func (r *refusal) nameTaken() bool {
	moves := r.now != nil && r.said.NetNS.IsSet()
	return !moves && r.taken(r.at, attr.RefName(r.said.Name))
}

// sameNames is about both ends of a pair.
func (r *refusal) sameNames() bool {
	p := r.peer
	if p == nil || p.at != r.at || p.said.Name != r.said.Name {
		return false
	}
	r.Hint = "the peer is to have the same name"
	return true
}

func (r *refusal) peerUnnamed() bool {
	if !r.info().Pair || r.now != nil || r.nest != "" || r.peer != nil && r.peer.said.Name != "" {
		return false
	}
	r.Hint = "the kernel, which makes the peer first, may have given it the name; name the peer too"
	return true
}

func (r *refusal) altNameTaken() bool { return r.taken(r.at, attr.RefName(r.said.AltNames[0])) }

// taken says who has a name.
func (r *refusal) taken(p *place, name Ref) bool {
	l := r.look(p, name)
	if l == nil {
		return false
	}
	r.Hint = takenBy(l)
	if r.nest != "" {
		r.Hint = fmt.Sprintf("peer %q: %s", name.Name(), r.Hint)
	}
	return true
}

// takenBy names the owner of a name.
func takenBy(l *Link) string {
	k := l.KindName()
	if k == "" {
		k = l.Type.String()
	}
	return fmt.Sprintf("name is taken by ifindex %d (%s)", l.Index, k)
}

func (r *refusal) indexTaken() bool {
	if r.now != nil { // the index says which link
		return false
	}
	l := r.look(r.at, attr.RefIndex(r.said.Index))
	if l == nil {
		return false
	}
	r.Hint = fmt.Sprintf("index %d is taken by %s", l.Index, l.Name)
	return true
}

func (r *refusal) renameWhileUp() bool {
	if r.now == nil || !r.now.IsUp() {
		return false
	}
	r.Hint = "before Linux 6.2 a link can be renamed only while it is down"
	return true
}

func (r *refusal) immovable() bool {
	if r.now == nil || !r.info().NetNSImmutable && !r.now.NetNSImmutable.Value() {
		return false
	}
	r.Hint = kindText(r.now.KindName()) + " cannot leave its network namespace"
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
		r.Hint = "there is no link " + r.said.Master.String() + " to be the master"
	case err != nil:
		return false
	case l.Kind == nil:
		r.Hint = "the master takes no such link as a port"
	default:
		r.Hint = fmt.Sprintf("the master %s, %s, takes no such link as a port", l.Name, kindText(l.Kind.Kind()))
	}
	return true
}

func (r *refusal) masterBelow() bool {
	l := r.lower()
	if l == nil || l.Ref() != r.said.Master {
		return false
	}
	r.Hint = fmt.Sprintf("%s is the link below it: that would be a loop", l.Name)
	return true
}

// receiverTaken looks for what excludes the link from being a port.
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

func (r *refusal) secretMissing() bool {
	if r.said.AddrGenMode != attr.Some(kind.AddrGenStableSecret) {
		return false
	}
	r.Hint = "the mode needs a secret: set the sysctl net.ipv6.conf.NAME.stable_secret first"
	return true
}

// minIPv6MTU is below what a link must carry to have IPv6 at all (RFC 8200).
const minIPv6MTU = 1280

func (r *refusal) tooSmallForIPv6() bool {
	if r.now == nil || r.now.MTU.Or(minIPv6MTU) >= minIPv6MTU {
		return false
	}
	r.Hint = fmt.Sprintf("the link has no IPv6 with an MTU of %d: that needs at least %d", r.now.MTU.Value(), minIPv6MTU)
	return true
}

func (r *refusal) lowerDown() bool {
	l := r.lower()
	if l == nil || l.IsUp() {
		return false
	}
	r.Hint = fmt.Sprintf("%s, the link below, is down: set it up first", l.Name)
	return true
}

func (r *refusal) portTaken() bool {
	if r.said.Up != attr.On || !r.info().UDP {
		return false
	}
	r.Hint = "the UDP port that it would listen on is in use"
	return true
}

func (r *refusal) peerGone() bool {
	if r.said.Up != attr.On || !r.info().Pair {
		return false
	}
	r.Hint = "the other end of the pair is gone"
	return true
}

// notSettable is said of one field: of several it is not known which.
func (r *refusal) notSettable() bool {
	path := lone(r.said)
	if r.now == nil || path == "" {
		return false
	}
	if r.Attr == "" {
		r.Attr = path
	}
	r.Hint = "this kernel does not let it be set on " + kindText(r.now.KindName())
	return true
}
