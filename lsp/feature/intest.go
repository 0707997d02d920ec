package feature

import (
	"github.com/recon-lang/recon/lang/check"
	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/syntax"
)

// testStatement is a statement of a test.
func (l *list) testStatement(name string, toks []syntax.Token) {
	n := len(toks)
	switch name {
	case "run":
		switch {
		case n == 1:
			l.words(0, "at")
		case n == 2:
			l.instants()
		}
	case "param":
		if n > 2 && l.textOf(toks[2]) == "=" {
			l.paramValue(l.textOf(toks[1]), toks[3:])
			return
		}
		for _, s := range l.paramsHere() {
			if n == 1 {
				it := symbolItem(s)
				it.Insert = s.Name + " = "
				l.add(0, it)
			}
		}
	case "given":
		switch word, rest, operand := l.clause(toks, "after", "from"); {
		case word == "after" && !operand:
			l.durations("5s", "1m", "10s")
		case word == "from":
		case !operand:
			l.givenRefs(rest)
		default:
			l.words(0, "after", "from")
		}
	case "expect":
		over := false
		if r, _ := l.ruleHere(); r != nil {
			over = r.Over()
		}
		switch {
		case n == 1 && over:
			l.outcomes(append([]string{"matched"}, check.Handled(true)...))
		case n == 1:
			l.outcomes(append([]string{"matched", "pending"}, check.Handled(false)...))
		case n == 2:
			l.outcomeNames(l.textOf(toks[1]))
			l.add(1, Item{Kind: ValueItem, Label: "1", Detail: "how many"})
		case n == 3 && toks[2].Kind == syntax.Name:
			l.add(0, Item{Kind: ValueItem, Label: "1", Detail: "how many"})
		}
	}
}

// paramsHere are the parameters that a test can set.
func (l *list) paramsHere() []*check.Symbol {
	_, f := l.ruleHere()
	if f == nil {
		f = l.File
	}
	list := l.globals(f, check.ParamSymbol)
	for _, d := range f.Decls {
		if d, ok := d.(*syntax.Import); ok && d.Path != nil {
			for _, m := range l.globals(f, check.ModuleSymbol) {
				if other := l.module(f, m.Name); other != nil && spanIn(m.Span, diag.Span{File: f.Span.File, Start: d.Span.Start, End: d.Span.End}) {
					list = append(list, l.globals(other, check.ParamSymbol)...)
				}
			}
		}
	}
	return list
}

// givenRefs adds what a table can stand in for: the sides, and what lies behind them.
func (l *list) givenRefs(toks []syntax.Token) {
	if len(l.path(toks)) > 0 {
		return
	}
	_, f := l.ruleHere()
	for _, s := range l.sidesHere() {
		it := Item{Kind: SideItem, Label: s.name, Detail: "side"}
		if s.rows != nil {
			it.Doc = s.rows.Doc
		}
		l.add(0, it)
	}
	if f != nil {
		l.refs(toks, f, check.SourceSymbol, check.ViewSymbol)
	}
}
