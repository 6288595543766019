package link

import (
	"errors"
	"strconv"
	"strings"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/rtnl"
)

// What the kernel says about a request that it refuses (extended
// acknowledgement), in the terms of the fields that the request was made of.
// What it leaves unsaid is found out in errorshint.go.

// kernelError makes an Error of the kernel's answer to the message body, which
// was made from s.
func (p *place) kernelError(op, name string, err error, body []byte, s attr.Struct) error {
	var k *rtnl.Error
	if !errors.As(err, &k) {
		return &Error{Op: op, Link: name, Err: err}
	}
	e := &Error{Op: op, Link: name, Errno: Errno(k.Errno), Msg: k.Msg, Attr: p.pathAt(body, s, k.Offset)}
	if k.Policy != nil {
		e.Limits = k.Policy.String()
	}
	if k.MissType >= 0 {
		p.missing(e, body, s, k)
	}
	return e
}

// pathAt returns the path of the attribute at an offset that the kernel
// reported, which counts from the header of the request. It returns "" for one
// that cannot be trusted: a driver that looks up the numbers of its data in the
// table of the link's attributes points to one of those, while what is in the
// data has been found wrong by the kernel's own checks.
func (p *place) pathAt(body []byte, s attr.Struct, offset int) string {
	if offset < rtnl.HeaderLen || s == nil {
		return ""
	}
	path := p.scope().PathAt(body, s, offset-rtnl.HeaderLen)
	if wrongOffsets(s) && !strings.HasPrefix(path, dataPath) {
		return ""
	}
	return path
}

// missing says which attribute the kernel missed: by name where it is one of
// the message itself or of its data, else by number. What the kernel pointed to
// besides is nearer to the fault.
func (p *place) missing(e *Error, body []byte, s attr.Struct, k *rtnl.Error) {
	nest := p.pathAt(body, s, k.MissNest)
	where, what := nest, "attribute "+strconv.Itoa(k.MissType)+" is missing"
	known := nest != "" || k.MissNest < 0 && !wrongOffsets(s) // the nest that it is missing from
	if name := nameIn(s, nest, attr.Type(k.MissType)); known && name != "" {
		where, what = joinPath(nest, name), "it is missing"
	}
	switch {
	case e.Attr == "":
		e.Attr = where
	case e.Attr != where: // "it" would be the other one
		what = "attribute " + strconv.Itoa(k.MissType) + " is missing"
	}
	e.Hint = what
}

// nameIn returns the name that an attribute has in a nest, "" if that is not
// known.
func nameIn(s attr.Struct, nest string, number attr.Type) string {
	for f := range listOf(s, nest) {
		if !f.Header && (f.Type == number || f.Alt == number && number != 0) {
			return f.Name
		}
	}
	return ""
}

// listOf iterates over the fields that the nest at path, "" for the message
// itself, can hold.
func listOf(s attr.Struct, path string) func(yield func(attr.Field) bool) {
	spec, _ := s.(*Spec)
	switch {
	case spec != nil && spec.Kind != nil && path == dataPath:
		s = spec.Kind
	case spec != nil && spec.Port != nil && path == portDataPath:
		s = spec.Port
	case path != "" || s == nil:
		return func(func(attr.Field) bool) {}
	}
	return func(yield func(attr.Field) bool) {
		fields, _ := attr.Describe(s) // the message has been made from it
		for _, f := range fields {
			if !yield(f) {
				return
			}
		}
	}
}

// The paths of what is nested in IFLA_LINKINFO.
const (
	kindPath     = "linkinfo.kind"
	dataPath     = "linkinfo.data"
	portDataPath = "linkinfo.port-data"
)

func joinPath(nest, name string) string {
	if nest == "" {
		return name
	}
	return nest + "." + name
}

// wrongOffsets is true for kinds whose driver reports the place of another
// attribute than the one it means.
func wrongOffsets(s attr.Struct) bool {
	spec, ok := s.(*Spec)
	return ok && spec.Kind != nil && spec.Kind.Info().WrongOffsets
}
