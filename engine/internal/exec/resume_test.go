package exec_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/recon-lang/recon/engine/internal/column"
	"github.com/recon-lang/recon/engine/internal/exec"
	"github.com/recon-lang/recon/engine/plan"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/schema"
)

// readOnce is a source that must not be read.
type readOnce struct{ sdk.Source }

func (readOnce) Read(context.Context, sdk.ReadRequest, func(*batch.Batch) error) error {
	return errors.New("it is read again")
}

// begun is a run that has not started.
type begun func(plan.Options) (*plan.Plan, exec.Env, error)

func ofTables(rule *program.Rule, rows [][][]schema.Value) begun {
	return func(o plan.Options) (*plan.Plan, exec.Env, error) {
		var env exec.Env
		for s, side := range rule.Sides {
			env.Sources = append(env.Sources, &table{columns: physical(side.Source), rows: rows[s]})
			env.Configs = append(env.Configs, nil)
		}
		p, err := plan.Build(rule, o)
		return p, env, err
	}
}

func ofAdders(rule *program.Rule, rows [][][]schema.Value) begun {
	return func(o plan.Options) (*plan.Plan, exec.Env, error) {
		env := exec.Env{Sources: adders(rule, rows, true)}
		for range env.Sources {
			o.Abilities = append(o.Abilities, schema.Abilities{Checksum: true})
			env.Configs = append(env.Configs, schema.Config{"table": schema.Text("t")})
		}
		p, err := plan.Build(rule, o)
		return p, env, err
	}
}

func ofDatabase(rule *program.Rule, rows [][][]schema.Value) begun {
	return func(o plan.Options) (*plan.Plan, exec.Env, error) {
		source, configs := database(rule, rows)
		env := exec.Env{Configs: configs}
		for i, req := range plan.Requests(rule, o.Inputs) {
			req.Config = configs[i]
			o.Claims = append(o.Claims, source.(sdk.Claimer).Claim(req))
			env.Sources = append(env.Sources, source)
		}
		p, err := plan.Build(rule, o)
		return p, env, err
	}
}

// killed runs a rule, and has in folder what a kill at some moment would have left: at the event of this number; -1 is while settling, and -2
// when the last part is matched. It reports whether that is anything. The
// bytes are what the undisturbed run found.
func killed(t *testing.T, begin begun, o plan.Options, event int, folder string) (left bool, want []byte) {
	t.Helper()
	p, env, err := begin(o)
	if err != nil {
		t.Fatal(err)
	}
	own := t.TempDir()
	env.SpillDir, env.Header = own, &exec.Header{Rule: p.Rule.Name, Run: "01", Recon: "test"}
	events := 0
	env.Progress = func(p exec.Progress) {
		if events++; events == event || p.Phase == exec.Matching && event < -1 && p.Done-p.Total-2 == event {
			left = copyKept(t, own, folder)
		}
	}
	out, err := exec.Run(t.Context(), p, env)
	if err != nil {
		t.Fatal(err)
	}
	want = encode(t, p.Rule, out)
	if event == -1 || event > events { // a kill while settling
		left = copyKept(t, own, folder)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	if found, _ := os.ReadDir(own); len(found) > 0 {
		t.Fatalf("left %v", found)
	}
	return left, want
}

// copyKept copies the folder of a run, the journal first: what it names was written before it.
func copyKept(t *testing.T, from, to string) bool {
	t.Helper()
	dirs, err := column.KeptDirs(from)
	if err != nil || len(dirs) == 0 {
		return false
	}
	to = filepath.Join(to, filepath.Base(dirs[0]))
	if err := os.Mkdir(to, 0o700); err != nil {
		t.Fatal(err)
	}
	names := []string{"journal"}
	found, _ := os.ReadDir(dirs[0])
	for _, e := range found {
		if e.Name() != "journal" {
			names = append(names, e.Name())
		}
	}
	for _, name := range names {
		b, err := os.ReadFile(filepath.Join(dirs[0], name))
		if errors.Is(err, fs.ErrNotExist) { // a file that was not kept
			continue
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(to, name), b, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return true
}

// resumed goes on with what is in folder. Sides that were read must not be read again.
func resumed(t *testing.T, begin begun, o plan.Options, folder string) (got []byte, info exec.Resumed) {
	t.Helper()
	dirs, err := column.KeptDirs(folder)
	if err != nil || len(dirs) != 1 {
		t.Fatalf("kept: %v, %v", dirs, err)
	}
	k, err := exec.OpenKept(dirs[0])
	if err != nil || k == nil {
		t.Fatalf("open %s: %v", dirs[0], err)
	}
	if again, err := exec.OpenKept(dirs[0]); again != nil || err != nil {
		t.Fatalf("opened twice: %v", err)
	}
	p, env, err := begin(o)
	if err != nil {
		t.Fatal(err)
	}
	env.SpillDir, env.Kept, env.Header = folder, k, &k.Header
	env.Resumed = func(r exec.Resumed) {
		info = r
		for s, side := range p.Rule.Sides {
			if slices.Contains(r.Sides, side.Name) {
				env.Sources[s] = readOnce{env.Sources[s]} // shared with the run
			}
		}
	}
	out, err := exec.Run(t.Context(), p, env)
	if err != nil {
		t.Fatal(err)
	}
	got = encode(t, p.Rule, out)
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	if found, _ := os.ReadDir(folder); len(found) > 0 {
		t.Fatalf("left %v", found)
	}
	return got, info
}

// TestResume kills runs of random rules at random moments, does something to what they left, and goes on: the outcome is that of an undisturbed
// run, whatever was done.
func TestResume(t *testing.T) {
	seeds := 120
	if testing.Short() {
		seeds = 60
	}
	var sides, parts, damaged, whole int
	for seed := range seeds {
		r := rand.New(rand.NewPCG(uint64(seed), 9))
		rule := randomRule(r)
		n := 4000
		if rule.Duplicates == program.Pair {
			n = 200
		}
		rows := manyRows(r, rule, n)
		if short := r.IntN(3); short < len(rows) { // so that one side is read long before the others
			rows[short] = rows[short][:len(rows[short])/8]
		}
		o := plan.Options{Budget: 1 << (16 + r.IntN(4)), Cores: 1 + r.IntN(3), Rows: 100}
		if seed%4 == 0 {
			o.Strategy = plan.Merge
			sortByKey(rule, rows)
		}
		event := -1
		if r.IntN(8) > 0 {
			event = 1 + r.IntN(60)
		}
		folder := t.TempDir()
		left, want := killed(t, ofTables(rule, rows), o, event, folder)
		if !left {
			continue
		}
		hurt := ""
		if r.IntN(3) == 0 {
			hurt = damage(t, r, folder)
		}
		o.Budget, o.Cores = 1<<(16+r.IntN(4)), 1+r.IntN(3)
		got, info := resumed(t, ofTables(rule, rows), o, folder)
		if string(got) != string(want) {
			t.Fatalf("seed %d: %s\nkilled at event %d, %s, %+v: another outcome", seed, show(rule), event, hurt, info)
		}
		sides += len(info.Sides)
		parts += info.Parts
		damaged += len(info.Damaged)
		if info.Parts == info.Total {
			whole++
		}
	}
	t.Logf("%d sides were not read again, %d parts not matched again, %d runs had nothing left to do; %d sides were damaged", sides, parts, whole, damaged)
	if sides < seeds/10 || parts < seeds/10 || whole == 0 || damaged == 0 && !testing.Short() {
		t.Error("too little was kept for this to be a test")
	}
}

// damage does to the files of a killed run what a loss of power, or a bad disk, can do.
func damage(t *testing.T, r *rand.Rand, folder string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*", "rows-*"))
	if err != nil {
		t.Fatal(err)
	}
	journal, _ := filepath.Glob(filepath.Join(folder, "*", "journal"))
	name := journal[0]
	if len(files) > 0 && r.IntN(5) > 0 {
		name = files[r.IntN(len(files))]
	}
	b, err := os.ReadFile(name)
	if err != nil || len(b) == 0 {
		return ""
	}
	at := r.IntN(len(b))
	how := "removed"
	switch kind := r.IntN(4); {
	case name == journal[0]: // of which the first record is needed to know whose it is
		at = len(b) - 1 - r.IntN(min(len(b)/3, 600))
		b, how = b[:at], "cut"
	case kind == 0:
		err := os.Remove(name)
		if err != nil {
			t.Fatal(err)
		}
		return how + " " + filepath.Base(name)
	case kind == 1:
		b, how = b[:at], "cut"
	case kind == 2:
		clear(b[at:])
		how = "zeroed"
	default:
		b[at] ^= 1 << r.IntN(8)
		how = "flipped"
	}
	if err := os.WriteFile(name, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%s %s at %d of %d", how, filepath.Base(name), at, len(b))
}

// TestResumeInDatabases does the same to runs in which a database did a part of the work: all of it is kept, or nothing.
func TestResumeInDatabases(t *testing.T) {
	rule, rows := simpleRule("a", "b"), simpleRows(12_000)
	rule.Keys[0].Type = kind(schema.Integer)
	for s := range rows {
		rule.Sides[s].Source.Columns[0].Type = kind(schema.Integer)
		rule.Keys[0].Terms[s].Type = kind(schema.Integer)
		for i := range rows[s] {
			rows[s][i][0] = schema.Int(int64(i))
		}
	}
	for i := 0; i < 10_000; i += 2 {
		rows[1][i] = changed(rows[1][i])
	}
	for _, c := range []struct {
		strategy plan.Strategy
		begin    begun
	}{{plan.Checksum, ofAdders(rule, rows)}, {plan.PushDown, ofDatabase(rule, rows)}} {
		t.Run(string(c.strategy), func(t *testing.T) {
			o := plan.Options{Strategy: c.strategy, Budget: 1 << 16, Cores: 1, Rows: 50}
			whole, parts := 0, 0
			for event := -6; event < 0; event++ { // from the end: the last four are parts, and after them it settles
				folder := t.TempDir()
				left, want := killed(t, c.begin, o, event, folder)
				if !left {
					continue
				}
				hurt := ""
				if r := rand.New(rand.NewPCG(uint64(event), 4)); r.IntN(4) == 0 {
					hurt = damage(t, r, folder)
				}
				got, info := resumed(t, c.begin, o, folder)
				if string(got) != string(want) {
					t.Fatalf("killed at event %d, %s, %+v: another outcome", event, hurt, info)
				}
				if len(info.Sides) == 1 {
					t.Errorf("one side was kept without the other: %+v", info)
				}
				if len(info.Sides) == 2 {
					whole++
				}
				parts += info.Parts
			}
			if whole == 0 || parts == 0 {
				t.Errorf("%d runs went on with what was read, %d parts were not matched again", whole, parts)
			}
		})
	}
}

// TestResumedTrouble leaves what was kept where it is when a run that goes on comes to no end.
func TestResumedTrouble(t *testing.T) {
	rule := simpleRule("a", "b")
	rows := simpleRows(4000)
	o := plan.Options{Budget: 1 << 16, Cores: 1}
	folder := t.TempDir()
	left, want := killed(t, ofTables(rule, rows), o, -1, folder)
	if !left {
		t.Fatal("nothing was kept")
	}
	dirs, _ := column.KeptDirs(folder)
	k, err := exec.OpenKept(dirs[0])
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.Build(rule, o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	env := exec.Env{SpillDir: folder, Kept: k, Header: &k.Header, Resumed: func(exec.Resumed) { cancel() }}
	for range rule.Sides {
		env.Sources, env.Configs = append(env.Sources, readOnce{}), append(env.Configs, nil)
	}
	if _, err := exec.Run(ctx, p, env); !errors.Is(err, context.Canceled) {
		t.Fatalf("got error %v", err)
	}
	got, info := resumed(t, ofTables(rule, rows), o, folder)
	if string(got) != string(want) || len(info.Sides) != 2 || info.Parts != info.Total {
		t.Errorf("another outcome, or not all was kept: %+v", info)
	}
}

// TestSweepKept removes what a killed run kept, unless it is wanted, and what nobody can go on with.
func TestSweepKept(t *testing.T) {
	folder := t.TempDir()
	if left, _ := killed(t, ofTables(simpleRule("a", "b"), simpleRows(4000)), plan.Options{Budget: 1 << 16}, -1, folder); !left {
		t.Fatal("nothing was kept")
	}
	dirs, _ := column.KeptDirs(folder)
	sweep := func(keep bool) (left int) {
		t.Helper()
		if err := exec.SweepDirs(folder, func(h exec.Header) bool { return keep && h.Run == "01" }); err != nil {
			t.Fatal(err)
		}
		found, _ := os.ReadDir(folder)
		return len(found)
	}
	k, err := exec.OpenKept(dirs[0])
	if err != nil {
		t.Fatal(err)
	}
	if sweep(false) != 1 {
		t.Error("it was removed from whoever has it")
	}
	k.Leave()
	if sweep(true) != 1 {
		t.Error("it was removed although it is kept")
	}
	journal := filepath.Join(dirs[0], "journal")
	b, _ := os.ReadFile(journal)
	if err := os.WriteFile(journal, []byte(strings.Replace(string(b), "recon", "other", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if sweep(true) != 0 {
		t.Error("what cannot be read is left")
	}
}
