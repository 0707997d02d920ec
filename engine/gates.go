package engine

import (
	"fmt"
	"slices"
	"strings"

	"github.com/recon-lang/recon/engine/internal/eval"
	"github.com/recon-lang/recon/engine/internal/exec"
	"github.com/recon-lang/recon/engine/internal/match"
	"github.com/recon-lang/recon/engine/result"
	"github.com/recon-lang/recon/engine/state"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

// metrics are the numbers of a run that its gates see. What was accepted is not among them.
type metrics struct {
	rule    *program.Rule
	counts  *match.Counts // of what the run found, less what was accepted
	missing int64         // keys
	double  int64         // keys with duplicates
	pending int64         // keys
	read    []int64
	summary state.Summary
}

// rateScale is the decimals of a rate. Rates are rounded half away from zero; the numbers they are compared with have far
// fewer decimals.
const rateScale = 18

// value is a metric by its name. unit is the unit that a gate compares a difference with; "" is for a gate without
// one, which the differences of a single unit answer.
func (m *metrics) value(name, unit string) (schema.Value, error) {
	parts := strings.Split(name, ".")
	head, last := parts[0], parts[len(parts)-1]
	switch {
	case name == "open.count":
		return schema.Int(m.summary.Open), nil
	case name == "expired.count":
		return schema.Int(m.summary.Expired), nil
	case head == "rows":
		return schema.Int(m.read[m.side(last)]), nil
	case head == "diff" || head == "absdiff":
		return m.difference(head == "absdiff", parts[1:], unit)
	case last == "rate":
		return m.rate(m.keys(head)), nil
	case len(parts) == 2:
		return schema.Int(m.keys(head)), nil
	}
	return schema.Int(m.of(head, parts[1])), nil
}

func (m *metrics) side(name string) int {
	i := slices.IndexFunc(m.rule.Sides, func(s program.Side) bool { return s.Name == name })
	if i < 0 {
		panic("engine: the checker let the side " + name + " pass in a gate")
	}
	return i
}

// keys is the number of keys with an outcome; of rows, for unkeyed and breach.
func (m *metrics) keys(outcome string) int64 {
	switch outcome {
	case "matched":
		return m.counts.Matched
	case "mismatch":
		return m.counts.Mismatch
	case "missing":
		return m.missing
	case "duplicate":
		return m.double
	case "pending":
		return m.pending
	case "unkeyed":
		return total(m.counts.Unkeyed)
	case "breach":
		rows := int64(0)
		for _, side := range m.counts.Rows {
			rows += side[result.Breach]
		}
		return rows
	}
	panic("engine: the checker let the outcome " + outcome + " pass in a gate")
}

func total(counts []int64) int64 {
	n := int64(0)
	for _, c := range counts {
		n += c
	}
	return n
}

// of is the number of keys with an outcome at a side, comparison or assertion.
func (m *metrics) of(outcome, name string) int64 {
	switch outcome {
	case "mismatch":
		return m.counts.By[slices.IndexFunc(m.rule.Compare, func(c program.Comparison) bool { return c.Name == name })]
	case "missing":
		return m.counts.Missing[m.side(name)]
	case "duplicate":
		return m.counts.Duplicate[m.side(name)]
	case "unkeyed":
		return m.counts.Unkeyed[m.side(name)]
	case "pending":
		return m.counts.Pending[m.side(name)]
	case "breach":
		return m.counts.Breach[slices.Index(exec.Asserts(m.rule), name)]
	}
	panic("engine: the checker let the metric " + outcome + "." + name + " pass in a gate")
}

// rate is n over the keys that were matched, mismatched, missing or duplicate; 0 of none.
func (m *metrics) rate(n int64) schema.Value {
	of := m.counts.Matched + m.counts.Mismatch + m.missing + m.double
	zero := schema.Value{Type: schema.Type{Kind: schema.Decimal, Precision: 38, Scale: rateScale}, Dec: decimal.Decimal{Scale: rateScale}}
	if of == 0 {
		return zero
	}
	scaled, _ := decimal.FromInt64(n).Mul(decimal.Pow10(rateScale))
	zero.Dec.Coef, _ = decimal.Div(scaled, decimal.FromInt64(of), decimal.HalfAwayFromZero)
	return zero
}

// difference is diff.C.S, diff.C or absdiff.C in a unit: side minus base over the keys that have a row on both. Without
// a side it is the one that is largest in absolute value.
func (m *metrics) difference(absolute bool, path []string, unit string) (schema.Value, error) {
	c := slices.IndexFunc(m.rule.Compare, func(c program.Comparison) bool { return c.Name == path[0] })
	comparison := &m.rule.Compare[c]
	sums := m.counts.Diffs.Sum
	if absolute {
		sums = m.counts.Diffs.Abs
	}
	if !eval.UnitsInColumn(comparison) {
		unit = "" // one unit or none: the sums have no other, and money is compared with their numbers
	} else if units := sums.Units(c); unit == "" && len(units) == 1 {
		unit = units[0]
	} else if unit == "" && len(units) > 1 {
		return schema.Value{}, fmt.Errorf("the differences of %s have several units (%s): compare with money of one of them", comparison.Name, strings.Join(units, ", "))
	}
	scale := comparison.Type.Scale
	largest := schema.Value{Type: schema.Type{Kind: schema.Decimal, Precision: decimal.MaxDigits, Scale: scale}, Dec: decimal.Decimal{Scale: scale}}
	for side := range m.rule.Sides {
		if len(path) == 2 && side != m.side(path[1]) {
			continue
		}
		sum, ok := sums.Get(c, side, unit)
		if !ok {
			continue
		}
		d, err := decimal.Parse([]byte(sum.Text(scale)))
		if err != nil {
			return schema.Value{}, fmt.Errorf("the sum of differences of %s: %w", comparison.Name, err)
		}
		n := d.Coef
		if a, _ := n.Abs(); largest.Dec.Coef.Sign() == 0 || a.Cmp(absOf(largest.Dec.Coef)) > 0 {
			largest.Dec.Coef = n
		}
	}
	return largest, nil
}

func absOf(n decimal.Num) decimal.Num {
	a, _ := n.Abs()
	return a
}

// gates decides all gates of a rule. A rule without "fail when" fails on any open break.
func (e *Engine) gates(p *prepared, m *metrics) (gates []result.Gate, failed bool, err error) {
	env := e.env(p)
	env.Metric = m.value
	fails := false
	for _, g := range p.Rule.Gates {
		v, err := eval.Scalar(g.When, env)
		if err != nil {
			return nil, false, fmt.Errorf("gate %q: %w", g.Text, err)
		}
		gate := result.Gate{When: g.Text, Severity: "warn", Fired: v.True()}
		if g.Fail {
			gate.Severity, fails = "fail", true
			failed = failed || gate.Fired
		}
		gate.Value = m.shown(g.When)
		gates = append(gates, gate)
	}
	if !fails {
		open := m.summary.Open
		gates = append(gates, result.Gate{When: "open.count > 0", Severity: "fail", Fired: open > 0, Value: fmt.Sprint(open)})
		failed = failed || open > 0
	}
	return gates, failed, nil
}

// shown is the value of a gate's metric; if it has several, each with its name.
func (m *metrics) shown(when *program.Expr) string {
	var names []string
	when.Walk(func(x *program.Expr) bool {
		if x.Op == program.OpMetric && !slices.Contains(names, x.Name) {
			names = append(names, x.Name)
		}
		return true
	})
	var parts []string
	for _, name := range names {
		text, ok := m.text(name)
		if !ok {
			continue
		}
		if len(names) > 1 {
			text = name + " " + text
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, ", ")
}

// text is a metric for reading; a rate in as many decimals as tell something. ok is false for a difference that has
// several units.
func (m *metrics) text(name string) (text string, ok bool) {
	v, err := m.value(name, "")
	if err != nil {
		return "", false
	}
	if !strings.HasSuffix(name, ".rate") {
		return v.String(), true
	}
	n, err := decimal.Round(v.Dec.Coef, rateScale, 6, decimal.HalfAwayFromZero)
	if err != nil {
		return v.String(), true
	}
	return trimZeros(decimal.Decimal{Coef: n, Scale: 6}.String()), true
}
