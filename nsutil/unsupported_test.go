//go:build !linux

package nsutil_test

import (
	"context"
	"errors"
	"testing"

	"github.com/iplink-go/iplink/nsutil"
)

func TestUnsupported(t *testing.T) {
	ctx := context.Background()
	calls := map[string]func() error{
		"Current": func() error { _, err := nsutil.Current(); return err },
		"Open":    func() error { _, err := nsutil.Open("blue"); return err },
		"OpenFD":  func() error { _, err := nsutil.OpenFD(0); return err },
		"OpenPID": func() error { _, err := nsutil.OpenPID(1); return err },
		"New":     func() error { _, err := nsutil.New(); return err },
		"Create":  func() error { _, err := nsutil.Create("blue"); return err },
		"Delete":  func() error { return nsutil.Delete("blue") },
		"List":    func() error { _, err := nsutil.List(); return err },
		"NSIDs":   func() error { _, err := nsutil.NSIDs(ctx, nil); return err },
		"Sandbox": nsutil.Sandbox,
	}
	for name, call := range calls {
		if err := call(); !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("%s = %v, want ErrUnsupported", name, err)
		}
	}
}
