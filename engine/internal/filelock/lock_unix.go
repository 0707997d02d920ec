//go:build !windows

// Package filelock locks files for a process: no other one locks them until it closes them or ends, however it ends.
package filelock

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// Try locks f until it is closed or its process ends; false if somebody else has. What f holds can be read meanwhile.
func Try(f *os.File) (bool, error) {
	err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) || errors.Is(err, unix.EINTR) {
		return false, nil
	}
	return err == nil, err
}
