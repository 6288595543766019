package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// An apt is apt-get with a state of its own, so that neither the machine's
// suite nor the user's rights matter. It checks signatures as always.
type apt struct {
	dir, config string
	kernel      kernel
}

// aptConfig is read after the machine's configuration, which may have a proxy
// to keep and commands to drop that are for administrators.
const aptConfig = `#clear APT::Architectures;
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
APT::Architecture "%[2]s";
APT::Architectures { "%[2]s"; };
APT::Sandbox::User "root"; // or root's apt could not read what is root's
Debug::NoLocking "true";
Acquire::Languages "none";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
Acquire::Retries "3";
Dir::State "%[1]s/state";
Dir::State::status "/dev/null";
Dir::Cache "%[1]s/cache";
Dir::Etc::SourceList "/dev/null";
Dir::Etc::SourceParts "%[1]s/sources";
Dir::Etc::Preferences "/dev/null";
Dir::Etc::PreferencesParts "/dev/null";
`

// newApt prepares dir for the packages of a kernel and fetches their list.
func newApt(ctx context.Context, dir string, k kernel, s source) (*apt, error) {
	a := &apt{dir: dir, config: filepath.Join(dir, "apt.conf"), kernel: k}
	for _, d := range []string{"state/lists/partial", "cache/archives/partial", "sources"} {
		if err := os.MkdirAll(filepath.Join(dir, d), 0o755); err != nil {
			return nil, err
		}
	}
	if err := os.WriteFile(a.config, fmt.Appendf(nil, aptConfig, dir, k.arch.debian), 0o644); err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(dir, "sources", "debian.sources"), []byte(s.stanza(k.suite)), 0o644); err != nil {
		return nil, err
	}
	if _, err := a.run(ctx, "apt-get", "-qq", "update"); err != nil {
		return nil, fmt.Errorf("cannot read Debian's suite %s for %s at %s; if it has moved, name its place with -mirror; "+
			"if a key is missing, update the package %s: %w", k.suite, k.arch.debian, s.uris, keyringPackage, err)
	}
	return a, nil
}

func (a *apt) run(ctx context.Context, tool string, args ...string) (string, error) {
	return output(ctx, a.dir, tool, append([]string{"-c", a.config}, args...)...)
}

// output runs a tool in dir and returns what it prints; its complaints become
// part of the error.
func output(ctx context.Context, dir, tool string, args ...string) (string, error) {
	path, err := lookPath(tool)
	if err != nil {
		return "", err
	}
	cmd := exec.CommandContext(ctx, path, args...)
	var stderr bytes.Buffer
	cmd.Dir, cmd.Stderr, cmd.Env = dir, &stderr, append(os.Environ(), "LC_ALL=C")
	out, err := cmd.Output()
	if err != nil {
		err = fmt.Errorf("%s: %w\n%s", tool, err, bytes.TrimSpace(stderr.Bytes()))
	}
	return string(out), err
}

// A pkg is what matters here of a package's control file.
type pkg struct{ name, version, depends string }

func (a *apt) show(ctx context.Context, name string) (pkg, error) {
	text, err := a.run(ctx, "apt-cache", "show", "--no-all-versions", name)
	if err != nil {
		return pkg{}, err
	}
	stanza, _, _ := strings.Cut(text, "\n\n")
	f := fields(stanza)
	return pkg{f["Package"], f["Version"], f["Depends"]}, nil
}

// find returns the packages that make up the suite's newest kernel, the one
// named linux-image-VERSION first. A kernel may be one package or several that
// depend on each other in exactly their own version.
func (a *apt) find(ctx context.Context) ([]pkg, error) {
	var found []pkg
	queue, seen := []string{a.kernel.meta()}, map[string]bool{}
	for len(queue) > 0 {
		name := queue[0]
		queue = queue[1:]
		if seen[name] {
			continue
		}
		seen[name] = true
		p, err := a.show(ctx, name)
		if err != nil {
			return nil, err
		}
		found = append(found, p)
		queue = append(queue, p.exact()...)
	}
	i := slices.IndexFunc(found, func(p pkg) bool { return imageRE.MatchString(p.name) })
	if i < 0 {
		return nil, fmt.Errorf("%s of Debian's suite %s does not lead to a kernel", a.kernel.meta(), a.kernel.suite)
	}
	found[0], found[i] = found[i], found[0]
	return found, nil
}

var imageRE = regexp.MustCompile(`^linux-image-[0-9]`)

// exact returns what p depends on in its own version.
func (p pkg) exact() (names []string) {
	for d := range strings.SplitSeq(p.depends, ",") {
		if name, ok := strings.CutSuffix(strings.TrimSpace(d), " (= "+p.version+")"); ok {
			names = append(names, name)
		}
	}
	return names
}

// release is the version without Debian's revision: 7.2.13 of 7.2.13-1.
func (p pkg) release() string {
	if i := strings.LastIndex(p.version, "-"); i >= 0 {
		return p.version[:i]
	}
	return p.version
}

// download fetches packages into dir.
func (a *apt) download(ctx context.Context, dir string, packages ...string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	_, err := output(ctx, dir, "apt-get", append([]string{"-c", a.config, "-qq", "download"}, packages...)...)
	return err
}
