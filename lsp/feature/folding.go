package feature

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/syntax"
)

// Fold is text that can be folded away: all lines of Span after its first.
type Fold struct {
	Span diag.Span
	Kind string // "comment", "imports" or ""
}

// Folds are the blocks, tables, texts, and runs of comments and imports of a file that have several lines, in the order of the text.
func Folds(s *Snapshot) []Fold {
	f := folder{file: s.File.Span.File}
	syntax.Walk(s.File, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.Block:
			if inner, ok := inside(n); ok {
				f.add(inner.Start, inner.End, "")
			}
		case *syntax.Expr:
			for _, t := range n.Tokens {
				if t.Kind == syntax.Text {
					f.add(t.Start, t.End, "")
				}
			}
		}
		return true
	})
	f.comments(s.File)
	f.imports(s.File)
	slices.SortStableFunc(f.folds, func(a, b Fold) int { return cmp.Compare(a.Span.Start, b.Span.Start) })
	return f.folds
}

type folder struct {
	file  *diag.File
	folds []Fold
}

// add adds a fold, if it has several lines.
func (f *folder) add(start, end int, kind string) {
	if bytes.IndexByte(f.file.Text[start:max(start, end)], '\n') >= 0 {
		f.folds = append(f.folds, Fold{diag.Span{File: f.file, Start: start, End: end}, kind})
	}
}

// inside is the text of a block from its { to what stands before the line of its }: so much is folded, and the } stays to be seen.
func inside(b *syntax.Block) (span diag.Span, ok bool) {
	text := b.Span.File.Text
	span = b.Span
	if span.End <= span.Start {
		return span, false
	}
	if text[span.End-1] == '}' {
		span.End = span.Start + 1 + len(bytes.TrimRight(text[span.Start+1:span.End-1], " \t\r\n"))
	}
	return span, true
}

// comments folds comments that stand on lines of their own, one below the other.
func (f *folder) comments(tree *syntax.File) {
	text := f.file.Text
	first, last := -1, -1
	flush := func() {
		if first >= 0 {
			f.add(first, last, "comment")
		}
		first = -1
	}
	for _, c := range tree.Comments {
		alone := len(bytes.TrimSpace(text[lineStart(text, c.Span.Start):c.Span.Start])) == 0
		if first >= 0 && (!alone || bytes.Count(text[last:c.Span.Start], []byte("\n")) != 1) {
			flush()
		}
		if alone {
			if first < 0 {
				first = c.Span.Start
			}
			last = c.Span.End
		}
	}
	flush()
}

// imports folds imports that follow each other.
func (f *folder) imports(tree *syntax.File) {
	first, last := -1, -1
	for _, d := range tree.Decls {
		if _, ok := d.(*syntax.Import); ok {
			if first < 0 {
				first = d.At().Start
			}
			last = d.At().End
			continue
		}
		if first >= 0 {
			f.add(first, last, "imports")
		}
		first = -1
	}
	if first >= 0 {
		f.add(first, last, "imports")
	}
}
