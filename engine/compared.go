package engine

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/recon-lang/recon/engine/internal/column"
	"github.com/recon-lang/recon/engine/internal/match"
	"github.com/recon-lang/recon/engine/result"
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

// comparison is what came of a comparison between the rows; ok is false if fewer than two sides have a term.
func (v *viewer) comparison(c int, rows []column.Sided, failed bool) (shown result.Comparison, ok bool) {
	k := &v.kept.Comparisons[c]
	shown = result.Comparison{Name: k.Name, Agrees: !failed}
	for _, r := range rows {
		if v.shape.State(r.Row, c) == column.Absent {
			continue
		}
		shown.Terms = append(shown.Terms, result.Term{Side: v.def.Sides[r.Side], Value: v.shape.Shown(r.Row, c)})
	}
	if len(shown.Terms) < 2 {
		return shown, false
	}
	shown.Bound = v.bound(k, v.terms(c, rows))
	if failed {
		if shown.Reason = v.reason(c, rows); shown.Reason != "" {
			return shown, true
		}
	}
	terms := v.terms(c, rows)
	t := v.shape.Terms[c].Type
	var apart schema.Value
	known := false
	switch {
	case len(terms) < 2:
	case match.Summed(t):
		if apart, known = v.distance(c, rows); known {
			apart.Dec.Coef = absOf(apart.Dec.Coef)
			shown.Difference = apart.String()
		}
	case t.Kind == schema.Float:
		low, high := terms[0].value.Float, terms[0].value.Float
		for _, term := range terms {
			low, high = min(low, term.value.Float), max(high, term.value.Float)
		}
		shown.Difference = strconv.FormatFloat(high-low, 'g', -1, 64)
	case t.Kind == schema.Timestamp || t.Kind == schema.Date:
		micros := apartTimes(terms, t.Kind)
		apart, known = schema.Value{Type: schema.Type{Kind: schema.Duration}, Int: micros}, true
		shown.Difference = durationText(micros)
	}
	if !failed && known && !v.within(k, apart, terms) {
		shown.Skipped = true
	}
	return shown, true
}

// reason says why values differ that no distance tells apart; "" if it is not so.
func (v *viewer) reason(c int, rows []column.Sided) string {
	var units []string
	null, present := false, false
	for _, r := range rows {
		side, value := v.def.Sides[r.Side], v.shape.Shown(r.Row, c)
		state := v.shape.State(r.Row, c)
		switch {
		case state == column.Absent:
			continue
		case state != column.Poisoned:
		case value.Null:
			if value.Type.Layout() == schema.Varlen {
				return side + " is null by computing, or '' that its enum does not list: it agrees with nothing"
			}
			return side + " is null by computing from values that are not: it agrees with nothing"
		case value.Type.Kind == schema.Float:
			return "NaN agrees with nothing"
		default:
			return result.Format(value, nil) + " of " + side + " is not among the values of its enum: it agrees with nothing"
		}
		null, present = null || state == column.Null, present || state == column.Present
		if v.shape.Terms[c].Units {
			units = append(units, result.Format(schema.Text(cmp.Or(string(v.shape.Unit(r.Row, c)), "none")), nil))
		}
	}
	switch {
	case null && present:
		return "one is null"
	case slices.Contains(units, "none") && !v.equal(c, rows): // a term without a unit takes that of what it meets
	case len(slices.Compact(slices.Clone(units))) > 1:
		return "units differ: " + strings.Join(units, ", ")
	}
	return ""
}

// equal reports whether the numbers of a comparison are the same, whatever their units.
func (v *viewer) equal(c int, rows []column.Sided) bool {
	diff, ok := v.distance(c, rows)
	return ok && diff.Dec.Coef.IsZero()
}

// apartTimes is the largest distance between two of the terms, in microseconds.
func apartTimes(terms []sideTerm, kind schema.Kind) int64 {
	low, high := terms[0].value.Int, terms[0].value.Int
	for _, t := range terms {
		low, high = min(low, t.value.Int), max(high, t.value.Int)
	}
	if kind == schema.Date {
		return (high - low) * 24 * 3600 * 1e6
	}
	return high - low
}

func durationText(micros int64) string { return (time.Duration(micros) * time.Microsecond).String() }

// bound is the tolerance as written, with relative bounds worked out: "0.01 or 0.1% (0.0995)".
func (v *viewer) bound(k *keptComparison, terms []sideTerm) string {
	var parts []string
	for i := range k.Bounds {
		b := &k.Bounds[i]
		text := b.Text
		if b.Relative {
			if amount, ok := relative(b, k, terms); ok {
				text += " (" + trimZeros(amount.String()) + ")"
			}
		}
		parts = append(parts, text)
	}
	word := " or "
	if k.All {
		word = " and "
	}
	return strings.Join(parts, word)
}

// relative is what a relative bound allows here.
func relative(b *keptBound, k *keptComparison, terms []sideTerm) (decimal.Decimal, bool) {
	if len(terms) == 0 {
		return decimal.Decimal{}, false
	}
	base := terms[0]
	for _, t := range terms {
		if t.side == k.Base {
			base = t
		}
	}
	fraction, err := decimal.Parse([]byte(b.Number))
	if err != nil || !match.Summed(base.value.Type) {
		return decimal.Decimal{}, false
	}
	of := number(base.value)
	n, ok := absOf(of.Coef).Mul(fraction.Coef)
	return decimal.Decimal{Coef: n, Scale: of.Scale + fraction.Scale}, ok
}

// within reports whether a distance is allowed.
func (v *viewer) within(k *keptComparison, apart schema.Value, terms []sideTerm) bool {
	if len(k.Bounds) == 0 {
		return apart.Int == 0 && apart.Dec.Coef.IsZero()
	}
	for i := range k.Bounds {
		b := &k.Bounds[i]
		fits := false
		switch {
		case apart.Type.Kind == schema.Duration:
			fits = apart.Int <= b.Micros
		case b.Relative:
			allowed, ok := relative(b, k, terms)
			fits = !ok || decimal.Compare(apart.Dec, allowed) <= 0
		default:
			allowed, err := decimal.Parse([]byte(b.Number))
			fits = err != nil || decimal.Compare(apart.Dec, allowed) <= 0
		}
		if fits != k.All {
			return fits
		}
	}
	return k.All
}

func trimZeros(number string) string {
	if !strings.Contains(number, ".") {
		return number
	}
	return strings.TrimSuffix(strings.TrimRight(number, "0"), ".")
}
