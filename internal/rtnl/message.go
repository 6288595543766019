package rtnl

import (
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
)

// A datagram is a sequence of messages. A message is a header of sixteen bytes
// (u32 length including the header, u16 type, u16 flags, u32 sequence number,
// u32 port id, all in host byte order) and a payload; the next one starts at
// the next multiple of four.
//
// Invariant: a payload never reaches past its message, in capacity too.

// HeaderLen is the size of a message's header (struct nlmsghdr).
const HeaderLen = 16

// A Header is what precedes a message's payload (struct nlmsghdr). Its length
// field is not here: it follows from the payload.
type Header struct {
	// Type says what the message is: [GetLink], [TypeError], ...
	Type uint16
	// Flags modify the type: [FlagAck], [FlagMulti], ...
	Flags uint16
	// Seq is the number of the request. The kernel repeats it in what answers
	// that request; notifications that nobody asked for have 0.
	Seq uint32
	// PortID is the address of the requester's socket, in requests and in
	// what answers them. It is not the sender's address: [Transport].Receive
	// returns that.
	PortID uint32
}

// A Message is one netlink message. Payload aliases the buffer it was found in
// and has no spare capacity.
type Message struct {
	Header
	Payload []byte
}

// ErrMalformed is found with errors.Is in the error for bytes that are not
// netlink messages.
var ErrMalformed = errors.New("rtnl: malformed message")

// A FrameError says where a datagram stops being a sequence of messages.
// errors.Is finds [ErrMalformed] in it.
type FrameError struct {
	// Offset is where the message starts in the datagram.
	Offset int
	// Length is what the message says its length is, 0 if the datagram ends
	// inside its header.
	Length uint32
	// Have is how many bytes the datagram holds from Offset on.
	Have int
}

// Error names the place and both lengths.
func (e *FrameError) Error() string {
	return fmt.Sprintf("rtnl: malformed message at offset %d: length %d in %d bytes", e.Offset, e.Length, e.Have)
}

// Unwrap returns [ErrMalformed].
func (e *FrameError) Unwrap() error { return ErrMalformed }

// Messages iterates over the messages in the datagram b. A message whose
// length is impossible ends it with a [*FrameError] and an empty message.
// The last message may come without its padding.
func Messages(b []byte) iter.Seq2[Message, error] {
	return func(yield func(Message, error) bool) {
		for off := 0; off < len(b); {
			m, n, err := cut(b, off)
			if !yield(m, err) || err != nil {
				return
			}
			off += align(n)
		}
	}
}

// cut returns the message at b[off] and its length without padding.
func cut(b []byte, off int) (m Message, n int, err error) {
	b = b[off:]
	if len(b) < HeaderLen {
		return Message{}, 0, &FrameError{Offset: off, Have: len(b)}
	}
	length := binary.NativeEndian.Uint32(b)
	// Compared as 64 bits: where int has 32, a large length is negative.
	if length < HeaderLen || int64(length) > int64(len(b)) {
		return Message{}, 0, &FrameError{Offset: off, Length: length, Have: len(b)}
	}
	n = int(length)
	return Message{header(b), b[HeaderLen:n:n]}, n, nil
}

// header reads the header at the start of b, which holds one.
func header(b []byte) Header {
	return Header{
		Type:   binary.NativeEndian.Uint16(b[4:]),
		Flags:  binary.NativeEndian.Uint16(b[6:]),
		Seq:    binary.NativeEndian.Uint32(b[8:]),
		PortID: binary.NativeEndian.Uint32(b[12:]),
	}
}

func align(n int) int { return (n + 3) &^ 3 }

// Begin appends the header of a message to b, with length, sequence number and
// port id still zero. Append the payload, then call [End] with the length b
// had before; [Conn] fills in the other two.
func Begin(b []byte, typ, flags uint16) []byte {
	b = append(b, 0, 0, 0, 0)
	b = binary.NativeEndian.AppendUint16(b, typ)
	b = binary.NativeEndian.AppendUint16(b, flags)
	return append(b, 0, 0, 0, 0, 0, 0, 0, 0)
}

// End writes the length of the message begun at b[start] and pads b to a
// multiple of four, so that another message may follow.
func End(b []byte, start int) []byte {
	n := len(b) - start
	binary.NativeEndian.PutUint32(b[start:], uint32(n))
	var padding [3]byte
	return append(b, padding[:align(n)-n]...)
}

// stamp addresses the request req: it fills in the sequence number and the
// port id and adds flags. req must be exactly one message. The kernel ignores
// a message whose length is wrong without a word, so sending one would mean
// waiting for ever.
func stamp(req []byte, flags uint16, seq, port uint32) error {
	_, n, err := cut(req, 0)
	if err != nil {
		return err
	}
	if align(n) != align(len(req)) {
		return &FrameError{Length: uint32(n), Have: len(req)}
	}
	flags |= FlagRequest | binary.NativeEndian.Uint16(req[6:])
	binary.NativeEndian.PutUint16(req[6:], flags)
	binary.NativeEndian.PutUint32(req[8:], seq)
	binary.NativeEndian.PutUint32(req[12:], port)
	return nil
}
