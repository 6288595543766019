package golden

import (
	"bytes"
	"encoding/binary"
	"iter"
)

const (
	nlmsgHdrLen  = 16
	ifInfoMsgLen = 16

	rtmNewLink = 16
	rtmSetLink = 19

	nlmFRequest = 1
)

// Split iterates over the netlink messages in one received buffer, headers
// included. It stops where the buffer is malformed.
func Split(order binary.ByteOrder, b []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for len(b) >= nlmsgHdrLen {
			n := int(order.Uint32(b))
			if n < nlmsgHdrLen || n > len(b) || !yield(b[:n:n]) {
				return
			}
			b = b[min((n+3)&^3, len(b)):]
		}
	}
}

// Messages iterates over the different RTM_NEWLINK messages that kernels sent
// in the byte order of this machine, each with the name of the first capture
// that has it: seeds for fuzzing, and food for the truncation matrix. A message
// starts with its header, sequence number and port id zeroed. The receiver may
// change it.
func Messages() iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		seen := map[string]bool{}
		for name, c := range captures() {
			for m := range Split(c.order, c.bytes) {
				m = anonymous(m)
				if !isReport(c.order, m) || seen[string(m)] {
					continue
				}
				seen[string(m)] = true
				if !yield(name, m) {
					return
				}
			}
		}
	}
}

// anonymous returns a copy of m without sequence number and port id.
func anonymous(m []byte) []byte {
	m = bytes.Clone(m)
	clear(m[8:nlmsgHdrLen])
	return m
}

func isReport(order binary.ByteOrder, m []byte) bool {
	return order.Uint16(m[4:]) == rtmNewLink && order.Uint16(m[6:])&nlmFRequest == 0
}

type capture struct {
	order binary.ByteOrder
	bytes []byte
}

// captures iterates over all that kernels sent in this machine's byte order.
// A file that cannot be loaded is missing here; the tests of this package
// load every one.
func captures() iter.Seq2[string, capture] {
	return func(yield func(string, capture) bool) {
		if Native(Order) && !folderCaptures(yield) {
			return
		}
		for _, v := range Versions {
			if !Native(orderOf(v)) {
				continue
			}
			k, err := LoadKernel(v)
			if err != nil {
				continue
			}
			for _, c := range k.Cases {
				for _, b := range c.Dump {
					if !yield("kernels/"+v+"/"+c.Name, capture{k.Order, b}) {
						return
					}
				}
			}
		}
		recordedCaptures(yield)
	}
}

func recordedCaptures(yield func(string, capture) bool) bool {
	list, err := Recordings()
	if err != nil {
		return true
	}
	for _, r := range list {
		if !Native(r.Order) {
			continue
		}
		for _, x := range r.Reports {
			if !yield("kernels/"+r.Folder+"/"+x.Name, capture{r.Order, x.Message}) {
				return false
			}
		}
	}
	return true
}

func folderCaptures(yield func(string, capture) bool) bool {
	for _, folder := range []string{FolderLink, FolderShow, FolderDumps} {
		cases, err := Cases(folder)
		if err != nil {
			continue
		}
		for _, c := range cases {
			for _, list := range [][]Hex{c.Replies, c.AfterDump} {
				for _, b := range list {
					if !yield(folder+"/"+c.Name, capture{Order, b}) {
						return false
					}
				}
			}
		}
	}
	return true
}
