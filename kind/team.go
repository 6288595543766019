package kind

import "github.com/iplink-go/iplink/attr"

func init() {
	register(func() Kind { return new(Team) })
	registerPort(func() Port { return new(TeamPort) })
}

// Team makes one link of several, as a [Bond] does, by rules that a program,
// teamd, sets over generic netlink, "ip link add type team"
// (drivers/net/team). It has no data of its own here. Without such a program
// it carries nothing.
type Team struct {
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// Kind returns "team".
func (*Team) Kind() string { return "team" }

// Info says that a team takes ports while they are down, that its carrier can
// be set and that it stays in its namespace.
func (*Team) Info() Info {
	return Info{Update: Never, JoinsDown: true, RxHandler: "team", NetNSImmutable: true, Carrier: true, Module: "team"}
}

// Fields lists nothing.
func (t *Team) Fields(c *attr.Codec) { attr.Rest(c, &t.Unknown) }

// TeamPort is a port of a [Team]. All there is to say about it goes over
// generic netlink.
type TeamPort struct {
	// Unknown holds attributes without a field.
	Unknown attr.Raw
}

// Kind returns "team".
func (*TeamPort) Kind() string { return "team" }

// IsPort marks p as port data.
func (*TeamPort) IsPort() {}

// Fields lists nothing.
func (p *TeamPort) Fields(c *attr.Codec) { attr.Rest(c, &p.Unknown) }
