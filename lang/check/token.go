package check

import (
	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/syntax"
)

// token is a token of an expression with its text. Kind is Op for the words and, or, not and in
// where they are operators.
type token struct {
	kind syntax.Kind
	text string
	span diag.Span
	raw  syntax.Token
	expr *syntax.Expr
}

// operand reports whether t is a value by itself: a literal or a name.
func (t token) operand() bool { return t.kind >= syntax.Name && t.kind <= syntax.Text }

// constant reports whether t is a name that is a value of the language.
func (t token) constant() bool {
	return t.kind == syntax.Name && (t.text == "true" || t.text == "false" || t.text == "null")
}

// tokensOf are the tokens of e.
func tokensOf(e *syntax.Expr) []token {
	tokens := make([]token, len(e.Tokens))
	for i, t := range e.Tokens {
		tokens[i] = token{kind: t.Kind, text: e.TokenText(t), span: e.TokenSpan(t), raw: t, expr: e}
	}
	return tokens
}
