package link_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/link"
)

// TestOpaqueShown prints a link of a kind and with a master that have no type.
func TestOpaqueShown(t *testing.T) {
	raw := func(b []byte) attr.Raw {
		r, err := attr.RawFrom(b)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	data := raw(attr.AppendBytes(attr.AppendBytes(attr.AppendBytes(nil, 1, []byte{0x2a, 0, 0, 0}), 2, []byte{1}), 2, nil))
	l := link.Link{
		Index: 3, Name: "acme0", Kind: &kind.Opaque{Name: "acme", Data: data},
		Port: &kind.OpaquePort{Name: "hub", Data: raw(attr.AppendUint8(nil, 9, 7))},
	}
	text := l.String()
	for _, want := range []string{"\n    acme #1 2a000000 #2 01 #2\n", "\n    hub_slave #9 07"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
	var got struct{ LinkInfo json.RawMessage }
	object, err := json.Marshal(l)
	if err == nil {
		err = json.Unmarshal(object, &got)
	}
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"info_kind":"acme","info_raw":[{"type":1,"data":"2a000000"},{"type":2,"data":"01"},{"type":2,"data":""}],` +
		`"info_slave_kind":"hub","info_slave_raw":[{"type":9,"data":"07"}]}`
	if string(got.LinkInfo) != want {
		t.Errorf("got  %s\nwant %s", got.LinkInfo, want)
	}
	l.Kind, l.Port = &kind.Opaque{Name: "acme"}, nil
	if text := fmt.Sprint(l); strings.Contains(text, "#") || !strings.Contains(text, "\n    acme") {
		t.Errorf("without data: %s", text)
	}
}
