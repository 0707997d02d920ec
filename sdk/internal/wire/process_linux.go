package wire

import (
	"os"
	"os/exec"
	"syscall"
)

// protect makes the child die with the thread that starts it, and gives it a process group of its
// own, so that Ctrl-C in a terminal reaches the host only, which then cancels the reads.
// The signal is SIGTERM and not SIGKILL so that the child can remove its sockets.
func protect(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
}

func killTree(p *os.Process) error { return killGroup(p) }
