package check

import (
	"fmt"
	"slices"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/lang/syntax"
	"github.com/recon-lang/recon/sdk/schema"
)

// What can happen to the breaks of a rule between sides, and of one over a side.
var (
	betweenHandled = []string{"missing", "mismatch", "duplicate", "unkeyed", "expired", "cleared"}
	overHandled    = []string{"breach", "unkeyed", "cleared"}
)

// Handled are the outcomes that the breaks of a rule can have, between sides or over one.
func Handled(over bool) []string {
	if over {
		return slices.Clone(overHandled)
	}
	return slices.Clone(betweenHandled)
}

var fieldCodes = takerCodes{diag.UnknownField, diag.MissingField, diag.FieldType, diag.FieldValue}

// handlers checks what a rule does about its breaks.
func (r *ruleCheck) handlers() {
	for _, s := range r.block.other {
		if s, ok := s.(*syntax.Handler); ok {
			r.handler(s)
		}
	}
}

func (r *ruleCheck) handler(s *syntax.Handler) {
	h := program.Handler{Outcome: s.Outcome.Name, Span: s.Span}
	before := r.faults()
	if r.handled(s) && s.Name != nil {
		r.handlerName(s)
		h.Name = s.Name.Name
	}
	if s.Where != nil {
		sc := r.breakScope("where")
		v := r.expr(s.Where, sc)
		x := &typer{module: r.module, scope: sc}
		if v = x.boolean(v, s.Where.Span, "where"); !v.bad() {
			h.Where = v.Expr
		}
	}
	b := r.module.block(s.Body)
	for _, d := range b.other {
		if d, ok := d.(*syntax.Do); ok {
			if done, ok := r.do(d); ok {
				h.Do = append(h.Do, done)
			}
		}
	}
	if r.faults() == before && len(b.other) == 0 && !b.broken {
		r.report(diag.HandlerEmpty, keyword(s.Span, "on"), "this handler does nothing", "write in its block: do ACTION { … }")
	}
	r.unsure = r.unsure || b.broken || b.templated
	r.prog.Handlers = append(r.prog.Handlers, h)
}

// handled checks that the rule can have the outcome.
func (r *ruleCheck) handled(s *syntax.Handler) bool {
	can := betweenHandled
	if r.tree.Over() {
		can = overHandled
	}
	if slices.Contains(can, s.Outcome.Name) {
		return true
	}
	r.add(diag.Diagnostic{Code: diag.HandlerOutcome, Span: s.Outcome.Span, Message: fmt.Sprintf("this rule cannot have the outcome %q", s.Outcome.Name),
		Hint: hintNames(s.Outcome.Name, "it can have", can), Fixes: fixName(s.Outcome.Span, s.Outcome.Name, can)})
	return false
}

// handlerName checks the side, comparison or assert that a handler is limited to.
func (r *ruleCheck) handlerName(s *syntax.Handler) {
	var known []string
	find := func(name string, symbol *Symbol) bool {
		known = append(known, name)
		if name == s.Name.Name && symbol != nil {
			r.use(s.Name.Span, symbol)
		}
		return name == s.Name.Name
	}
	found, what := false, "side"
	switch s.Outcome.Name {
	case "cleared":
		r.report(diag.HandlerName, s.Name.Span, "a cleared break has no side or comparison: nothing is wrong with it any more", "leave the name out; where says which are meant")
		return
	case "mismatch":
		what = "comparison"
		for _, c := range r.comparisons {
			found = find(c.Name, c.symbol) || found
		}
	case "breach":
		what = "assert or unique"
		for _, c := range r.claims {
			found = find(c.Name, c) || found
		}
	default:
		for _, o := range r.sides {
			found = find(o.name, o.symbol) || found
		}
	}
	if !found && !r.unsure && !r.inBroken(s.Name.Name) {
		r.add(diag.Diagnostic{Code: diag.HandlerName, Span: s.Name.Span, Message: fmt.Sprintf("the rule has no %s %q", what, s.Name.Name),
			Hint: hintNames(s.Name.Name, "there are", known), Fixes: fixName(s.Name.Span, s.Name.Name, known)})
	}
}

// breakScope is the scope of an expression over the rows of a break, where any side may have none.
func (r *ruleCheck) breakScope(what string) *scope {
	s := r.rowScope(what)
	s.anySide = true
	if r.totals != nil {
		s.sums, s.within = r.totals, ""
	}
	return s
}

// do checks one thing that a handler does. ok is false if the action is not known.
func (r *ruleCheck) do(s *syntax.Do) (done program.Do, ok bool) {
	d, ok := r.findAction(s.Action)
	var b *block
	if s.Body != nil {
		b = r.module.block(s.Body)
	} else {
		b = &block{}
	}
	if !ok || !d.known {
		for _, a := range b.left() {
			r.expr(a.Value, &scope{message: &message{rule: r}, zone: r.zone, what: "a field"})
		}
		return done, false
	}
	done = program.Do{Action: d.prog, Span: s.Span}
	var given map[string]bool
	t := &taker{name: d.kind.Name, word: "field", at: s.Action.Span, settings: d.kind.Fields, codes: fieldCodes, units: true}
	for _, a := range b.left() {
		t.scope = *r.fieldScope(d, a.Name.Name)
		before := r.faults()
		list, names := r.taken(t, []*syntax.Attribute{a})
		if r.faults() == before && len(list) == 1 && r.openField(list[0]) && r.positive(d, list[0]) {
			done.Fields = append(done.Fields, list[0])
		}
		if given == nil {
			given = names
		}
		for name := range names {
			given[name] = true
		}
	}
	r.placeholders(d, s.Action.Span)
	if !b.broken && !b.templated {
		r.missingSettings(t, given)
	}
	return done, true
}

// fieldScope is what a field of an action may speak of: the rows of its break where it is done for each; in a text, all
// breaks together.
func (r *ruleCheck) fieldScope(d *actionDecl, name string) *scope {
	if d.kind.PerBreak && name == limitField {
		return &scope{message: &message{rule: r, plain: true}, zone: r.zone, what: "a field"}
	}
	if d.kind.PerBreak {
		s := r.breakScope("a field")
		s.message = &message{rule: r, each: true}
		return s
	}
	s := &scope{zone: r.zone, what: "a field"}
	i := slices.IndexFunc(d.kind.Fields, func(f schema.Setting) bool { return f.Name == name })
	if i < 0 || d.kind.Fields[i].Type.Kind == schema.String {
		s.message = &message{rule: r}
	} else {
		s.message = &message{rule: r, plain: true}
	}
	return s
}

// limitField is the field of an action that is done for each break which says for how many of a run at most: one number for all
// of them.
const limitField = "limit"

// positive reports a limit below nothing.
func (r *ruleCheck) positive(d *actionDecl, s program.Setting) bool {
	if !d.kind.PerBreak || s.Name != limitField || s.Value.Op != program.OpLiteral || s.Value.Value.Int >= 0 {
		return true
	}
	r.report(diag.FieldValue, s.Value.Span, "limit is not negative", "write limit = 0 to do nothing, or leave it out to do it for every break")
	return false
}

// openField reports a secret in a field, which is kept in the state and may be printed.
func (r *ruleCheck) openField(s program.Setting) bool {
	open := true
	s.Value.Walk(func(e *program.Expr) bool {
		if e.Op == program.OpSecretRef && open {
			open = false
			r.report(diag.SecretPlace, e.Span, fmt.Sprintf("field %q is kept with the message and may be printed", s.Name), "a secret stands only in a setting of the action that takes one")
		}
		return open
	})
	return open
}
