package attr

import (
	"bytes"
	"encoding"
	"encoding/json"
	"fmt"
	"math"
	"net/netip"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// Values in the JSON of requests.

// ReadJSON sets v from b, which is at path: a value of the types that fields
// have, in the same forms.
func ReadJSON[T any](r *JSONReader, path string, b []byte, v *T) {
	if err := readJSON(&Field{}, b, v); err != nil {
		r.Fail(path, err)
	}
}

// readJSON sets v, a pointer, from b as the line of f says.
func readJSON(f *Field, b []byte, v any) error {
	if b = bytes.TrimSpace(b); len(b) == 0 {
		return wantJSON(b, "a value")
	}
	switch v := v.(type) {
	case *bool:
		return readBool(f, b, v)
	case *string:
		return readString(b, v, "a text")
	case *time.Duration:
		return readDuration(f, b, v)
	case *Ref:
		return readRef(b, v)
	case *netip.Addr:
		return readAddr(b, v)
	case *HWAddr:
		return readHWAddr(b, v)
	case json.Unmarshaler:
		return v.UnmarshalJSON(b)
	}
	return readNumber(f, b, reflect.ValueOf(v).Elem())
}

func readString(b []byte, v *string, what string) error {
	if len(b) == 0 || b[0] != '"' {
		return wantJSON(b, what)
	}
	return json.Unmarshal(b, v)
}

// readBool takes the forms in which ip writes switches: each kind has its own,
// and null for on where only a switch that is on is shown.
func readBool(f *Field, b []byte, v *bool) error {
	switch word := strings.Trim(string(b), `"`); word {
	case "true", "on", "1", "0001":
		*v = true
	case "false", "off", "0", "0000":
		*v = false
	case "null":
		if f.format&bare == 0 {
			return wantJSON(b, "true or false")
		}
		*v = true
	default:
		return wantJSON(b, "true or false")
	}
	return nil
}

// unit is what a time span is counted in, 0 if it is not.
func (f *Field) unit() time.Duration {
	switch {
	case f.format&ticks != 0:
		return Tick
	case f.format&seconds != 0:
		return time.Second
	case f.format&millis != 0:
		return time.Millisecond
	}
	return 0
}

// readDuration takes a number as a count of the unit that ip writes it in, and
// a text as Go writes time spans.
func readDuration(f *Field, b []byte, v *time.Duration) (err error) {
	what := fmt.Sprintf("a number, which counts %v, or a text such as \"1.5s\"", f.unit())
	text := strings.Trim(string(b), `"`)
	if n, err := strconv.ParseInt(text, 10, 64); err == nil && f.unit() > 0 {
		if most := math.MaxInt64 / int64(f.unit()); n < 0 || n > most {
			return &RangeError{n, 0, most}
		}
		*v = time.Duration(n) * f.unit()
		return nil
	}
	if *v, err = time.ParseDuration(text); err != nil || b[0] != '"' {
		return wantJSON(b, what)
	}
	return nil
}

// readRef tells names from indexes by their form, so that a link called "7" can
// be said.
func readRef(b []byte, v *Ref) error {
	var index uint32
	var name string
	switch {
	case string(b) == "null":
		*v = NoRef
		return nil
	case b[0] != '"':
		if err := readNumber(&Field{}, b, reflect.ValueOf(&index).Elem()); err != nil {
			return wantJSON(b, "the name of a link, its index, or null for none")
		}
		*v = RefIndex(index)
		return nil
	}
	err := json.Unmarshal(b, &name)
	if err == nil && (name == "" || strings.IndexByte(name, 0) >= 0) {
		err = wantJSON(b, "the name of a link")
	}
	*v = RefName(name)
	return err
}

func readAddr(b []byte, v *netip.Addr) error {
	const what = "an IP address without a zone"
	var s string
	if err := readString(b, &s, what); err != nil {
		return err
	}
	a, err := netip.ParseAddr(s)
	if err != nil || a.Zone() != "" {
		return wantJSON(b, what)
	}
	*v = a
	return nil
}

// readHWAddr takes an IP address too, as ip shows those of the ends of tunnels.
func readHWAddr(b []byte, v *HWAddr) error {
	var s string
	if err := readString(b, &s, "a hardware address"); err != nil {
		return err
	}
	if ip, err := netip.ParseAddr(s); err == nil && ip.Zone() == "" {
		*v, _ = HWAddrFrom(ip.AsSlice())
		return nil
	}
	return v.UnmarshalText([]byte(s))
}

// readNumber sets v, an integer: from a number, from a text that its type
// understands or that is a number, or for a set from an array of words.
func readNumber(f *Field, b []byte, v reflect.Value) error {
	u, hasWords := v.Addr().Interface().(encoding.TextUnmarshaler)
	if hasWords && isSet(v) && b[0] == '[' {
		return readWords(b, u)
	}
	if b[0] != '"' {
		return parseNumber(f, b, string(b), 10, v)
	}
	var text string
	if err := json.Unmarshal(b, &text); err != nil {
		return err
	}
	if f.zeroWord != "" && text == f.zeroWord {
		v.SetZero()
		return nil
	}
	if !hasWords {
		return parseNumber(f, b, text, 0, v)
	}
	err := u.UnmarshalText([]byte(text)) // whose error names the words
	if err != nil && parseNumber(f, b, text, 0, v) == nil {
		return nil
	}
	return err
}

// isSet reports whether the values of v's type are sets of words: the one with
// none is written as nothing.
func isSet(v reflect.Value) bool {
	s, ok := reflect.Zero(v.Type()).Interface().(fmt.Stringer)
	return ok && s.String() == ""
}

// readWords joins the words of a set as its type reads them.
func readWords(b []byte, v encoding.TextUnmarshaler) error {
	var words []string
	if err := json.Unmarshal(b, &words); err != nil || strings.Contains(strings.Join(words, ""), ",") {
		return wantJSON(b, "an array of words")
	}
	for _, w := range words {
		if w == "" {
			return wantJSON(b, "an array of words")
		}
	}
	return v.UnmarshalText([]byte(strings.Join(words, ",")))
}

// parseNumber reads a whole number. The error says which ones there are: those
// that may be sent where the line of f says so, else those that the type has.
func parseNumber(f *Field, b []byte, text string, base int, v reflect.Value) error {
	bits := v.Type().Bits()
	var err error
	var lo, hi string
	if v.CanInt() {
		var n int64
		n, err = strconv.ParseInt(text, base, bits)
		v.SetInt(n)
		lo, hi = strconv.FormatInt(-1<<(bits-1), 10), strconv.FormatInt(1<<(bits-1)-1, 10)
	} else {
		var n uint64
		n, err = strconv.ParseUint(text, base, bits)
		v.SetUint(n)
		lo, hi = "0", strconv.FormatUint(1<<bits-1, 10)
	}
	if err == nil {
		return nil
	}
	v.SetZero()
	if f.ranged {
		lo, hi = strconv.FormatInt(f.min, 10), strconv.FormatInt(f.max, 10)
	}
	if _, isInt := strconv.ParseInt(text, base, 64); isInt == nil || strings.Trim(text, "0123456789") == "" && text != "" {
		return fmt.Errorf("%s is %w, want %s to %s", text, ErrRange, lo, hi)
	}
	return wantJSON(b, "a whole number from "+lo+" to "+hi)
}
