package nsutil_test

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"sync"
	"testing"

	"github.com/iplink-go/iplink/internal/testns"
	"github.com/iplink-go/iplink/nsutil"
)

func TestNSID(t *testing.T) {
	ctx := t.Context()
	from, a, b := testns.New(t), testns.New(t), testns.New(t)
	if id, ok, err := nsutil.NSID(ctx, from, a); ok || err != nil {
		t.Errorf("NSID of an unknown namespace = %d, %v, %v", id, ok, err)
	}
	if ids, err := nsutil.NSIDs(ctx, from); len(ids) != 0 || err != nil {
		t.Errorf("NSIDs = %v, %v in a new namespace", ids, err)
	}
	if err := nsutil.SetNSID(ctx, from, a, 42); err != nil {
		t.Fatal(err)
	}
	if id, ok, err := nsutil.NSID(ctx, from, a); id != 42 || !ok || err != nil {
		t.Errorf("NSID = %d, %v, %v after it was set to 42", id, ok, err)
	}
	if id, err := nsutil.EnsureNSID(ctx, from, a); id != 42 || err != nil {
		t.Errorf("EnsureNSID = %d, %v, want what was set", id, err)
	}
	chosen, err := nsutil.EnsureNSID(ctx, from, b)
	if err != nil || chosen < 0 || chosen == 42 {
		t.Errorf("EnsureNSID = %d, %v", chosen, err)
	}
	if ids, err := nsutil.NSIDs(ctx, from); !slices.Equal(ids, []int32{chosen, 42}) || err != nil {
		t.Errorf("NSIDs = %v, %v, want %d and 42", ids, err, chosen)
	}
	// Ids mean something in the namespace that gave them only.
	if _, ok, err := nsutil.NSID(ctx, a, from); ok || err != nil {
		t.Errorf("the other way round there is an id too: %v, %v", ok, err)
	}
}

func TestNSIDZero(t *testing.T) {
	from, of := testns.New(t), testns.New(t)
	if err := nsutil.SetNSID(t.Context(), from, of, 0); err != nil {
		t.Fatal(err)
	}
	if id, ok, err := nsutil.NSID(t.Context(), from, of); id != 0 || !ok || err != nil {
		t.Errorf("NSID = %d, %v, %v, want 0", id, ok, err)
	}
}

// Nil is the namespace in which the caller is, inside Do too.
func TestNSIDCurrent(t *testing.T) {
	ctx, from, of := t.Context(), testns.New(t), testns.New(t)
	testns.In(t, from, func() {
		if err := nsutil.SetNSID(ctx, nil, of, 7); err != nil {
			t.Error(err)
		}
		if ids, err := nsutil.NSIDs(ctx, nil); !slices.Equal(ids, []int32{7}) || err != nil {
			t.Errorf("NSIDs = %v, %v", ids, err)
		}
	})
	if id, ok, err := nsutil.NSID(ctx, from, of); id != 7 || !ok || err != nil {
		t.Errorf("NSID = %d, %v, %v, want 7", id, ok, err)
	}
}

func TestSetNSIDErrors(t *testing.T) {
	ctx := t.Context()
	from, a, b := testns.New(t), testns.New(t), testns.New(t)
	if err := nsutil.SetNSID(ctx, from, a, 1); err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{
		"same again":  nsutil.SetNSID(ctx, from, a, 1),
		"another one": nsutil.SetNSID(ctx, from, a, 2),
		"taken":       nsutil.SetNSID(ctx, from, b, 1),
	} {
		if !errors.Is(err, fs.ErrExist) {
			t.Errorf("%s: %v, want ErrExist", name, err)
		}
	}
	if err := nsutil.SetNSID(ctx, from, b, -1); !errors.Is(err, fs.ErrInvalid) {
		t.Errorf("SetNSID of -1 = %v, want ErrInvalid", err)
	}
	if id, ok, err := nsutil.NSID(ctx, from, b); ok || err != nil {
		t.Errorf("NSID = %d, %v, %v after failures", id, ok, err)
	}
	if err := nsutil.SetNSID(ctx, from, nil, 1); !errors.Is(err, fs.ErrInvalid) {
		t.Errorf("SetNSID of nil = %v, want ErrInvalid", err)
	}
	ended, cancel := context.WithCancel(ctx)
	cancel()
	if err := nsutil.SetNSID(ended, from, b, 5); !errors.Is(err, context.Canceled) {
		t.Errorf("SetNSID = %v, want Canceled", err)
	}
	if _, err := nsutil.NSIDs(ended, from); !errors.Is(err, context.Canceled) {
		t.Errorf("NSIDs = %v, want Canceled", err)
	}
}

// A namespace that is gone has no id any more.
func TestNSIDGone(t *testing.T) {
	from := testns.New(t)
	gone := opened(t)(nsutil.New())
	if err := nsutil.SetNSID(t.Context(), from, gone, 3); err != nil {
		t.Fatal(err)
	}
	gone.Close()
	eventually(t, func() error { // the kernel takes it down later
		ids, err := nsutil.NSIDs(t.Context(), from)
		if err == nil && len(ids) > 0 {
			err = errors.New("the id is still there")
		}
		return err
	})
}

// More ids than fit into one datagram of the usual size, where some kernels end
// the list, asked for by many at once.
func TestNSIDsMany(t *testing.T) {
	ctx, from := t.Context(), testns.New(t)
	const n = 300
	var want []int32
	for i := range int32(n) {
		if err := nsutil.SetNSID(ctx, from, testns.New(t), i*3); err != nil {
			t.Fatal(err)
		}
		want = append(want, i*3)
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if ids, err := nsutil.NSIDs(ctx, from); !slices.Equal(ids, want) || err != nil {
				t.Errorf("NSIDs = %v, %v", ids, err)
			}
		})
	}
	wg.Wait()
}

// A list that may have been cut short says so, and has what there was.
func TestNSIDsIncomplete(t *testing.T) {
	if testing.Short() {
		t.Skip("makes 1,200 namespaces")
	}
	ctx, from := t.Context(), testns.New(t)
	const n = 1_200 // more than fit in what the kernel sends
	for i := range int32(n) {
		of := opened(t)(nsutil.New())
		if err := nsutil.SetNSID(ctx, from, of, i); err != nil {
			t.Fatal(err)
		}
	}
	ids, err := nsutil.NSIDs(ctx, from)
	if len(ids) < n && (!errors.Is(err, nsutil.ErrIncomplete) || len(ids) < 1_000) || len(ids) == n && err != nil {
		t.Errorf("%d of %d ids, %v", len(ids), n, err)
	}
}

func TestEnsureNSIDConcurrent(t *testing.T) {
	ctx, from, of := t.Context(), testns.New(t), testns.New(t)
	var ids [8]int32
	var wg sync.WaitGroup
	for i := range ids {
		wg.Go(func() {
			var err error
			if ids[i], err = nsutil.EnsureNSID(ctx, from, of); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for _, id := range ids {
		if id != ids[0] {
			t.Errorf("one namespace, ids %v", ids)
			break
		}
	}
}
