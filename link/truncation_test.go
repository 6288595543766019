package link_test

import (
	"encoding/binary"
	"fmt"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/attrtest"
	"github.com/iplink-go/iplink/internal/golden"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/link"
)

// The truncation matrix: every captured message cut at every byte, and every
// attribute in it, however deep, given every length that could mislead a
// reader. None may panic, read past an attribute, or allocate out of
// proportion, and every error must say where.
//
// IPLINK_FULL=1 takes all messages; otherwise those that have an attribute of a
// length that no other before had in that place.

const fullMatrix = "IPLINK_FULL"

// sitesOf returns all attributes of a message, nested ones too. Where they are
// comes from the kernel's table, not from the lists under test.
func sitesOf(t testing.TB, m []byte) []attrtest.Site {
	t.Helper()
	tree, err := golden.Parse(binary.NativeEndian, m)
	if err != nil {
		t.Fatal(err)
	}
	return appendSites(nil, tree.Attrs, 16, "", false)
}

func appendSites(list []attrtest.Site, nodes []*golden.Node, off int, path string, opaque bool) []attrtest.Site {
	var name string
	for _, n := range nodes {
		if n.Name == "IFLA_INFO_KIND" || n.Name == "IFLA_INFO_SLAVE_KIND" {
			name = attr.ReadString(n.Payload)
		}
		at := path + "/" + n.Name
		list = append(list, attrtest.Site{Off: off, Len: attr.HeaderLen + len(n.Payload), Path: at, Opaque: opaque})
		inside, inner := opaque, off+attr.HeaderLen
		switch n.Name {
		case "IFLA_INFO_DATA":
			inside, at = !slices.Contains(kind.Names(), name), at+"("+name+")"
		case "IFLA_INFO_SLAVE_DATA":
			inside, at = !slices.Contains(kind.PortNames(), name), at+"("+name+")"
		}
		if n.Link != nil {
			inner += 16
		}
		list = appendSites(list, n.Children, inner, at, inside)
		off += (attr.HeaderLen + len(n.Payload) + 3) &^ 3
	}
	return list
}

type sample struct {
	name  string
	body  []byte
	sites []attrtest.Site
}

// samples returns the captured messages, all or those that show something
// new.
func samples(t testing.TB, all bool) (list []sample) {
	t.Helper()
	seen := map[string]bool{}
	for name, m := range golden.Messages() {
		sites, fresh := sitesOf(t, m), all
		for _, s := range sites {
			key := fmt.Sprint(s.Path, s.Len)
			fresh = fresh || !seen[key]
			seen[key] = true
		}
		if fresh {
			list = append(list, sample{name, body(m), sites})
		}
	}
	return list
}

// A matrix counts what was read.
type matrix struct {
	testing.TB
	messages, bytes, refused atomic.Int64
}

func (x *matrix) decode(l *link.Link, b []byte, what string, args ...any) {
	err := link.Decode(b, l)
	x.messages.Add(1)
	x.bytes.Add(int64(len(b)))
	if err != nil {
		x.refused.Add(1)
	}
	if !attrtest.CheckError(x, err, len(b), attr.ErrRange) {
		x.Errorf(what, args...)
	}
}

// cuts reads every beginning of the message.
func (x *matrix) cuts(l *link.Link, s *sample) {
	for b := range attrtest.Cuts(s.body) {
		x.decode(l, b, "%s: the first %d bytes", s.name, len(b))
	}
}

// lengths gives every attribute wrong lengths.
func (x *matrix) lengths(l *link.Link, s *sample) {
	for _, at := range s.sites {
		for n, b := range at.WrongLengths(s.body) {
			x.decode(l, b, "%s: length %d at offset %d, %s", s.name, n, at.Off, at.Path)
		}
	}
}

// padding gives attributes every length with the same number of words, with two
// sorts of garbage behind. Attributes that are kept as bytes keep their padding.
func (x *matrix) padding(s *sample, at attrtest.Site) {
	for n, pair := range at.Paddings(s.body) {
		var links [2]link.Link
		var errs [2]error
		for i, b := range pair {
			errs[i] = link.Decode(b, &links[i])
		}
		x.messages.Add(2)
		if fmt.Sprint(errs[0]) != fmt.Sprint(errs[1]) || !sameLink(&links[0], &links[1]) {
			x.Errorf("%s: what follows the %d bytes of %s at offset %d is read: %v, %v", s.name, n, at.Path, at.Off, errs[0], errs[1])
		}
	}
}

func TestTruncationMatrix(t *testing.T) {
	full := os.Getenv(fullMatrix) != ""
	list := samples(t, full)
	if raceEnabled && !full {
		list = list[:len(list)*2/3] // slow enough
	}
	x := &matrix{TB: t}
	seen := map[string]bool{} // attributes that have been through padding
	var mu sync.Mutex
	fresh := func(s *sample, at attrtest.Site) bool {
		key := at.Path + string(s.body[at.Off:min(at.Off+at.Len, len(s.body))])
		mu.Lock()
		defer mu.Unlock()
		known := seen[key]
		seen[key] = true
		return !known && !at.Opaque
	}
	total := attrtest.Allocated(func() {
		var workers sync.WaitGroup
		for w := range 2 {
			workers.Go(func() {
				var l link.Link
				for i := w; i < len(list); i += 2 {
					x.cuts(&l, &list[i])
					x.lengths(&l, &list[i])
					for _, at := range list[i].sites {
						if fresh(&list[i], at) {
							x.padding(&list[i], at)
						}
					}
				}
			})
		}
		workers.Wait()
	})
	n, read := x.messages.Load(), x.bytes.Load()
	if n < 100_000 {
		t.Errorf("only %d messages", n)
	}
	if x.refused.Load() < n/2 {
		t.Errorf("only %d of %d refused", x.refused.Load(), n)
	}
	// Errors allocate, and kinds that one Link did not have before; two reads
	// into new Links for padding are the most.
	if per := total / uint64(n); per > 4<<10 {
		t.Errorf("%d bytes allocated for each message", per)
	}
	t.Logf("%d captured messages, %d made of them, %d refused, %d MB read, %d bytes allocated for each", len(list), n, x.refused.Load(), read>>20, total/uint64(n))
}

// TestAllocationBound reads messages that make the most of their bytes: lists
// of the smallest elements.
func TestAllocationBound(t *testing.T) {
	const worst = 512 // bytes allocated for one read
	nest := func(outer, inner attr.Type, element []byte) []byte {
		var list []byte
		for len(list)+len(element) < 65000 {
			list = attr.AppendBytes(list, inner, element)
		}
		return report(attr.AppendBytes(nil, outer, list))
	}
	data := func(name string, outer, inner attr.Type, element []byte) []byte {
		return report(info(kindName(name), attr.AppendBytes(nil, infoData, nest(outer, inner, element)[16:])))
	}
	bridge := func(inner attr.Type, element []byte) []byte {
		b := nest(iflaAFSpec, inner, element)
		b[0] = kind.AFBridge
		return b
	}
	for name, b := range map[string][]byte{
		"VFs":      nest(iflaVFInfoList, 1, nil),
		"VLANs":    nest(iflaVFInfoList, 1, attr.AppendBytes(nil, 12, raw(1, make([]byte, 14)...))),
		"ports":    nest(24, 1, nil),
		"altnames": nest(iflaPropList, iflaAltIfname, []byte{'a'}),
		"unknown":  nest(3000, 1, nil),
		"vlans":    bridge(2, make([]byte, 4)),
		"tunnels":  bridge(3, nil),
		"macs":     data("macvlan", 5, 4, nil),
		"mappings": data("vlan", 3, 1, make([]byte, 8)),
		"opaque":   data("nonesuch", 1, 1, nil),
	} {
		n := attrtest.Allocated(func() {
			var l link.Link
			if err := link.Decode(b, &l); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		})
		t.Logf("%s: %d bytes for %d", name, n, len(b))
		if n > worst*uint64(len(b)) {
			t.Errorf("%s: %d bytes allocated for %d", name, n, len(b))
		}
	}
}
