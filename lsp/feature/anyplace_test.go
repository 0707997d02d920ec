package feature_test

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"os"

	"github.com/recon-lang/recon/lang"
	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lsp/feature"
)

// At any byte of the example files, whole and cut off there, completion and signature help answer, and each item takes the place of text on one
// line around the cursor.
func TestCompleteEverywhere(t *testing.T) {
	files, _ := filepath.Glob("../../lang/langtest/testdata/edition1/*.recon")
	more, _ := filepath.Glob("../../examples/*/*.recon")
	if files = append(files, more...); len(files) < 5 {
		t.Fatalf("only %d files", len(files))
	}
	step := 7
	if testing.Short() {
		step = 97
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		whole := snapshotOf(name, text)
		for at := 0; at <= len(text); at += step {
			for _, s := range []*feature.Snapshot{whole, nil} {
				if s == nil {
					if at%(5*step) != 0 {
						continue
					}
					s = snapshotOf(name, text[:at:at])
				}
				checkItems(t, s, at)
				feature.SignatureAt(s, at)
			}
		}
	}
}

// Broken text of many kinds, with the cursor everywhere.
func TestCompleteInBrokenText(t *testing.T) {
	for _, text := range []string{
		"source a from {", "= = =", "}}}", "rule r between", "rule r between , , {\n key", "source \"🐼\" from csv {\n x = \"${\"${", "test for {\n given {\n | a | \"b |\n", "{\n(\n[\n|",
		"rule r over a {\n  on\n  on breach\n  expect", "source a from csv {\n  columns {\n    a\n    b decimal(\n    c enum(\"x", "use", "template t( {\n use t(", "test \"x\" for r {\n  run at\n  given a.b.c {\n  expect",
		"view v from {\n  join", "param x:", "import", "moved a to", "on missing {\n do", "rule r between a, b {\n  key a. = b.\n  compare a.x = decode(b.y, {\"",
		"rule r between a, b {\r\n  fail when diff.\r\n  trigger a.\r\n", "\xff\xfe", "source a from csv { path = \"\"\"\n", "rule r between a, b {\n  compare a.x = b.y within 0.1 or \n  drill\n  group",
	} {
		s := snapshotOf("/w/a.recon", []byte(text))
		for at := range len(text) + 1 {
			checkItems(t, s, at)
			feature.SignatureAt(s, at)
		}
	}
}

func snapshotOf(name string, text []byte) *feature.Snapshot {
	u := lang.Compile([]*diag.File{{Name: name, Text: text}}, testCatalog)
	return (&feature.Project{Unit: u}).Of(name)
}

func checkItems(t *testing.T, s *feature.Snapshot, at int) {
	t.Helper()
	seen := map[string]bool{}
	for _, snippets := range []bool{true, false} {
		for _, it := range feature.Complete(s, at, feature.CompleteOptions{Snippets: snippets, Now: time.Unix(1.7e9, 0)}) {
			if it.Span.Start > at || it.Span.End < at || it.Span.End > len(s.Text()) || bytes.ContainsRune(s.Text()[it.Span.Start:it.Span.End], '\n') {
				t.Fatalf("%s at %d of %q: edits %d to %d", it.Label, at, s.Text(), it.Span.Start, it.Span.End)
			}
			if it.Label == "" || it.Insert == "" || strings.ContainsRune(it.Label, '\n') {
				t.Fatalf("at %d of %q: label %q inserts %q", at, s.Text(), it.Label, it.Insert)
			}
			if seen[it.Label] && snippets {
				t.Fatalf("%s twice at %d", it.Label, at)
			}
			seen[it.Label] = true
		}
	}
}

// A list in a file of 5,000 lines costs little more than the tokens of the file.
func BenchmarkComplete(b *testing.B) {
	raw, err := os.ReadFile("../../lang/langtest/testdata/edition1/01_daily_payment.recon")
	if err != nil {
		b.Fatal(err)
	}
	text := bytes.Repeat(raw[len("recon 1\n"):], 45)
	text = append([]byte("recon 1\n"), text...)
	s := snapshotOf("/w/a.recon", text)
	at := bytes.LastIndex(text, []byte("0.0001"))
	for b.Loop() {
		if len(feature.Complete(s, at, feature.CompleteOptions{})) == 0 {
			b.Fatal("nothing is offered")
		}
	}
}
