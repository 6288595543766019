package link

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/kind"
)

// How a plan is made
//
// Diff compares a Snapshot with a State and is pure. It goes through one pass
// after the other, each in a file that says its rules:
//
//	match      which link is meant by what is wanted        planmatch.go, planpeer.go
//	resolve    references become links                       planrefs.go
//	compare    what differs, and what must be made anew      plancompare.go, planremake.go
//	steps      one message each, with what it would lose     plansteps.go, planloss.go
//	order      what must come before what                    planorder.go, plannames.go
//
// What is wrong is collected, not returned at once, so that all of it is
// reported together.

// A Plan is what to do so that links are what they shall be: steps in an order
// that the kernel accepts, each of one message that happens or does not. A Plan
// is of the links that it was made for: [Client.Apply] fails with [ErrConflict]
// if they have changed. The zero Plan does nothing.
type Plan struct {
	steps  []*planStep
	nodes  []*node
	places []kind.NetNS // how to name the namespaces, the client's own first
	opts   options
	owner  uint32 // the mark of what it makes and prunes
	// unread is set if it refers by index to links that nobody has read.
	unread bool
}

// An Op is what a step does.
type Op string

// The operations.
const (
	OpCreate  Op = "create"
	OpChange  Op = "change"
	OpRename  Op = "rename"
	OpMove    Op = "move" // to another namespace
	OpAltName Op = "altname"
	OpDelete  Op = "delete"
)

// A Step is one part of a [Plan].
type Step struct {
	// ID is the number of the step in its plan, counted from 1. After are the
	// steps that must come before it.
	ID    int   `json:"id"`
	After []int `json:"after,omitempty"`
	// Op is what the step does.
	Op Op `json:"op"`
	// Link is the name of the link as it is then, or of the links to delete
	// with one message. NetNS says in which namespace, "" for the client's.
	Link  []string `json:"link"`
	NetNS string   `json:"netns,omitempty"`
	// Kind is the kind of a link to create.
	Kind string `json:"kind,omitempty"`
	// Fields are what it sets.
	Fields []FieldChange `json:"fields,omitempty"`
	// Loses is what undoing it would not bring back.
	Loses Loss `json:"loses,omitempty"`
}

// A FieldChange is what a step does to one field.
type FieldChange struct {
	// Name is the name of the field, as in "ip link".
	Name string `json:"name"`
	// Was is what it is, "" if it is not there or not reported; Want what it
	// shall be, "" if it shall not be there.
	Was  string `json:"was,omitempty"`
	Want string `json:"want,omitempty"`
}

// String says the change as "mtu 1500 -> 1400".
func (f FieldChange) String() string {
	switch {
	case f.Want == "":
		return "no " + strings.TrimSuffix(f.Name+" "+f.Was, " ")
	case f.Was == "":
		return f.Name + " " + f.Want
	}
	return f.Name + " " + f.Was + " -> " + f.Want
}

// signs begin the lines of a plan as those of a diff.
var signs = map[Op]string{OpCreate: "+", OpDelete: "-"}

// String says the step as a line of a diff, "+ create bridge br0 mtu 1400".
func (s Step) String() string {
	words := []string{cmp.Or(signs[s.Op], "~"), string(s.Op)}
	if s.Kind != "" {
		words = append(words, s.Kind)
	}
	words = append(words, strings.Join(s.Link, " "))
	if s.NetNS != "" {
		words = append(words, "in "+s.NetNS)
	}
	line := strings.Join(words, " ")
	if s.Op == OpRename {
		return line + " to " + s.Fields[0].Want
	}
	for i, f := range s.Fields {
		line += strings.Repeat(",", min(i, 1)) + " " + f.String()
	}
	if s.Loses != 0 {
		line += " (loses " + s.Loses.String() + ")"
	}
	return line
}

// Steps returns the steps in order.
func (p *Plan) Steps() []Step {
	out := make([]Step, len(p.steps))
	for i, s := range p.steps {
		out[i] = s.Step
		out[i].After, out[i].Fields, out[i].Link = slices.Clone(s.After), slices.Clone(s.Fields), slices.Clone(s.Link)
	}
	return out
}

// Empty reports whether there is nothing to do.
func (p *Plan) Empty() bool { return len(p.steps) == 0 }

// Loses is what any of the steps would lose.
func (p *Plan) Loses() Loss {
	var l Loss
	for _, s := range p.steps {
		l |= s.Loses
	}
	return l
}

// String says one step a line; "nothing to do" if there is none.
func (p *Plan) String() string {
	if p.Empty() {
		return "nothing to do\n"
	}
	var b strings.Builder
	for _, s := range p.steps {
		b.WriteString(s.Step.String() + "\n")
	}
	return b.String()
}

// MarshalJSON writes the steps as an array of objects, with the names and
// values of [Step.String].
func (p *Plan) MarshalJSON() ([]byte, error) { return json.Marshal(p.Steps()) }

// ErrLossy: a plan would lose what nobody allowed it to.
var ErrLossy = errors.New("would lose what is not allowed to be lost")

// A PlanError is why a state cannot be planned for: everything that is wrong
// with it, each an [*Error] that names link and field. errors.Is and errors.As
// look into all of them.
type PlanError struct {
	// Problems are all that was found, sorted by their text.
	Problems []error
}

// Error says one problem a line.
func (e *PlanError) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = p.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns the problems.
func (e *PlanError) Unwrap() []error { return e.Problems }

// An Option says how to plan or to apply.
type Option func(*options)

type options struct {
	allow   Loss
	remake  map[string]bool
	confirm func(context.Context) error
	onStep  func(Step, error)
}

// Allow permits steps that lose what l says. Other losses are [ErrLossy].
func Allow(l Loss) Option { return func(o *options) { o.allow |= l } }

// Remake permits the links with these names to be deleted and made anew where
// they cannot be changed to what they shall be, with the loss of everything
// that this means for the link itself. Otherwise that is [ErrFixed], or
// [ErrKind] for a link of another kind.
func Remake(names ...string) Option {
	return func(o *options) {
		for _, n := range names {
			o.remake[n] = true
		}
	}
}

func optionsOf(opts []Option) options {
	o := options{remake: map[string]bool{}}
	for _, f := range opts {
		f(&o)
	}
	return o
}

// A planner makes a plan.
type planner struct {
	op    string // of errors
	snap  *Snapshot
	state *State
	opts  options

	// imperative is set where operations are planned, not a state: they are done
	// as they are said, also where nothing could tell whether they hold.
	imperative bool
	unread     bool // of the plan

	rank    []int              // of namespaces, for an order that does not depend on that of the snapshot
	spaces  map[kind.NetNS]int // by the ways of naming them
	nodes   []*node            // those that are there in the order of namespace and index, then those to be made
	byIndex []map[uint32]*node // of each namespace, as it is
	byName  []map[string]*node // the same, with alternative names
	finals  []map[string]*node // by what they are called in the end
	steps   []*planStep
	problem []error
	refused map[string]bool // the names of Specs with problems, to which others refer in vain
}

// A node is a link in a plan: one that is there, or that is to be made.
//
// Invariant: want refers to other links by handles.
type node struct {
	id   int
	link *Link  // as it is, nil if it is to be made
	from int    // the namespace it is in, or is to be born in
	to   int    // the namespace it shall be in
	name string // what it is called in the end

	want   *Spec // what it shall be; nil if nothing is said of it
	diff   *Spec // what of want does not hold
	pair   *node // what is to be the other end of a pair, if something is said of it
	born   *node // whose creation makes this one, if not its own
	moved  bool  // an earlier operation of a transaction moves it
	absent bool
	remake bool  // it is deleted and made anew
	doomed bool  // it goes with another that is deleted
	with   *node // that other, also of one that is made anew because of it

	lower, master, peer *node   // as they are
	on                  *node   // the link in the data, of kinds that go with it
	above, ports        []*node // those of which this is lower, or on, or master
	newLower, newMaster *node   // as they shall be
	newOn               *node
	refs                []*node // all that want refers to

	steps   []*planStep
	cluster int // the same for links that have to do with each other
}

// handle refers to the node. No link has such a name.
func (n *node) handle() Ref { return attr.RefName(fmt.Sprintf("%%%d", n.id)) }

// wanted reports whether something is said of the node.
func (n *node) wanted() bool { return n.want != nil }

// goes reports whether the link that is there will be deleted.
func (n *node) goes() bool { return n.link != nil && (n.absent || n.remake || n.doomed) }

// isNew reports whether a link has to be made.
func (n *node) isNew() bool { return n.wanted() && (n.link == nil || n.remake) }

// moves reports whether the link goes to another namespace.
func (n *node) moves() bool { return n.link != nil && !n.goes() && n.from != n.to }

// called is the name by which people know the link now.
func (n *node) called() string {
	if n.link != nil {
		return n.link.Name
	}
	return n.name
}

// Diff plans how links that are as snapshot says become what state wants. It
// does no I/O, and the same inputs in any order give the same plan.
//
// The error is a [*PlanError] with everything that is wrong: names and values
// that cannot be, references to links that neither are there nor are made,
// loops, fields that cannot be changed ([ErrFixed], see [Remake]), losses that
// are not allowed ([ErrLossy], see [Allow]). The plan that comes with an error
// of which all problems are losses or fields that cannot be changed is what
// would be done if they were allowed; with other problems it is nil.
func Diff(snapshot *Snapshot, state State, opts ...Option) (*Plan, error) {
	p := &planner{op: "plan", snap: snapshot, state: &state, opts: optionsOf(opts)}
	p.index()
	p.match()
	p.resolve()
	p.compare()
	if p.hopeless() { // all that is wrong with what is wanted is known
		return nil, p.err()
	}
	p.makeSteps()
	if p.order(); p.hopeless() {
		return nil, p.err()
	}
	p.lose()
	return p.plan(), p.err()
}

func (p *planner) plan() *Plan {
	p.clusters()
	plan := &Plan{steps: p.steps, nodes: p.nodes, opts: p.opts, owner: p.state.Owner.Group, unread: p.unread}
	for _, ns := range p.snap.Namespaces {
		var name kind.NetNS
		if len(ns.NetNS) > 0 {
			name = ns.NetNS[0]
		}
		plan.places = append(plan.places, name)
	}
	if len(plan.places) > 0 {
		plan.places[0] = kind.NetNS{}
	}
	return plan
}

// wrong notes a problem.
func (p *planner) wrong(name string, err error) {
	p.problem = append(p.problem, failure(p.op, name, err))
}

// title is what the caller calls a link: the name that a state gives it, or the
// one that it has when it is changed.
func (p *planner) title(n *node) string {
	if p.imperative && n.link != nil {
		return n.link.Name
	}
	return n.name
}

// hopeless reports whether there is a problem that no permission solves.
func (p *planner) hopeless() bool {
	return slices.ContainsFunc(p.problem, func(err error) bool {
		return !errors.Is(err, ErrLossy) && !errors.Is(err, ErrFixed) && !errors.Is(err, ErrKind)
	})
}

func (p *planner) err() error {
	if len(p.problem) == 0 {
		return nil
	}
	slices.SortStableFunc(p.problem, func(a, b error) int { return cmp.Compare(a.Error(), b.Error()) })
	return &PlanError{Problems: p.problem}
}
