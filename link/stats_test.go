package link_test

import (
	"reflect"
	"testing"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/link"
)

// Structs whose size depends on the kernel.

// message returns a link message's body with one attribute.
func message(t attr.Type, payload []byte) []byte {
	return attr.AppendBytes(make([]byte, 16), t, payload)
}

// counting returns n counters of width bytes, 1, 2, 3, ...
func counting(n, width int) (b []byte) {
	for i := range n {
		if width == 4 {
			b = append(b, attr.AppendUint32(nil, 0, uint32(i+1))[4:]...)
		} else {
			b = append(b, attr.AppendUint64(nil, 0, uint64(i+1))[4:]...)
		}
	}
	return b
}

// checkCounters checks that the first n counters count and the others are
// zero.
func checkCounters(t *testing.T, s link.Stats, n int) {
	t.Helper()
	v := reflect.ValueOf(s)
	seen := map[uint64]bool{}
	for i := range v.NumField() {
		c := v.Field(i).Uint()
		if c > uint64(n) || c != 0 && seen[c] {
			t.Errorf("%s is %d of %d", v.Type().Field(i).Name, c, n)
		}
		seen[c] = true
	}
	for i := range n {
		if !seen[uint64(i+1)] {
			t.Errorf("counter %d of %d is lost", i+1, n)
		}
	}
	if s.RxPackets != 1 || s.TxBytes != 4 || s.TxCompressed != 23 {
		t.Errorf("misplaced: %+v", s)
	}
}

// TestStatsSizes reads statistics of every size that kernels have sent, and of
// those they may send one day.
func TestStatsSizes(t *testing.T) {
	const stats32, stats64 = 7, 23
	for _, x := range []struct {
		typ         attr.Type
		width, size int
		known       int // counters that Stats has, 0: refused
	}{
		{stats32, 4, 88, 0},
		{stats32, 4, 92, 23},
		{stats32, 4, 96, 24},
		{stats32, 4, 100, 24},
		{stats32, 4, 400, 24},
		{stats64, 8, 176, 0},
		{stats64, 8, 184, 23},
		{stats64, 8, 192, 24},
		{stats64, 8, 200, 25},
		{stats64, 8, 208, 25},
		{stats64, 8, 800, 25},
	} {
		used := link.Link{Stats: attr.Some(link.Stats{RxOtherHostDropped: 9, RxNoHandler: 9}), Stats32: attr.Some(link.Stats32{Stats: link.Stats{RxNoHandler: 9}})}
		err := link.Decode(message(x.typ, counting(x.size/x.width, x.width)), &used)
		if x.known == 0 {
			if err == nil {
				t.Errorf("type %d with %d bytes is accepted", x.typ, x.size)
			}
			continue
		}
		if err != nil {
			t.Errorf("type %d with %d bytes: %v", x.typ, x.size, err)
			continue
		}
		s := used.Stats.Value()
		if x.width == 4 {
			s = used.Stats32.Value().Stats
		}
		checkCounters(t, s, x.known)
	}
}

// TestMapSizes reads the struct with and without the padding at its end, which
// 32-bit kernels leave out, and longer.
func TestMapSizes(t *testing.T) {
	b := append(counting(3, 8), 0x34, 0x34, 5, 6, 0, 0, 0, 0, 7, 7, 7, 7)
	for _, n := range []int{27, 28, 32, 36} {
		var l link.Link
		err := link.Decode(message(14, b[:n]), &l) // IFLA_MAP
		want := link.Map{MemStart: 1, MemEnd: 2, BaseAddr: 3, IRQ: 0x3434, DMA: 5, Port: 6}
		if ok := err == nil; ok != (n >= 28) || ok && l.Map.Value() != want {
			t.Errorf("%d bytes: %v, %+v", n, err, l.Map)
		}
	}
}

// TestVLANInfoSizes reads the VLAN of a virtual function with its padding and
// without.
func TestVLANInfoSizes(t *testing.T) {
	info := append(counting(3, 4), 0x81, 0x00, 0, 0)
	for _, n := range []int{13, 14, 16, 20} {
		list := attr.AppendBytes(nil, 1, append(info, 0, 0, 0, 0)[:n])  // IFLA_VF_VLAN_INFO
		vf := attr.AppendBytes(nil, 1, attr.AppendBytes(nil, 12, list)) // IFLA_VF_INFO, IFLA_VF_VLAN_LIST
		var l link.Link
		err := link.Decode(message(22, vf), &l) // IFLA_VFINFO_LIST
		if ok := err == nil; ok != (n >= 14) {
			t.Errorf("%d bytes: %v", n, err)
		} else if ok && (l.VFs[0].Number != 1 || l.VFs[0].VLANs[0] != link.VFVLANInfo{ID: 2, QoS: 3, Protocol: 0x8100}) {
			t.Errorf("%d bytes: %+v", n, l.VFs)
		}
	}
}
