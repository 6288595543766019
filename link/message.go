package link

import (
	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
)

// builtin is the scope of those who add no kinds.
var builtin = scopeOf(new(kind.Registry))

// scopeOf returns the scope of messages with the kinds of r. It allocates, as
// every method value does: keep it.
func scopeOf(r *kind.Registry) attr.Scope { return attr.Scope{New: r.New} }

// Decode reads the body of an RTM_NEWLINK or RTM_DELLINK message, what comes
// after the netlink header, into l, reusing its storage. It does no I/O and
// runs on every system. Errors are of type [*attr.Error].
func Decode(b []byte, l *Link) error { return builtin.Decode(b, l) }

// Append appends the body of the RTM_NEWLINK request that says what s says in
// one message, as "ip link" would send it; alternative names, which have
// messages of their own, are not in it. Clients split what the kernel does
// not take at once; this is for those who send messages themselves. It does
// no I/O and runs on every system. Errors are of type [*attr.Error].
func Append(b []byte, s *Spec) ([]byte, error) {
	for _, n := range []attr.Named{s.Kind, s.Port} {
		if n == nil {
			continue
		}
		if err := attr.Check(n); err != nil { // before its methods are called: it may be a nil pointer
			return b, &attr.Error{Path: "linkinfo", Offset: -1, Err: err}
		}
	}
	return builtin.Append(b, s)
}

// AppendReport appends the body of the RTM_NEWLINK message with which the
// kernel would report l, for tests and stand-ins of the kernel.
func AppendReport(b []byte, l *Link) ([]byte, error) {
	sc := builtin
	sc.Report = true
	return sc.Append(b, l)
}

// Dump returns the body of a link message as an indented tree.
func Dump(b []byte) string { return builtin.Dump(b, new(Link)) }
