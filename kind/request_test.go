package kind_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/iplink-go/iplink/attr"
)

// The JSON of requests, of every kind.

// withoutDescriptors clears what no JSON can say.
func withoutDescriptors(v reflect.Value) {
	for v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	if v.Kind() != reflect.Struct {
		return
	}
	for i := range v.NumField() {
		switch name, f := v.Type().Field(i).Name, v.Field(i); {
		case (name == "FD" || name == "FD0" || name == "FD1") && f.Type() == reflect.TypeFor[attr.Opt[uint32]]():
			f.SetZero()
		case strings.HasPrefix(f.Type().Name(), "Opt[") && name == "Peer":
			peer := reflect.New(f.Addr().MethodByName("Value").Type().Out(0))
			peer.Elem().Set(f.Addr().MethodByName("Value").Call(nil)[0])
			withoutDescriptors(peer)
			f.Addr().MethodByName("Set").Call([]reflect.Value{peer.Elem()})
		case v.Type().Field(i).IsExported():
			withoutDescriptors(f)
		}
	}
}

func requestJSON(t *testing.T, s attr.Struct) []byte {
	t.Helper()
	o, err := attr.RequestObject(s)
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestRequestJSON says all that can be said in JSON, and reads it again.
func TestRequestJSON(t *testing.T) {
	forAll(t, func(t *testing.T, s *subject) {
		for variant := range 2 {
			full, _ := s.full(t, variant)
			withoutDescriptors(reflect.ValueOf(full))
			checkRequestJSON(t, s, full)
			for _, ref := range attr.Refs(full) {
				*ref = attr.RefName("eth0")
			}
			text := requestJSON(t, full)
			if got := s.make(); !bytes.Equal(requestJSON(t, readRequest(t, text, got)), text) {
				t.Errorf("with names: %s", text)
			}
			for _, ref := range attr.Refs(full) {
				*ref = attr.NoRef
			}
			checkRequestJSON(t, s, full)
		}
	})
}

func readRequest(t *testing.T, text []byte, s attr.Struct) attr.Struct {
	t.Helper()
	r := attr.JSONReader{Scope: scope}
	if r.Struct("", text, s, nil); r.Err() != nil {
		t.Fatalf("%v\n%s", r.Err(), text)
	}
	return s
}

// checkRequestJSON wants the request of what is read to be that of full, byte
// for byte.
func checkRequestJSON(t *testing.T, s *subject, full attr.Struct) {
	t.Helper()
	want, err := scope.Append(nil, full)
	if err != nil {
		t.Fatal(err)
	}
	text := requestJSON(t, full)
	got := readRequest(t, text, s.make())
	if b, err := scope.Append(nil, got); err != nil || !bytes.Equal(b, want) {
		t.Errorf("%s\nis read as\n%s\nwant\n%s%v", text, scope.Dump(b, got), scope.Dump(want, got), err)
	}
	if again := requestJSON(t, got); !bytes.Equal(again, text) {
		t.Errorf("written %s, and then %s", text, again)
	}
}

// TestRequestKeys wants one key for each field.
func TestRequestKeys(t *testing.T) {
	forAll(t, func(t *testing.T, s *subject) {
		keys, err := attr.RequestKeys(s.make())
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for _, k := range keys {
			if k == "" || k == "-" || seen[k] {
				t.Errorf("two fields have the key %q", k)
			}
			seen[k] = true
		}
		if text := requestJSON(t, s.make()); string(text) != "{}" {
			t.Errorf("nothing is %s", text)
		}
	})
}
