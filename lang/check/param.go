package check

import (
	"fmt"
	"slices"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/program"
)

// sameParams checks that parameters of one name have one type in m and in all that it imports: they get one value. It notes
// those that m knows, its own before those of imports.
func (m *module) sameParams() {
	m.params = map[string]*constantDecl{}
	for _, d := range m.order {
		if d.param != nil && m.params[d.Name] == nil {
			m.params[d.Name] = d
		}
	}
	for _, i := range m.importsOf() {
		if i.module == nil {
			continue
		}
		for _, name := range names(i.module.params) {
			theirs, known := i.module.params[name], m.params[name]
			if known == nil {
				m.params[name] = theirs
				continue
			}
			if known.prog == nil || theirs.prog == nil || known.prog.Type.String() == theirs.prog.Type.String() {
				continue
			}
			at := i.tree.Path.Span
			if known.home == m {
				at = known.param.ParamDef.Type.Span
			}
			m.add(diag.Diagnostic{Code: diag.ParamTypes, Span: at,
				Message: fmt.Sprintf("parameter %s is %s in %s and %s in %s", name, known.prog.Type, known.home.fileName(), theirs.prog.Type, theirs.home.fileName()),
				Hint:    fmt.Sprintf("--param %s=… sets both: give them one type, or different names", name), Related: []diag.Related{{Span: theirs.Span, Message: "the other one"}}})
		}
	}
}

// paramsOf adds the parameters that e uses, and those of their defaults, to those found. One that m declares stands for all of
// its name.
func (m *module) paramsOf(e *program.Expr, found []*program.Param) []*program.Param {
	e.Walk(func(e *program.Expr) bool {
		if e.Op != program.OpParamRef {
			return true
		}
		p := e.Param
		if d := m.constants[e.Name]; d != nil && d.prog != nil {
			p = d.prog
		}
		if p != nil && !slices.Contains(found, p) {
			found = m.paramsOf(p.Default, append(found, p))
		}
		return true
	})
	return found
}

// sameDefaults leaves of the parameters that the rule uses one of each name. Where several files declare it, and the rule's
// own does not, they must agree on its default.
func (r *ruleCheck) sameDefaults() {
	var one []*program.Param
	for _, p := range r.prog.Params {
		i := slices.IndexFunc(one, func(o *program.Param) bool { return o.Name == p.Name })
		if i < 0 {
			one = append(one, p)
			continue
		}
		if defaultText(one[i]) != defaultText(p) {
			r.add(diag.Diagnostic{Code: diag.ParamDefault, Span: r.tree.Name.Span, Message: fmt.Sprintf("two files that the rule reads from give parameter %s different defaults", p.Name),
				Hint: fmt.Sprintf("declare it in this file, which decides: param %s: %s = …", p.Name, p.Type), Related: []diag.Related{{Span: one[i].Span, Message: "one"}, {Span: p.Span, Message: "the other"}}})
		}
	}
	r.prog.Params = one
}

func defaultText(p *program.Param) string {
	if p.Default == nil {
		return ""
	}
	return (&canonWriter{}).expr(p.Default)
}
