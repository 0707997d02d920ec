package feature

import (
	"slices"

	"github.com/recon-lang/recon/lang/check"
	"github.com/recon-lang/recon/lang/syntax"
	"github.com/recon-lang/recon/sdk/schema"
)

// term is what one term of the equation that is being written speaks of.
type term struct {
	side   string
	column *check.Symbol
}

// terms are the plain columns among the terms before the cursor.
func (l *list) terms(sides []side, toks []syntax.Token) (list []term) {
	for i := 0; i+2 < len(toks); i++ {
		if toks[i].Kind != syntax.Name || l.textOf(toks[i+1]) != "." {
			continue
		}
		for _, s := range sides {
			if s.name == l.textOf(toks[i]) {
				list = append(list, term{s.name, columnNamed(s.columns, l.textOf(toks[i+2]))})
			}
		}
	}
	if len(list) == 0 && len(toks) > 0 && toks[0].Kind == syntax.Name {
		for _, s := range sides {
			if c := columnNamed(s.columns, l.textOf(toks[0])); c != nil {
				return []term{{"", c}}
			}
		}
	}
	return list
}

func columnNamed(columns []*check.Symbol, name string) *check.Symbol {
	i := slices.IndexFunc(columns, func(c *check.Symbol) bool { return c.Name == name })
	if i < 0 {
		return nil
	}
	return columns[i]
}

// equation is key, group and compare up to their clauses.
func (l *list) equation(sc *scope, toks []syntax.Token, clauses ...string) {
	word, rest, operand := l.clause(toks, clauses...)
	if word == "as" {
		l.nameAfter(toks)
		return
	}
	if operand && l.top().block {
		eq := slices.ContainsFunc(rest, func(t syntax.Token) bool { return l.textOf(t) == "=" })
		if bare := len(rest) == 1; !bare && !eq {
			l.words(0, "=")
		}
		l.words(1, clauses...)
		l.operators(l.termOf(sc, rest), rest)
		return
	}
	inKey := *sc
	inKey.key = l.textOf(toks[0]) == "key"
	l.equationTerm(&inKey, rest)
}

// equationTerm is the beginning of a term: after the first, columns of the other sides come first, and of them those that are like it.
func (l *list) equationTerm(sc *scope, rest []syntax.Token) {
	before := l.terms(sc.sides, rest)
	sc = l.termOf(sc, rest)
	if l.top().block && l.quote == 0 && !l.dotted(rest) {
		if len(before) == 0 {
			l.commonColumns(sc)
		}
		for i, s := range sc.sides {
			if i == 0 && sc.bare {
				continue
			}
			used := slices.ContainsFunc(before, func(t term) bool { return t.side == s.name })
			for _, c := range s.columns {
				tier := 3
				switch {
				case len(before) > 0 && !used:
					tier = l.fitTier(sc, s, c)
				case len(before) > 0:
					tier = unfit + 2
				case i == 0 && (common(sc.sides, c.Name) || sc.used[s.name+"."+c.Name] || sc.key && !keyed(c)):
					tier = 2
				case i == 0:
					tier = 1
				}
				it := symbolItem(c)
				it.Label = s.name + "." + c.Name
				l.add(tier, it)
			}
		}
	}
	l.expr(sc, rest)
}

// common reports whether every side has a column of that name.
func common(sides []side, name string) bool {
	return !slices.ContainsFunc(sides, func(s side) bool { return columnNamed(s.columns, name) == nil })
}

// commonColumns adds the columns that every side has, which stand bare.
func (l *list) commonColumns(sc *scope) {
	if len(sc.sides) == 0 {
		return
	}
	for _, c := range sc.sides[0].columns {
		tier := 0
		if sc.used[sc.sides[0].name+"."+c.Name] || sc.key && !keyed(c) {
			tier = 2
		}
		if common(sc.sides, c.Name) {
			l.add(tier, symbolItem(c))
		}
	}
}

// keyed reports whether a column has a type that keys mostly have.
func keyed(c *check.Symbol) bool {
	switch c.Type.Kind {
	case schema.Decimal, schema.Float, schema.Timestamp, schema.JSON, schema.Bytes:
		return false
	}
	return true
}

// termOf is the scope of a term of an equation that begins with rest.
func (l *list) termOf(sc *scope, rest []syntax.Token) *scope {
	out := *sc
	out.term, out.over, out.used = true, false, map[string]bool{}
	before := l.terms(sc.sides, rest)
	if len(before) > 0 && l.top().block {
		out.like = before[0].column
	}
	for _, t := range before {
		out.used[t.side] = true
	}
	if r, _ := l.ruleHere(); r != nil && r.Body != nil {
		for _, s := range r.Body.Stmts {
			var e *syntax.Equation
			switch s := s.(type) {
			case *syntax.Key:
				e = s.Equation
			case *syntax.Compare:
				e = s.Equation
			}
			if e == nil || s.At().Start <= l.offset && l.offset <= s.At().End {
				continue
			}
			for _, x := range e.Terms {
				for _, t := range l.terms(sc.sides, x.Tokens) {
					if t.column != nil && t.side != "" {
						out.used[t.side+"."+t.column.Name] = true
					} else if t.column != nil && len(sc.sides) > 0 {
						out.used[sc.sides[0].name+"."+t.column.Name] = true
					}
				}
			}
		}
	}
	return &out
}

// nameAfter adds the column of the first term as a name.
func (l *list) nameAfter(toks []syntax.Token) {
	for i, t := range toks {
		if t.Kind == syntax.Name && i > 0 {
			if i+2 < len(toks) && l.textOf(toks[i+1]) == "." {
				t = toks[i+2]
			}
			l.add(0, Item{Kind: ValueItem, Label: l.textOf(t), Detail: "the column of the first term"})
			return
		}
	}
}
