package link

import (
	"fmt"
	"os"
	"strings"
)

// programID returns the id of the BPF program behind a descriptor of this
// process, 0 if that cannot be learned. The file tells it without the
// privilege that the system call needs (bpf_prog_show_fdinfo in
// kernel/bpf/syscall.c).
func programID(fd int32) uint32 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/self/fdinfo/%d", fd))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		var id uint32
		if _, err := fmt.Sscanf(line, "prog_id: %d", &id); err == nil {
			return id
		}
	}
	return 0
}
