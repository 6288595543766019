//go:build !linux

package nsutil_test

var helpers map[string]func()
