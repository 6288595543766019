//go:build !linux

package link

// programID knows no programs where there is no BPF.
func programID(int32) uint32 { return 0 }
