package nsutil_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log"
	"net"
	"os"

	"github.com/iplink-go/iplink/nsutil"
)

// A program that may do what it likes with links, without root and without
// touching those of the host.
func ExampleSandbox() {
	if err := nsutil.Sandbox(); err != nil {
		log.Fatal(err)
	}
	lo, err := net.InterfaceByName("lo")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(lo.Name, "is up:", lo.Flags&net.FlagUp != 0)
	// Output: lo is up: false
}

func ExampleDo() {
	ns, err := nsutil.New()
	if err != nil {
		log.Fatal(err)
	}
	defer ns.Close()

	// Results travel through variables of the closure. A socket that is made
	// inside stays inside, whoever uses it later.
	var conn net.PacketConn
	err = nsutil.Do(ns, func() (err error) {
		conn, err = net.ListenPacket("udp4", ":4789")
		return err
	})
	if err != nil {
		log.Fatal(err)
	}
	defer conn.Close()
	fmt.Println(conn.LocalAddr())
	// Output: 0.0.0.0:4789
}

func ExampleNew() {
	ns, err := nsutil.New()
	if err != nil {
		log.Fatal(err)
	}
	defer ns.Close() // and with the last handle the namespace goes

	here, err := nsutil.Current()
	if err != nil {
		log.Fatal(err)
	}
	defer here.Close()
	fmt.Println("the same:", ns.Equal(here))
	// Output: the same: false
}

// Named namespaces are shared with ip netns and outlive the program.
func ExampleCreate() {
	ns, err := nsutil.Create("blue")
	if err != nil {
		log.Fatal(err)
	}
	defer ns.Close()

	_, err = nsutil.Create("blue")
	fmt.Println("taken:", errors.Is(err, fs.ErrExist))

	names, err := nsutil.List()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("names:", names)

	if err := nsutil.Delete("blue"); err != nil {
		log.Fatal(err)
	}
	// Output:
	// taken: true
	// names: [blue]
}

func ExampleOpen() {
	_, err := nsutil.Open("no/name")
	fmt.Println(err)
	_, err = nsutil.Open("missing")
	fmt.Println(err)
	// Output:
	// nsutil: open network namespace "no/name": invalid name: '/' at byte 2; allowed are 1 to 255 bytes without '/' and NUL, except "." and ".."
	// nsutil: open network namespace "missing": open /run/netns/missing: no such file or directory
}

func ExampleOpenPID() {
	ns, err := nsutil.OpenPID(os.Getpid())
	if err != nil {
		log.Fatal(err)
	}
	defer ns.Close()
	here, err := nsutil.Current()
	if err != nil {
		log.Fatal(err)
	}
	defer here.Close()

	// An identity is a key: one entry for each namespace.
	seen := map[nsutil.Identity]bool{ns.ID(): true, here.ID(): true}
	fmt.Println(len(seen))
	// Output: 1
}

// The id of a namespace is how messages about links refer to it.
func ExampleEnsureNSID() {
	peer, err := nsutil.New()
	if err != nil {
		log.Fatal(err)
	}
	defer peer.Close()

	ctx := context.Background()
	_, ok, err := nsutil.NSID(ctx, nil, peer)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("has an id:", ok)
	id, err := nsutil.EnsureNSID(ctx, nil, peer)
	if err != nil {
		log.Fatal(err)
	}
	_, ok, err = nsutil.NSID(ctx, nil, peer)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("has an id:", ok, "not negative:", id >= 0)
	// Output:
	// has an id: false
	// has an id: true not negative: true
}

func ExampleCheckName() {
	fmt.Println(nsutil.CheckName(".."))
	// Output: invalid name: it stands for a directory; allowed are 1 to 255 bytes without '/' and NUL, except "." and ".."
}
