package rtnl_test

import (
	"context"
	"encoding/binary"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/iplink-go/iplink/attr"
	"github.com/iplink-go/iplink/internal/rtnl"
	"github.com/iplink-go/iplink/internal/rtnl/rtnltest"
)

// newRequest returns a request with an empty ifinfomsg.
func newRequest(typ, flags uint16) []byte {
	return rtnl.End(append(rtnl.Begin(nil, typ, flags), make([]byte, 16)...), 0)
}

// short returns a context that ends soon, for what must not be waited for.
func short(tb testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	tb.Cleanup(cancel)
	return ctx
}

// answering returns a socket that answers each request with what f returns.
func answering(f func(req rtnl.Message) []rtnltest.Datagram) *rtnltest.Script {
	return &rtnltest.Script{Port: 7, Answer: func(req rtnl.Message) ([]rtnltest.Datagram, error) {
		return f(req), nil
	}}
}

func reply(req rtnl.Message, text string) []byte {
	return rtnltest.Reply(req, rtnl.NewLink, rtnl.FlagMulti, []byte(text))
}

// from returns d as sent by another socket.
func from(port uint32, d rtnltest.Datagram) rtnltest.Datagram {
	d.From = port
	return d
}

var (
	errEach = errors.New("from each")
	warning = attr.AppendString(nil, 1, "careful")
	one     = rtnltest.Kernel
	overrun = rtnltest.Datagram{Err: rtnl.ErrOverrun}
)

type datagrams = []rtnltest.Datagram

// outcome is what an exchange is expected to come to.
type outcome struct {
	errs    []error // each found with errors.Is; none: success
	errno   int     // of the *rtnl.Error, 0: none
	msg     string
	replies []string
	broken  bool
}

func check(t *testing.T, want outcome, err error, replies []string, c *rtnl.Conn) {
	t.Helper()
	var refused *rtnl.Error
	switch {
	case want.errno != 0:
		if !errors.As(err, &refused) || refused.Errno != want.errno || refused.Msg != want.msg {
			t.Errorf("error %v, want errno %d %q", err, want.errno, want.msg)
		}
	case len(want.errs) == 0 && err != nil:
		t.Errorf("error %v", err)
	}
	for _, target := range want.errs {
		if !errors.Is(err, target) {
			t.Errorf("error %v is not %v", err, target)
		}
	}
	if unknown := slices.Contains(want.errs, rtnl.ErrUnknownOutcome); errors.Is(err, rtnl.ErrUnknownOutcome) != unknown {
		t.Errorf("error %v: unknown outcome, want %v", err, unknown)
	}
	if d := cmp.Diff(want.replies, replies); d != "" {
		t.Errorf("replies: %s", d)
	}
	if c.Broken() != want.broken {
		t.Errorf("broken: %v, want %v", c.Broken(), want.broken)
	}
}

func TestDo(t *testing.T) {
	stale := func(req rtnl.Message) rtnl.Message { req.Seq--; return req }
	other := func(req rtnl.Message) rtnl.Message { req.PortID++; return req }
	nobodys := func(rtnl.Message) rtnl.Message { return rtnl.Message{} }
	unknown := func(cause error) outcome {
		return outcome{errs: []error{rtnl.ErrUnknownOutcome, cause}, broken: true}
	}
	tests := []struct {
		name   string
		noAck  bool
		answer func(req rtnl.Message) datagrams
		want   outcome
	}{
		{name: "success", answer: func(r rtnl.Message) datagrams {
			return datagrams{one(rtnltest.Ack(r, 0))}
		}},
		{name: "success with a warning", answer: func(r rtnl.Message) datagrams {
			return datagrams{one(rtnltest.Ack(r, 0, warning...))}
		}, want: outcome{msg: "careful"}},
		{name: "refusal", answer: func(r rtnl.Message) datagrams {
			return datagrams{one(rtnltest.Ack(r, 17))}
		}, want: outcome{errno: 17}},
		{name: "refusal with words", answer: func(r rtnl.Message) datagrams {
			return datagrams{one(rtnltest.Ack(r, 34, warning...))}
		}, want: outcome{errno: 34, msg: "careful"}},
		{name: "refusal with damaged words", answer: func(r rtnl.Message) datagrams {
			return datagrams{one(rtnltest.Ack(r, 34, warning[:6]...))}
		}, want: outcome{errno: 34}},
		{name: "refusal whose quoted request lies about its length", answer: func(r rtnl.Message) datagrams {
			p := binary.NativeEndian.AppendUint32(nil, 1<<32-34)
			p = binary.NativeEndian.AppendUint32(p, 1<<32-1)
			p = append(p, make([]byte, 12)...)
			return datagrams{one(rtnltest.Reply(r, rtnl.TypeError, rtnl.FlagAckTLVs, append(p, warning...)))}
		}, want: outcome{errno: 34}},
		{name: "echo before the ack", answer: func(r rtnl.Message) datagrams {
			return datagrams{one(reply(r, "echo")), one(rtnltest.Ack(r, 0))}
		}, want: outcome{replies: []string{"echo"}}},
		{name: "echo and ack in one datagram", answer: func(r rtnl.Message) datagrams {
			return datagrams{one(reply(r, "echo"), rtnltest.Ack(r, 0))}
		}, want: outcome{replies: []string{"echo"}}},
		{name: "reply without an ack", noAck: true, answer: func(r rtnl.Message) datagrams {
			return datagrams{one(reply(r, "link"))}
		}, want: outcome{replies: []string{"link"}}},
		{name: "refusal without an ack", noAck: true, answer: func(r rtnl.Message) datagrams {
			return datagrams{one(rtnltest.Ack(r, 19))}
		}, want: outcome{errno: 19}},
		{name: "error of each does not cost the ack", answer: func(r rtnl.Message) datagrams {
			return datagrams{one(reply(r, "bad")), one(reply(r, "never seen")), one(rtnltest.Ack(r, 0))}
		}, want: outcome{errs: []error{errEach}, replies: []string{"bad"}}},
		{name: "refusal counts more than the error of each", answer: func(r rtnl.Message) datagrams {
			return datagrams{one(reply(r, "bad")), one(rtnltest.Ack(r, 1))}
		}, want: outcome{errno: 1, replies: []string{"bad"}}},

		// A poisoned socket.
		{name: "stale ack first", answer: func(r rtnl.Message) datagrams {
			return datagrams{one(rtnltest.Ack(stale(r), 17)), one(rtnltest.Ack(r, 0))}
		}},
		{name: "stale ack in the same datagram", answer: func(r rtnl.Message) datagrams {
			return datagrams{one(rtnltest.Ack(stale(r), 17), rtnltest.Ack(r, 0))}
		}},
		{name: "notification first", noAck: true, answer: func(r rtnl.Message) datagrams {
			return datagrams{one(reply(nobodys(r), "event")), one(reply(r, "link"))}
		}, want: outcome{replies: []string{"link"}}},
		{name: "echo for the former owner of the port id", noAck: true, answer: func(r rtnl.Message) datagrams {
			return datagrams{one(reply(stale(r), "echo")), one(reply(r, "link"))}
		}, want: outcome{replies: []string{"link"}}},
		{name: "same number for another port", answer: func(r rtnl.Message) datagrams {
			return datagrams{one(rtnltest.Ack(other(r), 17)), one(rtnltest.Ack(r, 0))}
		}},
		{name: "forged success", answer: func(r rtnl.Message) datagrams {
			return datagrams{from(99, one(rtnltest.Ack(r, 0))), one(rtnltest.Ack(r, 1))}
		}, want: outcome{errno: 1}},
		{name: "rubbish from a stranger", answer: func(r rtnl.Message) datagrams {
			return datagrams{from(99, rtnltest.Datagram{Data: []byte("rubbish")}), one(rtnltest.Ack(r, 0))}
		}},
		{name: "empty datagram", answer: func(r rtnl.Message) datagrams {
			return datagrams{one(), one(rtnltest.Ack(r, 0))}
		}},
		{name: "noop and overrun messages", noAck: true, answer: func(r rtnl.Message) datagrams {
			return datagrams{one(rtnltest.Reply(r, rtnl.TypeNoop, 0, nil), rtnltest.Reply(r, rtnl.TypeOverrun, 0, nil)),
				one(reply(r, "link"))}
		}, want: outcome{replies: []string{"link"}}},
		{name: "overrun before the ack", answer: func(r rtnl.Message) datagrams {
			return datagrams{overrun, one(rtnltest.Ack(stale(r), 17)), one(rtnltest.Ack(r, 0))}
		}, want: outcome{broken: true}},
		{name: "overrun before the refusal", answer: func(r rtnl.Message) datagrams {
			return datagrams{overrun, one(rtnltest.Ack(r, 16))}
		}, want: outcome{errno: 16, broken: true}},

		// No answer.
		{name: "overrun took the ack", answer: func(r rtnl.Message) datagrams {
			return datagrams{overrun, one(rtnltest.Ack(stale(r), 17))}
		}, want: unknown(rtnl.ErrOverrun)},
		{name: "overrun twice", answer: func(r rtnl.Message) datagrams {
			return datagrams{overrun, overrun, one(rtnltest.Ack(r, 0))}
		}, want: unknown(rtnl.ErrOverrun)},
		{name: "lost ack", answer: func(rtnl.Message) datagrams {
			return nil
		}, want: unknown(context.DeadlineExceeded)},
		{name: "only strangers", answer: func(r rtnl.Message) datagrams {
			return datagrams{from(99, one(rtnltest.Ack(r, 0)))}
		}, want: unknown(context.DeadlineExceeded)},
		{name: "socket fails", answer: func(rtnl.Message) datagrams {
			return datagrams{{Err: errEach}}
		}, want: unknown(errEach)},
		{name: "malformed datagram", answer: func(r rtnl.Message) datagrams {
			return datagrams{one(rtnltest.Ack(r, 0)[:35])}
		}, want: unknown(rtnl.ErrMalformed)},
		{name: "ack without a number", answer: func(r rtnl.Message) datagrams {
			return datagrams{one(rtnltest.Reply(r, rtnl.TypeError, 0, nil))}
		}, want: unknown(rtnl.ErrMalformed)},
		{name: "answer larger than the buffer", noAck: true, answer: func(r rtnl.Message) datagrams {
			return datagrams{one(rtnltest.Reply(r, rtnl.NewLink, 0, make([]byte, 64<<10)))}
		}, want: unknown(rtnl.ErrTruncated)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := answering(test.answer)
			c := rtnl.NewConn(s, nil)
			var replies []string
			req := newRequest(rtnl.NewLink, rtnl.FlagAck)
			if test.noAck {
				req = newRequest(rtnl.GetLink, 0)
			}
			ack, err := c.Do(short(t), req, func(m rtnl.Message) error {
				replies = append(replies, string(m.Payload))
				if string(m.Payload) == "bad" {
					return errEach
				}
				return nil
			})
			check(t, test.want, err, replies, c)
			if ack.Errno != test.want.errno || ack.Msg != test.want.msg {
				t.Errorf("ack %+v", ack)
			}
			if len(test.want.errs) == 0 && s.Pending() != 0 {
				t.Errorf("%d datagrams left", s.Pending())
			}
		})
	}
}

func TestDump(t *testing.T) {
	interrupted := func(r rtnl.Message, text string) []byte {
		return rtnltest.Reply(r, rtnl.NewLink, rtnl.FlagMulti|rtnl.FlagDumpInterrupted, []byte(text))
	}
	tests := []struct {
		name        string
		answer      func(req rtnl.Message) datagrams
		want        outcome
		interrupted bool
	}{
		{name: "nothing", answer: func(r rtnl.Message) datagrams {
			return datagrams{one(rtnltest.Done(r, 0))}
		}},
		{name: "several datagrams", answer: func(r rtnl.Message) datagrams {
			return datagrams{one(reply(r, "a"), reply(r, "b")), one(reply(r, "c")), one(rtnltest.Done(r, 0))}
		}, want: outcome{replies: []string{"a", "b", "c"}}},
		{name: "end in the same datagram", answer: func(r rtnl.Message) datagrams {
			return datagrams{one(reply(r, "a"), rtnltest.Done(r, 0))}
		}, want: outcome{replies: []string{"a"}}},
		{name: "noise between", answer: func(r rtnl.Message) datagrams {
			old := r
			old.Seq--
			return datagrams{one(rtnltest.Done(old, 0)), one(reply(old, "old"), reply(r, "a")), one(reply(rtnl.Message{}, "event")),
				from(99, one(rtnltest.Done(r, 0))), one(rtnltest.Reply(r, rtnl.TypeNoop, 0, nil)), one(reply(r, "b")), one(rtnltest.Done(r, 0))}
		}, want: outcome{replies: []string{"a", "b"}}},
		{name: "success acknowledged too", answer: func(r rtnl.Message) datagrams {
			return datagrams{one(rtnltest.Ack(r, 0)), one(reply(r, "a")), one(rtnltest.Done(r, 0))}
		}, want: outcome{replies: []string{"a"}}},
		{name: "interrupted, first message", answer: func(r rtnl.Message) datagrams {
			return datagrams{one(interrupted(r, "a"), reply(r, "b")), one(reply(r, "c")), one(rtnltest.Done(r, 0))}
		}, want: outcome{replies: []string{"a", "b", "c"}}, interrupted: true},
		{name: "interrupted, message in the middle", answer: func(r rtnl.Message) datagrams {
			return datagrams{one(reply(r, "a"), interrupted(r, "b"), reply(r, "c")), one(rtnltest.Done(r, 0))}
		}, want: outcome{replies: []string{"a", "b", "c"}}, interrupted: true},
		{name: "interrupted, end", answer: func(r rtnl.Message) datagrams {
			return datagrams{one(rtnltest.Reply(r, rtnl.TypeDone, rtnl.FlagDumpInterrupted, make([]byte, 4)))}
		}, interrupted: true},
		{name: "another dump interrupted", answer: func(r rtnl.Message) datagrams {
			old := r
			old.Seq--
			return datagrams{one(interrupted(old, "a")), one(rtnltest.Done(r, 0))}
		}},
		{name: "refusal before the start", answer: func(r rtnl.Message) datagrams {
			return datagrams{one(rtnltest.Ack(r, 16))}
		}, want: outcome{errno: 16}},
		{name: "strict error at the end", answer: func(r rtnl.Message) datagrams {
			return datagrams{one(rtnltest.Done(r, 22, warning...))}
		}, want: outcome{errno: 22, msg: "careful"}},
		{name: "error after some", answer: func(r rtnl.Message) datagrams {
			return datagrams{one(interrupted(r, "a")), one(rtnltest.Done(r, 90))}
		}, want: outcome{errno: 90, replies: []string{"a"}}, interrupted: true},
		{name: "stopped", answer: func(r rtnl.Message) datagrams {
			return datagrams{one(reply(r, "a"), reply(r, "stop"), reply(r, "c")), one(rtnltest.Done(r, 0))}
		}, want: outcome{replies: []string{"a", "stop"}, broken: true}},
		{name: "error of each", answer: func(r rtnl.Message) datagrams {
			return datagrams{one(reply(r, "bad")), one(rtnltest.Done(r, 0))}
		}, want: outcome{errs: []error{errEach}, replies: []string{"bad"}, broken: true}},
		{name: "overrun", answer: func(r rtnl.Message) datagrams {
			return datagrams{one(reply(r, "a")), overrun, one(rtnltest.Done(r, 0))}
		}, want: outcome{errs: []error{rtnl.ErrOverrun}, replies: []string{"a"}, broken: true}},
		{name: "end lost", answer: func(r rtnl.Message) datagrams {
			return datagrams{one(reply(r, "a"))}
		}, want: outcome{errs: []error{context.DeadlineExceeded}, replies: []string{"a"}, broken: true}},
		{name: "malformed", answer: func(r rtnl.Message) datagrams {
			return datagrams{one(reply(r, "aaaa"), reply(r, "bbbb")[:10])}
		}, want: outcome{errs: []error{rtnl.ErrMalformed}, replies: []string{"aaaa"}, broken: true}},
		{name: "end without a whole number", answer: func(r rtnl.Message) datagrams {
			return datagrams{one(rtnltest.Reply(r, rtnl.TypeDone, 0, make([]byte, 2)))}
		}, want: outcome{errs: []error{rtnl.ErrMalformed}, broken: true}},
		{name: "part larger than the buffer", answer: func(r rtnl.Message) datagrams {
			return datagrams{one(reply(r, "a")), one(rtnltest.Reply(r, rtnl.NewLink, 0, make([]byte, 64<<10))), one(rtnltest.Done(r, 0))}
		}, want: outcome{errs: []error{rtnl.ErrTruncated}, replies: []string{"a"}, broken: true}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := answering(test.answer)
			c := rtnl.NewConn(s, nil)
			var replies []string
			interrupted, err := c.Dump(short(t), newRequest(rtnl.GetLink, 0), func(m rtnl.Message) error {
				replies = append(replies, string(m.Payload))
				switch string(m.Payload) {
				case "bad":
					return errEach
				case "stop":
					return rtnl.ErrStop
				}
				return nil
			})
			check(t, test.want, err, replies, c)
			if interrupted != test.interrupted {
				t.Errorf("interrupted: %v", interrupted)
			}
			if !test.want.broken && s.Pending() != 0 {
				t.Errorf("%d datagrams left", s.Pending())
			}
		})
	}
}

// What a request looks like when it leaves.
func TestRequestIsAddressed(t *testing.T) {
	s := answering(func(r rtnl.Message) datagrams { return datagrams{one(rtnltest.Done(r, 0))} })
	c := rtnl.NewConn(s, nil)
	req := newRequest(rtnl.GetLink, rtnl.FlagEcho)
	var seqs []uint32
	for i := range 3 {
		flags := rtnl.FlagEcho | rtnl.FlagRequest
		if i == 2 {
			flags |= rtnl.FlagDump
			if _, err := c.Dump(t.Context(), req, nil); err != nil {
				t.Fatal(err)
			}
		} else if _, err := c.Do(t.Context(), req, nil); err != nil {
			t.Fatal(err)
		}
		ms, err := collect(s.Sent()[i])
		if err != nil || len(ms) != 1 {
			t.Fatal(ms, err)
		}
		h := ms[0].Header
		seqs = append(seqs, h.Seq)
		if want := (rtnl.Header{Type: rtnl.GetLink, Flags: flags, Seq: h.Seq, PortID: 7}); h != want {
			t.Errorf("request %d: %+v, want %+v", i, h, want)
		}
	}
	if seqs[1] != seqs[0]+1 || seqs[2] != seqs[1]+1 {
		t.Errorf("sequence numbers %v", seqs)
	}
}

// Bytes that the kernel would ignore, so that no answer would come, are not sent.
func TestMalformedRequest(t *testing.T) {
	good := newRequest(rtnl.GetLink, 0)
	unfinished := append(rtnl.Begin(nil, rtnl.GetLink, 0), make([]byte, 16)...)
	for name, req := range map[string][]byte{
		"nil": nil, "header cut": good[:12], "unfinished": unfinished,
		"trailing": append(slices.Clone(good), 0, 0, 0, 0), "two messages": slices.Concat(good, good),
	} {
		s := &rtnltest.Script{}
		c := rtnl.NewConn(s, nil)
		_, err := c.Do(t.Context(), req, nil)
		if !errors.Is(err, rtnl.ErrMalformed) || c.Broken() || len(s.Sent()) != 0 {
			t.Errorf("%s: %v, broken %v, sent %d", name, err, c.Broken(), len(s.Sent()))
		}
	}
}

func TestContextEndedBefore(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s := &rtnltest.Script{}
	c := rtnl.NewConn(s, nil)
	_, err := c.Do(ctx, newRequest(rtnl.NewLink, rtnl.FlagAck), nil)
	check(t, outcome{errs: []error{context.Canceled}}, err, nil, c)
	_, err = c.Dump(ctx, newRequest(rtnl.GetLink, 0), nil)
	check(t, outcome{errs: []error{context.Canceled}}, err, nil, c)
	if len(s.Sent()) != 0 {
		t.Error("sent after the end of the context")
	}
}

// The kernel holds the thread while it works; when it returns, the answer is
// there, and a context that ended meanwhile must not hide it.
func TestContextEndsDuringSend(t *testing.T) {
	for name, errno := range map[string]int{"success": 0, "refusal": 16} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			c := rtnl.NewConn(answering(func(r rtnl.Message) datagrams {
				cancel()
				return datagrams{one(reply(r, "echo")), one(rtnltest.Ack(r, errno))}
			}), nil)
			_, err := c.Do(ctx, newRequest(rtnl.NewLink, rtnl.FlagAck), nil)
			check(t, outcome{errno: errno}, err, nil, c)
		})
	}
}

func TestContextEndsWhileWaiting(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	c := rtnl.NewConn(answering(func(rtnl.Message) datagrams {
		time.AfterFunc(10*time.Millisecond, cancel)
		return nil
	}), nil)
	_, err := c.Do(ctx, newRequest(rtnl.NewLink, rtnl.FlagAck), nil)
	check(t, outcome{errs: []error{rtnl.ErrUnknownOutcome, context.Canceled}, broken: true}, err, nil, c)
}

// A dump always has its next part ready, so the context is all that ends it.
func TestContextEndsDuringDump(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	c := rtnl.NewConn(answering(func(r rtnl.Message) datagrams {
		return slices.Repeat(datagrams{one(reply(r, "a"))}, 1000)
	}), nil)
	n := 0
	_, err := c.Dump(ctx, newRequest(rtnl.GetLink, 0), func(rtnl.Message) error {
		if n++; n == 3 {
			cancel()
		}
		return nil
	})
	check(t, outcome{errs: []error{context.Canceled}, broken: true}, err, nil, c)
	if n != 3 {
		t.Errorf("%d replies", n)
	}
}

// flood is a socket to which somebody sends without end. It cancels the
// context along the way.
type flood struct {
	rtnltest.Script
	cancel   context.CancelFunc
	received int
}

func (f *flood) Receive(context.Context, []byte) (int, uint32, error) {
	if f.received++; f.received == 5000 {
		f.cancel()
	}
	return 16, 99, nil
}

func TestFloodDoesNotHoldDo(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	c := rtnl.NewConn(&flood{cancel: cancel}, nil)
	_, err := c.Do(ctx, newRequest(rtnl.NewLink, rtnl.FlagAck), nil)
	check(t, outcome{errs: []error{rtnl.ErrUnknownOutcome, context.Canceled}, broken: true}, err, nil, c)
}

func TestSendFails(t *testing.T) {
	c := rtnl.NewConn(&rtnltest.Script{Answer: func(rtnl.Message) ([]rtnltest.Datagram, error) {
		return nil, errEach
	}}, nil)
	_, err := c.Do(t.Context(), newRequest(rtnl.NewLink, rtnl.FlagAck), nil)
	check(t, outcome{errs: []error{errEach}, broken: true}, err, nil, c)
}

func TestBrokenAndClosed(t *testing.T) {
	s := &rtnltest.Script{}
	c := rtnl.NewConn(s, nil)
	if _, err := c.Do(short(t), newRequest(rtnl.NewLink, rtnl.FlagAck), nil); err == nil {
		t.Fatal("no error")
	}
	if _, err := c.Do(t.Context(), newRequest(rtnl.NewLink, rtnl.FlagAck), nil); err != rtnl.ErrBroken {
		t.Errorf("Do: %v", err)
	}
	if _, err := c.Dump(t.Context(), newRequest(rtnl.GetLink, 0), nil); err != rtnl.ErrBroken {
		t.Errorf("Dump: %v", err)
	}
	if err := c.Close(); err != nil || !s.Closed() {
		t.Errorf("Close: %v", err)
	}
	if _, err := c.Do(t.Context(), newRequest(rtnl.NewLink, rtnl.FlagAck), nil); err != rtnl.ErrClosed {
		t.Errorf("closed: %v", err)
	}
	if err := c.Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}
}

func TestTrace(t *testing.T) {
	type line struct {
		Direction string
		Type      uint16
	}
	var got []line
	c := rtnl.NewConn(answering(func(r rtnl.Message) datagrams {
		return datagrams{one(reply(rtnl.Message{}, "event"), reply(r, "a")), from(99, one(reply(r, "forged"))), one(rtnltest.Done(r, 0))}
	}), func(d rtnl.Direction, m rtnl.Message) { got = append(got, line{d.String(), m.Type}) })
	if _, err := c.Dump(t.Context(), newRequest(rtnl.GetLink, 0), nil); err != nil {
		t.Fatal(err)
	}
	want := []line{{"out", rtnl.GetLink}, {"in", rtnl.NewLink}, {"in", rtnl.NewLink}, {"in", rtnl.TypeDone}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// still is a socket that has one answer, addressed to the last request.
type still struct {
	rtnltest.Script
	answer []byte
	req    [rtnl.HeaderLen]byte
}

func (s *still) Send(_ context.Context, b []byte) error {
	copy(s.req[:], b)
	return nil
}

func (s *still) Receive(_ context.Context, buf []byte) (int, uint32, error) {
	n := copy(buf, s.answer)
	copy(buf[8:16], s.req[8:16])
	return n, 0, nil
}

func TestExchangesDoNotAllocate(t *testing.T) {
	each := func(rtnl.Message) error { return nil }
	s := &still{answer: rtnltest.Ack(rtnl.Message{}, 0)}
	c := rtnl.NewConn(s, nil)
	req := newRequest(rtnl.NewLink, rtnl.FlagAck)
	if n := testing.AllocsPerRun(100, func() { c.Do(t.Context(), req, each) }); n != 0 {
		t.Errorf("Do: %v allocations", n)
	}
	s.answer = rtnltest.Done(rtnl.Message{}, 0)
	req = newRequest(rtnl.GetLink, 0)
	if n := testing.AllocsPerRun(100, func() { c.Dump(t.Context(), req, each) }); n != 0 {
		t.Errorf("Dump: %v allocations", n)
	}
}

// TestPanicInEach leaves an exchange by a panic: the socket is half-way through
// it and must not be used again.
func TestPanicInEach(t *testing.T) {
	for name, exchange := range map[string]func(c *rtnl.Conn, each func(rtnl.Message) error){
		"do":   func(c *rtnl.Conn, each func(rtnl.Message) error) { c.Do(short(t), newRequest(rtnl.GetLink, 0), each) },
		"dump": func(c *rtnl.Conn, each func(rtnl.Message) error) { c.Dump(short(t), newRequest(rtnl.GetLink, 0), each) },
	} {
		t.Run(name, func(t *testing.T) {
			c := rtnl.NewConn(answering(func(req rtnl.Message) datagrams { return datagrams{one(reply(req, "one"))} }), nil)
			func() {
				defer func() {
					if recover() == nil {
						t.Error("no panic")
					}
				}()
				exchange(c, func(rtnl.Message) error { panic("each") })
			}()
			if !c.Broken() {
				t.Error("not broken")
			}
		})
	}
}
