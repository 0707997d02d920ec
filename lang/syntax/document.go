package syntax

import (
	"cmp"
	"slices"
	"unicode/utf8"

	"github.com/recon-lang/recon/lang/diag"
)

// Document reads a text again after each change, and of it only the declarations that have
// changed: the nodes of the others are moved to their new places. It is not for concurrent use.
type Document struct {
	kept  map[string][]*kept // what can be used again, by text
	moves []move
	reads int // since all was read anew
}

// kept is a piece of the file whose brackets balance, as it was read: one declaration with what
// stands between it and the one before, as a rule.
type kept struct {
	tokens []Token // all of them, where they stand in the latest text
	decls  []Decl
	diags  diag.List
	faults int
	places []*Place // of all nodes below decls, and the expressions among them; nil until needed
	exprs  []*Expr
}

// move says that the bytes [start, end) of the text before stand delta bytes further on.
type move struct{ start, end, delta int }

// maxReads bounds how many former texts the strings in the nodes keep alive.
const maxReads = 100

// Update reads f, the next version of the text. The result equals that of Parse. The nodes of
// the tree given before, as far as they are in this one, have new places; that tree is of no use
// any more.
func (d *Document) Update(f *diag.File) (*File, diag.List) {
	p := &parser{file: f}
	tree := &File{Place: Place{diag.Span{File: f, End: len(f.Text)}}}
	if d.update(p, tree) {
		p.diags.Sort()
		tree.Faulty = len(p.diags) > 0
		return tree, p.diags
	}
	d.kept, d.moves = nil, nil
	return Parse(f)
}

// Moved is where the byte at offset of the text before the last update stands now, if its
// declaration has not changed.
func (d *Document) Moved(offset int) (int, bool) {
	i, found := slices.BinarySearchFunc(d.moves, offset, func(m move, at int) int { return cmp.Compare(m.start, at) })
	if !found {
		i--
	}
	if i < 0 || offset > d.moves[i].end {
		return 0, false
	}
	return offset + d.moves[i].delta, true
}

// update reads the file piece by piece. It gives up where pieces cannot be told apart, and where
// there are so many faults that not all are shown.
func (d *Document) update(p *parser, tree *File) bool {
	f := p.file
	if d.reads++; d.reads > maxReads {
		d.kept, d.reads = nil, 0
	}
	if len(f.Text) > maxFileBytes || !utf8.Valid(f.Text) {
		return false
	}
	if !p.scan(tree) {
		return false
	}
	pieces, whole := p.separate()
	if pieces == nil {
		return false
	}
	before := d.kept
	d.kept, d.moves = make(map[string][]*kept, len(pieces)), d.moves[:0]
	raw := 0 // the first token that belongs to the piece
	for i, c := range pieces {
		end := p.lineEnd(c)
		tokens := p.tokens[raw:end]
		raw = end
		text := p.text[tokens[0].Start:tokens[len(tokens)-1].End]
		k := take(before, text, tokens)
		if k != nil && whole[i] {
			d.moves = append(d.moves, k.move(f, p.text, tokens))
		} else {
			k = p.piece(c, tokens)
		}
		tree.Decls = append(tree.Decls, k.decls...)
		p.diags = append(p.diags, k.diags...)
		p.faults += k.faults
		if p.faults > maxFaults {
			return false
		}
		if whole[i] {
			d.kept[text] = append(d.kept[text], k)
		}
	}
	slices.SortFunc(d.moves, func(a, b move) int { return a.start - b.start })
	p.checkEdition(tree)
	return p.faults <= maxFaults
}

// separate cuts the file into pieces, and says of which the brackets balance. It gives nil if
// some declaration may reach into the next piece.
func (p *parser) separate() (pieces []chunk, whole []bool) {
	if len(p.sig) == 0 {
		return nil, nil
	}
	p.partner = make([]int32, len(p.sig))
	m := matcher{p: p}
	pieces = p.pieces()
	whole = make([]bool, len(pieces))
	all := true
	for i, c := range pieces {
		whole[i] = m.match(c.lo, c.hi)
		all = all && whole[i]
		last := c.hi - 1
		for last > c.lo && p.kind(last) == Newline {
			last--
		}
		if p.continues(last) || p.kind(last) == Newline {
			return nil, nil
		}
	}
	if all {
		return pieces, whole
	}
	pieces = p.matchBrackets()
	if !p.unclosed {
		return nil, nil
	}
	return pieces, whole
}

// lineEnd is the token that ends the last line of a piece: a comment behind it is no doc comment
// of the next.
func (p *parser) lineEnd(c chunk) int {
	last := c.hi - 1
	for last > c.lo && p.kind(last) == Newline {
		last--
	}
	end := int(p.sig[last]) + 1
	for end < len(p.tokens) && p.tokens[end].Kind != Newline {
		end++
	}
	return end
}

// piece reads a piece.
func (p *parser) piece(c chunk, tokens []Token) *kept {
	said, faults := len(p.diags), p.faults
	k := &kept{tokens: tokens}
	if c.deep {
		k.decls = []Decl{&BadDecl{Documented: p.place(c.lo, c.hi)}}
		return k
	}
	nodes, _ := p.statements(FileBlock, c.lo, c.hi, noIndent, false)
	for _, n := range nodes {
		k.decls = append(k.decls, n.(Decl))
	}
	k.diags, k.faults = slices.Clone(p.diags[said:]), p.faults-faults
	p.diags, p.faults = p.diags[:said], faults // the caller adds them
	return k
}

// take takes out what was read of that text, if it was cut into the same tokens.
func take(from map[string][]*kept, text string, tokens []Token) *kept {
	list := from[text]
	if len(list) == 0 {
		return nil
	}
	k := list[0]
	delta := tokens[0].Start - k.tokens[0].Start
	same := slices.EqualFunc(tokens, k.tokens, func(a, b Token) bool {
		return a.Kind == b.Kind && a.Start == b.Start+delta && a.End == b.End+delta
	})
	if !same {
		return nil
	}
	from[text] = list[1:]
	return k
}

// move moves k to where tokens stand in the text of f.
func (k *kept) move(f *diag.File, text string, tokens []Token) move {
	if k.places == nil {
		for _, d := range k.decls {
			Walk(d, func(n Node) bool {
				k.places = append(k.places, n.place())
				if e, ok := n.(*Expr); ok {
					k.exprs = append(k.exprs, e)
				}
				return true
			})
		}
	}
	m := move{start: k.tokens[0].Start, end: k.tokens[len(k.tokens)-1].End, delta: tokens[0].Start - k.tokens[0].Start}
	k.tokens = tokens
	for _, p := range k.places {
		p.Span = diag.Span{File: f, Start: p.Span.Start + m.delta, End: p.Span.End + m.delta}
	}
	for _, e := range k.exprs {
		e.source = text
		if m.delta == 0 {
			continue
		}
		for i := range e.Tokens {
			e.Tokens[i].Start += m.delta
			e.Tokens[i].End += m.delta
		}
	}
	k.diags = k.diags.Map(func(s diag.Span) diag.Span {
		return diag.Span{File: f, Start: s.Start + m.delta, End: s.End + m.delta}
	})
	return m
}
