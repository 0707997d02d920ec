package exec_test

import (
	"context"
	"errors"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/recon-lang/recon/engine/internal/exec"
	"github.com/recon-lang/recon/engine/plan"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/pushdown"
	"github.com/recon-lang/recon/sdk/schema"
	"github.com/recon-lang/recon/sdk/sdktest"
)

// database is one source that has the rows of each side in a table of one database, and the settings of the sides.
func database(rule *program.Rule, rows [][][]schema.Value) (sdk.Source, []schema.Config) {
	tables := map[string]sdktest.Table{}
	var configs []schema.Config
	for s, side := range rule.Sides {
		tables[side.Name] = sdktest.Table{Columns: physical(side.Source), Values: rows[s], Claim: schema.Exact, Database: "one"}
		configs = append(configs, schema.Config{"table": schema.Text(side.Name)})
	}
	return sdktest.Memory("memory", tables), configs
}

// runIn carries out a rule whose sides are in a database. sample is how many pairs are judged again; 0: the plan's.
func runIn(rule *program.Rule, source sdk.Source, configs []schema.Config, dir string, sample int64, o plan.Options) (*exec.Outcome, error) {
	env := exec.Env{SpillDir: dir, Configs: configs}
	for i, req := range plan.Requests(rule, o.Inputs) {
		req.Config = configs[i]
		o.Claims = append(o.Claims, source.(sdk.Claimer).Claim(req))
		env.Sources = append(env.Sources, source)
	}
	p, err := plan.Build(rule, o)
	if err != nil {
		return nil, err
	}
	if sample > 0 && p.Push != nil {
		p.Push.Sample = sample
	}
	return exec.Run(context.Background(), p, env)
}

// TestPushDownIsHash carries out random rules over rows most of which are the same, by push-down and by hash.
func TestPushDownIsHash(t *testing.T) {
	dir := t.TempDir()
	refused := map[string]int{}
	ran, left, sampled := 0, int64(0), int64(0)
	seeds := 1500
	if testing.Short() {
		seeds = 300
	}
	for seed := range uint64(seeds) {
		r := rand.New(rand.NewPCG(seed, 31))
		rule := randomRule(r)
		rows := alikeRows(r, rule, 10+r.IntN(100), r.IntN(4) > 0)
		source, configs := database(rule, rows)
		out, err := runIn(rule, source, configs, dir, 1+r.Int64N(20), plan.Options{Strategy: plan.PushDown, Rows: 1 + r.IntN(50)})
		if err != nil {
			if !strings.Contains(err.Error(), "cannot run as push-down: ") {
				t.Fatalf("seed %d: %s\n%v", seed, show(rule), err)
			}
			refused[strings.Join(strings.Fields(err.Error())[6:8], " ")]++
			continue
		}
		ran++
		left += out.Pushed.Matched
		sampled += out.Pushed.Sampled
		want, err := runIn(rule, source, configs, dir, 0, plan.Options{Strategy: plan.Hash})
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if got, want := encode(t, rule, out), encode(t, rule, want); string(got) != string(want) {
			t.Fatalf("seed %d: %s\npush-down gives another outcome than hash (%+v)", seed, show(rule), out.Pushed)
		}
		out.Close()
		want.Close()
	}
	t.Logf("%d rules ran, %d keys matched in the database, %d of them were judged again; refused: %v", ran, left, sampled, refused)
	if ran < seeds/20 || left < int64(ran) || sampled == 0 || sampled == left {
		t.Errorf("only %d rules of %d ran, %d keys matched there, %d were judged again", ran, seeds, left, sampled)
	}
}

// liar is a source whose database tells something else than it should.
type liar struct {
	sdk.Source
	result func(*pushdown.Result)
	batch  func(of *pushdown.Of, b *batch.Batch) (lost bool)
	fails  error // before it sends anything
}

func (l *liar) Claim(req sdk.ReadRequest) sdk.Claims { return l.Source.(sdk.Claimer).Claim(req) }

func (l *liar) Snapshot(ctx context.Context, req sdk.ReadRequest, do func(sdk.Snapshot) error) error {
	return l.Source.(sdk.Snapshotter).Snapshot(ctx, req, func(s sdk.Snapshot) error { return do(&lyingView{s.(sdk.Comparing), l}) })
}

type lyingView struct {
	sdk.Comparing
	of *liar
}

func (v *lyingView) Compare(ctx context.Context, with sdk.ReadRequest, req pushdown.Request, emit func(pushdown.Of, *batch.Batch) error) (pushdown.Result, error) {
	if v.of.fails != nil {
		return pushdown.Result{}, v.of.fails
	}
	r, err := v.Comparing.Compare(ctx, with, req, func(of pushdown.Of, b *batch.Batch) error {
		if v.of.batch != nil && v.of.batch(&of, b) {
			return nil
		}
		return emit(of, b)
	})
	if v.of.result != nil {
		v.of.result(&r)
	}
	return r, err
}

// TestPushDownTrustsNoDatabase: a database that loses rows, counts or adds up wrongly, or holds rows for matched that are not, ends the run.
func TestPushDownTrustsNoDatabase(t *testing.T) {
	rule, rows := simpleRule("a", "b"), simpleRows(500)
	rows[1][7] = changed(rows[1][7])
	for _, c := range []struct {
		name   string
		result func(*pushdown.Result)
		batch  func(*pushdown.Of, *batch.Batch) bool
		want   string
	}{
		{name: "nothing"},
		{name: "a pair too much", result: func(r *pushdown.Result) { r.Matched++ }, want: "a has 500 rows, of which 500 matched and 1 were sent"},
		{name: "a row less", result: func(r *pushdown.Result) { r.Rows[1]-- }, want: "b has 499 rows, of which 499 matched and 1 were sent"},
		{name: "more than there are", result: func(r *pushdown.Result) { r.Matched = 1000 }, want: "cannot be"},
		{name: "another sum", result: func(r *pushdown.Result) { r.Totals[0].Sides[0].Add(r.Totals[0].Sides[0], big.NewInt(1)) }, want: "cannot be"},
		{name: "no sum", result: func(r *pushdown.Result) { r.Totals = nil }, want: "cannot be"},
		{name: "rows lost", batch: func(of *pushdown.Of, _ *batch.Batch) bool { return of.Side == 1 && !of.Sample }, want: "of which 499 matched and 0 were sent"},
		{name: "a pair that differs held for matched", // and counted as such
			result: func(r *pushdown.Result) { r.Matched++ },
			batch: func(of *pushdown.Of, b *batch.Batch) bool {
				of.Sample = true
				return false
			}, want: `rows were held for matched that do not match here (key id "ID-000007")`},
		{name: "half a pair in the sample", batch: func(of *pushdown.Of, _ *batch.Batch) bool { return of.Sample && of.Side == 1 }, want: `rows were held for matched that do not match here (key id "`},
		{name: "rows and then no", result: func(r *pushdown.Result) { *r = pushdown.Result{Refused: "no"} }, want: "it sent rows and then refused: no"},
		{name: "a side that there is not", batch: func(of *pushdown.Of, _ *batch.Batch) bool { of.Side = 2; return false }, want: "a side 2 that there is not"},
	} {
		t.Run(c.name, func(t *testing.T) {
			source, configs := database(rule, rows)
			out, err := runIn(rule, &liar{Source: source, result: c.result, batch: c.batch}, configs, t.TempDir(), 0, plan.Options{})
			if err == nil {
				defer out.Close()
				if out.Pushed == nil || out.Pushed.Sampled == 0 {
					t.Errorf("it was not compared there: %+v", out.Pushed)
				}
			}
			if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
			var of *exec.SourceError
			if err != nil && c.name != "a side that there is not" && !errors.As(err, &of) {
				t.Errorf("the error names no source: %v", err)
			}
		})
	}
}

// TestPushDownIsOnlyAWay: where a database turns out not to compare, a run that was not told to reads all, and one that was says why it cannot.
func TestPushDownIsOnlyAWay(t *testing.T) {
	rule, rows := simpleRule("a", "b"), simpleRows(300)
	rows[1][7] = changed(rows[1][7])
	source, configs := database(rule, rows)
	refusing := &liar{Source: source, result: func(r *pushdown.Result) { *r = pushdown.Result{Refused: "the table is too old"} }, batch: func(*pushdown.Of, *batch.Batch) bool { return true }}
	want, err := runIn(rule, source, configs, t.TempDir(), 0, plan.Options{Strategy: plan.Hash})
	if err != nil {
		t.Fatal(err)
	}
	defer want.Close()
	got, err := runIn(rule, refusing, configs, t.TempDir(), 0, plan.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer got.Close()
	if got.Pushed == nil || got.Pushed.Refused != "the table is too old" {
		t.Errorf("got %+v", got.Pushed)
	}
	if string(encode(t, rule, got)) != string(encode(t, rule, want)) {
		t.Error("the outcome is another")
	}
	failing := &liar{Source: source, fails: errors.New("statement timeout")}
	again, err := runIn(rule, failing, configs, t.TempDir(), 0, plan.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if again.Pushed == nil || again.Pushed.Refused != "comparing failed: statement timeout" || string(encode(t, rule, again)) != string(encode(t, rule, want)) {
		t.Errorf("got %+v, or another outcome", again.Pushed)
	}
	_, err = runIn(rule, failing, configs, t.TempDir(), 0, plan.Options{Strategy: plan.PushDown})
	if err == nil || err.Error() != "read a: compared with b in the database: statement timeout" {
		t.Errorf("got %v", err)
	}
	_, err = runIn(rule, refusing, configs, t.TempDir(), 0, plan.Options{Strategy: plan.PushDown})
	if err == nil || err.Error() != "rule simple cannot run as push-down: the table is too old; run it as hash" {
		t.Errorf("got %v", err)
	}
}
