package main

import (
	"bufio"
	"bytes"
	"context"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/recon-lang/recon/engine/ruletest"
	"github.com/recon-lang/recon/lang"
	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/langtest"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/lang/syntax"
	"github.com/recon-lang/recon/plugins"
	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/schema"
)

// A fence is a fenced block of a Markdown page: what stands behind the opening fence, word by word, and the text
// between the fences.
type fence struct {
	line  int // of the opening fence, from 1
	words []string
	text  string
}

// lang is the first word of the opening fence, "" if it has none.
func (f *fence) lang() string { return f.word(0) }

func (f *fence) word(i int) string {
	if i >= 0 && i < len(f.words) {
		return f.words[i]
	}
	return ""
}

// fences are the fenced blocks of a page.
func fences(page []byte) []fence {
	var list []fence
	var open *fence
	scan := bufio.NewScanner(bytes.NewReader(page))
	scan.Buffer(nil, 1<<20)
	for n := 1; scan.Scan(); n++ {
		line := scan.Text()
		switch {
		case !strings.HasPrefix(line, "```"):
			if open != nil {
				open.text += line + "\n"
			}
		case open == nil:
			open = &fence{line: n, words: strings.Fields(line[3:])}
		default:
			list = append(list, *open)
			open = nil
		}
	}
	return list
}

// pages are the Markdown pages of the project, as paths from here.
func pages(t *testing.T) []string {
	t.Helper()
	list := []string{"../../README.md", "project/README.md"}
	for _, root := range []string{"../../docs", "../../examples"} {
		err := filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
			if strings.HasSuffix(path, ".md") {
				list = append(list, path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return list
}

// TestRulesInPagesCompile compiles every block of recon in the pages against the bundled plugins. A block marked recon
// has no errors, its tests pass, and it has no warnings but of what it leaves out; one marked recon-bad CODE has that error or warning; one marked recon-part is a part of a file and parses.
func TestRulesInPagesCompile(t *testing.T) {
	sources := map[string]schema.Source{}
	for name, source := range plugins.Builtin() {
		sources[name] = source().Describe()
	}
	actions := bundledActions()
	compile := func(text string) diag.List {
		file := &diag.File{Name: "page.recon", Text: []byte(text)}
		unit := lang.CompileAll([]*diag.File{file}, langtest.Import, func([]string) schema.Catalog { return schema.Catalog{Sources: sources, Actions: actions} })
		diags := append(unit.Diags, unit.Lint()...)
		if unit.Diags.HasErrors() || len(unit.Program.Tests) == 0 {
			return diags
		}
		return append(diags, testDiagnostics(t, unit.Program)...)
	}
	compiled := 0
	for _, path := range pages(t) {
		page, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range fences(page) {
			switch f.lang() {
			case "recon":
				diags := compile(f.text)
				if diags.HasErrors() {
					t.Errorf("%s:%d: the rule does not compile:\n%v", path, f.line, diags)
				}
				for _, d := range diags {
					if !strings.HasSuffix(path, "/diagnostics.md") && d.Code.Lint() && d.Code != diag.Unused && d.Code != diag.NoTest { // a page shows parts of files
						t.Errorf("%s:%d: the rule gets %s: %s", path, f.line, d.Code, d.Message)
					}
				}
				compiled++
			case "recon-part":
				if _, diags := syntax.Parse(&diag.File{Name: "page.recon", Text: []byte(f.text)}); diags.HasErrors() {
					t.Errorf("%s:%d: the rule does not parse:\n%v", path, f.line, diags)
				}
				compiled++
			case "recon-bad":
				if !has(compile(f.text), diag.Code(f.word(1))) {
					t.Errorf("%s:%d: the rule gives %v, want %s", path, f.line, compile(f.text), f.word(1))
				}
				compiled++
			}
		}
	}
	if compiled < 10 {
		t.Errorf("only %d rules found in the pages", compiled)
	}
}

// testDiagnostics runs the tests of a program.
func testDiagnostics(t *testing.T, p *program.Program) diag.List {
	cfg := &ruletest.Config{Program: p, Dir: t.TempDir(), Open: func(_ context.Context, src *program.Source) (sdk.Source, error) {
		return plugins.Builtin()[src.Plugin](), nil
	}}
	results, err := cfg.All(t.Context(), p.Tests, nil)
	if err != nil {
		t.Fatal(err)
	}
	return ruletest.Diagnostics(results)
}

func has(diags diag.List, code diag.Code) bool {
	for _, d := range diags {
		if d.Code == code {
			return true
		}
	}
	return false
}

var (
	pageLink = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading  = regexp.MustCompile(`(?m)^#+ (.*)$`)
	notSlug  = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
)

// TestLinksInPages follows every link from a page to a file or heading of this repository.
func TestLinksInPages(t *testing.T) {
	followed := 0
	for _, path := range pages(t) {
		page, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range pageLink.FindAllSubmatch(page, -1) {
			target, anchor, _ := strings.Cut(string(m[1]), "#")
			if strings.Contains(target, "://") {
				continue
			}
			followed++
			file := path
			if target != "" {
				file = filepath.Join(filepath.Dir(path), target)
			}
			if _, err := os.Stat(file); err != nil {
				t.Errorf("%s links to %s, which is not there", path, target)
				continue
			}
			if anchor == "" {
				continue
			}
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.ContainsFunc(heading.FindAllSubmatch(text, -1), func(h [][]byte) bool { return slug(string(h[1])) == anchor }) {
				t.Errorf("%s links to %s, which has no heading #%s", path, file, anchor)
			}
		}
	}
	if followed < 10 {
		t.Errorf("only %d links found in the pages", followed)
	}
}

// slug is the anchor that a heading gets when the page is shown.
func slug(heading string) string {
	return strings.ReplaceAll(notSlug.ReplaceAllString(strings.ToLower(heading), ""), " ", "-")
}

// TestProgramsInPagesCompile builds every Go program of the pages.
func TestProgramsInPagesCompile(t *testing.T) {
	t.Parallel()
	built := 0
	for _, path := range pages(t) {
		page, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range fences(page) {
			if f.lang() != "go" || !strings.HasPrefix(f.text, "package main\n") {
				continue
			}
			name := filepath.Join(t.TempDir(), "main.go")
			if err := os.WriteFile(name, []byte(f.text), 0o644); err != nil {
				t.Fatal(err)
			}
			if out, err := exec.CommandContext(t.Context(), "go", "vet", name).CombinedOutput(); err != nil {
				t.Errorf("%s:%d: the program does not compile: %v\n%s", path, f.line, err, out)
			}
			built++
		}
	}
	if built == 0 {
		t.Error("no program found in the pages")
	}
}
