package lang_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/recon-lang/recon/lang"
	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/langtest"
	"github.com/recon-lang/recon/plugins"
	"github.com/recon-lang/recon/sdk/schema"
)

func compile(files []*diag.File) *lang.Unit {
	return lang.Compile(files, func([]string) schema.Catalog {
		sources := map[string]schema.Source{}
		for name, source := range plugins.Builtin() {
			sources[name] = source().Describe()
		}
		return schema.Catalog{Sources: sources}
	})
}

// noisy is a rule file with things that fix removes or replaces, and the same file without them.
type noisy struct{ with, without strings.Builder }

func (n *noisy) both(text string) { n.change(text, text) }

func (n *noisy) change(with, without string) {
	n.with.WriteString(with)
	n.without.WriteString(without)
}

func (n *noisy) maybe(t *rapid.T, with, without string) {
	if rapid.Bool().Draw(t, with) {
		n.change(with, without)
	} else {
		n.both(without)
	}
}

// Fix takes away exactly what was put in, and nothing else changes.
func TestFixTakesAwayWhatWasPutIn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := &noisy{}
		n.both("recon 1\n\nlet  tiny = 0.01\n")
		for i := range rapid.IntRange(0, 3).Draw(t, "lets") {
			n.maybe(t, fmt.Sprintf("## Not needed.\nlet _x%d = _y%d + 1\nlet _y%d = 2\n", i, i, i), "")
			n.maybe(t, fmt.Sprintf("secret _s%d = env(\"A\")\n", i), "")
		}
		for _, name := range []string{"a", "b"} {
			n.both(fmt.Sprintf("\n# The side %s.\nsource %s from csv {\n  path =   \"%s.csv\"\n", name, name, name))
			n.both("  where id != \"\" ")
			n.maybe(t, "&&", "and")
			n.both(" amount ")
			n.maybe(t, "<>", "!=")
			n.both(" 7 # but these\n  columns { id string, amount decimal(9, 2), note string }\n}\n")
		}
		n.both("\nrule r between a, b {\n  key id\n")
		n.maybe(t, "  # allow RC4003: there was a float\n", "")
		n.maybe(t, "  compare id as again\n", "")
		n.both("  compare amount")
		n.maybe(t, " within 0", "")
		n.both(" as one # one\n  compare amount within ")
		n.maybe(t, "0 or tiny", "tiny")
		n.maybe(t, " or 0%", "")
		n.both("  as two\n  compare note")
		n.maybe(t, " ;", " ")
		n.both("\n  fail when missing.count > 0 ")
		n.maybe(t, "||", "or")
		n.both(" mismatch.one.count > 2\n}\n")
		with, without := n.with.String(), n.without.String()
		if rapid.Bool().Draw(t, "crlf") {
			with, without = strings.ReplaceAll(with, "\n", "\r\n"), strings.ReplaceAll(without, "\n", "\r\n")
		}
		files := []*diag.File{{Name: "r.recon", Text: []byte(with)}}
		after, made := lang.Fix(files, compile)
		if got := string(after[0].Text); got != without {
			t.Fatalf("of\n%q\ncomes\n%q\nwant\n%q\nby %v", with, got, without, made)
		}
		if again, more := lang.Fix(after, compile); len(more) > 0 || string(again[0].Text) != string(after[0].Text) {
			t.Fatalf("a second fix does more: %v", more)
		}
		if string(files[0].Text) != with {
			t.Fatal("the text that was given has changed")
		}
	})
}

// Whatever the text is, Fix comes to an end, and a text without errors has none afterwards.
func TestFixMakesNothingWorse(t *testing.T) {
	examples := langtest.Examples(t)
	rapid.Check(t, func(t *rapid.T) {
		text := string(examples[rapid.IntRange(0, len(examples)-1).Draw(t, "file")].Text)
		for range rapid.IntRange(0, 4).Draw(t, "edits") {
			at := rapid.IntRange(0, len(text)).Draw(t, "at")
			to := min(len(text), at+rapid.IntRange(0, 6).Draw(t, "cut"))
			text = text[:at] + rapid.SampledFrom([]string{"", "&&", " = ", "}", "{", "，", "0", "within 0", "\n", "#", "!", "5min", "\"", "let _x = 1\n"}).Draw(t, "put") + text[to:]
		}
		files := []*diag.File{{Name: "r.recon", Text: []byte(text)}}
		before := compile(files)
		after, made := lang.Fix(files, compile)
		unit := compile(after)
		if !before.Diags.HasErrors() && unit.Diags.HasErrors() {
			t.Fatalf("fix made errors: %v by %v", unit.Diags, made)
		}
		if _, more := lang.Fix(after, compile); len(more) > 0 {
			t.Fatalf("a second fix does more: %v", more)
		}
	})
}
