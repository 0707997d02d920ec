package feature

import (
	"slices"
	"strings"

	"github.com/recon-lang/recon/lang/builtin"
	"github.com/recon-lang/recon/lang/check"
	"github.com/recon-lang/recon/lang/syntax"
	"github.com/recon-lang/recon/sdk/schema"
)

// special says which special names an expression has.
type special uint8

const (
	anywhere  special = iota
	inSecret          // env and file, and nothing else
	inDerived         // column("…")
	inGroup           // aggregates
	inMessage         // count, sum and sample
)

// scope says what an expression may name, as far as completion cares.
type scope struct {
	place    special
	file     *syntax.File
	sides    []side
	bare     bool // the columns of the first side stand bare
	any      bool // those of all sides do
	over     bool // names of keys do
	secrets  bool
	bounds   bool // window_start, window_end
	constant bool // no rows
	only     bool // names only, no functions
	physical []string
	want     schema.Kind
}

// scopeOf is what the expressions of a block's statements may name.
func (l *list) scopeOf(b *frame) *scope {
	sc := &scope{file: l.File}
	switch b.kind {
	case syntax.SourceBlock:
		sc.sides, sc.bare = l.ownSide(b), true
	case syntax.ViewBlock:
		sc.sides, sc.bare = l.viewSides(b), true
	case syntax.ColumnsBlock, syntax.GroupBlock:
		if outer := l.parent(); outer.kind == syntax.SourceBlock {
			sc.place, sc.sides, sc.bare, sc.physical = inDerived, l.ownSide(outer), true, l.physical(outer)
		} else {
			sc = l.scopeOf(outer)
		}
		if b.kind == syntax.GroupBlock {
			sc.place = inGroup
		}
	case syntax.BetweenBlock:
		sc.sides, sc.over = l.sidesHere(), true
		if l.grouped() {
			sc.place = inGroup
		}
	case syntax.OverBlock:
		sc.sides, sc.bare = l.sidesHere(), true
	case syntax.DoBlock:
		sc.sides, sc.over = l.sidesHere(), true
		if a, ok := l.actionOf(b); !ok || !a.PerBreak {
			sc.place = inMessage
		}
	case syntax.TriggerBlock:
		sc.sides = l.sidesHere()
	case syntax.TemplateBlock:
		if len(b.head) > 1 {
			if d := templateIn(l.File, l.textOf(b.head[1])); d != nil {
				sc.sides = nil
			}
		}
	}
	return sc
}

// grouped reports whether the rule around pairs totals.
func (l *list) grouped() bool {
	r, _ := l.ruleHere()
	return r != nil && r.Body != nil && slices.ContainsFunc(r.Body.Stmts, func(s syntax.Stmt) bool { _, ok := s.(*syntax.Total); return ok })
}

func (l *list) ownSide(b *frame) []side {
	if len(b.head) < 2 {
		return nil
	}
	name := l.textOf(b.head[1])
	own := l.sideOf(l.File, []string{name}, "")
	if table := l.Unit.Catalog.Tables[name]; len(own.columns) == 0 {
		for _, c := range table.Columns {
			own.columns = append(own.columns, &check.Symbol{Kind: check.ColumnSymbol, Name: c.Name, Type: c.Type, Doc: c.Doc})
		}
	}
	return []side{own}
}

// physical are the columns of a source's table as recon.lock has them.
func (l *list) physical(b *frame) (list []string) {
	if len(b.head) < 2 {
		return nil
	}
	for _, c := range l.Unit.Catalog.Tables[l.textOf(b.head[1])].Columns {
		list = append(list, c.Name)
	}
	return list
}

// viewSides are the rows of a view: those that it is from first, then what it joins.
func (l *list) viewSides(b *frame) (sides []side) {
	if len(b.head) < 2 {
		return nil
	}
	d := viewIn(l.File, l.textOf(b.head[1]))
	if d == nil {
		return nil
	}
	for i, r := range d.From {
		if i == 0 {
			sides = append(sides, l.sideOf(l.File, refNames(r), ""))
		}
	}
	if d.Body == nil {
		return sides
	}
	for _, s := range d.Body.Stmts {
		if j, ok := s.(*syntax.Join); ok && j.Ref != nil {
			as := ""
			if j.As != nil {
				as = j.As.Name
			}
			sides = append(sides, l.sideOf(l.File, refNames(j.Ref), as))
		}
	}
	return sides
}

// expr is a place in an expression; toks are those of it outside of brackets.
func (l *list) expr(sc *scope, toks []syntax.Token) {
	f := l.top()
	if !f.block {
		toks = f.toks
	}
	switch {
	case f.bracket == '(' && l.argument(sc, f):
	case l.dotted(toks):
		l.member(sc, l.path(toks))
	case len(toks) > 0 && l.textOf(toks[len(toks)-1]) == "|":
		l.functions(sc, true)
	case len(toks) > 0 && l.endsOperand(toks[len(toks)-1]):
		l.operators(sc, toks)
	default:
		l.compared(sc, f, toks)
		l.operand(sc)
	}
}

// operators adds what may follow a value.
func (l *list) operators(sc *scope, toks []syntax.Token, clauses ...string) {
	if l.dotted(toks) || len(toks) > 0 && !l.endsOperand(toks[len(toks)-1]) {
		l.expr(sc, toks)
		return
	}
	l.unit(toks)
	l.words(1, clauses...)
	if !sc.constant && sc.place != inSecret {
		l.words(2, "and", "or", "in", "not in")
	}
	if l.typed == "" && l.quote == 0 {
		for _, op := range [...]string{"==", "!=", ">=", "<=", "|"} {
			l.add(3, Item{Kind: KeywordItem, Label: op, Insert: op + " "})
		}
	}
}

// unit adds what may follow a number: a currency after one blank.
func (l *list) unit(toks []syntax.Token) {
	if n := len(toks); n > 0 && toks[n-1].Kind == syntax.Number && toks[n-1].End+1 == l.word.Start {
		for i, c := range l.currencies() {
			tier := 5
			if i < 6 {
				tier = 1
			}
			l.add(tier, Item{Kind: UnitItem, Label: c, Detail: "currency"})
		}
	}
}

// operand adds what a value may begin with.
func (l *list) operand(sc *scope) {
	if len(l.typed) > 0 && isDigit(l.typed[0]) {
		l.numbers(sc.want)
		return
	}
	if sc.place == inSecret {
		l.functions(sc, false)
		return
	}
	for i, s := range sc.sides {
		for _, c := range s.columns {
			if sc.bare && i == 0 || sc.any {
				it := symbolItem(c)
				l.add(l.tierOf(sc, c), it)
			}
		}
	}
	if !sc.bare || len(sc.sides) > 1 {
		for _, s := range sc.sides {
			l.add(1, Item{Kind: SideItem, Label: s.name, Detail: "side"})
		}
		if l.typed != "" { // whole names only once it is clear that few of them fit
			for _, s := range sc.sides {
				for _, c := range s.columns {
					it := symbolItem(c)
					it.Label = s.name + "." + c.Name
					l.add(l.tierOf(sc, c)+1, it)
				}
			}
		}
	}
	if sc.over {
		for _, k := range l.ruleNamesOf(check.KeySymbol) {
			l.add(3, symbolItem(k))
		}
	}
	if sc.place == inMessage {
		l.add(0, Item{Kind: FunctionItem, Label: "count", Detail: "integer", Doc: builtinDoc("count", builtin.InMessage)})
	}
	if t := l.around(syntax.TemplateBlock); t != nil && len(t.head) > 1 {
		if d := templateIn(l.File, l.textOf(t.head[1])); d != nil {
			for _, p := range d.Params {
				if p.Name != nil {
					l.add(0, Item{Kind: ConstantItem, Label: p.Name.Name, Detail: "param " + typeText(p)})
				}
			}
		}
	}
	for _, s := range l.globals(sc.file, check.ParamSymbol, check.LetSymbol) {
		tier := l.tierOf(sc, s) + 1
		if sc.want != schema.Invalid && s.Type.Kind == sc.want {
			tier = 0
		}
		l.add(tier, symbolItem(s))
	}
	for _, m := range l.globals(sc.file, check.ModuleSymbol) {
		l.add(4, symbolItem(m))
	}
	if sc.secrets {
		l.secretNames(sc)
	}
	if sc.bounds {
		l.add(3, Item{Kind: ConstantItem, Label: "window_start", Detail: "timestamp", Doc: "Where the window of the run begins."})
		l.add(3, Item{Kind: ConstantItem, Label: "window_end", Detail: "timestamp", Doc: "Where the window of the run ends."})
	}
	if sc.only {
		return
	}
	l.functions(sc, false)
	if sc.want == schema.Boolean {
		l.add(0, Item{Kind: ValueItem, Label: "true"})
		l.add(0, Item{Kind: ValueItem, Label: "false"})
	}
	l.add(5, Item{Kind: ValueItem, Label: "null"})
	l.words(5, "not")
}

func (l *list) secretNames(sc *scope) {
	for _, s := range l.globals(sc.file, check.SecretSymbol) {
		it := symbolItem(s)
		it.Label = "secret." + s.Name
		l.add(0, it)
	}
}

// tierOf puts what has the type that is wanted first.
func (l *list) tierOf(sc *scope, s *check.Symbol) int {
	if sc.want != schema.Invalid && s.Type.Kind != sc.want {
		return 2
	}
	return 0
}

// member adds what may follow a dot.
func (l *list) member(sc *scope, path []string) {
	if len(path) != 1 {
		return
	}
	for _, s := range sc.sides {
		if s.name == path[0] {
			for _, c := range s.columns {
				l.add(l.tierOf(sc, c), symbolItem(c))
			}
			return
		}
	}
	if path[0] == "secret" {
		for _, s := range l.globals(sc.file, check.SecretSymbol) {
			l.add(0, symbolItem(s))
		}
		return
	}
	if m := l.module(sc.file, path[0]); m != nil {
		for _, s := range l.globals(m, check.ParamSymbol, check.LetSymbol) {
			if !strings.HasPrefix(s.Name, "_") {
				l.add(0, symbolItem(s))
			}
		}
	}
}
