package state

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	badger "github.com/dgraph-io/badger/v4"
	"github.com/recon-lang/recon/engine/result"
)

// lived is a state folder with windows, breaks, a decision and messages, and what it says.
func lived(t *testing.T, settlings int) (dir, says string) {
	t.Helper()
	dir = t.TempDir()
	s := open(t, dir)
	s.moved = crashMoved
	for i := range settlings {
		if err := crashSettle(s, i); err != nil {
			t.Fatal(err)
		}
	}
	for b := range s.Breaks(t.Context(), "") {
		if _, err := s.Accept(t.Context(), b.ID, result.Acceptance{Who: "kim", Why: "known", When: base}); err != nil {
			t.Fatal(err)
		}
		break
	}
	says = picture(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return dir, says
}

func backedUp(t *testing.T, dir string) []byte {
	t.Helper()
	s := open(t, dir)
	defer s.Close()
	var b bytes.Buffer
	size, err := s.Backup(t.Context(), &b)
	if err != nil {
		t.Fatal(err)
	}
	if size.Bytes != int64(b.Len()) || size.Entries == 0 || size.Verified.Rows == 0 {
		t.Fatalf("%d bytes written: %+v", b.Len(), size)
	}
	return b.Bytes()
}

func said(t *testing.T, dir string) string {
	t.Helper()
	s, err := Open(t.Context(), dir, Options{Moved: crashMoved})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := s.Verify(t.Context()); err != nil {
		t.Fatal(err)
	}
	return picture(t, s)
}

// tree is the names of all in a folder.
func tree(t *testing.T, dir string) string {
	t.Helper()
	var names []string
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return strings.Join(names, " ")
}

func TestBackupAndRestore(t *testing.T) {
	dir, says := lived(t, crashSettles)
	b := backedUp(t, dir)
	if !bytes.Equal(b, backedUp(t, dir)) {
		t.Error("the same state gives other bytes")
	}
	if !IsBackup(bytes.NewReader(b)) || IsBackup(strings.NewReader("recon 1\n")) {
		t.Error("a backup is not known by its beginning")
	}
	to := filepath.Join(t.TempDir(), "a", "b")
	told := map[string]bool{}
	seen, err := Restore(t.Context(), bytes.NewReader(b), to, false, Options{Progress: func(what string, _, _ int64) { told[what] = true }})
	if err != nil || seen.Runs != crashSettles || seen.Decisions != 1 || seen.Messages == 0 || seen.Orphans != 0 {
		t.Fatalf("%+v, %v", seen, err)
	}
	if !told["restore"] || !told["verify tables"] {
		t.Errorf("progress: %v", told)
	}
	if got := said(t, to); got != says {
		t.Error("the restored state says something else")
	}
	if got := tree(t, to); got != "db lock" {
		t.Errorf("the folder holds %s", got)
	}
	if !bytes.Equal(b, backedUp(t, to)) {
		t.Error("a backup of the restored state has other bytes")
	}
	// It goes on as the first would have.
	for _, d := range []string{dir, to} {
		s := open(t, d)
		s.moved = crashMoved
		if err := crashSettle(s, crashSettles); err != nil {
			t.Fatal(err)
		}
		s.Close()
	}
	if said(t, dir) != said(t, to) {
		t.Error("the next settling does something else to the restored state")
	}
}

// TestWrongBackups cuts and changes a backup at every place of its frames' heads and end, and at random ones elsewhere: none makes a
// state, and none changes the one that is there.
func TestWrongBackups(t *testing.T) {
	dir, says := lived(t, 2)
	b := backedUp(t, dir)
	try := func(what string, bad []byte, want ...string) {
		t.Helper()
		to := filepath.Join(t.TempDir(), "new")
		_, err := Restore(t.Context(), bytes.NewReader(bad), to, false, Options{})
		var wrong *BackupError
		if !errors.As(err, &wrong) {
			t.Fatalf("%s: %v", what, err)
		}
		for _, w := range want {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%s: %v, without %q", what, err, w)
			}
		}
		if _, err := os.Stat(to); err == nil {
			t.Fatalf("%s: it left a folder with %s", what, tree(t, to))
		}
		if _, err := Restore(t.Context(), bytes.NewReader(bad), dir, true, Options{}); !errors.As(err, &wrong) {
			t.Fatalf("%s: in place of another: %v", what, err)
		}
		if got := tree(t, dir); got != "db lock" {
			t.Fatalf("%s: the folder holds %s", what, got)
		}
	}
	try("nothing", nil, "is no backup")
	try("a rule", []byte("recon 1\n\nrule pay between a, b {}\n"), "is no backup")
	try("a newer state", bytes.Replace(b, []byte("schema 2"), []byte("schema 9"), 1), "has format 9, written by a newer recon")
	try("a newer form", bytes.Replace(b, []byte("format 1"), []byte("format 7"), 1), "has format 7 of backups")
	try("a longer one", append(bytes.Clone(b), 0), "goes on after its end")
	try("two", append(bytes.Clone(b), b...), "goes on after its end")
	first := bytes.IndexByte(b, '\n') + 1
	rnd := rand.New(rand.NewPCG(1, 2))
	places := []int{5, len(backupStart), first - 1, len(b) - 1, len(b) - 33, len(b) - 41, len(b) - 44}
	for i := range 12 {
		places = append(places, first+i)
	}
	for range 8 {
		places = append(places, first+rnd.IntN(len(b)-first))
	}
	for _, at := range places {
		try(fmt.Sprint("cut at ", at), b[:at])
		bad := bytes.Clone(b)
		bad[at] ^= 1 << rnd.IntN(8)
		try(fmt.Sprint("changed at ", at), bad)
	}
	try("cut", b[:len(b)/2], "is cut off")
	if said(t, dir) != says {
		t.Error("the state has changed")
	}
}

// TestRestoreRefuses what would lose something.
func TestRestoreRefuses(t *testing.T) {
	dir, says := lived(t, 1)
	b := backedUp(t, dir)
	restore := func(dir string, replace bool) error {
		_, err := Restore(t.Context(), bytes.NewReader(b), dir, replace, Options{Role: "recon state restore"})
		return err
	}
	if err := restore(dir, false); !errors.Is(err, ErrHasState) || !strings.Contains(err.Error(), "state "+dir+": holds a state already") {
		t.Errorf("a state is there: %v", err)
	}
	other := t.TempDir()
	os.WriteFile(filepath.Join(other, "orders.csv"), []byte("no\n"), 0o600)
	for _, replace := range []bool{false, true} {
		if err := restore(other, replace); err == nil || !strings.Contains(err.Error(), "holds orders.csv, which is no part of a state") {
			t.Errorf("other files are there: %v", err)
		}
	}
	if got := tree(t, other); got != "orders.csv" {
		t.Errorf("a folder of others holds %s", got)
	}
	if err := restore(filepath.Join(other, "orders.csv"), false); err == nil || !strings.Contains(err.Error(), "not a directory") {
		t.Errorf("a file: %v", err)
	}
	s := open(t, dir)
	err := restore(dir, true)
	var held *HeldError
	if !errors.As(err, &held) || held.Role != "recon run test" {
		t.Errorf("held: %v", err)
	}
	s.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Restore(ctx, bytes.NewReader(b), dir, true, Options{Wait: time.Minute}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if said(t, dir) != says || tree(t, dir) != "db lock" {
		t.Errorf("the state has changed; the folder holds %s", tree(t, dir))
	}
}

// restoreChild restores over the state of a folder, and kills itself before the step that is counted.
func restoreChild(dir string, fault func(string) error) error {
	f, err := os.Open(os.Getenv("RECON_STATE_RESTORE"))
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = restore(context.Background(), f, dir, true, Options{Role: "child"}, fault)
	return err
}

// TestKilledRestores kills a restore before each of its steps: the folder then holds the state that was there or the one of the
// backup, whole, and nothing else, and it can be restored again.
func TestKilledRestores(t *testing.T) {
	from, after := lived(t, 3)
	file := filepath.Join(t.TempDir(), "state.bak")
	if err := os.WriteFile(file, backedUp(t, from), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("RECON_STATE_RESTORE", file)
	was, afters := 0, 0
	for kill := 1; ; kill++ {
		if kill > 100 {
			t.Fatal("the child never ends")
		}
		dir, before := lived(t, 1)
		_, done := child(t, dir, kill, 0)
		switch got := said(t, dir); {
		case got == after:
			afters++
		case got == before && !done && afters == 0:
			was++
		default:
			t.Fatalf("killed before step %d: the state is neither, or the old one again (%d were old, %d new)", kill, was, afters)
		}
		if got := tree(t, dir); got != "db lock" {
			t.Fatalf("killed before step %d: the folder holds %s", kill, got)
		}
		if done {
			t.Logf("killed before each of %d steps: %d were as before, %d restored", kill-1, was, afters-1)
			break
		}
	}
	if was == 0 || afters < 3 {
		t.Errorf("%d were as before, %d restored", was, afters)
	}
}

// TestBackupIsRefused where the state does not fit, where it is held, and where there is no room.
func TestBackupIsRefused(t *testing.T) {
	dir, _ := lived(t, 1)
	s := open(t, dir)
	defer s.Close()
	broken := errors.New("no space left on device")
	if _, err := s.Backup(t.Context(), failing{broken}); err != broken {
		t.Errorf("no room: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Backup(ctx, new(bytes.Buffer)); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	err := s.db.Update(func(txn *badger.Txn) error { return txn.Delete(key('u', 1)) })
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Backup(t.Context(), new(bytes.Buffer)); err == nil || !strings.Contains(err.Error(), "does not fit, so it was not backed up") {
		t.Errorf("a damaged state: %v", err)
	}
}

type failing struct{ error }

func (f failing) Write([]byte) (int, error) { return 0, f.error }
