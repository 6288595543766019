module github.com/iplink-go/iplink

go 1.26.0

require (
	github.com/google/go-cmp v0.7.0
	github.com/josharian/native v1.2.0
	github.com/mdlayher/netlink v1.11.2
	golang.org/x/sys v0.49.0
)

require (
	github.com/mdlayher/socket v0.8.0 // indirect
	golang.org/x/net v0.61.0 // indirect
	golang.org/x/sync v0.24.0 // indirect
)
