package link

import (
	"context"
	"errors"
	"slices"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/rtnl"
	"github.com/iplink-go/iplink/nsutil"
)

// A link can have others on it, or its peer, in namespaces that nobody named,
// and they go with it. The kernel keeps no list of them; what can be asked is
// every namespace that has an id here. One into which a link was moved from here
// has one. One in which a link was made, by one message, on a link here has not
// on newer kernels (6.18), so those with a name are given an id first. What
// others have no id, such as those of containers without a name, stay hidden.

// An otherNamespace is one that has an id as seen from a place.
type otherNamespace struct {
	ID int32
	// Above are its links that are above ones of the place, or their peers:
	// their Lower is an index of the place.
	Above []Link
	// Known is whether its links could be read, which takes CAP_NET_ADMIN in
	// it. Where not even the list of ids is complete, one without an id, -1,
	// and unknown stands for the rest.
	Known bool
}

// otherNamespaces lists the namespaces that have an id here or a name, but the
// place's own, and what of theirs is above links here.
func (p *place) otherNamespaces(ctx context.Context) ([]otherNamespace, error) {
	if err := p.identifyNamed(ctx); err != nil {
		return nil, err
	}
	ids, err := nsutil.NSIDs(ctx, p.ns)
	incomplete := errors.Is(err, nsutil.ErrIncomplete)
	if err != nil && !incomplete {
		return nil, failure("list", "", err)
	}
	others := make([]otherNamespace, len(ids))
	for i, id := range ids {
		others[i].ID = id
		if err := p.listThere(ctx, &others[i]); err != nil {
			return nil, err
		}
	}
	// Asked now, since being reported as the namespace of a lower link gives
	// the place an id for itself.
	own, ok, err := nsutil.NSID(ctx, p.ns, p.ns)
	if err != nil {
		return nil, failure("list", "", err)
	}
	if !ok {
		own = noNSID
	}
	others = slices.DeleteFunc(others, func(o otherNamespace) bool { return o.ID == own })
	for i := range others {
		others[i].Above = slices.DeleteFunc(others[i].Above, func(l Link) bool { return l.LowerNetNSID != attr.Some(own) })
	}
	if incomplete {
		others = append(others, otherNamespace{ID: noNSID})
	}
	return others, nil
}

// identifyNamed has the kernel give an id to each namespace with a name, as it
// does by itself for those that it reports. Where that takes more privilege
// they stay hidden; changing links takes as much.
func (p *place) identifyNamed(ctx context.Context) error {
	names, err := nsutil.List()
	if err != nil {
		return failure("list", "", err)
	}
	for _, name := range names {
		ns, err := nsutil.Open(name)
		if err != nil {
			continue // it has gone meanwhile, or is not yet made
		}
		_, err = nsutil.EnsureNSID(ctx, p.ns, ns)
		ns.Close()
		if err != nil && ctx.Err() != nil {
			return failure("list", "", ctx.Err())
		}
	}
	return nil
}

// noNSID is the id of a namespace that has none (NETNSA_NSID_NOT_ASSIGNED).
const noNSID = -1

// listThere reads the links of o that have something of another namespace
// below them. The ids in the report are as seen from here. It is not known what
// there is if the kernel refuses to tell.
func (p *place) listThere(ctx context.Context, o *otherNamespace) error {
	req := rtnl.Begin(nil, rtnl.GetLink, 0)
	req = append(req, make([]byte, ifinfomsgLen)...)
	req = attr.AppendUint32(req, iflaExtMask, p.extMask(ctx, 0))
	req = rtnl.End(attr.AppendUint32(req, iflaTargetNetNSID, uint32(o.ID)), 0)
	for range p.client.attempts() {
		o.Above = o.Above[:0]
		var l Link
		interrupted, err := p.dumpAll(ctx, req, func(m rtnl.Message) error {
			if m.Type != rtnl.NewLink {
				return nil
			}
			if err := p.decode(m.Payload, &l, 0); err != nil {
				return err
			}
			if l.LowerNetNSID.IsSet() {
				o.Above = append(o.Above, *l.Clone())
			}
			return nil
		})
		switch {
		case errors.As(err, new(*rtnl.Error)):
			return nil
		case err != nil:
			return p.kernelError("list", "", err, nil, nil)
		case !interrupted:
			o.Known = true
			return nil
		}
	}
	return nil
}
