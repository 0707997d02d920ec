package action

import (
	"os/exec"
	"strconv"
)

// systemVariables are those without which programs do not start.
var systemVariables = []string{"SYSTEMROOT", "TEMP", "TMP", "PATHEXT"}

// apart lets the command be killed with what it has started.
func apart(cmd *exec.Cmd) {
	cmd.Cancel = func() error {
		return exec.Command("taskkill", "/T", "/F", "/PID", strconv.Itoa(cmd.Process.Pid)).Run()
	}
}
