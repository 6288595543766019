package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// Ports of the machine's virtio serial device; see doc.go.
const (
	controlPort   = 1
	outPort       = 2
	firstTestPort = 3
	maxTestPorts  = 28 // of 31, of which the device keeps the first
)

// A machine is one boot of a kernel.
type machine struct {
	kernel   kernel
	image    *image
	accel    string
	append   string
	packages []*testPackage
	payload  string
	// dir gets the files that the machine writes.
	dir string
	// limit is how long the boot may take, and the tests after it.
	limit time.Duration
}

// bootLimit is more than a slow emulation takes to unpack the file system and
// start the first process.
const bootLimit = 3 * time.Minute

func (m machine) port(n int) string   { return filepath.Join(m.dir, fmt.Sprintf("port%d", n)) }
func (m machine) consoleFile() string { return filepath.Join(m.dir, "console") }

// run boots the machine and waits for its end. end says why it was stopped, or
// is empty if it switched itself off.
func (m machine) run(ctx context.Context) (end string, err error) {
	initrd := filepath.Join(m.dir, "initrd")
	if err := concatenate(initrd, m.image.base, m.payload); err != nil {
		return "", err
	}
	defer os.Remove(initrd)
	cmd := exec.Command(m.kernel.arch.qemu, m.arguments(initrd)...)
	log, err := os.Create(filepath.Join(m.dir, "qemu"))
	if err != nil {
		return "", err
	}
	defer log.Close()
	cmd.Stdout, cmd.Stderr = log, log
	release, err := startWithParent(cmd)
	defer release()
	if err != nil {
		return "", err
	}
	exited := make(chan error, 1)
	go func() { exited <- cmd.Wait() }()
	end, err = m.watch(ctx, exited)
	if end == "" && err == nil {
		return "", nil
	}
	// A machine that hangs inside the host's kernel does not even die when it
	// is killed: do not wait for long.
	_ = cmd.Process.Kill()
	select {
	case <-exited:
	case <-time.After(2 * time.Second):
	}
	if said := tail(log.Name(), 5); said != "" {
		end += "\n" + said
	}
	return end, err
}

// watch waits for the end of qemu, or for a reason to end it.
func (m machine) watch(ctx context.Context, exited <-chan error) (end string, err error) {
	start, booted := time.Now(), false
	alive := time.NewTicker(100 * time.Millisecond)
	defer alive.Stop()
	for {
		select {
		case err := <-exited:
			if err != nil {
				return fmt.Sprintf("%s: %v", m.kernel.arch.qemu, err), nil
			}
			return "", nil
		case <-ctx.Done():
			return "", ctx.Err()
		case <-alive.C:
		}
		if info, err := os.Stat(m.port(controlPort)); err == nil && info.Size() > 0 && !booted {
			start, booted = time.Now(), true
		}
		switch run := time.Since(start); {
		case booted && run > m.limit:
			return fmt.Sprintf("still running %v after the boot", m.limit), nil
		case !booted && run > min(bootLimit, m.limit):
			return fmt.Sprintf("not booted after %v", min(bootLimit, m.limit)), nil
		}
	}
}

// arguments are those of qemu.
func (m machine) arguments(initrd string) []string {
	a := m.kernel.arch
	cmdline := []string{"console=" + a.linuxConsole, "loglevel=5", "panic=-1", "IPLINK_KERNEL=" + m.kernel.key, "AS_ROOT=" + strings.Join(asRoot[m.kernel.key], ","), m.append}
	if m.accel == "tcg" {
		cmdline = append(cmdline, a.emulated)
	}
	args := append([]string{
		"-nodefaults", "-no-reboot", "-display", "none", "-nic", "none",
		"-accel", m.accel, "-cpu", "max", "-smp", "1", "-m", "2048",
		"-kernel", m.image.vmlinuz, "-initrd", initrd, "-append", strings.Join(cmdline, " "),
		"-chardev", fileDevice("console", m.consoleFile()),
		"-device", "virtio-serial",
	}, slices.Concat(a.console, a.devices)...)
	for n := controlPort; n < firstTestPort+len(m.packages); n++ {
		id := fmt.Sprintf("port%d", n)
		args = append(args, "-chardev", fileDevice(id, m.port(n)), "-device", fmt.Sprintf("virtserialport,nr=%d,chardev=%s", n, id))
	}
	return args
}

// fileDevice is a character device that writes a file.
func fileDevice(id, file string) string {
	return fmt.Sprintf("file,id=%s,path=%s", id, strings.ReplaceAll(file, ",", ",,"))
}

// concatenate writes files one after the other: the kernel unpacks archives in
// a row.
func concatenate(to string, files ...string) error {
	w, err := os.Create(to)
	if err != nil {
		return err
	}
	defer w.Close()
	for _, f := range files {
		if err := appendFile(w, f); err != nil {
			return err
		}
	}
	return w.Close()
}

func appendFile(w io.Writer, file string) error {
	r, err := os.Open(file)
	if err != nil {
		return err
	}
	defer r.Close()
	_, err = io.Copy(w, r)
	return err
}

// An accelerator decides once how machines run for which there is a choice.
type accelerator struct {
	// forced is the decision if the user made it.
	forced string
	sync.Mutex
	chosen string
}

// signOfLife is what a machine under hardware virtualisation needs for its
// boot, and more. There are hosts where it can be switched on and hangs.
const signOfLife = 10 * time.Second

// choose returns how m shall run: the best way that works, found by booting its
// kernel without tests.
func (a *accelerator) choose(ctx context.Context, m machine) (string, error) {
	a.Lock()
	defer a.Unlock()
	usable := m.kernel.arch.accelerators()
	switch {
	case len(usable) == 1:
		return usable[0], nil
	case a.forced != "":
		return a.forced, nil
	case a.chosen != "":
		return a.chosen, nil
	}
	works, err := m.works(ctx, usable[0])
	if err != nil {
		return "", err
	}
	a.chosen = usable[1]
	if works {
		a.chosen = usable[0]
	}
	return a.chosen, nil
}

// works tries an accelerator out.
func (m machine) works(ctx context.Context, accel string) (bool, error) {
	f, err := os.OpenFile("/dev/"+accel, os.O_RDWR, 0)
	if err != nil {
		return false, nil // there is none, or not for this user
	}
	f.Close()
	m.dir = filepath.Join(m.dir, accel)
	if err := os.Mkdir(m.dir, 0o755); err != nil {
		return false, err
	}
	empty := &payload{archive: filepath.Join(m.dir, "payload.cpio")}
	if err := empty.pack(nil); err != nil {
		return false, err
	}
	m.accel, m.packages, m.payload, m.limit = accel, nil, empty.archive, signOfLife
	end, err := m.run(ctx)
	if err != nil {
		return false, err
	}
	c, _ := readControl(m.port(controlPort)) // a machine that never started has none
	if !c.done {
		fmt.Printf("%s does not work here (%s): emulation instead\n", accel, firstLine(end))
	}
	return c.done, nil
}

// firstLine returns s up to the end of its first line.
func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return s
}
