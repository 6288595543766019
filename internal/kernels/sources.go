package main

import (
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// A source is where Debian packages come from and whose signature they carry,
// in the words of sources.list(5).
type source struct{ uris, signedBy string }

// keyring has the keys of Debian's archive, on Debian and on Ubuntu, if their
// package is installed.
const (
	keyring        = "/usr/share/keyrings/debian-archive-keyring.gpg"
	keyringPackage = "debian-archive-keyring"
	publicArchive  = "http://deb.debian.org/debian"
)

// findSource returns the archive to use: mirror, or what this machine uses if
// it is a Debian machine, or the public one.
func findSource(mirror string) (source, error) {
	s := source{uris: mirror}
	if mirror == "" {
		s = machineSource("/etc/apt")
	}
	if s.uris == "" {
		s.uris = publicArchive
	}
	if s.signedBy == "" {
		if _, err := os.Stat(keyring); err != nil {
			return s, errors.New("no keys to check Debian's signatures with: apt-get install " + keyringPackage)
		}
		s.signedBy = keyring
	}
	return s, nil
}

// machineSource returns the first source of Debian itself that apt is
// configured with in the directory etc, or a zero source.
func machineSource(etc string) source {
	files := []string{filepath.Join(etc, "sources.list")}
	for _, pattern := range []string{"*.list", "*.sources"} {
		more, _ := filepath.Glob(filepath.Join(etc, "sources.list.d", pattern)) // the pattern is well-formed
		files = append(files, more...)
	}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			continue // not there, or nothing for ordinary users
		}
		parse := oneLine
		if path.Ext(f) == ".sources" {
			parse = deb822
		}
		if s := parse(string(text)); s.uris != "" {
			return s
		}
	}
	return source{}
}

// isDebian tells the archive that has kernels from archives of updates and of
// other parties, by what they are called.
func isDebian(uris, suites, components []string) bool {
	if len(uris) == 0 || strings.HasPrefix(uris[0], "cdrom:") || !strings.HasPrefix(path.Base(uris[0]), "debian") {
		return false
	}
	return slices.Contains(components, "main") && slices.ContainsFunc(suites, func(s string) bool {
		return !strings.ContainsAny(s, "-/")
	})
}

// oneLine reads lines of the form "deb [option=value...] uri suite component...".
func oneLine(text string) source {
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "#")
		line, ok := strings.CutPrefix(strings.TrimSpace(line), "deb ")
		if !ok {
			continue
		}
		var s source
		if options, rest, ok := strings.Cut(strings.TrimSpace(line), "]"); ok && strings.HasPrefix(options, "[") {
			line = rest
			for _, o := range strings.Fields(options[1:]) {
				if v, ok := strings.CutPrefix(o, "signed-by="); ok {
					s.signedBy = v
				}
			}
		}
		f := strings.Fields(line)
		if len(f) > 2 && isDebian(f[:1], f[1:2], f[2:]) {
			s.uris = f[0]
			return s
		}
	}
	return source{}
}

// deb822 reads stanzas of fields.
func deb822(text string) source {
	for stanza := range strings.SplitSeq(text, "\n\n") {
		f := fields(stanza)
		if f["Enabled"] == "no" || !slices.Contains(strings.Fields(f["Types"]), "deb") {
			continue
		}
		uris := strings.Fields(f["URIs"])
		if isDebian(uris, strings.Fields(f["Suites"]), strings.Fields(f["Components"])) {
			return source{strings.Join(uris, " "), f["Signed-By"]}
		}
	}
	return source{}
}

// fields returns the fields of a stanza of a control file. A value keeps the
// lines that continue it as they are.
func fields(stanza string) map[string]string {
	f := map[string]string{}
	last := ""
	for line := range strings.Lines(stanza) {
		line = strings.TrimRight(line, "\n")
		switch name, value, ok := strings.Cut(line, ":"); {
		case strings.HasPrefix(line, "#"):
		case line != "" && (line[0] == ' ' || line[0] == '\t'):
			f[last] += "\n" + line
		case ok:
			last = name
			f[name] = strings.TrimSpace(value)
		}
	}
	return f
}

// stanza is the source as apt reads it, for one suite.
func (s source) stanza(suite string) string {
	return fmt.Sprintf("Types: deb\nURIs: %s\nSuites: %s\nComponents: main\nSigned-By: %s\n", s.uris, suite, s.signedBy)
}
