package state

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	badger "github.com/dgraph-io/badger/v4"
)

// TestDamagedFiles cuts, changes and removes files of a state at random. Opening or verifying it says so, unless the state is all
// there: none is taken for another, or for an empty one, and nothing panics.
func TestDamagedFiles(t *testing.T) {
	dir, says := lived(t, 3)
	files, err := filepath.Glob(filepath.Join(dir, "db", "*"))
	if err != nil || len(files) < 4 {
		t.Fatal(files, err)
	}
	rnd := rand.New(rand.NewPCG(3, 4))
	refused := map[string]int{}
	for i := range 120 {
		name := filepath.Base(files[i%len(files)])
		b, err := os.ReadFile(files[i%len(files)])
		if err != nil {
			t.Fatal(err)
		}
		at := rnd.IntN(len(b))
		what := fmt.Sprintf("%s cut at %d", name, at)
		switch rnd.IntN(4) {
		case 0:
			b, what = nil, name+" gone"
		case 1:
			b = b[:at]
		default:
			b[at] ^= 1 << rnd.IntN(8)
			what = fmt.Sprintf("%s changed at %d", name, at)
		}
		bad := t.TempDir()
		if err := os.CopyFS(bad, os.DirFS(dir)); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(bad, "db", name)
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		if b != nil {
			if err := os.WriteFile(path, b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		s, err := Open(t.Context(), bad, Options{Create: true, Moved: crashMoved})
		if err == nil {
			if _, err = s.Verify(t.Context()); err == nil && picture(t, s) != says {
				t.Errorf("%s: it is taken for a state that fits", what)
			}
			s.Close()
		}
		if err != nil {
			refused[filepath.Ext(name)]++
		}
	}
	if refused[".sst"] == 0 || refused[""] == 0 {
		t.Errorf("refused: %v", refused)
	}
}

// TestDamagedStateIsNotSettled changes what a settling reads: it says so instead of settling over what it could read.
func TestDamagedStateIsNotSettled(t *testing.T) {
	for _, prefix := range []byte("rg") {
		store, err := OpenMemory()
		if err != nil {
			t.Fatal(err)
		}
		s := newSimple(t, store)
		s.settle(0, keyed(0, "A1", "1", 3), keyed(0, "A2", "1", 3))
		err = store.db.Update(func(txn *badger.Txn) error {
			return scan(txn, key(prefix), func(k, _ []byte) error { return txn.Delete(append([]byte(nil), k...)) })
		})
		if err != nil {
			t.Fatal(err)
		}
		st, err := s.begin(Window{0, 10, 10})
		if err != nil {
			t.Fatal(err)
		}
		_, err = st.Residual(each(nil), func(*Group) error { return nil }, func(*Transition) error { return nil })
		if err == nil || !strings.Contains(err.Error(), "damaged: what was settled before cannot be read") {
			t.Errorf("%c: %v", prefix, err)
		}
		st.Abort()
		store.Close()
	}
}
