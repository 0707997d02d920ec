package ruletest

import (
	"fmt"
	"strings"

	"github.com/recon-lang/recon/lang/diag"
)

// Update gives the changes of rule files that make what was found the expectation, for every failure of results. left are those for
// which there is none: a run in trouble, or an expectation of several runs that find different things. The new text is not
// laid out.
func Update(results []*Result) (edits []diag.Edit, left []string) {
	u := updating{made: map[diag.Span]string{}}
	for _, r := range results {
		for i := range r.Runs {
			run := &r.Runs[i]
			if run.Err != nil {
				u.left = append(u.left, fmt.Sprintf("%s: %s: %v", place(run.Span), Title(r.Test), run.Err))
				continue
			}
			u.shared(r, run)
			var added strings.Builder
			for i := range run.Failures {
				f := &run.Failures[i]
				if f.Expect != nil {
					u.replace(r, f)
					continue
				}
				added.WriteString(f.statement() + "\n")
			}
			if added.Len() > 0 {
				u.edits = append(u.edits, atEnd(run.Body, added.String()))
			}
		}
	}
	return u.edits, u.left
}

// atEnd adds lines to a block, before its brace.
func atEnd(body diag.Span, lines string) diag.Edit {
	end := body.End - 1
	before := strings.TrimRight(string(body.File.Text[body.Start:end]), " \t")
	if !strings.HasSuffix(before, "\n") {
		lines = "\n" + lines
	}
	return diag.Edit{Span: diag.Span{File: body.File, Start: end, End: end}, New: lines}
}

type updating struct {
	edits []diag.Edit
	made  map[diag.Span]string // what an expectation is to be, by its place
	left  []string
}

// shared notes expectations of several runs that one of them meets: they must stay as they are.
func (u *updating) shared(r *Result, run *Run) {
	for i := range run.Expect {
		e := &run.Expect[i]
		failed := false
		for j := range run.Failures {
			failed = failed || run.Failures[j].Expect == e
		}
		if text := e.Place.Text(); !failed && len(r.Test.Runs) > 1 {
			u.put(r, e.Place, text)
		}
	}
}

// replace makes an expectation what was found.
func (u *updating) replace(r *Result, f *Failure) {
	text := fmt.Sprint(f.Got)
	if f.Expect.Count < 0 {
		text = f.block()
	}
	u.put(r, f.Expect.Place, text)
}

func (u *updating) put(r *Result, at diag.Span, text string) {
	before, known := u.made[at]
	switch {
	case known && before != text:
		u.left = append(u.left, fmt.Sprintf("%s: %s: several runs share this expectation and find different things; write it in each of them", place(at), Title(r.Test)))
	case !known:
		u.made[at] = text
		if text != at.Text() {
			u.edits = append(u.edits, diag.Edit{Span: at, New: text})
		}
	}
}

// statement expects what was found.
func (f *Failure) statement() string {
	text := "expect " + f.Outcome
	if f.Name != "" {
		text += " " + f.Name
	}
	if len(f.Columns) == 0 || len(f.Rows) > maxShown || f.Outcome == "cleared" {
		return fmt.Sprintf("%s %d", text, f.Got)
	}
	return text + " " + f.block()
}

// block is the rows that were found as a table.
func (f *Failure) block() string {
	var b strings.Builder
	b.WriteString("{\n| " + strings.Join(f.Columns, " | ") + " |\n")
	for _, r := range f.Rows {
		if r.Kind == Lost {
			continue
		}
		b.WriteByte('|')
		for _, v := range r.Values {
			b.WriteString(" " + Cell(v, f.Zone) + " |")
		}
		b.WriteByte('\n')
	}
	b.WriteByte('}')
	return b.String()
}
