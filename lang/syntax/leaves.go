package syntax

import (
	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"

	"github.com/recon-lang/recon/lang/diag"
)

// The nodes that participle does not read by tags read themselves, here. None knows its file
// yet: settle fills that in.

func spanOf(t *lexer.Token) diag.Span {
	return diag.Span{Start: t.Pos.Offset, End: t.Pos.Offset + len(t.Value)}
}

func kindOf(t *lexer.Token) Kind {
	if t.EOF() {
		return EOF
	}
	return Kind(t.Type)
}

func isOp(t *lexer.Token, op string) bool { return kindOf(t) == Op && t.Value == op }

// Parse is for participle.
func (x *Ident) Parse(lex *lexer.PeekingLexer) error {
	t := lex.Peek()
	if kindOf(t) != Name {
		return participle.NextMatch
	}
	x.Span, x.Name = spanOf(t), t.Value
	lex.Next()
	return nil
}

// Parse is for participle.
func (x *Ref) Parse(lex *lexer.PeekingLexer) error {
	for {
		name := new(Ident)
		if err := name.Parse(lex); err != nil {
			if len(x.Names) == 0 {
				return err
			}
			end := x.Span.End
			return &fault{start: end, end: end, code: diag.BadStatement, message: "a name is missing after the dot"}
		}
		x.Names = append(x.Names, name)
		x.Span = diag.Span{Start: x.Names[0].Span.Start, End: name.Span.End}
		if !isOp(lex.Peek(), ".") {
			return nil
		}
		x.Span.End = spanOf(lex.Next()).End
	}
}

// Parse is for participle.
func (x *Lit) Parse(lex *lexer.PeekingLexer) error {
	t := lex.Peek()
	switch k := kindOf(t); k {
	case Number, Quantity, Money, Date, Datetime, String, Text, Name:
		x.Span, x.Kind, x.Value = spanOf(t), k, t.Value
		lex.Next()
		return nil
	}
	return participle.NextMatch
}

// Parse is for participle.
func (x *Type) Parse(lex *lexer.PeekingLexer) error {
	x.Name = new(Ident)
	if err := x.Name.Parse(lex); err != nil {
		return err
	}
	x.Span = x.Name.Span
	if !isOp(lex.Peek(), "(") {
		return nil
	}
	open := spanOf(lex.Next())
	for {
		t := lex.Peek()
		arg := new(Lit)
		if err := arg.Parse(lex); err != nil || arg.Kind != Number && arg.Kind != String && arg.Kind != Name {
			return typeFault(t, "expected a number, string or name in the parentheses of a type", open.End)
		}
		x.Args = append(x.Args, arg)
		switch t := lex.Peek(); {
		case isOp(t, ","):
			lex.Next()
		case isOp(t, ")"):
			x.Span.End = spanOf(lex.Next()).End
			return nil
		default:
			return typeFault(t, "expected , or ) in a type", arg.Span.End)
		}
	}
}

func typeFault(t *lexer.Token, message string, end int) error {
	f := &fault{start: end, end: end, code: diag.BadStatement, message: message, hint: `types look like decimal(18, 2) and enum("A", "B")`}
	if !t.EOF() {
		s := spanOf(t)
		f.start, f.end = s.Start, s.End
	}
	return f
}

// clauses are the words that end an expression directly after an operand.
func isClause(word string) bool {
	switch word {
	case "within", "where", "as", "ignoring", "on":
		return true
	}
	return false
}

// Parse is for participle. It takes what belongs to the expression, whatever its shape.
func (x *Expr) Parse(lex *lexer.PeekingLexer) error {
	depth, operand := 0, false
	for {
		t := lex.Peek()
		kind := kindOf(t)
		if kind == EOF || depth == 0 && endsExpr(kind, t.Value, operand) {
			break
		}
		if kind == Op {
			switch t.Value {
			case "(", "[", "{":
				depth++
			case ")", "]", "}":
				depth--
			}
		}
		operand = endsOperand(kind, t.Value)
		x.add(t)
		lex.Next()
	}
	if len(x.Tokens) == 0 {
		return participle.NextMatch
	}
	return nil
}

func (x *Expr) add(t *lexer.Token) {
	s := spanOf(t)
	if len(x.Tokens) == 0 {
		x.Span.Start = s.Start
	}
	x.Span.End = s.End
	x.Tokens = append(x.Tokens, Token{Kind: kindOf(t), Start: s.Start, End: s.End})
}

// endsExpr reports whether a token at depth 0 ends an expression.
func endsExpr(kind Kind, text string, operand bool) bool {
	switch kind {
	case Op:
		switch text {
		case "=", ",", ")", "]", "}":
			return true
		case "{":
			return operand
		}
	case Name:
		return operand && isClause(text)
	}
	return false
}

// endsOperand reports whether a token can be the last of a value.
func endsOperand(kind Kind, text string) bool {
	switch kind {
	case Op:
		return text == ")" || text == "]" || text == "}"
	case Name:
		return !isOperatorWord(text)
	case EOF, Space, Newline, Remark, TableRow:
		return false
	}
	return true
}

// Parse is for participle.
func (x *Tolerance) Parse(lex *lexer.PeekingLexer) error {
	join := ""
	for {
		amount, err := amount(lex)
		if err != nil {
			return err
		}
		x.Amounts = append(x.Amounts, amount)
		t := lex.Peek()
		if kindOf(t) != Name || t.Value != "or" && t.Value != "and" {
			return nil
		}
		if join != "" && join != t.Value {
			s := spanOf(t)
			return &fault{start: s.Start, end: s.End, code: diag.BadTolerance, message: "or and and do not mix in a tolerance",
				hint: "with or one bound suffices, with and all must hold; write two comparisons to say more"}
		}
		join = t.Value
		x.All = join == "and"
		lex.Next()
	}
}

// amount reads one bound of a tolerance.
func amount(lex *lexer.PeekingLexer) (*Expr, error) {
	x := new(Expr)
	t := lex.Peek()
	switch kind := kindOf(t); {
	case kind == Number || kind == Quantity || kind == Money || kind == Bad:
		x.add(t)
		lex.Next()
	case kind == Name && !isOperatorWord(t.Value) && !isClause(t.Value):
		ref := new(Ref)
		from := lex.RawCursor()
		if err := ref.Parse(lex); err != nil {
			return nil, err
		}
		for _, t := range lex.Range(from, lex.RawCursor()) {
			x.add(&t)
		}
	case kind == EOF:
		return nil, participle.NextMatch
	default:
		return nil, amountFault(t)
	}
	if next := lex.Peek(); kindOf(next) == Op {
		return nil, amountHabit(lex, x, next)
	}
	return x, nil
}

// amountHabit is the fault of an amount with t behind it, which may be what people write elsewhere.
func amountHabit(lex *lexer.PeekingLexer, x *Expr, t *lexer.Token) error {
	f := amountFault(t)
	if len(x.Tokens) != 1 || x.Tokens[0].Kind != Number {
		return f
	}
	after := lex.MakeCheckpoint()
	lex.Next()
	next := lex.Peek()
	lex.LoadCheckpoint(after)
	here := f.start
	f.start = x.Tokens[0].Start
	switch {
	case t.Value == "%":
		f.code, f.message, f.hint = diag.UnknownUnit, "a unit stands directly after its number", "write it without a blank: 0.1%"
	case t.Value == "," && kindOf(next) == Number && next.Pos.Offset == t.Pos.Offset+1:
		f.code, f.message, f.hint = diag.BadNumber, "digits are not set apart by commas", "write 1000 or 1_000"
		f.end = spanOf(next).End
	default:
		f.start = here
	}
	return f
}

func amountFault(t *lexer.Token) *fault {
	s := spanOf(t)
	f := &fault{start: s.Start, end: s.End, code: diag.BadTolerance, message: "a tolerance is a number, a quantity, money or a name",
		hint: "give a computed one a name with let"}
	if t.Value == "-" {
		f.message, f.hint = "a tolerance is not negative", "it bounds the distance in both directions"
	}
	return f
}
