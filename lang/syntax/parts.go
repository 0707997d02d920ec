package syntax

import "github.com/recon-lang/recon/lang/diag"

// Ident is a name.
type Ident struct {
	Place
	Name string
}

// Ref is a name with dots: src.orders
type Ref struct {
	Place
	Names []*Ident // at least one
}

// String is the reference as it is written, without blanks.
func (r *Ref) String() string {
	text := ""
	for i, n := range r.Names {
		if i > 0 {
			text += "."
		}
		text += n.Name
	}
	return text
}

// Last is the last name, by which a side without "as" is known.
func (r *Ref) Last() *Ident { return r.Names[len(r.Names)-1] }

// Lit is a literal where the grammar takes one and no expression.
type Lit struct {
	Place
	Kind  Kind   // Number, Quantity, Money, Date, Datetime, String, Text or Name
	Value string // of String and Text: the decoded text; else as it is written
}

// Type is: name(arg, arg)
type Type struct {
	Place
	Name *Ident
	Args []*Lit // Number, String or Name
}

// Side is: ref as name
type Side struct {
	Place
	Ref *Ref   `parser:"@@"`
	As  *Ident `parser:"( 'as' @@ )?"` // or nil
}

// Name is what the rule calls the side: As, or the last name of Ref.
func (s *Side) Name() *Ident {
	if s.As != nil {
		return s.As
	}
	return s.Ref.Last()
}

// Named is: expr as name
type Named struct {
	Place
	Expr *Expr  `parser:"@@"`
	As   *Ident `parser:"( 'as' @@ )?"` // or nil
}

// Equation is: expr = expr = expr. One term speaks of the same column on every side.
type Equation struct {
	Place
	Terms []*Expr `parser:"@@ ( '=' @@ )*"`
}

// Tolerance is: amount or amount, or: amount and amount
type Tolerance struct {
	Place
	// Amounts are each one literal (Number, Quantity or Money) or the names and dots of a
	// reference.
	Amounts []*Expr
	All     bool // set apart by and: all must hold; otherwise one suffices
}

// Expr is an expression as it was written. The tree ends here: lang/check gives it a shape.
// One that has been reported already is Bad, and nothing more should be said about it; it may
// then have no tokens.
type Expr struct {
	Place
	Text   string  // that of Span
	Tokens []Token // those that mean something: no blanks, line ends or comments
	Bad    bool
	source string // the text of the file, for Parts
}

// TokenText is the text of a token of e as it is written.
func (e *Expr) TokenText(t Token) string { return e.Text[t.Start-e.Span.Start : t.End-e.Span.Start] }

// TokenSpan is the place of a token of e.
func (e *Expr) TokenSpan(t Token) diag.Span {
	return diag.Span{File: e.Span.File, Start: t.Start, End: t.End}
}

// Token is a piece of the text: bytes [Start, End) of its file.
type Token struct {
	Kind       Kind
	Start, End int
}

// Kind says what a Token is.
type Kind uint8

const (
	EOF      Kind = iota
	Space         // blanks and tabs, and a byte order mark
	Newline       // one line end, "\n" or "\r\n"
	Remark        // a comment, from # to the end of the line
	Name          // orders, 商户, key, and: keywords are names too
	Number        // 12, 1_000, 0.10, 1e6
	Quantity      // 5m, 0.1%, 1bp, 10MB
	Money         // 100 CNY
	Date          // 2026-11-20
	Datetime      // 2026-11-20T06:30, 2026-11-20T06:30:00
	String        // "…" or '…' on one line
	Text          // """…"""
	TableRow      // | a | b |, up to the last bar of the line
	Op            // an operator, bracket or other mark
	Bad           // what can be no token
)

// Part is a piece of an interpolated string: either text, decoded, or an expression.
type Part struct {
	Span diag.Span // of an expression: without ${ and }
	Text string
	Expr *Expr // or nil
}
