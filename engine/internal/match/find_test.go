package match

import (
	"fmt"
	"testing"

	"github.com/recon-lang/recon/engine/internal/column"
	"github.com/recon-lang/recon/engine/internal/eval"
	"github.com/recon-lang/recon/engine/result"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/schema"
)

// TestEqualHashes gives all rows one hash, as an adversary may: keys are still told apart by their bytes, in memory and where
// the partition has to be sorted.
func TestEqualHashes(t *testing.T) {
	text := schema.Type{Kind: schema.String}
	rule := &program.Rule{Name: "r"}
	for s := range 2 {
		src := &program.Source{Name: fmt.Sprint(s), Time: -1, Columns: []program.Column{{Name: "id", Type: text}, {Name: "v", Type: text}}}
		rule.Sides = append(rule.Sides, program.Side{Name: src.Name, Source: src})
	}
	terms := func(c int) []*program.Expr {
		return []*program.Expr{{Op: program.OpColumn, Type: text, Index: c}, {Op: program.OpColumn, Type: text, Index: c, Side: 1}}
	}
	rule.Keys = []program.Key{{Name: "id", Type: text, Terms: terms(0)}}
	rule.Compare = []program.Comparison{{Name: "v", Type: text, Terms: terms(1)}}
	shape := column.NewShape(NewLayout(rule))
	for _, limit := range []int64{1 << 30, 1 << 10} {
		dir := column.NewDir(t.TempDir())
		pool := &column.Pool{}
		store := column.NewStore(pool, dir, 2, 0, 2, 1<<30)
		for side := range 2 {
			b := batch.NewBuilder(text, text)
			for i := range 100 {
				if i%10 == side { // keys 0, 10, … are missing on side 0, keys 1, 11, … on side 1
					continue
				}
				b.Column(0).AppendString(fmt.Sprint(i))
				b.Column(1).AppendString(fmt.Sprint(i % 7 * (1 + side*(i%2)))) // odd keys differ, unless i%7 is 0
				b.EndRow()
			}
			var sel []int32
			for i := range b.Rows() {
				sel = append(sel, int32(i))
			}
			columns := b.Batch().Columns
			in := &column.Input{
				Keys: []column.Vector{{Column: &columns[0]}}, Terms: []column.Vector{{Column: &columns[1]}}, Units: make([]column.Vector, 1),
			}
			var rows []column.Row
			alloc := func(_ uint64, size int) column.Row {
				rows = append(rows, make(column.Row, size))
				return rows[len(rows)-1]
			}
			if err := column.NewPacker(shape, side).Pack(in, sel, alloc, func() error { return nil }); err != nil {
				t.Fatal(err)
			}
			for _, r := range rows {
				r.SetHash(12345 << 40)
				if err := store.Appender(side).Append(r); err != nil {
					t.Fatal(err)
				}
			}
		}
		judge, err := NewJudge(rule, shape, eval.Env{})
		if err != nil {
			t.Fatal(err)
		}
		w := NewWorker(judge, pool, dir, limit)
		for i := range store.Partitions() {
			if err := w.Partition(store, i, 0, 2); err != nil {
				t.Fatal(err)
			}
		}
		c, _ := w.Take()
		different := int64(0)
		for i := range 100 {
			if i%2 == 1 && i%7 != 0 && i%10 != 1 {
				different++
			}
		}
		if c.Missing[0] != 10 || c.Missing[1] != 10 || c.Mismatch != different || c.Matched != 80-different || c.Duplicate[0] != 0 || c.Rows[0][result.Matched] != c.Matched {
			t.Errorf("limit %d: %+v", limit, c)
		}
		store.Close()
		w.Spool.Close()
		if err := dir.Close(); err != nil {
			t.Error(err)
		}
	}
}
