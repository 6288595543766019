package kind

import (
	"fmt"

	"github.com/iplink-go/iplink/attr"
)

func init() { register(func() Kind { return new(IPoIB) }) }

// IPoIB is IP over InfiniBand (RFC 4391): a link for one partition of the
// InfiniBand link below, "ip link add link ib0 type ipoib"
// (drivers/infiniband/ulp/ipoib). Links that the hardware has by itself are of
// the kind too; they are not deleted.
type IPoIB struct {
	// PKey is the partition key, with the bit 0x8000 for full membership;
	// that of the link below by default. Neither 0 nor 0x8000. Fixed at
	// creation.
	PKey attr.Opt[uint16]
	// Mode says how packets travel; datagram by default. A change resets the
	// connections and the MTU with them, and drivers of newer hardware have
	// no connected mode.
	Mode attr.Opt[IPoIBMode]
	// UserMulticast lets programs send to multicast groups that the kernel
	// has not joined (IFLA_IPOIB_UMCAST); off by default.
	UserMulticast attr.Opt[bool]
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// Kind returns "ipoib".
func (*IPoIB) Kind() string { return "ipoib" }

// Info says that an ipoib link sits on a lower link.
func (*IPoIB) Info() Info { return Info{NeedsLower: true, Module: "ib_ipoib"} }

// Fields lists IFLA_IPOIB_*.
func (i *IPoIB) Fields(c *attr.Codec) {
	attr.Uint16(c, 1, "pkey", &i.PKey, attr.CreateOnly, attr.Hex, attr.JSON("key"))
	attr.Uint16(c, 2, "mode", &i.Mode)
	attr.Bool16(c, 3, "umcast", &i.UserMulticast)
	attr.Rest(c, &i.Unknown)
}

// Tidy writes key and switch with four digits, as iproute2 does.
func (i *IPoIB) Tidy(o *attr.Object) {
	if key, ok := i.PKey.Get(); ok {
		o.Set("key", fmt.Sprintf("%#.4x", key))
	}
	if on, ok := i.UserMulticast.Get(); ok {
		text := "0000"
		if on {
			text = "0001"
		}
		o.Set("umcast", text)
	}
}

// An IPoIBMode says how an IPoIB link sends packets (IPOIB_MODE_*).
type IPoIBMode uint16

// The modes.
const (
	IPoIBDatagram  IPoIBMode = iota // as unreliable datagrams of the wire's size
	IPoIBConnected                  // over a connection to each neighbour, with MTUs up to 65520
)

var ipoibModes = attr.Words[IPoIBMode]{{Value: IPoIBDatagram, Name: "datagram"}, {Value: IPoIBConnected, Name: "connected"}}

// String returns iproute2's word.
func (m IPoIBMode) String() string { return ipoibModes.Text(m) }

// MarshalText returns the form of String.
func (m IPoIBMode) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads the form of String.
func (m *IPoIBMode) UnmarshalText(b []byte) (err error) {
	*m, err = ipoibModes.Parse("ipoib mode", string(b))
	return err
}
