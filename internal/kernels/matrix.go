package main

import (
	"fmt"
	"runtime"
	"slices"
	"strings"

	"github.com/iplink-go/iplink/internal/testns"
)

// A kernel is a column of the matrix.
type kernel struct {
	// key names the kernel in -kernel, in IPLINK_KERNEL and in the report.
	key string
	// suite is the Debian release that has it, and its newest kernel is taken.
	suite string
	arch  *arch
}

// kernels are those of testns, whose features say what tests may expect of
// each; here is where they come from and how they run.
var kernels = columns(testns.Kernels)

// suites by the release of their kernel.
var suites = map[string]string{"5.10": "bullseye", "6.1": "bookworm", "6.12": "trixie", "7.2": "sid"}

var arches = map[string]*arch{amd64.goarch: &amd64, s390x.goarch: &s390x}

// asRoot are the packages, by kernel, whose tests get no user namespace: their
// sandbox makes do without, and its root is that of the machine, from whom the
// kernel keeps nothing secret. All others are root in a namespace only, which
// kernels treat differently in places.
var asRoot = map[string][]string{"6.12": {"link", "internal/testns"}}

func columns(list []testns.Kernel) (out []kernel) {
	for _, k := range list {
		out = append(out, kernel{k.Key, suites[k.Release], arches[k.GOARCH]})
	}
	return out
}

// An arch is what differs between the architectures of machines.
type arch struct {
	goarch, debian string
	// qemu is the emulator, and debianPackage has it.
	qemu, debianPackage string
	// console are the arguments for a console that writes to the character
	// device "console", and linuxConsole is the kernel's name for it.
	console      []string
	linuxConsole string
	// devices are what tests borrow (testns.Borrow).
	devices []string
	// emulated is what else is on the kernel's command line under emulation.
	emulated string
}

var amd64 = arch{
	goarch: "amd64", debian: "amd64",
	qemu: "qemu-system-x86_64", debianPackage: "qemu-system-x86",
	console: []string{"-machine", "q35", "-serial", "chardev:console"}, linuxConsole: "ttyS0",
	devices: []string{"-object", "can-bus,id=can", "-device", "kvaser_pci,canbus=can"},
	// A busy host disturbs the measurement that the TSC's frequency is guessed
	// from; then the clock runs several times too fast and tests time out.
	emulated: "tsc=unstable clocksource=hpet no_timer_check",
}

var s390x = arch{
	goarch: "s390x", debian: "s390x",
	// Debian 12 has it in qemu-system-misc, which provides this name.
	qemu: "qemu-system-s390x", debianPackage: "qemu-system-s390x",
	console:      []string{"-machine", "s390-ccw-virtio", "-device", "sclpconsole,chardev=console"},
	linuxConsole: "sclp0",
}

// accelerators are the ways to run a machine of this architecture, the best
// first. Only x86-64 is worth the attempt at hardware virtualisation.
func (a *arch) accelerators() []string {
	if a == &amd64 && runtime.GOARCH == a.goarch {
		return []string{"kvm", "tcg"}
	}
	return []string{"tcg"}
}

// meta is the Debian package that depends on the newest kernel of a suite.
func (k kernel) meta() string { return "linux-image-" + k.arch.debian }

// choose returns the kernels that a list of keys names, all for an empty one.
func choose(list string) ([]kernel, error) {
	if list == "" {
		return kernels, nil
	}
	wanted := strings.Split(list, ",")
	for _, key := range wanted {
		if !slices.ContainsFunc(kernels, func(k kernel) bool { return k.key == key }) {
			return nil, fmt.Errorf("no kernel %q in the matrix: it has %s", key, keyList(kernels))
		}
	}
	var chosen []kernel
	for _, k := range kernels {
		if slices.Contains(wanted, k.key) {
			chosen = append(chosen, k)
		}
	}
	return chosen, nil
}

func keyList(list []kernel) string {
	var s []string
	for _, k := range list {
		s = append(s, k.key)
	}
	return strings.Join(s, ", ")
}
