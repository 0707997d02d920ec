package syntax

import (
	"fmt"

	"github.com/recon-lang/recon/lang/diag"
)

// unknown reads what can be no statement of a block of kind k and says what is wrong with it.
func (p *parser) unknown(k BlockKind, i, hi int) (node, int) {
	end := p.unknownEnd(k, i, hi)
	n := p.badNode(k, i, end)
	n.documented().Doc = p.doc(i)
	n.documented().Span = p.span(p.tok(i).Start, p.tok(end-1).End)
	tokens, _ := p.headTokens(i, p.skipLine(i, end))
	if !p.broken(i, end) && !p.reportBadTokens(tokens) {
		p.report(p.unknownFault(k, i, hi))
	}
	return n, end
}

// unknownEnd is where a line that starts no statement ends, with all that stands in its
// brackets. Outside of blocks, all lines up to the next declaration are one.
func (p *parser) unknownEnd(k BlockKind, i, hi int) int {
	end := i
	lines := k == FileBlock && diag.Suggest(p.word(i), keywords(FileBlock)) == ""
	for end < hi {
		if p.kind(end) == Newline {
			next := end + 1
			if !lines || next >= hi || p.kind(next) == Name && keyword(p.word(next), k) != nil {
				return end
			}
		}
		if k != FileBlock && end > i && p.kind(end) == TableRow {
			return end
		}
		if b := p.bracket(end); (b == '(' || b == '[' || b == '{') && int(p.partner[end]) > end && int(p.partner[end]) < hi {
			end = int(p.partner[end])
		}
		end++
	}
	return end
}

func (p *parser) unknownFault(k BlockKind, i, hi int) *fault {
	t, word := p.tok(i), p.word(i)
	f := &fault{start: t.Start, end: t.End, code: diag.NoStatement, message: fmt.Sprintf("%s has no statement %q", k, word)}
	if k == FileBlock {
		f.code, f.message = diag.NoDeclaration, fmt.Sprintf("there is no declaration %q", word)
	}
	switch {
	case k == GivenBlock || k == ExpectBlock:
		f.code, f.message, f.hint = diag.StrayRow, k.String()+" holds table rows only", "a row looks like: | A1 | 10.00 |"
		return f
	case t.Kind == Op && word == "{":
		f.code, f.message, f.hint = diag.BlockExpected, "this block belongs to no statement", "a block opens on the line of its statement"
		return f
	case foreignComment(p.text[t.Start:]) > 0:
		f.code, f.message, f.hint = diag.BadCharacter, "a comment starts with #", "write: # …"
		f.end = f.start + foreignComment(p.text[t.Start:])
		return f
	case t.Kind == Op, word == "and", word == "or", word == "in":
		f.code, f.message = diag.LeadingOperator, fmt.Sprintf("a line cannot start with `%s`", word)
		f.hint = "end the line before with it"
		return f
	case t.Kind != Name:
		f.message = "a statement cannot start with " + quoted(word)
		f.hint = p.takes(k)
		return f
	}
	next := func(op string) bool { return p.is(i+1, hi, op) }
	attributes := statement("attribute", k) != nil
	near := diag.Suggest(word, keywords(k))
	switch {
	case attributes && (next(":") || next("==")):
		sign, eq := p.tok(i+1), "="
		return &fault{start: sign.Start, end: sign.End, code: diag.NoStatement, message: "a setting is written with `=`", hint: "write: " + word + " = …", fix: &eq}
	case next("=") && k == FileBlock:
		f.hint = "to name a value, write: let " + word + " = …"
	case next("=") && (k == TestBlock || k == RunBlock):
		f.hint = "to give a parameter its value, write: param " + word + " = …"
	case near != "":
		f.hint = fmt.Sprintf("did you mean %q?", near)
		f.fix, f.guess = &near, true
	case attributes && i+1 < hi && p.kind(i+1) != Newline && p.kind(i+1) != Op:
		f.hint = "if it is a setting, write: " + word + " = …"
	default:
		f.hint = p.takes(k)
	}
	return f
}

// takes lists what a block of kind k takes.
func (p *parser) takes(k BlockKind) string {
	words := keywords(k)
	switch {
	case k == ColumnsBlock || k == GroupBlock:
		return "a column is written: " + statement("column", k).Form
	case statement("attribute", k) != nil:
		words = append(words, "settings as in NAME = VALUE")
	}
	return k.String() + " takes " + list(words, "and")
}

// row reads a table row.
func (p *parser) row(k BlockKind, i int) (node, int) {
	t := p.tok(i)
	row := &Row{Documented: p.place(i, i+1)}
	if t.End-t.Start > maxHeadBytes {
		p.report(&fault{start: t.Start, end: t.Start + 1, code: diag.TooLong, message: "a row is longer than 64 KiB"})
		return p.badNode(k, i, i+1), i + 1
	}
	row.Cells = p.cells(t.Start, t.End, k == GivenBlock || k == ExpectBlock)
	if k != GivenBlock && k != ExpectBlock {
		end := i + 1
		for end+1 < len(p.sig) && p.kind(end) == Newline && p.kind(end+1) == TableRow { // one word for a whole table
			end += 2
		}
		p.report(&fault{start: t.Start, end: t.End, code: diag.StrayRow, message: "a table row stands only in a given or expect block",
			hint: "a line cannot start with `|` either: end the line before with it"})
		return p.badNode(k, i, end), end
	}
	return row, i + 1
}

// cells cuts a row into cells, and reports what is wrong with it if wanted. A row that is not
// closed has none.
func (p *parser) cells(start, end int, report bool) []*Cell {
	line := p.file.Text[start:end]
	var cells []*Cell
	for i := 1; i < len(line); {
		bar, quoted := cellEnd(line, i)
		if bar < 0 {
			if report {
				p.report(&fault{start: start + i, end: end, code: diag.BadRow, message: "a row ends with a bar", hint: "a bar inside a cell is written \\|"})
			}
			return nil
		}
		cells = append(cells, p.cell(start+i, start+bar, quoted, report))
		i = bar + 1
	}
	if len(cells) == 0 && report {
		p.report(&fault{start: start, end: end, code: diag.BadRow, message: "a row has at least one cell between two bars"})
	}
	return cells
}

func (p *parser) cell(start, end int, quotedCell, report bool) *Cell {
	for start < end && (p.text[start] == ' ' || p.text[start] == '\t') {
		start++
	}
	for end > start && (p.text[end-1] == ' ' || p.text[end-1] == '\t') {
		end--
	}
	c := &Cell{Place: Place{p.span(start, end)}, Quoted: quotedCell}
	if quotedCell {
		c.Text = p.unescape(start+1, end-1)
		return c
	}
	if report && start < end && (p.text[start] == '"' || p.text[start] == '\'') {
		p.report(&fault{start: start, end: end, code: diag.BadRow, message: "a cell that starts with a quotation mark is a string, and this one is not closed",
			hint: "to start it with the mark itself, write: \"\\" + p.text[start:start+1] + "…\""})
	}
	c.Text = unbar(p.text[start:end])
	return c
}

// unbar decodes the \| of a cell.
func unbar(text string) string {
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		if text[i] == '\\' && i+1 < len(text) && text[i+1] == '|' {
			i++
		}
		out = append(out, text[i])
	}
	return string(out)
}
