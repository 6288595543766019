package link

import (
	"fmt"
	"strings"

	"github.com/iplink-go/iplink/attr"
)

const (
	maxName    = 15  // IFNAMSIZ less the NUL
	maxAltName = 127 // ALTIFNAMSIZ less the NUL
)

// validAltName returns an error if a link cannot have that alternative name:
// the kernel takes anything of 1 to 127 bytes.
func validAltName(name string) error {
	why := ""
	switch {
	case name == "":
		why = "is empty"
	case len(name) > maxAltName:
		why = fmt.Sprintf("has %d bytes, at most %d", len(name), maxAltName)
	case strings.IndexByte(name, 0) >= 0:
		why = "holds a NUL"
	default:
		return nil
	}
	return fmt.Errorf("%q %s: %w", name, why, attr.ErrValue)
}

// ValidName returns an error if a link cannot have that name. The kernel's
// rule (dev_valid_name in net/core/dev.c) is 1 to 15 bytes without '/', ':' and
// white space, and not "." or ".."; names with '%' are refused here as well,
// because the kernel takes them for a pattern.
func ValidName(name string) error {
	why := ""
	switch {
	case name == "":
		why = "is empty"
	case len(name) > maxName:
		why = fmt.Sprintf("has %d bytes, at most %d", len(name), maxName)
	case name == "." || name == "..":
		why = "stands for a directory"
	case strings.ContainsAny(name, "/:%\x00"):
		why = "holds one of '/', ':', '%' and NUL"
	case strings.IndexFunc(name, isSpace) >= 0 || strings.IndexByte(name, 0xa0) >= 0:
		why = "holds white space"
	default:
		return nil
	}
	return refused("name", "%q %s", name, why)
}

// isSpace is the kernel's isspace, which takes bytes: 0xa0 is one too.
func isSpace(r rune) bool { return r == ' ' || '\t' <= r && r <= '\r' }
