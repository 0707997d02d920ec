package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The files of edition 1 and of the examples check without a finding, are in format, and their tests pass.
func TestRulesOfTheTree(t *testing.T) {
	root := filepath.Join("..", "..")
	for _, dir := range []string{"lang/langtest/testdata/edition1", "examples"} {
		for _, command := range []string{"check", "fmt --check", "test -v"} {
			var out, errs bytes.Buffer
			env := environment{in: strings.NewReader(""), out: &out, err: &errs, getenv: func(string) (string, bool) { return "", false }, executable: os.Executable}
			args := append(strings.Fields(command), filepath.Join(root, dir))
			if code := run(context.Background(), args, env); code != exitClean {
				t.Errorf("recon %s: exit code %d\n%s%s", strings.Join(args, " "), code, out.String(), errs.String())
			}
			if command == "test -v" && !strings.Contains(out.String(), "ok  ") {
				t.Errorf("recon %s ran no test:\n%s", strings.Join(args, " "), out.String())
			}
		}
	}
}
