package check

import (
	"slices"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/schema"
)

// Info is what a check learned about names and expressions, for editors and other tools. Its maps
// are by place: the span of a name where it is declared, where it is used, and the span of
// an expression.
type Info struct {
	Defs  map[diag.Span]*Symbol
	Uses  map[diag.Span]*Symbol
	Types map[diag.Span]Typed
	// More are the other symbols of a use that has several: the single term of an equation names a column of each side,
	// and so does a name in a template that is used several times.
	More map[diag.Span][]*Symbol
	// InTests are the names that tests use: of sources and sides, of the columns in the heads of tables, of comparisons and
	// parameters. They are no Uses, for what only a test names is used by no rule.
	InTests map[diag.Span]*Symbol
	// Columns are the columns of each source and view, in their order, as far as they are known.
	Columns map[*Symbol][]*Symbol
}

// Typed is the type of an expression, with its unit.
type Typed struct {
	Type schema.Type
	Unit program.Unit
}

// Symbol is something that has a name.
type Symbol struct {
	Kind SymbolKind
	Name string
	Span diag.Span // of the name where it is declared; no file for a function or a plugin
	Type schema.Type
	Unit program.Unit
	Doc  string
}

// SymbolKind says what a Symbol is.
type SymbolKind string

// The kinds of symbols.
const (
	ParamSymbol      SymbolKind = "param"
	LetSymbol        SymbolKind = "let"
	SecretSymbol     SymbolKind = "secret"
	SourceSymbol     SymbolKind = "source"
	ViewSymbol       SymbolKind = "view"
	ActionSymbol     SymbolKind = "action"
	TemplateSymbol   SymbolKind = "template"
	ModuleSymbol     SymbolKind = "module"
	RuleSymbol       SymbolKind = "rule"
	SideSymbol       SymbolKind = "side"
	ColumnSymbol     SymbolKind = "column"
	KeySymbol        SymbolKind = "key"
	ComparisonSymbol SymbolKind = "comparison"
	AssertSymbol     SymbolKind = "assert"
	FunctionSymbol   SymbolKind = "function"
	PluginSymbol     SymbolKind = "plugin"
	SettingSymbol    SymbolKind = "setting"
)

func (c *checker) def(s *Symbol) *Symbol {
	c.info.Defs[s.Span] = s
	return s
}

func (c *checker) use(at diag.Span, s *Symbol) {
	if old := c.info.Uses[at]; old != nil && !old.same(s) && !slices.ContainsFunc(c.info.More[at], old.same) {
		c.info.More[at] = append(c.info.More[at], old)
	}
	c.info.Uses[at] = s
}

// same reports whether two symbols are of one declaration: those of the columns of a view are copies of those of its sources.
func (s *Symbol) same(o *Symbol) bool {
	return s.Kind == o.Kind && s.Name == o.Name && s.Span == o.Span
}
