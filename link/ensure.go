package link

import (
	"context"
	"errors"
)

// maxEnsure is how often Ensure plans.
const maxEnsure = 5

// Ensure makes links what state says they shall be: it plans, applies the plan,
// and plans again if somebody else has changed something meanwhile, a few times
// at most. What holds already is not sent: where all of it does, nothing is
// changed and no event is caused.
func (c *Client) Ensure(ctx context.Context, state State, opts ...Option) (*Result, error) {
	last := ""
	for try := 1; ; try++ {
		plan, err := c.Plan(ctx, state, opts...)
		if err != nil {
			return nil, err
		}
		if plan.Empty() {
			return new(Result), nil
		}
		res, err := c.Apply(ctx, plan)
		text := plan.String()
		if err == nil || try == maxEnsure || !again(err) || text == last {
			return res, err
		}
		last = text
	}
}

// again reports whether planning again can help: somebody else was faster.
func again(err error) bool {
	if e, ok := errors.AsType[*TxError](err); ok && !e.Clean() {
		return false
	}
	return errors.Is(err, ErrConflict) || errors.Is(err, ErrExist) || errors.Is(err, ErrNotExist)
}
