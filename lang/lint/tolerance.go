package lint

import (
	"bytes"
	"fmt"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/lang/syntax"
	"github.com/recon-lang/recon/sdk/schema"
)

// zeroTolerance finds bounds of 0, which say what holds without them.
func zeroTolerance(p *pass) {
	for _, r := range p.Program.Rules {
		for _, c := range r.Compare {
			t := c.Tolerance
			for i, b := range t.Bounds {
				if !literal(b.Value) || !zero(b.Value.Value) {
					continue
				}
				var fixes []diag.Fix
				if s, ok := p.stmts[c.Span].(*syntax.Compare); ok && s.Within != nil && len(s.Within.Amounts) == len(t.Bounds) {
					fixes = dropBound(p, r, s, i, c.Type.Kind == schema.Float)
				}
				hint := "leave it out"
				if len(t.Bounds) > 1 && t.All {
					hint = "with and, the comparison is one of equality: leave the tolerance out, or write or"
				}
				p.report(b.Span, fmt.Sprintf("a tolerance of %s allows nothing that equality does not", text(b.Span)), hint, fixes...)
			}
		}
	}
}

// dropBound removes bound i of a comparison, and the word that joins it to its neighbour.
func dropBound(p *pass, r *program.Rule, s *syntax.Compare, i int, float bool) []diag.Fix {
	amounts := s.Within.Amounts
	at := diag.Span{File: s.Span.File}
	switch {
	case len(amounts) == 1 && float: // which are compared within a tolerance only
		return nil
	case len(amounts) == 1:
		at.Start, at.End = s.Equation.Span.End, s.Within.Span.End
	case s.Within.All:
		return nil
	case i > 0:
		at.Start, at.End = amounts[i-1].Span.End, amounts[i].Span.End
	default:
		at.Start, at.End = amounts[0].Span.Start, amounts[1].Span.Start
	}
	if bytes.ContainsAny(at.File.Text[at.Start:at.End], "#\n") {
		return nil
	}
	return []diag.Fix{{Title: "leave it out", Edits: []diag.Edit{{Span: at}}, Safe: p.own(s.Span, r.Span) && keepsNothing(r)}}
}

// keepsNothing reports whether a change of a rule's definition that changes no verdict is without
// consequence: what a rule with carry keeps under another definition matches nothing until it is run
// again.
func keepsNothing(r *program.Rule) bool { return r.Window == nil || r.Window.Carry == nil }
