package syntax

// Stmt is a statement in a block: *Attribute, *Section, *Column, *Where, *Join, *Group, *Total,
// *Key, *Compare, *Unique, *Assert, *Drill, *Gate, *Handler, *Do, *Use, *Trigger, *Run, *Given,
// *Expect, *SetParam, *Row or *BadStmt. One that stands in the wrong kind of block has been
// reported and is a *BadStmt, so whoever reads a block meets only statements that it takes.
type Stmt interface {
	Node
	DocText() string
	documented() *Documented
	stmt()
}

func (*Attribute) stmt() {}
func (*Section) stmt()   {}
func (*Column) stmt()    {}
func (*Where) stmt()     {}
func (*Join) stmt()      {}
func (*Group) stmt()     {}
func (*Total) stmt()     {}
func (*Key) stmt()       {}
func (*Compare) stmt()   {}
func (*Unique) stmt()    {}
func (*Assert) stmt()    {}
func (*Drill) stmt()     {}
func (*Gate) stmt()      {}
func (*Handler) stmt()   {}
func (*Do) stmt()        {}
func (*Use) stmt()       {}
func (*Trigger) stmt()   {}
func (*Run) stmt()       {}
func (*Given) stmt()     {}
func (*Expect) stmt()    {}
func (*SetParam) stmt()  {}
func (*Row) stmt()       {}
func (*BadStmt) stmt()   {}

// BadStmt is text where a statement should stand and none could be read, or one that does not
// belong here. What is wrong with it has been reported. Body holds what could be read of its
// block, or is nil.
type BadStmt struct {
	Documented
	Name *Ident // what it probably names, such as a column, or nil
	Body *Block
}

func (*BadStmt) bad() {}
func (*BadDecl) bad() {}

// Attribute is: name = expr
type Attribute struct {
	Documented
	Name  *Ident `parser:"@@ '='"`
	Value *Expr  `parser:"@@"`
}

// Section is: schedule { … }, window { … } or columns { … }; Body.Kind says which.
type Section struct {
	Documented
	Name *Ident `parser:"@@"`
	Body *Block
}

// Column is: name type unit "CNY" = expr. It stands in columns and in a view's group.
type Column struct {
	Documented
	Name  *Ident `parser:"@@"`
	Type  *Type  `parser:"@@"`
	Unit  *Lit   `parser:"( 'unit' @@ )?"` // String or Name, or nil
	Value *Expr  `parser:"( '=' @@ )?"`    // or nil
}

// Where is: where expr
type Where struct {
	Documented
	Cond *Expr `parser:"'where' @@"`
}

// Join is: join ref as name on a = ref.b, c = ref.d
type Join struct {
	Documented
	Ref *Ref        `parser:"'join' @@"`
	As  *Ident      `parser:"( 'as' @@ )?"` // or nil
	On  []*Equation `parser:"'on' @@ ( ',' @@ )*"`
}

// Group is, in a view: group expr as name, expr { aggregates }
type Group struct {
	Documented
	By   []*Named `parser:"'group' @@ ( ',' @@ )*"`
	Body *Block
}

// Total is, in a rule: group a.x = b.y as name
type Total struct {
	Documented
	Equation *Equation `parser:"'group' @@"`
	As       *Ident    `parser:"( 'as' @@ )?"` // or nil
}

// Key is: key a.x = b.y as name
type Key struct {
	Documented
	Equation *Equation `parser:"'key' @@"`
	As       *Ident    `parser:"( 'as' @@ )?"` // or nil
}

// Compare is: compare a.x = b.y within 0.01 ignoring case where cond as name
type Compare struct {
	Documented
	Equation *Equation  `parser:"'compare' @@"`
	Within   *Tolerance `parser:"( 'within' @@ )?"` // or nil
	Ignoring []*Ident   `parser:"( 'ignoring' @@ ( ',' @@ )* )?"`
	Where    *Expr      `parser:"( 'where' @@ )?"` // or nil
	As       *Ident     `parser:"( 'as' @@ )?"`    // or nil
}

// Unique is: unique a, b as name
type Unique struct {
	Documented
	By []*Named `parser:"'unique' @@ ( ',' @@ )*"`
}

// Assert is: assert expr as name
type Assert struct {
	Documented
	Cond *Expr  `parser:"'assert' @@"`
	As   *Ident `parser:"( 'as' @@ )?"` // or nil
}

// Drill is: drill into a, b
type Drill struct {
	Documented
	Into []*Named `parser:"'drill' 'into' @@ ( ',' @@ )*"`
}

// Gate is: fail when expr, or: warn when expr
type Gate struct {
	Documented
	Severity *Ident `parser:"@@ 'when'"` // fail or warn
	When     *Expr  `parser:"@@"`
}

// Handler is: on outcome name where expr { … }
type Handler struct {
	Documented
	Outcome *Ident `parser:"'on' @@"`               // one of Outcomes
	Name    *Ident `parser:"( (?! 'where' ) @@ )?"` // a side or comparison, or nil
	Where   *Expr  `parser:"( 'where' @@ )?"`       // or nil
	Body    *Block
}

// Do is: do action { … }
type Do struct {
	Documented
	Action *Ref   `parser:"'do' @@"`
	Body   *Block // or nil
}

// Use is: use template(name = expr, name = expr)
type Use struct {
	Documented
	Template *Ref         `parser:"'use' @@"`
	Args     []*Attribute `parser:"'(' ( @@ ( ',' @@ )* )? ')'"`
}

// Trigger is: trigger source.changes { … }
type Trigger struct {
	Documented
	Ref  *Ref `parser:"'trigger' @@"`
	Body *Block
}

// Run is, in a test: run at 2026-11-21T06:30 { … }
type Run struct {
	Documented
	Instant *Lit `parser:"'run' 'at' @@"` // Date or Datetime
	Body    *Block
}

// Given is: given ref after 5s { rows }, or: given ref from "file.csv"
type Given struct {
	Documented
	Ref   *Ref `parser:"'given' @@"`
	After *Lit `parser:"( 'after' @@ )?"` // Quantity, or nil
	From  *Lit `parser:"( 'from' @@ )?"`  // String, or nil if there is a Body
	Body  *Block
}

// Expect is: expect outcome name 2, or: expect outcome name { rows }
type Expect struct {
	Documented
	Outcome *Ident `parser:"'expect' @@"` // matched, pending or one of Outcomes
	Name    *Ident `parser:"@@?"`         // a side or comparison, or nil
	Count   *Lit   `parser:"@@?"`         // Number, or nil if there is a Body
	Body    *Block
}

// SetParam is, in a test: param name = expr
type SetParam struct {
	Documented
	Name  *Ident `parser:"'param' @@"`
	Value *Expr  `parser:"'=' @@"`
}

// Row is a line of a table: | a | b |
type Row struct {
	Documented
	Cells []*Cell
}

// Cell is one cell of a row, without the blanks around it. An unquoted empty cell is null.
type Cell struct {
	Place
	Text   string // decoded: without quotes and escapes
	Quoted bool
}

// Null reports whether the cell stands for null.
func (c *Cell) Null() bool { return c.Text == "" && !c.Quoted }
