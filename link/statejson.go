package link

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
)

// MarshalJSON writes s as [State.UnmarshalJSON] reads it; the zero State is {}.
func (s State) MarshalJSON() ([]byte, error) {
	o := attr.Object{}
	if err := setList(&o, "links", s.Links, (*Spec).object); err != nil {
		return nil, err
	}
	if err := setList(&o, "moves", s.Moves, (*Move).object); err != nil {
		return nil, err
	}
	if err := setList(&o, "absent", s.Absent, (*Place).value); err != nil {
		return nil, err
	}
	if s.Owner != (Owner{}) {
		owner, err := s.Owner.object()
		if err != nil {
			return nil, placed("owner", err)
		}
		o.Set("owner", owner)
	}
	return o.MarshalJSON()
}

// setList sets a list with the JSON of its elements, if it has any.
func setList[T, J any](o *attr.Object, key string, list []T, value func(*T) (J, error)) error {
	out := make([]J, len(list))
	for i := range list {
		v, err := value(&list[i])
		if err != nil {
			return placed(fmt.Sprintf("%s[%d]", key, i), err)
		}
		out[i] = v
	}
	if len(out) > 0 {
		o.Set(key, out)
	}
	return nil
}

// UnmarshalJSON reads what links shall be. s then says that and nothing else;
// where there is an error it is as before.
//
//	{
//	  "links": [{"ifname": "br0", "up": true, "linkinfo": {"info_kind": "bridge"}}],
//	  "moves": [{"from": {"link": "eth7", "netns": "lab"}, "ifname": "wan"}],
//	  "absent": ["old0", {"link": "old1", "netns": "pod1"}],
//	  "owner": {"group": 4242, "prefix": "pod-", "prune": true}
//	}
//
// An element of links is a [Spec], see [Spec.UnmarshalJSON], as strict as which
// all of it is. A [Place], which is what from is, and an element of absent, has
// the members link and netns; the link alone stands for one in the client's
// namespace. A [Move] has from, and ifname and netns of where the link is to be.
// An [Owner] has group, prefix and prune.
func (s *State) UnmarshalJSON(b []byte) error { return readWhole(b, kind.Registry{}, s, readState) }

// ParseState is [State.UnmarshalJSON] for a client with kinds of its own
// ([Config]).
func ParseState(b []byte, kinds kind.Registry) (s State, err error) {
	err = readWhole(b, kinds, &s, readState)
	return s, err
}

func readState(r *attr.JSONReader, path string, b []byte, s *State) {
	r.Object(path, b, attr.JSONMembers{
		"links":  func(path string, b []byte) { s.Links = readAll(r, path, b, readSpec) },
		"moves":  func(path string, b []byte) { s.Moves = readAll(r, path, b, readMove) },
		"absent": func(path string, b []byte) { s.Absent = readAll(r, path, b, readPlace) },
		"owner":  func(path string, b []byte) { readOwner(r, path, b, &s.Owner) },
	})
}

func readAll[T any](r *attr.JSONReader, path string, b []byte, read func(*attr.JSONReader, string, []byte, *T)) (list []T) {
	for path, b := range r.Elements(path, b) {
		var v T
		read(r, path, b, &v)
		list = append(list, v)
	}
	return list
}

// MarshalJSON writes a place as [State.UnmarshalJSON] reads it.
func (p Place) MarshalJSON() ([]byte, error) {
	v, err := p.value()
	if err != nil {
		return nil, err
	}
	return json.Marshal(v)
}

// UnmarshalJSON reads what MarshalJSON writes, as strictly as a State.
func (p *Place) UnmarshalJSON(b []byte) error { return readWhole(b, kind.Registry{}, p, readPlace) }

// value is the link alone where it says all.
func (p *Place) value() (any, error) {
	ref, err := attr.RequestValue(p.Link)
	if err != nil {
		return nil, placed("link", err)
	}
	if p.Link.IsSet() && !p.NetNS.IsSet() {
		return ref, nil
	}
	o, err := attr.RequestObject(&p.NetNS)
	if err != nil {
		return nil, err
	}
	if p.Link.IsSet() {
		o = slices.Insert(o, 0, attr.Member{Key: "link", Value: ref})
	}
	return o, nil
}

func readPlace(r *attr.JSONReader, path string, b []byte, p *Place) {
	if b[0] != '{' {
		attr.ReadJSON(r, path, b, &p.Link)
		return
	}
	r.Struct(path, b, &p.NetNS, attr.JSONMembers{
		"link": func(path string, b []byte) { attr.ReadJSON(r, path, b, &p.Link) },
	})
}

// MarshalJSON writes a move as [State.UnmarshalJSON] reads it.
func (m Move) MarshalJSON() ([]byte, error) {
	o, err := m.object()
	if err != nil {
		return nil, err
	}
	return o.MarshalJSON()
}

// UnmarshalJSON reads what MarshalJSON writes, as strictly as a State.
func (m *Move) UnmarshalJSON(b []byte) error { return readWhole(b, kind.Registry{}, m, readMove) }

func (m *Move) object() (attr.Object, error) {
	o := attr.Object{}
	if m.From != (Place{}) {
		from, err := m.From.value()
		if err != nil {
			return nil, placed("from", err)
		}
		o.Set("from", from)
	}
	if m.Name != "" {
		name, err := attr.RequestValue(m.Name)
		if err != nil {
			return nil, placed("ifname", err)
		}
		o.Set("ifname", name)
	}
	ns, err := attr.RequestObject(&m.NetNS)
	return append(o, ns...), err
}

func readMove(r *attr.JSONReader, path string, b []byte, m *Move) {
	r.Struct(path, b, &m.NetNS, attr.JSONMembers{
		"from":   func(path string, b []byte) { readPlace(r, path, b, &m.From) },
		"ifname": func(path string, b []byte) { attr.ReadJSON(r, path, b, &m.Name) },
	})
}

// MarshalJSON writes an owner as [State.UnmarshalJSON] reads it.
func (w Owner) MarshalJSON() ([]byte, error) {
	o, err := w.object()
	if err != nil {
		return nil, err
	}
	return o.MarshalJSON()
}

func (w *Owner) object() (attr.Object, error) {
	o := attr.Object{}
	if w.Group != 0 {
		o.Set("group", w.Group)
	}
	if w.Prefix != "" {
		prefix, err := attr.RequestValue(w.Prefix)
		if err != nil {
			return nil, placed("prefix", err)
		}
		o.Set("prefix", prefix)
	}
	if w.Prune {
		o.Set("prune", true)
	}
	return o, nil
}

// UnmarshalJSON reads what MarshalJSON writes, as strictly as a State.
func (w *Owner) UnmarshalJSON(b []byte) error { return readWhole(b, kind.Registry{}, w, readOwner) }

func readOwner(r *attr.JSONReader, path string, b []byte, w *Owner) {
	r.Object(path, b, attr.JSONMembers{
		"group":  func(path string, b []byte) { attr.ReadJSON(r, path, b, &w.Group) },
		"prefix": func(path string, b []byte) { attr.ReadJSON(r, path, b, &w.Prefix) },
		"prune":  func(path string, b []byte) { attr.ReadJSON(r, path, b, &w.Prune) },
	})
}

// readWhole sets dst from all of b, and not at all where there is an error.
func readWhole[T any](b []byte, kinds kind.Registry, dst *T, read func(*attr.JSONReader, string, []byte, *T)) error {
	r := &attr.JSONReader{Scope: scopeOf(&kinds)}
	var v T
	if r.Valid(b) {
		read(r, "", bytes.TrimSpace(b), &v)
	}
	if err := r.Err(); err != nil {
		return err
	}
	*dst = v
	return nil
}

// placed puts an error of writing JSON under a path.
func placed(path string, err error) error {
	e, ok := err.(*attr.Error)
	if !ok {
		return &attr.Error{Path: path, Offset: -1, Err: err}
	}
	return &attr.Error{Path: attr.JSONPath(path, e.Path), Type: e.Type, Offset: e.Offset, Err: e.Err}
}
