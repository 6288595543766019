package link_test

import (
	"strings"
	"testing"

	"github.com/iplink-go/iplink/internal/golden"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/link"
)

// What kernels reported of links that this library made with everything set.
// There is no iproute2 to compare with; what must hold is that the report reads
// as the kind it was recorded for, that nothing of it is lost, and that reading
// it into a used Link is the same as into a new one. Truncation, fuzzing and
// the rest get the messages through golden.Messages.

func TestRecordings(t *testing.T) {
	list, err := golden.Recordings()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range list {
		t.Run(r.Folder+"/"+r.Subject, func(t *testing.T) {
			if !golden.Native(r.Order) {
				t.Skip("recorded in the other byte order")
			}
			for _, x := range r.Reports {
				links := decodeAll(t, []golden.Hex{x.Message})
				if len(links) != 1 {
					t.Fatalf("%s: %d links", x.Name, len(links))
				}
				checkRecorded(t, r.Subject, x.Name, &links[0])
			}
		})
	}
}

// checkRecorded checks that a report is about what the recording says.
func checkRecorded(t *testing.T, subject, name string, l *link.Link) {
	t.Helper()
	what, role, _ := strings.Cut(subject, " ")
	_, opaque := l.Kind.(*kind.Opaque)
	_, opaquePort := l.Port.(*kind.OpaquePort)
	switch {
	case opaque || opaquePort:
		t.Errorf("%s: kind %T, port %T", name, l.Kind, l.Port)
	case what == "link":
	case role == "port":
		if l.Port == nil || l.Port.Kind() != what {
			t.Errorf("%s: port %T", name, l.Port)
		}
	case l.KindName() != what:
		t.Errorf("%s: kind %q", name, l.KindName())
	}
}
