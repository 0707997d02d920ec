package feature

import (
	"slices"

	"github.com/recon-lang/recon/lang/check"
	"github.com/recon-lang/recon/lang/syntax"
	"github.com/recon-lang/recon/sdk/schema"
)

// ruleHere is the rule around the cursor, or that a test is for, with its file; nil where there is none that could be read.
func (l *list) ruleHere() (*syntax.Rule, *syntax.File) {
	if f := l.around(syntax.BetweenBlock, syntax.OverBlock); f != nil && len(f.head) > 1 {
		return ruleIn(l.File, l.textOf(f.head[1])), l.File
	}
	f := l.around(syntax.TestBlock)
	if f == nil {
		return nil, nil
	}
	var ref []string
	for i := len(f.head) - 1; i > 0 && l.textOf(f.head[i]) != "for"; i-- {
		if f.head[i].Kind == syntax.Name {
			ref = append([]string{l.textOf(f.head[i])}, ref...)
		}
	}
	sym, file := l.find(l.File, ref, check.RuleSymbol)
	if sym == nil {
		return nil, nil
	}
	return ruleIn(file, sym.Name), file
}

// sidesHere are the sides of the rule around the cursor, as its head has them, or of the rule that a test is for.
func (l *list) sidesHere() (list []side) {
	f := l.around(syntax.BetweenBlock, syntax.OverBlock)
	if f == nil {
		if r, file := l.ruleHere(); r != nil {
			return l.ruleSides(file, r)
		}
		return nil
	}
	var ref []string
	as := ""
	flush := func() {
		if len(ref) > 0 {
			list = append(list, l.sideOf(l.File, ref, as))
		}
		ref, as = nil, ""
	}
	from := slices.IndexFunc(f.head, func(t syntax.Token) bool { return l.textOf(t) == "between" || l.textOf(t) == "over" })
	for i := from + 1; i < len(f.head) && from >= 0; i++ {
		switch text := l.textOf(f.head[i]); {
		case text == ",":
			flush()
		case text == "as" && i+1 < len(f.head):
			i++
			as = l.textOf(f.head[i])
		case f.head[i].Kind == syntax.Name:
			ref = append(ref, text)
		}
	}
	flush()
	return list
}

// ruleNamesOf are the names of a kind that the rule around the cursor declares.
func (l *list) ruleNamesOf(kind check.SymbolKind) []*check.Symbol {
	r, _ := l.ruleHere()
	if r == nil {
		return nil
	}
	found := l.inside(r.Span, kind)
	if kind != check.ComparisonSymbol || r.Body == nil {
		return found
	}
	for _, s := range r.Body.Stmts { // one with a fault has its name all the same
		x, ok := s.(*syntax.Compare)
		if ok && x.As != nil && !slices.ContainsFunc(found, func(o *check.Symbol) bool { return o.Name == x.As.Name }) {
			found = append(found, &check.Symbol{Kind: kind, Name: x.As.Name, Span: x.As.Span})
		}
	}
	return found
}

// compare is a comparison.
func (l *list) compare(sc *scope, toks []syntax.Token) {
	word, rest, operand := l.clause(toks, "within", "ignoring", "where", "as")
	first := l.terms(sc.sides, toks[1:])
	var col *check.Symbol
	if len(first) > 0 {
		col = first[0].column
	}
	switch word {
	case "compare":
		l.equation(sc, toks, l.comparing(col)...)
	case "within":
		if operand {
			l.words(0, "or", "and", "where", "as")
			l.unit(rest)
			return
		}
		l.tolerances(col, rest)
		want := schema.Decimal
		if col != nil && (col.Type.Kind == schema.Timestamp || col.Type.Kind == schema.Date) {
			want = schema.Duration
		}
		l.expr(&scope{file: l.File, constant: true, only: true, want: want}, rest)
	case "ignoring":
		if operand {
			l.words(0, "where", "as")
			return
		}
		for _, w := range [...][2]string{{"case", "A letter is as its small one."}, {"space", "Blanks around do not count, and several within are as one."}, {"width", "Full and half width are as one."}} {
			l.add(0, Item{Kind: KeywordItem, Label: w[0], Doc: w[1]})
		}
	case "where":
		if operand && l.top().block {
			l.operators(sc, rest, "as")
			return
		}
		l.expr(sc, rest)
	case "as":
		l.nameAfter(toks)
	}
}

// comparing are the clauses of a comparison, for a text those that fit it first.
func (l *list) comparing(col *check.Symbol) []string {
	if col != nil && (col.Type.Kind == schema.String || col.Type.Kind == schema.Enum) {
		return []string{"ignoring", "as", "where", "within"}
	}
	return []string{"within", "as", "where", "ignoring"}
}

// handler is on OUTCOME NAME where CONDITION.
func (l *list) handler(sc *scope, toks []syntax.Token) {
	over := l.around(syntax.OverBlock) != nil
	word, rest, operand := l.clause(toks, "where")
	switch {
	case word == "where" && operand && l.top().block:
		l.operators(sc, rest)
	case word == "where":
		l.expr(sc, rest)
	case len(rest) == 0:
		l.outcomes(check.Handled(over))
	case len(rest) == 1:
		l.outcomeNames(l.textOf(rest[0]))
		l.words(1, "where")
	default:
		l.words(0, "where")
	}
}

var outcomeDocs = map[string]string{
	"missing":   "The side has no row under the key.",
	"mismatch":  "Every side has its row, and a comparison fails.",
	"duplicate": "The side has several rows under the key.",
	"unkeyed":   "A row of the side has a null in its key, or could not be read.",
	"breach":    "An assert or unique fails.",
	"expired":   "A row waited for its partner for as long as carry allows.",
	"cleared":   "What was reported before is right now.",
	"matched":   "One row on every side, and every comparison agrees.",
	"pending":   "A row near an edge of the window waits for its partner.",
}

func (l *list) outcomes(names []string) {
	for _, o := range names {
		l.add(0, Item{Kind: KeywordItem, Label: o, Doc: outcomeDocs[o], Insert: o})
	}
}

// outcomeNames adds what an outcome may be limited to.
func (l *list) outcomeNames(outcome string) {
	switch outcome {
	case "mismatch":
		for _, s := range l.ruleNamesOf(check.ComparisonSymbol) {
			l.add(0, symbolItem(s))
		}
	case "breach":
		for _, s := range l.ruleNamesOf(check.AssertSymbol) {
			l.add(0, symbolItem(s))
		}
	case "matched", "cleared":
	default:
		for _, s := range l.sidesHere() {
			l.add(0, Item{Kind: SideItem, Label: s.name, Detail: "side"})
		}
	}
}

// trigger is SIDE.changes.
func (l *list) trigger(toks []syntax.Token) {
	if l.dotted(toks) {
		l.add(0, Item{Kind: KeywordItem, Label: "changes"})
		return
	}
	for _, s := range l.sidesHere() {
		l.add(0, Item{Kind: SideItem, Label: s.name + ".changes", Detail: "the changes of a side"})
	}
}

// join is join REF as NAME on EQUATION.
func (l *list) join(sc *scope, toks []syntax.Token) {
	switch word, rest, operand := l.clause(toks, "as", "on"); {
	case word == "join" && !operand:
		l.refs(rest, l.File, check.SourceSymbol, check.ViewSymbol)
	case word == "as" && !operand:
	case word != "on":
		l.words(0, "on", "as")
	case operand && l.top().block:
		l.words(0, "=")
		l.operators(l.termOf(sc, rest), rest)
	default:
		l.equationTerm(l.joined(sc, toks), rest)
	}
}

// joined is a scope with the side that a join adds, which no tree has while it is being written.
func (l *list) joined(sc *scope, toks []syntax.Token) *scope {
	var ref []string
	as := ""
	for i, t := range toks[1:] {
		switch text := l.textOf(t); {
		case text == "on" || text == "as":
			if text == "as" && i+2 < len(toks) {
				as = l.textOf(toks[i+2])
			}
			s := l.sideOf(l.File, ref, as)
			if slices.ContainsFunc(sc.sides, func(o side) bool { return o.name == s.name }) {
				return sc
			}
			out := *sc
			out.sides = append(slices.Clone(sc.sides), s)
			return &out
		case t.Kind == syntax.Name:
			ref = append(ref, text)
		}
	}
	return sc
}
