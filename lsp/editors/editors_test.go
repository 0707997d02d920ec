// Package editors_test has real editors open rule files, with the settings that stand here and a real recon lsp.
package editors_test

import (
	"archive/zip"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/recon-lang/recon/sdk/sdktest/dbtest"
)

// program is recon, built once for all tests of the package.
var program string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "recon-editors")
		if err != nil {
			panic(err)
		}
		defer os.RemoveAll(dir)
		program = filepath.Join(dir, "recon")
		if out, err := exec.Command("go", "build", "-o", program, "../../cmd/recon").CombinedOutput(); err != nil {
			panic("go build: " + string(out))
		}
		return m.Run()
	}())
}

// need skips a test for which a program is absent, or fails it where nothing may be skipped.
func need(t *testing.T, name, install string) {
	t.Helper()
	if _, err := exec.LookPath(name); err == nil {
		return
	}
	dbtest.Absent(t, "%s is not installed: %s", name, install)
}

// finding is one diagnostic as an editor holds it: At is the text that the editor underlines.
type finding struct {
	Message string
	At      string
	Line    int
}

// account is what an editor tells of what it did to testdata/faulty.recon.
type account struct {
	Version     string
	Filetype    string
	Mode        string
	Diagnostics []finding
	Hover       string
	Completion  []string
	Actions     []string
	Missing     []string // capabilities that it found the server without
	Text        string   // what the buffer holds in the end
	Typed       []string // words that it wrote by hand
	Taken       int      // how many times it took one from the menu
	Lenses      []string
	Plan        string // what the first of them shows
	Failed      string
}

// opened is a copy of testdata/faulty.recon in a folder of its own.
func opened(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("testdata/faulty.recon")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "订单.recon")
	if err := os.WriteFile(path, text, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// run runs an editor and reads its account. The home is an empty one, so that no settings of a user count.
func run(t *testing.T, env []string, name string, args ...string) account {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	out := filepath.Join(t.TempDir(), "account.json")
	home := t.TempDir()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append(os.Environ(), "HOME="+home, "XDG_CONFIG_HOME="+home, "XDG_STATE_HOME="+home, "XDG_DATA_HOME="+home, "XDG_CACHE_HOME="+home,
		"LC_ALL=C.UTF-8", "PATH="+filepath.Dir(program)+string(os.PathListSeparator)+os.Getenv("PATH"), "RECON_BIN="+program, "RECON_OUT="+out)
	cmd.Env = append(cmd.Env, env...)
	said, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%s: %v", name, err)
	}
	text, err := os.ReadFile(out)
	if err != nil {
		t.Fatalf("%s says nothing of what it did; it printed:\n%s", name, said)
	}
	var a account
	if err := json.Unmarshal(text, &a); err != nil {
		t.Fatalf("%s: %v in %s", name, err, text)
	}
	if a.Failed != "" {
		t.Fatalf("%s %s: %s; it printed:\n%s", name, a.Version, a.Failed, said)
	}
	t.Logf("%s %s", name, a.Version)
	return a
}

func TestNeovim(t *testing.T) {
	need(t, "nvim", "apt-get install neovim")
	plugin, err := filepath.Abs("neovim")
	if err != nil {
		t.Fatal(err)
	}
	script, err := filepath.Abs("testdata/neovim.lua")
	if err != nil {
		t.Fatal(err)
	}
	a := run(t, nil, "nvim", "--headless", "--clean", "-n", "--cmd", "set rtp^="+plugin, "-c", "luafile "+script, opened(t))
	if a.Filetype != "recon" {
		t.Errorf("the file type is %q, want recon", a.Filetype)
	}
	check(t, a, "unknown column \"amout\" in orders\ndid you mean \"amount\"?")
	if !slices.Equal(a.Lenses, []string{"plan this rule"}) || !strings.HasPrefix(a.Plan, "rule daily: ") {
		t.Errorf("the lenses are %q, and the first shows\n%s", a.Lenses, a.Plan)
	}
}

func TestEmacs(t *testing.T) {
	need(t, "emacs", "apt-get install emacs-nox elpa-eglot")
	a := run(t, []string{"RECON_FILE=" + opened(t)}, "emacs", "-Q", "--batch", "-l", "emacs/recon-mode.el", "-l", "testdata/emacs.el")
	if a.Mode != "recon-mode" {
		t.Errorf("the mode is %q, want recon-mode", a.Mode)
	}
	check(t, a, "recon [RC2004]: unknown column \"amout\" in orders\ndid you mean \"amount\"?")
}

// check holds an account to what must come of the file in every editor.
func check(t *testing.T, a account, message string) {
	t.Helper()
	if want := []finding{{Message: message, At: "amout", Line: 17}}; !reflect.DeepEqual(a.Diagnostics, want) {
		t.Errorf("diagnostics\n got %+v\nwant %+v", a.Diagnostics, want)
	}
	if want := `column total: decimal(18, 2) unit "CNY"`; !strings.Contains(a.Hover, want) {
		t.Errorf("hover over bill.total\n got %q\nwant it to have %q", a.Hover, want)
	}
	if len(a.Missing) > 0 {
		t.Errorf("the server offers no %q", a.Missing)
	}
	if !slices.Contains(a.Completion, "amount") {
		t.Errorf("completion after orders.am gives %q, want amount among them", a.Completion)
	}
	if len(a.Actions) == 0 || !strings.Contains(a.Actions[0], `did you mean "amount"`) {
		t.Errorf("actions on amout are %q, want first the one that writes amount", a.Actions)
	}
	want, err := os.ReadFile("testdata/faulty.recon")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.NewReplacer("orders.amout", "orders.amount", "    key", "  key").Replace(string(want)) // mended and laid out
	if a.Text != text {
		t.Errorf("in the end the text is\n%s\nwant\n%s", a.Text, text)
	}
}

// TestVSCode runs the tests of the extension for VS Code, which are node's, and packs it.
func TestVSCode(t *testing.T) {
	need(t, "npm", "apt-get install nodejs npm, 18 or later")
	npm := func(args ...string) string {
		cmd := exec.Command("npm", args...)
		cmd.Dir = "vscode"
		cmd.Env = append(os.Environ(), "RECON="+program)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Errorf("npm %s: %v\n%s", strings.Join(args, " "), err, out)
		}
		return string(out)
	}
	if out, err := exec.Command("npm", "--prefix", "vscode", "ci", "--ignore-scripts", "--prefer-offline", "--fetch-retries=5").CombinedOutput(); err != nil {
		dbtest.Absent(t, "npm ci: %v\n%s", err, out)
	}
	npm("test")
	packed := filepath.Join(t.TempDir(), "recon.vsix")
	npm("run", "package", "--", "--out", packed)
	z, err := zip.OpenReader(packed)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	in := map[string]bool{}
	for _, f := range z.File {
		in[f.Name] = true
	}
	unpacked := t.TempDir() // where no other folder has the modules that it needs
	if err := os.CopyFS(unpacked, z); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("node", "vscode/test/load.js", filepath.Join(unpacked, "extension")).CombinedOutput(); err != nil {
		t.Errorf("what is packed does not load: %v\n%s", err, out)
	}
	for _, name := range []string{"extension/package.json", "extension/extension.js", "extension/declarations.js", "extension/tests.js", "extension/completion.js", "extension/shown.js", "extension/icons/recon.png",
		"extension/syntaxes/recon.tmLanguage.json", "extension/snippets/recon.json", "extension/node_modules/vscode-languageclient/package.json"} {
		if !in[name] {
			t.Errorf("the package lacks %s", name)
		}
	}
	if in["extension/test/extension.test.js"] {
		t.Error("the package holds the tests")
	}
}
