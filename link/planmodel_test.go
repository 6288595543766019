package link

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
)

// A modelKernel carries out plans as a kernel does, as far as the planner has
// to know kernels: it refuses what a kernel refuses, and does besides what a
// kernel does besides.
type modelKernel struct {
	ns   []map[uint32]*modelLink
	next uint32 // indexes are never used twice, on any side
}

// A modelLink is a link of the model. Its Link holds neither Lower nor Master.
type modelLink struct {
	Link
	ns                      int
	lower, peer, master, on *modelLink // on is the link in the data of a VXLAN
	mtuBefore               uint32     // of a bond's port, which leaving gives back
}

func newModel(namespaces int) *modelKernel {
	k := &modelKernel{next: 1}
	for range namespaces {
		k.ns = append(k.ns, map[uint32]*modelLink{})
	}
	return k
}

// all are the links in the order of namespace and index.
func (k *modelKernel) all() []*modelLink {
	var out []*modelLink
	for _, ns := range k.ns {
		for _, i := range slices.Sorted(maps.Keys(ns)) {
			out = append(out, ns[i])
		}
	}
	return out
}

// which returns the links that f picks.
func (k *modelKernel) which(f func(*modelLink) bool) []*modelLink {
	return slices.DeleteFunc(k.all(), func(m *modelLink) bool { return !f(m) })
}

func (m *modelLink) info() kind.Info {
	if m.Kind == nil {
		return kind.Info{}
	}
	return m.Kind.Info()
}

// free refuses a name that is taken in a namespace, also by the link itself.
func (k *modelKernel) free(ns int, name string) error {
	for _, m := range k.ns[ns] {
		if m.Name == name || slices.Contains(m.AltNames, name) {
			return fmt.Errorf("EEXIST: %s is taken in %d", name, ns)
		}
	}
	return nil
}

// add puts a new link into a namespace.
func (k *modelKernel) add(ns int, m *modelLink, index uint32) error {
	if err := k.free(ns, m.Name); err != nil {
		return err
	}
	if index == 0 {
		for k.next++; k.taken(k.next); k.next++ {
		}
		index = k.next
	}
	if k.ns[ns][index] != nil {
		return fmt.Errorf("EBUSY: index %d is taken", index)
	}
	m.ns, m.Index = ns, index
	m.MinMTU, m.MaxMTU = attr.U32(68), attr.U32(65535)
	if !m.MTU.IsSet() {
		m.MTU = attr.U32(1500)
	}
	m.Group = attr.U32(m.Group.Value())
	k.ns[ns][index] = m
	return nil
}

func (k *modelKernel) taken(index uint32) bool {
	return slices.ContainsFunc(k.ns, func(ns map[uint32]*modelLink) bool { return ns[index] != nil })
}

// below is the most that the MTU of m can be, 0 for any.
func (m *modelLink) below() uint32 {
	low := cmp.Or(m.lower, m.on)
	if low == nil || !m.info().BelowLimitsMTU {
		return 0
	}
	return low.MTU.Value() - m.info().Headers
}

func (k *modelKernel) setMTU(m *modelLink, mtu uint32) error {
	if most := m.below(); most != 0 && mtu > most {
		return fmt.Errorf("ERANGE: MTU %d of %s above %d", mtu, m.Name, most)
	}
	m.MTU = attr.U32(mtu)
	for _, up := range k.which(func(u *modelLink) bool { return u.lower == m && u.MTU.Value() > mtu }) {
		if err := k.setMTU(up, mtu); err != nil {
			return err
		}
	}
	if m.KindName() == "bond" {
		for _, port := range k.portsOf(m) {
			if err := k.setMTU(port, mtu); err != nil {
				return err
			}
		}
	}
	return nil
}

func (k *modelKernel) portsOf(m *modelLink) []*modelLink {
	return k.which(func(p *modelLink) bool { return p.master == m })
}

// setUp sets a link up or down, and the VLANs on it with it.
func (k *modelKernel) setUp(m *modelLink, up bool) error {
	if up && m.KindName() == "vlan" && !m.lower.IsUp() {
		return fmt.Errorf("ENETDOWN: %s is on %s, which is down", m.Name, m.lower.Name)
	}
	if m.IsUp() == up {
		return nil
	}
	m.Flags ^= FlagUp
	for _, v := range k.which(func(v *modelLink) bool { return v.lower == m && v.KindName() == "vlan" }) {
		if err := k.setUp(v, up); err != nil {
			return err
		}
	}
	return nil
}

// join makes m a port, and leaves what it was a port of.
func (k *modelKernel) join(m, master *modelLink) error {
	if m.master == master {
		return nil
	}
	if m.master != nil {
		k.release(m)
	}
	switch {
	case master.ns != m.ns:
		return fmt.Errorf("ENODEV: master of %s in another namespace", m.Name)
	case isAbove(master, m):
		return fmt.Errorf("ELOOP: %s as master of %s", master.Name, m.Name)
	case !slices.Contains([]string{"bridge", "bond", "vrf"}, master.KindName()):
		return fmt.Errorf("EOPNOTSUPP: %s is no master", master.Name)
	case master.info().JoinsDown && m.IsUp():
		return fmt.Errorf("EBUSY: %s is up", m.Name)
	}
	m.master = master
	switch master.KindName() {
	case "bond":
		m.mtuBefore = m.MTU.Value()
		if err := k.setMTU(m, master.MTU.Value()); err != nil {
			return err
		}
		return k.setUp(m, true)
	case "bridge":
		m.Port = &kind.BridgePort{Cost: attr.U32(2)}
	}
	return nil
}

// isAbove reports whether what is, or is on, or is a port of what is under.
func isAbove(what, under *modelLink) bool {
	return what != nil && (what == under || isAbove(what.lower, under) || isAbove(what.master, under))
}

func (k *modelKernel) release(m *modelLink) {
	was := m.master
	m.master, m.Port = nil, nil
	if was != nil && was.KindName() == "bond" {
		_ = k.setUp(m, false)
		_ = k.setMTU(m, m.mtuBefore)
	}
}

// remove deletes links with all that goes with them.
func (k *modelKernel) remove(links []*modelLink) error {
	goes := map[*modelLink]bool{}
	for _, m := range links {
		if k.ns[m.ns][m.Index] != m {
			return fmt.Errorf("ENODEV: %s is gone", m.Name)
		}
		if m.Kind == nil {
			return fmt.Errorf("EOPNOTSUPP: %s is hardware", m.Name)
		}
		k.collect(m, goes)
	}
	for _, m := range k.all() {
		if goes[m] {
			delete(k.ns[m.ns], m.Index)
		} else if goes[m.master] {
			k.release(m)
		}
	}
	return nil
}

func (k *modelKernel) collect(m *modelLink, goes map[*modelLink]bool) {
	if m == nil || goes[m] {
		return
	}
	goes[m] = true
	k.collect(m.peer, goes)
	for _, u := range k.all() {
		if u.lower == m || u.on == m {
			k.collect(u, goes)
		}
	}
}

// move takes a link to another namespace.
func (k *modelKernel) move(m *modelLink, to int, name string, index uint32) error {
	if m.info().NetNSImmutable {
		return fmt.Errorf("EINVAL: %s cannot move", m.Name)
	}
	if index != 0 && k.ns[to][index] != nil {
		return fmt.Errorf("EBUSY: index %d is taken", index)
	}
	name = cmp.Or(name, m.Name)
	for _, n := range append([]string{name}, m.AltNames...) {
		if err := k.free(to, n); err != nil {
			return err
		}
	}
	if slices.Contains(m.AltNames, name) {
		return fmt.Errorf("EEXIST: %s is its own", name)
	}
	k.release(m)
	_ = k.setUp(m, false)
	if on := k.which(func(u *modelLink) bool { return u.on == m }); len(on) > 0 {
		_ = k.remove(on)
	}
	delete(k.ns[m.ns], m.Index)
	if m.Index = cmp.Or(index, m.Index); k.ns[to][m.Index] != nil {
		k.next++
		m.Index = k.next
	}
	m.ns, m.Name = to, name
	k.ns[to][m.Index] = m
	return nil
}

// A modelRun carries out one plan.
type modelRun struct {
	*modelKernel
	plan *Plan
	subs map[*node]*modelLink
}

// run carries out a plan. The error says which step is refused and why.
func (k *modelKernel) run(p *Plan) error {
	r := &modelRun{k, p, map[*node]*modelLink{}}
	for _, n := range p.nodes {
		if n.link != nil {
			r.subs[n] = k.ns[n.from][n.link.Index]
		}
	}
	for _, s := range p.steps {
		if err := r.step(s); err != nil {
			return fmt.Errorf("step %d, %s: %w", s.ID, s.Step, err)
		}
	}
	return nil
}

func (r *modelRun) step(s *planStep) error {
	if s.Op == OpCreate {
		return r.create(s)
	}
	var links []*modelLink
	for _, n := range s.nodes() {
		m := r.subs[n]
		if m == nil || r.ns[m.ns][m.Index] != m {
			return fmt.Errorf("ENODEV: the link is not there")
		}
		links = append(links, m)
	}
	m := links[0]
	if s.Op != OpMove && m.ns != s.at {
		return fmt.Errorf("it is in %d, and the step is in %d", m.ns, s.at)
	}
	switch s.Op {
	case OpDelete:
		for _, n := range s.nodes() {
			delete(r.subs, n)
		}
		return r.remove(links)
	case OpMove:
		return r.move(m, s.node.to, s.spec.Name, s.spec.Index)
	case OpAltName:
		return r.altName(m, s.alt, s.add)
	}
	return r.set(m, s.spec)
}

func (r *modelRun) altName(m *modelLink, alt string, add bool) error {
	if add {
		m.AltNames = append(slices.Clone(m.AltNames), alt)
		others := slices.DeleteFunc(slices.Collect(maps.Values(r.ns[m.ns])), func(o *modelLink) bool {
			return o == m && m.Name != alt || o != m && o.Name != alt && !slices.Contains(o.AltNames, alt)
		})
		if len(others) > 0 {
			return fmt.Errorf("EEXIST: %s is taken", alt)
		}
		return nil
	}
	if !slices.Contains(m.AltNames, alt) {
		return fmt.Errorf("EINVAL: %s has no alternative name %s", m.Name, alt)
	}
	m.AltNames = slices.DeleteFunc(slices.Clone(m.AltNames), func(a string) bool { return a == alt })
	return nil
}

// refer finds what a reference is about, which must be in a namespace.
func (r *modelRun) refer(ref Ref, ns int) (*modelLink, error) {
	i, _ := ref.Index()
	m := r.ns[ns][i]
	if n := handled(r.plan.nodes, ref); n != nil {
		m = r.subs[n]
	} else if ref.Name() != "" {
		return nil, fmt.Errorf("reference %s is no handle", ref)
	}
	if ref.IsSet() && (i != 0 || ref.Name() != "") && (m == nil || r.ns[ns][m.Index] != m) {
		return nil, fmt.Errorf("ENODEV: %s is not in namespace %d", ref, ns)
	}
	return m, nil
}

// kindData replaces the references in kind data by indexes, and returns the
// last of what they are about.
func (r *modelRun) kindData(k kind.Kind) (on *modelLink, err error) {
	for _, ref := range attr.Refs(k) {
		if on, err = r.refer(*ref, 0); err != nil || on == nil {
			return nil, err
		}
		*ref = Index(on.Index)
	}
	return on, nil
}

func (r *modelRun) create(s *planStep) (err error) {
	w := s.spec.Clone()
	m := &modelLink{Link: Link{Name: w.Name, Kind: w.Kind}}
	var peer *modelLink
	var said kind.Peer
	if pair := pairOf(w); pair != nil {
		said = pair.PeerSpec().Value()
		peer = &modelLink{Link: Link{Name: said.Name, Kind: &kind.Veth{}}, peer: m}
		pair.PeerSpec().Clear()
		m.peer = peer
	}
	if m.lower, err = r.refer(w.Lower, 0); err != nil {
		return err
	}
	if m.on, err = r.kindData(m.Kind); err != nil {
		return err
	}
	if m.info().NeedsLower != (m.lower != nil) {
		return fmt.Errorf("EINVAL: %s and a link below do not go together", m.KindName())
	}
	if m.KindName() == "macvlan" && m.lower.KindName() == "macvlan" {
		m.lower = m.lower.lower
	}
	if most := m.below(); most != 0 {
		m.MTU = attr.U32(min(1500, most))
	}
	if peer != nil {
		at := s.node.to
		if n := s.node.pair; n != nil && n.born == s.node {
			at = n.to
			r.subs[n] = peer
		}
		if peer.Name == "" {
			peer.Name = fmt.Sprint("veth", r.next)
		}
		if err := r.add(at, peer, said.Index); err != nil {
			return err
		}
		if err := r.set(peer, specOfPeer(&said)); err != nil {
			return err
		}
	}
	if err := r.add(s.node.to, m, w.Index); err != nil {
		return err
	}
	r.subs[s.node] = m
	w.Kind, w.Port, w.AltNames = nil, nil, nil
	return r.set(m, w)
}

// set is a change, and the end of a creation. Creation sets up before it makes
// a port, as the order here is.
func (r *modelRun) set(m *modelLink, w *Spec) error {
	if w.Group.IsSet() {
		m.Group = w.Group
	}
	if w.Alias.IsSet() {
		m.Alias = w.Alias
	}
	if w.Name != "" && w.Name != m.Name {
		if err := r.free(m.ns, w.Name); err != nil {
			return err
		}
		m.Name = w.Name
	}
	if w.Kind != nil {
		if err := r.setKind(m, attr.Clone(w.Kind)); err != nil {
			return err
		}
	}
	if mtu, ok := w.MTU.Get(); ok {
		if err := r.setMTU(m, mtu); err != nil {
			return err
		}
	}
	if w.Up.IsSet() {
		if err := r.setUp(m, w.Up.Value()); err != nil {
			return err
		}
	}
	if err := r.setMaster(m, w.Master); err != nil {
		return err
	}
	return r.setPort(m, w.Port)
}

func (r *modelRun) setMaster(m *modelLink, ref Ref) error {
	if !ref.IsSet() {
		return nil
	}
	master, err := r.refer(ref, m.ns)
	if err != nil {
		return err
	}
	if master == nil {
		r.release(m)
		return nil
	}
	return r.join(m, master)
}

func (r *modelRun) setPort(m *modelLink, port kind.Port) error {
	if port == nil {
		return nil
	}
	if m.master == nil || m.master.KindName() != port.Kind() {
		return fmt.Errorf("EINVAL: %s is no port of a %s", m.Name, port.Kind())
	}
	m.Port = overlayed(m.Port, port)
	return nil
}

func (r *modelRun) setKind(m *modelLink, want kind.Kind) error {
	on, err := r.kindData(want)
	switch now := m.Kind.(type) {
	case *kind.Bond:
		if w := want.(*kind.Bond); w.Mode.IsSet() && w.Mode != now.Mode && (m.IsUp() || len(r.portsOf(m)) > 0) {
			return fmt.Errorf("EBUSY: bond %s cannot change its mode", m.Name)
		}
	case *kind.VLAN:
		if w := want.(*kind.VLAN); w.ID.IsSet() && w.ID != now.ID {
			return fmt.Errorf("EOPNOTSUPP: VLAN %s cannot change its id", m.Name)
		}
	case *kind.VXLAN:
		if w := want.(*kind.VXLAN); w.ID.IsSet() && w.ID != now.ID {
			return fmt.Errorf("EOPNOTSUPP: VXLAN %s cannot change its id", m.Name)
		}
	}
	if err == nil && m.info().Update == kind.Never {
		err = fmt.Errorf("EOPNOTSUPP: data of %s cannot change", m.Name)
	}
	if err != nil {
		return err
	}
	if on != nil {
		m.on = on
	}
	m.Kind = overlayed(m.Kind, want)
	return nil
}

// snapshot reports the links.
func (k *modelKernel) snapshot() *Snapshot {
	out := new(Snapshot)
	for i, ns := range k.ns {
		n := NamespaceLinks{IDs: map[int32]int{}}
		if i > 0 {
			n.Label, n.NetNS = fmt.Sprint("ns", i), []kind.NetNS{modelNetNS(i)}
		}
		for id := range k.ns {
			n.IDs[int32(id)] = id
		}
		for _, index := range slices.Sorted(maps.Keys(ns)) {
			n.Links = append(n.Links, ns[index].report())
		}
		out.Namespaces = append(out.Namespaces, n)
	}
	return out
}

func modelNetNS(i int) kind.NetNS {
	if i == 0 {
		return kind.NetNS{}
	}
	return kind.NetNSName(fmt.Sprint("ns", i))
}

func (m *modelLink) report() Link {
	l := *m.Link.Clone()
	l.AltNames = slices.Clone(m.AltNames)
	if low := cmp.Or(m.lower, m.peer); low != nil {
		l.Lower = Index(low.Index)
		if low.ns != m.ns {
			l.LowerNetNSID = attr.I32(int32(low.ns))
		}
	}
	if m.master != nil {
		l.Master = Index(m.master.Index)
	}
	return l
}
