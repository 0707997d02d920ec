package syntax

import (
	"fmt"
	"strings"

	"github.com/recon-lang/recon/lang/diag"
)

// checkExpr sees to it that an expression has the shape of one: values with operators between
// them, brackets around values. It reports the first fault and makes e Bad. Which functions
// there are and what fits what is not its business. nested says that e stands within a string,
// where nobody has looked at the brackets yet.
func (p *parser) checkExpr(e *Expr, nested bool) {
	if size := exprBytes(e); size > maxExprBytes {
		p.report(&fault{start: e.Span.Start, end: e.Tokens[0].End, code: diag.TooLong,
			message: fmt.Sprintf("an expression is longer than 8 KiB: it has %d bytes", size), hint: "name parts of it with let"})
		e.Bad = true
		return
	}
	if p.reportBadTokens(e.Tokens) {
		e.Bad = true
		return
	}
	s := shape{p: p, tokens: e.Tokens, nested: nested, frames: []frame{{}}, value: true}
	if f := s.check(); f != nil {
		if f.message != "" {
			p.report(f)
		}
		e.Bad = true
	}
	for _, t := range e.Tokens {
		switch {
		case t.Kind == Text && t.End-t.Start > maxTextBytes:
			p.report(&fault{start: t.Start, end: t.Start + 3, code: diag.TooLong, message: "a text is longer than 256 KiB"})
			e.Bad = true
		case t.Kind == Text:
			p.decodeText(t.Start, t.End)
		case t.Kind == String && !p.checkString(t):
			e.Bad = true
		}
	}
}

// exprBytes is the length of e without its texts.
func exprBytes(e *Expr) int {
	size := e.Span.End - e.Span.Start
	for _, t := range e.Tokens {
		if t.Kind == Text {
			size -= t.End - t.Start
		}
	}
	return size
}

// shape is a walk over the tokens of an expression.
type shape struct {
	p      *parser
	tokens []Token
	nested bool
	frames []frame
	value  bool // a value must come next
	i      int
}

// frame is what is known of the innermost open bracket, or of the whole expression.
type frame struct {
	bracket  byte
	call     bool // a ( after a name
	empty    bool // nothing stands in the bracket yet
	key      bool // in a map, before the :
	ternary  int  // ? that wait for their :
	operator bool // an operator stands before, not counting ( and , and | and so on
	not      bool // not stands before, and no and, or …
	compared bool // a comparison stands before, and no and, or …
}

// reported stops the walk over an expression whose fault has been reported.
var reported = &fault{}

func (s *shape) top() *frame { return &s.frames[len(s.frames)-1] }

func (s *shape) text(i int) string {
	if i < 0 || i >= len(s.tokens) {
		return ""
	}
	return s.p.text[s.tokens[i].Start:s.tokens[i].End]
}

func (s *shape) is(i int, op string) bool {
	return i >= 0 && i < len(s.tokens) && s.tokens[i].Kind == Op && s.text(i) == op
}

func (s *shape) isName(i int) bool {
	return i >= 0 && i < len(s.tokens) && s.tokens[i].Kind == Name && !isOperatorWord(s.text(i))
}

// fault is a fault at token i, or after the last one.
func (s *shape) fault(i int, code diag.Code, message, hint string) *fault {
	if i >= len(s.tokens) {
		end := s.tokens[len(s.tokens)-1].End
		return &fault{start: end, end: end, code: code, message: message, hint: hint}
	}
	return &fault{start: s.tokens[i].Start, end: s.tokens[i].End, code: code, message: message, hint: hint}
}

func (s *shape) check() *fault {
	for s.i = 0; s.i < len(s.tokens); s.i++ {
		var f *fault
		switch t := s.tokens[s.i]; t.Kind {
		case Name:
			f = s.name()
		case Op:
			f = s.op(s.text(s.i))
		case TableRow, Remark:
			f = s.fault(s.i, diag.BadExpression, "an expression does not go on with "+quoted(s.text(s.i)), "")
		default:
			f = s.operand()
		}
		if f != nil {
			return f
		}
	}
	if len(s.frames) > 1 {
		return s.unbalanced(len(s.tokens))
	}
	if f := s.missing(len(s.tokens)); f != nil {
		return f
	}
	return s.openTernary(len(s.tokens))
}

// missing is the fault that no value stands before token i, or nil if one does.
func (s *shape) missing(i int) *fault {
	if !s.value {
		return nil
	}
	if i == 0 {
		return s.fault(i, diag.BadExpression, "a value is missing before `"+s.text(i)+"`", "")
	}
	// The place is the end of the token before, which is what waits for a value.
	end := s.tokens[i-1].End
	return &fault{start: end, end: end, code: diag.BadExpression, message: "a value is missing after `" + s.text(i-1) + "`"}
}

func (s *shape) openTernary(i int) *fault {
	if s.top().ternary == 0 {
		return nil
	}
	f := s.fault(len(s.tokens), diag.BadExpression, "a ? without its :", "write: condition ? a : b")
	f.start, f.end = s.tokens[i-1].End, s.tokens[i-1].End
	return f
}

// operand takes a value.
func (s *shape) operand() *fault {
	if !s.value {
		return s.twoValues()
	}
	s.value = false
	s.top().empty = false
	return nil
}

func (s *shape) twoValues() *fault {
	before, here := s.text(s.i-1), s.text(s.i)
	f := s.fault(s.i, diag.BadExpression, fmt.Sprintf("an operator is missing between %s and %s", quoted(before), quoted(here)), "")
	switch {
	case s.tokens[s.i-1].Kind == Number && s.tokens[s.i].Kind == Name && isUnit(here):
		f.code, f.message, f.hint = diag.UnknownUnit, "a unit stands directly after its number", "write: "+before+here
	case s.tokens[s.i-1].Kind == Number && s.tokens[s.i].Kind == Name && IsCurrency(here):
		f.code, f.message, f.hint = diag.BadMoney, "exactly one blank stands between a number and its currency", "write: "+before+" "+here
	case s.tokens[s.i-1].Kind == Number && s.tokens[s.i].Kind == Name && len(here) == 3 && here >= "AAA" && here <= "ZZZ" && otherWord(here) == "":
		f.code, f.message = diag.BadMoney, here+" is no currency of ISO 4217"
	case s.tokens[s.i-1].Kind == Date && s.tokens[s.i].Kind == Number:
		f.code, f.message, f.hint = diag.BadDate, "a time is attached to its date with T", "write: "+before+"T06:30"
	case s.isName(s.i-1) && (s.tokens[s.i].Kind == String || s.tokens[s.i].Kind == Text):
		f.hint = "to call a function, write: " + before + "(" + quotedInside(here) + ")"
	default:
		f.hint = otherWord(here)
		if lower := strings.ToLower(here); lower != here && isOperatorWord(lower) {
			f.fix = &lower
		}
	}
	return f
}

func quotedInside(text string) string {
	if len(text) > 40 {
		return "…"
	}
	return text
}

// otherWord says what to write instead of an operator word of other languages.
func otherWord(word string) string {
	switch word {
	case "AND", "OR", "NOT", "IN", "And", "Or", "Not", "In":
		return "operators are written in lower case: and or not in"
	case "is", "IS":
		return "to ask for null, write: x == null"
	case "like", "LIKE", "matches":
		return "to match a pattern, write: like_regex(x, \"…\")"
	case "contains":
		return "to look for a text, write: has(x, \"…\")"
	case "startsWith":
		return "write: starts_with(x, \"…\")"
	case "endsWith":
		return "write: ends_with(x, \"…\")"
	case "between", "BETWEEN":
		return "write: x >= a and x <= b"
	case "mod", "div":
		return "there is no remainder and no integer division"
	}
	return ""
}

func (s *shape) name() *fault {
	switch word := s.text(s.i); word {
	case "and", "or":
		if f := s.missing(s.i); f != nil {
			return f
		}
		top := s.top()
		top.not, top.compared, top.operator, s.value = false, false, true, true
	case "not":
		if !s.value {
			if s.text(s.i+1) == "in" {
				return nil // not in
			}
			return s.twoValues()
		}
		s.top().not, s.top().operator, s.top().empty = true, true, false
	case "in":
		if s.value {
			f := s.missing(s.i)
			f.hint = `a column of that name is written column("in")`
			return f
		}
		return s.comparison()
	default:
		return s.operand()
	}
	return nil
}

// comparison takes an operator that compares.
func (s *shape) comparison() *fault {
	if f := s.missing(s.i); f != nil {
		return f
	}
	top := s.top()
	if top.not {
		return s.fault(s.i, diag.NeedsParentheses, "not before a comparison needs parentheses", "write: not (a == b), or: a != b")
	}
	if top.compared {
		return s.fault(s.i, diag.BadExpression, "comparisons do not chain", "write: a < b and b < c")
	}
	top.compared, top.operator, s.value = true, true, true
	return nil
}

func (s *shape) op(text string) *fault {
	switch text {
	case "(", "[", "{":
		return s.open(text[0])
	case ")", "]", "}":
		return s.close(text[0])
	case ",":
		return s.comma()
	case ":":
		return s.colon()
	case ".":
		if s.value || !s.isName(s.i+1) && s.text(s.i+1) != "in" {
			return s.fault(s.i, diag.BadExpression, "a dot stands between two names", "")
		}
		s.i++
		return nil
	case "|":
		return s.pipe()
	case "==", "!=", "<", "<=", ">", ">=":
		return s.comparison()
	case "?":
		if f := s.missing(s.i); f != nil {
			return f
		}
		top := s.top()
		top.ternary++
		top.operator, top.not, top.compared, s.value = true, false, false, true
		return nil
	case "-":
		if s.value { // a sign
			s.top().operator, s.top().empty = true, false
			return nil
		}
		fallthrough
	case "+", "*", "/":
		if f := s.missing(s.i); f != nil {
			return f
		}
		s.top().operator, s.value = true, true
		return nil
	}
	return s.refused(text)
}

// refused is the fault of an operator that the language does not have.
func (s *shape) refused(text string) *fault {
	f := s.fault(s.i, diag.RefusedOperator, "there is no operator `"+text+"`", "")
	fix := func(instead string) { f.hint, f.fix = "write: "+instead, &instead }
	switch text {
	case "&&", "&":
		fix("and")
	case "||":
		fix("or")
	case "!":
		fix("not")
	case "<>":
		fix("!=")
	case "=":
		f.message = "`=` does not compare"
		fix("==")
	case "?.":
		fix(".")
	case "??":
		f.hint = "write: coalesce(a, b)"
	case "..":
		f.hint = "write: x >= a and x <= b"
	case "%":
		f.hint = "there is no remainder; a share is written directly after its number: 5%"
	case "**", "^":
		f.hint = "there are no powers"
	case "//", "/*", "*/":
		f.hint = "a comment starts with #"
	case ":=":
		f.hint = "a value is named with: let name = …"
	}
	return f
}

func (s *shape) open(b byte) *fault {
	f := frame{bracket: b, empty: true, key: b == '{'}
	if !s.value {
		switch {
		case b == '(' && s.isName(s.i-1):
			f.call = true
		case b == '(':
			return s.fault(s.i, diag.BadExpression, "what stands before these parentheses is no function", "")
		case b == '[':
			return s.fault(s.i, diag.RefusedOperator, "there is no indexing", "reach into JSON with json(\"$.a[0]\")")
		default:
			return s.fault(s.i, diag.BadExpression, "an operator is missing before this {", "")
		}
	}
	if len(s.frames) > maxNesting {
		return s.fault(s.i, diag.NestedTooDeep, "brackets are nested deeper than 64", "name a part of it with let")
	}
	s.top().empty = false
	s.frames = append(s.frames, f)
	s.value = true
	return nil
}

func (s *shape) close(b byte) *fault {
	top := s.top()
	if top.bracket == 0 || top.bracket == '(' && b != ')' || top.bracket == '[' && b != ']' || top.bracket == '{' && b != '}' {
		return s.unbalanced(s.i)
	}
	switch {
	case top.empty && (b != ')' || top.call):
	case top.empty:
		return s.fault(s.i, diag.BadExpression, "there is nothing between these parentheses", "")
	case top.key && !s.value:
		return s.fault(s.i, diag.BadExpression, "a map has a : after each key", "write: {\"A\": 1, \"B\": 2}")
	default:
		if f := s.missing(s.i); f != nil {
			if s.is(s.i-1, ",") {
				nothing := ""
				comma := s.tokens[s.i-1]
				f.start, f.end, f.hint, f.fix = comma.Start, comma.End, "there is no comma after the last value", &nothing
			}
			return f
		}
		if f := s.openTernary(s.i); f != nil {
			return f
		}
	}
	s.frames = s.frames[:len(s.frames)-1]
	s.value = false
	return nil
}

// unbalanced is the fault that brackets do not match. Outside of strings it has been reported.
func (s *shape) unbalanced(i int) *fault {
	if !s.nested {
		return reported
	}
	return s.fault(i, diag.Unbalanced, "brackets do not match in ${}", "")
}

func (s *shape) comma() *fault {
	if f := s.missing(s.i); f != nil {
		return f
	}
	if f := s.openTernary(s.i); f != nil {
		return f
	}
	top := s.top()
	switch {
	case top.bracket == '(' && !top.call:
		return s.fault(s.i, diag.BadExpression, "these parentheses hold one value", "a list is written [a, b]")
	case top.bracket == 0:
		return s.fault(s.i, diag.BadExpression, "an expression is one value", "a list is written [a, b]")
	case top.key:
		return s.fault(s.i, diag.BadExpression, "a map has a : after each key", "write: {\"A\": 1, \"B\": 2}")
	}
	*top = frame{bracket: top.bracket, call: top.call, key: top.bracket == '{'}
	s.value = true
	return nil
}

func (s *shape) colon() *fault {
	if f := s.missing(s.i); f != nil {
		return f
	}
	top := s.top()
	switch {
	case top.key:
		if before := s.i - 2; !s.is(before, "{") && !s.is(before, ",") {
			return s.fault(s.i-1, diag.BadExpression, "the key of a map is one literal", "")
		}
		*top = frame{bracket: top.bracket}
	case top.ternary > 0:
		top.ternary--
		top.operator, top.not, top.compared = true, false, false
	default:
		return s.fault(s.i, diag.BadExpression, "a : stands only in a map and after ?", "")
	}
	s.value = true
	return nil
}

// pipe takes a | and the name of the function after it.
func (s *shape) pipe() *fault {
	if f := s.missing(s.i); f != nil {
		return f
	}
	top := s.top()
	if top.operator {
		return s.fault(s.i, diag.NeedsParentheses, "an operator before | needs parentheses", "write: (a + b) | f(), or: a + (b | f())")
	}
	if !s.isName(s.i + 1) {
		return s.fault(s.i, diag.BadExpression, "after | stands a function", "write: x | trim()")
	}
	if !s.is(s.i+2, "(") {
		f := s.fault(s.i+1, diag.PipeWithoutCall, "a function after | has parentheses", "")
		call := s.text(s.i+1) + "()"
		f.hint, f.fix = "write: "+call, &call
		return f
	}
	s.i++
	return nil
}
