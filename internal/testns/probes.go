package testns

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"os"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/rtnl"
	"github.com/iplink-go/iplink/nsutil"
)

// The probes that a row of the table cannot say.

// probeGTP gives a link the socket that it is to receive from, which all
// kernels take; only later ones can be told to make one.
func probeGTP(p *Prober) error {
	return nsutil.Do(p.ns, func() error {
		c, err := net.ListenUDP("udp4", &net.UDPAddr{Port: 2152})
		if err != nil {
			return err
		}
		defer c.Close()
		raw, err := c.SyscallConn()
		if err != nil {
			return err
		}
		var made error
		err = raw.Control(func(fd uintptr) {
			_, made = p.Create(Link{Kind: "gtp", Data: [][]byte{u32(2, uint32(fd)), u32(3, 64)}}) // fd1, pdp_hashsize
		})
		return errors.Join(err, made)
	})
}

// probeHSR puts a link on both ends of a pair.
func probeHSR(p *Prober) error {
	one, err := p.made(Link{Kind: "veth", Name: "lower"})
	if err != nil {
		return err
	}
	m, err := p.get("veth0") // the other end, as the kernel names it
	if err != nil {
		return err
	}
	_, err = p.Create(Link{Kind: "hsr", Data: [][]byte{u32(1, one), u32(2, binary.NativeEndian.Uint32(m[4:]))}}) // slaves
	return err
}

// probeHSRPort looks whether a port says whose it is.
func probeHSRPort(p *Prober) error {
	if err := probeHSR(p); err != nil {
		return err
	}
	m, err := p.get("lower")
	if err == nil && find(m[ifinfomsgLen:], iflaMaster) == nil {
		err = errors.New("a port of an hsr has no master")
	}
	return err
}

// probePPP makes a link on a channel that leads nowhere.
func probePPP(p *Prober) error {
	f, err := os.OpenFile("/dev/ppp", os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = p.Create(Link{Kind: "ppp", Data: [][]byte{u32(1, uint32(f.Fd()))}}) // dev_fd
	return err
}

// probeTUN makes a link as programs do: not by a message.
func probeTUN(p *Prober) error { return nsutil.Do(p.ns, makeTUN) }

// probeOVPN asks for ovpn in the way that its module can be found by: unlike
// others it does not carry the name of its kind of links.
func probeOVPN(p *Prober) error {
	if err := loadFamily("ovpn"); err != nil {
		return err
	}
	_, err := p.Create(Link{Kind: "ovpn"})
	return err
}

// XDPPrograms is the environment variable in which TestMain of package link
// says whether it could load programs: "loaded", or why not. It takes privilege
// over the whole machine, which the sandbox has not.
const XDPPrograms = "IPLINK_TEST_XDP"

func probeXDP(*Prober) error {
	switch word := os.Getenv(XDPPrograms); word {
	case "loaded":
		return nil
	case "":
		return errors.New("the package's TestMain loads no programs")
	default:
		return errors.New(word)
	}
}

// probeRoot tells the first user namespace, whose root is that of the machine, by
// its number, which is fixed (PROC_USER_INIT_INO).
func probeRoot(*Prober) error {
	switch name, err := os.Readlink("/proc/self/ns/user"); {
	case err != nil:
		return err
	case name != "user:[4026531837]":
		return errors.New("the sandbox is in a user namespace")
	}
	return nil
}

// probeEcho asks for the notification of a new link, from which a program
// learns the link's index. Older kernels ignore that.
func probeEcho(p *Prober) error {
	index, err := p.Create(Link{Kind: "ifb", Flags: rtnl.FlagEcho})
	if err == nil && index == 0 {
		err = errors.New("the new link is not echoed")
	}
	return err
}

// probeMoveIndex moves a link to another namespace under an index that it
// chooses. Older kernels take the request and not the index.
func probeMoveIndex(p *Prober) error {
	const chosen = 4711
	other, err := newProber()
	if err != nil {
		return err
	}
	defer other.close()
	index, err := p.made(Link{Kind: "ifb", Name: probeName})
	if err != nil {
		return err
	}
	if err := p.change(index, u32(iflaNetNSFD, uint32(other.ns.FD())), u32(iflaNewIndex, chosen)); err != nil {
		return err
	}
	m, err := other.get(probeName)
	if err == nil && binary.NativeEndian.Uint32(m[4:]) != chosen {
		err = errors.New("a link that moves does not get the index that it is to have")
	}
	return err
}

// change sends attributes for a link that exists.
func (p *Prober) change(index uint32, attrs ...[]byte) error {
	b := rtnl.Begin(nil, rtnl.NewLink, rtnl.FlagAck)
	b = append(b, make([]byte, ifinfomsgLen)...)
	binary.NativeEndian.PutUint32(b[rtnl.HeaderLen+4:], index)
	for _, a := range attrs {
		b = append(b, a...)
	}
	if err := p.do(rtnl.End(b, 0), nil); err != nil {
		return fmt.Errorf("change link %d: %w", index, err)
	}
	return nil
}

// probeClsact gives a link the queueing discipline for filters on both ways.
func probeClsact(p *Prober) error {
	index, err := p.made(Link{Kind: "ifb", Name: probeName})
	if err != nil {
		return err
	}
	return p.trafficControl(rtnl.NewQDisc, "clsact", index, 0xffff0000, 0xfffffff1, 0) // TC_H_CLSACT
}

// probeU32 gives a link a discipline with a filter on it.
func probeU32(p *Prober) error {
	const handle = 0x10000
	index, err := p.made(Link{Kind: "ifb", Name: probeName})
	if err != nil {
		return err
	}
	if err := p.trafficControl(rtnl.NewQDisc, "htb", index, handle, 0xffffffff, 0, nest(2, htbGlob())); err != nil { // TC_H_ROOT
		return err
	}
	every := attr.AppendBytes(nil, 5, append([]byte{1}, make([]byte, 15)...)) // struct tc_u32_sel: the end, without keys
	all := uint32(binary.NativeEndian.Uint16([]byte{0, 3}))                   // ETH_P_ALL
	return p.trafficControl(rtnl.NewTFilter, "u32", index, 0, handle, 1<<16|all, nest(2, u32(1, handle|1), every))
}

// htbGlob is what a discipline of kind htb must say: struct tc_htb_glob.
func htbGlob() []byte {
	var b []byte
	for _, word := range []uint32{3, 10, 0, 0, 0} { // version, rate2quantum
		b = binary.NativeEndian.AppendUint32(b, word)
	}
	return attr.AppendBytes(nil, 2, b)
}

// trafficControl makes a queueing discipline or a filter.
func (p *Prober) trafficControl(typ uint16, name string, index, handle, parent, info uint32, options ...[]byte) error {
	b := rtnl.Begin(nil, typ, rtnl.FlagAck|rtnl.FlagCreate|rtnl.FlagExcl)
	for _, word := range []uint32{0, index, handle, parent, info} { // struct tcmsg
		b = binary.NativeEndian.AppendUint32(b, word)
	}
	b = attr.AppendString(b, 1, name)
	for _, o := range options {
		b = append(b, o...)
	}
	if err := p.do(rtnl.End(b, 0), nil); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}
