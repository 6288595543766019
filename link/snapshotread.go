package link

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/nsutil"
)

// snapshot reads what s says, but for what hangs on links. The places are
// those of the namespaces, for asking more; closeOthers closes them, also
// after an error.
func (c *Client) snapshot(ctx context.Context, s Scan) (*Snapshot, []*place, error) {
	places := []*place{c.home}
	out := &Snapshot{Namespaces: []NamespaceLinks{{}}}
	for _, n := range s.NetNS {
		i, err := c.home.find(ctx, &places, n)
		if err != nil {
			return nil, places, failure("snapshot", "", err)
		}
		if i == len(out.Namespaces) {
			out.Namespaces = append(out.Namespaces, NamespaceLinks{})
		}
		if in := &out.Namespaces[i]; n.IsSet() && !slices.Contains(in.NetNS, n) {
			in.NetNS = append(in.NetNS, n)
		}
	}
	for i, p := range places {
		n := &out.Namespaces[i]
		n.Label = label(p.ns, n.NetNS)
		var err error
		if n.Links, err = p.list(ctx, Filter{Include: s.Include}); err != nil {
			return nil, places, err
		}
	}
	// After the lists: the kernel gives ids to the namespaces that it reports
	// other ends in.
	if err := out.identify(ctx, places); err != nil {
		return nil, places, failure("snapshot", "", err)
	}
	return out, places, nil
}

// find returns which of the places n names, and adds one if it is new.
func (p *place) find(ctx context.Context, places *[]*place, n kind.NetNS) (int, error) {
	q, err := p.at(ctx, n)
	if err != nil {
		return 0, err
	}
	for i, have := range *places {
		if q == have {
			return i, nil
		}
		if have.ns != nil && have.ns.Equal(q.ns) {
			return i, q.close()
		}
	}
	*places = append(*places, q)
	return len(*places) - 1, nil
}

// closeOthers closes the places but p itself.
func (p *place) closeOthers(places []*place) {
	for _, q := range places {
		if q != p {
			q.close() // nothing was written: no error matters
		}
	}
}

// identify asks each namespace for the ids that it has for the others.
func (s *Snapshot) identify(ctx context.Context, places []*place) error {
	for i, from := range places {
		ids := map[int32]int{}
		for k, of := range places {
			if i == k {
				continue
			}
			id, ok, err := nsutil.NSID(ctx, from.ns, of.ns)
			if err != nil {
				return err
			}
			if ok {
				ids[id] = k
			}
		}
		s.Namespaces[i].IDs = ids
	}
	return nil
}

// label returns what people call the namespace: its name, or the process that
// it was named by, or its number.
func label(ns *nsutil.Namespace, named []kind.NetNS) string {
	text := ns.String()
	if ns == nil || !strings.HasPrefix(text, "net:[") {
		return text
	}
	if name := nameOf(ns); name != "" {
		return name
	}
	for _, n := range named {
		if pid, ok := n.PID.Get(); ok {
			return fmt.Sprintf("process %d", pid)
		}
	}
	return text
}

// nameOf returns the name of the namespace, "" if it has none.
func nameOf(ns *nsutil.Namespace) string {
	names, err := nsutil.List()
	if err != nil {
		return "" // a label needs no more
	}
	for _, name := range names {
		other, err := nsutil.Open(name)
		if err != nil {
			continue // it has gone meanwhile
		}
		same := other.Equal(ns)
		other.Close()
		if same {
			return name
		}
	}
	return ""
}
