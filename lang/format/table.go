package format

import (
	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/syntax"
)

// measureTable notes how wide the columns of a table are.
func (p *printer) measureTable(b *syntax.Block) {
	p.columns = p.columns[:0]
	for _, s := range b.Stmts {
		row, ok := s.(*syntax.Row)
		if !ok {
			continue
		}
		for i, c := range row.Cells {
			if i == len(p.columns) {
				p.columns = append(p.columns, 0)
			}
			p.columns[i] = max(p.columns[i], diag.Width(string(p.text[c.Span.Start:c.Span.End])))
		}
	}
}

// row writes a row of the table that was measured last.
func (p *printer) row(row *syntax.Row) {
	p.out.WriteByte('|')
	for i, c := range row.Cells {
		text := p.text[c.Span.Start:c.Span.End]
		p.out.WriteByte(' ')
		p.out.Write(text)
		p.spaces(p.columns[i] - diag.Width(string(text)) + 1)
		p.out.WriteByte('|')
	}
	p.skipTo(row.Span.End)
}
