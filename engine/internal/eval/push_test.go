package eval

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/recon-lang/recon/lang/builtin"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/lang/schedule"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/schema"
)

// randomSource has the random columns: most read as they are, some derived.
func randomSource() []program.Column {
	var columns []program.Column
	for i, t := range randomColumns {
		c := program.Column{Name: fmt.Sprint("c", i), Physical: fmt.Sprint("p", i), Type: t}
		if i == 1 || i == 13 {
			c.Derived = literalOf(schema.Int(0))
		}
		columns = append(columns, c)
	}
	return columns
}

// TestPushedConditionsMeanTheSame: the pushed conditions and the rest hold for just the rows for which the whole holds.
func TestPushedConditionsMeanTheSame(t *testing.T) {
	env, columns := randomEnv(), randomSource()
	pushed, mixed := 0, 0
	for seed := range uint64(cases(t) / 10) {
		g := newGenerator(seed)
		where := g.pushable(3)
		conditions, rest := Push(where, columns, env)
		if len(conditions) > 0 {
			pushed++
			if rest != nil {
				mixed++
			}
		}
		b := g.batch(10)
		in := newInterpreter(&env)
		in.batch = b
		for i := range b.Rows {
			in.row = i
			want, err := in.value(where)
			if err != nil {
				continue
			}
			got := true
			for _, c := range conditions {
				got = got && met(c, columns, b, i)
			}
			if got && rest != nil {
				v, err := in.value(rest)
				if err != nil {
					t.Fatal(err)
				}
				got = v.True()
			}
			if got != want.True() {
				t.Fatalf("seed %d: %s of %v: %v by %+v and %v, want %v", seed, sketch(where), rowText(b, i), got, conditions, rest, want)
			}
		}
	}
	if pushed == 0 || mixed == 0 {
		t.Errorf("%d pushed, %d of them in part: not worth calling a test", pushed, mixed)
	}
}

// pushable is a condition most of whose parts can be pushed.
func (g generator) pushable(depth int) *program.Expr {
	if depth == 0 || g.pick("leaf", 3) == 0 {
		column := g.column(schema.Integer, schema.Decimal, schema.String, schema.Enum, schema.Date, schema.Timestamp, schema.Float)
		var lit *program.Expr
		value := func() *program.Expr {
			switch column.Type.Kind {
			case schema.String, schema.Enum:
				return literalOf(schema.Text(oneOf(g, randomTexts)))
			case schema.Date, schema.Timestamp:
				return literalOf(schema.Value{Type: column.Type, Int: g.between(-40000, 40000)})
			case schema.Float:
				return literalOf(schema.Value{Type: column.Type, Float: 1.5})
			}
			return g.number(0)
		}
		switch g.pick("literal", 5) {
		case 0:
			lit = literalOf(schema.Value{Type: schema.Type{Kind: schema.Null}, Null: true})
		default:
			lit = value()
		}
		switch g.pick("shape", 5) {
		case 0:
			return g.column(schema.Boolean)
		case 1:
			args := []*program.Expr{column, lit}
			for range g.pick("list", 4) {
				args = append(args, value())
			}
			return &program.Expr{Op: program.OpIn, Type: yesNo, Args: args}
		case 2:
			return g.condition(1)
		}
		args := []*program.Expr{column, lit}
		if g.pick("turned", 3) == 0 {
			slices.Reverse(args)
		}
		return &program.Expr{Op: program.OpEqual + program.Op(g.pick("op", 6)), Type: yesNo, Args: args}
	}
	op := []program.Op{program.OpAnd, program.OpAnd, program.OpOr, program.OpNot}[g.pick("logic", 4)]
	args := []*program.Expr{g.pushable(depth - 1), g.pushable(depth - 1)}
	if op == program.OpNot {
		args = args[:1]
	}
	return &program.Expr{Op: op, Type: yesNo, Args: args}
}

// met evaluates a condition as sdk/schema describes it.
func met(c schema.Condition, columns []program.Column, b *batch.Batch, i int) bool {
	switch c.Op {
	case schema.And:
		return !slices.ContainsFunc(c.Args, func(a schema.Condition) bool { return !met(a, columns, b, i) })
	case schema.Or:
		return slices.ContainsFunc(c.Args, func(a schema.Condition) bool { return met(a, columns, b, i) })
	case schema.Not:
		return !met(c.Args[0], columns, b, i)
	}
	at := slices.IndexFunc(columns, func(p program.Column) bool { return p.Physical == c.Column && p.Derived == nil })
	v := b.Columns[at].Value(i)
	if !columns[at].Type.Equal(c.Type) {
		panic("a condition on another type than the column's")
	}
	if c.Op == schema.IsNull {
		return v.Null
	}
	if v.Null {
		return false
	}
	for _, w := range c.Values {
		if w.Null || isExact(c.Type.Kind) && !w.Type.Equal(c.Type) {
			panic("a value that is null or of another type than the column")
		}
		n := builtin.Compare(v, w)
		if map[schema.Op]bool{schema.Equal: n == 0, schema.Less: n < 0, schema.LessEqual: n <= 0, schema.Greater: n > 0, schema.GreaterEqual: n >= 0, schema.In: n == 0}[c.Op] {
			return true
		}
	}
	return false
}

func TestWindowConditions(t *testing.T) {
	loc, err := time.LoadLocation("America/Sao_Paulo")
	if err != nil {
		t.Fatal(err)
	}
	window, err := schedule.Period(schedule.Day, schema.Day(17839), loc) // 2018-11-04 starts at 01:00 there
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		column     program.Column
		start, end time.Time
		from, to   int64
	}{
		{program.Column{Physical: "d", Type: schema.Type{Kind: schema.Date}}, window.Start, window.End, 17839, 17840},
		{program.Column{Physical: "d", Type: schema.Type{Kind: schema.Date}}, window.Start.Add(time.Second), window.End.Add(time.Second), 17840, 17841},
		{program.Column{Physical: "t", Type: schema.Type{Kind: schema.Timestamp}}, window.Start, window.End, window.Start.UnixMicro(), window.End.UnixMicro()},
	} {
		conditions, ok := WindowConditions(&c.column, c.start, c.end, loc)
		if !ok || len(conditions) != 2 || conditions[0].Op != schema.GreaterEqual || conditions[1].Op != schema.Less ||
			conditions[0].Values[0].Int != c.from || conditions[1].Values[0].Int != c.to || conditions[0].Column != c.column.Physical {
			t.Errorf("%s from %s to %s is %+v, want %d and %d", c.column.Type, c.start, c.end, conditions, c.from, c.to)
		}
	}
	if _, ok := WindowConditions(&program.Column{Derived: literalOf(schema.Int(1))}, window.Start, window.End, loc); ok {
		t.Error("a derived column is pushed")
	}
}
