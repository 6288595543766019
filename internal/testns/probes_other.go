//go:build !linux

package testns

import "errors"

func makeTUN() error { return errors.ErrUnsupported }

func loadFamily(string) error { return errors.ErrUnsupported }
