package sqlread

import (
	"strings"

	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/condition"
	"github.com/recon-lang/recon/sdk/schema"
)

// Claim is the answer of a database plugin: every condition that the language knows is exact,
// as what SQL cannot do is left to Rows. Rows are in order where sorted holds for each wanted
// column of the order.
func Claim(req sdk.ReadRequest, sorted func(schema.Type) bool) sdk.Claims {
	claims := sdk.Claims{Where: make([]schema.Claim, len(req.Where)), Ordered: len(req.Order) > 0}
	for i, c := range req.Where {
		if evaluable(c, req.Columns) {
			claims.Where[i] = schema.Exact
		}
	}
	for _, name := range req.Order {
		column, ok := schema.Table{Columns: req.Columns}.Find(name)
		if !ok || !sorted(column.Type) {
			claims.Ordered = false
		}
	}
	return claims
}

// Conditions are those of req.Where that Claim calls exact.
func Conditions(req sdk.ReadRequest) []schema.Condition {
	var all []schema.Condition
	for _, c := range req.Where {
		if evaluable(c, req.Columns) {
			all = append(all, c)
		}
	}
	return all
}

func evaluable(c schema.Condition, columns []schema.Column) bool {
	one := []schema.Condition{c}
	_, err := condition.New(one, WithConditions(columns, one))
	return err == nil
}

// Test writes a test of one column as SQL that is true just where the condition holds, and
// otherwise false or null. Its Op is IsNull, Equal, Less, LessEqual, Greater or GreaterEqual.
// It returns Exact; Superset where the SQL is also true for some other rows; or None, and writes
// nothing, where the database cannot test it.
type Test func(b *strings.Builder, c schema.Condition) schema.Claim

// Where writes conditions as one SQL expression, "" for none, which is true for all rows where they hold, and
// gives back those that it is not exact for. It needs no more of the database than AND, OR and IS NOT TRUE.
func Where(conditions []schema.Condition, test Test) (sql string, rest []schema.Condition) {
	var parts []string
	for _, c := range conditions {
		var b strings.Builder
		claim := write(&b, c, test)
		if claim != schema.Exact {
			rest = append(rest, c)
		}
		if claim != schema.None {
			parts = append(parts, b.String())
		}
	}
	return strings.Join(parts, " AND "), rest
}

// write writes c in brackets, or nothing for None.
func write(b *strings.Builder, c schema.Condition, test Test) schema.Claim {
	switch c.Op {
	case schema.And:
		return writeAnd(b, c.Args, test)
	case schema.Or:
		return writeOr(b, c.Args, test)
	case schema.Not:
		// Null must count as false inside, so that its opposite is true. Of a superset the opposite
		// would leave rows out.
		var arg strings.Builder
		if write(&arg, c.Args[0], test) != schema.Exact {
			return schema.None
		}
		b.WriteString("(" + arg.String() + " IS NOT TRUE)")
		return schema.Exact
	case schema.In:
		equals := make([]schema.Condition, len(c.Values))
		for i, v := range c.Values {
			equals[i] = schema.Condition{Op: schema.Equal, Column: c.Column, Type: c.Type, Values: []schema.Value{v}}
		}
		return writeOr(b, equals, test)
	}
	var one strings.Builder
	claim := test(&one, c)
	if claim != schema.None {
		b.WriteString("(" + one.String() + ")")
	}
	return claim
}

// writeAnd leaves out what the database cannot test.
func writeAnd(b *strings.Builder, args []schema.Condition, test Test) schema.Claim {
	claim := schema.Exact
	var parts []string
	for _, a := range args {
		var part strings.Builder
		switch write(&part, a, test) {
		case schema.None:
			claim = schema.Superset
			continue
		case schema.Superset:
			claim = schema.Superset
		}
		parts = append(parts, part.String())
	}
	switch {
	case len(parts) > 0:
		b.WriteString("(" + strings.Join(parts, " AND ") + ")")
	case claim == schema.Exact: // all of nothing
		b.WriteString("(1 = 1)")
	default:
		return schema.None
	}
	return claim
}

func writeOr(b *strings.Builder, args []schema.Condition, test Test) schema.Claim {
	claim := schema.Exact
	parts := make([]string, len(args))
	for i, a := range args {
		var part strings.Builder
		switch write(&part, a, test) {
		case schema.None:
			return schema.None
		case schema.Superset:
			claim = schema.Superset
		}
		parts[i] = part.String()
	}
	if len(parts) == 0 { // any of nothing
		parts = []string{"1 = 0"}
	}
	b.WriteString("(" + strings.Join(parts, " OR ") + ")")
	return claim
}

// Operator is the SQL of a comparison.
func Operator(op schema.Op) string {
	switch op {
	case schema.Equal:
		return "="
	case schema.Less:
		return "<"
	case schema.LessEqual:
		return "<="
	case schema.Greater:
		return ">"
	}
	return ">="
}
