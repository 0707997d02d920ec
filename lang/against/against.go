// Package against compares rules with what they were before, and says which changes lose what earlier runs have left in the state, or
// read it otherwise: two programs in, diagnostics out. It knows the state only by what engine and engine/state are known to do
// with it. It reads nothing. Its API may change on any day.
//
// An error is a change after which the rule does not find what was left, or is refused; a warning one after which it takes what
// was left for something else. Whatever else changes, a tolerance for instance, is decided anew by the next run.
package against

import (
	"fmt"
	"slices"

	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/program"
)

// Input is what is compared.
type Input struct {
	Before, Now *program.Program
	// File gives the file that a file of before is now, or nil where there is none.
	File func(*diag.File) *diag.File
}

// Compare lists what is lost or read otherwise, sorted by place now. Both programs must be free of errors; see Sound.
func Compare(in Input) diag.List {
	c := &comparer{Input: in, moved: map[string]string{}, olds: map[string]*program.Rule{}}
	for _, m := range in.Now.Moved {
		c.moved[m.From] = m.To
	}
	c.pair()
	c.gone()
	for _, r := range in.Now.Rules {
		if old := c.olds[r.Name]; old != nil {
			p := &pair{comparer: c, old: old, now: r}
			p.compare()
		}
	}
	c.found.Sort()
	return c.found
}

type comparer struct {
	Input
	moved map[string]string        // the names that rules have now, by those that they had
	olds  map[string]*program.Rule // what the rule of a name was before
	found diag.List
}

func (c *comparer) report(code diag.Code, severity diag.Severity, at diag.Span, message, hint string, before diag.Span, what string) {
	d := diag.Diagnostic{Code: code, Severity: severity, Span: at, Message: message, Hint: hint}
	if before.File != nil {
		d.Related = []diag.Related{{Span: before, Message: what}}
	}
	c.found = append(c.found, d)
}

// pair finds what each rule was before: the rule of its name, or the one that moved to it.
func (c *comparer) pair() {
	for _, r := range c.Now.Rules {
		c.olds[r.Name] = c.Before.Rule(r.Name)
	}
	for _, m := range c.Now.Moved {
		old := c.Before.Rule(m.From)
		if old == nil {
			continue
		}
		other := c.olds[m.To]
		if other == nil {
			c.olds[m.To] = old
			continue
		}
		c.report(diag.MovedOnto, diag.Error, m.Span, fmt.Sprintf("rule %s was there before beside %s: both have state, and what is open in %s is not merged with it", other.Name, m.From, m.From),
			"a run is refused as long as something is open under both names: let another rule follow "+m.From+", or keep it", old.Span, "rule "+m.From+" before")
	}
}

// gone reports rules whose state nothing follows.
func (c *comparer) gone() {
	for _, old := range c.Before.Rules {
		if c.Now.Rule(old.Name) != nil || c.moved[old.Name] != "" {
			continue
		}
		if heir := c.heir(old); heir != nil {
			c.report(diag.RenamedUnsaid, diag.Error, heir.Span, fmt.Sprintf("this seems to be rule %s, and its state does not follow: what is open is reported anew, what waits for a partner and what was accepted is left behind", old.Name),
				fmt.Sprintf("write moved %s to %s", old.Name, heir.Name), old.Span, "rule "+old.Name+" before")
			c.found[len(c.found)-1].Fixes = []diag.Fix{moveFix(old, heir)}
			continue
		}
		at := diag.Span{}
		if f := c.File(old.Span.File); f != nil {
			at.File = f
		}
		c.report(diag.RuleGone, diag.Warning, at, fmt.Sprintf("rule %s is gone: what it left open stays in the state, and nothing settles it any more", old.Name),
			fmt.Sprintf("if another rule is to go on with it, write moved %s to that rule", old.Name), old.Span, "rule "+old.Name+" before")
	}
}

// heir is the new rule that is probably what old was: the one that is the same but for its name, or the only one that pairs the same
// sources by the same key.
func (c *comparer) heir(old *program.Rule) *program.Rule {
	var same, alike []*program.Rule
	for _, r := range c.Now.Rules {
		if c.olds[r.Name] != nil {
			continue
		}
		if r.Text == old.Text {
			same = append(same, r)
		}
		sources := func(s program.Side) string { return s.Source.Name }
		p := &pair{comparer: c, old: old, now: r}
		p.matchSides()
		if slices.Equal(texts(r.Sides, sources), texts(old.Sides, sources)) && r.Totals == old.Totals && p.sameKey() {
			alike = append(alike, r)
		}
	}
	switch {
	case len(same) > 0:
		return same[0]
	case len(alike) == 1:
		return alike[0]
	}
	return nil
}

// moveFix adds the line that is missing, at the end of the rule's file.
func moveFix(old, heir *program.Rule) diag.Fix {
	f := heir.Span.File
	line := fmt.Sprintf("\nmoved %s to %s\n", old.Name, heir.Name)
	if n := len(f.Text); n > 0 && f.Text[n-1] != '\n' {
		line = "\n" + line
	}
	return diag.Fix{Title: "say that the rule has moved", Edits: []diag.Edit{{Span: diag.Span{File: f, Start: len(f.Text), End: len(f.Text)}, New: line}}}
}

// Sound is p with the rules alone that can be compared although there are faults: those that neither stand in a file with an error nor
// read from one. For each such file there is a warning, at the place that file gives.
func Sound(p *program.Program, faults diag.List, file func(*diag.File) *diag.File) (*program.Program, diag.List) {
	broken := map[*diag.File]bool{}
	var list diag.List
	for _, d := range faults {
		if d.Severity != diag.Error || broken[d.Span.File] {
			continue
		}
		broken[d.Span.File] = true
		at := diag.Span{File: file(d.Span.File)}
		name := "this file"
		if at.File == nil && d.Span.File != nil {
			name = d.Span.File.Name
		}
		list = append(list, diag.Diagnostic{Code: diag.NotCompared, Severity: diag.Warning, Span: at,
			Message: name + " has mistakes there, so its rules, and those that read from it, are not compared",
			Hint:    "compare with a revision whose rules are valid", Related: []diag.Related{{Span: d.Span, Message: string(d.Code) + " " + d.Message}}})
	}
	sound := *p
	sound.Rules = slices.DeleteFunc(slices.Clone(p.Rules), func(r *program.Rule) bool {
		bad := broken[r.Span.File]
		for _, s := range r.Sides {
			bad = bad || reads(s.Source, broken)
		}
		return bad
	})
	return &sound, list
}

// reads reports whether a source, or what a view reads, stands in one of the files.
func reads(s *program.Source, files map[*diag.File]bool) bool {
	if s == nil || files[s.Span.File] {
		return true
	}
	if s.View == nil {
		return false
	}
	return slices.ContainsFunc(s.View.Parts, func(p program.Part) bool { return reads(p.Source, files) }) ||
		slices.ContainsFunc(s.View.Joins, func(j program.Join) bool { return reads(j.Source, files) })
}

func texts[T any](list []T, text func(T) string) []string {
	out := make([]string, len(list))
	for i, x := range list {
		out[i] = text(x)
	}
	return out
}
