package check

import (
	"fmt"
	"slices"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/lang/syntax"
)

// module is one file with its names. Params and lets share a namespace, for both stand bare in
// expressions; sources and views share one, for both are sides.
type module struct {
	*checker
	tree   *syntax.File
	parsed *syntax.File // as it was read; in tree the declarations that use templates are others

	constants map[string]*constantDecl // params and lets
	order     []*constantDecl
	params    map[string]*constantDecl // of this file and those that it imports
	secrets   map[string]*secretDecl
	rows      map[string]*rowsDecl // sources and views
	actions   map[string]*actionDecl
	imports   map[string]*importDecl
	rules     map[string]*ruleDecl
	templates map[string]*templateDecl
	pending   []*argument // of all uses in this file, and of those in templates that they use
	broken    bool        // some declaration could not be read and may be what is missed elsewhere
}

// constantDecl is a param or a let. It is typed when it is first needed.
type constantDecl struct {
	*Symbol
	param *syntax.Param // or
	let   *syntax.Let
	state progress
	home  *module        // where it is declared, and its names are looked up
	value value          // of a let
	prog  *program.Param // of a param, nil if its type is unknown
}

// progress tells a circle from a second use.
type progress uint8

const (
	fresh progress = iota
	underway
	done
)

// secretDecl is a secret; prog is nil if it could not be read.
type secretDecl struct {
	*Symbol
	prog *program.Secret
}

// rowsDecl is something that has rows: a source or a view.
type rowsDecl struct {
	*Symbol
	tree  *syntax.Source // nil for a view
	view  *syntax.View   // nil for a source
	state progress       // of a view
	prog  *program.Source
	// open says that the columns are not all known, for a reason that has been reported. A name
	// that is not among them is then nobody's fault.
	open    bool
	zone    string
	columns map[string]int
	defs    []*Symbol // by column
	trees   []*syntax.Column
	zones   []columnZone      // of a view, by column
	gone    map[string]string // columns that somebody may look for in vain, each with a hint why
	reads   int               // how many sources and views a view reads, directly and through others
	faulty  bool              // a view that cannot be run: it, or something that it reads, has a fault
	mixed   bool              // a view some of whose rows are cut by settings, and others by time
}

// columnZone is the time zone in which the date parts of a column are taken. It is several if the column comes from
// sources with different ones.
type columnZone struct {
	zone    string
	several bool
}

// ruleDecl is a rule. Before its module has checked its rules there is its name and tree only; prog is nil if the rule
// could not be lowered.
type ruleDecl struct {
	*Symbol
	tree  *syntax.Rule
	check *ruleCheck
	prog  *program.Rule
}

// open makes a module of a file. Its imports and templates are known; they are needed to see what else it declares.
func (c *checker) open(f *syntax.File) *module {
	m := &module{
		checker: c, tree: f, parsed: f,
		constants: map[string]*constantDecl{}, secrets: map[string]*secretDecl{}, rows: map[string]*rowsDecl{}, actions: map[string]*actionDecl{},
		imports: map[string]*importDecl{}, rules: map[string]*ruleDecl{}, templates: map[string]*templateDecl{},
	}
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *syntax.Import:
			m.imported(d)
		case *syntax.Template:
			m.declareTemplate(d)
		case *syntax.BadDecl:
			m.broken = true
		}
	}
	return m
}

// declare makes all other names known. It reports what is declared twice.
func (m *module) declare() {
	for _, d := range m.tree.Decls {
		switch d := d.(type) {
		case *syntax.Param:
			m.constant(&constantDecl{param: d}, ParamSymbol, d.ParamDef.Name, d.Doc)
		case *syntax.Let:
			m.constant(&constantDecl{let: d}, LetSymbol, d.Name, d.Doc)
		case *syntax.Secret:
			s := m.symbol(SecretSymbol, d.Name, d.Doc)
			if old, taken := m.secrets[d.Name.Name]; taken {
				m.twice(d.Name, old.Symbol)
				continue
			}
			m.secrets[d.Name.Name] = &secretDecl{Symbol: s}
		case *syntax.Source:
			m.declareRows(&rowsDecl{tree: d}, SourceSymbol, d.Name, d.Doc)
		case *syntax.View:
			m.declareRows(&rowsDecl{view: d}, ViewSymbol, d.Name, d.Doc)
		case *syntax.Action:
			a := &actionDecl{Symbol: m.symbol(ActionSymbol, d.Name, d.Doc), tree: d}
			if old, taken := m.actions[d.Name.Name]; taken {
				m.twice(d.Name, old.Symbol)
				continue
			}
			m.actions[d.Name.Name] = a
		case *syntax.Rule:
			r := &ruleDecl{Symbol: m.symbol(RuleSymbol, d.Name, d.Doc), tree: d}
			if m.rules[d.Name.Name] == nil {
				m.rules[d.Name.Name] = r
			}
		}
	}
}

// claimRules takes the names of m's rules, which are unique among all files.
func (m *module) claimRules() {
	for _, d := range m.tree.Decls {
		d, ok := d.(*syntax.Rule)
		if !ok {
			continue
		}
		if old, taken := m.ruleSpans[d.Name.Name]; taken {
			m.twice(d.Name, &Symbol{Kind: RuleSymbol, Span: old})
			continue
		}
		m.ruleSpans[d.Name.Name] = d.Name.Span
	}
}

func (m *module) symbol(kind SymbolKind, name *syntax.Ident, doc string) *Symbol {
	return m.def(&Symbol{Kind: kind, Name: name.Name, Span: name.Span, Doc: doc})
}

func (m *module) constant(d *constantDecl, kind SymbolKind, name *syntax.Ident, doc string) {
	d.Symbol, d.home = m.symbol(kind, name, doc), m
	m.order = append(m.order, d)
	if old, taken := m.constants[name.Name]; taken {
		m.twice(name, old.Symbol)
		return
	}
	m.constants[name.Name] = d
}

func (m *module) declareRows(d *rowsDecl, kind SymbolKind, name *syntax.Ident, doc string) {
	d.Symbol = m.symbol(kind, name, doc)
	if old, taken := m.rows[name.Name]; taken {
		m.twice(name, old.Symbol)
		return
	}
	m.rows[name.Name] = d
}

func (m *module) twice(name *syntax.Ident, old *Symbol) {
	m.add(diag.Diagnostic{Code: diag.AlreadyDeclared, Span: name.Span, Message: fmt.Sprintf("%s %q is declared already", old.Kind, name.Name),
		Hint: "give one of them another name", Related: []diag.Related{{Span: old.Span, Message: "the first declaration"}}})
}

// check checks all declarations of m, names first.
func (m *module) check() {
	for _, d := range m.tree.Decls {
		if d, ok := d.(*syntax.Secret); ok {
			m.secret(d)
		}
	}
	for _, d := range m.order {
		m.resolve(d)
	}
	for _, a := range m.pending {
		a.resolve()
	}
	m.sameParams()
	for i, d := range m.tree.Decls {
		m.inside = m.sites[d]
		switch d := d.(type) {
		case *syntax.Template:
			if t := m.templates[d.Name.Name]; t.tree == d {
				m.body(i, func() { m.template(t) })
			}
		case *syntax.Source:
			if r := m.rows[d.Name.Name]; r != nil && r.tree == d {
				m.body(i, func() { m.source(r) })
			}
		case *syntax.Action:
			if a := m.actions[d.Name.Name]; a.tree == d {
				m.body(i, func() { m.action(a) })
			}
		}
	}
	for i, d := range m.tree.Decls {
		if d, ok := d.(*syntax.View); ok {
			if r := m.rows[d.Name.Name]; r != nil && r.view == d {
				m.inside = m.sites[d]
				m.body(i, func() { m.shape(r) })
			}
		}
	}
	for i, d := range m.tree.Decls {
		if d, ok := d.(*syntax.Rule); ok {
			r := m.rules[d.Name.Name]
			if r.tree != d { // a second one of that name, which nobody can mean
				r = &ruleDecl{tree: d}
			}
			m.inside = m.sites[d]
			m.body(i, func() { m.rule(r) })
		}
	}
	m.inside = nil
	for _, r := range m.rows {
		m.info.Columns[r.Symbol] = r.defs
	}
	m.tests()
}

// manyNames is how many names a hint looks through.
const manyNames = 2000

// knownNames are the names of a map for a hint: all, or none if they are too many to look through at each fault.
func knownNames[V any](of map[string]V) []string {
	if len(of) > manyNames {
		return nil
	}
	return names(of)
}

// names are the names of a map in the order of the alphabet.
func names[V any](of map[string]V) []string {
	list := make([]string, 0, len(of))
	for name := range of {
		list = append(list, name)
	}
	slices.Sort(list)
	return list
}
