package program

import "github.com/recon-lang/recon/lang/diag"

// Action is something that a handler can do, with the settings of its kind.
type Action struct {
	Name     string
	Plugin   string // its kind: a built-in one or a plugin
	Settings []Setting
	PerBreak bool // it is done once for each break, not once for all breaks of a run
	Doc      string
	Dir      string // folder of the rule file, from which paths count
	Span     diag.Span
}

// Handler acts on transitions of breaks: of items with Outcome, new, changed or expired, or, with the
// outcome "cleared", gone.
type Handler struct {
	Outcome string // "missing" "mismatch" "duplicate" "unkeyed" "breach" "expired" "cleared"
	Name    string // the side, comparison or assert that the outcome is limited to; "": all
	Where   *Expr  // over columns of all sides; a side without a row has nulls; nil: always
	Do      []Do
	Span    diag.Span
}

// Do is one thing that a handler does. Fields are the action's own, each an expression without rows, or one
// with OpMessage or columns as Action's description says; those not given are absent.
type Do struct {
	Action *Action
	Fields []Setting
	Span   diag.Span
}
