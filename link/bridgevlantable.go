package link

import (
	"fmt"
	"maps"
	"slices"
	"strings"
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

// reservedVLAN is the last id there is, which like 0 no VLAN has.
const reservedVLAN = maxVLAN + 1

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
	for id := uint16(0); id <= reservedVLAN; id++ {
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
		switch g, has := after.flags[id]; {
		case has && !had:
			out.remove(map[uint16]VLANFlags{id: g})
		case had != has || f != g:
			back[id] = f
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

// pvid returns the VLAN of untagged packets, 0 if there is none.
func (t vlanTable) pvid() uint16 {
	for id, f := range t.flags {
		if f&VLANPVID != 0 {
			return id
		}
	}
	return 0
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
