package nsutil

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// A named namespace is an empty file of mode 0 on which the namespace's nsfs
// file is mounted. Mounts are seen by other mount namespaces only if the
// directory is a mount point with shared propagation, so the first creation
// makes it one. "ip netns" does all of this the same way, under the same lock.

func createAt(path, name string) (*Namespace, error) {
	if err := shareRunDir(); err != nil {
		return nil, err
	}
	// O_EXCL decides between several creators; the loser touches nothing.
	fd, err := openFile(path, unix.O_RDONLY|unix.O_CREAT|unix.O_EXCL)
	if err != nil {
		return nil, err
	}
	unix.Close(fd)
	ns, err := newMountedAt(path)
	if err != nil {
		return nil, errors.Join(err, os.Remove(path))
	}
	ns.label = name
	return ns, nil
}

// newMountedAt makes a namespace and mounts it on path.
func newMountedAt(path string) (*Namespace, error) {
	ns, err := newAnonymous()
	if err != nil {
		return nil, err
	}
	if err := unix.Mount(fdPath(ns.fd), path, "", unix.MS_BIND, ""); err != nil {
		return nil, errors.Join(needAdmin("mount on "+path, err), ns.Close())
	}
	return ns, nil
}

// shareRunDir makes the directory of names if it is missing, and a mount point
// with shared propagation if it is none.
func shareRunDir() error {
	if err := os.MkdirAll(RunDir, 0o755); err != nil {
		return err
	}
	// Without the lock, two creators could both find that the directory is
	// no mount point and mount it onto itself twice.
	fd, err := openFile(RunDir, unix.O_RDONLY|unix.O_DIRECTORY)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	if err := flock(fd); err != nil {
		return fmt.Errorf("lock %s: %w", RunDir, err)
	}
	err = unix.Mount("", RunDir, "", unix.MS_SHARED|unix.MS_REC, "")
	if err == unix.EINVAL { // no mount point yet
		if err := unix.Mount(RunDir, RunDir, "", unix.MS_BIND|unix.MS_REC, ""); err != nil {
			return needAdmin("mount "+RunDir+" onto itself", err)
		}
		err = unix.Mount("", RunDir, "", unix.MS_SHARED|unix.MS_REC, "")
	}
	return needAdmin("share mounts below "+RunDir, err)
}

func flock(fd int) error {
	for {
		if err := unix.Flock(fd, unix.LOCK_EX); err != unix.EINTR {
			return err
		}
	}
}

func deleteAt(path string) error {
	// A symbolic link is a name too, but what it points to is not ours to
	// unmount. Lazily, because somebody may have the file open.
	err := unix.Unmount(path, unix.MNT_DETACH|unix.UMOUNT_NOFOLLOW)
	if err != nil && err != unix.EINVAL { // EINVAL: nothing is mounted there
		return needAdmin("unmount "+path, err)
	}
	return os.Remove(path)
}

// needAdmin says what was attempted, and what was missing if it was refused.
func needAdmin(attempt string, err error) error {
	switch {
	case err == nil:
		return nil
	case err == unix.EPERM:
		return fmt.Errorf("%s: %w (needs CAP_SYS_ADMIN)", attempt, err)
	}
	return fmt.Errorf("%s: %w", attempt, err)
}
