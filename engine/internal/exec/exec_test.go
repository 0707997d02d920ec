package exec_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sort"
	"strings"
	"testing"

	"github.com/recon-lang/recon/engine/internal/column"
	"github.com/recon-lang/recon/engine/internal/exec"
	"github.com/recon-lang/recon/engine/plan"
	"github.com/recon-lang/recon/engine/result"
	"github.com/recon-lang/recon/engine/state"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/schema"
)

// run carries out a rule over rows in memory.
func run(rule *program.Rule, rows [][][]schema.Value, dir string, o plan.Options) (*exec.Outcome, error) {
	p, err := plan.Build(rule, o)
	if err != nil {
		return nil, err
	}
	env := exec.Env{SpillDir: dir}
	for s, side := range rule.Sides {
		env.Sources = append(env.Sources, &table{columns: physical(side.Source), rows: rows[s]})
		env.Configs = append(env.Configs, nil)
	}
	return exec.Run(context.Background(), p, env)
}

func physical(src *program.Source) (columns []schema.Column) {
	for _, c := range src.Columns {
		columns = append(columns, schema.Column{Name: c.Physical, Type: c.Type})
	}
	return columns
}

// describe is all that an outcome says, as text: counts, and of each key what became of its rows.
func describe(rule *program.Rule, o *exec.Outcome) (string, error) {
	j, err := exec.NewJudge(rule, plan.Inputs{})
	if err != nil {
		return "", err
	}
	d := decoder(o)
	type group struct {
		key  string
		rows []state.Row
	}
	var groups []group
	last := uint64(0)
	for row, err := range o.Rows() {
		if err != nil {
			return "", err
		}
		if row.Hash < last {
			return "", fmt.Errorf("rows are not ordered by hash")
		}
		last = row.Hash
		key := string(row.Key)
		if row.Kind == state.Keyed && len(groups) > 0 && groups[len(groups)-1].key == key && groups[len(groups)-1].rows[0].Kind == state.Keyed {
			groups[len(groups)-1].rows = append(groups[len(groups)-1].rows, row)
			continue
		}
		groups = append(groups, group{key, []state.Row{row}})
	}
	var lines []string
	for _, g := range groups {
		outcome, items, err := settle(rule, j, g.rows)
		if err != nil {
			return "", err
		}
		var rows []string
		for _, r := range g.rows {
			var values []schema.Value
			for _, f := range d.Fields(column.FromValues(r.Values), r.Side) {
				values = append(values, f.Value)
			}
			rows = append(rows, text(r.Side, values))
		}
		sort.Strings(rows)
		lines = append(lines, fmt.Sprintf("%s %v %s", outcome, items, strings.Join(rows, " ")))
	}
	sort.Strings(lines)
	var b strings.Builder
	for s := range rule.Sides {
		c := o.Counts.Side(s)
		fmt.Fprintf(&b, "side%d read %d: %+v\n", s, o.Read[s].Rows, c)
	}
	c := o.Counts
	fmt.Fprintf(&b, "matched %d mismatch %d by %v missing %v duplicate %v unkeyed %v\n", c.Matched, c.Mismatch, c.By, c.Missing, c.Duplicate, c.Unkeyed)
	for i := range rule.Compare {
		for _, unit := range c.Sums.Units(i) {
			for s := range rule.Sides {
				if sum, ok := c.Sums.Get(i, s, unit); ok && sum.Sign() != 0 {
					fmt.Fprintf(&b, "sum of %s, side%d, %q: %s\n", rule.Compare[i].Name, s, unit, sum.Text(rule.Compare[i].Type.Scale))
				}
			}
		}
	}
	return b.String() + strings.Join(lines, "\n"), nil
}

// settle is what the state makes of the rows of one key in one window.
func settle(rule *program.Rule, j *exec.Judge, rows []state.Row) (outcome string, items []string, err error) {
	if rows[0].Kind != state.Keyed {
		return "unkeyed", nil, nil
	}
	v, err := j.Judge(rows)
	for _, i := range v.Items {
		name := ""
		if i.Outcome == result.Mismatch {
			name = rule.Compare[i.Name].Name
		} else {
			name = rule.Sides[i.Name].Name
		}
		items = append(items, i.Outcome.String()+" "+name)
	}
	for _, p := range v.Paired {
		if p {
			return "", nil, fmt.Errorf("a row that could be paired was left")
		}
	}
	return v.Outcome.String(), items, err
}

// expect is what the reference says, in the words of describe.
func expect(rule *program.Rule, rows [][][]schema.Value) string {
	type keyed [][][]schema.Value
	keys := map[string]keyed{}
	sides := make([]result.Side, len(rule.Sides))
	unkeyed := make([]int64, len(sides))
	var lines []string
	for s := range rows {
		for _, row := range rows[s] {
			var key strings.Builder
			null := false
			for _, k := range rule.Keys {
				t := evaluate(k.Terms[s], rule.Sides[s].Source, row)
				null = null || t.null || t.nothing
				if null {
					continue
				}
				if isNumber(k.Type) {
					fmt.Fprintf(&key, "%s;", rational(t.value).RatString())
				} else {
					fmt.Fprintf(&key, "%q %d;", t.value.Text, t.value.Int)
				}
			}
			if null {
				sides[s].Unkeyed++
				unkeyed[s]++
				lines = append(lines, fmt.Sprintf("unkeyed [] %s", text(s, row)))
				continue
			}
			if keys[key.String()] == nil {
				keys[key.String()] = make(keyed, len(sides))
			}
			keys[key.String()][s] = append(keys[key.String()][s], row)
		}
	}
	var matched, mismatch int64
	by, missing, duplicate := make([]int64, len(rule.Compare)), make([]int64, len(sides)), make([]int64, len(sides))
	for _, bySide := range keys {
		v := judge(rule, bySide)
		matched += v.matched
		if v.outcome == "matched" && len(v.paired) == 0 {
			matched++
		}
		if v.outcome == "mismatch" {
			mismatch++
		}
		for _, item := range v.items {
			for i := range rule.Compare {
				if item == "mismatch "+rule.Compare[i].Name && v.outcome == "mismatch" {
					by[i]++
				}
			}
			for s := range sides {
				if item == "missing "+rule.Sides[s].Name {
					missing[s]++
				}
				if item == "duplicate "+rule.Sides[s].Name {
					duplicate[s]++
				}
			}
		}
		for s, list := range bySide {
			left := map[string]int{}
			for _, l := range v.left {
				left[l]++
			}
			for _, row := range list {
				outcome := result.Matched
				if t := text(s, row); left[t] > 0 {
					left[t]--
					outcome = map[string]result.Outcome{"missing": result.Missing, "mismatch": result.Mismatch, "duplicate": result.Duplicate}[v.outcome]
				}
				sides[s].Add(outcome, 1)
			}
		}
		if len(v.left) > 0 {
			lines = append(lines, fmt.Sprintf("%s %v %s", v.outcome, v.items, strings.Join(v.left, " ")))
		}
	}
	sort.Strings(lines)
	var b strings.Builder
	for s := range sides {
		fmt.Fprintf(&b, "side%d read %d: %+v\n", s, len(rows[s]), sides[s])
	}
	fmt.Fprintf(&b, "matched %d mismatch %d by %v missing %v duplicate %v unkeyed %v\n", matched, mismatch, by, missing, duplicate, unkeyed)
	b.WriteString(sums(rule, rows))
	return b.String() + strings.Join(lines, "\n")
}

// TestAgainstReference draws rules and rows and compares what the engine says with what the reference says. A case is one
// rule with one data set for its sides; a run of the engine holds 25 of them, under one rule.
func TestAgainstReference(t *testing.T) {
	const sets = 25
	runs := 4200 // 105,000 cases
	if testing.Short() {
		runs = 200
	}
	dir := t.TempDir()
	for half := range 2 {
		t.Run(fmt.Sprint(half), func(t *testing.T) {
			t.Parallel()
			for seed := half; seed < runs; seed += 2 {
				againstReference(t, uint64(seed), sets, dir)
			}
		})
	}
}

func againstReference(t *testing.T, seed uint64, sets int, dir string) {
	r := rand.New(rand.NewPCG(seed, 1))
	rule := randomRule(r)
	rows := randomSets(r, rule, sets, 8)
	o := plan.Options{Budget: 1 << 18, Cores: 1 + r.IntN(2), Rows: 1 + r.IntN(40)}
	if seed%4 == 0 {
		o.Strategy = plan.Merge
		sortByKey(rule, rows)
	}
	out, err := run(rule, rows, dir, o)
	if err != nil {
		t.Fatalf("seed %d: %v", seed, err)
	}
	defer out.Close()
	got, err := describe(rule, out)
	if err != nil {
		t.Fatalf("seed %d: %v", seed, err)
	}
	if want := expect(rule, rows); got != want {
		t.Fatalf("seed %d: %s\n%s", seed, show(rule), differ(got, want))
	}
}

// differ is the lines of which one text has more than the other.
func differ(got, want string) string {
	count := map[string]int{}
	for _, l := range strings.Split(got, "\n") {
		count[l]++
	}
	for _, l := range strings.Split(want, "\n") {
		count[l]--
	}
	var lines []string
	for l, n := range count {
		if n > 0 {
			lines = append(lines, "got  "+l)
		} else if n < 0 {
			lines = append(lines, "want "+l)
		}
	}
	sort.Strings(lines)
	return strings.Join(lines, "\n")
}

func collect(t *testing.T, o *exec.Outcome) (rows []state.Row) {
	t.Helper()
	for r, err := range o.Rows() {
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, r)
	}
	return rows
}

// decoder reads keys and rows by the layout as a state keeps it.
func decoder(o *exec.Outcome) *column.Shape {
	l, err := column.ParseLayout(o.Layout.Marshal())
	if err != nil {
		panic(err)
	}
	return column.NewShape(l)
}
