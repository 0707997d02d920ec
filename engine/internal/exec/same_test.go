package exec_test

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/recon-lang/recon/engine/internal/exec"
	"github.com/recon-lang/recon/engine/internal/match"
	"github.com/recon-lang/recon/engine/plan"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/schema"
)

// encode is all that an outcome says, as bytes.
func encode(t *testing.T, rule *program.Rule, o *exec.Outcome) []byte {
	t.Helper()
	var b []byte
	field := func(f []byte) {
		b = binary.AppendUvarint(b, uint64(len(f)))
		b = append(b, f...)
	}
	for r, err := range o.Rows() {
		if err != nil {
			t.Fatal(err)
		}
		b = append(b, byte(r.Kind), byte(r.Side))
		b = binary.AppendUvarint(b, r.Hash)
		b = binary.AppendVarint(b, r.Time)
		field(r.Key)
		field(r.Values)
		field(r.Digest[:])
		field([]byte(r.Reason))
		field(fmt.Append(nil, r.Names))
	}
	for _, c := range []*match.Counts{o.Counts, o.Done} {
		b = fmt.Appendf(b, "%v %d %d %v %v %v %v %v\n", c.Rows, c.Matched, c.Mismatch, c.By, c.Missing, c.Duplicate, c.Unkeyed, c.Breach)
		for _, s := range []*match.Sums{c.Sums, c.Diffs.Sum, c.Diffs.Abs} {
			for i := range rule.Compare {
				for _, unit := range s.Units(i) {
					for side := range rule.Sides {
						if sum, ok := s.Get(i, side, unit); ok { // also one of 0: a report shows it
							b = fmt.Appendf(b, "%d %q %d %s\n", i, unit, side, sum.Text(match.Scale(rule.Compare[i].Type)))
						}
					}
				}
			}
		}
	}
	for _, r := range o.Read {
		b = fmt.Appendf(b, "%d ", r.Rows)
	}
	return b
}

// sortByKey orders each side's rows by its key columns, as `sorted` promises, and declares it.
func sortByKey(rule *program.Rule, rows [][][]schema.Value) {
	for s, side := range rule.Sides {
		side.Source.Sorted = nil
		for _, k := range rule.Keys {
			side.Source.Sorted = append(side.Source.Sorted, k.Terms[s].Index)
		}
		slices.SortStableFunc(rows[s], func(a, b []schema.Value) int {
			for _, c := range side.Source.Sorted {
				if d := compareValue(a[c], b[c]); d != 0 {
					return d
				}
			}
			return 0
		})
	}
}

// TestNothingButDataDecides carries out random rules in many ways that must not matter: order of rows, size of batches, budget,
// cores, strategy.
func TestNothingButDataDecides(t *testing.T) {
	seeds := 60
	if testing.Short() {
		seeds = 15
	}
	dir := t.TempDir()
	spilled := int64(0)
	for seed := range seeds {
		r := rand.New(rand.NewPCG(uint64(seed), 2))
		rule := randomRule(r)
		if seed%3 == 0 {
			rule.Duplicates = program.SetAside // pairing a handful of keys with thousands of rows takes long
		}
		n := 3000
		if rule.Duplicates == program.Pair {
			n = 40
		}
		rows := manyRows(r, rule, n)
		var want []byte
		ways := []plan.Options{
			{},
			{Budget: 1 << 16, Cores: 1, Rows: 7},
			{Budget: 1 << 18, Cores: 2, Rows: 100},
			{Budget: 1 << 20, Cores: 3, Rows: 1000},
			{Strategy: plan.Merge, Rows: 1},
			{Strategy: plan.Merge, Budget: 1 << 16, Rows: 333},
		}
		for i, o := range ways {
			if o.Strategy == plan.Merge {
				sortByKey(rule, rows)
			} else {
				for _, side := range rows {
					r.Shuffle(len(side), func(i, j int) { side[i], side[j] = side[j], side[i] })
				}
			}
			out, err := run(rule, rows, dir, o)
			if err != nil {
				t.Fatalf("seed %d: %+v: %v", seed, o, err)
			}
			got := encode(t, rule, out)
			spilled += out.Spilled
			if err := out.Close(); err != nil {
				t.Fatal(err)
			}
			if i == 0 {
				want = got
			} else if string(got) != string(want) {
				t.Fatalf("seed %d: %s\n%+v gives another outcome than %+v", seed, show(rule), o, ways[0])
			}
		}
	}
	if spilled == 0 {
		t.Error("nothing was spilled, and it should have been")
	}
}

// manyRows draws rows of many keys, a few of which have many rows.
func manyRows(r *rand.Rand, rule *program.Rule, n int) [][][]schema.Value {
	rows := make([][][]schema.Value, len(rule.Sides))
	for range n / 8 {
		for s, list := range randomRows(r, rule, 8) {
			rows[s] = append(rows[s], list...)
		}
	}
	for s := range rows { // make keys differ, mostly, where their type allows it
		for i, row := range rows[s] {
			if r.IntN(4) == 0 {
				continue
			}
			row = slices.Clone(row)
			rows[s][i] = row
			for _, k := range rule.Keys {
				c := k.Terms[s].Index
				switch v := row[c]; {
				case v.Null:
				case v.Type.Kind == schema.String || v.Type.Kind == schema.Bytes:
					row[c].Text = fmt.Sprintf("%s%d", strings.TrimLeft(v.Text, "x"), r.IntN(n/2))
				case v.Type.Kind == schema.Integer || v.Type.Kind == schema.Date || v.Type.Kind == schema.Timestamp:
					row[c].Int = int64(r.IntN(n / 2))
				}
			}
		}
	}
	return rows
}
