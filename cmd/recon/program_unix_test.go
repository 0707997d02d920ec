//go:build unix

package main

import (
	"os/exec"
	"syscall"
)

// ownGroup puts a command into a group of processes of its own, so that a signal for the test does not end it and what it started can be killed with it.
func ownGroup(c *exec.Cmd) { c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }
