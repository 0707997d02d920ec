package mutate

import (
	"fmt"
	"strings"

	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

// double makes a literal twice as large; where it is 0, 1. before stands before it in the text.
func (m *maker) double(before string, at **program.Expr) {
	e := *at
	if e == nil || e.Op != program.OpLiteral || e.Value.Null || m.done() {
		return
	}
	v, ok := twice(e.Value)
	if !ok {
		return
	}
	m.try(e.Span, before+written(e.Span), before+show(v, e), func() {
		n := *e
		n.Value = v
		if v.Type.Kind == schema.Decimal || v.Type.Kind == schema.Percent {
			n.Type.Precision = decimal.MaxDigits
			n.Value.Type = n.Type
		}
		*at = &n
	})
}

func twice(v schema.Value) (schema.Value, bool) {
	switch v.Type.Kind {
	case schema.Integer, schema.Duration:
		n := v.Int * 2
		if v.Int == 0 {
			n = 1
		}
		if v.Int != 0 && n/2 != v.Int {
			return v, false
		}
		v.Int = n
		return v, true
	case schema.Decimal, schema.Percent:
		n, ok := v.Dec.Coef.Add(v.Dec.Coef)
		if v.Dec.Coef.IsZero() {
			n = decimal.FromInt64(1)
		}
		v.Dec.Coef = n
		return v, ok
	}
	return v, false
}

// show is a number as it would be written in a rule file.
func show(v schema.Value, e *program.Expr) string {
	text := v.String()
	switch v.Type.Kind {
	case schema.Duration:
		text = quantity(v.Int)
	case schema.Percent:
		text = percent(v.Dec) + "%"
	}
	if v.Unit != "" && strings.HasSuffix(written(e.Span), v.Unit) {
		text += " " + v.Unit
	}
	return text
}

// percent is a fraction in hundredths, without zeros at its end.
func percent(d decimal.Decimal) string {
	for range 2 {
		if d.Scale > 0 {
			d.Scale--
		} else if n, ok := d.Coef.Mul(decimal.FromInt64(10)); ok {
			d.Coef = n
		}
	}
	text := d.String()
	if strings.Contains(text, ".") {
		text = strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
	}
	return text
}

// quantity is a duration of that many microseconds in its largest whole unit.
func quantity(micros int64) string {
	units := []struct {
		size int64
		name string
	}{{86_400_000_000, "d"}, {3_600_000_000, "h"}, {60_000_000, "m"}, {1_000_000, "s"}, {1_000, "ms"}}
	for _, u := range units {
		if micros%u.size == 0 {
			return fmt.Sprintf("%d%s", micros/u.size, u.name)
		}
	}
	return fmt.Sprintf("%dus", micros)
}
