package link

import (
	"errors"
	"strconv"

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
	e := &Error{Op: op, Link: name, Errno: Errno(k.Errno), Msg: k.Msg}
	if s != nil && trustOffset(s) {
		e.Attr = p.pathAt(body, s, k.Offset)
	}
	if k.Policy != nil {
		e.Limits = k.Policy.String()
	}
	if k.MissType >= 0 {
		p.missing(e, body, s, k)
	}
	return e
}

// pathAt returns the path of the attribute at an offset that the kernel
// reported, which counts from the header of the request.
func (p *place) pathAt(body []byte, s attr.Struct, offset int) string {
	if offset < rtnl.HeaderLen || s == nil {
		return ""
	}
	return p.scope().PathAt(body, s, offset-rtnl.HeaderLen)
}

// missing says which attribute the kernel missed: by name where it is one of
// the message itself or of its data, else by number.
func (p *place) missing(e *Error, body []byte, s attr.Struct, k *rtnl.Error) {
	nest := p.pathAt(body, s, k.MissNest)
	for f := range listOf(s, nest) {
		if f.Type == attr.Type(k.MissType) && !f.Header {
			e.Attr, e.Hint = joinPath(nest, f.Name), "it is missing"
			return
		}
	}
	e.Attr, e.Hint = nest, "attribute "+strconv.Itoa(k.MissType)+" is missing"
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
	dataPath     = "linkinfo.data"
	portDataPath = "linkinfo.port-data"
)

func joinPath(nest, name string) string {
	if nest == "" {
		return name
	}
	return nest + "." + name
}

// trustOffset is false for kinds whose driver reports the place of another
// attribute than the one it means.
func trustOffset(s attr.Struct) bool {
	spec, ok := s.(*Spec)
	return !ok || spec.Kind == nil || !spec.Kind.Info().WrongOffsets
}
