package link

import (
	"fmt"
	"strings"

	"github.com/iplink-go/iplink/attr"
)

// The explanations of errorshint.go that are about a value: an MTU, an address,
// a name or an index that this link cannot have.

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

// addressShort and broadcastShort are the two that a request can hold.
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

// addressWhileUp is about drivers without IFF_LIVE_ADDR_CHANGE.
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
	if l == nil || !r.info().UniqueAddress {
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

// nameOfSysctls is about the two names that stand for other things among the
// settings of links (sysctl_dev_name_is_allowed in include/linux/inetdevice.h).
func (r *refusal) nameOfSysctls() bool {
	if r.said.Name != "all" && r.said.Name != "default" {
		return false
	}
	r.Hint = fmt.Sprintf("no link can be called %s: in /proc/sys/net/ipv4/conf that stands for something else", r.said.Name)
	return true
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

// peerUnnamed comes after all that can be seen: the pair is gone again when
// anybody looks.
func (r *refusal) peerUnnamed() bool {
	if !r.info().Pair || r.now != nil || r.nest != "" || r.peer != nil && r.peer.said.Name != "" {
		return false
	}
	r.Hint = "the kernel, which makes the peer first, may have given it the name; name the peer too"
	return true
}

// altNameTaken: a request holds one.
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

// indexTaken is about the index to take at a creation.
func (r *refusal) indexTaken() bool {
	if r.now != nil { // the index says which link
		return false
	}
	if l := r.look(r.at, attr.RefIndex(r.said.Index)); l != nil {
		r.Hint = fmt.Sprintf("index %d is taken by %s", l.Index, l.Name)
		return true
	}
	if r.below == r.at {
		return false
	}
	l := r.look(r.below, attr.RefIndex(r.said.Index))
	if l == nil {
		return false
	}
	r.Hint = fmt.Sprintf("index %d is taken by %s in the client's namespace, where kernels before 6.15 or so want it free as well", l.Index, l.Name)
	return true
}

// renameWhileUp is about kernels without IFF_LIVE_RENAME_OK for all.
func (r *refusal) renameWhileUp() bool {
	if r.now == nil || !r.now.IsUp() {
		return false
	}
	r.Hint = "before Linux 6.2 a link can be renamed only while it is down"
	return true
}
