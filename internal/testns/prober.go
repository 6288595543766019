package testns

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/rtnl"
	"github.com/iplink-go/iplink/nsutil"
)

// A Prober makes links in a namespace of its own, with messages put together by
// hand: what probes the kernel must not depend on the code under test.
type Prober struct {
	ns   *nsutil.Namespace
	conn *rtnl.Conn
}

// newProber makes the namespace. It is gone, with all links, at close.
func newProber() (*Prober, error) {
	ns, err := nsutil.New()
	if err != nil {
		return nil, err
	}
	t, err := rtnl.Dial(rtnl.Config{NetNS: ns.FD()})
	if err != nil {
		return nil, errors.Join(err, ns.Close())
	}
	return &Prober{ns, rtnl.NewConn(t, nil)}, nil
}

func (p *Prober) close() {
	_ = p.conn.Close() // nothing was written that closing could lose
	_ = p.ns.Close()
}

// Numbers of linux/if_link.h.
const (
	iflaIfname    attr.Type = 3
	iflaLink      attr.Type = 5
	iflaMaster    attr.Type = 10
	iflaLinkinfo  attr.Type = 18
	iflaNetNSFD   attr.Type = 28
	iflaNewIndex  attr.Type = 49
	infoKind      attr.Type = 1
	infoData      attr.Type = 2
	infoSlaveData attr.Type = 5

	ifinfomsgLen = 16
	// probeName is the name of the link that is tried out.
	probeName = "probe"
)

// A Link is one to create.
type Link struct {
	Kind string
	// Name is "probe" if not given.
	Name string
	// Lower is the index of the link below, Master that of the link it is to
	// be a port of; 0 for none.
	Lower, Master uint32
	// Attrs holds attributes of the message, Data those of the kind.
	Attrs, Data [][]byte
	// Flags are added to those of the message.
	Flags uint16
}

// Create makes a link. The index is 0 unless the kernel was asked to echo it
// and did.
func (p *Prober) Create(l Link) (index uint32, err error) {
	req, err := l.request()
	if err != nil {
		return 0, err
	}
	err = p.do(req, func(m rtnl.Message) error {
		if m.Type == rtnl.NewLink && len(m.Payload) >= ifinfomsgLen {
			index = binary.NativeEndian.Uint32(m.Payload[4:])
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("create a %s link: %w", l.Kind, err)
	}
	return index, nil
}

func (l Link) request() ([]byte, error) {
	b := rtnl.Begin(nil, rtnl.NewLink, rtnl.FlagAck|rtnl.FlagCreate|rtnl.FlagExcl|l.Flags)
	b = append(b, make([]byte, ifinfomsgLen)...)
	name := l.Name
	if name == "" {
		name = probeName
	}
	b = attr.AppendString(b, iflaIfname, name)
	if l.Lower != 0 {
		b = attr.AppendUint32(b, iflaLink, l.Lower)
	}
	if l.Master != 0 {
		b = attr.AppendUint32(b, iflaMaster, l.Master)
	}
	b = append(b, slices.Concat(l.Attrs...)...)
	info := len(b)
	b = attr.BeginNest(b, iflaLinkinfo)
	b = attr.AppendString(b, infoKind, l.Kind)
	data := len(b)
	b = attr.BeginNest(b, infoData)
	b = append(b, slices.Concat(l.Data...)...)
	b, err := attr.EndNest(b, data)
	if err != nil {
		return nil, err
	}
	b, err = attr.EndNest(b, info)
	return rtnl.End(b, 0), err
}

// lower makes a link to put others on, of whatever Ethernet kind there is, and
// returns its index.
func (p *Prober) lower() (uint32, error) {
	var err error
	for _, kind := range []string{"veth", "dummy", "ifb"} {
		var index uint32
		if index, err = p.made(Link{Kind: kind, Name: "lower"}); err == nil {
			return index, nil
		}
	}
	return 0, fmt.Errorf("no link to put it on: %w", err)
}

// made makes a link and returns its index, which not every kernel echoes.
func (p *Prober) made(l Link) (uint32, error) {
	if _, err := p.Create(l); err != nil {
		return 0, err
	}
	m, err := p.get(l.Name)
	if err != nil {
		return 0, err
	}
	return binary.NativeEndian.Uint32(m[4:]), nil
}

// report returns the attributes of the link that was created; path leads to a
// nest in them.
func (p *Prober) report(path ...attr.Type) ([]byte, error) {
	m, err := p.get(probeName)
	if err != nil {
		return nil, err
	}
	m = m[ifinfomsgLen:]
	for _, t := range path {
		m = find(m, t)
	}
	return m, nil
}

// get returns the payload of the message that describes a link.
func (p *Prober) get(name string) (payload []byte, err error) {
	b := rtnl.Begin(nil, rtnl.GetLink, 0)
	b = append(b, make([]byte, ifinfomsgLen)...)
	b = rtnl.End(attr.AppendString(b, iflaIfname, name), 0)
	err = p.do(b, func(m rtnl.Message) error {
		if len(m.Payload) < ifinfomsgLen {
			return fmt.Errorf("reply of %d bytes", len(m.Payload))
		}
		payload = append(payload, m.Payload...)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("get link %s: %w", name, err)
	}
	return payload, nil
}

func (p *Prober) do(req []byte, each func(rtnl.Message) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	_, err := p.conn.Do(ctx, req, each)
	return err
}

// find returns the payload of the first attribute of type t, nil if there is
// none.
func find(b []byte, t attr.Type) []byte {
	for typ, p := range attr.All(b) {
		if typ == t {
			return p
		}
	}
	return nil
}
