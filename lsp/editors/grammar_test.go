package editors_test

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// ruleFiles are the rule files of the repository that recon accepts.
func ruleFiles(t *testing.T) []string {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "node_modules" || d.Name() == ".git"):
			return filepath.SkipDir
		case filepath.Ext(path) == ".recon" && d.Name() != "faulty.recon":
			files = append(files, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// TestTreeSitter compiles the tree-sitter grammar and has Neovim parse every rule file with it and colour one.
func TestTreeSitter(t *testing.T) {
	need(t, "nvim", "apt-get install neovim")
	need(t, "cc", "apt-get install gcc libc6-dev")
	library := filepath.Join(t.TempDir(), "recon.so")
	if out, err := exec.Command("cc", "-shared", "-fPIC", "-Os", "-Itree-sitter-recon/src", "-o", library, "tree-sitter-recon/src/parser.c").CombinedOutput(); err != nil {
		t.Fatalf("cc: %v\n%s", err, out)
	}
	coloured, err := filepath.Abs("testdata/colours.recon")
	if err != nil {
		t.Fatal(err)
	}
	script, err := filepath.Abs("testdata/tree.lua")
	if err != nil {
		t.Fatal(err)
	}
	queries, err := filepath.Abs("tree-sitter-recon/queries/highlights.scm")
	if err != nil {
		t.Fatal(err)
	}
	files := ruleFiles(t)
	i := slices.Index(files, coloured)
	if i < 0 || len(files) < 8 {
		t.Fatalf("these are not all rule files: %q", files)
	}
	files[0], files[i] = files[i], files[0]

	out := filepath.Join(t.TempDir(), "trees.json")
	cmd := exec.Command("nvim", "--headless", "--clean", "-n", "-c", "luafile "+script)
	cmd.Env = append(os.Environ(), "HOME="+t.TempDir(), "LC_ALL=C.UTF-8", "RECON_GRAMMAR="+library, "RECON_QUERIES="+queries, "RECON_OUT="+out,
		"RECON_FILES="+strings.Join(files, "\n"))
	said, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("nvim: %v\n%s", err, said)
	}
	text, err := os.ReadFile(out)
	if err != nil {
		t.Fatalf("nvim says nothing of the trees; it printed:\n%s", said)
	}
	var trees struct {
		Faults, Captures []string
		Files            int
	}
	if err := json.Unmarshal(text, &trees); err != nil {
		t.Fatal(err)
	}
	for _, f := range trees.Faults {
		t.Error(f)
	}
	if trees.Files != len(files) {
		t.Errorf("%d files were parsed, want %d", trees.Files, len(files))
	}
	for _, want := range []string{
		"comment # 注释 😀", "keyword source", "type 订单", "constructor redis", "property key", `string "CNY"`, "string.escape \\u{1F600}", "punctuation.special ${",
		"keyword columns", "property group", "type decimal", "function column", "operator in", "number 0.1%", "number 100 CNY", "number 2026-11-21T06:30", "keyword compare",
		"function 对账", "constant missing", "string  a\\|b😀 ", "keyword expect", "boolean true",
	} {
		if !slices.Contains(trees.Captures, want) {
			t.Errorf("nothing is captured as %q in %s", want, trees.Captures)
		}
	}
}

// TestGrammarIsGenerated holds the parser to the grammar that it was made from. Make it anew with
//
//	cd lsp/editors/tree-sitter-recon && tree-sitter generate --abi 14 && sha256sum grammar.js src/parser.c > src/sums
func TestGrammarIsGenerated(t *testing.T) {
	sums, err := os.ReadFile("tree-sitter-recon/src/sums")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"grammar.js", "src/parser.c"} {
		text, err := os.ReadFile("tree-sitter-recon/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if line := fmt.Sprintf("%x  %s\n", sha256.Sum256(text), name); !strings.Contains(string(sums), line) {
			t.Errorf("%s has changed since the parser was made: see the comment of this test", name)
		}
	}
}
