// Package match pairs rows by key: of the rows of each key it says whether they are matched, missing, different or repeated,
// and counts them. It turns partitions of packed rows into counts and the rows that are left. It knows columns and the rule's
// keys and comparisons; it knows nothing of sources, windows or state. Its API may change on any day.
package match

import (
	"github.com/recon-lang/recon/engine/internal/column"
	"github.com/recon-lang/recon/engine/internal/eval"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/schema"
)

// NewLayout says how the rows of a rule between sides are packed. A column whose value a key or a term holds anyway is not packed
// again.
func NewLayout(rule *program.Rule) *column.Layout {
	l := &column.Layout{}
	for _, k := range rule.Keys {
		l.Keys = append(l.Keys, column.Part{Name: k.Name, Type: k.Type})
	}
	for _, c := range rule.Compare {
		l.Terms = append(l.Terms, column.Part{Name: c.Name, Type: c.Type, Units: eval.UnitsInColumn(&c)})
	}
	for s, side := range rule.Sides {
		l.Sides = append(l.Sides, NewSide(rule, s))
		for k := range rule.Keys {
			if c := held(rule.Keys[k].Terms[s], side.Source, rule.Keys[k].Type); c >= 0 {
				l.Sides[s].Columns[c].Key = k + 1
			}
		}
		for t := range rule.Compare {
			c := held(rule.Compare[t].Terms[s], side.Source, rule.Compare[t].Type)
			if c >= 0 && l.Sides[s].Columns[c].Key == 0 && !rewritten(&rule.Compare[t]) {
				l.Sides[s].Columns[c].Term = t + 1
			}
		}
	}
	return l
}

// NewSide is the layout of a side of which nothing is in the key or a term.
func NewSide(rule *program.Rule, i int) column.Side {
	side := rule.Sides[i]
	l := column.Side{Name: side.Name, Time: side.Source.Time, Zone: zone(rule, side.Source)}
	for _, c := range side.Source.Columns {
		l.Columns = append(l.Columns, column.Column{Name: c.Name, Type: c.Type, Unit: c.Unit.Name, UnitColumn: c.Unit.Column})
	}
	return l
}

// held is the column that e is, if its value can be had back from a value of type t; else -1.
func held(e *program.Expr, src *program.Source, t schema.Type) int {
	if e == nil || e.Op != program.OpColumn {
		return -1
	}
	c := src.Columns[e.Index].Type
	switch {
	case c.Kind == schema.Enum || t.Kind == schema.Enum || c.Kind == schema.Float: // canonical forms are not what was read
		return -1
	case c.Equal(t):
	case isExact(c) && isExact(t) && Scale(t) >= Scale(c):
	case c.Kind == schema.String && t.Kind == schema.String:
	default:
		return -1
	}
	return e.Index
}

// rewritten reports whether terms of a comparison are packed in another form than their columns have.
func rewritten(c *program.Comparison) bool { return len(c.Ignoring) > 0 || c.Type.Kind == schema.JSON }

func isExact(t schema.Type) bool { return t.Kind == schema.Integer || t.Kind == schema.Decimal }

// zone is the zone in which the days of a source's dates start.
func zone(rule *program.Rule, src *program.Source) string {
	switch {
	case src.Zone != "":
		return src.Zone
	case rule.Window != nil && rule.Window.Zone != "":
		return rule.Window.Zone
	}
	return rule.Zone
}
