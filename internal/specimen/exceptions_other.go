package specimen

import (
	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/link"
)

// Kinds of which there are few rows each.

var amtExceptions = table{
	"mode":      {Why: "a gateway needs to know where to ask", Apart: "gateway", Values: values(&kind.AMT{Mode: attr.Some(kind.AMTGateway), Discovery: far4}, &kind.AMT{Mode: attr.Some(kind.AMTRelay)})},
	"discovery": {Why: "of gateways only", Apart: "gateway", With: &kind.AMT{Mode: attr.Some(kind.AMTGateway)}},
}

var batadvExceptions = table{
	"ra": {Why: "there are two", Values: values(&kind.Batadv{RoutingAlgo: "BATMAN_V"}, &kind.Batadv{RoutingAlgo: "BATMAN_IV"})},
}

var gtpExceptions = table{
	"fd0":            {Why: "it takes a socket that a program has open", Untested: true},
	"fd1":            {Why: "it takes a socket that a program has open", Untested: true},
	"create-sockets": {Why: "nothing without sockets", Values: values(&kind.GTP{CreateSockets: attr.On})},
	"local":          {Why: "an address that the machine has", Values: values(&kind.GTP{Local: address("0.0.0.0")})},
	"local6":         {Why: "an address that the machine has", Values: values(&kind.GTP{Local: address("::")})},
}

// HSR takes three links, none of them twice.
var hsrExceptions = table{
	"slave1":    {Why: "not one of the others", Values: values(&kind.HSR{Port1: link.Index(Lower + 1)}, &kind.HSR{Port1: link.Index(Other + 1)})},
	"slave2":    {Why: "not one of the others", Values: values(&kind.HSR{Port2: link.Index(Other + 1)}, &kind.HSR{Port2: link.Index(Lower + 1)})},
	"version":   {Why: "not reported by all", Lacks: unreported},
	"interlink": {Why: "not one of the others", Lacks: unreported, Values: values(&kind.HSR{Interlink: link.Index(third.Index)}, &kind.HSR{Interlink: link.Index(third.Index + 1)})},
	"proto":     {Why: "PRP has no versions", Apart: "prp"},
}

// unreported is what the kernel takes and does not show.
var unreported = map[string]string{"6.12": "it is taken, and not reported", "6.12-s390x": "it is taken, and not reported"}

// guarded is replay protection, which a window is part of.
var guarded = &kind.MACsec{ReplayProtect: attr.On, Window: attr.U32(7)}

var macsecExceptions = table{
	"cipher":      {Why: "numbers of eight bytes", Values: values(&kind.MACsec{CipherSuite: attr.Some(kind.GCMAES256)}, &kind.MACsec{CipherSuite: attr.Some(kind.GCMAES128)})},
	"icvlen":      {Why: "lengths that the cipher has", Needs: []string{"macsec icvlen"}, Values: values(&kind.MACsec{ICVLen: attr.U8(12)}, &kind.MACsec{ICVLen: attr.U8(14)})},
	"window":      {Why: "reported with replay protection only", Values: values(guarded, &kind.MACsec{ReplayProtect: attr.On, Window: attr.U32(9)})},
	"replay":      {Why: "needs a window, which is not reported without", Values: values(guarded, &kind.MACsec{ReplayProtect: attr.Off}), Resets: []string{"window"}},
	"send_sci":    {Why: "it must be sent if one is given", Apart: "no SCI"},
	"end_station": {Why: "one of three", Apart: "end station"},
	"scb":         {Why: "one of three", Apart: "single copy broadcast"},
	"offload":     {Why: hardware, Untested: true},
}

var netkitExceptions = table{
	"pairing": {
		Why: "nothing can be said of a peer that there is not", Apart: "single",
		On:     &link.Spec{Name: Name, Index: Index, Kind: &kind.Netkit{Mode: attr.Some(kind.NetkitL2)}},
		Values: values(&kind.Netkit{Pairing: attr.Some(kind.NetkitSingle)}, &kind.Netkit{Pairing: attr.Some(kind.NetkitPair)}),
	},
}

var netkitPeerExceptions = table{
	"numtxqueues": {Why: "Linux 7.2 answers EOPNOTSUPP", Untested: true},
}

var vxcanPeerExceptions = table{
	"address":   {Why: "a CAN bus has no addresses", Untested: true},
	"broadcast": {Why: "a CAN bus has no addresses", Untested: true},
	"master":    {Why: "there is no master for a CAN bus", Untested: true},
}

var xfrmExceptions = table{
	"external": {Why: "not with an ID", Apart: external, Values: values(&kind.XFRM{ID: attr.U32(0), External: attr.On})},
}
