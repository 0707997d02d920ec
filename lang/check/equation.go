package check

import (
	"fmt"

	"github.com/recon-lang/recon/lang/builtin"
	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/lang/syntax"
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

// key is a key of a rule and what is known of it while the rule is checked. An invalid one is
// known by name only.
type key struct {
	program.Key
	symbol  *Symbol
	zone    string
	invalid bool
}

// isColumn reports whether the key's term on a side is just that column.
func (k *key) isColumn(side, column int) bool {
	if side >= len(k.Terms) || k.Terms[side] == nil {
		return false
	}
	t := k.Terms[side]
	return t.Op == program.OpColumn && t.Index == column
}

func (r *ruleCheck) checkKeys() {
	if r.tree.Over() {
		return
	}
	var first *syntax.Key
	for _, s := range r.block.other {
		if s, ok := s.(*syntax.Key); ok && r.totals == nil {
			if first == nil {
				first = s
			}
			k := &key{Key: program.Key{Span: s.Span}, invalid: true}
			if terms, ok := r.terms(s.Equation, "key"); ok {
				r.key(k, "key", s.Equation, s.As, terms)
			}
			if k.Name == "" {
				k.Name, _ = r.nameOf(s.Equation, s.As)
			}
			r.keys = append(r.keys, k)
			if !k.invalid {
				r.prog.Keys = append(r.prog.Keys, k.Key)
			}
		}
	}
	if first == nil && !r.unsure && r.totals == nil {
		r.report(diag.NoKey, r.tree.Name.Span, fmt.Sprintf("rule %s has no key", r.tree.Name.Name), "a key says which rows belong together: key order_no, or key orders.id = bill.order_id")
	}
}

// key completes a key from its terms, of which there is one for each side.
func (r *ruleCheck) key(k *key, what string, e *syntax.Equation, as *syntax.Ident, terms []value) {
	for i, t := range terms {
		if t.Expr == nil {
			r.report(diag.TermSides, e.Span, fmt.Sprintf("the %s has no term of side %s", what, r.sides[i].name), fmt.Sprintf("a %s has a term for each side", what))
			return
		}
	}
	if !r.keyable(terms, what) {
		return
	}
	t, _, ok := r.commonOf(terms)
	ok = ok && r.share(terms)
	if !ok {
		return
	}
	name, ok := r.nameOf(e, as)
	if !ok {
		r.report(diag.NameNeeded, e.Span, fmt.Sprintf("this %s needs a name: its first term is no plain column", what), "add: as name")
		return
	}
	k.Name = name
	for _, o := range r.keys {
		if o.Name == name {
			r.twiceNamed(what, name, nameSpan(e, as), o.Span)
			return
		}
	}
	k.Type, k.invalid = t, false
	k.zone = terms[0].zone
	for _, t := range terms {
		k.Terms = append(k.Terms, t.Expr)
	}
	k.symbol = r.def(&Symbol{Kind: KeySymbol, Name: name, Span: nameSpan(e, as), Type: t})
}

// keyable reports values that can identify nothing.
func (m *module) keyable(terms []value, what string) bool {
	for _, t := range terms {
		switch t.Type.Kind {
		case schema.Float:
			m.report(diag.FloatExact, t.Span, fmt.Sprintf("a float is never a %s: it is not exact", what), "declare the column as decimal(p, s), integer or string")
			return false
		case schema.JSON, schema.Null, schema.Percent, schema.Duration:
			m.report(diag.KeyType, t.Span, fmt.Sprintf("%s cannot be a %s", t.Type.Kind, what), keyHint(t.Type.Kind))
			return false
		}
	}
	return true
}

func keyHint(k schema.Kind) string {
	if k == schema.JSON {
		return `take the part that identifies the row: json(value, "$.id")`
	}
	return ""
}

func (r *ruleCheck) twiceNamed(what, name string, at, first diag.Span) {
	r.add(diag.Diagnostic{Code: diag.AlreadyDeclared, Span: at, Message: fmt.Sprintf("two of the rule's %ss have the name %q", what, name), Hint: "give one of them another name with as",
		Related: []diag.Related{{Span: first, Message: "the first one"}}})
}

// nameOf is the name of a key or comparison: the one after as, or the column of its first term.
func (m *module) nameOf(e *syntax.Equation, as *syntax.Ident) (string, bool) {
	if as != nil {
		return as.Name, true
	}
	n := m.peek(e.Terms[0])
	if n == nil || n.shape != nameNode && n.shape != memberNode {
		return "", false
	}
	return n.text, true
}

func nameSpan(e *syntax.Equation, as *syntax.Ident) diag.Span {
	if as != nil {
		return as.Span
	}
	return e.Terms[0].Span
}

// terms types the terms of an equation, by side; one without an expression is not there. A
// single term speaks of the same column on every side, several of one side each.
func (r *ruleCheck) terms(e *syntax.Equation, what string) ([]value, bool) {
	terms := make([]value, len(r.sides))
	if len(e.Terms) == 1 {
		for i := range r.sides {
			v := r.expr(e.Terms[0], r.termScope(i+1, what))
			if v.bad() {
				return nil, false
			}
			if !r.scalar(v) || !r.readsSide(v, e.Terms[0]) {
				return nil, false
			}
			terms[i] = v
		}
		return terms, true
	}
	ok := true
	for _, t := range e.Terms {
		v := r.expr(t, r.termScope(0, what))
		if v.bad() || !r.scalar(v) {
			ok = false
			continue
		}
		if !r.readsSide(v, t) {
			return nil, false // the others may well be as wrong for the same reason
		}
		side := sideOf(v.Expr)
		if terms[side].Expr != nil {
			r.add(diag.Diagnostic{Code: diag.TermSides, Span: t.Span, Message: fmt.Sprintf("two terms read side %s", r.sides[side].name), Hint: "each term reads another side",
				Related: []diag.Related{{Span: terms[side].Span, Message: "the first one"}}})
			ok = false
			continue
		}
		terms[side] = v
	}
	return terms, ok
}

// termScope is that of a term of one side (1 + its index), or of any side (0). In a rule with group it speaks of totals.
func (r *ruleCheck) termScope(only int, what string) *scope {
	if r.totals != nil && r.totals.sets != nil {
		return &scope{totals: r.totals.of(only), zone: r.zone, what: what}
	}
	return &scope{sides: r.sides, only: only, zone: r.zone, what: what}
}

// scalar reports lists and secrets where a value of a row is due.
func (m *module) scalar(v value) bool {
	if v.list != nil {
		m.report(diag.TypeMismatch, v.Span, "a list cannot be compared", "")
		return false
	}
	x := &typer{module: m, scope: &scope{}}
	return !x.isSecret(v)
}

// readsSide checks that a term reads the columns of exactly one side.
func (r *ruleCheck) readsSide(v value, t *syntax.Expr) bool {
	first, second := -1, -1
	v.Walk(func(e *program.Expr) bool {
		if e.Op == program.OpColumn {
			switch {
			case first < 0:
				first = e.Side
			case e.Side != first:
				second = e.Side
			}
		}
		return true
	})
	switch {
	case first < 0:
		r.report(diag.TermSides, t.Span, "this term reads no column", "each term is computed from the row of one side")
		return false
	case second >= 0:
		r.report(diag.TermSides, t.Span, fmt.Sprintf("this term reads sides %s and %s", r.sides[first].name, r.sides[second].name), "each term is computed from the row of one side; how far they may be apart stands after within")
		return false
	}
	return true
}

// share reports terms that are enums without a common value.
func (r *ruleCheck) share(terms []value) bool {
	x := &typer{module: r.module, scope: &scope{}}
	var first *value
	for i := range terms {
		switch {
		case terms[i].Expr == nil:
		case first == nil:
			first = &terms[i]
		case !x.share(terms[i].Span, *first, terms[i]):
			return false
		}
	}
	return true
}

// sideOf is the side that a term reads.
func sideOf(e *program.Expr) int {
	side := 0
	e.Walk(func(e *program.Expr) bool {
		if e.Op == program.OpColumn {
			side = e.Side
		}
		return true
	})
	return side
}

// commonOf is the type in which terms are compared, and the fixed unit of all of them, if they have one.
func (r *ruleCheck) commonOf(terms []value) (t schema.Type, u program.Unit, ok bool) {
	return r.commonType(terms, r.sides)
}

// commonType is the type of terms over the columns of sides.
func (m *module) commonType(terms []value, sides []*side) (t schema.Type, u program.Unit, ok bool) {
	x := &typer{module: m, scope: &scope{sides: sides}}
	var args []builtin.Arg
	var first value
	perRow := false
	for _, v := range terms {
		if v.Expr == nil {
			continue
		}
		args = append(args, v.arg())
		switch {
		case v.Unit.Column > 0:
			perRow = true
		case u.None():
			u = v.Unit
		case !v.Unit.None() && v.Unit != u:
			_, _ = x.meet(v.Span, first, v)
			return t, u, false
		}
		if first.Expr == nil {
			first = v
			continue
		}
		if !x.sameKind(v.Span, first, v) || !x.decodes(first, v) || !x.decodes(v, first) {
			return t, u, false
		}
		if first.Unit.None() {
			first = v
		}
	}
	if t, ok = builtin.Common(args...); !ok {
		m.report(diag.TooManyDigits, terms[0].Span, fmt.Sprintf("the terms together need more than %d digits", decimal.MaxDigits), "round one of them")
		return t, u, false
	}
	if perRow {
		u = program.Unit{}
	}
	return t, u, true
}

// decodes checks the values that a decode gives against the enum that they are compared with.
func (x *typer) decodes(d, enum value) bool {
	if enum.Type.Kind != schema.Enum || d.Op != program.OpCall || d.Name != "decode" {
		return true
	}
	for i := 1; i < len(d.Args[1].Args); i += 2 {
		if !x.listed(value{Expr: d.Args[1].Args[i]}, enum) {
			return false
		}
	}
	return len(d.Args) < 3 || x.listed(value{Expr: d.Args[2]}, enum)
}
