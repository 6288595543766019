package link

import (
	"errors"
	"fmt"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
)

// What differs. For a link that is there, diff becomes what of want does not
// hold and a change can make hold; where a change cannot, the link must be made
// anew, if that is permitted. Then want becomes all that the new one shall be.
// A link that is made is compared with nothing: it gets all that is wanted.

// compare fills in diff and remake.
func (p *planner) compare() {
	for _, n := range p.nodes {
		if n.wanted() && n.link != nil {
			p.compareNode(n)
		}
	}
	for _, n := range p.nodes {
		if n.remake {
			p.compareRemade(n)
		}
	}
	for _, n := range p.nodes {
		if n.goes() {
			p.doom(n)
		} else if n.moves() {
			p.leaveBehind(n)
		}
	}
	for _, n := range p.nodes {
		if n.wanted() {
			p.check(n)
		}
	}
}

func (p *planner) compareNode(n *node) {
	w := p.indexed(n.want)
	if w.Kind != nil {
		w.Kind = settable(w.Kind)
	}
	if w.Port != nil {
		w.Port = settable(w.Port)
	}
	if w.Index != 0 && w.Index != n.link.Index && !n.moves() {
		p.mustRemake(n, fixed("index", "it is %d and cannot become %d", n.link.Index, w.Index))
	}
	if !p.imperative { // which compares as the link is reported
		w.Lower, w.LowerNetNSID = Ref{}, attr.Opt[int32]{}
		if !p.lowerHolds(n) {
			p.mustRemake(n, fixed("link", "it cannot become %s", n.newLower.name))
		}
	}
	if n.moves() {
		p.checkMove(n)
		w.Master, w.Port = n.want.Master, n.want.Port // a move releases it
	}
	d, fields, err := n.link.diff(w)
	if errors.Is(err, ErrKind) {
		p.mustRemake(n, fmt.Errorf("it is %s and cannot become %s: %w; the link must be made anew",
			kindText(n.link.KindName()), kindText(w.Kind.Kind()), ErrKind))
		return
	}
	if err != nil {
		p.wrong(p.title(n), err)
		return
	}
	if err := n.link.possible(w, d, fields); err != nil && !errors.Is(err, ErrFixed) {
		p.wrong(p.title(n), err)
	} else if err != nil {
		p.mustRemake(n, err)
	}
	if d.Master.IsSet() { // what the port had with the old one does not last
		d.Port = w.Port
	}
	if n.diff = d; !p.imperative {
		n.diff = n.link.confirmable(d)
	} else if n.diff.XDP, err = n.link.diffXDP(w.XDP); err != nil { // no part of a state
		p.wrong(p.title(n), err)
	}
	n.diff.Name = ""
	if n.name != n.link.Name {
		n.diff.Name = n.name
	}
	if n.moves() && n.want.Up == attr.On {
		n.diff.Up = attr.On // a move takes it down
	}
}

// checkMove finds links that no namespace but their own can have.
func (p *planner) checkMove(n *node) {
	if n.link.NetNSImmutable.Value() || n.link.Kind != nil && n.link.Kind.Info().NetNSImmutable {
		p.mustRemake(n, fixed("netns", "%s stays in its namespace", kindText(n.link.KindName())))
	}
}

// lowerHolds reports whether the link sits on what it shall sit on.
func (p *planner) lowerHolds(n *node) bool {
	if n.newLower == nil || n.peer != nil || n.lower == n.newLower {
		return true
	}
	// A macvlan on a macvlan, and an ipvlan likewise, sits on what that sits on.
	on := n.newLower
	return n.lower != nil && on.link != nil && on.lower == n.lower && flattens(n.link) && flattens(on.link)
}

func flattens(l *Link) bool {
	return l.Kind != nil && l.Kind.Info().SharesLower
}

// mustRemake notes that the link has to be made anew, and that this is a
// problem if it is not permitted.
func (p *planner) mustRemake(n *node, why error) {
	n.remake = true
	if !p.opts.remake[n.name] {
		p.wrong(p.title(n), why)
	}
}

// confirmable returns what of d a report of the link would confirm. The rest
// cannot be known to hold, so that wanting it again and again would send it
// again and again.
func (l *Link) confirmable(d *Spec) *Spec {
	have := l.state()
	keep := func(f *attr.Field) bool {
		return f.Dir == 0 || f.Dir&attr.Read != 0 && !(f.Unconfirmed && fieldValue(have, *f) == nil)
	}
	out := new(Spec)
	_ = attr.Copy(out, d, keep) // one type: there is no error to have
	if d.Kind != nil {
		out.Kind = kept(d.Kind, keep)
	}
	if d.Port != nil {
		out.Port = kept(d.Port, keep)
	}
	return out
}

// kept returns the fields of s to keep, the zero S if it says nothing of them.
func kept[S attr.Named](s S, keep func(*attr.Field) bool) S {
	out := picked(s, keep)
	if attr.IsZero(out) {
		var none S
		return none
	}
	return out
}

// check finds values that no link can be given.
func (p *planner) check(n *node) {
	w := n.want
	if n.isNew() && n.born == nil {
		if err := p.checkNew(n); err != nil {
			p.wrong(p.title(n), err)
			return
		}
	}
	if w.Port != nil {
		p.checkPort(n)
	}
	for _, to := range append([]*node{n.newLower, n.newMaster}, n.refs...) {
		if to != nil && to.doomed {
			p.wrong(p.title(n), fmt.Errorf("link %s goes with another that is deleted: %w", to.called(), ErrNotExist))
			return
		}
	}
	if err := p.mtuBelow(n); err != nil {
		p.wrong(p.title(n), err)
	}
	if low := n.lowerEnd(); w.Up == attr.On && low != nil && n.carried() && !low.upEnd() {
		p.wrong(p.title(n), refused("up", "it cannot be up while %s below is down", low.name))
	}
	if err := p.encodable(w); err != nil {
		p.wrong(p.title(n), err)
	}
	if w.Up.Value() && n.masterEnd() != nil && n.masterEnd() == n.lowerEnd() {
		p.wrong(p.title(n), refused("master", "it cannot be the link below as well"))
	}
}

func (p *planner) checkNew(n *node) error {
	w := *n.want
	if w.Kind == nil {
		return &attr.Error{Path: kindPath, Offset: -1, Err: fmt.Errorf("it is missing, and no link has the name: %w", ErrNotExist)}
	}
	if err := w.checkCreate(); err != nil {
		return err
	}
	info := w.Kind.Info()
	if mtu, ok := w.MTU.Get(); ok && (mtu < info.MinMTU || info.MaxMTU != 0 && mtu > info.MaxMTU) {
		return &attr.Error{Path: "mtu", Offset: -1, Err: &attr.RangeError{Value: int64(mtu), Min: int64(info.MinMTU), Max: int64(info.MaxMTU)}}
	}
	return nil
}

// checkPort finds port data of another kind than the master's.
func (p *planner) checkPort(n *node) {
	master := n.masterEnd()
	if master == nil && p.imperative && n.hasMaster() {
		return // which nobody has read
	}
	if master == nil {
		p.wrong(p.title(n), refused(portDataPath, "a link without a master has none: say Master"))
	} else if k := master.kindEnd(); k != nil && k.Kind() != n.want.Port.Kind() {
		p.wrong(p.title(n), refused(portDataPath, "it is that of %s, and %s is %s", kindText(n.want.Port.Kind()), master.name, kindText(k.Kind())))
	}
}

// hasMaster reports whether the link has a master in the end, be it one without
// a node.
func (n *node) hasMaster() bool {
	m := n.want.Master
	if !m.IsSet() && n.link != nil && !n.moves() {
		m = n.link.Master
	}
	return m.IsSet() && m != None
}

// mtuBelow compares the MTU with that of the link below, as both shall be.
func (p *planner) mtuBelow(n *node) error {
	low, k := n.belowEnd(), n.kindEnd()
	if low == nil || k == nil || !k.Info().BelowLimitsMTU {
		return nil
	}
	info := k.Info()
	mtu, said := n.want.MTU.Get()
	most, known := low.mtuEnd()
	if !said || !known || uint64(mtu)+uint64(info.Headers) <= uint64(most) {
		return nil
	}
	return &attr.Error{Path: "mtu", Offset: -1, Err: fmt.Errorf("%d with %d bytes of headers is more than %d, the MTU of %s below: %w",
		mtu, info.Headers, most, low.name, attr.ErrRange)}
}

// mtuEnd is the MTU that the link has in the end, if that is known.
func (n *node) mtuEnd() (uint32, bool) {
	if n.wanted() && n.want.MTU.IsSet() {
		return n.want.MTU.Get()
	}
	if n.link == nil {
		return 0, false
	}
	mtu, known := n.link.MTU.Get()
	if low := n.lower; low != nil && n.link.Kind != nil && n.link.Kind.Info().BelowLimitsMTU {
		if most, ok := low.mtuEnd(); ok { // which the kernel lowers it to
			mtu = min(mtu, most)
		}
	}
	return mtu, known
}

// encodable finds values that no message can hold.
func (p *planner) encodable(w *Spec) error {
	c := w.Clone()
	c.NetNS = kind.NetNS{} // known by now, and named otherwise when it is sent
	for r := range c.references() {
		if r.Name() != "" { // a handle, or one of which refer has said what is wrong
			*r = attr.RefIndex(1)
		}
	}
	c.Kind = completed(c.Kind)
	_, err := builtin.Append(nil, c)
	return err
}
