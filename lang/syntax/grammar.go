package syntax

import (
	"errors"
	"io"
	"strings"
	"sync"

	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"

	"github.com/recon-lang/recon/lang/diag"
)

// definition is the scanner as participle sees it. The type of a token is its Kind.
type definition struct{}

var kindNames = [...]string{"EOF", "Space", "Newline", "Remark", "Name", "Number", "Quantity", "Money", "Date", "Datetime", "String", "Text", "TableRow", "Op", "Bad"}

// String is the name of the constant.
func (k Kind) String() string { return kindNames[k] }

func (definition) Symbols() map[string]lexer.TokenType {
	symbols := map[string]lexer.TokenType{"EOF": lexer.EOF}
	for k := Space; k <= Bad; k++ {
		symbols[kindNames[k]] = lexer.TokenType(k)
	}
	return symbols
}

// Lex reads r to its end. All tokens of the text come out, blanks and comments too.
func (definition) Lex(name string, r io.Reader) (lexer.Lexer, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	tokens, _ := scan(text)
	return &tokenStream{file: name, text: string(text), tokens: tokens}, nil
}

// tokenStream gives participle some tokens of a text. Only the offset of their positions is
// filled in: lines and columns are computed for the few that are printed.
type tokenStream struct {
	file   string
	text   string
	tokens []Token
	next   int
}

func (s *tokenStream) Next() (lexer.Token, error) {
	if s.next == len(s.tokens) {
		end := 0
		if s.next > 0 {
			end = s.tokens[s.next-1].End
		}
		return lexer.EOFToken(lexer.Position{Filename: s.file, Offset: end}), nil
	}
	t := s.tokens[s.next]
	s.next++
	return lexer.Token{Type: lexer.TokenType(t.Kind), Value: s.text[t.Start:t.End], Pos: lexer.Position{Filename: s.file, Offset: t.Start}}, nil
}

// node is a declaration or statement.
type node interface {
	Node
	documented() *Documented
}

// readHead reads a declaration or statement up to its block.
type readHead func(*lexer.PeekingLexer) (node, error)

// heads are the grammars of all statements that are not read by hand, under their names in
// Statements. A declaration has "file " before its name, a group in a view is "group {".
var heads = sync.OnceValue(func() map[string]readHead {
	section := head[Section]()
	return map[string]readHead{
		"file recon":    head[Edition](),
		"file import":   head[Import](),
		"file param":    head[Param](),
		"file let":      head[Let](),
		"file secret":   head[Secret](),
		"file source":   head[Source](),
		"file action":   head[Action](),
		"file view":     head[View](),
		"file rule":     head[Rule](),
		"file template": head[Template](),
		"file moved":    head[Moved](),
		"file test":     head[Test](),
		"attribute":     head[Attribute](),
		"use":           head[Use](),
		"columns":       section,
		"column":        head[Column](),
		"where":         head[Where](),
		"join":          head[Join](),
		"group {":       head[Group](),
		"schedule":      section,
		"window":        section,
		"trigger":       head[Trigger](),
		"key":           head[Key](),
		"group":         head[Total](),
		"compare":       head[Compare](),
		"drill":         head[Drill](),
		"unique":        head[Unique](),
		"assert":        head[Assert](),
		"warn":          head[Gate](),
		"fail":          head[Gate](),
		"on":            head[Handler](),
		"do":            head[Do](),
		"run":           head[Run](),
		"param":         head[SetParam](),
		"given":         head[Given](),
		"expect":        head[Expect](),
	}
})

// head builds the grammar of one statement. Lookahead 0 makes participle commit to an optional
// part once its keyword is there, so that the error is the one inside that part.
func head[T any, P interface {
	*T
	node
}]() readHead {
	parser := participle.MustBuild[T](participle.Lexer(definition{}), participle.UseLookahead(0))
	return func(lex *lexer.PeekingLexer) (node, error) {
		n, err := parser.ParseFromLexer(lex)
		return P(n), err
	}
}

// fault is something wrong with a piece of the text, on its way to a diagnostic.
type fault struct {
	start, end int
	code       diag.Code
	message    string
	hint       string
	fix        *string // what to write instead of [start, end)
	guess      bool    // of fix: something else may have been meant
}

func (f *fault) Error() string { return f.message }

// headFault words an error that participle gives for statement s, whose head are these tokens.
func (p *parser) headFault(err error, s *Statement, tokens []Token) *fault {
	end := tokens[len(tokens)-1].End
	var own *fault
	if errors.As(err, &own) {
		return own
	}
	f := &fault{start: end, end: end, code: diag.BadStatement, hint: "write: " + s.Form}
	expected := ""
	var unexpected *participle.UnexpectedTokenError
	if errors.As(err, &unexpected) {
		expected = expectation(unexpected.Message())
	}
	if unexpected == nil || unexpected.Unexpected.EOF() {
		if expected == "" {
			expected = "something"
		}
		f.message = expected + " is missing at the end"
		if s.Name == "rule" && expected == `","` {
			f.message, f.hint = "a rule between sides has at least two", "write: rule NAME between SIDE, SIDE { … }; one side is checked by: rule NAME over SIDE { … }"
		}
		return f
	}
	t := unexpected.Unexpected
	f.start, f.end = t.Pos.Offset, t.Pos.Offset+len(t.Value)
	f.message = "unexpected " + quoted(t.Value)
	if expected != "" {
		f.message = "expected " + expected + ", found " + quoted(t.Value)
	}
	p.habit(f, s, tokens, expected)
	return f
}

// expectation words what participle expected. Its message ends in (expected X …), where X is a
// keyword in quotation marks or one of our nodes.
func expectation(message string) string {
	_, what, ok := strings.Cut(message, "(expected ")
	if !ok {
		return ""
	}
	what = strings.TrimLeft(what, "(")
	if strings.HasPrefix(what, `"`) {
		if i := strings.IndexByte(what[1:], '"'); i >= 0 {
			return what[:i+2]
		}
	}
	for _, w := range [...]struct{ node, words string }{
		{"Ident", "a name"}, {"Ref", "a name"}, {"Side", "the name of a source or view"}, {"Expr", "an expression"},
		{"Equation", "an expression"}, {"Named", "an expression"}, {"Type", "a type"}, {"ParamDef", "a name"},
		{"Lit", "a value"}, {"Tolerance", "a tolerance"}, {"Attribute", "a name"},
	} {
		if strings.HasPrefix(what, w.node) {
			return w.words
		}
	}
	return ""
}

// quoted is a piece of the text in quotation marks, cut short.
func quoted(text string) string {
	const most = 40
	text, _, cut := strings.Cut(text, "\n")
	if r := []rune(text); len(r) > most {
		text, cut = string(r[:most]), true
	}
	if cut {
		text += "…"
	}
	return "`" + text + "`"
}
