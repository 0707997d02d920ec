package main

import (
	"os/exec"
	"strings"
	"testing"
)

const module = "github.com/recon-lang/recon/"

// never says which packages must not be reached from which, by `go list -deps`.
var never = map[string][]string{
	"./sdk/...":     {module + "lang", module + "engine", module + "lsp"},
	"./plugins/...": {module + "lang", module + "engine", module + "lsp"},
	"./lang/...":    {module + "engine", module + "lsp", module + "sdk/host"},
	"./lsp/...":     {module + "engine", module + "sdk/host"},
	"./engine/...":  {"github.com/alecthomas/participle", module + "lang/syntax", module + "lang/check", module + "lsp"},
}

// alone says which package of ours is the only one that may import a library.
var alone = map[string]string{
	"github.com/alecthomas/participle": module + "lang/syntax",
	"github.com/expr-lang/expr":        module + "lang/check",
	"github.com/dgraph-io/badger":      module + "engine/state",
	"github.com/hashicorp/go-plugin":   module + "sdk/internal/wire",
	"google.golang.org/grpc":           module + "sdk/internal/wire",
	"github.com/spf13/cobra":           module + "cmd/recon",
	"github.com/xuri/excelize":         module + "engine/result",
	"github.com/tliron/glsp":           module + "lsp",
	"github.com/sourcegraph/jsonrpc2":  module + "lsp",
	"github.com/redis/go-redis":        module + "plugins/redis",
}

func golist(t *testing.T, args ...string) []string {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list"}, args...)...)
	cmd.Dir = "../.."
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("go list %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.Split(strings.TrimSpace(string(out)), "\n")
}

// within reports whether path is the package root or lies below it.
func within(path, root string) bool { return path == root || strings.HasPrefix(path, root+"/") }

func TestWallsHold(t *testing.T) {
	for pattern, banned := range never {
		for _, dep := range golist(t, "-deps", pattern) {
			for _, b := range banned {
				if within(dep, b) {
					t.Errorf("%s reaches %s", pattern, dep)
				}
			}
		}
	}
}

func TestLibrariesHaveOneHome(t *testing.T) {
	for _, line := range golist(t, "-f", `{{.ImportPath}} {{join .Imports " "}}`, "./...") {
		pkg, imports, _ := strings.Cut(line, " ")
		for _, imported := range strings.Fields(imports) {
			for library, home := range alone {
				if within(imported, library) && pkg != home {
					t.Errorf("%s imports %s, which belongs to %s", pkg, imported, home)
				}
			}
		}
	}
}

func TestNoCgo(t *testing.T) {
	for _, line := range golist(t, "-deps", "-f", `{{if .CgoFiles}}{{if not .Standard}}{{.ImportPath}}{{end}}{{end}}`, "./cmd/recon") {
		if line != "" {
			t.Errorf("%s uses cgo", line)
		}
	}
}
