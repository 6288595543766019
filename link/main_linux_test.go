package link_test

import (
	"testing"

	"github.com/iplink-go/iplink/internal/testns"
)

func TestMain(m *testing.M) {
	killed()
	loadPrograms() // the sandbox may not
	testns.Main(m)
}
