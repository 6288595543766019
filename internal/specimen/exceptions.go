package specimen

import (
	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/link"
)

// An Exception is what a test must know about an attribute beyond its line in
// the list.
type Exception struct {
	// Why is the reason for the rest.
	Why string
	// Values are to be used instead of those that are made from the form: two
	// that differ, or one if there is no second.
	Values []attr.Struct
	// With must be said together with it.
	With attr.Struct
	// Needs are features of the kernel it takes, for testns.Require.
	Needs []string
	// On is a link to set it on instead of the least one.
	On *link.Spec
	// Since is the first kernel with it, where the table does not say: it
	// knows no switches.
	Since string
	// Apart names a link of its own on which it is set together with others
	// of the same word, because it excludes what the rest is.
	Apart string
	// Alone says that it cannot be set together with any other.
	Alone bool
	// Resets are attributes that change with it.
	Resets []string
	// Lacks says which kernels of the matrix do not have it although their
	// release does, each with the reason.
	Lacks map[string]string
	// Untested says that this test cannot set it.
	Untested bool
}

// TakesHardware reports whether every link that a test can make must refuse it.
func (e *Exception) TakesHardware() bool { return e.Untested && e.Why == hardware }

// A table has exceptions by the name of the attribute.
type table map[string]Exception

// exceptions are by the name of the subject. Those of peers are those of any
// link, if nothing else is said.
var exceptions = map[string]table{
	"amt":         amtExceptions,
	"bareudp":     {"multiproto": {Why: "not for all protocols", Apart: "multiproto"}},
	"batadv":      batadvExceptions,
	"bond":        bondExceptions,
	"bond port":   bondPortExceptions,
	"bridge":      bridgeExceptions,
	"bridge port": bridgePortExceptions,
	"erspan":      erspanExceptions,
	"geneve":      geneveExceptions,
	"gre":         greExceptions,
	"gretap":      greTapExceptions,
	"gtp":         gtpExceptions,
	"hsr":         hsrExceptions,
	"ip6erspan":   ip6erspanExceptions,
	"ip6gre":      ip6TunnelExceptions,
	"ip6gretap":   ip6TunnelExceptions,
	"ip6tnl":      ip6TunnelExceptions,
	"ipip":        ipipExceptions,
	"link":        linkExceptions,
	"macsec":      macsecExceptions,
	"macvlan":     macvlanExceptions,
	"macvtap":     macvtapExceptions,
	"netkit":      netkitExceptions,
	"netkit peer": netkitPeerExceptions,
	"sit":         sitExceptions,
	"vlan":        vlanExceptions,
	"vxcan peer":  vxcanPeerExceptions,
	"vxlan":       vxlanExceptions,
	"xfrm":        xfrmExceptions,
}

func values(v ...attr.Struct) []attr.Struct { return v }

const (
	elsewhere = "tested elsewhere: "
	hardware  = "takes hardware; requests are compared with iproute2's"
)

// exceptionsOf returns the rows of the subject by attribute.
func (s *Subject) exceptionsOf() (table, error) {
	if s.Fixed {
		return peerExceptions(exceptions[s.Name])
	}
	return exceptions[s.Name], nil
}
