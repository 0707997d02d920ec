package syntax

import (
	"bytes"
	"unicode"
	"unicode/utf8"

	"github.com/recon-lang/recon/lang/diag"
)

const (
	maxFileBytes = 4 << 20
	// maxTokens bounds the memory that a file takes; rules have some eight on a line.
	maxTokens    = 65_536
	maxExprBytes = 8 << 10
	// maxHeadBytes bounds a statement without its block, so that the work of one statement and the
	// memory that its tokens take are bounded too.
	maxHeadBytes = 64 << 10
	maxTextBytes = 256 << 10
	maxFaults    = 200 // that are reported
	// maxRead is how many faults there may be until the rest of the file is left unread: it is
	// no rule file, or hostile.
	maxRead = 2000
)

// Parse reads a file. The tree holds everything that could be read; what is wrong with the rest
// stands in the list, ordered by place. The nodes point into f.
func Parse(f *diag.File) (*File, diag.List) {
	p := &parser{file: f}
	tree := &File{Place: Place{diag.Span{File: f, End: len(f.Text)}}}
	p.parse(tree)
	p.diags.Sort()
	tree.Faulty = len(p.diags) > 0
	return tree, p.diags
}

func (p *parser) parse(tree *File) {
	f := p.file
	if len(f.Text) > maxFileBytes {
		p.report(&fault{code: diag.FileTooLarge, message: "the file is larger than 4 MiB", hint: "divide it into files and import them"})
		tree.Tokens = []Token{{Kind: Bad, End: len(f.Text)}}
		return
	}
	if wide(f.Text) {
		p.report(&fault{end: 2, code: diag.NotUTF8, message: "the file is UTF-16", hint: "save it as UTF-8"})
		tree.Tokens = []Token{{Kind: Bad, End: len(f.Text)}}
		return
	}
	if !utf8.Valid(f.Text) {
		p.reportEncoding()
	}
	if !p.scan(tree) {
		p.diags, p.faults = nil, 0
		p.report(&fault{code: diag.FileTooLarge, message: "the file has more than 65,536 words, signs, blanks and cells of tables", hint: "divide it into files and import them"})
		return
	}
	for _, c := range p.matchBrackets() {
		if p.faults > maxRead {
			tree.Decls = append(tree.Decls, &BadDecl{Documented: p.place(c.lo, len(p.sig))})
			break
		}
		if c.deep {
			tree.Decls = append(tree.Decls, &BadDecl{Documented: p.place(c.lo, c.hi)})
			continue
		}
		nodes, _ := p.statements(FileBlock, c.lo, c.hi, noIndent, false)
		for _, n := range nodes {
			tree.Decls = append(tree.Decls, n.(Decl))
		}
	}
	p.checkEdition(tree)
}

// scan cuts the text into tokens. It gives false if they are more than may be.
func (p *parser) scan(tree *File) bool {
	var whole bool
	p.text = string(p.file.Text)
	p.tokens, whole = scan(p.file.Text)
	tree.Tokens = p.tokens
	if whole {
		p.sieve(tree)
	}
	return whole
}

// parser reads one file. It works on sig, the tokens that mean something, and line ends; places
// in sig are called i, lo, hi.
type parser struct {
	file   *diag.File
	text   string
	tokens []Token
	sig    []int32 // indexes into tokens
	// partner is, for each bracket in sig, the bracket that it belongs to, or -1. Only brackets
	// have an entry that means something.
	partner  []int32
	unclosed bool // some bracket has no partner
	diags    diag.List
	faults   int
}

// sieve fills sig, and the comments of tree.
func (p *parser) sieve(tree *File) {
	p.sig = make([]int32, 0, len(p.tokens)*3/4+1)
	newline := true // no need to keep line ends at the start
	for i, t := range p.tokens {
		switch t.Kind {
		case Space:
		case Remark:
			c := &Comment{Place: Place{p.span(t.Start, t.End)}}
			c.Doc = len(p.text[t.Start:t.End]) > 1 && p.text[t.Start+1] == '#'
			tree.Comments = append(tree.Comments, c)
		case Newline:
			if !newline {
				p.sig = append(p.sig, int32(i))
			}
			newline = true
		default:
			p.sig = append(p.sig, int32(i))
			newline = false
		}
	}
}

func (p *parser) span(start, end int) diag.Span {
	return diag.Span{File: p.file, Start: start, End: end}
}

func (p *parser) tok(i int) Token { return p.tokens[p.sig[i]] }

func (p *parser) kind(i int) Kind { return p.tokens[p.sig[i]].Kind }

// word is the text of token i.
func (p *parser) word(i int) string {
	t := p.tok(i)
	return p.text[t.Start:t.End]
}

// is reports whether token i exists before hi and is that operator.
func (p *parser) is(i, hi int, op string) bool {
	return i < hi && p.kind(i) == Op && p.word(i) == op
}

// report makes a diagnostic of f.
func (p *parser) report(f *fault) {
	p.faults++
	if p.faults > maxFaults {
		if p.faults == maxFaults+1 {
			p.diags = append(p.diags, diag.Diagnostic{Code: diag.TooManyFaults, Span: p.span(f.start, f.end),
				Message: "more than 200 faults; the rest of them is not shown"})
		}
		return
	}
	d := diag.Diagnostic{Code: f.code, Span: p.span(f.start, f.end), Message: f.message, Hint: f.hint}
	if f.fix != nil {
		title := "write " + *f.fix
		if *f.fix == "" {
			title = "remove it"
		}
		d.Fixes = []diag.Fix{{Title: title, Edits: []diag.Edit{{Span: d.Span, New: p.apart(d.Span, *f.fix)}}, Safe: !f.guess}}
	}
	p.diags = append(p.diags, d)
}

// apart is a text to be written at a place, with blanks where it would run into a word or number beside it.
func (p *parser) apart(at diag.Span, text string) string {
	if text == "" {
		if joins(p.text[:at.Start], p.text[at.End:]) {
			return " "
		}
		return text
	}
	if joins(p.text[:at.Start], text) {
		text = " " + text
	}
	if joins(text, p.text[at.End:]) {
		text += " "
	}
	return text
}

// joins reports whether a text that ends and one that begins would make one word or number.
func joins(before, after string) bool {
	part := func(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }
	l, _ := utf8.DecodeLastRuneInString(before)
	r, size := utf8.DecodeRuneInString(after)
	next, _ := utf8.DecodeRuneInString(after[size:])
	return part(l) && (part(r) || r == '.' && unicode.IsDigit(next))
}

// wide reports whether a text starts with the byte order mark of UTF-16, of which nothing else can be said.
func wide(text []byte) bool {
	return bytes.HasPrefix(text, []byte{0xff, 0xfe}) || bytes.HasPrefix(text, []byte{0xfe, 0xff})
}

func (p *parser) reportEncoding() {
	at := 0
	for at < len(p.file.Text) {
		r, size := utf8.DecodeRune(p.file.Text[at:])
		if r == utf8.RuneError && size == 1 {
			break
		}
		at += size
	}
	p.report(&fault{start: at, end: at + 1, code: diag.NotUTF8, message: "the file is not UTF-8 from here on", hint: "save it as UTF-8"})
}

// checkEdition sees to it that recon N stands at most once, first, with an N that is known.
func (p *parser) checkEdition(tree *File) {
	declared := false
	for _, d := range tree.Decls {
		e, ok := d.(*Edition)
		if !ok {
			_, bad := d.(*BadDecl) // there may be none where it stands
			declared = declared || !bad
			continue
		}
		before := declared
		declared = true
		s := e.Number.Span
		if before {
			p.report(&fault{start: e.Span.Start, end: e.Span.End, code: diag.BadEdition, message: "the edition stands once, before all declarations"})
		} else if e.Number.Value != "1" {
			p.report(&fault{start: s.Start, end: s.End, code: diag.BadEdition, message: "recon does not know edition " + e.Number.Value, hint: "write: recon 1"})
		}
	}
}
