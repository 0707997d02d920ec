package format

import (
	"bytes"

	"github.com/recon-lang/recon/lang/syntax"
)

// gap is what stands between two statements.
type gap struct {
	trailing []byte // a comment on the line of the first, or nil
	comments []comment
	blank    bool // a blank line before the second
}

// comment is a comment on a line of its own.
type comment struct {
	text  []byte
	blank bool // a blank line before it
}

// gap reads what stands before offset. fresh says that a line has just begun, so that no comment
// trails anything.
func (p *printer) gap(offset int, fresh bool) *gap {
	g := &gap{}
	lines := 0
	if fresh {
		lines = 1
	}
	for ; p.next < len(p.tokens) && p.tokens[p.next].Start < offset; p.next++ {
		switch t := p.tokens[p.next]; t.Kind {
		case syntax.Newline:
			lines++
		case syntax.Remark:
			text := bytes.TrimRight(p.token(t), " \t\r")
			if lines == 0 && g.trailing == nil {
				g.trailing = text
			} else {
				g.comments = append(g.comments, comment{text, lines > 1})
			}
			lines = 0
		}
	}
	g.blank = lines > 1
	return g
}

func (g *gap) empty() bool { return g.trailing == nil && len(g.comments) == 0 }

// anyBlank reports whether there is a blank line anywhere in g.
func (g *gap) anyBlank() bool {
	for _, c := range g.comments {
		if c.blank {
			return true
		}
	}
	return g.blank
}

// first is the flag of the blank line at the start of g.
func (g *gap) first() *bool {
	if len(g.comments) > 0 {
		return &g.comments[0].blank
	}
	return &g.blank
}

func (g *gap) blank0() { *g.first() = true }

func (g *gap) dropFirstBlank() { *g.first() = false }

// trailing writes the comment at the end of a line.
func (p *printer) trailing(g *gap) {
	if g.trailing != nil {
		p.out.WriteString("  ")
		p.out.Write(g.trailing)
	}
}

// comments writes the comments of g on lines of their own, and the blank lines.
func (p *printer) comments(g *gap, level int) {
	for _, c := range g.comments {
		if c.blank {
			p.newline()
		}
		p.startLine(level)
		p.out.Write(c.text)
		p.newline()
	}
	if g.blank {
		p.newline()
	}
}
