package ipcmd

import (
	"time"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
)

type (
	bridge = kind.Bridge
	port   = kind.BridgePort
)

var bridgeOptions = options[bridge]{
	"forward_delay":                 times(attr.Tick, func(b *bridge) *attr.Opt[time.Duration] { return &b.ForwardDelay }),
	"hello_time":                    times(attr.Tick, func(b *bridge) *attr.Opt[time.Duration] { return &b.HelloTime }),
	"max_age":                       times(attr.Tick, func(b *bridge) *attr.Opt[time.Duration] { return &b.MaxAge }),
	"ageing_time":                   times(attr.Tick, func(b *bridge) *attr.Opt[time.Duration] { return &b.Ageing }),
	"stp_state":                     num32(func(b *bridge) *attr.Opt[kind.STPState] { return &b.STPState }),
	"stp_mode":                      word(func(b *bridge) *attr.Opt[kind.STPMode] { return &b.STPMode }),
	"priority":                      num16(func(b *bridge) *attr.Opt[uint16] { return &b.Priority }),
	"vlan_filtering":                onOff(func(b *bridge) *attr.Opt[bool] { return &b.VLANFiltering }),
	"vlan_protocol":                 word(func(b *bridge) *attr.Opt[kind.VLANProtocol] { return &b.VLANProtocol }),
	"group_fwd_mask":                num16(func(b *bridge) *attr.Opt[kind.GroupFwdMask] { return &b.GroupFwdMask }),
	"group_address":                 mac(func(b *bridge) *attr.HWAddr { return &b.GroupAddress }),
	"fdb_flush":                     said(func(b *bridge) *attr.Opt[bool] { return &b.FDBFlush }),
	"mcast_router":                  num8(func(b *bridge) *attr.Opt[kind.MCastRouter] { return &b.MCastRouter }),
	"mcast_snooping":                onOff(func(b *bridge) *attr.Opt[bool] { return &b.MCastSnooping }),
	"mcast_query_use_ifaddr":        onOff(func(b *bridge) *attr.Opt[bool] { return &b.MCastQueryUseIfAddr }),
	"mcast_querier":                 onOff(func(b *bridge) *attr.Opt[bool] { return &b.MCastQuerier }),
	"mcast_hash_elasticity":         num32(func(b *bridge) *attr.Opt[uint32] { return &b.MCastHashElasticity }),
	"mcast_hash_max":                num32(func(b *bridge) *attr.Opt[uint32] { return &b.MCastHashMax }),
	"mcast_last_member_count":       num32(func(b *bridge) *attr.Opt[uint32] { return &b.MCastLastMemberCount }),
	"mcast_startup_query_count":     num32(func(b *bridge) *attr.Opt[uint32] { return &b.MCastStartupQueryCount }),
	"mcast_last_member_interval":    times(attr.Tick, func(b *bridge) *attr.Opt[time.Duration] { return &b.MCastLastMemberInterval }),
	"mcast_membership_interval":     times(attr.Tick, func(b *bridge) *attr.Opt[time.Duration] { return &b.MCastMembershipInterval }),
	"mcast_querier_interval":        times(attr.Tick, func(b *bridge) *attr.Opt[time.Duration] { return &b.MCastQuerierInterval }),
	"mcast_query_interval":          times(attr.Tick, func(b *bridge) *attr.Opt[time.Duration] { return &b.MCastQueryInterval }),
	"mcast_query_response_interval": times(attr.Tick, func(b *bridge) *attr.Opt[time.Duration] { return &b.MCastQueryResponseInterval }),
	"mcast_startup_query_interval":  times(attr.Tick, func(b *bridge) *attr.Opt[time.Duration] { return &b.MCastStartupQueryInterval }),
	"nf_call_iptables":              onOff(func(b *bridge) *attr.Opt[bool] { return &b.NFCallIPTables }),
	"nf_call_ip6tables":             onOff(func(b *bridge) *attr.Opt[bool] { return &b.NFCallIP6Tables }),
	"nf_call_arptables":             onOff(func(b *bridge) *attr.Opt[bool] { return &b.NFCallARPTables }),
	"vlan_default_pvid":             num16(func(b *bridge) *attr.Opt[uint16] { return &b.VLANDefaultPVID }),
	"vlan_stats_enabled":            onOff(func(b *bridge) *attr.Opt[bool] { return &b.VLANStats }),
	"vlan_stats_per_port":           onOff(func(b *bridge) *attr.Opt[bool] { return &b.VLANStatsPerPort }),
	"mcast_stats_enabled":           onOff(func(b *bridge) *attr.Opt[bool] { return &b.MCastStats }),
	"mcast_igmp_version":            num8(func(b *bridge) *attr.Opt[uint8] { return &b.MCastIGMPVersion }),
	"mcast_mld_version":             num8(func(b *bridge) *attr.Opt[uint8] { return &b.MCastMLDVersion }),
	"no_linklocal_learn":            onOff(func(b *bridge) *attr.Opt[bool] { return &b.NoLinkLocalLearn }),
	"mcast_vlan_snooping":           onOff(func(b *bridge) *attr.Opt[bool] { return &b.MCastVLANSnooping }),
	"mst_enabled":                   onOff(func(b *bridge) *attr.Opt[bool] { return &b.MST }),
	"mdb_offload_fail_notification": onOff(func(b *bridge) *attr.Opt[bool] { return &b.MDBOffloadFailNotification }),
	"fdb_local_vlan_0":              onOff(func(b *bridge) *attr.Opt[bool] { return &b.FDBLocalVLAN0 }),
	"fdb_max_learned":               num32(func(b *bridge) *attr.Opt[uint32] { return &b.FDBMaxLearned }),
}

var portOptions = options[port]{
	"state":               num8(func(p *port) *attr.Opt[kind.PortState] { return &p.State }),
	"priority":            num16(func(p *port) *attr.Opt[uint16] { return &p.Priority }),
	"cost":                num32(func(p *port) *attr.Opt[uint32] { return &p.Cost }),
	"hairpin":             onOff(func(p *port) *attr.Opt[bool] { return &p.Hairpin }),
	"guard":               onOff(func(p *port) *attr.Opt[bool] { return &p.Guard }),
	"root_block":          onOff(func(p *port) *attr.Opt[bool] { return &p.RootBlock }),
	"fastleave":           onOff(func(p *port) *attr.Opt[bool] { return &p.FastLeave }),
	"mcast_fast_leave":    onOff(func(p *port) *attr.Opt[bool] { return &p.FastLeave }),
	"learning":            onOff(func(p *port) *attr.Opt[bool] { return &p.Learning }),
	"flood":               onOff(func(p *port) *attr.Opt[bool] { return &p.Flood }),
	"proxy_arp":           onOff(func(p *port) *attr.Opt[bool] { return &p.ProxyARP }),
	"proxy_arp_wifi":      onOff(func(p *port) *attr.Opt[bool] { return &p.ProxyARPWiFi }),
	"fdb_flush":           said(func(p *port) *attr.Opt[bool] { return &p.FDBFlush }),
	"mcast_router":        num8(func(p *port) *attr.Opt[kind.MCastRouter] { return &p.MCastRouter }),
	"mcast_flood":         onOff(func(p *port) *attr.Opt[bool] { return &p.MCastFlood }),
	"bcast_flood":         onOff(func(p *port) *attr.Opt[bool] { return &p.BroadcastFlood }),
	"mcast_to_unicast":    onOff(func(p *port) *attr.Opt[bool] { return &p.MCastToUnicast }),
	"vlan_tunnel":         onOff(func(p *port) *attr.Opt[bool] { return &p.VLANTunnel }),
	"group_fwd_mask":      num16(func(p *port) *attr.Opt[kind.GroupFwdMask] { return &p.GroupFwdMask }),
	"neigh_suppress":      onOff(func(p *port) *attr.Opt[bool] { return &p.NeighSuppress }),
	"neigh_vlan_suppress": onOff(func(p *port) *attr.Opt[bool] { return &p.NeighVLANSuppress }),
	"neigh_forward_grat":  onOff(func(p *port) *attr.Opt[bool] { return &p.NeighForwardGratuitous }),
	"isolated":            onOff(func(p *port) *attr.Opt[bool] { return &p.Isolated }),
	"locked":              onOff(func(p *port) *attr.Opt[bool] { return &p.Locked }),
	"mab":                 onOff(func(p *port) *attr.Opt[bool] { return &p.MAB }),
	"backup_port":         ref(func(p *port) *attr.Ref { return &p.BackupPort }),
	"nobackup_port":       func(_ *words, p *port) { p.BackupPort = attr.NoRef },
	"backup_nhid":         num32(func(p *port) *attr.Opt[uint32] { return &p.BackupNextHop }),
}
