package feature_test

import (
	"testing"
	"time"

	"github.com/recon-lang/recon/lang"
	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/langtest"
	"github.com/recon-lang/recon/lsp/feature"
	"github.com/recon-lang/recon/plugins"
	"github.com/recon-lang/recon/sdk/schema"
)

func catalog([]string) schema.Catalog {
	c := schema.Catalog{Sources: map[string]schema.Source{}, Actions: map[string]schema.Action{}}
	for name, source := range plugins.Builtin() {
		c.Sources[name] = source().Describe()
	}
	return c
}

// Whoever navigates does so in text that is being typed: every beginning of the examples is asked about at its end, and the whole
// of them everywhere. All answers lie in the text.
func TestNavigateEverywhere(t *testing.T) {
	now := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	ask := func(s *feature.Snapshot, offset int) {
		within := func(what string, at diag.Span) {
			if at.File == nil || at.Start < 0 || at.End < at.Start || at.End > len(at.File.Text) {
				t.Fatalf("%s at %d of\n%s\nlies at %d to %d", what, offset, s.Text(), at.Start, at.End)
			}
		}
		if h, ok := feature.HoverAt(s, offset, now); ok {
			within("hover", h.Span)
			if h.Span.Start > offset || h.Span.End < offset || h.Markdown == "" {
				t.Fatalf("hover at %d speaks of %q: %q", offset, h.Span.Text(), h.Markdown)
			}
		}
		if from, to := feature.Definition(s, offset); len(to) > 0 {
			within("the name", from)
			for _, at := range to {
				within("definition", at)
			}
		}
		for _, at := range feature.TypeDefinition(s, offset) {
			within("type definition", at)
		}
		for _, r := range feature.References(s, offset) {
			within("reference", r.Span)
		}
		for _, at := range feature.Linked(s, offset) {
			within("linked name", at)
		}
		if at, err := feature.PrepareRename(s, offset); err == nil {
			within("name", at)
		}
		if of, ok := feature.CallAt(s, offset); ok {
			within("declaration", of.At)
			feature.Incoming(s, of)
			feature.Outgoing(s, of)
		}
	}
	snapshot := func(name string, text []byte) *feature.Snapshot {
		file := &diag.File{Name: name, Text: text}
		return (&feature.Project{Unit: lang.CompileAll([]*diag.File{file}, langtest.Import, catalog)}).Of(name)
	}
	for _, f := range langtest.Examples(t) {
		whole := snapshot(f.Name, f.Text)
		for offset := range len(f.Text) + 1 {
			ask(whole, offset)
		}
		feature.Links(whole)
		step := 7
		if testing.Short() {
			step = 97
		}
		for end := 0; end < len(f.Text); end += step {
			s := snapshot(f.Name, f.Text[:end])
			ask(s, end)
			ask(s, end/2)
			feature.Symbols(s.File)
			feature.Links(s)
		}
	}
}

// Every name of the examples that can be another one can be a new one.
func TestRenameEverything(t *testing.T) {
	renamed := 0
	for _, f := range langtest.Examples(t) {
		unit := lang.CompileAll([]*diag.File{f}, langtest.Import, catalog)
		s := (&feature.Project{Unit: unit}).Of(f.Name)
		for at, sym := range unit.Info.Defs {
			if at.File != f {
				continue
			}
			at, err := feature.PrepareRename(s, at.End)
			if err != nil || feature.BareName(at) != sym.Name {
				continue // the name of a key that is called after a column
			}
			edits, err := feature.Rename(s, at.End, "新名")
			if err != nil {
				t.Errorf("%s: %s %s: %v", f.Name, sym.Kind, sym.Name, err)
			} else if len(edits) == 0 {
				t.Errorf("%s: %s %s: nothing changes", f.Name, sym.Kind, sym.Name)
			}
			renamed++
		}
	}
	if renamed < 40 {
		t.Errorf("only %d names were renamed", renamed)
	}
}
