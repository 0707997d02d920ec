package feature

import (
	"bytes"
	"slices"
	"sort"
	"strings"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/syntax"
)

// cursor is what stands before a place in the text as the tokens tell it: the tree says little about a line that is half typed.
type cursor struct {
	*Snapshot
	offset     int
	word       diag.Span // what is being typed, to its end
	typed      string    // the part of word before the offset
	quote      byte      // the word stands in a string that opens with it
	row        int       // 1 + the index of the table row that is being typed
	frames     []*frame  // the file first, then each block and bracket that is open
	unbalanced bool      // brackets do not match
}

// frame is the file, or a block or bracket that is open.
type frame struct {
	bracket byte // 0: the file
	block   bool // the file, or { … } of a statement
	kind    syntax.BlockKind
	known   bool           // kind is
	open    syntax.Token   // the bracket
	head    []syntax.Token // the statement that a block belongs to
	toks    []syntax.Token // the statement that is being written, or what stands since the bracket or its last comma; brackets in it are empty
	commas  int
	callee  syntax.Token // of (
	rows    int
	indent  int
}

// cursorAt looks at the tokens before an offset. ok is false in a comment.
func cursorAt(s *Snapshot, offset int) (c *cursor, ok bool) {
	c = &cursor{Snapshot: s, offset: offset, word: diag.Span{File: s.File.Span.File, Start: offset, End: offset}}
	tokens := s.File.Tokens
	c.unbalanced = !c.balanced(tokens)
	c.frames = []*frame{{block: true, kind: syntax.FileBlock, known: true, indent: -1}}
	lineStart, indent := true, 0
	from := c.declarationStart(tokens)
	for i := from; i < len(tokens); i++ {
		t := tokens[i]
		if t.Start >= offset {
			break
		}
		switch inside := t.End > offset; t.Kind {
		case syntax.Remark:
			if t.End >= offset {
				return nil, false
			}
			continue
		case syntax.Space:
			if lineStart {
				indent = min(t.End, offset) - t.Start
			}
			continue
		case syntax.Newline:
			if !inside {
				c.newline(tokens[i+1:])
				lineStart, indent = true, 0
			}
			continue
		case syntax.String, syntax.Text, syntax.Bad:
			first := s.Text()[t.Start]
			if (first == '"' || first == '\'') && (inside || t.Kind == syntax.Bad && c.blank(t.End)) {
				c.inString(t)
				return c, true
			}
		case syntax.TableRow:
			c.top().rows++
			if t.End >= offset || c.blank(t.End) { // a blank behind the last | begins a cell
				c.row = c.top().rows
				c.inRow(t)
				return c, true
			}
			lineStart = false
			continue
		}
		if lineStart {
			if c.unbalanced && !(t.Kind == syntax.Op && c.textOf(t) == "}") {
				c.dedent(indent)
			}
			lineStart = false
		}
		if t.End >= offset && (t.Kind == syntax.Name || isNumeric(t.Kind) || t.Kind == syntax.Bad && isDigit(s.Text()[t.Start])) {
			c.word = diag.Span{File: c.word.File, Start: t.Start, End: t.End}
			c.typed = string(s.Text()[t.Start:offset])
			break
		}
		if t.Kind == syntax.Number && t.End+1 == offset && s.Text()[t.End] == '.' { // of which the digits behind the point are still to come
			c.word = diag.Span{File: c.word.File, Start: t.Start, End: offset}
			c.typed = string(s.Text()[t.Start:offset])
			break
		}
		c.take(t, indent)
	}
	return c, true
}

// declarationStart is the token at which the declaration around the offset starts, if it begins its line: what stands before is of no
// account.
func (c *cursor) declarationStart(tokens []syntax.Token) int {
	decls := c.File.Decls
	i := sort.Search(len(decls), func(i int) bool { return decls[i].At().Start >= c.offset }) - 1
	if i < 0 {
		return 0
	}
	start := decls[i].At().Start
	if start == 0 || c.Text()[start-1] != '\n' {
		return 0
	}
	return sort.Search(len(tokens), func(i int) bool { return tokens[i].Start >= start })
}

// blank reports whether nothing but blanks stands between a place and the offset: in a string that is not closed they belong to it.
func (c *cursor) blank(from int) bool {
	return len(bytes.Trim(c.Text()[from:c.offset], " \t")) == 0
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }

func isNumeric(k syntax.Kind) bool {
	switch k {
	case syntax.Number, syntax.Quantity, syntax.Money, syntax.Date, syntax.Datetime:
		return true
	}
	return false
}

func (c *cursor) top() *frame { return c.frames[len(c.frames)-1] }

func (c *cursor) textOf(t syntax.Token) string { return string(c.Text()[t.Start:t.End]) }

// balanced reports whether the brackets of the file match.
func (c *cursor) balanced(tokens []syntax.Token) bool {
	var open []byte
	for _, t := range tokens {
		if t.Kind != syntax.Op || t.End != t.Start+1 {
			continue
		}
		switch b := c.Text()[t.Start]; b {
		case '(', '[', '{':
			open = append(open, b)
		case ')', ']', '}':
			if len(open) == 0 || closing(open[len(open)-1]) != b {
				return false
			}
			open = open[:len(open)-1]
		}
	}
	return len(open) == 0
}

func closing(b byte) byte {
	switch b {
	case '(':
		return ')'
	case '[':
		return ']'
	}
	return '}'
}

// dedent leaves the blocks that a line of that indentation cannot belong to: their closing braces are missing.
func (c *cursor) dedent(indent int) {
	for len(c.frames) > 1 {
		top := c.top()
		if top.block && indent > top.indent {
			return
		}
		if !top.block && !slices.ContainsFunc(c.frames[1:], func(f *frame) bool { return f.block && indent <= f.indent }) {
			return
		}
		c.frames = c.frames[:len(c.frames)-1]
		if len(c.frames) == 1 || c.top().block {
			c.top().toks = nil
		}
	}
}

// newline ends a statement, unless its line goes on.
func (c *cursor) newline(rest []syntax.Token) {
	f := c.top()
	if !f.block || len(f.toks) == 0 {
		return
	}
	if last := f.toks[len(f.toks)-1]; c.goesOn(last) && !c.startsStatement(f, rest) {
		return
	}
	f.toks = nil
}

// goesOn reports whether a line that ends with t goes on in the next.
func (c *cursor) goesOn(t syntax.Token) bool {
	switch text := c.textOf(t); t.Kind {
	case syntax.Name:
		return isOperatorWord(text)
	case syntax.Op:
		return !strings.Contains("()[]{}.!", text)
	}
	return false
}

func isOperatorWord(word string) bool {
	return word == "and" || word == "or" || word == "not" || word == "in"
}

// startsStatement reports whether a line is one of its own although the one before ends as if it went on.
func (c *cursor) startsStatement(f *frame, line []syntax.Token) bool {
	var words []syntax.Token
	for _, t := range line {
		if t.Kind == syntax.Newline || len(words) == 2 {
			break
		}
		if t.Kind != syntax.Space {
			words = append(words, t)
		}
	}
	if len(words) < 2 || words[0].Kind != syntax.Name {
		return false
	}
	if c.textOf(words[1]) == "=" {
		return len(f.toks) < 2 || c.textOf(f.toks[1]) == "="
	}
	return words[1].Kind == syntax.Name && !isOperatorWord(c.textOf(words[1])) && f.known && takes(f.kind, c.textOf(words[0])) != nil
}

// take moves past a token.
func (c *cursor) take(t syntax.Token, indent int) {
	f := c.top()
	if t.Kind != syntax.Op {
		f.toks = append(f.toks, t)
		return
	}
	switch text := c.textOf(t); text {
	case "(", "[", "{":
		c.push(t, indent)
	case ")", "]", "}":
		for len(c.frames) > 1 {
			closed := c.top()
			c.frames = c.frames[:len(c.frames)-1]
			if closing(closed.bracket) == text[0] {
				if closed.block {
					c.top().toks = nil
				} else {
					c.top().toks = append(c.top().toks, t)
				}
				return
			}
		}
	case ",":
		if !f.block {
			f.commas++
			f.toks = f.toks[:0]
			return
		}
		if f.kind == syntax.ColumnsBlock || f.kind == syntax.GroupBlock || len(f.toks) > 1 && c.textOf(f.toks[1]) == "=" && f.kind != syntax.FileBlock {
			f.toks = nil // the end of one of several on a line
			return
		}
		f.toks = append(f.toks, t)
	default:
		f.toks = append(f.toks, t)
	}
}

// push opens a bracket: a { after a value is the block of the statement.
func (c *cursor) push(t syntax.Token, indent int) {
	f := c.top()
	next := &frame{bracket: c.Text()[t.Start], open: t, indent: indent}
	switch {
	case next.bracket == '(' && len(f.toks) > 0 && f.toks[len(f.toks)-1].Kind == syntax.Name:
		next.callee = f.toks[len(f.toks)-1]
	case next.bracket == '{' && f.block && len(f.toks) > 0 && c.endsOperand(f.toks[len(f.toks)-1]):
		next.block, next.head = true, slices.Clone(f.toks)
		next.kind, next.known = c.blockKind(f, next.head)
	}
	f.toks = append(f.toks, t)
	c.frames = append(c.frames, next)
}

// endsOperand reports whether a value ends with t.
func (c *cursor) endsOperand(t syntax.Token) bool {
	switch text := c.textOf(t); t.Kind {
	case syntax.Name:
		return !isOperatorWord(text)
	case syntax.Op:
		return text == ")" || text == "]" || text == "}"
	case syntax.EOF, syntax.Space, syntax.Newline, syntax.Remark:
		return false
	}
	return true
}

// takes is the statement of a block kind that begins with a word, or nil.
func takes(k syntax.BlockKind, word string) *syntax.Statement {
	for i := range syntax.Statements {
		if s := &syntax.Statements[i]; s.Name == word && s.Takes(k) && !unnamed(s) {
			return s
		}
	}
	return nil
}

// unnamed reports whether a statement has no keyword.
func unnamed(s *syntax.Statement) bool {
	return s.Name == "attribute" || s.Name == "column" || s.Name == "table row"
}

func (c *cursor) blockKind(outer *frame, head []syntax.Token) (syntax.BlockKind, bool) {
	if !outer.known || head[0].Kind != syntax.Name {
		return 0, false
	}
	s := takes(outer.kind, c.textOf(head[0]))
	if s == nil || s.Body == 0 {
		return 0, false
	}
	if s.Name == "rule" && slices.ContainsFunc(head, func(t syntax.Token) bool { return c.textOf(t) == "over" }) {
		return syntax.OverBlock, true
	}
	return s.Body, true
}

// inString looks at a string that the offset stands in. Within ${ } it goes on with the tokens there.
func (c *cursor) inString(t syntax.Token) {
	text := c.Text()
	c.quote = text[t.Start]
	body, end := t.Start+1, t.End
	if c.quote == '"' && bytes.HasPrefix(text[t.Start:], []byte(`"""`)) {
		c.quote = 0
		c.word = diag.Span{File: c.word.File, Start: c.offset, End: c.offset}
		c.frames = append(c.frames, &frame{bracket: '"'}) // nothing is known in a text
		return
	}
	if c.quote == '"' {
		if at := openPart(text[body:c.offset]); at >= 0 {
			c.inPart(body + at)
			return
		}
	}
	if t.Kind == syntax.String {
		end--
	} else {
		end = c.offset // it is not closed, and all of the line is part of it
	}
	c.word = diag.Span{File: c.word.File, Start: body, End: max(end, c.offset)}
	c.typed = string(text[body:c.offset])
}

// openPart is where the expression of a ${ that is not closed begins in a string's text, or -1.
func openPart(text []byte) int {
	at := -1
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '\\':
			i++
		case at < 0 && text[i] == '$' && i+1 < len(text) && text[i+1] == '{':
			at = i + 2
			i++
		case at >= 0 && text[i] == '}':
			at = -1
		}
	}
	return at
}

// inPart goes on in the expression of an interpolation that begins at an offset.
func (c *cursor) inPart(start int) {
	c.quote = 0
	c.frames = append(c.frames, &frame{bracket: '$'})
	tokens := syntax.Inner(c.Text(), start, c.offset)
	for i, t := range tokens {
		if t.Kind == syntax.Space {
			continue
		}
		first := c.Text()[t.Start]
		last := i == len(tokens)-1
		switch {
		case last && (first == '"' || first == '\'') && t.Kind == syntax.Bad:
			c.inString(t)
			for i := c.offset; c.quote != 0 && i < len(c.Text()) && !strings.ContainsRune("\n}\"", rune(c.Text()[i])); i++ {
				if c.Text()[i] == c.quote {
					c.word.End = i
				}
			}
			return
		case last && (t.Kind == syntax.Name || isNumeric(t.Kind)):
			c.typed = c.textOf(t)
			end := c.offset
			for end < len(c.Text()) && syntax.IsName("_"+string(c.Text()[t.Start:end+1])) {
				end++
			}
			c.word = diag.Span{File: c.word.File, Start: t.Start, End: end}
			return
		}
		c.take(t, 0)
	}
}

// inRow looks at the cell of a table row that the offset stands in.
func (c *cursor) inRow(t syntax.Token) {
	text := c.Text()
	start := c.offset
	for start > t.Start && text[start-1] != '|' {
		start--
	}
	for start < c.offset && (text[start] == ' ' || text[start] == '\t') {
		start++
	}
	end := c.offset
	for end < t.End && text[end] != '|' && text[end] != ' ' {
		end++
	}
	c.word = diag.Span{File: c.word.File, Start: start, End: end}
	c.typed = string(text[start:c.offset])
}

// block is the innermost block, or the file.
func (c *cursor) block() *frame {
	for i := len(c.frames) - 1; ; i-- {
		if c.frames[i].block {
			return c.frames[i]
		}
	}
}

// around is the block around the innermost one of that kind, or nil.
func (c *cursor) around(kinds ...syntax.BlockKind) *frame {
	for i := len(c.frames) - 1; i >= 0; i-- {
		if f := c.frames[i]; f.block && f.known && slices.Contains(kinds, f.kind) {
			return f
		}
	}
	return nil
}

// parent is the block around the innermost one.
func (c *cursor) parent() *frame {
	inner := c.block()
	for i := len(c.frames) - 1; i >= 0; i-- {
		if f := c.frames[i]; f.block && f != inner {
			return f
		}
	}
	return inner
}
