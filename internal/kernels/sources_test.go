package main

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestOneLine(t *testing.T) {
	for _, c := range []struct{ name, text, uris, signedBy string }{
		{"plain", "deb http://deb.example/debian bookworm main contrib\n", "http://deb.example/debian", ""},
		{"options", "deb [arch=amd64 signed-by=/k.gpg] http://deb.example/debian/ sid main\n", "http://deb.example/debian/", "/k.gpg"},
		{"comments", "# deb http://one.example/debian sid main\n deb http://two.example/debian sid main # that one\n", "http://two.example/debian", ""},
		{"after others", "deb cdrom:[Debian]/ sid main\ndeb http://a.example/ubuntu noble main\n" +
			"deb http://b.example/debian-security bookworm-security main\ndeb http://c.example/linux/debian bookworm stable\n" +
			"deb http://d.example/debian bookworm/updates main\ndeb-src http://e.example/debian sid main\ndeb http://f.example/debian sid main\n",
			"http://f.example/debian", ""},
		{"none", "deb http://a.example/ubuntu noble main\ndeb broken\n", "", ""},
	} {
		if got := oneLine(c.text); got != (source{c.uris, c.signedBy}) {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
}

func TestDeb822(t *testing.T) {
	const debian = "Types: deb deb-src\n# a comment\nURIs: http://one.example/debian http://two.example/debian\n" +
		"Suites: bookworm bookworm-updates\nComponents: main\n"
	for _, c := range []struct{ name, text, uris, signedBy string }{
		{"plain", debian + "Signed-By: /k.gpg\n", "http://one.example/debian http://two.example/debian", "/k.gpg"},
		{"key inside", debian + "Signed-By:\n -----BEGIN\n .\n key\n", "http://one.example/debian http://two.example/debian", "\n -----BEGIN\n .\n key"},
		{"disabled", debian + "Enabled: no\n", "", ""},
		{"second", "Types: deb\nURIs: http://s.example/debian-security\nSuites: bookworm-security\nComponents: main\n\n" + debian,
			"http://one.example/debian http://two.example/debian", ""},
	} {
		if got := deb822(c.text); got != (source{c.uris, c.signedBy}) {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
}

func TestMachineSource(t *testing.T) {
	etc := t.TempDir()
	if got := machineSource(etc); got != (source{}) {
		t.Errorf("nothing configured: %+v", got)
	}
	for name, text := range map[string]string{
		"other.list":     "deb http://a.example/ubuntu noble main\n",
		"debian.sources": "Types: deb\nURIs: http://b.example/debian\nSuites: sid\nComponents: main\n",
	} {
		if err := writeFile(filepath.Join(etc, "sources.list.d", name), []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if got := machineSource(etc); got.uris != "http://b.example/debian" {
		t.Errorf("%+v", got)
	}
}

func TestStanza(t *testing.T) {
	s := source{"http://b.example/debian", "/k.gpg"}
	if got := deb822(s.stanza("sid")); got != s {
		t.Errorf("read back: %+v", got)
	}
	if !strings.Contains(s.stanza("trixie"), "\nSuites: trixie\n") {
		t.Errorf("another suite: %s", s.stanza("trixie"))
	}
}

func TestPackage(t *testing.T) {
	p := pkg{"linux-image-amd64", "7.2.13-1", "linux-base-amd64 (= 7.2.13-1), kmod, linux-base (>= 4.3~), a | b (= 7.2.13-2), linux-image-7.2.13 (= 7.2.13-1)"}
	if got, want := p.exact(), []string{"linux-base-amd64", "linux-image-7.2.13"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	for version, want := range map[string]string{"7.2.13-1": "7.2.13", "6.12.107-1~bpo12+1": "6.12.107", "5.10": "5.10"} {
		if got := (pkg{version: version}).release(); got != want {
			t.Errorf("%s is release %s, want %s", version, got, want)
		}
	}
}
