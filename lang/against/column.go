package against

import (
	"fmt"
	"slices"
	"strings"

	"github.com/recon-lang/recon/lang/check"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/schema"
)

// texter writes expressions. Columns are named, or stand for what they are read from: an expression is as it was if either text
// is, because a column may be renamed here, or in the data.
type texter struct {
	sides []program.Side
	named bool
}

// expr writes an expression over the sides' columns; nil is "".
func (t texter) expr(e *program.Expr) string {
	return check.ExprText(e, func(side, index int) string { return t.column(t.sides[side].Source, index) })
}

// column writes a column with what computes it.
func (t texter) column(src *program.Source, i int) string {
	c := src.Columns[i]
	value := t.value(src, i)
	switch {
	case !t.named && value == "":
		return fmt.Sprintf("column(%q)", c.Physical)
	case !t.named:
		return value
	case value == "":
		return c.Name
	}
	return c.Name + "=" + value
}

// value writes what computes a column, or "" if it is read as it is.
func (t texter) value(src *program.Source, i int) string {
	v := src.View
	switch {
	case v == nil && src.Columns[i].Derived == nil:
		return ""
	case v == nil:
		return check.ExprText(src.Columns[i].Derived, nil)
	case v.Group != nil:
		return check.ExprText(v.Group.Out[i].Derived, func(_, j int) string {
			if j < len(v.Group.By) {
				return check.ExprText(v.Group.By[j], t.row(v))
			}
			return check.AggregateText(v.Group.Aggregates[j-len(v.Group.By)], t.row(v))
		})
	}
	return t.rowValue(v, i)
}

// rowValue is value of a column of the rows that a view has before it groups them.
func (t texter) rowValue(v *program.View, i int) string {
	if d := v.Row[i].Derived; d != nil {
		return check.ExprText(d, t.row(v))
	}
	var parts []string
	for _, p := range v.Parts {
		if i < len(p.Columns) {
			if text := t.column(p.Source, p.Columns[i]); !slices.Contains(parts, text) {
				parts = append(parts, text)
			}
		}
	}
	return strings.Join(parts, "|")
}

// row writes the columns that expressions within a view read.
func (t texter) row(v *program.View) func(side, index int) string {
	return func(side, index int) string {
		if side > 0 {
			j := v.Joins[side-1]
			return "join(" + t.column(j.Source, index) + ")"
		}
		if value := t.rowValue(v, index); value != "" && !t.named {
			return value
		}
		return v.Row[index].Name
	}
}

// same reports whether two expressions compute the same.
func same(old *program.Expr, oldSides []program.Side, now *program.Expr, nowSides []program.Side) bool {
	for _, named := range []bool{true, false} {
		if (texter{oldSides, named}).expr(old) == (texter{nowSides, named}).expr(now) {
			return true
		}
	}
	return false
}

// sameColumn reports whether two columns have the same values in what rows are known by.
func sameColumn(old *program.Source, i int, now *program.Source, j int) bool {
	a, b := old.Columns[i], now.Columns[j]
	if kindText(a.Type) != kindText(b.Type) {
		return false
	}
	for _, named := range []bool{true, false} {
		if (texter{named: named}).value(old, i) == (texter{named: named}).value(now, j) {
			return true
		}
	}
	return false
}

// kindText is what keys and digests know of a type: how its values are written.
func kindText(t schema.Type) string {
	switch t.Kind {
	case schema.Decimal, schema.Percent:
		return fmt.Sprint(t.Kind, " of scale ", t.Scale)
	}
	return t.Kind.String()
}

// keyText is kindText with how wide a decimal is, as keys have it.
func keyText(t schema.Type) string {
	if t.Kind == schema.Decimal {
		return fmt.Sprint(kindText(t), " ", t.Layout())
	}
	return kindText(t)
}
