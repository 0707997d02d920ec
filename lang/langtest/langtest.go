// Package langtest reads test cases of the language: txtar archives of rule files in which
// comments say what must be reported on their line. It knows nothing of the stages that it
// tests; they come in as a function. It is for tests only, and its API may change on any day.
//
//	# A tolerance has the unit of what it bounds.
//
//	-- cash.recon --
//	rule cash between ledger, bank {
//	  key ref
//	  compare amount within 5m   # want RC2017 "a duration cannot bound"
//	}
//
// A mark is a comment that starts with "want": codes, each with an optional text in Go's
// quotation marks that the message or hint must contain. It stands on the line on which the
// diagnostic starts. Where a line can have no comment of its own, such as a table row without a
// last bar, a mark that starts with "want above" on the next line speaks of it; several such
// lines may follow each other. Every mark must be met, and nothing may be reported that is not
// marked.
package langtest

import (
	_ "embed"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/recon-lang/recon/lang/diag"
)

// Case is one archive.
type Case struct {
	Name  string // of its file, without .txtar
	Files []*diag.File
	// Other are the files of the archive that are no rules, by name: recon.lock, golden parts.
	Other map[string][]byte
}

// Run runs check, as a subtest, over each archive that matches pattern, and compares what it
// reports with the marks in the archive's .recon files.
func Run(t *testing.T, pattern string, check func(t *testing.T, c *Case) diag.List) {
	t.Helper()
	names, err := filepath.Glob(pattern)
	if err != nil || len(names) == 0 {
		t.Fatalf("no case matches %s: %v", pattern, err)
	}
	for _, name := range names {
		c, err := Read(name)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(c.Name, func(t *testing.T) {
			for _, problem := range Compare(c.Files, check(t, c)) {
				t.Error(problem)
			}
		})
	}
}

// Read reads the archive in the file name.
func Read(name string) (*Case, error) {
	archive, err := txtar.ParseFile(name)
	if err != nil {
		return nil, fmt.Errorf("read case: %w", err)
	}
	c := &Case{Name: strings.TrimSuffix(filepath.Base(name), ".txtar"), Other: map[string][]byte{}}
	for _, f := range archive.Files {
		if strings.HasSuffix(f.Name, ".recon") {
			c.Files = append(c.Files, &diag.File{Name: f.Name, Text: f.Data})
		} else {
			c.Other[f.Name] = f.Data
		}
	}
	if len(c.Files) == 0 {
		return nil, fmt.Errorf("read case: %s has no .recon file", name)
	}
	return c, nil
}

// Examples are the complete rule files of edition 1, which have no faults and are in canonical
// format.
func Examples(t testing.TB) []*diag.File {
	t.Helper()
	dir := examplesDir(t)
	names, err := filepath.Glob(filepath.Join(dir, "*.recon"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no example in %s: %v", dir, err)
	}
	var files []*diag.File
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, &diag.File{Name: filepath.Base(name), Text: text})
	}
	return files
}

//go:embed testdata/imports.txtar
var imports []byte

// Import gives the files that explanations, pages and cases import: those of testdata/imports.txtar.
func Import(name string) (*diag.File, error) {
	for _, f := range txtar.Parse(imports).Files {
		if f.Name == name {
			return &diag.File{Name: name, Text: f.Data}, nil
		}
	}
	return nil, fs.ErrNotExist
}

// Long is a healthy file of at least that many lines, in canonical format: one of the examples
// over and over, without its first line.
func Long(t testing.TB, lines int) *diag.File {
	t.Helper()
	_, text, _ := strings.Cut(string(Examples(t)[0].Text), "\n")
	times := lines/strings.Count(text, "\n") + 1
	return &diag.File{Name: "long.recon", Text: []byte("recon 1\n" + strings.Repeat(text, times))}
}

// examplesDir looks for lang/langtest/testdata/edition1 from the current folder upwards.
func examplesDir(t testing.TB) string {
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		found := filepath.Join(dir, "lang", "langtest", "testdata", "edition1")
		if _, err := os.Stat(found); err == nil {
			return found
		}
		up := filepath.Dir(dir)
		if up == dir {
			t.Fatal("lang/langtest/testdata/edition1 is not in any folder above")
		}
		dir = up
	}
}

// mark is one thing that must be reported on a line.
type mark struct {
	line int
	code diag.Code
	text string
	met  bool
}

var (
	wantComment = regexp.MustCompile(`#\s*want( above)?((\s+RC\d{4}(\s+"(?:[^"\\]|\\.)*")?)+)\s*$`)
	wantOne     = regexp.MustCompile(`(RC\d{4})(?:\s+("(?:[^"\\]|\\.)*"))?`)
)

// marks are the marks in f. It is an error if a comment looks like a mark and is none.
func marks(f *diag.File) ([]*mark, error) {
	var found []*mark
	above := 0 // lines that hold nothing but a mark for the line above them
	for i, line := range strings.Split(string(f.Text), "\n") {
		m := wantComment.FindStringSubmatch(line)
		if m == nil {
			above = 0
			if strings.Contains(line, "# want ") {
				return nil, fmt.Errorf("%s:%d: not a mark: %s", f.Name, i+1, strings.TrimSpace(line))
			}
			continue
		}
		at := i + 1
		if m[1] != "" {
			above++
			at -= above
		} else {
			above = 0
		}
		for _, one := range wantOne.FindAllStringSubmatch(m[2], -1) {
			k := &mark{line: at, code: diag.Code(one[1])}
			if one[2] != "" {
				text, err := strconv.Unquote(one[2])
				if err != nil {
					return nil, fmt.Errorf("%s:%d: %s: %w", f.Name, i+1, one[2], err)
				}
				k.text = text
			}
			found = append(found, k)
		}
	}
	return found, nil
}

// Compare says where reported and the marks in files differ, one sentence for each difference.
func Compare(files []*diag.File, reported diag.List) []string {
	var problems []string
	all := map[string][]*mark{}
	for _, f := range files {
		found, err := marks(f)
		if err != nil {
			problems = append(problems, err.Error())
		}
		all[f.Name] = found
	}
	for _, d := range reported {
		if !meet(all, d) {
			var b strings.Builder
			if err := diag.Text(&b, diag.List{d}, false); err != nil {
				return append(problems, err.Error())
			}
			problems = append(problems, "not marked:\n"+b.String())
		}
	}
	for _, f := range files {
		for _, k := range all[f.Name] {
			if !k.met {
				problems = append(problems, fmt.Sprintf("%s:%d: not reported: %s %q", f.Name, k.line, k.code, k.text))
			}
		}
	}
	return problems
}

// meet finds the mark of d.
func meet(all map[string][]*mark, d diag.Diagnostic) bool {
	if d.Span.File == nil {
		return false
	}
	line, _ := d.Span.Position()
	for _, k := range all[d.Span.File.Name] {
		if !k.met && k.line == line && k.code == d.Code && (strings.Contains(d.Message, k.text) || strings.Contains(d.Hint, k.text)) {
			k.met = true
			return true
		}
	}
	return false
}
