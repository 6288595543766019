package link

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/iplink-go/iplink/attr"
)

// A Type is the hardware type of a link (linux/if_arp.h ARPHRD_*), which says
// what its addresses are.
type Type uint16

// The hardware types that programs ask for.
const (
	TypeEther      Type = 1
	TypeInfiniBand Type = 32
	TypeTunnel     Type = 768
	TypeTunnel6    Type = 769
	TypeLoopback   Type = 772
	TypeSIT        Type = 776
	TypeIPGRE      Type = 778
	TypeIP6GRE     Type = 823
	TypeNone       Type = 0xfffe
)

// typeNames are iproute2's names.
var typeNames = map[Type]string{
	0: "netrom", TypeEther: "ether", 2: "eether", 3: "ax25", 4: "pronet", 5: "chaos", 6: "ieee802", 7: "arcnet",
	8: "atalk", 15: "dlci", 19: "atm", 23: "metricom", 24: "ieee1394", 27: "eui64", TypeInfiniBand: "infiniband",
	256: "slip", 257: "cslip", 258: "slip6", 259: "cslip6", 260: "rsrvd", 264: "adapt", 270: "rose", 271: "x25",
	272: "hwx25", 280: "can", 290: "mctp", 512: "ppp", 513: "hdlc", 516: "lapb", 517: "ddcmp", 518: "rawhdlc",
	519: "rawip", TypeTunnel: "ipip", TypeTunnel6: "tunnel6", 770: "frad", 771: "skip", TypeLoopback: "loopback",
	773: "ltalk", 774: "fddi", 775: "bif", TypeSIT: "sit", 777: "ip/ddp", TypeIPGRE: "gre", 779: "pimreg", 780: "hippi",
	781: "ash", 782: "econet", 783: "irda", 784: "fcpp", 785: "fcal", 786: "fcpl", 787: "fcfb0", 800: "tr",
	801: "ieee802.11", 802: "ieee802.11/prism", 803: "ieee802.11/radiotap", 804: "ieee802.15.4",
	805: "ieee802.15.4/monitor", 820: "phonet", 821: "phonet_pipe", 822: "caif", TypeIP6GRE: "gre6", 824: "netlink",
	825: "6lowpan", 826: "vsockmon", 0xffff: "void", TypeNone: "none",
}

// String returns iproute2's name, or "[N]" for a type that has none.
func (t Type) String() string {
	if s := typeNames[t]; s != "" {
		return s
	}
	return "[" + strconv.Itoa(int(t)) + "]"
}

// MarshalText returns the form of String.
func (t Type) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads the form of String, or a number.
func (t *Type) UnmarshalText(b []byte) error {
	for n, name := range typeNames {
		if name == string(b) {
			*t = n
			return nil
		}
	}
	n, err := strconv.ParseUint(strings.Trim(string(b), "[]"), 10, 16)
	if err != nil {
		return fmt.Errorf("type of link %q: %w", b, attr.ErrValue)
	}
	*t = Type(n)
	return nil
}
