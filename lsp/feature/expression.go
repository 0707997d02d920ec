package feature

import (
	"slices"

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
	bounds   bool            // window_start, window_end
	constant bool            // no rows
	only     bool            // names only, no functions, and of constants only those of the type that is wanted
	term     bool            // of an equation: a value and no condition
	key      bool            // and one of a key
	used     map[string]bool // sides and columns that the equation, or others of the rule, have already
	physical []string
	want     schema.Kind
	like     *check.Symbol // the column that it is compared with
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
		l.member(l.likeLeft(sc, toks), l.path(toks))
	case len(toks) > 0 && l.textOf(toks[len(toks)-1]) == "|":
		l.functions(sc, true)
	case len(toks) > 0 && l.endsOperand(toks[len(toks)-1]):
		l.operators(sc, toks)
	default:
		sc = l.likeLeft(sc, toks)
		l.compared(sc, f, toks)
		l.shifts(sc, toks)
		if f.block || f.bracket != '{' {
			l.operand(sc)
		}
	}
}

// shifts adds by how much a day or an instant is moved.
func (l *list) shifts(sc *scope, toks []syntax.Token) {
	if n := len(toks); n == 0 || l.typed != "" || l.textOf(toks[n-1]) != "-" && l.textOf(toks[n-1]) != "+" {
		return
	}
	switch sc.want {
	case schema.Date:
		l.durations("1d", "7d")
	case schema.Timestamp:
		l.durations("1d", "1h", "5m")
	}
}

// likeLeft is the scope of an operand that is compared with a column on its left, and sc of any other.
func (l *list) likeLeft(sc *scope, toks []syntax.Token) *scope {
	for len(toks) > 1 && l.dotted(toks) {
		toks = toks[:len(toks)-2]
	}
	n := len(toks) - 1
	if n < 1 || toks[n-1].Kind != syntax.Name || !slices.Contains([]string{"==", "!=", "<", "<=", ">", ">="}, l.textOf(toks[n])) {
		return sc
	}
	name, of := l.textOf(toks[n-1]), ""
	if n > 2 && l.textOf(toks[n-2]) == "." {
		of = l.textOf(toks[n-3])
	}
	for i, s := range sc.sides {
		if of == s.name || of == "" && (sc.any || sc.bare && i == 0) {
			if c := columnNamed(s.columns, name); c != nil {
				like := *sc
				like.like = c
				return &like
			}
		}
	}
	return sc
}

// operators adds what may follow a value.
func (l *list) operators(sc *scope, toks []syntax.Token, clauses ...string) {
	if l.dotted(toks) || len(toks) > 0 && !l.endsOperand(toks[len(toks)-1]) {
		l.expr(sc, toks)
		return
	}
	l.unit(toks)
	l.words(1, clauses...)
	sign := func(tier int, signs ...string) {
		for _, s := range signs {
			if l.typed == "" && l.quote == 0 {
				l.add(tier, Item{Kind: KeywordItem, Label: s, Insert: s + " "})
			}
		}
	}
	if !sc.term && sc.place != inSecret {
		if !l.compares(toks) {
			sign(0, "==", "!=", ">", ">=", "<", "<=")
			l.words(0, "in", "not in")
		}
		if !sc.constant {
			l.words(2, "and", "or")
		}
	}
	sign(3, "|")
}

// compares reports whether the condition that toks end with has its comparison already.
func (l *list) compares(toks []syntax.Token) bool {
	for i := len(toks) - 1; i >= 0; i-- {
		switch text := l.textOf(toks[i]); text {
		case "and", "or", "where", "when":
			return false
		case "==", "!=", "<", "<=", ">", ">=", "in":
			return true
		}
	}
	return false
}

// unit adds what may follow a number: a currency after one blank.
func (l *list) unit(toks []syntax.Token) {
	if n := len(toks); n > 0 && toks[n-1].Kind == syntax.Number && toks[n-1].End+1 == l.word.Start {
		for i, c := range l.currencies() {
			tier := 5
			if i == 0 {
				tier = 1
			} else if i < 6 {
				tier = 3
			}
			l.add(tier, Item{Kind: UnitItem, Label: c, Detail: "currency"})
		}
	}
}
