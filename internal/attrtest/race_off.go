//go:build !race

package attrtest

// Race is whether the race detector is on, which empties pools at random.
const Race = false
