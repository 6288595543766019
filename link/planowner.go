package link

import (
	"encoding/binary"
	"hash/fnv"
	"strings"

	"github.com/iplink-go/iplink/attr"
)

// Which links are ours, and what becomes of those that are not wanted any more.

// leaving is the group that links with an owner's mark are put into to be deleted
// together. It says as much as the mark: a program that is killed in between
// finds what it left.
func leaving(owner uint32) uint32 {
	h := fnv.New32a()
	h.Write(binary.BigEndian.AppendUint32([]byte("iplink owner "), owner)) // cannot fail
	return h.Sum32()>>1 | 1                                                // the kernel counts in an int; 0 is the default
}

// isOwn reports whether the link bears the mark, or did until it was about to be
// deleted.
func (o *Owner) isOwn(l *Link) bool {
	g := l.Group.Value()
	return o.Group != 0 && (g == o.Group || g == leaving(o.Group)) && strings.HasPrefix(l.Name, o.Prefix)
}

// remark gives the mark back to links that were to be deleted, and are wanted
// now.
func (p *planner) remark() {
	o := &p.state.Owner
	for _, n := range p.nodes {
		if n.link != nil && n.wanted() && o.isOwn(n.link) && n.link.Group.Value() != o.Group && !n.want.Group.IsSet() {
			n.want.Group = attr.U32(o.Group)
		}
	}
}

// prune notes the links that bear the owner's mark and are not wanted.
func (p *planner) prune() {
	p.remark()
	o := p.state.Owner
	if !o.Prune {
		return
	}
	if o.Group == 0 {
		p.wrong("", refused("owner", "pruning needs a group, which marks what is ours"))
		return
	}
	for _, n := range p.nodes {
		if n.link == nil || n.link.Kind == nil || n.wanted() || !o.isOwn(n.link) {
			continue
		}
		n.absent = n.peer == nil || !n.peer.wanted() // the other end of a wanted pair stays with it
	}
}
