package program

import (
	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/sdk/schema"
)

// View says how the rows of a view come about. In its expressions an OpColumn of side 0 is a
// column of Row, and one of side 1+j a column of Joins[j].Source.
//
// Every row of every part is taken, cut by the window if Cut, shaped to Row's first columns and joined; then the
// derived columns of Row are computed, none of which reads another one, rows that do not meet Where are left out,
// and the rest is grouped if there is a Group. The columns of the source that the view is are Row, or Group.Out.
type View struct {
	Parts []Part
	Joins []Join
	Row   []Column // first those of the parts, then derived ones
	Where *Expr    // nil: all rows
	Group *Group   // nil: the rows are not grouped
	// Cut says that the rows of the parts are cut by the window, each part by its own settings or
	// time, because what the view gives has no time any more.
	Cut bool
}

// Part is a source or view whose rows a view takes. Columns[i] is the index of the column of
// Source that is Row[i]; its type may be narrower than that of Row[i].
type Part struct {
	Source  *Source
	Columns []int
	Span    diag.Span
}

// Join looks up, for each row, the one row of Source under which all equations hold. None gives nulls; two are an error
// that names the row. A null in an equation finds nothing.
type Join struct {
	Name   string
	Source *Source
	On     []Equation
	Span   diag.Span
}

// Equation is one equation of a join. This reads Row and earlier joins, Other the joined source
// only; both are converted to Type, and are then equal as keys are.
type Equation struct {
	This, Other *Expr
	Type        schema.Type
}

// Group sums rows up. The group's row is the values of By, followed by the Aggregates; in Out an
// OpColumn of side 0 is a column of that row, and so is the column of a unit there: a number whose unit differs by
// row is aggregated only if the unit's column is one of By. Out are the columns of the view, the first of them the By
// in order. Rows with a null in By are groups like any others: the null is kept.
type Group struct {
	By         []*Expr
	Aggregates []Aggregate
	Out        []Column // each with Derived set
}

// Aggregate is one number of a group, over its rows for which Where is true. Nulls of Arg are
// skipped: the sum of none is 0, every other of none is null, but a count.
type Aggregate struct {
	Func  AggregateFunc
	Arg   *Expr // nil: of count, which then counts rows
	Where *Expr // nil: all rows of the group
	Type  schema.Type
	Unit  Unit
}

// AggregateFunc says how an Aggregate comes about.
type AggregateFunc string

// The aggregates. Mean has the decimals that Aggregate.Type says, rounded half away from zero.
const (
	Sum   AggregateFunc = "sum"
	Count AggregateFunc = "count"
	Min   AggregateFunc = "min"
	Max   AggregateFunc = "max"
	Mean  AggregateFunc = "avg"
)

// Drill says how a group that breaks is explained. Rule pairs the rows of those sides that have all
// the named columns, by the groups and those columns: its comparisons speak of the totals of one value of
// the columns, and its sides are those of the outer rule at Sides. The rows of the sides at Whole are listed. Where
// fewer than two sides have the columns, nothing can be paired: Rule is nil, Sides is empty and Whole is every side.
// Listed[i] is the ungrouped source of Whole[i] and Groups[i] the expressions over it that are its groups.
type Drill struct {
	Names  []string
	Rule   *Rule
	Sides  []int
	Whole  []int
	Listed []*Source
	Groups [][]*Expr
	Span   diag.Span
}
