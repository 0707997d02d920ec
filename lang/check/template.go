package check

import (
	"fmt"
	"slices"
	"strings"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/syntax"
)

// A use is expanded before anything is checked: the statements of the template are copied into the block, and of each copied
// expression and reference its origin is noted. What they name is then looked up where the template is written, with
// the arguments of the use; columns, sides and comparisons where it is used.

// templateDecl is a template.
type templateDecl struct {
	*Symbol
	tree   *syntax.Template
	home   *module
	params []*Symbol // by parameter
	used   bool
	circle bool // was reported
}

// origin is where a copied expression or reference comes from.
type origin struct {
	module *module
	args   map[string]*argument
}

// site is a use of a template in a declaration: what is wrong within the template is wrong there too.
type site struct{ template, use diag.Span }

// maxCopied bounds how many statements templates, and the templates that they use, bring into one declaration.
const maxCopied = 5000

// maxUses bounds templates that use templates.
const maxUses = 64

// maxAllCopied is that bound for all declarations together.
const maxAllCopied = 100_000

// declareTemplate makes a template known.
func (m *module) declareTemplate(d *syntax.Template) {
	t := &templateDecl{Symbol: m.symbol(TemplateSymbol, d.Name, d.Doc), tree: d, home: m}
	for i, p := range d.Params {
		if j := slices.IndexFunc(d.Params[:i], func(o *syntax.ParamDef) bool { return o.Name.Name == p.Name.Name }); j >= 0 {
			m.twice(p.Name, t.params[j])
		}
		t.params = append(t.params, m.symbol(ParamSymbol, p.Name, ""))
	}
	if old, taken := m.templates[d.Name.Name]; taken {
		m.twice(d.Name, old.Symbol)
		return
	}
	m.templates[d.Name.Name] = t
}

// findTemplate is the template that ref names; ok is false after a report.
func (m *module) findTemplate(ref *syntax.Ref) (t *templateDecl, ok bool) {
	m = m.whence(ref)
	in, name, ok := m.look(ref)
	if !ok {
		return nil, false
	}
	if t, ok = in.templates[name.Name]; !ok {
		m.missed(diag.UnknownTemplate, in, ref, "template", knownNames(in.templates), "declare it: template "+name.Name+"() { … }")
		return nil, false
	}
	m.use(name.Span, t.Symbol)
	return t, true
}

// whence is the module in which a reference is looked up: m, unless it came with a template.
func (m *module) whence(n syntax.Node) *module {
	if o := m.origins[n]; o != nil {
		return o.module
	}
	return m
}

// expand replaces the tree of m by one without use.
func (m *module) expand() {
	tree := *m.tree
	tree.Decls = slices.Clone(tree.Decls)
	for i, d := range tree.Decls {
		body := syntax.Body(d)
		if body == nil || !slices.ContainsFunc(body.Stmts, func(s syntax.Stmt) bool { _, is := s.(*syntax.Use); return is }) {
			continue
		}
		e := &expansion{module: m, kind: body.Kind}
		switch d := d.(type) {
		case *syntax.Source:
			c := *d
			c.Body, tree.Decls[i] = e.block(body), &c
		case *syntax.Action:
			c := *d
			c.Body, tree.Decls[i] = e.block(body), &c
		case *syntax.View:
			c := *d
			c.Body, tree.Decls[i] = e.block(body), &c
		case *syntax.Rule:
			c := *d
			c.Body, tree.Decls[i] = e.block(body), &c
		default:
			continue // templates are expanded where they are used
		}
		m.sites[tree.Decls[i]] = e.sites
	}
	m.tree = &tree
}

// expansion expands the block of one declaration.
type expansion struct {
	*module
	kind   syntax.BlockKind
	path   []*templateDecl // those that are being expanded
	outer  diag.Span       // the use in the declaration itself
	copied int
	full   bool // one of the bounds was met, and that has been reported
	sites  []site
	// rehearsal says that this is a template that nobody uses, expanded by itself.
	rehearsal bool
}

func (e *expansion) block(b *syntax.Block) *syntax.Block {
	c := *b
	c.Stmts = e.statements(b.Stmts)
	return &c
}

// statements are those of a block with the statements of templates in the place of each use.
func (e *expansion) statements(stmts []syntax.Stmt) []syntax.Stmt {
	own := map[string]bool{}
	for _, s := range stmts {
		own[single(s)] = true
	}
	type given struct{ use *syntax.Use }
	from := map[string]given{}
	var list []syntax.Stmt
	for _, s := range stmts {
		use, ok := s.(*syntax.Use)
		if !ok {
			list = append(list, s)
			continue
		}
		told := false
		for _, s := range e.use(use) {
			what := single(s)
			switch first := from[what].use; {
			case what == "":
			case own[what]:
				continue
			case first == nil:
				from[what] = given{use}
			case first != use:
				if !told {
					e.add(diag.Diagnostic{Code: diag.TemplateConflict, Span: use.Template.Span, Message: fmt.Sprintf("%s and %s both set %s", first.Template, use.Template, what),
						Hint: "write it here, which replaces both", Related: []diag.Related{{Span: first.Template.Span, Message: "the first one"}}})
				}
				told = true
				continue
			}
			list = append(list, s)
		}
	}
	return list
}

// single names a statement of which a block has one, so that one that it writes itself replaces that of a template; "" of
// others.
func single(s syntax.Stmt) string {
	switch s := s.(type) {
	case *syntax.Attribute:
		return s.Name.Name
	case *syntax.Section:
		return s.Name.Name
	case *syntax.Where:
		return "where"
	case *syntax.Group:
		return "group"
	case *syntax.Drill:
		return "drill into"
	case *syntax.Trigger:
		return "trigger"
	}
	return ""
}

// use are the statements that a use stands for.
func (e *expansion) use(u *syntax.Use) []syntax.Stmt {
	if len(e.path) == 0 || e.rehearsal && len(e.path) == 1 {
		e.outer = u.Template.Span
	}
	unread := &syntax.BadStmt{}
	unread.Span = u.Span
	t, ok := e.findTemplate(u.Template)
	if !ok || t.tree.Body == nil {
		return []syntax.Stmt{unread}
	}
	t.used = t.used || !e.rehearsal
	if slices.Contains(e.path, t) {
		if t.circle {
			return []syntax.Stmt{unread}
		}
		var way []string
		for _, p := range e.path[slices.Index(e.path, t):] {
			way = append(way, p.Name)
			p.circle = true
		}
		e.report(diag.TemplateCircle, u.Template.Span, "these templates use each other in a circle: "+strings.Join(append(way, t.Name), ", "), "")
		return []syntax.Stmt{unread}
	}
	if len(e.path) == maxUses {
		e.report(diag.NestedTooDeep, e.outer, fmt.Sprintf("templates use each other deeper than %d", maxUses), "")
		return []syntax.Stmt{unread}
	}
	o := &origin{module: t.home, args: e.bind(u, t)}
	if len(e.path) == 0 || !slices.ContainsFunc(e.sites, func(s site) bool { return s.template == t.tree.Span }) {
		e.sites = append(e.sites, site{t.tree.Span, e.outer})
	}
	if o.args == nil {
		return []syntax.Stmt{unread}
	}
	var body []syntax.Stmt
	for _, s := range t.tree.Body.Stmts {
		e.copied++
		e.allCopied++
		if e.copied > maxCopied || e.allCopied > maxAllCopied {
			if !e.full {
				e.full = true
				message := fmt.Sprintf("with all templates in their places this block has more than %d statements", maxCopied)
				if e.copied <= maxCopied {
					message = fmt.Sprintf("with all templates in their places there are more than %d statements", maxAllCopied)
				}
				e.report(diag.TooLong, e.outer, message, "")
			}
			return []syntax.Stmt{unread}
		}
		body = append(body, syntax.Copy(s, func(n syntax.Node) { e.origins[n] = o }))
	}
	e.path = append(e.path, t)
	list := e.statements(body)
	e.path = e.path[:len(e.path)-1]
	for i, s := range list {
		word, taken := syntax.Keyword(s, e.kind)
		if taken {
			continue
		}
		e.add(diag.Diagnostic{Code: diag.TemplatePlace, Span: e.outer, Message: fmt.Sprintf("template %s has a statement that does not stand in %s: %s", t.Name, e.kind, word),
			Hint: "take it out of the template, or use the template where all of it fits", Related: []diag.Related{{Span: s.At(), Message: "the statement"}}})
		bad := &syntax.BadStmt{}
		bad.Span = s.At()
		list[i] = bad
	}
	return list
}
