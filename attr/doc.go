// Package attr reads and writes netlink attributes: the length-type-value
// triples, nested in one another, that link messages of Linux are made of.
// It does no I/O and runs on every system.
//
// # Lists
//
// A [Struct] is a Go struct with a method Fields that lists its attributes,
// each once:
//
//	func (v *VLAN) Fields(c *attr.Codec) {
//		attr.Uint16(c, 1, "id", &v.ID, attr.CreateOnly, attr.Range(0, 4094))
//		attr.Uint16BE(c, 5, "protocol", &v.Protocol, attr.CreateOnly)
//		attr.Rest(c, &v.Unknown)
//	}
//
// From that one list the package decodes ([Decode]), writes requests
// ([Append]), compares ([Diff]), describes ([Describe], [Values]), formats
// ([Printer]) and reads and writes the JSON of requests ([JSONReader],
// [RequestObject]). There is no second list that could disagree.
//
// # Presence
//
// The zero value of every struct says nothing and sends nothing. Numbers and
// switches are [Opt] values, written [U32](42) or [On]; an invalid address, a
// nil slice and an empty string are absent by themselves.
//
// # Unknown attributes
//
// Attributes that no line claims are kept, byte for byte, by [Rest], and sent
// back. Types are compared without flag bits; nests are sent with [Nested]
// and read with or without.
//
// # Errors
//
// Errors are of type [*Error]: the path of the field, the attribute's number,
// where it starts in the input, and the reason. No input makes the package
// panic, and the memory it allocates is bounded by the size of the input.
package attr
