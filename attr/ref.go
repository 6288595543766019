package attr

import (
	"encoding/json"
	"strconv"
)

// A Ref points to a link, by index or by name. The zero Ref points nowhere
// and says nothing; [NoRef] says "no link", which releases a port from its
// master. Attributes hold indexes: a Ref by name must be resolved before it
// is sent, which a client does.
type Ref struct {
	name  string
	index uint32
	ok    bool
	netns uint64 // of which the index is one, 0 if that is not said
}

// NoRef is the Ref that says "no link": index 0.
var NoRef = RefIndex(0)

// RefIndex returns a Ref to the link with that index.
func RefIndex(i uint32) Ref { return Ref{index: i, ok: true} }

// RefName returns a Ref to the link with that name or alternative name. An
// empty name gives the zero Ref.
func RefName(name string) Ref { return Ref{name: name, ok: name != ""} }

// In returns r for a link of the network namespace with that inode number. An
// index means another link in another namespace, so that a client refuses one
// that it can see not to be of the namespace where it would be used.
func (r Ref) In(netns uint64) Ref {
	r.netns = netns
	return r
}

// NetNS returns the inode number of the namespace of r, 0 if r does not say it.
func (r Ref) NetNS() uint64 { return r.netns }

// IsSet reports whether r says anything.
func (r Ref) IsSet() bool { return r.ok }

// Index returns the index, and false where r is a name or says nothing.
func (r Ref) Index() (i uint32, ok bool) { return r.index, r.ok && r.name == "" }

// Name returns the name, "" where r is an index or says nothing.
func (r Ref) Name() string { return r.name }

// String returns the name, or the index as a number: "none" for [NoRef], ""
// for the zero Ref.
func (r Ref) String() string {
	switch {
	case !r.ok:
		return ""
	case r.name != "":
		return r.name
	case r.index == 0:
		return "none"
	}
	return strconv.FormatUint(uint64(r.index), 10)
}

// MarshalJSON writes a name as a string, an index as a number, 0 for [NoRef],
// and null for the zero Ref. The namespace of [Ref.In] is not written: its
// number means nothing to another machine.
func (r Ref) MarshalJSON() ([]byte, error) {
	switch {
	case !r.ok:
		return []byte("null"), nil
	case r.name != "":
		return json.Marshal(r.name)
	}
	return strconv.AppendUint(nil, uint64(r.index), 10), nil
}

// UnmarshalJSON reads the forms of MarshalJSON. An empty name and null give the
// zero Ref.
func (r *Ref) UnmarshalJSON(b []byte) error {
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		return err
	}
	switch v := v.(type) {
	case nil:
		*r = Ref{}
		return nil
	case string:
		*r = RefName(v)
		return nil
	}
	var i uint32
	if err := json.Unmarshal(b, &i); err != nil {
		return err
	}
	*r = RefIndex(i)
	return nil
}
