// Package testdata holds the captured messages and the kernel's attribute
// table that the tests measure the library by. README.md says where each file
// comes from.
//
// The files are embedded so that a test binary is complete in itself: it runs
// under an emulator, in a virtual machine or on another computer, without the
// source tree beside it. Only tests and the packages that serve them import
// this package.
package testdata

import "embed"

// Files holds uapi, golden and kernels under those names.
//
//go:embed uapi/rt-link.tsv golden/*.gz kernels/*.gz kernels/*/*.json
var Files embed.FS
