// Package program is a checked rule file: every name resolved, every type known, no syntax in
// it. It is what the checker makes and the engine runs. It is plain data; nothing here
// computes. Its API is for embedding and may change in a minor version.
package program

import (
	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/sdk/schema"
)

// Program is everything that a set of rule files declares and the engine can run.
type Program struct {
	Params  []*Param
	Secrets []*Secret
	Sources []*Source // views too
	Actions []*Action
	Rules   []*Rule
	Moved   []Moved
	Tests   []*Test
}

// Moved says that the rule To was called From before: its state follows once.
type Moved struct {
	From, To string
	Span     diag.Span
}

// Rule is the rule of that name, or nil.
func (p *Program) Rule(name string) *Rule {
	for _, r := range p.Rules {
		if r.Name == name {
			return r
		}
	}
	return nil
}

// Param is a parameter; Default is nil if it must be given. It is evaluated with the run's
// instant and other parameters.
type Param struct {
	Name    string
	Type    schema.Type
	Unit    Unit
	Default *Expr
	Doc     string
	Span    diag.Span
}

// Secret says where a secret text comes from. Whoever starts a run reads it; it is in no program,
// plan or report.
type Secret struct {
	Name string
	From string // "env" or "file"
	Arg  string // name of the variable, or path relative to Dir
	Dir  string
	Span diag.Span
}

// Source is where the rows of a side come from: a plugin, or, of a view, other sources.
type Source struct {
	Name     string
	Plugin   string // "" of a view
	View     *View  // nil of a source
	Settings []Setting
	Columns  []Column // declared ones, in order; they are the row that a rule sees
	Where    *Expr    // over Columns; nil: all rows
	Time     int      // index into Columns of the time column, or -1
	Zone     string   // IANA name, "" if not declared
	Sorted   []int    // indexes into Columns: the promised order, ascending, nulls first
	BadRows  bool     // bad_rows = "report"
	Optional bool     // a glob that matches nothing is no trouble
	Windowed bool     // its settings use a parameter or a window's bound: they cut the window, not Time
	Doc      string
	Dir      string // folder of the rule file, from which paths count
	Span     diag.Span
}

// SettingSpan is the place of a setting, to point at when the plugin finds fault with it. ok is false if it is not
// given.
func (s *Source) SettingSpan(name string) (span diag.Span, ok bool) {
	for _, set := range s.Settings {
		if set.Name == name {
			return set.Span, true
		}
	}
	return diag.Span{}, false
}

// Setting is one setting of a source, to be evaluated when the run's parameters and window
// are known. Params are the names that a SQL text binds, each with its expression.
type Setting struct {
	Name   string
	Value  *Expr
	Params []Binding
	Dir    string // folder from which its paths count; "": that of the source or action
	Span   diag.Span
}

// Binding gives an SQL parameter its value.
type Binding struct {
	Name  string
	Value *Expr
}

// Column is one declared column of a source. Either it is read as it is from the physical
// column Physical (Derived is nil), or Derived computes it from physical columns, which
// occur in it as OpPhysical.
type Column struct {
	Name     string
	Type     schema.Type
	Unit     Unit
	Physical string
	Derived  *Expr
	Doc      string
	Span     diag.Span
}

// Unit is the unit of a number: a fixed one ("CNY"), or the text of another column of the
// same row. The zero Unit is none.
type Unit struct {
	Name   string
	Column int // index+1 of the unit's column in the side's Columns; 0: none
	Side   int // of Column: index into Rule.Sides; 0 within a source
}

// None reports whether there is no unit.
func (u Unit) None() bool { return u == Unit{} }

// Side is one population of a rule, under the name that the rule gives it.
type Side struct {
	Name   string
	Source *Source
	Span   diag.Span
}

// Rule pairs rows of two or more sides by key, or checks the rows of one.
type Rule struct {
	Name        string
	Title       string
	Owner       string
	Severity    string
	Description string
	Doc         string
	Sides       []Side
	Baseline    int // index of the base side
	Keys        []Key
	Compare     []Comparison
	Unique      []Unique // of a one-sided rule
	Assert      []Assert // of a one-sided rule
	Duplicates  Duplicates
	Window      *Window // nil: every run sees all rows
	AllowEmpty  bool    // empty = "allowed"
	Gates       []Gate
	Zone        string    // schedule.zone, or ""
	Schedule    *Schedule // nil: it runs when somebody runs it
	Trigger     *Trigger  // nil: no change of a source runs it
	Handlers    []Handler
	Totals      bool     // it pairs totals: each side's Source is a view that groups, and Keys are all its groups
	Drill       *Drill   // of a rule with Totals, or nil
	Params      []*Param // those that the rule or its sources use, by name
	Text        string   // canonical text of the definition, for the fingerprint
	Span        diag.Span
}

// OneSided reports whether r is a rule "over" one side.
func (r *Rule) OneSided() bool { return len(r.Sides) == 1 }

// Key is one part of the key. Terms has one expression for each side, all of Type: the
// common type in which keys are encoded (decimals at the larger scale).
type Key struct {
	Name  string
	Type  schema.Type
	Terms []*Expr
	Span  diag.Span
}

// Comparison says that the terms of the sides agree. Terms has one entry for each side; nil
// where the side has no term. All of them have Type, or can be rescaled to it without loss.
type Comparison struct {
	Name      string
	Type      schema.Type
	Unit      Unit // fixed unit of all terms, if they have one
	Terms     []*Expr
	Base      int // side whose term a relative bound refers to
	Tolerance Tolerance
	Ignoring  []Ignoring
	Where     *Expr // over columns of all sides; nil: always
	Span      diag.Span
}

// Ignoring names a way in which text need not agree.
type Ignoring uint8

const (
	Case  Ignoring = iota + 1 // simple case folding
	Space                     // trimmed, inner runs of white space as one
	Width                     // full and half width forms alike
)

// Tolerance bounds how far apart values still agree. No bounds: they must be equal.
type Tolerance struct {
	Bounds []Bound
	All    bool // and: all bounds must hold; otherwise one suffices
}

// Bound is one bound, inclusive. Value is a literal or a parameter; a duration, a number, or,
// if Relative, a fraction of the absolute value of the base's term.
type Bound struct {
	Value    *Expr
	Relative bool
	Span     diag.Span
}

// Unique asserts that no two rows of the side have the same values of Terms.
type Unique struct {
	Name  string
	Terms []*Expr
	Span  diag.Span
}

// Assert asserts that Cond is true for each row; a null condition is a breach.
type Assert struct {
	Name string
	Cond *Expr
	Span diag.Span
}

// Duplicates says what becomes of keys with several rows on one side.
type Duplicates uint8

const (
	SetAside Duplicates = iota // all rows of the key are one duplicate break
	Pair                       // duplicates = "pair"
)

// Window cuts a rule's rows by time. Period gives the window for the run's parameters.
type Window struct {
	Period *Expr // a call of day, week, month or hour: the date or instant it is applied to decides
	Slack  *Expr // duration, or nil for none
	Carry  *Expr // duration, or nil for none
	Zone   string
	Span   diag.Span
}

// Gate decides on a run's verdict. When is a condition over metrics (OpMetric).
type Gate struct {
	Fail bool // otherwise it warns
	When *Expr
	Text string // as written
	Span diag.Span
}
