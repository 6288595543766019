package link

import (
	"encoding/binary"
	"net/netip"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
)

// What of the databases of bridges and tunnels counts: entries that somebody
// has set. The kernel marks none as such, but what it learned ages, and what it
// set by itself can be recognized.

// countForwarding counts a permanent or static entry of a forwarding database
// (RTM_NEWNEIGH of family AF_BRIDGE).
func countForwarding(n *inventory, family uint8, header, attrs []byte) {
	state := binary.NativeEndian.Uint16(header[ndmState:])
	l := n.link(at32(header, ndmIndex))
	if l == nil || header[0] != family || state&(nudPermanent|nudNoARP) == 0 {
		return
	}
	var e forwardingEntry
	for t, b := range attr.All(attrs) {
		e.take(t, b)
	}
	if header[ndmFlags]&ntfSelf != 0 && !e.inDatabase || e.isOwn(l) {
		return
	}
	n.add(l.Index)
}

// A forwardingEntry is what of an entry tells whether somebody has set it.
type forwardingEntry struct {
	mac attr.HWAddr
	to  netip.Addr
	// inDatabase is whether it is of a database, which says when it was used,
	// and not an address that the device lets in.
	inDatabase bool
}

func (e *forwardingEntry) take(t attr.Type, b []byte) {
	switch t {
	case ndaLLAddr:
		e.mac, _ = attr.HWAddrFrom(b)
	case ndaDst:
		e.to, _ = netip.AddrFromSlice(b)
	case ndaCacheInfo:
		e.inDatabase = true
	}
}

// isOwn reports whether the kernel has made the entry of what the link itself
// says: of its address, or of the remote end in a tunnel's data.
func (e *forwardingEntry) isOwn(l *Link) bool {
	if e.mac == l.Address {
		return true
	}
	if l.Kind == nil || e.mac != (attr.HWAddr{}) && !isZero(e.mac) || !e.to.IsValid() {
		return false
	}
	for _, v := range attr.Values(l.Kind) {
		if v == any(e.to) {
			return true
		}
	}
	return false
}

// isZero reports whether all bytes of an address are 0.
func isZero(a attr.HWAddr) bool {
	for _, b := range a.AsSlice() {
		if b != 0 {
			return false
		}
	}
	return true
}

// Multicast databases (linux/if_bridge.h).
const (
	mdbaMDB       attr.Type = 1
	mdbaEntry     attr.Type = 1
	mdbaEntryInfo attr.Type = 1

	// In struct br_mdb_entry.
	mdbEntryState = 4
	mdbEntryLen   = 28
	mdbPermanent  = 1
)

// countGroups counts the permanent entries in a message about a multicast
// database, each for its port.
func countGroups(n *inventory, _ uint8, _, attrs []byte) {
	for e := range nested(attrs, mdbaMDB, mdbaEntry, mdbaEntryInfo) {
		if len(e) >= mdbEntryLen && e[mdbEntryState] == mdbPermanent {
			n.add(at32(e, 0))
		}
	}
}

// nested iterates over the payloads of attributes that a path of numbers leads
// to.
func nested(b []byte, path ...attr.Type) func(yield func([]byte) bool) {
	return func(yield func([]byte) bool) { walkNested(b, path, yield) }
}

func walkNested(b []byte, path []attr.Type, yield func([]byte) bool) bool {
	if len(path) == 0 {
		return yield(b)
	}
	for t, inner := range attr.All(b) {
		if t == path[0] && !walkNested(inner, path[1:], yield) {
			return false
		}
	}
	return true
}

// VLANs of bridges (linux/if_bridge.h).
const (
	vlanDBEntry      attr.Type = 1
	vlanDBEntryInfo  attr.Type = 1
	vlanDBEntryRange attr.Type = 2

	vlanInfoLen = 4 // struct bridge_vlan_info

	// defaultPVID is the VLAN of new ports where nothing is known of their
	// bridge.
	defaultPVID = 1
)

// countVLANs counts the VLANs in a message about a bridge or a port, a range as
// one, but the one that it begins with.
func countVLANs(n *inventory, _ uint8, header, attrs []byte) {
	l := n.link(at32(header, 4))
	if l == nil {
		return
	}
	first := n.firstVLAN(l)
	for entry := range nested(attrs, vlanDBEntry) {
		for info := range nested(entry, vlanDBEntryInfo) {
			if len(info) >= vlanInfoLen && readVLAN(info) != first {
				n.add(l.Index)
			}
		}
	}
}

// readVLAN reads struct bridge_vlan_info less what tells the bridge's own VLANs
// from those of ports.
func readVLAN(b []byte) PortVLAN {
	return PortVLAN{
		Flags: VLANFlags(binary.NativeEndian.Uint16(b)) & (VLANPVID | VLANUntagged),
		ID:    binary.NativeEndian.Uint16(b[2:]),
	}
}

// firstVLAN returns the VLAN that the bridge gives to its ports, and itself.
func (n *inventory) firstVLAN(l *Link) PortVLAN {
	bridge := l
	if i, ok := l.Master.Index(); ok && i != 0 {
		bridge = n.all.byIndex(i)
	}
	id := uint16(defaultPVID)
	if bridge != nil {
		if k, ok := bridge.Kind.(kind.VLANBridge); ok {
			id = k.PortVLAN()
		}
	}
	return PortVLAN{Flags: VLANPVID | VLANUntagged, ID: id}
}
