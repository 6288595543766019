//go:build !linux

package link

// countFiles knows nothing where there are no such files.
func (p *place) countFiles([]counted) error { return nil }
