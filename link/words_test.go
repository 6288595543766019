package link_test

import (
	"encoding"
	"errors"
	"fmt"
	"testing"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/link"
)

// checkWords reads back what the values are shown as, and wants the text of the
// first to be that.
func checkWords[T comparable, P interface {
	*T
	encoding.TextUnmarshaler
}](t *testing.T, first string, values ...T) {
	t.Helper()
	for i, v := range values {
		text := fmt.Sprint(v)
		if i == 0 && text != first {
			t.Errorf("%T is shown as %q, want %q", v, text, first)
		}
		var got T
		if err := P(&got).UnmarshalText([]byte(text)); err != nil || got != v {
			t.Errorf("%T %q is read as %v, %v", v, text, got, err)
		}
	}
	var got T
	if err := P(&got).UnmarshalText([]byte("nonsense")); !errors.Is(err, attr.ErrValue) {
		t.Errorf("%T: nonsense is %v, %v", got, got, err)
	}
}

func TestWords(t *testing.T) {
	checkWords(t, "mrm", link.MRPManager, link.MRPDisabled, link.MRPClient, link.MRPAuto, link.MRPRole(9))
	checkWords(t, "mic", link.MRPInClient, link.MRPInDisabled, link.MRPInManager)
	checkWords(t, "closed", link.MRPClosed, link.MRPOpen)
	checkWords(t, "not_connected", link.MRPPortNotConnected, link.MRPPortDisabled, link.MRPPortBlocked, link.MRPPortForwarding)
	checkWords(t, "secondary", link.MRPPortSecondary, link.MRPPortPrimary, link.MRPPortInter)
	checkWords(t, "vlan", link.CFMVLAN, link.CFMPort)
	checkWords(t, "up", link.CFMUp, link.CFMDown)
	checkWords(t, "3.3ms", link.CFM3300us, link.CFMNoInterval, link.CFM10min)
	checkWords(t, "PVID,Egress Untagged", link.VLANPVID|link.VLANUntagged, 0, link.VLANMaster)
	checkWords(t, "notify_peers", link.EventNotifyPeers, link.EventNone)
	checkWords(t, "xdpgeneric", link.XDPGeneric, link.XDPNone, link.XDPMulti)
	checkWords(t, "xdpdrv,replace", link.XDPInDriver|link.XDPReplace, 0, link.XDPIfNoneExists|1<<20)
	checkWords(t, "cpu_hit,l3_stats", link.OffloadCPU|link.OffloadL3, 0, link.OffloadL3Info)
	checkWords(t, "stats,vfs", link.WithStats|link.WithVFs, 0)
	checkWords(t, "ether", link.TypeEther, link.TypeNone, link.Type(12345))
	checkWords(t, "NO-CARRIER,BROADCAST,UP", link.FlagUp|link.FlagBroadcast, link.FlagUp|link.FlagRunning, link.FlagLoopback, 1<<30)
}
