package feature

import (
	"slices"

	"github.com/recon-lang/recon/lang/check"
	"github.com/recon-lang/recon/lang/syntax"
)

// clause is the last clause of a statement: the word that opens it, what stands since, and whether that ends with a value.
func (c *cursor) clause(toks []syntax.Token, words ...string) (word string, rest []syntax.Token, operand bool) {
	word, rest = c.textOf(toks[0]), toks[1:]
	for i, t := range toks[1:] {
		if text := c.textOf(t); t.Kind == syntax.Name && slices.Contains(words, text) && (operand || i == 0) {
			word, rest, operand = text, toks[i+2:], false
			continue
		}
		operand = c.endsOperand(t)
	}
	return word, rest, operand
}

// path is the names before the dot that the toks end with.
func (c *cursor) path(toks []syntax.Token) (path []string) {
	for len(toks) >= 2 && c.textOf(toks[len(toks)-1]) == "." && toks[len(toks)-2].Kind == syntax.Name {
		path = append([]string{c.textOf(toks[len(toks)-2])}, path...)
		toks = toks[:len(toks)-2]
	}
	return path
}

func (c *cursor) dotted(toks []syntax.Token) bool {
	return len(toks) > 0 && c.textOf(toks[len(toks)-1]) == "."
}

// words adds keywords that may come next.
func (l *list) words(tier int, words ...string) {
	for _, w := range words {
		l.add(tier, Item{Kind: KeywordItem, Label: w, Insert: w + " ", Filter: w})
	}
}

// statement is the middle of a statement of a block.
func (l *list) statement(b *frame, toks []syntax.Token) {
	if len(toks) == 0 || !b.known {
		return
	}
	switch {
	case b.kind == syntax.ColumnsBlock || b.kind == syntax.GroupBlock:
		l.column(b, toks)
		return
	case len(toks) > 1 && l.textOf(toks[1]) == "=" && b.kind != syntax.FileBlock:
		l.value(b, l.textOf(toks[0]), toks[2:])
		return
	}
	s := takes(b.kind, l.textOf(toks[0]))
	switch {
	case s == nil:
	case b.kind == syntax.FileBlock:
		l.declaration(s.Name, toks)
	default:
		l.inner(b, s.Name, toks)
	}
}

// declaration is the head of a declaration.
func (l *list) declaration(name string, toks []syntax.Token) {
	n := len(toks)
	switch name {
	case "recon":
		if n == 1 {
			l.add(0, Item{Kind: ValueItem, Label: "1", Detail: "the edition of the language"})
		}
	case "import":
		switch word, rest, _ := l.clause(toks, "as"); {
		case word == "import" && len(rest) == 0:
			l.imports()
		case word == "import":
			l.words(0, "as")
		}
	case "param", "let", "secret":
		l.constant(name, toks)
	case "source", "action":
		switch word, rest, operand := l.clause(toks, "from"); {
		case word == "from" && !operand && len(rest) == 0:
			l.plugins(name)
		case word != "from" && operand && len(rest) == 1:
			l.words(0, "from")
		}
	case "view":
		switch word, rest, operand := l.clause(toks, "from"); {
		case word == "from" && !operand:
			l.refs(rest, l.File, check.SourceSymbol, check.ViewSymbol)
		case word != "from" && operand:
			l.words(0, "from")
		}
	case "rule":
		switch word, rest, operand := l.clause(toks, "between", "over"); {
		case word == "between" || word == "over":
			l.ruleSide(toks, rest)
		case word == "rule" && operand:
			l.words(0, "between", "over")
		}
	case "template":
		if f := l.top(); f.bracket == '(' && l.afterColon(f.toks) {
			l.types(check.ParamTypes())
		}
	case "moved":
		switch word, rest, operand := l.clause(toks, "to"); {
		case word == "to" && !operand:
			l.refs(rest, l.File, check.RuleSymbol)
		case operand && word != "to":
			l.words(0, "to")
		}
	case "test":
		switch word, rest, operand := l.clause(toks, "for"); {
		case word == "for" && !operand:
			l.refs(rest, l.File, check.RuleSymbol)
		case word != "for" && operand:
			l.words(0, "for")
		}
	}
}

func (l *list) afterColon(toks []syntax.Token) bool {
	return len(toks) > 0 && l.textOf(toks[len(toks)-1]) == ":"
}

// constant is param, let and secret.
func (l *list) constant(name string, toks []syntax.Token) {
	eq := slices.IndexFunc(toks, func(t syntax.Token) bool { return l.textOf(t) == "=" })
	switch {
	case eq > 0 && name == "secret":
		l.expr(&scope{place: inSecret, file: l.File}, toks[eq+1:])
	case eq > 0 && name == "param" && len(toks) > 3:
		l.seen[l.textOf(toks[1])] = true // it has no value yet
		l.expr(&scope{file: l.File, want: kindOf(l.textOf(toks[3])), constant: true}, toks[eq+1:])
	case eq > 0:
		l.expr(&scope{file: l.File, constant: true}, toks[eq+1:])
	case name == "param" && l.afterColon(toks):
		l.types(check.ParamTypes())
	case name == "param" && len(toks) > 3 && l.endsOperand(toks[len(toks)-1]) && l.top().block:
		l.words(0, "=")
	}
}

// inner is a statement of a block that is not the file.
func (l *list) inner(b *frame, name string, toks []syntax.Token) {
	sc := l.scopeOf(b)
	switch name {
	case "use":
		l.use(toks)
	case "where":
		l.expr(sc, toks[1:])
	case "join":
		l.join(sc, toks)
	case "group":
		if b.kind == syntax.BetweenBlock {
			l.equation(sc, toks, "as")
			return
		}
		l.named(sc, toks)
	case "key":
		l.equation(sc, toks, "as")
	case "compare":
		l.compare(sc, toks)
	case "unique":
		l.named(sc, toks)
	case "drill":
		if len(toks) == 1 {
			l.words(0, "into")
			return
		}
		if last := toks[len(toks)-1]; l.top().block && !l.endsOperand(last) || l.textOf(last) == "into" {
			l.drilled(sc)
			return
		}
		sc.any = true
		l.named(sc, toks)
	case "assert":
		switch word, rest, operand := l.clause(toks, "as"); {
		case word == "as":
		case operand && l.top().block:
			l.operators(sc, rest, "as")
		default:
			l.expr(sc, rest)
		}
	case "warn", "fail":
		if word, rest, _ := l.clause(toks, "when"); word == "when" {
			l.gate(rest)
		} else {
			l.words(0, "when")
		}
	case "on":
		l.handler(sc, toks)
	case "do":
		l.actions(toks[1:])
	case "trigger":
		l.trigger(toks[1:])
	case "run", "param", "given", "expect":
		l.testStatement(name, toks)
	}
}

// named is a list of expressions with names.
func (l *list) named(sc *scope, toks []syntax.Token) {
	last := slices.IndexFunc(toks, func(t syntax.Token) bool { return l.textOf(t) == "," })
	for i := last; i >= 0 && i < len(toks); i++ {
		if l.textOf(toks[i]) == "," {
			last = i
		}
	}
	if last > 0 {
		toks = toks[last:]
	}
	terms := *sc
	terms.term = true
	switch word, rest, operand := l.clause(toks, "as", "into"); {
	case word == "as":
	case operand && l.top().block:
		l.operators(&terms, rest, "as")
	default:
		l.expr(sc, rest)
	}
}

// use is a template and its arguments.
func (l *list) use(toks []syntax.Token) {
	f := l.top()
	if f.block {
		l.refs(toks[1:], l.File, check.TemplateSymbol)
		return
	}
	d, file := l.templateOf(toks)
	if d == nil {
		return
	}
	for _, p := range d.Params {
		if p.Name == nil {
			continue
		}
		name := p.Name.Name
		if len(f.toks) > 1 && l.textOf(f.toks[0]) == name && l.textOf(f.toks[1]) == "=" {
			l.expr(&scope{file: file, want: kindOf(typeName(p)), constant: true}, f.toks[2:])
			return
		}
		if len(f.toks) == 0 && l.quote == 0 && !l.argumentGiven(name) {
			l.add(0, Item{Kind: ConstantItem, Label: name, Detail: typeText(p), Insert: name + " = $0", Snippet: true})
		}
	}
}

// argumentGiven reports whether the brackets around the cursor have an argument of that name.
func (l *list) argumentGiven(name string) bool {
	depth := 0
	for i, t := range l.File.Tokens {
		if t.Start <= l.top().open.Start || t.Start == l.word.Start {
			continue
		}
		switch text := l.textOf(t); {
		case text == "(" || text == "[" || text == "{":
			depth++
		case text == ")" || text == "]" || text == "}":
			if depth--; depth < 0 {
				return false
			}
		case depth == 0 && text == name && l.isBefore(i, "="):
			return true
		}
	}
	return false
}

// isBefore reports whether the token after i, blanks left out, is a text.
func (l *list) isBefore(i int, want string) bool {
	for _, t := range l.File.Tokens[i+1:] {
		if t.Kind != syntax.Space {
			return l.textOf(t) == want
		}
	}
	return false
}

// templateOf is the template that a use names, and the file of it.
func (c *cursor) templateOf(toks []syntax.Token) (*syntax.Template, *syntax.File) {
	var ref []string
	for _, t := range toks[1:] {
		if t.Kind == syntax.Name {
			ref = append(ref, c.textOf(t))
		}
	}
	sym, file := c.find(c.File, ref, check.TemplateSymbol)
	if sym == nil {
		return nil, nil
	}
	return templateIn(file, sym.Name), c.File
}

func typeName(p *syntax.ParamDef) string {
	if p.Type == nil || p.Type.Name == nil {
		return ""
	}
	return p.Type.Name.Name
}

func typeText(p *syntax.ParamDef) string {
	if p.Type == nil {
		return ""
	}
	return p.Type.Span.Text()
}
