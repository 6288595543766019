package main

import (
	"bytes"
	"context"
	"debug/elf"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// modules are the kernel modules that machines have, with those they depend on:
// all that make links, and some that those ask for while they work. A star
// stands for any end. What a kernel has no module for is built in or missing;
// the tests find out.
const modules = `
	8021q amt bareudp batman_adv bluetooth_6lowpan bonding br_netfilter bridge
	can can_dev dsa_core dummy geneve gtp hsr ib_ipoib ieee802154_6lowpan ifb
	ip6_gre ip6_tunnel ip6_vti ip_gre ip_vti ipip ipvlan ipvtap macsec macvlan
	macvtap mctp netdevsim netkit nlmon openvswitch ovpn pfcp ppp_generic rmnet
	sit slcan tap team team_mode_* tun vcan veth virt_wifi vrf vsockmon vxcan
	vxlan wireguard wwan wwan_hwsim xfrm_interface

	fou fou6
	aes_generic ctr gcm ghash_generic ghash_s390 aes_s390
	crc32c_cryptoapi crc32c_generic crc32c_intel
	mac80211_hwsim mac802154_hwsim
	kvaser_pci
	sch_netem sch_htb sch_ingress cls_u32

	virtio_console virtio_pci
`

// moduleFiles returns the modules below dir by name, each as a path relative to
// dir. In names "-" and "_" are the same.
func moduleFiles(dir fs.FS) (map[string]string, error) {
	files := map[string]string{}
	err := fs.WalkDir(dir, "kernel", func(name string, d fs.DirEntry, err error) error {
		if base, _, ok := strings.Cut(path.Base(name), ".ko"); ok && err == nil && !d.IsDir() {
			files[strings.ReplaceAll(base, "-", "_")] = name
		}
		return err
	})
	return files, err
}

// wanted returns those of the available modules that the list names.
func wanted(list string, available map[string]string) (names []string) {
	for pattern := range strings.FieldsSeq(list) {
		for name := range available {
			if ok, _ := path.Match(pattern, name); ok { // the patterns are well-formed
				names = append(names, name)
			}
		}
	}
	return names
}

// closure adds to names what they depend on, directly or not, in order.
func closure(names []string, depends func(name string) ([]string, error)) ([]string, error) {
	seen := map[string]bool{}
	for len(names) > 0 {
		name := names[len(names)-1]
		names = names[:len(names)-1]
		if seen[name] {
			continue
		}
		seen[name] = true
		more, err := depends(name)
		if err != nil {
			return nil, fmt.Errorf("module %s: %w", name, err)
		}
		names = append(names, more...)
	}
	return slices.Sorted(maps.Keys(seen)), nil
}

// dependencies reads in a module itself what it depends on. Debian's packages
// have no modules.dep: it is made at installation, with all modules.
func dependencies(module []byte) ([]string, error) {
	f, err := elf.NewFile(bytes.NewReader(module))
	if err != nil {
		return nil, err
	}
	section := f.Section(".modinfo")
	if section == nil {
		return nil, errors.New("no section .modinfo")
	}
	info, err := section.Data()
	if err != nil {
		return nil, err
	}
	for entry := range strings.SplitSeq(string(info), "\x00") {
		if list, ok := strings.CutPrefix(entry, "depends="); ok && list != "" {
			return strings.Split(strings.ReplaceAll(list, "-", "_"), ","), nil
		}
	}
	return nil, nil
}

// decompressors by the end of a module's name.
var decompressors = map[string]string{".xz": "xz", ".zst": "zstd"}

// readModule returns a module as the kernel loads it.
func readModule(ctx context.Context, file string) ([]byte, error) {
	tool, compressed := decompressors[path.Ext(file)]
	if !compressed {
		return os.ReadFile(file)
	}
	return exec.CommandContext(ctx, tool, "-dcq", file).Output()
}

// installModules puts the modules for machines from a directory of a kernel's
// modules below another root, uncompressed, with the indexes that modprobe
// wants.
func installModules(ctx context.Context, from, root, release string) error {
	files, err := moduleFiles(os.DirFS(from))
	if err != nil {
		return err
	}
	to := filepath.Join(root, "lib", "modules", release)
	_, err = closure(wanted(modules, files), func(name string) ([]string, error) {
		file, ok := files[name]
		if !ok {
			return nil, errors.New("the packages do not have it")
		}
		module, err := readModule(ctx, filepath.Join(from, file))
		if err != nil {
			return nil, err
		}
		if _, compressed := decompressors[path.Ext(file)]; compressed {
			file = strings.TrimSuffix(file, path.Ext(file))
		}
		if err := writeFile(filepath.Join(to, file), module); err != nil {
			return nil, err
		}
		return dependencies(module)
	})
	if err != nil {
		return err
	}
	// depmod leaves out what is not there, but warns where a list is missing.
	for _, list := range []string{"modules.order", "modules.builtin", "modules.builtin.modinfo"} {
		b, err := os.ReadFile(filepath.Join(from, list))
		if err != nil {
			return err
		}
		if err := writeFile(filepath.Join(to, list), b); err != nil {
			return err
		}
	}
	_, err = output(ctx, root, "depmod", "-b", root, release)
	return err
}

// writeFile makes the directories above a file too.
func writeFile(name string, b []byte) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	return os.WriteFile(name, b, 0o644)
}
