package attr

import "fmt"

// placeholderOp is a name that stands for another field until it is resolved.
// It is at no place in the message, as leadOp.
type placeholderOp struct{ stringOp }

func (o placeholderOp) decode(_ *state, _ *field, p ptr, _ []byte, _ int, _ bool) error {
	o.reset(p)
	return nil
}

func (placeholderOp) append(_ *state, _ *field, p ptr, b []byte) ([]byte, error) {
	if name := *as[string](p); name != "" {
		return b, fmt.Errorf("%w: %q", ErrUnresolved, name)
	}
	return b, nil
}

// Placeholder lists a name for something that other lines say in numbers, such
// as that of a namespace, which attributes hold as a descriptor. No attribute
// holds the name: it must be resolved before the struct is written, or the
// error is [ErrUnresolved].
func Placeholder(c *Codec, name string, p *string, opts ...Option) {
	add(c, Field{Name: name, Wire: WireNone, Header: true}, p, placeholderOp{}, opts)
}
