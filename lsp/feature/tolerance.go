package feature

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/lang/syntax"
	"github.com/recon-lang/recon/sdk/schema"
)

func inQuotes(name string) string {
	if name == "" {
		return ""
	}
	return strconv.Quote(name)
}

func holds(outer, inner diag.Span) bool {
	return outer.File == inner.File && outer.Start <= inner.Start && inner.End <= outer.End
}

// tolerance says what a tolerance means for a sample value.
func (s *Snapshot) tolerance(path []syntax.Node, at diag.Span, _ syntax.Token) string {
	for i := len(path) - 1; i > 0; i-- {
		t, _ := path[i].(*syntax.Tolerance)
		about := ""
		if c, ok := path[i].(*syntax.Compare); ok && at.Text() == "within" {
			t, about = c.Within, words["within"]
		}
		if t == nil {
			continue
		}
		for _, r := range s.Unit.Program.Rules {
			for j := range r.Compare {
				c := &r.Compare[j]
				if holds(c.Span, t.Span) && len(c.Tolerance.Bounds) > 0 {
					return with(code("within "+tolerance(c)), about, sample(c))
				}
			}
		}
	}
	return ""
}

// sample says which values agree with a sample value under the tolerance of a comparison, or "".
func sample(c *program.Comparison) string {
	if len(c.Tolerance.Bounds) == 0 {
		return ""
	}
	if c.Type.Kind == schema.Date || c.Type.Kind == schema.Timestamp || c.Type.Kind == schema.Duration {
		return sampleTime(c)
	}
	const base = 1000
	value := big.NewRat(base, 1)
	unit := ""
	if c.Unit.Name != "" {
		unit = " " + c.Unit.Name
	}
	var lines []string
	var far *big.Rat // how far apart values agree
	var absolute, relative *big.Rat
	for _, b := range c.Tolerance.Bounds {
		size, how := boundOf(b)
		if size == nil {
			return ""
		}
		reach := size
		if b.Relative {
			relative = size
			reach = new(big.Rat).Mul(size, value)
			lines = append(lines, fmt.Sprintf("`%s` of %s%s is %s%s%s.", source(b.Value), digits(value), unit, digits(reach), unit, how))
		} else {
			absolute = size
			if how != "" {
				lines = append(lines, fmt.Sprintf("`%s` is %s%s%s.", source(b.Value), digits(size), unit, how))
			}
		}
		if far == nil || (reach.Cmp(far) > 0) != c.Tolerance.All {
			far = reach
		}
	}
	lines = append(lines, fmt.Sprintf("With %s%s agree values from %s to %s, both included.", digits(value), unit,
		digits(new(big.Rat).Sub(value, far)), digits(new(big.Rat).Add(value, far))))
	if absolute != nil && relative != nil && relative.Sign() > 0 && absolute.Sign() > 0 && len(c.Tolerance.Bounds) == 2 {
		edge := digits(new(big.Rat).Quo(absolute, relative)) + unit
		if c.Tolerance.All {
			lines = append(lines, fmt.Sprintf("Both bounds must hold: below %s the share decides, above it the amount.", edge))
		} else {
			lines = append(lines, fmt.Sprintf("One bound suffices: below %s the amount decides, above it the share.", edge))
		}
	}
	return strings.Join(lines, " ")
}

// boundOf is the size of a bound, and a remark if it is that of a parameter's default; nil if it is not known.
func boundOf(b program.Bound) (size *big.Rat, remark string) {
	e := b.Value
	if e.Op == program.OpParamRef && e.Param != nil && e.Param.Default != nil {
		e, remark = e.Param.Default, " (by default)"
	}
	if e.Op != program.OpLiteral {
		return nil, ""
	}
	switch e.Type.Kind {
	case schema.Integer, schema.Duration:
		return new(big.Rat).SetInt64(e.Value.Int), remark
	case schema.Decimal, schema.Percent:
		if r, ok := new(big.Rat).SetString(e.Value.Dec.String()); ok {
			return r, remark
		}
	}
	return nil, ""
}

// digits is a number without zeros at its end; one without an end is cut.
func digits(r *big.Rat) string {
	if r.IsInt() {
		return r.Num().String()
	}
	text := strings.TrimRight(r.FloatString(12), "0")
	return strings.TrimSuffix(text, ".")
}

func sampleTime(c *program.Comparison) string {
	var far *big.Rat
	remark := ""
	for _, b := range c.Tolerance.Bounds {
		size, how := boundOf(b)
		if size == nil {
			return ""
		}
		if far == nil || (size.Cmp(far) > 0) != c.Tolerance.All {
			far, remark = size, how
		}
	}
	micros, _ := far.Float64()
	d := time.Duration(micros) * time.Microsecond
	noon := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	layout := "2006-01-02 15:04:05.999999"
	switch {
	case c.Type.Kind == schema.Date:
		layout = time.DateOnly
	case c.Type.Kind == schema.Duration:
		return fmt.Sprintf("Durations agree that differ by at most %s%s.", d, remark)
	case d < 12*time.Hour:
		layout = "15:04:05.999999"
	}
	return fmt.Sprintf("With %s agree times from %s to %s, both included%s.", noon.Format(layout), noon.Add(-d).Format(layout), noon.Add(d).Format(layout), remark)
}
