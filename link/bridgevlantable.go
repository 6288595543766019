package link

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/rtnl"
)

// What a bridge or a port has of VLANs is compared and changed VLAN by VLAN;
// ranges are only how it is said. A change is the way from one table to
// another, in requests that the kernel takes one by one.

// A vlanTable holds the flags of each VLAN, and the tunnel of each that is
// mapped to one. Invariant: one VLAN at most is the PVID.
type vlanTable struct {
	flags   map[uint16]VLANFlags
	tunnels map[uint16]uint32
}

func newVLANTable() vlanTable {
	return vlanTable{map[uint16]VLANFlags{}, map[uint16]uint32{}}
}

func (t vlanTable) clone() vlanTable { return vlanTable{maps.Clone(t.flags), maps.Clone(t.tunnels)} }

// set gives VLANs flags as the kernel does: one that becomes the PVID takes
// that from the one that was, which stays.
func (t vlanTable) set(flags map[uint16]VLANFlags) {
	for id, f := range flags {
		if f&VLANPVID != 0 {
			t.dropPVID()
		}
		t.flags[id] = f
	}
}

func (t vlanTable) dropPVID() {
	for id, f := range t.flags {
		t.flags[id] = f &^ VLANPVID
	}
}

// remove takes VLANs away, and with them the tunnels that they are mapped to.
func (t vlanTable) remove(flags map[uint16]VLANFlags) {
	for id := range flags {
		delete(t.flags, id)
		delete(t.tunnels, id)
	}
}

// mapTo maps VLANs to tunnels, unmap ends that.
func (t vlanTable) mapTo(tunnels map[uint16]uint32) { maps.Copy(t.tunnels, tunnels) }

func (t vlanTable) unmap(tunnels map[uint16]uint32) {
	maps.DeleteFunc(t.tunnels, func(id uint16, _ uint32) bool { _, ok := tunnels[id]; return ok })
}

// keep takes all other VLANs away.
func (t vlanTable) keep(flags map[uint16]VLANFlags) {
	gone := maps.Clone(t.flags)
	for id := range flags {
		delete(gone, id)
	}
	t.remove(gone)
}

// same reports whether both have the same of a VLAN.
func (t vlanTable) same(o vlanTable, id uint16) bool {
	f, ok := t.flags[id]
	g, too := o.flags[id]
	tun, mapped := t.tunnels[id]
	other, mappedToo := o.tunnels[id]
	return f == g && ok == too && tun == other && mapped == mappedToo
}

// text says what a table has of a VLAN.
func (t vlanTable) text(id uint16) string {
	f, ok := t.flags[id]
	if !ok {
		return "absent"
	}
	s := strings.Join(append([]string{"there"}, PortVLAN{Flags: f}.words()...), " ")
	if tun, ok := t.tunnels[id]; ok {
		s += fmt.Sprint(" with tunnel ", tun)
	}
	return s
}

// differs returns the VLANs of which the two have not the same.
func (t vlanTable) differs(o vlanTable) []uint16 {
	var ids []uint16
	for id := uint16(0); id <= maxVLAN+1; id++ { // a report can hold the ids that are reserved
		if !t.same(o, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// undone returns t without what leads from one table to another. It leaves
// alone what others have done to the same VLANs: a VLAN that has gone does not
// come back for the sake of its tunnel.
func (t vlanTable) undone(before, after vlanTable) vlanTable {
	out, back := t.clone(), map[uint16]VLANFlags{}
	for _, id := range before.differs(after) {
		f, had := before.flags[id]
		if g, has := after.flags[id]; had != has || f != g {
			out.remove(map[uint16]VLANFlags{id: 0})
			if had {
				back[id] = f
			}
		}
		tun, mapped := before.tunnels[id]
		if now, too := after.tunnels[id]; mapped != too || tun != now {
			delete(out.tunnels, id)
			if _, there := t.flags[id]; mapped && there {
				out.tunnels[id] = tun
			}
		}
	}
	out.set(back)
	return out
}

// vlans returns the VLANs as ranges in ascending order. The PVID is none of a
// range, since a request cannot say so.
func (t vlanTable) vlans() []PortVLAN {
	var out []PortVLAN
	for _, r := range runs(t.flags, func(a, b VLANFlags) bool { return a == b && a&VLANPVID == 0 }) {
		out = append(out, PortVLAN{r.value, r.first, r.end()})
	}
	return out
}

// mappings returns the tunnels as ranges in ascending order.
func (t vlanTable) mappings() []PortTunnel {
	var out []PortTunnel
	for _, r := range runs(t.tunnels, func(a, b uint32) bool { return b == a+1 }) {
		out = append(out, PortTunnel{r.first, r.end(), r.value})
	}
	return out
}

// A run is some consecutive VLANs with the value of the first.
type run[T any] struct {
	first, last uint16
	value       T
}

// end is what a range says: 0 for one VLAN.
func (r run[T]) end() uint16 {
	if r.first == r.last {
		return 0
	}
	return r.last
}

// runs returns the runs of m in which each value follows from the one before.
func runs[T any](m map[uint16]T, follows func(a, b T) bool) []run[T] {
	var out []run[T]
	for _, id := range slices.Sorted(maps.Keys(m)) {
		if n := len(out); n > 0 && out[n-1].last+1 == id && follows(m[id-1], m[id]) {
			out[n-1].last = id
			continue
		}
		out = append(out, run[T]{id, id, m[id]})
	}
	return out
}

// A vlanChange is one request.
type vlanChange struct {
	remove  bool
	vlans   []PortVLAN
	tunnels []PortTunnel
}

// String says what it does in the words of "bridge vlan".
func (c vlanChange) String() string {
	verb := "add"
	if c.remove {
		verb = "remove"
	}
	if len(c.tunnels) > 0 {
		return fmt.Sprintf("%s tunnels %s", verb, listText(c.tunnels))
	}
	return fmt.Sprintf("%s VLANs %s", verb, listText(c.vlans))
}

// maxVLANRanges is how many ranges one request holds: with 56 bytes for a range
// of tunnels it is far below the 64 KiB of a nest, and with one lock held for
// all of them short enough for others who wait for it.
const maxVLANRanges = 512

// toward returns the requests that lead from t to want, in this order: a tunnel
// is of one VLAN at a time, so that those in the way go first; VLANs come before
// others go, so that no packet falls between them; and only a VLAN that is there
// can have a tunnel.
func (t vlanTable) toward(want vlanTable) []vlanChange {
	lost, gained := newVLANTable(), newVLANTable()
	for id, tun := range t.tunnels {
		if now, ok := want.tunnels[id]; !ok || now != tun {
			lost.tunnels[id] = tun
		}
	}
	for id, tun := range want.tunnels {
		if old, ok := t.tunnels[id]; !ok || old != tun {
			gained.tunnels[id] = tun
		}
	}
	for id, f := range t.flags {
		if _, ok := want.flags[id]; !ok {
			lost.flags[id] = f
		}
	}
	for id, f := range t.missing(want) {
		gained.flags[id] = f
	}
	return slices.Concat(
		inParts(lost.mappings(), func(p []PortTunnel) vlanChange { return vlanChange{remove: true, tunnels: p} }),
		inParts(gained.additions(), func(p []PortVLAN) vlanChange { return vlanChange{vlans: p} }),
		inParts(lost.bare().vlans(), func(p []PortVLAN) vlanChange { return vlanChange{remove: true, vlans: p} }),
		inParts(gained.mappings(), func(p []PortTunnel) vlanChange { return vlanChange{tunnels: p} }),
	)
}

// missing returns the VLANs of want that t has not, or with other flags. That
// another VLAN stops being the PVID need not be said.
func (t vlanTable) missing(want vlanTable) map[uint16]VLANFlags {
	now := t
	if want.pvid() != 0 && want.pvid() != t.pvid() {
		now = t.clone()
		now.dropPVID()
	}
	out := map[uint16]VLANFlags{}
	for id, f := range want.flags {
		if g, ok := now.flags[id]; !ok || g != f {
			out[id] = f
		}
	}
	return out
}

// pvid returns the VLAN of untagged packets, 0 if there is none.
func (t vlanTable) pvid() uint16 {
	for id, f := range t.flags {
		if f&VLANPVID != 0 {
			return id
		}
	}
	return 0
}

// additions are the VLANs with the PVID first: it takes over from the one that
// was, without a moment in which there is none.
func (t vlanTable) additions() []PortVLAN {
	out := t.vlans()
	slices.SortStableFunc(out, func(a, b PortVLAN) int { return int(b.Flags&VLANPVID) - int(a.Flags&VLANPVID) })
	return out
}

// bare returns the VLANs without flags: a removal is of numbers.
func (t vlanTable) bare() vlanTable {
	out := newVLANTable()
	for id := range t.flags {
		out.flags[id] = 0
	}
	return out
}

func inParts[T any](list []T, change func([]T) vlanChange) (out []vlanChange) {
	for part := range slices.Chunk(list, maxVLANRanges) {
		out = append(out, change(part))
	}
	return out
}

// apply returns the table that the change leads to.
func (c vlanChange) apply(t vlanTable) vlanTable {
	out := t.clone()
	vlans, tunnels := newVLANTable(), map[uint16]uint32{}
	for _, v := range c.vlans {
		vlans.enter(v)
	}
	for _, m := range c.tunnels {
		enterTunnels(tunnels, m)
	}
	if c.remove {
		out.remove(vlans.flags)
		out.unmap(tunnels)
		return out
	}
	out.set(vlans.flags)
	out.mapTo(tunnels)
	return out
}

// enter notes the VLANs of a range, which End may leave open.
func (t vlanTable) enter(v PortVLAN) {
	for id := int(v.ID); id <= int(max(v.End, v.ID)); id++ {
		t.flags[uint16(id)] = v.Flags
	}
}

func enterTunnels(m map[uint16]uint32, t PortTunnel) {
	for i := range int(max(t.End, t.VLAN)-t.VLAN) + 1 {
		m[t.VLAN+uint16(i)] = t.ID + uint32(i)
	}
}

// The flags of IFLA_BRIDGE_FLAGS (linux/if_bridge.h BRIDGE_FLAGS_*).
const bridgeSelf = 2

// message returns the request. A bridge is asked about itself, a port's bridge
// about the port, which is what no flags mean. RTM_NEWVLAN and RTM_DELVLAN would
// say the same; but kernels announce the latter as RTM_DELLINK, from which other
// programs learn that a port has left its bridge.
func (c vlanChange) message(index uint32, self bool) ([]byte, error) {
	r := BridgeRequest{Index: index, VLANs: c.vlans}
	if self {
		r.Flags = attr.U16(bridgeSelf)
	}
	for _, t := range c.tunnels {
		r.Tunnels = append(r.Tunnels, t.wire()...)
	}
	typ := rtnl.SetLink
	if c.remove {
		typ = rtnl.DelLink
	}
	b, err := AppendBridge(rtnl.Begin(nil, typ, rtnl.FlagAck), &r)
	if err != nil {
		return nil, err
	}
	return rtnl.End(b, 0), nil
}

// wire returns what is sent: one nest, or the two ends of a range.
func (t PortTunnel) wire() []VLANTunnel {
	one := func(vlan uint16, id uint32, f VLANFlags) VLANTunnel {
		return VLANTunnel{ID: attr.U32(id), VLAN: attr.U16(vlan), Flags: attr.Some(f)}
	}
	if t.End == 0 {
		return []VLANTunnel{one(t.VLAN, t.ID, 0)}
	}
	return []VLANTunnel{one(t.VLAN, t.ID, vlanRangeBegin), one(t.End, t.lastID(), vlanRangeEnd)}
}
