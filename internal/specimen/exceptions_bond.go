package specimen

import (
	"net/netip"
	"time"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/link"
)

// Most of a bond is for some of its modes, and its two ways of watching ports
// exclude each other.

const watchesARP = "ARP"

// forMode is about what is for one mode.
func forMode(m kind.BondMode) Exception {
	return Exception{Why: "of this mode", With: &kind.Bond{Mode: attr.Some(m)}, Apart: m.String()}
}

// delay is about what is counted in looks at the ports.
var delay = Exception{Why: "a multiple of miimon", With: &kind.Bond{MIIMon: attr.Some(100 * time.Millisecond)}}

var bondExceptions = table{
	"mode":              {Why: "other options are for one", Apart: kind.BondActiveBackup.String(), Values: values(&kind.Bond{Mode: attr.Some(kind.BondActiveBackup)}, &kind.Bond{Mode: attr.Some(kind.BondXOR)})},
	"active_slave":      {Why: elsewhere + "TestBondPorts; a new bond has no ports", Untested: true},
	"updelay":           delay,
	"downdelay":         delay,
	"peer_notify_delay": delay,
	"use_carrier":       {Why: "kernels since Linux 6.18 take nothing but on", Values: values(&kind.Bond{UseCarrier: attr.On}, &kind.Bond{UseCarrier: attr.Off})},
	"arp_interval":      {Why: "not with miimon", Apart: watchesARP},
	"arp_validate":      {Why: "not with miimon", Apart: watchesARP},
	"arp_ip_target":     {Why: "a list of addresses", Apart: watchesARP, Values: values(&kind.Bond{ARPTargets: targets("192.0.2.7", "192.0.2.8")}, &kind.Bond{ARPTargets: targets("192.0.2.9")})},
	"ns_ip6_target":     {Why: "a list of addresses", Apart: watchesARP, Values: values(&kind.Bond{NSTargets: targets("2001:db8::7", "2001:db8::8")}, &kind.Bond{NSTargets: targets("2001:db8::9")})},
	"primary":           {Why: elsewhere + "TestBondPorts; reported once it is a port", Untested: true},
	"tlb_dynamic_lb":    forMode(kind.BondTLB),

	"lacp_rate":          forMode(kind.Bond8023AD),
	"lacp_active":        forMode(kind.Bond8023AD),
	"lacp_strict":        forMode(kind.Bond8023AD),
	"ad_actor_sys_prio":  actor,
	"ad_user_port_key":   actor,
	"ad_actor_system":    actor,
	"coupled_control":    forMode(kind.Bond8023AD),
	"broadcast_neighbor": forMode(kind.Bond8023AD),
}

// actor is about what the kernel keeps secret.
var actor = Exception{
	Why: "of this mode, and not reported to who is root in a namespace only", Needs: []string{"machine root"},
	With: &kind.Bond{Mode: attr.Some(kind.Bond8023AD)}, Apart: kind.Bond8023AD.String(),
}

func targets(list ...string) attr.Opt[[]netip.Addr] {
	var out []netip.Addr
	for _, s := range list {
		out = append(out, netip.MustParseAddr(s))
	}
	return attr.Some(out)
}

var bondPortExceptions = table{
	"actor_port_prio": {
		Why:   "of a bond that speaks LACP",
		On:    &link.Spec{Name: Name, Index: Index, Address: masterAddress, Master: link.Index(lacp.Index), Kind: rows["bond"].port.Kind},
		Apart: lacp.Name,
	},
}
