package lint

import (
	"fmt"
	"slices"

	"github.com/recon-lang/recon/lang/builtin"
	"github.com/recon-lang/recon/lang/check"
	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/schema"
)

// compareKey finds comparisons of what the key has already made equal.
func compareKey(p *pass) {
	for _, r := range p.Program.Rules {
		for _, c := range r.Compare {
			i := slices.IndexFunc(r.Keys, func(k program.Key) bool { return decides(&k, &c) })
			if i < 0 {
				continue
			}
			var fixes []diag.Fix
			if at, ok := wholeLines(c.Span); ok && !p.named(c.Span) {
				fixes = []diag.Fix{{Title: "remove the comparison", Edits: []diag.Edit{{Span: at}}, Safe: p.own(c.Span, r.Span) && keepsNothing(r)}}
			}
			p.reportWith(diag.Diagnostic{Span: c.Span, Message: fmt.Sprintf("%s is part of the key: rows that are paired agree in it", c.Name), Hint: "remove it", Fixes: fixes,
				Related: []diag.Related{{Span: r.Keys[i].Span, Message: "the key"}}})
		}
	}
}

// decides reports whether rows that have a key in common cannot fail a comparison. Values of an enum that it does
// not list make equal keys, and agree with nothing; nor does the key see the unit of a row.
func decides(k *program.Key, c *program.Comparison) bool {
	for i, t := range c.Terms {
		if t == nil {
			continue
		}
		if t.Type.Kind == schema.Enum || t.Unit.Column > 0 || i >= len(k.Terms) || !same(t, k.Terms[i]) {
			return false
		}
	}
	return true
}

// same reports whether two expressions are the same.
func same(a, b *program.Expr) bool {
	if a.Op != b.Op || a.Name != b.Name || a.Side != b.Side || a.Index != b.Index || a.Zone != b.Zone || a.Unit != b.Unit || len(a.Args) != len(b.Args) || a.Op == program.OpLiteral && !builtin.Equal(a.Value, b.Value) {
		return false
	}
	for i := range a.Args {
		if !same(a.Args[i], b.Args[i]) {
			return false
		}
	}
	return true
}

// named reports whether something uses the name of the comparison at a place.
func (p *pass) named(at diag.Span) bool {
	for _, uses := range []map[diag.Span]*check.Symbol{p.Info.Uses, p.Info.InTests} {
		for _, s := range uses {
			if s.Kind == check.ComparisonSymbol && s.Span.File == at.File && at.Start <= s.Span.Start && s.Span.End <= at.End {
				return true
			}
		}
	}
	return false
}

// wholeLines is a place with the rest of its lines; ok is false if something else stands on them.
func wholeLines(s diag.Span) (diag.Span, bool) {
	text := s.File.Text
	for s.Start > 0 && (text[s.Start-1] == ' ' || text[s.Start-1] == '\t') {
		s.Start--
	}
	if s.Start > 0 && text[s.Start-1] != '\n' {
		return s, false
	}
	for s.End < len(text) && (text[s.End] == ' ' || text[s.End] == '\t' || text[s.End] == '\r') {
		s.End++
	}
	if s.End < len(text) {
		if text[s.End] != '\n' {
			return s, false
		}
		s.End++
	}
	return s, true
}
