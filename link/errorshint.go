package link

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
)

// Half of what the kernel refuses it refuses with a number alone. What the
// number means depends on what was asked and on the links around it. The
// table below is what link drivers mean by their numbers, and errorslook.go
// looks at the links to see whether it is so.
//
// A hint must be true: each is given only after a look that leaves no other
// meaning, else there is none. They cost reads, but only after a failure.

// A refusal is a request that the kernel refused, and what is known of it. The
// explanation that fits fills in the Error.
type refusal struct {
	*Error
	ctx  context.Context
	said *Spec     // what the request said
	kind kind.Kind // of the link, nil if it has none
	now  *Link     // the link as it was read last, nil at a creation
	// at is where the link is, and below where the link that it sits on is.
	at, below *place
	// nest is the path of the nest in which this was said, "" for the message.
	nest string
	// peer is what is said of the peer that is made too, nil if nothing.
	peer *refusal
}

// An explanation is one meaning of an error number.
type explanation struct {
	// field is what must have been said; it becomes the Attr. "" is for
	// requests of any content.
	field string
	// errnos are the numbers, 0 for a request that was accepted and did not
	// take (ErrVerify).
	errnos []Errno
	// fits looks whether this is the meaning, and fills in Hint or Limits.
	fits func(*refusal) bool
}

// explanations are asked in this order; the first that fits counts.
var explanations = []explanation{
	{"", []Errno{0, eopnotsupp}, (*refusal).withoutVLANs},
	// What makes all else moot: there is no link, or nobody was allowed to ask.
	{"", []Errno{enodev}, (*refusal).vanished},
	{"", []Errno{eperm}, (*refusal).incapable},
	// The link below: drivers look at it first, and get no further.
	{"link", []Errno{enodev, einval}, (*refusal).lowerMissing},
	{"link", []Errno{einval}, (*refusal).lowerLoopback},
	{"link", []Errno{ebusy}, (*refusal).lowerBusy},
	{"kind", []Errno{enodev, einval}, (*refusal).dataMissing},
	// Values. A link below says more of an MTU than the limits do, so that it
	// comes first; 0 is for drivers that take the MTU and set a smaller one.
	{"mtu", []Errno{0, einval, erange}, (*refusal).mtuBelow},
	{"mtu", []Errno{einval, erange}, (*refusal).mtuRange},
	{"address", []Errno{einval}, (*refusal).addressShort},
	{"broadcast", []Errno{einval}, (*refusal).broadcastShort},
	{"address", []Errno{eaddrnotav}, (*refusal).addressForm},
	{"address", []Errno{ebusy}, (*refusal).addressWhileUp},
	{"address", []Errno{eaddrinuse}, (*refusal).addressTaken},
	// What can be taken. One number stands for all of it, and of a pair also for
	// the peer's, so what leaves no trace is asked last.
	{"name", []Errno{eexist}, (*refusal).nameTaken},
	{"name", []Errno{eexist}, (*refusal).sameNames},
	{"name", []Errno{einval}, (*refusal).nameOfSysctls},
	{"name", []Errno{ebusy}, (*refusal).renameWhileUp},
	{"altname", []Errno{eexist}, (*refusal).altNameTaken},
	{"index", []Errno{eexist, ebusy}, (*refusal).indexTaken},
	{"name", []Errno{eexist}, (*refusal).peerUnnamed},
	// Where the link is to be.
	{"master", []Errno{einval, eopnotsupp, eloop}, (*refusal).notItsPort},
	{"master", []Errno{ebusy, eloop}, (*refusal).masterBelow},
	{"master", []Errno{ebusy}, (*refusal).receiverTaken},
	// What the protocols and the driver do when it changes.
	{"addrgenmode", []Errno{einval}, (*refusal).secretMissing},
	{"addrgenmode", []Errno{eafnosupport}, (*refusal).tooSmallForIPv6},
	{"up", []Errno{enetdown}, (*refusal).lowerDown},
	{"up", []Errno{eaddrinuse}, (*refusal).addressTaken},
	{"up", []Errno{eaddrinuse}, (*refusal).portTaken},
	{"up", []Errno{enotconn}, (*refusal).peerGone},
	// The plain meaning of the number, where nothing better is known.
	{"", []Errno{eopnotsupp}, (*refusal).notSettable},
}

// explain adds to an error of the request what the kernel did not say of it.
// Where it has words of its own nothing is looked for, but for a kind that it
// does not have: a request can be wrong in two ways, and what a look finds need
// not be what the words are about.
func (r *refusal) explain(err error) error {
	if !errors.As(err, &r.Error) || !r.fromKernel() {
		return err
	}
	if !r.unknownKind() && r.Msg == "" && r.Hint == "" && r.Limits == "" {
		for _, q := range r.parts() {
			if q.search() {
				break
			}
		}
	}
	if r.Attr == "" && r.isAboutValue() {
		r.Attr = lone(r.said)
	}
	return err
}

// fromKernel reports whether the error is what the kernel answered, or that
// something did not take.
func (r *refusal) fromKernel() bool {
	return r.Errno != 0 || errors.Is(r.Err, ErrVerify)
}

// parts are the refusals of the link and of its peer: a message that makes
// both has one answer. That something did not take (0) has been read from the
// link itself.
func (r *refusal) parts() []*refusal {
	if r.peer == nil || r.Errno == 0 {
		return []*refusal{r}
	}
	r.peer.Error = r.Error
	return []*refusal{r, r.peer}
}

// search looks for the explanation that fits, and reports whether there is
// one.
func (r *refusal) search() bool {
	for _, x := range explanations {
		if !slices.Contains(x.errnos, r.Errno) || !r.said.says(x.field) || !x.fits(r) {
			continue
		}
		if x.field != "" && r.Attr == "" {
			r.Attr = joinPath(r.nest, x.field)
		}
		return true
	}
	return false
}

// peerPath is where a creation says what the peer shall be.
const peerPath = dataPath + ".peer"

// info are the facts about the kind, none for hardware.
func (r *refusal) info() kind.Info {
	if r.kind == nil {
		return kind.Info{}
	}
	return r.kind.Info()
}

// says reports whether something is said in the field of that name; a
// namespace goes by "netns" in whatever way it is named. Alternative names are
// not on the list of a Spec.
func (s *Spec) says(field string) bool {
	switch field {
	case "":
		return true
	case "altname":
		return len(s.AltNames) > 0
	case "netns":
		return s.NetNS.IsSet()
	}
	for f := range attr.Values(s) {
		if f.Name == field {
			return true
		}
	}
	return false
}

// isAboutValue reports whether the number can be an objection to a value, and
// not to the request as such: to who asks, to when, or for lack of memory. A
// creation says more than its fields, so that nothing follows from its number.
func (r *refusal) isAboutValue() bool {
	return r.now != nil && !slices.Contains([]Errno{0, eperm, eintr, eagain, enomem, enodev, enobufs}, r.Errno)
}

// lone returns the path of the one field that a change says, "" if it says
// several.
func lone(s *Spec) string {
	var paths []string
	for f, v := range attr.Values(s) {
		switch v := v.(type) {
		case kind.Kind:
			paths = appendPaths(paths, dataPath, v)
		case kind.Port:
			paths = appendPaths(paths, portDataPath, v)
		default:
			if !identifies(f) {
				paths = append(paths, f.Name)
			}
		}
	}
	for range s.AltNames {
		paths = append(paths, "altname")
	}
	if len(paths) != 1 {
		return ""
	}
	return paths[0]
}

func appendPaths(paths []string, nest string, s attr.Struct) []string {
	for f := range attr.Values(s) {
		paths = append(paths, joinPath(nest, f.Name))
	}
	return paths
}

// unknownKind says what ErrUnsupportedKind is about, and what to do.
func (r *refusal) unknownKind() bool {
	if r.Errno != eopnotsupp || !strings.Contains(r.Msg, unknownKindText) || r.kind == nil {
		return false
	}
	r.Hint = "this kernel has no link kind " + strconv.Quote(r.kind.Kind())
	if module := r.info().Module; module != "" {
		r.Hint += ": modprobe " + module
	}
	return true
}
