package link

import (
	"strings"

	"github.com/iplink-go/iplink/attr"
)

// Flags are the flags of a link as the kernel reports them (linux/if.h
// IFF_*).
type Flags uint32

// The flags.
const (
	FlagUp           Flags = 1 << iota // set up by the administrator
	FlagBroadcast                      // has a broadcast address
	FlagDebug                          // debugging
	FlagLoopback                       // is the loopback link
	FlagPointToPoint                   // has one other end
	FlagNoTrailers                     // avoids trailers
	FlagRunning                        // operational, RFC 2863
	FlagNoARP                          // does without address resolution
	FlagPromisc                        // receives all packets, by request
	FlagAllMulti                       // receives all multicast packets, by request
	FlagMaster                         // balances load over ports
	FlagSlave                          // is a port of one that does
	FlagMulticast                      // can multicast
	FlagPortSel                        // can set its media type
	FlagAutoMedia                      // selects its media type itself
	FlagDynamic                        // loses its addresses when it goes down
	FlagLowerUp                        // has a carrier
	FlagDormant                        // waits for something, such as 802.1X
	FlagEcho                           // echoes sent packets
)

// flagNames are the names in the order of "ip link".
var flagNames = attr.Words[Flags]{
	{Value: FlagLoopback, Name: "LOOPBACK"}, {Value: FlagBroadcast, Name: "BROADCAST"}, {Value: FlagPointToPoint, Name: "POINTOPOINT"},
	{Value: FlagMulticast, Name: "MULTICAST"}, {Value: FlagNoARP, Name: "NOARP"}, {Value: FlagAllMulti, Name: "ALLMULTI"},
	{Value: FlagPromisc, Name: "PROMISC"}, {Value: FlagMaster, Name: "MASTER"}, {Value: FlagSlave, Name: "SLAVE"},
	{Value: FlagDebug, Name: "DEBUG"}, {Value: FlagDynamic, Name: "DYNAMIC"}, {Value: FlagAutoMedia, Name: "AUTOMEDIA"},
	{Value: FlagPortSel, Name: "PORTSEL"}, {Value: FlagNoTrailers, Name: "NOTRAILERS"}, {Value: FlagUp, Name: "UP"},
	{Value: FlagLowerUp, Name: "LOWER_UP"}, {Value: FlagDormant, Name: "DORMANT"}, {Value: FlagEcho, Name: "ECHO"},
}

// String returns the names of "ip link" with commas between them. As there,
// RUNNING is not shown, and NO-CARRIER stands for UP without it.
func (f Flags) String() string {
	s := flagNames.Flags(f &^ FlagRunning)
	if f&FlagUp == 0 || f&FlagRunning != 0 {
		return s
	}
	return "NO-CARRIER," + s
}

// MarshalText returns the form of String.
func (f Flags) MarshalText() ([]byte, error) { return []byte(f.String()), nil }

// UnmarshalText reads the form of String: a link that is up without NO-CARRIER
// is running.
func (f *Flags) UnmarshalText(b []byte) error {
	text, stopped := strings.CutPrefix(string(b), "NO-CARRIER,")
	v, err := flagNames.ParseFlags("flag", text)
	if err != nil {
		return err
	}
	if v&FlagUp != 0 && !stopped {
		v |= FlagRunning
	}
	*f = v
	return nil
}
