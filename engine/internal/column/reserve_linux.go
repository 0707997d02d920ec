package column

import (
	"os"
	"syscall"
)

// reserve gives a file room on the disk from offset from on, which does not make it longer. It is a wish: where the file system cannot, or what is left
// on it may be needed for something else, nothing is reserved, and writing tells.
func reserve(f *os.File, from, size int64) {
	const keepSize, share = 1, 16
	fd := int(f.Fd())
	var disk syscall.Statfs_t
	if err := syscall.Fstatfs(fd, &disk); err != nil || disk.Bavail/share < uint64(size)/uint64(disk.Bsize) {
		return
	}
	_ = syscall.Fallocate(fd, keepSize, from, size)
}
