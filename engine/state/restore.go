package state

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	badger "github.com/dgraph-io/badger/v4"
)

// A restore builds a state of its own in the folder, verifies it, and only then lets it take the place of db, by renaming:
//
//	restoring  a folder with the state that is being built; nothing reads it
//	restored   it is whole: from here on it is the state
//	replaced   the db that was there before
//
// Whoever takes the lock finishes, or takes away, what a killed restore left.
const (
	restoringName = "restoring"
	restoredName  = "restored"
	replacedName  = "replaced"
)

// ErrHasState says that a folder holds a state already.
var ErrHasState = errors.New("holds a state already; give --replace to put the backup in its place, or another folder")

// Restore makes the state in dir of a backup, and verifies it. A state that is there is replaced only with replace; a folder that
// holds anything else is refused. Until the backup has proved whole and the state of it right, dir stays as it was, also
// if the process dies. What is wrong with the backup is a *BackupError; the rest names dir or comes from r.
func Restore(ctx context.Context, r io.Reader, dir string, replace bool, o Options) (Verified, error) {
	return restore(ctx, r, dir, replace, o, noFault)
}

func noFault(string) error { return nil }

func restore(ctx context.Context, r io.Reader, dir string, replace bool, o Options, fault func(string) error) (seen Verified, err error) {
	b, err := newBackupReader(r)
	if err != nil {
		return seen, err
	}
	s := &Store{dir: dir}
	if err := foreignFiles(dir); err != nil {
		return seen, s.wrap(err)
	}
	_, err = os.Stat(dir)
	fresh := errors.Is(err, fs.ErrNotExist)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return seen, s.wrap(err)
	}
	path := filepath.Join(dir, "lock")
	lock, err := takeLock(ctx, path, o)
	if err != nil {
		return seen, s.wrap(err)
	}
	defer func() {
		if err != nil && fresh {
			os.Remove(path)
		}
		lock.release()
		if err != nil && fresh {
			os.Remove(dir)
		}
	}()
	if err := finishRestore(dir, fault); err != nil {
		return seen, s.wrap(err)
	}
	found, err := holdsState(dir)
	if err == nil && found && !replace {
		err = ErrHasState
	}
	if err != nil {
		return seen, s.wrap(err)
	}
	building := filepath.Join(dir, restoringName)
	if seen, err = build(ctx, b, building, o, fault); err != nil {
		return seen, errors.Join(err, os.RemoveAll(building))
	}
	if err := s.replace(fault); err != nil {
		return seen, s.wrap(err)
	}
	return seen, nil
}

// foreignFiles refuses a folder that holds something other than a state.
func foreignFiles(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	own := []string{"db", "lock", "delivery.lock", "spill", restoringName, restoredName, replacedName}
	for _, e := range entries {
		if !slices.Contains(own, e.Name()) {
			return fmt.Errorf("holds %s, which is no part of a state; give a folder of its own", e.Name())
		}
	}
	return nil
}

// holdsState reports whether dir holds a state, whole or not, or one that a killed restore has not put into its place yet.
func holdsState(dir string) (bool, error) {
	if sizeOf(filepath.Join(dir, "db")).Tables > 0 {
		return true, nil
	}
	for _, name := range []string{filepath.Join("db", badger.ManifestFilename), restoredName} {
		_, err := os.Stat(filepath.Join(dir, name))
		if err == nil {
			return true, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return false, err
		}
	}
	return false, nil
}

// build makes a state of a backup in a folder of its own, and verifies it.
func build(ctx context.Context, b *backupReader, dir string, o Options, fault func(string) error) (seen Verified, err error) {
	s, err := Open(ctx, dir, Options{Create: true, Role: o.Role, Progress: o.Progress})
	if err != nil {
		return seen, err
	}
	s.fault = fault
	defer func() {
		if e := s.Close(); err == nil {
			err = e
		}
	}()
	if err := s.load(ctx, b); err != nil {
		return seen, err
	}
	if seen, err = s.verify(ctx); err != nil {
		return seen, &BackupError{fmt.Errorf("holds a state that does not fit: %w", err)}
	}
	return seen, nil
}

// load writes all entries of a backup.
func (s *Store) load(ctx context.Context, b *backupReader) error {
	batch := s.newBatch()
	defer batch.Cancel()
	for {
		if err := s.step("load"); err != nil {
			return s.wrap(err)
		}
		ok, err := b.next(func(k, v []byte) error { return batch.Set(bytes.Clone(k), bytes.Clone(v)) })
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		s.tell("restore", b.bytes, 0)
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	if err := batch.Flush(); err != nil {
		return s.wrap(fmt.Errorf("write the state: %w", err))
	}
	return nil
}

// replace lets the state that was built be the state.
func (s *Store) replace(fault func(string) error) error {
	building := filepath.Join(s.dir, restoringName)
	if err := syncFolder(filepath.Join(building, "db")); err != nil {
		return err
	}
	if err := fault("restored"); err != nil {
		return err
	}
	if err := os.Rename(filepath.Join(building, "db"), filepath.Join(s.dir, restoredName)); err != nil {
		return err
	}
	if err := syncFolder(s.dir); err != nil {
		return err
	}
	return finishRestore(s.dir, fault)
}

// finishRestore puts a state that was restored whole into its place, and takes away what else a killed restore left. The lock must be
// held.
func finishRestore(dir string, fault func(string) error) error {
	path := func(name string) string { return filepath.Join(dir, name) }
	exists := func(name string) bool { _, err := os.Lstat(path(name)); return err == nil }
	var err error
	do := func(step string, act func() error) {
		if err == nil {
			err = fault(step)
		}
		if err == nil {
			err = act()
		}
	}
	if exists(restoredName) {
		if exists("db") {
			do("clear", func() error { return os.RemoveAll(path(replacedName)) })
			do("put aside", func() error { return os.Rename(path("db"), path(replacedName)) })
		}
		do("put in place", func() error { return os.Rename(path(restoredName), path("db")) })
		do("sync", func() error { return syncFolder(dir) })
	}
	for _, left := range []string{restoringName, replacedName} {
		if exists(left) {
			do("clear "+left, func() error { return os.RemoveAll(path(left)) })
		}
	}
	if err != nil {
		return fmt.Errorf("finish a restore: %w", err)
	}
	return nil
}
