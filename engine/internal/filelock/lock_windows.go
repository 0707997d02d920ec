// Package filelock locks files for a process: no other one locks them until it closes them or ends, however it ends.
package filelock

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// Try locks f until it is closed or its process ends; false if somebody else has. What f holds can be read meanwhile: the byte that is locked lies far behind it.
func Try(f *os.File) (bool, error) {
	at := &windows.Overlapped{Offset: 1 << 30}
	err := windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, at)
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) || errors.Is(err, windows.ERROR_IO_PENDING) {
		return false, nil
	}
	return err == nil, err
}
