package ipcmd

import (
	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
)

// The options of kinds that need a modem, a switch or a radio, and of those
// that have one option.

type (
	ipoib = kind.IPoIB
	rmnet = kind.RMNet
)

var ipoibOptions = options[ipoib]{
	"pkey":   num16(func(i *ipoib) *attr.Opt[uint16] { return &i.PKey }),
	"mode":   word(func(i *ipoib) *attr.Opt[kind.IPoIBMode] { return &i.Mode }),
	"umcast": onOff(func(i *ipoib) *attr.Opt[bool] { return &i.UserMulticast }),
}

var rmnetOptions = options[rmnet]{
	"mux_id":                 num16(func(r *rmnet) *attr.Opt[uint16] { return &r.MuxID }),
	"ingress-deaggregation":  onOff(func(r *rmnet) *attr.Opt[bool] { return &r.Deaggregation }),
	"ingress-commands":       onOff(func(r *rmnet) *attr.Opt[bool] { return &r.Commands }),
	"ingress-mapv4-checksum": onOff(func(r *rmnet) *attr.Opt[bool] { return &r.RxChecksumV4 }),
	"egress-mapv4-checksum":  onOff(func(r *rmnet) *attr.Opt[bool] { return &r.TxChecksumV4 }),
	"ingress-mapv5-checksum": onOff(func(r *rmnet) *attr.Opt[bool] { return &r.RxChecksumV5 }),
	"egress-mapv5-checksum":  onOff(func(r *rmnet) *attr.Opt[bool] { return &r.TxChecksumV5 }),
}

var dsaOptions = options[kind.DSA]{
	"conduit": ref(func(d *kind.DSA) *attr.Ref { return &d.Conduit }),
	"master":  ref(func(d *kind.DSA) *attr.Ref { return &d.Conduit }),
}

var wwanOptions = options[kind.WWAN]{
	"linkid": num32(func(v *kind.WWAN) *attr.Opt[uint32] { return &v.LinkID }),
}

var batadvOptions = options[kind.Batadv]{
	"ra": func(w *words, b *kind.Batadv) { b.RoutingAlgo = w.next() },
}
