package attr

import (
	"encoding/binary"

	"github.com/josharian/native"
)

// This file is the one place that knows the byte order of the machine.
// Netlink integers are in host order unless an attribute says otherwise.
//
// native.Endian would do, but it is an interface variable, which keeps the
// compiler from inlining; its constant costs nothing.

//lint:ignore SA1019 the constant folds at compile time, its replacement does not
const bigEndian = native.IsBigEndian

func u16(b []byte) uint16 {
	if bigEndian {
		return binary.BigEndian.Uint16(b)
	}
	return binary.LittleEndian.Uint16(b)
}

func u32(b []byte) uint32 {
	if bigEndian {
		return binary.BigEndian.Uint32(b)
	}
	return binary.LittleEndian.Uint32(b)
}

func u64(b []byte) uint64 {
	if bigEndian {
		return binary.BigEndian.Uint64(b)
	}
	return binary.LittleEndian.Uint64(b)
}

func append16(b []byte, v uint16) []byte {
	if bigEndian {
		return binary.BigEndian.AppendUint16(b, v)
	}
	return binary.LittleEndian.AppendUint16(b, v)
}

func append32(b []byte, v uint32) []byte {
	if bigEndian {
		return binary.BigEndian.AppendUint32(b, v)
	}
	return binary.LittleEndian.AppendUint32(b, v)
}

func append64(b []byte, v uint64) []byte {
	if bigEndian {
		return binary.BigEndian.AppendUint64(b, v)
	}
	return binary.LittleEndian.AppendUint64(b, v)
}

func put16(b []byte, v uint16) { append16(b[:0], v) }
func put32(b []byte, v uint32) { append32(b[:0], v) }
