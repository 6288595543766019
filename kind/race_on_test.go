//go:build race

package kind_test

const raceEnabled = true
