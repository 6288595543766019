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
	if b.ADActorSystem == zeroMAC { // means none, which Linux 5.10 refuses to be told
		b.ADActorSystem = attr.HWAddr{}
	}
}

func (b *Bond) trim(mode BondMode) {
	out := new(Bond)
	// One type: there is no error to have.
	_ = attr.Copy(out, b, func(f *attr.Field) bool {
		modes, limited := forModes[f.Type]
		return !limited || modes.has(mode)
	})
	*b = *out
	if b.MIIMon == attr.Some[time.Duration](0) {
		b.UpDelay.Clear()
		b.DownDelay.Clear()
		b.PeerNotifyDelay.Clear()
	} else if b.MIIMon.IsSet() && b.ARPValidate.Value() == ARPValidateNone {
		b.ARPValidate.Clear()
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
// of watching ports that another had turned off. What only another mode takes
// goes back in that mode, so it takes several requests to do all of it.
func (b *Bond) Revert(now Kind) Kind {
	n, ok := now.(*Bond)
	if !ok {
		return nil
	}
	d := b.lost(n)
	mode := b.Mode.Value()
	switch hidden, in := d.hidden(mode); {
	case n.Mode != b.Mode:
		return &Bond{Mode: b.Mode}
	case hidden != nil:
		hidden.Mode = attr.Some(in)
		return hidden
	}
	d.trim(mode)
	if n.MIIMon == b.MIIMon && b.ARPValidate != n.ARPValidate {
		d.ARPValidate = b.ARPValidate // is taken in a message without MIIMon
	}
	if attr.IsZero(d) {
		return nil
	}
	return d
}

// lost returns what of b does not hold in n. What b does not say for being
// empty is said. The active port is left out: the bond chooses another when it
// likes, and refuses one that has lost its carrier meanwhile.
func (b *Bond) lost(n *Bond) *Bond {
	was, d := new(Bond), new(Bond)
	// One type: there is no error to have.
	_ = attr.Copy(was, b, func(f *attr.Field) bool { return f.Dir&attr.Set != 0 && !f.Volatile && f.Wire != attr.WireRest })
	if !was.ARPTargets.IsSet() && n.ARPTargets.IsSet() {
		was.ARPTargets.Set(nil)
	}
	if !was.NSTargets.IsSet() && n.NSTargets.IsSet() {
		was.NSTargets.Set(nil)
	}
	if !was.Primary.IsSet() && n.Primary.IsSet() {
		was.Primary = attr.NoRef
	}
	_, _ = attr.Diff(d, was, n)
	return d
}

// hidden returns what of b is not for a mode but for another one, in, nil if
// there is nothing.
func (b *Bond) hidden(mode BondMode) (_ *Bond, in BondMode) {
	out := new(Bond)
	for f := range attr.Values(b) {
		if modes, limited := forModes[f.Type]; limited && !modes.has(mode) {
			for in = BondRoundRobin; !modes.has(in); {
				in++
			}
			_ = attr.Copy(out, b, func(x *attr.Field) bool { return forModes[x.Type] == modes })
			return out, in
		}
	}
	return nil, 0
}
