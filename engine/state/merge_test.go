package state

import "testing"

// TestTablesStayFew opens a store more often than tables may pile up: each process leaves one.
func TestTablesStayFew(t *testing.T) {
	dir := t.TempDir()
	for i := range 2*fewTables + 10 {
		s, err := Open(t.Context(), dir, Options{Create: true})
		if err != nil {
			t.Fatal(err)
		}
		if n := len(s.db.Tables()); n > fewTables+1 {
			t.Fatalf("%d tables after %d processes", n, i)
		}
		if err := s.PutRun("r", newRunName(i), []byte(`{"recon":1}`)); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	s, err := Open(t.Context(), dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	n := 0
	for _, err := range s.Runs(t.Context(), "r") {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	if n != 2*fewTables+10 {
		t.Errorf("%d runs are left of %d", n, 2*fewTables+10)
	}
}

func newRunName(i int) string { return "RUN" + string(rune('A'+i/26)) + string(rune('A'+i%26)) }
