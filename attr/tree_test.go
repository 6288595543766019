package attr_test

import (
	"testing"

	"github.com/iplink-go/iplink/attr"
)

// TestTree finds values in the form of their fields; TestDump shows all of
// them.
func TestTree(t *testing.T) {
	nodes := scope.Tree(dumped(), new(message))
	at := func(nodes []attr.Node, name string) attr.Node {
		t.Helper()
		for _, n := range nodes {
			if n.Name == name {
				return n
			}
		}
		t.Fatalf("no %s in %v", name, nodes)
		return attr.Node{}
	}
	if n := nodes[0]; !n.Header || n.Name != "family" || n.Value != uint8(0) || n.Len != 1 {
		t.Errorf("header %+v", n)
	}
	link := at(nodes, "linkinfo")
	if link.Value != nil || link.Type != 18 || link.Len != 88 || at(link.Nodes, "kind").Value != "netkit" {
		t.Errorf("nest %+v", link)
	}
	peer := at(at(link.Nodes, "data").Nodes, "peer").Nodes
	if at(peer, "mtu").Value != uint32(9000) || at(peer, "address").Value != mac1 {
		t.Errorf("peer %+v", peer)
	}
	if last := nodes[len(nodes)-1]; last.Err == nil || len(last.Value.([]byte)) != 4 {
		t.Errorf("end %+v", last)
	}
}
