package main

import (
	"os"
	"syscall"
)

// mostResident is the largest resident memory that one of a command's processes had, in bytes.
func mostResident(s *os.ProcessState) int64 {
	if usage, is := s.SysUsage().(*syscall.Rusage); is {
		return usage.Maxrss << 10
	}
	return 0
}
