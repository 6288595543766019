//go:build !linux

package rtnl

import (
	"errors"
	"fmt"
)

// Dial returns an error that wraps errors.ErrUnsupported: only Linux has
// rtnetlink.
func Dial(Config) (Transport, error) {
	return nil, fmt.Errorf("rtnl: dial: %w", errors.ErrUnsupported)
}
