package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// fetchTools are the programs that turn Debian packages into a file system,
// with the packages that have them.
var fetchTools = map[string]string{
	"apt-get": "apt", "apt-cache": "apt", "dpkg-deb": "dpkg", "depmod": "kmod", "xz": "xz-utils", "zstd": "zstd",
}

// missing names what to install, or returns nil if every tool is there.
func missing(tools map[string]string) error {
	var packages []string
	for tool, pkg := range tools {
		if _, err := lookPath(tool); err != nil {
			packages = append(packages, pkg)
		}
	}
	if len(packages) == 0 {
		return nil
	}
	slices.Sort(packages)
	return fmt.Errorf("tools are missing: apt-get install --no-install-recommends %s", strings.Join(slices.Compact(packages), " "))
}

// lookPath also looks where programs for administrators are, which Debian
// leaves out of an ordinary user's PATH though anybody may run them.
func lookPath(tool string) (string, error) {
	path, err := exec.LookPath(tool)
	if err == nil {
		return path, nil
	}
	for _, dir := range []string{"/usr/sbin", "/sbin"} {
		p := filepath.Join(dir, tool)
		if info, err := os.Stat(p); err == nil && info.Mode()&0o111 != 0 {
			return p, nil
		}
	}
	return "", err
}
