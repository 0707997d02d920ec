package check_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/recon-lang/recon/lang"
	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/langtest"
	"github.com/recon-lang/recon/sdk/schema"
)

func compile(files ...*diag.File) *lang.Unit {
	return lang.Compile(files, func([]string) schema.Catalog { return catalog() })
}

// compileText compiles one file, which may import those of langtest.Import, and itself.
func compileText(text string) *lang.Unit {
	file := &diag.File{Name: "page.recon", Text: []byte(text)}
	return lang.CompileAll([]*diag.File{file}, langtest.Import, func([]string) schema.Catalog { return catalog() })
}

// describe is a diagnostic on one line: its line, column, code, the text at fault and message.
func describe(d diag.Diagnostic) string {
	before := string(d.Span.File.Text[:d.Span.Start])
	line := strings.Count(before, "\n") + 1
	text, _, _ := strings.Cut(d.Span.Text(), "\n")
	return fmt.Sprintf("%d %s [%s] %s", line, d.Code, text, d.Message)
}

// The files of edition 1 use all of the language, and have no fault.
func TestEdition1HasNoFaults(t *testing.T) {
	u := compile(langtest.Examples(t)...)
	for _, d := range u.Diags {
		t.Errorf("%s:%s", d.Span.File.Name, describe(d))
	}
	if len(u.Program.Rules) != 4 || len(u.Program.Tests) == 0 || len(u.Program.Moved) != 1 {
		t.Errorf("got %d rules, %d tests, %d moved", len(u.Program.Rules), len(u.Program.Tests), len(u.Program.Moved))
	}
}

func TestCodesAreExplainedByTrueExamples(t *testing.T) {
	for _, e := range diag.Codes() {
		if strings.HasPrefix(string(e.Code), "RC1") || strings.HasPrefix(string(e.Code), "RC6") || e.Code.Lint() || e.Bad == "" || e.Before != "" {
			continue // RC6 is what tests of rules find when they run; changes are shown in lang/against
		}
		if u := compileText(e.Bad); len(u.Diags) != 1 || u.Diags[0].Code != e.Code {
			t.Errorf("%s: the bad example\n%sgives", e.Code, e.Bad)
			for _, d := range u.Diags {
				t.Error("  ", describe(d))
			}
		}
		for _, d := range compileText(e.Good).Diags {
			t.Errorf("%s: the good example\n%sgives %s", e.Code, e.Good, describe(d))
		}
	}
}

// The files of testdata/wrong*.txtar have one fault each, which must be found with its code at its place, and nothing
// else.
func TestWrongRules(t *testing.T) {
	names, err := filepath.Glob("testdata/wrong*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatal("no files", err)
	}
	seen := map[diag.Code]bool{}
	for _, name := range names {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		declarations := string(archive.Files[0].Data)
		for _, f := range archive.Files[1:] {
			code, _, _ := strings.Cut(f.Name, " ")
			t.Run(f.Name, func(t *testing.T) {
				text := string(f.Data)
				if strings.Count(text, "«") != 1 || strings.Count(text, "»") != 1 {
					t.Fatal("a case has one marked place")
				}
				start := strings.Index(text, "«")
				text = strings.Replace(text, "«", "", 1)
				end := strings.Index(text, "»")
				text = strings.Replace(text, "»", "", 1) + declarations
				diags := compileText(text).Diags
				if len(diags) != 1 {
					t.Errorf("got %d findings, want one", len(diags))
				}
				for _, d := range diags {
					if string(d.Code) != code || d.Span.Start != start || d.Span.End != end {
						t.Errorf("got %s, want %s at [%s]", describe(d), code, text[start:end])
					}
				}
			})
			seen[diag.Code(code)] = true
		}
	}
	for _, e := range diag.Codes() {
		if strings.HasPrefix(string(e.Code), "RC2") || strings.HasPrefix(string(e.Code), "RC3") {
			if !seen[e.Code] {
				t.Errorf("no case for %s (%s)", e.Code, e.Title)
			}
		}
	}
}

func TestCases(t *testing.T) {
	for _, name := range []string{"hints", "modules", "many"} {
		langtest.Run(t, "testdata/"+name+".txtar", func(t *testing.T, c *langtest.Case) diag.List { return compile(c.Files...).Diags })
	}
}

func TestInfoKnowsWhatNamesMean(t *testing.T) {
	const text = `## The amount that is let pass.
let limit = 5 CNY
source orders from csv {
  path = "orders.csv"
  columns { id string, amount decimal(18, 2) unit "CNY" }
}
rule r over orders as o {
  unique id
  assert o.amount > limit as big
}
`
	u := compileText(text)
	for _, d := range u.Diags {
		t.Fatal(describe(d))
	}
	got := map[string]string{}
	for at, s := range u.Info.Uses {
		got[at.Text()] = string(s.Kind) + " " + s.Span.Text() + " " + s.Type.String() + s.Unit.Name + s.Doc
		if s.Span.File != nil && u.Info.Defs[s.Span] == nil {
			t.Errorf("%s is used and nowhere declared", at.Text())
		}
	}
	for name, want := range map[string]string{
		"limit": "let limit integerCNYThe amount that is let pass.", "amount": "column amount decimal(18, 2)CNY", "orders": "source orders invalid", "o": "side o invalid", "id": "column id string",
	} {
		if got[name] != want {
			t.Errorf("%s means %q, want %q", name, got[name], want)
		}
	}
	types := map[string]string{}
	for at, typ := range u.Info.Types {
		types[at.Text()] = typ.Type.String() + typ.Unit.Name
	}
	if types["o.amount > limit"] != "boolean" || types["5 CNY"] != "integerCNY" {
		t.Errorf("types are %v", types)
	}
}
