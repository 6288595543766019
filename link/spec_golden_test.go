package link_test

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/golden"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/link"
)

// From a report to the request that would make the link again: what the
// request says is what the link is.

// TestGoldenSpecs takes every link of every captured dump.
func TestGoldenSpecs(t *testing.T) {
	n := 0
	for name, datagrams := range goldenDumps(t) {
		links := decodeAll(t, datagrams)
		for i := range links {
			n++
			checkSpec(t, fmt.Sprintf("%s: %s", name, links[i].Name), links, &links[i])
		}
	}
	if n < 1000 {
		t.Errorf("only %d links", n)
	}
	t.Logf("%d links", n)
}

// goldenDumps returns all dumps that were captured in this machine's byte
// order.
func goldenDumps(t *testing.T) map[string][]golden.Hex {
	t.Helper()
	dumps := map[string][]golden.Hex{}
	if golden.Native(golden.Order) {
		for _, folder := range []string{golden.FolderLink, golden.FolderDumps, golden.FolderShow} {
			cases, err := golden.Cases(folder)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range cases {
				if folder != golden.FolderLink && c.RequestType == "RTM_GETLINK" {
					dumps[folder+"/"+c.Name] = c.Replies
				} else {
					dumps[folder+"/"+c.Name] = c.AfterDump
				}
			}
		}
	}
	for _, v := range golden.Versions {
		k, err := golden.LoadKernel(v)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range k.Cases {
			if golden.Native(k.Order) {
				dumps[v+"/"+c.Name] = c.Dump
			}
		}
	}
	return dumps
}

func checkSpec(t *testing.T, name string, links link.Links, l *link.Link) {
	t.Helper()
	s := links.Spec(l.Ref())
	for _, ref := range attr.Refs(s) {
		if n := ref.Name(); n != "" {
			*ref = links.ByName(n).Ref()
		}
	}
	checkPeer(t, name, links, l, s)
	b, err := link.Append(nil, s)
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	if s.Kind != nil {
		checkHolds(t, name, s.Kind, l.Kind)
	}
	if s.Port != nil {
		checkHolds(t, name, s.Port, l.Port)
	}
	checkSaid(t, name, b, l)
}

// checkPeer compares the peer with the link that it is, and takes it out of
// the request: a report of the link itself does not hold it.
func checkPeer(t *testing.T, name string, links link.Links, l *link.Link, s *link.Spec) {
	t.Helper()
	p, ok := s.Kind.(kind.Pairer)
	if !ok {
		return
	}
	other := links.Find(l.Lower)
	peer, described := p.PeerSpec().Get()
	switch {
	case l.LowerNetNSID.IsSet() || other == nil:
		if described {
			t.Errorf("%s: the peer is elsewhere, and yet described", name)
		}
	case peer.Name != other.Name || peer.Address != addressToSay(other.Address) || peer.MTU != other.MTU || peer.Index != other.Index:
		t.Errorf("%s: peer %+v, want %s", name, peer, other)
	}
	if _, err := link.Append(nil, s); err != nil {
		t.Errorf("%s, with its peer: %v", name, err)
	}
	p.PeerSpec().Clear()
}

// addressToSay returns what a request says of an address: nothing of one that
// is all zeros, as ends of a netkit in L3 mode have it, since the kernel refuses
// to be told so.
func addressToSay(a attr.HWAddr) attr.HWAddr {
	if strings.Trim(a.String(), "0:") == "" {
		return attr.HWAddr{}
	}
	return a
}

// checkHolds fails if have is not all that want says.
func checkHolds(t *testing.T, name string, want, have attr.Named) {
	t.Helper()
	dst := attr.Clone[attr.Struct](want)
	fields, err := attr.Diff(dst, want, have)
	if err != nil || len(fields) > 0 {
		t.Errorf("%s: %v says otherwise: %v, %v", name, want.Kind(), fields, err)
	}
}

// checkSaid reads the request as if it were a report and compares it with the
// link. Of the flags only those count that the request is about.
func checkSaid(t *testing.T, name string, b []byte, l *link.Link) {
	t.Helper()
	var said, dst link.Link
	if err := link.Decode(b, &said); err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	mask := link.Flags(binary.NativeEndian.Uint32(b[12:]))
	if said.Flags != l.Flags&mask {
		t.Errorf("%s: flags %v, want %v of %v", name, said.Flags, mask, l.Flags)
	}
	said.Flags, said.Change = 0, 0
	if fields, err := attr.Diff(&dst, &said, l); err != nil || len(fields) > 0 {
		t.Errorf("%s: the request says otherwise: %v, %v", name, fields, err)
	}
	if said.Name != l.Name || said.MTU != l.MTU || said.KindName() != l.KindName() || (said.Port != nil) != (l.Port != nil) {
		t.Errorf("%s: the request says less: %+v", name, said)
	}
}
