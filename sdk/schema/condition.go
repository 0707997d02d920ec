package schema

// Op is the operator of a Condition.
type Op uint8

const (
	And    Op = iota + 1 // all of Args
	Or                   // any of Args
	Not                  // of Args[0]
	IsNull               // of Column
	Equal                // Column and Values[0]; null-safe is not needed: Values[0] is never null
	Less
	LessEqual
	Greater
	GreaterEqual
	In // Column is one of Values
)

// Condition is a condition on the physical columns of one row that a source may
// evaluate for the host. It means exactly what the language says: logic is two-valued;
// a comparison with a null column is false (and so its Not is true); text compares by
// code point; decimals by number. A plugin that cannot promise that for a condition
// claims Superset or None and the host evaluates it again.
type Condition struct {
	Op     Op
	Column string
	Type   Type // of Column, as the reader asks for it
	Values []Value
	Args   []Condition
}

// Claim is what a source says of one condition.
type Claim uint8

const (
	None     Claim = iota // not evaluated: all rows come
	Superset              // some rows that do not fit may come, none that fits is left out
	Exact                 // just the rows that fit
)
