package state

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io"
	"strings"

	badger "github.com/dgraph-io/badger/v4"
	"github.com/zeebo/xxh3"
)

// A backup is a line of text that says what it is, frames of keys with their values, and an end:
//
//	recon state backup, format 1, schema 2\n
//	LENGTH CHECK ENTRIES   a frame: LENGTH bytes of entries (4 bytes big-endian, not 0), their xxh3 (8 bytes)
//	0 COUNT SHA256         the end: LENGTH 0, how many entries there were (8 bytes), the hash of all before the hash
//
// An entry is a key and a value, each after its length as a uvarint. Keys ascend, so the same state gives the same bytes. The
// end tells a whole file from one that was cut off, and each frame's check is looked at before a byte of it is used.
//
// Badger has a form of backup of its own. It passes over what it cannot read, orders keys by chance, and has no end.
const (
	backupText   = "recon state backup, format %d, schema %d\n"
	backupStart  = "recon state backup, format "
	backupFormat = 1
	frameBytes   = 1 << 20 // after which a frame ends
	frameMost    = 8 << 20 // that a frame can have: no entry has more than a few MB
)

// BackupSize is what a backup holds.
type BackupSize struct {
	Entries, Bytes int64
	Verified       Verified
}

// Backup verifies the state and writes a copy of all of it to w, as it is when Backup begins. Restore makes a state of it.
func (s *Store) Backup(ctx context.Context, w io.Writer) (BackupSize, error) {
	size, err := s.backup(ctx, w)
	if f, ok := err.(foreignError); ok {
		return size, f.error
	}
	return size, s.wrap(err)
}

func (s *Store) backup(ctx context.Context, w io.Writer) (size BackupSize, err error) {
	s.writing.Lock()
	defer s.writing.Unlock()
	if size.Verified, err = s.verify(ctx); err != nil {
		return size, fmt.Errorf("does not fit, so it was not backed up: %w", err)
	}
	b := backupWriter{w: w, hash: sha256.New()}
	if err := b.write(fmt.Appendf(nil, backupText, backupFormat, schemaVersion)); err != nil {
		return size, err
	}
	txn := s.db.NewTransaction(false)
	defer txn.Discard()
	o := badger.DefaultIteratorOptions
	o.PrefetchValues = false
	it := txn.NewIterator(o)
	defer it.Close()
	for it.Rewind(); it.Valid(); it.Next() {
		item := it.Item()
		err := item.Value(func(v []byte) error { return b.add(item.Key(), v) })
		if err != nil {
			return size, err
		}
		if b.entries%64 == 0 {
			s.tell("back up", b.bytes, 0)
			if err := ctx.Err(); err != nil {
				return size, err
			}
		}
	}
	err = b.end()
	size.Entries, size.Bytes = b.entries, b.bytes
	return size, err
}

type backupWriter struct {
	w       io.Writer
	hash    hash.Hash
	frame   []byte
	entries int64
	bytes   int64
}

func (b *backupWriter) write(p []byte) error {
	b.hash.Write(p)
	b.bytes += int64(len(p))
	_, err := b.w.Write(p)
	return foreign(err)
}

func (b *backupWriter) add(k, v []byte) error {
	b.frame = appendBytes(b.frame, k)
	b.frame = appendBytes(b.frame, v)
	b.entries++
	if len(b.frame) < frameBytes {
		return nil
	}
	return b.flush()
}

func (b *backupWriter) flush() error {
	if len(b.frame) == 0 {
		return nil
	}
	head := binary.BigEndian.AppendUint32(nil, uint32(len(b.frame)))
	if err := b.write(binary.BigEndian.AppendUint64(head, xxh3.Hash(b.frame))); err != nil {
		return err
	}
	err := b.write(b.frame)
	b.frame = b.frame[:0]
	return err
}

func (b *backupWriter) end() error {
	if err := b.flush(); err != nil {
		return err
	}
	if err := b.write(binary.BigEndian.AppendUint64(make([]byte, 4), uint64(b.entries))); err != nil {
		return err
	}
	return b.write(b.hash.Sum(nil))
}

// IsBackup reports whether r begins as a backup does.
func IsBackup(r io.Reader) bool {
	start := make([]byte, len(backupStart))
	_, err := io.ReadFull(r, start)
	return err == nil && string(start) == backupStart
}

// BackupError says what is wrong with a backup: Err goes on after its name, as in "is cut off". A *SchemaError may be in it.
type BackupError struct{ Err error }

func (e *BackupError) Error() string { return "the backup " + e.Err.Error() }

func (e *BackupError) Unwrap() error { return e.Err }

func backupErrorf(format string, args ...any) error { return &BackupError{fmt.Errorf(format, args...)} }

var errCut = backupErrorf("is cut off: it was not written, or not copied, to its end; take another copy")

// backupReader reads what backupWriter wrote.
type backupReader struct {
	r       *bufio.Reader
	hash    hash.Hash
	frame   []byte
	entries int64
	bytes   int64
}

// newBackupReader reads the first line.
func newBackupReader(r io.Reader) (*backupReader, error) {
	b := &backupReader{r: bufio.NewReaderSize(r, 64<<10), hash: sha256.New()}
	start, err := b.r.Peek(len(backupStart))
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if string(start) != backupStart {
		return nil, backupErrorf("is no backup of a state; recon state backup writes one")
	}
	line, err := b.r.ReadSlice('\n')
	if errors.Is(err, io.EOF) {
		return nil, errCut
	}
	var format, schema int
	if n, _ := fmt.Sscanf(string(line), strings.TrimSuffix(backupText, "\n"), &format, &schema); err != nil || n != 2 {
		return nil, backupErrorf("is damaged in its first line; take another copy")
	}
	if format != backupFormat {
		return nil, backupErrorf("has format %d of backups, and this recon reads format %d; use the recon that wrote it", format, backupFormat)
	}
	if schema < schemaOldest || schema > schemaVersion {
		return nil, &BackupError{&SchemaError{Found: schema, Want: schemaVersion}}
	}
	b.hash.Write(line)
	b.bytes = int64(len(line))
	return b, nil
}

func (b *backupReader) read(p []byte) error {
	n, err := io.ReadFull(b.r, p)
	b.bytes += int64(n)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errCut
	}
	b.hash.Write(p)
	return err
}

// next hands over the entries of a frame; ok is false after the last, when the whole file has proved right.
func (b *backupReader) next(entry func(k, v []byte) error) (ok bool, err error) {
	at := b.bytes
	damaged := func() error { return backupErrorf("is damaged at byte %d; take another copy", at) }
	var head [12]byte
	if err := b.read(head[:4]); err != nil {
		return false, err
	}
	length := binary.BigEndian.Uint32(head[:])
	if length == 0 {
		return false, b.end()
	}
	if length > frameMost {
		return false, damaged()
	}
	if err := b.read(head[4:]); err != nil {
		return false, err
	}
	b.frame = append(b.frame[:0], make([]byte, length)...)
	if err := b.read(b.frame); err != nil {
		return false, err
	}
	if xxh3.Hash(b.frame) != binary.BigEndian.Uint64(head[4:]) {
		return false, damaged()
	}
	for d := (decoder{b: b.frame}); len(d.b) > 0; {
		k, v := d.bytes(), d.bytes()
		if d.err != nil {
			return false, damaged()
		}
		b.entries++
		if err := entry(k, v); err != nil {
			return false, err
		}
	}
	return true, nil
}

func (b *backupReader) end() error {
	var count [8]byte
	if err := b.read(count[:]); err != nil {
		return err
	}
	want := b.hash.Sum(nil)
	sum := make([]byte, len(want))
	if err := b.read(sum); err != nil {
		return err
	}
	if !bytes.Equal(sum, want) || binary.BigEndian.Uint64(count[:]) != uint64(b.entries) {
		return backupErrorf("is damaged: it is not what its end says; take another copy")
	}
	if _, err := b.r.ReadByte(); err == nil {
		return backupErrorf("goes on after its end, at byte %d; take another copy", b.bytes)
	} else if !errors.Is(err, io.EOF) {
		return err
	}
	return nil
}
