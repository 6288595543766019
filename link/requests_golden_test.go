package link_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/golden"
	"github.com/iplink-go/iplink/internal/ipcmd"
	"github.com/iplink-go/iplink/internal/rtnl"
	"github.com/iplink-go/iplink/kind"
	"github.com/iplink-go/iplink/link"
)

// Requests: what iproute2 sends for a command, our message for the same
// command says too, attribute by attribute.

// otherwise are commands for which our message differs, or there is none, and
// why that is right.
var otherwise = map[string]string{
	"ip link set mv0 type macvlan macaddr set": "an empty list of addresses is left out: the command alone empties it",
}

// refused are commands whose values our lists refuse before sending. The
// kernel refuses them too, or would if it had the kind.
var refused = map[string]string{
	"ip link add link veth0 vl0 type vlan id 5000": "a VLAN id has 12 bits",
	"ip link add link veth0 vl0 type vlan id 4095": "4095 is reserved",
}

func TestGoldenRequests(t *testing.T) {
	if !golden.Native(golden.Order) {
		t.Skip("captures are little-endian")
	}
	cases, err := golden.Cases(golden.FolderLink)
	if err != nil {
		t.Fatal(err)
	}
	untyped := map[string]int{}
	agree, n := 0, 0
	for _, c := range cases {
		if c.Request == nil || c.LookupOnly || c.RequestType == "RTM_GETLINK" {
			continue
		}
		names := place(c)
		o, err := ipcmd.Translate(c.Command, names)
		if errors.Is(err, ipcmd.ErrKind) {
			untyped[strings.TrimPrefix(err.Error(), ipcmd.ErrKind.Error()+": ")]++
			continue
		}
		n++
		if err != nil {
			t.Errorf("%s: %v", c.Command, err)
			continue
		}
		if checkRequest(t, c, o, names) {
			agree++
		}
	}
	t.Logf("%d of %d requests agree", agree, n)
	later := 0
	for _, k := range slices.Sorted(maps.Keys(untyped)) {
		later += untyped[k]
	}
	t.Logf("not typed yet: %d requests: %v", later, untyped)
	for _, name := range kind.Names() {
		if !slices.Contains(ipcmd.Kinds(), name) {
			t.Errorf("kind %s has a type but no options in ipcmd", name)
		}
	}
}

// checkRequest reports whether our message for a command is as it should be.
func checkRequest(t *testing.T, c golden.Case, o *ipcmd.Operation, names ipcmd.Names) bool {
	t.Helper()
	b, err := o.Message(names)
	var e *attr.Error
	switch {
	case refused[c.Command] != "":
		if !errors.As(err, &e) || c.Errno == 0 {
			t.Errorf("%s: %v, the kernel's answer %d; want it refused: %s", c.Command, err, c.Errno, refused[c.Command])
		}
		return err != nil
	case err != nil:
		t.Errorf("%s: %v", c.Command, err)
		return false
	}
	diffs := golden.Diff(golden.Order, b, c.Request)
	if o.Spec.Port != nil {
		diffs = slices.DeleteFunc(diffs, isPortKind)
	}
	if differs := len(diffs) > 0; differs != (otherwise[c.Command] != "") {
		t.Errorf("%s: differs: %v, reason to: %q\n\t%s", c.Command, differs, otherwise[c.Command], strings.Join(diffs, "\n\t"))
		return false
	}
	return true
}

// isPortKind allows for the name of a port's master. iproute2 says it as the
// kind "bridge_slave", which makes the kernel look for a module of that name;
// the attribute meant for it, IFLA_INFO_SLAVE_KIND, does not.
func isPortKind(d string) bool {
	return strings.HasPrefix(d, "IFLA_LINKINFO.IFLA_INFO_SLAVE_KIND: not wanted") ||
		strings.HasPrefix(d, "IFLA_LINKINFO.IFLA_INFO_KIND: missing") && strings.HasSuffix(d, `_slave\x00")`)
}

// place returns the names that a case's command may use: those of links before
// it, alternative ones that the setup gave, and namespaces, of which the first
// that is asked for gets the id 0.
func place(c golden.Case) ipcmd.Names {
	n := ipcmd.Names{Links: maps.Clone(c.IfIndex), NetNS: map[string]int32{"blue": 0}}
	if n.Links == nil {
		n.Links = map[string]int{}
	}
	for _, line := range strings.Split(c.Command, "\n") {
		if _, name, made := strings.Cut(line, "link add "); made && n.Links[strings.Fields(name)[0]] == 0 {
			n.Links[strings.Fields(name)[0]] = slices.Max(slices.Collect(maps.Values(n.Links))) + 1
		}
	}
	for _, line := range c.Setup {
		w := strings.Fields(line)
		if len(w) < 4 || w[0] != "link" || w[1] != "property" {
			continue
		}
		w = w[2:]
		dev := slices.Index(w, "dev")
		for i := range w[:len(w)-1] {
			if w[i] == "altname" && dev >= 0 {
				n.Links[w[i+1]] = n.Links[w[dev+1]]
			}
		}
	}
	return n
}

// TestGoldenEffects compares what a command says with what the kernel reported
// after it: all of it holds, for the commands of all captured kernels that
// succeeded. It is what lets a client leave out what holds already.
func TestGoldenEffects(t *testing.T) {
	n, untyped := 0, 0
	for _, version := range golden.Versions {
		k, err := golden.LoadKernel(version)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range k.Cases {
			if !golden.Native(k.Order) {
				continue
			}
			o, err := ipcmd.Translate(c.Command, ipcmd.Names{NetNS: map[string]int32{"blue": 0, "green": 1}})
			if errors.Is(err, ipcmd.ErrKind) {
				untyped++
				continue
			}
			if err != nil {
				t.Errorf("%s: %s: %v", version, c.Command, err)
				continue
			}
			if o.Type == rtnl.NewLink {
				n++
				e := effect{t, version + ": " + c.Command, version != newest, o}
				e.check(decodeAll(t, c.Dump))
			}
		}
	}
	if n < 100 {
		t.Errorf("only %d commands", n)
	}
	t.Logf("%d commands, %d not typed yet", n, untyped)
}

// newest is the captured kernel that knows all attributes.
const newest = "7.2"

// effect is one command. Older kernels take what they do not know without a
// word and do not report it.
type effect struct {
	*testing.T
	name  string
	older bool
	o     *ipcmd.Operation
}

// noEffect are fields that are not reported as they were said.
var noEffect = map[string]string{
	"macaddr":        "a command; the address is reported in a list",
	"state blocking": "a bridge that runs no STP makes a blocked port forward again",
	"state DORMANT":  "the kernel takes over what the carrier allows", "state NOTPRESENT": "the same", "state UP": "the same",
	"state TESTING": "the same", "state LOWERLAYERDOWN": "the same",
	"xdp": "a descriptor; what runs is reported by its id",
}

func (e *effect) check(links link.Links) {
	s := &e.o.Spec
	l := links.Find(link.Name(s.Name))
	if s.Name == "" {
		l = links.Find(e.o.Device)
	}
	if l == nil {
		return // in another namespace, or under an alternative name
	}
	for _, ref := range attr.Refs(s) {
		if n := ref.Name(); n != "" {
			*ref = links.ByName(n).Ref()
		}
	}
	if p, ok := s.Kind.(kind.Pairer); ok {
		p.PeerSpec().Clear() // a link of its own
	}
	if s.Kind != nil {
		e.holds(s.Kind, l.Kind)
	}
	if s.Port != nil {
		e.holds(s.Port, l.Port)
	}
	e.common(s.Clone(), l)
}

// common compares what any link can be given, in the form of a report.
func (e *effect) common(s *link.Spec, l *link.Link) {
	s.Kind, s.Port, s.Index = nil, nil, 0
	b, err := link.Append(nil, s)
	if err != nil {
		e.Errorf("%s: %v", e.name, err)
		return
	}
	var said link.Link
	if err := link.Decode(b, &said); err != nil {
		e.Errorf("%s: %v", e.name, err)
		return
	}
	if mask := said.Change; said.Flags != l.Flags&mask {
		e.Errorf("%s: flags %v, want %v", e.name, l.Flags, said.Flags)
	}
	said.Flags, said.Change = 0, 0
	e.holds(&said, l)
}

// holds compares what the kernel reports at all. Of a creating message, what
// it heeds in one.
func (e *effect) holds(want, have attr.Struct) {
	dst := attr.Clone(want)
	if _, err := attr.Diff(dst, want, have); err != nil {
		e.Errorf("%s: %v", e.name, err)
	}
	reported := map[string]any{}
	for f, v := range attr.Values(have) {
		reported[f.Name] = v
	}
	create := e.o.Flags&rtnl.FlagCreate != 0
	for f, v := range attr.Values(dst) {
		got, ok := reported[f.Name]
		switch {
		case f.Dir&attr.Read == 0, create && f.Dir&attr.Create == 0:
		case !create && f.Mode == attr.FixedSilent: // ignored, as the list says
		case noEffect[f.Name] != "", noEffect[fmt.Sprintf("%s %v", f.Name, v)] != "":
		case e.older && !ok:
		default:
			e.Errorf("%s: %s is %v, want %v", e.name, f.Name, got, v)
		}
	}
}
