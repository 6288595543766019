package attr

import "fmt"

// A Field describes one attribute of a [Struct]: what its line in the list
// says. See [Describe].
type Field struct {
	// Type is the attribute's number. Alt is the second one of a pair, such
	// as GROUP6 beside GROUP, else 0.
	Type, Alt Type
	// Name is the option's name in "ip link", Key its name in the JSON of
	// "ip -j link" (path segments split by "/"; "-" where it is not shown).
	Name, Key string
	// In is the path of the nest that the field was found in, where who looked
	// has noted it; a list of fields does not know where it is used.
	In string
	// Wire is the form of the payload.
	Wire Wire
	// Size is the payload's length in bytes, 0 where it varies.
	Size int
	// Dir says who sends the attribute, Mode how a link takes a change of it.
	Dir  Dir
	Mode Mode
	// Volatile is true for a value that changes by itself too, such as an
	// operational state: it can be set, and nobody can put it back.
	Volatile bool
	// Unconfirmed is true for a value that a report may lack though the
	// kernel has taken it: it takes effect later, or older kernels report
	// nothing.
	Unconfirmed bool
	// Header is true for a field at a fixed place before the attributes;
	// then Type is its offset.
	Header bool
	// Fields are the fields of a nest or struct.
	Fields []Field

	format     format
	list       string           // JSON array that names the switch while it is on
	keyOf      func(any) string // JSON name that depends on the value
	keys       []string         // all that keyOf returns
	words      string           // JSON name of a second member with the value's name
	wordKeys   []string         // JSON names of members that are words of the value
	requestKey string           // JSON name in requests
	choiceKeys *choiceKeys      // those of a choice
	descriptor bool             // means something in this process only

	families []uint8 // nil: all
	except   bool    // families are those it is not for
	min, max int64   // allowed in a request where ranged
	ranged   bool
	maxLen   int // of strings, 0: any
	noNUL    bool
	zero     bool // a report leaves it out where it is zero
	notZero  bool // a request leaves it out where it is zero
	zeroWord string
	compare  any // func(want, have T) bool
}

// Path is the place of the field in a message, "linkinfo.data.id".
func (f *Field) Path() string {
	if f.In == "" {
		return f.Name
	}
	return f.In + "." + f.Name
}

// A Wire is the form of an attribute's payload, in the words of the kernel's
// netlink policies.
type Wire string

// The wire forms.
const (
	WireU8     Wire = "u8"
	WireU16    Wire = "u16"
	WireU32    Wire = "u32"
	WireU64    Wire = "u64"
	WireS32    Wire = "s32"
	WireUint   Wire = "uint" // u32, or u64 where the value needs it
	WireBE16   Wire = "be16"
	WireBE32   Wire = "be32"
	WireBE64   Wire = "be64"
	WireFlag   Wire = "flag" // there or not
	WireString Wire = "string"
	WireBinary Wire = "binary"
	WireMAC    Wire = "mac"
	WireIPv4   Wire = "ipv4"
	WireIPv6   Wire = "ipv6"
	WireStruct Wire = "struct"
	WireNest   Wire = "nest"
	WireArray  Wire = "array" // of integers, by position
	WirePad    Wire = "pad"
	WireRest   Wire = "rest"    // attributes without a line
	WireFlagU8 Wire = "flag/u8" // sent as a flag, reported as a u8
	WirePort   Wire = "u8/u16"  // sent as a u8, reported as a u16
	WireNone   Wire = "none"    // in no message; see [Placeholder]
)

// A Dir says in which messages an attribute means something.
type Dir uint8

// The directions.
const (
	Read   Dir = 1 << iota // the kernel reports it
	Create                 // the kernel heeds it when a link is made
	Set                    // the kernel heeds it when a link is changed
	Query                  // it selects what a request is about
)

// String returns the letters of rt-link.tsv: "csr" and the like, "-" for none.
func (d Dir) String() string {
	s := ""
	for i, c := range "rcsq" {
		if d&(1<<i) != 0 {
			s += string(c)
		}
	}
	if s == "" {
		return "-"
	}
	return s
}

// A Mode says what becomes of a change to an attribute of a link that exists.
type Mode string

// The modes.
const (
	// Any: it can be changed at any time.
	Any Mode = "any"
	// Fixed: the kernel refuses a change.
	Fixed Mode = "create-only"
	// FixedEqual: refused, but saying the same value again is accepted.
	FixedEqual Mode = "create-only-equal"
	// FixedSilent: ignored with success, so it must be refused before sending.
	FixedSilent Mode = "create-only-ignored"
	// Replaced: reset if left out of a change.
	Replaced Mode = "replace"
	// ReplacedGroup: reset if left out while another of its group is sent.
	ReplacedGroup Mode = "replace-group"
	// Additive: entries are added to those the link has.
	Additive Mode = "additive"
	// WhenDown: only while the link is down.
	WhenDown Mode = "when-down"
	// WhenNoPorts: only while the link has no ports.
	WhenNoPorts Mode = "when-no-ports"
	// WhenDownNoPorts: both.
	WhenDownNoPorts Mode = "when-no-ports+when-down"
	// SameFamily: only to an address of the family it has.
	SameFamily Mode = "same-family"
	// Conditional: depends on other settings; the field's comment says which.
	Conditional Mode = "conditional"
)

// Fixed reports whether a link must be made anew to change the attribute.
func (m Mode) Fixed() bool { return m == Fixed || m == FixedEqual || m == FixedSilent }

// An Option says what is special about one attribute, on its line of the
// list.
type Option func(*Field)

// Options for the direction of an attribute and the mode of its changes. An
// attribute without one is [Read], [Create] and [Set], in mode [Any].
var (
	// ReadOnly: the kernel reports it; requests leave it out.
	ReadOnly Option = func(f *Field) { f.Dir, f.Mode = Read, "" }
	// CreateOnly: [Fixed] at creation.
	CreateOnly Option = func(f *Field) { f.Dir, f.Mode = Read|Create, Fixed }
	// CreateOnlyEqual: [FixedEqual].
	CreateOnlyEqual Option = func(f *Field) { f.Dir, f.Mode = Read|Create, FixedEqual }
	// CreateOnlySilent: [FixedSilent].
	CreateOnlySilent Option = func(f *Field) { f.Dir, f.Mode = Read|Create, FixedSilent }
	// SetOnly: creation ignores it; it is set afterwards.
	SetOnly Option = func(f *Field) { f.Dir = Read | Set }
	// WriteOnly: never reported.
	WriteOnly Option = func(f *Field) { f.Dir &^= Read }
)

// Volatile marks an attribute that changes by itself too; see [Field].
var Volatile Option = func(f *Field) { f.Volatile = true }

// Unconfirmed marks an attribute that is not always reported; see [Field].
var Unconfirmed Option = func(f *Field) { f.Unconfirmed = true }

// Access sets the direction of an attribute.
func Access(d Dir) Option { return func(f *Field) { f.Dir = d } }

// Changes sets the mode of an attribute's changes.
func Changes(m Mode) Option { return func(f *Field) { f.Mode = m } }

// ZeroUnsaid marks an attribute that the kernel leaves out of its report
// where it is zero: absent in a report then equals zero in a request.
var ZeroUnsaid Option = func(f *Field) { f.zero = true }

// NotZero marks an address that a request leaves out where it is all zeros: the
// kernel refuses it, or takes it for none as it does an absent one.
var NotZero Option = func(f *Field) { f.notZero = true }

// NoNUL marks a string that is sent without a final NUL.
var NoNUL Option = func(f *Field) { f.noNUL = true }

// Range gives the smallest and largest value that a request may hold, in the
// unit of the wire. An error of [Append] names both.
func Range(lo, hi int64) Option {
	return func(f *Field) { f.min, f.max, f.ranged = lo, hi, true }
}

// MaxLen gives the number of bytes that a string or address in a request may
// have.
func MaxLen(n int) Option { return func(f *Field) { f.maxLen = n } }

// Family makes the line count only in messages of these address families, so
// that another line can claim the same number in others.
func Family(families ...uint8) Option { return func(f *Field) { f.families = families } }

// NotFamily makes the line count in all families but these.
func NotFamily(families ...uint8) Option {
	return func(f *Field) { f.families, f.except = families, true }
}

// Same sets what counts as equal when a wanted value is compared with a
// reported one, for attributes that the kernel rounds or reorders. T is the
// type of the value, without Opt.
func Same[T any](equal func(want, have T) bool) Option {
	return func(f *Field) { f.compare = equal }
}

// Limits returns the smallest and largest number that a request may hold, in
// the unit of the wire; ok is false for a field without a [Range].
func (f *Field) Limits() (lo, hi int64, ok bool) { return f.min, f.max, f.ranged }

func (f *Field) inFamily(family uint8) bool {
	if f.families == nil {
		return true
	}
	for _, x := range f.families {
		if x == family {
			return !f.except
		}
	}
	return f.except
}

// A RangeError says that a number, Value, is outside what the kernel accepts,
// Min to Max.
type RangeError struct{ Value, Min, Max int64 }

// Error names the value and the limits.
func (e *RangeError) Error() string {
	return fmt.Sprintf("%d is out of range, want %s", e.Value, e.Limits())
}

// Limits names the limits, "1 to 10".
func (e *RangeError) Limits() string { return fmt.Sprintf("%d to %d", e.Min, e.Max) }

// Is makes errors.Is(err, [ErrRange]) true.
func (e *RangeError) Is(target error) bool { return target == ErrRange }
