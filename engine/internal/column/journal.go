package column

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/zeebo/xxh3"
)

// A journal says what of a run's folder another run can use, should this one be killed. It is records one after the other, each with its
// length and checksum; what a kill or a loss of power left of one that is not whole ends it.
const journalMagic = "recon journal 1\n"

const recordHeader = 12

// errGaveUp says that nothing more is kept in a folder.
var errGaveUp = errors.New("nothing more is kept")

// StartJournal makes a journal of these records, in the place of an earlier one.
func (d *Dir) StartJournal(records [][]byte) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.gaveUp {
		return errGaveUp
	}
	if err := d.made(); err != nil {
		return err
	}
	if d.lock == nil {
		return errors.New("the file system has no locks")
	}
	b := []byte(journalMagic)
	for _, r := range records {
		b = appendRecord(b, r)
	}
	name := filepath.Join(d.path, journalName)
	if err := os.WriteFile(name+".new", b, 0o600); err != nil {
		return err
	}
	if err := os.Rename(name+".new", name); err != nil {
		return err
	}
	var err error
	d.journal, err = os.OpenFile(name, os.O_WRONLY|os.O_APPEND, 0)
	return err
}

// Record appends a record to the journal. After an error nothing more is kept.
func (d *Dir) Record(record []byte) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.journal == nil {
		return errGaveUp
	}
	_, err := d.journal.Write(appendRecord(nil, record))
	if err != nil {
		d.forget()
	}
	return err
}

func appendRecord(b, record []byte) []byte {
	b = binary.LittleEndian.AppendUint32(b, uint32(len(record)))
	b = binary.LittleEndian.AppendUint64(b, xxh3.Hash(record))
	return append(b, record...)
}

// ReadJournal is the records of the journal of a folder, up to the first that is not whole.
func ReadJournal(path string) (records [][]byte, err error) {
	b, err := os.ReadFile(filepath.Join(path, journalName))
	if err != nil {
		return nil, err
	}
	b, ok := bytes.CutPrefix(b, []byte(journalMagic))
	if !ok {
		return nil, fmt.Errorf("%s is no journal of this version of recon", filepath.Join(path, journalName))
	}
	for len(b) >= recordHeader {
		size, sum := int64(binary.LittleEndian.Uint32(b)), binary.LittleEndian.Uint64(b[4:])
		b = b[recordHeader:]
		if int64(len(b)) < size || xxh3.Hash(b[:size]) != sum {
			break
		}
		records = append(records, b[:size])
		b = b[size:]
	}
	return records, nil
}

// giveUp makes room: it removes what is kept for another run alone. It reports whether there was anything.
func (d *Dir) giveUp() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.forget()
}

// forget gives up what is kept. The caller holds d.mu.
func (d *Dir) forget() bool {
	some := d.journal != nil || len(d.copies) > 0
	d.gaveUp = true
	if d.journal != nil {
		d.journal.Close()
		os.Remove(filepath.Join(d.path, journalName))
		d.journal = nil
	}
	for _, f := range d.copies {
		f.Close()
		os.Remove(f.Name())
	}
	d.copies = nil
	return some
}

// copier writes a file that another run may need, and this one does not.
type copier struct {
	dir *Dir
	f   *os.File
	end int64
}

func (c *copier) write(b []byte) (extent, error) {
	if c.f == nil {
		f, err := c.dir.create()
		if err != nil {
			return extent{}, err
		}
		c.f = f
		c.dir.mu.Lock()
		gaveUp := c.dir.gaveUp
		c.dir.copies = append(c.dir.copies, f)
		if gaveUp {
			c.dir.forget()
		}
		c.dir.mu.Unlock()
	}
	e := extent{c.end, len(b), xxh3.Hash(b)}
	if _, err := c.f.WriteAt(b, c.end); err != nil {
		return e, err
	}
	c.end += int64(len(b))
	return e, nil
}

// drop removes what was written.
func (c *copier) drop() {
	if c.f == nil {
		return
	}
	c.dir.mu.Lock()
	defer c.dir.mu.Unlock()
	c.dir.copies = slices.DeleteFunc(c.dir.copies, func(f *os.File) bool { return f == c.f })
	c.f.Close() // it may have been closed before
	os.Remove(c.f.Name())
}
