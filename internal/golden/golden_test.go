package golden

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/iplink-go/iplink/testdata"
)

func mustCases(t *testing.T, folder string) []Case {
	t.Helper()
	cases, err := Cases(folder)
	if err != nil {
		t.Fatal(err)
	}
	return cases
}

func TestCases(t *testing.T) {
	for folder, want := range map[string]int{FolderLink: 616, FolderShow: 43, FolderDumps: 48, FolderBridge: 15} {
		cases := mustCases(t, folder)
		if len(cases) != want {
			t.Errorf("%s: %d cases, want %d", folder, len(cases), want)
		}
		if !slices.IsSortedFunc(cases, func(a, b Case) int { return strings.Compare(a.Name, b.Name) }) {
			t.Errorf("%s: not sorted by name", folder)
		}
		for _, c := range cases {
			checkCase(t, folder, c)
		}
	}
	if _, err := Cases("none"); err == nil {
		t.Error("a folder that does not exist was loaded")
	}
}

// checkCase checks that what a case says of itself fits its bytes.
func checkCase(t *testing.T, folder string, c Case) {
	t.Helper()
	if c.Command == "" || (c.RequestType == "") != (c.Request == nil) {
		t.Errorf("%s/%s: command %q, request %s", folder, c.Name, c.Command, c.RequestType)
	}
	if c.Errno != 0 && c.ExitStatus == 0 {
		t.Errorf("%s/%s: errno %d, exit status 0", folder, c.Name, c.Errno)
	}
	for _, r := range slices.Concat(c.Replies, c.AfterDump) {
		n := 0
		for m := range Split(Order, r) {
			n += (len(m) + 3) &^ 3
		}
		if n != len(r) {
			t.Errorf("%s/%s: %d octets of a reply of %d are messages", folder, c.Name, n, len(r))
		}
	}
}

func TestKernels(t *testing.T) {
	want := map[string]int{"5.10": 417, "6.1": 420, "6.12-s390x": 327, "7.2": 427}
	for _, v := range Versions {
		k, err := LoadKernel(v)
		if err != nil {
			t.Fatal(err)
		}
		if len(k.Cases) != want[v] {
			t.Errorf("%s: %d cases, want %d", v, len(k.Cases), want[v])
		}
		if big := k.Order == binary.BigEndian; big != strings.Contains(k.Name, "big-endian") {
			t.Errorf("%s: order %v, name %s", v, k.Order, k.Name)
		}
		for _, c := range k.Cases {
			var links []json.RawMessage
			if err := json.Unmarshal(c.JSON, &links); err != nil || len(links) != len(c.Dump) {
				t.Errorf("%s/%s: %d messages, %d links, %v", v, c.Name, len(c.Dump), len(links), err)
			}
		}
	}
	if _, err := LoadKernel("1.0"); err == nil {
		t.Error("a kernel that does not exist was loaded")
	}
}

// TestMessages relies on both byte orders having captures.
func TestMessages(t *testing.T) {
	n, names := 0, map[string]bool{}
	for name, m := range Messages() {
		if int(binary.NativeEndian.Uint32(m)) != len(m) {
			t.Fatalf("%s: length %d in a message of %d octets", name, binary.NativeEndian.Uint32(m), len(m))
		}
		n++
		names[name] = true
	}
	if n < 2000 || len(names) < 300 {
		t.Errorf("%d messages from %d captures", n, len(names))
	}
	t.Logf("%d messages from %d captures", n, len(names))
	for range Messages() {
		break // stops without a panic
	}
}

// TestRecordings reads every recording and writes it again: the lines must be
// those of the file, names included.
func TestRecordings(t *testing.T) {
	list, err := Recordings()
	if err != nil {
		t.Fatal(err)
	}
	links, folders := 0, map[string]bool{}
	for _, r := range list {
		folders[r.Folder] = true
		name := r.Folder + "/" + r.Subject
		release, machine, _ := strings.Cut(r.Folder, "-")
		if !strings.HasPrefix(r.Kernel, release+".") || (machine == "s390x") != (r.Order == binary.BigEndian) || len(r.Reports) == 0 {
			t.Errorf("%s: kernel %q, order %v, %d links", name, r.Kernel, r.Order, len(r.Reports))
		}
		links += len(r.Reports)
		got, err := r.AppendText(nil)
		want, err2 := testdata.Files.ReadFile("kernels/" + r.Folder + "/" + strings.ReplaceAll(r.Subject, " ", "-") + ".json")
		if err := errors.Join(err, err2); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: written again it is another file: %v", name, err)
		}
	}
	for _, want := range []string{"5.10-amd64", "6.1-amd64", "6.12-amd64", "6.12-s390x", "7.2-amd64"} {
		if !folders[want] {
			t.Errorf("no recordings of %s", want)
		}
	}
	t.Logf("%d recordings of %d links", len(list), links)
}

func TestParseRecording(t *testing.T) {
	for name, text := range map[string]string{
		"no JSON": "x", "byte order": `{"byte_order": "PDPEndian"}`,
		"no digits":  `{"byte_order": "BigEndian", "links": [{"report": ["nlmsghdr xy"]}]}`,
		"empty line": `{"byte_order": "BigEndian", "links": [{"report": [""]}]}`,
	} {
		if _, err := parseRecording([]byte(text)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
