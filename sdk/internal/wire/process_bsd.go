//go:build unix && !linux

package wire

import (
	"os"
	"os/exec"
	"syscall"
)

// protect gives the child a process group of its own, so that Ctrl-C in a terminal reaches the
// host only. That it dies with the host is left to watchHost here.
func protect(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

func killTree(p *os.Process) error { return killGroup(p) }
