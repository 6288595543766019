package link_test

import (
	"os"
	"slices"

	"github.com/iplink-go/iplink/internal/testns"
)

// How much is tested. Some tests make every request of every scenario fail in
// every way, or kill a process at each of them, which takes hours.

// full runs every case.
var full = os.Getenv("IPLINK_FULL") == "1"

// emulated is set on the machines of the kernel matrix, whose processors are
// emulated: all that programs do is slow there, and what the kernel waits is not.
var emulated = os.Getenv(testns.KernelVariable) != ""

// share reports whether the i-th of the cases of every day is to be run here. All
// are but where it is slow: the machines of the kernel matrix share them, so that
// each is run on one kernel, and the race detector gets as many, since they go
// through the same code one after the other.
func share(i int) bool {
	key := os.Getenv(testns.KernelVariable)
	kernel := slices.IndexFunc(testns.Kernels, func(k testns.Kernel) bool { return k.Key == key })
	slow := raceEnabled || emulated
	return full || !slow || (i+kernel+1)%len(testns.Kernels) == 0
}

// sampled returns all of n cases, or about most every day, spread out.
func sampled(n, most int) (cases []int) {
	step := 1
	if !full {
		step = max(1, (n+most-1)/most)
	}
	for i := step / 2; i < n; i += step {
		cases = append(cases, i)
	}
	return cases
}
