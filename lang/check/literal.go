package check

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/recon-lang/recon/lang/builtin"
	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/lang/syntax"
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

// literal is the value that a literal spells.
func (x *typer) literal(n *node) value {
	t := n.tok
	switch t.kind {
	case syntax.Name:
		switch t.text {
		case "true", "false":
			return constant(schema.Bool(t.text == "true"), t.span)
		}
		return constant(schema.Value{Type: schema.Type{Kind: schema.Null}, Null: true}, t.span)
	case syntax.Number:
		return x.number(t.text, t.span)
	case syntax.Quantity:
		return x.quantity(t.text, t.span)
	case syntax.Money:
		return x.money(t.text, t.span)
	case syntax.Date, syntax.Datetime:
		return x.date(t.text, t.span)
	case syntax.String, syntax.Text:
		return x.text(t)
	}
	panic("check: token is no literal: " + t.text)
}

func constant(v schema.Value, span diag.Span) value {
	return value{Expr: &program.Expr{Op: program.OpLiteral, Type: v.Type, Unit: program.Unit{Name: v.Unit}, Value: v, Span: span}}
}

// number is an integer, if it is written without a point and fits 64 bits, else a decimal.
func (x *typer) number(text string, span diag.Span) value {
	d, ok := x.exact(text, span)
	if !ok {
		return value{}
	}
	if i, fits := d.Coef.Int64(); fits && d.Scale == 0 && !strings.Contains(text, ".") {
		return constant(schema.Int(i), span)
	}
	return constant(schema.Dec(d), span)
}

func (x *typer) exact(text string, span diag.Span) (decimal.Decimal, bool) {
	d, err := decimal.Parse([]byte(strings.ReplaceAll(text, "_", "")))
	if err == nil && d.Scale > decimal.MaxDigits {
		err = decimal.ErrRange
	}
	if err == nil {
		return d, true
	}
	if errors.Is(err, decimal.ErrRange) {
		x.report(diag.TooManyDigits, span, fmt.Sprintf("a number has at most %d digits", decimal.MaxDigits), "")
	} else {
		x.report(diag.BadNumber, span, fmt.Sprintf("%s is not a number", text), "a number is written 12, 1_000, 0.10 or 1e6")
	}
	return decimal.Decimal{}, false
}

// durations are the units of time, in microseconds. A day and a week are so long for timestamps;
// for dates they count days of the calendar, which is the same number.
var durations = map[string]int64{"ms": 1e3, "s": 1e6, "m": 60e6, "h": 3600e6, "d": day, "w": 7 * day}

const day = 86400e6

// sizes are the units of memory, in bytes.
var sizes = map[string]int64{"KB": 1e3, "MB": 1e6, "GB": 1e9}

func (x *typer) quantity(text string, span diag.Span) value {
	unit := ""
	for _, u := range []string{"ms", "s", "m", "h", "d", "w", "%", "bp", "KB", "MB", "GB"} {
		if strings.HasSuffix(text, u) {
			unit = u
			break
		}
	}
	d, ok := x.exact(strings.TrimSuffix(text, unit), span)
	if !ok {
		return value{}
	}
	if scale := map[string]int32{"%": 2, "bp": 4}[unit]; scale > 0 {
		v := schema.Dec(decimal.Decimal{Coef: d.Coef, Scale: d.Scale + scale})
		if v.Dec.Scale > decimal.MaxDigits {
			x.report(diag.TooManyDigits, span, fmt.Sprintf("a number has at most %d digits", decimal.MaxDigits), "")
			return value{}
		}
		v.Type.Kind = schema.Percent
		return constant(v, span)
	}
	factor, kind := durations[unit], schema.Duration
	if factor == 0 {
		factor, kind = sizes[unit], schema.Integer
	}
	if factor == 0 {
		x.report(diag.UnknownUnit, span, fmt.Sprintf("%s has an unknown unit", text), "units are ms s m h d w, % bp, and KB MB GB")
		return value{}
	}
	coef, fits := d.Coef.Mul(decimal.FromInt64(factor))
	whole, err := decimal.Rescale(coef, d.Scale, 0)
	n, small := whole.Int64()
	switch {
	case errors.Is(err, decimal.ErrInexact):
		x.report(diag.BadNumber, span, fmt.Sprintf("%s is finer than a microsecond or a byte", text), "")
		return value{}
	case !fits || err != nil || !small:
		x.report(diag.TooManyDigits, span, fmt.Sprintf("%s is too large", text), "")
		return value{}
	}
	return constant(schema.Value{Type: schema.Type{Kind: kind}, Int: n}, span)
}

func (x *typer) money(text string, span diag.Span) value {
	number, code, _ := strings.Cut(text, " ")
	code = strings.TrimSpace(code)
	d, ok := x.exact(number, span)
	if !ok {
		return value{}
	}
	if _, known := builtin.CurrencyDigits(code); !known {
		x.report(diag.BadMoney, span, fmt.Sprintf("%s is no ISO 4217 currency", code), "")
		return value{}
	}
	v := schema.Dec(d)
	if i, fits := d.Coef.Int64(); fits && d.Scale == 0 && !strings.Contains(number, ".") {
		v = schema.Int(i)
	}
	v.Unit = code
	return constant(v, span)
}

// date is a date, or an instant that waits for its zone.
func (x *typer) date(text string, span diag.Span) value {
	for _, layout := range []string{time.DateOnly, "2006-01-02T15:04", "2006-01-02T15:04:05"} {
		if len(layout) != len(text) {
			continue
		}
		t, err := time.Parse(layout, text)
		if err != nil {
			break
		}
		if layout == time.DateOnly {
			return constant(schema.Day(t.Unix()/86400), span)
		}
		v := constant(schema.Instant(t), span)
		v.civil = []*program.Expr{v.Expr}
		return v
	}
	x.report(diag.BadDate, span, fmt.Sprintf("%s is not a day of the calendar, or not a time of day", text), "")
	return value{}
}
