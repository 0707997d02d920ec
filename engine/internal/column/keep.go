package column

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/zeebo/xxh3"
)

// KeptSide says where the rows of a side of a store are, so that another process can have them by Restore.
type KeptSide struct {
	File  string `json:"file,omitempty"` // rows beyond the budget
	Copy  string `json:"copy,omitempty"` // copies of the rows in memory
	Parts []byte `json:"parts"`
}

// ErrDamaged says that a file is not as it was written.
var ErrDamaged = errors.New("its file is not as it was written")

// Resident is how many bytes of a side are in memory.
func (s *Store) Resident(side int) (n int64) {
	of := s.sides[side]
	of.mu.Lock()
	defer of.mu.Unlock()
	for i := range of.parts {
		for _, g := range of.parts[i].pages {
			n += int64(len(g))
		}
		n += int64(len(of.parts[i].cur))
	}
	return n
}

// Keep copies to disk what of a side is in memory, and says where all of it is. Nothing must be appended to the side any more, and it must not be one that was restored.
// Nothing changes for who goes on with the store.
func (s *Store) Keep(side int) (KeptSide, error) {
	of := s.sides[side]
	of.mu.Lock()
	defer of.mu.Unlock()
	c := &copier{dir: s.dir}
	var b []byte
	for i := range of.parts {
		p := &of.parts[i]
		b = binary.AppendVarint(b, p.rows)
		b = binary.AppendVarint(b, p.bytes)
		b = binary.LittleEndian.AppendUint64(b, p.min)
		b = binary.LittleEndian.AppendUint64(b, p.max)
		b = appendExtents(b, p.spilled)
		if len(p.copied) > 0 {
			panic("column: a side that was restored is kept as it is")
		}
		copied := make([]extent, 0, len(p.pages)+1)
		for k := range len(p.pages) + 1 {
			g := p.cur
			if k < len(p.pages) {
				g = p.pages[k]
			}
			if len(g) == 0 {
				continue
			}
			e, err := c.write(g)
			if err != nil {
				c.drop()
				return KeptSide{}, err
			}
			copied = append(copied, e)
		}
		b = appendExtents(b, copied)
	}
	kept := KeptSide{File: of.file.name(), Parts: b}
	if c.f != nil {
		kept.Copy = filepath.Base(c.f.Name())
	}
	return kept, nil
}

// Verify reads the rows that Keep told of, but for partitions that need says nothing is needed of, and holds them against their
// checksums: the error is ErrDamaged if they are not as they were written.
func (d *Dir) Verify(kept KeptSide, partitions int, need func(partition int) bool) error {
	var side storeSide
	if err := side.adopt(d, kept); err != nil {
		return err
	}
	defer side.file.leave()
	defer side.copies.leave()
	parts, ok := keptParts(kept, partitions)
	if !ok {
		return ErrDamaged
	}
	var buf []byte
	for i := range parts {
		if !need(i) {
			continue
		}
		for _, from := range side.onDisk(&parts[i]) {
			var err error
			if buf, err = from.file.verify(*from.extents, buf); err != nil {
				return err
			}
		}
	}
	return nil
}

// Restore makes the rows that Keep told of those of a side, but for partitions that need says nothing is needed of.
func (s *Store) Restore(side int, kept KeptSide, need func(partition int) bool) error {
	of := s.sides[side]
	if err := of.adopt(s.dir, kept); err != nil {
		return err
	}
	parts, ok := keptParts(kept, len(of.parts))
	if !ok {
		return ErrDamaged
	}
	for i := range parts {
		if need(i) {
			of.parts[i] = parts[i]
		}
	}
	return nil
}

func (s *storeSide) adopt(dir *Dir, kept KeptSide) error {
	s.file, s.copies = file{dir: dir}, file{dir: dir}
	if err := s.file.adopt(kept.File); err != nil {
		return err
	}
	err := s.copies.adopt(kept.Copy)
	if err != nil {
		s.file.leave()
	}
	return err
}

func keptParts(kept KeptSide, partitions int) (parts []part, ok bool) {
	d := decoder{b: kept.Parts}
	for range partitions {
		parts = append(parts, part{rows: d.varint(), bytes: d.varint(), min: d.uint64(), max: d.uint64(), spilled: d.extents(), copied: d.extents()})
	}
	return parts, !d.bad && len(d.b) == 0
}

// Names are the files that are meant.
func (k KeptSide) Names() []string { return []string{k.File, k.Copy} }

// KeptRecords says where a piece of a spool is.
type KeptRecords struct {
	File    string `json:"file,omitempty"`
	From    int64  `json:"from,omitempty"`
	To      int64  `json:"to,omitempty"`
	Extents []byte `json:"extents,omitempty"`
}

// Keep writes to disk what of a spool is in memory, and says where all of it is that was added since the last Keep.
func (s *Spool) Keep() (KeptRecords, error) {
	kept := KeptRecords{From: s.kept, To: s.End()}
	if err := s.flush(); err != nil {
		return kept, err
	}
	kept.File, kept.Extents = s.file.name(), appendExtents(nil, s.written)
	s.kept, s.written = s.done, s.written[:0]
	return kept, nil
}

// RestoreSpool opens a file of a spool for pieces that Verify knows.
func RestoreSpool(dir *Dir, name string) (*Spool, error) {
	s := NewSpool(dir)
	err := s.file.adopt(name)
	s.done = s.file.end
	return s, err
}

// Verify reads a piece of a spool and holds it against its checksums: the error is ErrDamaged if it is not as it was written.
func (s *Spool) Verify(kept KeptRecords) error {
	d := decoder{b: kept.Extents}
	list, at := d.extents(), kept.From
	for _, e := range list {
		if e.at != at {
			return ErrDamaged
		}
		at += int64(e.size)
	}
	if d.bad || len(d.b) != 0 || at != kept.To {
		return ErrDamaged
	}
	_, err := s.file.verify(list, nil)
	return err
}

// name is the name of the file within its folder; "" if nothing was written.
func (f *file) name() string {
	if f.f == nil {
		return ""
	}
	return filepath.Base(f.f.Name())
}

// adopt opens a file that another process wrote, if there is one.
func (f *file) adopt(name string) error {
	if name == "" {
		return nil
	}
	opened, err := f.dir.open(name)
	if errors.Is(err, os.ErrNotExist) {
		return ErrDamaged
	}
	if err != nil {
		return err
	}
	info, err := opened.Stat()
	if err != nil {
		opened.Close()
		return err
	}
	f.f, f.end = opened, info.Size()
	return nil
}

// leave closes the file, and leaves it where it is.
func (f *file) leave() {
	if f.f != nil {
		f.f.Close()
		f.f = nil
	}
}

// verify reads extents and holds them against their checksums. buf is used, and given back.
func (f *file) verify(list []extent, buf []byte) ([]byte, error) {
	for _, e := range list {
		if f.f == nil || e.at < 0 || e.size < 0 || e.at+int64(e.size) > f.end {
			return buf, ErrDamaged
		}
		if cap(buf) < e.size {
			buf = make([]byte, e.size)
		}
		if err := f.read(e, buf[:e.size]); err != nil {
			return buf, fmt.Errorf("%w: %w", ErrDamaged, err)
		}
		if xxh3.Hash(buf[:e.size]) != e.sum {
			return buf, ErrDamaged
		}
	}
	return buf, nil
}

func appendExtents(b []byte, list []extent) []byte {
	b = binary.AppendVarint(b, int64(len(list)))
	for _, e := range list {
		b = binary.AppendVarint(b, e.at)
		b = binary.AppendVarint(b, int64(e.size))
		b = binary.LittleEndian.AppendUint64(b, e.sum)
	}
	return b
}

// decoder reads what was encoded here. bad says that it was not.
type decoder struct {
	b   []byte
	bad bool
}

func (d *decoder) varint() int64 {
	n, size := binary.Varint(d.b)
	if size <= 0 {
		d.bad, d.b = true, nil
		return 0
	}
	d.b = d.b[size:]
	return n
}

func (d *decoder) uint64() uint64 {
	if len(d.b) < 8 {
		d.bad, d.b = true, nil
		return 0
	}
	n := binary.LittleEndian.Uint64(d.b)
	d.b = d.b[8:]
	return n
}

func (d *decoder) extents() (list []extent) {
	for n := d.varint(); n > 0 && !d.bad; n-- {
		list = append(list, extent{d.varint(), int(d.varint()), d.uint64()})
	}
	return list
}
