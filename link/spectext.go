package link

import (
	"fmt"
	"strings"

	"github.com/iplink-go/iplink/attr"
)

// String says what is wanted in the words of "ip link", for logs and errors:
// "bridge br0: up on, mtu 1400, vlan_filtering on". It is a method of the value,
// so that both forms print.
func (s Spec) String() string {
	var said []string
	for f, v := range values(&s) {
		switch {
		case identifies(f) && f.Name != "index", f.Name == "name", f.Name == "altnames":
		default:
			said = append(said, f.Name+" "+printable(text(f, v)))
		}
	}
	for _, n := range s.AltNames {
		said = append(said, "altname "+printable(n))
	}
	who := printable(s.Name)
	if s.Kind != nil {
		who = strings.TrimSpace(s.Kind.Kind() + " " + who)
	}
	return strings.TrimPrefix(fmt.Sprintf("%s: %s", who, strings.Join(said, ", ")), ": ")
}

// String returns the index and the counters that were reported.
func (r StatsReport) String() string { return attr.Printer{}.Text(&r) }
