package program

import "github.com/recon-lang/recon/lang/diag"

// Schedule says when a rule is due.
type Schedule struct {
	Cron    string // five fields, checked
	Zone    string // IANA name; "": UTC
	Timeout *Expr  // a duration; nil: none
	Span    diag.Span
}

// Trigger runs a rule over the keys of rows that changed in the source of side Side. Absent ones are nil.
type Trigger struct {
	Side   int
	Delay  *Expr // duration between a change and its look
	Sample *Expr // percent of the keys that are looked at
	Always *Expr // condition over the side's row under which a key is looked at in any case
	Retry  *Expr // how often a key that differs is looked at again
	Every  *Expr // duration between these looks
	Rate   *Expr // looks a second
	Span   diag.Span
}
