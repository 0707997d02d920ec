package lint

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"sort"
	"strings"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/syntax"
)

// allow is one code of a comment that silences.
type allow struct {
	code  diag.Code
	at    diag.Span // of the comment
	line  int       // that it speaks of
	alone bool      // the comment stands on a line of its own
	met   bool
}

var allowComment = regexp.MustCompile(`^#[ \t]*allow[ \t:]+((?:RC[0-9]+[ \t,]*)+)(.*)$`)

// silence takes out what comments allow, and adds what is wrong with these comments.
func (p *pass) silence() diag.List {
	kept := p.found
	p.found = nil
	for _, f := range p.Files {
		if allows := p.allows(f); len(allows) > 0 {
			kept = p.apply(f, allows, kept)
		}
	}
	return append(kept, p.found...)
}

// allows are the comments of a file that silence, those that are not well formed left out.
func (p *pass) allows(f *syntax.File) []*allow {
	var list []*allow
	if !slices.ContainsFunc(f.Comments, func(c *syntax.Comment) bool { return allowComment.MatchString(c.Span.Text()) }) {
		return nil
	}
	lines := lineStarts(f.Span.File.Text)
	comments := map[int]bool{} // lines with nothing but a comment
	var found []*syntax.Comment
	for _, c := range f.Comments {
		line := lineOf(lines, c.Span.Start)
		if len(bytes.TrimSpace(f.Span.File.Text[lines[line]:c.Span.Start])) == 0 {
			comments[line] = true
		}
		if !c.Doc && allowComment.MatchString(c.Span.Text()) {
			found = append(found, c)
		}
	}
	below := map[int]int{} // the line that a comment speaks of
	for _, c := range slices.Backward(f.Comments) {
		switch line := lineOf(lines, c.Span.Start); {
		case !comments[line]:
			below[line] = line
		case comments[line+1]:
			below[line] = below[line+1]
		default:
			below[line] = line + 1
		}
	}
	for _, c := range found {
		m := allowComment.FindStringSubmatch(c.Span.Text())
		p.code = diag.BadAllow
		if reason, ok := strings.CutPrefix(m[2], ":"); !ok || strings.TrimSpace(reason) == "" {
			p.report(c.Span, "a lint is silenced for a reason, and this comment gives none", "write # allow "+strings.TrimRight(m[1], " \t,")+": why it is right here")
			continue
		}
		line := lineOf(lines, c.Span.Start)
		own := comments[line]
		line = below[line]
		for _, code := range strings.FieldsFunc(m[1], func(r rune) bool { return r == ' ' || r == '\t' || r == ',' }) {
			if !slices.ContainsFunc(Checks, func(k Check) bool { return k.Code == diag.Code(code) }) {
				message := fmt.Sprintf("there is no lint %s", code)
				if _, known := diag.Explain(diag.Code(code)); known {
					message = fmt.Sprintf("%s is not among the lints that can be silenced", code)
				}
				p.report(c.Span, message, "lints have codes that begin with RC4")
				continue
			}
			list = append(list, &allow{code: diag.Code(code), at: c.Span, line: line, alone: own})
		}
	}
	return list
}

// apply gives the findings without those of a file that are allowed.
func (p *pass) apply(f *syntax.File, allows []*allow, found diag.List) diag.List {
	lines := lineStarts(f.Span.File.Text)
	kept := make(diag.List, 0, len(found))
	byLine := map[int][]*allow{}
	codes := map[diag.Span]int{} // how many a comment names
	for _, a := range allows {
		byLine[a.line] = append(byLine[a.line], a)
		codes[a.at]++
	}
	for _, d := range found {
		allowed := false
		if d.Span.File == f.Span.File {
			at, statement := lineOf(lines, d.Span.Start), lineOf(lines, p.innermost(f, d.Span.Start))
			for _, line := range []int{at, statement} {
				for _, a := range byLine[line] {
					if a.code == d.Code {
						a.met, allowed = true, true
					}
				}
			}
		}
		if !allowed {
			kept = append(kept, d)
		}
	}
	p.code = diag.UnusedAllow
	if p.Diags.HasErrors() {
		return kept // what is not known to be right is not looked at
	}
	for i, a := range allows {
		if a.met {
			continue
		}
		var fixes []diag.Fix
		if codes[a.at] == 1 {
			fixes = []diag.Fix{{Title: "remove the comment", Edits: []diag.Edit{removeComment(a)}, Safe: true}}
		}
		p.report(allows[i].at, fmt.Sprintf("nothing here gets %s, which this comment allows", a.code), "remove it", fixes...)
	}
	return kept
}

// innermost is where the innermost statement or declaration begins that holds an offset.
func (p *pass) innermost(f *syntax.File, offset int) int {
	at := offset
	var down func(b *syntax.Block)
	down = func(b *syntax.Block) {
		if b == nil {
			return
		}
		if s, ok := holding(b.Stmts, offset); ok {
			at = s.At().Start
			down(syntax.Body(s))
		}
	}
	if d, ok := holding(f.Decls, offset); ok {
		at = d.At().Start
		down(syntax.Body(d))
	}
	return at
}

// holding is the one of nodes, which follow each other in the text, that holds an offset.
func holding[N syntax.Node](nodes []N, offset int) (node N, ok bool) {
	i := sort.Search(len(nodes), func(i int) bool { return nodes[i].At().End > offset })
	if i == len(nodes) || nodes[i].At().Start > offset {
		return node, false
	}
	return nodes[i], true
}

// removeComment removes the comment of a, with its line if it has one of its own.
func removeComment(a *allow) diag.Edit {
	text, s := a.at.File.Text, a.at
	for s.Start > 0 && (text[s.Start-1] == ' ' || text[s.Start-1] == '\t') {
		s.Start--
	}
	if a.alone && s.End < len(text) {
		s.End += bytes.IndexByte(text[s.End:], '\n') + 1
	}
	return diag.Edit{Span: s}
}

// lineStarts are the offsets at which lines begin.
func lineStarts(text []byte) []int {
	starts := []int{0}
	for i, c := range text {
		if c == '\n' {
			starts = append(starts, i+1)
		}
	}
	return starts
}

// lineOf is the line, from 0, that holds an offset.
func lineOf(starts []int, offset int) int {
	return sort.SearchInts(starts, offset+1) - 1
}
