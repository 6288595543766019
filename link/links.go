package link

import (
	"strings"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
)

// Links is a set of links of one namespace, as [Client.List] returns it. It
// knows the names behind indexes: it prints like "ip -d -s link show" and
// marshals to the JSON of "ip -d -s -j link show".
type Links []Link

// ByIndex returns the link with that index, nil if there is none.
func (ls Links) ByIndex(i uint32) *Link {
	for k := range ls {
		if ls[k].Index == i {
			return &ls[k]
		}
	}
	return nil
}

// ByName returns the link with that name or alternative name, nil if there is
// none.
func (ls Links) ByName(name string) *Link {
	for k := range ls {
		if ls[k].Name == name {
			return &ls[k]
		}
	}
	for k := range ls {
		for _, n := range ls[k].AltNames {
			if n == name {
				return &ls[k]
			}
		}
	}
	return nil
}

// Find returns the link that r points to, nil if there is none.
func (ls Links) Find(r Ref) *Link {
	if i, ok := r.Index(); ok {
		return ls.ByIndex(i)
	}
	if r.Name() == "" {
		return nil
	}
	return ls.ByName(r.Name())
}

// view returns lookups by index that do not walk the set each time.
func (ls Links) view() view {
	at := make(map[uint32]*Link, len(ls))
	for i := range ls {
		at[ls[i].Index] = &ls[i]
	}
	byIndex := func(i uint32) *Link { return at[i] }
	name := func(i uint32) string {
		if l := at[i]; l != nil {
			return l.Name
		}
		return ""
	}
	return view{attr.Printer{LinkName: name}, byIndex}
}

// Spec returns the request that would make the link again as it is, as far
// as requests can: what only the kernel decides is left out, what changes by
// itself, such as the state of a bridge port, and unknown
// attributes too, since kernels refuse some of those they report, and settings
// that a new link has anyway where the kernel minds being told (that VLAN
// filtering is off, where it has none). References
// are by name where the set knows it. The peer of a pair is described by the
// link of the set that is its other end; where that is in another namespace,
// or not in the set, nothing is said of a peer, and the kernel would make one
// with a name of its choice in the namespace of the link. It returns nil if r
// is not in the set.
func (ls Links) Spec(r Ref) *Spec {
	l := ls.Find(r)
	if l == nil {
		return nil
	}
	s := l.Spec()
	ls.name(&s.Lower, l.LowerNetNSID)
	ls.name(&s.Master, attr.Opt[int32]{})
	if s.Kind != nil {
		for _, ref := range attr.Refs(s.Kind) {
			ls.name(ref, attr.Opt[int32]{})
		}
	}
	if s.Port != nil {
		for _, ref := range attr.Refs(s.Port) {
			ls.name(ref, attr.Opt[int32]{})
		}
	}
	if p, ok := s.Kind.(kind.Pairer); ok {
		if other := ls.Find(l.Lower); other != nil && !l.LowerNetNSID.IsSet() {
			p.PeerSpec().Set(other.peer())
		}
	}
	return s
}

// name makes a reference by index one by name, if the set knows it.
func (ls Links) name(r *Ref, elsewhere attr.Opt[int32]) {
	i, ok := r.Index()
	if !ok || i == 0 || elsewhere.IsSet() {
		return
	}
	if l := ls.ByIndex(i); l != nil {
		*r = attr.RefName(l.Name)
	}
}

// Spec returns the request that would make the link again, as far as the link
// by itself tells: references are by index, and the peer of a pair is not
// described. See [Links.Spec].
func (l *Link) Spec() *Spec {
	s := l.spec()
	if k, ok := s.Kind.(kind.Omitter); ok {
		k.Omit()
	}
	return s
}

func (l *Link) spec() *Spec {
	up := func(f Flags) attr.Opt[bool] { return attr.Some(l.Flags&f != 0) }
	s := &Spec{
		Name: l.Name, Index: l.Index, Address: l.Address, Broadcast: l.Broadcast, MTU: l.MTU, Lower: l.Lower,
		LowerNetNSID: l.LowerNetNSID, Master: l.Master, Up: up(FlagUp), ARP: attr.Some(l.Flags&FlagNoARP == 0),
		Promisc: up(FlagPromisc), AllMulti: up(FlagAllMulti), Multicast: up(FlagMulticast),
		TxQueueLen: l.TxQueueLen, Group: l.Group, Alias: l.Alias, LinkMode: l.LinkMode,
		NumTxQueues: l.NumTxQueues, NumRxQueues: l.NumRxQueues, GSOMaxSize: l.GSOMaxSize, GSOMaxSegs: l.GSOMaxSegs,
		GROMaxSize: l.GROMaxSize, GSOIPv4MaxSize: l.GSOIPv4MaxSize, GROIPv4MaxSize: l.GROIPv4MaxSize,
		AddrGenMode: l.AddrGenMode, ParentDev: l.ParentDev,
	}
	if strings.Trim(string(l.Address.AsSlice()), "\x00") == "" { // is none, and none that can be given
		s.Address = attr.HWAddr{}
	}
	s.AltNames = append(s.AltNames, l.AltNames...)
	if l.Kind != nil {
		s.Kind = makeable(l.Kind)
		if k, ok := s.Kind.(kind.Trimmer); ok {
			k.Trim()
		}
		if i := l.Kind.Info(); !i.NeedsLower && !i.TakesLower { // a peer, or what the kind's data says too
			s.Lower, s.LowerNetNSID = Ref{}, attr.Opt[int32]{}
		}
	}
	if l.Port != nil {
		s.Port = makeable(l.Port)
	}
	return s
}

// settable returns a copy of s with the fields that a request can hold.
func settable[S attr.Struct](s S) S {
	return picked(s, func(f *attr.Field) bool { return f.Dir&(attr.Create|attr.Set) != 0 && f.Wire != attr.WireRest })
}

// makeable returns settable without what changes by itself: a request for the
// state that a port has now could come too early for it.
func makeable[S attr.Struct](s S) S {
	return picked(s, func(f *attr.Field) bool {
		return f.Dir&(attr.Create|attr.Set) != 0 && f.Wire != attr.WireRest && !f.Volatile
	})
}

// picked returns a copy of s with some of its fields.
func picked[S attr.Struct](s S, keep func(*attr.Field) bool) S {
	c := attr.Clone(s)
	attr.Reset(c)
	_ = attr.Copy(c, s, keep) // both are of one type: there is no error to have
	return c
}

// peer describes l as the other end of a pair.
func (l *Link) peer() kind.Peer {
	s := l.Spec()
	return kind.Peer{
		Index: s.Index, Name: s.Name, Address: s.Address, Broadcast: s.Broadcast, MTU: s.MTU, Master: s.Master,
		Up: s.Up, ARP: s.ARP, Promisc: s.Promisc, AllMulti: s.AllMulti, Multicast: s.Multicast,
		TxQueueLen: s.TxQueueLen, LinkMode: s.LinkMode, Group: s.Group, Alias: s.Alias,
		NumTxQueues: s.NumTxQueues, NumRxQueues: s.NumRxQueues, GSOMaxSize: s.GSOMaxSize, GSOMaxSegs: s.GSOMaxSegs,
		GROMaxSize: s.GROMaxSize, GSOIPv4MaxSize: s.GSOIPv4MaxSize, GROIPv4MaxSize: s.GROIPv4MaxSize,
	}
}
