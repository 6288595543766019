package golden

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
)

// A Tolerance allows one difference between our JSON and the captured one.
// Nothing else is allowed: a difference that is not in a table is a fault.
type Tolerance struct {
	// Path is a pattern as path.Match has them, with slashes between keys.
	Path string
	// Allow reports whether two values may stand for each other. An absent
	// value is nil, JSON's null is Null.
	Allow func(got, want any) bool
	// Reason says why.
	Reason string
}

// Null stands for JSON's null, so that it differs from an absent value.
type Null struct{}

// LaterDump allows for the moment between the dump that was captured and the
// one that was printed, as in the captures of a [Kernel]: counters count and
// timers run.
var LaterDump = []Tolerance{
	{"stats64/*/*", bothThere, "counters count on"},
	{"stats/*/*", bothThere, "counters count on"},
	{"linkinfo/info_data/hello_timer", bothThere, "the bridge's timers run"},
	{"linkinfo/info_data/tcn_timer", bothThere, "the bridge's timers run"},
	{"linkinfo/info_data/topology_change_timer", bothThere, "the bridge's timers run"},
	{"linkinfo/info_data/gc_timer", bothThere, "the bridge's timers run"},
	{"linkinfo/info_slave_data/message_age_timer", bothThere, "the port's timers run"},
	{"linkinfo/info_slave_data/forward_delay_timer", bothThere, "the port's timers run"},
	{"linkinfo/info_slave_data/hold_timer", bothThere, "the port's timers run"},
}

// OlderTool allows for the output of iproute2 6.1, for comparisons with the ip
// of the machine at hand. All captures in testdata are of 6.15 and 7.1, which
// agree.
var OlderTool = []Tolerance{
	{"linkinfo/info_data/gbp", trueForNull, "6.1 prints true, 7.1 null"},
	{"linkinfo/info_data/gpe", trueForNull, "6.1 prints true, 7.1 null"},
	{"linkinfo/info_data/external", falseForAbsent, "6.1 leaves out vxlan's false options"},
	{"linkinfo/info_data/learning", falseForAbsent, "6.1 leaves out vxlan's false options"},
	{"linkinfo/info_data/proxy", falseForAbsent, "6.1 leaves out vxlan's false options"},
	{"linkinfo/info_data/rsc", falseForAbsent, "6.1 leaves out vxlan's false options"},
	{"linkinfo/info_data/l[23]miss", falseForAbsent, "6.1 leaves out vxlan's false options"},
	{"linkinfo/info_data/udp_csum", falseForAbsent, "6.1 leaves out vxlan's false options"},
	{"linkinfo/info_data/udp_zero_csum6_[rt]x", falseForAbsent, "6.1 leaves out vxlan's false options"},
	{"linkinfo/info_data/remcsum_[rt]x", falseForAbsent, "6.1 leaves out vxlan's false options"},
}

func bothThere(got, want any) bool { return got != nil && want != nil }

func trueForNull(got, want any) bool { return got == Null{} && want == true }

func falseForAbsent(got, want any) bool { return got == false && want == nil }

// DiffJSON compares two arrays of links as ip -j prints them and lists the
// differences, each with its path: "3(vx0)/linkinfo/info_data/id: got 42, want
// 43". Links are matched by index, empty objects (links that ip filtered out)
// are dropped, numbers are compared by value, arrays by position. No tolerance
// is needed when both come from the same bytes and iproute2 is 7.1.
func DiffJSON(got, want []byte, tolerances ...Tolerance) []string {
	g, err := linksByIndex(got)
	if err != nil {
		return []string{"got: " + err.Error()}
	}
	w, err := linksByIndex(want)
	if err != nil {
		return []string{"want: " + err.Error()}
	}
	d := &jsonDiffer{tolerances: tolerances}
	for _, i := range unionKeys(g, w) {
		d.link = fmt.Sprintf("%s(%v)", i, name(g[i], w[i]))
		switch {
		case g[i] == nil:
			d.list = append(d.list, d.link+": missing")
		case w[i] == nil:
			d.list = append(d.list, d.link+": not wanted")
		default:
			d.object("", g[i], w[i])
		}
	}
	return d.list
}

func linksByIndex(b []byte) (map[string]map[string]any, error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber() // 64-bit counters do not fit a float64
	var links []map[string]any
	if err := d.Decode(&links); err != nil {
		return nil, err
	}
	m := map[string]map[string]any{}
	for _, l := range links {
		if len(l) == 0 {
			continue
		}
		i := fmt.Sprint(l["ifindex"])
		if m[i] != nil {
			return nil, fmt.Errorf("ifindex %s occurs twice", i)
		}
		m[i] = l
	}
	return m, nil
}

func name(got, want map[string]any) any {
	if want != nil {
		return want["ifname"]
	}
	return got["ifname"]
}

type jsonDiffer struct {
	link       string
	tolerances []Tolerance
	list       []string
}

func (d *jsonDiffer) object(at string, got, want map[string]any) {
	for _, k := range unionKeys(got, want) {
		d.value(path.Join(at, k), field(got, k), field(want, k))
	}
}

func (d *jsonDiffer) value(at string, got, want any) {
	if g, ok := got.(map[string]any); ok {
		if w, ok := want.(map[string]any); ok {
			d.object(at, g, w)
			return
		}
	}
	if g, ok := got.([]any); ok {
		if w, ok := want.([]any); ok && len(g) == len(w) {
			for i := range g {
				d.value(fmt.Sprintf("%s/%d", at, i), element(g[i]), element(w[i]))
			}
			return
		}
	}
	if !equalScalars(got, want) && !d.tolerated(at, got, want) {
		d.list = append(d.list, fmt.Sprintf("%s/%s: got %s, want %s", d.link, at, show(got), show(want)))
	}
}

func (d *jsonDiffer) tolerated(at string, got, want any) bool {
	return slices.ContainsFunc(d.tolerances, func(t Tolerance) bool {
		ok, _ := path.Match(t.Path, at)
		return ok && t.Allow(got, want)
	})
}

// field returns a value of an object, nil if it is absent.
func field(m map[string]any, k string) any {
	v, ok := m[k]
	if !ok {
		return nil
	}
	return element(v)
}

func element(v any) any {
	if v == nil {
		return Null{}
	}
	return v
}

func equalScalars(got, want any) bool {
	g, ok1 := got.(json.Number)
	w, ok2 := want.(json.Number)
	if ok1 && ok2 {
		return equalNumbers(g, w)
	}
	switch got.(type) {
	case map[string]any, []any:
		return false
	}
	switch want.(type) {
	case map[string]any, []any:
		return false
	}
	return got == want
}

// equalNumbers compares by text first, which is exact, then as floats, for
// those that are written differently (1, 1.0, 1.00).
func equalNumbers(g, w json.Number) bool {
	if g == w {
		return true
	}
	if !strings.ContainsAny(string(g+w), ".eE") {
		return false
	}
	a, err1 := g.Float64()
	b, err2 := w.Float64()
	return err1 == nil && err2 == nil && a == b
}

func show(v any) string {
	switch v.(type) {
	case nil:
		return "nothing"
	case Null:
		return "null"
	}
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(b)
}

func unionKeys[V any](a, b map[string]V) []string {
	m := maps.Clone(a)
	if m == nil {
		m = map[string]V{}
	}
	maps.Copy(m, b)
	return slices.SortedFunc(maps.Keys(m), func(x, y string) int {
		if len(x) != len(y) && isNumber(x) && isNumber(y) {
			return len(x) - len(y)
		}
		return strings.Compare(x, y)
	})
}

func isNumber(s string) bool { return strings.Trim(s, "0123456789") == "" }
