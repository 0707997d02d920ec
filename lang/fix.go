package lang

import (
	"cmp"
	"slices"

	"github.com/recon-lang/recon/lang/diag"
)

// maxRounds bounds how often Fix looks for what its own changes have brought to light. Each round mends
// something, and what a round can bring to light lies within what was mended.
const maxRounds = 100

// maxFullRounds bounds the rounds after which there are still more faults than are shown: it is no rule file.
const maxFullRounds = 5

// Fixed is one fix that was made. Its place and edits belong to the text as it was in its round.
type Fixed struct {
	Diagnostic diag.Diagnostic
	Fix        diag.Fix
}

// Fix makes the safe fixes of all findings in files, warnings included, until none is left or there are too many, and gives the
// files, changed ones as new values, and what it did. Compile says what is found in files. If it has no errors,
// the result has none either.
func Fix(files []*diag.File, compile func([]*diag.File) *Unit) ([]*diag.File, []Fixed) {
	var made []Fixed
	faulty, full := true, 0
	for range maxRounds {
		unit := compile(files)
		if unit.Diags.HasErrors() && !faulty {
			panic("lang: a fix has made an error of a warning")
		}
		faulty = unit.Diags.HasErrors()
		if slices.ContainsFunc(unit.Diags, func(d diag.Diagnostic) bool { return d.Code == diag.TooManyFaults }) {
			if full++; full > maxFullRounds {
				break
			}
		}
		chosen := choose(slices.Concat(unit.Diags, unit.Lint()), files)
		if len(chosen) == 0 {
			break
		}
		files = apply(chosen, files)
		made = append(made, chosen...)
	}
	return files, made
}

// choose takes, in the order of the text, the first safe fix of each finding that does not touch one taken before.
func choose(found diag.List, files []*diag.File) []Fixed {
	found.Sort()
	var chosen []Fixed
	taken := map[*diag.File][]diag.Span{} // sorted, and apart
	for _, d := range found {
		i := slices.IndexFunc(d.Fixes, func(f diag.Fix) bool { return f.Safe })
		if i < 0 {
			continue
		}
		edits := d.Fixes[i].Edits
		if slices.ContainsFunc(edits, func(e diag.Edit) bool {
			spans := taken[e.Span.File]
			i, _ := after(spans, e.Span)
			return !slices.Contains(files, e.Span.File) || i > 0 && touch(spans[i-1], e.Span) || i < len(spans) && touch(spans[i], e.Span)
		}) {
			continue
		}
		for _, e := range edits {
			i, _ := after(taken[e.Span.File], e.Span)
			taken[e.Span.File] = slices.Insert(taken[e.Span.File], i, e.Span)
		}
		chosen = append(chosen, Fixed{d, d.Fixes[i]})
	}
	return chosen
}

// after is the place of a span among others that are sorted.
func after(spans []diag.Span, s diag.Span) (int, bool) {
	return slices.BinarySearchFunc(spans, s, func(a, b diag.Span) int { return cmp.Compare(a.Start, b.Start) })
}

func touch(a, b diag.Span) bool { return a.File == b.File && a.Start <= b.End && b.Start <= a.End }

// apply carries out fixes that do not touch each other.
func apply(fixes []Fixed, files []*diag.File) []*diag.File {
	var edits []diag.Edit
	for _, f := range fixes {
		edits = append(edits, f.Fix.Edits...)
	}
	return Edit(files, edits)
}

// Edit makes edits, which must not overlap, and gives the files, changed ones as new values. Edits of other files are left out.
func Edit(files []*diag.File, all []diag.Edit) []*diag.File {
	edits := map[*diag.File][]diag.Edit{}
	for _, e := range all {
		edits[e.Span.File] = append(edits[e.Span.File], e)
	}
	changed := slices.Clone(files)
	for i, f := range files {
		list := edits[f]
		if len(list) == 0 {
			continue
		}
		slices.SortStableFunc(list, func(a, b diag.Edit) int { return cmp.Compare(a.Span.Start, b.Span.Start) })
		text, at := []byte(nil), 0
		for _, e := range list {
			text = append(append(text, f.Text[at:e.Span.Start]...), e.New...)
			at = e.Span.End
		}
		changed[i] = &diag.File{Name: f.Name, Text: append(text, f.Text[at:]...)}
	}
	return changed
}
