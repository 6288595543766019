package nsutil

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// This file is the child of a sandbox: it runs in the new namespaces, finishes
// what the kernel left to do, and tells its parent how that went.

// complete is the child's word to its parent that the sandbox is ready. Any
// other word is the reason why it is not.
const complete = "complete"

// beChild finishes the sandbox; if it cannot, the process ends.
func beChild(state string) {
	s, err := parseSetup(state)
	var net string
	if err == nil {
		net, err = s.haveLeft()
	}
	if err != nil {
		// Not started by a parent: there is nobody to report to.
		fmt.Fprintln(os.Stderr, "nsutil: set up sandbox:", err)
		os.Exit(1)
	}
	report := os.NewFile(uintptr(s.report), "report to the parent")
	word := complete
	if err := finish(net); err != nil {
		word = err.Error()
	}
	_, err = report.WriteString(word)
	if errors.Join(err, report.Close()) != nil || word != complete {
		os.Exit(1) // the parent knows why, or is gone
	}
}

// finish makes the sandbox out of the new namespaces, of which net is one.
func finish(net string) error {
	// In a user namespace nothing gets out anyway; without one, every mount
	// below would appear on the host.
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("make mounts private: %w", err)
	}
	if err := mountRunDir(); err != nil {
		return err
	}
	mountSys()
	return os.Setenv(sandboxEnv, net)
}

// haveLeft checks that this process was started by the parent that s speaks of
// and is not in its namespaces. It returns the network namespace that it is in.
func (s setup) haveLeft() (net string, err error) {
	if os.Getppid() != s.parent {
		return "", fmt.Errorf("process %d is not the parent (is %s set by hand?)", s.parent, sandboxEnv)
	}
	net, err = os.Readlink("/proc/self/ns/net")
	if err != nil {
		return "", fmt.Errorf("learn the new network namespace: %w", err)
	}
	mnt, err := os.Readlink("/proc/self/ns/mnt")
	if err != nil {
		return "", fmt.Errorf("learn the new mount namespace: %w", err)
	}
	if net == s.net || mnt == s.mnt {
		return "", fmt.Errorf("still in the namespaces %s and %s (is %s set by hand?)", net, mnt, sandboxEnv)
	}
	return net, nil
}

// mountRunDir puts an empty directory over RunDir.
func mountRunDir() error {
	if _, err := os.Stat(RunDir); errors.Is(err, os.ErrNotExist) {
		if err := makeRunDir(); err != nil {
			return err
		}
	}
	return mountTmpfs(RunDir)
}

// makeRunDir makes RunDir where the host has none, without making one on the
// host: it puts a file system over its parent directory and the entries of the
// parent back into it. Some may refuse to be bound; programs in a sandbox can do
// without those.
func makeRunDir() error {
	parent := filepath.Dir(RunDir)
	entries, err := os.ReadDir(parent)
	if err != nil {
		return err
	}
	covered, err := openFile(parent, unix.O_PATH|unix.O_DIRECTORY)
	if err != nil {
		return err
	}
	defer unix.Close(covered)
	if err := mountTmpfs(parent); err != nil {
		return err
	}
	for _, e := range entries {
		_ = putBack(filepath.Join(fdPath(covered), e.Name()), filepath.Join(parent, e.Name()), e)
	}
	return os.Mkdir(RunDir, 0o755)
}

// putBack makes the entry at old appear at path.
func putBack(old, path string, e os.DirEntry) error {
	switch {
	case e.Type()&os.ModeSymlink != 0:
		target, err := os.Readlink(old)
		if err != nil {
			return err
		}
		return os.Symlink(target, path)
	case e.IsDir():
		if err := os.Mkdir(path, 0o755); err != nil {
			return err
		}
	default: // anything that is no directory can be mounted on a file
		if err := os.WriteFile(path, nil, 0o644); err != nil {
			return err
		}
	}
	return unix.Mount(old, path, "", unix.MS_BIND|unix.MS_REC, "")
}

// mountSys replaces /sys, which shows the links of the namespace in which it
// was mounted: programs that look there must find the sandbox's links, and
// root without a user namespace could even change the host's through the old
// one. Some containers do not allow it. The sandbox does without there, because
// everything this module and ip do goes through netlink.
func mountSys() {
	_ = unix.Mount("sysfs", "/sys", "sysfs", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, "")
}

func mountTmpfs(path string) error {
	const flags = unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC
	if err := unix.Mount("tmpfs", path, "tmpfs", flags, "mode=0755"); err != nil {
		return fmt.Errorf("mount a file system on %s: %w", path, err)
	}
	return nil
}
