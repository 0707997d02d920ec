//go:build unix

package exec

import "syscall"

// alive reports whether there is a process with that id.
func alive(pid int) bool {
	err := syscall.Kill(pid, 0)
	return err == nil || err == syscall.EPERM
}
