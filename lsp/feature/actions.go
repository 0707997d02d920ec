package feature

import (
	"cmp"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/recon-lang/recon/lang"
	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/lint"
	"github.com/recon-lang/recon/lang/syntax"
	"github.com/recon-lang/recon/lang/textdiff"
	"github.com/recon-lang/recon/sdk/schema"
)

// Action is a change of text that somebody may choose.
type Action struct {
	Title     string
	Kind      string // as editors name it: "quickfix", "refactor.extract"
	Preferred bool   // it is what to do, if anything
	Mends     *diag.Diagnostic
	// Edits works the change out; the error says why it cannot be made.
	Edits func() ([]diag.Edit, error)
}

// The kinds of actions.
const (
	QuickFix = "quickfix"
	Extract  = "refactor.extract"
	Rewrite  = "refactor.rewrite"
	FixAll   = "source.fixAll.recon"
	Imports  = "source.organizeImports"
)

// ActionKinds are all of them.
var ActionKinds = []string{QuickFix, Extract, Rewrite, FixAll, Imports}

// Actions are what can be done about bytes [start, end] of a file: fixes of what is wrong there first, safe ones before guesses. wants
// says of which kinds they are to be; a test that is written takes place at now.
func Actions(s *Snapshot, start, end int, now time.Time, wants func(kind string) bool) []Action {
	var list []Action
	if wants(QuickFix) {
		for _, d := range s.Diagnostics() {
			if d.Span.Start <= end && start <= d.Span.End {
				list = append(list, s.fixes(d)...)
			}
		}
		slices.SortStableFunc(list, func(a, b Action) int { return cmp.Compare(rank(a), rank(b)) })
	}
	if wants(Extract) {
		list = append(list, extractions(s, start, end)...)
	}
	if wants(Rewrite) {
		list = append(list, testSkeleton(s, start, now)...)
		list = append(list, addEdition(s)...)
	}
	if wants(FixAll) && slices.ContainsFunc(s.Diagnostics(), func(d diag.Diagnostic) bool {
		return slices.ContainsFunc(d.Fixes, func(f diag.Fix) bool { return f.Safe })
	}) {
		list = append(list, Action{Title: "make all safe fixes of this file", Kind: FixAll, Edits: func() ([]diag.Edit, error) { return fixAll(s), nil }})
	}
	if wants(Imports) {
		list = append(list, organize(s)...)
	}
	return list
}

// rank orders quick fixes: safe ones, guesses, other changes, and last what only makes it quiet.
func rank(a Action) int {
	switch {
	case a.Preferred:
		return 0
	case strings.HasPrefix(a.Title, "allow "):
		return 3
	case strings.HasPrefix(a.Title, "add "):
		return 2
	}
	return 1
}

// edited is an action whose edits are known.
func edited(title, kind string, edits ...diag.Edit) Action {
	return Action{Title: title, Kind: kind, Edits: func() ([]diag.Edit, error) { return edits, nil }}
}

// fixes are what can be done about a finding.
func (s *Snapshot) fixes(d diag.Diagnostic) (list []Action) {
	for _, f := range d.Fixes {
		title := f.Title
		if what, ok := strings.CutPrefix(title, "write "); ok && !f.Safe {
			title = "did you mean " + what + "?"
		}
		a := edited(title, QuickFix, f.Edits...)
		a.Preferred = f.Safe
		list = append(list, a)
	}
	if d.Code == diag.UnknownColumn {
		list = append(list, missingColumn(s, d.Span)...)
	}
	if a, ok := silence(s, d); ok {
		list = append(list, a)
	}
	for i := range list {
		list[i].Mends = &d
	}
	return list
}

// fixAll makes all safe fixes of the file, until there are none.
func fixAll(s *Snapshot) []diag.Edit {
	file := s.File.Span.File
	files, _ := lang.Fix([]*diag.File{file}, s.compile)
	return lineEdits(file, files[0].Text)
}

// compile checks other texts of the file, or of others of the project, with all that they import.
func (s *Snapshot) compile(files []*diag.File) *lang.Unit {
	open := func(name string) (*diag.File, error) {
		for _, f := range s.Unit.Files {
			if f.Span.File.Name == name {
				return f.Span.File, nil
			}
		}
		return nil, fs.ErrNotExist
	}
	return lang.CompileAll(files, open, func([]string) schema.Catalog { return s.Unit.Catalog })
}

// checked are edits of the file after which it has no errors that it did not have before.
func (s *Snapshot) checked(edits []diag.Edit) bool {
	count := func(f *diag.File) (n int) {
		for _, d := range s.compile([]*diag.File{f}).Diags {
			if d.Severity == diag.Error {
				n++
			}
		}
		return n
	}
	file := s.File.Span.File
	return count(lang.Edit([]*diag.File{file}, edits)[0]) <= count(file)
}

// lineEdits are the edits that make text of a file's, each of as few lines, and of those as little, as can be.
func lineEdits(f *diag.File, text []byte) (edits []diag.Edit) {
	for _, c := range textdiff.Changes(f.Text, text) {
		edits = append(edits, shorten(f, c.Start, c.End, c.New))
	}
	return edits
}

// silence allows a lint, by a comment that the author goes on to give its reason. Comments above a declaration with a doc comment
// stand above that.
func silence(s *Snapshot, d diag.Diagnostic) (a Action, ok bool) {
	if !slices.ContainsFunc(lint.Checks, func(c lint.Check) bool { return c.Code == d.Code }) {
		return a, false
	}
	text := s.Text()
	at := d.Span.Start
	for _, n := range syntax.Path(s.File, d.Span.Start) {
		switch n.(type) {
		case syntax.Stmt, syntax.Decl:
			at = n.At().Start
		}
	}
	at = lineStart(text, at)
	indent := string(text[at:afterBlanks(text, at)])
	for at > 0 {
		above := lineStart(text, at-1)
		if !strings.HasPrefix(strings.TrimSpace(string(text[above:at])), "##") {
			break
		}
		at = above
	}
	comment := indent + "# allow " + string(d.Code) + ": it is right here because …" + lineBreak(text)
	return edited("allow "+string(d.Code)+" here, with a reason", QuickFix, diag.Edit{Span: diag.Span{File: s.File.Span.File, Start: at, End: at}, New: comment}), true
}

// addEdition says by which edition the file is read, where it does not.
func addEdition(s *Snapshot) []Action {
	for _, d := range s.File.Decls {
		if _, ok := d.(*syntax.Edition); ok {
			return nil
		}
	}
	text, at := s.Text(), 0
	if strings.HasPrefix(string(text), "\ufeff") {
		at = len("\ufeff")
	}
	end := lineBreak(text)
	return []Action{edited("add the edition: recon 1", Rewrite, diag.Edit{Span: diag.Span{File: s.File.Span.File, Start: at, End: at}, New: "recon 1" + end + end})}
}

// lineBreak is how the lines of a text end.
func lineBreak(text []byte) string {
	if end := lineEnd(text, 0); end < len(text) && text[end] == '\r' {
		return "\r\n"
	}
	return "\n"
}
