package ipcmd

import (
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
)

type bond = kind.Bond

func millis(at func(*bond) *attr.Opt[time.Duration]) func(*words, *bond) {
	return times(time.Millisecond, at)
}

var bondOptions = options[bond]{
	"mode":               word(func(b *bond) *attr.Opt[kind.BondMode] { return &b.Mode }),
	"active_slave":       ref(func(b *bond) *attr.Ref { return &b.ActiveSlave }),
	"clear_active_slave": func(_ *words, b *bond) { b.ActiveSlave = attr.NoRef },
	"miimon":             millis(func(b *bond) *attr.Opt[time.Duration] { return &b.MIIMon }),
	"updelay":            millis(func(b *bond) *attr.Opt[time.Duration] { return &b.UpDelay }),
	"downdelay":          millis(func(b *bond) *attr.Opt[time.Duration] { return &b.DownDelay }),
	"peer_notify_delay":  millis(func(b *bond) *attr.Opt[time.Duration] { return &b.PeerNotifyDelay }),
	"use_carrier":        onOff(func(b *bond) *attr.Opt[bool] { return &b.UseCarrier }),
	"arp_interval":       millis(func(b *bond) *attr.Opt[time.Duration] { return &b.ARPInterval }),
	"arp_ip_target":      targets(func(b *bond) *attr.Opt[[]netip.Addr] { return &b.ARPTargets }),
	"ns_ip6_target":      targets(func(b *bond) *attr.Opt[[]netip.Addr] { return &b.NSTargets }),
	"arp_validate":       word(func(b *bond) *attr.Opt[kind.ARPValidate] { return &b.ARPValidate }),
	"arp_all_targets":    word(func(b *bond) *attr.Opt[kind.ARPAllTargets] { return &b.ARPAllTargets }),
	"arp_missed_max":     num8(func(b *bond) *attr.Opt[uint8] { return &b.ARPMissedMax }),
	"primary":            ref(func(b *bond) *attr.Ref { return &b.Primary }),
	"primary_reselect":   word(func(b *bond) *attr.Opt[kind.PrimaryReselect] { return &b.PrimaryReselect }),
	"fail_over_mac":      word(func(b *bond) *attr.Opt[kind.FailOverMAC] { return &b.FailOverMAC }),
	"xmit_hash_policy":   word(func(b *bond) *attr.Opt[kind.XmitHashPolicy] { return &b.XmitHashPolicy }),
	"resend_igmp":        num32(func(b *bond) *attr.Opt[uint32] { return &b.ResendIGMP }),
	"num_grat_arp":       num8(func(b *bond) *attr.Opt[uint8] { return &b.NumPeerNotif }),
	"num_unsol_na":       num8(func(b *bond) *attr.Opt[uint8] { return &b.NumPeerNotif }),
	"all_slaves_active":  onOff(func(b *bond) *attr.Opt[bool] { return &b.AllSlavesActive }),
	"min_links":          num32(func(b *bond) *attr.Opt[uint32] { return &b.MinLinks }),
	"lp_interval":        times(time.Second, func(b *bond) *attr.Opt[time.Duration] { return &b.LPInterval }),
	"packets_per_slave":  num32(func(b *bond) *attr.Opt[uint32] { return &b.PacketsPerSlave }),
	"lacp_rate":          word(func(b *bond) *attr.Opt[kind.LACPRate] { return &b.LACPRate }),
	"lacp_active":        onOff(func(b *bond) *attr.Opt[bool] { return &b.LACPActive }),
	"coupled_control":    onOff(func(b *bond) *attr.Opt[bool] { return &b.CoupledControl }),
	"broadcast_neighbor": onOff(func(b *bond) *attr.Opt[bool] { return &b.BroadcastNeighbor }),
	"ad_select":          word(func(b *bond) *attr.Opt[kind.ADSelect] { return &b.ADSelect }),
	"ad_user_port_key":   num16(func(b *bond) *attr.Opt[uint16] { return &b.ADUserPortKey }),
	"ad_actor_sys_prio":  num16(func(b *bond) *attr.Opt[uint16] { return &b.ADActorSysPrio }),
	"ad_actor_system":    mac(func(b *bond) *attr.HWAddr { return &b.ADActorSystem }),
	"tlb_dynamic_lb":     onOff(func(b *bond) *attr.Opt[bool] { return &b.TLBDynamicLB }),
}

var bondPortOptions = options[kind.BondPort]{
	"queue_id":        num16(func(p *kind.BondPort) *attr.Opt[uint16] { return &p.QueueID }),
	"prio":            int32s(func(p *kind.BondPort) *attr.Opt[int32] { return &p.Priority }),
	"actor_port_prio": num16(func(p *kind.BondPort) *attr.Opt[uint16] { return &p.ActorPortPriority }),
}

// targets reads addresses with commas between them; none, at the end of a
// command, removes those there are.
func targets(at func(*bond) *attr.Opt[[]netip.Addr]) func(*words, *bond) {
	return func(w *words, b *bond) {
		var list []netip.Addr
		if w.more() {
			for s := range strings.SplitSeq(w.next(), ",") {
				a, err := netip.ParseAddr(s)
				if err != nil {
					w.fail("address " + strconv.Quote(s))
				}
				list = append(list, a)
			}
		}
		at(b).Set(list)
	}
}
