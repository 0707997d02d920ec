package wire

import (
	"os"
	"os/exec"
	"syscall"
)

// protect gives the child a process group of its own, so that Ctrl-C in a terminal reaches the
// host only. That it dies with the host is left to watchHost here.
func protect(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}

func killTree(p *os.Process) error { return p.Kill() }

func endOf(state *os.ProcessState) (how string, bySigkill bool) { return state.String(), false }

func peakBytes(*os.ProcessState) int64 { return 0 }
