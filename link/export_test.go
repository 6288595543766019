package link

import (
	"context"
	"errors"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/rtnl"
)

// OpenWith is [Open] with something between the client and the kernel: wrap
// gets every socket that the client opens.
func OpenWith(cfg Config, wrap func(rtnl.Transport) rtnl.Transport) (*Client, error) {
	return open(cfg, wrap)
}

// AddStats joins two reports of one link.
var AddStats = (*StatsReport).add

// Unmet are the fields that a report should show and does not.
var Unmet = (*Link).unmet

// DiffOf is what of a wanted state does not hold.
var DiffOf = (*Link).diff

// StateOf is what a link is, as a request.
var StateOf = (*Link).state

// Mismatch says what differs.
var Mismatch = mismatch

// Whole is what a change of a kind with [kind.Replace] sends.
var Whole = whole

// AttachedTo reads what hangs on the links with the indexes.
func AttachedTo(ctx context.Context, c *Client, indexes ...uint32) (map[uint32]Attached, error) {
	links, err := c.home.list(ctx, Filter{})
	if err != nil {
		return nil, err
	}
	return c.home.attached(ctx, links, indexes)
}

// Losses are the losses that there can be.
func (a Attached) Losses() Loss { return a.losses() }

// OtherNamespace is one that has an id in a client's.
type OtherNamespace = otherNamespace

// OtherNamespaces lists them.
func OtherNamespaces(ctx context.Context, c *Client) ([]OtherNamespace, error) {
	return c.home.otherNamespaces(ctx)
}

// TableOf makes a table of what is asked for.
func TableOf(vlans []PortVLAN, tunnels []PortTunnel) (vlanTable, error) {
	t := newVLANTable()
	flags, err := vlanFlagsOf(vlans)
	if err != nil {
		return t, err
	}
	ids, err := tunnelsOf(tunnels, true)
	if err != nil {
		return t, err
	}
	t.set(flags)
	t.mapTo(ids)
	return t, t.checkTunnels()
}

// A VLANTable is what a bridge or port has.
type VLANTable = vlanTable

// ChangeVLANs returns the requests that lead from one table to another, the
// table that each leads to, and their messages for a port with index 4.
func ChangeVLANs(have, want vlanTable) (changes []string, tables []vlanTable, messages [][]byte) {
	for _, c := range have.toward(want) {
		have = c.apply(have)
		changes, tables = append(changes, c.String()), append(tables, have)
		m, err := c.message(4, false)
		if err != nil {
			panic(err)
		}
		messages = append(messages, m)
	}
	return changes, tables, messages
}

// UndoneVLANs returns what undoing makes of a table.
func UndoneVLANs(now, before, after vlanTable) vlanTable { return now.undone(before, after) }

// Lists returns what is in a table.
func (t vlanTable) Lists() ([]PortVLAN, []PortTunnel) { return t.vlans(), t.mappings() }

// VLANMessage returns the request that adds or removes these.
func VLANMessage(remove bool, vlans []PortVLAN, tunnels []PortTunnel, index uint32, self bool) ([]byte, error) {
	return vlanChange{remove, vlans, tunnels}.message(index, self)
}

// VLANReport reads the body of a message about VLANs.
func VLANReport(b []byte) (BridgeVLANs, error) {
	var r vlanReport
	t := newVLANTable()
	err := attr.Decode(b, &r)
	r.enterInto(t)
	return BridgeVLANs{Index: r.index, VLANs: t.vlans(), Tunnels: t.mappings()}, err
}

// CountAttached returns what counts, in what follows the header of messages,
// what hangs on links.
func CountAttached(links Links) func(payload []byte) int {
	n := newInventory(links, links.indexes())
	return func(payload []byte) int {
		n.begin(n.links)
		for _, of := range attachments {
			for i := range of.surveys {
				s := &of.surveys[i]
				if m := (rtnl.Message{Header: rtnl.Header{Type: s.get}, Payload: payload}); s.isReply(m) {
					n.take(s, m)
				}
			}
		}
		total := 0
		for _, c := range n.counts {
			total += c
		}
		return total
	}
}

// ErrLater is the error of [Client.DeleteAndFail].
var ErrLater = errors.New("a later step failed")

// DeleteAndFail deletes links as part of a transaction of which a later step
// fails: in the order given, one by one or together. between is called when
// they are gone.
func (c *Client) DeleteAndFail(ctx context.Context, together bool, between func(), refs ...Ref) error {
	t := &tx{op: "delete"}
	defer t.close()
	subs, err := c.home.subjects(ctx, refs)
	if err != nil {
		return err
	}
	t.subjects = subs
	var steps []step
	for _, s := range subs {
		steps = append(steps, &deleteStep{sub: s, keep: t})
	}
	if together {
		steps = []step{newBulkDelete(t, c.home, subs)}
	}
	if err := t.runAll(ctx, steps); err != nil {
		return err
	}
	between()
	return t.rollback(ctx, ErrLater)
}
