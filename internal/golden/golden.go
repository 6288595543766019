// Package golden loads the captured messages of testdata and compares the
// library's results with them: requests as attribute trees ([Diff]), dumps as
// the JSON that iproute2 prints ([DiffJSON]).
//
// It shares no code with the codec it judges, and so can be used inside every
// package's tests. Only tests import it.
package golden

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/iplink-go/iplink/testdata"
)

// The folders of captures that [Cases] knows.
const (
	// FolderLink has one add, set, delete or property command per case.
	FolderLink = "link"
	// FolderShow has the show commands with their filters.
	FolderShow = "show"
	// FolderDumps has whole dumps of eight topologies.
	FolderDumps = "dumps"
	// FolderBridge has one request of the command bridge per case.
	FolderBridge = "bridge"
)

// Versions lists the kernels that [LoadKernel] knows, oldest first.
var Versions = []string{"5.10", "6.1", "6.12-s390x", "7.2"}

// Hex is a byte string that JSON holds as hexadecimal digits.
type Hex []byte

// UnmarshalText decodes hexadecimal digits.
func (h *Hex) UnmarshalText(text []byte) (err error) {
	*h, err = hex.DecodeString(string(text))
	return err
}

// A Case is one command with the messages it exchanged with the kernel, all
// in little-endian byte order. testdata/README.md explains the fields.
type Case struct {
	Name       string   `json:"name"`
	Setup      []string `json:"setup"`
	Command    string   `json:"command"`
	ExitStatus int      `json:"exit_status"`
	Stdout     string   `json:"stdout"`
	Stderr     string   `json:"stderr"`

	// RequestType is empty and Request nil if ip sent nothing.
	RequestType string `json:"request_type"`
	Request     Hex    `json:"request"`
	// Replies has one entry per receive; Split cuts them into messages.
	Replies []Hex   `json:"replies"`
	Errno   int     `json:"errno"`
	ExtAck  *ExtAck `json:"ext_ack"`

	Kind       string         `json:"kind"`
	LookupOnly bool           `json:"lookup_only"`
	IfIndex    map[string]int `json:"ifindex"`

	// AfterDump and AfterJSON show the links after success.
	AfterDump []Hex           `json:"after_dump"`
	AfterJSON json.RawMessage `json:"after_json"`
}

// ExtAck is what the kernel said about an error, apart from its number.
type ExtAck struct {
	Msg    string `json:"msg"`
	Offset int    `json:"offset"`
	Policy Hex    `json:"policy"`
}

// Cases loads a folder of captures in the order of their names.
func Cases(folder string) ([]Case, error) {
	f, err := open("golden/" + folder + ".jsonl.gz")
	if err != nil {
		return nil, err
	}
	var cases []Case
	for d := json.NewDecoder(f); ; {
		var c Case
		if err := d.Decode(&c); err == io.EOF {
			return cases, nil
		} else if err != nil {
			return nil, fmt.Errorf("golden/%s: case %d: %w", folder, len(cases), err)
		}
		cases = append(cases, c)
	}
}

// Order is the byte order of the captures that Cases returns.
var Order = binary.LittleEndian

// Native reports whether a byte order is the one of this machine, so that the
// codec, which reads what its own kernel sends, can be given the bytes.
func Native(o binary.ByteOrder) bool {
	probe := []byte{1, 0}
	return o.Uint16(probe) == binary.NativeEndian.Uint16(probe)
}

// A Kernel is a set of captures from one kernel.
type Kernel struct {
	// Version is what the file is called, such as "6.12-s390x".
	Version string `json:"-"`
	// Order is the byte order of its messages.
	Order binary.ByteOrder `json:"-"`
	// Name and Tool say which kernel and which iproute2 made it.
	Name string `json:"kernel"`
	Tool string `json:"tool"`

	Cases []KernelCase `json:"cases"`
}

// A KernelCase is one command that succeeded, and the links after it.
type KernelCase struct {
	Name    string   `json:"name"`
	Setup   []string `json:"setup"`
	Command string   `json:"command"`
	// Dump has one RTM_NEWLINK message per entry.
	Dump []Hex `json:"dump_hex"`
	// JSON is what ip printed of a dump a moment later: compare it with
	// LaterDump.
	JSON json.RawMessage `json:"json"`
}

// LoadKernel loads the captures of one of [Versions].
func LoadKernel(version string) (*Kernel, error) {
	f, err := open("kernels/" + version + ".json.gz")
	if err != nil {
		return nil, err
	}
	k := &Kernel{Version: version, Order: orderOf(version)}
	if err := json.NewDecoder(f).Decode(k); err != nil {
		return nil, fmt.Errorf("kernels/%s: %w", version, err)
	}
	return k, nil
}

// orderOf returns the byte order of a kernel's captures, without loading them.
func orderOf(version string) binary.ByteOrder {
	if strings.HasSuffix(version, "-s390x") {
		return binary.BigEndian
	}
	return binary.LittleEndian
}

func open(name string) (io.Reader, error) {
	b, err := testdata.Files.ReadFile(name)
	if err != nil {
		return nil, err
	}
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return bufio.NewReader(z), nil
}
