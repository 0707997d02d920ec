package feature

import (
	"bytes"
	"slices"

	"github.com/recon-lang/recon/lang/check"
	"github.com/recon-lang/recon/lang/syntax"
)

// TokenType says what a Token is. Its values are indexes into TokenTypes.
type TokenType uint8

// The types of tokens.
const (
	Namespace TokenType = iota
	TypeName
	Class
	Macro
	Function
	Method
	Variable
	Parameter
	Property
	EnumMember
	Event
	Keyword
	Comment
	String
	Number
	Operator
)

// TokenTypes are the names that editors have for these.
var TokenTypes = []string{"namespace", "type", "class", "macro", "function", "method", "variable", "parameter", "property", "enumMember",
	"event", "keyword", "comment", "string", "number", "operator"}

// Modifiers of a Token are bits: 1<<i stands for TokenModifiers[i].
const (
	Declaration = 1 << iota
	Documentation
	ReadOnly
	DefaultLibrary
)

// TokenModifiers are the names that editors have for these.
var TokenModifiers = []string{"declaration", "documentation", "readonly", "defaultLibrary"}

// Token is a piece of the text to be coloured. It may have several lines.
type Token struct {
	Start, End int
	Type       TokenType
	Modifiers  uint8
}

// Tokens are what is to be coloured in bytes [start, end) of a file, in the order of the text. They do not overlap.
func Tokens(s *Snapshot, start, end int) []Token {
	p := painter{snapshot: s, named: map[int]Token{}, tables: map[int][]Token{}, keywords: keywords()}
	for _, d := range s.File.Decls {
		if at := d.At(); at.Start < end && at.End > start {
			p.node(d)
		}
	}
	for _, t := range s.File.Tokens {
		if t.End <= start {
			continue
		}
		if t.Start >= end {
			break
		}
		p.token(t)
	}
	return p.out
}

// keywords are the words that statements begin with, and those that join their parts.
func keywords() map[string]bool {
	words := map[string]bool{}
	for _, w := range []string{"from", "between", "over", "as", "on", "into", "within", "ignoring", "where", "when", "for", "to", "at", "after", "unit", "or", "and", "not", "in"} {
		words[w] = true
	}
	for _, s := range syntax.Statements {
		words[s.Name] = true
	}
	return words
}

type painter struct {
	snapshot *Snapshot
	named    map[int]Token   // names and what else the tree knows, by their start
	tables   map[int][]Token // cells of rows, by the start of the row
	keywords map[string]bool
	out      []Token
}

func (p *painter) name(start, end int, t TokenType, modifiers uint8) {
	p.named[start] = Token{start, end, t, modifiers}
}

// node notes what the names in n are.
func (p *painter) node(n syntax.Node) {
	syntax.Walk(n, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.Type:
			p.name(n.Name.Span.Start, n.Name.Span.End, TypeName, DefaultLibrary)
			for _, a := range n.Args {
				p.literal(a)
			}
			return false
		case *syntax.Attribute:
			p.ident(n.Name, Property)
			p.expr(n.Value)
			return false
		case *syntax.Block:
			p.rows(n)
		case *syntax.Section:
			p.name(n.Name.Span.Start, n.Name.Span.End, Keyword, 0)
		case *syntax.Handler:
			p.name(n.Outcome.Span.Start, n.Outcome.Span.End, EnumMember, DefaultLibrary)
		case *syntax.Expect:
			p.name(n.Outcome.Span.Start, n.Outcome.Span.End, EnumMember, DefaultLibrary)
		case *syntax.Gate:
			p.name(n.Severity.Span.Start, n.Severity.Span.End, Keyword, 0)
		case *syntax.Compare:
			for _, way := range n.Ignoring {
				p.name(way.Span.Start, way.Span.End, EnumMember, DefaultLibrary)
			}
		case *syntax.Ident:
			if _, known := p.named[n.Span.Start]; !known {
				p.ident(n, Variable)
			}
		case *syntax.Lit:
			p.literal(n)
		case *syntax.Expr:
			p.expr(n)
		}
		return true
	})
}

// literal notes a name that stands where a literal could: a unit's column, or the plain words of a type.
func (p *painter) literal(l *syntax.Lit) {
	if l.Kind == syntax.Name {
		p.name(l.Span.Start, l.Span.End, Property, 0)
	}
}

// ident notes a name: what the checker knows of it, or else what usually stands there.
func (p *painter) ident(n *syntax.Ident, usual TokenType) {
	info := p.snapshot.Unit.Info
	if sym := info.Defs[n.Span]; sym != nil {
		t, modifiers := paint(sym)
		p.name(n.Span.Start, n.Span.End, t, modifiers|Declaration)
		return
	}
	if sym := info.Uses[n.Span]; sym != nil {
		t, modifiers := paint(sym)
		p.name(n.Span.Start, n.Span.End, t, modifiers)
		return
	}
	p.name(n.Span.Start, n.Span.End, usual, 0)
}

func paint(sym *check.Symbol) (t TokenType, modifiers uint8) {
	switch sym.Kind {
	case check.ModuleSymbol:
		return Namespace, 0
	case check.SourceSymbol, check.ViewSymbol, check.SideSymbol:
		return Class, 0
	case check.ActionSymbol:
		return Method, 0
	case check.TemplateSymbol:
		return Macro, 0
	case check.RuleSymbol:
		return Event, 0
	case check.ParamSymbol:
		return Parameter, ReadOnly
	case check.LetSymbol, check.SecretSymbol:
		return Variable, ReadOnly
	case check.FunctionSymbol:
		return Function, DefaultLibrary
	case check.PluginSymbol:
		return Namespace, DefaultLibrary
	case check.ColumnSymbol, check.SettingSymbol, check.KeySymbol, check.ComparisonSymbol, check.AssertSymbol:
		return Property, 0
	}
	return Variable, 0
}

// expr notes the names of an expression.
func (p *painter) expr(e *syntax.Expr) {
	if e == nil {
		return
	}
	info := p.snapshot.Unit.Info
	for i, t := range e.Tokens {
		if t.Kind != syntax.Name {
			continue
		}
		text := e.TokenText(t)
		next := ""
		if i+1 < len(e.Tokens) {
			next = e.TokenText(e.Tokens[i+1])
		}
		switch sym := info.Uses[e.TokenSpan(t)]; {
		case sym != nil:
			kind, modifiers := paint(sym)
			p.name(t.Start, t.End, kind, modifiers)
		case text == "and" || text == "or" || text == "not" || text == "in" || text == "true" || text == "false" || text == "null":
			p.name(t.Start, t.End, Keyword, 0)
		case next == "(":
			p.name(t.Start, t.End, Function, 0)
		case i > 0 && e.TokenText(e.Tokens[i-1]) == ".":
			p.name(t.Start, t.End, Property, 0)
		default:
			p.name(t.Start, t.End, Variable, 0)
		}
	}
	for _, t := range e.Tokens {
		if t.Kind == syntax.String && !e.Bad {
			p.parts(e, t)
		}
	}
}

// parts notes the expressions in the ${} of a string, and that the string is to be cut around them.
func (p *painter) parts(e *syntax.Expr, t syntax.Token) {
	for _, part := range e.Parts(t) {
		if part.Expr == nil || len(part.Expr.Tokens) == 0 {
			continue
		}
		p.expr(part.Expr)
		for _, t := range part.Expr.Tokens {
			if _, known := p.named[t.Start]; known {
				continue
			}
			if kind, ok := plain(t.Kind); ok {
				p.name(t.Start, t.End, kind, 0)
			}
		}
	}
}

// plain is the type of tokens of a kind that say themselves what they are.
func plain(k syntax.Kind) (t TokenType, ok bool) {
	switch k {
	case syntax.Remark:
		return Comment, true
	case syntax.Number, syntax.Quantity, syntax.Money, syntax.Date, syntax.Datetime:
		return Number, true
	case syntax.String, syntax.Text:
		return String, true
	case syntax.Op:
		return Operator, true
	}
	return 0, false
}

// token paints one token of the text.
func (p *painter) token(t syntax.Token) {
	text := p.snapshot.Text()[t.Start:t.End]
	switch t.Kind {
	case syntax.TableRow:
		p.out = append(p.out, p.tables[t.Start]...)
		return
	case syntax.String:
		p.string(t)
		return
	case syntax.Name:
		if known, ok := p.named[t.Start]; ok {
			p.out = append(p.out, known)
		} else if p.keywords[string(text)] {
			p.out = append(p.out, Token{t.Start, t.End, Keyword, 0})
		}
		return
	}
	kind, ok := plain(t.Kind)
	if !ok {
		return
	}
	if kind == Operator && slices.Contains([]string{"(", ")", "[", "]", "{", "}", ",", "."}, string(text)) {
		return // editors colour brackets themselves
	}
	var modifiers uint8
	if kind == Comment && len(text) > 1 && text[1] == '#' {
		modifiers = Documentation
	}
	p.out = append(p.out, Token{t.Start, t.End, kind, modifiers})
}

// string paints a string, and what is known of the expressions in it.
func (p *painter) string(t syntax.Token) {
	at := t.Start
	for i := t.Start; i < t.End; i++ {
		known, ok := p.named[i]
		if !ok || known.End > t.End {
			continue
		}
		if i > at && len(bytes.TrimSpace(p.snapshot.Text()[at:i])) > 0 {
			p.out = append(p.out, Token{at, i, String, 0})
		}
		p.out = append(p.out, known)
		at, i = known.End, known.End-1
	}
	if at < t.End {
		p.out = append(p.out, Token{at, t.End, String, 0})
	}
}

// rows notes the cells of a table; those of its first row name columns.
func (p *painter) rows(b *syntax.Block) {
	for i, stmt := range b.Stmts {
		row, ok := stmt.(*syntax.Row)
		if !ok {
			continue
		}
		cells := []Token{}
		for _, c := range row.Cells {
			if c.Span.End > c.Span.Start {
				cells = append(cells, Token{c.Span.Start, c.Span.End, cellType(c, i == 0), 0})
			}
		}
		p.tables[row.Span.Start] = cells
	}
}

func cellType(c *syntax.Cell, head bool) TokenType {
	switch text := c.Text; {
	case head:
		return Property
	case !c.Quoted && text != "" && (text[0] >= '0' && text[0] <= '9' || text[0] == '-'):
		return Number
	}
	return String
}
