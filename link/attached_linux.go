package link

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/iplink-go/iplink/attr"
)

// Some of what hangs on a link is told by files only. /proc/sys/net shows the
// namespace of the thread that looks, /sys that of who mounted it.

// countFiles counts what files tell of links. Nothing is known where the
// namespace cannot be entered.
func (p *place) countFiles(ctx context.Context, links []counted) error {
	err := p.inside(func() error {
		countSysctls(ctx, "/proc/sys/net/ipv4", links, func(a *Attached) *AttachedIP { return &a.IPv4 })
		countSysctls(ctx, "/proc/sys/net/ipv6", links, func(a *Attached) *AttachedIP { return &a.IPv6 })
		sys, done := openSysfs()
		defer done()
		for i := range links {
			links[i].AutoAddress = autoAddress(sys, links[i].link)
		}
		return ctx.Err()
	})
	if errors.Is(err, fs.ErrPermission) {
		return nil
	}
	return err
}

// countSysctls compares the settings of links with those of a link to come,
// which are in directories called default. A kernel without a protocol has no
// directory for it; without any there is no /proc.
func countSysctls(ctx context.Context, dir string, links []counted, ip func(*Attached) *AttachedIP) {
	if _, err := os.Stat("/proc/sys/net"); err != nil {
		return
	}
	defaults := readDefaults(dir + "/conf/default")
	for i := range links {
		if ctx.Err() != nil {
			return
		}
		ip(&links[i].Attached).Sysctls.Set(countDiffering(dir+"/conf/", links[i].link, defaults))
	}
}

// countDiffering counts the settings of a link that differ from the defaults.
func countDiffering(dir string, l *Link, defaults map[string]string) (n int) {
	at, err := unix.Open(dir+l.Name, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return 0 // the protocol has nothing to do with the link
	}
	defer unix.Close(at)
	var buf [256]byte // the longest is a secret, of 40
	for file, want := range defaults {
		have, err := readAt(at, file, buf[:])
		if err == nil && string(have) != want && !byKernel(file, string(have), l) {
			n++
		}
	}
	return n
}

// readAt reads a short file in a directory. It makes half the system calls of
// os.ReadFile, and there are about a hundred files for each link.
func readAt(dir int, name string, buf []byte) ([]byte, error) {
	fd, err := unix.Openat(dir, name, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	defer unix.Close(fd)
	n, err := unix.Read(fd, buf)
	return buf[:max(n, 0)], err
}

// readDefaults reads the files of a directory. One that cannot be read, such as
// a secret that is not set, has no value to differ from.
func readDefaults(dir string) map[string]string {
	values := map[string]string{}
	files, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	for _, f := range files {
		if b, err := os.ReadFile(path.Join(dir, f.Name())); err == nil {
			values[f.Name()] = string(b)
		}
	}
	return values
}

// byKernel reports whether the kernel sets a value by itself that differs from
// the default: IPv6's copy of the MTU; what it leaves out on links that need no
// duplicate address detection or no temporary addresses (ipv6_add_dev in
// net/ipv6/addrconf.c); and IPsec on loopback (inetdev_event in
// net/ipv4/devinet.c).
func byKernel(file, value string, l *Link) bool {
	switch file {
	case "mtu":
		return true
	case "accept_dad", "use_tempaddr":
		return value == "-1\n"
	case "disable_policy", "disable_xfrm":
		return l.Flags&FlagLoopback != 0 && value == "1\n"
	}
	return false
}

// openSysfs returns the directory of a sysfs that shows the namespace of the
// thread. Without the privilege to make one it is that in its usual place,
// which may show another.
func openSysfs() (dir string, done func()) {
	fd, err := newSysfs()
	if err != nil {
		return "/sys", func() {}
	}
	return fmt.Sprintf("/proc/thread-self/fd/%d", fd), func() { unix.Close(fd) }
}

// newSysfs returns a sysfs that is mounted nowhere, and gone when its
// descriptor is closed.
func newSysfs() (fd int, err error) {
	ctx, err := unix.Fsopen("sysfs", unix.FSOPEN_CLOEXEC)
	if err != nil {
		return -1, err
	}
	defer unix.Close(ctx)
	if err := unix.FsconfigCreate(ctx); err != nil {
		return -1, err
	}
	return unix.Fsmount(ctx, unix.FSMOUNT_CLOEXEC, unix.MOUNT_ATTR_RDONLY)
}

// autoAddress reads whether nobody has set a link's hardware address. That the
// directory shows the link's namespace is told by index and address.
func autoAddress(sys string, l *Link) attr.Opt[bool] {
	read := func(name string) string {
		b, _ := os.ReadFile(path.Join(sys, "class/net", l.Name, name)) // "" fits nothing
		return strings.TrimSpace(string(b))
	}
	how := read("addr_assign_type")
	if how == "" || read("ifindex") != fmt.Sprint(l.Index) || read("address") != l.Address.String() {
		return attr.Opt[bool]{}
	}
	return attr.Some(how != netAddrSet)
}

// netAddrSet says that somebody has set the address (NET_ADDR_SET in
// linux/netdevice.h).
const netAddrSet = "3"
