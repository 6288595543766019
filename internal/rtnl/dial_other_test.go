//go:build !linux

package rtnl_test

import (
	"errors"
	"testing"

	"github.com/iplink-go/iplink/internal/rtnl"
)

func TestDialUnsupported(t *testing.T) {
	s, err := rtnl.Dial(rtnl.Config{NetNS: -1})
	if s != nil || !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("got %v, %v", s, err)
	}
}
