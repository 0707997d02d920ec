package column

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/zeebo/xxh3"
)

// file is a spill file that only grows. It is for one goroutine while it grows.
type file struct {
	dir *Dir
	f   *os.File
	end int64

	reserved int64 // where the room on the disk ends that was reserved
}

// extent is a piece of a spill file, and the checksum of what was written there.
type extent struct {
	at   int64
	size int
	sum  uint64
}

// reserveFrom is how long a file is before room is reserved for what follows.
const reserveFrom = 4 << 20

func (f *file) write(b []byte) (extent, error) {
	if f.f == nil {
		created, err := f.dir.create()
		if err != nil {
			return extent{}, f.failed(err)
		}
		f.f = created
	}
	if end := f.end + int64(len(b)); end > f.reserved && f.end >= reserveFrom {
		// Room for many pages at once costs the system less than room for each, by a third of what writing takes.
		size := int64(len(b)) + min(f.end/4, 32<<20)
		reserve(f.f, f.end, size)
		f.reserved = f.end + size
	}
	e := extent{f.end, len(b), xxh3.Hash(b)}
	_, err := f.f.WriteAt(b, f.end)
	if err != nil && f.dir.giveUp() { // what is kept for another run may have taken the room that this one needs
		_, err = f.f.WriteAt(b, f.end)
	}
	if err != nil {
		return extent{}, f.failed(err)
	}
	f.end += int64(len(b))
	f.dir.written.Add(int64(len(b)))
	return e, nil
}

func (f *file) failed(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		err = path.Err // the folder says enough
	}
	return fmt.Errorf("spill rows to %s: %w; free some space there, or give another folder or a larger budget", f.dir.parent, err)
}

func (f *file) read(e extent, into []byte) error {
	if _, err := f.f.ReadAt(into[:e.size], e.at); err != nil {
		return fmt.Errorf("read back spilled rows from %s: %w", f.dir.parent, err)
	}
	return nil
}

// close removes the file, unless its folder was left to another run.
func (f *file) close() {
	if f.f == nil {
		return
	}
	f.f.Close()
	if !f.dir.left.Load() {
		os.Remove(f.f.Name())
	}
	f.f = nil
}
