package lang_test

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/recon-lang/recon/lang"
	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/langtest"
	"github.com/recon-lang/recon/lang/syntax"
	"github.com/recon-lang/recon/plugins"
	"github.com/recon-lang/recon/sdk/schema"
)

func catalogOf([]string) schema.Catalog {
	c := schema.Catalog{Sources: map[string]schema.Source{}, Actions: map[string]schema.Action{}}
	for name, source := range plugins.Builtin() {
		c.Sources[name] = source().Describe()
	}
	for name, action := range plugins.Actions() {
		c.Actions[name] = action().Describe()
	}
	return c
}

// listed is findings as text, with all that is said about them.
func listed(l diag.List) string {
	var b strings.Builder
	for _, d := range l {
		fmt.Fprintf(&b, "%s:%d-%d %s %s | %s |", d.Span.File.Name, d.Span.Start, d.Span.End, d.Code, d.Message, d.Hint)
		for _, r := range d.Related {
			if r.Span.File != nil {
				fmt.Fprintf(&b, " %s:%d-%d %s", r.Span.File.Name, r.Span.Start, r.Span.End, r.Message)
			}
		}
		for _, f := range d.Fixes {
			for _, e := range f.Edits {
				fmt.Fprintf(&b, " fix %d-%d %q", e.Span.Start, e.Span.End, e.New)
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// A session that follows random edits finds what a check of the whole text finds, after each of them: the same findings with the
// same hints, related places and fixes.
func TestSessionFindsWhatCompileFinds(t *testing.T) {
	edits := 4000
	if testing.Short() {
		edits = 400
	}
	files := langtest.Examples(t)
	var words []string
	for _, f := range files {
		tree, _ := syntax.Parse(f)
		for _, k := range tree.Tokens {
			words = append(words, string(f.Text[k.Start:k.End]))
		}
	}
	words = append(words, "moved a to b\n", "let tiny = 0.02\n", "  compare amount\n", "test \"x\" for daily_payment {\n}\n", "{", "}", "\"", "  key mch_id\n")
	r := rand.New(rand.NewPCG(3, 14))
	open := func(string) (*diag.File, error) { return nil, fs.ErrNotExist }
	original := slices.Clone(files)
	s := &lang.Session{}
	for n := range edits {
		if n%60 == 0 { // else hardly anything would be left of the rules
			files = slices.Clone(original)
		}
		i := r.IntN(len(files))
		files = slices.Clone(files)
		files[i] = edited(r, files[i], words)
		got := listed(s.Check(files, open, false, catalogOf))
		if want := listed(lang.CompileAll(files, open, catalogOf).Diags); got != want {
			t.Fatalf("edit %d of %s: a session finds\n%s\nand a check of the whole text\n%s\ntext:\n%s", n, files[i].Name, got, want, files[i].Text)
		}
	}
}

// edited is a file with a token replaced, removed, put in, or two lines exchanged.
func edited(r *rand.Rand, f *diag.File, words []string) *diag.File {
	tree, _ := syntax.Parse(f)
	text := string(f.Text)
	if len(tree.Tokens) == 0 {
		return &diag.File{Name: f.Name, Text: []byte(words[r.IntN(len(words))])}
	}
	k := tree.Tokens[r.IntN(len(tree.Tokens))]
	word := words[r.IntN(len(words))]
	switch r.IntN(5) {
	case 0:
		text = text[:k.Start] + text[k.End:]
	case 1:
		text = text[:k.Start] + word + text[k.End:]
	case 2:
		text = text[:k.Start] + word + text[k.Start:]
	case 3: // a letter typed or deleted
		if k.End-k.Start > 1 {
			text = text[:k.End-1] + text[k.End:]
		} else {
			text = text[:k.End] + "x" + text[k.End:]
		}
	default:
		lines := strings.SplitAfter(text, "\n")
		a, b := r.IntN(len(lines)), r.IntN(len(lines))
		lines[a], lines[b] = lines[b], lines[a]
		text = strings.Join(lines, "")
	}
	return &diag.File{Name: f.Name, Text: []byte(strings.ToValidUTF8(text, "?"))}
}

// One edit of one statement in a file of 5,000 lines: a letter of a tolerance of a rule in the middle.
func BenchmarkSessionAfterAnEdit(b *testing.B) {
	text := langtest.LargeFile(5000)
	at := strings.Index(text[len(text)/2:], "within 0.01") + len(text)/2 + len("within 0.0")
	one := &diag.File{Name: "large.recon", Text: []byte(text)}
	two := &diag.File{Name: "large.recon", Text: []byte(text[:at] + "2" + text[at+1:])}
	s := &lang.Session{}
	if found := s.Check([]*diag.File{one}, nil, false, catalogOf); len(found) > 0 {
		b.Fatal(listed(found))
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		f := []*diag.File{{Name: "large.recon", Text: two.Text}, {Name: "large.recon", Text: one.Text}}[i%2]
		if found := s.Check([]*diag.File{f}, nil, false, catalogOf); len(found) > 0 {
			b.Fatal(listed(found))
		}
	}
}

// Where a check stops, because of too many faults or of lets and templates that bring too much along, a session stops too.
func TestSessionStopsWhereCompileStops(t *testing.T) {
	open := func(string) (*diag.File, error) { return nil, fs.ErrNotExist }
	s := &lang.Session{}
	unknown := func(n int) string { return count("", n, "let a%d = b%[1]d\n", "")(some) }
	great := func(n int) string {
		return count("param p: integer = 1\nlet a0 = p\n", 12, "let a%[2]d = a%[1]d + a%[1]d\n", "")(some) + count("", n, "let c%d = a12 + 1\n", "")(some)
	}
	for i, text := range []string{unknown(150), unknown(250), unknown(199), "let x = y\n" + unknown(199), "let x = y\n" + unknown(200), unknown(200), unknown(201), unknown(3),
		great(3), great(5), great(6), great(7), great(8), great(20), great(3), great(4), great(3) + unknown(202)} {
		f := []*diag.File{{Name: "page.recon", Text: []byte(text)}}
		got, want := listed(s.Check(f, open, false, catalogOf)), listed(lang.CompileAll(f, open, catalogOf).Diags)
		if got != want {
			t.Fatalf("text %d: a session finds\n%s\nand a check of the whole text\n%s", i, got, want)
		}
	}
}
