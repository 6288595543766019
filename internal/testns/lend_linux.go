package testns

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/rtnl"
	"github.com/iplink-go/iplink/nsutil"
	"golang.org/x/sys/unix"
)

// lent is the answer to those who get what they asked for; any other is why they
// do not.
const lent = "lent"

// returns is how long a link may be on its way back: the kernel takes namespaces
// apart in its own time.
const returns = time.Minute

// startLending returns the path of the socket, or why there is none, which then
// is no path.
func startLending() string {
	path := filepath.Join(os.TempDir(), fmt.Sprintf("lender-%d", os.Getpid()))
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		return err.Error()
	}
	go func() { // as long as the process, which only waits for the sandbox
		out := lender{}
		for {
			c, err := l.AcceptUnix()
			if err != nil {
				return
			}
			answer := lent
			if err := out.lend(c); err != nil {
				answer = err.Error()
			}
			_, _ = c.Write([]byte(answer)) // who is gone needs no answer
			c.Close()
		}
	}()
	return path
}

// A lender has the names of links that were lent.
type lender map[string]bool

// lend reads one request and moves the link.
func (l lender) lend(c *net.UnixConn) error {
	buf, oob := make([]byte, unix.IFNAMSIZ), make([]byte, unix.CmsgSpace(4))
	n, oobn, _, _, err := c.ReadMsgUnix(buf, oob)
	if err != nil {
		return err
	}
	messages, err := unix.ParseSocketControlMessage(oob[:oobn])
	if err != nil || len(messages) != 1 {
		return fmt.Errorf("%d control messages: %w", len(messages), err)
	}
	fds, err := unix.ParseUnixRights(&messages[0])
	if err != nil || len(fds) != 1 {
		return fmt.Errorf("%d descriptors: %w", len(fds), err)
	}
	defer unix.Close(fds[0])
	name := string(buf[:n])
	// One that was lent may still be on its way back.
	for end := time.Now().Add(returns); ; time.Sleep(20 * time.Millisecond) {
		err := moveLink(name, fds[0])
		l[name] = l[name] || err == nil
		if e, ok := errors.AsType[*rtnl.Error](err); !ok || e.Errno != int(unix.ENODEV) || !l[name] || time.Now().After(end) {
			return err
		}
	}
}

// moveLink moves a link of this process's namespace.
func moveLink(name string, ns int) error {
	t, err := rtnl.Dial(rtnl.Config{NetNS: -1})
	if err != nil {
		return err
	}
	p := &Prober{conn: rtnl.NewConn(t, nil)}
	defer p.conn.Close()
	b := rtnl.Begin(nil, rtnl.NewLink, rtnl.FlagAck)
	b = append(b, make([]byte, ifinfomsgLen)...)
	b = attr.AppendString(b, iflaIfname, name)
	b = attr.AppendUint32(b, iflaNetNSFD, uint32(ns))
	return p.do(rtnl.End(b, 0), nil)
}

func borrow(ns *nsutil.Namespace, name string) error {
	path := os.Getenv(lenderVariable)
	if path == "" {
		return errors.New("hardware is for tests on machines of the matrix only")
	}
	c, err := net.DialUnix("unix", nil, &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		return err
	}
	defer c.Close()
	if _, _, err := c.WriteMsgUnix([]byte(name), unix.UnixRights(ns.FD()), nil); err != nil {
		return err
	}
	answer := make([]byte, 200)
	n, err := c.Read(answer)
	if err == nil && string(answer[:n]) != lent {
		err = errors.New(string(answer[:n]))
	}
	return err
}
