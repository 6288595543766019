package golden

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/iplink-go/iplink/testdata"
)

// Recordings are reports of links that this library made, with every attribute
// that the kernel lets be set: the kernel's bytes, our wishes. One file holds
// those of one kind on one kernel, a line for each attribute, so that two
// kernels, or two recordings, compare line by line.

// A Recording is what one kernel reported of links of one kind.
type Recording struct {
	// Folder is the kernel's, such as "7.2-amd64", and Subject what the file
	// is about: a kind, or "KIND port".
	Folder, Subject string
	// Kernel is the exact release.
	Kernel string
	// Order is the byte order of the messages.
	Order binary.ByteOrder
	// Reports are the messages.
	Reports []Report
}

// A Report is the RTM_NEWLINK message about one link, without sequence number
// and port id.
type Report struct {
	// Name says what was made.
	Name    string
	Message []byte
}

// The form of the file. A line of a message is the name of an attribute, which
// is for people, and its bytes; the bytes of all lines are the message.
type (
	recordingFile struct {
		Kernel    string       `json:"kernel"`
		ByteOrder string       `json:"byte_order"`
		Links     []reportFile `json:"links"`
	}
	reportFile struct {
		Name   string   `json:"name"`
		Report []string `json:"report"`
	}
)

// Recordings loads all recordings.
func Recordings() ([]Recording, error) {
	files, err := filesBelow("kernels")
	if err != nil {
		return nil, err
	}
	var list []Recording
	for _, name := range files {
		b, err := testdata.Files.ReadFile(name)
		if err != nil {
			return nil, err
		}
		r, err := parseRecording(b)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		r.Folder = path.Base(path.Dir(name))
		r.Subject = strings.ReplaceAll(strings.TrimSuffix(path.Base(name), ".json"), "-", " ")
		list = append(list, *r)
	}
	return list, nil
}

// filesBelow returns the files in the folders of dir.
func filesBelow(dir string) (list []string, err error) {
	folders, err := testdata.Files.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	for _, f := range folders {
		if !f.IsDir() {
			continue
		}
		files, err := testdata.Files.ReadDir(path.Join(dir, f.Name()))
		if err != nil {
			return nil, err
		}
		for _, g := range files {
			list = append(list, path.Join(dir, f.Name(), g.Name()))
		}
	}
	return list, nil
}

func parseRecording(b []byte) (*Recording, error) {
	var f recordingFile
	if err := json.Unmarshal(b, &f); err != nil {
		return nil, err
	}
	r := &Recording{Kernel: f.Kernel}
	switch f.ByteOrder {
	case binary.LittleEndian.String():
		r.Order = binary.LittleEndian
	case binary.BigEndian.String():
		r.Order = binary.BigEndian
	default:
		return nil, fmt.Errorf("byte order %q", f.ByteOrder)
	}
	for _, l := range f.Links {
		var m []byte
		for _, line := range l.Report {
			words := strings.Fields(line)
			if len(words) == 0 {
				return nil, fmt.Errorf("%s: empty line", l.Name)
			}
			p, err := hex.DecodeString(words[len(words)-1])
			if err != nil {
				return nil, fmt.Errorf("%s: %w", l.Name, err)
			}
			m = append(m, p...)
		}
		r.Reports = append(r.Reports, Report{l.Name, m})
	}
	return r, nil
}

// AppendText appends the file's content.
func (r *Recording) AppendText(b []byte) ([]byte, error) {
	f := recordingFile{Kernel: r.Kernel, ByteOrder: r.Order.String()}
	for _, x := range r.Reports {
		lines, err := linesOf(r.Order, x.Message)
		if err != nil {
			return b, fmt.Errorf("%s: %w", x.Name, err)
		}
		f.Links = append(f.Links, reportFile{x.Name, lines})
	}
	text, err := json.MarshalIndent(f, "", "\t")
	return append(append(b, text...), '\n'), err
}

// Write writes the file below dir, in the folder of the kernel.
func (r *Recording) Write(dir string) error {
	text, err := r.AppendText(nil)
	if err != nil {
		return err
	}
	dir = filepath.Join(dir, r.Folder)
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, strings.ReplaceAll(r.Subject, " ", "-")+".json"), text, 0o666)
}

// linesOf cuts a message into lines.
func linesOf(order binary.ByteOrder, m []byte) ([]string, error) {
	tree, err := Parse(order, m)
	if err != nil {
		return nil, err
	}
	const head = nlmsgHdrLen + ifInfoMsgLen
	l := &liner{}
	l.add(0, "nlmsghdr", m[:nlmsgHdrLen])
	l.add(0, "ifinfomsg", m[nlmsgHdrLen:head])
	l.nodes(0, tree.Attrs, m[head:])
	if !bytes.Equal(l.bytes, m) {
		return nil, errMalformed
	}
	return l.lines, nil
}

type liner struct {
	lines []string
	bytes []byte
}

func (l *liner) add(depth int, name string, b []byte) {
	if len(b) == 0 {
		return
	}
	l.lines = append(l.lines, strings.Repeat("  ", depth)+name+" "+hex.EncodeToString(b))
	l.bytes = append(l.bytes, b...)
}

// nodes writes the attributes that b consists of; nests take a line for the
// header and one for each attribute in them.
func (l *liner) nodes(depth int, nodes []*Node, b []byte) {
	const attrHdrLen = 4
	for _, n := range nodes {
		end := min((attrHdrLen+len(n.Payload)+3)&^3, len(b))
		if len(n.Children) == 0 {
			l.add(depth, n.Name, b[:end])
		} else {
			inner := attrHdrLen
			if n.Link != nil {
				inner += ifInfoMsgLen
			}
			l.add(depth, n.Name, b[:inner])
			l.nodes(depth+1, n.Children, b[inner:end])
		}
		b = b[end:]
	}
}
