package link

import (
	"context"
	"errors"
	"slices"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/rtnl"
	"github.com/iplink-go/iplink/kind"
)

// VLANs returns the VLANs of a bridge or of a port of one, in ascending order
// and joined to ranges: what "bridge vlan show dev NAME" shows. A bridge keeps
// VLANs also while it does not look at them, which it does only with
// [kind.Bridge.VLANFiltering].
//
// A link that is neither is [ErrNotSupported], and so is a kernel whose
// bridges have no VLANs (CONFIG_BRIDGE_VLAN_FILTERING).
func (c *Client) VLANs(ctx context.Context, r Ref) ([]PortVLAN, error) {
	t, err := c.vlanTable(ctx, r)
	return t.vlans(), err
}

// VLANTunnels returns the tunnels that VLANs of a port are mapped to, in
// ascending order and joined to ranges: "bridge vlan tunnelshow dev NAME".
// Errors are those of [Client.VLANs].
func (c *Client) VLANTunnels(ctx context.Context, r Ref) ([]PortTunnel, error) {
	t, err := c.vlanTable(ctx, r)
	return t.mappings(), err
}

func (c *Client) vlanTable(ctx context.Context, r Ref) (vlanTable, error) {
	if err := c.enter("vlans"); err != nil {
		return vlanTable{}, err
	}
	defer c.leave()
	sub, err := newVLANSubject(ctx, "vlans", c.home, r)
	if err != nil {
		return vlanTable{}, err
	}
	return *sub.vlans, nil
}

// ListVLANs returns the VLANs and tunnels of all bridges and ports of the
// namespace, in the kernel's order: "bridge vlan show" and "bridge vlan
// tunnelshow". Without any bridge the list is empty.
func (c *Client) ListVLANs(ctx context.Context) ([]BridgeVLANs, error) {
	if err := c.enter("vlans"); err != nil {
		return nil, err
	}
	defer c.leave()
	names, bridges, err := c.home.bridgeNames(ctx)
	if err != nil || !bridges { // without one the module need not be loaded, and nobody would answer
		return nil, opAs("vlans", "", err)
	}
	var indexes []uint32
	tables := map[uint32]vlanTable{}
	err = c.home.dumpVLANs(ctx, 0, func(r *vlanReport) {
		if _, ok := tables[r.index]; !ok {
			indexes = append(indexes, r.index)
			tables[r.index] = newVLANTable()
		}
		r.enterInto(tables[r.index])
	})
	if err != nil {
		return nil, opAs("vlans", "", err)
	}
	list := make([]BridgeVLANs, len(indexes))
	for i, index := range indexes {
		list[i] = BridgeVLANs{index, names[index], tables[index].vlans(), tables[index].mappings()}
	}
	return list, nil
}

// bridgeNames returns the names of all links, and whether there can be bridges
// among them.
func (p *place) bridgeNames(ctx context.Context) (names map[uint32]string, bridges bool, err error) {
	names = map[uint32]string{}
	var l Link
	interrupted, err := p.dump(ctx, Filter{}, func(m rtnl.Message) error {
		if err := p.decode(m.Payload, &l, 0); err != nil {
			return err
		}
		names[l.Index] = l.Name
		bridges = bridges || l.isBridge()
		return nil
	})
	return names, bridges || interrupted, err
}

func (l *Link) isBridge() bool     { _, ok := l.Kind.(*kind.Bridge); return ok }
func (l *Link) isBridgePort() bool { _, ok := l.Port.(*kind.BridgePort); return ok }

// AddVLANs adds VLANs to a bridge or to a port of one, beside those that are
// there: "bridge vlan add dev NAME vid 10-20", and for a bridge "bridge vlan
// add ... self". Those that are there get the flags that are said, so that a
// VLAN without VLANPVID stops being the PVID; and one with it takes that from
// the one that was.
//
// A new port has the bridge's default VLAN, 1, as PVID and untagged
// ([kind.Bridge.VLANDefaultPVID]). VLANs are dropped when the port leaves the
// bridge.
//
// What holds already is not sent. If a part fails, the VLANs are put back as
// they were, and the error is a [*TxError] where there was something to undo.
// Undoing, like any removal, forgets what a VLAN had besides its flags and
// tunnel: learned addresses, counters, options of single VLANs.
//
// A VLAN outside 1 to 4094, one that is named twice, a range that is reversed
// or the PVID, and flags other than VLANPVID and VLANUntagged are refused
// before anything is sent. Errors are also those of [Client.VLANs],
// [ErrConflict] and [ErrVerify].
func (c *Client) AddVLANs(ctx context.Context, r Ref, vlans ...PortVLAN) error {
	flags, err := vlanFlagsOf(vlans)
	return c.changeVLANs(ctx, r, err, func(t vlanTable) { t.set(flags) })
}

// RemoveVLANs removes VLANs, whatever their flags, and the tunnels they are
// mapped to: "bridge vlan del". VLANs that are not there are not sent. Else it
// is like [Client.AddVLANs].
func (c *Client) RemoveVLANs(ctx context.Context, r Ref, vlans ...PortVLAN) error {
	bare := slices.Clone(vlans)
	for i := range bare {
		bare[i].Flags = 0
	}
	flags, err := vlanFlagsOf(bare)
	return c.changeVLANs(ctx, r, err, func(t vlanTable) { t.remove(flags) })
}

// SetVLANs makes these the VLANs of a bridge or of a port, and removes all
// others. VLANs that stay are not touched. Else it is like [Client.AddVLANs].
func (c *Client) SetVLANs(ctx context.Context, r Ref, vlans ...PortVLAN) error {
	flags, err := vlanFlagsOf(vlans)
	return c.changeVLANs(ctx, r, err, func(t vlanTable) {
		t.keep(flags)
		t.set(flags)
	})
}

// AddVLANTunnels maps VLANs of a port to tunnels: "bridge vlan add dev NAME vid
// 10 tunnel_info id 110". The port must have [kind.BridgePort.VLANTunnel] and
// the VLANs. A VLAN that has another tunnel loses it first. Else it is like
// [Client.AddVLANs].
func (c *Client) AddVLANTunnels(ctx context.Context, r Ref, tunnels ...PortTunnel) error {
	ids, err := tunnelsOf(tunnels, true)
	return c.changeVLANs(ctx, r, err, func(t vlanTable) { t.mapTo(ids) })
}

// RemoveVLANTunnels ends the mapping of VLANs to tunnels; what their ids are
// does not matter. VLANs that have none are not sent. Else it is like
// [Client.AddVLANs].
func (c *Client) RemoveVLANTunnels(ctx context.Context, r Ref, tunnels ...PortTunnel) error {
	ids, err := tunnelsOf(tunnels, false)
	return c.changeVLANs(ctx, r, err, func(t vlanTable) { t.unmap(ids) })
}

// SetVLANTunnels makes these the tunnels of a port, and removes all others.
// Else it is like [Client.AddVLANTunnels].
func (c *Client) SetVLANTunnels(ctx context.Context, r Ref, tunnels ...PortTunnel) error {
	ids, err := tunnelsOf(tunnels, true)
	return c.changeVLANs(ctx, r, err, func(t vlanTable) {
		t.unmap(t.clone().tunnels)
		t.mapTo(ids)
	})
}

// changeVLANs makes the VLANs of a link what edit makes of those it has, unless
// the arguments were wrong.
func (c *Client) changeVLANs(ctx context.Context, r Ref, wrong error, edit func(vlanTable)) error {
	if err := c.enter("change"); err != nil {
		return err
	}
	defer c.leave()
	if wrong != nil {
		return failure("change", r.String(), wrong)
	}
	t := &tx{op: "change", link: r.String()}
	sub, err := newVLANSubject(ctx, "change", c.home, r)
	if err != nil {
		return err
	}
	t.subjects = append(t.subjects, sub)
	want := sub.vlans.clone()
	edit(want)
	if err := sub.possibleVLANs(want); err != nil {
		return sub.fail(err)
	}
	return t.runAll(ctx, sub.vlanSteps(want))
}

// newVLANSubject reads the link that r points to with its VLANs.
func newVLANSubject(ctx context.Context, op string, at *place, r Ref) (*subject, error) {
	sub, err := newSubject(ctx, op, at, r, 0)
	if err != nil {
		return nil, err
	}
	if !sub.now.isBridge() && !sub.now.isBridgePort() {
		return nil, sub.fail(noPort(sub.now))
	}
	t, err := sub.readVLANs(ctx)
	if err != nil {
		return nil, err
	}
	sub.vlans = &t
	return sub, nil
}

func (s *subject) readVLANs(ctx context.Context) (vlanTable, error) {
	t, err := s.at.readVLANs(ctx, s.index)
	return t, opAs(s.op, s.called(), err)
}

// opAs says the error in terms of the operation and the link that it is about.
func opAs(op, name string, err error) error {
	var e *Error
	if errors.As(err, &e) {
		c := *e
		c.Op, c.Link = op, name
		return &c
	}
	if err != nil {
		return failure(op, name, err)
	}
	return nil
}

// possibleVLANs returns an error for what the kernel has only a number for.
func (s *subject) possibleVLANs(want vlanTable) error {
	if len(s.vlans.differs(want)) == 0 || len(want.tunnels) == 0 {
		return nil
	}
	p, ok := s.now.Port.(*kind.BridgePort)
	switch {
	case !ok:
		return refused("tunid", "a bridge itself maps no VLANs to tunnels; its ports do")
	case p.VLANTunnel == attr.Off:
		return refused("tunid", "the port does not map VLANs to tunnels: set VLANTunnel of its kind.BridgePort first")
	}
	return want.checkTunnels()
}
