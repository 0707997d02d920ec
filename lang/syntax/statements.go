package syntax

import (
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/participle/v2/lexer"

	"github.com/recon-lang/recon/lang/diag"
)

// statements reads the statements in [lo, hi) of a block of kind k, and says where it stopped:
// at hi, or, in a block that is not closed, before the first line that is indented no more than
// limit.
func (p *parser) statements(k BlockKind, lo, hi, limit int, oneLine bool) (nodes []node, end int) {
	i := lo
	var last node
	for i < hi {
		if p.kind(i) == Newline {
			i++
			continue
		}
		if limit != noIndent && i > lo {
			if n := p.indent(i); n != noIndent && n <= limit {
				return nodes, i
			}
		}
		if b := p.bracket(i); (b == ')' || b == ']' || b == '}') && p.partner[i] < 0 { // reported
			i++
			continue
		}
		if p.faults > maxRead {
			n := p.badNode(k, i, hi)
			return append(nodes, n), hi
		}
		n, next := p.statement(k, i, hi, last)
		nodes = append(nodes, n)
		last = n
		i = p.afterStatement(n, next, hi, oneLine)
	}
	return nodes, hi
}

// afterStatement moves past what sets a statement, which ends at i, apart from the next.
func (p *parser) afterStatement(n node, i, hi int, oneLine bool) int {
	if i >= hi || p.kind(i) == Newline || p.kind(i) == TableRow {
		return i
	}
	if _, bad := n.(interface{ bad() }); bad {
		if oneLine && p.is(i, hi, ",") {
			return i + 1
		}
		return p.skipLine(i, hi)
	}
	if p.is(i, hi, ",") {
		t := p.tok(i)
		nothing := ""
		switch n.(type) {
		case *Attribute, *Column:
			if oneLine {
				return i + 1
			}
			p.report(&fault{start: t.Start, end: t.End, code: diag.StrayComma, message: "statements on lines of their own are not set apart by commas", fix: &nothing})
		default:
			p.report(&fault{start: t.Start, end: t.End, code: diag.StrayComma, message: "expected the end of the line, found `,`",
				hint: "a block on one line holds attributes or columns set apart by commas, or one statement"})
		}
		return i + 1
	}
	end := p.skipLine(i, hi)
	if !p.broken(i, end) {
		t := p.tok(i)
		p.report(&fault{start: t.Start, end: t.End, code: diag.StrayComma, message: "expected the end of the line, found " + quoted(p.word(i)),
			hint: "each statement stands on a line of its own"})
	}
	return end
}

// statement reads the statement of a block of kind k that starts at i, and says where it ends.
// last is the statement before it, or nil.
func (p *parser) statement(k BlockKind, i, hi int, last node) (node, int) {
	if p.kind(i) == TableRow {
		return p.row(k, i)
	}
	s := p.choose(k, i, hi)
	if s == nil {
		return p.unknown(k, i, hi)
	}
	end := p.headEnd(s, k, i, hi)
	var n node
	bad := true
	if s.Takes(k) {
		n = p.head(s, i, end)
		bad = n == nil
	} else if missing := Body(last); missing == nil || missing.Span.End > missing.Span.Start || !s.Takes(missing.Kind) {
		// Whatever else is wrong with it is not worth a word, and if it belongs to the block that
		// the line before it lacks, nothing is.
		p.reportWrongBlock(s, k, i)
	}
	if bad {
		n = p.badNode(k, i, end)
	}
	d := n.documented()
	d.Doc = p.doc(i)
	end = p.body(n, s, i, end, hi, bad)
	d.Span = p.span(p.tok(i).Start, p.tok(end-1).End)
	return n, end
}

// choose finds what the statement at i of a block of kind k is, or nil.
func (p *parser) choose(k BlockKind, i, hi int) *Statement {
	if k == ColumnsBlock || k == GroupBlock {
		if p.kind(i) == Name {
			return statement("column", k)
		}
		return nil
	}
	if p.kind(i) != Name {
		return nil
	}
	if p.is(i+1, hi, "=") {
		if s := statement("attribute", k); s != nil {
			return s
		}
	}
	word := p.word(i)
	s := statement(word, k)
	switch {
	case word == "group" && k == TemplateBlock:
		// In a template it is a view's or a rule's: a view's has a block.
		view := statement("group", ViewBlock)
		if end := p.headEnd(view, k, i, hi); end < hi && p.bracket(end) == '{' {
			return view
		}
		return statement("group", BetweenBlock)
	case s != nil:
		return s
	case p.is(i+1, hi, "=") || p.is(i+1, hi, ":") || p.is(i+1, hi, "=="):
		return nil
	}
	if k == GivenBlock || k == ExpectBlock {
		return nil
	}
	return keyword(word, k)
}

// headEnd says where the head of statement s of a block of kind k, which starts at i, ends:
// before its block, at the end of its line, or, for what can stand with others on one line,
// before a comma. A line that ends as if it went on does not if the next one is a statement of
// its own: somebody is still typing.
func (p *parser) headEnd(s *Statement, k BlockKind, i, hi int) int {
	operand := false
	separable := s.Name == "attribute" || s.Name == "column"
	end := i
	for end < hi {
		switch p.kind(end) {
		case Newline:
			if !p.continues(end-1) || end+1 >= hi || p.kind(end+1) == TableRow || p.looksLikeStatement(s, k, end+1, hi) {
				return end
			}
			end++
			continue
		case TableRow:
			return end
		case Op, Bad:
			b := p.bracket(end)
			if b == '{' && operand || separable && p.is(end, hi, ",") {
				return end
			}
			if (b == '(' || b == '[' || b == '{') && int(p.partner[end]) > end && int(p.partner[end]) < hi {
				end = int(p.partner[end])
			}
		}
		operand = endsOperand(p.kind(end), p.word(end))
		end++
	}
	return end
}

// continues reports whether a line that ends with token i goes on in the next.
func (p *parser) continues(i int) bool {
	switch word := p.word(i); p.kind(i) {
	case Name:
		return isOperatorWord(word)
	case Op:
		switch word {
		case "(", ")", "[", "]", "{", "}", ".", "!":
			return false
		}
		return true
	}
	return false
}

// looksLikeStatement reports whether token i starts a statement of a block of kind k and cannot
// continue the line of s before: a name and =, a keyword and a name, or a section.
func (p *parser) looksLikeStatement(s *Statement, k BlockKind, i, hi int) bool {
	if i+1 >= hi || p.kind(i) != Name {
		return false
	}
	if p.is(i+1, hi, "=") {
		return s.Name != "join" && statement("attribute", k) != nil
	}
	if p.is(i+1, hi, "{") {
		switch p.word(i) {
		case "columns", "schedule", "window":
			return statement(p.word(i), k) != nil
		}
	}
	switch p.kind(i + 1) {
	case Name:
		if word := p.word(i + 1); isOperatorWord(word) || isClause(word) {
			return false
		}
	case String, Number:
	default:
		return false
	}
	return k == ColumnsBlock || k == GroupBlock || statement(p.word(i), k) != nil
}

// head reads the head of s in [i, end), or gives nil and reports why not.
func (p *parser) head(s *Statement, i, end int) node {
	tokens, size := p.headTokens(i, end)
	if size > maxHeadBytes {
		p.report(&fault{start: p.tok(i).Start, end: p.tok(i).End, code: diag.TooLong, message: "a statement is longer than 64 KiB"})
		return nil
	}
	lex, err := lexer.Upgrade(&tokenStream{text: p.text, tokens: tokens})
	if err != nil {
		panic(err) // a tokenStream has no errors
	}
	n, err := heads()[grammarName(s)](lex)
	if err != nil {
		if !p.broken(i, end) && !p.reportBadTokens(tokens) {
			p.report(p.headFault(err, s, tokens))
		}
		return nil
	}
	p.settle(n)
	p.checkHead(n)
	return n
}

// grammarName is the key of s in heads.
func grammarName(s *Statement) string {
	switch {
	case s.Takes(FileBlock):
		return "file " + s.Name
	case s.Name == "group" && s.Body != 0:
		return "group {"
	}
	return s.Name
}

// headTokens are the tokens in [i, end) without line ends, and how many bytes they have, not
// counting texts. It stops after maxHeadBytes.
func (p *parser) headTokens(i, end int) (tokens []Token, size int) {
	tokens = make([]Token, 0, min(end-i, maxHeadBytes))
	for ; i < end; i++ {
		t := p.tok(i)
		if t.Kind == Newline {
			continue
		}
		if t.Kind != Text {
			size += t.End - t.Start
		}
		tokens = append(tokens, t)
		if size > maxHeadBytes {
			break
		}
	}
	return tokens, size
}

// broken reports whether a bracket in [lo, hi) has no partner. That has been reported.
func (p *parser) broken(lo, hi int) bool {
	if !p.unclosed {
		return false
	}
	for i := lo; i < hi; i++ {
		if p.bracket(i) != 0 && p.partner[i] < 0 {
			return true
		}
	}
	return false
}

// badNode stands for a statement of a block of kind k that could not be read.
func (p *parser) badNode(k BlockKind, i, end int) node {
	name := func(at int) *Ident {
		if at >= end || p.kind(at) != Name {
			return nil
		}
		t := p.tok(at)
		return &Ident{Place: Place{p.span(t.Start, t.End)}, Name: p.word(at)}
	}
	if k == FileBlock {
		if declaration(p.word(i)) != nil {
			return &BadDecl{Documented: p.place(i, end), Name: name(i + 1)}
		}
		return &BadDecl{Documented: p.place(i, end)}
	}
	bad := &BadStmt{Documented: p.place(i, end)}
	if k == ColumnsBlock || k == GroupBlock {
		bad.Name = name(i)
	}
	return bad
}

// place is the place of tokens [lo, hi), line ends at its end left out.
func (p *parser) place(lo, hi int) Documented {
	for hi > lo+1 && p.kind(hi-1) == Newline {
		hi--
	}
	if lo >= hi {
		return Documented{}
	}
	return Documented{Place: Place{p.span(p.tok(lo).Start, p.tok(hi-1).End)}}
}

// doc is the text of the ## comments directly above token i.
func (p *parser) doc(i int) string {
	var lines []string
	at := int(p.sig[i]) - 1
	step := func(kind Kind) bool {
		if at >= 0 && p.tokens[at].Kind == kind {
			at--
			return true
		}
		return false
	}
	for {
		step(Space)
		if !step(Newline) {
			break
		}
		step(Space)
		if at < 0 || p.tokens[at].Kind != Remark || at > 0 && p.tokens[at-1].Kind != Newline && !(p.tokens[at-1].Kind == Space && (at == 1 || p.tokens[at-2].Kind == Newline)) {
			break
		}
		if text, ok := strings.CutPrefix(p.text[p.tokens[at].Start:p.tokens[at].End], "##"); ok {
			lines = append(lines, strings.TrimRight(strings.TrimPrefix(text, " "), " \t\r"))
		}
		at--
	}
	slices.Reverse(lines)
	return strings.Join(lines, "\n")
}

// reportWrongBlock says that s does not stand in a block of kind k.
func (p *parser) reportWrongBlock(s *Statement, k BlockKind, i int) {
	t := p.tok(i)
	f := &fault{start: t.Start, end: t.End, code: diag.WrongBlock, message: fmt.Sprintf("%s does not stand in %s", s.Name, k)}
	if k == FileBlock {
		f.message = s.Name + " does not stand outside a block"
	}
	f.hint = "it stands in " + list(places(s.Name), "or")
	p.report(f)
}

// places are the blocks that take the statement of that name, in words.
func places(name string) []string {
	var words []string
	for i := range Statements {
		s := &Statements[i]
		if s.Name != name {
			continue
		}
		if s.Takes(BetweenBlock) && s.Takes(OverBlock) {
			words = append(words, "a rule")
		}
		for _, k := range s.In {
			w := k.String()
			if k == FileBlock {
				w = "a file, outside all blocks"
			}
			if (k == BetweenBlock || k == OverBlock) && slices.Contains(words, "a rule") || slices.Contains(words, w) {
				continue
			}
			words = append(words, w)
		}
	}
	return words
}

// list joins words as in "a, b or c".
func list(words []string, last string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	n := len(words) - 1
	return strings.Join(words[:n], ", ") + " " + last + " " + words[n]
}
