package uapi

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// This file turns the words of the type column into a Wire. The words are a
// small language: alternatives separated by " / " or "; ", each perhaps led by
// a direction ("write:") or followed by the kinds it holds for, then a form
// with a size or a structure's name. A word that is not in it is an error, so
// that a new row cannot slip in half understood.

// Form is the basic shape of a payload.
type Form uint8

// The forms. Integers are in host byte order unless they are called BE.
const (
	U8 Form = iota + 1
	U16
	U32
	U64
	S32
	BE16
	BE32
	BE64
	// Uint is a u32, or a u64 where the value needs one.
	Uint
	// Flag says something by being there, whatever its payload.
	Flag
	// String is text, with or without a final NUL; Binary is anything else
	// without inner structure.
	String
	Binary
	MAC
	IPv4
	IPv6
	// Struct is a C structure, Wire.Struct names it.
	Struct
	// Nest holds attributes. Array holds attributes whose types count from
	// zero or one, each with a payload of the form Wire.Elem.
	Nest
	Array
	// Link is a struct ifinfomsg followed by the attributes of a link.
	Link
	// Vector is a C array of Wire.Elem.
	Vector
	// Pad aligns what follows it; Unused numbers have never been sent.
	Pad
	Unused
)

// A Wire is a form with what goes with it.
type Wire struct {
	Form Form
	// Elem is the form of the elements of an Array or Vector.
	Elem Form
	// Bool is set for integers that are 0 or 1.
	Bool bool
	// Max is the longest text or binary payload, its final NUL not counted;
	// zero if the table gives none.
	Max int
	// Struct is the name of the C structure.
	Struct string
	// Kinds, if not empty, are the kinds (shell patterns) this form holds for.
	Kinds []string
	// Dir is Reported or Created|Set if the form holds for one direction.
	Dir Dir
}

// maxAddrLen is MAX_ADDR_LEN, the longest hardware address.
const maxAddrLen = 32

var forms = map[string]Form{
	"u8": U8, "u16": U16, "u32": U32, "u64": U64, "s32": S32, "be16": BE16, "be32": BE32, "be64": BE64,
	"uint": Uint, "flag": Flag, "string": String, "binary": Binary, "mac": MAC, "ipv4": IPv4, "ipv6": IPv6,
	"nest": Nest, "pad": Pad, "unused": Unused,
}

var (
	// A form, perhaps an element count in brackets, and remarks.
	formRE = regexp.MustCompile(`^([a-z0-9]+)(\[[A-Z0-9_]*\])?(.*)$`)
	maxRE  = regexp.MustCompile(`<=(\d+)`)
	// The kinds of an alternative: names and patterns, separated by commas.
	kindsRE = regexp.MustCompile(`\(([a-z0-9*]+(?:,[a-z0-9*]+)*)\)$`)
)

func (r *Row) parseWires(text string) error {
	// Only here do parentheses hold kinds; elsewhere they hold remarks.
	byKind := strings.Contains(text, ") / ")
	alternatives := []string{text}
	switch {
	case byKind:
		alternatives = strings.Split(text, " / ")
	case strings.HasPrefix(text, "write: "), strings.HasPrefix(text, "read: "):
		alternatives = strings.Split(text, "; ")
	}
	for _, alt := range alternatives {
		w, err := parseWire(alt)
		if m := kindsRE.FindStringSubmatch(alt); byKind && m != nil {
			w.Kinds = strings.Split(m[1], ",")
		}
		if err != nil {
			return fmt.Errorf("type %q: %w", text, err)
		}
		r.Wires = append(r.Wires, w)
	}
	return nil
}

func parseWire(s string) (w Wire, err error) {
	if rest, ok := strings.CutPrefix(s, "write: "); ok {
		s, w.Dir = rest, Created|Set
	} else if rest, ok := strings.CutPrefix(s, "read: "); ok {
		s, w.Dir = rest, Reported
	}
	switch {
	case strings.HasPrefix(s, "struct ifinfomsg"):
		w.Form = Link
	case strings.HasPrefix(s, "struct "):
		w.Form = Struct
		w.Struct, _, _ = strings.Cut(strings.TrimPrefix(s, "struct "), " ")
	case strings.HasPrefix(s, "indexed-array of "):
		w.Form, w.Elem = Array, forms[strings.TrimPrefix(s, "indexed-array of ")]
	case strings.HasPrefix(s, "binary: u32["):
		w.Form, w.Elem = Vector, U32
	case strings.HasPrefix(s, "binary(mac;"):
		w.Form, w.Max = MAC, maxAddrLen
	default:
		err = w.parseForm(s)
	}
	return w, err
}

func (w *Wire) parseForm(s string) error {
	m := formRE.FindStringSubmatch(s)
	if m == nil || forms[m[1]] == 0 {
		return fmt.Errorf("unknown form %q", s)
	}
	w.Form, w.Bool = forms[m[1]], m[3] == " (0/1)"
	if m[2] != "" {
		w.Form, w.Elem = Vector, w.Form
	}
	if m := maxRE.FindStringSubmatch(s); m != nil {
		w.Max, _ = strconv.Atoi(m[1])
	}
	return nil
}
