package kind

import (
	"time"

	"github.com/iplink-go/iplink/attr"
)

// What a bond's mode and its two ways of watching ports allow: the kernel
// refuses settings that the mode has no use for, even with the value they have
// (EACCES; unsuppmodes of bond_opts in drivers/net/bonding/bond_options.c), and
// some of those that watching by MII or by ARP has none for.

type bondModeSet uint8

func modesOf(list ...BondMode) (s bondModeSet) {
	for _, m := range list {
		s |= 1 << m
	}
	return s
}

func (s bondModeSet) has(m BondMode) bool { return m > BondALB || s&(1<<m) != 0 }

var (
	bondsActive = modesOf(BondActiveBackup, BondTLB, BondALB)
	bondsTLB    = modesOf(BondTLB, BondALB)
	bondsLACP   = modesOf(Bond8023AD)
	bondsARP    = modesOf(BondRoundRobin, BondActiveBackup, BondXOR, BondBroadcast)
)

// forModes are the settings that are for some modes only, by number.
var forModes = map[attr.Type]bondModeSet{
	bondActiveSlave: bondsActive, bondPrimary: bondsActive,
	bondPacketsPerSlave: modesOf(BondRoundRobin), bondTLBDynamicLB: bondsTLB,
	bondARPInterval: bondsARP, bondARPValidate: bondsARP, bondMissedMax: bondsARP,
	bondADLACPRate: bondsLACP, bondADLACPActive: bondsLACP, bondADActorSysPrio: bondsLACP, bondADActorSystem: bondsLACP,
	bondADUserPortKey: bondsLACP, bondCoupledControl: bondsLACP, bondBroadcastNeigh: bondsLACP, bondLACPStrict: bondsLACP,
}

// Trim leaves out what the kernel reports and does not take in a message that
// makes the bond: settings for other modes, the active port, which comes
// later, delays without MII, and with it validation of ARP.
func (b *Bond) Trim() {
	b.ActiveSlave = attr.Ref{}
	b.trim(b.Mode.Value())
}

func (b *Bond) trim(mode BondMode) {
	out := new(Bond)
	// One type: there is no error to have.
	_ = attr.Copy(out, b, func(f *attr.Field) bool {
		modes, limited := forModes[f.Type]
		return !limited || modes.has(mode)
	})
	*b = *out
	if b.MIIMon.Value() == 0 {
		b.UpDelay.Clear()
		b.DownDelay.Clear()
		b.PeerNotifyDelay.Clear()
	} else if b.ARPValidate.Value() == ARPValidateNone {
		b.ARPValidate.Clear()
	}
	if b.ADActorSystem == zeroMAC { // is refused, and means none
		b.ADActorSystem = attr.HWAddr{}
	}
}

var zeroMAC = attr.MustParseHWAddr("00:00:00:00:00:00")

// Accompany says the delays with a new MIIMon: the kernel keeps them as
// multiples of it, so that they would change with it.
func (b *Bond) Accompany(has Kind) {
	h, ok := has.(*Bond)
	if !ok || b.MIIMon.Value() == 0 {
		return
	}
	keep := func(d *attr.Opt[time.Duration], was attr.Opt[time.Duration]) {
		if !d.IsSet() && was.Value() != 0 {
			*d = was
		}
	}
	keep(&b.UpDelay, h.UpDelay)
	keep(&b.DownDelay, h.DownDelay)
	keep(&b.PeerNotifyDelay, h.PeerNotifyDelay)
}

// Revert brings back what changed along with what was changed, such as one way
// of watching ports that another had turned off.
func (b *Bond) Revert(now Kind) Kind {
	n, ok := now.(*Bond)
	if !ok || n.Mode != b.Mode {
		return nil
	}
	was, d := attr.Clone(b), new(Bond)
	was.trim(b.Mode.Value())
	if was.MIIMon.Value() != 0 && n.MIIMon == b.MIIMon {
		was.ARPValidate = b.ARPValidate // taken if it comes without MIIMon
	}
	settable := new(Bond)
	_ = attr.Copy(settable, was, func(f *attr.Field) bool { return f.Dir&attr.Set != 0 && f.Wire != attr.WireRest })
	if fields, err := attr.Diff(d, settable, n); err != nil || len(fields) == 0 {
		return nil
	}
	return d
}
