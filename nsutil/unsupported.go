//go:build !linux

package nsutil

import (
	"context"
	"errors"
	"fmt"
	"runtime"
)

const supported = false

var errNeedsLinux = fmt.Errorf("needs Linux, this is %s: %w", runtime.GOOS, errors.ErrUnsupported)

func openCurrent() (*Namespace, error)           { return nil, errNeedsLinux }
func openFileAt(_, _ string) (*Namespace, error) { return nil, errNeedsLinux }
func openPID(int) (*Namespace, error)            { return nil, errNeedsLinux }
func openFD(int) (*Namespace, error)             { return nil, errNeedsLinux }
func newAnonymous() (*Namespace, error)          { return nil, errNeedsLinux }
func createAt(_, _ string) (*Namespace, error)   { return nil, errNeedsLinux }
func deleteAt(string) error                      { return errNeedsLinux }
func onMovedThread(_, _ func() error) *outcome   { return &outcome{unmoved: errNeedsLinux} }
func setns(int) error                            { return errNeedsLinux }
func closeFD(int) error                          { return errNeedsLinux }
func sandbox(string) error                       { return errNeedsLinux }

func getNSID(context.Context, *Namespace, *Namespace) (int32, bool, error) {
	return 0, false, errNeedsLinux
}

func newNSID(context.Context, *Namespace, *Namespace, int32) error { return errNeedsLinux }

func ensureNSID(context.Context, *Namespace, *Namespace) (int32, error) {
	return 0, errNeedsLinux
}

func listNSIDs(context.Context, *Namespace) ([]int32, error) { return nil, errNeedsLinux }
