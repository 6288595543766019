package attr

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

// The JSON of requests: what a person or a program writes to say what a link
// shall be. It is that of reports, which is iproute2's, as far as that goes, and
// comes from the same lists. The rule, for all structs:
//
//   - A field has the key that "ip -j link" shows it under ([Field].Key). One
//     that ip does not show by itself has the name of its option in "ip link"
//     ([Field].Name), or what [RequestJSON] says. Reading takes the name for the
//     key too. A key "a/b" is the member b of an object a.
//   - Numbers are numbers, or text as Go writes integers ("0x10"); values with
//     words are words, or their numbers; sets of words are arrays; switches are
//     true and false, or 1 and 0, or "on" and "off"; time spans are numbers in
//     the unit of ip, or text with a unit ("1.5s"); addresses are text; links
//     are names, or numbers for indexes, or null for none; lists are arrays and
//     nests objects; attributes without a field are in an array "unknown".
//   - Nothing is guessed: a key that is not known, said twice or only reported,
//     and a value that could not be sent, is an error that says where.

// Reasons for which JSON cannot be read, besides [ErrValue], [ErrRange] and
// [ErrTooLong].
var (
	// ErrUnknownKey says that no field has the key.
	ErrUnknownKey = errors.New("unknown key")
	// ErrReadOnly says that a field is reported and cannot be set.
	ErrReadOnly = errors.New("only the kernel decides this: leave it out")
)

// UnknownKey returns an error that is [ErrUnknownKey] and names the one of the
// known keys that was perhaps meant.
func UnknownKey(key string, known []string) error {
	best, least := "", 1+len(key)/4
	for _, k := range known {
		if d := distance(key, k); d <= least && (best == "" || d < least) {
			best, least = k, d
		}
	}
	if best == "" {
		return ErrUnknownKey
	}
	return fmt.Errorf("%w; did you mean %s?", ErrUnknownKey, best)
}

// distance is how many bytes must be added, removed or replaced to make b of a,
// where case, '-' and '_' do not count.
func distance(a, b string) int {
	fold := strings.NewReplacer("-", "", "_", "")
	a, b = fold.Replace(strings.ToLower(a)), fold.Replace(strings.ToLower(b))
	row := make([]int, len(b)+1)
	for i := range row {
		row[i] = i
	}
	for i := range len(a) {
		above := row[0] // of the column before
		row[0] = i + 1
		for k := range len(b) {
			replaced := above
			if a[i] != b[k] {
				replaced++
			}
			above = row[k+1]
			row[k+1] = min(replaced, above+1, row[k]+1)
		}
	}
	return row[len(b)]
}

// RequestJSON gives an attribute its name in the JSON of requests, where ip's
// JSON has none and the option's name does not serve.
func RequestJSON(key string) Option { return func(f *Field) { f.requestKey = key } }

// ChoiceJSON gives the keys of a [Choice] in the JSON of requests: that of the
// name, that of the data, and that of the data where it is kept whole, as an
// array of attributes.
func ChoiceJSON(name, data, raw string) Option {
	return func(f *Field) { f.choiceKeys = &choiceKeys{name, data, raw} }
}

type choiceKeys struct{ name, data, raw string }

// JSONSwitches says that ip's JSON shows the words of a value as members of
// their own that are true; see [Flattener].
func JSONSwitches(words ...string) Option { return func(f *Field) { f.wordKeys = words } }

// Descriptor marks a number that means something only inside a process, as a
// file descriptor does: it has no JSON, unless it is negative.
var Descriptor Option = func(f *Field) { f.descriptor = true }

// key is what f is written under, unless that depends on the value.
func (f *Field) key() string {
	switch {
	case f.requestKey != "":
		return f.requestKey
	case f.list != "" || f.Key == "-":
		return f.Name
	}
	return f.Key
}

// A jsonList is the fields of a struct as members of an object: those of
// inlined nests, switches and parts of numbers one by one.
type jsonList struct {
	fields []jsonField
	keys   map[string]jsonKey
	groups map[string]bool // keys that stand before a '/'
}

// A jsonField is a field, off bytes from the start of the struct that is the
// object.
type jsonField struct {
	*field
	off uintptr
	key string
}

// A jsonKey is one of the keys of a field, and what it means.
type jsonKey struct {
	at int // in jsonList.fields
	as keyMeaning
}

type keyMeaning uint8

const (
	keyPlain  keyMeaning = iota
	keyBy                // only for some values
	keyWord              // a word of the value
	keyWhole             // for data that is kept whole
	keyRepeat            // says in words what another member says
)

var jsonLists sync.Map // *program to *jsonList

func (p *program) json() *jsonList {
	if l, ok := jsonLists.Load(p); ok {
		return l.(*jsonList)
	}
	l := &jsonList{keys: map[string]jsonKey{}, groups: map[string]bool{}}
	l.add(p, 0, true)
	l.index()
	jsonLists.Store(p, l)
	return l
}

func (l *jsonList) add(p *program, off uintptr, top bool) {
	for _, list := range [][]field{p.heads, p.fields} {
		for i := range list {
			f := &list[i]
			switch o := f.op.(type) {
			case padOp:
			case inlined:
				l.add(o.inlined(), off+f.off, false)
			case switches:
				l.addSwitches(f, o.switches(), off+f.off)
			case *restOp:
				if top { // what is unknown in inlined nests is not a field
					l.put(f, off+f.off, f.Field.key())
				}
			default:
				l.put(f, off+f.off, f.Field.key())
			}
		}
	}
}

func (l *jsonList) put(f *field, off uintptr, key string) {
	if c := f.choiceKeys; c != nil && f.late {
		key = c.data
	} else if c != nil {
		key = c.name
	}
	l.fields = append(l.fields, jsonField{f, off, key})
}

// addSwitches adds the switches, and the bits that have none.
func (l *jsonList) addSwitches(f *field, o *bitsOp, off uintptr) {
	inner := o.program()
	for i := range inner.fields {
		b := &inner.fields[i]
		l.put(b, off+b.off, b.Field.key())
	}
	if f.list != "" || o.keeps {
		others := *f
		others.op, others.late = &otherBits{bits: o}, true
		l.put(&others, off, cmp.Or(f.list, f.Name))
	}
}

// index fills the map of keys. Of two fields that want a key the one that is
// written under it gets it.
func (l *jsonList) index() {
	for i, f := range l.fields {
		l.claim(f.key, jsonKey{at: i})
		if c := f.choiceKeys; c != nil && f.late {
			l.claim(c.raw, jsonKey{i, keyWhole})
		}
		for _, k := range f.keys {
			l.claim(k, jsonKey{i, keyBy})
		}
	}
	for i, f := range l.fields {
		l.claim(f.Name, jsonKey{at: i})
		l.claim(f.words, jsonKey{i, keyRepeat})
		for _, k := range f.wordKeys {
			l.claim(k, jsonKey{i, keyWord})
		}
	}
}

func (l *jsonList) claim(key string, k jsonKey) {
	if _, taken := l.keys[key]; taken || key == "" {
		return
	}
	l.keys[key] = k
	for i, c := range key {
		if c == '/' {
			l.groups[key[:i]] = true
		}
	}
}

// RequestKeys returns the keys that the JSON of a request for s can have, in
// list order, "a/b" for the member b of an object a. Those of nests are not
// among them.
func RequestKeys(s Struct) ([]string, error) {
	prog, _, err := programOf(s)
	if err != nil {
		return nil, err
	}
	var keys []string
	for _, f := range prog.json().fields {
		if f.Dir == Read || f.descriptor && f.Wire != WireS32 {
			continue
		}
		keys = append(keys, f.key)
		if f.choiceKeys != nil && f.late {
			keys = append(keys, f.choiceKeys.raw)
		}
	}
	return keys, nil
}

// known returns the keys after prefix, for suggestions.
func (l *jsonList) known(prefix string) (keys []string) {
	for _, k := range slices.Sorted(maps.Keys(l.keys)) {
		if rest, ok := strings.CutPrefix(k, prefix); ok {
			k, _, _ = strings.Cut(rest, "/")
			keys = append(keys, k)
		}
	}
	return keys
}
