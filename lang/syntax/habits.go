package syntax

import (
	"fmt"
	"strings"

	"github.com/recon-lang/recon/lang/diag"
)

// habit words f, at which the head of statement s cannot go on, where it is what people bring along from other languages.
// tokens are those of the head, expected is what could stand here, "" if that is not known.
func (p *parser) habit(f *fault, s *Statement, tokens []Token, expected string) {
	i := 0
	for i < len(tokens) && tokens[i].Start < f.start {
		i++
	}
	if i == 0 || i == len(tokens) || tokens[i].Start != f.start {
		return
	}
	word := func(i int) string { return p.text[tokens[i].Start:tokens[i].End] }
	before, here := word(i-1), word(i)
	instead := func(start int, code diag.Code, message, text string, guess bool) {
		f.start, f.code, f.message, f.hint, f.fix, f.guess = start, code, message, "write: "+text, &text, guess
	}
	number, name := tokens[i-1].Kind == Number, tokens[i].Kind == Name
	switch {
	case here == "=" && endsOperand(tokens[i-1].Kind, before) && p.inCondition(s, tokens[:i]):
		instead(f.start, diag.BadStatement, "a condition compares with `==`", "==", false)
	case foreignComment(p.text[f.start:]) > 0:
		f.code, f.message, f.hint = diag.BadCharacter, "a comment starts with #", "write: # …"
		f.end = f.start + foreignComment(p.text[f.start:])
	case expected == `","` && here == "and":
		f.message, f.hint = "names are set apart by commas", "write: ,"
	case strings.HasPrefix(expected, `"`) && name:
		known := []string{strings.Trim(expected, `"`)}
		if s.Name == "rule" {
			known = []string{"between", "over"}
		}
		if near := diag.Suggest(here, known); near != "" {
			f.hint, f.fix, f.guess = fmt.Sprintf("did you mean %q?", near), &near, true
		}
	case number && name && unitOf(here) != "":
		instead(tokens[i-1].Start, diag.UnknownUnit, "a unit stands directly after its number", before+unitOf(here), false)
	case number && name && IsCurrency(here):
		instead(tokens[i-1].Start, diag.BadMoney, "exactly one blank stands between a number and its currency", before+" "+here, false)
	case tokens[i].Kind == Number && IsCurrency(before):
		instead(tokens[i-1].Start, diag.BadMoney, "a currency stands behind its number", here+" "+before, false)
	}
}

// inCondition reports whether the head of statement s is in a condition behind its first tokens.
func (p *parser) inCondition(s *Statement, tokens []Token) bool {
	for i := len(tokens) - 1; i > 0; i-- {
		if tokens[i].Kind != Name {
			continue
		}
		switch word := p.text[tokens[i].Start:tokens[i].End]; {
		case word == "where" || word == "when":
			return true
		case isClause(word):
			return false
		}
	}
	return s.Name == "where" || s.Name == "assert"
}

// unitOf is the unit that a word means, or "".
func unitOf(word string) string {
	if isUnit(word) {
		return word
	}
	return otherUnits[strings.ToLower(word)]
}

// foreignComment is how long the sign is with which other languages start a comment, if the text starts with one; else 0.
func foreignComment(text string) int {
	for _, sign := range []string{"//", "--", "/*"} {
		if strings.HasPrefix(text, sign) {
			return len(sign)
		}
	}
	return 0
}
