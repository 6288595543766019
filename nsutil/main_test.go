package nsutil_test

import (
	"os"
	"testing"

	"github.com/iplink-go/iplink/internal/testns"
)

// helperEnv makes the test binary a helper: a program that tests start to see
// it from outside, one of helpers. It runs instead of the tests.
const helperEnv = "NSUTIL_TEST_HELPER"

func TestMain(m *testing.M) {
	if helper, ok := helpers[os.Getenv(helperEnv)]; ok {
		helper()
		return
	}
	testns.Main(m)
}
