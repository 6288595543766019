package nsutil

import (
	"errors"
	"fmt"
	"io/fs"
	"strconv"

	"golang.org/x/sys/unix"
)

const supported = true

// threadNet is the namespace of the calling thread. /proc/self would be that of
// the main thread.
const threadNet = "/proc/thread-self/ns/net"

func openCurrent() (*Namespace, error) {
	fd, err := openFile(threadNet, unix.O_RDONLY)
	if err != nil {
		return nil, err
	}
	return adopt(fd, "")
}

// openFileAt opens path in two steps, because merely opening some files has
// effects (a FIFO blocks, a watchdog starts): O_PATH opens nothing, and only
// what has turned out to be a namespace is then opened for good.
func openFileAt(path, label string) (*Namespace, error) {
	probe, err := openFile(path, unix.O_PATH)
	if err != nil {
		return nil, err
	}
	defer unix.Close(probe)
	if err := checkNSFS(probe); err != nil {
		return nil, err
	}
	fd, err := openFile(fdPath(probe), unix.O_RDONLY)
	if err != nil {
		return nil, err
	}
	return adopt(fd, label)
}

func openPID(pid int) (*Namespace, error) {
	ns, err := openFileAt("/proc/"+strconv.Itoa(pid)+"/ns/net", "")
	if errors.Is(err, unix.ESRCH) {
		// The process ended between the lookup of its directory and of
		// its namespace.
		err = fmt.Errorf("%w: %w", fs.ErrNotExist, err)
	}
	return ns, err
}

func openFD(fd int) (*Namespace, error) {
	dup, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("duplicate: %w", err)
	}
	return adopt(dup, "")
}

func newAnonymous() (*Namespace, error) {
	unshare := func() error {
		return needAdmin("unshare", unix.Unshare(unix.CLONE_NEWNET))
	}
	var ns *Namespace
	o := onMovedThread(unshare, func() (err error) {
		ns, err = openCurrent()
		return err
	})
	if o.unmoved != nil {
		return nil, o.unmoved
	}
	return ns, o.deliver()
}

// adopt makes a handle of fd, which it closes if it is no network namespace.
func adopt(fd int, label string) (*Namespace, error) {
	id, err := identify(fd)
	if err != nil {
		unix.Close(fd)
		return nil, err
	}
	return &Namespace{id: id, label: label, fd: fd, refs: 1, open: true}, nil
}

// identify returns the identity of the network namespace that fd stands for.
func identify(fd int) (Identity, error) {
	if err := checkNSFS(fd); err != nil {
		return Identity{}, err
	}
	typ, err := unix.IoctlRetInt(fd, unix.NS_GET_NSTYPE)
	if err != nil {
		return Identity{}, fmt.Errorf("ask for the type of the namespace: %w", err)
	}
	if typ != unix.CLONE_NEWNET {
		return Identity{}, fmt.Errorf("%w but a %s", ErrNotNetNS, typeName(typ))
	}
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return Identity{}, fmt.Errorf("stat: %w", err)
	}
	return Identity{Dev: uint64(st.Dev), Ino: uint64(st.Ino)}, nil
}

// checkNSFS tells files that stand for namespaces from all others. It works on
// O_PATH descriptors, unlike an ioctl.
func checkNSFS(fd int) error {
	var st unix.Statfs_t
	if err := unix.Fstatfs(fd, &st); err != nil {
		return fmt.Errorf("statfs: %w", err)
	}
	if int64(st.Type) != unix.NSFS_MAGIC {
		return fmt.Errorf("%w but a file on another file system (type %#x)", ErrNotNetNS, uint32(st.Type))
	}
	return nil
}

// typeName names a kind of namespace by its clone flag.
func typeName(typ int) string {
	names := map[int]string{
		unix.CLONE_NEWCGROUP: "cgroup", unix.CLONE_NEWIPC: "IPC", unix.CLONE_NEWNS: "mount",
		unix.CLONE_NEWPID: "PID", unix.CLONE_NEWTIME: "time", unix.CLONE_NEWUSER: "user",
		unix.CLONE_NEWUTS: "UTS",
	}
	if name, ok := names[typ]; ok {
		return name + " namespace"
	}
	return fmt.Sprintf("namespace of type %#x", typ)
}

// fdPath is a path that leads to whatever the calling thread's fd stands for.
func fdPath(fd int) string { return "/proc/thread-self/fd/" + strconv.Itoa(fd) }

// openFile opens a file that the programs this one starts do not inherit. A
// file it creates gets no permissions. The error names the path.
func openFile(path string, flags int) (int, error) {
	for {
		fd, err := unix.Open(path, flags|unix.O_CLOEXEC, 0)
		switch err {
		case nil:
			return fd, nil
		case unix.EINTR:
			continue
		}
		return -1, &fs.PathError{Op: "open", Path: path, Err: err}
	}
}

func closeFD(fd int) error { return unix.Close(fd) }
