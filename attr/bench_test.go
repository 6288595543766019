package attr_test

import (
	"net/netip"
	"testing"
	"time"

	"github.com/iplink-go/iplink/attr"
)

// tunnel has the shape of the data of a VXLAN link, the longest list of plain
// values that kernels report: 27 attributes of 220 bytes or so.
type tunnel struct {
	ID                                               attr.Opt[uint32]
	Group, Local                                     netip.Addr
	Dev                                              attr.Ref
	TTL, TOS, DF                                     attr.Opt[uint8]
	Learning, Proxy, RSC, L2Miss, L3Miss, Collect    attr.Opt[bool]
	Ageing                                           attr.Opt[time.Duration]
	Limit                                            attr.Opt[uint32]
	Range                                            attr.Opt[uint32]
	Port                                             attr.Opt[uint16]
	Sum, Zero6Tx, Zero6Rx, RemTx, RemRx              attr.Opt[bool]
	GBP, GPE, Partial, Inherit, Filter, Local2, Open attr.Opt[bool]
	Label                                            attr.Opt[uint32]
	Unknown                                          attr.Raw
}

func (s *tunnel) Fields(c *attr.Codec) {
	attr.Uint32(c, 1, "id", &s.ID, attr.Range(0, 1<<24-1))
	attr.Addr(c, 2, 16, "group", &s.Group)
	attr.Link(c, 3, "dev", &s.Dev)
	attr.Addr(c, 4, 17, "local", &s.Local)
	attr.Uint8(c, 5, "ttl", &s.TTL)
	attr.Uint8(c, 6, "tos", &s.TOS)
	attr.Bool(c, 7, "learning", &s.Learning)
	attr.Seconds32(c, 8, "ageing", &s.Ageing)
	attr.Uint32(c, 9, "limit", &s.Limit)
	attr.Uint32BE(c, 10, "range", &s.Range)
	attr.Bool(c, 11, "proxy", &s.Proxy)
	attr.Bool(c, 12, "rsc", &s.RSC)
	attr.Bool(c, 13, "l2miss", &s.L2Miss)
	attr.Bool(c, 14, "l3miss", &s.L3Miss)
	attr.Uint16BE(c, 15, "port", &s.Port)
	attr.Bool(c, 18, "sum", &s.Sum)
	attr.Bool(c, 19, "zero6tx", &s.Zero6Tx)
	attr.Bool(c, 20, "zero6rx", &s.Zero6Rx)
	attr.Bool(c, 21, "remtx", &s.RemTx)
	attr.Bool(c, 22, "remrx", &s.RemRx)
	attr.Flag(c, 23, "gbp", &s.GBP)
	attr.Bool(c, 25, "collect", &s.Collect)
	attr.Uint32BE(c, 26, "label", &s.Label)
	attr.Flag(c, 27, "gpe", &s.GPE)
	attr.FlagBool(c, 28, "inherit", &s.Inherit)
	attr.Uint8(c, 29, "df", &s.DF)
	attr.Bool(c, 30, "filter", &s.Filter)
	attr.Bool(c, 31, "localbypass", &s.Local2)
	attr.Rest(c, &s.Unknown)
}

var benchTunnel = tunnel{
	ID: attr.U32(42), Group: ip4, Local: ip4, Dev: attr.RefIndex(3), TTL: attr.U8(0), TOS: attr.U8(0), DF: attr.U8(0),
	Learning: attr.On, Proxy: attr.Off, RSC: attr.Off, L2Miss: attr.Off, L3Miss: attr.Off, Collect: attr.Off,
	Ageing: attr.Some(5 * time.Minute), Limit: attr.U32(0), Range: attr.U32(0), Port: attr.U16(4789),
	Sum: attr.On, Zero6Tx: attr.Off, Zero6Rx: attr.Off, RemTx: attr.Off, RemRx: attr.Off, GBP: attr.On,
	Inherit: attr.On, Filter: attr.Off, Local2: attr.On, Label: attr.U32(0),
}

// benchMessage has the shape of a link message: a header, a kind with data,
// nests by family, lists.
var benchMessage = message{
	Link: &netkit{Mode: attr.Some(mode(1)), Primary: attr.On}, GVRP: attr.On, Loose: attr.Off, GenMode: attr.U8(1),
	MACs: []attr.HWAddr{mac1, mac2}, Names: []string{"one", "two"}, Group: ip6,
	Conf: conf{[4]attr.Opt[uint32]{attr.U32(1), attr.U32(0), attr.U32(1), attr.U32(0)}},
}

var benchmarks = []struct {
	name  string
	s     attr.Struct
	fresh func() attr.Struct
}{
	{"vxlan", &benchTunnel, func() attr.Struct { return new(tunnel) }},
	{"link", &benchMessage, func() attr.Struct { return new(message) }},
}

func BenchmarkDecode(b *testing.B) {
	for _, bm := range benchmarks {
		b.Run(bm.name, func(b *testing.B) {
			in, err := report(0).Append(nil, bm.s)
			if err != nil {
				b.Fatal(err)
			}
			got := bm.fresh()
			b.SetBytes(int64(len(in)))
			b.ReportAllocs()
			for b.Loop() {
				if err := scope.Decode(in, got); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkAppend(b *testing.B) {
	for _, bm := range benchmarks {
		b.Run(bm.name, func(b *testing.B) {
			buf, err := scope.Append(nil, bm.s)
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(len(buf)))
			b.ReportAllocs()
			for b.Loop() {
				if buf, err = scope.Append(buf[:0], bm.s); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkDiff(b *testing.B) {
	for _, bm := range benchmarks {
		b.Run(bm.name, func(b *testing.B) {
			dst := bm.fresh()
			b.ReportAllocs()
			for b.Loop() {
				if fields, err := attr.Diff(dst, bm.s, bm.s); err != nil || len(fields) > 0 {
					b.Fatal(fields, err)
				}
			}
		})
	}
}

// TestNoAllocations holds the benchmarks to none.
func TestNoAllocations(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector empties pools at random")
	}
	for _, bm := range benchmarks {
		in, err := report(0).Append(nil, bm.s)
		if err != nil {
			t.Fatal(err)
		}
		got, buf := bm.fresh(), make([]byte, 0, 4096)
		if n := testing.AllocsPerRun(100, func() { _ = scope.Decode(in, got) }); n != 0 {
			t.Errorf("%s: decoding into a used value allocates %v times", bm.name, n)
		}
		if n := testing.AllocsPerRun(100, func() { _, _ = scope.Append(buf, bm.s) }); n != 0 {
			t.Errorf("%s: appending to a buffer allocates %v times", bm.name, n)
		}
	}
}
