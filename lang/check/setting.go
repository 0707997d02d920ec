package check

import (
	"fmt"
	"slices"
	"strings"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/lang/syntax"
	"github.com/recon-lang/recon/sdk/schema"
)

// taker is something that takes settings, as its plugin describes it.
type taker struct {
	name     string    // of the plugin
	word     string    // what its settings are called: "setting" or "field"
	at       diag.Span // where missing ones are reported
	settings []schema.Setting
	one      [][]string // groups of which exactly one is given
	also     []string   // other statements that stand beside the settings
	scope    scope      // of their expressions
	units    bool       // a number may have a unit
	codes    takerCodes
}

// takerCodes are the codes under which faults of settings are reported.
type takerCodes struct{ unknown, missing, kind, value diag.Code }

var settingCodes = takerCodes{diag.UnknownSetting, diag.MissingSetting, diag.SettingType, diag.SettingValue}

// what names a setting in messages.
func (t *taker) what(s schema.Setting) string { return fmt.Sprintf("%s %q", t.word, s.Name) }

// settings checks the settings that a source gives its plugin against the plugin's own
// description.
func (m *module) settings(r *rowsDecl, b *block) {
	name := r.tree.Plugin
	plugin, known := m.cat.Sources[name.Name]
	sc := scope{setting: true, zone: r.zone, what: "a setting"}
	if !known {
		m.noPlugin(name)
		for _, a := range b.left() { // their expressions are checked all the same
			m.expr(a.Value, &sc)
		}
		return
	}
	m.optional(r, plugin)
	t := &taker{name: plugin.Name, word: "setting", at: r.tree.Name.Span, settings: plugin.Settings, one: plugin.OneSetting, also: rowStatements, scope: sc, codes: settingCodes}
	var given map[string]bool
	r.prog.Settings, given = m.taken(t, b.left())
	for _, set := range r.prog.Settings {
		r.prog.Windowed = r.prog.Windowed || variable(set)
	}
	if r.open && (b.broken || b.templated) { // what is missing may stand there
		return
	}
	m.missingSettings(t, given)
}

// taken checks attributes against the settings that t takes. given are the names of those that were given, well or not.
func (m *module) taken(t *taker, attributes []*syntax.Attribute) (list []program.Setting, given map[string]bool) {
	given = map[string]bool{}
	for _, a := range attributes {
		i := slices.IndexFunc(t.settings, func(s schema.Setting) bool { return s.Name == a.Name.Name })
		if i < 0 {
			given[m.unknownSetting(t, a)] = true // it is not missing as well
			sc := t.scope
			m.expr(a.Value, &sc)
			continue
		}
		given[a.Name.Name] = true
		s := t.settings[i]
		m.use(a.Name.Span, &Symbol{Kind: SettingSymbol, Name: s.Name, Type: s.Type, Doc: s.Doc})
		if set, ok := m.checkSetting(t, a, s); ok {
			list = append(list, set)
		}
	}
	return list, given
}

// optional reports optional = true where the plugin knows of no files that could be missing.
func (m *module) optional(r *rowsDecl, plugin schema.Source) {
	a := attribute(r.tree.Body, "optional")
	if a != nil && !slices.ContainsFunc(plugin.Settings, func(s schema.Setting) bool { return s.Name == "optional" }) {
		m.report(diag.UnknownSetting, a.Name.Span, fmt.Sprintf("%s has no setting %q", plugin.Name, "optional"), "it is for files that may be missing")
	}
}

// variable reports whether a setting changes with the window or a parameter.
func variable(s program.Setting) bool {
	found := false
	see := func(e *program.Expr) bool {
		found = found || e.Op == program.OpParamRef || e.Op == program.OpBound
		return !found
	}
	s.Value.Walk(see)
	for _, p := range s.Params {
		p.Value.Walk(see)
	}
	return found
}

func (m *module) noPlugin(name *syntax.Ident) {
	known := knownNames(m.cat.Sources)
	if err := m.cat.Missing[name.Name]; err != nil && diag.Suggest(name.Name, known) == "" {
		message := err.Error()
		if !strings.Contains(message, name.Name) {
			message = fmt.Sprintf("plugin %q cannot be asked what it takes: %s", name.Name, message)
		}
		m.report(diag.PluginUnavailable, name.Span, message, "recon plugin list shows what is installed")
		return
	}
	m.add(diag.Diagnostic{Code: diag.UnknownPlugin, Span: name.Span, Message: fmt.Sprintf("there is no source plugin %q", name.Name),
		Hint: orElse(hintNames(name.Name, "", known), "recon plugin list shows what is installed"), Fixes: fixName(name.Span, name.Name, known)})
}

// unknownSetting reports a setting and gives the one that was probably meant, or "".
func (m *module) unknownSetting(t *taker, a *syntax.Attribute) string {
	if name := a.Name.Name; slices.Contains(t.also, name) && (name == "where" || name == "columns") {
		how := map[string]string{"where": "where " + a.Value.Span.Text(), "columns": "columns { … }"}
		m.report(diag.UnknownSetting, a.Name.Span, fmt.Sprintf("%s is a statement, not a setting", name), "write it without the sign: "+how[name])
		return ""
	}
	known := slices.Clone(t.also)
	for _, s := range t.settings {
		known = append(known, s.Name)
	}
	slices.Sort(known)
	known = slices.Compact(known)
	m.add(diag.Diagnostic{Code: t.codes.unknown, Span: a.Name.Span, Message: fmt.Sprintf("%s has no %s %q", t.name, t.word, a.Name.Name),
		Hint: hintNames(a.Name.Name, "it has", known), Fixes: fixName(a.Name.Span, a.Name.Name, known)})
	return diag.Suggest(a.Name.Name, known)
}

func (m *module) missingSettings(t *taker, given map[string]bool) {
	for _, s := range t.settings {
		if s.Required && !given[s.Name] {
			hint := s.Doc
			if s.Example != "" {
				hint = fmt.Sprintf("for example %s = %s", s.Name, s.Example)
			}
			m.report(t.codes.missing, t.at, fmt.Sprintf("%s needs the %s %q", t.name, t.word, s.Name), hint)
		}
	}
	for _, group := range t.one {
		var have []string
		for _, name := range group {
			if given[name] {
				have = append(have, name)
			}
		}
		switch {
		case len(have) == 0:
			m.report(diag.OneSetting, t.at, fmt.Sprintf("%s needs %s", t.name, orList(group)), "")
		case len(have) > 1:
			m.report(diag.OneSetting, t.at, fmt.Sprintf("%s takes only one of %s", t.name, strings.Join(have, " and ")), "remove the others")
		}
	}
}

// checkSetting checks the value of one setting.
func (m *module) checkSetting(t *taker, a *syntax.Attribute, s schema.Setting) (program.Setting, bool) {
	set := program.Setting{Name: s.Name, Span: a.Value.Span}
	if home := m.whence(a.Value); home != m {
		set.Dir = home.dir()
	}
	if s.Type.Kind == schema.SQL {
		return set, m.sql(t, a, &set)
	}
	sc := t.scope
	if s.Type.Kind == schema.List && s.Type.Elem != nil && s.Type.Elem.Kind == schema.Secret {
		sc.hidden = a.Value.Span
	}
	v := m.expr(a.Value, &sc)
	if v.bad() {
		return set, false
	}
	if s.Type.Kind == schema.List {
		return set, m.listSetting(t, v, s, &set)
	}
	if v.list != nil {
		m.report(t.codes.kind, v.Span, fmt.Sprintf("%s takes one value, not a list", t.what(s)), "")
		return set, false
	}
	set.Value = v.Expr
	return set, m.settingValue(t, v, s.Type, s)
}

// settingValue checks v against the type that a setting has, or that the values of its list have.
func (m *module) settingValue(taker *taker, v value, t schema.Type, s schema.Setting) bool {
	what := taker.what(s)
	switch t.Kind {
	case schema.String, schema.Path, schema.Secret:
	default:
		before := m.faults()
		if taker.units && !v.Unit.None() {
			bare := *v.Expr
			bare.Unit, v.Expr = program.Unit{}, &bare
		}
		if m.fits(v, t, what) {
			return true
		}
		for i := before; i < len(m.list); i++ {
			m.list[i].Code = taker.codes.kind
		}
		return false
	}
	switch k := v.Type.Kind; {
	case k == schema.Secret && t.Kind == schema.Secret:
		return true
	case k == schema.Secret:
		m.report(diag.SecretPlace, v.Span, fmt.Sprintf("%s is no secret, and its value may be printed", what), "a secret stands only in a setting that takes one")
		return false
	case !textual(k):
		hint := ""
		if v.literal() && k != schema.Null {
			hint = fmt.Sprintf("write %q", v.Span.Text())
		}
		if !v.literal() && v.list == nil && k != schema.Null {
			hint = fmt.Sprintf(`write "${%s}"`, v.Span.Text())
		}
		m.report(taker.codes.kind, v.Span, fmt.Sprintf("%s is a text, and this is %s", what, v.Type.Kind), hint)
		return false
	}
	if v.literal() && len(s.OneOf) > 0 && !slices.Contains(s.OneOf, v.Value.Text) {
		d := diag.Diagnostic{Code: taker.codes.value, Span: v.Span, Message: fmt.Sprintf("%s cannot be %q", what, v.Value.Text), Hint: hintNames(v.Value.Text, "it is one of", s.OneOf)}
		if near := diag.Suggest(v.Value.Text, s.OneOf); near != "" {
			d.Fixes = []diag.Fix{{Title: fmt.Sprintf("write %q", near), Edits: []diag.Edit{{Span: v.Span, New: fmt.Sprintf("%q", near)}}}}
		}
		m.add(d)
		return false
	}
	retype(v.Expr, t)
	return true
}

// retype makes a text one of a setting's own kind: a path, a query, a secret.
func retype(e *program.Expr, t schema.Type) {
	e.Type = schema.Type{Kind: t.Kind}
	if e.Op == program.OpLiteral {
		e.Value.Type = e.Type
	}
}

// listSetting checks the value of a setting that takes a list; a single value is a list of one.
func (m *module) listSetting(t *taker, v value, s schema.Setting, set *program.Setting) bool {
	elem := schema.Type{Kind: schema.String}
	if s.Type.Elem != nil {
		elem = *s.Type.Elem
	}
	if v.list == nil {
		set.Value = v.Expr
		return m.settingValue(t, v, elem, s)
	}
	list := schema.Value{Type: schema.Type{Kind: schema.List, Elem: &elem}}
	for _, e := range v.list {
		if !m.settingValue(t, e, elem, s) {
			return false
		}
		if e.literal() {
			list.List = append(list.List, e.Value)
		}
	}
	v.Type = list.Type
	if len(list.List) == len(v.list) {
		v.Expr = constant(list, v.Span).Expr
	}
	set.Value = v.Expr
	return true
}

// sql checks a query and binds its :name parameters.
func (m *module) sql(t *taker, a *syntax.Attribute, set *program.Setting) bool {
	if a.Value.Bad {
		return false
	}
	if at, ok := interpolation(a.Value); ok {
		m.report(diag.SQLInterpolation, at, "a query takes no ${…}, which could smuggle SQL into it", "write :name, which binds a parameter as a value")
		return false
	}
	v := m.expr(a.Value, &scope{setting: t.scope.setting, zone: t.scope.zone, what: "a query"})
	if v.bad() {
		return false
	}
	if !v.literal() || v.Type.Kind != schema.String {
		m.report(t.codes.kind, v.Span, fmt.Sprintf("%s %q is a query, a literal text", t.word, a.Name.Name), `write """ … """; :name binds a parameter`)
		return false
	}
	retype(v.Expr, schema.Type{Kind: schema.SQL})
	set.Value = v.Expr
	params, err := schema.SQLParams(v.Value.Text)
	if err != nil {
		m.report(diag.BadSQL, v.Span, "this query cannot be read safely: "+err.Error(), "")
		return false
	}
	ok := true
	for i, p := range params {
		if slices.ContainsFunc(set.Params, func(b program.Binding) bool { return b.Name == p.Name }) {
			continue
		}
		value, bound := m.sqlParam(t, a.Value, p.Name, queryPlace(a.Value, i, len(params), p.Name))
		if ok = ok && bound; bound {
			set.Params = append(set.Params, program.Binding{Name: p.Name, Value: value})
		}
	}
	return ok
}

// sqlParam is the value that :name binds.
func (m *module) sqlParam(t *taker, of *syntax.Expr, name string, at diag.Span) (*program.Expr, bool) {
	s := &scope{setting: t.scope.setting, zone: t.scope.zone, what: "a query"}
	x := &typer{module: m, scope: s}
	if s.setting && (name == "window_start" || name == "window_end") {
		return bound(name, at).Expr, true
	}
	if o := m.origins[of]; o != nil {
		m, x.module, x.args = o.module, o.module, o.args
	}
	d, ok := m.constants[name]
	a, argument := x.args[name]
	if !ok && !argument {
		if m.inBroken(name) {
			return nil, false
		}
		known := append(knownNames(m.constants), knownNames(x.args)...)
		if s.setting {
			known = append(known, "window_start", "window_end")
		}
		m.report(diag.SQLParam, at, fmt.Sprintf("unknown parameter :%s in the query", name), hintNames(name, "known are", known))
		return nil, false
	}
	var v value
	written := at
	if strings.HasPrefix(at.Text(), ":") {
		written.Start++
	}
	switch {
	case ok && argument:
		m.report(diag.AmbiguousName, at, fmt.Sprintf(":%s is a parameter of template %s as well as a %s", name, a.of.Name, d.Kind), "give one of them another name")
		return nil, false
	case argument:
		v = x.argumentValue(at, written, a)
	default:
		v = x.constantValue(at, written, d)
	}
	if v.bad() {
		return nil, false
	}
	switch v.Type.Kind {
	case schema.List, schema.Map, schema.Percent, schema.Duration, schema.Null:
		m.report(diag.SQLParam, at, fmt.Sprintf("a query cannot bind %s", v.Type.Kind), "")
		return nil, false
	}
	settle(v.civil, orElse(s.zone, "UTC"))
	return v.Expr, true
}

// queryPlace is the place of the i-th parameter of a query in the rule file: of its n there are as
// many in the text as it is written, whose escapes and indentation are no parameters.
func queryPlace(e *syntax.Expr, i, n int, name string) diag.Span {
	if len(e.Tokens) != 1 {
		return e.Span
	}
	t := e.Tokens[0]
	quotes := 1
	if t.Kind == syntax.Text {
		quotes = 3
	}
	raw := e.TokenText(t)
	if t.Kind != syntax.Text && t.Kind != syntax.String || len(raw) < 2*quotes {
		return e.Span
	}
	written, err := schema.SQLParams(raw[quotes : len(raw)-quotes])
	if err != nil || len(written) != n || written[i].Name != name {
		return e.Span
	}
	start := t.Start + quotes
	return diag.Span{File: e.Span.File, Start: start + written[i].Start, End: start + written[i].End}
}
