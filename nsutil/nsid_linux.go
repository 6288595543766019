package nsutil

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"

	"golang.org/x/sys/unix"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/rtnl"
)

// A message about ids is a struct rtgenmsg, one byte for an address family that
// means nothing here, padded with zeros to four, and the attributes NETNSA_*
// (linux/net_namespace.h).

// noNSID stands for "none" in replies and for "choose one" in requests
// (NETNSA_NSID_NOT_ASSIGNED).
const noNSID int32 = unix.NETNSA_NSID_NOT_ASSIGNED

func getNSID(ctx context.Context, from, of *Namespace) (id int32, ok bool, err error) {
	err = askNSID(ctx, from, of, func(c *rtnl.Conn, fd int) error {
		id, ok, err = exchangeGet(ctx, c, fd)
		return err
	})
	return id, ok, err
}

func newNSID(ctx context.Context, from, of *Namespace, id int32) error {
	return askNSID(ctx, from, of, func(c *rtnl.Conn, fd int) error {
		return exchangeNew(ctx, c, fd, id)
	})
}

func ensureNSID(ctx context.Context, from, of *Namespace) (id int32, err error) {
	err = askNSID(ctx, from, of, func(c *rtnl.Conn, fd int) error {
		id, err = exchangeEnsure(ctx, c, fd)
		return err
	})
	return id, err
}

func listNSIDs(ctx context.Context, from *Namespace) (ids []int32, err error) {
	err = withConn(from, func(c *rtnl.Conn) error {
		if err := widen(ctx, c); err != nil {
			return err
		}
		ids, err = dumpNSIDs(ctx, c)
		return err
	})
	slices.Sort(ids)
	return ids, err
}

// The kernel (6.18 for one, and ip falls for it) forgets to go on after the
// first datagram of this dump and reports success. How much fits in depends on
// the longest buffer that the socket has been read with before, up to
// maxDatagram less what the kernel needs for itself; so one is read first.
// Where the list fills just that, nobody can know whether it is all.
const (
	maxDatagram = 32 << 10 // NETLINK_SKB limit in netlink_recvmsg
	kernelShare = 512      // at most; sizeof(struct skb_shared_info) is 320
	nsidReply   = rtnl.HeaderLen + rtgenmsgLen + attr.HeaderLen + 4
)

// widen makes the kernel use large datagrams on c, by any exchange.
func widen(ctx context.Context, c *rtnl.Conn) error {
	body := attr.AppendUint32(nil, unix.NETNSA_PID, uint32(os.Getpid()))
	_, err := c.Do(ctx, nsidRequest(rtnl.GetNSID, 0, body), nil)
	return kernelError(err)
}

func dumpNSIDs(ctx context.Context, c *rtnl.Conn) (ids []int32, err error) {
	_, err = c.Dump(ctx, nsidRequest(rtnl.GetNSID, 0, nil), func(m rtnl.Message) error {
		id, ok, err := parseNSID(m)
		if ok {
			ids = append(ids, id)
		}
		return err
	})
	size := len(ids) * nsidReply
	if err == nil && size > maxDatagram-kernelShare-nsidReply && size <= maxDatagram {
		err = ErrIncomplete
	}
	return ids, kernelError(err)
}

// exchangeEnsure asks first, since most often there is an id and asking needs
// no privilege. The kernel does not tell what it chose, so it asks again.
// Somebody else may have an id given in between, which is as good.
func exchangeEnsure(ctx context.Context, c *rtnl.Conn, fd int) (int32, error) {
	id, ok, err := exchangeGet(ctx, c, fd)
	if ok || err != nil {
		return id, err
	}
	if err := exchangeNew(ctx, c, fd, noNSID); err != nil && !errors.Is(err, unix.EEXIST) {
		return 0, err
	}
	id, ok, err = exchangeGet(ctx, c, fd)
	if err == nil && !ok {
		err = errors.New("the kernel acknowledged the request for an id and gave none")
	}
	return id, err
}

func exchangeGet(ctx context.Context, c *rtnl.Conn, fd int) (id int32, ok bool, err error) {
	body := attr.AppendUint32(nil, unix.NETNSA_FD, uint32(fd))
	_, err = c.Do(ctx, nsidRequest(rtnl.GetNSID, 0, body), func(m rtnl.Message) error {
		id, ok, err = parseNSID(m)
		return err
	})
	return id, ok, kernelError(err)
}

func exchangeNew(ctx context.Context, c *rtnl.Conn, fd int, id int32) error {
	body := attr.AppendUint32(nil, unix.NETNSA_FD, uint32(fd))
	body = attr.AppendUint32(body, unix.NETNSA_NSID, uint32(id))
	_, err := c.Do(ctx, nsidRequest(rtnl.NewNSID, rtnl.FlagAck, body), nil)
	return kernelError(err)
}

func nsidRequest(typ, flags uint16, body []byte) []byte {
	b := rtnl.Begin(nil, typ, flags)
	b = append(b, unix.AF_UNSPEC, 0, 0, 0)
	return rtnl.End(append(b, body...), 0)
}

// parseNSID reads the id in a reply; ok is false if it says that there is none.
func parseNSID(m rtnl.Message) (id int32, ok bool, err error) {
	if m.Type != rtnl.NewNSID || len(m.Payload) < rtgenmsgLen {
		return 0, false, fmt.Errorf("unexpected reply of type %d with %d bytes", m.Type, len(m.Payload))
	}
	for t, p := range attr.All(m.Payload[rtgenmsgLen:]) {
		if t == unix.NETNSA_NSID && len(p) >= 4 {
			id = int32(binary.NativeEndian.Uint32(p))
			return id, id != noNSID, nil
		}
	}
	return 0, false, errors.New("reply without an id")
}

// rtgenmsgLen is the length of a struct rtgenmsg with its padding.
const rtgenmsgLen = 4

// askNSID calls ask with a socket in from and a descriptor of of.
func askNSID(ctx context.Context, from, of *Namespace, ask func(c *rtnl.Conn, fd int) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	fd, err := of.acquire()
	if err != nil {
		return err
	}
	defer of.release()
	return withConn(from, func(c *rtnl.Conn) error { return ask(c, fd) })
}

// withConn calls f with a socket that belongs to from.
func withConn(from *Namespace, f func(*rtnl.Conn) error) error {
	t, err := dialIn(from)
	if err != nil {
		return err
	}
	c := rtnl.NewConn(t, nil)
	return errors.Join(f(c), c.Close())
}

// dialIn opens a socket in from. Entering a namespace needs privilege, so a
// thread that is there already does not.
func dialIn(from *Namespace) (t rtnl.Transport, err error) {
	dial := func() (err error) {
		t, err = rtnl.Dial(rtnl.Config{NetNS: -1})
		return err
	}
	if from == nil {
		err = dial()
		return t, err
	}
	fd, err := from.acquire()
	if err != nil {
		return nil, from.failed("enter", err)
	}
	defer from.release()
	runtime.LockOSThread() // isCurrent and dial must be of one thread
	defer runtime.UnlockOSThread()
	if isCurrent(fd) {
		err = dial()
	} else {
		err = Do(from, dial)
	}
	return t, err
}

// isCurrent reports whether the calling thread is in the namespace fd.
func isCurrent(fd int) bool {
	here, err := openFile(threadNet, unix.O_RDONLY)
	if err != nil {
		return false
	}
	defer unix.Close(here)
	one, err1 := identify(here)
	other, err2 := identify(fd)
	return err1 == nil && err2 == nil && one == other
}

// kernelError gives a refusal by the kernel the error number of this system,
// which package rtnl has none of, so that errors.Is knows it.
func kernelError(err error) error {
	var refusal *rtnl.Error
	switch {
	case !errors.As(err, &refusal):
		return err
	case refusal.Msg == "":
		return unix.Errno(refusal.Errno)
	}
	return fmt.Errorf("%w: %s", unix.Errno(refusal.Errno), refusal.Msg)
}
