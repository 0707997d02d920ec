//go:build !linux

package dbtest

import (
	"os/exec"
	"syscall"
)

func startTied(command *exec.Cmd) error { return command.Start() }

func unprivileged(string, string) (*syscall.SysProcAttr, error) { return nil, nil }
