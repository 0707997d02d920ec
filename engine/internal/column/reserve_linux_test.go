package column

import (
	"bytes"
	"syscall"
	"testing"
)

// TestReserve writes more than what is reserved ahead: the file is as long as what was written, and gives it back.
func TestReserve(t *testing.T) {
	dir := NewDir(t.TempDir())
	defer dir.Close()
	f := file{dir: dir}
	var extents []extent
	b := make([]byte, PageSize)
	ahead := false
	for i := range 400 {
		for k := range b {
			b[k] = byte(i)
		}
		e, err := f.write(b)
		if err != nil {
			t.Fatal(err)
		}
		extents = append(extents, e)
		var s syscall.Stat_t
		if err := syscall.Fstat(int(f.f.Fd()), &s); err != nil || s.Size != f.end {
			t.Fatalf("after %d bytes the file has %d: %v", f.end, s.Size, err)
		}
		ahead = ahead || s.Blocks*512 > f.end+PageSize
	}
	if f.reserved <= f.end-PageSize || f.reserved > f.end+f.end/2 {
		t.Errorf("%d bytes are written and %d reserved", f.end, f.reserved)
	}
	if !ahead {
		t.Log("this file system reserves nothing")
	}
	for i, e := range extents {
		if err := f.read(e, b); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(b, bytes.Repeat([]byte{byte(i)}, PageSize)) {
			t.Fatalf("page %d is another", i)
		}
	}
	f.close()
}
