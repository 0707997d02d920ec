package plan

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

func kind(k schema.Kind) schema.Type { return schema.Type{Kind: k} }

// rule is orders against bills: keys no and mch, amount compared, at is the time.
func rule() *program.Rule {
	r := &program.Rule{Name: "daily", Window: &program.Window{}, Params: []*program.Param{{Name: "least"}}}
	for _, name := range []string{"orders", "bills"} {
		src := &program.Source{Name: name, Plugin: "csv", Time: 3, Zone: "Asia/Shanghai"}
		for i, t := range []schema.Type{kind(schema.String), kind(schema.Integer), {Kind: schema.Decimal, Precision: 18, Scale: 2}, kind(schema.Timestamp), kind(schema.String)} {
			c := []string{"no", "mch", "amount", "at", "state"}[i]
			src.Columns = append(src.Columns, program.Column{Name: c, Physical: strings.ToUpper(c), Type: t})
		}
		r.Sides = append(r.Sides, program.Side{Name: name, Source: src})
	}
	for i := range 2 {
		r.Keys = append(r.Keys, program.Key{Name: r.Sides[0].Source.Columns[i].Name, Type: r.Sides[0].Source.Columns[i].Type, Terms: []*program.Expr{columnOf(r, 0, i), columnOf(r, 1, i)}})
	}
	r.Compare = []program.Comparison{{Name: "amount", Type: r.Sides[0].Source.Columns[2].Type, Terms: []*program.Expr{columnOf(r, 0, 2), columnOf(r, 1, 2)}}}
	return r
}

func columnOf(r *program.Rule, side, i int) *program.Expr {
	return &program.Expr{Op: program.OpColumn, Type: r.Sides[side].Source.Columns[i].Type, Side: side, Index: i}
}

func op(o program.Op, args ...*program.Expr) *program.Expr {
	return &program.Expr{Op: o, Type: kind(schema.Boolean), Args: args}
}

func textOf(s string) *program.Expr {
	return &program.Expr{Op: program.OpLiteral, Type: kind(schema.String), Value: schema.Text(s)}
}

func inputs() Inputs {
	start := time.Date(2026, 11, 20, 0, 0, 0, 0, time.FixedZone("", 8*3600))
	return Inputs{
		Window: &Window{start, start.Add(24 * time.Hour)},
		Params: map[string]schema.Value{"least": schema.Dec(decimal.Decimal{Coef: decimal.FromInt64(5)})},
	}
}

func TestStrategy(t *testing.T) {
	both := func(sorted ...int) func(*program.Rule) {
		return func(r *program.Rule) {
			for s := range r.Sides {
				r.Sides[s].Source.Sorted = sorted
			}
		}
	}
	for _, c := range []struct {
		name   string
		change func(*program.Rule)
		claims []sdk.Claims
		force  Strategy
		want   string // strategy and why, or the error
	}{
		{name: "nothing declared", want: "hash: orders does not come ordered by the key"},
		{name: "both declared", change: both(0, 1), want: "merge: all sides come ordered by the key"},
		{name: "in another order of parts", change: both(1, 0), want: "merge: all sides come ordered by the key"},
		{name: "by more than the key", change: both(0, 1, 2), want: "merge: all sides come ordered by the key"},
		{name: "by a part of the key", change: both(0), want: "hash: the sides are sorted by different columns"},
		{name: "by something else", change: both(3, 0, 1), want: "hash: the sides are sorted by different columns"},
		{name: "in different orders", change: func(r *program.Rule) {
			r.Sides[0].Source.Sorted, r.Sides[1].Source.Sorted = []int{0, 1}, []int{1, 0}
		}, want: "hash: the sides are sorted by different columns"},
		{name: "one declared", change: func(r *program.Rule) { r.Sides[0].Source.Sorted = []int{0, 1} }, want: "hash: bills does not come ordered by the key"},
		{name: "one declared, the other claims", change: func(r *program.Rule) { r.Sides[0].Source.Sorted = []int{0, 1} },
			claims: []sdk.Claims{{}, {Ordered: true}}, want: "merge: all sides come ordered by the key"},
		{name: "both claim", claims: []sdk.Claims{{Ordered: true}, {Ordered: true}}, want: "hash: no source declares that it is sorted"},
		{name: "both claim, merge asked for", claims: []sdk.Claims{{Ordered: true}, {Ordered: true}}, force: Merge, want: "merge: it was asked for"},
		{name: "hash asked for", change: both(0, 1), force: Hash, want: "hash: it was asked for"},
		{name: "merge asked for in vain", force: Merge, want: "rule daily cannot run as merge: orders does not come ordered by the key"},
		{name: "a computed key", change: func(r *program.Rule) {
			both(0, 1)(r)
			r.Keys[0].Terms[0] = &program.Expr{Op: program.OpCall, Name: "trim", Type: kind(schema.String), Args: []*program.Expr{columnOf(r, 0, 0)}}
		}, want: "hash: key no is computed"},
		{name: "no such strategy", force: "quick", want: `there is no strategy "quick"; there are hash, merge, checksum and push-down`},
		{name: "one side", change: func(r *program.Rule) { r.Sides = r.Sides[:1] }, want: "scan: each row is checked by itself"},
		{name: "one side with unique", change: func(r *program.Rule) { r.Sides = r.Sides[:1]; r.Unique = make([]program.Unique, 1) }, want: "hash: unique must see all rows"},
		{name: "too many sides", change: func(r *program.Rule) {
			for len(r.Sides) <= MaxSides {
				r.Sides = append(r.Sides, r.Sides[0])
			}
		}, want: "rule daily has 17 sides; at most 16 can be compared at once"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := rule()
			if c.change != nil {
				c.change(r)
			}
			p, err := Build(r, Options{Inputs: inputs(), Claims: c.claims, Strategy: c.force})
			got := ""
			if err != nil {
				got = err.Error()
			} else {
				got = string(p.Strategy) + ": " + p.Why
				for i, s := range p.Sides {
					if ordered := i < len(c.claims) && c.claims[i].Ordered && p.Strategy == Merge; ordered != (s.Request.Order != nil) || ordered != s.Ordered {
						t.Errorf("side %d is asked for order %v", i, s.Request.Order)
					}
				}
			}
			if got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

// TestConditions shows what of a where a source is asked.
func TestConditions(t *testing.T) {
	r := rule()
	state, amount, at := columnOf(r, 0, 4), columnOf(r, 0, 2), columnOf(r, 0, 3)
	param := &program.Expr{Op: program.OpParamRef, Name: "least", Type: kind(schema.Decimal)}
	null := &program.Expr{Op: program.OpLiteral, Type: kind(schema.Null), Value: schema.Value{Type: kind(schema.Null), Null: true}}
	for _, c := range []struct {
		where *program.Expr
		want  string // "": it is not asked
	}{
		{op(program.OpEqual, state, textOf("a")), "STATE = a"},
		{op(program.OpNotEqual, textOf("a"), state), "not(STATE = a)"},
		{op(program.OpEqual, state, null), "STATE is null"},
		{op(program.OpNotEqual, state, null), "not(STATE is null)"},
		{op(program.OpLess, state, null), ""},
		{op(program.OpGreater, amount, param), "AMOUNT > 5"},
		{op(program.OpGreater, param, amount), "AMOUNT < 5"},
		{op(program.OpLessEqual, param, amount), "AMOUNT >= 5"},
		{op(program.OpIn, state, textOf("a"), null), "or(STATE is null, STATE in a)"},
		{op(program.OpOr, op(program.OpEqual, state, textOf("a")), op(program.OpNot, op(program.OpEqual, state, textOf("b")))), "or(STATE = a, not(STATE = b))"},
		{op(program.OpOr, op(program.OpEqual, state, textOf("a")), op(program.OpEqual, state, state)), ""},
		{op(program.OpGreater, at, &program.Expr{Op: program.OpBound, Name: "window_start", Type: kind(schema.Timestamp)}), "AT > 2026-11-19T16:00:00Z"},
	} {
		r.Sides[0].Source.Where = c.where
		got := ""
		request := Requests(r, inputs())[0]
		for _, w := range request.Where[:len(request.Where)-1] {
			got += conditionText(w)
		}
		if got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
		if cut := conditionText(request.Where[len(request.Where)-1]); cut != "or(AT is null, and(AT >= 2026-11-19T16:00:00Z, AT < 2026-11-20T16:00:00Z))" {
			t.Errorf("the window is cut by %s", cut)
		}
	}
}

func conditionText(c schema.Condition) string {
	var args []string
	for _, a := range c.Args {
		args = append(args, conditionText(a))
	}
	var values []string
	for _, v := range c.Values {
		values = append(values, v.String())
	}
	name := map[schema.Op]string{schema.And: "and", schema.Or: "or", schema.Not: "not", schema.Equal: "=", schema.Less: "<",
		schema.LessEqual: "<=", schema.Greater: ">", schema.GreaterEqual: ">=", schema.In: "in", schema.IsNull: "is null"}[c.Op]
	if c.Column == "" {
		return name + "(" + strings.Join(args, ", ") + ")"
	}
	return strings.TrimSpace(c.Column + " " + name + " " + strings.Join(values, ", "))
}

func TestExplain(t *testing.T) {
	r := rule()
	src := r.Sides[0].Source
	src.Where = op(program.OpAnd, op(program.OpEqual, columnOf(r, 0, 4), textOf("a")), op(program.OpEqual, columnOf(r, 0, 4), columnOf(r, 0, 0)))
	p, err := Build(r, Options{Inputs: inputs(), Claims: []sdk.Claims{{Where: []schema.Claim{schema.Exact, schema.Superset}}, {}}})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := Explain(&b, p); err != nil {
		t.Fatal(err)
	}
	want := `rule daily: strategy hash, because orders does not come ordered by the key
window [2026-11-20T00:00:00+08:00, 2026-11-21T00:00:00+08:00)
param least = 5

read orders from csv
  columns    NO, MCH, AMOUNT, AT, STATE
  condition  a condition: by the source
  condition  a condition: here
  condition  at in [2026-11-20T00:00:00+08:00, 2026-11-21T00:00:00+08:00): by the source in part, and here

read bills from csv
  columns    NO, MCH, AMOUNT, AT, STATE
  condition  at in [2026-11-20T00:00:00+08:00, 2026-11-21T00:00:00+08:00): here

1. read orders, bills at the same time into partitions by the hash of the key, in 96 MiB of memory, beyond that on disk
2. pair the rows of each partition by key, and compare those that are not the same bytes
3. verify that all rows and sums that were read are accounted for
4. settle what is left with the rows of other runs
`
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
	e, err := p.Explain()
	if err != nil || len(e.Sides) != 2 || !slices.Equal(e.Sides[0].Columns, []string{"NO", "MCH", "AMOUNT", "AT", "STATE"}) || e.Sides[0].Conditions[0].Here {
		t.Errorf("got %+v, %v", e, err)
	}
}
