package attr

import (
	"reflect"
	"unsafe"
)

// This file is the only one of the module that imports unsafe. A list of
// fields is run once per Go type; what is kept of it is, for each field, the
// distance of the field from the start of its struct and the code for its
// wire form. Decoding a million messages then costs no calls through the
// list. The price is this file: it turns "struct plus distance" back into a
// typed pointer.
//
// It is sound because offset refuses every pointer that does not lie inside
// the struct, and because as is only called, with the type the field was
// declared with, on distances that offset gave for that same struct type.

// A ptr points to a field whose type the code that runs it knows.
type ptr = unsafe.Pointer

// as gives p its type back.
func as[T any](p ptr) *T { return (*T)(p) }

// ptrTo forgets the type of p.
func ptrTo[T any](p *T) ptr { return ptr(p) }

// at returns the field off bytes into the struct at base.
func at(base ptr, off uintptr) ptr { return unsafe.Add(base, off) }

// baseOf returns the struct that s points to, nil if s is not a pointer.
func baseOf(s Struct) ptr {
	v := reflect.ValueOf(s)
	if v.Kind() != reflect.Pointer {
		return nil
	}
	return v.UnsafePointer()
}

// offset returns how far p is into the size bytes at base, and whether a
// value of n bytes at p lies within them.
func offset(base ptr, size uintptr, p ptr, n uintptr) (uintptr, bool) {
	off := uintptr(p) - uintptr(base) // wraps where p is before base
	return off, off <= size && n <= size-off
}
