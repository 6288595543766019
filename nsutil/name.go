package nsutil

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strconv"
	"strings"
)

// RunDir is the directory whose files are the named namespaces: the one of
// "ip netns", which says /var/run/netns for the same directory.
const RunDir = "/run/netns"

// maxName is NAME_MAX, the kernel's limit for one component of a path, in bytes.
const maxName = 255

// ErrName is the cause of an error about a text that cannot be the name of a
// namespace.
var ErrName = errors.New("invalid name")

// CheckName reports whether name can be the name of a namespace. Names become
// paths, so the rule is the one for a file name: 1 to 255 bytes, none of them
// '/' or NUL, and not "." or "..". The error is [ErrName], says what is wrong
// and what is allowed. All functions that take a name check it first.
func CheckName(name string) error {
	problem := nameProblem(name)
	if problem == "" {
		return nil
	}
	return fmt.Errorf("%w: %s; allowed are 1 to %d bytes without '/' and NUL, except \".\" and \"..\"",
		ErrName, problem, maxName)
}

func nameProblem(name string) string {
	switch i := strings.IndexAny(name, "/\x00"); {
	case name == "":
		return "empty"
	case name == "." || name == "..":
		return "it stands for a directory"
	case i >= 0:
		return fmt.Sprintf("%q at byte %d", name[i], i)
	case len(name) > maxName:
		return fmt.Sprintf("%d bytes long", len(name))
	}
	return ""
}

// named is how errors speak of the namespace with that name. A name that is no
// name can have any size; its beginning is enough to recognize it.
func named(name string) string {
	const enough = 64
	if len(name) <= maxName {
		return "network namespace " + strconv.Quote(name)
	}
	return "network namespace " + strconv.Quote(name[:enough]) + "..."
}

// namePath returns the path of the namespace with that name.
func namePath(op, name string) (string, error) {
	if err := CheckName(name); err != nil {
		return "", &Error{Op: op, Target: named(name), Err: err}
	}
	return path.Join(RunDir, name), nil
}

// Create makes a namespace and gives it a name, like "ip netns add": any process
// in the same mount namespace can open it until [Delete], also after this
// program has ended. The links in it are those of [New].
//
// If the name is taken the error is [fs.ErrExist]. If anything fails nothing is
// left over but the directory [RunDir]. Creating needs CAP_SYS_ADMIN.
func Create(name string) (*Namespace, error) {
	p, err := namePath("create", name)
	if err != nil {
		return nil, err
	}
	ns, err := createAt(p, name)
	if err != nil {
		return nil, &Error{Op: "create", Target: named(name), Err: err}
	}
	return ns, nil
}

// Delete takes the name of a namespace away, like "ip netns del". The namespace
// itself, and the links in it, go away when nothing else holds it: processes,
// sockets, handles. A file without a namespace, left by a creation that was
// interrupted, is removed too.
//
// If there is no such name the error is [fs.ErrNotExist]. Deleting needs
// CAP_SYS_ADMIN.
func Delete(name string) error {
	p, err := namePath("delete", name)
	if err != nil {
		return err
	}
	if err := deleteAt(p); err != nil {
		return &Error{Op: "delete", Target: named(name), Err: err}
	}
	return nil
}

// List returns the names of all named namespaces in order, like "ip netns list".
// A name that is just being created or was left by an interrupted creation is
// among them; [Open] tells. None at all is no error.
func List() ([]string, error) {
	entries, err := listDir()
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, &Error{Op: "list", Target: "network namespaces", Err: err}
	}
	names := make([]string, 0, len(entries))
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names, nil
}

// listDir reads the directory of names. Elsewhere than on Linux a directory of
// that name would have nothing to do with namespaces.
func listDir() ([]os.DirEntry, error) {
	if !supported {
		return nil, errors.ErrUnsupported
	}
	return os.ReadDir(RunDir)
}
