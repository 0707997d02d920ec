package state

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// pageOut gives back the memory through which the tables of a store are mapped: the system reads them again where they are needed. It
// would take it back by itself under pressure, but others cannot know that the memory is not in use. Nothing is lost, whatever else has
// come to lie at an address meanwhile; where the kernel cannot do it (before 5.4), nothing happens.
func pageOut(db string) error {
	db, err := filepath.Abs(db)
	if err != nil {
		return err
	}
	if db, err = filepath.EvalSymlinks(db); err != nil {
		return err
	}
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		return err
	}
	path := []byte(db + string(filepath.Separator))
	for line := range bytes.Lines(maps) {
		line = bytes.TrimRight(line, "\n")
		at := bytes.IndexByte(line, '/')
		if at < 0 || !bytes.HasPrefix(line[at:], path) || !bytes.HasSuffix(line, []byte(".sst")) {
			continue
		}
		var from, to uintptr
		if _, err := fmt.Sscanf(string(line), "%x-%x", &from, &to); err != nil {
			return err
		}
		if _, _, errno := unix.Syscall(unix.SYS_MADVISE, from, to-from, unix.MADV_PAGEOUT); errno != 0 {
			return errno
		}
	}
	return nil
}
