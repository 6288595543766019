package link

import "github.com/iplink-go/iplink/kind"

// A State is what links shall be: those to be there, with the settings they
// shall have, and those not to be there. What a State does not say is left
// alone: links that it does not name, and of those that it names every field
// that it leaves absent. The order of its parts means nothing.
type State struct {
	// Links are the links to be there, each known by its Name in its NetNS.
	// One that is not there is made, for which its Kind must be said; one that
	// is there becomes what the Spec says. Master, Lower and other references
	// are to links as they are called in the end, made by the same State or
	// not. The peer in the data of a pair is a link to be there as well, and
	// can have a Spec of its own besides, which says more.
	//
	// Lower and references in kind data are looked up in the client's
	// namespace, Master and references in port data in the link's own.
	Links []Spec
	// Moves say of links where they are now, for those that are to get another
	// name or into another namespace.
	Moves []Move
	// Absent are the links not to be there.
	Absent []Place
	// Owner marks the links that are made, and removes links with that mark
	// which are not wanted any more. The zero Owner does neither.
	Owner Owner
}

// A Place is where a link is found.
type Place struct {
	// Link is the link, by index, name or alternative name.
	Link Ref
	// NetNS is the namespace, the client's if it says nothing.
	NetNS kind.NetNS
}

// A Move says that the link From is to be the one called Name in NetNS. Where
// there is no link From the move is taken for done.
//
// A name can be found by another link once it has been given away: where two
// links swap names, From must not be a name, but an index or an alternative
// name that stays, or each time the State is wanted they swap again.
type Move struct {
	From  Place
	Name  string
	NetNS kind.NetNS
}

// An Owner marks links as made by one program, by the group that they are born
// in. A program that was stopped half-way finds what it left by the mark.
type Owner struct {
	// Group is the mark: the group of every link that is made, unless its
	// Spec says another. 0 marks nothing.
	Group uint32
	// Prefix is what the name of a link begins with, besides the mark, for it
	// to be one of ours.
	Prefix string
	// Prune removes links with the mark that the State does not say anything
	// of, from every namespace that it names.
	Prune bool
}
