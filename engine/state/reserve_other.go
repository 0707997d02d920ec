//go:build !linux

package state

import "os"

// takeReserve takes nothing: this system has no call that promises room.
func takeReserve(string, int64) *os.File { return nil }
