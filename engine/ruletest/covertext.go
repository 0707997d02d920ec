package ruletest

import (
	"fmt"
	"io"
	"strings"

	"github.com/recon-lang/recon/engine/result"
	"github.com/recon-lang/recon/lang/diag"
)

// CoverageText writes, for each rule, its lines with the ways that tests reach and never reach.
func CoverageText(w io.Writer, list []Coverage, style result.Style) error {
	for i := range list {
		c := &list[i]
		reached, all := c.Reached()
		code := result.Green
		if reached < all {
			code = result.Yellow
		}
		fmt.Fprintf(w, "\n%s  %s by %s  %s\n", c.Rule.Name, style.Paint(code, ratio(reached, all, "ways reached")), count(c.Tests, "test"), style.Paint(result.Dim, fileName(c.Rule.Span)))
		t := &result.Table{Indent: "  ", Head: []string{">line", "source", "reached", "never reached"}}
		for _, p := range c.Parts {
			var yes, no []string
			for _, w := range p.Ways {
				if w.Reached {
					yes = append(yes, w.Name)
				} else {
					no = append(no, w.Name)
				}
			}
			t.Add(line(p.Span, c.Rule.Span), source(p.Span), strings.Join(yes, ", "), strings.Join(no, ", "))
		}
		if err := t.Write(w, style); err != nil {
			return err
		}
	}
	return nil
}

// line is where a part stands: its line, with its file if that is not the rule's.
func line(s, rule diag.Span) string {
	if s.File == nil {
		return ""
	}
	n, _ := s.Position()
	if s.File != rule.File {
		return fmt.Sprintf("%s:%d", s.File.Name, n)
	}
	return fmt.Sprint(n)
}

// maxSource is how many characters of a line of source a report shows.
const maxSource = 60

// source is the first line of the text in which a part stands.
func source(s diag.Span) string {
	if s.File == nil {
		return ""
	}
	text := s.File.Text
	start := strings.LastIndexByte(string(text[:s.Start]), '\n') + 1
	end := len(text)
	if i := strings.IndexByte(string(text[s.Start:]), '\n'); i >= 0 {
		end = s.Start + i
	}
	shown := []rune(strings.TrimSpace(string(text[start:end])))
	if len(shown) > maxSource {
		shown = append(shown[:maxSource-1], '…')
	}
	return string(shown)
}

type jsonCoverage struct {
	Rule    string     `json:"rule"`
	Reached int        `json:"reached"`
	Of      int        `json:"of"`
	Tests   int        `json:"tests"`
	Parts   []jsonPart `json:"coverage"`
}

type jsonPart struct {
	Kind    string   `json:"kind"`
	File    string   `json:"file"`
	Line    int      `json:"line"`
	Reached []string `json:"reached"`
	Never   []string `json:"never"`
}

// CoverageJSON writes an object for each rule, one a line.
func CoverageJSON(w io.Writer, list []Coverage) error {
	out := lines(w)
	for i := range list {
		c := &list[i]
		j := jsonCoverage{Rule: c.Rule.Name, Tests: c.Tests, Parts: []jsonPart{}}
		j.Reached, j.Of = c.Reached()
		for _, p := range c.Parts {
			part := jsonPart{Kind: p.Kind, Reached: []string{}, Never: []string{}}
			part.File, part.Line = at(p.Span)
			for _, w := range p.Ways {
				if w.Reached {
					part.Reached = append(part.Reached, w.Name)
				} else {
					part.Never = append(part.Never, w.Name)
				}
			}
			j.Parts = append(j.Parts, part)
		}
		if err := out.Encode(j); err != nil {
			return err
		}
	}
	return nil
}
