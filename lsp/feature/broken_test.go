package feature

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/recon-lang/recon/lang"
	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/syntax"
	"github.com/recon-lang/recon/sdk/schema"
)

// halfTyped are texts as they are while somebody types: examples that end anywhere, and that lack a line.
func halfTyped(t testing.TB) (texts []string) {
	names, _ := filepath.Glob("../../examples/*/*.recon")
	if len(names) == 0 {
		t.Fatal("no examples")
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		text := string(data)
		for at := 0; at < len(text); at += 23 {
			texts = append(texts, text[:at], text[:at]+"🧾\n"+text[at:])
		}
		lines := strings.SplitAfter(text, "\n")
		for i := range lines {
			texts = append(texts, strings.Join(lines[:i], "")+strings.Join(lines[i+1:], ""))
		}
	}
	return texts
}

func project(text string) *Snapshot {
	f := &diag.File{Name: "a.recon", Text: []byte(text)}
	unit := lang.Compile([]*diag.File{f}, func([]string) schema.Catalog { return schema.Catalog{} })
	return (&Project{Unit: unit}).Of("a.recon")
}

// Whatever the text is, there are answers: in its bounds, without overlaps.
func TestHalfTypedTextsAreAnswered(t *testing.T) {
	now := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	for n, text := range halfTyped(t) {
		s := project(text)
		at := 0
		for _, tok := range Tokens(s, 0, len(text)) {
			if tok.Start < at || tok.End <= tok.Start || tok.End > len(text) {
				t.Fatalf("token %+v after %d in\n%s", tok, at, text)
			}
			at = tok.End
		}
		for _, f := range Folds(s) {
			if f.Span.Start < 0 || f.Span.End > len(text) || f.Span.End < f.Span.Start {
				t.Fatalf("fold %+v in\n%s", f, text)
			}
		}
		for _, h := range Hints(s, 0, len(text), now) {
			if h.At < 0 || h.At > len(text) {
				t.Fatalf("hint %+v in\n%s", h, text)
			}
		}
		Runnables(s)
		for _, offset := range []int{0, len(text) / 3, len(text) - 1, len(text)} {
			offset = max(offset, 0)
			spans := Selections(s, offset)
			for i, span := range spans[1:] {
				if span.Start > spans[i].Start || span.End < spans[i].End {
					t.Fatalf("selection %v is not around %v in\n%s", span, spans[i], text)
				}
			}
			for _, key := range []string{"\n", "}", "|"} {
				FormatTyped(s, offset, key)
			}
			FormatRange(s, offset, min(offset+50, len(text)))
			if n%7 != 0 {
				continue // the rest costs checks
			}
			for _, a := range Actions(s, offset, min(offset+50, len(text)), now, func(string) bool { return true }) {
				edits, err := a.Edits()
				if err != nil {
					continue
				}
				changed := lang.Edit([]*diag.File{s.File.Span.File}, edits)[0]
				if a.Kind == QuickFix || s.File.Faulty {
					continue
				}
				if tree, found := syntax.Parse(changed); tree.Faulty {
					t.Fatalf("%s: %s\nmakes\n%s\nof\n%s", a.Title, found[0].Message, changed.Text, text)
				}
			}
		}
	}
}

// large is a file of about so many lines.
func large(t testing.TB, lines int) string {
	data, err := os.ReadFile("../../examples/daily_payment/daily_payment.recon")
	if err != nil {
		names, _ := filepath.Glob("../../examples/daily_payment/*.recon")
		if data, err = os.ReadFile(names[0]); err != nil {
			t.Fatal(err)
		}
	}
	text := string(data)
	var b strings.Builder
	for n := 0; strings.Count(b.String(), "\n") < lines; n++ {
		part := text
		if n > 0 {
			part = strings.Replace(part, "recon 1\n", "", 1)
			suffix := strings.Repeat("x", 1) + string(rune('a'+n/26)) + string(rune('a'+n%26))
			for _, name := range []string{"param date", "source orders", "source bill", "rule daily_payment"} {
				word := name[strings.LastIndexByte(name, ' ')+1:]
				part = strings.ReplaceAll(part, word, word+suffix)
			}
		}
		b.WriteString(part)
	}
	return b.String()
}

func BenchmarkLargeFile(b *testing.B) {
	text := large(b, 5000)
	s := project(text)
	s.Lints()
	now := time.Now()
	for _, c := range []struct {
		name string
		do   func()
	}{
		{"tokens", func() { Tokens(s, 0, len(text)) }},
		{"tokens of a screen", func() { Tokens(s, len(text)/2, len(text)/2+3000) }},
		{"folds", func() { Folds(s) }},
		{"selections", func() { Selections(s, len(text)/2) }},
		{"hints", func() { Hints(s, 0, len(text), now) }},
		{"actions", func() { Actions(s, len(text)/2, len(text)/2, now, func(string) bool { return true }) }},
		{"format", func() { Format(s) }},
		{"lenses", func() { Runnables(s) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				c.do()
			}
		})
	}
}
