package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func TestModuleFiles(t *testing.T) {
	got, err := moduleFiles(fstest.MapFS{
		"kernel/net/batman-adv/batman-adv.ko.xz": {},
		"kernel/net/8021q/8021q.ko":              {},
		"kernel/drivers/net/tun.ko.zst":          {},
		"kernel/README":                          {},
		"modules.order":                          {},
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string]string{
		"batman_adv": "kernel/net/batman-adv/batman-adv.ko.xz", "8021q": "kernel/net/8021q/8021q.ko", "tun": "kernel/drivers/net/tun.ko.zst",
	} {
		if got[name] != file {
			t.Errorf("%s is %q, want %q", name, got[name], file)
		}
	}
	if len(got) != 3 {
		t.Errorf("%d modules: %v", len(got), got)
	}
}

func TestWanted(t *testing.T) {
	available := map[string]string{"team": "", "team_mode_random": "", "team_mode_broadcast": "", "e1000": ""}
	got := wanted("\n\tteam team_mode_*\n\tdummy", available)
	slices.Sort(got)
	if want := []string{"team", "team_mode_broadcast", "team_mode_random"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestClosure(t *testing.T) {
	graph := map[string][]string{"vxlan": {"udp_tunnel", "ip6_udp_tunnel"}, "ip6_udp_tunnel": {"udp_tunnel"}, "udp_tunnel": nil, "loop": {"loop"}}
	depends := func(name string) ([]string, error) {
		if list, ok := graph[name]; ok {
			return list, nil
		}
		return nil, errors.New("not there")
	}
	got, err := closure([]string{"vxlan", "loop"}, depends)
	if want := []string{"ip6_udp_tunnel", "loop", "udp_tunnel", "vxlan"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
	if _, err := closure([]string{"vxlan", "geneve"}, depends); err == nil || err.Error() != "module geneve: not there" {
		t.Errorf("a missing module: %v", err)
	}
}

// elfWith makes an object file with one section.
func elfWith(order binary.ByteOrder, name, body string) []byte {
	names := "\x00" + name + "\x00"
	b := make([]byte, 64, 512)
	data := byte(1)
	if order == binary.BigEndian {
		data = 2
	}
	copy(b, []byte{0x7f, 'E', 'L', 'F', 2, data, 1})
	order.PutUint16(b[16:], 1)  // relocatable
	order.PutUint32(b[20:], 1)  // version
	order.PutUint64(b[40:], 64) // section headers
	order.PutUint16(b[52:], 64) // size of this header
	order.PutUint16(b[58:], 64) // size of a section header
	order.PutUint16(b[60:], 3)  // their number: none, the names, the section
	order.PutUint16(b[62:], 1)  // which has the names
	section := func(name, kind uint32, at, size int) {
		s := make([]byte, 64)
		order.PutUint32(s, name)
		order.PutUint32(s[4:], kind)
		order.PutUint64(s[24:], uint64(at))
		order.PutUint64(s[32:], uint64(size))
		b = append(b, s...)
	}
	const end = 64 + 3*64
	section(0, 0, 0, 0)
	section(0, 3, end, len(names))
	section(1, 1, end+len(names), len(body))
	return append(b, names+body...)
}

func TestDependencies(t *testing.T) {
	for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
		for info, want := range map[string]string{
			"license=GPL\x00depends=udp_tunnel,ip6-udp-tunnel\x00": "udp_tunnel ip6_udp_tunnel",
			"depends=\x00name=dummy\x00":                           "",
			"name=dummy\x00":                                       "",
		} {
			got, err := dependencies(elfWith(order, ".modinfo", info))
			if err != nil || strings.Join(got, " ") != want {
				t.Errorf("%v, %q: %q, %v", order, info, got, err)
			}
		}
	}
	for name, b := range map[string][]byte{"no section": elfWith(binary.BigEndian, ".text", ""), "no module": bytes.Repeat([]byte("x"), 100)} {
		if got, err := dependencies(b); err == nil {
			t.Errorf("%s: %v and no error", name, got)
		}
	}
}
