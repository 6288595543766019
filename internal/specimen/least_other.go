package specimen

import (
	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/link"
)

const (
	ofHardware = "the driver of a device makes it"
	ofProgram  = "it takes a file that a program has open"
)

// otherRows are those of kinds that no other file has.
var otherRows = map[string]row{
	"amt": {data: &kind.AMT{Mode: attr.Some(kind.AMTRelay), Local: near4, Link: link.Index(Lower)}},
	"bond": {
		// Some of a port is for one mode, some for another.
		master: &link.Spec{Name: "master", Kind: &kind.Bond{Mode: attr.Some(kind.BondActiveBackup)}},
		port:   &link.Spec{Kind: pair(kind.Peer{Name: PeerName, Index: PeerIndex, Address: peerAddress}), Address: masterAddress},
		ports:  []link.Spec{lacp},
	},
	"can": {impossible: ofHardware + "; TestCAN has one"},
	"gtp": {data: &kind.GTP{CreateSockets: attr.On}, needs: []string{"gtp create_sockets"}},
	"hsr": {
		data:    &kind.HSR{Port1: link.Index(Lower), Port2: link.Index(Other)},
		around:  []link.Spec{third},
		noPorts: "they are chosen at the creation of the master, and nothing is said of them",
	},
	"ipoib":  {impossible: ofHardware},
	"lowpan": {impossible: ofHardware},
	"netkit": {data: &kind.Netkit{Mode: attr.Some(kind.NetkitL2)}}, // only then its ends have addresses
	"ppp":    {impossible: ofProgram},
	"rmnet":  {data: &kind.RMNet{MuxID: attr.U16(42)}},
	"vrf":    {data: &kind.VRF{Table: attr.U32(42)}},
	"wwan":   {impossible: ofHardware},
}

// third is one more pair, for kinds that take three links.
var third = link.Spec{
	Name: "low4", Index: 105, Address: attr.MustParseHWAddr("02:00:00:00:01:0b"),
	Kind: pair(kind.Peer{Name: "low5", Index: 106, Address: attr.MustParseHWAddr("02:00:00:00:01:0c")}),
}

// lacp is a bond that speaks LACP.
var lacp = link.Spec{
	Name: "lacp", Index: 131, Address: masterAddress, Kind: &kind.Bond{Mode: attr.Some(kind.Bond8023AD)},
}
