package exec_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/recon-lang/recon/engine/internal/exec"
	"github.com/recon-lang/recon/engine/plan"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/checksum"
	"github.com/recon-lang/recon/sdk/schema"
	"github.com/recon-lang/recon/sdk/sdktest"
)

// adders are sources in memory that add up, of the rows of each side.
func adders(rule *program.Rule, rows [][][]schema.Value, keyed bool) (sources []sdk.Source) {
	for s, side := range rule.Sides {
		t := sdktest.Table{Columns: physical(side.Source), Values: rows[s], Claim: schema.Exact, Adds: true}
		if keyed {
			t.Key = []string{side.Source.Columns[rule.Keys[0].Terms[s].Index].Physical}
		}
		sources = append(sources, sdktest.Memory("memory", map[string]sdktest.Table{"t": t}))
	}
	return sources
}

// runOver carries out a rule over sources that have a table t.
func runOver(rule *program.Rule, sources []sdk.Source, dir string, o plan.Options) (*exec.Outcome, error) {
	env := exec.Env{SpillDir: dir, Sources: sources}
	for range sources {
		o.Abilities = append(o.Abilities, schema.Abilities{Checksum: true})
		env.Configs = append(env.Configs, schema.Config{"table": schema.Text("t")})
	}
	p, err := plan.Build(rule, o)
	if err != nil {
		return nil, err
	}
	return exec.Run(context.Background(), p, env)
}

// alikeRows draws rows of n keys, most of which are the same on all sides.
func alikeRows(r *rand.Rand, rule *program.Rule, n int, apart bool) [][][]schema.Value {
	rows := make([][][]schema.Value, len(rule.Sides))
	for i := range n {
		one := make([][]schema.Value, len(rule.Sides))
		for s, side := range rule.Sides {
			for _, c := range side.Source.Columns {
				one[s] = append(one[s], value(r, c.Type))
			}
		}
		same := func(terms []*program.Expr) {
			for s, e := range terms[1:] {
				if e == nil || terms[0] == nil || e.Op != program.OpColumn || terms[0].Op != program.OpColumn {
					continue
				}
				if v, ok := convert(one[0][terms[0].Index], e.Type); ok {
					one[s+1][e.Index] = v
				}
			}
		}
		if apart {
			one[0][rule.Keys[0].Terms[0].Index] = schema.Int(int64(i))
		}
		for _, k := range rule.Keys {
			if v := &one[0][k.Terms[0].Index]; v.Null && r.IntN(20) > 0 {
				for v.Null {
					*v = value(r, v.Type)
				}
			}
			same(k.Terms)
		}
		if r.IntN(20) > 0 {
			for _, c := range rule.Compare {
				same(c.Terms)
			}
		}
		for s := range one {
			switch r.IntN(60) {
			case 0: // missing
			case 1:
				rows[s] = append(rows[s], one[s], one[s])
			default:
				rows[s] = append(rows[s], one[s])
			}
		}
	}
	for s := range rows {
		if r.IntN(3) == 0 && len(rows[s]) > 0 { // a row without a key where others have none
			row := slices.Clone(rows[s][r.IntN(len(rows[s]))])
			c := rule.Keys[r.IntN(len(rule.Keys))].Terms[s].Index
			row[c].Null = true
			rows[s] = append(rows[s], row)
		}
		r.Shuffle(len(rows[s]), func(i, j int) { rows[s][i], rows[s][j] = rows[s][j], rows[s][i] })
	}
	return rows
}

// TestChecksumIsHash carries out random rules over rows most of which are the same, by checksum and by hash.
func TestChecksumIsHash(t *testing.T) {
	dir := t.TempDir()
	refused := map[string]int{}
	ran, pruned, all := 0, 0, 0
	seeds := 1500
	if testing.Short() {
		seeds = 300
	}
	for seed := range uint64(seeds) {
		r := rand.New(rand.NewPCG(seed, 11))
		rule := randomRule(r)
		apart := r.IntN(4) > 0
		rows := alikeRows(r, rule, 10+r.IntN(100), apart)
		keyed := apart && r.IntN(2) == 0 && !repeats(rule, rows)
		sources := adders(rule, rows, keyed)
		out, err := runOver(rule, sources, dir, plan.Options{Strategy: plan.Checksum, Rows: 1 + r.IntN(50)})
		if err != nil {
			if !strings.Contains(err.Error(), "cannot run as checksum: ") {
				t.Fatalf("seed %d: %v", seed, err)
			}
			refused[strings.Join(strings.Fields(err.Error())[6:8], " ")]++
			continue
		}
		ran++
		pruned += out.Pruned.Same
		all += out.Pruned.Ranges
		want, err := runOver(rule, sources, dir, plan.Options{Strategy: plan.Hash})
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if got, want := encode(t, rule, out), encode(t, rule, want); string(got) != string(want) {
			t.Fatalf("seed %d: %s\nchecksum gives another outcome than hash (%+v)", seed, show(rule), out.Pruned)
		}
		out.Close()
		want.Close()
	}
	t.Logf("%d rules ran, %d of %d ranges were not read; refused: %v", ran, pruned, all, refused)
	if ran < seeds/20 || pruned < all/20 {
		t.Errorf("only %d rules of %d ran, and %d of %d ranges were not read", ran, seeds, pruned, all)
	}
}

// repeats reports whether the first part of the key repeats on a side.
func repeats(rule *program.Rule, rows [][][]schema.Value) bool {
	for s := range rows {
		seen := map[int64]bool{}
		for _, row := range rows[s] {
			v := row[rule.Keys[0].Terms[s].Index].Int
			if seen[v] {
				return true
			}
			seen[v] = true
		}
	}
	return false
}

// countRows is a source that counts what is read of a snapshot.
type countRows struct {
	sdk.Source
	read  *int64
	sums  func([]checksum.Sum)
	moved bool // it reads one row less than it adds up
}

func (c *countRows) Snapshot(ctx context.Context, req sdk.ReadRequest, do func(sdk.Snapshot) error) error {
	return c.Source.(sdk.Snapshotter).Snapshot(ctx, req, func(s sdk.Snapshot) error { return do(&countView{s, c}) })
}

type countView struct {
	sdk.Snapshot
	of *countRows
}

func (v *countView) Sums(ctx context.Context, req checksum.Request) ([]checksum.Sum, error) {
	sums, err := v.Snapshot.Sums(ctx, req)
	if v.of.sums != nil {
		v.of.sums(sums)
	}
	return sums, err
}

func (v *countView) Read(ctx context.Context, where []schema.Condition, emit func(*batch.Batch) error) error {
	return v.Snapshot.Read(ctx, where, func(b *batch.Batch) error {
		*v.of.read += int64(b.Rows)
		if v.of.moved {
			v.of.moved = false
			return nil
		}
		return emit(b)
	})
}

// simpleRows are n rows for each side of a simpleRule, the same on both.
func simpleRows(n int) [][][]schema.Value {
	rows := make([][][]schema.Value, 2)
	for i := range n {
		rows[0], rows[1] = append(rows[0], simpleRow(i)), append(rows[1], simpleRow(i))
	}
	return rows
}

// changed makes a row differ.
func changed(row []schema.Value) []schema.Value {
	row = slices.Clone(row)
	row[1] = schema.Text("another name")
	return row
}

// TestChecksumReadsLittle: one row that differs has one range read; where half of all rows differ, most ranges are not even added up.
func TestChecksumReadsLittle(t *testing.T) {
	const n = 40_000
	for _, c := range []struct {
		name      string
		every     int // of the rows differs
		most      int64
		abandoned bool
	}{
		{"none", 0, 0, false}, {"one", n, 2 * n / 4, false}, {"half", 2, 2 * n, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			rule, rows := simpleRule("a", "b"), simpleRows(n)
			for i := 1; c.every > 0 && i < n; i += c.every {
				rows[1][i] = changed(rows[1][i])
			}
			var read int64
			sources := adders(rule, rows, false)
			for i := range sources {
				sources[i] = &countRows{Source: sources[i], read: new(int64)}
			}
			out, err := runOver(rule, sources, t.TempDir(), plan.Options{Strategy: plan.Checksum})
			if err != nil {
				t.Fatal(err)
			}
			defer out.Close()
			for _, s := range sources {
				read += *s.(*countRows).read
			}
			if read > c.most || out.Pruned.Abandoned != c.abandoned {
				t.Errorf("%d rows were read, want at most %d; %+v", read, c.most, out.Pruned)
			}
		})
	}
}

// TestChecksumTrustsNoSource: a source whose reads and sums are of two moments, or that fails within, ends the run.
func TestChecksumTrustsNoSource(t *testing.T) {
	rule, rows := simpleRule("a", "b"), simpleRows(500)
	rows[1][7] = changed(rows[1][7])
	sources := adders(rule, rows, false)
	sources[1] = &countRows{Source: sources[1], read: new(int64), moved: true}
	_, err := runOver(rule, sources, t.TempDir(), plan.Options{Strategy: plan.Checksum})
	var of *exec.SourceError
	if !errors.As(err, &of) || !strings.Contains(err.Error(), "not of one moment") {
		t.Errorf("got %v", err)
	}
	sources = adders(rule, rows, false)
	sources[1] = &countRows{Source: sources[1], read: new(int64), sums: func(sums []checksum.Sum) {
		for i := range sums {
			sums[i].Odd = 0
			sums[i].Check = checksum.Check{1, 2}
		}
	}}
	out, err := runOver(rule, sources, t.TempDir(), plan.Options{Strategy: plan.Checksum})
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	if out.Pruned.Same > 0 && out.Pruned.Rows > 0 {
		t.Errorf("rows are held equal that add up to something else: %+v", out.Pruned)
	}
}

// TestChecksumIsOnlyAWay: where a source turns out not to add up, a run that was not told to reads all, and one that was says why it
// cannot.
func TestChecksumIsOnlyAWay(t *testing.T) {
	rule, rows := simpleRule("a", "b"), simpleRows(300)
	rows[1][7] = changed(rows[1][7])
	sources := adders(rule, rows, false)
	sources[1] = sdktest.Memory("memory", map[string]sdktest.Table{"t": {Columns: physical(rule.Sides[1].Source), Values: rows[1], Claim: schema.Exact}})
	want, err := runOver(rule, sources, t.TempDir(), plan.Options{Strategy: plan.Hash})
	if err != nil {
		t.Fatal(err)
	}
	defer want.Close()
	got, err := runOver(rule, sources, t.TempDir(), plan.Options{Past: &plan.Past{Strategy: plan.Hash, Seconds: 1e6, Rows: 1e6}})
	if err != nil {
		t.Fatal(err)
	}
	defer got.Close()
	if got.Pruned == nil || got.Pruned.Refused != "source b: the table does not add up" || got.Pruned.Same > 0 {
		t.Errorf("got %+v", got.Pruned)
	}
	if string(encode(t, rule, got)) != string(encode(t, rule, want)) {
		t.Error("the outcome is another")
	}
	_, err = runOver(rule, sources, t.TempDir(), plan.Options{Strategy: plan.Checksum})
	if err == nil || err.Error() != "rule simple cannot run as checksum: source b: the table does not add up; run it as hash" {
		t.Errorf("got %v", err)
	}
}
