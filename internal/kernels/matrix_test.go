package main

import "testing"

// Every kernel of testns comes from somewhere and runs on something.
func TestKernels(t *testing.T) {
	for _, k := range kernels {
		if k.key == "" || k.suite == "" || k.arch == nil {
			t.Errorf("%+v", k)
		}
	}
}
