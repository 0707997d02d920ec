package syntax

import "github.com/recon-lang/recon/lang/diag"

// Node is anything in a tree that has a place in the text.
type Node interface {
	// At is the text of the node, from its first token to its last. The doc comment above a
	// declaration is not part of it.
	At() diag.Span
	place() *Place
}

// Place is embedded in every node.
type Place struct{ Span diag.Span }

// At gives the node's span.
func (p *Place) At() diag.Span { return p.Span }

func (p *Place) place() *Place { return p }

// File is the tree of one file.
type File struct {
	Place
	Decls []Decl
	// Tokens are all tokens of the text, blanks and comments included: joined they give back
	// the text.
	Tokens []Token
	// Comments are all comments in the order of the text, doc comments included.
	Comments []*Comment
	// Faulty says that Parse has reported something.
	Faulty bool
}

// Comment is a comment from its # to the end of its line, without the line end.
type Comment struct {
	Place
	Doc bool // it starts with ##
}

// Decl is a declaration: *Edition, *Import, *Param, *Let, *Secret, *Source, *View, *Action,
// *Rule, *Template, *Moved, *Test or *BadDecl.
type Decl interface {
	Node
	// DocText is the text of the ## comments directly above, without the marks and their first
	// blank, lines joined by "\n".
	DocText() string
	documented() *Documented
}

// Documented is embedded in all declarations and statements.
type Documented struct {
	Place
	Doc string // see Decl.DocText
}

// DocText gives Doc.
func (d *Documented) DocText() string { return d.Doc }

func (d *Documented) documented() *Documented { return d }

// BadDecl is text where a declaration should stand and none could be read. What is wrong with
// it has been reported.
type BadDecl struct {
	Documented
	Name *Ident // what it probably declares, or nil
	Body *Block // what could be read of its block, or nil
}

// Edition is: recon 1
type Edition struct {
	Documented
	Number *Lit `parser:"'recon' @@"`
}

// Import is: import "path" as name
type Import struct {
	Documented
	Path *Lit   `parser:"'import' @@"`
	As   *Ident `parser:"( 'as' @@ )?"` // or nil
}

// Param is: param name: type = expr
type Param struct {
	Documented
	ParamDef *ParamDef `parser:"'param' @@"`
}

// ParamDef declares a parameter of a file or of a template.
type ParamDef struct {
	Place
	Name    *Ident `parser:"@@ ':'"`
	Type    *Type  `parser:"@@"`
	Default *Expr  `parser:"( '=' @@ )?"` // or nil
}

// Let is: let name = expr
type Let struct {
	Documented
	Name  *Ident `parser:"'let' @@"`
	Value *Expr  `parser:"'=' @@"`
}

// Secret is: secret name = expr
type Secret struct {
	Documented
	Name  *Ident `parser:"'secret' @@"`
	Value *Expr  `parser:"'=' @@"`
}

// Source is: source name from plugin { … }
type Source struct {
	Documented
	Name   *Ident `parser:"'source' @@"`
	Plugin *Ident `parser:"'from' @@"`
	Body   *Block
}

// Action is: action name from plugin { … }
type Action struct {
	Documented
	Name   *Ident `parser:"'action' @@"`
	Plugin *Ident `parser:"'from' @@"`
	Body   *Block
}

// View is: view name from ref, ref { … }
type View struct {
	Documented
	Name *Ident `parser:"'view' @@"`
	From []*Ref `parser:"'from' @@ ( ',' @@ )*"`
	Body *Block
}

// Rule is: rule name between side, side { … }, or: rule name over side { … }
type Rule struct {
	Documented
	Name  *Ident  `parser:"'rule' @@"`
	Sides []*Side `parser:"( 'between' @@ ( ',' @@ )+ | 'over' @@ )"`
	Body  *Block
}

// Over reports whether r checks one side rather than pairing several.
func (r *Rule) Over() bool { return len(r.Sides) == 1 }

// Template is: template name(param, param) { … }
type Template struct {
	Documented
	Name   *Ident      `parser:"'template' @@"`
	Params []*ParamDef `parser:"'(' ( @@ ( ',' @@ )* )? ')'"`
	Body   *Block
}

// Moved is: moved old to new
type Moved struct {
	Documented
	From *Ref `parser:"'moved' @@"`
	To   *Ref `parser:"'to' @@"`
}

// Test is: test "title" for rule { … }
type Test struct {
	Documented
	Title *Lit `parser:"'test' @@"`
	Rule  *Ref `parser:"'for' @@"`
	Body  *Block
}

// Block is the statements between { and }. Where a block is missing that must be there, it has
// no statements and no width, and its absence has been reported.
type Block struct {
	Place // with both braces; without the second if it is missing
	Kind  BlockKind
	Stmts []Stmt
	// OneLine says that the block was written on one line, its statements set apart by commas.
	OneLine bool
}
