package kind

import (
	"fmt"
	"iter"
	"maps"
	"slices"
	"strconv"

	"github.com/iplink-go/iplink/attr"
)

// The per-link settings of IPv4 and IPv6, as under /proc/sys/net/ipv4/conf and
// /proc/sys/net/ipv6/conf. The kernel reports all of them as an array; the
// IPv4 ones can be set by number, the IPv6 ones cannot.

// maxSettings leaves room for settings newer than this library: 33 and 60 are
// known.
const maxSettings = 64

// settings is a set of numbered values.
type settings struct {
	set uint64
	v   [maxSettings]uint32
}

// Put sets value i for the codec; false if i has no place.
func (s *settings) Put(i int, v uint32) bool {
	if i < 0 || i >= maxSettings {
		return false
	}
	s.set |= 1 << i
	s.v[i] = v
	return true
}

// At returns value i, and whether it is there.
func (s *settings) At(i int) (v uint32, ok bool) {
	if i < 0 || i >= maxSettings {
		return 0, false
	}
	return s.v[i], s.set&(1<<i) != 0
}

// Len returns the number after the highest that has a place.
func (s *settings) Len() int { return maxSettings }

// Reset removes all values.
func (s *settings) Reset() { *s = settings{} }

// IPv4Conf is a set of IPv4 settings (IFLA_INET_CONF). The zero IPv4Conf says
// nothing.
type IPv4Conf struct{ settings }

// IPv4With returns a set of one setting.
func IPv4With(s IPv4Setting, v int32) IPv4Conf {
	var c IPv4Conf
	c.Set(s, v)
	return c
}

// Get returns a setting, and whether it is in the set.
func (c *IPv4Conf) Get(s IPv4Setting) (v int32, ok bool) {
	u, ok := c.At(int(s))
	return int32(u), ok
}

// Set puts a setting into the set. A number that is not a setting is ignored.
func (c *IPv4Conf) Set(s IPv4Setting, v int32) { c.Put(int(s), uint32(v)) }

// All iterates over the settings in the set.
func (c *IPv4Conf) All() iter.Seq2[IPv4Setting, int32] { return all[IPv4Setting](&c.settings) }

// MarshalJSON writes an object of the settings by their names under
// /proc/sys/net/ipv4/conf, or their numbers where this version has no name.
func (c IPv4Conf) MarshalJSON() ([]byte, error) {
	o := attr.Object{}
	for s, v := range c.All() {
		o.Set(s.String(), v)
	}
	return o.MarshalJSON()
}

// UnmarshalJSON reads what MarshalJSON writes.
func (c *IPv4Conf) UnmarshalJSON(b []byte) error {
	byName := map[string]IPv4Setting{}
	for i := IPv4Setting(1); i < maxSettings; i++ { // there is no setting 0
		byName[i.String()] = i
	}
	var r attr.JSONReader
	if !r.Valid(b) {
		return r.Err()
	}
	*c = IPv4Conf{}
	for name, b := range r.Members("", b) {
		s, ok := byName[name]
		if !ok {
			r.Fail(name, attr.UnknownKey(name, slices.Sorted(maps.Keys(byName))))
			continue
		}
		var v int32
		attr.ReadJSON(&r, name, b, &v)
		c.Set(s, v)
	}
	return r.Err()
}

// IPv6Conf is a set of IPv6 settings (IFLA_INET6_CONF), which the kernel only
// reports.
type IPv6Conf struct{ settings }

// Get returns a setting, and whether it is in the set.
func (c *IPv6Conf) Get(s IPv6Setting) (v int32, ok bool) {
	u, ok := c.At(int(s))
	return int32(u), ok
}

// All iterates over the settings in the set.
func (c *IPv6Conf) All() iter.Seq2[IPv6Setting, int32] { return all[IPv6Setting](&c.settings) }

func all[T ~uint8](s *settings) iter.Seq2[T, int32] {
	return func(yield func(T, int32) bool) {
		for i := range maxSettings {
			if v, ok := s.At(i); ok && !yield(T(i), int32(v)) {
				return
			}
		}
	}
}

// An IPv4Setting is the number of an IPv4 setting (linux/ip.h IPV4_DEVCONF_*).
type IPv4Setting uint8

// String returns the name of the setting under /proc/sys/net/ipv4/conf.
func (s IPv4Setting) String() string { return settingName(ipv4Settings, s) }

// MarshalText returns the form of String.
func (s IPv4Setting) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the form of String.
func (s *IPv4Setting) UnmarshalText(b []byte) (err error) {
	*s, err = parseSetting(ipv4Settings, string(b))
	return err
}

// An IPv6Setting is the number of an IPv6 setting (linux/ipv6.h DEVCONF_*).
type IPv6Setting uint8

// String returns the name of the setting under /proc/sys/net/ipv6/conf.
func (s IPv6Setting) String() string { return settingName(ipv6Settings, s) }

// MarshalText returns the form of String.
func (s IPv6Setting) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the form of String.
func (s *IPv6Setting) UnmarshalText(b []byte) (err error) {
	*s, err = parseSetting(ipv6Settings, string(b))
	return err
}

func parseSetting[T ~uint8](names map[T]string, name string) (T, error) {
	for n, s := range names {
		if s == name {
			return n, nil
		}
	}
	n, err := strconv.ParseUint(name, 10, 8)
	if err != nil {
		return 0, fmt.Errorf("setting %q: %w", name, attr.ErrValue)
	}
	return T(n), nil
}

func settingName[T ~uint8](names map[T]string, s T) string {
	if n := names[s]; n != "" {
		return n
	}
	return strconv.Itoa(int(s))
}

// The IPv4 settings.
const (
	IPv4Forwarding                      IPv4Setting = 1
	IPv4MCForwarding                    IPv4Setting = 2
	IPv4ProxyARP                        IPv4Setting = 3
	IPv4AcceptRedirects                 IPv4Setting = 4
	IPv4SecureRedirects                 IPv4Setting = 5
	IPv4SendRedirects                   IPv4Setting = 6
	IPv4SharedMedia                     IPv4Setting = 7
	IPv4RPFilter                        IPv4Setting = 8
	IPv4AcceptSourceRoute               IPv4Setting = 9
	IPv4BOOTPRelay                      IPv4Setting = 10
	IPv4LogMartians                     IPv4Setting = 11
	IPv4Tag                             IPv4Setting = 12
	IPv4ARPFilter                       IPv4Setting = 13
	IPv4MediumID                        IPv4Setting = 14
	IPv4DisableXFRM                     IPv4Setting = 15
	IPv4DisablePolicy                   IPv4Setting = 16
	IPv4ForceIGMPVersion                IPv4Setting = 17
	IPv4ARPAnnounce                     IPv4Setting = 18
	IPv4ARPIgnore                       IPv4Setting = 19
	IPv4PromoteSecondaries              IPv4Setting = 20
	IPv4ARPAccept                       IPv4Setting = 21
	IPv4ARPNotify                       IPv4Setting = 22
	IPv4AcceptLocal                     IPv4Setting = 23
	IPv4SrcVMark                        IPv4Setting = 24
	IPv4ProxyARPPVLAN                   IPv4Setting = 25
	IPv4RouteLocalNet                   IPv4Setting = 26
	IPv4IGMPv2UnsolicitedReportInterval IPv4Setting = 27
	IPv4IGMPv3UnsolicitedReportInterval IPv4Setting = 28
	IPv4IgnoreRoutesWithLinkDown        IPv4Setting = 29
	IPv4DropUnicastInL2Multicast        IPv4Setting = 30
	IPv4DropGratuitousARP               IPv4Setting = 31
	IPv4BCForwarding                    IPv4Setting = 32
	IPv4ARPEvictNoCarrier               IPv4Setting = 33
)

// The IPv6 settings.
const (
	IPv6Forwarding                     IPv6Setting = 0
	IPv6HopLimit                       IPv6Setting = 1
	IPv6MTU                            IPv6Setting = 2
	IPv6AcceptRA                       IPv6Setting = 3
	IPv6AcceptRedirects                IPv6Setting = 4
	IPv6Autoconf                       IPv6Setting = 5
	IPv6DADTransmits                   IPv6Setting = 6
	IPv6RtrSolicits                    IPv6Setting = 7
	IPv6RtrSolicitInterval             IPv6Setting = 8
	IPv6RtrSolicitDelay                IPv6Setting = 9
	IPv6UseTempAddr                    IPv6Setting = 10
	IPv6TempValidLFT                   IPv6Setting = 11
	IPv6TempPreferredLFT               IPv6Setting = 12
	IPv6RegenMaxRetry                  IPv6Setting = 13
	IPv6MaxDesyncFactor                IPv6Setting = 14
	IPv6MaxAddresses                   IPv6Setting = 15
	IPv6ForceMLDVersion                IPv6Setting = 16
	IPv6AcceptRADefRtr                 IPv6Setting = 17
	IPv6AcceptRAPInfo                  IPv6Setting = 18
	IPv6AcceptRARtrPref                IPv6Setting = 19
	IPv6RtrProbeInterval               IPv6Setting = 20
	IPv6AcceptRARTInfoMaxPLen          IPv6Setting = 21
	IPv6ProxyNDP                       IPv6Setting = 22
	IPv6OptimisticDAD                  IPv6Setting = 23
	IPv6AcceptSourceRoute              IPv6Setting = 24
	IPv6MCForwarding                   IPv6Setting = 25
	IPv6DisableIPv6                    IPv6Setting = 26
	IPv6AcceptDAD                      IPv6Setting = 27
	IPv6ForceTLLAO                     IPv6Setting = 28
	IPv6NDiscNotify                    IPv6Setting = 29
	IPv6MLDv1UnsolicitedReportInterval IPv6Setting = 30
	IPv6MLDv2UnsolicitedReportInterval IPv6Setting = 31
	IPv6SuppressFragNDisc              IPv6Setting = 32
	IPv6AcceptRAFromLocal              IPv6Setting = 33
	IPv6UseOptimistic                  IPv6Setting = 34
	IPv6AcceptRAMTU                    IPv6Setting = 35
	IPv6StableSecret                   IPv6Setting = 36
	IPv6UseOIFAddrsOnly                IPv6Setting = 37
	IPv6AcceptRAMinHopLimit            IPv6Setting = 38
	IPv6IgnoreRoutesWithLinkDown       IPv6Setting = 39
	IPv6DropUnicastInL2Multicast       IPv6Setting = 40
	IPv6DropUnsolicitedNA              IPv6Setting = 41
	IPv6KeepAddrOnDown                 IPv6Setting = 42
	IPv6RtrSolicitMaxInterval          IPv6Setting = 43
	IPv6Seg6Enabled                    IPv6Setting = 44
	IPv6Seg6RequireHMAC                IPv6Setting = 45
	IPv6EnhancedDAD                    IPv6Setting = 46
	IPv6AddrGenMode                    IPv6Setting = 47
	IPv6DisablePolicy                  IPv6Setting = 48
	IPv6AcceptRARTInfoMinPLen          IPv6Setting = 49
	IPv6NDiscTClass                    IPv6Setting = 50
	IPv6RPLSegEnabled                  IPv6Setting = 51
	IPv6RADefRtrMetric                 IPv6Setting = 52
	IPv6IOAM6Enabled                   IPv6Setting = 53
	IPv6IOAM6ID                        IPv6Setting = 54
	IPv6IOAM6IDWide                    IPv6Setting = 55
	IPv6NDiscEvictNoCarrier            IPv6Setting = 56
	IPv6AcceptUntrackedNA              IPv6Setting = 57
	IPv6AcceptRAMinLFT                 IPv6Setting = 58
	IPv6ForceForwarding                IPv6Setting = 59
)

var ipv4Settings = map[IPv4Setting]string{
	IPv4Forwarding:                      "forwarding",
	IPv4MCForwarding:                    "mc_forwarding",
	IPv4ProxyARP:                        "proxy_arp",
	IPv4AcceptRedirects:                 "accept_redirects",
	IPv4SecureRedirects:                 "secure_redirects",
	IPv4SendRedirects:                   "send_redirects",
	IPv4SharedMedia:                     "shared_media",
	IPv4RPFilter:                        "rp_filter",
	IPv4AcceptSourceRoute:               "accept_source_route",
	IPv4BOOTPRelay:                      "bootp_relay",
	IPv4LogMartians:                     "log_martians",
	IPv4Tag:                             "tag",
	IPv4ARPFilter:                       "arp_filter",
	IPv4MediumID:                        "medium_id",
	IPv4DisableXFRM:                     "disable_xfrm",
	IPv4DisablePolicy:                   "disable_policy",
	IPv4ForceIGMPVersion:                "force_igmp_version",
	IPv4ARPAnnounce:                     "arp_announce",
	IPv4ARPIgnore:                       "arp_ignore",
	IPv4PromoteSecondaries:              "promote_secondaries",
	IPv4ARPAccept:                       "arp_accept",
	IPv4ARPNotify:                       "arp_notify",
	IPv4AcceptLocal:                     "accept_local",
	IPv4SrcVMark:                        "src_valid_mark",
	IPv4ProxyARPPVLAN:                   "proxy_arp_pvlan",
	IPv4RouteLocalNet:                   "route_localnet",
	IPv4IGMPv2UnsolicitedReportInterval: "igmpv2_unsolicited_report_interval",
	IPv4IGMPv3UnsolicitedReportInterval: "igmpv3_unsolicited_report_interval",
	IPv4IgnoreRoutesWithLinkDown:        "ignore_routes_with_linkdown",
	IPv4DropUnicastInL2Multicast:        "drop_unicast_in_l2_multicast",
	IPv4DropGratuitousARP:               "drop_gratuitous_arp",
	IPv4BCForwarding:                    "bc_forwarding",
	IPv4ARPEvictNoCarrier:               "arp_evict_nocarrier",
}

var ipv6Settings = map[IPv6Setting]string{
	IPv6Forwarding:                     "forwarding",
	IPv6HopLimit:                       "hop_limit",
	IPv6MTU:                            "mtu",
	IPv6AcceptRA:                       "accept_ra",
	IPv6AcceptRedirects:                "accept_redirects",
	IPv6Autoconf:                       "autoconf",
	IPv6DADTransmits:                   "dad_transmits",
	IPv6RtrSolicits:                    "router_solicitations",
	IPv6RtrSolicitInterval:             "router_solicitation_interval",
	IPv6RtrSolicitDelay:                "router_solicitation_delay",
	IPv6UseTempAddr:                    "use_tempaddr",
	IPv6TempValidLFT:                   "temp_valid_lft",
	IPv6TempPreferredLFT:               "temp_prefered_lft",
	IPv6RegenMaxRetry:                  "regen_max_retry",
	IPv6MaxDesyncFactor:                "max_desync_factor",
	IPv6MaxAddresses:                   "max_addresses",
	IPv6ForceMLDVersion:                "force_mld_version",
	IPv6AcceptRADefRtr:                 "accept_ra_defrtr",
	IPv6AcceptRAPInfo:                  "accept_ra_pinfo",
	IPv6AcceptRARtrPref:                "accept_ra_rtr_pref",
	IPv6RtrProbeInterval:               "router_probe_interval",
	IPv6AcceptRARTInfoMaxPLen:          "accept_ra_rt_info_max_plen",
	IPv6ProxyNDP:                       "proxy_ndp",
	IPv6OptimisticDAD:                  "optimistic_dad",
	IPv6AcceptSourceRoute:              "accept_source_route",
	IPv6MCForwarding:                   "mc_forwarding",
	IPv6DisableIPv6:                    "disable_ipv6",
	IPv6AcceptDAD:                      "accept_dad",
	IPv6ForceTLLAO:                     "force_tllao",
	IPv6NDiscNotify:                    "ndisc_notify",
	IPv6MLDv1UnsolicitedReportInterval: "mldv1_unsolicited_report_interval",
	IPv6MLDv2UnsolicitedReportInterval: "mldv2_unsolicited_report_interval",
	IPv6SuppressFragNDisc:              "suppress_frag_ndisc",
	IPv6AcceptRAFromLocal:              "accept_ra_from_local",
	IPv6UseOptimistic:                  "use_optimistic",
	IPv6AcceptRAMTU:                    "accept_ra_mtu",
	IPv6StableSecret:                   "stable_secret",
	IPv6UseOIFAddrsOnly:                "use_oif_addrs_only",
	IPv6AcceptRAMinHopLimit:            "accept_ra_min_hop_limit",
	IPv6IgnoreRoutesWithLinkDown:       "ignore_routes_with_linkdown",
	IPv6DropUnicastInL2Multicast:       "drop_unicast_in_l2_multicast",
	IPv6DropUnsolicitedNA:              "drop_unsolicited_na",
	IPv6KeepAddrOnDown:                 "keep_addr_on_down",
	IPv6RtrSolicitMaxInterval:          "router_solicitation_max_interval",
	IPv6Seg6Enabled:                    "seg6_enabled",
	IPv6Seg6RequireHMAC:                "seg6_require_hmac",
	IPv6EnhancedDAD:                    "enhanced_dad",
	IPv6AddrGenMode:                    "addr_gen_mode",
	IPv6DisablePolicy:                  "disable_policy",
	IPv6AcceptRARTInfoMinPLen:          "accept_ra_rt_info_min_plen",
	IPv6NDiscTClass:                    "ndisc_tclass",
	IPv6RPLSegEnabled:                  "rpl_seg_enabled",
	IPv6RADefRtrMetric:                 "ra_defrtr_metric",
	IPv6IOAM6Enabled:                   "ioam6_enabled",
	IPv6IOAM6ID:                        "ioam6_id",
	IPv6IOAM6IDWide:                    "ioam6_id_wide",
	IPv6NDiscEvictNoCarrier:            "ndisc_evict_nocarrier",
	IPv6AcceptUntrackedNA:              "accept_untracked_na",
	IPv6AcceptRAMinLFT:                 "accept_ra_min_lft",
	IPv6ForceForwarding:                "force_forwarding",
}
