package link

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
)

// String returns the link in the layout of "ip -d -s link show", without a
// final newline. Other links are shown by index; [Links] knows their names.
// Data of a kind without a type, which iproute2 does not show, is a number and
// hexadecimal bytes for each attribute: "acme #1 2a000000 #2 01".
//
// It is a method of the value, as is MarshalJSON, so that both forms print.
func (l Link) String() string { return l.text(view{}) }

// String returns the links in the layout of "ip -d -s link show".
func (ls Links) String() string {
	var b strings.Builder
	v := ls.view()
	for i := range ls {
		b.WriteString(ls[i].text(v))
		b.WriteByte('\n')
	}
	return b.String()
}

func (l *Link) text(v view) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d: %s%s: <%s>", l.Index, printable(l.Name), l.lowerText(v), strings.Join(l.flagWords(v), ","))
	l.headText(&b, v)
	fmt.Fprintf(&b, "\n    link/%s", l.Type)
	l.addressLine(&b)
	l.detailText(&b)
	if l.Kind != nil {
		line(&b, l.Kind.Kind(), v.dataText(l.Kind))
	}
	if l.KindStats != nil {
		kindStatsText(&b, l.KindStats)
	}
	if l.Port != nil {
		line(&b, l.Port.Kind()+"_slave", v.dataText(l.Port))
	}
	if a := l.Alias.Value(); a != "" {
		line(&b, "alias", printable(a))
	}
	for _, n := range l.AltNames {
		line(&b, "altname", printable(n))
	}
	if s, ok := l.Stats.Get(); ok {
		s.text(&b)
	}
	return b.String()
}

// printable is a text that somebody else chose, in quotes if it could do something
// to a terminal: the kernel takes any bytes.
func printable(s string) string {
	if strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) || !utf8.ValidString(s) {
		return strconv.Quote(s)
	}
	return s
}

// dataText is the data of a kind or port.
func (v view) dataText(s attr.Struct) string {
	data := opaque(s)
	if data == "" {
		return v.Text(s)
	}
	var words []string
	for t, payload := range data.All() {
		words = append(words, strings.TrimRight(fmt.Sprintf("#%d %x", t, payload), " "))
	}
	return strings.Join(words, " ")
}

// opaque returns the data of a kind or port that has no type, of which only
// the attributes are known, "" for any other.
func opaque(s attr.Struct) attr.Raw {
	switch o := s.(type) {
	case *kind.Opaque:
		return o.Data
	case *kind.OpaquePort:
		return o.Data
	}
	return ""
}

func line(b *strings.Builder, name, text string) {
	b.WriteString(strings.TrimRight("\n    "+name+" "+text, " "))
}

func (l *Link) lowerText(v view) string {
	i, ok := l.Lower.Index()
	switch {
	case !ok:
		return ""
	case i == 0:
		return "@NONE"
	case l.LowerNetNSID.IsSet():
		return fmt.Sprintf("@if%d", i)
	}
	return "@" + v.refName(l.Lower)
}

func (l *Link) headText(b *strings.Builder, v view) {
	word(b, "mtu", l.MTU)
	if l.QDisc != "" {
		fmt.Fprintf(b, " qdisc %s", l.QDisc)
	}
	if l.Master.IsSet() {
		fmt.Fprintf(b, " master %s", v.refName(l.Master))
	}
	word(b, "state", l.OperState)
	word(b, "mode", l.LinkMode)
	if g, ok := l.Group.Get(); ok {
		fmt.Fprintf(b, " group %s", groupName(g))
	}
	if l.TxQueueLen.Value() != 0 {
		word(b, "qlen", l.TxQueueLen)
	}
}

func (l *Link) addressLine(b *strings.Builder) {
	if l.Address.IsValid() {
		fmt.Fprintf(b, " %s", l.addressText(l.Address))
	}
	if l.Broadcast.IsValid() {
		name := "brd"
		if l.Flags&FlagPointToPoint != 0 {
			name = "peer"
		}
		fmt.Fprintf(b, " %s %s", name, l.addressText(l.Broadcast))
	}
	if l.PermAddress.IsValid() && l.PermAddress != l.Address {
		fmt.Fprintf(b, " permaddr %s", l.addressText(l.PermAddress))
	}
	word(b, "link-netnsid", l.LowerNetNSID)
}

func (l *Link) detailText(b *strings.Builder) {
	if l.ProtoDown.Value() {
		b.WriteString(" protodown on")
	}
	word(b, "promiscuity", l.Promiscuity)
	word(b, "allmulti", l.AllMulti)
	word(b, "minmtu", l.MinMTU)
	word(b, "maxmtu", l.MaxMTU)
	if l.NetNSImmutable.Value() {
		b.WriteString(" netns-immutable")
	}
	word(b, "addrgenmode", l.AddrGenMode)
	word(b, "numtxqueues", l.NumTxQueues)
	word(b, "numrxqueues", l.NumRxQueues)
	word(b, "gso_max_size", l.GSOMaxSize)
	word(b, "gso_max_segs", l.GSOMaxSegs)
	if l.ParentDev != "" {
		fmt.Fprintf(b, " parentbus %s parentdev %s", l.ParentBus, l.ParentDev)
	}
}

func word[T any](b *strings.Builder, name string, v attr.Opt[T]) {
	if x, ok := v.Get(); ok {
		fmt.Fprintf(b, " %s %v", name, x)
	}
}

// text writes the counters in the two tables of "ip -s".
func (s Stats) text(b *strings.Builder) {
	columns(b, "RX:", []string{"bytes", "packets", "errors", "dropped", "missed", "mcast"},
		[]uint64{s.RxBytes, s.RxPackets, s.RxErrors, s.RxDropped, s.RxMissedErrors, s.Multicast})
	columns(b, "TX:", []string{"bytes", "packets", "errors", "dropped", "carrier", "collsns"},
		[]uint64{s.TxBytes, s.TxPackets, s.TxErrors, s.TxDropped, s.TxCarrierErrors, s.Collisions})
}

// kindStatsText writes counters of a kind as a table without a title.
func kindStatsText(b *strings.Builder, s kind.Stats) {
	var names []string
	var values []any
	for f, v := range attr.Values(s) {
		names = append(names, f.Name)
		values = append(values, v)
	}
	columns(b, "", names, values)
}

func columns[T any](b *strings.Builder, title string, names []string, values []T) {
	var head, body strings.Builder
	for i, n := range names {
		v := fmt.Sprint(values[i])
		w := max(len(n), len(v), 7)
		fmt.Fprintf(&head, " %*s", w, n)
		fmt.Fprintf(&body, " %*s", w, v)
	}
	fmt.Fprintf(b, "\n    %s%s\n    %*s%s", title, head.String(), len(title), "", body.String())
}
