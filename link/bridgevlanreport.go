package link

import (
	"context"
	"errors"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/rtnl"
	"github.com/iplink-go/iplink/kind"
)

// VLANs are read with RTM_GETVLAN (Linux 5.6). Unlike the messages about links
// of family AF_BRIDGE it can be asked for one link, its answer is cut into as
// many messages as it takes, where the other fails above 32 KiB, and it tells
// the tunnels also of VLANs whose port does not use them.

// A vlanReport is the body of a message about VLANs (struct br_vlan_msg,
// BRIDGE_VLANDB_*).
type vlanReport struct {
	family  uint8
	index   uint32
	entries []vlanEntry
	unknown attr.Raw
}

func (r *vlanReport) Fields(c *attr.Codec) {
	attr.Header(c, vlanMsgLen, vlanMsgLen)
	attr.HeadFamily(c, 0, "family", &r.family)
	attr.HeadUint32(c, 4, "index", &r.index)
	attr.RepeatNest(c, 1, "vlan", &r.entries)
	attr.Rest(c, &r.unknown)
}

// vlanMsgLen is the size of struct br_vlan_msg.
const vlanMsgLen = 8

// A vlanEntry is a VLAN, or a range of them that have everything in common
// (BRIDGE_VLANDB_ENTRY_*). Of the options only the tunnel is listed: the others
// cannot be set by this package.
type vlanEntry struct {
	info    attr.Opt[PortVLAN]
	last    attr.Opt[uint16]
	tunnel  attr.Opt[uint32]
	unknown attr.Raw
	more    attr.Raw
}

func (e *vlanEntry) Fields(c *attr.Codec) {
	attr.CStruct(c, 1, "info", &e.info)
	attr.Uint16(c, 2, "range", &e.last)
	attr.Inline(c, 4, "tunnel_info", func(c *attr.Codec) {
		attr.Uint32(c, 1, "id", &e.tunnel)
		attr.Rest(c, &e.more)
	})
	attr.Rest(c, &e.unknown)
}

// enterInto notes what is reported in a table.
func (r *vlanReport) enterInto(t vlanTable) {
	for i := range r.entries {
		r.entries[i].enterInto(t)
	}
}

// enterInto does it for one entry. VLAN ids have 12 bits: what a broken message
// says beyond them is not counted up to.
func (e *vlanEntry) enterInto(t vlanTable) {
	v := e.info.Value()
	if v.ID > reservedVLAN {
		return
	}
	v.End = min(e.last.Value(), reservedVLAN)
	t.enter(v)
	if id, ok := e.tunnel.Get(); ok {
		enterTunnels(t.tunnels, PortTunnel{v.ID, v.End, id})
	}
}

// readVLANs reads what one link has. If an answer is lost it asks again, which
// does no harm.
func (p *place) readVLANs(ctx context.Context, index uint32) (vlanTable, error) {
	t, err := p.readVLANsOnce(ctx, index)
	if e := new(Error); errors.As(err, &e) && e.Errno == 0 && ctx.Err() == nil {
		return p.readVLANsOnce(ctx, index)
	}
	return t, err
}

func (p *place) readVLANsOnce(ctx context.Context, index uint32) (vlanTable, error) {
	t := newVLANTable()
	err := p.dumpVLANs(ctx, index, func(r *vlanReport) { r.enterInto(t) })
	return t, err
}

// dumpVLANs reads the VLANs of a link, or with index 0 of all that can have
// any. Those of one link can come in several reports.
func (p *place) dumpVLANs(ctx context.Context, index uint32, each func(*vlanReport)) error {
	req, err := attr.Append(rtnl.Begin(nil, rtnl.GetVLAN, 0), &vlanReport{family: kind.AFBridge, index: index})
	if err != nil {
		return err
	}
	conn, err := p.conn(ctx)
	if err != nil {
		return err
	}
	defer p.pool.Put(conn)
	_, err = conn.Dump(ctx, rtnl.End(req, 0), func(m rtnl.Message) error {
		if m.Type != rtnl.NewVLAN {
			return nil
		}
		var r vlanReport
		if err := attr.Decode(m.Payload, &r); err != nil {
			return err
		}
		each(&r)
		return nil
	})
	if err != nil {
		return vlanError(p.kernelError("", "", err, nil, nil))
	}
	return nil
}

// vlanError says what the numbers mean for a question about VLANs.
func vlanError(err error) error {
	var e *Error
	if !errors.As(err, &e) {
		return err
	}
	switch e.Errno {
	case eopnotsupp:
		e.Hint = withoutVLANs
	case einval:
		e.Hint = "it is neither a bridge nor a port of one any more"
	}
	return err
}
