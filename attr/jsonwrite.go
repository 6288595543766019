package attr

import (
	"cmp"
	"encoding"
	hexbytes "encoding/hex"
	"encoding/json"
	"fmt"
	"net/netip"
	"reflect"
	"strings"
	"time"
	"unicode/utf8"
)

// RequestObject returns the JSON of s as a request: what s says and can be
// sent. A [JSONReader] makes s of it again, unless a value is one that would be
// refused. The error, an [*Error], is about a value that has no JSON: a file
// descriptor, a text that is not UTF-8.
func RequestObject(s Struct) (Object, error) {
	prog, base, err := programOf(s)
	if err != nil {
		return nil, &Error{Offset: -1, Err: err}
	}
	return prog.request(base)
}

// RequestValue returns the JSON of one value of the types that fields have.
func RequestValue(v any) (any, error) { return requestValue(&Field{}, v) }

func (p *program) request(base ptr) (Object, error) {
	o := Object{}
	isStruct := len(p.fields) == 0 // all members of a C struct are there
	for i := range p.json().fields {
		f := &p.json().fields[i]
		fp := at(base, f.off)
		_, isLead := f.op.(*leadOp)
		if f.Dir == Read || !isStruct && !isLead && !f.op.isSet(fp) {
			continue
		}
		if err := f.request(&o, fp); err != nil {
			return nil, requestError(f.Type, strings.ReplaceAll(f.key, "/", "."), err)
		}
	}
	return o, nil
}

// requestError puts an error under name.
func requestError(t Type, name string, err error) error {
	e, ok := err.(*Error)
	if !ok {
		return &Error{Path: name, Type: t, Offset: -1, Err: err}
	}
	e.Path = JSONPath(name, e.Path)
	return e
}

// request adds a field to o.
func (f *jsonField) request(o *Object, p ptr) error {
	v, err := any(nil), error(nil)
	key := f.key
	switch op := f.op.(type) {
	case chooser:
		return f.requestData(o, op, p)
	case *restOp:
		v, err = requestAttributes(*as[Raw](p))
	case interface{ valid(ptr) error }: // the name of a choice
		if err := op.valid(p); err != nil {
			return err
		}
		v = f.op.value(p)
	default:
		if v = f.op.value(p); f.keyOf != nil {
			key = f.keyOf(v)
		}
		v, err = requestValue(&f.Field, v)
	}
	if err != nil {
		return err
	}
	return o.setOnce(key, v)
}

// setOnce is Set for a key that nothing has set yet, inside it or around it:
// a namespace is a text or an object, and can hold both by mistake.
func (o *Object) setOnce(key string, v any) error {
	outer, _, nested := strings.Cut(key, "/")
	for _, m := range *o {
		if _, group := m.Value.(*Object); m.Key == outer && !(group && nested) {
			return fmt.Errorf("%w: is said in more than one way", ErrValue)
		}
	}
	o.Set(key, v)
	return nil
}

// requestData adds the data of a choice, whose name has been found valid.
func (f *jsonField) requestData(o *Object, op chooser, p ptr) error {
	prog, base, err := op.chosen(p)
	if err != nil || prog == nil {
		return err
	}
	if prog.isWhole() && f.choiceKeys != nil {
		list, err := requestAttributes(*as[Raw](at(base, prog.rest.off)))
		if err != nil {
			return err
		}
		return o.setOnce(f.choiceKeys.raw, list)
	}
	data, err := prog.request(base)
	if err != nil || len(data) == 0 {
		return err
	}
	return o.setOnce(f.key, data)
}

// requestAttributes returns attributes of which only number and payload are
// known, in host byte order as they are.
func requestAttributes(raw Raw) ([]Object, error) {
	list := []Object{}
	for b := []byte(raw); len(b) > 0; {
		t, payload, rest, err := Cut(b)
		if err != nil {
			return nil, fmt.Errorf("%w: not a run of attributes: %w", ErrValue, err)
		}
		o := Object{{"type", t &^ Nested}}
		if t&Nested != 0 {
			o.Set("nested", true)
		}
		o.Set("data", hexbytes.EncodeToString(payload))
		list, b = append(list, o), rest
	}
	return list, nil
}

func requestValue(f *Field, v any) (any, error) {
	switch v := v.(type) {
	case Ref: // it is a json.Marshaler too
		return requestRef(v)
	case bool, json.Marshaler:
		return v, nil
	case time.Duration:
		if unit := cmp.Or(f.unit(), 1); unit > 1 && v%unit == 0 {
			return int64(v / unit), nil
		}
		return v.String(), nil // cannot be sent, but need not be lost
	case netip.Addr:
		return v.String(), nil
	case HWAddr:
		return v.String(), nil
	case string:
		return requestText(v)
	case Struct:
		prog, base, err := programOf(v)
		if err != nil {
			return nil, err
		}
		return prog.request(base)
	}
	r := reflect.ValueOf(v)
	if r.Kind() == reflect.Slice {
		return requestList(f, r)
	}
	return requestNumber(f, r)
}

func requestText(s string) (any, error) {
	if !utf8.ValidString(s) {
		return nil, fmt.Errorf("%w: %q is not UTF-8", ErrValue, s)
	}
	return s, nil
}

func requestRef(r Ref) (any, error) {
	switch i, ok := r.Index(); {
	case !ok:
		return requestText(r.Name())
	case i != 0:
		return i, nil
	}
	return nil, nil
}

func requestList(f *Field, list reflect.Value) (any, error) {
	out := make([]any, list.Len())
	for i := range out {
		v, err := requestValue(f, elementOf(list.Index(i)))
		if err != nil {
			return nil, requestError(f.Type, fmt.Sprintf("[%d]", i), err)
		}
		out[i] = v
	}
	return out, nil
}

// requestNumber writes a number as its line says, and otherwise in words where
// they mean the same.
func requestNumber(f *Field, v reflect.Value) (any, error) {
	text, ok := wordsOf(v)
	switch {
	case f.descriptor && (v.CanUint() || v.Int() >= 0):
		return nil, errDescriptor(v)
	case f.format&hex != 0 && v.CanUint():
		return hexText(v.Uint()), nil
	case f.format&number != 0 || !ok:
		return plainNumber(v), nil
	case !isSet(v):
		return text, nil
	case text == "":
		return []string{}, nil
	}
	return strings.Split(text, ","), nil
}

// plainNumber returns a number without its type, which can marshal to words.
func plainNumber(v reflect.Value) any {
	switch {
	case v.CanUint():
		return v.Uint()
	case v.CanInt():
		return v.Int()
	}
	return v.Interface()
}

// wordsOf returns v in words, and whether it has some that can be read back.
func wordsOf(v reflect.Value) (string, bool) {
	s, ok := v.Interface().(fmt.Stringer)
	if !ok || s.String() == fmt.Sprintf("%d", s) {
		return "", false
	}
	back := reflect.New(v.Type())
	u, ok := back.Interface().(encoding.TextUnmarshaler)
	if !ok || u.UnmarshalText([]byte(s.String())) != nil {
		return "", false
	}
	return s.String(), back.Elem().Equal(v)
}
