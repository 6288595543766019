// Package ipcmd translates command lines of "ip link" to what this library's
// API says for the same: a [link.Spec] and the header it is sent with. Tests
// compare the two with what iproute2 sends.
//
// It is no parser for users: it takes what the captures hold, spelled as they
// spell it, and knows iproute2's habits, such as sending vxlan's learning
// where nobody said it. Each kind has a table of its options; a kind without a
// table is an [ErrKind].
package ipcmd

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/rtnl"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/link"
)

var (
	// ErrKind says that a command is about a kind, or a port of one, that has
	// no table here.
	ErrKind = errors.New("ipcmd: no options of this kind")
	// ErrCommand says that a command has a word that no table knows, or a
	// value that does not fit.
	ErrCommand = errors.New("ipcmd: not understood")
	// ErrName says that a command names a link or namespace that is not known.
	ErrName = errors.New("ipcmd: unknown name")
)

// Flags of requests beside [rtnl.FlagRequest], as iproute2 sets them.
const (
	flagsSet     = rtnl.FlagRequest | rtnl.FlagAck
	flagsAdd     = flagsSet | rtnl.FlagCreate | rtnl.FlagExcl
	flagsReplace = flagsSet | rtnl.FlagCreate | rtnl.FlagReplace
	flagsProp    = flagsSet | rtnl.FlagCreate | rtnl.FlagAppend | rtnl.FlagExcl
)

// An Operation is what a command asks for.
type Operation struct {
	// Type and Flags are those of the message.
	Type, Flags uint16
	// Device is the link that the message is about, nothing at creation and
	// for groups.
	Device link.Ref
	// Spec is what the command says. Its references are by name.
	Spec link.Spec
}

// Names is where a command is given: the indexes behind names of links, and
// the ids behind names of namespaces.
type Names struct {
	Links map[string]int
	NetNS map[string]int32
}

// iflaNewIfindex is IFLA_NEW_IFINDEX, the index to take in another namespace.
// In a Spec it is Index; which of the two is sent depends on whether the link
// exists.
const iflaNewIfindex = 49

// Numbers of alternative names, which travel in messages of their own.
const (
	iflaPropList  = 52
	iflaAltIfname = 53
)

// Message returns the message that says what o says.
func (o *Operation) Message(n Names) ([]byte, error) {
	s := o.Spec.Clone()
	newIndex := uint32(0)
	if o.Flags&rtnl.FlagCreate == 0 || o.Type != rtnl.NewLink {
		newIndex, s.Index = s.Index, 0
	}
	var err error
	if o.Device.IsSet() {
		if s.Index, err = n.index(o.Device); err != nil {
			return nil, err
		}
	}
	for _, ref := range attr.Refs(s) {
		i, err := n.index(*ref)
		if err != nil {
			return nil, err
		}
		*ref = attr.RefIndex(i)
	}
	b, err := link.Append(rtnl.Begin(nil, o.Type, o.Flags), s)
	if err != nil {
		return nil, err
	}
	if newIndex != 0 {
		b = attr.AppendUint32(b, iflaNewIfindex, newIndex)
	}
	if s.AltNames != nil {
		if b, err = appendAltNames(b, s.AltNames); err != nil {
			return nil, err
		}
	}
	return rtnl.End(b, 0), nil
}

func appendAltNames(b []byte, names []string) ([]byte, error) {
	start := len(b)
	b = attr.BeginNest(b, iflaPropList)
	for _, name := range names {
		b = attr.AppendString(b, iflaAltIfname, name)
	}
	return attr.EndNest(b, start)
}

func (n Names) index(r link.Ref) (uint32, error) {
	if i, ok := r.Index(); ok {
		return i, nil
	}
	i, ok := n.Links[r.Name()]
	if !ok {
		return 0, fmt.Errorf("%w: link %q", ErrName, r.Name())
	}
	return uint32(i), nil
}

// Translate reads a command: "ip [-options] link add|set|del|... ARGUMENTS", or
// a batch, of which the last line counts.
func Translate(command string, n Names) (*Operation, error) {
	lines := strings.Split(strings.Trim(command, "'"), "\n")
	list := strings.Fields(lines[len(lines)-1])
	verb := slices.Index(list, "link") + 1
	w := &words{names: n, rest: list[verb:], force: slices.Contains(list[:verb], "-force")}
	o, err := w.operation()
	if o != nil && slices.Contains(list[:verb], "-echo") {
		o.Flags |= rtnl.FlagEcho
	}
	return o, errors.Join(err, w.err)
}

func (w *words) operation() (*Operation, error) {
	o := &Operation{Type: rtnl.NewLink, Flags: flagsSet}
	switch verb := w.next(); verb {
	case "add":
		o.Flags = flagsAdd
	case "replace":
		o.Flags = flagsReplace
	case "set", "change":
		w.existing = true
	case "del", "delete":
		o.Type, w.existing = rtnl.DelLink, true
	case "property":
		return w.property()
	default:
		return nil, fmt.Errorf("%w: verb %q", ErrCommand, verb)
	}
	err := w.generic(&o.Spec, &o.Device)
	if w.more() && err == nil {
		err = fmt.Errorf("%w: %q", ErrCommand, w.rest)
	}
	if o.Type == rtnl.DelLink && !o.Device.IsSet() {
		o.Spec.Kind = nil // iproute2 reads it and does not send it
	}
	return o, err
}

// property reads "add|del [dev] DEVICE altname NAME ...".
func (w *words) property() (*Operation, error) {
	o := &Operation{Type: rtnl.NewLinkProp, Flags: flagsProp}
	if w.next() == "del" {
		o.Type, o.Flags = rtnl.DelLinkProp, flagsSet
	}
	w.skip("dev")
	o.Device = link.Name(w.next())
	for w.skip("altname") {
		o.Spec.AltNames = append(o.Spec.AltNames, w.next())
	}
	return o, nil
}

// kind reads what follows "type".
func (w *words) kind(s *link.Spec) error {
	name := w.next()
	if master, port := strings.CutSuffix(name, "_slave"); port {
		table, ok := ports[master]
		if !ok {
			return fmt.Errorf("%w: %s", ErrKind, name)
		}
		s.Port = kind.NewPort(master)
		return table(w, s.Port)
	}
	table, ok := kinds[name]
	if !ok {
		return fmt.Errorf("%w: %s", ErrKind, name)
	}
	s.Kind = kind.New(name)
	return table(w, s.Kind)
}

// kinds and ports have the options of each kind.
var (
	kinds map[string]func(*words, kind.Kind) error
	ports map[string]func(*words, kind.Port) error
)

func init() {
	none := options[struct{}]{}
	empty := func(w *words, _ kind.Kind) error { return none.read(w, &struct{}{}) }
	kinds = map[string]func(*words, kind.Kind) error{
		"dummy": empty, "ifb": empty,
		"lowpan": empty, "netdevsim": empty, "nlmon": empty, "openvswitch": empty, "ovpn": empty, "ppp": empty,
		"tun": empty, "virt_wifi": empty, "vsockmon": empty, "wireguard": empty,
		"batadv":  func(w *words, k kind.Kind) error { return batadvOptions.read(w, k.(*kind.Batadv)) },
		"bridge":  func(w *words, k kind.Kind) error { return bridgeOptions.read(w, k.(*kind.Bridge)) },
		"dsa":     func(w *words, k kind.Kind) error { return dsaOptions.read(w, k.(*kind.DSA)) },
		"ipoib":   func(w *words, k kind.Kind) error { return ipoibOptions.read(w, k.(*kind.IPoIB)) },
		"macvlan": func(w *words, k kind.Kind) error { return macvlanOptions.read(w, k.(*kind.Macvlan)) },
		"macvtap": func(w *words, k kind.Kind) error { return macvlanOptions.read(w, (*kind.Macvlan)(k.(*kind.Macvtap))) },
		"veth":    func(w *words, k kind.Kind) error { return w.pair(k.(*kind.Veth)) },
		"rmnet":   func(w *words, k kind.Kind) error { return rmnetOptions.read(w, k.(*kind.RMNet)) },
		"vlan":    func(w *words, k kind.Kind) error { return vlanOptions.read(w, k.(*kind.VLAN)) },
		"vxlan":   func(w *words, k kind.Kind) error { return w.vxlan(k.(*kind.VXLAN)) },
		"wwan":    func(w *words, k kind.Kind) error { return wwanOptions.read(w, k.(*kind.WWAN)) },
	}
	ports = map[string]func(*words, kind.Port) error{
		"bridge": func(w *words, p kind.Port) error { return portOptions.read(w, p.(*kind.BridgePort)) },
	}
	maps.Copy(kinds, map[string]func(*words, kind.Kind) error{
		"team": empty, "vcan": empty,
		"bond":   func(w *words, k kind.Kind) error { return bondOptions.read(w, k.(*kind.Bond)) },
		"can":    func(w *words, k kind.Kind) error { return w.can(k.(*kind.CAN)) },
		"hsr":    func(w *words, k kind.Kind) error { return hsrOptions.read(w, k.(*kind.HSR)) },
		"ipvlan": func(w *words, k kind.Kind) error { return w.ipvlan(k.(*kind.IPVLAN)) },
		"ipvtap": func(w *words, k kind.Kind) error { return w.ipvlan((*kind.IPVLAN)(k.(*kind.IPVTAP))) },
		"macsec": func(w *words, k kind.Kind) error { return macsecOptions.read(w, k.(*kind.MACsec)) },
		"netkit": func(w *words, k kind.Kind) error { return w.netkit(k.(*kind.Netkit)) },
		"vrf":    func(w *words, k kind.Kind) error { return vrfOptions.read(w, k.(*kind.VRF)) },
		"vxcan":  func(w *words, k kind.Kind) error { return w.pair(k.(*kind.VXCAN)) },
	})
	ports["bond"] = func(w *words, p kind.Port) error { return bondPortOptions.read(w, p.(*kind.BondPort)) }
}

// Kinds returns the kinds that have a table.
func Kinds() (names []string) {
	for name := range kinds {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
