package lint

import (
	"fmt"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/schema"
)

// scaleLost finds columns that are derived from a product with more decimals than they have: a row whose product has
// them does not fit.
func scaleLost(p *pass) {
	p.sources(func(s *program.Source) {
		columns := s.Columns
		if s.View != nil {
			columns = s.View.Row
		}
		for _, c := range columns {
			e := c.Derived
			if e == nil || c.Type.Kind != schema.Decimal || e.Type.Kind != schema.Decimal || e.Type.Precision == 0 || e.Type.Scale <= c.Type.Scale {
				continue
			}
			if multiplies(e) {
				p.report(e.Span, fmt.Sprintf("this product has up to %d decimals, and %s has %d: rows that have more do not fit", e.Type.Scale, c.Name, c.Type.Scale),
					fmt.Sprintf("round it: round(%s, %d)", text(e.Span), c.Type.Scale), diag.Fix{Title: fmt.Sprintf("round it to %d digits", c.Type.Scale), Edits: []diag.Edit{
						{Span: diag.Span{File: e.Span.File, Start: e.Span.Start, End: e.Span.Start}, New: "round("},
						{Span: diag.Span{File: e.Span.File, Start: e.Span.End, End: e.Span.End}, New: fmt.Sprintf(", %d)", c.Type.Scale)},
					}})
			}
		}
	})
}

// multiplies reports whether the decimals of a value come from a product that is not rounded.
func multiplies(e *program.Expr) bool {
	switch e.Op {
	case program.OpMul:
		return true
	case program.OpAdd, program.OpSub, program.OpNeg, program.OpCond:
		for _, a := range e.Args {
			if multiplies(a) {
				return true
			}
		}
	}
	return false
}
