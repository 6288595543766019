package link

import "github.com/iplink-go/iplink/attr"

// ifinfomsgLen is the size of struct ifinfomsg, the header of link messages.
const ifinfomsgLen = 16

// Numbers of enum IFLA_* in linux/if_link.h that package kind does not list.
const (
	iflaIfname           attr.Type = 3
	iflaLink             attr.Type = 5
	iflaQDisc            attr.Type = 6
	iflaStats            attr.Type = 7
	iflaMaster           attr.Type = 10
	iflaWireless         attr.Type = 11
	iflaProtInfo         attr.Type = 12
	iflaMap              attr.Type = 14
	iflaLinkInfo         attr.Type = 18
	iflaNumVF            attr.Type = 21
	iflaVFInfoList       attr.Type = 22
	iflaStats64          attr.Type = 23
	iflaVFPorts          attr.Type = 24
	iflaPortSelf         attr.Type = 25
	iflaAFSpec           attr.Type = 26
	iflaGroup            attr.Type = 27
	iflaNetNSFD          attr.Type = 28
	iflaExtMask          attr.Type = 29
	iflaPromiscuity      attr.Type = 30
	iflaPhysPortID       attr.Type = 34
	iflaCarrierChanges   attr.Type = 35
	iflaPhysSwitchID     attr.Type = 36
	iflaLinkNetNSID      attr.Type = 37
	iflaPhysPortName     attr.Type = 38
	iflaPad              attr.Type = 42
	iflaXDP              attr.Type = 43
	iflaEvent            attr.Type = 44
	iflaNewNetNSID       attr.Type = 45
	iflaTargetNetNSID    attr.Type = 46
	iflaCarrierUpCount   attr.Type = 47
	iflaCarrierDownCount attr.Type = 48
	iflaNewIfindex       attr.Type = 49
	iflaMinMTU           attr.Type = 50
	iflaMaxMTU           attr.Type = 51
	iflaPropList         attr.Type = 52
	iflaAltIfname        attr.Type = 53
	iflaPermAddress      attr.Type = 54
	iflaParentDevName    attr.Type = 56
	iflaParentDevBusName attr.Type = 57
	iflaTSOMaxSize       attr.Type = 59
	iflaTSOMaxSegs       attr.Type = 60
	iflaAllMulti         attr.Type = 61
	iflaDevlinkPort      attr.Type = 62
	iflaDPLLPin          attr.Type = 65
	iflaMaxPacing        attr.Type = 66
	iflaNetNSImmutable   attr.Type = 67
	iflaHeadroom         attr.Type = 68
	iflaTailroom         attr.Type = 69
)

// Numbers of enum IFLA_INFO_*.
const (
	infoKind      attr.Type = 1
	infoData      attr.Type = 2
	infoXStats    attr.Type = 3
	infoSlaveKind attr.Type = 4
	infoSlaveData attr.Type = 5
)

// Bits of IFLA_EXT_MASK (linux/rtnetlink.h RTEXT_FILTER_*), which ask for more
// or less in a report.
const (
	extVF        = 1 << 0
	extSkipStats = 1 << 3
)
