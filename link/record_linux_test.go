package link_test

import (
	"context"
	"encoding/binary"
	"flag"
	"fmt"
	"runtime"
	"testing"

	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/golden"
	"github.com/iplink-go/iplink/internal/rtnl"
	"github.com/iplink-go/iplink/internal/specimen"
	"github.com/iplink-go/iplink/nsutil"
)

// The recorder keeps what the running kernel says of the links that
// TestSetAndRead makes with everything set:
//
//	go test ./link -run TestSetAndRead -record ../testdata/kernels
//
// The files are those that internal/golden loads.

var recordTo = flag.String("record", "", "let TestSetAndRead write what the kernel reported below this folder")

// A recorder collects the reports of one subject. It is nil where nothing is
// to be recorded.
type recorder struct{ golden.Recording }

func newRecorder(s *specimen.Subject) *recorder {
	if *recordTo == "" {
		return nil
	}
	release := kernelRelease()
	v := parseRelease(release)
	return &recorder{golden.Recording{
		Folder: fmt.Sprintf("%d.%d-%s", v[0], v[1], runtime.GOARCH), Subject: s.Name, Kernel: release, Order: nativeOrder(),
	}}
}

func nativeOrder() binary.ByteOrder {
	if golden.Native(binary.BigEndian) {
		return binary.BigEndian
	}
	return binary.LittleEndian
}

// add keeps the kernel's report of the link with that name.
func (r *recorder) add(t *testing.T, ns *nsutil.Namespace, link, name string) {
	t.Helper()
	if r == nil {
		return
	}
	m, err := reportOf(t.Context(), ns, link)
	if err != nil {
		t.Fatal(err)
	}
	r.Reports = append(r.Reports, golden.Report{Name: name, Message: m})
}

// write writes the file.
func (r *recorder) write(t *testing.T) {
	t.Helper()
	if r == nil || len(r.Reports) == 0 {
		return
	}
	if err := r.Write(*recordTo); err != nil {
		t.Fatal(err)
	}
}

// reportOf asks the kernel about a link, past the client. The sequence number
// and port id of the answer are cleared.
func reportOf(ctx context.Context, ns *nsutil.Namespace, name string) (b []byte, err error) {
	socket, err := rtnl.Dial(rtnl.Config{NetNS: ns.FD()})
	if err != nil {
		return nil, err
	}
	conn := rtnl.NewConn(socket, nil)
	defer conn.Close()
	const ifinfomsgLen, iflaIfname, iflaExtMask, filterVF = 16, 3, 29, 1
	req := rtnl.Begin(nil, rtnl.GetLink, 0)
	req = append(req, make([]byte, ifinfomsgLen)...)
	req = attr.AppendString(req, iflaIfname, name)
	req = attr.AppendUint32(req, iflaExtMask, filterVF)
	_, err = conn.Do(ctx, rtnl.End(req, 0), func(m rtnl.Message) error {
		b = rtnl.Begin(b, m.Type, m.Flags)
		b = rtnl.End(append(b, m.Payload...), 0)
		return nil
	})
	return b, err
}
