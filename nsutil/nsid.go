package nsutil

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
)

// Inside a namespace, others are known by ids: small numbers that the kernel
// puts into messages about links whose other end is elsewhere
// (IFLA_LINK_NETNSID) and takes in requests (IFLA_TARGET_NETNSID). An id means
// something only in the namespace that gave it, is given on demand or when the
// kernel first needs one, and stays until the other namespace is gone.
//
// In this file, from is the namespace whose ids are meant, nil for the current
// one as [Current] has it; of is the namespace that has the id.

// NSID returns the id by which from knows of; ok is false if it has none.
// Source: RTM_GETNSID.
func NSID(ctx context.Context, from, of *Namespace) (id int32, ok bool, err error) {
	id, ok, err = getNSID(ctx, from, of)
	if err != nil {
		return 0, false, nsidError("get", from, of, err)
	}
	return id, ok, nil
}

// SetNSID makes id, which must not be negative, the id by which from knows of.
// An id cannot be changed: if of has one, or id is taken, the error is
// [fs.ErrExist]. It needs CAP_NET_ADMIN in from. Source: RTM_NEWNSID.
func SetNSID(ctx context.Context, from, of *Namespace, id int32) error {
	if id < 0 {
		return nsidError("set", from, of, fmt.Errorf("%w: id %d is negative", fs.ErrInvalid, id))
	}
	if err := newNSID(ctx, from, of, id); err != nil {
		return nsidError("set", from, of, fmt.Errorf("id %d: %w", id, err))
	}
	return nil
}

// EnsureNSID returns the id by which from knows of, and has the kernel choose
// one if there is none yet. Only that needs CAP_NET_ADMIN in from.
func EnsureNSID(ctx context.Context, from, of *Namespace) (int32, error) {
	id, err := ensureNSID(ctx, from, of)
	if err != nil {
		return 0, nsidError("choose", from, of, err)
	}
	return id, nil
}

// ErrIncomplete is the cause of an error about a list that may lack entries. The
// ones it has are returned with it.
var ErrIncomplete = errors.New("the kernel's list may be incomplete")

// NSIDs returns all ids that from has given, in order. Some kernels (6.18) end
// the list silently after about 1,150; where that may have happened the ids come
// with an error that is [ErrIncomplete]. Source: RTM_GETNSID.
func NSIDs(ctx context.Context, from *Namespace) ([]int32, error) {
	ids, err := listNSIDs(ctx, from)
	if err != nil {
		return ids, &Error{Op: "list", Target: "ids of network namespaces" + seenFrom(from), Err: err}
	}
	return ids, nil
}

func nsidError(op string, from, of *Namespace, err error) error {
	return &Error{Op: op, Target: "id of network namespace " + of.String() + seenFrom(from), Err: err}
}

func seenFrom(from *Namespace) string {
	if from == nil {
		return " in the current one"
	}
	return " in " + from.String()
}
