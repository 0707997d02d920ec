package state

import (
	"os"

	"golang.org/x/sys/unix"
)

// takeReserve takes room in dir that is given back when the file is closed, or its process ends: no name leads to it. It is nil where
// the file system cannot promise room, or has none.
func takeReserve(dir string, bytes int64) *os.File {
	f, err := os.CreateTemp(dir, "reserve")
	if err != nil {
		return nil
	}
	if os.Remove(f.Name()) != nil || unix.Fallocate(int(f.Fd()), 0, 0, bytes) != nil {
		f.Close()
		return nil
	}
	return f
}
