package link_test

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/testns"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/link"
	"github.com/iplink-go/iplink/nsutil"
)

// A command is a row of the table in README.md: what one would type, and the
// expression that does the same. Rows build on those before them.
type command struct {
	ip  string
	run func() (any, error)
}

// commands returns the table. Expressions stand on one line, because the test
// compares them with README.md as text.
func commands(ctx context.Context, c *link.Client, blue *nsutil.Namespace, pid int) []command {
	return []command{
		{"ip link show", func() (any, error) {
			return c.List(ctx, link.Filter{})
		}},
		{"ip -s link show dev lo", func() (any, error) {
			return c.Get(ctx, link.Name("lo"), link.WithStats)
		}},
		{"ip link add br0 type bridge", func() (any, error) {
			return c.Create(ctx, link.Spec{Name: "br0", Kind: &kind.Bridge{}})
		}},
		{"ip link add eth0 type veth peer name eth1", func() (any, error) {
			return c.Create(ctx, link.Spec{Name: "eth0", Kind: &kind.Veth{Peer: attr.Some(kind.Peer{Name: "eth1"})}})
		}},
		{"ip link add veth0 type veth peer name eth0 netns blue", func() (any, error) {
			return c.Create(ctx, link.Spec{Name: "veth0", Kind: &kind.Veth{Peer: attr.Some(kind.Peer{Name: "eth0", NetNS: blue.NetNS()})}})
		}},
		{"ip link add link eth0 name eth0.100 type vlan id 100", func() (any, error) {
			return c.Create(ctx, link.Spec{Name: "eth0.100", Lower: link.Name("eth0"), Kind: &kind.VLAN{ID: attr.U16(100)}})
		}},
		{"ip link add link eth0 name mv0 type macvlan mode bridge", func() (any, error) {
			return c.Create(ctx, link.Spec{Name: "mv0", Lower: link.Name("eth0"), Kind: &kind.Macvlan{Mode: attr.Some(kind.MacvlanBridge)}})
		}},
		{"ip link add vx0 type vxlan id 42 remote 192.0.2.2 dstport 4789", func() (any, error) {
			return c.Create(ctx, link.Spec{Name: "vx0", Kind: &kind.VXLAN{ID: attr.U32(42), Remote: netip.MustParseAddr("192.0.2.2"), Port: attr.U16(4789)}})
		}},
		{"ip link add d0 type dummy", func() (any, error) {
			return c.Create(ctx, link.Spec{Name: "d0", Kind: &kind.Dummy{}})
		}},
		{"ip link set eth1 up", func() (any, error) {
			return c.Change(ctx, link.Name("eth1"), link.Spec{Up: attr.On})
		}},
		{"ip link set eth1 down", func() (any, error) {
			return c.Change(ctx, link.Name("eth1"), link.Spec{Up: attr.Off})
		}},
		{"ip link set eth1 mtu 9000", func() (any, error) {
			return c.Change(ctx, link.Name("eth1"), link.Spec{MTU: attr.U32(9000)})
		}},
		{"ip link set eth1 address 02:00:00:00:00:01", func() (any, error) {
			return c.Change(ctx, link.Name("eth1"), link.Spec{Address: attr.MustParseHWAddr("02:00:00:00:00:01")})
		}},
		{"ip link set eth1 txqueuelen 2000", func() (any, error) {
			return c.Change(ctx, link.Name("eth1"), link.Spec{TxQueueLen: attr.U32(2000)})
		}},
		{"ip link set eth1 promisc on arp off", func() (any, error) {
			return c.Change(ctx, link.Name("eth1"), link.Spec{Promisc: attr.On, ARP: attr.Off})
		}},
		{"ip link set eth1 alias uplink", func() (any, error) {
			return c.Change(ctx, link.Name("eth1"), link.Spec{Alias: attr.Some("uplink")})
		}},
		{"ip link set eth1 group 7", func() (any, error) {
			return c.Change(ctx, link.Name("eth1"), link.Spec{Group: attr.U32(7)})
		}},
		{"ip link set eth1 addrgenmode none", func() (any, error) {
			return c.Change(ctx, link.Name("eth1"), link.Spec{AddrGenMode: attr.Some(kind.AddrGenNone)})
		}},
		{"ip link set br0 type bridge stp_state 1", func() (any, error) {
			return c.Change(ctx, link.Name("br0"), link.Spec{Kind: &kind.Bridge{STPState: attr.Some(kind.STPKernel)}})
		}},
		{"ip link set eth1 master br0", func() (any, error) {
			return c.Change(ctx, link.Name("eth1"), link.Spec{Master: link.Name("br0")})
		}},
		{"ip link set eth1 type bridge_slave cost 10", func() (any, error) {
			return c.Change(ctx, link.Name("eth1"), link.Spec{Port: &kind.BridgePort{Cost: attr.U32(10)}})
		}},
		{"bridge vlan show", func() (any, error) {
			return c.ListVLANs(ctx)
		}},
		{"bridge vlan add dev eth1 vid 10-20", func() (any, error) {
			return nil, c.AddVLANs(ctx, link.Name("eth1"), link.PortVLAN{ID: 10, End: 20})
		}},
		{"bridge vlan add dev eth1 vid 10 pvid untagged", func() (any, error) {
			return nil, c.AddVLANs(ctx, link.Name("eth1"), link.PortVLAN{ID: 10, Flags: link.VLANAccess})
		}},
		{"bridge vlan del dev eth1 vid 1", func() (any, error) {
			return nil, c.RemoveVLANs(ctx, link.Name("eth1"), link.PortVLAN{ID: 1})
		}},
		{"bridge vlan add dev br0 vid 10 self", func() (any, error) {
			return nil, c.AddVLANs(ctx, link.Name("br0"), link.PortVLAN{ID: 10})
		}},
		{"ip link set eth1 type bridge_slave vlan_tunnel on", func() (any, error) {
			return c.Change(ctx, link.Name("eth1"), link.Spec{Port: &kind.BridgePort{VLANTunnel: attr.On}})
		}},
		{"bridge vlan add dev eth1 vid 10-20 tunnel_info id 110-120", func() (any, error) {
			return nil, c.AddVLANTunnels(ctx, link.Name("eth1"), link.PortTunnel{VLAN: 10, End: 20, ID: 110})
		}},
		{"bridge vlan tunnelshow dev eth1", func() (any, error) {
			return c.VLANTunnels(ctx, link.Name("eth1"))
		}},
		{"ip link show master br0", func() (any, error) {
			return c.List(ctx, link.Filter{Master: link.Name("br0")})
		}},
		{"ip link set eth1 nomaster", func() (any, error) {
			return c.Change(ctx, link.Name("eth1"), link.Spec{Master: link.None})
		}},
		{"ip link property add dev eth1 altname uplink0", func() (any, error) {
			return nil, c.AddAltNames(ctx, link.Name("eth1"), "uplink0")
		}},
		{"ip link property del dev eth1 altname uplink0", func() (any, error) {
			return nil, c.RemoveAltNames(ctx, link.Name("eth1"), "uplink0")
		}},
		{"ip link set eth1 name eth2", func() (any, error) {
			return c.Change(ctx, link.Name("eth1"), link.Spec{Name: "eth2"})
		}},
		{"ip link set eth2 netns blue", func() (any, error) {
			return c.Change(ctx, link.Name("eth2"), link.Spec{NetNS: blue.NetNS()})
		}},
		{"ip link set vx0 netns $PID", func() (any, error) {
			return c.Change(ctx, link.Name("vx0"), link.Spec{NetNS: kind.NetNSPID(pid)})
		}},
		{"ip link show type bridge", func() (any, error) {
			return c.List(ctx, link.Filter{Kind: "bridge"})
		}},
		{"ip link del eth0", func() (any, error) {
			return nil, c.Delete(ctx, link.Name("eth0"))
		}},
	}
}

// TestCommands runs the table, and each command by ip in namespaces of its own,
// after which both must have the same links.
func TestCommands(t *testing.T) {
	ours, theirs := newStage(t), newStage(t)
	ip := newIP(t, theirs)
	for _, row := range commands(t.Context(), ours.client, ours.blue, ours.pid) {
		t.Run(row.ip, func(t *testing.T) {
			_, err := row.run()
			if errors.Is(err, link.ErrUnsupportedKind) {
				testns.Require(t, kindIn(row.ip))
			}
			if errors.Is(err, link.ErrNotSupported) && strings.HasPrefix(row.ip, "bridge ") {
				testns.Require(t, "vlan filtering")
			}
			if err != nil {
				t.Fatal(err)
			}
			if ip == nil {
				return
			}
			ip(t, row.ip)
			if diff := cmp.Diff(theirs.links(t), ours.links(t)); diff != "" {
				t.Errorf("-%s +library\n%s", row.ip, diff)
			}
		})
	}
}

// A stage is what the commands need: a namespace, one to move links to, and a
// process in a third.
type stage struct {
	ns, blue *nsutil.Namespace
	client   *link.Client
	pid      int
}

func newStage(t *testing.T) *stage {
	t.Helper()
	s := &stage{ns: testns.New(t), blue: testns.New(t)}
	var err error
	if s.client, err = link.Open(link.Config{NetNS: s.ns}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.client.Close() })

	s.pid = testns.Process(t, testns.New(t))
	return s
}

var macRE = regexp.MustCompile(`([0-9a-f]{2}:){5}[0-9a-f]{2}`)

// links describes the links of the stage. Addresses that the kernel made up
// are left out.
func (s *stage) links(t *testing.T) (all []string) {
	t.Helper()
	ls, err := s.client.List(t.Context(), link.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range ls {
		text := attr.Printer{}.Text(ls.Spec(ls[i].Ref()))
		all = append(all, macRE.ReplaceAllStringFunc(text, func(mac string) string {
			if strings.HasPrefix(mac, "02:00:00:00:00:") {
				return mac
			}
			return "random"
		}))
	}
	vlans, err := s.client.ListVLANs(t.Context())
	if err != nil && !errors.Is(err, link.ErrNotSupported) {
		t.Fatal(err)
	}
	for _, v := range vlans {
		all = append(all, v.String())
	}
	return all
}

// newIP returns what runs a command of iproute2 on the stage, nil where there is
// no ip.
func newIP(t *testing.T, s *stage) func(*testing.T, string) {
	path, err := testns.IPRoute2()
	if err != nil {
		t.Logf("the effect of ip itself is not compared: %v", err)
		return nil
	}
	return func(t *testing.T, command string) {
		t.Helper()
		command = strings.ReplaceAll(command, "$PID", fmt.Sprint(s.pid))
		command = strings.ReplaceAll(command, "netns blue", fmt.Sprintf("netns /proc/%d/fd/%d", os.Getpid(), s.blue.FD()))
		testns.In(t, s.ns, func() {
			words := strings.Fields(command)
			if words[0] == "ip" {
				words[0] = path
			}
			if out, err := exec.Command(words[0], words[1:]...).CombinedOutput(); err != nil {
				t.Fatalf("%s: %v\n%s", command, err, out)
			}
		})
	}
}

// kindIn returns the word after "type".
func kindIn(command string) string {
	_, after, _ := strings.Cut(command, " type ")
	return strings.Fields(after)[0]
}
