package testns

import (
	"cmp"
	"fmt"
	"os"
	"slices"
)

// A Kernel is one of the kernel matrix: the kernels that all tests must have
// passed on, booted by the command in internal/kernels.
type Kernel struct {
	// Key is its name on the command line and in [KernelVariable].
	Key string
	// Release is the upstream release, two numbers.
	Release string
	// GOARCH is what its test binaries are built for.
	GOARCH string
}

// Kernels lists the matrix: Debian's kernels, the oldest first. The last one is
// big-endian.
var Kernels = []Kernel{
	{"5.10", "5.10", "amd64"},
	{"6.1", "6.1", "amd64"},
	{"6.12", "6.12", "amd64"},
	{"7.2", "7.2", "amd64"},
	{"6.12-s390x", "6.12", "s390x"},
}

// KernelVariable is the environment variable that holds the key of the running
// kernel inside the matrix, and only there.
const KernelVariable = "IPLINK_KERNEL"

// runningKernel returns the kernel of the matrix that the tests run on, and
// false outside the matrix.
func runningKernel() (k Kernel, matrix bool, err error) {
	key := os.Getenv(KernelVariable)
	if key == "" {
		return Kernel{}, false, nil
	}
	i := slices.IndexFunc(Kernels, func(k Kernel) bool { return k.Key == key })
	if i < 0 {
		return Kernel{}, false, fmt.Errorf("%s=%s: the matrix has no such kernel", KernelVariable, key)
	}
	return Kernels[i], true, nil
}

// compareReleases orders releases as numbers: 5.10 is later than 5.9. No
// release at all comes first.
func compareReleases(a, b string) int {
	var a1, a2, b1, b2 int
	// What is not a release counts as 0.0; TestFeatureTable refuses it.
	_, _ = fmt.Sscanf(a, "%d.%d", &a1, &a2)
	_, _ = fmt.Sscanf(b, "%d.%d", &b1, &b2)
	return cmp.Or(cmp.Compare(a1, b1), cmp.Compare(a2, b2))
}
