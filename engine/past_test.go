package engine

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/recon-lang/recon/engine/plan"
	"github.com/recon-lang/recon/engine/result"
	"github.com/recon-lang/recon/engine/state"
	"github.com/recon-lang/recon/lang/program"
)

// TestPast reads from a state what the last run of a rule took.
func TestPast(t *testing.T) {
	dir := t.TempDir()
	e := New(&program.Program{}, Config{StateDir: dir})
	p := &prepared{Request: Request{Rule: &program.Rule{Name: "bases"}}}
	if past := e.past(t.Context(), p); past != nil {
		t.Errorf("of no state: %+v", past)
	}
	put := func(rule string, run result.Run) {
		t.Helper()
		store, err := state.Open(t.Context(), dir, state.Options{Create: true, Role: "test"})
		if err != nil {
			t.Fatal(err)
		}
		defer store.Close()
		record, err := json.Marshal(run)
		if err != nil {
			t.Fatal(err)
		}
		if err := store.PutRun(rule, newID(time.Now()), record); err != nil {
			t.Fatal(err)
		}
	}
	trouble := "connection lost"
	put("bases", result.Run{Strategy: "hash", Seconds: 310, Sides: map[string]*result.Side{"a": {Read: 900, Matched: 900}, "b": {Read: 1000, Carried: 3, Matched: 991}}})
	put("bases", result.Run{Strategy: "hash", Seconds: 1, Error: &trouble})
	put("others", result.Run{Strategy: "hash", Seconds: 2})
	if past := e.past(t.Context(), p); past == nil || *past != (plan.Past{Strategy: plan.Hash, Seconds: 310, Rows: 1000, Differ: 12}) {
		t.Errorf("got %+v", past)
	}
	put("bases", result.Run{Strategy: "checksum", Seconds: 40, Checksum: &result.Checksum{Ranges: 1024, Same: 1000, Abandoned: true}})
	if past := e.past(t.Context(), p); past == nil || past.Strategy != plan.Checksum || past.Same != 1000 || past.Stopped != "most ranges differed" {
		t.Errorf("got %+v", past)
	}
	store, err := state.Open(t.Context(), dir, state.Options{Role: "test"})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	start := time.Now()
	if past := e.past(t.Context(), p); past != nil || time.Since(start) > 30*time.Second {
		t.Errorf("of a state that is held: %+v, after %s", past, time.Since(start))
	}
}
