//go:build !windows

package action

import (
	"os/exec"
	"syscall"
)

// systemVariables are those without which programs do not start.
var systemVariables []string

// apart gives the command a process group of its own, which is killed as a whole.
func apart(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
