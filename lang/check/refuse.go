package check

import (
	"fmt"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/syntax"
)

// What follows is understood by the parser and by nobody else yet. It is refused by its name, so
// that nothing in a rule file is ever ignored.

// notYet refuses a construct; at is what a reader looks at: its keyword or name.
func (m *module) notYet(whole diag.Span, construct string, at diag.Span) {
	if at.File == nil {
		at = whole
	}
	m.report(diag.NotYet, at, fmt.Sprintf("%q cannot be run by this version yet", construct), "")
}

// refuse refuses the declarations that cannot be run yet.
func (m *module) refuse(d syntax.Decl) {
	switch d := d.(type) {
	case *syntax.Template:
		m.notYet(d.Span, "template", d.Name.Span)
	}
}

// keyword is the place of the word at the start of a statement.
func keyword(statement diag.Span, word string) diag.Span {
	return diag.Span{File: statement.File, Start: statement.Start, End: min(statement.Start+len(word), statement.End)}
}
