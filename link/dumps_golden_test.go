package link_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/golden"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/link"
)

var update = flag.Bool("update", false, "rewrite the files under testdata that hold our own output")

// Whole dumps and filtered lists: what ip printed of them, by each set of
// options, ours says of the same bytes.

// detailKeys are what ip shows only with -d.
var detailKeys = []string{
	"promiscuity", "allmulti", "min_mtu", "max_mtu", "netns-immutable", "linkinfo", "inet6_addr_gen_mode", "inet6_token",
	"num_tx_queues", "num_rx_queues", "gso_max_size", "gso_max_segs", "tso_max_size", "tso_max_segs", "gro_max_size",
	"gso_ipv4_max_size", "gro_ipv4_max_size", "phys_port_name", "phys_port_id", "phys_switch_id", "parentbus", "parentdev",
}

// tolerances are what the options of a command leave out of its output.
func tolerances(command string) []golden.Tolerance {
	words := strings.Fields(command)
	list := append(slices.Clip(withoutDetails), owners...)
	if !slices.Contains(words, "-d") {
		for _, k := range detailKeys {
			list = append(list, golden.Tolerance{Path: k, Allow: onlyOurs, Reason: "printed with -d"})
		}
	}
	if slices.Contains(words, "dev") {
		list = append(list, alone...)
	}
	if n := strings.Count(command, " -s"); n == 2 {
		list = append(list, golden.Tolerance{Path: "stats64/[rt]x/*", Allow: onlyTheirs, Reason: "details of errors, see checkStats"})
	}
	return list
}

// owners are the user and group of a tun, whose names only the machine knows.
var owners = []golden.Tolerance{
	{Path: "linkinfo/info_data/user", Allow: rootForZero, Reason: "ip looks the number up in /etc/passwd"},
	{Path: "linkinfo/info_data/group", Allow: rootForZero, Reason: "ip looks the number up in /etc/group"},
}

func rootForZero(got, want any) bool { return fmt.Sprint(got) == "0" && want == "root" }

// alone allows for what ip asks the kernel besides, to show one link, and for
// a fault of it.
var alone = []golden.Tolerance{
	{Path: "link", Allow: both, Reason: "ip asks for the name of the link below"},
	{Path: "flags", Allow: both, Reason: "ip asks whether the link below is up"},
	{Path: "proto_down_reason", Allow: both, Reason: "ip loses the bits from 8 on"},
}

func TestGoldenDumps(t *testing.T) {
	if !golden.Native(golden.Order) {
		t.Skip("captures are little-endian")
	}
	n := 0
	for _, folder := range []string{golden.FolderDumps, golden.FolderShow} {
		cases, err := golden.Cases(folder)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range cases {
			if !strings.Contains(c.Command, " -j") || c.RequestType != "RTM_GETLINK" {
				continue
			}
			n++
			t.Run(c.Name, func(t *testing.T) {
				links := decodeAll(t, c.Replies)
				diffJSON(t, links, []byte(c.Stdout), tolerances(c.Command)...)
				if strings.Count(c.Command, " -s") == 2 {
					checkStats(t, links, []byte(c.Stdout))
				}
			})
		}
	}
	if n < 25 {
		t.Errorf("only %d outputs compared", n)
	}
}

// checkStats compares the counters with all details.
func checkStats(t *testing.T, links link.Links, stdout []byte) {
	t.Helper()
	var want []struct {
		IfIndex uint32
		Stats64 map[string]map[string]json.Number
	}
	if err := json.Unmarshal(stdout, &want); err != nil {
		t.Fatal(err)
	}
	for _, w := range want {
		if w.IfIndex == 0 {
			continue
		}
		l := links.ByIndex(w.IfIndex)
		b, err := json.Marshal(l.Stats.Value())
		if err != nil {
			t.Fatal(err)
		}
		var got map[string]map[string]json.Number
		if err := json.Unmarshal(b, &got); err != nil {
			t.Fatal(err)
		}
		// The number of changes is an attribute of its own, which ip shows here.
		got["tx"]["carrier_changes"] = json.Number(fmt.Sprint(l.CarrierChanges.Value()))
		if !reflect.DeepEqual(got, w.Stats64) {
			t.Errorf("%s: got %v\nwant %v", l.Name, got, w.Stats64)
		}
	}
}

// TestGoldenLists compares what filters leave with what ip showed.
func TestGoldenLists(t *testing.T) {
	if !golden.Native(golden.Order) {
		t.Skip("captures are little-endian")
	}
	all := func(*link.Link) bool { return true }
	ofKind := func(name string) func(*link.Link) bool {
		return func(l *link.Link) bool { return l.KindName() == name }
	}
	filters := map[string]func(*link.Link) bool{
		"show": all, "show_list": all, "show_lst": all, "show_novf": all, "show_B_d": all, "show_N_show": all, "show_d_show": all,
		"show_dev_nokw": all, "show_f_inet6": all, "show_f_link": all, "show_f_mpls": all, "show_four": all, "show_o_show": all,
		"show_n_show": all, "show_o_d_s_show": all, "show_br_show": all, "show_dd_s_show": all, "show_h_s_show": all, "show_iec_s": all,
		"show_down":          func(l *link.Link) bool { return !l.IsUp() },
		"show_group_default": func(l *link.Link) bool { return l.Group.Value() == 0 },
		"show_master":        func(l *link.Link) bool { return l.Master.IsSet() },
		"show_nomaster":      func(l *link.Link) bool { return !l.Master.IsSet() },
		"show_type_bridge_slave": func(l *link.Link) bool {
			return l.Port != nil && l.Port.Kind() == kind.BridgeName
		},
		"show_type_macvlan": ofKind("macvlan"), "show_type_none": ofKind("nosuch"), "show_type_veth": ofKind("veth"),
		"show_type_vxlan": ofKind("vxlan"),
	}
	cases, err := golden.Cases(golden.FolderShow)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		if c.RequestType != "RTM_GETLINK" || strings.Contains(c.Command, " -j") || c.Errno != 0 || c.ExitStatus != 0 {
			continue
		}
		t.Run(c.Name, func(t *testing.T) {
			keep := filters[c.Name]
			if keep == nil {
				t.Fatalf("%s: no filter says which links that is", c.Command)
			}
			links := decodeAll(t, c.Replies)
			var got []string
			for i := range links {
				if keep(&links[i]) {
					got = append(got, links[i].Name)
				}
			}
			if want := shown(c.Stdout); !slices.Equal(got, want) {
				t.Errorf("%s: got %v, want %v", c.Command, got, want)
			}
		})
	}
}

var (
	headLine  = regexp.MustCompile(`(?m)^\d+: ([^:@]+)[:@]`)
	briefLine = regexp.MustCompile(`(?m)^([^ @]+)(?:@\S+)? +[A-Z]`)
)

// shown returns the names of the links in ip's text.
func shown(stdout string) (names []string) {
	re := headLine
	if !re.MatchString(stdout) {
		re = briefLine
	}
	for _, m := range re.FindAllStringSubmatch(stdout, -1) {
		names = append(names, m[1])
	}
	return names
}

// TestText shows the form for people on one dump. It is ours, not iproute2's
// byte by byte.
func TestText(t *testing.T) {
	if !golden.Native(golden.Order) {
		t.Skip("captures are little-endian")
	}
	cases, err := golden.Cases(golden.FolderDumps)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(cases, func(c golden.Case) bool { return c.Name == "dump_bridge_text_d_s_s" })
	got := decodeAll(t, cases[i].Replies).String()
	const file = "testdata/dump_bridge.txt"
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// unknowns calls f for each attribute without a field in v. The data of kinds
// without a type is not unknown: it is data.
func unknowns(v reflect.Value, path string, f func(path string, t attr.Type)) {
	switch x := v.Interface().(type) {
	case attr.Raw:
		for t := range x.All() {
			f(path, t)
		}
		return
	case *kind.Opaque, *kind.OpaquePort:
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				unknowns(v.Field(i), path+"."+v.Type().Field(i).Name, f)
			} else if o := v.Addr().MethodByName("Value"); o.IsValid() { // an Opt
				inner := reflect.New(o.Type().Out(0)).Elem()
				inner.Set(o.Call(nil)[0])
				unknowns(inner, path, f)
				return
			}
		}
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			unknowns(v.Elem(), path, f)
		}
	case reflect.Slice:
		for i := range v.Len() {
			unknowns(v.Index(i), path, f)
		}
	}
}

func checkNothingUnknown(t *testing.T, name string, l *link.Link) {
	t.Helper()
	unknowns(reflect.ValueOf(l).Elem(), "Link", func(path string, typ attr.Type) {
		if path != "Link.Bridge.Unknown" { // MRP, CFM and MST
			t.Errorf("%s: %s has type %d", name, path, typ)
		}
	})
}

// TestNothingUnknown wants a field for every attribute that any of the
// captured kernels sent.
func TestNothingUnknown(t *testing.T) {
	n := 0
	for name, m := range golden.Messages() {
		n++
		var l link.Link
		if err := link.Decode(body(m), &l); err != nil {
			t.Fatal(err)
		}
		checkNothingUnknown(t, name, &l)
	}
	t.Logf("%d messages", n)
}

// body returns what follows the netlink header.
func body(m []byte) []byte { return m[16:] }

// families returns the messages of testdata/families.txt.
func families(t *testing.T) (list [][]byte) {
	t.Helper()
	text, err := os.ReadFile("testdata/families.txt")
	if err != nil {
		t.Fatal(err)
	}
	for part := range bytes.SplitSeq(text, []byte("\n\n")) {
		digits := regexp.MustCompile(`(?m)^#.*$|\s`).ReplaceAll(part, nil)
		if len(digits) == 0 {
			continue
		}
		b, err := hex.DecodeString(string(digits))
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, b)
	}
	return list
}

// TestFamilies reads what the address families bridge and IPv6 say of links.
func TestFamilies(t *testing.T) {
	if !golden.Native(golden.Order) {
		t.Skip("captures are little-endian")
	}
	ports, inet6 := 0, 0
	var used link.Link
	for _, m := range families(t) {
		var l link.Link
		if err := link.Decode(body(m), &l); err != nil {
			t.Fatalf("%v\n%s", err, link.Dump(body(m)))
		}
		checkReport(t, body(m), &l)
		checkNothingUnknown(t, l.Name, &l)
		if err := link.Decode(body(m), &used); err != nil || !sameLink(&used, &l) {
			t.Errorf("into a used Link: %v\n%+v\n%+v", err, used, l)
		}
		switch l.Family {
		case kind.AFBridge:
			if p, ok := l.Port.(*kind.BridgePort); ok && p.State.IsSet() && p.Number == attr.U16(0x1) {
				ports++
			}
		case kind.AFInet6:
			if forwarding, ok := l.IPv6.Conf.Get(kind.IPv6HopLimit); ok && forwarding == 64 && l.AddrGenMode.IsSet() && len(l.IPv6.Stats) > 30 {
				inet6++
			}
		}
	}
	if ports != 1 || inet6 != 4 {
		t.Errorf("%d ports and %d links with IPv6, want 1 and 4", ports, inet6)
	}
}

// TestBridgeVLANs reads VLANs as bridges report them: single ones and ranges.
func TestBridgeVLANs(t *testing.T) {
	vlans := []link.PortVLAN{{Flags: link.VLANPVID | link.VLANUntagged, ID: 1}, {ID: 10, End: 20}, {Flags: link.VLANUntagged, ID: 30}}
	want := link.Link{Family: kind.AFBridge, Index: 3, Name: "p0", Master: link.Index(2), Port: &kind.BridgePort{State: attr.Some(kind.PortForwarding)},
		Bridge: link.BridgeView{VLANs: vlans, Tunnels: []link.VLANTunnel{{ID: attr.U32(300), VLAN: attr.U16(30), Flags: attr.Some(link.VLANFlags(0))}},
			Unknown: attr.Raw(attr.AppendUint32(nil, 99, 1))}}
	b, err := link.AppendReport(nil, &want)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for typ, p := range attr.All(b[16:]) {
		for inner := range attr.All(p) {
			if typ == 26 && inner == 2 { // IFLA_AF_SPEC, IFLA_BRIDGE_VLAN_INFO
				n++
			}
		}
	}
	if n != 4 {
		t.Errorf("%d structs of VLANs, want 4: a range is two\n%s", n, link.Dump(b))
	}
	var got link.Link
	if err := link.Decode(b, &got); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v\ngot  %+v\nwant %+v", err, got, want)
	}
}
