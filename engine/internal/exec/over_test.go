package exec_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
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

// randomOver draws a rule over one side.
func randomOver(r *rand.Rand) *program.Rule {
	src := &program.Source{Name: "one", Time: -1}
	rule := &program.Rule{Name: "over", Sides: []program.Side{{Name: "one", Source: src}}}
	types := []schema.Type{kind(schema.String), kind(schema.Integer), dec(18, 2), kind(schema.Date), kind(schema.Boolean)}
	for i := range 4 {
		t := types[r.IntN(len(types))]
		src.Columns = append(src.Columns, program.Column{Name: fmt.Sprintf("c%d", i), Physical: fmt.Sprintf("c%d", i), Type: t})
	}
	flag := program.Column{Name: "flag", Physical: "flag", Type: kind(schema.Boolean)}
	src.Columns = append(src.Columns, flag)
	for i := range r.IntN(4) {
		u := program.Unique{Name: fmt.Sprintf("u%d", i)}
		for range 1 + r.IntN(2) {
			c := r.IntN(4)
			u.Terms = append(u.Terms, columnOf(0, c, src.Columns[c]))
		}
		rule.Unique = append(rule.Unique, u)
	}
	for i := range r.IntN(3) {
		rule.Assert = append(rule.Assert, program.Assert{Name: fmt.Sprintf("a%d", i), Cond: columnOf(0, 4, flag)})
	}
	return rule
}

// expectOver is what the page says of a rule over one side: rows and what each breaches.
func expectOver(rule *program.Rule, rows [][]schema.Value) (lines []string) {
	seen := make([]map[string]int, len(rule.Unique))
	term := func(u program.Unique, row []schema.Value) (string, bool) {
		var b strings.Builder
		for _, e := range u.Terms {
			v := row[e.Index]
			if v.Null {
				return "", false
			}
			fmt.Fprintf(&b, "%q;", v.String())
		}
		return b.String(), true
	}
	for i, u := range rule.Unique {
		seen[i] = map[string]int{}
		for _, row := range rows {
			if k, ok := term(u, row); ok {
				seen[i][k]++
			}
		}
	}
	for _, row := range rows {
		var names []string
		for i, u := range rule.Unique {
			if k, ok := term(u, row); ok && seen[i][k] > 1 {
				names = append(names, u.Name)
			}
		}
		for _, a := range rule.Assert {
			if !row[4].True() {
				names = append(names, a.Name)
			}
		}
		if names != nil {
			lines = append(lines, fmt.Sprintf("%v %s", names, text(0, row)))
		}
	}
	sort.Strings(lines)
	return lines
}

func TestOverAgainstReference(t *testing.T) {
	cases := 2000
	if testing.Short() {
		cases = 300
	}
	dir := t.TempDir()
	for seed := range cases {
		r := rand.New(rand.NewPCG(uint64(seed), 4))
		rule := randomOver(r)
		n := r.IntN(10)
		if seed%50 == 0 {
			n = 5000
		}
		var rows [][]schema.Value
		for range n {
			row := make([]schema.Value, 5)
			for c := range row {
				row[c] = value(r, rule.Sides[0].Source.Columns[c].Type)
				if n > 100 && row[c].Type.Kind == schema.Integer {
					row[c].Int = int64(r.IntN(n))
				}
			}
			rows = append(rows, row)
		}
		want := expectOver(rule, rows)
		var first []byte
		for _, o := range []plan.Options{{}, {Budget: 1 << 16, Rows: 3}} {
			r.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
			out, err := run(rule, [][][]schema.Value{rows}, dir, o)
			if err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
			got := linesOver(t, rule, out)
			if !slices.Equal(got, want) {
				t.Fatalf("seed %d:\ngot\n%s\nwant\n%s", seed, strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
			if breach := out.Counts.Rows[0][result.Breach]; breach != int64(len(want)) || out.Done.Matched != int64(n-len(want)) {
				t.Fatalf("seed %d: counted %d breaches, %d matched", seed, breach, out.Done.Matched)
			}
			if bytes := encode(t, rule, out); first == nil {
				first = bytes
			} else if string(bytes) != string(first) {
				t.Fatalf("seed %d: %+v gives another outcome", seed, o)
			}
			out.Close()
		}
	}
}

func linesOver(t *testing.T, rule *program.Rule, o *exec.Outcome) (lines []string) {
	t.Helper()
	d := decoder(o)
	last := uint64(0)
	for _, r := range collect(t, o) {
		if r.Kind != state.Breach || r.Hash != state.DigestHash(r.Digest) || r.Hash < last || r.Key != nil {
			t.Fatalf("row %+v", r)
		}
		last = r.Hash
		var names []string
		for _, n := range r.Names {
			names = append(names, exec.Asserts(rule)[n])
		}
		var values []schema.Value
		for _, f := range d.Fields(column.FromValues(r.Values), r.Side) {
			values = append(values, f.Value)
		}
		lines = append(lines, fmt.Sprintf("%v %s", names, text(0, values)))
	}
	sort.Strings(lines)
	return lines
}
