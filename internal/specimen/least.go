package specimen

import (
	"cmp"
	"maps"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/link"
)

// What the kernel wants to make a link of each kind, beyond its name and a
// link below where the kind needs one (kind.Info says so).

const (
	// anyKind is the kind of the link that shows what any link can be given,
	// portKind that of ports.
	anyKind, portKind = "veth", "veth"
)

// A row is what a kind wants.
type row struct {
	// impossible says why no test can make one.
	impossible string
	// data is the kind with what must be said.
	data kind.Kind
	// needs are features besides that of the kind's name.
	needs []string
	// around are links besides those that every test has.
	around []link.Spec
	// master is the link that takes ports, where it needs more than its kind.
	master *link.Spec
	// port says what a port must be besides, ports are others.
	port  *link.Spec
	ports []link.Spec
	// noPorts says why there is nothing to try of its ports.
	noPorts string
}

// rows hold kinds that need more than a name.
var rows = union(plainRows, otherRows, tunnelRows)

// union returns the rows of several tables.
func union(tables ...map[string]row) map[string]row {
	all := map[string]row{}
	for _, t := range tables {
		maps.Copy(all, t)
	}
	return all
}

var plainRows = map[string]row{
	"bridge": {
		// Ports are up and have carrier: their state can be set only then.
		master: &link.Spec{Name: "br0", Kind: &kind.Bridge{}, Up: attr.On},
		port:   &link.Spec{Kind: pair(kind.Peer{Name: PeerName, Index: PeerIndex, Address: peerAddress, Up: attr.On}), Up: attr.On},
		ports:  []link.Spec{second},
	},
	"veth": {data: pair(kind.Peer{Address: peerAddress})},
	"vlan": {
		data:  &kind.VLAN{ID: attr.U16(42)},
		needs: []string{"bridge"}, around: []link.Spec{{Name: "br0", Index: Master, Kind: &kind.Bridge{}}},
	},
}

var (
	peerAddress   = attr.MustParseHWAddr("02:00:00:00:01:0a")
	masterAddress = attr.MustParseHWAddr("02:00:00:00:01:05")
	portAddress   = attr.MustParseHWAddr("02:00:00:00:01:06")
)

func pair(p kind.Peer) *kind.Veth { return &kind.Veth{Peer: attr.Some(p)} }

// surroundings are what every test has: two pairs of which links can be used
// as the link below or be referred to.
func surroundings() []link.Spec {
	end := func(name, address string, index uint32) kind.Peer {
		return kind.Peer{Name: name, Index: index, Address: attr.MustParseHWAddr(address)}
	}
	return []link.Spec{
		{Name: "low0", Index: Lower, Address: attr.MustParseHWAddr("02:00:00:00:01:01"), Kind: pair(end("low1", "02:00:00:00:01:02", Lower+1))},
		{Name: "low2", Index: Other, Address: attr.MustParseHWAddr("02:00:00:00:01:03"), Kind: pair(end("low3", "02:00:00:00:01:04", Other+1))},
	}
}

// impossible says why there is no link of a kind to try, "" if there may be.
func impossible(name string) string {
	return cmp.Or(rows[name].impossible, kind.New(name).Info().MadeBy)
}

func around(name string) []link.Spec { return append(surroundings(), rows[name].around...) }

func needs(name string) []string { return append([]string{name}, rows[name].needs...) }

func least(name string) link.Spec {
	s := link.Spec{Name: Name, Index: Index, Kind: kind.New(name)}
	if data := rows[name].data; data != nil {
		s.Kind = attr.Clone(data)
	}
	if p, ok := s.Kind.(kind.Pairer); ok {
		peer := p.PeerSpec().Value()
		peer.Name, peer.Index = PeerName, PeerIndex
		p.PeerSpec().Set(peer)
	}
	if s.Kind.Info().NeedsLower {
		s.Lower = link.Index(Lower)
	}
	return s
}

func masterOf(name string) link.Spec {
	s := least(name)
	if m := rows[name].master; m != nil {
		s = *m.Clone()
	} else {
		s.Name = "master"
	}
	s.Index, s.Address = Master, masterAddress
	return s
}

func portOf(master string) link.Spec {
	s := least(portKind)
	s.Address, s.Master = portAddress, link.Index(Master)
	if p := rows[master].port; p != nil {
		s.Kind, s.Up = attr.Clone(p.Kind), p.Up
		if p.Address.Len() > 0 {
			s.Address = p.Address
		}
	}
	return s
}
