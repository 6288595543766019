package ipcmd

import (
	"encoding"
	"fmt"
	"net/netip"
	"strconv"
	"time"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/link"
)

// words are the words of a command that are still to be read, and the first
// error, after which everything reads as zero.
type words struct {
	rest     []string
	names    Names
	existing bool // the link is there: "set", not "add"
	force    bool // "ip -force"
	err      error
}

func (w *words) more() bool { return len(w.rest) > 0 && w.err == nil }

func (w *words) peek() string {
	if len(w.rest) == 0 {
		return ""
	}
	return w.rest[0]
}

func (w *words) next() string {
	s := w.peek()
	if len(w.rest) == 0 {
		w.fail("the end of the command")
		return s
	}
	w.rest = w.rest[1:]
	return s
}

// skip reads a word if it is the next.
func (w *words) skip(s string) bool {
	if w.peek() != s {
		return false
	}
	w.rest = w.rest[1:]
	return true
}

func (w *words) fail(what string) {
	if w.err == nil {
		w.err = fmt.Errorf("%w: %s", ErrCommand, what)
	}
}

func (w *words) number(bits int) uint64 {
	s := w.next()
	n, err := strconv.ParseUint(s, 0, bits)
	if err != nil {
		w.fail(err.Error())
	}
	return n
}

func (w *words) signed() int32 {
	n, err := strconv.ParseInt(w.next(), 0, 32)
	if err != nil {
		w.fail(err.Error())
	}
	return int32(n)
}

func (w *words) onOff() bool {
	switch s := w.next(); s {
	case "on", "1":
		return true
	case "off", "0":
	default:
		w.fail(s + " is neither on nor off")
	}
	return false
}

func (w *words) hwAddr() attr.HWAddr {
	a, err := attr.ParseHWAddr(w.next())
	if err != nil {
		w.fail(err.Error())
	}
	return a
}

func (w *words) addr() netip.Addr {
	a, err := netip.ParseAddr(w.next())
	if err != nil {
		w.fail(err.Error())
	}
	return a
}

func (w *words) text(v encoding.TextUnmarshaler) {
	if err := v.UnmarshalText([]byte(w.next())); err != nil {
		w.fail(err.Error())
	}
}

// options are the words that say something about a T, and how to read what
// follows them.
type options[T any] map[string]func(w *words, v *T)

// read reads options to the end of the command.
func (o options[T]) read(w *words, v *T) error {
	for w.more() {
		name := w.next()
		f := o[name]
		if f == nil {
			return fmt.Errorf("%w: option %q", ErrCommand, name)
		}
		f(w, v)
	}
	return w.err
}

// The constructors of options return how a value is read into the field that
// at points to.

func num8[T any, N ~uint8](at func(*T) *attr.Opt[N]) func(*words, *T) {
	return func(w *words, v *T) { at(v).Set(N(w.number(8))) }
}

func num16[T any, N ~uint16](at func(*T) *attr.Opt[N]) func(*words, *T) {
	return func(w *words, v *T) { at(v).Set(N(w.number(16))) }
}

func num32[T any, N ~uint32](at func(*T) *attr.Opt[N]) func(*words, *T) {
	return func(w *words, v *T) { at(v).Set(N(w.number(32))) }
}

func int32s[T any](at func(*T) *attr.Opt[int32]) func(*words, *T) {
	return func(w *words, v *T) { at(v).Set(w.signed()) }
}

// times counts in units.
func times[T any](unit time.Duration, at func(*T) *attr.Opt[time.Duration]) func(*words, *T) {
	return func(w *words, v *T) { at(v).Set(time.Duration(w.number(32)) * unit) }
}

func onOff[T any](at func(*T) *attr.Opt[bool]) func(*words, *T) {
	return func(w *words, v *T) { at(v).Set(w.onOff()) }
}

// said is true by being there.
func said[T any](at func(*T) *attr.Opt[bool]) func(*words, *T) {
	return func(_ *words, v *T) { at(v).Set(true) }
}

// denied is false by being there.
func denied[T any](at func(*T) *attr.Opt[bool]) func(*words, *T) {
	return func(_ *words, v *T) { at(v).Set(false) }
}

func word[T, N any, P interface {
	*N
	encoding.TextUnmarshaler
}](at func(*T) *attr.Opt[N]) func(*words, *T) {
	return func(w *words, v *T) {
		var n N
		w.text(P(&n))
		at(v).Set(n)
	}
}

func mac[T any](at func(*T) *attr.HWAddr) func(*words, *T) {
	return func(w *words, v *T) { *at(v) = w.hwAddr() }
}

func addr[T any](at func(*T) *netip.Addr) func(*words, *T) {
	return func(w *words, v *T) { *at(v) = w.addr() }
}

func ref[T any](at func(*T) *attr.Ref) func(*words, *T) {
	return func(w *words, v *T) { *at(v) = link.Name(w.next()) }
}
