package check

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/lang/syntax"
	"github.com/recon-lang/recon/sdk/schema"
)

// actionDecl is an action that a file declares. known is false where its kind is not: what its handlers give
// it is then nobody's fault.
type actionDecl struct {
	*Symbol
	tree  *syntax.Action
	prog  *program.Action
	kind  schema.Action
	known bool
}

// action checks what an action is given against what its kind takes.
func (m *module) action(d *actionDecl) {
	name := d.tree.Plugin
	d.prog = &program.Action{Name: d.Name, Plugin: name.Name, Doc: d.Doc, Dir: m.dir(), Span: d.tree.Name.Span}
	m.prog.Actions = append(m.prog.Actions, d.prog)
	d.kind, d.known = m.cat.Actions[name.Name]
	m.use(name.Span, &Symbol{Kind: PluginSymbol, Name: name.Name, Doc: d.kind.Doc})
	d.prog.PerBreak = d.kind.PerBreak
	b := m.block(d.tree.Body)
	sc := scope{what: "a setting"}
	if !d.known {
		m.noAction(name)
		for _, a := range b.left() {
			m.expr(a.Value, &sc)
		}
		return
	}
	t := &taker{name: d.kind.Name, word: "setting", at: d.tree.Name.Span, settings: d.kind.Settings, scope: sc, codes: settingCodes}
	var given map[string]bool
	d.prog.Settings, given = m.taken(t, b.left())
	for _, set := range d.prog.Settings {
		m.sameForAllRuns(set)
	}
	if !b.broken && !b.templated {
		m.missingSettings(t, given)
	}
}

func (m *module) noAction(name *syntax.Ident) {
	known := knownNames(m.cat.Actions)
	if err := m.cat.Missing[name.Name]; err != nil && diag.Suggest(name.Name, known) == "" {
		m.report(diag.PluginUnavailable, name.Span, fmt.Sprintf("plugin %q cannot be asked what it takes: %s", name.Name, err), "recon plugin list shows what is installed")
		return
	}
	m.add(diag.Diagnostic{Code: diag.UnknownActionKind, Span: name.Span, Message: fmt.Sprintf("there is no action of the kind %q", name.Name),
		Hint: hintNames(name.Name, "there are", known), Fixes: fixName(name.Span, name.Name, known)})
}

// sameForAllRuns reports a setting that a run would have to be known for.
func (m *module) sameForAllRuns(s program.Setting) {
	see := func(e *program.Expr) bool {
		if e.Op == program.OpParamRef {
			m.report(diag.ActionRun, e.Span, fmt.Sprintf("the settings of an action are the same for all runs, and the parameter %s is not", e.Name),
				"give it in a field, where the action is done; or write a let")
			return false
		}
		return true
	}
	s.Value.Walk(see)
	for _, p := range s.Params {
		p.Value.Walk(see)
	}
}

var placeholder = regexp.MustCompile(`\{([\p{L}_][\p{L}\p{N}_.]*)\}`)

// placeholders reports a {name} in the texts of an action that the rule has no value for.
func (r *ruleCheck) placeholders(d *actionDecl, at diag.Span) {
	if !d.kind.PerBreak {
		return
	}
	for _, s := range d.prog.Settings {
		s.Value.Walk(func(e *program.Expr) bool {
			if e.Op != program.OpLiteral || e.Value.Null || !textual(e.Type.Kind) {
				return true
			}
			for _, m := range placeholder.FindAllStringSubmatch(e.Value.Text, -1) {
				r.placeholder(d, s, m[1], at)
			}
			return true
		})
	}
}

func (r *ruleCheck) placeholder(d *actionDecl, s program.Setting, name string, at diag.Span) {
	if slices.ContainsFunc(r.keys, func(k *key) bool { return k.Name == name }) {
		return
	}
	head, column, qualified := strings.Cut(name, ".")
	var have, known []string
	for _, o := range r.sides {
		if o.rows.open {
			return
		}
		if _, ok := o.column(column); ok && qualified && o.name == head {
			return
		}
		if _, ok := o.column(name); ok {
			have = append(have, o.name)
		}
		known = append(known, knownNames(o.rows.columns)...)
	}
	for _, k := range r.keys {
		known = append(known, k.Name)
	}
	slices.Sort(known)
	switch {
	case len(have) == 1:
		return
	case len(have) > 1:
		r.add(diag.Diagnostic{Code: diag.ActionPlaceholder, Span: at, Message: fmt.Sprintf("{%s} of action %s is a column of %s", name, d.Name, strings.Join(have, " and of ")),
			Hint: fmt.Sprintf("name a key, or the side too: {%s.%s}", have[0], name), Related: []diag.Related{{Span: s.Span, Message: "the setting"}}})
	default:
		r.add(diag.Diagnostic{Code: diag.ActionPlaceholder, Span: at, Message: fmt.Sprintf("rule %s has no key or column for {%s} of action %s", r.prog.Name, name, d.Name),
			Hint: hintNames(name, "there are", slices.Compact(known)), Related: []diag.Related{{Span: s.Span, Message: "the setting"}}})
	}
}
