package rtnl

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/iplink-go/iplink/attr"
)

// The kernel answers a request with NLMSG_ERROR: an error number (0 for
// success), the header of the request, after an error perhaps all of the
// request, and then attributes that explain, NLMSGERR_ATTR_*. A dump is
// answered at its end with NLMSG_DONE: the number, then the attributes.

// An Ack is what the kernel said about a request. Attributes can come with
// success too: a Msg is then a warning.
type Ack struct {
	// Errno is the error number, positive as in errno(3), with Linux's
	// numbering on every system; 0 is success.
	Errno int
	// Msg is the kernel's explanation, "" if it gave none.
	Msg string
	// Offset says which attribute of the request was at fault: where it
	// starts, counted from the request's header, so never below [HeaderLen].
	// -1 if the kernel did not say. Some drivers (vxlan) report a wrong one.
	Offset int
	// Cookie is data that some subsystems return; those for links do not.
	Cookie []byte
	// Policy is what the attribute at fault would have to look like (5.10).
	Policy *Policy
	// MissType is the type of an attribute that is missing, and MissNest
	// where the nest that should hold it starts, counted like Offset. -1 if
	// the kernel did not say; MissNest is -1 too at the top level (6.1).
	MissType, MissNest int
}

// silent is an Ack in which the kernel said nothing.
var silent = Ack{Offset: -1, MissType: -1, MissNest: -1}

// An Error is a refusal by the kernel. The request was not carried out, or,
// if it asked for several things, not beyond the one that failed.
type Error struct {
	// Ack has a positive Errno.
	Ack
}

// Error returns the number and the kernel's words, if any.
func (e *Error) Error() string {
	if e.Msg == "" {
		return fmt.Sprintf("rtnl: errno %d", e.Errno)
	}
	return fmt.Sprintf("rtnl: errno %d: %s", e.Errno, e.Msg)
}

// err returns a as an error, nil for success.
func (a Ack) err() error {
	if a.Errno == 0 {
		return nil
	}
	return &Error{a}
}

// maxErrno is the largest error number of the kernel (MAX_ERRNO).
const maxErrno = 4095

// The attributes NLMSGERR_ATTR_* (linux/netlink.h).
const (
	ackMsg      attr.Type = 1
	ackOffs     attr.Type = 2
	ackCookie   attr.Type = 3
	ackPolicy   attr.Type = 4
	ackMissType attr.Type = 5
	ackMissNest attr.Type = 6
)

// ParseAck reads an acknowledgement, which is a [TypeError] or [TypeDone]
// message. The result aliases nothing.
//
// An error, in which errors.Is finds [ErrMalformed], means that m is of
// another type or has no error number. Malformed attributes are no error: the
// number is the answer, they only explain it. Those before the fault are kept.
func ParseAck(m Message) (Ack, error) {
	a := silent
	b := m.Payload
	if m.Type == TypeDone && len(b) == 0 {
		return a, nil
	}
	n, ok := readUint32(b)
	if !ok || m.Type != TypeError && m.Type != TypeDone {
		return a, fmt.Errorf("%w: type %d with %d bytes is no acknowledgement", ErrMalformed, m.Type, len(b))
	}
	errno := -int64(int32(n))
	if errno < 0 || errno > maxErrno {
		return a, fmt.Errorf("%w: error number %d", ErrMalformed, errno)
	}
	a.Errno = int(errno)
	a.read(explanation(m))
	return a, nil
}

// explanation returns the attributes of the acknowledgement m, whose payload
// holds at least the error number.
func explanation(m Message) []byte {
	b := m.Payload[4:]
	switch {
	case m.Flags&FlagAckTLVs == 0:
		return nil
	case m.Type == TypeDone:
		return b
	case len(b) < HeaderLen:
		return nil
	case m.Flags&FlagCapped != 0:
		return b[HeaderLen:]
	}
	// The whole request is quoted. Compared unaligned and as 64 bits, since a
	// length close to the largest would wrap.
	quoted := binary.NativeEndian.Uint32(b)
	if quoted < HeaderLen || int64(quoted) > int64(len(b)) {
		return nil
	}
	return b[min(align(int(quoted)), len(b)):]
}

// read fills a from the attributes b.
func (a *Ack) read(b []byte) {
	for t, v := range attr.All(b) {
		switch t {
		case ackMsg:
			text, _, _ := bytes.Cut(v, []byte{0})
			a.Msg = string(text)
		case ackOffs:
			a.Offset = position(v)
		case ackCookie:
			a.Cookie = bytes.Clone(v)
		case ackPolicy:
			a.Policy = parsePolicy(v)
		case ackMissType:
			a.MissType = position(v)
		case ackMissNest:
			a.MissNest = position(v)
		}
	}
}

// position returns the u32 in v, or -1 where there is none or none that can
// be: no message is that long.
func position(v []byte) int {
	n, ok := readUint32(v)
	if !ok || n > 1<<31-1 {
		return -1
	}
	return int(n)
}

// A Policy is what the kernel wants an attribute to look like (nest
// NLMSGERR_ATTR_POLICY). A nil field means that the kernel sets no such limit.
type Policy struct {
	// Type is the attribute's type (enum netlink_attribute_type).
	Type uint32
	// MinS and MaxS limit a signed number, MinU and MaxU an unsigned one.
	MinS, MaxS *int64
	MinU, MaxU *uint64
	// MinLen and MaxLen limit the length of the payload in bytes.
	MinLen, MaxLen *uint32
	// Index and MaxType name the policy of a nest's content, in the kernel's
	// own numbering, and the highest attribute type in it.
	Index, MaxType *uint32
	// Bitfield is the bits allowed in a bitfield32, Mask those in a number.
	Bitfield *uint32
	Mask     *uint64
}

func parsePolicy(b []byte) *Policy {
	p := new(Policy)
	for t, v := range attr.All(b) {
		switch t { // NL_POLICY_TYPE_ATTR_*
		case 1:
			p.Type, _ = readUint32(v)
		case 2:
			p.MinS = signed(v)
		case 3:
			p.MaxS = signed(v)
		case 4:
			p.MinU = long(v)
		case 5:
			p.MaxU = long(v)
		case 6:
			p.MinLen = short(v)
		case 7:
			p.MaxLen = short(v)
		case 8:
			p.Index = short(v)
		case 9:
			p.MaxType = short(v)
		case 10:
			p.Bitfield = short(v)
		case 12:
			p.Mask = long(v)
		}
	}
	return p
}

// readUint32 reads a number from the start of b, if b holds one.
func readUint32(b []byte) (n uint32, ok bool) {
	if len(b) < 4 {
		return 0, false
	}
	return binary.NativeEndian.Uint32(b), true
}

func short(v []byte) *uint32 {
	n, ok := readUint32(v)
	if !ok {
		return nil
	}
	return &n
}

func long(v []byte) *uint64 {
	if len(v) < 8 {
		return nil
	}
	n := binary.NativeEndian.Uint64(v)
	return &n
}

func signed(v []byte) *int64 {
	u := long(v)
	if u == nil {
		return nil
	}
	n := int64(*u)
	return &n
}

// policyTypes names enum netlink_attribute_type.
var policyTypes = [...]string{
	"invalid", "flag", "u8", "u16", "u32", "u64", "s8", "s16", "s32", "s64",
	"binary", "string", "string", "nest", "array of nests", "bitfield32", "int", "uint",
}

// String describes the policy for people: "u32, at least 193, at most 65535".
func (p *Policy) String() string {
	var b strings.Builder
	if int64(p.Type) < int64(len(policyTypes)) {
		b.WriteString(policyTypes[p.Type])
	} else {
		fmt.Fprintf(&b, "type %d", p.Type)
	}
	limit(&b, ", at least %d", p.MinS)
	limit(&b, ", at most %d", p.MaxS)
	limit(&b, ", at least %d", p.MinU)
	limit(&b, ", at most %d", p.MaxU)
	limit(&b, ", at least %d bytes", p.MinLen)
	limit(&b, ", at most %d bytes", p.MaxLen)
	limit(&b, ", bits %#x", p.Bitfield)
	limit(&b, ", bits %#x", p.Mask)
	return b.String()
}

// limit writes the limit *n, if there is one.
func limit[T any](b *strings.Builder, format string, n *T) {
	if n != nil {
		fmt.Fprintf(b, format, *n)
	}
}
