package link

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"log/slog"
	"strconv"
	"strings"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/rtnl"
)

// What Config.Logger gets to see. Attributes are groups, so that a text
// handler writes a message as one line of "link.name=br0 link.mtu=1500",
// which can be read and searched, and a JSON handler writes objects.

// trace logs a message. What is logged has happened: a handler gets no context
// that could end before it is written.
func (p *place) trace(d rtnl.Direction, m rtnl.Message) {
	log, ctx := p.client.cfg.Logger, context.Background()
	if !log.Enabled(ctx, slog.LevelDebug) {
		return
	}
	attrs := []slog.Attr{slog.String("type", messageType(m)), slog.Uint64("seq", uint64(m.Seq))}
	if text := flagText(d, m); text != "" {
		attrs = append(attrs, slog.String("flags", text))
	}
	if p != p.client.home { // which most messages are of
		attrs = append(attrs, slog.String("netns", p.ns.String()))
	}
	switch m.Type {
	case rtnl.TypeError, rtnl.TypeDone:
		attrs = append(attrs, ackAttrs(m)...)
	default:
		// A handler may look at it when the buffer holds another message.
		key, list := messageList(m.Type)
		attrs = append(attrs, slog.Any(key, logged{p.scope(), bytes.Clone(m.Payload), list}))
	}
	log.LogAttrs(ctx, slog.LevelDebug, "netlink "+d.String(), attrs...)
}

// messageList names what messages of a type are about, and returns the list of
// their attributes.
func messageList(typ uint16) (key string, list attr.Struct) {
	switch typ {
	case rtnl.NewStats:
		return "stats", new(StatsReport)
	case rtnl.GetStats:
		return "stats", new(StatsRequest)
	case rtnl.NewVLAN, rtnl.GetVLAN:
		return "vlans", new(vlanReport)
	}
	return "link", new(Link)
}

// messageTypes are the names of message types (RTM_*, NLMSG_*).
var messageTypes = map[uint16]string{
	rtnl.TypeError: "ERROR", rtnl.TypeDone: "DONE", rtnl.NewLink: "NEWLINK", rtnl.DelLink: "DELLINK", rtnl.GetLink: "GETLINK",
	rtnl.SetLink: "SETLINK", rtnl.NewLinkProp: "NEWLINKPROP", rtnl.DelLinkProp: "DELLINKPROP",
	rtnl.NewStats: "NEWSTATS", rtnl.GetStats: "GETSTATS", rtnl.NewVLAN: "NEWVLAN", rtnl.GetVLAN: "GETVLAN",
}

// messageType names the type; an error without a number is an acknowledgement.
func messageType(m rtnl.Message) string {
	if ack, err := rtnl.ParseAck(m); err == nil && ack.Errno == 0 && m.Type == rtnl.TypeError {
		return "ACK"
	}
	if name := messageTypes[m.Type]; name != "" {
		return name
	}
	return strconv.Itoa(int(m.Type))
}

// The names of a message's flags, which mean something else in each use.
var (
	commonFlags = attr.Words[uint16]{{Value: rtnl.FlagRequest, Name: "REQUEST"}, {Value: rtnl.FlagMulti, Name: "MULTI"}, {Value: rtnl.FlagAck, Name: "ACK"},
		{Value: rtnl.FlagEcho, Name: "ECHO"}, {Value: rtnl.FlagDumpInterrupted, Name: "DUMP_INTR"}, {Value: rtnl.FlagDumpFiltered, Name: "DUMP_FILTERED"}}
	readFlags   = attr.Words[uint16]{{Value: rtnl.FlagRoot, Name: "ROOT"}, {Value: rtnl.FlagMatch, Name: "MATCH"}}
	createFlags = attr.Words[uint16]{{Value: rtnl.FlagReplace, Name: "REPLACE"}, {Value: rtnl.FlagExcl, Name: "EXCL"},
		{Value: rtnl.FlagCreate, Name: "CREATE"}, {Value: rtnl.FlagAppend, Name: "APPEND"}}
)

// flagText names the flags of a message, as "REQUEST|ACK".
func flagText(d rtnl.Direction, m rtnl.Message) string {
	if m.Type == rtnl.TypeError || m.Type == rtnl.TypeDone {
		return "" // they only say how the answer is laid out
	}
	var words []string
	rest := m.Flags
	for _, list := range []attr.Words[uint16]{commonFlags, useFlags(d, m.Type)} {
		for _, w := range list {
			if rest&w.Value != 0 {
				words = append(words, w.Name)
				rest &^= w.Value
			}
		}
	}
	if rest != 0 {
		words = append(words, fmt.Sprintf("%#x", rest))
	}
	return strings.Join(words, "|")
}

func useFlags(d rtnl.Direction, typ uint16) attr.Words[uint16] {
	switch {
	case d == rtnl.In:
		return nil
	case typ == rtnl.GetLink, typ == rtnl.GetStats, typ == rtnl.GetVLAN:
		return readFlags
	}
	return createFlags
}

// ackAttrs are the number and the words of an acknowledgement. Its type is shown
// already, so that a plain one adds nothing.
func ackAttrs(m rtnl.Message) []slog.Attr {
	ack, err := rtnl.ParseAck(m)
	if err != nil {
		return []slog.Attr{slog.Any("malformed", err)}
	}
	var attrs []slog.Attr
	if ack.Errno != 0 {
		attrs = append(attrs, slog.Int("errno", ack.Errno), slog.String("error", Errno(ack.Errno).Error()))
	}
	if ack.Msg != "" {
		attrs = append(attrs, slog.String("message", ack.Msg))
	}
	return attrs
}

// logged is the body of a message. Nothing is read of it unless a
// handler wants it.
type logged struct {
	scope attr.Scope
	body  []byte
	list  attr.Struct
}

// LogValue returns the attributes as groups, by the list of a link for requests
// too: they are in the same message, but for two parts that mean something else.
func (l logged) LogValue() slog.Value {
	nodes := l.scope.Tree(l.body, l.list)
	for i := range nodes {
		n := &nodes[i]
		bits, isBits := n.Value.(uint32)
		switch {
		case !n.Header && n.Type == iflaExtMask:
			n.Name = "ext_mask" // asks for more or less: no field of a link
		case n.Header && isBits && bits != 0 && (n.Name == "flags" || n.Name == "change"):
			n.Value = headFlags(Flags(bits))
		}
	}
	return groupOf(nodes)
}

// headFlags names flags as they are in the header, RUNNING too and nothing
// derived.
func headFlags(f Flags) string {
	switch {
	case f == ^Flags(0):
		return "all" // what notifications of a new link say has changed
	case f&FlagRunning != 0:
		return flagNames.Flags(f&^FlagRunning) + ",RUNNING"
	}
	return flagNames.Flags(f)
}

func groupOf(nodes []attr.Node) slog.Value {
	attrs := make([]slog.Attr, 0, len(nodes))
	seen := map[string]int{}
	for i := range nodes {
		n := &nodes[i]
		if n.Header && isZeroHead(n.Value) { // a header has all its fields, said or not
			continue
		}
		key := nodeKey(n)
		if seen[key]++; seen[key] > 1 {
			key += "#" + strconv.Itoa(seen[key]) // or JSON would lose all but the last
		}
		attrs = append(attrs, slog.Attr{Key: key, Value: nodeValue(n)})
	}
	return slog.GroupValue(attrs...)
}

// isZeroHead reports whether a field of a header says nothing. It compares
// text because the values are of as many types as there are fields.
func isZeroHead(v any) bool {
	switch s := fmt.Sprint(v); s {
	case "0", "0x0/0x0":
		return true
	}
	return false
}

// nodeKey is the name, or the number of an attribute that the list does not know.
func nodeKey(n *attr.Node) string {
	switch {
	case n.Err != nil:
		return "malformed"
	case n.Name != "":
		return n.Name
	}
	return strconv.Itoa(int(n.Type))
}

// maxHex is how many bytes of a payload without a form are logged: enough to
// tell two apart, and no line of 128 KiB.
const maxHex = 32

// nodeValue leaves to the handler what every handler writes alike, and makes
// text of the rest, of which a JSON handler would write some as empty objects.
func nodeValue(n *attr.Node) slog.Value {
	switch v := n.Value.(type) {
	case nil:
		return groupOf(n.Nodes)
	case string, uint8, uint16, uint32, uint64, int32:
		return slog.AnyValue(v)
	case []byte:
		text := hex.EncodeToString(v[:min(len(v), maxHex)])
		if more := len(v) - maxHex; more > 0 {
			text += fmt.Sprintf("...(%d more bytes)", more)
		}
		return slog.StringValue(text)
	default:
		return slog.StringValue(fmt.Sprint(v))
	}
}
