package link_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/attrtest"
	"github.com/iplink-go/iplink/internal/golden"
	"github.com/iplink-go/iplink/internal/rtnl"
	"github.com/iplink-go/iplink/link"
)

// VLANs of bridges without a kernel: what is asked for, the way from what there
// is to that, and its messages.

// TestVLANRequests compares requests with those of "bridge vlan".
func TestVLANRequests(t *testing.T) {
	if !golden.Native(golden.Order) {
		t.Skip("the requests were captured on a little-endian machine")
	}
	vlan := func(first, end uint16, f link.VLANFlags) []link.PortVLAN {
		return []link.PortVLAN{{Flags: f, ID: first, End: end}}
	}
	tunnel := func(end uint16) []link.PortTunnel { return []link.PortTunnel{{VLAN: 10, End: end, ID: 110}} }
	requests := map[string]struct {
		remove  bool
		vlans   []link.PortVLAN
		tunnels []link.PortTunnel
		self    bool
	}{
		"bridge vlan add dev v0 vid 10":                           {vlans: vlan(10, 0, 0)},
		"bridge vlan add dev v0 vid 10 pvid untagged":             {vlans: vlan(10, 0, link.VLANAccess)},
		"bridge vlan add dev v0 vid 10-20":                        {vlans: vlan(10, 20, 0)},
		"bridge vlan add dev v0 vid 10-20 untagged":               {vlans: vlan(10, 20, link.VLANUntagged)},
		"bridge vlan add dev br0 vid 10 self":                     {vlans: vlan(10, 0, 0), self: true},
		"bridge vlan add dev br0 vid 10 pvid untagged self":       {vlans: vlan(10, 0, link.VLANAccess), self: true},
		"bridge vlan add dev br0 vid 10-20 self untagged":         {vlans: vlan(10, 20, link.VLANUntagged), self: true},
		"bridge vlan del dev v0 vid 1":                            {remove: true, vlans: vlan(1, 0, 0)},
		"bridge vlan del dev v0 vid 10-20":                        {remove: true, vlans: vlan(10, 20, 0)},
		"bridge vlan del dev br0 vid 1 self":                      {remove: true, vlans: vlan(1, 0, 0), self: true},
		"bridge vlan del dev br0 vid 10-20 self":                  {remove: true, vlans: vlan(10, 20, 0), self: true},
		"bridge vlan add dev v0 vid 10 tunnel_info id 110":        {tunnels: tunnel(0)},
		"bridge vlan add dev v0 vid 10-20 tunnel_info id 110-120": {tunnels: tunnel(20)},
		"bridge vlan del dev v0 vid 10 tunnel_info id 110":        {remove: true, tunnels: tunnel(0)},
		"bridge vlan del dev v0 vid 10-20 tunnel_info id 110-120": {remove: true, tunnels: tunnel(20)},
	}
	cases, err := golden.Cases(golden.FolderBridge)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		r, ok := requests[c.Command]
		if !ok {
			t.Errorf("%s: the test says nothing of it", c.Command)
			continue
		}
		name := "v0"
		if r.self {
			name = "br0"
		}
		b, err := link.VLANMessage(r.remove, r.vlans, r.tunnels, uint32(c.IfIndex[name]), r.self)
		if err != nil {
			t.Errorf("%s: %v", c.Command, err)
			continue
		}
		b[6] |= 1 // NLM_F_REQUEST, as in every message that is sent
		for _, d := range golden.Diff(golden.Order, b, c.Request) {
			t.Errorf("%s: %s", c.Command, d)
		}
	}
	if len(cases) != len(requests) {
		t.Errorf("%d requests, %d captured", len(requests), len(cases))
	}
}

// TestVLANChanges leads from one table to another.
func TestVLANChanges(t *testing.T) {
	type vlans = []link.PortVLAN
	type tunnels = []link.PortTunnel
	first := vlans{{Flags: link.VLANAccess, ID: 1}}
	for _, test := range []struct {
		name        string
		have        vlans
		haveTunnels tunnels
		want        vlans
		wantTunnels tunnels
		changes     []string
	}{
		{"nothing", nil, nil, nil, nil, nil},
		{"as it is", first, nil, first, nil, nil},
		{"a trunk", first, nil, vlans{{ID: 10, End: 20}, {ID: 30}}, nil, []string{"add VLANs 10-20, 30", "remove VLANs 1"}},
		{"an access port", first, nil, vlans{{Flags: link.VLANAccess, ID: 10}}, nil, []string{"add VLANs 10 PVID Egress Untagged", "remove VLANs 1"}},
		{"the PVID takes over", first, nil, vlans{{Flags: link.VLANUntagged, ID: 1}, {Flags: link.VLANAccess, ID: 10}}, nil, []string{"add VLANs 10 PVID Egress Untagged"}},
		{"the PVID comes first", first, nil, vlans{{Flags: link.VLANUntagged, ID: 1}, {ID: 5}, {Flags: link.VLANPVID, ID: 10}}, nil, []string{"add VLANs 10 PVID, 5"}},
		{"no PVID", first, nil, vlans{{Flags: link.VLANUntagged, ID: 1}}, nil, []string{"add VLANs 1 Egress Untagged"}},
		{"other flags within a range", vlans{{ID: 10, End: 20}}, nil, vlans{{ID: 10, End: 14}, {Flags: link.VLANUntagged, ID: 15}, {ID: 16, End: 20}}, nil, []string{"add VLANs 15 Egress Untagged"}},
		{"a hole in a range", vlans{{ID: 10, End: 20}}, nil, vlans{{ID: 10, End: 14}, {ID: 16, End: 20}}, nil, []string{"remove VLANs 15"}},
		{"ranges that meet", nil, nil, vlans{{ID: 10, End: 14}, {ID: 15}, {ID: 16, End: 20}}, nil, []string{"add VLANs 10-20"}},
		{"a range of one", nil, nil, vlans{{ID: 10, End: 10}}, nil, []string{"add VLANs 10"}},
		{"removed with flags", vlans{{Flags: link.VLANAccess, ID: 10}, {ID: 11}}, nil, nil, nil, []string{"remove VLANs 10-11"}},
		{"mapped", vlans{{ID: 10, End: 20}}, nil, vlans{{ID: 10, End: 20}}, tunnels{{10, 20, 110}}, []string{"add tunnels 10-20 110-120"}},
		{"mapped with the VLANs", nil, nil, vlans{{ID: 10, End: 20}}, tunnels{{10, 12, 110}, {13, 0, 7}}, []string{"add VLANs 10-20", "add tunnels 10-12 110-112, 13 7"}},
		{"another tunnel", vlans{{ID: 10, End: 20}}, tunnels{{10, 20, 110}}, vlans{{ID: 10, End: 20}}, tunnels{{10, 14, 110}, {15, 0, 7}, {16, 20, 116}},
			[]string{"remove tunnels 15 115", "add tunnels 15 7"}},
		{"tunnels that change places", vlans{{ID: 10, End: 11}}, tunnels{{10, 11, 110}}, vlans{{ID: 10, End: 11}}, tunnels{{10, 0, 111}, {11, 0, 110}},
			[]string{"remove tunnels 10-11 110-111", "add tunnels 10 111, 11 110"}},
		{"everything goes", vlans{{ID: 10, End: 20}}, tunnels{{10, 20, 110}}, nil, nil, []string{"remove tunnels 10-20 110-120", "remove VLANs 10-20"}},
	} {
		have, err1 := link.TableOf(test.have, test.haveTunnels)
		want, err2 := link.TableOf(test.want, test.wantTunnels)
		if err1 != nil || err2 != nil {
			t.Errorf("%s: %v, %v", test.name, err1, err2)
			continue
		}
		if changes, _, _ := link.ChangeVLANs(have, want); !slices.Equal(changes, test.changes) {
			t.Errorf("%s: %q, want %q", test.name, changes, test.changes)
		}
	}
}

// randomTable has VLANs in clusters, so that there are ranges and holes.
func randomTable(r *rand.Rand) (vlans []link.PortVLAN, tunnels []link.PortTunnel) {
	pvid, tunnel := r.IntN(40), uint32(1+r.IntN(1000))
	for id := uint16(1); id <= 4094; id++ {
		if r.IntN(40) == 0 {
			id += uint16(r.IntN(200))
		}
		if id > 4094 || r.IntN(20) == 0 {
			continue
		}
		v := link.PortVLAN{ID: id}
		if r.IntN(3) == 0 {
			v.Flags = link.VLANUntagged
		}
		if pvid--; pvid == 0 {
			v.Flags |= link.VLANPVID
		}
		vlans = append(vlans, v)
		if tunnel++; r.IntN(4) > 0 {
			tunnels = append(tunnels, link.PortTunnel{VLAN: id, ID: tunnel})
		}
	}
	return vlans, tunnels
}

// TestVLANWays leads between tables of thousands of VLANs: every request is one
// that a kernel takes as things are then, and says what the table says.
func TestVLANWays(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 8 {
		have, err1 := link.TableOf(randomTable(r))
		want, err2 := link.TableOf(randomTable(r))
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		_, tables, messages := link.ChangeVLANs(have, want)
		last := have
		for i, table := range tables {
			if _, err := link.TableOf(table.Lists()); err != nil {
				t.Fatalf("after request %d: %v", i, err)
			}
			checkVLANMessage(t, messages[i])
			if back := link.UndoneVLANs(table, last, table); !reflect.DeepEqual(back, last) {
				t.Fatalf("undoing request %d leads elsewhere", i)
			}
			if back := link.UndoneVLANs(last, last, table); !reflect.DeepEqual(back, last) {
				t.Fatalf("undoing request %d, which did nothing, leads elsewhere", i)
			}
			last = table
		}
		gotVLANs, gotTunnels := last.Lists()
		wantVLANs, wantTunnels := want.Lists()
		if !reflect.DeepEqual(gotVLANs, wantVLANs) || !reflect.DeepEqual(gotTunnels, wantTunnels) {
			t.Fatalf("%d requests lead elsewhere", len(tables))
		}
		if changes, _, _ := link.ChangeVLANs(want, want); changes != nil {
			t.Fatalf("to stay takes %q", changes)
		}
	}
}

// checkVLANMessage reads a request as the kernel does.
func checkVLANMessage(t *testing.T, b []byte) {
	t.Helper()
	var l link.Link
	if err := link.Decode(b[rtnl.HeaderLen:], &l); err != nil {
		t.Fatal(err)
	}
	if n := len(l.Bridge.VLANs) + len(l.Bridge.Tunnels); n == 0 || n > 1024 || len(b) > 32<<10 {
		t.Errorf("%d VLANs in %d bytes", n, len(b))
	}
	for _, v := range l.Bridge.VLANs {
		if v.End != 0 && (v.End <= v.ID || v.Flags&link.VLANPVID != 0) {
			t.Errorf("%v is no range that the kernel takes", v)
		}
	}
}

// TestVLANsImpossible are what nobody can ask for.
func TestVLANsImpossible(t *testing.T) {
	type vlans = []link.PortVLAN
	type tunnels = []link.PortTunnel
	some := vlans{{ID: 10, End: 20}}
	for _, test := range []struct {
		says    string
		vlans   vlans
		tunnels tunnels
	}{
		{"vlan: 0 is out of range, want 1 to 4094", vlans{{}}, nil},
		{"vlan: 4095 is out of range, want 1 to 4094", vlans{{ID: 4095}}, nil},
		{"vlan: 4095 is out of range, want 1 to 4094", vlans{{ID: 1, End: 4095}}, nil},
		{"vlan: 65535 is out of range", vlans{{ID: 65535, End: 65535}}, nil},
		{"vlan: 20-10: the range ends before it begins", vlans{{ID: 20, End: 10}}, nil},
		{"vlan: 10-20 PVID: a range cannot be the PVID", vlans{{Flags: link.VLANPVID, ID: 10, End: 20}}, nil},
		{"vlan: 1 and 10: only one VLAN can be the PVID", vlans{{Flags: link.VLANPVID, ID: 1}, {Flags: link.VLANPVID, ID: 10}}, nil},
		{"vlan: 10 is given twice", vlans{{ID: 10}, {ID: 10}}, nil},
		{"vlan: 15 is given twice", vlans{{ID: 10, End: 15}, {ID: 15, End: 20}}, nil},
		{"vlan: 10 Master: the bridge's own VLANs are said of the bridge", vlans{{Flags: link.VLANMaster, ID: 10}}, nil},
		{"vlan: 10 Only options: a VLAN can be PVID,Egress Untagged", vlans{{Flags: link.VLANOnlyOptions, ID: 10}}, nil},
		{"vlan: 10 0x8: a VLAN can be", vlans{{Flags: 8, ID: 10}}, nil},
		{"vlan: 0 is out of range", some, tunnels{{0, 0, 1}}},
		{"vlan: 20-10: the range ends before it begins", some, tunnels{{20, 10, 1}}},
		{"vlan: 12 is given twice", some, tunnels{{10, 12, 1}, {12, 0, 9}}},
		{"tunid: 0 is out of range, want 1 to 16777215", some, tunnels{{10, 0, 0}}},
		{"tunid: 16777216 is out of range", some, tunnels{{10, 0, 1 << 24}}},
		{"tunid: 16777216 is out of range", some, tunnels{{10, 11, 1<<24 - 1}}},
		{"tunid: 4294967295 is out of range", some, tunnels{{10, 20, 1<<32 - 1}}},
		{"tunid: 100 for the VLANs 10 and 11: a tunnel is of one VLAN", some, tunnels{{10, 0, 100}, {11, 0, 100}}},
		{"vlan: the port has no VLAN 21 to map: AddVLANs first", some, tunnels{{20, 21, 100}}},
	} {
		_, err := link.TableOf(test.vlans, test.tunnels)
		if err == nil || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%v does not say %q", err, test.says)
		}
	}
}

// TestVLANText compares with what iproute2 6.1.0 prints of the same VLANs:
// "bridge -compressvlans -j vlan show", and the same with tunnelshow.
func TestVLANText(t *testing.T) {
	v := link.BridgeVLANs{Index: 4, Name: "v0", VLANs: []link.PortVLAN{{Flags: link.VLANAccess, ID: 1}, {ID: 10, End: 20}, {Flags: link.VLANUntagged, ID: 30}}}
	mapped := v
	mapped.Tunnels = []link.PortTunnel{{VLAN: 10, End: 20, ID: 110}, {VLAN: 30, ID: 7}}
	empty := link.BridgeVLANs{Index: 5}
	const (
		vlans   = `{"ifname":"v0","vlans":[{"vlan":1,"flags":["PVID","Egress Untagged"]},{"vlan":10,"vlanEnd":20,"flags":[]},{"vlan":30,"flags":["Egress Untagged"]}]}`
		tunnels = `"tunnels":[{"vlan":10,"vlanEnd":20,"tunid":110,"tunidEnd":120},{"vlan":30,"tunid":7}]}`
	)
	for _, test := range []struct{ got, want string }{
		{jsonText(t, v), vlans},
		{jsonText(t, mapped), strings.TrimSuffix(vlans, "}") + "," + tunnels},
		{fmt.Sprint(mapped), "v0: 1 PVID Egress Untagged, 10-20, 30 Egress Untagged; tunnels 10-20 110-120, 30 7"},
		{jsonText(t, empty), `{"ifname":"","vlans":[]}`},
		{fmt.Sprint(empty), "5: none"},
	} {
		if test.got != test.want {
			t.Errorf("got  %s\nwant %s", test.got, test.want)
		}
	}
}

func jsonText(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// vlanReport is a message about VLANs as br_vlan_dump_dev puts it together.
func vlanReport() []byte {
	entry := func(flags, id uint16, more ...[]byte) []byte {
		return nest(1, append([][]byte{attr.AppendBytes(nil, 1, pair16(flags, id))}, more...)...)
	}
	return slices.Concat([]byte{7, 0, 0, 0}, attr.AppendUint32(nil, 0, 4)[attr.HeaderLen:],
		entry(6, 1, attr.AppendUint8(nil, 3, 3)),
		entry(0, 10, attr.AppendUint16(nil, 2, 20), attr.AppendUint8(nil, 3, 3), nest(4, u32s(1, 110))),
		entry(0, 21, attr.AppendUint8(nil, 3, 4), attr.AppendUint8(nil, 9, 1)))
}

// TestVLANReport reads it whole and cut off.
func TestVLANReport(t *testing.T) {
	b := vlanReport()
	want := link.BridgeVLANs{Index: 4, VLANs: []link.PortVLAN{{Flags: link.VLANAccess, ID: 1}, {ID: 10, End: 21}}, Tunnels: []link.PortTunnel{{VLAN: 10, End: 20, ID: 110}}}
	got, err := link.VLANReport(b)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v: %v, want %v", err, got, want)
	}
	for n := range b {
		_, err := link.VLANReport(b[:n:n])
		attrtest.CheckError(t, err, n, attr.ErrRange)
	}
}

// FuzzVLANReport reads it changed: there are never more VLANs than ids.
func FuzzVLANReport(f *testing.F) {
	f.Add(vlanReport())
	f.Fuzz(func(t *testing.T, b []byte) {
		v, err := link.VLANReport(b[:len(b):len(b)])
		attrtest.CheckError(t, err, len(b), attr.ErrRange)
		if len(v.VLANs) > 4096 || len(v.Tunnels) > 4096 {
			t.Errorf("%d VLANs, %d tunnels", len(v.VLANs), len(v.Tunnels))
		}
		_ = v.String()
	})
}
