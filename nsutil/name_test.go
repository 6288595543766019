package nsutil_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/iplink-go/iplink/nsutil"
)

// badNames maps names that must be refused to what the error has to say.
var badNames = map[string]string{
	"":                       `empty`,
	".":                      `"."`,
	"..":                     `".."`,
	"/":                      `'/' at byte 0`,
	"../etc/passwd":          `'/' at byte 2`,
	"a/b":                    `'/' at byte 1`,
	"nul\x00":                `'\x00' at byte 3`,
	strings.Repeat("x", 256): `256 bytes long`,
	strings.Repeat("é", 128): `256 bytes long`,
}

func TestCheckName(t *testing.T) {
	for _, name := range []string{"blue", "...", ".hidden", "-rf", "with space", "ünï", "\n", strings.Repeat("x", 255)} {
		if err := nsutil.CheckName(name); err != nil {
			t.Errorf("CheckName(%q) = %v, want nil", name, err)
		}
	}
	for name, want := range badNames {
		err := nsutil.CheckName(name)
		if !errors.Is(err, nsutil.ErrName) || !strings.Contains(err.Error(), want) {
			t.Errorf("CheckName(%q) = %v, want ErrName with %q", name, err, want)
		}
	}
}

// Every function that takes a name refuses bad ones before it does anything, on
// every system, and names the value and what is allowed.
func TestBadNames(t *testing.T) {
	calls := map[string]func(string) error{
		"Create": func(name string) error { _, err := nsutil.Create(name); return err },
		"Open":   func(name string) error { _, err := nsutil.Open(name); return err },
		"Delete": nsutil.Delete,
	}
	for call, f := range calls {
		for name, want := range badNames {
			err := f(name)
			var e *nsutil.Error
			if !errors.Is(err, nsutil.ErrName) || !errors.As(err, &e) {
				t.Errorf("%s(%q) = %v, want an *Error with ErrName", call, name, err)
				continue
			}
			text := err.Error()
			if !strings.Contains(text, want) || !strings.Contains(text, "1 to 255 bytes") || len(text) > 400 {
				t.Errorf("%s(%q) = %q, want it short, with %q and the rule", call, name, text, want)
			}
		}
	}
}
