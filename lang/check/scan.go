package check

import (
	"fmt"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/syntax"
)

// scan pairs the brackets, marks the names that are operators, and refuses what expr-lang's
// grammar has and ours has not, as far as lang/syntax lets it through: it has seen to it that
// values and operators alternate. It reports the first fault and is false then.
func (b *bridge) scan() bool {
	b.match, b.call = make([]int, len(b.tokens)), make([]bool, len(b.tokens))
	var open []int
	value := false // a value is complete: an operator is due
	for i := range b.tokens {
		t := &b.tokens[i]
		switch {
		case t.operand() && b.afterDot(i):
			if i+1 < len(b.tokens) && b.tokens[i+1].text == "(" {
				return b.refuse(t.span, "a function is called by its name alone, not on a value", fmt.Sprintf("write %s(value), or value | %s()", t.text, t.text))
			}
		case t.kind == syntax.Name && operatorName(t.text, value):
			t.kind, value = syntax.Op, false
		case t.operand():
			if !b.operand(i) {
				return false
			}
			value = true
		case t.text == "(" || t.text == "[" || t.text == "{":
			b.call[i] = value
			if open = append(open, i); len(open) > maxDepth {
				return b.unreadable(t.span)
			}
			value = false
		case t.text == ")" || t.text == "]" || t.text == "}":
			if len(open) == 0 {
				return b.unreadable(t.span)
			}
			last := open[len(open)-1]
			b.match[last], b.match[i] = i, last
			open, value = open[:len(open)-1], true
		default:
			value = t.text == "." && value
		}
	}
	return len(open) == 0 || b.unreadable(b.tokens[open[0]].span)
}

// operatorName reports whether a name is an operator where a value is complete, or is due.
func operatorName(name string, value bool) bool {
	if value {
		return name == "and" || name == "or" || name == "in" || name == "not"
	}
	return name == "not" || name == "in" // after "not", which stands where a value is due
}

// operand refuses names that expr-lang gives a meaning of its own.
func (b *bridge) operand(i int) bool {
	t := b.tokens[i]
	if t.kind != syntax.Name {
		return true
	}
	next := ""
	if i+1 < len(b.tokens) {
		next = b.tokens[i+1].text
	}
	switch {
	case operatorWords[t.text]:
		return b.refuseAs(diag.OperatorName, t.span, fmt.Sprintf("%q is an operator word, and no name by itself", t.text),
			fmt.Sprintf("a column of that name is written side.%s, or column(%q) in a source", t.text, t.text))
	case next == "(" && closures[t.text]:
		return b.refuse(t.span, fmt.Sprintf("there is no function %q: an expression has no loops over lists", t.text), "write the condition with in, and, or")
	case next == "(" && t.constant():
		return b.refuse(t.span, fmt.Sprintf("%s is a value, not a function", t.text), "")
	case next == ":" && i > 0 && (b.tokens[i-1].text == "{" || b.tokens[i-1].text == ",") && !t.constant() && b.inMap(i):
		b.report(diag.Diagnostic{Code: diag.BadMap, Span: t.span, Message: "a key of a map is a literal", Hint: fmt.Sprintf("write %q", t.text),
			Fixes: []diag.Fix{{Title: "put quotes around it", Edits: []diag.Edit{{Span: t.span, New: `"` + t.text + `"`}}}}})
		return false
	}
	return true
}

// inMap reports whether the innermost bracket open before token i is that of a map.
func (b *bridge) inMap(i int) bool {
	depth := 0
	for i--; i >= 0; i-- {
		switch b.tokens[i].text {
		case ")", "]", "}":
			depth++
		case "(", "[", "{":
			if depth == 0 {
				return b.tokens[i].text == "{"
			}
			depth--
		}
	}
	return false
}

// operatorWords are names that expr-lang reads as operators and statements.
var operatorWords = map[string]bool{"contains": true, "matches": true, "startsWith": true, "endsWith": true, "let": true, "if": true, "else": true}

// closures are the functions that expr-lang parses by itself, their argument a predicate.
var closures = map[string]bool{
	"all": true, "none": true, "any": true, "one": true, "filter": true, "map": true, "find": true, "findIndex": true, "findLast": true,
	"findLastIndex": true, "groupBy": true, "sortBy": true, "reduce": true,
}

func (b *bridge) refuse(at diag.Span, message, hint string) bool {
	return b.refuseAs(diag.NotInExpression, at, message, hint)
}

func (b *bridge) refuseAs(code diag.Code, at diag.Span, message, hint string) bool {
	b.report(diag.Diagnostic{Code: code, Span: at, Message: message, Hint: hint})
	return false
}

func (b *bridge) unreadable(at diag.Span) bool {
	return b.refuseAs(diag.NotInExpression, at, "this expression cannot be read", "write it in other words, or give parts of it names with let")
}
