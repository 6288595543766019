//go:build !linux

package nsutil

import (
	"context"
	"errors"
)

const supported = false

func openCurrent() (*Namespace, error)           { return nil, errors.ErrUnsupported }
func openFileAt(_, _ string) (*Namespace, error) { return nil, errors.ErrUnsupported }
func openPID(int) (*Namespace, error)            { return nil, errors.ErrUnsupported }
func openFD(int) (*Namespace, error)             { return nil, errors.ErrUnsupported }
func newAnonymous() (*Namespace, error)          { return nil, errors.ErrUnsupported }
func createAt(_, _ string) (*Namespace, error)   { return nil, errors.ErrUnsupported }
func deleteAt(string) error                      { return errors.ErrUnsupported }
func onMovedThread(_, _ func() error) *outcome   { return &outcome{unmoved: errors.ErrUnsupported} }
func setns(int) error                            { return errors.ErrUnsupported }
func closeFD(int) error                          { return errors.ErrUnsupported }
func sandbox(string) error                       { return errors.ErrUnsupported }

func getNSID(context.Context, *Namespace, *Namespace) (int32, bool, error) {
	return 0, false, errors.ErrUnsupported
}

func newNSID(context.Context, *Namespace, *Namespace, int32) error { return errors.ErrUnsupported }

func ensureNSID(context.Context, *Namespace, *Namespace) (int32, error) {
	return 0, errors.ErrUnsupported
}

func listNSIDs(context.Context, *Namespace) ([]int32, error) { return nil, errors.ErrUnsupported }
