package syntax

import (
	"strings"
	"testing"

	"github.com/alecthomas/participle/v2/lexer"
)

// LexAll gives the texts of all tokens that participle sees in text.
func LexAll(t testing.TB, text string) []string {
	lex, err := definition{}.Lex("f", strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	tokens, err := lexer.ConsumeAll(lex)
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, tok := range tokens {
		texts = append(texts, tok.Value)
	}
	return texts
}

// Scan cuts text into tokens.
func Scan(text []byte) []Token {
	tokens, _ := scan(text)
	return tokens
}
