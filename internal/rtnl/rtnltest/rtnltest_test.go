package rtnltest_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/iplink-go/iplink/internal/rtnl"
	"github.com/iplink-go/iplink/internal/rtnl/rtnltest"
)

func request() []byte {
	return rtnl.End(append(rtnl.Begin(nil, rtnl.NewLink, rtnl.FlagAck), make([]byte, 16)...), 0)
}

func acknowledging() *rtnltest.Script {
	return &rtnltest.Script{Answer: func(req rtnl.Message) ([]rtnltest.Datagram, error) {
		return []rtnltest.Datagram{rtnltest.Kernel(rtnltest.Ack(req, 0))}, nil
	}}
}

func TestInject(t *testing.T) {
	tests := []struct {
		name  string
		fault rtnltest.Fault
		seen  int // requests that reached the socket
		errs  []error
	}{
		{"none", rtnltest.None, 1, nil},
		{"refuse", rtnltest.Refuse, 0, []error{rtnltest.ErrInjected}},
		{"lose", rtnltest.Lose, 1, []error{rtnl.ErrUnknownOutcome, context.DeadlineExceeded}},
		{"overrun", rtnltest.Overrun, 1, []error{rtnl.ErrUnknownOutcome, rtnl.ErrOverrun}},
		{"break", rtnltest.Break, 1, []error{rtnl.ErrUnknownOutcome, rtnltest.ErrInjected}},
		{"noise", rtnltest.Noise, 1, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := acknowledging()
			c := rtnl.NewConn(rtnltest.Inject(s, func(n int, req rtnl.Message) rtnltest.Fault {
				if req.Type != rtnl.NewLink {
					t.Errorf("request type %d", req.Type)
				}
				if n == 1 {
					return test.fault
				}
				return rtnltest.None
			}), nil)
			if _, err := c.Do(t.Context(), request(), nil); err != nil {
				t.Fatalf("first request: %v", err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
			defer cancel()
			_, err := c.Do(ctx, request(), nil)
			if (err != nil) != (len(test.errs) > 0) {
				t.Errorf("error %v", err)
			}
			for _, target := range test.errs {
				if !errors.Is(err, target) {
					t.Errorf("error %v is not %v", err, target)
				}
			}
			if n := len(s.Sent()) - 1; n != test.seen {
				t.Errorf("socket saw %d requests", n)
			}
		})
	}
}

func TestScriptReceive(t *testing.T) {
	s := &rtnltest.Script{}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	buf := make([]byte, 4)
	if _, _, err := s.Receive(ended, buf); err != context.Canceled {
		t.Errorf("empty, ended context: %v", err)
	}
	s.Queue(rtnltest.Datagram{Data: []byte("long one"), From: 9})
	if n, from, err := s.Receive(ended, buf); n != 8 || from != 9 || err != nil || string(buf) != "long" {
		t.Errorf("got %d from %d, %v, %q", n, from, err, buf)
	}
	time.AfterFunc(time.Millisecond, func() { s.Queue(rtnltest.Datagram{Err: rtnl.ErrOverrun}) })
	if _, _, err := s.Receive(t.Context(), buf); err != rtnl.ErrOverrun {
		t.Errorf("queued while waiting: %v", err)
	}
	time.AfterFunc(time.Millisecond, func() { s.Close() })
	if _, _, err := s.Receive(t.Context(), buf); err != rtnl.ErrClosed {
		t.Errorf("closed while waiting: %v", err)
	}
	if err := s.Send(t.Context(), request()); err != rtnl.ErrClosed {
		t.Errorf("send after close: %v", err)
	}
}
