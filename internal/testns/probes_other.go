//go:build !linux

package testns

import (
	"errors"

	"github.com/iplink-go/iplink/nsutil"
)

func makeTUN() error { return errors.ErrUnsupported }

func loadFamily(string) error { return errors.ErrUnsupported }

func startLending() string { return errors.ErrUnsupported.Error() }

func borrow(*nsutil.Namespace, string) error { return errors.ErrUnsupported }
