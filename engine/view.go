package engine

import (
	"cmp"
	"encoding/hex"
	"slices"
	"time"

	"github.com/recon-lang/recon/engine/internal/column"
	"github.com/recon-lang/recon/engine/internal/match"
	"github.com/recon-lang/recon/engine/result"
	"github.com/recon-lang/recon/engine/state"
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

// breakOf is a break of the state with everything decoded.
func (vs viewers) breakOf(b *state.Break) (result.Break, error) {
	out := result.Break{
		ID: b.ID, Rule: b.Rule, Params: map[string]string{}, FirstSeen: b.FirstSeen, FirstRun: b.FirstRun, LastRun: b.LastRun,
		Amount: schema.Value{Null: true}, Pending: isPending(b),
	}
	for _, p := range b.Params {
		out.Params[p.Name] = p.Value
	}
	for i := range b.Groups {
		g := &b.Groups[i]
		v, err := vs.of(g.Definition)
		if err != nil {
			return out, err
		}
		if i == 0 && b.Kind == state.Keyed {
			out.Key = v.shape.KeyFields(b.Key)
		}
		v.group(g, &out)
		out.Totals = out.Totals || v.kept.Totals
		out.Expired = out.Expired || g.Expired
		out.Stale = out.Stale || g.Stale
	}
	if isAccepted(b) {
		out.Accepted = b.Groups[len(b.Groups)-1].Accepted
	}
	if len(b.Groups) > 0 && !b.FirstSeen.IsZero() {
		if v, err := vs.of(b.Groups[0].Definition); err == nil {
			out.FirstSeen = b.FirstSeen.In(v.zone)
		}
	}
	return out, nil
}

// amountOf is the Amount of a break as breakOf has it, without the rest.
func (vs viewers) amountOf(b *state.Break) (schema.Value, error) {
	largest := schema.Value{Null: true}
	for i := range b.Groups {
		g := &b.Groups[i]
		v, err := vs.of(g.Definition)
		if err != nil {
			return largest, err
		}
		if amount, _ := v.amount(g, sided(g.Rows)); !amount.Null && (largest.Null || compareAmount(amount, largest) > 0) {
			largest = amount
		}
	}
	return largest, nil
}

// group adds a group of the break's rows.
func (v *viewer) group(g *state.Group, out *result.Break) {
	for _, item := range g.Items {
		out.Items = append(out.Items, result.Item{Outcome: item.Outcome, Name: v.name(item), Digest: hex.EncodeToString(g.Digest[:])})
	}
	rows := sided(g.Rows)
	for i, r := range g.Rows {
		row := result.Row{Side: v.def.Sides[r.Side], Reason: r.Reason, Values: v.shape.Fields(rows[i].Row, r.Side)}
		if r.Window.Start > state.Always.Start {
			row.Window = &result.Window{Start: time.UnixMicro(r.Window.Start).In(v.zone), End: time.UnixMicro(r.Window.End).In(v.zone)}
		}
		out.Rows = append(out.Rows, row)
	}
	failed := func(c int) bool {
		return slices.ContainsFunc(g.Items, func(i state.Item) bool { return i.Outcome == result.Mismatch && i.Name == c })
	}
	if single(g.Rows) && len(g.Rows) > 1 {
		for c := range v.kept.Comparisons {
			if shown, ok := v.comparison(c, rows, failed(c)); ok {
				out.Comparisons = append(out.Comparisons, shown)
			}
		}
	}
	amount, unit := v.amount(g, rows)
	if !amount.Null && (out.Amount.Null || compareAmount(amount, out.Amount) > 0) {
		out.Amount, out.Unit = amount, unit
	}
}

// name is the side, comparison or assertion that an item concerns.
func (v *viewer) name(item state.Item) string {
	switch item.Outcome {
	case result.Mismatch:
		return v.def.Comparisons[item.Name]
	case result.Breach:
		return v.def.Asserts[item.Name]
	}
	return v.def.Sides[item.Name]
}

// single reports whether no side has several rows.
func single(rows []state.Row) bool {
	for i := 1; i < len(rows); i++ {
		if rows[i].Side == rows[i-1].Side {
			return false
		}
	}
	return true
}

// amount is how large a group is: of a mismatch the largest difference of the first number that fails, otherwise the largest
// first compared number of a row.
func (v *viewer) amount(g *state.Group, rows []column.Sided) (schema.Value, string) {
	null := schema.Value{Null: true}
	if g.Outcome == result.Mismatch {
		for _, item := range g.Items {
			c := item.Name
			if item.Outcome != result.Mismatch || !match.Summed(v.shape.Terms[c].Type) {
				continue
			}
			if diff, ok := v.plainDistance(c, rows); ok {
				return diff, v.kept.Comparisons[c].Unit
			}
			if v.reason(c, rows) != "" {
				continue
			}
			if diff, ok := v.distance(c, rows); ok {
				return diff, v.unit(c, rows)
			}
		}
		return null, ""
	}
	for c, part := range v.shape.Terms {
		if !match.Summed(part.Type) {
			continue
		}
		best := null
		for _, r := range rows {
			if t := v.shape.Term(r.Row, c); !t.Null && (best.Null || compareAmount(t, best) > 0) {
				best = t
			}
		}
		if !best.Null {
			best.Unit = ""
			return best, v.unit(c, rows)
		}
	}
	return null, ""
}

func (v *viewer) unit(c int, rows []column.Sided) string {
	if v.shape.Terms[c].Units {
		return string(v.shape.Unit(rows[0].Row, c))
	}
	return v.kept.Comparisons[c].Unit
}

// compareAmount compares absolute values.
func compareAmount(a, b schema.Value) int {
	x, y := number(a), number(b)
	x.Coef, y.Coef = absOf(x.Coef), absOf(y.Coef)
	return decimal.Compare(x, y)
}

// compareAmounts compares how large breaks are; one without an amount is smallest.
func compareAmounts(a, b schema.Value) int {
	if a.Null || b.Null {
		return cmp.Compare(boolInt(!a.Null), boolInt(!b.Null))
	}
	return compareAmount(a, b)
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

func number(v schema.Value) decimal.Decimal {
	if v.Type.Kind == schema.Integer {
		return decimal.Decimal{Coef: decimal.FromInt64(v.Int)}
	}
	return v.Dec
}

// distance is the difference of a comparison's terms that is largest in absolute value, side minus base (or minus the first
// term). ok is false where there are not two values.
func (v *viewer) distance(c int, rows []column.Sided) (diff schema.Value, ok bool) {
	terms := v.terms(c, rows)
	base := slices.IndexFunc(terms, func(t sideTerm) bool { return t.side == v.kept.Comparisons[c].Base })
	if base < 0 {
		base = 0
	}
	for i, t := range terms {
		if i == base {
			continue
		}
		d, fits := subtract(t.value, terms[base].value)
		if fits && (!ok || compareAmount(d, diff) > 0) {
			diff, ok = d, true
		}
	}
	return diff, ok
}

// plainDistance is distance for the common case of two numbers without units of their own, where nothing but their values can
// differ. ok is false where it is not that case.
func (v *viewer) plainDistance(c int, rows []column.Sided) (diff schema.Value, ok bool) {
	if len(rows) != 2 || v.shape.Terms[c].Units || v.shape.State(rows[0].Row, c) != column.Present || v.shape.State(rows[1].Row, c) != column.Present {
		return diff, false
	}
	a, base := rows[1], rows[0]
	if a.Side == v.kept.Comparisons[c].Base {
		a, base = base, a
	}
	n, ok := v.shape.Num(a.Row, c).Sub(v.shape.Num(base.Row, c))
	return distanceValue(n, v.shape.Terms[c].Type.Scale), ok
}

func distanceValue(n decimal.Num, scale int32) schema.Value {
	return schema.Value{Type: schema.Type{Kind: schema.Decimal, Precision: decimal.MaxDigits, Scale: scale}, Dec: decimal.Decimal{Coef: n, Scale: scale}}
}

type sideTerm struct {
	side  int
	value schema.Value
}

// terms are the values of a comparison that are there.
func (v *viewer) terms(c int, rows []column.Sided) []sideTerm {
	var terms []sideTerm
	for _, r := range rows {
		if t := v.shape.Term(r.Row, c); !t.Null {
			terms = append(terms, sideTerm{r.Side, t})
		}
	}
	return terms
}

// subtract is a - b of two numbers of one type.
func subtract(a, b schema.Value) (schema.Value, bool) {
	n, ok := number(a).Coef.Sub(number(b).Coef)
	return distanceValue(n, a.Type.Scale), ok
}
